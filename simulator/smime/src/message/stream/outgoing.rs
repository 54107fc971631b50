//! A message that is to be signed or encrypted, taken apart while it arrives.

use super::carrier::HeaderBlock;
use crate::message::header_protection::{HeaderProtection, protect_headers, split};
use crate::message::{Outgoing, SmimeError};
use crate::mime::{
    BYTE_ORDER_MARK, ContentType, Entity, HEADER_BLOCK_MAX, MimeError, TransferEncoding, is_envelope,
    is_field,
};
use std::borrow::Cow;

/// What stands in front of the body.
pub(super) struct OutgoingHead {
    /// The header fields that stay outside, with `MIME-Version`.
    pub outer: Vec<u8>,
    /// The header of the entity with the empty line, CRLF.
    pub entity: Vec<u8>,
    /// Whether the body is no lines.
    pub binary: bool,
}

/// Octets of the body, in front of them the head when they are the first.
pub(super) struct OutgoingPiece<'a> {
    pub head: Option<OutgoingHead>,
    pub body: Cow<'a, [u8]>,
}

/// Takes a message apart as [`split`] and [`protect_headers`] do. Input whose first line is no header field, and not the
/// line that mailbox files put in front (`From `), is all body. A byte order mark in front of a header goes.
pub(super) struct OutgoingEntity {
    protection: Option<HeaderProtection>,
    /// The first octets, as long as they could be a byte order mark.
    front: Option<Vec<u8>>,
    /// Whether a byte order mark was taken off.
    marked: bool,
    /// The header, as long as it is not complete.
    block: Option<HeaderBlock>,
    signed: bool,
}

impl OutgoingEntity {
    pub(super) fn new(protection: Option<HeaderProtection>) -> OutgoingEntity {
        OutgoingEntity {
            protection,
            front: Some(Vec::new()),
            marked: false,
            block: Some(HeaderBlock::default()),
            signed: false,
        }
    }

    /// Whether the entity says that it is signed; known when the head was given.
    pub(super) fn is_signed(&self) -> bool {
        self.signed
    }

    /// Feeds octets; gives nothing as long as the header is not complete.
    pub(super) fn update<'i>(&mut self, input: &'i [u8]) -> Result<Option<OutgoingPiece<'i>>, SmimeError> {
        if let Some(mut front) = self.front.take() {
            if front.is_empty() && input.len() >= BYTE_ORDER_MARK.len() {
                let header = self.unmarked(input);
                return self.read(header);
            }
            front.extend_from_slice(input);
            if front.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&front) {
                self.front = Some(front);
                return Ok(None);
            }
            let header = self.unmarked(&front);
            return self.read(header);
        }
        match self.block {
            Some(_) => self.read(input),
            None => Ok(Some(OutgoingPiece { head: None, body: Cow::Borrowed(input) })),
        }
    }

    /// The beginning without a byte order mark.
    fn unmarked<'f>(&mut self, front: &'f [u8]) -> &'f [u8] {
        let rest = front.strip_prefix(BYTE_ORDER_MARK);
        self.marked = rest.is_some();
        rest.unwrap_or(front)
    }

    /// Takes octets of the header.
    fn read(&mut self, input: &[u8]) -> Result<Option<OutgoingPiece<'static>>, SmimeError> {
        let Some(block) = &mut self.block else { return Ok(None) };
        let end = match block.update(input) {
            Ok(end) => end,
            // A long line that is no field is text; it will be seen below.
            Err(MimeError::HeaderTooLong { .. }) if !begins_header(block) => None,
            Err(error) => return Err(error.into()),
        };
        let textual = match block.first_line() {
            Some(_) => !begins_header(block),
            None => block.octets.len() > HEADER_BLOCK_MAX,
        };
        if end.is_none() && !textual {
            return Ok(None);
        }
        let octets = std::mem::take(&mut block.octets);
        self.complete(octets, if textual { 0 } else { end.unwrap_or_default() }).map(Some)
    }

    /// Ends the input; gives the head if it was not given yet.
    pub(super) fn finish(&mut self) -> Result<Option<OutgoingPiece<'static>>, SmimeError> {
        if let Some(front) = self.front.take()
            && let Some(piece) = self.read(&front)?
        {
            return Ok(Some(piece));
        }
        let Some(block) = &mut self.block else { return Ok(None) };
        let octets = std::mem::take(&mut block.octets);
        let whole = HeaderBlock::whole(octets);
        let end = if begins_header(&whole) { whole.octets.len() } else { 0 };
        self.complete(whole.octets, end).map(Some)
    }

    fn complete(&mut self, mut header: Vec<u8>, end: usize) -> Result<OutgoingPiece<'static>, SmimeError> {
        self.block = None;
        let mut body = header.split_off(end.min(header.len()));
        // In front of text the mark is part of the text.
        if header.is_empty() && self.marked {
            body.splice(0..0, BYTE_ORDER_MARK.iter().copied());
        }
        let whole = header.as_slice();
        let header = without_envelope(whole);
        check_lines(header, usize::from(header.len() < whole.len()))?;
        let Outgoing { outer, entity } = match self.protection {
            Some(protection) => protect_headers(header, protection)?,
            None => split(header)?,
        };
        let read = Entity::read(header)?;
        let binary = read.transfer_encoding() == TransferEncoding::Binary;
        self.signed = says_signed(&read.content_type());
        let head = Some(OutgoingHead { outer, entity, binary });
        Ok(OutgoingPiece { head, body: Cow::Owned(body) })
    }
}

