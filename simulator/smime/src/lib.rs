//! S/MIME: CMS, PKCS#12, MIME entities, RFC 5280 path validation.
//!
//! The crate computes no primitive itself: hashes, ciphers and public-key operations come through
//! [`CryptoProvider`]. It reads no clock (the time is in [`Context`]) and touches no file.
#![warn(missing_docs)]

mod context;
mod provider;

// certificates, keys, trust
mod algorithm;
mod asn1;
mod certificate;
mod identity;
mod name;
mod pem;
mod trust;

pub use certificate::{
    Certificate, CertificateError, KeyUsage, MAX_CERTIFICATE_SIZE, MAX_EXTENSIONS, MAX_GENERAL_NAMES,
    MAX_PEM_CERTIFICATES,
};
pub use const_oid::ObjectIdentifier;
pub use identity::{Identity, MAX_PRIVATE_KEY_SIZE, PrivateKey, PrivateKeyError};
pub use trust::TrustStore;

// CMS, MIME and messages
pub mod mime;
mod tlv;

pub use tlv::TlvError;

pub use context::{Context, Timestamp};
pub use provider::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
