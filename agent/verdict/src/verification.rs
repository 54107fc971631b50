//! What `handset verify` found, as one value. Its JSON is a contract (fixtures/schema/verify.schema.json).

use crate::comparison::Outcome;
use crate::conflict::Conflict;
use crate::drift::Drift;
use crate::requirement::Verdict;
use intent::ExpectedOutlook;
use intent::requirement::Status;
use serde::Serialize;

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const VERIFY_SCHEMA_VERSION: u32 = 1;

/// Policies judged on the evidence of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// [`VERIFY_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The policies.
    pub policies: Vec<VerifiedPolicy>,
    /// The device.
    pub device: VerifiedDevice,
    /// How many verdicts there are of each outcome, and how many of them decide the exit code.
    pub summary: Summary,
    /// What became of every requirement.
    pub verdicts: Vec<Verdict>,
    /// What is otherwise than meant, and since when.
    pub drift: Vec<Drift>,
    /// What policies disagree on.
    pub conflicts: Vec<Conflict>,
    /// The exit code.
    pub exit: u8,
}

/// A policy that was judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifiedPolicy {
    /// Its name.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// `graph` or `profile`.
    pub kind: String,
    /// The user that it was judged for.
    pub user: Option<String>,
    /// Whether it is assigned to the user or the device: `assigned`, `not-assigned`, `excluded` or `unknown`.
    pub assignment: Option<String>,
    /// Why it does not apply to this device, or what is not known of its assignments.
    pub assignment_reason: Option<String>,
    /// What Outlook must look like, where it configures that app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlook: Option<ExpectedOutlook>,
}

/// The device that was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerifiedDevice {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// The iOS version under which it was judged.
    pub ios: String,
    /// Where the version comes from: `option`, `evidence` or `default`.
    pub ios_from: String,
    /// Whether it is supervised, as far as that is told.
    pub supervised: bool,
    /// The folder of evidence, or the simulated device.
    pub evidence: String,
    /// How many observations there are.
    pub observations: usize,
}

/// Verdicts by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Not to be decided by this evidence.
    pub inconclusive: usize,
    /// Nothing is expected of this device.
    pub not_applicable: usize,
    /// Inconclusive because no device can show it yet; these do not decide the exit code.
    pub pending: usize,
}

impl Summary {
    /// Counts verdicts. Rows that are pending without a failure are counted apart.
    pub fn of(verdicts: &[Verdict]) -> Summary {
        let mut summary = Summary::default();
        for verdict in verdicts {
            match verdict.outcome {
                Outcome::Pass => summary.pass += 1,
                Outcome::Fail => summary.fail += 1,
                Outcome::Inconclusive if verdict.status == Status::Pending => summary.pending += 1,
                Outcome::Inconclusive => summary.inconclusive += 1,
                Outcome::NotApplicable => summary.not_applicable += 1,
            }
        }
        summary
    }

    /// The exit code: 1 when something failed or policies contradict each other, 5 when something that this evidence
    /// could tell is left open, else 0. Rows that are pending or not observable do not decide.
    pub fn exit_code(&self, conflicts: &[Conflict]) -> u8 {
        if self.fail > 0 || !conflicts.is_empty() {
            1
        } else if self.inconclusive > 0 {
            5
        } else {
            0
        }
    }
}
