//! `handset mutants` and `handset run --device-defect`: the suites pass on the sound phone and notice every seeded defect.

use crate::program::handset;
use conformance::{Scratch, files, root};
use device::Defect;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(handset()).args(arguments).current_dir(root()).output().expect("the program starts")
}

fn json(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(&[arguments, &["--format", "json"]].concat());
    let value = serde_json::from_slice(&output.stdout);
    (output.status.code(), value.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

/// Which scenario notices which defect, as committed.
fn kept() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("tests/suites/kills.json")).expect("the list");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    serde_json::from_value(value["kills"].clone()).expect("scenarios by defect")
}

fn scenarios(cases: &[&str]) -> BTreeSet<String> {
    cases.iter().map(|case| case.split('[').next().unwrap_or_default().to_owned()).collect()
}

fn ids() -> BTreeSet<String> {
    Defect::ALL.iter().map(|defect| defect.id().to_owned()).collect()
}

#[test]
fn the_suites_pass_on_the_sound_phone() {
    let scratch = Scratch::new("suites-sound");
    let folder = scratch.file("run");
    let folder = folder.to_str().expect("a path");
    let (code, report) = json(&["run", "tests/suites", "--quiet", "--run-folder", folder]);
    let failed: Vec<&Value> =
        report["cases"].as_array().unwrap().iter().filter(|c| c["outcome"] == "fail").collect();
    assert_eq!(code, Some(0), "{failed:#?}");
    assert_eq!(report["target"], "simulated-device");
}

#[test]
fn every_defect_is_caught_by_a_committed_scenario() {
    let kept = kept();
    assert_eq!(kept.keys().cloned().collect::<BTreeSet<_>>(), ids(), "tests/suites/kills.json");
    let (code, matrix) = json(&["mutants", "tests/suites", "--first"]);
    let text = std::fs::read_to_string(root().join("fixtures/schema/mutants.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).expect("a schema");
    let wrong: Vec<String> =
        validator.iter_errors(&matrix).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(words(&matrix["sound"]["not_passed"]).is_empty(), "{}", matrix["sound"]);
    let mutants = matrix["mutants"].as_array().unwrap();
    assert_eq!(mutants.len(), Defect::ALL.len());
    for mutant in mutants {
        let id = mutant["id"].as_str().unwrap();
        let by = scenarios(&words(&mutant["killed_by"]));
        assert!(!by.is_empty(), "nothing catches {id}");
        assert!(
            by.is_subset(&kept[id]),
            "{id} is caught by {by:?}, which tests/suites/kills.json does not say"
        );
        // A crash is no finding.
        assert!(words(&mutant["errors"]).is_empty(), "{mutant:#}");
    }
    assert_eq!(code, Some(0), "{}", matrix["summary"]);
}

/// Takes the whole matrix; `.ci/run` does.
#[test]
#[ignore = "runs every case on every defective phone: a minute of one core"]
fn the_whole_matrix_is_as_committed() {
    let (code, matrix) = json(&["mutants", "tests/suites"]);
    let found: BTreeMap<String, BTreeSet<String>> = matrix["mutants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["id"].as_str().unwrap().to_owned(), scenarios(&words(&m["killed_by"]))))
        .collect();
    let found_text = serde_json::to_string_pretty(&found).unwrap();
    assert!(found == kept(), "tests/suites/kills.json should have\n{found_text}");
    assert_eq!(code, Some(0), "{}", matrix["summary"]);
    // The judge alone, looking at what is left of such phones, reports most of them.
    assert!(matrix["summary"]["judged"].as_u64().unwrap() >= 80, "{}", matrix["summary"]);
}

#[test]
fn a_run_on_a_phone_with_a_defect_fails_and_says_which_phone_it_was() {
    let scratch = Scratch::new("defect-run");
    let folder = scratch.file("run");
    let folder = folder.to_str().expect("a path");
    let suite = "tests/suites/smime.yaml";
    let arguments = ["run", suite, "--quiet", "--run-folder", folder, "--device-defect", "default-sign-on"];
    let (code, report) = json(&arguments);
    assert_eq!((code, &report["target"]), (Some(1), &"simulated-device with default-sign-on".into()));
    let failed: Vec<&str> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["outcome"] == "fail")
        .filter_map(|case| case["id"].as_str())
        .collect();
    assert_eq!(failed, ["smime/nothing-said"]);
    // What is run again is run on such a phone again.
    let (code, again) = json(&["rerun", "--failed", folder, "--quiet"]);
    assert_eq!((code, &again["target"]), (Some(1), &report["target"]));

    let unknown = run(&["run", suite, "--device-defect", "default-sign-off"]);
    assert_eq!(unknown.status.code(), Some(2));
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(
        said.contains("no defect is called “default-sign-off”; did you mean “default-sign-on”?"),
        "{said}"
    );
    let both = run(&["run", suite, "--device-defect", "default-sign-on", "--evidence", "fixtures/evidence"]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn suites_that_look_elsewhere_miss_a_defect() {
    let scratch = Scratch::new("defect-missed");
    let suite = "suite: s\ngiven:\n  policy: {displayName: P, accountName: P, hostName: mail.contoso.example}\n\
                 scenarios:\n  - name: installs\n    steps:\n      - install: given\n        expect: {install: installed}\n  \
                 - name: wrong\n    steps:\n      - install: given\n        expect: {install: refused}\n";
    std::fs::write(scratch.file("s.yaml"), suite).unwrap();
    let file = scratch.file("s.yaml");
    let file = file.to_str().expect("a path");
    let (code, matrix) =
        json(&["mutants", file, "--defect", "default-sign-on", "--defect", "host-from-address"]);
    assert_eq!((code, &matrix["summary"]["missed"]), (Some(1), &2.into()));
    // A case that fails on the sound phone too has noticed nothing.
    assert_eq!(words(&matrix["sound"]["not_passed"]), ["s/wrong"]);
    let said = run(&["mutants", file, "--defect", "default-sign-on", "--case", "s/installs"]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(text.starts_with("MISSED  default-sign-on  Messages are signed"), "{text}");
    assert_eq!(run(&["mutants", file, "--case", "s/none"]).status.code(), Some(4));
    assert_eq!(
        run(&["mutants", "tests/suites/pending.yaml"]).status.code(),
        Some(4),
        "nothing of it can be run"
    );
}

#[test]
fn every_defect_stands_where_the_right_behaviour_does() {
    let sources: Vec<String> = files(&root().join("simulator/device/src"), "rs")
        .into_iter()
        .filter(|path| path.file_name().is_some_and(|name| name != "defect.rs"))
        .map(|path| std::fs::read_to_string(path).expect("source"))
        .collect();
    for defect in Defect::ALL {
        let name = format!("Defect::{defect:?}");
        let used = sources.iter().any(|text| {
            text.match_indices(&name).any(|(at, _)| {
                !text[at + name.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
            })
        });
        assert!(used, "{name} changes nothing");
        for requirement in defect.requirements() {
            assert!(intent::requirement::row(requirement).is_some(), "{defect}: {requirement}");
        }
    }
}
