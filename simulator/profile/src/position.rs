//! Lines and columns of a document, for people.

use crate::plist::is_latin1;
use std::borrow::Cow;

/// How many bytes are looked through for one position: what is remembered of a document is bounded by its length over
/// this, whatever its lines are.
const STEP_BYTES: usize = 4096;

/// The lines of a document, in the encoding the document has.
///
/// Built once per document; a lookup looks through 4 KiB at most. The encoding is taken from the first bytes: a UTF-16 byte
/// order mark means UTF-16, `bplist` means a binary property list, an XML declaration may say ISO-8859-1, anything else
/// is read as UTF-8.
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    document: Cow<'a, [u8]>,
    encoding: Encoding,
    /// Where the text begins, behind a byte order mark.
    from: usize,
    /// The state at every [`STEP_BYTES`] of the text.
    checkpoints: Vec<Counted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16 { big: bool },
    Binary,
}

/// What has been counted up to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    /// Ends of lines.
    lines: u32,
    /// Characters since the last of them.
    characters: u32,
}

impl<'a> LineIndex<'a> {
    /// Indexes the lines of a document. Lines end at LF, at CR LF, or at a lone CR.
    pub fn new(document: &'a [u8]) -> LineIndex<'a> {
        let (encoding, from) = match document {
            [0xFE, 0xFF, ..] => (Encoding::Utf16 { big: true }, 2),
            [0xFF, 0xFE, ..] => (Encoding::Utf16 { big: false }, 2),
            [b'b', b'p', b'l', b'i', b's', b't', ..] => (Encoding::Binary, 0),
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            _ if is_latin1(document) => (Encoding::Latin1, 0),
            _ => (Encoding::Utf8, 0),
        };
        LineIndex::scanned(Cow::Borrowed(document), encoding, from)
    }

    /// Indexes the lines of a text, whatever encoding it says it was in.
    pub fn of_text(text: &'a str) -> LineIndex<'a> {
        LineIndex::scanned(Cow::Borrowed(text.as_bytes()), Encoding::Utf8, 0)
    }

    /// Indexes the lines of a text and keeps it, for places that are asked for later.
    pub fn of_owned_text(text: String) -> LineIndex<'static> {
        LineIndex::scanned(Cow::Owned(text.into_bytes()), Encoding::Utf8, 0)
    }

    /// True for text; a binary property list has no lines, and its spans are told as byte offsets.
    pub fn has_lines(&self) -> bool {
        self.encoding != Encoding::Binary
    }

    /// The line and the column of a byte offset, both from 1, the column counted in characters. A byte order
    /// mark takes no column. An offset past the end counts on from the last line. In a binary property list
    /// everything is on line 1 and the column is the offset plus one.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        if self.encoding == Encoding::Binary {
            return (1, offset.saturating_add(1));
        }
        let within = offset.min(self.document.len());
        let step = within.saturating_sub(self.from) / STEP_BYTES;
        let step = step.min(self.checkpoints.len().saturating_sub(1));
        let mut counted = self.checkpoints.get(step).copied().unwrap_or_default();
        self.count(&mut counted, self.from + step * STEP_BYTES, within);
        let beyond = (offset - within) / self.unit();
        (counted.lines as usize + 1, (counted.characters as usize).saturating_add(beyond).saturating_add(1))
    }

    fn scanned(document: Cow<'a, [u8]>, encoding: Encoding, from: usize) -> LineIndex<'a> {
        let mut index = LineIndex { document, encoding, from, checkpoints: Vec::new() };
        if encoding == Encoding::Binary {
            return index;
        }
        let mut counted = Counted::default();
        let length = index.document.len();
        let mut checkpoints = Vec::with_capacity((length - from) / STEP_BYTES + 1);
        let mut at = from;
        while at <= length {
            checkpoints.push(counted);
            index.count(&mut counted, at, (at + STEP_BYTES).min(length));
            at += STEP_BYTES;
        }
        index.checkpoints = checkpoints;
        index
    }

    /// Bytes in a unit.
    fn unit(&self) -> usize {
        if matches!(self.encoding, Encoding::Utf16 { .. }) { 2 } else { 1 }
    }

    /// Counts what stands from one offset, at which a unit begins, to another.
    fn count(&self, counted: &mut Counted, from: usize, to: usize) {
        match self.encoding {
            Encoding::Binary => {}
            Encoding::Utf8 | Encoding::Latin1 => {
                let single = self.encoding == Encoding::Latin1;
                for at in from..to {
                    let byte = self.document.get(at).copied().unwrap_or_default();
                    let inner = !single && byte & 0xC0 == 0x80;
                    self.unit_counted(counted, u16::from(byte), inner, at);
                }
            }
            Encoding::Utf16 { .. } => {
                for at in (from..to).step_by(2) {
                    let Some(unit) = self.unit_at(at) else { return };
                    self.unit_counted(counted, unit, (0xDC00..0xE000).contains(&unit), at);
                }
            }
        }
    }

    /// Counts one unit. The CR of a CR LF ends no line, the LF does.
    fn unit_counted(&self, counted: &mut Counted, unit: u16, inner: bool, at: usize) {
        match unit {
            0x0A => *counted = Counted { lines: counted.lines + 1, characters: 0 },
            0x0D if self.unit_at(at + self.unit()) != Some(0x0A) => {
                *counted = Counted { lines: counted.lines + 1, characters: 0 };
            }
            _ => counted.characters += u32::from(!inner),
        }
    }

    fn unit_at(&self, at: usize) -> Option<u16> {
        match self.encoding {
            Encoding::Utf16 { big } => match *self.document.get(at..at + 2)? {
                [a, b] if big => Some(u16::from_be_bytes([a, b])),
                [a, b] => Some(u16::from_le_bytes([a, b])),
                _ => None,
            },
            _ => self.document.get(at).copied().map(u16::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let text = "a\nbé𝄞c\r\nd\re";
        let index = LineIndex::new(text.as_bytes());
        let at = |needle: &str| index.position(text.find(needle).unwrap());
        assert_eq!(at("a"), (1, 1));
        assert_eq!(at("b"), (2, 1));
        assert_eq!(at("𝄞"), (2, 3));
        assert_eq!(at("c"), (2, 4));
        assert_eq!(at("d"), (3, 1));
        assert_eq!(at("e"), (4, 1));
        assert_eq!(index.position(text.len()), (4, 2));
        assert_eq!(index.position(usize::MAX).0, 4);
    }

    #[test]
    fn utf16_in_both_orders() {
        for big in [true, false] {
            let text = "\u{FEFF}a\n𝄞c";
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
                .collect();
            let index = LineIndex::new(&bytes);
            assert_eq!(index.position(2), (1, 1));
            assert_eq!(index.position(6), (2, 1));
            assert_eq!(index.position(10), (2, 2), "after the surrogate pair");
        }
    }

    #[test]
    fn byte_order_mark_and_binary() {
        assert_eq!(LineIndex::new("\u{FEFF}x".as_bytes()).position(3), (1, 1));
        let binary = LineIndex::new(b"bplist00\n\n");
        assert!(!binary.has_lines());
        assert_eq!(binary.position(9), (1, 10));
        assert_eq!(LineIndex::new(b"").position(0), (1, 1));
    }

    #[test]
    fn positions_do_not_depend_on_the_steps() {
        for newline in ["\n", "\r\n", "\r"] {
            for filling in STEP_BYTES - 8..STEP_BYTES + 2 {
                let text = format!("{newline}é{}{newline}é{newline}x", "z".repeat(filling));
                let index = LineIndex::new(text.as_bytes());
                assert_eq!(index.position(text.len() - 1), (4, 1), "{newline:?} {filling}");
                assert_eq!(index.position(text.len() - 1 - newline.len()), (3, 2), "{newline:?} {filling}");
                let utf16: Vec<u8> =
                    format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
                assert_eq!(LineIndex::new(&utf16).position(utf16.len() - 2), (4, 1));
            }
        }
        let lines = "\n".repeat(5 * STEP_BYTES);
        assert_eq!(LineIndex::new(lines.as_bytes()).position(lines.len()), (5 * STEP_BYTES + 1, 1));
    }

    #[test]
    fn in_latin_1_every_byte_is_a_character() {
        let text = b"<?xml version='1.0' encoding='ISO-8859-1'?>\n\xE9\xA9x";
        assert_eq!(LineIndex::new(text).position(text.len() - 1), (2, 3));
        assert_eq!(LineIndex::of_text("é<?xml encoding='ISO-8859-1'?>é").position(4), (1, 4));
    }
}
