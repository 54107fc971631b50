//! Observations of a device, the log that keeps them, and the port through which they are made.
//!
//! What an observation means is not known here: `verdict` judges.
#![warn(missing_docs)]

mod log;
mod observation;
mod port;

pub use log::{Log, LogError, MAX_OBSERVATIONS};
pub use observation::{
    Action, ActionOutcome, Fact, Mail, MailOutcome, Observation, ObservationId, ObservedAccount,
    ObservedSwitch, Prompted, Service,
};
pub use port::DevicePort;
