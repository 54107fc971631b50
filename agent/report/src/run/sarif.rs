//! SARIF 2.1.0 (OASIS), which code hosts and editors read: what did not hold, at the expectation that says so.

use super::Report;
use crate::findings::uri;
use serde_json::{Value, json};
use std::io::{self, Write};
use verdict::{RunCase, RunFailure, RunOutcome, RunPlace};

/// The rule of expectations that carry no requirement.
const NO_REQUIREMENT: &str = "expectation";

/// Writes one run of the tool `handset`. The rules are the requirements of the cases; a result refers to the first of its
/// expectation's requirements. What could not be judged is of the kind `open`.
///
/// # Errors
/// Of the writer, and of whoever keeps the cases.
pub fn sarif(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let requirements = report.summary.requirements.keys().map(String::as_str);
    let ids: Vec<&str> = std::iter::once(NO_REQUIREMENT).chain(requirements).collect();
    let rules: Vec<Value> = ids.iter().map(|id| rule(id)).collect();
    let driver = json!({ "name": "handset", "semanticVersion": report.head.handset, "rules": rules });
    // Interrupted runs, and those in which a case was in error, did not do all that they should.
    let invocation = json!({
        "executionSuccessful": matches!(report.exit, 0 | 1 | 4 | 5),
        "exitCode": report.exit,
    });
    writeln!(out, "{{")?;
    writeln!(out, "  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",")?;
    writeln!(out, "  \"version\": \"2.1.0\",")?;
    writeln!(out, "  \"runs\": [{{")?;
    writeln!(out, "    \"tool\": {{\"driver\": {driver}}},")?;
    writeln!(out, "    \"columnKind\": \"unicodeCodePoints\",")?;
    writeln!(out, "    \"invocations\": [{invocation}],")?;
    write!(out, "    \"results\": [")?;
    let mut first = true;
    report.cases.each(&mut |case| {
        for failure in &case.failures {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(out, "{comma}\n      {}", result(&case, failure, &ids))?;
        }
        // A case that came to nothing without an expectation to blame.
        let silent = case.failures.is_empty()
            && matches!(case.outcome, RunOutcome::Error | RunOutcome::Inconclusive | RunOutcome::Fail);
        if silent {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(out, "{comma}\n      {}", whole(&case, &ids))?;
        }
        Ok(())
    })?;
    writeln!(out, "\n    ]")?;
    writeln!(out, "  }}]")?;
    writeln!(out, "}}")
}

fn rule(id: &str) -> Value {
    let text = match id {
        NO_REQUIREMENT => "An expectation of a scenario does not hold.".to_owned(),
        id => format!("The requirement {id} is not shown to hold; handset explain {id} says what it is."),
    };
    json!({ "id": id, "shortDescription": { "text": text } })
}

fn result(case: &RunCase, failure: &RunFailure, ids: &[&str]) -> Value {
    let text = format!(
        "{}: {}: expected {}, observed {}",
        case.id, failure.subject, failure.expected, failure.observed
    );
    let rule = failure.requirements.first().or(case.requirements.first());
    of(case, failure.outcome, rule.map(String::as_str), &text, &failure.place, ids)
}

fn whole(case: &RunCase, ids: &[&str]) -> Value {
    let text = format!("{}: {}", case.id, super::said(case));
    of(case, case.outcome, case.requirements.first().map(String::as_str), &text, &case.place, ids)
}

fn of(
    case: &RunCase,
    outcome: RunOutcome,
    rule: Option<&str>,
    text: &str,
    place: &RunPlace,
    ids: &[&str],
) -> Value {
    let rule = rule.unwrap_or(NO_REQUIREMENT);
    let (kind, level) = match outcome {
        RunOutcome::Inconclusive => ("open", "none"),
        _ => ("fail", "error"),
    };
    let mut value = json!({
        "ruleId": rule,
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": { "startLine": place.line.max(1), "startColumn": place.column.max(1) },
        } }],
        "partialFingerprints": { "case/v1": case.id },
        "properties": { "case": case.id, "outcome": outcome.as_str(), "tags": case.tags },
    });
    if let Some(index) = ids.iter().position(|id| *id == rule) {
        value["ruleIndex"] = index.into();
    }
    value
}
