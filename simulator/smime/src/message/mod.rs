//! S/MIME messages (RFC 8551): signing and encrypting MIME entities, and opening what arrives, layer by layer.
//!
//! Content is released only from layers that opened, with what is known of every signature on the way
//! ([`Opened`]). One MIME entity is one decryption: nothing inside a multipart is decrypted on its own, and a layer
//! that fails gives no content (EFAIL, CVE-2017-17688).

mod error;
mod forwarded;
mod header_protection;
mod layer;
mod open;
mod sender;
pub mod stream;
mod write;

pub use crate::cms::{
    AddressMatch, AgreementWrap, AuthenticatedAttributes, Countersignature, DecryptError, EncryptOptions,
    KeyAgreement, KeyEncryption, KeyTransport, RecipientId, SenderProfile, SignatureError, SignerReport,
    choose_cipher,
};
pub use error::SmimeError;
pub use forwarded::{FORWARDED_DEPTH_MAX, FORWARDED_MAX, forwarded};
pub use header_protection::{
    Confidentiality, HeaderProtection, HeaderScheme, OuterField, Outgoing, ProtectedField, ProtectedHeaders,
    protect_headers, split,
};
pub use layer::{CompressedLayer, EncryptedLayer, Layer, Opened, SignedLayer};
pub use open::{LAYERS_MAX, OpenOptions, open};
pub(crate) use sender::Senders;
pub use write::{SignOptions, certificates_only, encrypt, sign, sign_by, triple_wrap};

#[cfg(test)]
mod tests;
