//! `handset smime encrypt`.

use super::SmimeFailure;
use super::arguments::{CipherName, EncryptArguments, KeyEncryptionName};
use super::credentials;
use super::input::Input;
use super::output::{Output, Readers, Release};
use super::sign::{length, sender};
use crate::exit::Failure;
use crate::tools::allows_encryption;
use smime::cms::{CmsError, EncryptOptions, KeyTransport, choose_cipher};
use smime::message::stream::MessageEncryptor;
use smime::{BulkCipher, Certificate, DigestAlgorithm, PublicKeyAlgorithm, SmimeError};

/// Runs the command.
///
/// # Errors
/// A message or certificate that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &EncryptArguments) -> Result<u8, Failure> {
    let cx = credentials::context(None);
    let mut recipients: Vec<Certificate> = Vec::new();
    for file in &arguments.recipient {
        for certificate in credentials::certificates(file)? {
            fits(&certificate, arguments.key_encryption)?;
            credentials::warn(&cx, &certificate, allows_encryption(&certificate), "encrypting to it");
            if !recipients.contains(&certificate) {
                recipients.push(certificate);
            }
        }
    }
    let options = options(arguments, recipients.len());
    let mut input = Input::open(arguments.input.as_deref())?;
    let protect = arguments.protect_headers;
    let length = length(&mut input, MessageEncryptor::protection(protect))?;
    let file = input.name();
    let failed = |error: SmimeError| match error {
        SmimeError::Cms(CmsError::RecipientKey { index }) => SmimeFailure::RecipientKey {
            certificate: recipients.get(index).map(Certificate::subject).unwrap_or_default(),
        },
        error => SmimeFailure::Message { file: file.clone(), error },
    };
    let readers = Readers::Same(input.path());
    let mut output = Output::create(arguments.output.as_deref(), readers, Release::AtOnce)?;
    let mut encryptor = MessageEncryptor::new(&cx, &recipients, &options, length, protect);
    input.each(|piece| {
        encryptor.update(piece, output.waiting()).map_err(failed)?;
        output.pass()
    })?;
    encryptor.finish(output.waiting()).map_err(failed)?;
    output.commit()?;
    Ok(0)
}

/// Whether the key of a certificate is for the way that was asked for.
fn fits(certificate: &Certificate, wanted: KeyEncryptionName) -> Result<(), SmimeFailure> {
    let key = certificate.public_key_algorithm();
    let wanted = match (wanted, key) {
        (KeyEncryptionName::Auto, Ok(PublicKeyAlgorithm::Rsa { .. } | PublicKeyAlgorithm::Ec(_)))
        | (
            KeyEncryptionName::RsaV15 | KeyEncryptionName::RsaOaepSha256,
            Ok(PublicKeyAlgorithm::Rsa { .. }),
        )
        | (KeyEncryptionName::Ecdh, Ok(PublicKeyAlgorithm::Ec(_))) => return Ok(()),
        (KeyEncryptionName::Auto, _) => {
            return Err(SmimeFailure::RecipientKey { certificate: certificate.subject() });
        }
        (KeyEncryptionName::RsaV15 | KeyEncryptionName::RsaOaepSha256, _) => "RSA",
        (KeyEncryptionName::Ecdh, _) => "ECDH",
    };
    Err(SmimeFailure::KeyEncryption { certificate: certificate.subject(), wanted })
}

fn options(arguments: &EncryptArguments, recipients: usize) -> EncryptOptions {
    let profile = sender(arguments.profile);
    let cipher = match arguments.cipher {
        Some(CipherName::Aes128Cbc) => BulkCipher::Aes128Cbc,
        Some(CipherName::Aes192Cbc) => BulkCipher::Aes192Cbc,
        Some(CipherName::Aes256Cbc) => BulkCipher::Aes256Cbc,
        Some(CipherName::Aes128Gcm) => BulkCipher::Aes128Gcm,
        Some(CipherName::Aes256Gcm) => BulkCipher::Aes256Gcm,
        // Certificates alone say nothing about what their owners' programs can read.
        None => choose_cipher(&vec![Vec::new(); recipients], profile).unwrap_or(profile.fallback_cipher()),
    };
    let transport = match arguments.key_encryption {
        KeyEncryptionName::RsaOaepSha256 => {
            KeyTransport::Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 }
        }
        _ => KeyTransport::Pkcs1,
    };
    EncryptOptions { cipher, transport, ..EncryptOptions::default() }
}