/// Whether the first line is a header field, the line of a mailbox file, or the empty one.
fn begins_header(block: &HeaderBlock) -> bool {
    let line = block.first_line().unwrap_or(&block.octets);
    is_field(line) || is_envelope(line) || line.trim_ascii().is_empty()
}

/// The types of signed entities (RFC 8551, 3.5); without `smime-type` one of `pkcs7-mime` may be anything.
fn says_signed(kind: &ContentType) -> bool {
    match kind.essence.as_str() {
        "multipart/signed" => true,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            kind.parameter("smime-type").is_some_and(|value| value.eq_ignore_ascii_case("signed-data"))
        }
        _ => false,
    }
}

/// The header without the line that mailbox files put in front of a message.
fn without_envelope(header: &[u8]) -> &[u8] {
    let line = header.split(|octet| *octet == b'\n').next().unwrap_or_default();
    if !is_envelope(line) {
        return header;
    }
    memchr::memchr(b'\n', header).and_then(|at| header.get(at + 1..)).unwrap_or_default()
}

/// Every line must be a field, or continue one: what cannot be kept is not left out in silence.
/// So many lines stand in front.
fn check_lines(header: &[u8], before: usize) -> Result<(), MimeError> {
    for (index, line) in header.split_inclusive(|octet| *octet == b'\n').enumerate() {
        let folded = index > 0 && matches!(line, [b' ' | b'\t', ..]);
        if !folded && !is_field(line) && !matches!(line, b"\n" | b"\r\n" | b"\r") {
            return Err(MimeError::HeaderLine { line: before + index + 1 });
        }
    }
    Ok(())
}

/// Measures the entity that a message becomes before it is signed or encrypted, so that it can be announced.
pub struct EntityLength {
    entity: OutgoingEntity,
    binary: bool,
    after_cr: bool,
    octets: u64,
}

impl EntityLength {
    /// Starts a message; `protection` must be what the writer will be told.
    pub fn new(protection: Option<HeaderProtection>) -> EntityLength {
        EntityLength { entity: OutgoingEntity::new(protection), binary: false, after_cr: false, octets: 0 }
    }

    /// Feeds octets.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn update(&mut self, input: &[u8]) -> Result<(), SmimeError> {
        if let Some(piece) = self.entity.update(input)? {
            self.count(&piece);
        }
        Ok(())
    }

    /// Ends the message; gives the length of the entity in octets.
    ///
    /// # Errors
    ///
    /// Those of the writers.
    pub fn finish(mut self) -> Result<u64, SmimeError> {
        if let Some(piece) = self.entity.finish()? {
            self.count(&piece);
        }
        Ok(self.octets)
    }

    fn count(&mut self, piece: &OutgoingPiece<'_>) {
        if let Some(head) = &piece.head {
            self.binary = head.binary;
            self.octets += head.entity.len() as u64;
        }
        self.octets += piece.body.len() as u64;
        let Some(last) = piece.body.last().filter(|_| !self.binary) else { return };
        let bare = memchr::memchr_iter(b'\n', &piece.body).filter(|at| match at.checked_sub(1) {
            Some(before) => piece.body.get(before) != Some(&b'\r'),
            None => !self.after_cr,
        });
        self.octets += bare.count() as u64;
        self.after_cr = *last == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_with_a_space_before_its_colon_is_no_line_of_a_mailbox_file() {
        let kept = b"From : a@x.example\r\nTo: b@x.example\r\n\r\n";
        assert_eq!(without_envelope(kept), kept);
        let envelope = b"From a@x.example Sat Jan  3 01:05:34 1996\r\nTo: b@x.example\r\n\r\n";
        assert_eq!(without_envelope(envelope), b"To: b@x.example\r\n\r\n");
        assert_eq!(without_envelope(b"From a@x.example"), b"");
    }
}
