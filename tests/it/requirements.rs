//! `handset requirements`: the list, the tests it names, and the rows that no other test shows on a phone.

mod account;
mod install;
mod mail;
mod smime;
mod trial;

use crate::program::handset;
use conformance::{files, root};
use intent::requirement::{ROWS, Status};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(handset()).args(arguments).current_dir(root()).output().expect("the program starts")
}

fn list(arguments: &[&str]) -> Value {
    let output = run(&[&["requirements", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn rows(answer: &Value) -> &[Value] {
    answer["requirements"].as_array().expect("requirements")
}

/// Every test function of the sources, with how many of that name there are.
fn tests_of_the_sources() -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for roof in ["agent", "simulator", "tests"] {
        for file in files(&root().join(roof), "rs") {
            let text = std::fs::read_to_string(&file).expect("source");
            let mut marked = false;
            for line in text.lines().map(str::trim) {
                if line == "#[test]" {
                    marked = true;
                } else if let Some(rest) = line.strip_prefix("fn ").filter(|_| marked) {
                    let name = rest.split('(').next().unwrap_or_default();
                    *found.entry(name.to_owned()).or_default() += 1;
                    marked = false;
                } else if line.starts_with("#[ignore") {
                    marked = false;
                }
            }
        }
    }
    found
}

#[test]
fn every_row_is_listed_with_what_is_known_of_it() {
    let answer = list(&[]);
    let ids: Vec<&str> = rows(&answer).iter().filter_map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, ROWS.iter().map(|row| row.id).collect::<Vec<_>>());
    let text = std::fs::read_to_string(root().join("fixtures/schema/requirements.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).expect("a schema");
    for answer in [&answer, &list(&["--status", "pending"]), &list(&["eas-052", "OUT-001"])] {
        let errors: Vec<String> =
            validator.iter_errors(answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut counts = BTreeMap::new();
    for row in rows(&answer) {
        *counts.entry(row["status"].as_str().unwrap()).or_insert(0) += 1;
    }
    for (member, status) in
        [("expected", "expected"), ("pending", "pending"), ("not_observable", "not-observable")]
    {
        assert_eq!(answer["summary"][member], counts[status], "{member}");
        let only = list(&["--status", status]);
        assert_eq!(rows(&only).len(), counts[status]);
        assert!(rows(&only).iter().all(|row| row["status"] == status));
    }
}

#[test]
fn the_tests_that_are_named_exist_and_run() {
    let sources = tests_of_the_sources();
    // What this very binary would run, in its own words.
    let output = Command::new(std::env::current_exe().expect("the test knows where it is"))
        .args(["--list", "--format", "terse"])
        .stderr(Stdio::null())
        .output()
        .expect("the test binary starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let ours: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_suffix(": test")?.rsplit("::").next()).collect();
    assert!(ours.contains("the_tests_that_are_named_exist_and_run"));
    let mut named = 0;
    for row in rows(&list(&[])) {
        let tests: Vec<&str> = row["tests"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for name in &tests {
            assert_eq!(sources.get(*name), Some(&1), "{}: {name} is one test function", row["id"]);
            named += 1;
        }
        if row["status"] == Status::Expected.as_str() {
            // An expected row is shown by a test that crosses the crates, not by the oracle's own alone.
            assert!(tests.iter().any(|name| ours.contains(name)), "{}: {tests:?}", row["id"]);
        }
    }
    assert!(named >= 150, "{named}");
}

#[test]
fn people_get_a_table_and_details_and_the_next_id() {
    let text = |arguments: &[&str]| String::from_utf8(run(arguments).stdout).unwrap();
    let table = text(&["requirements"]);
    assert_eq!(table.lines().count(), ROWS.len() + 1);
    assert!(table.lines().any(|line| line.starts_with("OUT-001  pending  ") && line.contains("Outlook")));
    let one = text(&["requirements", "EAS-052"]);
    for part in ["Statement", "expected", "Expected", "Tests"] {
        assert!(one.contains(part), "{one}");
    }
    let wrong = run(&["requirements", "EAS-O52"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean EAS-052?"));
    assert_eq!(run(&["requirements", "--status", "open"]).status.code(), Some(2));
}

#[test]
fn explain_says_what_becomes_of_a_requirement() {
    let explained = |id: &str| -> Value {
        serde_json::from_slice(&run(&["explain", id, "--format", "json"]).stdout).expect("JSON")
    };
    let row = explained("EAS-052");
    assert_eq!((&row["kind"], &row["status"]), (&"requirement".into(), &"expected".into()));
    assert!(!row["tests"].as_array().unwrap().is_empty());
    let row = explained("OUT-001");
    assert_eq!(row["status"], "pending");
    assert!(row["reason"].as_str().is_some_and(|reason| reason.contains("Outlook")));
    let text = String::from_utf8(run(&["explain", "LNG-005"]).stdout).unwrap();
    assert!(text.contains("Status: not-observable"), "{text}");
}
