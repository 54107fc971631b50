//! The answer as a page for a person.

use super::notice::Severity;
use super::{Difference, Update};
use crate::tools::output::clean;
use std::fmt::Write;

/// The width of a line of text.
const COLUMNS: usize = 110;

/// Renders the answer. Everything is legible without colour; control characters of the profiles are not passed on.
pub(super) fn page(difference: &Difference) -> String {
    let mut out = String::new();
    let device = &difference.device;
    let supervised = if device.supervised { ", supervised" } else { "" };
    let _ = writeln!(
        out,
        "{} -> {} on iOS {}{supervised}",
        clean(&difference.old.file),
        clean(&difference.new.file),
        device.ios
    );
    if difference.notices.is_empty() {
        let _ = writeln!(out, "\nThe user notices nothing.");
    } else {
        let headline = match difference.update {
            Update::InPlace => "The user will notice",
            Update::SideBySide => "The user will notice (both profiles stay)",
        };
        let _ = writeln!(out, "\n{headline}");
    }
    for notice in &difference.notices {
        let severity = match notice.severity {
            Severity::Info => "info   ",
            Severity::Warning => "warning",
            Severity::Error => "ERROR  ",
        };
        let _ = writeln!(out, "  {severity}  {}", notice.id);
        for line in wrapped(&clean(&notice.text), COLUMNS - 11) {
            let _ = writeln!(out, "           {line}");
        }
        if !notice.requirement.is_empty() {
            let _ = writeln!(out, "           [{}]", notice.requirement.join(", "));
        }
    }
    if !difference.changed_keys.is_empty() {
        let _ = writeln!(out, "\nChanged keys");
    }
    let mut last = None;
    for changed in &difference.changed_keys {
        let whose = (&changed.payload, &changed.identifier);
        if last != Some(whose) {
            let name = changed.identifier.as_deref().unwrap_or("(no identifier)");
            let _ = writeln!(out, "  {} {}", clean(&changed.payload), clean(name));
            last = Some(whose);
        }
        let (old, new) = (value(&changed.old), value(&changed.new));
        // A boolean that became a text reads the same.
        let (old, new) = match (changed.old_type, changed.new_type) {
            (Some(was), Some(is)) if old == new && was != is => {
                (format!("{was} {old}"), format!("{is} {new}"))
            }
            _ => (old, new),
        };
        let _ = writeln!(out, "    {:<44} {old} -> {new}", clean(&changed.key));
    }
    out
}

fn value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "(absent)".to_owned(),
        serde_json::Value::String(text) => clean(text),
        other => clean(&other.to_string()),
    }
}

fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last().map_or(0, |l| l.chars().count());
        if line > 0 && line + 1 + word.chars().count() > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
