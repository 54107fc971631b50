//! What an input is, told from how it begins.

use crate::cms;
use crate::mime::{BYTE_ORDER_MARK, Base64Decoder, HEADER_BLOCK_MAX, is_envelope, is_field};

/// How many octets tell binary and base64 from other text.
const SNIFFED: usize = 64;
/// How many octets of base64 are no word, such as the name of a header field.
const ENOUGH: usize = 15;

/// What an input begins as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opening {
    /// A header: mail or a MIME entity.
    Headed,
    /// A line `-----BEGIN ...-----`.
    Pem,
    /// Base64 of DER or BER, without a line around it.
    Base64,
    /// DER or BER, such as CMS.
    Bare,
    /// None of these.
    Unknown,
}

/// Recognises an input while it arrives.
///
/// A byte order mark and empty lines in front are passed over, and so is text in front of PEM, as far as it could not be
/// a header with its empty line. A header begins with a field, or with the line that mailbox files put in front
/// (`From `), and has a field in it: what has other text in front of its fields is no message. How the input is cut into
/// pieces does not matter. At most [`HEADER_BLOCK_MAX`] octets are looked at.
#[derive(Clone, Debug, Default)]
pub struct Preamble {
    kept: Vec<u8>,
    /// How many octets in front were dropped.
    skipped: u64,
    /// Whether the mark and the empty lines are off.
    begun: bool,
    /// Where the line begins that is looked at next.
    line: usize,
    /// Whether the first line is one that a header begins with, once it is complete.
    headed: Option<bool>,
    /// Whether there was a header field.
    fielded: bool,
}

impl Preamble {
    /// Takes octets. As soon as it is clear what the input is, gives that and the octets from where it begins.
    pub fn update(&mut self, input: &[u8]) -> Option<(Opening, Vec<u8>)> {
        self.kept.extend_from_slice(input);
        self.decide(false).map(|opening| (opening, std::mem::take(&mut self.kept)))
    }

    /// Decides at the end of the input.
    pub fn finish(&mut self) -> (Opening, Vec<u8>) {
        let opening = self.decide(true).unwrap_or(Opening::Unknown);
        (opening, std::mem::take(&mut self.kept))
    }

    /// How many octets stand in front of where it begins.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn decide(&mut self, end: bool) -> Option<Opening> {
        if !self.begun {
            if self.kept.len() < BYTE_ORDER_MARK.len() && !end {
                return None;
            }
            if self.skipped == 0 && self.kept.starts_with(BYTE_ORDER_MARK) {
                self.skip(BYTE_ORDER_MARK.len());
            }
            let blank = |octet: &u8| matches!(octet, b' ' | b'\t' | b'\r' | b'\n');
            let text = self.kept.iter().position(|octet| !blank(octet)).unwrap_or(self.kept.len());
            if text > HEADER_BLOCK_MAX {
                return Some(Opening::Unknown);
            }
            let line = memchr::memrchr(b'\n', self.kept.get(..text)?).map_or(0, |at| at + 1);
            if (self.kept.len() - line < SNIFFED || text == self.kept.len()) && !end {
                return None;
            }
            self.skip(line);
            self.begun = true;
            if is_binary(&self.kept) {
                return Some(Opening::Bare);
            }
            let first = self.kept.get(..SNIFFED).unwrap_or(&self.kept);
            if decoded(first).is_some_and(|octets| is_binary(&octets)) {
                return Some(Opening::Base64);
            }
        }
        loop {
            let rest = self.kept.get(self.line..).unwrap_or_default();
            let length = match memchr::memchr(b'\n', rest) {
                Some(at) => at + 1,
                None if end && !rest.is_empty() => rest.len(),
                None if end || self.kept.len() > HEADER_BLOCK_MAX => return Some(self.otherwise()),
                None => return None,
            };
            if self.line + length > HEADER_BLOCK_MAX {
                return Some(self.otherwise());
            }
            let line = rest.get(..length).unwrap_or_default();
            if line.starts_with(super::pem_text::BEGIN) {
                self.skip(self.line);
                return Some(Opening::Pem);
            }
            if self.is_headed() && matches!(line, b"\n" | b"\r\n") {
                return Some(Opening::Headed);
            }
            self.headed.get_or_insert_with(|| is_field(line) || is_envelope(line));
            self.fielded |= is_field(line);
            self.line += length;
        }
    }

    fn otherwise(&self) -> Opening {
        if self.is_headed() { Opening::Headed } else { Opening::Unknown }
    }

    fn is_headed(&self) -> bool {
        self.fielded && self.headed == Some(true)
    }

    fn skip(&mut self, octets: usize) {
        self.kept.drain(..octets);
        self.skipped += octets as u64;
        self.line = 0;
    }
}

/// Whether octets begin as DER and BER do, and text does not: with a SEQUENCE of more than 127 octets, or as CMS.
fn is_binary(octets: &[u8]) -> bool {
    matches!(octets, [0x30, 0x80..=0xff, ..]) || cms::is_cms(octets)
}

