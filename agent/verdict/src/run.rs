//! What a run of scenarios found: the contract of fixtures/schema/run.schema.json.
//!
//! Nothing in it depends on how long anything really took, or in which order cases were run: two runs of the same cases
//! give the same bytes, and the reports of shards can be put together to what the undivided run would have said. How a
//! shard is told apart from others is the business of whoever reads the head (`scenario::RunHeader`).

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a run found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// What was run.
    #[serde(flatten)]
    pub head: RunHead,
    /// How many cases came out how.
    pub summary: RunSummary,
    /// The cases, sorted by id.
    pub cases: Vec<RunCase>,
    /// The exit code.
    pub exit: u8,
}

/// What was run: the first members of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHead {
    /// The version of the contract.
    pub schema_version: u32,
    /// The version of the program.
    pub handset: String,
    /// The seed of the run.
    pub seed: u64,
    /// The digest of the suites and of the files that they name.
    pub suite_digest: String,
    /// What was asked for.
    pub selection: RunSelection,
    /// What that was, before it was divided into shards.
    pub selected: RunSelected,
    /// The shard, as `hash:m/n`; nothing of a whole run.
    pub partition: Option<String>,
    /// What the cases were run on: `simulated-device` or `evidence`.
    pub target: String,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSelection {
    /// `--filter`.
    pub filter: Option<String>,
    /// `--case`, sorted.
    pub cases: BTreeSet<String>,
}

/// The cases of a selection, as a count and a digest of their sorted ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSelected {
    /// How many.
    pub cases: u64,
    /// The digest.
    pub digest: String,
}

/// How a case, a step or a check came out, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// It was not run: it is pending, or something before it ended the case or the run.
    Skipped,
    /// Everything was as expected.
    Pass,
    /// Nothing was otherwise than expected, and something could not be seen.
    Inconclusive,
    /// It could not be run: a file, a password or the target itself is in the way.
    Error,
    /// Something was otherwise than expected.
    Fail,
}

impl RunOutcome {
    /// Every outcome, as reports count them.
    pub const ALL: [RunOutcome; 5] = [
        RunOutcome::Pass,
        RunOutcome::Fail,
        RunOutcome::Inconclusive,
        RunOutcome::Error,
        RunOutcome::Skipped,
    ];

    /// The word of the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            RunOutcome::Skipped => "skipped",
            RunOutcome::Pass => "pass",
            RunOutcome::Inconclusive => "inconclusive",
            RunOutcome::Error => "error",
            RunOutcome::Fail => "fail",
        }
    }

    /// The exit code that a case of this outcome gives a run; nothing where the case was not run.
    pub const fn exit(self) -> Option<u8> {
        match self {
            RunOutcome::Skipped => None,
            RunOutcome::Pass => Some(0),
            RunOutcome::Fail => Some(1),
            RunOutcome::Error => Some(3),
            RunOutcome::Inconclusive => Some(5),
        }
    }
}

/// A case and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCase {
    /// What `--case` takes.
    pub id: String,
    /// How it came out: the worst of its steps and checks.
    pub outcome: RunOutcome,
    /// The requirements that it is about.
    pub requirements: BTreeSet<String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
    /// The suite.
    pub suite: String,
    /// The scenario.
    pub scenario: String,
    /// What it is about.
    pub about: Option<String>,
    /// Where the scenario stands.
    pub place: RunPlace,
    /// What it waits for; such a case is listed and not run.
    pub pending: Option<String>,
    /// Why it was not run, or could not be judged.
    pub reason: Option<String>,
    /// How many checks were made.
    pub checks: u32,
    /// What happened.
    pub steps: Vec<RunStep>,
    /// What was otherwise than expected, or could not be seen.
    pub failures: Vec<RunFailure>,
}

/// A place in a scenario file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunPlace {
    /// The file as it was named.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1.
    pub column: u32,
}

/// A step of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStep {
    /// Its number, from 1.
    pub number: u32,
    /// Its name.
    pub name: Option<String>,
    /// What happens, in a few words, such as `act service.mail.off`.
    pub action: String,
    /// How it came out.
    pub outcome: RunOutcome,
    /// What became of it, in words.
    pub observed: String,
    /// The virtual time after it, RFC 3339.
    pub at: Option<String>,
    /// What the phone asked in it.
    pub asked: Vec<String>,
    /// The messages that went over the wire in it.
    pub messages: Vec<RunMessage>,
    /// Where it stands.
    pub place: RunPlace,
}

/// A message, as far as it is the same in every run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunMessage {
    /// `sent` or `received`, seen from the phone.
    pub way: String,
    /// Whom it was for.
    pub to: Vec<String>,
    /// Whether there is a signature, on the outside or inside; nothing of an encrypted message that no check opened.
    pub signed: Option<bool>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The name on the signer's certificate.
    pub signed_by: Option<String>,
    /// Whom it is encrypted to, sorted.
    pub encrypted_to: Vec<String>,
    /// The digest algorithm of the signature, as `micalg` names it.
    pub micalg: Option<String>,
    /// The content cipher.
    pub cipher: Option<String>,
    /// The outermost media type.
    pub content_type: Option<String>,
}

