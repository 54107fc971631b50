//! The mail that is on the device, and what reading a message shows.

use crate::compose::Attachment;
use crate::{AccountId, Defect, Device, EffectiveAccount, IdentityHandle};
use mail_parser::{MessageParser, MimeHeaders};
use serde::{Deserialize, Serialize};
use smime::message::{Layer, OpenOptions, SmimeError};
use smime::{Context, Identity, PathError, Timestamp, ValidPath, message};

/// A message's local number, unique on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub u64);

/// The folders that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Folder {
    Inbox,
    Sent,
}

/// A message on the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number.
    pub id: MessageId,
    /// The server's name for it; empty for a message that no server holds.
    pub server_id: String,
    /// Where it lies.
    pub folder: Folder,
    /// When the server received it.
    pub received: Timestamp,
    /// The octets as they came.
    pub raw: Vec<u8>,
}

/// The most messages an account keeps; older ones are dropped first.
pub const MAX_MESSAGES: usize = 10_000;

/// One account's messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MailStore {
    messages: Vec<Message>,
}

impl MailStore {
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn add(&mut self, message: Message) {
        if self.messages.len() >= MAX_MESSAGES
            && let Some(oldest) = (0..self.messages.len()).min_by_key(|i| self.messages[*i].received)
        {
            self.messages.remove(oldest);
        }
        self.messages.push(message);
    }

    pub(crate) fn take(&mut self, id: MessageId) -> Option<Message> {
        let at = self.messages.iter().position(|m| m.id == id)?;
        Some(self.messages.remove(at))
    }

    pub(crate) fn holds(&self, server_id: &str) -> bool {
        self.messages.iter().any(|m| m.server_id == server_id)
    }

    pub(crate) fn drop_server_id(&mut self, server_id: &str) {
        self.messages.retain(|m| m.server_id != server_id);
    }

    pub(crate) fn drop_older_than(&mut self, limit: Timestamp) {
        self.messages.retain(|m| m.received >= limit);
    }

    pub(crate) fn by_id(&self, id: MessageId) -> Option<&Message> {
        self.messages.iter().find(|m| m.id == id)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Message> {
        let mut order: Vec<&Message> = self.messages.iter().collect();
        order.sort_by_key(|m| std::cmp::Reverse((m.received, m.id)));
        order.into_iter()
    }

    pub(crate) fn newest(&self, folder: Folder) -> Option<&Message> {
        self.newest_first().find(|m| m.folder == folder)
    }
}

/// What an opened message shows.
#[derive(Clone, Debug)]
pub struct Reading {
    /// `From`, as an address.
    pub from: Option<String>,
    /// `Subject`.
    pub subject: Option<String>,
    /// The S/MIME layers, outermost first; empty for plain mail and where S/MIME is off.
    pub layers: Vec<Layer>,
    /// The text; nothing when a layer could not be opened.
    pub text: Option<String>,
    /// The attachments.
    pub attachments: Vec<Attachment>,
}

/// Why a message shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadingRefusal {
    /// The message is not on the device.
    #[error("the message is not on the device")]
    NotHere,
    /// The message is encrypted and S/MIME is off for the account (EAS-060).
    #[error("the message is encrypted and S/MIME is off for the account")]
    SmimeOff,
    /// The S/MIME structure is broken.
    #[error("the message cannot be opened: {0}")]
    Broken(SmimeError),
}

impl Device {
    /// Opens a message as Mail does when it is tapped: decrypts with any identity of the keychain, verifies against
    /// what the phone trusts, and shows the text of layers that opened only.
    ///
    /// # Errors
    /// [`ReadingRefusal`].
    pub fn read_message(
        &self,
        cx: &Context<'_>,
        account: AccountId,
        id: MessageId,
    ) -> Result<Reading, ReadingRefusal> {
        let owner = self.account(account).ok_or(ReadingRefusal::NotHere)?;
        let message = owner.mail.by_id(id).ok_or(ReadingRefusal::NotHere)?;
        let effective = EffectiveAccount::of(owner, &self.facts);
        let smime = effective.as_ref().is_some_and(|a| a.smime.present);
        let newest = effective.and_then(|a| a.smime.encryption_identity).map(|i| i.value);
        self.open(cx, &message.raw, smime || self.facts.has(Defect::DecryptsWithSmimeOff), newest)
    }

