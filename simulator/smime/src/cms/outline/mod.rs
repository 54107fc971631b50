//! What a message is made of, for who wants to look at it: every field that is visible without a key, and no judgement.
//!
//! The readers that verify and decrypt take what they need and pass over the rest; this one names everything and says how
//! it is encoded, and reads the whole message from memory. Bounds are those of the readers, and
//! [`OUTLINE_MAX`].

mod encoding;
mod enveloped;
mod names;
mod reader;
mod signed;

pub use encoding::Encoding;
pub use enveloped::{
    AgreementOutline, EnvelopedOutline, OaepOutline, Originator, RecipientOutline, TransportOutline,
};
pub use names::oid_name;
pub use reader::{OUTLINE_MAX, OutlineReader};
pub use signed::{AttributesOutline, CertificateHash, SignedOutline, SignerOutline};

use super::CmsError;
use crate::tlv::{Element, Tag};
use const_oid::ObjectIdentifier;
use reader::Parts;

/// What is expected in errors, at more than one place.
const EXPLICIT: &str = "explicitly tagged content";
const VERSION: &str = "a version";

/// A CMS message, as far as it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What the message is.
    pub content_type: ObjectIdentifier,
    /// How many octets it has.
    pub size: u64,
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
    pub compressed_size: Option<u64>,
}

/// Looks at a message, DER or BER, that fills `octets`.
///
/// # Errors
///
/// Encodings, with the octet and what was expected there, wherever elements stand, inside certificates too; bounds.
pub fn outline(octets: &[u8]) -> Result<Outline, CmsError> {
    let mut reader = OutlineReader::new();
    reader.update(octets, &mut Vec::new())?;
    reader.finish()
}

fn compressed(parts: &mut Parts<'_>) -> Result<CompressedOutline, CmsError> {
    let version = parts.front.required(VERSION)?.small_integer()?;
    let algorithm = algorithm(&parts.front.required("a compression algorithm")?)?;
    let content_type = encapsulated(parts)?;
    parts.behind.end(None)?;
    Ok(CompressedOutline { version, algorithm, content_type, compressed_size: parts.content })
}

/// EncapsulatedContentInfo (RFC 5652, 5.2).
fn encapsulated(parts: &mut Parts<'_>) -> Result<ObjectIdentifier, CmsError> {
    parts.holds("encapsulated content")?;
    Ok(parts.inner.expect(Tag::OID, "a content type")?.oid()?)
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
