//! The Cryptographic Message Syntax (RFC 5652): SignedData and EnvelopedData, read from BER or DER and written as DER.
//!
//! Reading and writing stream: [`Verifier`], [`Decryptor`], [`SignedWriter`], [`DetachedSigner`] and
//! [`EnvelopedWriter`] take pieces of any size and keep only what stands around the content. The functions beside
//! them do the same for what is in memory. Everything read is bounded: [`STRUCTURES_MAX`], [`RECIPIENTS_MAX`],
//! [`SIGNERS_MAX`], [`CERTIFICATES_MAX`], [`DIGESTS_MAX`], [`ATTRIBUTES_MAX`], [`ATTEMPTS_MAX`], and nesting and
//! header lengths as [`TlvError`](crate::TlvError) says.

mod agreement;
mod attribute;
mod certificate_id;
mod cipher;
mod decrypt;
mod encrypt;
mod error;
mod oid;
mod parser;
mod recipient;
mod report;
mod sign;
mod signer;
mod sniff;
mod stream;
mod verify;

pub use attribute::ATTRIBUTES_MAX;
pub use certificate_id::RecipientId;
pub use decrypt::{ATTEMPTS_MAX, Decrypted, Decryptor, decrypt};
pub use encrypt::{EncryptOptions, EnvelopedWriter, encrypt};
pub use error::{CmsError, DecryptError, SignatureError};
pub(crate) use oid::{DATA, ENVELOPED_DATA};
pub use parser::{CERTIFICATES_MAX, DIGESTS_MAX, RECIPIENTS_MAX, SIGNERS_MAX, STRUCTURES_MAX};
pub use report::{AddressMatch, SignerReport};
pub use sign::{CAPABILITIES, DetachedSigner, SignatureOptions, SignedWriter, sign_attached};
pub use sniff::{content_type, is_cms};
pub use verify::{ContentDigests, FinishedDigests, Signed, SignedContent, Verifier, open_signed};

#[cfg(test)]
pub(crate) mod tests;
