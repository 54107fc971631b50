//! Why a tool does nothing. All of it is about what the command was given, so all of it ends with exit code 2.

use profile::OsVersion;
use profile::plist::ReadError;
use smime::cms::{CmsError, DecryptError};
use smime::{CertificateError, CryptoError, Pkcs12Error, PrivateKeyError};
use thiserror::Error;

/// What keeps a tool from doing its work. `file` is the file as it was named.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The file is no property list; `place` is file, line and column.
    #[error("{place}: {error}")]
    Unreadable { place: String, error: ReadError },
    /// The root of the property list is something else than a profile has.
    #[error("{file}: the root is {found}, a profile is a dict")]
    NotAProfile { file: String, found: &'static str },
    /// The file is a binary property list, and the command wants XML.
    #[error("{file}: this is a binary property list; convert it first: handset convert {file} --to xml")]
    Binary { file: String },
    /// The file is signed.
    #[error("{file}: this is a signed file; take the signature off first: handset unsign {file}")]
    Signed { file: String },
    /// The file is an encrypted CMS message as a whole.
    #[error("{file}: this is a CMS message of type {content_type}, not a profile")]
    OtherCms { file: String, content_type: String },
    /// The file is not signed.
    #[error("{file}: this file is not signed")]
    NotSigned { file: String },
    /// The signed file cannot be read.
    #[error("{file}: the signature cannot be read: {error}")]
    SignedData { file: String, error: CmsError },
    /// The encrypted content cannot be read.
    #[error("{file}: EncryptedPayloadContent cannot be read: {error}")]
    SealedData { file: String, error: CmsError },
    /// The signed-data carries no content.
    #[error("{file}: the signature stands alone, there is no profile inside")]
    Detached { file: String },
    /// A value cannot be written in the wanted form.
    #[error("{file}: {path} cannot be held by {form}; with --force it is brought to the nearest that can")]
    Unrepresentable { file: String, path: String, form: &'static str },
    /// Formatting would change a value.
    #[error("{file}: {path} would not survive; the file is left as it is")]
    Unfaithful { file: String, path: String },
    /// More than one file for one output.
    #[error("-o takes one file, there are {count}")]
    OneOutput { count: usize },
    /// The profile is encrypted already.
    #[error("{file}: the profile is encrypted; decrypt it first: handset decrypt {file}")]
    Encrypted { file: String },
    /// The profile is not encrypted.
    #[error("{file}: the profile is not encrypted, it has no EncryptedPayloadContent")]
    NotEncrypted { file: String },
    /// PayloadContent is missing or no array.
    #[error("{file}: PayloadContent is {found}, a profile has an array there")]
    NoPayloads { file: String, found: &'static str },
    /// A certificate cannot be read.
    #[error("{file}: no certificate: {error}")]
    Certificate { file: String, error: CertificateError },
    /// The file holds no certificate.
    #[error("{file}: there is no certificate in it")]
    NoCertificate { file: String },
    /// A private key cannot be read.
    #[error("{file}: {error}")]
    Key { file: String, error: PrivateKeyError },
    /// A private key is encrypted.
    #[error(
        "{file}: the private key is encrypted; put it into a PKCS#12 and use --p12 and --passphrase-file"
    )]
    EncryptedKey { file: String },
    /// Key and certificate are not of one pair.
    #[error("{key} is not the private key of {certificate}")]
    Mismatch { certificate: String, key: String },
    /// A PKCS#12 cannot be opened.
    #[error("{file}: {error}")]
    Pkcs12 { file: String, error: Pkcs12Error },
    /// A PKCS#12 wants a passphrase.
    #[error("{file}: the PKCS#12 wants a passphrase: --passphrase-file FILE")]
    PassphraseWanted { file: String },
    /// A PKCS#12 with several identities, where one is wanted.
    #[error("{file}: there are {count} identities in it, which one is to sign cannot be told")]
    SeveralIdentities { file: String, count: usize },
    /// The passphrase file is not UTF-8.
    #[error("{file}: the passphrase is not UTF-8")]
    Passphrase { file: String },
    /// A signature or encryption cannot be made.
    #[error("{file}: {error}")]
    Cms { file: String, error: CmsError },
    /// Nothing can be encrypted to the key of this certificate.
    #[error("nothing can be encrypted to the key of {certificate}")]
    RecipientKey { certificate: String },
    /// The key cannot be used.
    #[error("{file}: the private key cannot be used: {error}")]
    UnusableKey { file: String, error: CryptoError },
    /// The profile does not open with the given key.
    #[error("{file}: {error}; it is encrypted to {recipients}")]
    Closed { file: String, error: DecryptError, recipients: String },
    /// What was decrypted is no array property list.
    #[error("{file}: what is inside is no array of payloads: {reason}")]
    Inside { file: String, reason: String },
    /// The versions are in the wrong order or too many.
    #[error("--from {from} --to {to} is no range of up to {limit} versions")]
    Range { from: OsVersion, to: OsVersion, limit: usize },
    /// Binary data would go to a terminal.
    #[error("binary output does not go to a terminal; use -o OUT or redirect it")]
    Terminal,
}
