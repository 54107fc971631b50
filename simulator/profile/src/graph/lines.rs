//! Lines and columns of a text that is kept.

/// A text with where its lines begin, and how many characters stand before each block of it.
#[derive(Debug)]
pub(super) struct Lines {
    text: String,
    starts: Vec<usize>,
    characters: Vec<usize>,
}

/// How many bytes are counted anew for a column, so that a document of one long line costs no more than another.
const BLOCK: usize = 4096;

impl Lines {
    pub fn new(text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        let mut count = 0;
        let mut characters = vec![0];
        for block in text.as_bytes().chunks(BLOCK) {
            count += begun(block);
            characters.push(count);
        }
        Self { text, starts, characters }
    }

    /// The line and the column of a byte offset, both from 1, the column in characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        (line, self.before(offset).saturating_sub(self.before(start)) + 1)
    }

    fn before(&self, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.characters.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(block * BLOCK..offset.min(self.text.len())).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or(0) + begun(rest)
    }
}

/// How many characters of UTF-8 begin in some bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_over_blocks() {
        let long = "é".repeat(BLOCK);
        let lines = Lines::new(format!("a\n{long}b\nc"));
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(2), (2, 1));
        assert_eq!(lines.position(2 + 2 * BLOCK), (2, BLOCK + 1));
        assert_eq!(lines.position(2 + 2 * BLOCK + 2), (3, 1));
        assert_eq!(lines.position(usize::MAX).0, 3);
        assert_eq!(Lines::new(String::new()).position(0), (1, 1));
    }
}
