//! The engine: step after step, with what must hold after each.

use super::check::{Checked, check};
use super::target::{Done, Refusal, Target};
use crate::case::{Case, Check, Expectation, Installed, Step, StepAction};
use crate::diagnostic::Place;
use profile::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use verdict::{RunCase, RunFailure, RunOutcome, RunPlace, RunStep};

/// Is told of each step when it has happened, with the target as it is then. Looking at it changes nothing.
pub trait Watcher {
    /// What is given is there; nothing has happened yet.
    fn begun(&mut self, _target: &mut dyn Target) {}

    /// A step has happened and was judged.
    fn step(&mut self, step: &RunStep, failures: &[RunFailure], target: &mut dyn Target);
}

/// Nobody watches.
impl Watcher for () {
    fn step(&mut self, _: &RunStep, _: &[RunFailure], _: &mut dyn Target) {}
}

/// A case that is not run, with the reason.
pub fn skipped(case: &Case, reason: &str) -> RunCase {
    RunCase {
        id: case.id.as_str().to_owned(),
        outcome: RunOutcome::Skipped,
        requirements: case.requirements.clone(),
        tags: case.tags.clone(),
        suite: case.suite.clone(),
        scenario: case.scenario.clone(),
        about: case.about.clone(),
        place: place(&case.place),
        pending: case.pending.clone(),
        reason: Some(reason.to_owned()),
        checks: 0,
        steps: Vec::new(),
        failures: Vec::new(),
    }
}

/// Runs a case on a target. A pending case is not run.
///
/// The first step that cannot be done ends the case; the steps after it are listed as skipped. Expectations that do not
/// hold do not end it. The outcome is the worst that happened, and a case in which no check was made is inconclusive.
pub fn execute(case: &Case, target: &mut dyn Target, watcher: &mut dyn Watcher) -> RunCase {
    if case.pending.is_some() {
        return RunCase { reason: None, ..skipped(case, "") };
    }
    let mut run = RunCase { reason: None, outcome: RunOutcome::Pass, ..skipped(case, "") };
    if let Err(refusal) = target.begin(case) {
        run.outcome = outcome_of(&refusal);
        run.reason = Some(refusal.to_string());
        run.failures.push(refused("what is given", &refusal, None, &case.requirements, &run.place));
        return run;
    }
    watcher.begun(target);
    let mut course = Course { case, own: own_requirements(case), run, seen: Seen::default() };
    let mut going = true;
    for (number, step) in (1_u32..).zip(&case.steps) {
        if going {
            going = course.step(number, step, target, watcher);
        } else {
            course.run.steps.push(not_done(number, step));
        }
    }
    if going {
        course.expectations(&case.expect, None, target);
    }
    let mut run = course.run;
    if run.checks == 0 && run.outcome == RunOutcome::Pass {
        run.outcome = RunOutcome::Inconclusive;
        run.reason = Some("no check was made".to_owned());
    }
    run
}

/// The requirements of the scenario: those of the case that no expectation names for itself, or all of them.
fn own_requirements(case: &Case) -> BTreeSet<String> {
    let named = |id: &String| {
        let all = case.steps.iter().flat_map(|s| &s.expect).chain(&case.expect);
        all.into_iter().any(|e| e.requirements.contains(id))
    };
    let own: BTreeSet<String> = case.requirements.iter().filter(|id| !named(id)).cloned().collect();
    if own.is_empty() { case.requirements.clone() } else { own }
}

/// What was seen so far, for expectations about it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The step that was last done.
    pub last: Option<Done>,
    /// The messages of each step that has a name.
    pub named: BTreeMap<String, Vec<usize>>,
    /// The message that went over the wire last.
    pub newest: Option<usize>,
    /// How many messages left the phone.
    pub sent: u32,
}

struct Course<'c> {
    case: &'c Case,
    /// The requirements of what names none.
    own: BTreeSet<String>,
    run: RunCase,
    seen: Seen,
}