/// Something that was otherwise than expected, or could not be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// What was looked at, such as `account.services.mail.on`.
    pub subject: String,
    /// `fail`, `inconclusive` or `error`.
    pub outcome: RunOutcome,
    /// What was expected.
    pub expected: String,
    /// What was seen, or why nothing was.
    pub observed: String,
    /// The step after which; nothing at the end of the case.
    pub step: Option<u32>,
    /// The requirements that say so.
    pub requirements: BTreeSet<String>,
    /// Why it should be so, for people.
    pub why: Option<String>,
    /// Where the expectation stands.
    pub place: RunPlace,
}

/// How many cases came out how. Nothing but counts, so that those of shards can be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Cases in the report.
    pub cases: u64,
    /// The counts.
    #[serde(flatten)]
    pub outcomes: OutcomeCounts,
    /// Of the skipped ones, those that wait for something.
    pub pending: u64,
    /// Cases that were selected and are not in the report, because the run was interrupted.
    pub missing: u64,
    /// Checks that were made.
    pub checks: u64,
    /// Cases by requirement.
    pub requirements: BTreeMap<String, OutcomeCounts>,
}

/// How many came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the outcomes")]
pub struct OutcomeCounts {
    pub pass: u64,
    pub fail: u64,
    pub inconclusive: u64,
    pub error: u64,
    pub skipped: u64,
}

impl OutcomeCounts {
    /// Counts one more.
    pub fn add(&mut self, outcome: RunOutcome) {
        let count = match outcome {
            RunOutcome::Pass => &mut self.pass,
            RunOutcome::Fail => &mut self.fail,
            RunOutcome::Inconclusive => &mut self.inconclusive,
            RunOutcome::Error => &mut self.error,
            RunOutcome::Skipped => &mut self.skipped,
        };
        *count += 1;
    }

    /// How many came out so.
    pub const fn of(&self, outcome: RunOutcome) -> u64 {
        match outcome {
            RunOutcome::Pass => self.pass,
            RunOutcome::Fail => self.fail,
            RunOutcome::Inconclusive => self.inconclusive,
            RunOutcome::Error => self.error,
            RunOutcome::Skipped => self.skipped,
        }
    }

    /// What they come to for a requirement: the worst, but skipped ones only where there is nothing else.
    pub fn worst(&self) -> RunOutcome {
        [RunOutcome::Fail, RunOutcome::Error, RunOutcome::Inconclusive, RunOutcome::Pass]
            .into_iter()
            .find(|outcome| self.of(*outcome) > 0)
            .unwrap_or(RunOutcome::Skipped)
    }
}

impl RunSummary {
    /// Counts one more case.
    pub fn add(&mut self, case: &RunCase) {
        self.cases += 1;
        self.outcomes.add(case.outcome);
        self.pending += u64::from(case.pending.is_some());
        self.checks += u64::from(case.checks);
        for requirement in &case.requirements {
            // Most are there already; a name is copied once.
            match self.requirements.get_mut(requirement) {
                Some(counts) => counts.add(case.outcome),
                None => self.requirements.entry(requirement.clone()).or_default().add(case.outcome),
            }
        }
    }

    /// The exit codes of the cases that were run, each once.
    pub fn exits(&self) -> impl Iterator<Item = u8> + '_ {
        RunOutcome::ALL.into_iter().filter(|o| self.outcomes.of(*o) > 0).filter_map(RunOutcome::exit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_ordered_from_what_says_least_to_what_says_most() {
        let worst = |all: &[RunOutcome]| all.iter().copied().max().unwrap();
        assert_eq!(worst(&[RunOutcome::Pass, RunOutcome::Skipped]), RunOutcome::Pass);
        assert_eq!(worst(&[RunOutcome::Pass, RunOutcome::Inconclusive]), RunOutcome::Inconclusive);
        assert_eq!(worst(&[RunOutcome::Error, RunOutcome::Fail, RunOutcome::Inconclusive]), RunOutcome::Fail);
        let mut counts = OutcomeCounts::default();
        assert_eq!(counts.worst(), RunOutcome::Skipped);
        for outcome in RunOutcome::ALL {
            counts.add(outcome);
            assert_eq!(counts.of(outcome), 1, "{}", outcome.as_str());
        }
        assert_eq!(counts.worst(), RunOutcome::Fail);
    }

    #[test]
    fn skipped_cases_alone_give_no_exit_code() {
        let mut summary = RunSummary::default();
        summary.outcomes.add(RunOutcome::Skipped);
        assert_eq!(summary.exits().count(), 0);
        summary.outcomes.add(RunOutcome::Inconclusive);
        summary.outcomes.add(RunOutcome::Pass);
        assert_eq!(summary.exits().collect::<Vec<_>>(), [0, 5]);
    }
}
