//! What must come of the messages that are sent and read once the account works.

use serde::{Deserialize, Serialize};

use super::DeviceFacts;
use super::account::{ComposeStart, ExpectedAccount};
use super::expected::{Basis, Expected};
use crate::intent::Intent;
use crate::key;

/// Names a step with a message; the words are those of the steps that a trial tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailStep {
    /// A signed message goes out, and its receiver finds the signature valid.
    Signed,
    /// A changed copy of it is not taken for genuine.
    SignedTampered,
    /// An encrypted message goes out unsigned, and its receiver reads it.
    Encrypted,
    /// A message goes out signed and encrypted, and its receiver reads and verifies it.
    SignedEncrypted,
    /// An answer that is encrypted to the phone's certificate is readable on it.
    Answer,
    /// A changed copy of the answer is not shown as genuine.
    AnswerTampered,
    /// Nothing leaves the phone for a recipient without certificate; it asks first.
    NoCertificate,
}

impl MailStep {
    /// Every step, in the order in which they are tried.
    pub const ALL: [Self; 7] = [
        Self::Signed,
        Self::SignedTampered,
        Self::Encrypted,
        Self::SignedEncrypted,
        Self::Answer,
        Self::AnswerTampered,
        Self::NoCertificate,
    ];

    /// Returns the name of the step.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::SignedTampered => "signed-tampered",
            Self::Encrypted => "encrypted",
            Self::SignedEncrypted => "signed-encrypted",
            Self::Answer => "answer",
            Self::AnswerTampered => "answer-tampered",
            Self::NoCertificate => "no-certificate",
        }
    }
}

const SIGNED: Basis = Basis::new(
    &["EAS-062", "EAS-064", "EAS-069", "SMO-003"],
    "Intune e-mail settings for iOS: S/MIME signing enabled, Signing certificate type",
);
const TAMPERED: Basis = Basis::new(
    &["EAS-062"],
    "Intune e-mail settings for iOS: S/MIME, certificates provide authentication, integrity and confidentiality",
);
const ENCRYPTED: Basis = Basis::new(
    &["EAS-062", "EAS-081", "SMO-003", "SMO-010"],
    "Intune S/MIME overview: the public key of the recipient's certificate encrypts",
);
const ANSWER: Basis = Basis::new(
    &["EAS-081", "EAS-082", "SMO-003", "SMO-011"],
    "Intune S/MIME overview: the private key on the device decrypts",
);
const NO_CERTIFICATE: Basis = Basis::new(
    &["SMO-010"],
    "Apple Use S/MIME to send and receive encrypted messages: recipients without certificate",
);

/// Returns the steps that must end as their names promise, in the order of [`MailStep::ALL`].
///
/// A step is expected where the settings alone make it possible, with the switches as they are
/// installed or as the user may put them. Whether the certificates are valid is not asked: an
/// expired one breaks what the administrator meant.
pub(super) fn mail(
    intent: &Intent,
    facts: &DeviceFacts,
    account: &ExpectedAccount,
) -> Vec<Expected<MailStep>> {
    let smime = &account.smime;
    if !account.services.mail.on.value || !smime.enabled.value {
        return Vec::new();
    }
    let signing =
        intent.smime.signing_identity.is_some() && (smime.signing.on.value || !smime.signing.locked.value);
    let unsigned = !smime.signing.on.value || !smime.signing.locked.value;
    let starts_encrypted = smime.compose_starts.value == ComposeStart::Encrypted;
    let may_encrypt = smime.per_message_switch.value || !smime.encrypt_by_default.locked.value;
    let identity = intent.smime.encryption_identity.is_some();
    let encryption = identity && (starts_encrypted || may_encrypt);
    let clear = !starts_encrypted || may_encrypt;
    let mut steps = Vec::new();
    if signing && clear {
        steps.push(SIGNED.expect(MailStep::Signed, key::SMIME_SIGNING_CERTIFICATE_UUID));
        steps.push(TAMPERED.expect(MailStep::SignedTampered, key::SMIME_SIGNING_CERTIFICATE_UUID));
    }
    if encryption && unsigned {
        steps.push(ENCRYPTED.expect(MailStep::Encrypted, encrypts_by(facts)));
    }
    if encryption && signing {
        steps.push(ENCRYPTED.expect(MailStep::SignedEncrypted, encrypts_by(facts)));
    }
    if identity {
        steps.push(ANSWER.expect(MailStep::Answer, key::SMIME_ENCRYPTION_CERTIFICATE_UUID));
        steps.push(TAMPERED.expect(MailStep::AnswerTampered, key::SMIME_ENCRYPTION_CERTIFICATE_UUID));
    }
    if encryption {
        steps.push(NO_CERTIFICATE.expect(MailStep::NoCertificate, encrypts_by(facts)));
    }
    steps
}

fn encrypts_by(facts: &DeviceFacts) -> &'static str {
    if facts.has_smime_controls() { key::SMIME_ENCRYPT_BY_DEFAULT } else { key::SMIME_ENCRYPTION_ENABLED }
}
