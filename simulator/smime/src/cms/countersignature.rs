//! Countersignatures (RFC 5652, 11.4): signatures over a signature, in its unsigned attributes.

use super::signer::{SignerInfo, read_signer};
use super::{CmsError, SignatureError, oid};
use crate::tlv::{Element, Tag, TlvError};
use crate::{Certificate, DigestAlgorithm, PathError, SignatureScheme, Timestamp, ValidPath};

/// How many countersignatures a signature may have. Countersignatures of countersignatures are not read.
pub const COUNTERSIGNATURES_MAX: usize = 16;

/// A signature over a signature: who made it, how, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersignature {
    /// The certificate of who countersigned, from the message or from those given.
    pub certificate: Option<Certificate>,
    /// The digest algorithm, if it is known.
    pub digest: Option<DigestAlgorithm>,
    /// How the signature was made, as far as its algorithm is known.
    pub scheme: Option<SignatureScheme>,
    /// When it says it was made.
    pub signing_time: Option<Timestamp>,
    /// Whether it is too weak to rely on.
    pub weak: bool,
    /// Whether it signs the signature that it stands at.
    pub signature: Result<(), SignatureError>,
    /// Whether the certificate is trusted at the time of the context.
    pub path: Result<ValidPath, PathError>,
}

/// Reads the countersignatures among unsigned attributes. Nothing vouches for them, so that what cannot be read is
/// left out and does not make the message unreadable.
///
/// # Errors
///
/// [`CmsError::TooMany`].
pub(super) fn read(attributes: &Element<'_>) -> Result<Vec<SignerInfo>, CmsError> {
    let mut found = Vec::new();
    let mut reader = attributes.reader();
    while let Ok(Some(attribute)) = reader.next() {
        let Ok(Some(values)) = values(&attribute) else { continue };
        let mut values = values.reader();
        while let Ok(Some(value)) = values.next() {
            if found.len() >= COUNTERSIGNATURES_MAX {
                return Err(CmsError::TooMany { what: "countersignatures", limit: COUNTERSIGNATURES_MAX });
            }
            found.extend(read_signer(&value, false).ok());
        }
    }
    Ok(found)
}

/// The values of a countersignature attribute; `None` for another attribute.
fn values<'a>(attribute: &Element<'a>) -> Result<Option<Element<'a>>, TlvError> {
    let mut parts = attribute.open(Tag::SEQUENCE, "an attribute")?;
    if parts.required("an attribute type")?.oid()? != oid::COUNTERSIGNATURE {
        return Ok(None);
    }
    parts.expect(Tag::SET, "attribute values").map(Some)
}
