//! `handset smime verify`.

use super::arguments::VerifyArguments;
use super::input::Input;
use super::output::{Output, Readers, Release};
use super::report::{self, Channel};
use super::{FOUND_WANTING, SmimeFailure, credentials};
use crate::exit::Failure;
use crate::file;
use smime::message::stream::{
    DetachedSignature, HeaderMerge, MessageVerifier, Outermost, Reading, Verification, VerifyOptions,
};
use smime::{Context, Crl, OcspResponse, PathOptions, RevocationMode, SmimeError, TrustStore};
use std::path::{Path, PathBuf};

/// How often a message is read at most: with the digests and the line ends that are expected, with the digests that
/// the signature names, and with the line ends as they are.
const READINGS_MAX: usize = 3;

/// Runs the command.
///
/// # Errors
/// A message or certificate that cannot be read, a file that cannot be written.
pub(super) fn run(arguments: &VerifyArguments) -> Result<u8, Failure> {
    let cx = credentials::context(arguments.at);
    let trust: TrustStore = credentials::all_certificates(&arguments.ca_file)?.into_iter().collect();
    let intermediates = credentials::all_certificates(&arguments.intermediates)?;
    let crls = crls(&arguments.crl)?;
    let ocsp = ocsp(&arguments.ocsp)?;
    let revocation = match (crls.is_empty() && ocsp.is_empty(), arguments.strict) {
        (true, _) => RevocationMode::Off,
        (false, false) => RevocationMode::IfKnown,
        (false, true) => RevocationMode::Required,
    };
    let path = PathOptions {
        crls: &crls,
        ocsp: &ocsp,
        revocation,
        strict: arguments.strict,
        ..PathOptions::default()
    };
    let options = VerifyOptions {
        trust: &trust,
        intermediates: &intermediates,
        path,
        from: arguments.from.as_deref(),
        check_from: !arguments.no_from_check,
    };
    let mut input = Input::open(arguments.input.as_deref())?;
    input.keep()?;
    let mut output = match &arguments.output {
        Some(path) => Output::create(Some(path), Readers::Same(input.path()), Release::Checked)?,
        None => Output::nowhere(),
    };
    let mut verification = read(&cx, arguments, &mut input, &mut output, Reading::default(), &options)?;
    let mut readings = 1;
    while let Some(again) = verification.again.take().filter(|_| readings < READINGS_MAX) {
        readings += 1;
        input.again()?;
        output.restart()?;
        let next = read(&cx, arguments, &mut input, &mut output, again, &options)?;
        // A reading that asks for another does not verify, so that what was written for it is never shown.
        if next.holding() >= verification.holding() {
            verification = next;
        } else {
            verification.again = next.again;
        }
    }
    if verification.outermost == Outermost::Unknown {
        return Err(SmimeFailure::NoMessage { file: input.name() }.into());
    }
    match (&verification.signature, &arguments.content) {
        (Some(signature), Some(content)) => {
            verification.signers = detached(&cx, signature, content, &options)?;
        }
        (Some(_), None) => return Err(SmimeFailure::ContentWanted { file: input.name() }.into()),
        (None, Some(_)) => return Err(SmimeFailure::ContentInside { file: input.name() }.into()),
        (None, None) => {}
    }
    let verified = verification.is_verified();
    let channel = match output.is_standard() {
        true => Channel::StandardError,
        false => Channel::StandardOutput,
    };
    if verified {
        output.commit()?;
    }
    report::verification(&input.name(), &verification, arguments.format, channel)?;
    Ok(if verified { 0 } else { FOUND_WANTING })
}

/// Reads the message once.
fn read(
    cx: &Context<'_>,
    arguments: &VerifyArguments,
    input: &mut Input,
    output: &mut Output,
    reading: Reading,
    options: &VerifyOptions<'_>,
) -> Result<Verification, Failure> {
    let file = input.name();
    let failed = |error: SmimeError| SmimeFailure::Message { file: file.clone(), error };
    let mut verifier = MessageVerifier::new(cx, reading);
    let mut merge: Option<HeaderMerge> = None;
    let mut held = Vec::new();
    input.each(|piece| {
        if !arguments.merge_headers {
            verifier.update(piece, output.waiting()).map_err(failed)?;
            return output.pass();
        }
        verifier.update(piece, &mut held).map_err(failed)?;
        if !held.is_empty() {
            let merge = merge.get_or_insert_with(|| HeaderMerge::new(verifier.header()));
            merge.update(&held, output.waiting());
            held.clear();
        }
        output.pass()
    })?;
    let mut merge = merge.unwrap_or_else(|| HeaderMerge::new(verifier.header()));
    let verification = verifier.finish(&mut held, options).map_err(failed)?;
    match arguments.merge_headers {
        true => {
            merge.update(&held, output.waiting());
            merge.finish(output.waiting());
        }
        false => output.waiting().append(&mut held),
    }
    Ok(verification)
}

/// Judges a signature whose content is in a file: the octets as they are, else with line ends made CRLF.
fn detached(
    cx: &Context<'_>,
    signature: &DetachedSignature,
    content: &Path,
    options: &VerifyOptions<'_>,
) -> Result<Vec<smime::message::SignerReport>, Failure> {
    let mut input = Input::open(Some(content))?;
    input.keep()?;
    let mut digests = signature.digests(cx);
    input.each(|piece| {
        digests.update(piece);
        Ok(())
    })?;
    let exact = signature.judge(cx, &digests.finish(), options);
    if exact.iter().any(|signer| signer.signature.is_ok()) {
        return Ok(exact);
    }
    input.again()?;
    let mut digests = signature.digests(cx);
    let mut canonicaliser = smime::mime::Canonicaliser::new();
    let mut text = Vec::new();
    input.each(|piece| {
        text.clear();
        canonicaliser.update(piece, &mut text);
        digests.update(&text);
        Ok(())
    })?;
    let canonical = signature.judge(cx, &digests.finish(), options);
    let holds = canonical.iter().any(|signer| signer.signature.is_ok());
    Ok(if holds { canonical } else { exact })
}

/// Revocation lists, PEM or DER.
fn crls(files: &[PathBuf]) -> Result<Vec<Crl>, Failure> {
    let mut found = Vec::new();
    for path in files {
        let bytes = file::read(path)?;
        let read = match bytes.first() {
            Some(0x30) => Crl::from_der(&bytes).map(|crl| vec![crl]),
            _ => Crl::from_pem(&bytes),
        };
        let file = path.display().to_string();
        found.extend(read.map_err(|error| SmimeFailure::Crl { file, error })?);
    }
    Ok(found)
}

fn ocsp(files: &[PathBuf]) -> Result<Vec<OcspResponse>, Failure> {
    let mut found = Vec::new();
    for path in files {
        let file = path.display().to_string();
        let read = OcspResponse::from_der(&file::read(path)?);
        found.push(read.map_err(|error| SmimeFailure::Ocsp { file, error })?);
    }
    Ok(found)
}
