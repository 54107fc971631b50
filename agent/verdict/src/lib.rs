//! Expectations against observations, and the values that say what a command found.
//!
//! [`compare`] looks up each expectation in a log, [`verdicts`] brings the comparisons together by requirement,
//! [`drift`] and [`conflicts`] say what else an administrator has to know, [`REMEDIES`] what to do.
#![warn(missing_docs)]

mod comparison;
mod conflict;
mod drift;
mod outlook;
mod owner;
mod presence;
mod prompt;
mod remedy;
mod report;
mod requirement;
mod run;
mod seen;
mod setting;
#[cfg(test)]
mod tests;
mod trial;
mod verification;
mod wire;

pub use comparison::{Comparison, Outcome, ProfileNames, Terms, compare};
pub use conflict::{Conflict, ConflictingValue, conflicts, reported_conflicts};
pub use drift::{Drift, drift};
pub use evidence::{ActionOutcome, MailOutcome};
pub use outlook::compare_outlook;
pub use owner::excuse_owner;
pub use presence::open_assignment;
pub use remedy::{REMEDIES, Remedy, remedy, remedy_key};
pub use requirement::{Check, Judged, TOLD_CHECKS_MAX, Verdict, verdicts};
pub use run::{
    OutcomeCounts, Run, RunCase, RunFailure, RunHead, RunMessage, RunOutcome, RunPlace, RunSelected,
    RunSelection, RunStep, RunSummary,
};
pub use setting::{SETTINGS, Setting, setting_of};
pub use trial::{
    ComposeStarts, Deviation, Install, InstallStatus, TRIAL_SCHEMA_VERSION, Trial, TrialAccount, TrialAction,
    TrialDevice, TrialError, TrialFinding, TrialMail, TrialPayload, TrialProfile, TrialPrompt, TrialServices,
    TrialSmime, TrialSwitch,
};
pub use verification::{Summary, VERIFY_SCHEMA_VERSION, Verification, VerifiedDevice, VerifiedPolicy};
