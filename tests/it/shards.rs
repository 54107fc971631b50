//! Shards: who says which one this is, how its report appears, and what `handset merge` takes.

use crate::program::handset;
use conformance::{Scratch, peer, root, run};
use scenario::SHARD_VARIABLES;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A suite of so many states, all of which hold, and one scenario that fails.
pub fn states(worlds: usize, each: usize) -> String {
    let numbers = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    format!(
        "suite: states\ngiven:\n  seed: \"${{world}}\"\n  policy: {{displayName: P, accountName: P, hostName: mail.contoso.example}}\n\
         variables: {{world: 1}}\nscenarios:\n  - name: holds\n    requirements: [EAS-001]\n    matrix: {{world: [{}], n: [{}]}}\n    steps:\n      \
         - install: given\n      - answer: password\n    expect:\n      state: {{account.name: P}}\n  - name: fails\n    steps:\n      \
         - install: given\n      - answer: password\n    expect:\n      state: {{account.name: Q}}\n",
        numbers(worlds),
        numbers(each)
    )
}

/// The program in a folder, with nothing in its environment that says which shard it is.
pub fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(handset());
    command.args(arguments).current_dir(folder);
    for name in SHARD_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// The exit code, and what was said on standard output and standard error.
pub fn told(output: &Output) -> (i32, String, String) {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// Merges reports, in a folder.
pub fn merge(reports: &[&str], to: &str, folder: &Path) -> (i32, String, String) {
    told(&run(&mut command(&[&["merge"], reports, &["-o", to]].concat(), folder)))
}

fn suite(test: &str, text: &str) -> Scratch {
    let scratch = Scratch::new(test);
    fs::write(scratch.file("s.yaml"), text).unwrap();
    scratch
}

/// Variables as they are set by every scheduler, and the shard that they mean.
const SCHEDULERS: [(&str, &str); 15] = [
    ("HANDSET_SHARD=2/3", "hash:2/3"),
    (
        "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_MIN=2 SLURM_ARRAY_TASK_MAX=6 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3",
        "hash:2/3",
    ),
    ("JOB_COMPLETION_INDEX=1 HANDSET_SHARDS=3", "hash:2/3"),
    ("PARALLEL_SEQ=2 PARALLEL_JOBSLOT=1 HANDSET_SHARDS=3", "hash:2/3"),
    ("AWS_BATCH_JOB_ARRAY_INDEX=1 AWS_BATCH_JOB_ARRAY_SIZE=3", "hash:2/3"),
    ("BATCH_TASK_INDEX=1 BATCH_TASK_COUNT=3", "hash:2/3"),
    ("CLOUD_RUN_TASK_INDEX=1 CLOUD_RUN_TASK_COUNT=3", "hash:2/3"),
    ("CI_NODE_INDEX=2 CI_NODE_TOTAL=3", "hash:2/3"),
    ("STRATEGY_JOB_INDEX=1 STRATEGY_JOB_TOTAL=3", "hash:2/3"),
    ("CIRCLE_NODE_INDEX=1 CIRCLE_NODE_TOTAL=3", "hash:2/3"),
    ("BUILDKITE_PARALLEL_JOB=1 BUILDKITE_PARALLEL_JOB_COUNT=3", "hash:2/3"),
    ("SYSTEM_JOBPOSITIONINPHASE=2 SYSTEM_TOTALJOBSINPHASE=3", "hash:2/3"),
    ("BITBUCKET_PARALLEL_STEP=1 BITBUCKET_PARALLEL_STEP_COUNT=3", "hash:2/3"),
    ("SEMAPHORE_JOB_INDEX=2 SEMAPHORE_JOB_COUNT=3", "hash:2/3"),
    // A service that runs one job alone does not hide the array inside it.
    ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1 PARALLEL_SEQ=2 HANDSET_SHARDS=3", "hash:2/3"),
];

/// Variables that mean no shard, and what is said of them.
const NONSENSE: [(&str, &str); 13] = [
    ("", "no scheduler says which shard this is"),
    ("HANDSET_SHARD=0/0", "no part 0 of 0"),
    ("HANDSET_SHARD=1", "written m/n"),
    ("CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=0", "CIRCLE_NODE_TOTAL is 0"),
    ("CIRCLE_NODE_INDEX=3 CIRCLE_NODE_TOTAL=3", "CIRCLE_NODE_INDEX is 3, and should be from 0 to 2"),
    ("CI_NODE_INDEX=0 CI_NODE_TOTAL=3", "CI_NODE_INDEX is 0, and should be from 1 to 3"),
    ("CI_NODE_INDEX=-1 CI_NODE_TOTAL=3", "CI_NODE_INDEX is no number"),
    ("JOB_COMPLETION_INDEX=1", "HANDSET_SHARDS is not set"),
    ("PARALLEL_SEQ=4 HANDSET_SHARDS=3", "PARALLEL_SEQ is 4, and should be from 1 to 3"),
    ("PARALLEL_JOBSLOT=1 HANDSET_SHARDS=3", "no scheduler says"),
    (
        "CI_NODE_INDEX=1 CI_NODE_TOTAL=3 JOB_COMPLETION_INDEX=1 HANDSET_SHARDS=3",
        "both say which shard this is",
    ),
    (
        "CI_NODE_INDEX=1 CI_NODE_TOTAL=3 HANDSET_SHARDS=4",
        "HANDSET_SHARDS says that there are 4 shards, GitLab that there are 3",
    ),
    (
        "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_COUNT=2",
        "the Slurm array has gaps",
    ),
];

#[test]
fn every_scheduler_is_listed_understood_and_its_nonsense_refused() {
    let scratch = suite("shards-schedulers", &states(1, 4));
    let with = |variables: &str| {
        let mut command =
            command(&["run", "-q", "s.yaml", "--shard", "env", "--format", "json"], scratch.path());
        command.envs(variables.split_whitespace().filter_map(|v| v.split_once('=')));
        told(&run(&mut command))
    };
    let (_, help, _) = told(&run(&mut command(&["run", "--help"], scratch.path())));
    for name in SHARD_VARIABLES {
        let is_listed = help.contains(name) || name.starts_with("SLURM_ARRAY_TASK_");
        assert!(is_listed, "the help does not list {name}");
        let (reads, means) = (format!("{name}="), |variables: &str| format!(" {variables}"));
        assert!(
            SCHEDULERS.iter().any(|(v, _)| means(v).contains(&format!(" {reads}"))),
            "nothing tries {name}"
        );
    }
    for (variables, expected) in SCHEDULERS {
        let (code, said, errors) = with(variables);
        let report: Value =
            serde_json::from_str(&said).unwrap_or_else(|e| panic!("{variables}: {e}: {errors}"));
        assert_eq!(report["partition"], *expected, "{variables}");
        assert!([0, 1, 4].contains(&code), "{variables}: {code}");
        assert!(scratch.file(".handset/shard-2-of-3/report.json").exists(), "{variables}");
    }
    for (variables, expected) in NONSENSE {
        let (code, said, errors) = with(variables);
        assert!(code == 2 && said.is_empty() && errors.contains(expected), "{variables}: {code} {errors}");
    }
    let (code, _, errors) =
        told(&run(command(&["run", "s.yaml", "--shard", "env", "--partition", "hash:1/2"], scratch.path())
            .env("HANDSET_SHARD", "1/2")));
    assert!(code == 2 && errors.contains("--partition"), "{errors}");
}

#[test]
fn a_shard_that_is_stopped_is_brought_to_its_end_though_others_ran_beside_it() {
    let scratch = suite("shards-resumed", &states(200, 1));
    let shard = |index: u32| {
        let mut command = command(&["run", "-q", "s.yaml", "--shard", "env", "--report"], scratch.path());
        command.arg(format!("json={index}.json")).env("HANDSET_SHARD", format!("{index}/2"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut first = shard(1).spawn().expect("starts");
    let results = scratch.file(".handset/shard-1-of-2/results.ndjson");
    until("the first shard", || {
        assert!(first.try_wait().unwrap().is_none(), "it is over already");
        fs::read_to_string(&results).is_ok_and(|text| text.lines().count() >= 5)
    });
    first.kill().unwrap();
    first.wait().unwrap();
    run(&mut shard(2));
    let again = ["rerun", "--failed", ".handset/shard-1-of-2", "-q", "--report", "json=1.json"];
    run(&mut command(&again, scratch.path()));
    assert_eq!(merge(&["1.json", "2.json"], "merged.json", scratch.path()).0, 0);
    let whole = ["run", "-q", "s.yaml", "--report", "json=whole.json"];
    assert_eq!(told(&run(&mut command(&whole, scratch.path()))).0, 1);
    let text = |name: &str| fs::read_to_string(scratch.file(name)).unwrap();
    assert!(text("merged.json") == text("whole.json"), "the merged report is that of the undivided run");
}

/// Waits until something is so; a minute at most.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what} does not come");
        sleep(Duration::from_millis(2));
    }
}

/// The files in a folder that a process has open, also those that have no name yet.
fn open_in(process: u32, folder: &Path) -> Vec<PathBuf> {
    let Ok(open) = fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let links = open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    links.filter(|link| link.starts_with(folder)).collect()
}

#[test]
fn a_report_that_was_being_written_when_the_program_was_killed_is_not_there() {
    let scratch = suite("shards-killed", &states(1, 8_000));
    let folder = fs::canonicalize(scratch.path()).unwrap().join("out");
    for before in [None, Some("the report of an earlier run")] {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        if let Some(text) = before {
            fs::write(folder.join("shard-1.json"), text).unwrap();
        }
        let line = ["run", "-q", "s.yaml", "--partition", "hash:1/1", "--report", "json=out/shard-1.json"];
        let mut child = command(&line, scratch.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        until("the report", || {
            assert!(child.try_wait().unwrap().is_none(), "it is over already");
            !open_in(child.id(), &folder).is_empty()
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(fs::read_to_string(folder.join("shard-1.json")).ok().as_deref(), before);
        // Where the file system has no files without names, what is left has one that no pattern finds.
        let named = fs::read_dir(&folder).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
        let left: Vec<String> = named.filter(|name| name != "shard-1.json").collect();
        assert!(left.iter().all(|name| name.starts_with('.') && name.ends_with(".part")), "{left:?}");
        for name in left {
            let (code, _, errors) = merge(&[&format!("out/{name}")], "merged.json", scratch.path());
            assert!(code == 2 && errors.contains("no JSON"), "{code}: {errors}");
        }
    }
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let scratch = suite("shards-refused", &states(1, 30));
    let report = |to: &str, arguments: &[&str]| {
        let target = format!("json={to}");
        let line = [&["run", "-q", "s.yaml", "--report", &target], arguments].concat();
        told(&run(&mut command(&line, scratch.path())));
    };
    report("whole.json", &[]);
    report("1.json", &["--partition", "hash:1/3"]);
    report("2.json", &["--partition", "hash:2/3"]);
    report("3.json", &["--partition", "hash:3/3"]);
    report("2-seed.json", &["--partition", "hash:2/3", "--seed", "7"]);
    report("2-filter.json", &["--partition", "hash:2/3", "--filter", "scenario(holds)"]);
    report("2-defect.json", &["--partition", "hash:2/3", "--device-defect", "default-sign-on"]);
    report("2-of-4.json", &["--partition", "hash:2/4"]);
    let text = fs::read_to_string(scratch.file("2.json")).unwrap();
    let version = format!("\"handset\": \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&version));
    fs::write(scratch.file("2-version.json"), text.replace(&version, "\"handset\": \"9.9.9\"")).unwrap();
    fs::write(scratch.file("2-half.json"), &text[..text.len() / 2]).unwrap();
    fs::write(scratch.file("s2.yaml"), states(1, 31)).unwrap();
    let other = ["run", "-q", "s2.yaml", "--partition", "hash:2/3", "--report", "json=2-suite.json"];
    run(&mut command(&other, scratch.path()));
    for (reports, said) in [
        (&["1.json", "3.json"][..], "shard 2 of 3 is missing"),
        (&["1.json", "2.json", "3.json", "2.json"], "are the same shard, hash:2/3"),
        (&["1.json", "2-seed.json", "3.json"], "seed differs"),
        (&["1.json", "2-version.json", "3.json"], "handset differs"),
        (&["1.json", "2-filter.json", "3.json"], "differs"),
        (&["1.json", "2-defect.json", "3.json"], "target differs"),
        (&["1.json", "2-suite.json", "3.json"], "suite_digest differs"),
        (&["1.json", "2-of-4.json", "3.json"], "partition differs"),
        (&["1.json", "2-half.json", "3.json"], "2-half.json: this is no JSON"),
        (&["1.json", "whole.json", "3.json"], "whole.json: this is a whole run"),
        (&["1.json", "gone.json", "3.json"], "gone.json"),
    ] {
        let (code, _, errors) = merge(reports, "merged.json", scratch.path());
        assert!(code == 2 && errors.contains(said), "{reports:?}: {code} {errors}");
        assert!(!scratch.file("merged.json").exists(), "{reports:?}");
    }
    assert_eq!(merge(&["1.json", "2.json", "3.json"], "merged.json", scratch.path()).0, 0);
    let bytes = |name: &str| fs::read(scratch.file(name)).unwrap();
    assert!(bytes("merged.json") == bytes("whole.json"), "the merged report is that of the undivided run");
}

#[test]
fn gnu_parallel_runs_the_shards() {
    const TEST: &str = "gnu_parallel_runs_the_shards";
    if !peer("parallel", TEST) {
        return;
    }
    let version = run(Command::new("parallel").arg("--version"));
    if !told(&version).1.starts_with("GNU parallel") {
        let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "{TEST}: parallel is another program than GNU's");
        eprintln!("SKIPPED {TEST}: parallel is another program than GNU's");
        return;
    }
    let scratch = suite("shards-parallel", &states(20, 5));
    let mut parallel = Command::new("parallel");
    parallel.current_dir(scratch.path()).env("HANDSET_SHARDS", "5").env("HANDSET", handset());
    for name in SHARD_VARIABLES.iter().filter(|name| **name != "HANDSET_SHARDS") {
        parallel.env_remove(name);
    }
    parallel.env("HOME", scratch.path()).args(["--will-cite", "--jobs", "2"]);
    // Two slots for five jobs: the slot of a job does not say which one it is.
    parallel.arg("\"$HANDSET\" run -q s.yaml --shard env --report json=shard-{}.json > said-{}; echo $PARALLEL_JOBSLOT");
    parallel.arg(":::").args(["1", "2", "3", "4", "5"]);
    let (code, slots, errors) = told(&run(&mut parallel));
    assert_eq!(code, 0, "{errors}");
    assert!(slots.lines().count() == 5 && slots.lines().all(|s| s == "1" || s == "2"), "{slots}");
    let reports: Vec<String> = (1..=5).map(|n| format!("shard-{n}.json")).collect();
    let reports: Vec<&str> = reports.iter().map(String::as_str).collect();
    let (code, _, errors) = merge(&reports, "merged.json", scratch.path());
    assert_eq!(code, 0, "{errors}");
    run(&mut command(&["run", "-q", "s.yaml", "--report", "json=whole.json"], scratch.path()));
    let bytes = |name: &str| fs::read(scratch.file(name)).unwrap();
    assert!(bytes("merged.json") == bytes("whole.json"), "the merged report is that of the undivided run");
}

#[test]
fn the_job_files_are_where_the_help_says() {
    let (_, help, _) = told(&run(&mut command(&["run", "--help"], &root())));
    for folder in ["deploy/slurm", "deploy/kubernetes"] {
        assert!(help.contains(folder) && root().join(folder).is_dir(), "{folder}");
    }
}
