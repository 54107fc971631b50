//! From the bytes of an XML document to text, remembering where each character came from.

use super::error::short;
use super::{ReadError, ReadReason, Span};
use std::borrow::Cow;

/// A document as text, with the ways between the two.
#[derive(Debug)]
pub struct Text<'a> {
    pub(super) content: Cow<'a, str>,
    origin: Origin,
}

/// How offsets in the text map to offsets in the document.
#[derive(Debug)]
enum Origin {
    /// The text stands in the document, from this offset on.
    Slice { from: usize },
    /// The text was converted: the document's offset at every [`STEP`] bytes of text, the character begun there
    /// included, and how many bytes a character takes in the document.
    Converted { checkpoints: Vec<usize>, width: fn(char) -> usize },
}

const STEP: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Charset {
    Utf8,
    Ascii,
    Latin1,
    Utf16Be,
    Utf16Le,
}

impl<'a> Text<'a> {
    /// Finds out the encoding from the byte order mark and the XML declaration, and decodes.
    ///
    /// # Errors
    /// [`ReadError`] when the bytes are not in the encoding they declare, or that is none the reader knows.
    pub fn decode(document: &'a [u8]) -> Result<Text<'a>, ReadError> {
        let start = Span::new(0, document.len().min(4));
        let (mark, from) = match document {
            [0xEF, 0xBB, 0xBF, ..] => (Some(Charset::Utf8), 3),
            [0xFE, 0xFF, ..] => (Some(Charset::Utf16Be), 2),
            [0xFF, 0xFE, ..] => (Some(Charset::Utf16Le), 2),
            [0, b'<', ..] | [b'<', 0, ..] => return Err(ReadReason::Utf16WithoutMark.at(start)),
            _ => (None, 0),
        };
        match mark {
            Some(charset @ (Charset::Utf16Be | Charset::Utf16Le)) => {
                let text = Self::from_utf16(document, from, charset)?;
                if let Some((name, _)) = declared(text.content.as_bytes())
                    && !name.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("utf-16"))
                {
                    let span = text.span(0, text.content.find('>').map_or(0, |at| at + 1));
                    return Err(
                        ReadReason::ContradictedEncoding { declared: short(&name), found: "UTF-16" }.at(span)
                    );
                }
                Ok(text)
            }
            _ => {
                let body = document.get(from..).unwrap_or_default();
                let declaration = declared(body).map(|(name, span)| (name, shift(span, from)));
                let charset = match &declaration {
                    None => Charset::Utf8,
                    Some((name, span)) => match name.to_ascii_lowercase().as_str() {
                        "utf-8" | "utf8" => Charset::Utf8,
                        "utf-16" | "utf-16be" | "utf-16le" => {
                            let found = if mark.is_some() { "UTF-8" } else { "nothing of UTF-16" };
                            return Err(
                                ReadReason::ContradictedEncoding { declared: short(name), found }.at(*span)
                            );
                        }
                        other if mark.is_some() => {
                            let declared = short(other);
                            return Err(
                                ReadReason::ContradictedEncoding { declared, found: "UTF-8" }.at(*span)
                            );
                        }
                        "us-ascii" | "ascii" => Charset::Ascii,
                        "iso-8859-1" | "latin1" => Charset::Latin1,
                        _ => return Err(ReadReason::UnsupportedEncoding { name: short(name) }.at(*span)),
                    },
                };
                Self::from_bytes(document, from, charset)
            }
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.content
    }

    /// Where in the text the character stands that is at an offset of the document, or goes on there; the end of the text
    /// for what is beyond.
    pub fn within(&self, offset: usize) -> usize {
        match &self.origin {
            Origin::Slice { from } => self.content.floor_char_boundary(offset.saturating_sub(*from)),
            Origin::Converted { checkpoints, width } => {
                let step = checkpoints.partition_point(|checkpoint| *checkpoint <= offset).saturating_sub(1);
                let mut at = step * STEP;
                while at < self.content.len() && !self.content.is_char_boundary(at) {
                    at += 1;
                }
                let mut left = offset.saturating_sub(checkpoints.get(step).copied().unwrap_or(0));
                for character in self.content.get(at..).unwrap_or_default().chars() {
                    if left < width(character) {
                        break;
                    }
                    left -= width(character);
                    at += character.len_utf8();
                }
                at.min(self.content.len())
            }
        }
    }

    /// The place in the document of a range of the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.offset(start), self.offset(end))
    }

    fn offset(&self, at: usize) -> usize {
        let at = self.content.floor_char_boundary(at);
        match &self.origin {
            Origin::Slice { from } => from + at,
            Origin::Converted { checkpoints, width } => {
                let step = at / STEP;
                let mut offset = checkpoints.get(step).or(checkpoints.last()).copied().unwrap_or(0);
                // A checkpoint belongs to the first character that begins at or after its place.
                let mut from = step * STEP;
                while from < self.content.len() && !self.content.is_char_boundary(from) {
                    from += 1;
                }
                if let Some(between) = self.content.get(from..at) {
                    offset += between.chars().map(width).sum::<usize>();
                }
                offset
            }
        }
    }

