//! A message as it was captured on the wire, by what can be known without any secret.

use serde::{Deserialize, Serialize};

/// A captured message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedMessage {
    /// `Message-ID`.
    pub message_id: Option<String>,
    /// The addresses of `From`.
    pub from: Vec<String>,
    /// The addresses of `To`, `Cc` and `Bcc`.
    pub to: Vec<String>,
    /// Whether the outside shows a signature.
    pub signed: bool,
    /// Whether the outside is encrypted; whether something is signed inside cannot be known then.
    pub encrypted: bool,
    /// Whether the signature stands beside the content (`multipart/signed`).
    pub detached: Option<bool>,
    /// The `micalg` parameter of `multipart/signed`.
    pub micalg: Option<String>,
    /// Who signed.
    pub signers: Vec<ObservedSigner>,
    /// The content cipher, as far as it is known.
    pub cipher: Option<String>,
    /// Whether a tag authenticates the ciphertext (AuthEnvelopedData).
    pub authenticated: Option<bool>,
    /// Whom it is encrypted to.
    pub recipients: Vec<ObservedRecipient>,
}

/// Who signed a message. Whether the certificate is to be trusted is not told: it depends on anchors and the time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedSigner {
    /// Subject of the certificate (RFC 4514); nothing when the message does not carry it.
    pub subject: Option<String>,
    /// Issuer of the certificate.
    pub issuer: Option<String>,
    /// Serial number, hexadecimal.
    pub serial: Option<String>,
    /// Addresses of the certificate.
    pub emails: Vec<String>,
    /// The digest algorithm.
    pub digest: Option<String>,
    /// The signature algorithm.
    pub algorithm: Option<String>,
    /// Whether the signature fits the content.
    pub intact: bool,
    /// Whether it is too weak to rely on.
    pub weak: bool,
}

/// Whom a message is encrypted to: by the certificate's issuer and serial number, or by its key identifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedRecipient {
    /// Issuer (RFC 4514).
    pub issuer: Option<String>,
    /// Serial number, hexadecimal.
    pub serial: Option<String>,
    /// Subject key identifier, hexadecimal.
    pub key_id: Option<String>,
}
