//! The XML reader: quick-xml's tokens, the grammar of Apple's PropertyList-1.0 DTD, byte spans.
//!
//! The grammar is strict (only the DTD's elements, keys and values in turn), the frame is as tolerant as
//! Core Foundation: white space before the declaration and a missing plist element are findings. No entity but
//! XML's own is resolved, and nothing is ever fetched.

use super::encoding::Text;
use super::error::short;
use super::pool::Pool;
use super::{
    CONTAINER_NODES, DEPTH_MAX, Dictionary, Entry, NODES_MAX, Node, ReadError, ReadReason, Span, Value,
};
use crate::{Finding, Severity, Timestamp};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::sync::Arc;

const DTD: &str = "PropertyList-1.0.dtd (Apple)";

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads an XML document.
pub(super) fn read(document: &[u8], findings: &mut Vec<Finding>) -> Result<Node, ReadError> {
    let text = Text::decode(document)?;
    let forbidden =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if let Some((at, c)) = text.content.char_indices().find(|(_, c)| forbidden(*c)) {
        let span = text.span(at, at + c.len_utf8());
        return Err(ReadReason::ForbiddenCharacter { code: u32::from(c) }.at(span));
    }
    let mut reader = Reader::from_str(&text.content);
    reader.config_mut().check_comments = true;
    let mut parser = Parser {
        reader,
        text: &text,
        from: 0,
        open: Vec::new(),
        nodes: 0,
        root: None,
        plist: Plist::Before,
        pool: Pool::default(),
    };
    parser.document(findings)
}

/// Where the reader stands relative to the plist element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plist {
    Before,
    Inside,
    After,
}

/// A container being filled.
enum Frame {
    Array { start: usize, items: Vec<Node> },
    Dictionary { start: usize, entries: Vec<Entry>, key: Option<(Arc<str>, Span)> },
}

struct Parser<'t> {
    reader: Reader<&'t [u8]>,
    text: &'t Text<'t>,
    /// Where the last token began.
    from: usize,
    open: Vec<Frame>,
    nodes: usize,
    root: Option<Node>,
    plist: Plist,
    pool: Pool,
}

