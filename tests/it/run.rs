//! `handset run`, `list`, `rerun`, `replay`, `watch`.

mod page;
mod reports;

use crate::program::handset;
use conformance::{Scratch, root};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn reports_without_a_place_are_told_before_anything_is_run() {
    let scratch = suite("run-report-places", &matrix(1));
    fs::create_dir(scratch.file("folder")).unwrap();
    fs::write(scratch.file("file"), "precious").unwrap();
    std::os::unix::fs::symlink("s.yaml", scratch.file("link")).unwrap();
    let before = fs::read(scratch.file("s.yaml")).unwrap();
    for (reports, expected, said) in [
        (&["json=x", "junit=./x"][..], 2, "two reports go to ./x"),
        (&["json=s.yaml"], 2, "would replace s.yaml"),
        (&["json=link"], 2, "would replace link"),
        (&["json=folder"], 3, "folder"),
        (&["json=file/x"], 3, "file/x"),
        (&["json=/proc/none/x"], 3, "/proc/none/x"),
    ] {
        let mut line = vec!["run", "-q", "s.yaml"];
        line.extend(reports.iter().flat_map(|report| ["--report", report]));
        let (code, out, errors) = run(&line, scratch.path());
        assert!(code == expected && out.is_empty() && errors.contains(said), "{reports:?}: {code} {errors}");
        assert!(!scratch.file(".handset").exists(), "{reports:?}");
    }
    assert_eq!(fs::read(scratch.file("s.yaml")).unwrap(), before);
    assert_eq!(fs::read(scratch.file("file")).unwrap(), b"precious");
    let twice = ["run", "-q", "s.yaml", "--report", "json=/dev/null", "--report", "tap=/dev/null"];
    assert_eq!(run(&twice, scratch.path()).0, 1);
}

/// A suite of states in many combinations: half of the cases fail where `wrong` is in the matrix.
fn matrix(cases: usize) -> String {
    let numbers: Vec<String> = (0..cases).map(|n| n.to_string()).collect();
    format!(
        "suite: many\ngiven:\n  policy: {{displayName: P, accountName: P, hostName: mail.contoso.example}}\n\
         scenarios:\n  - name: a\n    requirements: [EAS-001]\n    matrix: {{n: [{}], name: [P, Q]}}\n    steps:\n      \
         - install: given\n      - answer: password\n    expect:\n      state: {{account.name: \"${{name}}\"}}\n",
        numbers.join(", ")
    )
}

/// Steps of every kind, and what they come to.
const EVERY_STEP: &str = r#"
suite: every
given:
  policy: {displayName: P, accountName: P, hostName: mail.contoso.example}
procedures:
  in:
    - install: given
      expect: {install: installed, asked: [password]}
    - answer: password
scenarios:
  - name: time
    steps:
      - use: in
      - wait: 2h
        expect: {state: {clock: "2026-11-02T10:00:01Z"}}
      - until: 2026-11-03T00:00:00Z
        expect: {state: {clock: "2026-11-03T00:00:00Z"}}
      - upgrade: "18.1"
        expect: {state: {device.ios: "18.1"}}
      - restart
      - refresh
    expect: {state: {account.name: P, profiles: {length: 1}}}
  - name: network
    steps:
      - use: in
      - network: offline
      - send: {to: bob}
        expect: {sent: 0}
      - network: restored
      - refresh
      - network: {delay: 3s}
      - send: {to: bob}
        expect: {sent: 1}
      - network: {drop: 1}
      - send: {to: bob}
        expect: {sent: 0}
      - network: {status: {code: 503, exchanges: 1}}
      - refresh
      - network: {truncate: 1}
      - refresh
    expect: {sent: 1}
  - name: slow
    steps:
      - use: in
      - network: {delay: 3s}
      - send: {to: bob}
        timeout: 1s
  - name: removed
    steps: [{use: in}, remove]
    expect: {state: {profiles: {length: 0}, account: {absent: true}}}
  - name: refused
    given: {profile: bad.mobileconfig}
    steps:
      - install: given
        expect: {install: refused, error-chain: [{code: 1000}]}
    expect: {state: {profiles: {length: 0}}}
  - name: mail
    steps:
      - use: in
      - name: new
        receive: {from: carol, text: hello, age: 1d, attachment: {name: a.bin, octets: 100}}
        expect: {reading: {readable: true, text: hello, signature: absent, attachment: true}}
      - name: old
        receive: {from: carol, age: 10d}
        expect: {reading: {readable: false}}
      - receive: {file: letter.eml}
        expect: {reading: {text: From a file}}
    expect:
      - reading: {of: new, text: hello}
      - wire: {of: new, content-type: multipart/mixed, holds: hello, holds-not: figures}
  - name: settings
    steps:
      - use: in
      - set: {supervised: true, language: de, variants: {encrypt-default-toggle: needs-per-message-switch}}
        expect: {state: {device.supervised: true, language: de}}
      - act: service.mail.off
        expect: {verdict: allowed}
  - name: nothing-to-answer
    steps: [{answer: consent}, {wait: 1s}]
    expect: {prompts: []}
  - name: revoked
    given: {peers: {correspondents: {bob@contoso.example: {certificate: revoked}}}}
    steps: [{use: in}]
    expect: {prompts: []}
  - name: uncompiled
    given: {policy: {hostName: ""}}
    steps: [{install: given}]
    expect: {prompts: []}