impl Course<'_> {
    /// Does a step and looks; whether the case goes on.
    fn step(&mut self, number: u32, step: &Step, target: &mut dyn Target, watcher: &mut dyn Watcher) -> bool {
        let before = self.run.failures.len();
        let started = target.now_ms();
        let mut report = not_done(number, step);
        report.outcome = RunOutcome::Pass;
        let done = match target.perform(step) {
            Ok(done) => done,
            Err(refusal) => {
                report.outcome = outcome_of(&refusal);
                report.observed = refusal.to_string();
                report.at = moment(target);
                let subject = describe(&step.action);
                let failure =
                    refused(&subject, &refusal, Some(number), &self.case.requirements, &report.place);
                self.run.outcome = self.run.outcome.max(report.outcome);
                if report.outcome != RunOutcome::Fail {
                    self.run.reason = Some(failure.observed.clone());
                }
                watcher.step(&report, std::slice::from_ref(&failure), target);
                self.run.failures.push(failure);
                self.run.steps.push(report);
                return false;
            }
        };
        report.observed = done.observed.clone();
        report.at = moment(target);
        report.asked = done.asked.clone().unwrap_or_default();
        self.in_time(number, step, started, target.now_ms());
        self.seen.sent += done.sent;
        self.seen.newest = done.messages.last().copied().or(self.seen.newest);
        if let Some(name) = &step.name {
            self.seen.named.insert(name.clone(), done.messages.clone());
        }
        self.taken(number, step, &done);
        self.seen.last = Some(done);
        self.expectations(&step.expect, Some(number), target);
        // Checks may have opened them.
        let messages = self.seen.last.iter().flat_map(|done| &done.messages);
        report.messages = messages.filter_map(|m| Some(target.message(*m, false).ok()?.outline)).collect();
        let own = self.run.failures.get(before..).unwrap_or_default();
        report.outcome = own.iter().map(|f| f.outcome).max().unwrap_or(RunOutcome::Pass);
        watcher.step(&report, own, target);
        self.run.steps.push(report);
        true
    }

    /// Whether a step took no longer than it may. What holds for the steps of a case does not for those that let time
    /// pass, unless they say so themselves.
    fn in_time(&mut self, number: u32, step: &Step, from: Option<i64>, to: Option<i64>) {
        let lets_time_pass = matches!(step.action, StepAction::Wait(_) | StepAction::Until(_));
        let usual = self.case.options.timeout_ms.filter(|_| !lets_time_pass);
        let limit = step.timeout_ms.or(usual);
        let (Some(limit), Some(from), Some(to)) = (limit, from, to) else { return };
        self.run.checks += 1;
        let took = to.saturating_sub(from);
        if took > limit {
            self.fail(RunFailure {
                subject: "timeout".to_owned(),
                outcome: RunOutcome::Fail,
                expected: format!("at most {limit} ms of virtual time"),
                observed: format!("{took} ms"),
                step: Some(number),
                requirements: self.case.requirements.clone(),
                why: None,
                place: place(&step.place),
            });
        }
    }

    /// An installation that is refused without the scenario saying anything of it has failed: nothing that is looked at
    /// afterwards means what it seems to mean.
    fn taken(&mut self, number: u32, step: &Step, done: &Done) {
        let told = |check: &Check| matches!(check, Check::Install(_) | Check::ErrorChain(_));
        let is_told = step.expect.iter().any(|expectation| told(&expectation.check));
        if is_told
            || !matches!(step.action, StepAction::Install(_))
            || done.installed != Some(Installed::Refused)
        {
            return;
        }
        self.fail(RunFailure {
            subject: "install".to_owned(),
            outcome: RunOutcome::Fail,
            expected: "installed".to_owned(),
            observed: done.observed.clone(),
            step: Some(number),
            requirements: self.own.clone(),
            why: None,
            place: place(&step.place),
        });
    }

    fn expectations(&mut self, all: &[Expectation], step: Option<u32>, target: &mut dyn Target) {
        for expectation in all {
            self.run.checks += 1;
            let done = if step.is_some() { self.seen.last.as_ref() } else { None };
            let Err(Checked { subject, outcome, expected, observed }) =
                check(&expectation.check, done, &self.seen, target)
            else {
                continue;
            };
            let own = &expectation.requirements;
            if outcome != RunOutcome::Fail && self.run.reason.is_none() {
                self.run.reason = Some(format!("{subject}: {observed}"));
            }
            self.fail(RunFailure {
                subject,
                outcome,
                expected,
                observed,
                step,
                requirements: if own.is_empty() { self.own.clone() } else { own.clone() },
                why: expectation.why.clone(),
                place: place(&expectation.place),
            });
        }
    }

    fn fail(&mut self, failure: RunFailure) {
        self.run.outcome = self.run.outcome.max(failure.outcome);
        self.run.failures.push(failure);
    }
}

