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
//!   A removal password refuses it there too, for the user of the actions does not know it; where
//!   both are set the former is named. What a device that is not supervised makes of a removal
//!   password is unsettled.
//! - `allowAccountModification` false, in the restrictions of the profile, freezes what Settings
//!   shows of the account (services, S/MIME switches, identities, mail window) on a supervised
//!   device; what Mail offers, the lock in a message among it, stays. Where a key of the account
//!   refuses already, that key is named.
//! - Of restrictions only truth values are expected. Of two payloads of one profile the stricter value
//!   counts; keys that only management may set act only in a profile that management brings.
//! - SCEP and ACME enrol during the installation: their identities count like those inside the
//!   profile (SMO-005).
//! - Which attribute a user name came from is read off its form: a backslash is a sAM account name,
//!   an at-sign may be either address, anything else is a UPN without domain (EAS-013 to EAS-018).
//! - A profile that is installed more than four times in two days is sent at each check-in: a loop (XTR-006, XTR-009).
//! - A profile that its owner removes leaves as little behind as one that is removed with the company's data (XTR-008,
//!   SMO-015).
//! - A user-made account is the same when host and address are equal, in letters of any case
//!   (XTR-005).
//! - `SMIMEEncryptByDefaultUserOverrideable` true lets the user move the switch; that it also needs
//!   the per-message switch is the variant `encrypt-default-toggle` (EAS-072).
//! - The service keys act from iOS 13; absent ones are true (EAS-043, EAS-049, EAS-050).
//! - An account with an identity to sign in with raises no prompt, with OAuth too (EAS-023,
//!   EAS-031, EAS-041).
//! - An identity that the account signs in with must be in the profile (EAS-023); whether the same
//!   holds for the S/MIME identities is unsettled (SMO-017).

mod account;
mod actions;
mod changes;
mod circumstances;
mod device;
mod expected;
mod identities;
mod install;
mod mail;
mod oracle;
mod outlook;
mod presence;
mod restriction;
mod services;
mod smime;
mod stated;
#[cfg(test)]
mod tests;

pub use account::{ComposeStart, DEFAULT_MAIL_WINDOW_DAYS, ExpectedAccount, ExpectedSmime, ExpectedToggle};
pub use actions::{ActionVerdict, ExpectedAction};
pub use changes::{BY_USER, Changes, expectations_after};
pub use circumstances::{Circumstances, OwnAccount};
pub use device::DeviceFacts;
pub use expected::{BY_DEFAULT, Expected};
pub use install::{ExpectedPrompt, InForce, Install, PromptKind, Refusal};
pub use mail::MailStep;
pub use oracle::{Expectations, expectations, expectations_under};
pub use outlook::{
    ExpectedOutlook, IgnoredKey, IgnoredReason, OutlookChannel, OutlookValue, expected_outlook,
};
pub use presence::{INSTALL_WINDOW_HOURS, INSTALLS_MAX, Leftover, Presence};
pub use stated::{Stated, stated_of_policy};

use install::autodiscovers;
