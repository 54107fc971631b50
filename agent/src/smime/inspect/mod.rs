//! `handset smime inspect`: what a message is made of, as far as it can be seen without a key. Nothing is judged.

mod build;
mod entity;
mod layer;
mod seen;
mod source;
mod text;
mod view;

use super::input::Input;
use crate::exit::Failure;
use crate::print;
use crate::tools::clean;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

const INSPECT: &str = "\
Examples:
  handset smime inspect message.eml
  handset smime inspect smime.p7m --format json
  openssl cms -sign -in text -signer me.pem -inkey me.key -outform DER | handset smime inspect

Reads a message, or bare CMS in DER, BER or PEM, and shows every layer that can be seen: parts, signers, certificates, \
recipients, algorithms, attributes, encoding. A PKCS#12 file shows how it is protected, also where that is not \
supported. Nothing is verified, and what is encrypted stays unseen. Files of any size are read, in constant memory; \
what is compressed is expanded to at most 64 MiB a layer. Of a layer 1 MiB around its content is read, as when it is \
verified, and of layers inside each other 1 MiB together; beyond, it is malformed there. Parts deeper than 24, more \
than 2000 or 1000 of one multipart, and what takes more than 1 MiB to show as JSON, each certificate counted once, \
are passed over, and it says so. A signed multipart without its last boundary is noted, as verifying accepts it; and so \
are multiparts inside a layer that have no parts or no end: a layer is no worse for what was put into it.

Exit codes:
  0  every layer that can be seen is well-formed, whatever its signatures are worth
  2  one is malformed (the octet and what was expected there are told, and of a file of text the line), or the input is
     nothing of the kind";

/// Shows the structure of a message.
#[derive(Debug, Parser)]
#[command(before_help = INSPECT)]
pub struct InspectArguments {
    /// A message (.eml), CMS (DER, BER or PEM) or PKCS#12; `-` for standard input.
    #[arg(default_value = "-", value_name = "IN")]
    pub input: PathBuf,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// How to print the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Human,
    /// For programs: the contract of fixtures/schema/smime-inspect.schema.json.
    Json,
}

/// How much is read at a time: what is compressed becomes up to 1032 times as long.
const PIECE: usize = 4096;

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, an answer that cannot be printed.
pub(super) fn run(arguments: &InspectArguments) -> Result<u8, Failure> {
    let mut input = Input::open(Some(&arguments.input))?;
    let mut source = source::SourceReader::new();
    input.each(|piece| {
        piece.chunks(PIECE).for_each(|piece| source.update(piece));
        Ok(())
    })?;
    let mut report = source.finish(input.name());
    if let Some(error) = &mut report.error {
        error.line = error.fault.file_offset.and_then(|octet| input.line_of(octet));
    }
    print::standard_output_by(|out| match arguments.format {
        Form::Human => text::render(&report, out),
        Form::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            out.write_all(b"\n")
        }
    })?;
    if let Some(error) = &report.error {
        crate::print::standard_error(format_args!(
            "handset: {}: {}",
            clean(&report.input),
            clean(&text::fault(&error.fault, error.line))
        ));
    }
    Ok(if report.well_formed { 0 } else { 2 })
}
