//! Reading: from the bytes of the wire to what a person would be told.

use super::Correspondent;
use crate::mailbox::{attached_files, plain_text};
use smime::message::{AddressMatch, OpenOptions, Opened, SignatureError, SignerReport, SmimeError, open};
use smime::mime::{Entity, mailboxes};
use smime::{Certificate, Context, PathError};

/// What a mail program shows of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The addresses of `From`.
    pub from: Vec<String>,
    /// The addresses of `To`.
    pub to: Vec<String>,
    /// The subject, on one line, as encoded.
    pub subject: Option<String>,
    /// The layers of protection and the content inside.
    pub opened: Opened,
    /// The text, if it could be read.
    pub text: Option<String>,
    /// The names and bytes of attached files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// One signature as a person is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureReading {
    /// The name in the signer's certificate.
    pub name: Option<String>,
    /// The addresses in the signer's certificate.
    pub addresses: Vec<String>,
    /// What is wrong; nothing for a valid signature.
    pub problems: Vec<SignatureProblem>,
}

impl SignatureReading {
    /// Whether nothing is wrong.
    pub fn valid(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What is wrong with a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureProblem {
    /// It does not hold.
    Signature(SignatureError),
    /// The signer is not trusted.
    Path(PathError),
    /// The sender is not the signer.
    Address {
        /// The sender.
        from: String,
        /// The addresses of the signer.
        certificate: Vec<String>,
    },
}

impl Reading {
    /// Whether a layer is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.opened.is_encrypted()
    }

    /// Whether every layer opened, so that there is content to show.
    pub fn is_readable(&self) -> bool {
        self.opened.content.is_some()
    }

    /// Lists the signatures, outermost first.
    pub fn signatures(&self) -> Vec<SignatureReading> {
        self.opened.signers().map(signature).collect()
    }
}

impl Correspondent {
    /// Reads a message: takes off its layers with the colleague's identities, verifies by the colleague's
    /// anchors, compares the sender with the signer.
    ///
    /// # Errors
    /// The message has a structure that cannot be read. What cannot be decrypted, and a signature that is not
    /// valid, are no errors: the reading says so.
    pub fn read(&self, cx: &Context<'_>, message: &[u8]) -> Result<Reading, SmimeError> {
        let identities: Vec<_> = self.identity.iter().chain(&self.older_identities).cloned().collect();
        let options = OpenOptions {
            identities: &identities,
            trust: &self.trust,
            intermediates: &self.intermediates,
            path: smime::PathOptions::default(),
            from: None,
            check_from: true,
        };
        let opened = open(cx, message, &options)?;
        let entity = Entity::read(message)?;
        let addresses = |name: &str| {
            entity.headers.all(name).flat_map(|field| mailboxes(&field.text())).collect::<Vec<_>>()
        };
        let content = opened.content.as_deref();
        Ok(Reading {
            from: addresses("from"),
            to: addresses("to"),
            subject: entity.headers.first("subject").map(|field| field.text()),
            text: content.and_then(plain_text),
            files: content.map(attached_files).unwrap_or_default(),
            opened,
        })
    }
}

fn signature(report: &SignerReport) -> SignatureReading {
    let mut problems = Vec::new();
    if let Err(error) = &report.signature {
        problems.push(SignatureProblem::Signature(error.clone()));
    }
    if let Err(error) = &report.path {
        problems.push(SignatureProblem::Path(error.clone()));
    }
    if let AddressMatch::Mismatch { from, certificate } | AddressMatch::Unreadable { from, certificate } =
        &report.address
    {
        let (from, certificate) = (from.clone(), certificate.clone());
        problems.push(SignatureProblem::Address { from, certificate });
    }
    SignatureReading {
        name: report.certificate.as_ref().map(Certificate::display_name),
        addresses: report.certificate.as_ref().map(Certificate::email_addresses).unwrap_or_default(),
        problems,
    }
}
