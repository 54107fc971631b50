//! `handset smime sign`.

use super::SmimeFailure;
use super::arguments::{DigestName, HeaderProtectionName, SenderName, SignArguments};
use super::credentials::{self, may_sign};
use super::encrypt::encryptable;
use super::input::{self, Input};
use super::output::{Output, Readers, Release};
use crate::exit::Failure;
use crate::tools::allows_encryption;
use smime::cms::{DetachedSigner, SIGNERS_MAX, SenderProfile, SignatureOptions, Signer};
use smime::message::stream::{EntityLength, MessageSigner, SignedForm, random_boundary};
use smime::message::{Confidentiality, HeaderProtection};
use smime::{Certificate, DigestAlgorithm, Identity, PublicKeyAlgorithm, SmimeError};

/// Runs the command.
///
/// # Errors
/// A message, certificate or key that cannot be used, a file that cannot be written.
pub(super) fn run(arguments: &SignArguments) -> Result<u8, Failure> {
    let further = input::each("--certificates", &arguments.certificates);
    let answers =
        arguments.encryption_certificate.iter().map(|file| ("--encryption-certificate", file.as_path()));
    let keys = input::identities(&arguments.keys.0);
    let others = keys.chain(further).chain(answers);
    input::check(arguments.input.as_deref(), others, arguments.output.as_deref())?;
    let cx = credentials::context(arguments.clock);
    let mut identities = credentials::signers(&cx, &arguments.keys.0)?;
    if identities.len() > SIGNERS_MAX {
        return Err(SmimeFailure::TooManySigners { given: identities.len(), limit: SIGNERS_MAX }.into());
    }
    let further = credentials::all_certificates(&arguments.certificates)?;
    let answers = match &arguments.encryption_certificate {
        Some(file) => credentials::certificates(file)?.into_iter().next(),
        None => None,
    };
    if let Some(certificate) = &answers {
        encryptable(certificate)?;
        credentials::warn(&cx, certificate, allows_encryption(certificate), "encrypting answers to it");
        credentials::warn_of_purpose(certificate, "encrypting answers to it");
    }
    let mut options = Vec::new();
    for identity in &mut identities {
        let certificate = &identity.certificate;
        credentials::warn(&cx, certificate, may_sign(certificate), "signing");
        credentials::warn_of_purpose(certificate, "signing mail");
        note_what_is_passed_over(arguments, certificate);
        identity.chain.extend(further.iter().cloned());
        options.push(signature_options(arguments, identity, answers.as_ref(), cx.now));
    }
    let signers: Vec<Signer<'_>> =
        identities.iter().zip(&options).map(|(identity, options)| Signer { identity, options }).collect();
    // A key that cannot sign is found before anything is written.
    for signer in &signers {
        if let Err(error) = DetachedSigner::with_signers(&cx, std::slice::from_ref(signer)) {
            let certificate = signer.identity.certificate.display_name();
            return Err(SmimeFailure::SignerKey { certificate, error }.into());
        }
    }
    let mut input = Input::open(arguments.input.as_deref())?;
    let protection = arguments.protect_headers.map(|named| match named {
        HeaderProtectionName::Clear => HeaderProtection::Clear,
        HeaderProtectionName::Cipher => HeaderProtection::Cipher(Confidentiality::Baseline),
    });
    let form = match arguments.opaque {
        false => SignedForm::Beside { boundary: random_boundary(&cx) },
        true => SignedForm::Around { length: length(&mut input, protection)? },
    };
    let file = input.name();
    let failed = |error: SmimeError| SmimeFailure::Message { file: file.clone(), error };
    let readers = Readers::Same(input.path());
    let mut output = Output::create(arguments.output.as_deref(), readers, Release::AtOnce)?;
    let mut signer = MessageSigner::new(&cx, signers, form, protection).map_err(failed)?;
    input.each(|piece| {
        signer.update(piece, output.waiting()).map_err(failed)?;
        output.pass()
    })?;
    signer.finish(output.waiting()).map_err(failed)?;
    output.commit()?;
    Ok(0)
}

/// How long the entity of a message is that can be read twice; the input is at its beginning again.
pub(super) fn length(
    input: &mut Input,
    protection: Option<HeaderProtection>,
) -> Result<Option<u64>, Failure> {
    if !input.is_regular() {
        return Ok(None);
    }
    let file = input.name();
    let failed = |error: SmimeError| SmimeFailure::Message { file: file.clone(), error };
    let mut length = EntityLength::new(protection);
    input.each(|piece| Ok(length.update(piece).map_err(failed)?))?;
    input.again()?;
    Ok(Some(length.finish().map_err(failed)?))
}

/// How one identity signs.
fn signature_options(
    arguments: &SignArguments,
    identity: &Identity,
    answers: Option<&Certificate>,
    now: smime::Timestamp,
) -> SignatureOptions {
    let own = Some(&identity.certificate).filter(|certificate| allows_encryption(certificate));
    SignatureOptions {
        digest: match arguments.digest.unwrap_or(DigestName::Sha256) {
            DigestName::Sha256 => DigestAlgorithm::Sha256,
            DigestName::Sha384 => DigestAlgorithm::Sha384,
            DigestName::Sha512 => DigestAlgorithm::Sha512,
        },
        signing_time: Some(now),
        pss: arguments.pss,
        encryption_certificate: answers.or(own).cloned(),
        ..sender(arguments.profile).signature_options()
    }
}

/// Notes options that are not for the key of a signer.
fn note_what_is_passed_over(arguments: &SignArguments, certificate: &Certificate) {
    let (kind, fixed) = match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Ec(_)) => ("an elliptic curve key", false),
        Ok(PublicKeyAlgorithm::Ed25519) => ("an Ed25519 key", true),
        _ => return,
    };
    let name = certificate.display_name();
    if arguments.pss {
        credentials::note(&format!("handset: warning: {name} has {kind}: --pss is for RSA keys"));
    }
    // RFC 8419, 3: Ed25519 goes with SHA-512.
    if let (true, Some(DigestName::Sha256 | DigestName::Sha384)) = (fixed, arguments.digest) {
        credentials::note(&format!("handset: warning: {name} has {kind}: the digest is sha512 (RFC 8419)"));
    }
}

/// The sender profile of a name.
pub(super) fn sender(name: SenderName) -> SenderProfile {
    match name {
        SenderName::Ios => SenderProfile::Ios,
        SenderName::Outlook => SenderProfile::Outlook,
        SenderName::Strict => SenderProfile::Strict,
    }
}
