//! Expectations against observations, and the values that say what a command found.
#![warn(missing_docs)]

mod judge;
mod trial;

pub use evidence::{ActionOutcome, MailOutcome};
pub use judge::{Outcome, Verdict, judge};
pub use trial::{
    ComposeStarts, Deviation, Install, InstallStatus, TRIAL_SCHEMA_VERSION, Trial, TrialAccount, TrialAction,
    TrialDevice, TrialError, TrialFinding, TrialMail, TrialPayload, TrialProfile, TrialPrompt, TrialServices,
    TrialSmime, TrialSwitch,
};