    fn from_bytes(document: &'a [u8], from: usize, charset: Charset) -> Result<Text<'a>, ReadError> {
        let body = document.get(from..).unwrap_or_default();
        let (valid, encoding) = match charset {
            Charset::Latin1 => {
                let text: String = body.iter().copied().map(char::from).collect();
                return Ok(Self::converted(text, from, |_| 1));
            }
            Charset::Ascii => {
                let valid = body.iter().position(|b| !b.is_ascii());
                (valid.map_or(Ok(()), Err), "US-ASCII")
            }
            _ => (std::str::from_utf8(body).map(|_| ()).map_err(|e| e.valid_up_to()), "UTF-8"),
        };
        if let Err(at) = valid {
            return Err(ReadReason::InvalidEncoding { encoding }.at(Span::new(from + at, from + at + 1)));
        }
        let content = Cow::Borrowed(std::str::from_utf8(body).unwrap_or_default());
        Ok(Text { content, origin: Origin::Slice { from } })
    }

    fn from_utf16(document: &'a [u8], from: usize, charset: Charset) -> Result<Text<'a>, ReadError> {
        let body = document.get(from..).unwrap_or_default();
        let invalid = |at: usize| {
            ReadReason::InvalidEncoding { encoding: "UTF-16" }.at(Span::new(at, (at + 2).min(document.len())))
        };
        let units = body.chunks_exact(2).map(|pair| match (charset, pair) {
            (Charset::Utf16Be, &[a, b]) => u16::from_be_bytes([a, b]),
            (_, &[a, b]) => u16::from_le_bytes([a, b]),
            _ => 0,
        });
        let mut text = String::with_capacity(body.len() / 2);
        let mut offset = from;
        for decoded in char::decode_utf16(units) {
            let character = decoded.map_err(|_| invalid(offset))?;
            text.push(character);
            offset += character.len_utf16() * 2;
        }
        if body.len() % 2 == 1 {
            return Err(invalid(document.len().saturating_sub(1)));
        }
        Ok(Self::converted(text, from, |c| c.len_utf16() * 2))
    }

    fn converted(text: String, from: usize, width: fn(char) -> usize) -> Text<'a> {
        let mut checkpoints = Vec::with_capacity(text.len() / STEP + 1);
        let mut offset = from;
        for (at, character) in text.char_indices() {
            if at >= checkpoints.len() * STEP {
                checkpoints.push(offset);
            }
            offset += width(character);
        }
        if text.len() >= checkpoints.len() * STEP {
            checkpoints.push(offset);
        }
        Text { content: Cow::Owned(text), origin: Origin::Converted { checkpoints, width } }
    }
}

/// True if the XML declaration says that every byte is a character of ISO-8859-1.
pub(crate) fn is_latin1(document: &[u8]) -> bool {
    declared(document)
        .is_some_and(|(name, _)| ["iso-8859-1", "latin1"].contains(&name.to_ascii_lowercase().as_str()))
}

fn shift(span: Span, by: usize) -> Span {
    Span::new(span.start() + by, span.end() + by)
}

/// The encoding named in the XML declaration, and where the declaration stands.
fn declared(body: &[u8]) -> Option<(String, Span)> {
    let start = body.iter().position(|b| !b.is_ascii_whitespace())?;
    let rest = body.get(start..)?;
    let inner = rest.strip_prefix(b"<?xml").filter(|r| r.first().is_some_and(u8::is_ascii_whitespace))?;
    let length = inner.windows(2).take(1024).position(|w| w == b"?>")?;
    let declaration = std::str::from_utf8(inner.get(..length)?).ok()?;
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = after.get(1..)?.split(quote).next()?;
    Some((name.to_owned(), Span::new(start, start + 5 + length + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_to_the_bytes() {
        let source: String = "é𝄞a".repeat(600);
        let utf16: Vec<u8> =
            "\u{FEFF}".encode_utf16().chain(source.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let text = Text::decode(&utf16).map_err(|e| e.reason);
        let text = text.unwrap();
        assert_eq!(text.content, source);
        let mut expected = 2;
        for (at, c) in source.char_indices() {
            assert_eq!(text.span(at, at + c.len_utf8()), Span::new(expected, expected + c.len_utf16() * 2));
            expected += c.len_utf16() * 2;
        }
        assert_eq!(text.offset(source.len()), utf16.len());
        for (at, c) in source.char_indices() {
            let span = text.span(at, at + c.len_utf8());
            assert_eq!((text.within(span.start()), text.within(span.end() - 1)), (at, at));
        }
        assert_eq!((text.within(utf16.len()), text.within(usize::MAX)), (source.len(), source.len()));
        assert_eq!(text.within(0), 0);
    }

    #[test]
    fn declarations_and_marks() {
        let reason = |bytes: &[u8]| Text::decode(bytes).err().map(|e| e.reason);
        assert_eq!(reason(b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?>"), None);
        assert_eq!(reason(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\xE9"), None);
        assert_eq!(reason(b"<plist>\xE9"), Some(ReadReason::InvalidEncoding { encoding: "UTF-8" }));
        let ascii = b"<?xml version='1.0' encoding='US-ASCII'?>\xC3\xA9";
        assert_eq!(reason(ascii), Some(ReadReason::InvalidEncoding { encoding: "US-ASCII" }));
        assert!(matches!(
            reason(b"<?xml version='1.0' encoding='UTF-16'?><plist/>"),
            Some(ReadReason::ContradictedEncoding { .. })
        ));
        assert!(matches!(
            reason(b"\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?>"),
            Some(ReadReason::ContradictedEncoding { .. })
        ));
        let liar: Vec<u8> = "\u{FEFF}<?xml version='1.0' encoding='UTF-8'?>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(matches!(reason(&liar), Some(ReadReason::ContradictedEncoding { found: "UTF-16", .. })));
        assert!(matches!(
            reason(b"<?xml version='1.0' encoding='EBCDIC'?>"),
            Some(ReadReason::UnsupportedEncoding { .. })
        ));
        assert_eq!(reason(b"<\0p\0"), Some(ReadReason::Utf16WithoutMark));
        assert_eq!(reason(b"\xFE\xFF\xD8\x00"), Some(ReadReason::InvalidEncoding { encoding: "UTF-16" }));
        assert_eq!(reason(b"\xFE\xFF\x00<\x00"), Some(ReadReason::InvalidEncoding { encoding: "UTF-16" }));
    }
}
