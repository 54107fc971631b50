//! One case, step by step, with the phone's view after each.

use super::TargetKind;
use super::arguments::ReplayArguments;
use super::plan::Plan;
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use scenario::{Target, Watcher, execute};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use verdict::{RunCase, RunFailure, RunOutcome, RunStep};

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const REPLAY_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Replay {
    schema_version: u32,
    seed: u64,
    target: String,
    /// The view before the first step.
    given: Value,
    steps: Vec<Scene>,
    case: RunCase,
    exit: u8,
}

#[derive(Serialize)]
struct Scene {
    #[serde(flatten)]
    step: RunStep,
    failures: Vec<RunFailure>,
    /// The view after the step; nothing where the target shows none.
    view: Value,
}

#[derive(Default)]
struct Record {
    given: Value,
    steps: Vec<Scene>,
}

impl Watcher for Record {
    fn begun(&mut self, target: &mut dyn Target) {
        self.given = target.view().unwrap_or_default();
    }

    fn step(&mut self, step: &RunStep, failures: &[RunFailure], target: &mut dyn Target) {
        let view = target.view().unwrap_or_default();
        self.steps.push(Scene { step: step.clone(), failures: failures.to_vec(), view });
    }
}

/// Plays the one case of a plan.
pub(super) fn play(
    plan: &Plan,
    target: &TargetKind,
    seed: Option<u64>,
    arguments: &ReplayArguments,
) -> Result<u8, Failure> {
    let mut exit = 4;
    for planned in &plan.cases {
        // It was made once already, when it was planned.
        let Ok(case) = plan.suites.case(planned.key) else { continue };
        let mut record = Record::default();
        let run = execute(&case, &mut *target.made(&plan.materials, seed), &mut record);
        exit = run.outcome.exit().unwrap_or(exit);
        let replay = Replay {
            schema_version: REPLAY_SCHEMA_VERSION,
            seed: seed.or(case.options.seed).unwrap_or(case.given.seed),
            target: target.name().to_owned(),
            given: record.given,
            steps: record.steps,
            case: run,
            exit,
        };
        let text = match arguments.format {
            Format::Json => report::json(&replay)?,
            Format::Human => told(&replay),
        };
        print::standard_output(&text)?;
    }
    Ok(exit)
}

fn told(replay: &Replay) -> String {
    let case = &replay.case;
    let mut out = format!("{} on {}, seed {}\n", case.id, replay.target, replay.seed);
    let mut before = leaves(&replay.given);
    out.push_str("\nat the start\n");
    for (path, value) in &before {
        out.push_str(&format!("    {path}: {value}\n"));
    }
    for scene in &replay.steps {
        let step = &scene.step;
        let name = step.name.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
        let at = step.at.as_ref().map(|at| format!(", {at}")).unwrap_or_default();
        out.push_str(&format!("\nstep {}: {}{name}{at}\n", step.number, step.action));
        out.push_str(&format!("  {}: {}\n", step.outcome.as_str(), step.observed));
        if !step.asked.is_empty() {
            out.push_str(&format!("  asked: {}\n", step.asked.join(", ")));
        }
        for message in &step.messages {
            let word = |is: bool, word: &'static str| if is { word } else { "" };
            out.push_str(&format!(
                "  {} {}:{}{}\n",
                message.way,
                message.to.join(", "),
                word(message.signed == Some(true), " signed"),
                word(message.encrypted, " encrypted")
            ));
        }
        out.push_str(&failures(&scene.failures));
        let after = leaves(&scene.view);
        out.push_str(&changes(&before, &after));
        before = after;
    }
    let last: Vec<RunFailure> = case.failures.iter().filter(|f| f.step.is_none()).cloned().collect();
    out.push_str(&format!("\nat the end\n{}", failures(&last)));
    out.push_str(&format!("{}, {}\n", case.outcome.as_str(), print::counted(case.checks as usize, "check")));
    if let Some(reason) = case.reason.as_ref().filter(|_| case.outcome != RunOutcome::Pass) {
        out.push_str(&format!("{reason}\n"));
    }
    // Texts of the phone may come from a profile.
    out.lines().map(|line| report::visible(line) + "\n").collect()
}

fn failures(all: &[RunFailure]) -> String {
    let line = |f: &RunFailure| {
        let (place, word) = (&f.place, f.outcome.as_str());
        format!(
            "  {word}: {}: expected {}, observed {} ({}:{}:{})\n",
            f.subject, f.expected, f.observed, place.file, place.line, place.column
        )
    };
    all.iter().map(line).collect()
}

/// What is different in the view.
fn changes(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for (path, value) in after {
        match before.get(path) {
            None => out.push_str(&format!("    + {path}: {value}\n")),
            Some(old) if old != value => out.push_str(&format!("    ~ {path}: {old} -> {value}\n")),
            Some(_) => {}
        }
    }
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        out.push_str(&format!("    - {path}\n"));
    }
    out
}

/// The values of a view by their paths.
fn leaves(view: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), view)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(members) => open.extend(members.iter().map(|(name, value)| {
                (if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, value)
            })),
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(n, value)| (format!("{path}[{n}]"), value)));
            }
            Value::Null => {}
            Value::String(text) => {
                found.insert(path, text.clone());
            }
            other => {
                found.insert(path, other.to_string());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_of_the_view_is_told_by_its_path() {
        let before = leaves(&json!({"a": {"b": [1, {"c": "x"}]}, "gone": true, "same": 1}));
        let after = leaves(&json!({"a": {"b": [2, {"c": "x"}]}, "new": "y", "same": 1, "none": null}));
        let told = changes(&before, &after);
        assert_eq!(told, "    ~ a.b[0]: 1 -> 2\n    + new: y\n    - gone\n");
    }
}
