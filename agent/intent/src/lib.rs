//! What the administrator meant: policy, compile, expectations.
//!
//! The oracle of the product. It is written from the documents alone and knows no device:
//!
//! - a [`Tenant`] is what an administrator's Graph documents say; [`Tenant::resolve`] finds what one of its e-mail
//!   policies links, for one user, and [`assignments`] says who gets it;
//! - an [`EmailPolicy`] is [`compile`]d to the profile that would be sent for a [`User`], and a profile is
//!   [`import()`]ed back;
//! - any profile is [`read`] back into an [`Intent`], from its syntax alone;
//! - [`expectations`] says what a phone with given facts must then show, each value with the
//!   payload key that decided it and the requirements behind it;
//! - [`answer`] says what that means for users: who is prompted, what is lost, what is left open;
//! - [`requirement::ROWS`] says of every requirement whether a phone can show that it holds.
#![warn(missing_docs)]

mod action;
pub mod answer;
mod certificate;
mod compile;
mod directory;
mod expectation;
mod import;
mod intent;
mod key;
mod mapping;
mod policy;
mod read;
pub mod requirement;
#[cfg(test)]
mod round_trip;
mod scep;
mod service;
mod tenant;
#[cfg(test)]
mod tests;
mod user;
mod uuid;
mod variant;
mod vpn;
mod written;

pub use action::{ActionId, Position, UnknownAction};
pub use certificate::{
    CertificateError, CertificateRole, DeliveredCertificates, IdentityContent, IdentityPayload,
    IdentitySource, Pkcs12Blob, Pkcs12Content, RootCertificate,
};
pub use compile::{CompileError, Compiled, CompiledPayload, Order, assemble, compile};
pub use directory::{DIRECTORY_ENTRIES_MAX, Device, Directory, DirectoryUser, Group};
pub use expectation::{
    ActionVerdict, BY_DEFAULT, BY_USER, Changes, Circumstances, ComposeStart, DEFAULT_MAIL_WINDOW_DAYS,
    DeviceFacts, Expectations, Expected, ExpectedAccount, ExpectedAction, ExpectedOutlook, ExpectedPrompt,
    ExpectedSmime, ExpectedToggle, INSTALL_WINDOW_HOURS, INSTALLS_MAX, IgnoredKey, IgnoredReason, InForce,
    Install, Leftover, MailStep, OutlookChannel, OutlookValue, OwnAccount, Presence, PromptKind, Refusal,
    Stated, expectations, expectations_after, expectations_under, expected_outlook, stated_of_policy,
};
pub use import::{Imported, ImportedCertificate, ImportedSetting, Lost, import};
pub use intent::{Intent, ServiceIntent, SmimeIntent};
pub use mapping::{Certainty, MAPPING, MappedKey};
pub use policy::{
    DomainNameSource, EasAuthenticationMethod, EasService, EmailAddressSource, EmailCertificateType,
    EmailPolicy, EmailSyncDuration, PolicyLinks, SyncScope, UsernameSource,
};
pub use profile::OsVersion;
pub use read::{ReadError, read};
pub use scep::{
    DeviceAttributes, SUBJECT_ATTRIBUTES_MAX, SUBJECT_BYTES_MAX, ScepRequest, SubjectError, expand,
    subject_parts,
};
pub use service::{Service, Services};
pub use tenant::{
    APP_SETTINGS_MAX, Addressee, AppConfiguration, AppSetting, AppValue, AssignedUser, Assignment,
    AssignmentFilter, AssignmentTarget, CertificateProfile, CertificateProfileKind, EmailProfile,
    OUTLOOK_KEYS, OutlookKey, Resolved, Supplied, Supply, Targeting, Tenant, assignments, targeting,
};
pub use user::{NameError, User, UserAttribute};
pub use uuid::stable_uuid;
pub use variant::{EncryptDefaultToggle, UnknownReading, Variants};
pub use vpn::PerAppVpn;
pub use written::written;
