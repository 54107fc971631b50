//! Header protection (RFC 9788): header fields copied into what is signed and encrypted, and compared on the way back.

use super::SmimeError;
use crate::mime::{BYTE_ORDER_MARK, ContentType, Entity, Field, MimeError, canonicalise, mailboxes};

/// How the header fields of a message are protected when it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderProtection {
    /// For a message that is signed and not encrypted: `hp="clear"`.
    Clear,
    /// For a message that is encrypted: `hp="cipher"`, with what stands outside noted in `HP-Outer` fields.
    Cipher(Confidentiality),
}

/// What of the header is withheld from who can see only the outside (RFC 9788, 3.2: header confidentiality policies).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Confidentiality {
    /// `hcp_no_confidentiality`: nothing is withheld.
    None,
    /// `hcp_baseline`: the subject is replaced by `[...]`, keywords and comments are left out.
    #[default]
    Baseline,
}

/// A message that was taken apart for signing and encrypting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The header fields that stay outside, one after the other, with `MIME-Version`: what goes in front of the entity
    /// that [`sign`](super::sign) or [`encrypt`](super::encrypt) gives.
    pub outer: Vec<u8>,
    /// The MIME entity to sign and encrypt.
    pub entity: Vec<u8>,
}

impl Outgoing {
    /// Puts a signed or encrypted entity behind the header fields.
    pub fn message(&self, entity: &[u8]) -> Vec<u8> {
        [self.outer.as_slice(), entity].concat()
    }
}

/// Takes a message apart: fields that describe the content (`Content-*`) go with the body, `text/plain` is written
/// where there is no type, and everything else stays outside. Line ends of the header become CRLF; the body is not
/// touched. A byte order mark in front goes.
///
/// # Errors
///
/// Those of [`Headers::read`](crate::mime::Headers::read).
pub fn split(message: &[u8]) -> Result<Outgoing, SmimeError> {
    take_apart(message, None)
}

/// Takes a message apart as [`split`] does and protects its header: the fields are copied into the entity too, and
/// those that the policy withholds are replaced or left out outside. `Bcc` and what transport adds stay outside alone.
///
/// # Errors
///
/// Those of [`split`]; [`SmimeError::Protected`] for content that says it has protected headers already.
pub fn protect_headers(message: &[u8], protection: HeaderProtection) -> Result<Outgoing, SmimeError> {
    take_apart(message, Some(protection))
}

fn take_apart(message: &[u8], protection: Option<HeaderProtection>) -> Result<Outgoing, SmimeError> {
    let read = Entity::read(message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message))?;
    let kind = read.content_type();
    if protection.is_some() && kind.parameter("hp").is_some() {
        return Err(SmimeError::Protected);
    }
    let (mut outer, mut copied, mut noted, mut structural) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut typed = false;
    for field in read.headers.fields() {
        if is(field, "HP-Outer") || is(field, "MIME-Version") {
            continue;
        }
        if is_structural(field) {
            let value = canonicalise(field.value);
            let is_type = is(field, "Content-Type") && !std::mem::replace(&mut typed, true);
            match protection.filter(|_| is_type) {
                Some(protection) => {
                    let kept = value.trim_ascii_end();
                    let kept = kept.strip_suffix(b";").unwrap_or(kept);
                    write(field.name, &[kept, b";\r\n\t", parameter(protection)].concat(), &mut structural);
                }
                None => write(field.name, &value, &mut structural),
            }
            continue;
        }
        let value = canonicalise(field.value);
        let outside = match protection {
            Some(HeaderProtection::Cipher(Confidentiality::Baseline)) if is(field, "Subject") => {
                Some(&b" [...]"[..])
            }
            Some(HeaderProtection::Cipher(Confidentiality::Baseline))
                if is(field, "Keywords") || is(field, "Comments") =>
            {
                None
            }
            _ => Some(value.as_ref()),
        };
        if let Some(outside) = outside {
            write(field.name, outside, &mut outer);
        }
        if protection.is_none() || TRANSPORT.iter().any(|name| is(field, name)) {
            continue;
        }
        write(field.name, &value, &mut copied);
        if let (Some(HeaderProtection::Cipher(_)), Some(outside)) = (protection, outside) {
            let value = [b" ", field.name.as_bytes(), b":", outside].concat();
            write("HP-Outer", &value, &mut noted);
        }
    }
    write("MIME-Version", b" 1.0", &mut outer);
    if !typed {
        let mut value = b" text/plain".to_vec();
        if let Some(protection) = protection {
            value.extend_from_slice(b"; ");
            value.extend_from_slice(parameter(protection));
        }
        let mut first = Vec::new();
        write("Content-Type", &value, &mut first);
        structural.splice(0..0, first);
    }
    Ok(Outgoing { outer, entity: [&structural[..], &copied, &noted, b"\r\n", read.body].concat() })
}

