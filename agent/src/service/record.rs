//! What the history keeps of one judgement. Its JSON is a contract (fixtures/schema/agent-history.schema.json).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use verdict::{Outcome, Summary, Verification};

/// The version of the contracts of history, log and webhook. They grow by addition only; anything else raises it.
pub const AGENT_SCHEMA_VERSION: u32 = 1;

/// Where a device is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A simulated device of the store.
    Simulated,
    /// A folder of evidence that somebody else writes.
    Evidence,
    /// Evidence that was posted to the agent.
    Posted,
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 3] = [Source::Simulated, Source::Evidence, Source::Posted];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Simulated => "simulated",
            Source::Evidence => "evidence",
            Source::Posted => "posted",
        }
    }
}

/// One judgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`AGENT_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Its number in the history, from 1 on.
    pub sequence: u64,
    /// The agent that judged.
    pub agent: String,
    /// The device.
    pub device: String,
    /// Where it is watched.
    pub source: Source,
    /// When it was judged, RFC 3339.
    pub judged_at: String,
    /// The SHA-256 of what was judged: the kept device, or the log of its evidence.
    pub checkin: String,
    /// The SHA-256 of policies and directory.
    pub intent: String,
    /// When the newest of it was seen, RFC 3339.
    pub seen_at: Option<String>,
    /// For whom it was judged, where that is known.
    pub user: Option<String>,
    /// The iOS version under which it was judged.
    pub ios: String,
    /// How many observations there are.
    pub observations: usize,
    /// The policies that it was judged by.
    pub policies: Vec<String>,
    /// The policies that are not for this user or device.
    pub not_assigned: Vec<String>,
    /// As `handset verify` would end; 4 when no policy is for this device.
    pub exit: u8,
    /// How many verdicts there are of each outcome.
    pub summary: Counts,
    /// The outcome for each requirement.
    pub verdicts: BTreeMap<String, String>,
    /// The verdicts that failed, as in `handset verify`.
    pub failed: Vec<Value>,
    /// What is otherwise than meant, as in `handset verify`.
    pub drift: Vec<Value>,
    /// What policies disagree on, as in `handset verify`.
    pub conflicts: Vec<Value>,
    /// What all that is wrong is called: `drift POLICY SUBJECT`, `failed REQUIREMENT`, `conflict SETTING`.
    pub wrong: BTreeSet<String>,
    /// What of it was not wrong when the device was judged before.
    pub appeared: BTreeSet<String>,
    /// What was wrong then and is not any more.
    pub resolved: BTreeSet<String>,
}

/// Verdicts by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Counts {
    pub pass: usize,
    pub fail: usize,
    pub inconclusive: usize,
    pub not_applicable: usize,
    pub pending: usize,
}

impl From<Summary> for Counts {
    fn from(summary: Summary) -> Counts {
        Counts {
            pass: summary.pass,
            fail: summary.fail,
            inconclusive: summary.inconclusive,
            not_applicable: summary.not_applicable,
            pending: summary.pending,
        }
    }
}

/// What is to be told of a judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something is wrong that was not.
    Drift,
    /// Something was wrong that is not any more, and nothing else became so.
    Recovered,
}

impl Change {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Change::Drift => "drift",
            Change::Recovered => "recovered",
        }
    }
}

impl Record {
    /// What has changed since the judgement before.
    pub fn change(&self) -> Option<Change> {
        match (self.appeared.is_empty(), self.resolved.is_empty()) {
            (false, _) => Some(Change::Drift),
            (true, false) => Some(Change::Recovered),
            (true, true) => None,
        }
    }

    /// Compares with the judgement before.
    pub fn compared(mut self, previous: Option<&Record>) -> Record {
        let before = previous.map(|record| record.wrong.clone()).unwrap_or_default();
        self.appeared = self.wrong.difference(&before).cloned().collect();
        self.resolved = before.difference(&self.wrong).cloned().collect();
        self
    }

    /// The outcome as a word, as metrics have it.
    pub fn outcome(&self) -> &'static str {
        match self.exit {
            0 => "pass",
            4 => "not-assigned",
            5 => "inconclusive",
            _ => "fail",
        }
    }
}

/// The names of all that is wrong.
pub fn wrong(verification: &Verification) -> BTreeSet<String> {
    let drift = verification.drift.iter().map(|d| format!("drift {} {}", d.policy, d.subject));
    let failed = verification.verdicts.iter().filter(|v| v.outcome == Outcome::Fail);
    let failed = failed.filter_map(|v| v.requirement.as_ref().map(|id| format!("failed {id}")));
    let conflicts = verification.conflicts.iter().map(|c| format!("conflict {}", c.setting));
    drift.chain(failed).chain(conflicts).collect()
}
