//! The parts of MIME that S/MIME stands on (RFC 2045, 2046, 1847, 8551 section 3): header fields, the exact octets of
//! a signed part, canonical line ends, base64, quoted-printable.
//!
//! Nothing here decodes text for people: what is signed are octets.

#[allow(unsafe_code)] // vector instructions; an argument at every block
mod base64;
mod canonical;
mod content_type;
mod entity;
mod error;
mod header;
mod mailbox;
mod multipart;
mod quoted_printable;

/// What some editors put in front of text: U+FEFF in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub use base64::{Base64Decoder, Base64Encoder, LINE_MAX, Wrap};
pub use canonical::{Canonicaliser, canonical_length, canonicalise};
pub use content_type::{ContentType, PARAMETERS_MAX};
pub use entity::{Entity, TransferEncoding};
pub use error::MimeError;
pub use header::{FIELDS_MAX, Field, HEADER_BLOCK_MAX, Headers};
pub(crate) use header::{is_envelope, is_field};
pub use mailbox::{AddressList, MAILBOXES_MAX, mailboxes};
pub(crate) use multipart::delimiter;
pub use multipart::{
    BOUNDARY_MAX, PARTS_MAX, SignedParts, contains_boundary, is_boundary, parts, signed_parts,
};
pub use quoted_printable::decode_quoted_printable;
