//! S/MIME: CMS, PKCS#12, MIME entities, RFC 5280 path validation.
//!
//! The crate computes no primitive itself: hashes, ciphers and public-key operations come through
//! [`CryptoProvider`]. It reads no clock (the time is in [`Context`]) and touches no file.
#![warn(missing_docs)]

mod context;
mod provider;

pub use context::{Context, Timestamp};
pub use provider::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
