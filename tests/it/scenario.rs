//! `handset scenario`, `handset space`, `handset merge`.

use crate::program::handset;
use conformance::{Scratch, root};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    let output = Command::new(handset()).args(arguments).current_dir(folder).output().expect("starts");
    told(output)
}

fn told(output: Output) -> (i32, String, String) {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

fn schema(name: &str) -> jsonschema::Validator {
    let path = root().join("fixtures/schema").join(name);
    let value: Value = serde_json::from_slice(&std::fs::read(path).expect("a schema")).expect("JSON");
    jsonschema::validator_for(&value).expect("a JSON Schema")
}

#[test]
fn the_committed_suites_are_right_and_canonical_and_fit_the_schema() {
    let (code, said, errors) = run(&["scenario", "check", "tests/suites"], &root());
    assert_eq!(code, 0, "{said}{errors}");
    assert!(said.ends_with(": nothing is wrong\n"), "{said}");
    let (code, said, errors) = run(&["scenario", "fmt", "--check", "tests/suites"], &root());
    assert_eq!((code, said.as_str()), (0, ""), "{errors}");

    let validator = schema("scenario.schema.json");
    let suites = conformance::files(&root().join("tests/suites"), "yaml");
    assert!(suites.len() >= 4);
    for path in suites {
        let text = std::fs::read_to_string(&path).expect("a suite");
        let value = scenario::yaml::parse(&text, 0).expect("YAML").json();
        let wrong: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
        let line = text.lines().next().unwrap_or_default();
        let named = line.strip_prefix("# yaml-language-server: $schema=").expect("names its schema");
        assert!(path.parent().expect("a folder").join(named).is_file(), "{line}");
    }
    assert!(!validator.is_valid(&json!({"suite": "s", "scenaros": []})));
    assert!(
        !validator.is_valid(&json!({"suite": "s", "scenarios": [{"name": "a", "steps": [{"act": "fly"}]}]}))
    );
}

#[test]
fn a_mistake_is_shown_with_its_place_and_a_hint() {
    let scratch = Scratch::new("scenario-mistake");
    let text = "suite: s\nscenarios:\n  - name: a\n    given: {profile: gone.mobileconfig}\n    steps:\n      - act: service.mial.off\n        expect: {verdict: denied}\n";
    std::fs::write(scratch.file("s.yaml"), text).unwrap();
    let (code, said, errors) = run(&["scenario", "check", "--color", "never", "s.yaml"], scratch.path());
    assert_eq!(code, 2, "{said}{errors}");
    for part in
        ["s.yaml:6:14", "“service.mial.off” is no action", "did you mean “service.mail.off”?", "1 problem\n"]
    {
        assert!(said.contains(part), "{said}");
    }
    // What is named must be there; the place is where it is named.
    std::fs::write(scratch.file("s.yaml"), text.replace("mial", "mail")).unwrap();
    let (code, said, _) = run(&["scenario", "check", "--color", "never", "."], scratch.path());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("s.yaml:4:22: there is no file gone.mobileconfig"), "{said}");
    std::fs::write(scratch.file("gone.mobileconfig"), "").unwrap();
    let (code, said, _) = run(&["scenario", "check", "s.yaml"], scratch.path());
    assert_eq!((code, said.as_str()), (0, "1 suite, 1 scenario, 1 case: nothing is wrong\n"));

    let requirement =
        text.replace("mial", "mail").replace("    steps:", "    requirements: [EAS-999]\n    steps:");
    std::fs::write(scratch.file("s.yaml"), requirement).unwrap();
    let (code, said, _) = run(&["scenario", "check", "s.yaml"], scratch.path());
    assert!(code == 2 && said.contains("the catalogue has no requirement EAS-999"), "{said}");

    assert_eq!(run(&["scenario", "check", "nothing.yaml"], scratch.path()).0, 2);
    std::fs::create_dir(scratch.file("empty")).unwrap();
    assert_eq!(run(&["scenario", "check", "empty"], scratch.path()).0, 4);
    std::fs::write(scratch.file("latin.yaml"), b"suite: \xe9\n").unwrap();
    let (code, said, _) = run(&["scenario", "check", "latin.yaml"], scratch.path());
    assert!(code == 2 && said.contains("UTF-8"), "{said}");
}

