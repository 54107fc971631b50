//! GitHub: workflow commands, which become annotations, and the step summary.

use super::{Report, not_reached, said};
use crate::findings::{data, property};
use std::io::{self, Write};
use verdict::{RunCase, RunOutcome};

/// The most cases that the summary tells of one by one; a step summary holds 1 MiB.
const TOLD_MAX: u64 = 200;

/// The longest text of a cell, in characters.
const CELL_MAX: usize = 300;

/// Writes one command for everything that did not hold, at the expectation that says so: `error` for failures and cases in
/// error, `warning` for what could not be judged.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn github(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    report.cases.each(&mut |case| {
        let command = |outcome: RunOutcome| match outcome {
            RunOutcome::Inconclusive => "warning",
            _ => "error",
        };
        for failure in &case.failures {
            let place = &failure.place;
            writeln!(
                out,
                "::{} file={},line={},col={},title={}::{}",
                command(failure.outcome),
                property(&place.file),
                place.line,
                place.column,
                property(&case.id),
                data(&format!(
                    "{}: expected {}, observed {}",
                    failure.subject, failure.expected, failure.observed
                ))
            )?;
        }
        if case.failures.is_empty() && !matches!(case.outcome, RunOutcome::Pass | RunOutcome::Skipped) {
            let (place, title, text) = (&case.place, property(&case.id), data(&said(&case)));
            let (file, line, command) = (property(&place.file), place.line, command(case.outcome));
            writeln!(out, "::{command} file={file},line={line},title={title}::{text}")?;
        }
        Ok(())
    })
}

/// Writes Markdown for the step summary: counts, what did not pass, and the requirements that are not shown to hold.
///
/// # Errors
/// As [`github`].
pub fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = &report.summary.outcomes;
    writeln!(out, "## handset run\n")?;
    if let Some(partition) = &report.head.partition {
        writeln!(out, "Part {partition} of {} cases.\n", report.head.selected.cases)?;
    }
    writeln!(out, "| cases | passed | failed | inconclusive | in error | skipped |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} |\n",
        report.summary.cases, counts.pass, counts.fail, counts.inconclusive, counts.error, counts.skipped
    )?;
    if report.summary.missing > 0 {
        writeln!(out, "**{}.**\n", not_reached(report.summary.missing))?;
    }
    let mut told = 0;
    report.cases.each(&mut |case| {
        if matches!(case.outcome, RunOutcome::Pass | RunOutcome::Skipped) {
            return Ok(());
        }
        told += 1;
        if told == 1 {
            writeln!(out, "| outcome | case | what |")?;
            writeln!(out, "|---|---|---|")?;
        }
        if told > TOLD_MAX {
            return Ok(());
        }
        row(&case, out)
    })?;
    if told > TOLD_MAX {
        writeln!(out, "\n… and {} more.", told - TOLD_MAX)?;
    }
    let open: Vec<String> = report
        .summary
        .requirements
        .iter()
        .filter(|(_, counts)| !matches!(counts.worst(), RunOutcome::Pass | RunOutcome::Skipped))
        .map(|(id, counts)| format!("{} {}", cell(id), counts.worst().as_str()))
        .collect();
    if !open.is_empty() {
        writeln!(out, "\nRequirements that are not shown to hold: {}.", open.join(", "))?;
    }
    Ok(())
}

fn row(case: &RunCase, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} | `{}` | {} |", case.outcome.as_str(), code(&case.id), cell(&said(case)))
}

/// An id between back quotes, of which it has none.
fn code(id: &str) -> String {
    id.replace('|', "\\|")
}

/// A text in a table: nothing in it is Markdown or HTML.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().take(CELL_MAX) {
        match letter {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => {
                out.push('\\');
                out.push(letter);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
