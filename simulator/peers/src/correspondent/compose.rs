//! Writing: from a draft to a message (RFC 5322, RFC 2045, RFC 8551).

use super::Correspondent;
use smime::message::{EncryptOptions, SignOptions, SmimeError, encrypt, sign};
use smime::mime::Base64Encoder;
use smime::{Certificate, Context, DigestAlgorithm};
use wire::DateTime;

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Beside the content, so that everybody can read it.
    Detached,
    /// Around the content.
    Opaque,
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedFile {
    /// The file name.
    pub name: String,
    /// The media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What is to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The addresses it goes to.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text; line ends become CRLF.
    pub text: String,
    /// A file that goes with it.
    pub attachment: Option<AttachedFile>,
    /// Whether and how it is signed.
    pub signing: Option<Signing>,
    /// The certificates it is encrypted to; none leaves it readable.
    pub encrypt_to: Vec<Certificate>,
}

/// Why a message could not be composed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// The colleague has no identity to sign with.
    #[error("sign without an identity")]
    NoIdentity,
    /// Signing or encrypting failed.
    #[error("protect the message: {0}")]
    Smime(#[from] SmimeError),
}

impl Correspondent {
    /// Composes a message, dated now; signed first, then encrypted. Everything but signatures and ciphertexts
    /// follows from the arguments, the seed and the number of messages composed before.
    ///
    /// # Errors
    /// There is no identity to sign with, or a certificate does not do for encrypting.
    pub fn compose(&mut self, cx: &Context<'_>, draft: &Draft) -> Result<Vec<u8>, ComposeError> {
        self.composed += 1;
        let id = format!("{:016x}.{}", self.seed, self.composed);
        let mut entity = content(draft, &id);
        if let Some(signing) = draft.signing {
            let identity = self.identity.as_ref().ok_or(ComposeError::NoIdentity)?;
            let options = SignOptions {
                digest: DigestAlgorithm::Sha256,
                signing_time: Some(cx.now),
                opaque: signing == Signing::Opaque,
                include_chain: true,
                encryption_certificate: Some(identity.certificate.clone()),
                boundary: format!("signed.{id}"),
                ..SignOptions::default()
            };
            entity = sign(cx, &entity, identity, &options)?;
        }
        if !draft.encrypt_to.is_empty() {
            entity = encrypt(cx, &entity, &draft.encrypt_to, &EncryptOptions::default())?;
        }
        let domain = self.address.rsplit_once('@').map_or("example.invalid", |(_, domain)| domain);
        let to: Vec<String> = draft.to.iter().map(|address| format!("<{}>", one_line(address))).collect();
        let mut message = format!(
            "From: {} <{}>\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}@{domain}>\r\n\
             MIME-Version: 1.0\r\n",
            words(&self.display_name),
            one_line(&self.address),
            to.join(",\r\n "),
            words(&draft.subject),
            DateTime(cx.now.0).to_rfc5322(),
        )
        .into_bytes();
        message.extend_from_slice(&entity);
        Ok(message)
    }
}

/// The entity without protection: the text, or a multipart with text and file. Only 7-bit, so that it survives
/// every transport (RFC 8551 section 3.1.3).
fn content(draft: &Draft, id: &str) -> Vec<u8> {
    let text = text_part(&draft.text);
    let Some(file) = &draft.attachment else { return text };
    let boundary = format!("mixed.{id}");
    let name = file_name(&file.name);
    let mut out = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n")
        .into_bytes();
    out.extend_from_slice(&text);
    out.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\nContent-Type: {}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n",
            one_line(&file.media_type)
        )
        .as_bytes(),
    );
    base64(&file.bytes, &mut out);
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

fn text_part(text: &str) -> Vec<u8> {
    let mut lines = text.replace("\r\n", "\n").replace('\n', "\r\n");
    if !lines.ends_with("\r\n") {
        lines.push_str("\r\n");
    }
    let plain = lines.is_ascii()
        && lines.split("\r\n").all(|line| line.len() <= 998)
        && !lines.replace("\r\n", "").contains(['\r', '\0']);
    let mut out = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ".to_vec();
    if plain {
        out.extend_from_slice(b"7bit\r\n\r\n");
        out.extend_from_slice(lines.as_bytes());
    } else {
        out.extend_from_slice(b"base64\r\n\r\n");
        base64(lines.as_bytes(), &mut out);
    }
    out
}

/// A header text; what is not ASCII becomes encoded words (RFC 2047).
fn words(text: &str) -> String {
    let text = one_line(text);
    if text.is_ascii() {
        return text;
    }
    // An encoded word has at most 75 characters and holds whole characters: 30 bytes make 40.
    let (mut encoded, mut piece) = (Vec::new(), String::new());
    for character in text.chars() {
        if piece.len() + character.len_utf8() > 30 {
            encoded.push(std::mem::take(&mut piece));
        }
        piece.push(character);
    }
    encoded.push(piece);
    let encoded = encoded.iter().map(|piece| {
        let mut octets = Vec::new();
        base64(piece.as_bytes(), &mut octets);
        format!("=?utf-8?B?{}?=", String::from_utf8_lossy(&octets).trim())
    });
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// A text that cannot end its header field.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A file name inside quotes.
fn file_name(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() || matches!(c, '"' | '\\') || !c.is_ascii() { '_' } else { c })
        .collect()
}

fn base64(octets: &[u8], out: &mut Vec<u8>) {
    let mut encoder = Base64Encoder::new();
    encoder.update(octets, out);
    encoder.finish(out);
}