/// Fields that belong to a copy of the message on its way, or must not be shown to all recipients.
const TRANSPORT: [&str; 5] = ["Bcc", "Resent-Bcc", "Received", "Return-Path", "Delivered-To"];

fn parameter(protection: HeaderProtection) -> &'static [u8] {
    match protection {
        HeaderProtection::Clear => b"hp=\"clear\"",
        HeaderProtection::Cipher(_) => b"hp=\"cipher\"",
    }
}

pub(super) fn write(name: &str, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

pub(super) fn is(field: &Field<'_>, name: &str) -> bool {
    field.name.eq_ignore_ascii_case(name)
}

/// Fields of the MIME structure, which are never protected as header fields (RFC 9788, 1.1.1).
pub(super) fn is_structural(field: &Field<'_>) -> bool {
    let content = field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"));
    content || is(field, "MIME-Version")
}

/// In which form header fields came protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderScheme {
    /// `hp="clear"`: signed, nothing withheld.
    Clear,
    /// `hp="cipher"`: meant to be encrypted.
    Cipher,
    /// A whole message inside, as RFC 8551, 3.1 has it. It is told from a forwarded message by `forwarded=no` or by
    /// having the sender of the message around it.
    Wrapped,
}

/// How a protected field stands outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OuterField {
    /// With the same value.
    Same,
    /// Not at all, because the sender withheld it.
    Withheld,
    /// With the value that the sender put in its place.
    Replaced(String),
    /// Not at all, though the sender had it there.
    Missing,
    /// With a value that the sender did not put there.
    Changed(String),
}

/// A header field that came protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedField {
    /// The name as it was written.
    pub name: String,
    /// The value on one line.
    pub value: String,
    /// How it stands outside.
    pub outer: OuterField,
    /// Whether it was withheld from who sees only the outside, as far as the sender tells (RFC 9788, 4.3).
    pub confidential: bool,
}

impl ProtectedField {
    /// Whether what stands outside is not what the sender put there.
    pub fn mismatched(&self) -> bool {
        matches!(self.outer, OuterField::Missing | OuterField::Changed(_))
    }
}

/// The header fields that came inside the protection of a message, compared with those outside.
///
/// The protected ones are the message's ([`ProtectedHeaders::effective`]); what they are worth, the layers tell. A
/// sender that differs is to be shown as it stands outside, with a warning, unless a valid signature is bound to the
/// one inside (RFC 9788, 4.4): see [`ProtectedHeaders::from_differs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedHeaders {
    /// The form.
    pub scheme: HeaderScheme,
    /// The protected fields, in their order.
    pub fields: Vec<ProtectedField>,
    /// Fields that stand outside alone and are not protected: name and value.
    pub unprotected: Vec<(String, String)>,
    /// Whether `From` has other addresses inside than outside.
    pub from_differs: bool,
}

impl ProtectedHeaders {
    /// The first value of a field: the protected one if there is any.
    pub fn effective(&self, name: &str) -> Option<&str> {
        let protected = self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        let outer = || self.unprotected.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        protected.map(|field| field.value.as_str()).or_else(|| outer().map(|(_, value)| value.as_str()))
    }

    /// The protected fields that stand outside in another way than the sender put them there.
    pub fn mismatches(&self) -> impl Iterator<Item = &ProtectedField> {
        self.fields.iter().filter(|field| field.mismatched())
    }

