//! What the device asks its owner.

use crate::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// A prompt's number on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromptId(pub u64);

/// What the phone asks about an IMAP or POP account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailQuestion {
    /// The address (`EmailAddress`).
    Address,
    /// The user name at the server that mail comes from (`IncomingMailServerUsername`).
    IncomingUserName,
    /// The password there (`IncomingPassword`).
    IncomingPassword,
    /// The user name at the server that mail leaves by (`OutgoingMailServerUsername`).
    OutgoingUserName,
    /// The password there (`OutgoingPassword`).
    OutgoingPassword,
}

impl MailQuestion {
    /// Whether the answer is a password.
    pub fn is_secret(self) -> bool {
        matches!(self, MailQuestion::IncomingPassword | MailQuestion::OutgoingPassword)
    }
}

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
    /// Something that the payload of an IMAP or POP account leaves open (com.apple.mail.managed).
    MailAccount {
        /// The account.
        account: AccountId,
        /// What is asked.
        asks: MailQuestion,
    },
    /// An encrypted message has recipients whose certificate is not available (OUT-005 for Outlook; Mail shows them
    /// in red, Apple support HT202345).
    MissingRecipientCertificates {
        /// The sending account.
        account: AccountId,
        /// Exactly those recipients.
        recipients: Vec<String>,
    },
    /// The text that has to be agreed to before a profile is installed by hand (TopLevel, `ConsentText`).
    Consent {
        /// `PayloadIdentifier` of the profile that waits.
        profile: String,
        /// The text, in the language that the device chose.
        text: String,
    },
    /// The password of a PKCS#12 that the profile brings without one (com.apple.security.pkcs12, `Password`).
    CertificatePassword {
        /// `PayloadIdentifier` of the profile that waits.
        profile: String,
        /// `PayloadUUID` of the certificate payload.
        payload_uuid: String,
        /// How the phone calls the certificate.
        name: String,
    },
    /// The passcode without which a profile cannot be removed (com.apple.profileRemovalPassword).
    RemovalPasscode {
        /// `PayloadIdentifier` of the profile.
        profile: String,
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
    /// Types a password or a passcode; for a web sign-in the same password is typed into the page.
    Password(Secret),
    /// Types an address or a user name.
    Text(String),
    /// Agrees to the consent text of a profile.
    Agree,
    /// Puts the message back unsent, gives up an installation or a removal.
    Cancel,
}
