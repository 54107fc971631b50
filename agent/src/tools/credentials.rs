//! Certificates, private keys and passphrases from files. Passphrases come from files alone.

use super::ToolError;
use super::arguments::KeyArguments;
use super::output;
pub(crate) use super::output::note;
use crate::exit::Failure;
use crate::file;
use crate::trial::file_bytes;
use profile::Timestamp;
use simulator::PROVIDER;
use smime::{
    ANY_EXTENDED_KEY_USAGE, Certificate, CertificateError, Context, EMAIL_PROTECTION, Identity,
    MAX_CERTIFICATE_SIZE, ObjectIdentifier, Pkcs12Error, PrivateKey, PrivateKeyError, pkcs12,
};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time given, or else the system's, with the product's cryptography.
pub(crate) fn context(clock: Option<Timestamp>) -> Context<'static> {
    let system = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    };
    Context { now: smime::Timestamp(clock.map_or_else(system, |t| t.0)), crypto: &PROVIDER }
}

/// The certificates of a file: all of a PEM text, or one as DER. There is at least one.
///
/// # Errors
/// An unreadable file, [`ToolError::Certificate`], [`ToolError::NoCertificate`].
pub(crate) fn certificates(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let file = || path.display().to_string();
    let bytes = file::read_binary_or_text(path, MAX_CERTIFICATE_SIZE as u64)?;
    let failed = |error: CertificateError| ToolError::Certificate { file: file(), error };
    let found = if is_der(&bytes) {
        vec![Certificate::from_der(&bytes).map_err(failed)?]
    } else {
        Certificate::from_pem(&bytes).map_err(failed)?
    };
    if found.is_empty() { Err(ToolError::NoCertificate { file: file() }.into()) } else { Ok(found) }
}

/// Whether octets are DER and not text: they begin with a SEQUENCE, which is the digit 0 in text, and text is ASCII.
pub(crate) fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && !bytes.is_ascii()
}

fn key(path: &Path) -> Result<PrivateKey, Failure> {
    let file = path.display().to_string();
    let bytes = file_bytes(path)?;
    let read = if is_der(&bytes) { PrivateKey::from_der(&bytes) } else { PrivateKey::from_pem(&bytes) };
    read.map_err(|error| {
        match error {
            PrivateKeyError::Encrypted => ToolError::EncryptedKey { file },
            error => ToolError::Key { file, error },
        }
        .into()
    })
}

/// The first line of a file, without the byte order mark that some editors put in front.
pub(crate) fn passphrase(path: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(file_bytes(path)?)
        .map_err(|_| ToolError::Passphrase { file: path.display().to_string() })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The identities that the command line names: certificate and key that belong together, or those of a PKCS#12. There
/// is at least one.
///
/// # Errors
/// What is not readable, does not open or does not belong together.
pub(super) fn identities(
    cx: &Context<'_>,
    certificate: Option<&Path>,
    arguments: &KeyArguments,
) -> Result<Vec<Identity>, Failure> {
    if let Some(file) = &arguments.p12 {
        return from_pkcs12(cx, file, arguments.passphrase_file.as_deref());
    }
    // The command line asks for both where there is no PKCS#12.
    let (certificate_file, key_file) =
        (certificate.unwrap_or(Path::new("")), arguments.key.as_deref().unwrap_or(Path::new("")));
    let mut chain = certificates(certificate_file)?;
    let certificate = chain.remove(0);
    let key = key(key_file)?;
    let file = || key_file.display().to_string();
    key.load(cx).map_err(|error| ToolError::UnusableKey { file: file(), error })?;
    if !key.matches(cx, &certificate) {
        let certificate = certificate_file.display().to_string();
        return Err(ToolError::Mismatch { certificate, key: file() }.into());
    }
    Ok(vec![Identity { certificate, key, chain }])
}

/// The identities of a PKCS#12. There is at least one.
///
/// # Errors
/// What is not readable or does not open.
pub(crate) fn from_pkcs12(
    cx: &Context<'_>,
    path: &Path,
    passphrase_file: Option<&Path>,
) -> Result<Vec<Identity>, Failure> {
    let file = || path.display().to_string();
    let bytes = file::read_up_to(path, pkcs12::MAX_PKCS12_SIZE as u64)?;
    let opened = match passphrase_file {
        Some(word) => pkcs12::open(cx, &bytes, Some(&passphrase(word)?)),
        None => pkcs12::open(cx, &bytes, None).or_else(|error| match error {
            Pkcs12Error::WrongPassword => pkcs12::open(cx, &bytes, Some("")),
            other => Err(other),
        }),
    };
    match opened {
        Ok(opened) if opened.identities.is_empty() => {
            let (keys, certificates) = (opened.keys_without_certificate, opened.certificates.len());
            Err(ToolError::Pkcs12 { file: file(), error: Pkcs12Error::NoIdentity { keys, certificates } }
                .into())
        }
        Ok(opened) => Ok(opened.identities),
        Err(Pkcs12Error::WrongPassword) if passphrase_file.is_none() => {
            Err(ToolError::PassphraseWanted { file: file() }.into())
        }
        Err(error) => Err(ToolError::Pkcs12 { file: file(), error }.into()),
    }
}

/// Warns of a certificate whose extended key usage, if it has one, is not for mail: receivers refuse it (RFC 8550, 4.4.4).
/// What is asked is done all the same.
pub(crate) fn warn_of_purpose(certificate: &Certificate, what: &str) {
    let is_for_mail = |purposes: &[ObjectIdentifier]| {
        purposes.contains(&EMAIL_PROTECTION) || purposes.contains(&ANY_EXTENDED_KEY_USAGE)
    };
    if certificate.extended_key_usage().is_some_and(|purposes| !is_for_mail(&purposes)) {
        let name = certificate.display_name();
        output::note(&format!("handset: warning: the extended key usage of {name} does not allow {what}"));
    }
}

/// Warns of a certificate that is out of its time or not meant for what is done with it. What is asked is done all the
/// same: a test may want exactly that.
pub(crate) fn warn(cx: &Context<'_>, certificate: &Certificate, fits: bool, what: &str) {
    let name = certificate.display_name();
    if !certificate.valid_at(cx.now) {
        let at = Timestamp(cx.now.0).to_rfc3339();
        output::note(&format!("handset: warning: the certificate of {name} is not valid at {at}"));
    }
    if !fits {
        output::note(&format!("handset: warning: the key usage of {name} does not allow {what}"));
    }
}
