//! A message on its way through a reader of one layer, and the content on its way out.

use super::SmimeFailure;
use super::input::Input;
use super::output::Output;
use crate::exit::Failure;
use smime::SmimeError;
use smime::message::stream::{
    Decryption, HeaderMerge, MessageDecryptor, MessageVerifier, Verification, VerifyOptions,
};
use smime::mime::MimeError;

/// Takes one layer off a message.
pub(super) trait LayerReader {
    /// What is told at the end.
    type Report;

    /// Whether content is shown only if a signature over it holds, so that a protected `From` is the signer's.
    const SIGNED: bool;

    /// The header of the mail, once it arrived.
    fn header(&self) -> &[u8];

    /// How many octets to feed next at most, so that what comes of them is not much.
    fn piece_max(&self) -> usize;

    /// Feeds a piece and appends content.
    ///
    /// # Errors
    /// Those of the reader.
    fn update(&mut self, piece: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError>;

    /// Ends the message and appends the last of the content.
    ///
    /// # Errors
    /// Those of the reader.
    fn finish(self, held: &mut Vec<u8>) -> Result<Self::Report, SmimeError>;
}

impl LayerReader for MessageDecryptor<'_> {
    type Report = Decryption;

    const SIGNED: bool = false;

    fn header(&self) -> &[u8] {
        MessageDecryptor::header(self)
    }

    fn piece_max(&self) -> usize {
        MessageDecryptor::piece_max(self)
    }

    fn update(&mut self, piece: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        MessageDecryptor::update(self, piece, held)
    }

    fn finish(self, held: &mut Vec<u8>) -> Result<Decryption, SmimeError> {
        MessageDecryptor::finish(self, held)
    }
}

/// A verifier with what it judges by.
pub(super) struct Verifying<'a> {
    pub verifier: MessageVerifier<'a>,
    pub options: &'a VerifyOptions<'a>,
}

impl LayerReader for Verifying<'_> {
    type Report = Verification;

    const SIGNED: bool = true;

    fn header(&self) -> &[u8] {
        self.verifier.header()
    }

    fn piece_max(&self) -> usize {
        self.verifier.piece_max()
    }

    fn update(&mut self, piece: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        self.verifier.update(piece, held)
    }

    fn finish(self, held: &mut Vec<u8>) -> Result<Verification, SmimeError> {
        self.verifier.finish(held, self.options)
    }
}

/// What came of reading a message.
pub(super) struct Passed<T> {
    pub report: T,
    /// Whether its header was put in front of content with a protected `From` of other addresses.
    pub from_differs: bool,
}

/// Reads the message once. `merges` puts its header back in front of the content.
///
/// # Errors
/// A message that cannot be read, with the line where that can be found again; files that cannot be read or written.
pub(super) fn read<R: LayerReader>(
    reader: R,
    merges: bool,
    input: &mut Input,
    output: &mut Output,
) -> Result<Passed<R::Report>, Failure> {
    pass(reader, merges, input, output).map_err(|failure| match failure {
        Failure::Smime(SmimeFailure::Message { file, error }) => {
            let line = octet(&error).and_then(|octet| input.line_of(octet));
            match line {
                Some(line) => SmimeFailure::MessageLine { file, error, line }.into(),
                None => SmimeFailure::Message { file, error }.into(),
            }
        }
        other => other,
    })
}

fn pass<R: LayerReader>(
    mut reader: R,
    merges: bool,
    input: &mut Input,
    output: &mut Output,
) -> Result<Passed<R::Report>, Failure> {
    let file = input.name();
    let failed = |error: SmimeError| SmimeFailure::Message { file: file.clone(), error };
    let merging = |header: &[u8]| match R::SIGNED {
        true => HeaderMerge::new(header).signed(),
        false => HeaderMerge::new(header),
    };
    let mut merge: Option<HeaderMerge> = None;
    let mut held = Vec::new();
    input.each(|mut rest| {
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(reader.piece_max().min(rest.len()));
            rest = later;
            if !merges {
                reader.update(piece, output.waiting()).map_err(failed)?;
                output.pass()?;
                continue;
            }
            reader.update(piece, &mut held).map_err(failed)?;
            if !held.is_empty() {
                let merge = merge.get_or_insert_with(|| merging(reader.header()));
                merge.update(&held, output.waiting());
                held.clear();
            }
            output.pass()?;
        }
        Ok(())
    })?;
    let mut merge = merge.unwrap_or_else(|| merging(reader.header()));
    let report = reader.finish(&mut held).map_err(failed)?;
    let from_differs = match merges {
        true => {
            merge.update(&held, output.waiting());
            merge.finish(output.waiting())
        }
        false => {
            output.waiting().append(&mut held);
            false
        }
    };
    Ok(Passed { report, from_differs })
}

/// The octet of the message that an error names.
fn octet(error: &SmimeError) -> Option<u64> {
    match error {
        SmimeError::Mime(MimeError::Base64 { offset } | MimeError::PemEnd { offset }) => Some(*offset),
        _ => None,
    }
}
