//! The answer: one entry for each row, in the order of the ids.

use super::arguments::RequirementsArguments;
use super::catalogue;
use crate::exit::Failure;
use crate::lint::PlainFormat;
use crate::print;
use intent::requirement::{ROWS, Row, Status};
use profile::lint::nearest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The version of the contract of this command.
const SCHEMA_VERSION: u32 = 1;

/// One requirement as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its stable id, such as EAS-052.
    pub id: &'static str,
    /// What the document says.
    pub statement: String,
    /// Whether a phone can show that it holds.
    pub status: Status,
    /// Why it cannot be judged, where it cannot.
    pub reason: Option<&'static str>,
    /// What is expected.
    pub expectation: Option<&'static str>,
    /// The names of the test functions behind it.
    pub tests: Vec<String>,
    /// The scenarios behind it.
    pub scenarios: Vec<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    requirements: &'a [Listed],
    summary: Summary,
}

/// How many of each status are listed.
#[derive(Serialize)]
struct Summary {
    expected: usize,
    pending: usize,
    not_observable: usize,
}

#[derive(Deserialize)]
struct Tests {
    tests: BTreeMap<String, Vec<String>>,
}

static TESTS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    // The file is part of the program and read whole by a test.
    serde_json::from_str::<Tests>(include_str!("../../data/requirement-tests.json"))
        .map(|file| file.tests)
        .unwrap_or_default()
});

#[derive(Deserialize)]
struct Scenarios {
    scenarios: BTreeMap<String, Vec<String>>,
}

static SCENARIOS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    // As above.
    serde_json::from_str::<Scenarios>(include_str!("../../data/requirement-scenarios.json"))
        .map(|file| file.scenarios)
        .unwrap_or_default()
});

/// What is known of the requirement of an id, in letters of any case.
pub fn listed(id: &str) -> Option<Listed> {
    ROWS.iter().find(|row| row.id.eq_ignore_ascii_case(id)).map(entry)
}

fn entry(row: &'static Row) -> Listed {
    Listed {
        id: row.id,
        statement: catalogue::find(row.id).map(|requirement| requirement.statement).unwrap_or_default(),
        status: row.status,
        reason: row.reason,
        expectation: row.expectation,
        tests: TESTS.get(row.id).cloned().unwrap_or_default(),
        scenarios: SCENARIOS.get(row.id).cloned().unwrap_or_default(),
    }
}

/// Runs the command.
pub fn run(arguments: &RequirementsArguments) -> Result<u8, Failure> {
    let mut entries: Vec<Listed> = match arguments.ids.as_slice() {
        [] => ROWS.iter().map(entry).collect(),
        ids => ids.iter().map(|id| listed(id.trim()).ok_or_else(|| unknown(id))).collect::<Result<_, _>>()?,
    };
    entries.retain(|entry| arguments.status.is_none_or(|status| entry.status == status));
    let count = |status| entries.iter().filter(|entry| entry.status == status).count();
    let summary = Summary {
        expected: count(Status::Expected),
        pending: count(Status::Pending),
        not_observable: count(Status::NotObservable),
    };
    let text = match arguments.format {
        PlainFormat::Json => {
            let answer = Answer { schema_version: SCHEMA_VERSION, requirements: &entries, summary };
            serde_json::to_string_pretty(&answer)? + "\n"
        }
        PlainFormat::Human if arguments.ids.is_empty() => table(&entries, &summary),
        PlainFormat::Human => entries.iter().map(Listed::human).collect::<Vec<_>>().join("\n"),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn unknown(id: &str) -> Failure {
    let near = nearest(&id.trim().to_ascii_uppercase(), ROWS.iter().map(|row| row.id)).map(str::to_owned);
    Failure::Requirement { id: id.to_owned(), near }
}

fn table(entries: &[Listed], summary: &Summary) -> String {
    let mut out = String::new();
    for entry in entries {
        let sentence = entry.reason.or(entry.expectation).unwrap_or_default();
        out.push_str(&format!("{}  {:<14}  {sentence}\n", entry.id, entry.status.as_str()));
    }
    out.push_str(&format!(
        "{} expected, {} pending, {} not observable; `handset requirements ID` tells more\n",
        summary.expected, summary.pending, summary.not_observable
    ));
    out
}

impl Listed {
    /// For people, in detail.
    pub fn human(&self) -> String {
        format!("{}  {}\n\nStatement\n  {}\n{}", self.id, self.status, self.statement, self.judged())
    }

    /// What is judged and tested, for people.
    pub fn judged(&self) -> String {
        let mut out = String::new();
        for (title, text) in [("Expected", self.expectation), ("Why it cannot be judged", self.reason)] {
            if let Some(text) = text {
                out.push_str(&format!("\n{title}\n  {text}\n"));
            }
        }
        if !self.tests.is_empty() {
            out.push_str(&format!("\nTests\n  {}\n", self.tests.join("\n  ")));
        }
        if !self.scenarios.is_empty() {
            out.push_str(&format!("\nScenarios\n  {}\n", self.scenarios.join("\n  ")));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_statement_and_every_list_of_tests_or_scenarios_a_row() {
        assert!(ROWS.iter().map(entry).all(|entry| !entry.statement.is_empty()));
        assert!(!TESTS.is_empty() && !SCENARIOS.is_empty());
        for id in TESTS.keys().chain(SCENARIOS.keys()) {
            assert!(intent::requirement::row(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_wrong_id_is_told_the_next_one() {
        assert!(listed("eas-052").is_some());
        let Failure::Requirement { near, .. } = unknown("eas-o52") else { panic!() };
        assert!(near.as_deref() == Some("EAS-052"));
    }
}
