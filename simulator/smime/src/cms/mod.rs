//! The Cryptographic Message Syntax (RFC 5652): SignedData, EnvelopedData, AuthEnvelopedData (RFC 5083) and, to read,
//! CompressedData (RFC 3274); read from BER or DER and written as DER.
//!
//! Reading and writing stream: [`Verifier`], [`Decryptor`], [`Decompressor`], [`SignedWriter`], [`DetachedSigner`] and
//! [`EnvelopedWriter`] take pieces of any size and keep only what stands around the content. The functions beside
//! them do the same for what is in memory. Everything read is bounded: [`STRUCTURES_MAX`], [`RECIPIENTS_MAX`],
//! [`SIGNERS_MAX`], [`COUNTERSIGNATURES_MAX`], [`CERTIFICATES_MAX`], [`DIGESTS_MAX`], [`ATTRIBUTES_MAX`],
//! [`ATTEMPTS_MAX`], [`DECOMPRESSED_MAX`], and nesting and header lengths as [`TlvError`](crate::TlvError) says.

mod agreement;
mod attribute;
mod certificate_id;
mod cipher;
mod compression;
mod countersignature;
mod decrypt;
mod encrypt;
mod error;
mod ess;
mod key_wrap;
mod oid;
pub mod outline;
mod parser;
mod profile;
mod recipient;
mod report;
mod sign;
mod signer;
mod sniff;
mod stream;
mod verify;

pub use attribute::ATTRIBUTES_MAX;
pub(crate) use attribute::capabilities;
pub use certificate_id::RecipientId;
pub use compression::{DECOMPRESSED_MAX, Decompressed, Decompressor, decompress};
pub use countersignature::{COUNTERSIGNATURES_MAX, Countersignature};
pub use decrypt::{ATTEMPTS_MAX, Decrypted, Decryptor, KeyEncryption, decrypt};
pub use encrypt::{
    AuthenticatedAttributes, EncryptOptions, EnvelopedWriter, KeyAgreement, KeyTransport, encrypt,
};
pub use error::{CmsError, DecryptError, SignatureError};
pub use key_wrap::AgreementWrap;
pub use oid::COMPRESSED_DATA;
#[cfg(test)]
pub(crate) use oid::ZLIB;
pub(crate) use oid::{AUTH_ENVELOPED_DATA, DATA, ENVELOPED_DATA, SIGNED_DATA};
pub use parser::{CERTIFICATES_MAX, DIGESTS_MAX, RECIPIENTS_MAX, SIGNERS_MAX, STRUCTURES_MAX};
pub use profile::{SenderProfile, choose_cipher};
pub use report::{AddressMatch, SignerReport};
pub use sign::{
    CAPABILITIES, DetachedSigner, SignatureOptions, SignedWriter, Signer, certificates_only, sign_attached,
    sign_attached_by,
};
pub use sniff::{content_type, is_cms};
pub use verify::{ContentDigests, FinishedDigests, Signed, SignedContent, Verifier, open_signed};

#[cfg(test)]
pub(crate) mod tests;
