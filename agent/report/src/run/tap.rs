//! The Test Anything Protocol, version 14.

use super::{Report, not_reached, said};
use std::io::{self, Write};
use verdict::RunOutcome;

/// Writes one test point a case. What could not be judged is `not ok`, with its severity in the diagnostic.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn tap(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TAP version 14")?;
    writeln!(out, "1..{}", report.summary.cases + report.summary.missing)?;
    let mut number = 0_u64;
    report.cases.each(&mut |case| {
        number += 1;
        let id = escaped(&case.id);
        match case.outcome {
            RunOutcome::Pass => return writeln!(out, "ok {number} - {id}"),
            RunOutcome::Skipped => {
                return writeln!(out, "ok {number} - {id} # SKIP {}", escaped(&said(&case)));
            }
            _ => {}
        }
        writeln!(out, "not ok {number} - {id}")?;
        writeln!(out, "  ---")?;
        writeln!(out, "  message: {}", quoted(&said(&case)))?;
        writeln!(out, "  severity: {}", case.outcome.as_str())?;
        let place = &case.place;
        writeln!(out, "  at: {}", quoted(&format!("{}:{}:{}", place.file, place.line, place.column)))?;
        if !case.failures.is_empty() {
            writeln!(out, "  failures:")?;
        }
        for failure in &case.failures {
            let place = &failure.place;
            let at = format!("{}:{}:{}", place.file, place.line, place.column);
            writeln!(out, "    - subject: {}", quoted(&failure.subject))?;
            writeln!(out, "      expected: {}", quoted(&failure.expected))?;
            writeln!(out, "      observed: {}", quoted(&failure.observed))?;
            writeln!(out, "      at: {}", quoted(&at))?;
        }
        writeln!(out, "  ...")
    })?;
    if report.summary.missing > 0 {
        writeln!(out, "Bail out! {}", not_reached(report.summary.missing))?;
    }
    Ok(())
}

/// A description: a hash would begin a directive, a backslash an escape.
fn escaped(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML scalar in double quotes, whose escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
