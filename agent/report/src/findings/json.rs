//! The JSON contract: fixtures/schema/lint.schema.json.

use super::value::{LINT_SCHEMA_VERSION, LintReport, LintRule};
use serde_json::json;

/// Renders what was found as JSON, two spaces deep, with a line end.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn findings_json(report: &LintReport) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// Renders the list of rules as JSON: of each the id, severity, title, requirements and reference.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn rules_json(rules: &[LintRule]) -> Result<String, serde_json::Error> {
    let rules: Vec<_> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "severity": rule.severity,
                "title": rule.title,
                "requirements": rule.requirements,
                "reference": rule.reference,
            })
        })
        .collect();
    let value = json!({ "schema_version": LINT_SCHEMA_VERSION, "rules": rules });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}
