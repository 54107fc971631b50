//! What a message is made of, for who wants to look at it: every field that is visible without a key, and no judgement.
//!
//! The readers that verify and decrypt take what they need and pass over the rest; this one names everything, says how
//! it is encoded, and reads the whole message from memory. Bounds are those of the readers, and
//! [`OUTLINE_MAX`].

mod encoding;
mod enveloped;
mod names;
mod signed;

pub use encoding::Encoding;
pub use enveloped::{
    AgreementOutline, EnvelopedOutline, OaepOutline, Originator, RecipientOutline, TransportOutline,
};
pub use names::oid_name;
pub use signed::{AttributesOutline, CertificateHash, SignedOutline, SignerOutline};

use super::{CmsError, oid};
use crate::tlv::{Element, Reader, Tag};
use const_oid::ObjectIdentifier;

/// What is expected in errors, at more than one place.
const EXPLICIT: &str = "explicitly tagged content";
const VERSION: &str = "a version";

/// The largest message that is outlined, in octets.
pub const OUTLINE_MAX: usize = 64 * 1024 * 1024;

/// A CMS message, as far as it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What the message is.
    pub content_type: ObjectIdentifier,
    /// How many octets it has.
    pub size: usize,
    /// How it is encoded.
    pub encoding: Encoding,
    /// What is in it.
    pub body: Body,
}

/// What is in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// SignedData (RFC 5652, 5).
    Signed(SignedOutline),
    /// EnvelopedData (RFC 5652, 6) or AuthEnvelopedData (RFC 5083).
    Enveloped(Box<EnvelopedOutline>),
    /// CompressedData (RFC 3274).
    Compressed(CompressedOutline),
    /// Another content type; nothing but its frames was looked at.
    Other,
}

/// CompressedData.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompressedOutline {
    /// The version.
    pub version: u32,
    /// The algorithm.
    pub algorithm: ObjectIdentifier,
    /// The type of the content.
    pub content_type: ObjectIdentifier,
    /// How many octets the compressed form has; `None` when it is not inside.
    pub compressed_size: Option<usize>,
}

/// Looks at a message, DER or BER, that fills `octets`.
///
/// # Errors
///
/// Encodings, with the octet and what was expected there, wherever elements stand, inside certificates too; bounds.
pub fn outline(octets: &[u8]) -> Result<Outline, CmsError> {
    if octets.len() > OUTLINE_MAX {
        return Err(CmsError::TooMany { what: "octets", limit: OUTLINE_MAX });
    }
    let message = Element::only(octets, 0)?;
    let mut parts = message.open(Tag::SEQUENCE, "a content info")?;
    let content_type = parts.expect(Tag::OID, "a content type")?.oid()?;
    let explicit = parts.optional(|tag| tag == Tag::context(0))?;
    let body = match (content_type, explicit) {
        (
            oid::SIGNED_DATA | oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA | oid::COMPRESSED_DATA,
            explicit,
        ) => {
            let explicit = match explicit {
                Some(explicit) => explicit,
                None => parts.expect(Tag::context(0), EXPLICIT)?,
            };
            let mut inside = explicit.reader();
            let body = match content_type {
                oid::SIGNED_DATA => Body::Signed(signed::read(&mut inside)?),
                oid::COMPRESSED_DATA => Body::Compressed(compressed(&mut inside)?),
                _ => {
                    let authenticated = content_type == oid::AUTH_ENVELOPED_DATA;
                    Body::Enveloped(Box::new(enveloped::read(&mut inside, authenticated)?))
                }
            };
            inside.end()?;
            body
        }
        _ => Body::Other,
    };
    parts.end()?;
    let encoding = Encoding::of(&message)?;
    Ok(Outline { content_type, size: octets.len(), encoding, body })
}

fn compressed(reader: &mut Reader<'_>) -> Result<CompressedOutline, CmsError> {
    let mut parts = reader.expect(Tag::SEQUENCE, "compressed data")?.reader();
    let version = parts.required(VERSION)?.small_integer()?;
    let algorithm = algorithm(&parts.required("a compression algorithm")?)?;
    let (content_type, content) = encapsulated(&mut parts)?;
    parts.end()?;
    Ok(CompressedOutline {
        version,
        algorithm,
        content_type,
        compressed_size: content.map(|octets| octets.len()),
    })
}

/// EncapsulatedContentInfo (RFC 5652, 5.2).
fn encapsulated(parts: &mut Reader<'_>) -> Result<(ObjectIdentifier, Option<Vec<u8>>), CmsError> {
    let mut info = parts.expect(Tag::SEQUENCE, "encapsulated content")?.reader();
    let content_type = info.expect(Tag::OID, "a content type")?.oid()?;
    let content = match info.optional(|_| true)? {
        None => None,
        Some(explicit) => {
            let mut inner = explicit.open(Tag::context(0), EXPLICIT)?;
            let octets = inner.required("an octet string")?.octet_string()?.into_owned();
            inner.end()?;
            Some(octets)
        }
    };
    info.end()?;
    Ok((content_type, content))
}

/// The algorithm of an AlgorithmIdentifier.
fn algorithm(identifier: &Element<'_>) -> Result<ObjectIdentifier, CmsError> {
    let mut parts = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
    Ok(parts.expect(Tag::OID, "an object identifier")?.oid()?)
}

/// The types of a set of attributes, and the values of the first of each.
fn attributes<'a>(set: &Element<'a>) -> Result<Vec<(ObjectIdentifier, Element<'a>)>, CmsError> {
    let mut found = Vec::new();
    let mut reader = set.reader();
    while let Some(attribute) = reader.next()? {
        if found.len() >= super::ATTRIBUTES_MAX {
            return Err(CmsError::TooMany { what: "attributes", limit: super::ATTRIBUTES_MAX });
        }
        let mut parts = attribute.open(Tag::SEQUENCE, "an attribute")?;
        let kind = parts.expect(Tag::OID, "an attribute type")?.oid()?;
        let values = parts.expect(Tag::SET, "attribute values")?;
        parts.end()?;
        found.push((kind, values));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
