use super::*;
use crate::case::{Case, Installed, JudgedOutcome, Reader, SignatureSeen, Step, StepAction, ViewPath};
use crate::language::{Files, Knowledge, ReadFailure, expand};
use evidence::{Action, ActionOutcome};
use intent::ActionId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use verdict::{RunCase, RunMessage, RunOutcome};

struct Text(String);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, ReadFailure> {
        Ok(self.0.clone())
    }
}

fn case(body: &str) -> Case {
    let text = format!(
        "suite: s\ngiven: {{policy: {{displayName: P}}}}\nscenarios:\n  - name: a\n    requirements: [EAS-001]\n{body}"
    );
    expand(["s.yaml"], &Text(text), Knowledge::default()).expect("a sound suite").remove(0)
}

/// A target that is made of values.
struct Told {
    now: i64,
    /// How long each step takes.
    takes: i64,
    refuses: Option<Refusal>,
    action: Action,
    reading: ReadingSeen,
    outline: RunMessage,
    judged: JudgedOutcome,
}

impl Default for Told {
    fn default() -> Self {
        Told {
            now: 0,
            takes: 1_000,
            refuses: None,
            action: Action {
                id: "service.mail.on".into(),
                outcome: ActionOutcome::Denied,
                by: Some("K".into()),
                effect_seen: true,
                text: String::new(),
            },
            reading: ReadingSeen { readable: true, text: Some("t".into()), ..ReadingSeen::default() },
            outline: RunMessage {
                signed: Some(true),
                encrypted_to: vec!["B@x".into()],
                ..RunMessage::default()
            },
            judged: JudgedOutcome::Pass,
        }
    }
}

impl Target for Told {
    fn kind(&self) -> &'static str {
        "told"
    }
    fn begin(&mut self, _: &Case) -> Result<(), Refusal> {
        Ok(())
    }
    fn now_ms(&self) -> Option<i64> {
        Some(self.now)
    }
    fn perform(&mut self, step: &Step) -> Result<Done, Refusal> {
        self.now += self.takes;
        if let Some(refusal) = self.refuses.clone().filter(|_| step.action == StepAction::Restart) {
            return Err(refusal);
        }
        let sent = u32::from(matches!(step.action, StepAction::Send(_)));
        Ok(Done {
            action: Some(self.action.clone()),
            installed: Some(Installed::Refused),
            error_chain: vec![("A".into(), 1), ("B".into(), 2), ("C".into(), 3)],
            asked: Some(vec!["password".into()]),
            messages: (0..sent as usize).collect(),
            sent,
            ..Done::default()
        })
    }
    fn value(&mut self, path: &ViewPath) -> Result<Option<Value>, Refusal> {
        match path.first() {
            "unknown" => Err(Refusal::NotSeen { what: "it".into() }),
            _ => Ok(path.find(&json!({"account": {"name": "P"}})).cloned()),
        }
    }
    fn view(&mut self) -> Result<Value, Refusal> {
        Ok(Value::Null)
    }
    fn try_action(&mut self, _: ActionId) -> Result<Action, Refusal> {
        Ok(self.action.clone())
    }
    fn prompts(&mut self) -> Result<Vec<String>, Refusal> {
        Ok(vec!["password".into(), "sign-in".into()])
    }
    fn message(&mut self, _: usize, _: bool) -> Result<MessageSeen, Refusal> {
        Ok(MessageSeen { outline: self.outline.clone(), readable: vec![b"in the clear".to_vec()] })
    }
    fn reading(&mut self, _: usize, _: &Reader) -> Result<ReadingSeen, Refusal> {
        Ok(self.reading.clone())
    }
    fn judged(&mut self, _: &str) -> Result<(JudgedOutcome, String), Refusal> {
        Ok((self.judged, "so".into()))
    }
    fn all_judged(&mut self) -> Result<BTreeMap<String, (JudgedOutcome, String)>, Refusal> {
        let of = |id: &str, outcome| (id.to_owned(), (outcome, "so".to_owned()));
        Ok([of("EAS-001", self.judged), of("EAS-002", JudgedOutcome::NotApplicable)].into())
    }
    fn lint_rules(&mut self) -> Result<BTreeSet<String>, Refusal> {
        Ok(["found".to_owned()].into())
    }
}

fn run(body: &str, mut target: Told) -> RunCase {
    execute(&case(body), &mut target, &mut ())
}

fn outcome(body: &str) -> RunOutcome {
    run(body, Told::default()).outcome
}