"#;

fn run(arguments: &[&str], folder: &Path) -> (i32, String, String) {
    told(command(arguments, folder).output().expect("starts"))
}

fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(handset());
    command.args(arguments).current_dir(folder).env_remove("HANDSET_SHARD");
    command
}

fn told(output: Output) -> (i32, String, String) {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("no JSON ({e}): {text}"))
}

fn fits(schema: &str, value: &Value) {
    let path = root().join("fixtures/schema").join(schema);
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn outcomes(run: &Value) -> Vec<(&str, &str)> {
    let cases = run["cases"].as_array().expect("cases");
    cases.iter().map(|c| (c["id"].as_str().unwrap(), c["outcome"].as_str().unwrap())).collect()
}

fn suite(test: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(test);
    fs::write(scratch.file("s.yaml"), text).unwrap();
    scratch
}

/// The committed suites, run from the root and kept elsewhere.
fn committed(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    let folder = scratch.file("run").display().to_string();
    let line = [&["run", "tests/suites", "-q", "--run-folder", &folder], arguments].concat();
    run(&line, &root())
}

#[test]
fn the_committed_suites_pass_and_the_report_is_the_contract() {
    let scratch = Scratch::new("run-committed");
    let report = scratch.file("deep/report.json").display().to_string();
    let (code, said, errors) =
        committed(&scratch, &["--format", "json", "--report", &format!("json={report}")]);
    assert_eq!((code, errors.as_str()), (0, ""), "{said}");
    let run = value(&said);
    fits("run.schema.json", &run);
    assert_eq!(fs::read_to_string(report).unwrap(), said);
    assert_eq!(fs::read_to_string(scratch.file("run/report.json")).unwrap(), said);
    let outcomes = outcomes(&run);
    assert!(outcomes.is_sorted() && outcomes.len() >= 32);
    assert!(outcomes.iter().all(|(_, o)| *o == "pass" || *o == "skipped"));
    assert!(
        run["cases"]
            .as_array()
            .unwrap()
            .iter()
            .all(|c| c["outcome"] == "skipped" || c["checks"].as_u64() > Some(0))
    );
    let timings = value(&fs::read_to_string(scratch.file("run/timings.json")).unwrap());
    assert_eq!(timings["cases"].as_array().unwrap().len(), outcomes.len());
}

#[test]
fn steps_of_every_kind_are_done_or_refused_and_never_pass_for_nothing() {
    let scratch = suite("run-every", EVERY_STEP);
    fs::write(scratch.file("bad.mobileconfig"), "no profile").unwrap();
    fs::write(
        scratch.file("letter.eml"),
        "From: carol@contoso.example\r\nTo: alice@contoso.example\r\nSubject: x\r\n\r\nFrom a file\r\n",
    )
    .unwrap();
    let (code, said, errors) = run(&["run", "-q", "s.yaml", "--format", "json"], scratch.path());
    assert_eq!(code, 1, "{errors}");
    let run = value(&said);
    fits("run.schema.json", &run);
    let wrong = |id: &str| -> String {
        let case = run["cases"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap();
        serde_json::to_string_pretty(&case["failures"]).unwrap()
    };
    for (id, outcome) in outcomes(&run) {
        let expected = match id {
            "every/slow" | "every/nothing-to-answer" => "fail",
            "every/revoked" => "inconclusive",
            "every/uncompiled" => "error",
            _ => "pass",
        };
        assert_eq!(outcome, expected, "{id}: {}", wrong(id));
    }
    assert!(wrong("every/slow").contains("at most 1000 ms"), "{}", wrong("every/slow"));
    let nothing =
        run["cases"].as_array().unwrap().iter().find(|c| c["id"] == "every/nothing-to-answer").unwrap();
    assert_eq!(
        nothing["steps"][1]["outcome"], "skipped",
        "what follows a step that cannot be done is not done"
    );
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let scratch = suite("run-exits", &matrix(2));
    let code = |arguments: &[&str]| run(&[&["run", "-q"], arguments].concat(), scratch.path());
    let case = |id: &str| code(&["s.yaml", "--case", id]).0;
    assert_eq!(case("many/a[n=0,name=P]"), 0);
    assert_eq!(case("many/a[n=0,name=Q]"), 1);
    let (nothing, _, errors) = code(&["s.yaml", "--case", "many/a[n=9,name=P]"]);
    assert!(nothing == 4 && errors.contains("did you mean"), "{errors}");
    assert_eq!(code(&["s.yaml", "--case", "many/a[n=0,name=P]", "--case", "x"]).0, 2);
    assert_eq!(code(&["s.yaml", "--filter", "tag(none)"]).0, 4);
    let (bad, _, errors) = code(&["s.yaml", "--filter", "tga(x)"]);
    assert!(bad == 2 && errors.contains("did you mean “tag”?"), "{errors}");
    assert_eq!(code(&["gone.yaml"]).0, 2);
    assert_eq!(code(&["s.yaml", "--partition", "hash:9/8"]).0, 2);
    assert_eq!(code(&["s.yaml", "--report", "pdf=x"]).0, 2);
    assert_eq!(code(&["s.yaml", "--shard", "env"]).0, 2, "nobody says which shard");
    let (unreachable, said, errors) = code(&["s.yaml", "--evidence", "nowhere"]);
    assert!(unreachable == 3 && said.is_empty() && errors.contains("cannot be reached"), "{errors}");
    fs::write(scratch.file("folder-file"), "").unwrap();
    assert_eq!(code(&["s.yaml", "--run-folder", "folder-file"]).0, 3);
    fs::create_dir(scratch.file("other")).unwrap();
    fs::write(scratch.file("other/precious"), "").unwrap();
    assert_eq!(code(&["s.yaml", "--run-folder", "other"]).0, 3, "a folder of something else is left alone");
    assert_eq!(fs::read_dir(scratch.file("other")).unwrap().count(), 1);

    let other = |text: &str, arguments: &[&str]| {
        fs::write(scratch.file("t.yaml"), text).unwrap();
        code(&[&["t.yaml"], arguments].concat())
    };
    let pending = "suite: t\nscenarios:\n  - {name: p, pending: mdm}\n";
    assert_eq!(other(pending, &[]).0, 4, "what is pending is not run");
    let (bad, _, errors) =
        other("suite: t\nscenarios:\n  - name: a\n    steps: [fly]\n    expect: {prompts: []}\n", &[]);
    assert!(bad == 2 && errors.contains("t.yaml:4:13"), "{errors}");
    let missing = "suite: t\nscenarios:\n  - name: a\n    given: {profile: gone.mobileconfig}\n    steps: [install]\n    expect: {prompts: []}\n";
    let (bad, _, errors) = other(missing, &[]);
    assert!(bad == 2 && errors.contains("gone.mobileconfig") && errors.contains("t.yaml:4:"), "{errors}");
    let secret = "suite: t\nsecrets: [word]\ngiven:\n  policy: {displayName: P, accountName: P, hostName: h.example}\n  peers: {exchange: {password: {secret: word}}}\nscenarios:\n  - name: a\n    steps: [install, {answer: password}]\n    expect: {state: {account.name: P}}\n";
    let (bad, _, errors) = other(secret, &[]);
    assert!(bad == 2 && errors.contains("--secret word=@FILE"), "{errors}");
    fs::write(scratch.file("word"), "tr0ub4dor\n").unwrap();
    let (good, said, errors) = other(secret, &["--secret", "word=@word", "--format", "json"]);
    assert_eq!(good, 0, "{said}{errors}");
    let kept = fs::read_to_string(scratch.file(".handset/run/run.json")).unwrap();
    for text in [&said, &errors, &kept] {
        assert!(!text.contains("tr0ub4dor"));
    }
    assert_eq!(other(secret, &["--secret", "word=tr0ub4dor"]).0, 2);
}

#[test]
fn shards_put_together_are_the_undivided_run_byte_for_byte() {
    let scratch = suite("run-shards", &matrix(20));
    let report = |name: &str, arguments: &[&str]| {
        let target = format!("json={name}");
        let line =
            [&["run", "-q", "s.yaml", "--run-folder", "kept", "--report", &target], arguments].concat();
        run(&line, scratch.path()).0
    };
    assert_eq!(report("whole.json", &[]), 1);
    let whole = fs::read_to_string(scratch.file("whole.json")).unwrap();
    for kind in ["hash", "count"] {
        for m in 1..=3 {
            report(&format!("{m}.json"), &["--partition", &format!("{kind}:{m}/3"), "--jobs", "2"]);
        }
        let (code, _, errors) =
            run(&["merge", "3.json", "1.json", "2.json", "-o", "merged.json"], scratch.path());
        assert_eq!(code, 0, "{errors}");
        assert_eq!(fs::read_to_string(scratch.file("merged.json")).unwrap(), whole, "{kind}");
    }
    let (code, said, errors) = told(
        command(&["run", "-q", "s.yaml", "--shard", "env", "--format", "json"], scratch.path())
            .env("SLURM_ARRAY_TASK_ID", "1")
            .env("SLURM_ARRAY_TASK_MIN", "0")
            .env("SLURM_ARRAY_TASK_MAX", "2")
            .env("SLURM_ARRAY_TASK_STEP", "1")
            .env("SLURM_ARRAY_TASK_COUNT", "3")
            .output()
            .unwrap(),
    );
    assert_eq!((code, value(&said)["partition"].as_str()), (1, Some("hash:2/3")), "{errors}");
    let (_, listed, _) = run(&["list", "s.yaml", "--partition", "hash:2/3"], scratch.path());
    assert_eq!(listed.lines().count(), value(&said)["cases"].as_array().unwrap().len());
}

#[test]
fn jobs_and_order_do_not_show_in_the_report() {
    let scratch = suite("run-jobs", &matrix(10));
    let report =
        |jobs: &str| run(&["run", "-q", "s.yaml", "--jobs", jobs, "--format", "json"], scratch.path()).1;
    assert_eq!(report("1"), report("4"));
    let seeded = |seed: &str| {
        value(&run(&["run", "-q", "s.yaml", "--seed", seed, "--format", "json"], scratch.path()).1)
    };
    assert_eq!(seeded("7")["seed"], 7);
}

#[test]
fn a_run_ends_with_the_first_failure_where_it_is_told_to() {
    let scratch = suite("run-fail-fast", &matrix(10));
    let line = ["run", "-q", "s.yaml", "--fail-fast", "--jobs", "1", "--format", "json"];
    let (code, said, _) = run(&line, scratch.path());
    let run = value(&said);
    assert_eq!(code, 1);
    let count = |outcome: &str| run["summary"][outcome].as_u64().unwrap();
    let (pass, fail, skipped) = (count("pass"), count("fail"), count("skipped"));
    assert!(fail == 1 && skipped > 0 && pass + fail + skipped == 20, "{pass} {fail} {skipped}");
}

#[test]
fn only_what_could_not_be_judged_is_tried_again() {
    let scratch = suite("run-retries", EVERY_STEP);
    fs::write(scratch.file("bad.mobileconfig"), "").unwrap();
    fs::write(scratch.file("letter.eml"), "From: a@b.example\r\n\r\nx\r\n").unwrap();
    let filter = "scenario(revoked) | scenario(slow) | scenario(time)";
    let line = ["run", "-q", "s.yaml", "--retries", "2", "--filter", filter];
    assert_eq!(run(&line, scratch.path()).0, 1);
    let timings = value(&fs::read_to_string(scratch.file(".handset/run/timings.json")).unwrap());
    for case in timings["cases"].as_array().unwrap() {
        let expected = if case["id"] == "every/revoked" { 3 } else { 1 };
        assert_eq!(case["attempts"], expected, "{case}");
    }
}

/// Starts a long run and waits until some of its cases came out.
fn under_way(scratch: &Scratch) -> Child {
    let mut child = command(
        &[
            "run",
            "-q",
            "s.yaml",
            "--run-folder",
            "kept",
            "--report",
            "junit=out.xml",
            "--report",
            "json=out.json",
        ],
        scratch.path(),
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("starts");
    let started = Instant::now();
    let lines =
        || fs::read_to_string(scratch.file("kept/results.ndjson")).unwrap_or_default().lines().count();
    while lines() < 20 {
        assert!(started.elapsed() < Duration::from_secs(120), "nothing comes out");
        assert!(child.try_wait().unwrap().is_none(), "it is over already");
        sleep(Duration::from_millis(5));
    }
    child
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(status.expect("kill").success());
}

/// A thousand cases, every second one with a world of its own: seconds of work.
fn long() -> String {
    matrix(500).replace("given:\n", "given:\n  seed: \"${n}\"\n")
}

fn undisturbed(scratch: &Scratch) -> String {
    let line = ["run", "-q", "s.yaml", "--run-folder", "whole", "--format", "json"];
    run(&line, scratch.path()).1
}

#[test]
fn an_interrupted_run_writes_its_reports_and_can_be_brought_to_its_end() {
    for (name, expected) in [("INT", 130), ("TERM", 143)] {
        let scratch = suite(&format!("run-{name}"), &long());
        let child = under_way(&scratch);
        signal(&child, name);
        let (code, said, errors) = told(child.wait_with_output().unwrap());
        assert_eq!(code, expected, "{said}{errors}");
        let report = value(&fs::read_to_string(scratch.file("out.json")).unwrap());
        fits("run.schema.json", &report);
        assert_eq!(report["exit"], expected);
        let (done, missing) =
            (report["summary"]["cases"].as_u64().unwrap(), report["summary"]["missing"].as_u64().unwrap());
        assert!(done >= 20 && missing > 0 && done + missing == 1_000, "{done} {missing}");
        assert!(fs::read_to_string(scratch.file("out.xml")).unwrap().ends_with("</testsuites>\n"));
        if name == "INT" {
            let (code, said, errors) =
                run(&["rerun", "--failed", "kept", "-q", "--format", "json"], scratch.path());
            assert_eq!(code, 1, "{errors}");
            assert_eq!(said, undisturbed(&scratch));
        }
    }
}

#[test]
fn a_killed_run_can_be_brought_to_its_end() {
    let scratch = suite("run-kill", &long());
    let child = under_way(&scratch);
    signal(&child, "KILL");
    assert_eq!(child.wait_with_output().unwrap().status.code(), None);
    assert!(!scratch.file("out.json").exists() && !scratch.file("kept/report.json").exists());
    let (code, said, errors) = run(&["rerun", "--failed", "kept", "--format", "json"], scratch.path());
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains("cases are taken over"), "{errors}");
    assert_eq!(said, undisturbed(&scratch));
    assert_eq!(fs::read_to_string(scratch.file("kept/report.json")).unwrap(), said);
}

#[test]
fn failures_are_run_again_from_a_folder_and_from_a_report() {
    let scratch = suite("run-rerun", &matrix(3));
    assert_eq!(run(&["run", "-q", "s.yaml", "--report", "json=out.json"], scratch.path()).0, 1);
    let whole = fs::read_to_string(scratch.file("out.json")).unwrap();
    let (code, said, errors) = run(&["rerun", "--failed", "--format", "json"], scratch.path());
    assert_eq!((code, said.as_str()), (1, whole.as_str()), "{errors}");
    let from_report = ["rerun", "--failed", "out.json", "-q", "--format", "json", "--run-folder", "second"];
    assert_eq!(run(&from_report, scratch.path()).1, whole);
    // The suite is corrected: only what did not pass is run, and passes.
    fs::write(scratch.file("s.yaml"), matrix(3).replace("${name}", "P")).unwrap();
    let (code, said, errors) = run(&["rerun", "--failed", "--format", "json"], scratch.path());
    assert!(code == 0 && errors.contains("not those of the run any more"), "{errors}");
    let corrected = value(&said);
    let run_again = outcomes(&corrected);
    assert_eq!(run_again.len(), 3);
    assert!(run_again.iter().all(|(id, o)| id.ends_with("name=Q]") && *o == "pass"), "{run_again:?}");
    assert_eq!(run(&["rerun", "--failed", "nowhere"], scratch.path()).0, 2);
    fs::write(scratch.file("no.json"), "{}").unwrap();
    assert_eq!(run(&["rerun", "--failed", "no.json"], scratch.path()).0, 2);
}

#[test]
fn a_case_is_replayed_with_the_view_after_each_step() {
    let scratch = Scratch::new("run-replay");
    assert_eq!(committed(&scratch, &[]).0, 0);
    let folder = scratch.file("run").display().to_string();
    let (code, said, errors) =
        run(&["replay", &folder, "account/wrong-password", "--format", "json"], &root());
    assert_eq!(code, 0, "{errors}");
    let replay = value(&said);
    fits("replay.schema.json", &replay);
    let steps = replay["steps"].as_array().unwrap();
    assert!(replay["given"]["account"].is_null() && steps.len() == 3);
    assert!(steps[1]["view"]["account"].is_null() && steps[2]["view"]["account"]["name"] == "Contoso Mail");
    let view: Value =
        serde_json::from_slice(&fs::read(root().join("fixtures/schema/device-show.schema.json")).unwrap())
            .unwrap();
    let validator = jsonschema::validator_for(&view).unwrap();
    assert!(steps.iter().all(|s| validator.is_valid(&s["view"])), "views are those of handset device show");
    let (_, said, _) = run(&["replay", &folder, "account/wrong-password"], &root());
    for part in [
        "step 2: answer password wrongly",
        "asked: password",
        "+ account.name: Contoso Mail",
        "pass, 7 checks",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(run(&["replay", &folder, "account/wrong-pasword"], &root()).0, 4);
}

#[test]
fn watching_runs_again_when_a_file_changes() {
    let scratch = suite("run-watch", &matrix(1).replace("Q", "P2"));
    let child = command(&["watch", "s.yaml", "-q", "--runs", "2", "--interval", "20"], scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let report = scratch.file(".handset/run/report.json");
    let started = Instant::now();
    while !report.exists() {
        assert!(started.elapsed() < Duration::from_secs(60));
        sleep(Duration::from_millis(10));
    }
    fs::write(scratch.file("s.yaml"), matrix(1).replace(", Q]", "]")).unwrap();
    let (code, said, _) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("2 cases: 1 passed, 1 failed") && said.ends_with("1 case: 1 passed\n"), "{said}");
}

#[test]
fn cases_are_listed_as_they_are_selected() {
    let (code, said, errors) = run(&["list", "--filter", "suite(account)", "--format", "json"], &root());
    assert_eq!(code, 0, "{errors}");
    let list = value(&said);
    fits("list.schema.json", &list);
    let ids: Vec<&str> = list["cases"].as_array().unwrap().iter().filter_map(|c| c["id"].as_str()).collect();
    assert!(ids.contains(&"account/one-account") && ids.iter().all(|id| id.starts_with("account/")));
    let (_, lines, _) = run(&["list", "tests/suites", "--filter", "suite(account)"], &root());
    assert_eq!(lines.lines().map(|l| l.split("  ").next().unwrap()).collect::<Vec<_>>(), ids);
    let (code, _, errors) = run(&["list"], Path::new("/"));
    assert!(code == 2 && errors.contains("say which files to run"), "{errors}");
}

/// Evidence of a phone on which a policy was installed: what it tells is judged, everything else is left open.
#[test]
fn evidence_is_a_target_and_what_it_does_not_tell_never_passes() {
    let scratch = Scratch::new("run-evidence");
    let suites = root().join("tests/suites");
    let locked = "suite: t\ninclude: [../contoso.yaml]\nscenarios:\n  - name: locked\n    given:\n      policy: {easServices: [contacts], easServicesUserOverrideEnabled: false}\n    steps: [{use: sign-in}]\n    expect:\n      - state: {account.services.mail.on: false}\n      - actions: {service.mail.on: {verdict: denied, by: EnableMailUserOverridable}}\n      - judged: {EAS-052: pass}\n  - name: open\n    given: {policy: {easServices: [contacts]}}\n    steps: [{use: sign-in}]\n    expect: {actions: {service.mail.on: allowed}}\n  - name: not-told\n    given: {policy: {easServices: [contacts], easServicesUserOverrideEnabled: false}}\n    steps: [{use: sign-in}]\n    expect: {state: {language: en}}\n  - name: not-done\n    steps: [{use: sign-in}, restart]\n    expect: {state: {account.name: Contoso Mail}}\n  - name: other-ios\n    given: {device: {ios: \"18.1\"}}\n    steps: [{use: sign-in}]\n    expect: {state: {account.name: Contoso Mail}}\n";
    fs::copy(suites.join("shared/contoso.yaml"), scratch.file("contoso.yaml")).unwrap();
    fs::create_dir(scratch.file("suites")).unwrap();
    fs::write(scratch.file("suites/s.yaml"), locked).unwrap();
    let profile = root().join("fixtures/profiles/contacts-only-locked.mobileconfig").display().to_string();
    fs::write(scratch.file("password"), "x\n").unwrap();
    let store = scratch.file("store").display().to_string();
    let device = |arguments: &[&str]| {
        let line = [&["device", "--store", &store], arguments].concat();
        let (code, said, errors) = run(&line, scratch.path());
        assert_eq!(code, 0, "{arguments:?}: {said}{errors}");
    };
    device(&["create", "p"]);
    device(&["install", "p", &profile, "--secret", "password=@password"]);
    let (code, said, errors) =
        run(&["evidence", "collect", "--device", "p", "--store", &store, "-o", "seen"], scratch.path());
    assert_eq!(code, 0, "{said}{errors}");
    let line = ["run", "-q", "suites", "--evidence", "seen", "--format", "json"];
    let (code, said, errors) = run(&line, scratch.path());
    let found = value(&said);
    fits("run.schema.json", &found);
    assert_eq!(found["target"], "evidence");
    let by: Vec<(&str, &str)> = outcomes(&found);
    assert_eq!(
        by,
        [
            ("t/locked", "pass"),
            ("t/not-done", "inconclusive"),
            ("t/not-told", "inconclusive"),
            ("t/open", "fail"),
            ("t/other-ios", "inconclusive")
        ],
        "{said}{errors}"
    );
    assert_eq!(code, 1);
    assert_eq!(
        run(&["run", "-q", "suites", "--evidence", "seen", "--case", "t/not-told"], scratch.path()).0,
        5
    );
}

#[test]
fn nobody_has_to_listen() {
    let scratch = suite("run-pipe", &matrix(50));
    let mut child = command(&["run", "-q", "s.yaml", "--format", "json"], scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, _, errors) = told(child.wait_with_output().unwrap());
    assert_eq!((code, errors.as_str()), (1, ""));
    assert_eq!(
        json!(code),
        value(&fs::read_to_string(scratch.file(".handset/run/report.json")).unwrap())["exit"]
    );
}
