//! Answers to what administrators ask, as values: who will be prompted, what is lost, who may still change what, which
//! certificate is taken.
//!
//! Everything is computed from policies, profiles and facts that are handed in. Each [`Statement`] carries the
//! requirements and documents behind it, and the rank of the trouble it is an answer to in the catalogue of what
//! administrators struggle with (`agent/data/pains.json`). What documents dispute is a named reading.

mod cause;
mod change;
mod choice;
mod held;
mod lookup;
mod permission;
mod removal;
mod renewal;
mod sign_in;
mod statement;
mod targets;
#[cfg(test)]
mod tests;

pub use cause::{Cause, causes};
pub use change::{Change, PredictedPrompt, change};
pub use choice::{Candidate, Choice, MailApp, Purpose, choices, keychains};
pub use held::{
    Delivery, HeldCertificate, Keychain, Pkcs12Facts, deliveries, one_per_phone, pkcs12_statements,
};
pub use lookup::{Lookup, LookupOrder, LookupSource, LookupStep, lookup, lookup_statements};
pub use permission::{Permission, permission_statements, permissions};
pub use removal::{removal, removal_of_certificates};
pub use renewal::{
    DecryptsWith, EXPIRES_SOON_DAYS, History, ImportedChoice, MessageFate, SealedMessage, expiries,
    no_certificates, not_encrypted, renewal,
};
pub use sign_in::{SignInMethod, sign_in_method, sign_in_statements, sign_in_unknown};
pub use statement::{Statement, Weight};
pub use targets::{LinkTarget, prompts_without_end, reaches_nobody};
