//! The CI files of the guide: their commands are run, in the order and with the variables of each service.
//!
//! All jobs of a file share one folder, as if what one uploads were downloaded where the next needs it. What a file says
//! it keeps has to be there afterwards.

use super::shell::{run, shell};
use serde_json::Value;
use std::path::Path;

/// A job on one machine.
#[derive(Clone, Debug, Default)]
struct Job {
    title: String,
    /// The job of the file; its shards do not wait for each other.
    of: String,
    environment: Vec<(String, String)>,
    scripts: Vec<Script>,
    /// Whether it runs after an earlier one has failed.
    always: bool,
    /// What is kept of it: paths with `*`.
    kept: Vec<String>,
}

#[derive(Clone, Debug)]
struct Script {
    text: String,
    environment: Vec<(String, String)>,
    /// Whether it runs after an earlier one of the job has failed.
    always: bool,
    /// Whether later jobs run although it has failed.
    caught: bool,
}

/// What came of a file.
pub struct Carried {
    /// The commands and what they printed.
    pub transcript: Vec<String>,
    /// Whether the service would show it as failed.
    pub failed: bool,
    /// The commands.
    pub commands: Vec<String>,
}

/// Runs the jobs of a file.
pub fn carry_out(name: &str, text: &str, folder: &Path, path: &str, more: &[(String, String)]) -> Carried {
    let jobs = if name.ends_with("Jenkinsfile") {
        jenkins(text)
    } else if name.contains(".github/") {
        github(&yaml(text))
    } else {
        gitlab(&yaml(text))
    };
    assert!(!jobs.is_empty(), "{name} has no jobs");
    let mut carried = Carried { transcript: Vec::new(), failed: false, commands: Vec::new() };
    let mut blocking: Option<String> = None;
    for job in jobs.iter().filter(|job| !job.scripts.is_empty()) {
        if blocking.as_ref().is_some_and(|of| *of != job.of) && !job.always {
            continue;
        }
        carried.transcript.push(format!("# {}", job.title));
        let mut failed = false;
        for script in &job.scripts {
            if failed && !script.always {
                continue;
            }
            let environment = [&job.environment[..], &script.environment, more].concat();
            let text = script.text.trim_end();
            let command = format!("(set -e\n{text}\n)");
            let results = run(shell(folder, path, &environment), &[&command]);
            carried.commands.push(text.to_owned());
            carried.transcript.extend(format!("$ {}", text.replace('\n', "\n> ")).lines().map(str::to_owned));
            for (lines, code) in results {
                carried.transcript.extend(lines);
                if code != 0 {
                    carried.transcript.push(format!("# exit {code}"));
                    carried.failed = true;
                    failed = true;
                    if !script.caught {
                        blocking = Some(job.of.clone());
                    }
                }
            }
        }
        for kept in &job.kept {
            let there = run(shell(folder, path, &job.environment), &[&format!("ls -d {kept}")]);
            assert!(
                there.iter().all(|(_, code)| *code == 0),
                "{name}: {}: no {kept}: {:#?}",
                job.title,
                carried.transcript
            );
        }
    }
    carried
}

/// YAML as the JSON that it means.
pub fn yaml(text: &str) -> Value {
    crate::kubernetes::json(&scenario::yaml::parse(text, 0).unwrap_or_else(|e| panic!("no YAML: {e:?}")))
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn pair(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// Jobs, each after those that it needs.
fn ordered<'v>(mut jobs: Vec<(&'v String, &'v Value)>) -> Vec<(&'v String, &'v Value)> {
    let mut done: Vec<(&String, &Value)> = Vec::new();
    while !jobs.is_empty() {
        let is_ready = |(_, job): &(&String, &Value)| {
            list(&job["needs"]).into_iter().all(|needed| done.iter().any(|(id, _)| **id == text(needed)))
        };
        let at = jobs.iter().position(is_ready).expect("a job whose needs are met");
        done.push(jobs.remove(at));
    }
    done
}

/// GitHub Actions: jobs with a matrix, `env`, `if`, and the actions that move files.
fn github(workflow: &Value) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (id, job) in ordered(members(&workflow["jobs"]).collect()) {
        let axes: Vec<(&String, &Value)> = members(&job["strategy"]["matrix"]).collect();
        assert!(axes.len() <= 1, "{id}: more than one axis");
        let rows: Vec<Option<(&String, &Value)>> = match axes.first() {
            Some((name, values)) => list(values).into_iter().map(|value| Some((*name, value))).collect(),
            None => vec![None],
        };
        let total = rows.len();
        // Else a shard that fails ends the others.
        assert!(total == 1 || job["strategy"]["fail-fast"] == false, "{id}: fail-fast");
        for (index, row) in rows.iter().enumerate() {
            let fill = |written: &str| {
                let mut text = written.to_owned();
                if let Some((name, value)) = row {
                    text = text.replace(&format!("${{{{ matrix.{name} }}}}"), &self::text(value));
                }
                text = text.replace("${{ strategy.job-index }}", &index.to_string());
                text = text.replace("${{ strategy.job-total }}", &total.to_string());
                assert!(!text.contains("${{"), "{id}: what is {text}?");
                text
            };
            let environment = |value: &Value| -> Vec<(String, String)> {
                members(value).map(|(name, value)| pair(name, fill(&text(value)))).collect()
            };
            let title = if total > 1 { format!("{id}, {} of {total}", index + 1) } else { id.clone() };
            let mut made = Job { title, of: id.clone(), always: is_always(&job["if"]), ..Job::default() };
            made.environment = vec![
                pair("CI", true),
                pair("GITHUB_ACTIONS", true),
                pair("GITHUB_STEP_SUMMARY", "summary.md"),
            ];
            made.environment.extend(environment(&workflow["env"]));
            made.environment.extend(environment(&job["env"]));
            for step in list(&job["steps"]) {
                let Some(script) = step["run"].as_str() else {
                    let uses = step["uses"].as_str().expect("run or uses");
                    match uses.split('@').next() {
                        Some("actions/checkout" | "actions/download-artifact") => {}
                        Some("actions/upload-artifact") => {
                            made.kept.extend(text(&step["with"]["path"]).lines().map(fill));
                        }
                        _ => panic!("{id}: what does {uses}?"),
                    }
                    continue;
                };
                let always = is_always(&step["if"]);
                let environment = environment(&step["env"]);
                made.scripts.push(Script { text: fill(script), environment, always, caught: false });
            }
            jobs.push(made);
        }
    }
    jobs
}