pub(super) fn outcome_of(refusal: &Refusal) -> RunOutcome {
    match refusal {
        Refusal::NotSupported { .. } | Refusal::NotSeen { .. } => RunOutcome::Inconclusive,
        Refusal::NotThere { .. } => RunOutcome::Fail,
        Refusal::Broken { .. } => RunOutcome::Error,
    }
}

fn refused(
    subject: &str,
    refusal: &Refusal,
    step: Option<u32>,
    requirements: &BTreeSet<String>,
    place: &RunPlace,
) -> RunFailure {
    let (expected, observed) = match refusal {
        Refusal::NotThere { expected, observed } => (expected.clone(), observed.clone()),
        other => ("that it can be done".to_owned(), other.to_string()),
    };
    RunFailure {
        subject: subject.to_owned(),
        outcome: outcome_of(refusal),
        expected,
        observed,
        step,
        requirements: requirements.clone(),
        why: None,
        place: place.clone(),
    }
}

fn not_done(number: u32, step: &Step) -> RunStep {
    RunStep {
        number,
        name: step.name.clone(),
        action: describe(&step.action),
        outcome: RunOutcome::Skipped,
        observed: String::new(),
        at: None,
        asked: Vec::new(),
        messages: Vec::new(),
        place: place(&step.place),
    }
}

fn moment(target: &dyn Target) -> Option<String> {
    target.now_ms().map(|ms| Timestamp(ms).to_rfc3339())
}

fn place(place: &Place) -> RunPlace {
    RunPlace { file: place.file.clone(), line: place.line, column: place.column }
}

/// A step in a few words. What opens something is not in it.
fn describe(action: &StepAction) -> String {
    use crate::case::{AnswerWith, Configuration, Fault, Removal};
    match action {
        StepAction::Install(install) => match &install.configuration {
            Configuration::Policy(policy) => {
                format!("install the policy “{}” for {}", policy.display_name, install.user)
            }
            Configuration::PolicyFile(file) => {
                format!("install the policy {} for {}", file.path, install.user)
            }
            Configuration::Profile(file) => format!("install {}", file.path),
        },
        StepAction::Act(id) => format!("act {id}"),
        StepAction::Answer(answer) => {
            let kind = super::check::prompt_word(answer.prompt);
            let with = match answer.with {
                AnswerWith::Right => "",
                AnswerWith::Wrong => " wrongly",
                AnswerWith::Text(_) => " with a text",
                AnswerWith::Cancel => " with cancel",
            };
            format!("answer {kind}{with}")
        }
        StepAction::AnswerAll => "answer all".to_owned(),
        StepAction::Send(outgoing) => format!("send to {}", outgoing.to.join(", ")),
        StepAction::Receive(incoming) => match &incoming.file {
            Some(file) => format!("receive {}", file.path),
            None => format!("receive from {}", incoming.from),
        },
        StepAction::Refresh => "refresh".to_owned(),
        StepAction::Wait(ms) => format!("wait {ms} ms"),
        StepAction::Until(time) => format!("until {}", time.to_rfc3339()),
        StepAction::Upgrade(version) => format!("upgrade to iOS {version}"),
        StepAction::Network(fault) => match fault {
            Fault::None => "network restored".to_owned(),
            Fault::Offline => "network offline".to_owned(),
            Fault::Delay(ms) => format!("network delayed by {ms} ms"),
            Fault::Drop(exchanges) => format!("network drops {exchanges}"),
            Fault::Status { code, exchanges } => format!("network answers {code} to {exchanges}"),
            Fault::Truncate(exchanges) => format!("network cuts {exchanges}"),
        },
        StepAction::Remove(Removal::OfAccount) => "remove the profile".to_owned(),
        StepAction::Remove(Removal::Identifier(identifier)) => format!("remove {identifier}"),
        StepAction::Restart => "restart".to_owned(),
        StepAction::Set(_) => "set".to_owned(),
    }
}
