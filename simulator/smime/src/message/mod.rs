//! S/MIME messages (RFC 8551): signing and encrypting MIME entities, and opening what arrives, layer by layer.
//!
//! Content is released only from layers that opened, with what is known of every signature on the way
//! ([`Opened`]). One MIME entity is one decryption: nothing inside a multipart is decrypted on its own, and a layer
//! that fails gives no content (EFAIL, CVE-2017-17688).

mod error;
mod layer;
mod open;
mod write;

pub use crate::cms::{AddressMatch, DecryptError, EncryptOptions, RecipientId, SignatureError, SignerReport};
pub use error::SmimeError;
pub use layer::{EncryptedLayer, Layer, Opened, SignedLayer};
pub use open::{LAYERS_MAX, OpenOptions, open};
pub use write::{SignOptions, encrypt, sign};

#[cfg(test)]
mod tests;
