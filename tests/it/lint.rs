//! `handset lint`, `handset explain`, `handset schema`: every rule on its two profiles, the contracts, the exit codes.

use crate::program::handset;
use conformance::{Scratch, files, profile, root, shared};
use handset::findings::{lint, unwrap};
use profile::lint::{rule, rules};
use profile::{OsVersion, Profile, Schema, Timestamp};
use serde_json::Value;
use simulator::PROVIDER;
use smime::Context;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(handset()).args(arguments).current_dir(root()).output().expect("the program starts")
}

fn json(arguments: &[&str]) -> (i32, Value) {
    let output = run(arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{arguments:?}: {e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().expect("an exit code"), value)
}

fn lint_text(text: &str, arguments: &[&str]) -> (i32, Value) {
    let mut child = Command::new(handset())
        .args(["lint", "-", "--format", "json"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

fn ids(report: &Value) -> BTreeSet<String> {
    let files = report["files"].as_array().expect("files");
    let findings = files.iter().flat_map(|file| file["findings"].as_array().expect("findings"));
    findings.map(|finding| finding["rule"].as_str().expect("rule").to_owned()).collect()
}

fn validator(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(root().join("fixtures/schema").join(name)).expect("the schema");
    jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
}

fn follows(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The iOS and the time that a fixture of a rule is judged at.
fn options(all: &Value, id: &str, side: &str) -> (OsVersion, Timestamp) {
    let one = |name: &str| {
        let of = |side: &str| all[id][side][name].as_str().map(str::to_owned);
        of(side).or_else(|| of("both"))
    };
    let ios = one("ios").unwrap_or_else(|| "17.5".to_owned());
    let clock = one("clock").unwrap_or_else(|| "2026-11-02T08:00:00Z".to_owned());
    (ios.parse().expect("a version"), Timestamp::parse_rfc3339(&clock).expect("a time"))
}

/// The rules that report on a fixture, certificates opened for real.
fn reported(file: &Path, ios: OsVersion, clock: Timestamp) -> BTreeSet<&'static str> {
    let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let cx = Context { now: smime::Timestamp(clock.0), crypto: &PROVIDER };
    if file.extension().is_some_and(|e| e == "plist") {
        // What was decrypted is read by whoever decrypts.
        let (_, findings) = Profile::default().with_decrypted_content(&bytes);
        return findings.iter().map(|finding| finding.rule).collect();
    }
    let wrapped = unwrap(&cx, &bytes);
    let (profile, read) = profile::parse(&wrapped.inner);
    let mut findings = wrapped.findings;
    findings.extend(read);
    findings.extend(lint(&cx, Schema::builtin(), &profile, ios));
    findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn every_rule_has_a_profile_that_triggers_it_and_one_that_just_does_not() {
    let folder = root().join("fixtures/lint");
    let text = std::fs::read_to_string(folder.join("options.json")).expect("the options");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    for rule in rules() {
        let id = rule.description().id;
        let file = |side: &str| -> PathBuf {
            let named = |extension: &str| folder.join(id).join(format!("{side}.{extension}"));
            if named("plist").exists() { named("plist") } else { named("mobileconfig") }
        };
        for (side, expected) in [("triggers", true), ("clean", false)] {
            let (ios, clock) = options(&all, id, side);
            let found = reported(&file(side), ios, clock);
            if found.contains(id) != expected {
                wrong.push(format!("{id}/{side}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let known: BTreeSet<String> = rules().iter().map(|rule| rule.description().id.to_owned()).collect();
    let there: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .flatten()
        .filter(|entry| entry.path().is_dir() && entry.file_name() != "pki")
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(known, there, "a folder for each rule and none besides");
    assert!(known.len() >= 60);
    for id in all.as_object().expect("an object").keys() {
        assert!(known.contains(id), "options of the unknown rule {id}");
    }
}

#[test]
fn a_clean_profile_has_nothing_of_note_but_its_rule() {
    // What differs between the two profiles of a rule is that rule, give or take what goes with it; a fixture that
    // triggers half of the rules would show little.
    let folder = root().join("fixtures/lint");
    let text = std::fs::read_to_string(folder.join("options.json")).expect("the options");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    for rule in rules() {
        let id = rule.description().id;
        let (ios, clock) = options(&all, id, "triggers");
        let file = folder.join(id).join("triggers.mobileconfig");
        if file.exists() {
            let found = reported(&file, ios, clock);
            assert!(found.len() <= 7, "{id}: {found:?}");
        }
    }
}
