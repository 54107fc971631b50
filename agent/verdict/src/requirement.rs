//! Verdicts: what the comparisons come to for each requirement.
//!
//! Of the comparisons that carry a requirement the worst decides: one that fails, fails it; else one that could not be
//! made leaves it inconclusive; else one that passed lets it pass; what is left is not applicable. A row of the catalogue
//! that no device can show yet (`pending`) never passes: without a failure it is inconclusive, with the reason of its
//! row. A row that no device can show (`not-observable`) is not applicable, with its reason. A row that this policy does
//! not make a demand of is not applicable. Comparisons that carry no requirement, because a document of Apple alone speaks,
//! stand in a verdict without one.

use crate::comparison::{Comparison, Outcome};
use crate::remedy::{remedy, remedy_key};
use evidence::ObservationId;
use intent::requirement::{ROWS, Row, Status};
use intent::{Expectations, Stated};
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its id; nothing for what only a document of Apple says.
    pub requirement: Option<String>,
    /// `expected`, `pending` or `not-observable`, as in `handset requirements`.
    pub status: Status,
    /// What became of it.
    pub outcome: Outcome,
    /// What must be so: of the comparisons that decided, each with its subject; else the sentence of the catalogue.
    pub expected: Option<String>,
    /// What was seen, likewise.
    pub observed: Option<String>,
    /// The observations that it rests on.
    pub observations: Vec<ObservationId>,
    /// Where it is written.
    pub citation: Option<String>,
    /// Why it could not be judged, or does not apply.
    pub reason: Option<String>,
    /// What to do about a failure.
    pub remedy: Option<String>,
    /// The key of the remedy, the same in every language.
    pub remedy_key: Option<String>,
    /// Every comparison behind it.
    pub checks: Vec<Check>,
}

/// One comparison behind a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The policy.
    pub policy: String,
    /// What was compared.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was meant.
    pub expected: String,
    /// What was seen.
    pub observed: Option<String>,
    /// The observations.
    pub observations: Vec<ObservationId>,
    /// Why it could not be made, or what else must be known.
    pub reason: Option<String>,
}

/// A policy with what it comes to.
#[derive(Clone, Debug)]
pub struct Judged<'a> {
    /// The policy.
    pub policy: &'a str,
    /// What was expected of the phone under it; nothing where it configures an app alone.
    pub expectations: Option<&'a Expectations>,
    /// Why it asks nothing of this device, such as that it is not assigned.
    pub not_applicable: Option<&'a str>,
    /// What else it states, beyond the profile.
    pub stated: &'a [Stated],
    /// The comparisons.
    pub comparisons: &'a [Comparison],
}

/// The most subjects that are told in one line of a verdict; all of them stand in its checks.
pub const TOLD_CHECKS_MAX: usize = 4;

impl Verdict {
    /// The checks that decide: those whose outcome is the worst of all. Their values are what `expected` and `observed`
    /// tell; the remedy is that of the first.
    pub fn deciding(&self) -> impl Iterator<Item = &Check> {
        let worst = self.checks.iter().map(|check| rank(check.outcome)).max();
        self.checks.iter().filter(move |check| Some(rank(check.outcome)) == worst)
    }
}