impl<'t> Parser<'t> {
    fn document(&mut self, findings: &mut Vec<Finding>) -> Result<Node, ReadError> {
        loop {
            match self.next()? {
                Event::Decl(_) => {
                    if self.from != 0 {
                        findings.push(
                            Finding::new(
                                "xml-leading-space",
                                Severity::Info,
                                "there is white space before the XML declaration",
                                "XML 1.0, section 2.8; Core Foundation reads it all the same",
                            )
                            .at(self.text.span(0, self.from)),
                        );
                    }
                }
                Event::DocType(content) => self.document_type(content.as_ref(), findings)?,
                Event::Start(tag) => self.start(&tag, false, findings)?,
                Event::Empty(tag) => self.start(&tag, true, findings)?,
                Event::End(_) => self.end()?,
                Event::Text(content) => {
                    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
                    if let Some(at) = content.find(|c| !blank(c)) {
                        let start = self.from + at;
                        let end = self.from + content.trim_end_matches(blank).len();
                        return Err(ReadReason::UnexpectedText.at(self.text.span(start, end)));
                    }
                }
                Event::CData(_) | Event::GeneralRef(_) => {
                    return Err(ReadReason::UnexpectedText.at(self.here()));
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return self.finish(),
            }
        }
    }

    fn next(&mut self) -> Result<Event<'t>, ReadError> {
        self.from = self.position();
        self.reader.read_event().map_err(|error| self.malformed(&error))
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// The place of the last token.
    fn here(&self) -> Span {
        self.text.span(self.from, self.position())
    }

    fn document_end(&self) -> Span {
        let end = self.text.content.len();
        self.text.span(end, end)
    }

    fn document_type(&mut self, content: &str, findings: &mut Vec<Finding>) -> Result<(), ReadError> {
        if self.plist != Plist::Before || self.root.is_some() || !self.open.is_empty() {
            return Err(
                ReadReason::Malformed { fault: "the document type stands after the root" }.at(self.here())
            );
        }
        let mut quote = None;
        for c in content.chars() {
            match (quote, c) {
                (None, '[') => return Err(ReadReason::InternalSubset.at(self.here())),
                (None, '"' | '\'') => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                _ => {}
            }
        }
        let mut words = content.split_ascii_whitespace();
        if words.next() != Some("plist") {
            return Err(ReadReason::ForeignDocumentType.at(self.here()));
        }
        if !content.contains("PropertyList-1.0.dtd") {
            findings.push(
                Finding::new(
                    "xml-foreign-doctype",
                    Severity::Warning,
                    "the document type is not Apple's; it is not fetched, here or on a device",
                    DTD,
                )
                .at(self.here())
                .help("use <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">"),
            );
        }
        Ok(())
    }

    fn start(
        &mut self,
        tag: &BytesStart<'t>,
        empty: bool,
        findings: &mut Vec<Finding>,
    ) -> Result<(), ReadError> {
        let start = self.from;
        if tag.attributes().any(|attribute| attribute.is_err()) {
            return Err(ReadReason::Malformed { fault: "an attribute is not of the form name=\"value\"" }
                .at(self.here()));
        }
        let name = tag.name();
        let name: &str = name.as_ref();
        let unexpected = || ReadReason::UnexpectedElement { name: short(name) };
        if name == "plist" {
            if self.plist != Plist::Before || self.root.is_some() || !self.open.is_empty() {
                return Err(unexpected().at(self.here()));
            }
            self.plist = if empty { Plist::After } else { Plist::Inside };
            return Ok(());
        }
        let known = ["dict", "array", "key", "string", "data", "integer", "real", "true", "false", "date"]
            .contains(&name);
        if !known {
            return Err(unexpected().at(self.here()));
        }
        if self.open.is_empty() {
            if name == "key" {
                return Err(unexpected().at(self.here()));
            }
            if self.root.is_some() {
                return Err(ReadReason::MoreThanOneValue.at(self.here()));
            }
            if self.plist == Plist::After {
                return Err(ReadReason::UnexpectedElement { name: short(name) }.at(self.here()));
            }
            if self.plist == Plist::Before {
                findings.push(
                    Finding::new(
                        "xml-no-plist-element",
                        Severity::Warning,
                        "the plist element is missing",
                        DTD,
                    )
                    .at(self.here())
                    .help("wrap the value in <plist version=\"1.0\">"),
                );
            }
        }
        self.expect_place(name)?;
        match name {
            "dict" | "array" if empty => {
                let value = if name == "dict" {
                    Value::Dictionary(Dictionary::new())
                } else {
                    Value::Array(Box::default())
                };
                if self.open.len() >= DEPTH_MAX {
                    return Err(ReadReason::TooDeep { limit: DEPTH_MAX }.at(self.here()));
                }
                self.place(value, start)
            }
            "dict" | "array" => {
                if self.open.len() >= DEPTH_MAX {
                    return Err(ReadReason::TooDeep { limit: DEPTH_MAX }.at(self.here()));
                }
                self.open.push(if name == "dict" {
                    Frame::Dictionary { start, entries: Vec::new(), key: None }
                } else {
                    Frame::Array { start, items: Vec::new() }
                });
                Ok(())
            }
            _ => {
                let body = self.position();
                let content = if empty { Cow::Borrowed("") } else { self.content(name)? };
                if name == "key" {
                    let span = self.text.span(start, self.position());
                    let text = self.pool.shared(&content);
                    if let Some(Frame::Dictionary { key, .. }) = self.open.last_mut() {
                        *key = Some((text, span));
                    }
                    return Ok(());
                }
                if self.open.len() >= DEPTH_MAX {
                    return Err(ReadReason::TooDeep { limit: DEPTH_MAX }.at(self.text.span(start, body)));
                }
                let value = self.scalar(name, content, start, body)?;
                self.place(value, start)
            }
        }
    }

    /// Checks that keys and values take turns in a dictionary, and that keys stand nowhere else.
    fn expect_place(&self, name: &str) -> Result<(), ReadError> {
        match self.open.last() {
            Some(Frame::Dictionary { key: Some((key, span)), .. }) if name == "key" => {
                Err(ReadReason::KeyWithoutValue { key: short(key) }.at(*span))
            }
            Some(Frame::Dictionary { key: None, .. }) if name != "key" => {
                Err(ReadReason::ValueWithoutKey.at(self.here()))
            }
            Some(Frame::Array { .. }) if name == "key" => {
                Err(ReadReason::UnexpectedElement { name: "key".to_owned() }.at(self.here()))
            }
            _ => Ok(()),
        }
    }

    /// Reads the text of a leaf element up to its end tag.
    fn content(&mut self, name: &str) -> Result<Cow<'t, str>, ReadError> {
        let mut content = Cow::Borrowed("");
        loop {
            let piece = match self.next()? {
                Event::Text(text) => text.xml10_content(),
                Event::CData(text) => text.xml10_content(),
                Event::GeneralRef(reference) => Cow::Owned(self.character(&reference)?.to_string()),
                Event::Comment(_) | Event::PI(_) => continue,
                Event::End(_) => return Ok(content),
                Event::Start(tag) | Event::Empty(tag) => {
                    let name = short(tag.name().as_ref());
                    return Err(ReadReason::UnexpectedElement { name }.at(self.here()));
                }
                Event::Decl(_) | Event::DocType(_) => {
                    let fault = "a declaration stands inside an element";
                    return Err(ReadReason::Malformed { fault }.at(self.here()));
                }
                Event::Eof => {
                    return Err(ReadReason::Truncated { element: name.to_owned() }.at(self.document_end()));
                }
            };
            if content.is_empty() { content = piece } else { content.to_mut().push_str(&piece) }
        }
    }

    fn character(&self, reference: &BytesRef<'_>) -> Result<char, ReadError> {
        if reference.is_char_ref() {
            let resolved = reference.resolve_char_ref().ok().flatten();
            let c = resolved.ok_or_else(|| ReadReason::CharacterReference.at(self.here()))?;
            let allowed =
                matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}'));
            return if allowed {
                Ok(c)
            } else {
                Err(ReadReason::ForbiddenCharacter { code: u32::from(c) }.at(self.here()))
            };
        }
        match reference.as_ref() {
            "lt" => Ok('<'),
            "gt" => Ok('>'),
            "amp" => Ok('&'),
            "quot" => Ok('"'),
            "apos" => Ok('\''),
            name => Err(ReadReason::UnknownEntity { name: short(name) }.at(self.here())),
        }
    }