/// Each kind of check once as it is, and once as it is not.
#[test]
fn every_check_can_pass_and_fail() {
    let after = |what: &str| format!("    steps: [{{act: service.mail.on, expect: {{{what}}}}}]\n");
    let sent = |what: &str| format!("    steps: [{{send: {{to: b@x}}, expect: {{{what}}}}}]\n");
    let end = |what: &str| format!("    steps: [refresh]\n    expect: {{{what}}}\n");
    for (good, bad) in [
        (after("verdict: denied"), after("verdict: allowed")),
        (after("verdict: denied, by: K"), after("verdict: denied, by: L")),
        (after("install: refused"), after("install: installed")),
        (after("error-chain: [{domain: A}, 3]"), after("error-chain: [3, {domain: A}]")),
        (after("asked: [password]"), after("asked: []")),
        (end("prompts: [password, sign-in]"), end("prompts: [sign-in, password]")),
        (end("state: {account.name: P}"), end("state: {account.name: Q}")),
        (end("state: {account.host: {absent: true}}"), end("state: {account.host: h}")),
        (
            end("actions: {service.mail.on: {verdict: denied, by: K}}"),
            end("actions: {service.mail.on: absent}"),
        ),
        (end("sent: 0"), end("sent: 1")),
        (sent("sent: 1"), sent("sent: 2")),
        (sent("wire: {signed: true}"), sent("wire: {encrypted: true}")),
        (sent("wire: {encrypted-to: b@X}"), sent("wire: {encrypted-to: [b@x, c@x]}")),
        (sent("wire: {holds: clear}"), sent("wire: {holds-not: clear}")),
        (sent("wire: {micalg: {absent: true}}"), sent("wire: {micalg: sha-256}")),
        (sent("reading: {readable: true, text: t}"), sent("reading: {readable: false}")),
        (sent("reading: {text: {not: u}}"), sent("reading: {signature: valid}")),
        (end("judged: {EAS-001: pass}"), end("judged: {EAS-001: fail}")),
        (end("finds: found"), end("finds: other")),
        (end("finds-not: other"), end("finds-not: found")),
    ] {
        assert_eq!(outcome(&good), RunOutcome::Pass, "{good}");
        assert_eq!(outcome(&bad), RunOutcome::Fail, "{bad}");
    }
    assert_eq!(outcome(&end("wire: {signed: true}")), RunOutcome::Fail, "there is no message");
}

#[test]
fn an_action_without_its_effect_is_no_better_than_another_verdict() {
    let body = "    steps: [{act: service.mail.on, expect: {verdict: denied}}]\n";
    let mut target = Told::default();
    target.action.effect_seen = false;
    assert_eq!(run(body, target).outcome, RunOutcome::Fail);
}

#[test]
fn what_is_refused_never_passes_and_ends_the_case_at_a_step() {
    let body = "    steps: [refresh, restart, {wait: 1s, expect: {prompts: []}}]\n    expect: {state: {account.name: Q}}\n";
    for (refusal, expected) in [
        (Refusal::not_supported("x"), RunOutcome::Inconclusive),
        (Refusal::NotSeen { what: "x".into() }, RunOutcome::Inconclusive),
        (Refusal::broken("x"), RunOutcome::Error),
        (Refusal::NotThere { expected: "a".into(), observed: "b".into() }, RunOutcome::Fail),
    ] {
        let run = run(body, Told { refuses: Some(refusal), ..Told::default() });
        assert_eq!(run.outcome, expected);
        let steps: Vec<RunOutcome> = run.steps.iter().map(|s| s.outcome).collect();
        assert_eq!(steps, [RunOutcome::Pass, expected, RunOutcome::Skipped]);
        assert_eq!((run.failures.len(), run.failures[0].step), (1, Some(2)));
    }
    let unseen =
        "    steps: [refresh]\n    expect: [{state: {unknown: 1}}, {prompts: [password, sign-in]}]\n";
    assert_eq!(outcome(unseen), RunOutcome::Inconclusive);
    let worse = "    steps: [refresh]\n    expect: [{state: {unknown: 1}}, {prompts: []}]\n";
    assert_eq!(outcome(worse), RunOutcome::Fail);
}

#[test]
fn a_verdict_that_was_left_open_has_not_failed() {
    let body = "    steps: [refresh]\n    expect: {judged: {EAS-001: pass}}\n";
    let judged = |judged| run(body, Told { judged, ..Told::default() }).outcome;
    assert_eq!(judged(JudgedOutcome::Inconclusive), RunOutcome::Inconclusive);
    assert_eq!(judged(JudgedOutcome::NotApplicable), RunOutcome::Fail);
}