/// Brings the comparisons of all policies together by requirement: every row of the catalogue in its order, and last
/// what carries no requirement.
pub fn verdicts(judged: &[Judged<'_>]) -> Vec<Verdict> {
    let mut by_row: BTreeMap<&str, Vec<(&str, &Comparison)>> = BTreeMap::new();
    let mut alone: Vec<(&str, &Comparison)> = Vec::new();
    let mut stated: BTreeMap<&str, &Stated> = BTreeMap::new();
    for one in judged {
        for comparison in one.comparisons {
            for requirement in &comparison.requirements {
                by_row.entry(requirement).or_default().push((one.policy, comparison));
            }
            if comparison.requirements.is_empty() {
                alone.push((one.policy, comparison));
            }
        }
        let of_phone = one.expectations.filter(|_| one.not_applicable.is_none());
        let of_phone = of_phone.map_or(&[][..], |expectations| &expectations.stated);
        for statement in of_phone.iter().chain(one.stated) {
            for requirement in statement.requirements {
                stated.entry(requirement).or_insert(statement);
            }
        }
    }
    let unasked = match judged {
        [] => None,
        all if all.iter().all(|one| one.not_applicable.is_some()) => {
            all.iter().find_map(|one| one.not_applicable)
        }
        _ => None,
    };
    let mut verdicts: Vec<Verdict> = ROWS
        .iter()
        .map(|row| {
            let comparisons = by_row.get(row.id).map_or(&[][..], Vec::as_slice);
            of_row(row, comparisons, stated.get(row.id).copied(), unasked)
        })
        .collect();
    for one in &alone {
        let mut verdict = decided(std::slice::from_ref(one));
        verdict.reason = verdict.reason.or(one.1.reason.clone());
        verdicts.push(verdict);
    }
    verdicts
}

fn of_row(
    row: &Row,
    comparisons: &[(&str, &Comparison)],
    stated: Option<&Stated>,
    unasked: Option<&str>,
) -> Verdict {
    let mut verdict = decided(comparisons);
    verdict.requirement = Some(row.id.to_owned());
    verdict.status = row.status;
    if verdict.expected.is_none() {
        let sentence = stated.map(|s| s.expected.clone());
        verdict.expected = sentence.or(row.expectation.map(str::to_owned));
    }
    if verdict.citation.is_none() {
        verdict.citation = stated.map(|s| s.citation.to_owned());
    }
    if verdict.outcome == Outcome::Fail {
        return verdict;
    }
    let reason = stated.map(|s| s.reason).or(row.reason).map(str::to_owned);
    match row.status {
        Status::Expected => {
            if comparisons.is_empty() {
                let unasked = unasked.unwrap_or("the policy makes no demand of this on this device");
                verdict.reason = Some(unasked.to_owned());
            }
        }
        Status::Pending => {
            verdict.outcome = Outcome::Inconclusive;
            verdict.reason = reason;
        }
        Status::NotObservable => {
            verdict.outcome = Outcome::NotApplicable;
            verdict.reason = reason;
        }
    }
    verdict
}

/// How bad an outcome is, for one requirement.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 3,
        Outcome::Inconclusive => 2,
        Outcome::Pass => 1,
        Outcome::NotApplicable => 0,
    }
}

/// What comparisons come to, whatever their row says.
fn decided(comparisons: &[(&str, &Comparison)]) -> Verdict {
    let outcomes = comparisons.iter().map(|(_, c)| c.outcome);
    let outcome = outcomes.max_by_key(|o| rank(*o)).unwrap_or(Outcome::NotApplicable);
    let deciding: Vec<&Comparison> =
        comparisons.iter().map(|(_, c)| *c).filter(|c| c.outcome == outcome).collect();
    let failed = deciding.first().filter(|_| outcome == Outcome::Fail);
    let remedy_key = failed.map(|c| remedy_key(c));
    let mut observations: Vec<ObservationId> =
        deciding.iter().flat_map(|c| c.observations.iter().copied()).collect();
    observations.sort_unstable();
    observations.dedup();
    let reason = deciding.iter().find_map(|c| c.reason.clone());
    Verdict {
        requirement: None,
        status: Status::Expected,
        outcome,
        expected: told(&deciding, |c| Some(c.expected.clone())),
        observed: told(&deciding, |c| c.observed.clone()),
        observations,
        citation: deciding.first().map(|c| c.citation.clone()),
        reason,
        remedy: failed.zip(remedy_key.and_then(remedy)).map(|(c, remedy)| remedy.text(c)),
        remedy_key: remedy_key.map(str::to_owned),
        checks: comparisons
            .iter()
            .map(|(policy, c)| Check {
                policy: (*policy).to_owned(),
                subject: c.subject.clone(),
                outcome: c.outcome,
                expected: c.expected.clone(),
                observed: c.observed.clone(),
                observations: c.observations.clone(),
                reason: c.reason.clone(),
            })
            .collect(),
    }
}

fn told(comparisons: &[&Comparison], value: fn(&Comparison) -> Option<String>) -> Option<String> {
    let told: Vec<(&str, String)> =
        comparisons.iter().filter_map(|c| Some((c.subject.as_str(), value(c)?))).collect();
    let mut text = Vec::new();
    for (subject, value) in told.iter().take(TOLD_CHECKS_MAX) {
        let value = if value.is_empty() { "nothing" } else { value };
        text.push(format!("{subject}: {value}"));
    }
    if told.len() > TOLD_CHECKS_MAX {
        text.push(format!("and {} more", told.len() - TOLD_CHECKS_MAX));
    }
    if text.is_empty() { None } else { Some(text.join("; ")) }
}
