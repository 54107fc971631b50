use crate::{CryptoError, DigestAlgorithm, TlvError};
use const_oid::ObjectIdentifier;
use thiserror::Error;

/// Why a CMS message could not be read or made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CmsError {
    /// The encoding is not what CMS has.
    #[error(transparent)]
    Encoding(#[from] TlvError),
    /// A content type that is not read here.
    #[error("the content type {content_type} is not supported")]
    Unsupported {
        /// The content type.
        content_type: ObjectIdentifier,
    },
    /// A collection is larger than is accepted.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// Signed content was expected inside the message, which has none.
    #[error("the message carries no content")]
    NoContent,
    /// A message is to be signed by nobody.
    #[error("there is no signer")]
    NoSigners,
    /// A message is to be encrypted to nobody.
    #[error("there is no recipient")]
    NoRecipients,
    /// The certificate of a recipient has a key that nothing can be encrypted to here.
    #[error("nothing can be encrypted to the key of recipient {index}")]
    RecipientKey {
        /// Which recipient, counted from 0.
        index: usize,
    },
    /// A recipient's RSA key is too small for the content key to be encrypted to it in the way that was asked for.
    #[error(
        "the RSA key of recipient {index} has {bits} bits, too small for such an encryption, which takes at least {needed}"
    )]
    RecipientKeySize {
        /// Which recipient, counted from 0.
        index: usize,
        /// The size of the key in bits.
        bits: u32,
        /// The smallest size in bits.
        needed: u32,
    },
    /// A signer's RSA key is too small for the signature that it is to make.
    #[error("an RSA key of {bits} bits is too small for such a signature, which takes at least {needed}")]
    SignerKeySize {
        /// The size of the key in bits.
        bits: u32,
        /// The smallest size in bits.
        needed: u32,
    },
    /// The recipients have no cipher in common that the sender uses.
    #[error("the recipients have no cipher in common that may be used")]
    NoCommonCipher,
    /// Compressed content is larger than is accepted.
    #[error("the content expands beyond {limit} octets")]
    Expansion {
        /// The bound in octets.
        limit: u64,
    },
    /// Content that says it is compressed and cannot be expanded.
    #[error("the compressed content cannot be expanded")]
    Compression,
    /// More or less content was written than had been announced.
    #[error("{announced} octets of content were announced and {written} written")]
    ContentLength {
        /// What was announced.
        announced: u64,
        /// What was written.
        written: u64,
    },
    /// A primitive failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// Why a message could not be decrypted.
///
/// Whatever goes wrong after a key was chosen is [`DecryptError::Failed`]: a wrong key, a bad padding and a damaged
/// content cannot be told apart, so that nobody can ask a device about them (RFC 3218).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// The message names no recipient whose identity was given.
    #[error("no identity matches a recipient")]
    NoIdentity,
    /// The content is encrypted with an algorithm that is not supported.
    #[error("the content encryption {algorithm} is not supported")]
    UnsupportedCipher {
        /// The algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The content key is encrypted with an algorithm that is not supported, or that the identity's key cannot do.
    #[error("the key encryption {algorithm} is not supported")]
    UnsupportedKeyEncryption {
        /// The algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The identity's private key cannot be used.
    #[error("the private key cannot be used")]
    Key(CryptoError),
    /// The message does not open.
    #[error("the message cannot be decrypted")]
    Failed,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signer's certificate is neither in the message nor among those given.
    #[error("the signer's certificate is missing")]
    NoCertificate,
    /// The digest algorithm is not supported.
    #[error("the digest algorithm {algorithm} is not supported")]
    UnsupportedDigest {
        /// The algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The signature algorithm is not supported.
    #[error("the signature algorithm {algorithm} is not supported")]
    UnsupportedSignature {
        /// The algorithm.
        algorithm: ObjectIdentifier,
    },
    /// The key of the signer's certificate is of a kind, or on a curve, that is not supported.
    #[error("the signer's key is of the kind or on the curve {algorithm}, which is not supported")]
    UnsupportedKey {
        /// The identifier of the algorithm or curve.
        algorithm: ObjectIdentifier,
    },
    /// The signer's digest algorithm is not among those that the message declares up front (RFC 5652, 5.1).
    #[error("the digest algorithm is not declared by the message")]
    UndeclaredDigest {
        /// The signer's digest algorithm.
        digest: DigestAlgorithm,
    },
    /// The signature algorithm hashes with another function than the signer's digest algorithm, or fits another kind
    /// of key than the certificate has.
    #[error("the signer's algorithms do not fit each other")]
    Mismatch,
    /// Signed attributes are missing though the content is not plain data (RFC 5652, 5.3).
    #[error("signed attributes are missing")]
    NoAttributes,
    /// A mandatory signed attribute is missing, is there twice or has not one value.
    #[error("the signed attribute {attribute} is not there exactly once")]
    Attribute {
        /// Its name.
        attribute: &'static str,
    },
    /// The signed attribute names another content type than the message (RFC 5652, 11.1).
    #[error("the signed content type is another one")]
    ContentType,
    /// The certificate is another one than the signed attributes name (signingCertificate, RFC 5035).
    #[error("the signature names another signing certificate")]
    SigningCertificate,
    /// The content is not what was signed.
    #[error("the content was changed")]
    Content,
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
    /// The signature holds, but over a SHA-1 digest, and the judgement is strict.
    #[error("the signature is over a SHA-1 digest")]
    Sha1,
    /// What is signed without attributes is itself the encoding of signed attributes: it was lifted from another
    /// message.
    #[error("the content is the signed attributes of another message")]
    Lifted,
    /// A primitive failed for another reason.
    #[error(transparent)]
    Crypto(CryptoError),
}
