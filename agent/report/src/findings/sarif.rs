//! SARIF 2.1.0 (OASIS), which code hosts and editors read.

use super::value::{LintFile, LintFinding, LintReport, LintRule, PlaceKind};
use serde_json::{Value, json};

/// Renders what was found as one run of the tool `handset` of that version. Every rule is in it, also those that found
/// nothing; results refer to them by index.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn sarif(report: &LintReport, rules: &[LintRule], version: &str) -> Result<String, serde_json::Error> {
    let results: Vec<Value> = report
        .files
        .iter()
        .enumerate()
        .flat_map(|(at, file)| file.findings.iter().map(move |finding| (at, file, finding)))
        .map(|(at, file, finding)| result(at, file, finding, rules))
        .collect();
    let artifacts: Vec<Value> =
        report.files.iter().map(|file| json!({ "location": { "uri": uri(&file.file) } })).collect();
    let value = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "handset",
                "semanticVersion": version,
                "rules": rules.iter().map(descriptor).collect::<Vec<Value>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts,
            "invocations": [{ "executionSuccessful": report.exit <= 1, "exitCode": report.exit }],
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn level(severity: &str) -> &'static str {
    match severity {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    }
}

fn descriptor(rule: &LintRule) -> Value {
    let help = format!("{}\n\n{}\n\n{}\n\n{}", rule.checks, rule.why, rule.example, rule.reference);
    let markdown = format!(
        "**What it checks.** {}\n\n**Why it matters.** {}\n\n**Example.**\n\n```xml\n{}\n```\n\n**Reference.** {}",
        rule.checks, rule.why, rule.example, rule.reference
    );
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.checks },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "level": level(&rule.severity) },
        "properties": { "tags": rule.requirements },
    })
}

fn result(at: usize, file: &LintFile, finding: &LintFinding, rules: &[LintRule]) -> Value {
    let text = match &finding.help {
        Some(help) => format!("{}: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut physical = json!({ "artifactLocation": { "uri": uri(&file.file), "index": at } });
    if let Some(region) = region(file, finding) {
        physical["region"] = region;
    }
    let mut value = json!({
        "ruleId": finding.rule,
        "level": level(&finding.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": physical }],
    });
    if let Some(index) = rules.iter().position(|rule| rule.id == finding.rule) {
        value["ruleIndex"] = index.into();
    }
    value
}

fn region(file: &LintFile, finding: &LintFinding) -> Option<Value> {
    match file.place(finding) {
        PlaceKind::Lines => {
            let mut region = json!({ "startLine": finding.line });
            for (name, number) in [
                ("startColumn", finding.column),
                ("endLine", finding.end_line),
                ("endColumn", finding.end_column),
            ] {
                if let Some(number) = number {
                    region[name] = number.into();
                }
            }
            Some(region)
        }
        PlaceKind::Octets => {
            Some(json!({ "byteOffset": finding.offset, "byteLength": finding.length.unwrap_or(0) }))
        }
        PlaceKind::Nowhere => None,
    }
}

/// A file name as a URI reference, relative unless it was absolute.
pub(crate) fn uri(file: &str) -> String {
    let mut out = String::new();
    let file = file.strip_prefix("./").unwrap_or(file);
    if file.starts_with('/') {
        out.push_str("file://");
    }
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_uris() {
        assert_eq!(uri("./a b/é%.mobileconfig"), "a%20b/%C3%A9%25.mobileconfig");
        assert_eq!(uri("/tmp/a:b"), "file:///tmp/a%3Ab");
    }
}
