use super::gathered::{BRIEF_MAX, DETAILED_MAX, ROWS_MAX};
use super::{Durations, KnownRequirement, RunPage, run_page};
use crate::language::Language;
use crate::run::{Cases, Report};
use std::io;
use verdict::{
    RunCase, RunFailure, RunHead, RunMessage, RunOutcome, RunPlace, RunSelected, RunSelection, RunStep,
    RunSummary,
};

const HOSTILE: &str = "\"'></script><script>window.pwned=1</script>\u{202e}\u{0}";

fn step(number: u32, outcome: RunOutcome) -> RunStep {
    RunStep {
        number,
        name: None,
        action: "send to bob".into(),
        outcome,
        observed: "denied by PreventMove: shown, but PreventMove keeps it as it is".into(),
        at: Some(format!("2026-11-02T08:00:0{}Z", number % 10)),
        asked: vec!["password".into()],
        messages: vec![RunMessage {
            way: "sent".into(),
            to: vec!["bob@contoso.example".into()],
            signed: Some(true),
            encrypted: true,
            signed_by: Some("Alice Signing".into()),
            encrypted_to: vec!["bob@contoso.example".into()],
            micalg: Some("sha-256".into()),
            cipher: Some("aes-256-cbc".into()),
            content_type: Some("application/pkcs7-mime".into()),
        }],
        place: RunPlace::default(),
    }
}

fn case(suite: &str, name: &str, outcome: RunOutcome) -> RunCase {
    let is_otherwise = !matches!(outcome, RunOutcome::Pass | RunOutcome::Skipped);
    let failure = RunFailure {
        subject: "wire.encrypted-to".into(),
        outcome,
        expected: "alice@contoso.example, bob@contoso.example".into(),
        observed: "alice@contoso.example".into(),
        step: Some(2),
        requirements: ["EAS-001".to_owned()].into(),
        why: None,
        place: RunPlace { file: "a.yaml".into(), line: 3, column: 5 },
    };
    RunCase {
        id: format!("{suite}/{name}"),
        outcome,
        requirements: ["EAS-001".to_owned()].into(),
        tags: Default::default(),
        suite: suite.into(),
        scenario: name.into(),
        about: None,
        place: RunPlace::default(),
        pending: (outcome == RunOutcome::Skipped).then(|| "waits for a server".into()),
        reason: None,
        checks: 2,
        steps: if is_otherwise { vec![step(1, RunOutcome::Pass), step(2, outcome)] } else { Vec::new() },
        failures: if is_otherwise { vec![failure] } else { Vec::new() },
    }
}

fn head() -> RunHead {
    RunHead {
        schema_version: 1,
        handset: "0.1.0".into(),
        seed: 1,
        suite_digest: "d".into(),
        selection: RunSelection::default(),
        selected: RunSelected { cases: 6, digest: "d".into() },
        partition: None,
        target: "simulated-device".into(),
    }
}

/// So many cases of an outcome, made as they are asked for.
struct Many(usize, RunOutcome);

impl Cases for Many {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        (0..self.0).try_for_each(|number| {
            let mut case = case("many", &format!("a[n={number:06}]"), self.1);
            case.steps.clear();
            visit(case)
        })
    }
}

struct Listed(Vec<RunCase>);

impl Cases for Listed {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        self.0.iter().cloned().try_for_each(visit)
    }
}

const KNOWN: [KnownRequirement<'static>; 2] = [
    KnownRequirement { id: "EAS-001", setting: "Payload", statement: "One payload.", reason: None },
    KnownRequirement { id: "EAS-999", setting: "Nothing", statement: "Nobody asks.", reason: None },
];

fn page(cases: &dyn Cases, exit: u8) -> String {
    let mut summary = RunSummary::default();
    cases
        .each(&mut |case| {
            summary.add(&case);
            Ok(())
        })
        .unwrap();
    let head = head();
    let report = Report { head: &head, summary: &summary, exit, cases };
    run_page(&RunPage { report, known: &KNOWN, durations: None, first: Language::En }).unwrap()
}

