//! CMS in PEM text, taken out in pieces.

use super::transfer::TransferDecoder;
use crate::mime::MimeError;

/// The longest line that is looked at whole, in octets: the first and the last of a block, and the header fields that
/// old writers put inside.
pub const PEM_LABEL_MAX: usize = 80;

pub(super) const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// Labels of CMS: RFC 7468, 8 and 9, old OpenSSL, and the two that gpgsm writes.
const LABELS: [&str; 5] = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA", "SIGNED MESSAGE", "ENCRYPTED MESSAGE"];

/// Takes the first block of CMS out of PEM text (RFC 7468). What stands in front of it, other blocks too, and behind
/// it is passed over.
#[derive(Debug, Default)]
pub struct PemText {
    /// The line that is not complete, as far as it can matter.
    line: Vec<u8>,
    /// Whether the rest of the line does not matter.
    passing: bool,
    place: Place,
    label: String,
    /// The first label that was found, if it is of something else.
    other: Option<String>,
    decoder: Option<TransferDecoder>,
    /// How many octets were read, and how many in front of the base64.
    read: u64,
    body_at: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Outside,
    /// Inside, where header fields may stand.
    Heading,
    Body,
    Ended,
}

impl PemText {
    /// The label of the block, once it is found; else the first other.
    pub fn label(&self) -> Option<&str> {
        if self.label.is_empty() { self.other.as_deref() } else { Some(&self.label) }
    }

    /// Feeds text and appends what it encodes.
    ///
    /// # Errors
    ///
    /// [`MimeError::Base64`] and [`MimeError::PemEnd`], with the octet of the text.
    pub fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        while !input.is_empty() && self.place != Place::Ended {
            let taken = if self.place == Place::Body && self.line.is_empty() && input.first() != Some(&b'-') {
                // Base64 up to a line that begins with a hyphen, which base64 does not have.
                let taken = memchr::memchr(b'-', input).unwrap_or(input.len());
                self.decode(input.get(..taken).unwrap_or_default(), out)?;
                self.read += taken as u64;
                taken
            } else {
                let taken = memchr::memchr(b'\n', input).map_or(input.len(), |at| at + 1);
                let part = input.get(..taken).unwrap_or_default();
                self.read += taken as u64;
                self.take(part, out)?;
                taken
            };
            input = input.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes a part of a line that is looked at.
    fn take(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        let complete = part.ends_with(b"\n");
        if !self.passing {
            self.line.extend_from_slice(part);
            if self.line.len() > PEM_LABEL_MAX {
                match self.place {
                    Place::Body => return Err(MimeError::PemEnd { offset: self.line_at() }),
                    // A field has its colon here; how much of the line has arrived must not matter.
                    Place::Heading if !self.line.iter().take(PEM_LABEL_MAX).any(|octet| *octet == b':') => {
                        return self.begin_body(out);
                    }
                    _ => {}
                }
                self.passing = true;
            } else if complete {
                return self.take_line(out);
            }
        }
        if complete {
            self.line.clear();
            self.passing = false;
        }
        Ok(())
    }

    fn take_line(&mut self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        match self.place {
            Place::Outside => {
                if let Some(label) = label(&self.line, BEGIN) {
                    if LABELS.contains(&label.as_str()) {
                        self.label = label;
                        self.place = Place::Heading;
                    } else {
                        self.other.get_or_insert(label);
                    }
                }
            }
            Place::Heading if self.line.contains(&b':') || self.line.trim_ascii().is_empty() => {}
            Place::Heading => return self.begin_body(out),
            Place::Body => return self.end(out),
            Place::Ended => {}
        }
        self.line.clear();
        Ok(())
    }

    /// The line that was collected is the first of the base64, or the last of the block.
    fn begin_body(&mut self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        self.place = Place::Body;
        self.body_at = self.line_at();
        self.decoder = Some(TransferDecoder::base64());
        if self.line.first() == Some(&b'-') {
            return self.end(out);
        }
        let line = std::mem::take(&mut self.line);
        self.decode(&line, out)
    }

    fn decode(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), MimeError> {
        let body_at = self.body_at;
        self.decoder
            .as_mut()
            .map_or(Ok(()), |decoder| decoder.update(text, out))
            .map_err(|e| e.behind(body_at))
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        if label(&self.line, END).as_ref() != Some(&self.label) {
            return Err(MimeError::PemEnd { offset: self.line_at() });
        }
        self.line.clear();
        self.place = Place::Ended;
        let body_at = self.body_at;
        self.decoder.take().map_or(Ok(()), |mut decoder| decoder.finish(out)).map_err(|e| e.behind(body_at))
    }

    fn line_at(&self) -> u64 {
        self.read - self.line.len() as u64
    }

    /// Ends the text and appends the rest.
    ///
    /// # Errors
    ///
    /// Those of [`PemText::update`]; [`MimeError::Pem`] when there was no block of CMS, [`MimeError::PemEnd`] when it
    /// is not closed.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), MimeError> {
        if !self.line.is_empty() && !self.passing {
            self.take_line(out)?;
        }
        match self.place {
            Place::Ended => Ok(()),
            Place::Outside => Err(MimeError::Pem),
            Place::Heading | Place::Body => Err(MimeError::PemEnd { offset: self.read }),
        }
    }
}

