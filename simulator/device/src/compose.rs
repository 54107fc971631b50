//! Writing a message: what the compose view decides, and the octets that leave.

use crate::{
    AccountId, Defect, Device, EffectiveAccount, EffectiveSmime, Event, IdentityHandle, PromptId, PromptKind,
    Service,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use smime::cms::EncryptOptions;
use smime::message::{SignOptions, SmimeError};
use smime::mime::Base64Encoder;
use smime::{
    BulkCipher, Certificate, Context, DigestAlgorithm, Identity, PathError, Purpose, Timestamp, message,
};

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its octets.
    pub bytes: Vec<u8>,
}

/// What the owner writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The account that sends.
    pub account: AccountId,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// `Subject`.
    pub subject: String,
    /// The text, lines ended by LF.
    pub text: String,
    /// An attachment.
    pub attachment: Option<Attachment>,
    /// Whether the owner taps the lock, so that the message does not go out as the default has it (EAS-074, EAS-075).
    pub flip_encryption: bool,
}

/// A draft on its way: recipients' certificates are being looked up, or the owner is asked about missing ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingDraft {
    pub(crate) draft: Draft,
    pub(crate) prompt: Option<PromptId>,
}

/// Why the compose view does not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SendRefusal {
    /// The account does not exist or its mail is off or not yet in force.
    #[error("the account has no mail")]
    NoMail,
    /// The compose view has no lock (EAS-076).
    #[error("the compose view has no lock for single messages")]
    NoPerMessageSwitch,
    /// Signing is on, but no identity signs.
    #[error("signing is on, but there is no signing identity")]
    NoSigningIdentity,
    /// The message is to be encrypted, but there is no identity for the sender's own copy.
    #[error("the message is to be encrypted, but there is no encryption identity")]
    NoEncryptionIdentity,
    /// Too many messages wait already.
    #[error("too many messages wait to be sent")]
    QueueFull,
}

/// The most drafts that wait at once.
pub const MAX_DRAFTS: usize = 100;

impl Device {
    /// Takes a draft: sends it, or looks up certificates first when it is to be encrypted.
    pub(crate) fn send(&mut self, cx: &Context<'_>, draft: Draft) -> Result<(), SendRefusal> {
        let account = self.account(draft.account).ok_or(SendRefusal::NoMail)?;
        let effective = EffectiveAccount::of(account, &self.facts).ok_or(SendRefusal::NoMail)?;
        if !effective.services.of(Service::Mail).on {
            return Err(SendRefusal::NoMail);
        }
        let smime = &effective.smime;
        if draft.flip_encryption && !(smime.present && smime.per_message_switch.value) {
            return Err(SendRefusal::NoPerMessageSwitch);
        }
        // A name without an identity behind it is no identity: nothing goes out unsigned or in the clear for want of one.
        let there = |identity: &Option<crate::Setting<IdentityHandle>>| {
            identity.as_ref().is_some_and(|i| self.keychain.identity(&i.value).is_some())
        };
        if smime.present && smime.signing.on && !there(&smime.signing_identity) {
            return Err(SendRefusal::NoSigningIdentity);
        }
        let (starts, flipped) = (smime.compose_starts_encrypted(), draft.flip_encryption);
        let encrypt = match self.facts.variants.defect {
            Some(Defect::OpenedLockEncrypts) => starts || flipped,
            Some(Defect::ClosedLockSendsClear) => starts && !flipped,
            _ => starts != flipped,
        };
        if encrypt && !there(&smime.encryption_identity) {
            return Err(SendRefusal::NoEncryptionIdentity);
        }
        if self.drafts.len() >= MAX_DRAFTS {
            return Err(SendRefusal::QueueFull);
        }
        if encrypt {
            self.look_up_certificates(PendingDraft { draft, prompt: None });
        } else {
            self.compose_and_send(cx, &draft, &[]);
        }
        Ok(())
    }