fn is_always(condition: &Value) -> bool {
    match condition.as_str() {
        None => false,
        Some("${{ !cancelled() }}") => true,
        Some(other) => panic!("what is {other}?"),
    }
}

/// GitLab: jobs with `parallel`, `variables`, `script`, `when` and `artifacts`.
fn gitlab(pipeline: &Value) -> Vec<Job> {
    const GLOBAL: [&str; 5] = ["default", "image", "stages", "variables", "workflow"];
    let mut jobs = Vec::new();
    for (id, job) in ordered(members(pipeline).filter(|(id, _)| !GLOBAL.contains(&id.as_str())).collect()) {
        let total = job["parallel"].as_u64();
        for index in 1..=total.unwrap_or(1) {
            let title = total.map_or(id.clone(), |total| format!("{id}, {index} of {total}"));
            let mut environment = vec![pair("CI", true), pair("GITLAB_CI", true)];
            if let Some(total) = total {
                environment.extend([pair("CI_NODE_INDEX", index), pair("CI_NODE_TOTAL", total)]);
            }
            for variables in [&pipeline["variables"], &job["variables"]] {
                environment.extend(members(variables).map(|(name, value)| pair(name, text(value))));
            }
            let scripts = list(&job["script"]).into_iter().map(|line| Script {
                text: text(line),
                environment: Vec::new(),
                always: false,
                caught: false,
            });
            let artifacts = &job["artifacts"];
            let kept =
                list(&artifacts["paths"]).into_iter().chain(list(&artifacts["reports"]["junit"])).map(text);
            jobs.push(Job {
                title,
                of: id.clone(),
                environment,
                scripts: scripts.collect(),
                always: job["when"] == "always",
                kept: kept.collect(),
            });
        }
    }
    jobs
}

/// Jenkins: a declarative pipeline with at most one matrix of one axis, one statement a line.
fn jenkins(file: &str) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut inside: Vec<String> = Vec::new();
    let mut axis: (String, Vec<String>) = Default::default();
    let mut current = Job::default();
    let quoted = |text: &str| -> Vec<String> {
        let mark = text.chars().find(|c| ['"', '\''].contains(c)).expect("a quote");
        text.split(mark).skip(1).step_by(2).map(str::to_owned).collect()
    };
    for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let is_in = |name: &str| inside.iter().any(|block| block.split(['(', ' ']).next() == Some(name));
        if line == "}" {
            let block = inside.pop().expect("a block is open");
            let is_job =
                (block.starts_with("stage(") && !is_within(&inside, "matrix")) || block.starts_with("matrix");
            if is_job && !current.scripts.is_empty() {
                let mut job = std::mem::take(&mut current);
                job.of = job.title.clone();
                let total = axis.1.len();
                if block.starts_with("matrix") {
                    for (index, value) in axis.1.iter().enumerate() {
                        let mut cell = job.clone();
                        cell.title = format!("{}, {} of {total}", job.title, index + 1);
                        cell.environment.insert(0, pair(&axis.0, value));
                        let reference = format!("${{{}}}", axis.0);
                        for (_, value_of) in &mut cell.environment {
                            *value_of = value_of.replace(&reference, value);
                        }
                        jobs.push(cell);
                    }
                } else {
                    jobs.push(job);
                }
            }
        } else if let Some(block) = line.strip_suffix('{') {
            if let Some(name) = block.strip_prefix("stage(") {
                current.title = quoted(name).concat();
            }
            inside.push(block.trim().to_owned());
        } else if line.starts_with("sh ") {
            let text = quoted(line).into_iter().next().expect("a command");
            let caught = is_in("catchError");
            let always = is_in("post");
            current.scripts.push(Script { text, environment: Vec::new(), always, caught });
        } else if line.starts_with("junit ") || line.starts_with("archiveArtifacts ") {
            current.kept.extend(quoted(line).into_iter().next());
        } else if is_in("axis") && line.starts_with("name ") {
            axis.0 = quoted(line).concat();
        } else if is_in("axis") && line.starts_with("values ") {
            axis.1 = quoted(line);
        } else if is_in("environment") {
            let name = line.split(' ').next().expect("a name");
            current.environment.push(pair(name, quoted(line).concat()));
        } else {
            let known = ["agent ", "stash ", "unstash ", "checkout "];
            assert!(known.iter().any(|k| line.starts_with(k)), "what is {line}?");
        }
    }
    assert!(inside.is_empty(), "blocks are not closed: {inside:?}");
    jobs
}

fn is_within(inside: &[String], name: &str) -> bool {
    inside.iter().any(|block| block == name)
}
