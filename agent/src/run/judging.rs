//! What a case can ask beyond the phone itself: the judge's verdicts, and the linter.

use super::given::Prepared;
use crate::findings::{lint, unwrap};
use evidence::Log;
use intent::DeviceFacts;
use profile::Schema;
use profile::lint::Audience;
use scenario::{JudgedOutcome, Refusal};
use simulator::PROVIDER;
use smime::{Context, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use verdict::{Judged, Outcome, Terms};

/// Verdicts by requirement, each with its reason.
pub(super) type Verdicts = BTreeMap<String, (JudgedOutcome, String)>;

/// Nothing was installed that could be judged.
pub(super) fn nothing_installed() -> Refusal {
    Refusal::NotSeen { what: "it: nothing was installed".to_owned() }
}

/// Holds what is installed against everything that was seen.
pub(super) fn verdicts(prepared: &Prepared, facts: &DeviceFacts, log: &Log) -> Result<Verdicts, Refusal> {
    let intent = prepared.intent(facts.ios)?;
    let expectations = intent::expectations(&intent, facts);
    let comparisons = verdict::compare(&expectations, log, &Terms::default());
    let stated = prepared.stated();
    let judged = Judged {
        policy: prepared.name(),
        expectations: Some(&expectations),
        not_applicable: None,
        stated: &stated,
        comparisons: &comparisons,
    };
    let mut verdicts = Verdicts::new();
    for verdict in verdict::verdicts(&[judged]) {
        let Some(requirement) = verdict.requirement else { continue };
        let outcome = match verdict.outcome {
            Outcome::Pass => JudgedOutcome::Pass,
            Outcome::Fail => JudgedOutcome::Fail,
            Outcome::Inconclusive => JudgedOutcome::Inconclusive,
            Outcome::NotApplicable => JudgedOutcome::NotApplicable,
        };
        let told = match (verdict.outcome, verdict.expected, verdict.observed) {
            (Outcome::Fail, Some(expected), Some(observed)) => {
                format!("expected {expected}; observed {observed}")
            }
            (Outcome::Fail, _, observed) => observed.unwrap_or_default(),
            _ => verdict.reason.unwrap_or_default(),
        };
        verdicts.insert(requirement, (outcome, told));
    }
    Ok(verdicts)
}

/// The rules that the linter reports.
pub(super) fn lint_rules(prepared: &Prepared, audience: Audience, now: Timestamp) -> BTreeSet<String> {
    let cx = Context { now, crypto: &PROVIDER };
    let unwrapped = unwrap(&cx, prepared.file.bytes());
    let (profile, mut findings) = profile::parse(&unwrapped.inner);
    findings.extend(unwrapped.findings);
    findings.extend(lint(&cx, Schema::builtin(), &profile, audience));
    findings.into_iter().map(|finding| finding.rule.to_string()).collect()
}
