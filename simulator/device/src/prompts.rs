//! What the device asks its owner.

use crate::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// A prompt's number on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromptId(pub u64);

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum PromptKind {
    /// The Exchange password of an account (EAS-024, EAS-041).
    Password {
        /// The account that waits.
        account: AccountId,
    },
    /// The web sign-in of an account with OAuth (EAS-035).
    SignIn {
        /// The account that waits.
        account: AccountId,
    },
    /// The e-mail address, where the profile leaves it open (com.apple.eas.account, `EmailAddress`).
    EmailAddress {
        /// The account that waits.
        account: AccountId,
    },
    /// The user name, where the profile leaves it open (com.apple.eas.account, `UserName`).
    UserName {
        /// The account that waits.
        account: AccountId,
    },
    /// An encrypted message has recipients whose certificate is not available (OUT-005 for Outlook; Mail shows them
    /// in red, Apple support HT202345).
    MissingRecipientCertificates {
        /// The sending account.
        account: AccountId,
        /// Exactly those recipients.
        recipients: Vec<String>,
    },
}

/// A prompt that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Its number.
    pub id: PromptId,
    /// What is asked.
    #[serde(flatten)]
    pub kind: PromptKind,
}

/// What the owner answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Types a password; for a web sign-in the same password is typed into the page.
    Password(Secret),
    /// Types an address or a user name.
    Text(String),
    /// Puts the message back unsent.
    Cancel,
}
