//! The simulated iOS device, as a value.
//!
//! [`Device`] is driven by five verbs and does no IO: [`Device::handle`], [`Device::handle_timeout`],
//! [`Device::poll_exchange`], [`Device::poll_timeout`], [`Device::poll_event`]. After `handle` and
//! `handle_timeout`, poll the other three until they give nothing. Time and cryptography come in through
//! `smime::Context`, randomness from a seed that is part of the device.
#![warn(missing_docs)]

mod account;
mod accounts;
mod compose;
mod device;
mod eas;
mod effective;
mod events;
mod facts;
mod keychain;
mod mail;
mod profiles;
mod prompts;
mod random;
mod settings;
mod user;
mod view;

pub use account::{Account, AccountId, AccountOrigin, AccountState, Credential};
pub use compose::{Attachment, Draft, SendRefusal};
pub use device::{Device, Input, Reply};
pub use effective::{EffectiveAccount, EffectiveSmime, EffectiveSwitch, EffectiveValue};
pub use events::Event;
pub use facts::{DeviceFacts, EncryptDefaultToggle, Variants};
pub use keychain::{IdentityHandle, Keychain, KeychainCertificate, KeychainIdentity, Owner};
pub use mail::{Folder, Message, MessageId, Reading, ReadingRefusal};
pub use profiles::{ErrorChain, ErrorDomain, ErrorLink, InstalledPayload, InstalledProfile, Source};
pub use prompts::{Answer, Prompt, PromptId, PromptKind};
pub use settings::{By, MailSettings, Service, Services, Setting, SignIn};
pub use user::{Absence, UserAction, Verdict};
pub use wire::Secret;
pub use view::{AccountView, CertificateView, DeviceView, KeychainView};