/// What the first characters encode. What is broken behind enough of them is broken base64.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    if text.contains(&b' ') {
        return None;
    }
    let mut out = Vec::new();
    match Base64Decoder::new().update(text, &mut out) {
        Err(_) if out.len() < ENOUGH => None,
        _ => Some(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cms::tests::world;
    use crate::cms::{SignatureOptions, sign_attached};
    use crate::mime::Base64Encoder;
    use proptest::prelude::*;

    fn in_pieces(input: &[u8], piece: usize) -> (Opening, u64, Vec<u8>) {
        let mut preamble = Preamble::default();
        let mut rest = input.chunks(piece);
        for octets in rest.by_ref() {
            if let Some((opening, mut kept)) = preamble.update(octets) {
                kept.extend(rest.flatten());
                return (opening, preamble.skipped(), kept);
            }
        }
        let (opening, kept) = preamble.finish();
        (opening, preamble.skipped(), kept)
    }

    fn base64(octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Base64Encoder::new();
        encoder.update(octets, &mut out);
        encoder.finish(&mut out);
        out
    }

    #[test]
    fn inputs_are_told_by_how_they_begin() {
        let world = world();
        let der = sign_attached(&world.cx(), b"x", &world.ec, &SignatureOptions::default()).unwrap();
        let text = base64(&der);
        let pem = [b"-----BEGIN CMS-----\n", &text[..], b"-----END CMS-----\n"].concat();
        for (front, input, opening) in [
            (&b""[..], &der[..], Opening::Bare),
            (b"", &text, Opening::Base64),
            (b"\r\n\n  \n", &text, Opening::Base64),
            (b"", &pem, Opening::Pem),
            (b"\xef\xbb\xbf\n\n", &pem, Opening::Pem),
            (b"Bag Attributes\n  a: b\nsubject=x\n\nissuer=y\n", &pem, Opening::Pem),
            (b"Comment: x\n", &pem, Opening::Pem),
            (b"", b"Subject: x\n\n-----BEGIN CMS-----\n", Opening::Headed),
            (b"\xef\xbb\xbf", b"Subject: x\r\n\r\nbody", Opening::Headed),
            (b"\n\n", b"Subject: x", Opening::Headed),
            (b"", b"From eve\nSubject: x\n\n", Opening::Headed),
            (b"", b"just text\n\nand: more\n", Opening::Unknown),
            (b"", b"junk line\nSubject: x\n\nbody", Opening::Unknown),
            (b"", b"\xef\n*:", Opening::Unknown),
            (b"", b"From me to you\n\nbody", Opening::Unknown),
            (b"", b"just text\n", Opening::Unknown),
            (b"", b"", Opening::Unknown),
            (b"", b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", Opening::Base64),
            (
                b"",
                b"MIND THE GAP BETWEEN WORDS AND LINES OF A TEXT THAT IS NOT CODED AT ALL\n",
                Opening::Unknown,
            ),
            (b"", b"0\x82\x01\0", Opening::Bare),
            (b"", b"0: x\n\n", Opening::Headed),
            (b"", b"MIME-Version: 1.0\n\n", Opening::Headed),
            (b"", b"MIAGCSqGSIb3DQEHAqCA\nM%", Opening::Base64),
        ] {
            let whole = [front, input].concat();
            for piece in [1, 2, 3, 63, 64, 65, whole.len() + 1] {
                let found = in_pieces(&whole, piece);
                assert_eq!(found.0, opening, "{}", String::from_utf8_lossy(&whole));
                assert_eq!(whole.get(usize::try_from(found.1).unwrap()..), Some(&found.2[..]));
                assert!(opening == Opening::Unknown || found.1 == front.len() as u64, "{piece} {found:?}");
            }
        }
    }

    #[test]
    fn looking_stops_at_the_bound() {
        // The line that ends at the bound still counts.
        let field = |length: usize| [b"A: ".to_vec(), vec![b'x'; length - 4], b"\n".to_vec()].concat();
        let pem = b"-----BEGIN CMS-----\n";
        let input = |more: usize| [field(HEADER_BLOCK_MAX - pem.len() + more), pem.to_vec()].concat();
        assert_eq!(in_pieces(&input(0), 1000).0, Opening::Pem);
        assert_eq!(in_pieces(&input(1), 1000).0, Opening::Headed);
        let blank = |length: usize| [vec![b'\n'; length], b"A: b\n\n".to_vec()].concat();
        assert_eq!(in_pieces(&blank(HEADER_BLOCK_MAX), 999).0, Opening::Headed);
        assert_eq!(in_pieces(&blank(HEADER_BLOCK_MAX + 1), 999).0, Opening::Unknown);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            parts in proptest::collection::vec(
                proptest::sample::select(&[
                    "\n", "\r\n", " ", "A: b\n", "x", "\u{feff}", "-----BEGIN CMS-----\n", "MIAGCSqGSIb3DQEHAqCA", "0", "-",
                ][..]),
                0..20,
            ),
            piece in 1usize..70,
        ) {
            let input = parts.concat().into_bytes();
            prop_assert_eq!(in_pieces(&input, piece), in_pieces(&input, input.len() + 1));
        }
    }
}
