//! From shards to the report that an undivided run would have written.

use super::document::{Document, DocumentError};
use super::header::{RUN_SCHEMA_VERSION, RunHeader, selected};
use crate::selection::{Partition, PartitionError};
use serde_json::Number;
use std::collections::BTreeMap;
use thiserror::Error;

/// The most shards that are merged at once.
pub const MAX_MERGED_SHARDS: usize = 10_000;

/// Exit codes of runs, the one that prevails first: the exit code of a run is the first of these that any of its cases
/// or shards gives. Interrupted, terminated, a bug of ours, nothing started, a case found wanting, a case that could not be judged,
/// inconclusive ones, all well, nothing selected.
pub const EXIT_ORDER: [u8; 9] = [130, 143, 101, 2, 1, 3, 5, 0, 4];

/// Members of a report that are not the same in every shard.
const OWN: [&str; 4] = ["partition", "summary", "cases", "exit"];

/// Why reports cannot be merged. Reports are named as the caller names them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are in the messages")]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("there is no report to merge")]
    Nothing,
    /// More than [`MAX_MERGED_SHARDS`].
    #[error("there are {count} reports, at most 10000 can be merged")]
    TooMany { count: usize },
    /// No JSON.
    #[error("{report}: this is no JSON: {error}")]
    Json { report: String, error: DocumentError },
    /// JSON, but no report of a run.
    #[error("{report}: this is no report of a run: {reason}")]
    NoReport { report: String, reason: String },
    /// A contract of another version.
    #[error("{report}: the report has schema_version {found}, this program merges {RUN_SCHEMA_VERSION}")]
    SchemaVersion { report: String, found: u32 },
    /// A whole run.
    #[error("{report}: this is a whole run, no shard of one")]
    Whole { report: String },
    /// A partition that is none.
    #[error("{report}: {error}")]
    Partition { report: String, error: PartitionError },
    /// Shards of different runs.
    #[error("{one} and {other} are not of the same run: {member} differs")]
    Differs { one: String, other: String, member: String },
    /// A shard twice.
    #[error("{one} and {other} are the same shard, {partition}")]
    Overlap { one: String, other: String, partition: Partition },
    /// Shards that are missing.
    #[error("shard {missing} of {count} is missing")]
    Gap { missing: String, count: u32 },
    /// A case twice.
    #[error("the case {id} is in {one} and in {other}")]
    CaseTwice { id: String, one: String, other: String },
    /// A case that belongs to another shard.
    #[error("{report}: the case {id} does not belong to shard {partition}")]
    Misplaced { report: String, id: String, partition: Partition },
    /// The cases are not those that were selected.
    #[error(
        "{found} of {selected} selected cases are there, or others than were selected; a shard was interrupted"
    )]
    Cases { selected: u64, found: u64 },
}

struct ShardReport<'n> {
    name: &'n str,
    members: Vec<(String, Document)>,
    partition: Partition,
    header: RunHeader,
}