    /// Goes on with a draft once the directory has answered. Any recipient without a usable certificate stops the
    /// message and is named in the prompt; nothing ever falls back to clear text.
    pub(crate) fn certificates_found(
        &mut self,
        cx: &Context<'_>,
        mut pending: PendingDraft,
        found: &[(String, Vec<Certificate>)],
    ) {
        let trust = self.keychain.trust();
        let intermediates = self.keychain.intermediates();
        let mut missing = Vec::new();
        let mut recipients = Vec::new();
        for address in &pending.draft.to {
            let usable = found
                .iter()
                .filter(|(a, _)| a.eq_ignore_ascii_case(address))
                .flat_map(|(_, certificates)| certificates)
                .find(|c| match smime::validate(cx, c, &intermediates, &trust, Purpose::EmailEncryption) {
                    Ok(_) => true,
                    Err(PathError::Expired { .. }) => self.facts.has(Defect::ExpiredRecipientAccepted),
                    Err(_) => false,
                });
            match usable {
                Some(certificate) => recipients.push((address.clone(), certificate.clone())),
                None => missing.push(address.clone()),
            }
        }
        match self.facts.variants.defect {
            Some(Defect::LastRecipientForgotten) if recipients.len() > 1 => {
                recipients.pop();
            }
            Some(Defect::SilentClearText) if !missing.is_empty() => {
                missing.clear();
                recipients.clear();
            }
            Some(Defect::MissingRecipientsIgnored) if !recipients.is_empty() => missing.clear(),
            _ => {}
        }
        if missing.is_empty() {
            self.compose_and_send(cx, &pending.draft, &recipients);
            return;
        }
        let account = pending.draft.account;
        pending.prompt =
            Some(self.ask(PromptKind::MissingRecipientCertificates { account, recipients: missing }));
        self.drafts.push(pending);
    }

    /// What a phone with a defect does with the draft that waits for a prompt.
    pub(crate) fn send_in_the_clear(&mut self, cx: &Context<'_>, prompt: PromptId) {
        let waiting = self.drafts.iter().find(|d| d.prompt == Some(prompt)).map(|d| d.draft.clone());
        if let Some(draft) = waiting {
            self.compose_and_send(cx, &draft, &[]);
        }
    }

    fn compose_and_send(&mut self, cx: &Context<'_>, draft: &Draft, recipients: &[(String, Certificate)]) {
        match self.compose(cx, draft, recipients) {
            Ok(Composed { wire, message_id, signed_by }) => {
                let encrypted_to = recipients.iter().map(|(a, _)| a.clone()).collect();
                let sent = Event::MessageSent { account: draft.account, message_id, signed_by, encrypted_to };
                self.submit(draft.account, wire, sent);
            }
            Err(error) => self
                .events
                .push_back(Event::MessageNotSent { account: draft.account, reason: error.to_string() }),
        }
    }

