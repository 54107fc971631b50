//! The Kubernetes job file: held against the schemas of its objects, and its commands run as a cluster would run them.

use crate::program::handset;
use crate::shards::{command, states};
use conformance::{Scratch, root, run};
use scenario::yaml::{self, Node};
use serde_json::{Map, Value};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn file() -> String {
    fs::read_to_string(root().join("deploy/kubernetes/indexed-job.yaml")).expect("the job file")
}

/// What the YAML means as JSON, as kubectl sends it.
pub fn json(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Scalar(scalar) if scalar.is_null() => Value::Null,
        yaml::Value::Scalar(scalar) => match (scalar.boolean(), scalar.integer()) {
            (Some(truth), _) => truth.into(),
            (_, Some(number)) => number.into(),
            _ => scalar.text.clone().into(),
        },
        yaml::Value::Sequence(items) => items.iter().map(json).collect(),
        yaml::Value::Mapping(entries) => {
            Value::Object(entries.iter().map(|e| (e.key.clone(), json(&e.value))).collect::<Map<_, _>>())
        }
    }
}

fn objects() -> Vec<Value> {
    let read = |text: &str| json(&yaml::parse(text, 0).unwrap_or_else(|e| panic!("no YAML: {e:?}")));
    file().split("\n---\n").map(read).collect()
}

fn schema() -> Value {
    let path = root().join("fixtures/schema/foreign/kubernetes-1.31-job.schema.json");
    serde_json::from_slice(&fs::read(path).expect("a schema")).expect("JSON")
}

#[test]
fn every_object_fits_its_schema_and_a_wrong_one_does_not() {
    let schema = schema();
    // Each kind against its own, so that what is wrong has a place.
    let of = |kind: &str| {
        let name = match kind {
            "Job" => "io.k8s.api.batch.v1.Job",
            _ => "io.k8s.api.core.v1.PersistentVolumeClaim",
        };
        let mut own = schema.clone();
        let members = own.as_object_mut().unwrap();
        members.remove("oneOf");
        members.insert("$ref".into(), format!("#/$defs/{name}").into());
        jsonschema::validator_for(&own).expect("a JSON Schema")
    };
    let objects = objects();
    let kinds: Vec<&str> = objects.iter().map(|o| o["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["PersistentVolumeClaim", "Job", "Job"]);
    for object in &objects {
        let validator = of(object["kind"].as_str().unwrap());
        let wrong: Vec<String> =
            validator.iter_errors(object).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    let jobs = of("Job");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut job = objects[1].clone();
        change(&mut job);
        assert!(!jobs.is_valid(&job), "{job}");
    };
    refused(&|job| job["spec"]["completion"] = 8.into());
    refused(&|job| job["spec"]["completions"] = "8".into());
    refused(&|job| job["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = 8.into());
    refused(&|job| job["apiVersion"] = "batch/v2".into());
    assert!(file().contains("It was only schema-checked: no cluster ran it."));
}

#[test]
fn the_objects_belong_together() {
    let [claim, shards, merge]: [Value; 3] = objects().try_into().expect("three objects");
    let spec = &shards["spec"];
    assert_eq!((&spec["completionMode"], &spec["completions"]), (&"Indexed".into(), &8.into()));
    let pods = [&spec["template"]["spec"], &merge["spec"]["template"]["spec"]];
    for pod in pods {
        let container = &pod["containers"][0];
        assert_eq!(variable(container, "HANDSET_SHARDS"), "8");
        assert_eq!(pod["volumes"][0]["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
        let mount = &container["volumeMounts"][0];
        assert_eq!(mount["name"], pod["volumes"][0]["name"]);
        assert_eq!(variable(container, "REPORTS"), mount["mountPath"].as_str().unwrap());
        assert_eq!(mount["subPath"], pods[0]["containers"][0]["volumeMounts"][0]["subPath"]);
        assert_eq!(pod["restartPolicy"], "Never");
    }
    assert_eq!(claim["spec"]["accessModes"], serde_json::json!(["ReadWriteMany"]));
}

fn variable(container: &Value, name: &str) -> String {
    let all = container["env"].as_array().expect("variables");
    let found = all.iter().find(|v| v["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    found["value"].as_str().expect("a text").to_owned()
}

/// What a container does, with the folders here in place of those in the container.
fn container(object: &Value, scratch: &Scratch) -> Command {
    let container = &object["spec"]["template"]["spec"]["containers"][0];
    let words = |name: &str| -> Vec<String> {
        let list = container[name].as_array().expect("words");
        list.iter().map(|w| w.as_str().expect("a word").to_owned()).collect()
    };
    let mut line = words("command");
    line.extend(words("args"));
    let programs = handset().parent().expect("a folder").display().to_string();
    let mut command = Command::new(&line[0]);
    command.args(&line[1..]).current_dir(scratch.path()).env_clear();
    command.env("PATH", format!("{programs}:/usr/bin:/bin"));
    command.env("HANDSET_SHARDS", variable(container, "HANDSET_SHARDS"));
    command.env("SUITES", "s.yaml").env("REPORTS", scratch.file("reports"));
    command
}

/// A process that does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_commands_of_the_containers_make_the_undivided_report() {
    let scratch = Scratch::new("kubernetes-commands");
    fs::write(scratch.file("s.yaml"), states(20, 5)).unwrap();
    fs::create_dir(scratch.file("reports")).unwrap();
    let [_, shards, merge]: [Value; 3] = objects().try_into().expect("three objects");
    // The Job that merges begins at the same time as the others, and waits.
    let waiting = container(&merge, &scratch).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut waiting = Running(waiting.expect("starts"));
    for index in 0..8 {
        assert!(waiting.0.try_wait().unwrap().is_none(), "it merged what is not there");
        let mut shard = container(&shards, &scratch);
        let output = run(shard.env("JOB_COMPLETION_INDEX", index.to_string()));
        assert!(output.status.success(), "{index}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let started = Instant::now();
    let status = loop {
        if let Some(status) = waiting.0.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is merged");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(status.code(), Some(1), "one scenario fails");
    run(&mut command(&["run", "-q", "s.yaml", "--report", "json=whole.json"], scratch.path()));
    let bytes = |name: &str| fs::read(scratch.file(name)).unwrap();
    assert!(
        bytes("reports/run.json") == bytes("whole.json"),
        "the merged report is that of the undivided run"
    );
    // A pod that is started again replaces its report.
    let again = run(container(&shards, &scratch).env("JOB_COMPLETION_INDEX", "3"));
    assert!(again.status.success());
    // What is wrong with the suites is no result of a shard.
    fs::write(scratch.file("s.yaml"), "suite: [\n").unwrap();
    assert_eq!(run(container(&shards, &scratch).env("JOB_COMPLETION_INDEX", "3")).status.code(), Some(2));
}