#[test]
fn a_new_suite_passes_the_check_and_replaces_nothing() {
    let scratch = Scratch::new("scenario-new");
    let (code, said, errors) = run(&["scenario", "new", "first"], scratch.path());
    assert_eq!(code, 0, "{errors}");
    assert_eq!(said, "wrote first.yaml; check it: handset scenario check first.yaml\n");
    let (code, said, _) = run(&["scenario", "check", "first.yaml"], scratch.path());
    assert_eq!((code, said.as_str()), (0, "1 suite, 1 scenario, 2 cases: nothing is wrong\n"));
    assert_eq!(run(&["scenario", "new", "first"], scratch.path()).0, 2);
    assert_eq!(run(&["scenario", "new", "first", "--force"], scratch.path()).0, 0);
    assert_eq!(run(&["scenario", "new", "a b"], scratch.path()).0, 2);
    let text = std::fs::read_to_string(scratch.file("first.yaml")).unwrap();
    let value = scenario::yaml::parse(&text, 0).unwrap().json();
    assert!(schema("scenario.schema.json").is_valid(&value));
}

#[test]
fn fmt_orders_keys_and_leaves_what_it_cannot_read() {
    let scratch = Scratch::new("scenario-fmt");
    let untidy = "scenarios: []\n\n\n# the name\nsuite: s  \n";
    std::fs::write(scratch.file("s.yaml"), untidy).unwrap();
    let (code, said, _) = run(&["scenario", "fmt", "--check", "s.yaml"], scratch.path());
    assert_eq!((code, said.as_str()), (1, "s.yaml\n"));
    assert_eq!(std::fs::read_to_string(scratch.file("s.yaml")).unwrap(), untidy);
    std::fs::write(scratch.file("t.yaml"), "suite: [\n").unwrap();
    // One file that cannot be read keeps all of them as they are.
    assert_eq!(run(&["scenario", "fmt", "."], scratch.path()).0, 2);
    assert_eq!(std::fs::read_to_string(scratch.file("s.yaml")).unwrap(), untidy);
    assert_eq!(run(&["scenario", "fmt", "s.yaml"], scratch.path()).0, 0);
    let tidy = std::fs::read_to_string(scratch.file("s.yaml")).unwrap();
    assert!(tidy.starts_with("# the name\nsuite: s\nscenarios: []\n"), "{tidy}");
    assert_eq!(run(&["scenario", "fmt", "--check", "s.yaml"], scratch.path()).0, 0);

    let mut child = Command::new(handset())
        .args(["scenario", "fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("a pipe").write_all(untidy.as_bytes()).expect("written");
    let (code, said, _) = told(child.wait_with_output().expect("ends"));
    assert_eq!((code, said), (0, tidy));
}

#[test]
fn the_schema_is_printed_as_it_is_committed() {
    let (code, said, _) = run(&["scenario", "schema"], &root());
    let committed = std::fs::read_to_string(root().join("fixtures/schema/scenario.schema.json")).unwrap();
    assert_eq!((code, said), (0, committed));
}

#[test]
fn the_spaces_are_counted() {
    let (code, said, errors) = run(&["space", "size", "--format", "json"], &root());
    assert_eq!(code, 0, "{errors}");
    let value: Value = serde_json::from_str(&said).expect("JSON");
    let wrong: Vec<String> =
        schema("space-size.schema.json").iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let spaces = value["spaces"].as_array().expect("spaces");
    for space in spaces {
        let total = space["total"].as_u64().expect("a number");
        let ways: Vec<u64> =
            space["ways"].as_array().expect("ways").iter().filter_map(|w| w["rows"].as_u64()).collect();
        assert_eq!(ways.len(), 3);
        assert!(ways.is_sorted() && ways.iter().all(|rows| *rows <= total), "{space}");
        assert_eq!(space["enumerated"], total <= 10_000);
    }
    let eas = spaces.iter().find(|s| s["name"] == "eas-policy").expect("the whole policy");
    assert_eq!((eas["enumerated"].as_bool(), eas["usual"].as_str()), (Some(false), Some("2")));
    let (code, said, _) = run(&["space", "size", "sync-scope"], &root());
    assert!(code == 0 && said.contains("90 combinations; all of them are run"), "{said}");
    let (code, _, errors) = run(&["space", "size", "sync-scop"], &root());
    assert!(code == 2 && errors.contains("did you mean “sync-scope”?"), "{errors}");
}

/// The report of a run, in miniature, as its contract has it.
fn report(part: Option<&str>) -> String {
    let ids: Vec<String> = (0..50).map(|n| format!("s/x[n={n}]")).collect();
    let mut sorted = ids.clone();
    sorted.sort();
    let part: Option<scenario::Partition> = part.map(|p| p.parse().expect("a partition"));
    let cases: Vec<Value> = sorted
        .iter()
        .enumerate()
        .filter(|(n, id)| part.is_none_or(|p| p.holds(id, *n)))
        .map(|(_, id)| json!({"id": id, "outcome": if id.contains('7') { "fail" } else { "pass" }}))
        .collect();
    let failed = cases.iter().filter(|c| c["outcome"] == "fail").count();
    let mut digest = scenario::Digest::new();
    digest.part(b"suite");
    let header = scenario::RunHeader {
        schema_version: scenario::RUN_SCHEMA_VERSION,
        handset: env!("CARGO_PKG_VERSION").to_owned(),
        seed: 1,
        suite_digest: digest,
        selection: scenario::Selection::default(),
        selected: scenario::selected(ids.iter().map(String::as_str)),
        partition: part.map(|p| p.to_string()),
    };
    let mut value = serde_json::to_value(header).expect("JSON");
    value["summary"] = json!({"failed": failed, "passed": cases.len() - failed});
    value["cases"] = Value::Array(cases);
    value["exit"] = json!(u8::from(failed > 0));
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

#[test]
fn shards_merge_into_the_undivided_report_or_not_at_all() {
    let scratch = Scratch::new("merge");
    let names = ["1.json", "2.json", "3.json"];
    for (n, name) in names.iter().enumerate() {
        std::fs::write(scratch.file(name), report(Some(&format!("hash:{}/3", n + 1)))).unwrap();
    }
    let (code, _, errors) = run(&["merge", "3.json", "1.json", "2.json", "-o", "out.json"], scratch.path());
    assert_eq!(code, 0, "{errors}");
    assert_eq!(std::fs::read_to_string(scratch.file("out.json")).unwrap(), report(None));
    let (code, said, _) = run(&["merge", "1.json", "2.json", "3.json"], scratch.path());
    assert_eq!((code, said), (0, report(None)));

    let refused = |arguments: &[&str], why: &str| {
        let line = [&["merge", "-o", "not.json"], arguments].concat();
        let (code, _, errors) = run(&line, scratch.path());
        assert!(code == 2 && errors.contains(why), "{arguments:?}: {errors}");
        assert!(!scratch.file("not.json").exists());
    };
    refused(&["1.json", "3.json"], "shard 2 of 3 is missing");
    refused(&["1.json", "2.json", "3.json", "2.json"], "are the same shard, hash:2/3");
    std::fs::write(scratch.file("seed.json"), report(Some("hash:3/3")).replace("\"seed\": 1", "\"seed\": 2"))
        .unwrap();
    refused(&["1.json", "2.json", "seed.json"], "seed differs");
    std::fs::write(
        scratch.file("old.json"),
        report(Some("hash:3/3")).replace("\"handset\": \"0", "\"handset\": \"9"),
    )
    .unwrap();
    refused(&["1.json", "2.json", "old.json"], "handset differs");
    refused(&["1.json", "2.json", "gone.json"], "gone.json");
    refused(&["out.json"], "a whole run");
    std::fs::write(scratch.file("no.json"), "{").unwrap();
    refused(&["no.json"], "no JSON");
}