#[test]
fn a_failure_tells_what_differs_its_steps_and_its_messages() {
    let all = Listed(vec![
        case("a", "fails", RunOutcome::Fail),
        case("a", "passes", RunOutcome::Pass),
        case("b", "waits", RunOutcome::Skipped),
    ]);
    let html = page(&all, 1);
    for part in [
        "1 case failed",
        "alice@contoso.example<mark class=\"wanted\">, bob@contoso.example</mark>",
        "<time datetime=\"2026-11-02T08:00:02Z\">08:00:02</time><span class=\"passed-time\">+0:01</span>",
        "Chiffré pour",
        "<code>PreventMove</code>",
        "affiché",
        "<bdi>Alice Signing</bdi>",
        "aes-256-cbc",
        "handset run --case &#39;a/fails&#39;",
        "<li data-o=\"pass\" data-r=\"0\">a/passes</li>",
        "waits for a server",
        "Nobody asks.",
        "✗ 1/2",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(page(&all, 1), html, "the same values give the same bytes");
}

#[test]
fn names_of_scenarios_are_text() {
    let mut all = case(HOSTILE, HOSTILE, RunOutcome::Fail);
    all.failures[0].subject = HOSTILE.to_owned();
    all.failures[0].expected = HOSTILE.to_owned();
    all.failures[0].observed = HOSTILE.to_owned();
    all.about = Some(HOSTILE.to_owned());
    all.requirements = [HOSTILE.to_owned()].into();
    all.tags = [HOSTILE.to_owned()].into();
    all.steps[0].action = HOSTILE.to_owned();
    all.steps[0].observed = HOSTILE.to_owned();
    all.steps[0].asked = vec![HOSTILE.to_owned()];
    all.steps[0].at = Some(HOSTILE.to_owned());
    all.steps[0].messages[0].to = vec![HOSTILE.to_owned()];
    all.steps[0].messages[0].signed_by = Some(HOSTILE.to_owned());
    let mut passed = all.clone();
    passed.outcome = RunOutcome::Pass;
    let html = page(&Listed(vec![all, passed]), 1);
    assert_eq!((html.matches("<script>").count(), html.matches("</script>").count()), (1, 1));
    assert!(html.contains("&lt;script&gt;window.pwned") && !html.contains(['\u{202e}', '\u{0}']));
}

#[test]
fn as_many_cases_as_the_bounds_allow_are_listed_and_one_more_is_counted() {
    let rows = |html: &str| html.matches("<li data-o=\"pass\"").count();
    let at = page(&Many(ROWS_MAX, RunOutcome::Pass), 0);
    assert_eq!((rows(&at), at.contains("counted and not listed")), (ROWS_MAX, false));
    let beyond = page(&Many(ROWS_MAX + 1, RunOutcome::Pass), 0);
    assert_eq!(rows(&beyond), ROWS_MAX);
    assert!(beyond.contains("1 more case that passed, or was not run, is counted and not listed"));
    assert!(beyond.len() < 3 << 20, "{}", beyond.len());

    let told = |html: &str| {
        (html.matches("<details class=\"case").count(), html.matches("<li data-o=\"fail\"").count())
    };
    assert_eq!(told(&page(&Many(DETAILED_MAX, RunOutcome::Fail), 1)), (DETAILED_MAX, 0));
    let beyond = page(&Many(DETAILED_MAX + 1, RunOutcome::Fail), 1);
    assert_eq!(told(&beyond), (DETAILED_MAX, 1));
    assert!(beyond.contains("1 further case that did not pass stands here in a line"));
    let far = page(&Many(DETAILED_MAX + BRIEF_MAX + 2, RunOutcome::Fail), 1);
    assert_eq!(told(&far), (DETAILED_MAX, BRIEF_MAX));
    assert!(far.contains("2 more cases that did not pass are counted and not listed"));
}

#[test]
fn a_run_of_nothing_and_one_that_was_interrupted_say_so() {
    let html = page(&Listed(Vec::new()), 4);
    assert!(html.contains("The run has no cases.") && !html.contains("id=\"filter\""));
    let head = head();
    let all = Listed(vec![case("a", "passes", RunOutcome::Pass)]);
    let mut summary = RunSummary { missing: 7, ..RunSummary::default() };
    all.0.iter().for_each(|case| summary.add(case));
    let report = Report { head: &head, summary: &summary, exit: 130, cases: &all };
    let mut durations = Durations::default();
    durations.add("a/passes", 1_234);
    let page = RunPage { report, known: &KNOWN, durations: Some(&durations), first: Language::Nl };
    let html = run_page(&page).unwrap();
    assert!(html.contains("7 cases were not reached.") && html.contains("the run ended early"));
    assert!(
        html.contains("<html lang=\"nl\">")
            && html.contains("1.2 ms")
            && html.contains("Nothing was otherwise")
    );
}
