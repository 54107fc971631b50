//! The simulated iOS device, as a value.
//!
//! [`Device`] is driven by five verbs and does no IO: [`Device::handle`], [`Device::handle_timeout`],
//! [`Device::poll_exchange`], [`Device::poll_timeout`], [`Device::poll_event`]. After `handle` and
//! `handle_timeout`, poll the other three until they give nothing, and [`Device::poll_identity_request`], which is
//! `poll_exchange` for what SCEP and ACME carry. Time and cryptography come in through
//! `smime::Context`, randomness from a seed that is part of the device.
#![warn(missing_docs)]

mod account;
mod accounts;
mod compose;
mod defect;
mod device;
mod directory;
mod eas;
mod effective;
mod enrolment;
mod events;
mod facts;
mod identity_request;
mod keychain;
mod mail;
mod managed_mail;
mod passcode;
mod profiles;
mod prompts;
mod random;
mod restrictions;
mod settings;
mod smime_settings;
mod user;
mod view;
mod vpn;

pub use account::{Account, AccountId, AccountOrigin, AccountState, Credential};
pub use compose::{Attachment, Draft, SendRefusal};
pub use defect::{Defect, UnknownDefect};
pub use device::{Device, Input, Reply};
pub use directory::{DirectoryAccount, DirectorySearch};
pub use effective::{EffectiveAccount, EffectiveSmime, EffectiveSwitch, EffectiveValue};
pub use enrolment::MdmEnrolment;
pub use events::Event;
pub use facts::{DeviceFacts, EncryptDefaultToggle, MailSigningDefault, SupervisedPayloads, Variants};
pub use identity_request::{
    EnrolmentProtocol, IdentityAnswer, IdentityRequest, MAX_ISSUED_CHAIN, MAX_REQUESTED_NAMES,
};
pub use keychain::{IdentityHandle, Keychain, KeychainCertificate, KeychainIdentity, Owner};
pub use mail::{Folder, Message, MessageId, Reading, ReadingRefusal};
pub use managed_mail::{MailAccount, MailProtocol, MailServer, ManagedMailSettings};
pub use passcode::PasscodePolicy;
pub use profiles::{
    ErrorChain, ErrorDomain, ErrorLink, IgnoredKey, IgnoredReason, InstalledPayload, InstalledProfile,
    MAX_ENROLMENTS, MAX_PROFILE_ITERATIONS, ProfileFile, Source,
};
pub use prompts::{Answer, MailQuestion, Prompt, PromptId, PromptKind};
pub use restrictions::{
    EffectiveRestriction, EffectiveRestrictions, RestrictionRule, RestrictionSource, RestrictionValue,
};
pub use settings::{By, MailSettings, Service, Services, Setting, SignIn};
pub use smime_settings::SmimeSettings;
pub use user::{Absence, UserAction, Verdict};
pub use view::{AccountView, CertificateView, DeviceView, KeychainView, MailAccountView, PendingView};
pub use vpn::AppVpn;
pub use wire::Secret;