/// Merges the reports of all shards of one run. Each is a name, for messages, and its JSON.
///
/// The result is byte for byte what the undivided run writes: `partition` becomes null, `cases` are joined and sorted by
/// id, the counts in `summary` are added, `exit` is the first of [`EXIT_ORDER`], and everything else must be the same in
/// all of them.
///
/// # Errors
/// [`MergeError`] for gaps, overlaps, mixed versions, seeds, suites or selections, and for what is no report.
pub fn merge<'n>(reports: impl IntoIterator<Item = (&'n str, &'n str)>) -> Result<String, MergeError> {
    let mut shards: Vec<ShardReport<'n>> = Vec::new();
    for (name, text) in reports {
        if shards.len() >= MAX_MERGED_SHARDS {
            return Err(MergeError::TooMany { count: shards.len() + 1 });
        }
        shards.push(read(name, text)?);
    }
    let Some(first) = shards.first() else { return Err(MergeError::Nothing) };
    for other in shards.iter().skip(1) {
        compare(first, other)?;
    }
    complete(&shards)?;

    let selected_cases = first.header.selected;
    let cases = joined_cases(&mut shards, selected_cases)?;
    let mut summary: Option<Document> = None;
    let mut exit: Option<usize> = None;
    for shard in &mut shards {
        let report = shard.name;
        let wrong =
            |reason: &str| MergeError::NoReport { report: report.to_owned(), reason: reason.to_owned() };
        for (name, value) in &mut shard.members {
            match name.as_str() {
                "summary" => {
                    let value = std::mem::replace(value, Document::Null);
                    summary = Some(match summary.take() {
                        None => value,
                        Some(before) => added(before, value)
                            .ok_or_else(|| wrong("“summary” holds something other than counts"))?,
                    });
                }
                "exit" => {
                    let code = match value {
                        Document::Number(n) => n.as_u64(),
                        _ => None,
                    };
                    let rank = EXIT_ORDER.iter().position(|c| Some(u64::from(*c)) == code);
                    let rank = rank.ok_or_else(|| wrong("“exit” is no exit code of a run"))?;
                    exit = Some(exit.map_or(rank, |before| before.min(rank)));
                }
                _ => {}
            }
        }
    }
    let mut cases = Some(Document::List(cases));
    let Some(first) = shards.into_iter().next() else { return Err(MergeError::Nothing) };
    let report = first.name.to_owned();
    let members = first.members.into_iter().map(|(name, value)| {
        let value = match name.as_str() {
            "partition" => Document::Null,
            "cases" => cases.take().unwrap_or(Document::Null),
            "summary" => summary.take().unwrap_or(Document::Null),
            "exit" => {
                exit.and_then(|rank| EXIT_ORDER.get(rank)).map_or(value, |c| Document::Number((*c).into()))
            }
            _ => value,
        };
        (name, value)
    });
    let merged = Document::Members(members.collect());
    merged.pretty().map_err(|error| MergeError::NoReport { report, reason: error.to_string() })
}

fn read<'n>(name: &'n str, text: &str) -> Result<ShardReport<'n>, MergeError> {
    let report = || name.to_owned();
    let document = Document::parse(text).map_err(|error| MergeError::Json { report: report(), error })?;
    let header: RunHeader =
        serde_json::to_value(without_cases(&document))
            .and_then(serde_json::from_value)
            .map_err(|error| MergeError::NoReport { report: report(), reason: error.to_string() })?;
    if header.schema_version != RUN_SCHEMA_VERSION {
        return Err(MergeError::SchemaVersion { report: report(), found: header.schema_version });
    }
    let partition = header.part().map_err(|error| MergeError::Partition { report: report(), error })?;
    let partition = partition.ok_or_else(|| MergeError::Whole { report: report() })?;
    let Document::Members(members) = document else {
        return Err(MergeError::NoReport { report: report(), reason: "it is no object".to_owned() });
    };
    if !members.iter().any(|(n, v)| n == "cases" && matches!(v, Document::List(_))) {
        return Err(MergeError::NoReport { report: report(), reason: "it has no “cases”".to_owned() });
    }
    Ok(ShardReport { name, members, partition, header })
}

/// The head alone, so that a large report is not copied to be read.
fn without_cases(document: &Document) -> Document {
    match document {
        Document::Members(members) => {
            Document::Members(members.iter().filter(|(n, _)| n != "cases").cloned().collect())
        }
        other => other.clone(),
    }
}

fn compare(one: &ShardReport<'_>, other: &ShardReport<'_>) -> Result<(), MergeError> {
    let differs = |member: &str| MergeError::Differs {
        one: one.name.to_owned(),
        other: other.name.to_owned(),
        member: member.to_owned(),
    };
    let same_parts =
        one.partition.kind == other.partition.kind && one.partition.count == other.partition.count;
    if !same_parts {
        return Err(differs("partition"));
    }
    for (name, value) in &one.members {
        let there = other.members.iter().find(|(n, _)| n == name);
        let same = there.is_some_and(|(_, v)| OWN.contains(&name.as_str()) || v == value);
        if !same {
            return Err(differs(name));
        }
    }
    let more = other.members.iter().find(|(name, _)| !one.members.iter().any(|(n, _)| n == name));
    more.map_or(Ok(()), |(name, _)| Err(differs(name)))
}

