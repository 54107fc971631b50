//! Transfer encodings, decoded in pieces.

use crate::mime::{Base64Decoder, MimeError, TransferEncoding, decode_quoted_printable};

/// The longest line of quoted-printable that is read, in octets; writers keep to 76 (RFC 2045, 6.7).
pub const ENCODED_LINE_MAX: usize = 64 * 1024;

/// A body on its way out of its transfer encoding.
#[derive(Debug)]
pub enum TransferDecoder {
    /// `7bit`, `8bit` and `binary`: the octets are the content.
    Identity,
    /// `base64`.
    Base64(Base64Decoder),
    /// `quoted-printable`; what is kept is the line that is not complete.
    QuotedPrintable(Vec<u8>),
}

impl TransferDecoder {
    /// Starts a body.
    ///
    /// # Errors
    /// [`MimeError::TransferEncoding`] for encodings that binary data is not sent in.
    pub fn new(encoding: TransferEncoding) -> Result<TransferDecoder, MimeError> {
        match encoding {
            TransferEncoding::Identity | TransferEncoding::Binary => Ok(TransferDecoder::Identity),
            TransferEncoding::Base64 => Ok(TransferDecoder::base64()),
            TransferEncoding::QuotedPrintable => Ok(TransferDecoder::QuotedPrintable(Vec::new())),
            TransferEncoding::Other(encoding) => Err(MimeError::TransferEncoding { encoding }),
        }
    }

    /// Starts a body in base64.
    pub fn base64() -> TransferDecoder {
        TransferDecoder::Base64(Base64Decoder::new())
    }

    /// Whether line ends that transport put behind the content would be taken for content.
    pub fn keeps_line_ends(&self) -> bool {
        !matches!(self, TransferDecoder::Base64(_))
    }

    /// Appends what is complete.
    ///
    /// # Errors
    /// [`MimeError::Base64`], [`MimeError::LineTooLong`].
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        match self {
            TransferDecoder::Identity => out.extend_from_slice(input),
            TransferDecoder::Base64(decoder) => decoder.update(input, out)?,
            TransferDecoder::QuotedPrintable(line) => {
                let whole = memchr::memrchr(b'\n', input).map_or(0, |at| at + 1);
                let (lines, rest) = input.split_at_checked(whole).unwrap_or((input, &[]));
                if !lines.is_empty() {
                    line.extend_from_slice(lines);
                    out.extend(decode_quoted_printable(line));
                    line.clear();
                }
                line.extend_from_slice(rest);
                if line.len() > ENCODED_LINE_MAX {
                    return Err(MimeError::LineTooLong { limit: ENCODED_LINE_MAX });
                }
            }
        }
        Ok(())
    }

    /// Appends the rest.
    ///
    /// # Errors
    /// [`MimeError::Base64`].
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        match std::mem::replace(self, TransferDecoder::Identity) {
            TransferDecoder::Identity => Ok(()),
            TransferDecoder::Base64(decoder) => decoder.finish(out),
            TransferDecoder::QuotedPrintable(line) => {
                out.extend(decode_quoted_printable(&line));
                Ok(())
            }
        }
    }
}
