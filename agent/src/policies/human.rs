//! The answers as pages for a person.

use super::shown::{CompileAnswer, ImportAnswer, ShownFinding, Summary};
use crate::tools::output::clean;
use intent::Certainty;
use serde_json::Value as Json;
use std::fmt::Write;

/// The longest value that is shown, in characters.
const VALUE_CHARACTERS: usize = 40;

/// Renders what was compiled; legible without colour, control characters are not passed on.
pub(super) fn compiled(answer: &CompileAnswer) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} for {}", clean(&answer.policy.name), clean(&answer.user.upn));
    for payload in &answer.payloads {
        let name = payload.display_name.as_deref().unwrap_or_default();
        let _ = writeln!(out, "\n  {}  {}", payload.payload_type, clean(name));
        let plain = payload.keys.iter().filter(|row| row.setting != "demanded by Apple");
        let rows: Vec<_> = plain.map(|row| (row, shown(&row.value))).collect();
        let width = rows.iter().map(|(row, _)| row.key.chars().count()).max().unwrap_or_default();
        let values = rows.iter().map(|(_, value)| value.chars().count()).max().unwrap_or_default();
        for (row, value) in rows {
            let certainty = certainty(row.certainty);
            let _ =
                writeln!(out, "    {:<width$}  {value:<values$}  {certainty:<8}  {}", row.key, row.setting);
        }
    }
    findings(&mut out, &answer.findings);
    out.push('\n');
    match &answer.output {
        Some(path) if answer.exit == 0 => {
            let _ = writeln!(out, "{} was written.", clean(path));
        }
        Some(path) => {
            let _ = writeln!(out, "{} was written, in spite of what is wrong.", clean(path));
        }
        None if answer.exit == 0 => out.push_str("The profile was written to standard output.\n"),
        None => out.push_str("The profile was written to standard output, in spite of what is wrong.\n"),
    }
    total(&mut out, answer.summary, answer.exit);
    out
}

/// Renders what was imported.
pub(super) fn imported(answer: &ImportAnswer) -> String {
    let mut out = String::new();
    let name = answer.profile.display_name.as_deref().or(answer.profile.identifier.as_deref());
    let _ = writeln!(out, "{} as a policy", clean(name.unwrap_or(&answer.file)));
    let width = answer.settings.iter().map(|row| row.setting.chars().count()).max().unwrap_or_default();
    if !answer.settings.is_empty() {
        out.push('\n');
    }
    for row in &answer.settings {
        let certainty = certainty(row.certainty);
        let _ = writeln!(out, "  {:<width$}  {certainty:<8}  {}", clean(&row.setting), row.key);
    }
    if !answer.lost.is_empty() {
        out.push_str("\nWhat does not come along\n");
    }
    for lost in &answer.lost {
        let place = match (lost.line, lost.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", clean(&answer.file)),
            _ => clean(&answer.file),
        };
        let _ = writeln!(out, "  {}  {}  {} {}", word(lost.severity), lost.rule, place, clean(&lost.key));
        let _ = writeln!(out, "           {}", clean(&lost.message));
    }
    out.push('\n');
    if let Some(path) = &answer.output {
        let _ = writeln!(out, "{} was written.", clean(path));
    }
    total(&mut out, answer.summary, answer.exit);
    out
}

fn findings(out: &mut String, findings: &[ShownFinding]) {
    if !findings.is_empty() {
        out.push_str("\nFindings\n");
    }
    for finding in findings {
        let place = match (finding.line, finding.column) {
            (Some(line), Some(column)) => format!("{}:{line}:{column}", clean(&finding.file)),
            _ => clean(&finding.file),
        };
        let _ = writeln!(
            out,
            "  {}  {}  {place}  {}",
            word(finding.severity),
            finding.rule,
            clean(&finding.path)
        );
        let _ = writeln!(out, "           {} [{}]", clean(&finding.message), finding.reference);
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "           help: {}", clean(help));
        }
    }
}

fn total(out: &mut String, summary: Summary, exit: u8) {
    let many = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let Summary { errors, warnings, infos } = summary;
    let counted =
        format!("{}, {}, {}", many(errors, "error"), many(warnings, "warning"), many(infos, "info"));
    let _ = writeln!(out, "{counted} (exit {exit})");
}

fn word(severity: &str) -> &'static str {
    match severity {
        "error" => "ERROR  ",
        "warning" => "warning",
        _ => "info   ",
    }
}

const fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain",
        Certainty::Inferred => "inferred",
    }
}

fn shown(value: &Json) -> String {
    let text = match value {
        Json::String(text) => clean(text),
        other => clean(&other.to_string()),
    };
    if text.chars().count() <= VALUE_CHARACTERS {
        return text;
    }
    text.chars().take(VALUE_CHARACTERS - 1).chain(['…']).collect()
}