fn label(line: &[u8], begin: &[u8]) -> Option<String> {
    let label = line.trim_ascii_end().strip_prefix(begin)?.strip_suffix(b"-----")?;
    String::from_utf8(label.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], piece: usize) -> Result<(Vec<u8>, Option<String>), MimeError> {
        let (mut pem, mut out) = (PemText::default(), Vec::new());
        for piece in text.chunks(piece) {
            pem.update(piece, &mut out)?;
        }
        pem.finish(&mut out)?;
        Ok((out, pem.label().map(str::to_owned)))
    }

    fn in_any_pieces(text: &[u8]) -> Result<(Vec<u8>, Option<String>), MimeError> {
        let whole = read(text, text.len().max(1));
        for piece in 1..text.len() {
            assert_eq!(read(text, piece), whole, "{piece}");
        }
        whole
    }

    #[test]
    fn the_block_is_found_among_other_text() {
        for (text, label) in [
            ("-----BEGIN CMS-----\nAAEC\n-----END CMS-----\nmore", "CMS"),
            ("\r\n\r\ntext\r\n-----BEGIN PKCS7-----\r\nAA\r\nEC\r\n-----END PKCS7-----\r\n", "PKCS7"),
            (
                "-----BEGIN SIGNED MESSAGE-----\nVersion: 2\n\nAAEC\n-----END SIGNED MESSAGE-----",
                "SIGNED MESSAGE",
            ),
            (
                "-----BEGIN X-----\nBBBB\n-----END X-----\n-----BEGIN ENCRYPTED MESSAGE-----\nAAEC\n-----END ENCRYPTED MESSAGE-----\n",
                "ENCRYPTED MESSAGE",
            ),
        ] {
            assert_eq!(in_any_pieces(text.as_bytes()), Ok((vec![0, 1, 2], Some(label.to_owned()))), "{text}");
        }
        assert_eq!(
            in_any_pieces(b"-----BEGIN CMS-----\n-----END CMS-----\n").map(|(out, _)| out),
            Ok(vec![])
        );
    }

    #[test]
    fn faults_are_told_with_their_octet() {
        for (text, error) in [
            ("-----BEGIN X-----\nAAAA\n-----END X-----\n", MimeError::Pem),
            ("-----BEGIN CMS-----\nAAEC\n", MimeError::PemEnd { offset: 25 }),
            ("-----BEGIN CMS-----\nAAEC\n-----END PKCS7-----\n", MimeError::PemEnd { offset: 25 }),
            ("-----BEGIN CMS-----\nAA*C\n-----END CMS-----\n", MimeError::Base64 { offset: 22 }),
            ("\nx\n-----BEGIN CMS-----\nAAAA\nA\n-----END CMS-----\n", MimeError::Base64 { offset: 30 }),
        ] {
            assert_eq!(in_any_pieces(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn a_field_has_its_colon_within_the_bound() {
        let text = |before: usize| {
            let line = "AAAA".repeat(25);
            let (before, behind) = line.split_at(before);
            format!("-----BEGIN CMS-----\n{before}:{behind}\n\nAAEC\n-----END CMS-----\n")
        };
        let opened = in_any_pieces(text(PEM_LABEL_MAX - 1).as_bytes()).map(|(out, _)| out);
        assert_eq!(opened, Ok(vec![0, 1, 2]));
        let offset = 20 + PEM_LABEL_MAX as u64;
        assert_eq!(in_any_pieces(text(PEM_LABEL_MAX).as_bytes()), Err(MimeError::Base64 { offset }));
    }

    #[test]
    fn lines_are_bounded() {
        let text = |length: usize| {
            let fill = " ".repeat(length - "-----BEGIN CMS-----\n".len());
            format!("-----BEGIN CMS-----{fill}\nAAEC\n-----END CMS-----\n")
        };
        assert!(read(text(PEM_LABEL_MAX).as_bytes(), 7).is_ok());
        assert_eq!(read(text(PEM_LABEL_MAX + 1).as_bytes(), 7), Err(MimeError::Pem));
        let long = format!("-----BEGIN CMS-----\n{}\n-----END CMS-----\n", "AAAA".repeat(1000));
        assert_eq!(read(long.as_bytes(), 7).map(|(out, _)| out.len()), Ok(3000));
        let noise = format!("{}\n-----BEGIN CMS-----\nAAEC\n-----END CMS-----\n", "x".repeat(10_000));
        assert_eq!(read(noise.as_bytes(), 7).map(|(out, _)| out), Ok(vec![0, 1, 2]));
    }
}
