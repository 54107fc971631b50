use super::*;
use crate::Style;
use verdict::{RunFailure, RunOutcome, RunPlace, RunSelected, RunSelection, RunStep};

fn case(id: &str, outcome: RunOutcome) -> RunCase {
    let suite = id.split('/').next().unwrap_or_default().to_owned();
    let place = RunPlace { file: "a,b.yaml".into(), line: 3, column: 5 };
    let failed = matches!(outcome, RunOutcome::Fail | RunOutcome::Inconclusive | RunOutcome::Error);
    let failure = RunFailure {
        subject: "x".into(),
        outcome,
        expected: "1 < 2 & \"3\"".into(),
        observed: "\u{1}\u{202e}# 100 %\n".into(),
        step: Some(1),
        requirements: ["EAS-001".to_owned()].into(),
        why: None,
        place: place.clone(),
    };
    RunCase {
        id: id.into(),
        outcome,
        requirements: ["EAS-001".to_owned()].into(),
        tags: Default::default(),
        scenario: "s".into(),
        about: None,
        place: place.clone(),
        pending: (outcome == RunOutcome::Skipped).then(|| "a # thing".into()),
        reason: None,
        checks: 1,
        steps: vec![RunStep {
            number: 1,
            name: None,
            action: "restart".into(),
            outcome,
            observed: String::new(),
            at: None,
            asked: Vec::new(),
            messages: Vec::new(),
            place,
        }],
        failures: if failed { vec![failure] } else { Vec::new() },
        suite,
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

fn rendered(write: impl Fn(&Report<'_>, &mut dyn io::Write) -> io::Result<()>) -> String {
    let cases = [
        case("a-b/x", RunOutcome::Pass),
        case("a/x", RunOutcome::Fail),
        case("a/y", RunOutcome::Inconclusive),
        case("a/z", RunOutcome::Error),
        case("b/x", RunOutcome::Skipped),
    ];
    let mut summary = RunSummary { missing: 1, ..RunSummary::default() };
    cases.iter().for_each(|case| summary.add(case));
    let head = head();
    let report = Report { head: &head, summary: &summary, exit: 1, cases: &Listed(&cases) };
    let mut out = Vec::new();
    write(&report, &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

struct Listed<'c>(&'c [RunCase]);

impl Cases for Listed<'_> {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        self.0.each(visit)
    }
}

#[test]
fn the_streamed_json_is_that_of_the_value() {
    let text = rendered(json);
    let run: verdict::Run = serde_json::from_str(&text).expect("a run");
    assert_eq!(crate::json(&run).unwrap(), text);
    assert_eq!((run.cases.len(), run.summary.outcomes.fail, run.exit), (5, 1, 1));
    assert_eq!(rendered(ndjson).lines().count(), 7);
}

#[test]
fn texts_steer_nothing() {
    let human = rendered(|report, out| human(report, Style::Plain, out));
    assert!(
        human.contains("\\u{1}\\u{202e}# 100 %\\u{a}") && human.contains("1 case was not reached"),
        "{human}"
    );
    let junit = rendered(junit);
    assert!(junit.contains("1 &lt; 2 &amp; &quot;3&quot;") && !junit.contains('\u{1}'), "{junit}");
    assert_eq!(junit.matches("<testsuite ").count(), 3);
    let tap = rendered(tap);
    assert!(
        tap.contains("# SKIP pending: a \\# thing") && tap.ends_with("Bail out! 1 case was not reached\n"),
        "{tap}"
    );
    assert!(tap.contains("observed: \"\\u0001\u{202e}# 100 %\\n\""), "{tap}");
    let github = rendered(github);
    let errors = github.lines().filter(|l| l.starts_with("::error file=a%2Cb.yaml,line=3,col=5,title=a/"));
    assert_eq!((errors.count(), github.lines().count()), (2, 3), "{github}");
    assert!(github.contains("100 %25%0A"), "{github}");
}