#[test]
fn steps_take_no_longer_than_they_may() {
    let body = "    steps: [{restart: null, timeout: 1s}]\n    expect: {sent: 0}\n";
    assert_eq!(run(body, Told::default()).outcome, RunOutcome::Pass);
    let slow = run(body, Told { takes: 1_001, ..Told::default() });
    assert_eq!((slow.outcome, slow.failures[0].subject.as_str()), (RunOutcome::Fail, "timeout"));
    let waits = |body| run(body, Told { takes: 3_600_000, ..Told::default() }).outcome;
    assert_eq!(waits("    steps: [{wait: 1h, timeout: 1s}]\n    expect: {sent: 0}\n"), RunOutcome::Fail);
    let mut usual = case("    steps: [{wait: 1h}]\n    expect: {sent: 0}\n");
    usual.options.timeout_ms = Some(1_000);
    let mut hours = Told { takes: 3_600_000, ..Told::default() };
    assert_eq!(execute(&usual, &mut hours, &mut ()).outcome, RunOutcome::Pass);
}

#[test]
fn an_installation_that_is_refused_and_not_spoken_of_has_failed() {
    let refused = |step: &str| {
        let run = run(&format!("    steps: [{step}]\n    expect: {{sent: 0}}\n"), Told::default());
        (run.outcome, run.failures.first().map(|failure| failure.subject.clone()))
    };
    assert_eq!(refused("install"), (RunOutcome::Fail, Some("install".to_owned())));
    assert_eq!(refused("{install: given, expect: {sent: 0}}").0, RunOutcome::Fail);
    assert_eq!(refused("{install: given, expect: {install: refused}}"), (RunOutcome::Pass, None));
    assert_eq!(refused("{install: given, expect: {error-chain: [1]}}"), (RunOutcome::Pass, None));
    // What else is done is no installation of this step.
    assert_eq!(refused("refresh"), (RunOutcome::Pass, None));
}

#[test]
fn a_case_without_a_check_is_not_passed_and_a_pending_one_not_run() {
    let mut case = case("    steps: [refresh]\n    expect: {sent: 0}\n");
    case.expect.clear();
    assert_eq!(execute(&case, &mut Told::default(), &mut ()).outcome, RunOutcome::Inconclusive);
    case.pending = Some("a thing".into());
    let run = execute(&case, &mut Told::default(), &mut ());
    assert_eq!(
        (run.outcome, run.pending.as_deref(), run.steps.len()),
        (RunOutcome::Skipped, Some("a thing"), 0)
    );
}

#[test]
fn requirements_of_a_failure_are_its_own_or_those_of_the_scenario() {
    let body = "    steps: [refresh]\n    expect: [{sent: 1}, {sent: 2, requirements: [EAS-002]}]\n";
    let run = run(body, Told::default());
    let named: Vec<Vec<&str>> =
        run.failures.iter().map(|f| f.requirements.iter().map(String::as_str).collect()).collect();
    assert_eq!(named, [["EAS-001"], ["EAS-002"]]);
}

#[test]
fn a_signature_that_cannot_be_seen_is_none_of_its_states() {
    let body = |state: &str| {
        format!("    steps: [{{send: {{to: b@x}}, expect: {{reading: {{signature: {state}}}}}}}]\n")
    };
    for state in ["valid", "invalid", "absent"] {
        assert_eq!(outcome(&body(state)), RunOutcome::Fail);
    }
    let mut target = Told::default();
    target.reading.signature = Some(SignatureSeen::Absent);
    assert_eq!(run(&body("absent"), target).outcome, RunOutcome::Pass);
}

#[test]
fn nothing_fails_needs_something_that_passes() {
    let body = "    steps: [{answer: all}]\n    expect: {judged: nothing-fails}\n";
    let of = |judged| run(body, Told { judged, ..Told::default() });
    assert_eq!(of(JudgedOutcome::Pass).outcome, RunOutcome::Pass);
    let failed = of(JudgedOutcome::Fail);
    assert_eq!((failed.outcome, &*failed.failures[0].observed), (RunOutcome::Fail, "EAS-001: so"));
    let nothing = of(JudgedOutcome::Inconclusive);
    assert_eq!((nothing.outcome, &*nothing.failures[0].observed), (RunOutcome::Fail, "nothing passes"));
}
