//! JUnit XML as CI servers read it: the form of Jenkins' xUnit plugin (junit-10.xsd), which GitLab and GitHub readers take.
//!
//! A suite of scenarios is a test suite, a case a test case. A failure is a `failure`; a case in error and one that could
//! not be judged are `error`s, told apart by their type; a case that was not run is `skipped`. No times: they are not the
//! same in two runs, and stand beside the report.

use super::{Report, said};
use std::collections::BTreeMap;
use std::io::{self, Write};
use verdict::{OutcomeCounts, RunCase, RunOutcome};

/// Writes JUnit XML.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn junit(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, OutcomeCounts> = BTreeMap::new();
    report.cases.each(&mut |case| {
        suites.entry(case.suite).or_default().add(case.outcome);
        Ok(())
    })?;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    // The form has no count of skipped cases here.
    let counts = counted(&report.summary.outcomes);
    let counts = counts.split(" skipped=").next().unwrap_or_default();
    writeln!(out, "<testsuites name=\"handset\" {counts}>")?;
    let mut open: Option<String> = None;
    // Ids begin with the name of the suite and a slash, so that cases of a suite stand together.
    report.cases.each(&mut |case| {
        if open.as_deref() != Some(&case.suite) {
            if open.is_some() {
                writeln!(out, "  </testsuite>")?;
            }
            let counts = suites.get(&case.suite).copied().unwrap_or_default();
            writeln!(out, "  <testsuite name=\"{}\" {}>", escaped(&case.suite), counted(&counts))?;
            open = Some(case.suite.clone());
        }
        testcase(&case, out)
    })?;
    if open.is_some() {
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn counted(counts: &OutcomeCounts) -> String {
    let tests = RunOutcome::ALL.iter().map(|o| counts.of(*o)).sum::<u64>();
    let errors = counts.error + counts.inconclusive;
    format!(
        "tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\" skipped=\"{}\"",
        counts.fail, counts.skipped
    )
}

fn testcase(case: &RunCase, out: &mut dyn Write) -> io::Result<()> {
    let class = escaped(&format!("{}.{}", case.suite, case.scenario));
    write!(out, "    <testcase name=\"{}\" classname=\"{class}\"", escaped(&case.id))?;
    let message = escaped(&said(case));
    let element = match case.outcome {
        RunOutcome::Pass => return writeln!(out, "/>"),
        RunOutcome::Skipped => {
            writeln!(out, ">")?;
            writeln!(out, "      <skipped message=\"{message}\"/>")?;
            return writeln!(out, "    </testcase>");
        }
        RunOutcome::Fail => "failure",
        RunOutcome::Error | RunOutcome::Inconclusive => "error",
    };
    writeln!(out, ">")?;
    write!(out, "      <{element} message=\"{message}\" type=\"{}\">", case.outcome.as_str())?;
    write!(out, "{}", escaped(&details(case)))?;
    writeln!(out, "</{element}>")?;
    writeln!(out, "    </testcase>")
}

/// Every failure with its place.
fn details(case: &RunCase) -> String {
    let mut text = String::new();
    for failure in &case.failures {
        let place = &failure.place;
        let requirements: Vec<&str> = failure.requirements.iter().map(String::as_str).collect();
        let named =
            if requirements.is_empty() { String::new() } else { format!(" ({})", requirements.join(", ")) };
        text.push_str(&format!(
            "{}:{}:{}: {}{named}\n  expected {}\n  observed {}\n",
            place.file, place.line, place.column, failure.subject, failure.expected, failure.observed
        ));
    }
    if text.is_empty() { said(case) } else { text }
}

/// A text for XML 1.0. Characters that it cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            control if u32::from(control) < 0x20 => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