/// Every part once.
fn complete(shards: &[ShardReport<'_>]) -> Result<(), MergeError> {
    let mut seen: BTreeMap<u32, &str> = BTreeMap::new();
    let mut count = 0;
    for shard in shards {
        count = shard.partition.count;
        if let Some(before) = seen.insert(shard.partition.index, shard.name) {
            let (one, other) = (before.to_owned(), shard.name.to_owned());
            return Err(MergeError::Overlap { one, other, partition: shard.partition });
        }
    }
    const SHOWN: usize = 10;
    let mut missing = (1..=count).filter(|index| !seen.contains_key(index));
    let shown: Vec<String> = missing.by_ref().take(SHOWN).map(|index| index.to_string()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let more = if missing.next().is_some() { ", …" } else { "" };
    Err(MergeError::Gap { missing: shown.join(", ") + more, count })
}

fn joined_cases(
    shards: &mut [ShardReport<'_>],
    expected: super::header::Selected,
) -> Result<Vec<Document>, MergeError> {
    let mut cases: BTreeMap<String, (usize, Document)> = BTreeMap::new();
    let names: Vec<String> = shards.iter().map(|s| s.name.to_owned()).collect();
    let name = |at: usize| names.get(at).cloned().unwrap_or_default();
    for (at, shard) in shards.iter_mut().enumerate() {
        let list = shard.members.iter_mut().find(|(n, _)| n == "cases");
        let Some((_, Document::List(list))) = list else { continue };
        for case in std::mem::take(list) {
            let Some(id) = case.member("id").and_then(Document::text).map(str::to_owned) else {
                let reason = "a case has no “id”".to_owned();
                return Err(MergeError::NoReport { report: name(at), reason });
            };
            if let Some((before, _)) = cases.insert(id.clone(), (at, case)) {
                return Err(MergeError::CaseTwice { id, one: name(before), other: name(at) });
            }
        }
    }
    let found = selected(cases.keys().map(String::as_str));
    if found != expected {
        return Err(MergeError::Cases { selected: expected.cases, found: found.cases });
    }
    let mut joined = Vec::with_capacity(cases.len());
    for (number, (id, (at, case))) in cases.into_iter().enumerate() {
        let Some(shard) = shards.get(at) else { continue };
        if !shard.partition.holds(&id, number) {
            return Err(MergeError::Misplaced { report: name(at), id, partition: shard.partition });
        }
        joined.push(case);
    }
    Ok(joined)
}

/// Counts added, members by name. What is no count must be the same.
fn added(one: Document, other: Document) -> Option<Document> {
    match (one, other) {
        (Document::Number(a), Document::Number(b)) => {
            let sum = a.as_u64()?.checked_add(b.as_u64()?)?;
            Some(Document::Number(Number::from(sum)))
        }
        (Document::Members(mut one), Document::Members(other)) => {
            // A map that has only what was counted is sorted, a structure has all its members.
            let sorted = |m: &[(String, Document)]| m.windows(2).all(|w| matches!(w, [a, b] if a.0 <= b.0));
            let both_sorted = sorted(&one) && sorted(&other);
            for (name, value) in other {
                match one.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, before)) => {
                        let sum = added(std::mem::replace(before, Document::Null), value)?;
                        *before = sum;
                    }
                    None => one.push((name, value)),
                }
            }
            if both_sorted {
                one.sort_by(|a, b| a.0.cmp(&b.0));
            }
            Some(Document::Members(one))
        }
        (one, other) => (one == other).then_some(one),
    }
}
