//! Identities from files.

use super::SmimeFailure;
use super::arguments::IdentityFiles;
use crate::exit::Failure;
use crate::file;
use crate::tools::{ToolError, credentials};
use smime::pkcs12;
use smime::{Certificate, Context, Identity, PrivateKey, PrivateKeyError};
use std::path::{Path, PathBuf};

pub(super) use credentials::{certificates, context, is_der, note, warn, warn_of_purpose};

/// The certificates of several files.
pub(super) fn all_certificates(files: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut found = Vec::new();
    for file in files {
        found.extend(certificates(file)?);
    }
    Ok(found)
}

/// The identities of all files, in their order.
///
/// # Errors
/// What is not readable, does not open or does not belong together.
pub(super) fn identities(cx: &Context<'_>, files: &[IdentityFiles]) -> Result<Vec<Identity>, Failure> {
    let mut found = Vec::new();
    for files in files {
        found.extend(read(cx, files)?);
    }
    Ok(found)
}

/// Those who sign: of a PKCS#12 with several identities the only one that may.
///
/// # Errors
/// Those of [`identities`]; [`SmimeFailure::SeveralIdentities`].
pub(super) fn signers(cx: &Context<'_>, files: &[IdentityFiles]) -> Result<Vec<Identity>, Failure> {
    let mut found = Vec::new();
    for files in files {
        let mut read = read(cx, files)?;
        if read.len() > 1 {
            read.retain(|identity| may_sign(&identity.certificate));
        }
        if let (count @ 2.., IdentityFiles::Pkcs12 { file, .. }) = (read.len(), files) {
            let file = file.display().to_string();
            return Err(SmimeFailure::SeveralIdentities { file, count }.into());
        }
        found.extend(read);
    }
    Ok(found)
}

/// Whether the key usage of a certificate, if it has one, allows signing.
pub(super) fn may_sign(certificate: &Certificate) -> bool {
    certificate.key_usage().is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
}

fn read(cx: &Context<'_>, files: &IdentityFiles) -> Result<Vec<Identity>, Failure> {
    match files {
        IdentityFiles::Pkcs12 { file, passphrase } => {
            credentials::from_pkcs12(cx, file, passphrase.as_deref())
        }
        IdentityFiles::Pair { certificate, key, passphrase } => {
            let key_file = key.as_ref().unwrap_or(certificate);
            let key = private_key(cx, key_file, passphrase.as_deref())?;
            let mut chain = certificates(certificate)?;
            let leaf = chain.remove(0);
            let file = || key_file.display().to_string();
            key.load(cx).map_err(|error| ToolError::UnusableKey { file: file(), error })?;
            if !key.matches(cx, &leaf) {
                let certificate = certificate.display().to_string();
                return Err(ToolError::Mismatch { certificate, key: file() }.into());
            }
            Ok(vec![Identity { certificate: leaf, key, chain }])
        }
    }
}

fn private_key(cx: &Context<'_>, path: &Path, passphrase: Option<&Path>) -> Result<PrivateKey, Failure> {
    let name = || path.display().to_string();
    let bytes = file::read(path)?;
    let read = match is_der(&bytes) {
        true => PrivateKey::from_der(&bytes),
        false => PrivateKey::from_pem(&bytes),
    };
    match (read, passphrase) {
        (Err(PrivateKeyError::Encrypted), Some(passphrase)) => {
            let passphrase = credentials::passphrase(passphrase)?;
            let opened = pkcs12::open_key(cx, &bytes, &passphrase);
            Ok(opened.map_err(|error| SmimeFailure::EncryptedKey { file: name(), error })?)
        }
        (Err(PrivateKeyError::Encrypted), None) => {
            Err(SmimeFailure::PassphraseWanted { file: name() }.into())
        }
        (read, _) => Ok(read.map_err(|error| ToolError::Key { file: name(), error })?),
    }
}
