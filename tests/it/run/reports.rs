//! The reports of a run, held against the schemas of others.

use super::{EVERY_STEP, matrix, run, suite, value};
use conformance::{Scratch, root};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// A run with every outcome, in every form.
fn reports(test: &str) -> (Scratch, Vec<Value>) {
    let scratch = suite(&format!("run-reports-{test}"), &matrix(2));
    let every = EVERY_STEP.replace("account.name: P,", "account.name: \"P<&>#|`\",");
    fs::write(scratch.file("t.yaml"), every).unwrap();
    fs::write(scratch.file("u.yaml"), "suite: u\nscenarios:\n  - {name: p, pending: \"<mdm> & more\"}\n")
        .unwrap();
    fs::write(scratch.file("bad.mobileconfig"), "").unwrap();
    fs::write(scratch.file("letter.eml"), "From: a@b.example\r\n\r\nx\r\n").unwrap();
    let mut line = vec!["run", "-q", "s.yaml", "t.yaml", "u.yaml"];
    for target in [
        "json=r.json",
        "ndjson=r.ndjson",
        "junit=r.xml",
        "sarif=r.sarif",
        "tap=r.tap",
        "github=r.txt",
        "summary=r.md",
    ] {
        line.extend(["--report", target]);
    }
    let (code, said, errors) = run(&line, scratch.path());
    assert_eq!(code, 1, "{said}{errors}");
    let run = value(&fs::read_to_string(scratch.file("r.json")).unwrap());
    let cases = run["cases"].as_array().unwrap().clone();
    for outcome in ["pass", "fail", "inconclusive", "error", "skipped"] {
        assert!(cases.iter().any(|c| c["outcome"] == outcome), "no case is {outcome}");
    }
    (scratch, cases)
}

fn count(cases: &[Value], outcomes: &[&str]) -> usize {
    cases.iter().filter(|c| outcomes.contains(&c["outcome"].as_str().unwrap())).count()
}

#[test]
fn every_form_tells_every_case() {
    let (scratch, cases) = reports("forms");
    let read = |name: &str| fs::read_to_string(scratch.file(name)).unwrap();

    let lines: Vec<Value> = read("r.ndjson").lines().map(value).collect();
    assert_eq!((lines[0]["type"].as_str(), lines[0]["schema_version"].as_u64()), (Some("run"), Some(1)));
    assert_eq!(lines.len(), cases.len() + 2);
    for (line, case) in lines[1..].iter().zip(&cases) {
        assert_eq!(
            (&line["type"], &line["id"], &line["failures"]),
            (&"case".into(), &case["id"], &case["failures"])
        );
    }
    assert_eq!(lines[cases.len() + 1]["exit"], 1);

    let tap = read("r.tap");
    assert!(tap.starts_with(&format!("TAP version 14\n1..{}\n", cases.len())), "{tap}");
    let points = |start: &str| tap.lines().filter(|l| l.starts_with(start)).count();
    assert_eq!(points("ok "), count(&cases, &["pass", "skipped"]));
    assert_eq!(points("not ok "), count(&cases, &["fail", "inconclusive", "error"]));
    assert!(tap.contains("# SKIP pending: <mdm> & more") && !tap.contains("Bail out"));

    let github = read("r.txt");
    assert!(
        github.lines().all(|l| l.starts_with("::error file=") || l.starts_with("::warning file=")),
        "{github}"
    );
    let failures: usize = cases.iter().map(|c| c["failures"].as_array().unwrap().len()).sum();
    assert_eq!(github.lines().count(), failures);
    assert!(github.contains("title=every/revoked::"));

    let summary = read("r.md");
    assert!(
        summary.contains("| fail | `many/a[n=0,name=Q]` |") && summary.contains("EAS-001 fail"),
        "{summary}"
    );
    assert!(summary.contains("P&lt;&amp;&gt;\\#\\|\\`"), "{summary}");
}

#[test]
fn sarif_fits_the_schema_of_oasis() {
    let (scratch, cases) = reports("sarif");
    let schema = root().join("fixtures/schema/foreign/sarif-2.1.0.schema.json");
    // The published patterns of languages have a bracket too many, which the validator's expressions do not take.
    let schema = fs::read_to_string(schema).unwrap().replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let log = value(&fs::read_to_string(scratch.file("r.sarif")).unwrap());
    let wrong: Vec<String> =
        validator.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let failures: usize = cases.iter().map(|c| c["failures"].as_array().unwrap().len()).sum();
    assert_eq!(results.len(), failures);
    for result in results {
        let rule = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
        let open = result["properties"]["outcome"] == "inconclusive";
        let told = if open { ("open", "none") } else { ("fail", "error") };
        assert_eq!((&result["kind"], &result["level"]), (&told.0.into(), &told.1.into()));
    }
    // The schema is one that can be missed.
    let mut broken = log.clone();
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&broken));
}

/// With the Python package xmlschema; skipped, by name, where it is missing.
#[test]
fn junit_fits_the_schema_of_jenkins() {
    let (scratch, cases) = reports("junit");
    let text = fs::read_to_string(scratch.file("r.xml")).unwrap();
    let tags = |start: &str| text.matches(start).count();
    assert_eq!(tags("<testcase "), cases.len());
    assert_eq!(tags("<failure "), count(&cases, &["fail"]));
    assert_eq!(tags("<error "), count(&cases, &["inconclusive", "error"]));
    assert_eq!(tags("<skipped "), count(&cases, &["skipped"]));
    assert!(text.contains("message=\"pending: &lt;mdm&gt; &amp; more\""));
    let program = "import sys, xmlschema\nxmlschema.XMLSchema(sys.argv[1]).validate(sys.argv[2])\n";
    let there = Command::new("python3").args(["-c", "import xmlschema"]).output();
    if !there.is_ok_and(|o| o.status.success()) {
        assert!(!std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|v| v == "1"), "xmlschema is missing");
        eprintln!("SKIPPED junit_fits_the_schema_of_jenkins: the Python package xmlschema is missing");
        return;
    }
    let schema = root().join("fixtures/schema/foreign/junit-10.xsd");
    let valid = |name: &str| {
        let file = scratch.file(name);
        let output = Command::new("python3").args(["-c", program]).arg(&schema).arg(file).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (good, errors) = valid("r.xml");
    assert!(good, "{errors}");
    fs::write(
        scratch.file("broken.xml"),
        text.replace("<failure ", "<mishap ").replace("</failure>", "</mishap>"),
    )
    .unwrap();
    assert!(!valid("broken.xml").0);
}
