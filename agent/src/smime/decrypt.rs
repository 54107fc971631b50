//! `handset smime decrypt`.

use super::arguments::DecryptArguments;
use super::input::{self, Input};
use super::output::{Output, Readers, Release};
use super::passage::Passed;
use super::report::{self, Channel};
use super::{FOUND_WANTING, SmimeFailure, credentials, passage};
use crate::cli::Format;
use crate::exit::Failure;
use smime::cms::ATTEMPTS_MAX;
use smime::message::DecryptError;
use smime::message::stream::{Decryption, MessageDecryptor, Outermost};
use std::path::Path;

/// Runs the command. A message that cannot be read is told in JSON too, where that was asked for.
///
/// # Errors
/// A message, certificate or key that cannot be read, a file that cannot be written.
pub(super) fn run(arguments: &DecryptArguments) -> Result<u8, Failure> {
    let opened = open(arguments);
    if let (
        Err(Failure::Smime(
            failure @ (SmimeFailure::Message { .. }
            | SmimeFailure::MessageLine { .. }
            | SmimeFailure::NoMessage { .. }),
        )),
        Format::Json,
    ) = (&opened, arguments.format)
    {
        report::unreadable_to_decrypt(&failure.to_string(), channel(arguments))?;
    }
    opened
}

/// Where the report goes: the content has standard output if it is not sent elsewhere.
fn channel(arguments: &DecryptArguments) -> Channel {
    match arguments.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(_) => Channel::StandardOutput,
        None => Channel::StandardError,
    }
}

fn open(arguments: &DecryptArguments) -> Result<u8, Failure> {
    let keys = input::identities(&arguments.keys.0);
    input::check(arguments.input.as_deref(), keys, arguments.output.as_deref())?;
    let cx = credentials::context(None);
    let identities = credentials::identities(&cx, &arguments.keys.0)?;
    let mut input = Input::open(arguments.input.as_deref())?;
    // With one identity there is hardly a second key to try; a message that has one asks for a file.
    if identities.len() > 1 {
        input.keep()?;
    }
    let mut output = Output::create(arguments.output.as_deref(), Readers::Owner, Release::Checked)?;
    let mut failed: Option<Passed<Decryption>> = None;
    for attempt in 0..ATTEMPTS_MAX {
        if attempt > 0 {
            input.again()?;
            output.restart()?;
        }
        let decryptor = MessageDecryptor::attempt(&cx, &identities, attempt);
        let decryption = passage::read(decryptor, arguments.merge_headers, &mut input, &mut output)?;
        let result = decryption.report.layer.as_ref().map(|layer| &layer.opened_by);
        let end = match result {
            Some(Ok(_)) | None => {
                failed = Some(decryption);
                break;
            }
            Some(Err(DecryptError::NoIdentity)) => true,
            Some(Err(_)) => !input.is_regular() && identities.len() < 2,
        };
        // After the last key what remains is why the first failed.
        failed = failed.or(Some(decryption));
        if end {
            break;
        }
    }
    let Some(Passed { report: decryption, from_differs }) = failed else { return Ok(FOUND_WANTING) };
    if decryption.outermost == Outermost::Unknown {
        return Err(SmimeFailure::NoMessage { file: input.name() }.into());
    }
    let opened = decryption.layer.as_ref().and_then(|layer| layer.opened_by.clone().ok());
    if opened.is_some() {
        output.commit()?;
    }
    let from_differs = from_differs && opened.is_some();
    let identity = opened.and_then(|index| identities.get(index));
    report::decryption(
        &input.name(),
        &decryption,
        identity,
        from_differs,
        arguments.format,
        channel(arguments),
    )?;
    Ok(if opened.is_some() { 0 } else { FOUND_WANTING })
}