    fn scalar(
        &mut self,
        name: &str,
        content: Cow<'t, str>,
        start: usize,
        body: usize,
    ) -> Result<Value, ReadError> {
        let element = self.text.span(start, self.position());
        let invalid = |expected| ReadReason::InvalidScalar { expected }.at(element);
        let trimmed = content.trim_matches(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        match name {
            "string" => Ok(Value::String(self.pool.shared(&content))),
            "true" | "false" if trimmed.is_empty() => Ok(Value::Boolean(name == "true")),
            "true" | "false" => Err(invalid("boolean")),
            "integer" => {
                let number = integer(trimmed).ok_or_else(|| invalid("integer"))?;
                Value::integer(number).ok_or_else(|| ReadReason::IntegerOutOfRange.at(element))
            }
            "real" => trimmed.parse().map(Value::Real).map_err(|_| invalid("real")),
            "date" => {
                let form = trimmed.len() == 20 && trimmed.ends_with('Z') && trimmed.get(10..11) == Some("T");
                match Timestamp::parse_rfc3339(trimmed) {
                    Ok(time) if form => Ok(Value::Date(time)),
                    _ => Err(invalid("date")),
                }
            }
            _ => {
                let bytes: Vec<u8> = content.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
                BASE64.decode(&bytes).map(Value::from).map_err(|error| {
                    let base64::DecodeError::InvalidByte(at, _) = error else { return invalid("data") };
                    // Only text without references can be traced back byte by byte.
                    if !matches!(content, Cow::Borrowed(_)) {
                        return invalid("data");
                    }
                    let place = content.bytes().enumerate().filter(|(_, b)| !b.is_ascii_whitespace()).nth(at);
                    let offset = place.map_or(0, |(offset, _)| offset);
                    let width =
                        content.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                    let start = body + offset;
                    ReadReason::InvalidScalar { expected: "data" }.at(self.text.span(start, start + width))
                })
            }
        }
    }

    /// Puts a finished value into the container that is open, or makes it the root.
    fn place(&mut self, value: Value, start: usize) -> Result<(), ReadError> {
        let span = self.text.span(start, self.position());
        let container = matches!(value, Value::Dictionary(_) | Value::Array(_));
        self.nodes += if container { CONTAINER_NODES } else { 1 };
        if self.nodes > NODES_MAX {
            return Err(ReadReason::TooManyValues { limit: NODES_MAX }.at(span));
        }
        let node = Node { value, span };
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Array { items, .. }) => items.push(node),
            Some(Frame::Dictionary { entries, key, .. }) => {
                let (key, key_span) = key.take().ok_or_else(|| ReadReason::ValueWithoutKey.at(span))?;
                entries.push(Entry { key, key_span, node });
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadError> {
        match self.open.pop() {
            Some(Frame::Array { start, items }) => self.place(Value::from(items), start),
            Some(Frame::Dictionary { key: Some((key, span)), .. }) => {
                Err(ReadReason::KeyWithoutValue { key: short(&key) }.at(span))
            }
            Some(Frame::Dictionary { start, mut entries, key: None }) => {
                // A profile of a hundred thousand small dictionaries would be half room to grow.
                entries.shrink_to_fit();
                self.place(Value::Dictionary(Dictionary { entries }), start)
            }
            None => {
                self.plist = Plist::After;
                if self.root.is_some() { Ok(()) } else { Err(ReadReason::NoValue.at(self.here())) }
            }
        }
    }

    fn finish(&mut self) -> Result<Node, ReadError> {
        let end = self.document_end();
        let truncated = |element: &str| Err(ReadReason::Truncated { element: element.to_owned() }.at(end));
        match self.open.last() {
            Some(Frame::Array { .. }) => return truncated("array"),
            Some(Frame::Dictionary { .. }) => return truncated("dict"),
            None if self.plist == Plist::Inside => return truncated("plist"),
            None => {}
        }
        self.root.take().ok_or_else(|| {
            let seen = self.plist == Plist::After;
            if seen { ReadReason::NoValue.at(end) } else { ReadReason::UnknownFormat.at(end) }
        })
    }

    /// True if nothing but one word follows to the end: a document cut inside a reference.
    fn ends_in_a_name(&self, at: usize) -> bool {
        let rest = self.text.content.get(at..).unwrap_or_default();
        !rest.contains(|c: char| c == '<' || c.is_whitespace())
    }

    fn malformed(&self, error: &Error) -> ReadError {
        let at =
            usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX).min(self.text.content.len());
        let here = self.text.span(at, at);
        let malformed = |fault| ReadReason::Malformed { fault };
        let inside = || ReadReason::Truncated {
            element: match self.open.last() {
                Some(Frame::Array { .. }) => "array",
                Some(Frame::Dictionary { .. }) => "dict",
                None => "plist",
            }
            .to_owned(),
        };
        match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) => malformed("unknown markup after <!").at(here),
            Error::Syntax(_) => inside().at(self.document_end()),
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, .. }) => {
                ReadReason::MismatchedEnd { expected: short(expected) }.at(here)
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
                malformed("an end tag closes nothing").at(here)
            }
            Error::IllFormed(IllFormedError::UnclosedReference) if self.ends_in_a_name(at) => {
                inside().at(self.document_end())
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                malformed("an & begins no reference; write &amp;").at(here)
            }
            Error::IllFormed(IllFormedError::DoubleHyphenInComment) => {
                malformed("-- inside a comment").at(here)
            }
            Error::IllFormed(IllFormedError::MissingDoctypeName) => {
                malformed("the document type has no name").at(here)
            }
            Error::IllFormed(_) => malformed("the XML declaration or an element is incomplete").at(here),
            _ => malformed("the markup cannot be read").at(here),
        }
    }
}

/// Reads a decimal or 0x number with an optional sign, as Core Foundation does.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..)?),
        [b'+', ..] => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..)?),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    // Beyond 128 bits it is out of range all the same.
    let magnitude = i128::from_str_radix(digits, radix).unwrap_or(i128::MAX);
    Some(if negative { -magnitude } else { magnitude })
}