    /// Reads the protected fields of `payload`, which was taken out of `message`; `None` if it has none.
    pub(super) fn read(message: &[u8], payload: &[u8]) -> Result<Option<ProtectedHeaders>, MimeError> {
        let outside = Entity::read(message)?;
        let inside = Entity::read(payload)?;
        let kind = inside.content_type();
        let scheme = match kind.parameter("hp").map(str::to_ascii_lowercase).as_deref() {
            Some("clear") => HeaderScheme::Clear,
            Some("cipher") => HeaderScheme::Cipher,
            _ if kind.essence == "message/rfc822" => HeaderScheme::Wrapped,
            _ => return Ok(None),
        };
        let wrapped;
        let source = match scheme {
            HeaderScheme::Wrapped => {
                wrapped = match Entity::read(inside.body) {
                    Ok(entity) if is_wrapped(&kind, &outside, &entity) => entity,
                    _ => return Ok(None),
                };
                &wrapped
            }
            _ => &inside,
        };
        Ok(Some(compare(scheme, &outside, source)))
    }
}

fn is_wrapped(kind: &ContentType, outside: &Entity<'_>, wrapped: &Entity<'_>) -> bool {
    match kind.parameter("forwarded").map(str::to_ascii_lowercase).as_deref() {
        Some("no") => true,
        Some(_) => false,
        None => !addresses(wrapped).is_empty() && addresses(wrapped) == addresses(outside),
    }
}

pub(super) fn addresses(entity: &Entity<'_>) -> Vec<String> {
    let fields = entity.headers.all("from");
    let mut found: Vec<_> =
        fields.flat_map(|field| mailboxes(&field.text())).map(|address| address.to_lowercase()).collect();
    found.sort();
    found
}

fn compare(scheme: HeaderScheme, outside: &Entity<'_>, inside: &Entity<'_>) -> ProtectedHeaders {
    let noted: Vec<(String, String)> = inside
        .headers
        .all("hp-outer")
        .filter_map(|field| {
            let text = field.text();
            let (name, value) = text.split_once(':')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect();
    let mut seen: Vec<(String, usize)> = Vec::new();
    let mut fields = Vec::new();
    for field in inside.headers.fields() {
        if is_structural(field) || is(field, "HP-Outer") {
            continue;
        }
        // The n-th of a name is compared with the n-th outside.
        let name = field.name.to_ascii_lowercase();
        let before = match seen.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => {
                *count += 1;
                *count - 1
            }
            None => {
                seen.push((name, 1));
                0
            }
        };
        let value = field.text();
        let outer = outside.headers.all(field.name).nth(before).map(|outer| outer.text());
        let is_noted =
            |value: &str| noted.iter().any(|(n, v)| n.eq_ignore_ascii_case(field.name) && v == value);
        let named = noted.iter().any(|(name, _)| name.eq_ignore_ascii_case(field.name));
        let withholds = scheme == HeaderScheme::Cipher;
        let confidential = match scheme {
            HeaderScheme::Clear => false,
            HeaderScheme::Cipher => !is_noted(&value),
            HeaderScheme::Wrapped => outer.as_ref() != Some(&value),
        };
        let outer = match outer {
            Some(outer) if outer == value => OuterField::Same,
            Some(outer) if withholds && is_noted(&outer) => OuterField::Replaced(outer),
            Some(outer) => OuterField::Changed(outer),
            None if withholds && !named => OuterField::Withheld,
            None => OuterField::Missing,
        };
        fields.push(ProtectedField { name: field.name.to_owned(), value, outer, confidential });
    }
    let unprotected = outside
        .headers
        .fields()
        .iter()
        .filter(|field| !is_structural(field) && inside.headers.first(field.name).is_none())
        .map(|field| (field.name.to_owned(), field.text()))
        .collect();
    let inner = addresses(inside);
    let from_differs = !inner.is_empty() && inner != addresses(outside);
    ProtectedHeaders { scheme, fields, unprotected, from_differs }
}
