//! The lines around a place, cut out of a document however large it is and however long its lines are.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use profile::LineIndex;

/// How far an excerpt reaches before and after a place in octets, whatever the lines do: some tools write a whole
/// profile on one line.
pub const REACH_OCTETS: usize = 400;

/// A document that excerpts are cut from.
#[derive(Debug)]
pub struct Excerpts<'a> {
    /// What the document is called.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Its lines.
    pub index: &'a LineIndex<'a>,
}

impl Excerpts<'_> {
    /// The offset nearest to this one, not after it, at which a character begins.
    pub fn boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset)
    }

    /// Where the excerpt begins that shows `lines` lines before a place.
    fn start(&self, place: usize, lines: usize) -> usize {
        let floor = self.boundary(place.saturating_sub(REACH_OCTETS));
        let mut breaks = 0;
        for (at, octet) in self.text.as_bytes()[floor..place].iter().enumerate().rev() {
            if *octet == b'\n' {
                breaks += 1;
                if breaks > lines {
                    return floor + at + 1;
                }
            }
        }
        floor
    }

    /// Where it ends that shows `lines` lines after a place.
    fn end(&self, place: usize, lines: usize) -> usize {
        let ceiling = self.boundary((place + REACH_OCTETS).min(self.text.len()));
        let mut breaks = 0;
        for (at, octet) in self.text.as_bytes()[place.min(ceiling)..ceiling].iter().enumerate() {
            if *octet == b'\n' {
                breaks += 1;
                if breaks > lines {
                    return place + at;
                }
            }
        }
        ceiling
    }
}

impl SourceCode for Excerpts<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let from = self.boundary(span.offset());
        let to = self.boundary((span.offset() + span.len()).min(self.text.len())).max(from);
        // Asked for no lines around it, the place itself is what counts.
        let start = if before == 0 { from } else { self.start(from, before) };
        let end = self.end(to, after).max(to);
        let data = self.text.as_bytes().get(start..end).ok_or(MietteError::OutOfBounds)?;
        let (line, column) = self.index.position(start);
        let lines = data.iter().filter(|octet| **octet == b'\n').count() + 1;
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.to_owned(),
            data,
            (start, end - start).into(),
            line.saturating_sub(1),
            column.saturating_sub(1),
            lines,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, offset: usize, length: usize) -> (String, usize, usize) {
        let index = LineIndex::new(text.as_bytes());
        let source = Excerpts { name: "x", text, index: &index };
        let contents = source.read_span(&(offset, length).into(), 1, 1).unwrap();
        (String::from_utf8(contents.data().to_vec()).unwrap(), contents.line(), contents.column())
    }

    #[test]
    fn one_line_before_and_after() {
        let text = "one\ntwo\nthree\nfour\nfive\n";
        assert_eq!(cut(text, 8, 5), ("two\nthree\nfour".to_owned(), 1, 0));
        assert_eq!(cut(text, 0, 3), ("one\ntwo".to_owned(), 0, 0));
        assert_eq!(cut(text, text.len(), 1), ("five\n".to_owned(), 4, 0));
    }

    #[test]
    fn long_lines_are_cut() {
        let text = "é".repeat(5000);
        let (shown, line, column) = cut(&text, 4000, 10);
        assert_eq!((shown.len(), line, column), (2 * REACH_OCTETS + 10, 0, (4000 - REACH_OCTETS) / 2));
    }
}
