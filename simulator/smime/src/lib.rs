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
mod certification_request;
mod crl;
mod domain;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod identity;
mod issue;
mod name;
mod ocsp;
mod path;
mod pem;
pub mod pkcs12;
mod trust;

pub use certificate::{
    ANY_POLICY, Certificate, CertificateError, KeyUsage, MAX_CERTIFICATE_SIZE, MAX_DISTRIBUTION_POINTS,
    MAX_EXTENSIONS, MAX_GENERAL_NAMES, MAX_PEM_CERTIFICATES, MAX_POINT_NAMES, MAX_POLICIES,
};
pub use certification_request::{
    CertificationRequest, CertificationRequestError, MAX_CERTIFICATION_REQUEST_SIZE, MAX_REQUEST_ATTRIBUTES,
    RequestedCertificate,
};
pub use const_oid::ObjectIdentifier;
pub use crl::{
    Crl, CrlError, MAX_CRL_ENTRIES, MAX_CRL_EXTENSIONS, MAX_CRL_SIZE, MAX_PEM_CRLS, RevocationReason,
    RevokedEntry,
};
pub use identity::{Identity, MAX_PRIVATE_KEY_SIZE, PrivateKey, PrivateKeyError};
pub use issue::{
    ExtraExtension, IssueError, IssueRequest, MAX_SERIAL_OCTETS, generate_identity, issue, issue_self_signed,
};
pub use ocsp::{
    MAX_OCSP_ANSWERS, MAX_OCSP_CERTIFICATES, MAX_OCSP_SIZE, OcspError, OcspFailure, OcspResponse, OcspStatus,
    ocsp_request,
};
pub use path::{
    ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH, EMAIL_PROTECTION, MAX_INTERMEDIATES, MAX_PATH_CERTIFICATES,
    MAX_REVOCATION_CHECKS, MAX_REVOCATION_INPUTS, MAX_SIGNATURE_CHECKS, MAX_SIGNER_NESTING, OCSP_AGE_DAYS,
    PathError, PathOptions, Purpose, RevocationMode, RevocationProblem, RevocationSource, RevocationStatus,
    ValidPath, Weakness, validate, validate_with,
};
pub use pkcs12::{Pkcs12, Pkcs12Error};
pub use trust::TrustStore;

// CMS, MIME and messages
pub mod cms;
pub mod message;
pub mod mime;
mod tlv;

pub use cms::CmsError;
pub use message::SmimeError;
pub use mime::MimeError;
pub use tlv::TlvError;

pub use context::{Context, Timestamp};
pub use provider::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