    fn compose(
        &mut self,
        cx: &Context<'_>,
        draft: &Draft,
        recipients: &[(String, Certificate)],
    ) -> Result<Composed, SmimeError> {
        let boundary = format!("Apple-Mail-{}", self.random.uuid());
        let signature_boundary = format!("Apple-Mail-{}", self.random.uuid());
        let message_uuid = self.random.uuid();
        let account = self.account(draft.account);
        let effective = account.and_then(|a| EffectiveAccount::of(a, &self.facts));
        let email = account.and_then(|a| a.email.clone()).unwrap_or_default();
        let domain = email.rsplit('@').next().unwrap_or("localhost").to_owned();
        let message_id = format!("<{message_uuid}@{domain}>");

        let defect = self.facts.variants.defect;
        let mut entity = match defect {
            Some(Defect::AttachmentLeftOut) => {
                entity(&Draft { attachment: None, ..draft.clone() }, &boundary)
            }
            _ => entity(draft, &boundary),
        };
        let mut signed_by = None;
        let identity = |handle: Option<&crate::Setting<IdentityHandle>>| {
            handle.and_then(|h| self.keychain.identity(&h.value)).map(|i| &i.identity)
        };
        let smime = effective.as_ref().map(|e| &e.smime).filter(|s| s.present);
        let own_encryption = smime.and_then(|s| identity(s.encryption_identity.as_ref()));
        let signer = |s: &EffectiveSmime| match defect {
            Some(Defect::SignsWithEncryptionIdentity) => s.encryption_identity.clone(),
            _ => s.signing_identity.clone(),
        };
        let unsigned = !recipients.is_empty() && defect == Some(Defect::UnsignedWhenEncrypted);
        if let Some(smime) = smime.filter(|s| s.signing.on && !unsigned)
            && let Some(signer) = identity(signer(smime).as_ref())
        {
            let sha_1 = defect == Some(Defect::SignsWithSha1);
            let options = SignOptions {
                digest: if sha_1 { DigestAlgorithm::Sha1 } else { DigestAlgorithm::Sha256 },
                signing_time: Some(cx.now),
                opaque: defect == Some(Defect::OpaqueSignature),
                include_chain: true,
                encryption_certificate: own_encryption.map(|i| i.certificate.clone()),
                boundary: signature_boundary,
                ..SignOptions::default()
            };
            let signer = &Identity { chain: self.keychain.chain_of(signer), ..signer.clone() };
            entity = message::sign(cx, &entity, signer, &options)?;
            signed_by = Some(signer.certificate.display_name());
        }
        if !recipients.is_empty() {
            let mut all: Vec<Certificate> = recipients.iter().map(|(_, c)| c.clone()).collect();
            let own = match defect {
                Some(Defect::OwnCopyUnreadable) => None,
                Some(Defect::EncryptsToWrongIdentity) => {
                    smime.and_then(|s| identity(s.signing_identity.as_ref()))
                }
                _ => own_encryption,
            };
            all.extend(own.map(|i| i.certificate.clone()));
            // Which cipher Mail chooses is not public. Apple's library offers AES-128-CBC and falls back to triple DES
            // (SecCMS.c, smimeutil.c), which is too old to be written (RFC 8551, 2.7); AES-256-CBC is what every reader of
            // today takes, Outlook by default too.
            let unusual = defect == Some(Defect::UnusualCipher);
            let cipher = if unusual { BulkCipher::Aes192Cbc } else { BulkCipher::Aes256Cbc };
            entity =
                message::encrypt(cx, &entity, &all, &EncryptOptions { cipher, ..EncryptOptions::default() })?;
        }
        let mut wire = headers(&email, draft, &message_id, cx.now).into_bytes();
        if defect == Some(Defect::TextInHeader) {
            wire.extend_from_slice(format!("X-Preview: {}\r\n", one_line(&draft.text)).as_bytes());
        }
        wire.extend_from_slice(&entity);
        Ok(Composed { wire, message_id, signed_by })
    }
}

struct Composed {
    wire: Vec<u8>,
    message_id: String,
    signed_by: Option<String>,
}

/// The message headers (RFC 5322), without those of the MIME entity.
fn headers(from: &str, draft: &Draft, message_id: &str, now: Timestamp) -> String {
    format!(
        "From: {from}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-Id: {message_id}\r\nMime-Version: 1.0\r\n",
        draft.to.iter().map(|a| one_line(a)).collect::<Vec<_>>().join(",\r\n "),
        encoded_word(&draft.subject),
        wire::DateTime(now.0).to_rfc5322(),
    )
}

/// Line ends would start a new header.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// The subject as it is when it is ASCII, else as an encoded word (RFC 2047).
fn encoded_word(text: &str) -> String {
    let text = one_line(text);
    if text.is_ascii() { text } else { format!("=?utf-8?B?{}?=", STANDARD.encode(text)) }
}

/// The MIME entity of a draft: text, or text and attachment.
fn entity(draft: &Draft, boundary: &str) -> Vec<u8> {
    let text = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        wrapped(draft.text.replace('\n', "\r\n").as_bytes())
    );
    let Some(file) = &draft.attachment else { return text.into_bytes() };
    format!(
        "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{text}\r\n--{boundary}\r\n\
         Content-Type: {}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--{boundary}--\r\n",
        one_line(&file.media_type),
        wrapped(&file.bytes),
        name = one_line(&file.name).replace(['"', '\\'], "_"),
    )
    .into_bytes()
}

/// Base64 in lines of 76 characters (RFC 2045, 6.8).
fn wrapped(octets: &[u8]) -> String {
    let mut encoder = Base64Encoder::new();
    let mut out = Vec::new();
    encoder.update(octets, &mut out);
    encoder.finish(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_cannot_start_a_header() {
        assert_eq!(encoded_word("a\r\nBcc: x"), "aBcc: x");
        assert_eq!(encoded_word("Grüße"), "=?utf-8?B?R3LDvMOfZQ==?=");
    }

    #[test]
    fn long_base64_is_wrapped() {
        let text = wrapped(&[0; 100]);
        assert!(text.lines().all(|l| l.len() <= 76));
        assert_eq!(text.lines().count(), 2);
    }
}
