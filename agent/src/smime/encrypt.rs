//! `handset smime encrypt`.

use super::SmimeFailure;
use super::arguments::{CipherName, EncryptArguments, KeyEncryptionName};
use super::credentials;
use super::input::{self, Input};
use super::output::{Output, Readers, Release};
use super::sign::{length, sender};
use crate::exit::Failure;
use crate::tools::allows_encryption;
use smime::cms::{CmsError, EncryptOptions, KeyTransport, choose_cipher};
use smime::message::stream::MessageEncryptor;
use smime::message::{Confidentiality, HeaderProtection};
use smime::{BulkCipher, Certificate, CertificateError, DigestAlgorithm, PublicKeyAlgorithm, SmimeError};

/// RFC 9788 has header fields in the payload inside all layers, where its readers look for them.
const AROUND_SIGNATURE: &str = "handset: warning: the message is signed, and its header is protected around the signature, \
where not all readers look: sign with --protect-headers=cipher and encrypt without --protect-headers";

/// Runs the command.
///
/// # Errors
/// A message or certificate that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &EncryptArguments) -> Result<u8, Failure> {
    let to = input::each("--recipient", &arguments.recipient);
    input::check(arguments.input.as_deref(), to, arguments.output.as_deref())?;
    let cx = credentials::context(None);
    let mut recipients: Vec<Certificate> = Vec::new();
    for file in &arguments.recipient {
        for certificate in credentials::certificates(file)? {
            encryptable(&certificate)?;
            let allowed = allows_encryption(&certificate);
            if !allowed && !arguments.force {
                return Err(SmimeFailure::MayNotEncrypt { certificate: certificate.subject() }.into());
            }
            credentials::warn(&cx, &certificate, allowed, "encrypting to it");
            credentials::warn_of_purpose(&certificate, "encrypting mail to it");
            if !recipients.contains(&certificate) {
                recipients.push(certificate);
            }
        }
    }
    fit(&recipients, arguments.key_encryption)?;
    let options = options(arguments, &recipients)?;
    let mut input = Input::open(arguments.input.as_deref())?;
    let protection = arguments.protect_headers.then_some(HeaderProtection::Cipher(Confidentiality::Baseline));
    let length = length(&mut input, protection)?;
    let file = input.name();
    let named = |index: usize| recipients.get(index).map(Certificate::subject).unwrap_or_default();
    let failed = |error: SmimeError| match error {
        SmimeError::Cms(CmsError::RecipientKey { index }) => {
            SmimeFailure::RecipientKey { certificate: named(index) }
        }
        SmimeError::Cms(CmsError::RecipientKeySize { index, bits, needed }) => {
            SmimeFailure::RecipientKeySize { certificate: named(index), bits, needed }
        }
        error => SmimeFailure::Message { file: file.clone(), error },
    };
    let readers = Readers::Same(input.path());
    let mut output = Output::create(arguments.output.as_deref(), readers, Release::AtOnce)?;
    let mut encryptor = MessageEncryptor::new(&cx, &recipients, &options, length, protection);
    input.each(|piece| {
        encryptor.update(piece, output.waiting()).map_err(failed)?;
        output.pass()
    })?;
    if protection.is_some() && encryptor.holds_signature() {
        credentials::note(AROUND_SIGNATURE);
    }
    encryptor.finish(output.waiting()).map_err(failed)?;
    output.commit()?;
    Ok(0)
}

/// Whether something can be encrypted to a key, whatever its usage allows.
///
/// # Errors
/// [`SmimeFailure::RecipientKey`], [`SmimeFailure::UnsupportedKey`].
pub(super) fn encryptable(certificate: &Certificate) -> Result<(), SmimeFailure> {
    let subject = || certificate.subject();
    match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Rsa { .. }) if certificate.is_pss_only() => {
            Err(SmimeFailure::RecipientKey { certificate: subject() })
        }
        Ok(PublicKeyAlgorithm::Ed25519) => Err(SmimeFailure::RecipientKey { certificate: subject() }),
        Err(CertificateError::UnknownPublicKey { oid }) => {
            Err(SmimeFailure::UnsupportedKey { certificate: subject(), algorithm: oid })
        }
        _ => Ok(()),
    }
}

/// Whether the keys are for the way that was asked for. Beside RSA keys there may be those of elliptic curves, to which
/// nothing but ECDH encrypts.
fn fit(recipients: &[Certificate], wanted: KeyEncryptionName) -> Result<(), SmimeFailure> {
    let is_rsa = |c: &Certificate| matches!(c.public_key_algorithm(), Ok(PublicKeyAlgorithm::Rsa { .. }));
    let any_rsa = recipients.iter().any(is_rsa);
    for certificate in recipients {
        let subject = || certificate.subject();
        match (wanted, certificate.public_key_algorithm()) {
            (KeyEncryptionName::Ecdh, Ok(PublicKeyAlgorithm::Rsa { .. })) => {
                return Err(SmimeFailure::KeyEncryption { certificate: subject(), wanted: "ECDH" });
            }
            (KeyEncryptionName::Auto | KeyEncryptionName::Ecdh, Ok(PublicKeyAlgorithm::Ec(_)))
            | (_, Ok(PublicKeyAlgorithm::Rsa { .. })) => {}
            (_, Ok(PublicKeyAlgorithm::Ec(_))) if any_rsa => {}
            (_, Ok(PublicKeyAlgorithm::Ec(_))) => {
                return Err(SmimeFailure::KeyEncryption { certificate: subject(), wanted: "RSA" });
            }
            _ => return Err(SmimeFailure::RecipientKey { certificate: subject() }),
        }
    }
    Ok(())
}

fn options(arguments: &EncryptArguments, recipients: &[Certificate]) -> Result<EncryptOptions, SmimeFailure> {
    let profile = sender(arguments.profile);
    let cipher = match arguments.cipher {
        Some(CipherName::Aes128Cbc) => BulkCipher::Aes128Cbc,
        Some(CipherName::Aes192Cbc) => BulkCipher::Aes192Cbc,
        Some(CipherName::Aes256Cbc) => BulkCipher::Aes256Cbc,
        Some(CipherName::Aes128Gcm) => BulkCipher::Aes128Gcm,
        Some(CipherName::Aes256Gcm) => BulkCipher::Aes256Gcm,
        None => {
            let known: Vec<_> =
                recipients.iter().map(|recipient| recipient.capabilities().to_vec()).collect();
            choose_cipher(&known, profile).map_err(|_| SmimeFailure::NoCommonCipher)?
        }
    };
    let oaep = |digest| KeyTransport::Oaep { digest, mgf: digest };
    let transport = match arguments.key_encryption {
        KeyEncryptionName::RsaOaepSha1 => oaep(DigestAlgorithm::Sha1),
        KeyEncryptionName::RsaOaepSha256 => oaep(DigestAlgorithm::Sha256),
        KeyEncryptionName::RsaOaepSha384 => oaep(DigestAlgorithm::Sha384),
        KeyEncryptionName::RsaOaepSha512 => oaep(DigestAlgorithm::Sha512),
        KeyEncryptionName::Auto | KeyEncryptionName::RsaV15 | KeyEncryptionName::Ecdh => KeyTransport::Pkcs1,
    };
    Ok(EncryptOptions { cipher, transport, ..EncryptOptions::default() })
}
