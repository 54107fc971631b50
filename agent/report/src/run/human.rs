//! The page for people.

use super::{Report, not_reached, said};
use crate::{Style, visible};
use std::io::{self, Write};
use verdict::{RunCase, RunFailure, RunOutcome};

/// The most cases that are told of one by one.
const TOLD_MAX: u64 = 500;

/// Writes what did not pass, each with its place, then the counts. What passed is counted only.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn human(report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut told = 0;
    report.cases.each(&mut |case| {
        if matches!(case.outcome, RunOutcome::Pass | RunOutcome::Skipped) {
            return Ok(());
        }
        told += 1;
        if told > TOLD_MAX {
            return Ok(());
        }
        self::case(&case, style, out)
    })?;
    if told > TOLD_MAX {
        writeln!(out, "… and {} more; the reports have all of them\n", told - TOLD_MAX)?;
    }
    let summary = report.summary;
    let counts: Vec<String> = RunOutcome::ALL
        .into_iter()
        .filter(|o| summary.outcomes.of(*o) > 0)
        .map(|o| style.paint(colour(o), &format!("{} {}", summary.outcomes.of(o), word(o))))
        .collect();
    let cases = if summary.cases == 1 { "1 case".to_owned() } else { format!("{} cases", summary.cases) };
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    write!(out, "{cases}{counts}")?;
    if summary.pending > 0 {
        write!(out, " ({} pending)", summary.pending)?;
    }
    if let Some(partition) = &report.head.partition {
        write!(out, ", part {partition} of {}", report.head.selected.cases)?;
    }
    writeln!(out)?;
    if summary.missing > 0 {
        writeln!(out, "{}", not_reached(summary.missing))?;
    }
    Ok(())
}

fn case(case: &RunCase, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = style.paint(colour(case.outcome), case.outcome.as_str());
    writeln!(out, "{word} {}", visible(&case.id))?;
    if let Some(about) = &case.about {
        writeln!(out, "  {}", visible(about))?;
    }
    if case.failures.is_empty() {
        writeln!(out, "  {}", visible(&said(case)))?;
    }
    for failure in &case.failures {
        self::failure(failure, style, out)?;
    }
    writeln!(out)
}

fn failure(failure: &RunFailure, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let RunFailure { subject, expected, observed, place, .. } = failure;
    let step = failure.step.map(|n| format!("step {n}, ")).unwrap_or_default();
    let requirements: Vec<&str> = failure.requirements.iter().map(String::as_str).collect();
    let named =
        if requirements.is_empty() { String::new() } else { format!(" ({})", requirements.join(", ")) };
    writeln!(out, "  {step}{}{named}", style.paint("1", &visible(subject)))?;
    writeln!(out, "    expected  {}", visible(expected))?;
    writeln!(out, "    observed  {}", visible(observed))?;
    if let Some(why) = &failure.why {
        writeln!(out, "    because   {}", visible(why))?;
    }
    writeln!(out, "    at        {}:{}:{}", visible(&place.file), place.line, place.column)
}

fn colour(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pass => "32",
        RunOutcome::Fail | RunOutcome::Error => "31",
        RunOutcome::Inconclusive => "33",
        RunOutcome::Skipped => "2",
    }
}

fn word(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Pass => "passed",
        RunOutcome::Fail => "failed",
        RunOutcome::Inconclusive => "inconclusive",
        RunOutcome::Error => "in error",
        RunOutcome::Skipped => "skipped",
    }
}
