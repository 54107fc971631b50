//! Observations of a device: the vocabulary, the log, the readers of foreign evidence, and the port to a device.
//!
//! - [`Fact`] is what can be seen, whatever saw it; a [`Log`] keeps facts with their time, their source and a reference
//!   to the bytes that they were read from;
//! - [`read`] turns the bytes of a source (an answer of mobile device management, a captured message, a report of
//!   Intune) into facts;
//! - [`encode_log`], [`decode_log`] and [`check_raw`] are the folder in which evidence is kept, without its files.
//!
//! What an observation means is not known here: `verdict` judges.
#![warn(missing_docs)]

mod kept;
mod listed;
mod log;
mod message;
mod observation;
mod port;
mod raw;
mod report;
mod source;

pub use kept::{
    EVIDENCE_SCHEMA_VERSION, KeptHeader, LOG_FILE, LogDefect, MAX_LINE_OCTETS, MAX_LOG_OCTETS, MAX_RAW_FILES,
    MAX_TOTAL_RAW_OCTETS, RawDefect, check_raw, decode_log, encode_log,
};
pub use listed::{
    ListedAccount, ObservedApp, ObservedCertificate, ObservedDeclaration, ObservedDevice, ObservedPayload,
    ObservedProfile, ObservedSecurity,
};
pub use log::{Log, LogError, MAX_OBSERVATIONS};
pub use message::{ObservedMessage, ObservedRecipient, ObservedSigner};
pub use observation::{
    Action, ActionOutcome, Fact, Mail, MailOutcome, Observation, ObservationId, ObservedAccount,
    ObservedSwitch, Prompted, Service,
};
pub use port::DevicePort;
pub use profile::Timestamp;
pub use raw::{MAX_RAW_OCTETS, RawName, RawNameError, RawReference};
pub use report::{PolicySetting, PolicyState};
pub use source::{
    DEVICE_DOCUMENT, DeviceDocument, Kind, MAX_ITEMS, ReadError, Reading, TimedFact, UnknownKind, detect,
    read,
};
