//! Why a command does nothing. All of it is about what it was given, so all of it ends with exit code 2.

use smime::cms::CmsError;
use smime::{CrlError, ObjectIdentifier, OcspError, Pkcs12Error, SmimeError};
use thiserror::Error;

/// What octets are counted in, where it is not the file: CMS begins at its own first octet.
fn coordinates(error: &SmimeError) -> &'static str {
    match error {
        SmimeError::Cms(CmsError::Encoding(_)) => "in its CMS: ",
        _ => "",
    }
}

/// What keeps a command from doing its work. `file` is the file as it was named.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SmimeFailure {
    /// The message cannot be read, or not be made of what was given.
    #[error("{file}: {}{error}", coordinates(error))]
    Message { file: String, error: SmimeError },
    /// The message cannot be read at an octet that is named, in this line of it.
    #[error("{file}: {error} (line {line})")]
    MessageLine { file: String, error: SmimeError, line: u64 },
    /// The input is no message of any kind.
    #[error("{file}: this is no message: no mail with a header, no CMS in DER, BER or PEM")]
    NoMessage { file: String },
    /// A certificate that nothing can be encrypted to in the way that was asked for.
    #[error("{certificate}: its key is not for {wanted}")]
    KeyEncryption { certificate: String, wanted: &'static str },
    /// The key usage of a certificate does not allow encrypting to it.
    #[error(
        "the key usage of {certificate} does not allow encrypting to it; with --force it is done all the same"
    )]
    MayNotEncrypt { certificate: String },
    /// The certificates name ciphers that their owners can read, and none of them may be used for all.
    #[error(
        "the recipients have no cipher in common that the sender uses, by what their certificates say; choose one: --cipher"
    )]
    NoCommonCipher,
    /// Nothing can be encrypted to the key of this certificate.
    #[error("nothing can be encrypted to the key of {certificate}")]
    RecipientKey { certificate: String },
    /// The key of a certificate is of a kind, or on a curve, that is not supported.
    #[error(
        "nothing can be encrypted to the key of {certificate}: it is of the kind or on the curve {algorithm}, which is not supported"
    )]
    UnsupportedKey { certificate: String, algorithm: ObjectIdentifier },
    /// The RSA key of a recipient is too small.
    #[error(
        "the RSA key of {certificate} has {bits} bits, too small for such an encryption, which takes at least {needed}"
    )]
    RecipientKeySize { certificate: String, bits: u32, needed: u32 },
    /// More keys are to sign than a message may have signatures.
    #[error("{given} keys are to sign; a message has at most {limit} signatures")]
    TooManySigners { given: usize, limit: usize },
    /// Two inputs are to come from standard input, which can be read once.
    #[error("{first} and {second} are both standard input, which is read once; name a file for one of them")]
    StandardInput { first: &'static str, second: &'static str },
    /// The output is a file that the command needs otherwise.
    #[error("{file} is {name} of this command, and would be lost: name another file for the output")]
    Overwritten { file: String, name: String },
    /// The key that is to sign cannot.
    #[error("the key of {certificate} cannot sign: {error}")]
    SignerKey { certificate: String, error: CmsError },
    /// A PKCS#12 with several identities that could sign.
    #[error("{file}: {count} identities in it may sign, which one is to cannot be told")]
    SeveralIdentities { file: String, count: usize },
    /// A revocation list cannot be read.
    #[error("{file}: no revocation list: {error}")]
    Crl { file: String, error: CrlError },
    /// An OCSP response cannot be read.
    #[error("{file}: no OCSP response: {error}")]
    Ocsp { file: String, error: OcspError },
    /// An encrypted private key does not open.
    #[error("{file}: the private key does not open: {error}")]
    EncryptedKey { file: String, error: Pkcs12Error },
    /// A private key is encrypted and no passphrase was given.
    #[error("{file}: the private key is encrypted; name its passphrase behind it: --passphrase-file FILE")]
    PassphraseWanted { file: String },
    /// The content of a signature is elsewhere.
    #[error("{file}: this signature stands alone; name what it signs: --content FILE")]
    ContentWanted { file: String },
    /// There is content inside, and other was named.
    #[error("{file}: this signature has its content, --content is for one that stands alone")]
    ContentInside { file: String },
}
