use super::*;
use crate::selection::{Partition, PartitionKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// A report as a run writes one, in miniature.
#[derive(Clone, Serialize)]
struct Report {
    #[serde(flatten)]
    header: RunHeader,
    summary: Summary,
    cases: Vec<Case>,
    exit: u8,
}

#[derive(Clone, Default, Serialize)]
struct Summary {
    passed: u32,
    failed: u32,
    requirements: BTreeMap<String, u32>,
}

#[derive(Clone, Serialize)]
struct Case {
    id: String,
    outcome: &'static str,
    text: String,
    numbers: Vec<i64>,
}

fn case(number: u32) -> Case {
    let outcome = if number % 7 == 3 { "fail" } else { "pass" };
    // Not in the order of their numbers, and with what a writer must escape.
    Case { id: format!("s/x[n={number}]"), outcome, text: "ü \"\n\u{1}".into(), numbers: vec![-1, 2] }
}

fn report(count: u32, part: Option<Partition>) -> Report {
    let mut all: Vec<Case> = (0..count).map(case).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let selected = selected(all.iter().map(|c| c.id.as_str()));
    let mine = |(n, c): &(usize, Case)| part.is_none_or(|p| p.holds(&c.id, *n));
    let cases: Vec<Case> = all.into_iter().enumerate().filter(mine).map(|(_, c)| c).collect();
    let mut summary = Summary::default();
    for case in &cases {
        let passed = case.outcome == "pass";
        *(if passed { &mut summary.passed } else { &mut summary.failed }) += 1;
        // Some shards have no case of some requirement.
        *summary.requirements.entry(format!("EAS-{:03}", case.id.len() * case.id.len() % 5)).or_default() +=
            1;
        if case.id.ends_with("1]") {
            *summary.requirements.entry(format!("A-{}", case.id)).or_default() += 1;
        }
    }
    let mut digest = Digest::new();
    digest.part(b"suite");
    let exit = match (cases.is_empty(), summary.failed) {
        (true, _) => 4,
        (_, 0) => 0,
        _ => 1,
    };
    Report {
        header: RunHeader {
            schema_version: RUN_SCHEMA_VERSION,
            handset: "0.1.0".into(),
            seed: 7,
            suite_digest: digest,
            selection: Selection { filter: Some("tag(a)".into()), ..Selection::default() },
            selected,
            partition: part.map(|p| p.to_string()),
        },
        summary,
        cases,
        exit,
    }
}

fn text(report: &Report) -> String {
    serde_json::to_string_pretty(report).unwrap() + "\n"
}

fn shards(kind: PartitionKind, cases: u32, count: u32) -> Vec<Report> {
    (1..=count)
        .map(|m| report(cases, Some(Partition::new(kind, u64::from(m), u64::from(count)).unwrap())))
        .collect()
}

fn merged(reports: &[Report]) -> Result<String, MergeError> {
    let texts: Vec<(String, String)> =
        reports.iter().enumerate().map(|(n, r)| (format!("{n}.json"), text(r))).collect();
    merge(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

#[test]
fn merging_gives_the_undivided_report_byte_for_byte() {
    for kind in [PartitionKind::Hash, PartitionKind::Count] {
        // More shards than cases too, so that some are empty.
        for (cases, count) in [(100, 8), (100, 1), (3, 7), (0, 2)] {
            let mut reports = shards(kind, cases, count);
            reports.reverse();
            assert_eq!(merged(&reports).unwrap(), text(&report(cases, None)), "{kind:?} {cases} {count}");
        }
    }
}

#[test]
fn gaps_overlaps_and_mixtures_are_refused() {
    let good = shards(PartitionKind::Hash, 100, 4);
    assert!(merged(&good).is_ok());
    assert!(matches!(merged(&good[1..]), Err(MergeError::Gap { missing, count: 4 }) if missing == "1"));
    let twice = [&good[..], &good[..1]].concat();
    assert!(matches!(merged(&twice), Err(MergeError::Overlap { .. })));
    assert_eq!(merged(&[]), Err(MergeError::Nothing));
    assert!(matches!(merged(&[report(5, None)]), Err(MergeError::Whole { .. })));

    let differs = |change: &dyn Fn(&mut Report), member: &str| {
        let mut reports = good.clone();
        change(&mut reports[2]);
        match merged(&reports) {
            Err(MergeError::Differs { member: found, .. }) => assert_eq!(found, member),
            other => panic!("{member}: {other:?}"),
        }
    };
    differs(&|r| r.header.handset = "0.2.0".into(), "handset");
    differs(&|r| r.header.seed = 8, "seed");
    differs(&|r| r.header.suite_digest = Digest::new(), "suite_digest");
    differs(&|r| r.header.selection.filter = None, "selection");
    differs(&|r| r.header.selected.cases = 99, "selected");
    differs(&|r| r.header.partition = Some("count:3/4".into()), "partition");

    let mut other = good.clone();
    other[0].header.schema_version = 2;
    assert!(matches!(merged(&other), Err(MergeError::SchemaVersion { found: 2, .. })));
    let mut other = good.clone();
    other[0].header.partition = Some("hash:9/4".into());
    assert!(matches!(merged(&other), Err(MergeError::Partition { .. })));
}

#[test]
fn cases_must_be_those_that_were_selected_each_in_its_shard() {
    let good = shards(PartitionKind::Hash, 100, 4);
    let mut interrupted = good.clone();
    interrupted[1].cases.pop();
    assert_eq!(merged(&interrupted), Err(MergeError::Cases { selected: 100, found: 99 }));
    let mut doubled = good.clone();
    let copy = doubled[0].cases[0].clone();
    doubled[1].cases.push(copy);
    assert!(matches!(merged(&doubled), Err(MergeError::CaseTwice { .. })));
    let mut moved = good.clone();
    let taken = moved[0].cases.remove(0);
    moved[1].cases.push(taken);
    assert!(matches!(merged(&moved), Err(MergeError::Misplaced { .. })));
}

#[test]
fn what_is_no_report_says_why() {
    let one = |text: &str| merge([("a.json", text)]);
    assert!(matches!(one("{"), Err(MergeError::Json { .. })));
    assert!(matches!(one("[]"), Err(MergeError::NoReport { .. })));
    assert!(matches!(one("{\"schema_version\": 1}"), Err(MergeError::NoReport { .. })));
    assert!(matches!(one("{\"a\": 1, \"a\": 2}"), Err(MergeError::Json { .. })));
    let mut report = shards(PartitionKind::Hash, 3, 1).remove(0);
    report.exit = 9;
    assert!(matches!(merged(&[report]), Err(MergeError::NoReport { .. })));
}

#[test]
fn documents_have_a_bound() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Document::parse(&deep(MAX_DOCUMENT_DEPTH)).is_ok());
    assert!(Document::parse(&deep(MAX_DOCUMENT_DEPTH + 1)).is_err());
    let many = |count: usize| merge(std::iter::repeat_n(("a", ""), count));
    assert!(matches!(many(1), Err(MergeError::Json { .. })));
    let shard = text(&shards(PartitionKind::Hash, 0, 1)[0]);
    let over = merge(std::iter::repeat_n(("a", shard.as_str()), MAX_MERGED_SHARDS + 1));
    assert_eq!(over, Err(MergeError::TooMany { count: MAX_MERGED_SHARDS + 1 }));
    let bound = merge(std::iter::repeat_n(("a", shard.as_str()), MAX_MERGED_SHARDS));
    assert!(matches!(bound, Err(MergeError::Overlap { .. })));
}

/// Computed by a program of its own, in another language.
#[test]
fn the_digest_never_changes() {
    let mut digest = Digest::new();
    assert_eq!(digest.to_string(), "fnv1a128:6c62272e07bb014262b821756295c58d");
    digest.part(b"a");
    assert_eq!(digest.to_string(), "fnv1a128:426d56754e03ad9adb79f299c730f21f");
    digest.part(b"bc");
    assert_eq!(digest.to_string(), "fnv1a128:efdf187f3b77026ced2f13d8b5bb1a22");
    let read: Digest = serde_json::from_str(&serde_json::to_string(&digest).unwrap()).unwrap();
    assert_eq!(read, digest);
}
