//! What a phone must show for an intent: install, account, actions, prompts.
//!
//! The expectations are computed from the requirements alone (Intune's e-mail settings for iOS,
//! the S/MIME overview, Apple's schema of `com.apple.eas.account`). They describe the account as
//! installed, before the user changed anything, from the moment [`Expectations::in_force`] names.
//!
//! # Readings
//!
//! Where the documents leave room, these readings hold:
//!
//! - Before iOS 12 the user-change controls for signing and encryption by default, and the two
//!   identity pickers, do not exist; their actions are absent and the switches count as locked
//!   (EAS-065, EAS-070, EAS-072, EAS-083, EAS-084).
//! - Before iOS 12 encryption follows `SMIMEEncryptionEnabled` and the per-message lock follows
//!   `SMIMEEnablePerMessageSwitch`; from iOS 12 on these two are not consulted (EAS-071, EAS-073).
//!   `SMIMESigningEnabled` is obeyed by every iOS (EAS-064).
//! - S/MIME is off when no S/MIME key of the payload is true and no identity is named; every key
//!   counts, whichever iOS reads it. A policy that enables S/MIME and nothing below it is thereby
//!   off (EAS-060, EAS-061). While it is off, its switches show as off and locked.
//! - Another identity can be picked when the phone has one beside the identity in use; where the
//!   profile names none (type None, "users choose"), any one will do (EAS-067, EAS-070, EAS-079,
//!   EAS-083).
//! - An identity can be picked only while its function is on as installed: signing, or encryption
//!   by default or per message (EAS-070, EAS-083).
//! - Where mail is off there is no mailbox, hence no message action, no mail window and no lock
//!   in a message; the S/MIME switches of Settings stay, and so do the values that the account
//!   reports for them (EAS-046 to EAS-048).
//! - `PreventMove` refuses moving to another account and forwarding from another account;
//!   `PreventAppSheet` refuses sending from apps (EAS-092, EAS-094).
//! - The mail window is the user's to change whenever there is mail (EAS-090, XTR-017).
//! - Removal is refused by `PayloadRemovalDisallowed` on a supervised device alone (Apple TopLevel).
//! - `SMIMEEncryptByDefaultUserOverrideable` true lets the user move the switch; that it also needs
//!   the per-message switch is the variant `encrypt-default-toggle` (EAS-072).
//! - The service keys act from iOS 13; absent ones are true (EAS-043, EAS-049, EAS-050).
//! - An account with an identity to sign in with raises no prompt, with OAuth too (EAS-023,
//!   EAS-031, EAS-041).
//! - An identity that the account signs in with must be in the profile (EAS-023); whether the same
//!   holds for the S/MIME identities is unsettled (SMO-017).

mod account;
mod actions;
mod device;
mod expected;
mod install;
mod oracle;
mod stated;
#[cfg(test)]
mod tests;

pub use account::{ComposeStart, DEFAULT_MAIL_WINDOW_DAYS, ExpectedAccount, ExpectedSmime, ExpectedToggle};
pub use actions::{ActionVerdict, ExpectedAction};
pub use device::DeviceFacts;
pub use expected::{BY_DEFAULT, Expected};
pub use install::{ExpectedPrompt, InForce, Install, PromptKind};
pub use oracle::{Expectations, expectations};
pub use stated::Stated;

use install::autodiscovers;