    fn open(
        &self,
        cx: &Context<'_>,
        raw: &[u8],
        smime: bool,
        newest: Option<IdentityHandle>,
    ) -> Result<Reading, ReadingRefusal> {
        let defect = self.facts.variants.defect;
        let parser = MessageParser::default();
        let outer = parser.parse(raw);
        let from = outer.as_ref().and_then(|m| m.from()).and_then(|a| a.first()).and_then(|a| a.address());
        let subject = outer.as_ref().and_then(|m| m.subject());
        let mut reading = Reading {
            from: from.map(str::to_owned),
            subject: subject.map(str::to_owned),
            layers: Vec::new(),
            text: None,
            attachments: Vec::new(),
        };
        let content = if smime {
            let trust = match defect {
                Some(Defect::ProfileRootNotTrusted) => self.keychain.factory_trust(),
                _ => self.keychain.trust(),
            };
            let intermediates = self.keychain.intermediates();
            let opens = |handle: &IdentityHandle| match defect {
                Some(Defect::ForgetsHistoryKey) => newest.as_ref() == Some(handle),
                Some(Defect::EncryptedMailUnreadable) => false,
                _ => true,
            };
            let known = self.keychain.identities().iter().filter(|i| opens(&i.handle));
            let identities: Vec<Identity> = known.map(|i| i.identity.clone()).collect();
            let options = OpenOptions {
                identities: &identities,
                trust: &trust,
                intermediates: &intermediates,
                // No revocation information reaches the phone: it has no exchange for it.
                path: smime::PathOptions::default(),
                from: None,
                check_from: defect != Some(Defect::SenderMismatchAccepted),
            };
            let opened = message::open(cx, raw, &options).map_err(ReadingRefusal::Broken)?;
            reading.layers = opened.layers;
            if let Some(defect) = defect {
                misjudge(defect, &mut reading.layers);
            }
            opened.content
        } else if is_encrypted(raw) {
            return Err(ReadingRefusal::SmimeOff);
        } else {
            Some(raw.to_vec())
        };
        if let Some(inner) = content.as_deref().and_then(|c| parser.parse(c)) {
            reading.text = inner.body_text(0).map(|t| t.replace("\r\n", "\n").trim_end().to_owned());
            reading.attachments = inner
                .attachments()
                .filter(|part| part.attachment_name() != Some("smime.p7s"))
                .map(|part| Attachment {
                    name: part.attachment_name().unwrap_or_default().to_owned(),
                    media_type: part
                        .content_type()
                        .map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or_default()))
                        .unwrap_or_default(),
                    bytes: part.contents().to_vec(),
                })
                .collect();
        }
        Ok(reading)
    }
}

/// What a phone with a defect makes of signatures.
fn misjudge(defect: Defect, layers: &mut Vec<Layer>) {
    if defect == Defect::SignatureNotShown {
        layers.retain(|layer| !matches!(layer, Layer::Signed(_)));
    }
    let signed = layers.iter_mut().filter_map(|layer| match layer {
        Layer::Signed(signed) => Some(signed),
        _ => None,
    });
    for signer in signed.flat_map(|signed| &mut signed.signers) {
        let accepted = matches!(
            (&signer.path, defect),
            (Err(PathError::Expired { .. }), Defect::ExpiredSignerAccepted)
                | (Err(PathError::NoTrustedRoot { .. }), Defect::UntrustedSignerAccepted)
        );
        if accepted {
            let certificates = signer.certificate.iter().cloned().collect();
            let path =
                ValidPath { certificates, policies: Vec::new(), revocation: Vec::new(), weak: Vec::new() };
            signer.path = Ok(path);
        }
        if defect == Defect::TamperedAccepted {
            signer.signature = Ok(());
        }
    }
}

/// Whether the outermost entity is enveloped-data.
fn is_encrypted(raw: &[u8]) -> bool {
    MessageParser::default().parse(raw).is_some_and(|m| {
        m.content_type().is_some_and(|c| {
            c.subtype().is_some_and(|s| s.ends_with("pkcs7-mime"))
                && c.attribute("smime-type").is_none_or(|t| t.contains("enveloped"))
        })
    })
}
