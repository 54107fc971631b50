//! The catalogue of scenarios: every row that a phone can show has one, the other rows are listed as pending.

use conformance::{files, root};
use intent::requirement::{ROWS, Status};
use scenario::{Case, Knowledge, ReadFailure};
use std::collections::{BTreeMap, BTreeSet};

/// Reads suites relative to the workspace.
struct Workspace;

impl scenario::Files for Workspace {
    fn read(&self, path: &str) -> Result<String, ReadFailure> {
        std::fs::read_to_string(root().join(path))
            .map_err(|error| ReadFailure::System { reason: error.to_string() })
    }
}

/// Every case of the committed suites.
pub fn cases() -> Vec<Case> {
    let paths: Vec<String> = files(&root().join("tests/suites"), "yaml")
        .iter()
        .map(|path| path.strip_prefix(root()).expect("in the workspace").to_string_lossy().into_owned())
        .collect();
    let cases = scenario::expand(paths.iter().map(String::as_str), &Workspace, Knowledge::default());
    cases.unwrap_or_else(|invalid| panic!("{:#?}", invalid.problems))
}

fn scenario_name(case: &Case) -> String {
    format!("{}/{}", case.suite, case.scenario)
}

#[test]
fn every_row_that_a_phone_can_show_has_a_scenario() {
    let cases = cases();
    let shown: BTreeSet<&str> = cases
        .iter()
        .filter(|case| case.pending.is_none())
        .flat_map(|case| &case.requirements)
        .map(String::as_str)
        .collect();
    let without: Vec<&str> = ROWS
        .iter()
        .filter(|row| row.status == Status::Expected && !shown.contains(row.id))
        .map(|row| row.id)
        .collect();
    assert!(without.is_empty(), "no scenario: {without:?}");
}

#[test]
fn the_remaining_rows_are_listed_with_what_they_wait_for() {
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for case in cases() {
        let Some(pending) = &case.pending else { continue };
        for requirement in &case.requirements {
            let before = listed.insert(requirement.clone(), pending.clone());
            assert_eq!(before, None, "{requirement} is listed twice");
        }
    }
    let told: BTreeMap<String, String> = ROWS
        .iter()
        .filter(|row| row.status == Status::Pending)
        .map(|row| (row.id.to_owned(), row.reason.unwrap_or_default().to_owned()))
        .collect();
    assert_eq!(listed, told, "tests/suites/pending.yaml and the rows of the catalogue");
}

#[test]
fn the_list_of_requirements_names_their_scenarios() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in cases().iter().filter(|case| case.pending.is_none()) {
        for requirement in &case.requirements {
            found.entry(requirement.clone()).or_default().insert(scenario_name(case));
        }
    }
    let path = root().join("agent/data/requirement-scenarios.json");
    let text = std::fs::read_to_string(path).expect("the list");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let listed: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_value(value["scenarios"].clone()).expect("scenarios by requirement");
    let found_text = serde_json::to_string_pretty(&found).expect("JSON");
    assert_eq!(listed, found, "agent/data/requirement-scenarios.json should have\n{found_text}");
}

/// Small spaces are run whole and the large one by a covering array; the numbers that the suite tells are those counted.
#[test]
fn the_option_space_is_run_as_it_says() {
    let cases = cases();
    let spaces = scenario::Space::catalogue();
    let grouped = |number: u128| {
        let digits = number.to_string();
        let groups: Vec<&str> =
            digits.as_bytes().rchunks(3).map(|g| std::str::from_utf8(g).unwrap()).rev().collect();
        groups.join(",")
    };
    for (name, space, ways) in [
        ("services", "service-switches", scenario::Ways::All),
        ("smime", "smime", scenario::Ways::All),
        ("policy", "eas-policy", scenario::Ways::Cover(3)),
    ] {
        let space = spaces.iter().find(|s| s.name == space).expect("a space");
        let own: Vec<&Case> =
            cases.iter().filter(|c| c.suite == "option-space" && c.scenario == name).collect();
        assert_eq!(own.len(), space.rows(ways).expect("rows").len(), "{name}");
        let about = own[0].about.as_deref().unwrap_or_default();
        assert!(about.contains(&grouped(space.total())), "{name}: {} in “{about}”", space.total());
    }
}
