//! Messages in pieces of any size: verified, decrypted, signed and encrypted in one pass and constant memory.
//!
//! What is read may be a mail message or MIME entity, bare CMS in DER or BER, in base64, or in PEM with text around it;
//! which of them it is, is found from how it begins ([`Preamble`]). One layer is taken off: the outermost, behind compressed
//! ones, and compressed layers inside it. Plaintext that a reader
//! appends is *held*: whoever drives it keeps it aside until the reader's report says that it may be shown.
//!
//! Bounds: a header has [`HEADER_BLOCK_MAX`](crate::mime::HEADER_BLOCK_MAX) octets and
//! [`FIELDS_MAX`](crate::mime::FIELDS_MAX) fields, a line with a boundary [`DELIMITER_LINE_MAX`] octets, a line of
//! quoted-printable [`ENCODED_LINE_MAX`], PEM has its first and last line in [`PEM_LABEL_MAX`], compressed layers stand
//! [`LAYERS_MAX`](super::LAYERS_MAX) deep; CMS has its own bounds.

mod carrier;
mod decrypt;
mod expand;
mod feed;
mod layered;
mod merge;
mod outgoing;
mod parts;
mod pem_text;
mod preamble;
mod transfer;
mod verify;
mod write;

pub use carrier::{Form, HeaderBlock};
pub use decrypt::{Decryption, MessageDecryptor};
pub use merge::HeaderMerge;
pub use outgoing::EntityLength;
pub use parts::{DELIMITER_LINE_MAX, Found, Parts};
pub use pem_text::{PEM_LABEL_MAX, PemText};
pub use preamble::{Opening, Preamble};
pub use transfer::{ENCODED_LINE_MAX, TransferDecoder};
pub use verify::{DetachedSignature, MessageVerifier, Outermost, Reading, Verification, VerifyOptions};
pub use write::{MessageEncryptor, MessageSigner, SignedForm, random_boundary};

#[cfg(test)]
mod tests;
