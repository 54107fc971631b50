//! Lines and columns of a document, for people.

/// Where the lines of a document begin, in the encoding the document has.
///
/// Built once per document; a lookup is two binary searches. The encoding is taken from the first bytes:
/// a UTF-16 byte order mark means UTF-16, `bplist` means a binary property list, anything else is read as UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    /// Offsets of the first byte of each line.
    starts: Vec<usize>,
    /// Offsets of units that do not begin a character: UTF-8 continuation bytes, UTF-16 low surrogates.
    inner: Vec<usize>,
    /// Bytes in a unit.
    unit: usize,
    binary: bool,
}

impl LineIndex {
    /// Indexes the lines of a document. Lines end at LF, at CR LF, or at a lone CR.
    pub fn new(document: &[u8]) -> LineIndex {
        let mut index = LineIndex { starts: vec![0], inner: Vec::new(), unit: 1, binary: false };
        match document {
            [0xFE, 0xFF, ..] => index.scan_utf16(document, u16::from_be_bytes),
            [0xFF, 0xFE, ..] => index.scan_utf16(document, u16::from_le_bytes),
            [b'b', b'p', b'l', b'i', b's', b't', ..] => index.binary = true,
            _ => index.scan_utf8(document),
        }
        index
    }

    /// True for text; a binary property list has no lines, and its spans are told as byte offsets.
    pub fn has_lines(&self) -> bool {
        !self.binary
    }

    /// The line and the column of a byte offset, both from 1, the column counted in characters. A byte order
    /// mark takes no column. An offset past the end counts on from the last line. In a binary property list
    /// everything is on line 1 and the column is the offset plus one.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let units = offset.saturating_sub(start) / self.unit;
        let inner =
            self.inner.partition_point(|at| *at < offset) - self.inner.partition_point(|at| *at < start);
        (line, units.saturating_sub(inner) + 1)
    }

    fn scan_utf8(&mut self, document: &[u8]) {
        let text_at = if document.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        self.starts = vec![text_at];
        let mut previous = 0;
        for (at, byte) in document.iter().copied().enumerate().skip(text_at) {
            self.newline(u16::from(byte), u16::from(previous), at);
            if byte & 0xC0 == 0x80 {
                self.inner.push(at);
            }
            previous = byte;
        }
    }

    fn scan_utf16(&mut self, document: &[u8], decode: fn([u8; 2]) -> u16) {
        self.unit = 2;
        self.starts = vec![2];
        let mut previous = 0;
        for (at, pair) in document.chunks_exact(2).enumerate().skip(1) {
            let unit = decode([pair[0], pair[1]]);
            self.newline(unit, previous, at * 2);
            if (0xDC00..0xE000).contains(&unit) {
                self.inner.push(at * 2);
            }
            previous = unit;
        }
    }

    fn newline(&mut self, unit: u16, previous: u16, at: usize) {
        let next = at + self.unit;
        match (previous, unit) {
            // The CR already ended the line; the LF belongs to it.
            (0x0D, 0x0A) => {
                if let Some(last) = self.starts.last_mut() {
                    *last = next;
                }
            }
            (_, 0x0A | 0x0D) => self.starts.push(next),
            _ => {}
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
}
