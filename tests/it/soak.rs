//! `handset soak`: what it finds, what it says of it, and that a finding is a scenario that fails for the same reason.

use crate::program::handset;
use conformance::{Scratch, root};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str], folder: &Path) -> Output {
    Command::new(handset()).args(arguments).current_dir(folder).output().expect("the program starts")
}

fn validated(output: &Output) -> Value {
    let value: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = std::fs::read_to_string(root().join("fixtures/schema/soak.schema.json")).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> =
        validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut other = value.clone();
    other["operations"] = "many".into();
    assert!(!validator.is_valid(&other), "the schema can fail");
    value
}

#[test]
fn nothing_is_found_on_the_sound_phone() {
    let scratch = Scratch::new("soak-sound");
    let output = run(&["soak", "--minutes", "0.02", "--seed", "7", "--format", "json"], scratch.path());
    let report = validated(&output);
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    assert_eq!((&report["exit"], &report["target"]), (&0.into(), &"simulated-device".into()));
    assert!(report["walks"].as_u64() > Some(0) && report["checks"].as_u64() > Some(100), "{report:#}");
    assert!(report["operations_per_second"].as_f64() > Some(1.0), "{report:#}");
    assert!(!scratch.file(".handset").exists(), "nothing is written where nothing is found");
}

/// The minimised scenario fails on the phone with the defect for the same reason, and passes on the sound phone.
#[test]
fn a_finding_is_a_scenario_that_fails_for_the_same_reason() {
    for (defect, subject) in
        [("locked-switch-moves", "service."), ("window-ignored", "account.mail_window_days")]
    {
        let scratch = Scratch::new(&format!("soak-{defect}"));
        let soak = ["soak", "--minutes", "0.03", "--jobs", "1", "--device-defect", defect, "-o", "found"];
        let output = run(&[&soak[..], &["--format", "json"]].concat(), scratch.path());
        let report = validated(&output);
        assert_eq!(output.status.code(), Some(1), "{report:#}");
        assert_eq!(report["target"], format!("simulated-device with {defect}"));
        let findings = report["findings"].as_array().expect("a list");
        let finding = findings.iter().find(|f| f["subject"].as_str().is_some_and(|s| s.starts_with(subject)));
        let finding = finding.unwrap_or_else(|| panic!("{defect}: {report:#}"));
        assert!(finding["steps"].as_u64() <= Some(4), "{finding:#}");
        let file = finding["scenario"].as_str().expect("a file");
        let again = |more: &[&str]| {
            let arguments = ["run", file, "--quiet", "--run-folder", "run", "--format", "json"];
            let output = run(&[&arguments[..], more].concat(), scratch.path());
            let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            (output.status.code(), value)
        };
        let (code, failed) = again(&["--device-defect", defect]);
        assert_eq!(code, Some(1), "{failed:#}");
        let failure = &failed["cases"][0]["failures"][0];
        assert_eq!((&failure["subject"], &failure["expected"]), (&finding["subject"], &finding["expected"]));
        let (code, passed) = again(&[]);
        assert_eq!(code, Some(0), "{passed:#}");
        // The octets say the same walk.
        assert!(finding["octets"].as_str().is_some_and(|o| o.len() >= 50 && o.len() % 2 == 0));
    }
}

#[test]
fn a_signal_ends_it_with_its_report() {
    let scratch = Scratch::new("soak-signal");
    for (signal, name, code) in [("TERM", "SIGTERM", 143), ("INT", "SIGINT", 130)] {
        let child = Command::new(handset())
            .args(["soak", "--minutes", "5", "--jobs", "1", "--format", "json"])
            .current_dir(scratch.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        let status = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(status.expect("kill").success());
        let output = child.wait_with_output().expect("it ends");
        let report = validated(&output);
        assert_eq!(output.status.code(), Some(code), "{report:#}");
        assert_eq!((&report["exit"], &report["signal"]), (&code.into(), &name.into()));
    }
}

#[test]
fn what_is_no_number_of_minutes_is_told() {
    let scratch = Scratch::new("soak-usage");
    for arguments in [&["soak"][..], &["soak", "--minutes", "soon"], &["soak", "--minutes", "-1"]] {
        let output = run(arguments, scratch.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--minutes"), "{arguments:?}");
    }
    let output = run(&["soak", "--minutes", "1", "--device-defect", "locked-switch-move"], scratch.path());
    assert!(String::from_utf8_lossy(&output.stderr).contains("locked-switch-moves"));
}
