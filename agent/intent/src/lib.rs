//! What the administrator meant: policy, compile, expectations.
//!
//! The oracle of the product. It is written from the documents alone and knows no device:
//!
//! - an [`EmailPolicy`] is [`compile`]d to the profile that would be sent for a [`User`];
//! - any profile is [`read`] back into an [`Intent`], from its syntax alone;
//! - [`expectations`] says what a phone with given facts must then show, each value with the
//!   payload key that decided it and the requirements behind it;
//! - [`requirement::ROWS`] says of every requirement whether a phone can show that it holds.
#![warn(missing_docs)]

mod action;
mod certificate;
mod compile;
mod expectation;
mod intent;
mod key;
mod mapping;
mod policy;
mod read;
pub mod requirement;
mod service;
#[cfg(test)]
mod tests;
mod user;
mod uuid;
mod variant;

pub use action::{ActionId, Position, UnknownAction};
pub use certificate::{
    CertificateError, CertificateRole, DeliveredCertificates, Pkcs12Blob, RootCertificate,
};
pub use compile::{CompileError, Compiled, compile};
pub use expectation::{
    ActionVerdict, BY_DEFAULT, Circumstances, ComposeStart, DEFAULT_MAIL_WINDOW_DAYS, DeviceFacts,
    Expectations, Expected, ExpectedAccount, ExpectedAction, ExpectedOutlook, ExpectedPrompt, ExpectedSmime,
    ExpectedToggle, IgnoredKey, IgnoredReason, InForce, Install, MailStep, OutlookChannel, OutlookValue,
    OwnAccount, PromptKind, Refusal, Stated, expectations, expectations_under, expected_outlook,
    stated_of_policy,
};
pub use intent::{Intent, ServiceIntent, SmimeIntent};
pub use mapping::{Certainty, MAPPING, MappedKey};
pub use policy::{
    DomainNameSource, EasAuthenticationMethod, EasService, EmailAddressSource, EmailCertificateType,
    EmailPolicy, EmailSyncDuration, SyncScope, UsernameSource,
};
pub use profile::OsVersion;
pub use read::{ReadError, read};
pub use service::{Service, Services};
pub use user::{NameError, User, UserAttribute};
pub use uuid::stable_uuid;
pub use variant::{EncryptDefaultToggle, UnknownReading, Variants};
