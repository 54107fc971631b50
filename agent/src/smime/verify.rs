//! `handset smime verify`.

use super::arguments::VerifyArguments;
use super::input::{self, Input, is_binary};
use super::output::{Output, Readers, Release};
use super::passage::{Passed, Verifying};
use super::report::{self, Channel, LineEnds};
use super::{FOUND_WANTING, SmimeFailure, credentials, passage};
use crate::cli::Format;
use crate::exit::Failure;
use crate::file;
use smime::message::SignerReport;
use smime::message::stream::{DetachedSignature, MessageVerifier, Outermost, Reading, VerifyOptions};
use smime::{
    Context, Crl, MAX_CRL_SIZE, MAX_OCSP_SIZE, OcspResponse, PathOptions, RevocationMode, TrustStore,
};
use std::path::{Path, PathBuf};

/// How often a message is read at most: with the digests and the line ends that are expected, with the digests that
/// the signature names, and with the line ends as they are.
const READINGS_MAX: usize = 3;

/// Runs the command. A message that cannot be read is told in JSON too, where that was asked for.
///
/// # Errors
/// A message or certificate that cannot be read, a file that cannot be written.
pub(super) fn run(arguments: &VerifyArguments) -> Result<u8, Failure> {
    let judged = judge(arguments);
    if let (
        Err(Failure::Smime(
            failure @ (SmimeFailure::Message { .. }
            | SmimeFailure::MessageLine { .. }
            | SmimeFailure::NoMessage { .. }),
        )),
        Format::Json,
    ) = (&judged, arguments.format)
    {
        let channel = match arguments.output.as_deref() == Some(Path::new("-")) {
            true => Channel::StandardError,
            false => Channel::StandardOutput,
        };
        let at = credentials::context(arguments.at).now;
        report::unreadable(&failure.to_string(), at, channel)?;
    }
    judged
}

fn judge(arguments: &VerifyArguments) -> Result<u8, Failure> {
    let files = [
        input::each("--ca-file", &arguments.ca_file),
        input::each("--intermediates", &arguments.intermediates),
        input::each("--crl", &arguments.crl),
        input::each("--ocsp", &arguments.ocsp),
        input::each("--content", arguments.content.as_slice()),
    ];
    input::check(arguments.input.as_deref(), files.into_iter().flatten(), arguments.output.as_deref())?;
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
    let read = |input: &mut Input, output: &mut Output, reading| {
        let verifying = Verifying { verifier: MessageVerifier::new(&cx, reading), options: &options };
        let Passed { report, .. } = passage::read(verifying, arguments.merge_headers, input, output)?;
        Ok::<_, Failure>(report)
    };
    let mut verification = read(&mut input, &mut output, Reading::default())?;
    let mut readings = 1;
    while let Some(again) = verification.again.take().filter(|_| readings < READINGS_MAX) {
        readings += 1;
        input.again()?;
        output.restart()?;
        let next = read(&mut input, &mut output, again)?;
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
    let mut line_ends = None;
    match (&verification.signature, &arguments.content) {
        (Some(signature), Some(content)) => {
            let (signers, as_they_are) = detached(&cx, signature, content, &options)?;
            verification.signers = signers;
            line_ends = Some(as_they_are);
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
    report::verification(&input.name(), &verification, line_ends, arguments.format, cx.now, channel)?;
    Ok(if verified { 0 } else { FOUND_WANTING })
}

/// Judges a signature whose content is in a file, and tells its line ends: the octets as they are, and where they are not
/// what was signed and are text, with line ends made CRLF (RFC 8551, 3.1.1). Of what is no text every octet counts.
fn detached(
    cx: &Context<'_>,
    signature: &DetachedSignature,
    content: &Path,
    options: &VerifyOptions<'_>,
) -> Result<(Vec<SignerReport>, LineEnds), Failure> {
    let mut input = Input::open(Some(content))?;
    input.keep()?;
    let mut digests = signature.digests(cx);
    let mut is_text = true;
    input.each(|piece| {
        digests.update(piece);
        is_text = is_text && !piece.iter().any(|octet| is_binary(*octet));
        Ok(())
    })?;
    let exact = signature.judge(cx, &digests.finish(), options);
    if !is_text || exact.iter().any(|signer| signer.signature.is_ok()) {
        return Ok((exact, LineEnds::AsTheyAre));
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
    Ok(if holds { (canonical, LineEnds::MadeCrlf) } else { (exact, LineEnds::AsTheyAre) })
}

/// Revocation lists, PEM or DER.
fn crls(files: &[PathBuf]) -> Result<Vec<Crl>, Failure> {
    let mut found = Vec::new();
    for path in files {
        let bytes = file::read_binary_or_text(path, MAX_CRL_SIZE as u64)?;
        let read = match credentials::is_der(&bytes) {
            true => Crl::from_vec(bytes).map(|crl| vec![crl]),
            false => Crl::from_pem(&bytes),
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
        let read = OcspResponse::from_der(&file::read_up_to(path, MAX_OCSP_SIZE as u64)?);
        found.push(read.map_err(|error| SmimeFailure::Ocsp { file, error })?);
    }
    Ok(found)
}
