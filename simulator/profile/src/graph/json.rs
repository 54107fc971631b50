//! JSON read with byte spans, duplicates kept, under written limits (RFC 8259).

use super::error::{JsonError, JsonReason};
use crate::plist::Span;

/// The longest document read, in bytes: 64 MiB. Ten thousand indented policies take 25 MiB.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The deepest nesting read: the root is at depth 1. Graph's own answers need 8.
pub const DEPTH_MAX: usize = 64;
/// The most values read, containers included and member names not.
pub const NODES_MAX: usize = 4_000_000;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number as it is written.
    Number(String),
    /// A text, with its escapes resolved.
    String(String),
    /// The items of an array.
    Array(Vec<Node>),
    /// The members of an object in the order of the document, duplicates kept.
    Object(Vec<Member>),
}

/// A JSON value and its place. Equality is of the values.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Json,
    /// From its first byte to its last, in the document as UTF-8 without byte order mark.
    pub span: Span,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A member of an object. Equality ignores places.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where the name stands, quotation marks included.
    pub name_span: Span,
    /// The value.
    pub node: Node,
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.node == other.node
    }
}

impl Json {
    /// The word JSON uses for the type: null, boolean, number, string, array, object.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Boolean(_) => "boolean",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The truth value, if it is a boolean.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        if let Json::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is an integer of 64 bits.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let Json::Number(text) = self { text.parse().ok() } else { None }
    }

    /// The items, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    /// The members, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&[Member]> {
        if let Json::Object(members) = self { Some(members) } else { None }
    }
}

/// The member that counts: of duplicates the last, as in most readers of JSON.
#[must_use]
pub fn member<'a>(members: &'a [Member], name: &str) -> Option<&'a Member> {
    members.iter().rev().find(|member| member.name == name)
}

/// Decodes a document: UTF-8, or UTF-16 with a byte order mark, as older PowerShell writes files.
///
/// # Errors
/// [`JsonReason::TooLarge`] and [`JsonReason::NotText`].
pub fn decode(bytes: &[u8]) -> Result<String, JsonError> {
    let at_start = |reason| JsonError { reason, line: 1, column: 1 };
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(at_start(JsonReason::TooLarge { limit: DOCUMENT_BYTES_MAX }));
    }
    let utf16 = |rest: &[u8], order: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let units = pairs.iter().map(|pair| order(*pair));
        let text: Result<String, _> = char::decode_utf16(units).collect();
        text.ok().filter(|_| odd.is_empty())
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        rest => std::str::from_utf8(rest).ok().map(str::to_owned),
    }
    .ok_or_else(|| at_start(JsonReason::NotText))
}

/// Reads one JSON value from a text.
///
/// # Errors
/// [`JsonError`] with line and column: a syntax error, or one of the limits.
pub fn read(text: &str) -> Result<Node, JsonError> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, nodes: 0 };
    let node = reader.document();
    node.map_err(|reason| {
        let before = text.get(..reader.at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        JsonError {
            reason,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    })
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, JsonReason> {
        let node = self.value(1)?;
        self.space();
        if self.at < self.bytes.len() { Err(JsonReason::Trailing) } else { Ok(node) }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &'static str) -> JsonReason {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => JsonReason::Unexpected { found, expected },
            None => JsonReason::Truncated { expected },
        }
    }

    fn take(&mut self, byte: u8, expected: &'static str) -> Result<(), JsonReason> {
        if self.bytes.get(self.at) == Some(&byte) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(expected))
    }

    fn value(&mut self, depth: usize) -> Result<Node, JsonReason> {
        self.space();
        if depth > DEPTH_MAX {
            return Err(JsonReason::TooDeep { limit: DEPTH_MAX });
        }
        if self.nodes == NODES_MAX {
            return Err(JsonReason::TooMany { limit: NODES_MAX });
        }
        self.nodes += 1;
        let start = self.at;
        let value = match self.bytes.get(self.at) {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Json::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Json::Boolean(true))?,
            Some(b'f') => self.literal("false", Json::Boolean(false))?,
            Some(b'n') => self.literal("null", Json::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { value, span: Span::new(start, self.at) })
    }

    fn literal(&mut self, word: &'static str, value: Json) -> Result<Json, JsonReason> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.unexpected("a value"))
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonReason> {
        self.at += 1;
        let mut members = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.bytes.get(self.at) != Some(&b'"') {
                return Err(self.unexpected("a member name in quotation marks"));
            }
            let name = self.string()?;
            let name_span = Span::new(start, self.at);
            self.space();
            self.take(b':', "a colon")?;
            let node = self.value(depth + 1)?;
            members.push(Member { name, name_span, node });
            self.space();
            if self.bytes.get(self.at) == Some(&b',') {
                self.at += 1;
                continue;
            }
            self.take(b'}', "a comma or a closing brace")?;
            return Ok(Json::Object(members));
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonReason> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.bytes.get(self.at) == Some(&b',') {
                self.at += 1;
                continue;
            }
            self.take(b']', "a comma or a closing bracket")?;
            return Ok(Json::Array(items));
        }
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        self.at > from
    }

    fn number(&mut self) -> Result<Json, JsonReason> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        let zero = self.bytes.get(self.at) == Some(&b'0');
        let first = self.at;
        if !self.digits() || (zero && self.at > first + 1) {
            return Err(JsonReason::Number);
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            if !self.digits() {
                return Err(JsonReason::Number);
            }
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            if !self.digits() {
                return Err(JsonReason::Number);
            }
        }
        Ok(Json::Number(self.text.get(start..self.at).unwrap_or_default().to_owned()))
    }

    fn string(&mut self) -> Result<String, JsonReason> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let from = self.at;
            while let Some(byte) = self.bytes.get(self.at)
                && !matches!(byte, b'"' | b'\\' | 0..=0x1F)
            {
                self.at += 1;
            }
            text.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(JsonReason::ControlCharacter),
                None => return Err(JsonReason::Truncated { expected: "a quotation mark" }),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonReason> {
        let kind = self.bytes.get(self.at + 1).copied();
        let plain = match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(JsonReason::Escape),
        };
        self.at += 2;
        Ok(plain)
    }

    /// A `\uXXXX`, or two of them that are one character.
    fn unicode(&mut self) -> Result<char, JsonReason> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            u16::from_str_radix(digits, 16).ok()
        };
        let first = unit(self.at).ok_or(JsonReason::Escape)?;
        let (units, length) = match first {
            0xD800..0xDC00 => (vec![first, unit(self.at + 6).ok_or(JsonReason::Escape)?], 12),
            _ => (vec![first], 6),
        };
        let mut decoded = char::decode_utf16(units);
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => {
                self.at += length;
                Ok(character)
            }
            _ => Err(JsonReason::Escape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> JsonReason {
        read(text).unwrap_err().reason
    }

    #[test]
    fn values_are_read_as_serde_reads_them() {
        let text = r#" {"a": [1, -0.5e+3, true, false, null, "x\u00e9\ud834\udd1e\n\/"], "a": {}, "": ""} "#;
        let ours = read(text).unwrap();
        let members = ours.value.as_object().unwrap();
        assert_eq!(members.len(), 3, "duplicates are kept");
        assert_eq!(member(members, "a").unwrap().node.value, Json::Object(Vec::new()), "the last counts");
        let items = members[0].node.value.as_array().unwrap();
        assert_eq!(items[1].value, Json::Number("-0.5e+3".into()));
        assert_eq!(items[5].value.as_str(), Some("xé𝄞\n/"));
        assert_eq!(&text[items[5].span.start()..items[5].span.end()], r#""x\u00e9\ud834\udd1e\n\/""#);
        assert_eq!(&text[members[0].name_span.start()..members[0].name_span.end()], "\"a\"");
    }

    #[test]
    fn what_serde_refuses_is_refused_with_its_place() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "-",
            "1e",
            "\"\\x\"",
            "\"\\ud834\"",
            "\"\n\"",
            "nul",
            "[1 2]",
            "{\"a\" 1}",
            "1 2",
            "'a'",
            "// no\n1",
            "\"\\u+123\"",
            "\"",
            "+1",
            "NaN",
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
            assert!(read(text).is_err(), "{text}");
        }
        let error = read("{\n  \"é\": 1,\n}").unwrap_err();
        assert_eq!((error.line, error.column), (3, 1));
        assert_eq!(reason("[1"), JsonReason::Truncated { expected: "a comma or a closing bracket" });
        assert_eq!(
            reason("[1;"),
            JsonReason::Unexpected { found: ';', expected: "a comma or a closing bracket" }
        );
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(DEPTH_MAX)).is_ok());
        assert_eq!(reason(&nested(DEPTH_MAX + 1)), JsonReason::TooDeep { limit: DEPTH_MAX });
        assert_eq!(reason(&"[".repeat(1_000_000)), JsonReason::TooDeep { limit: DEPTH_MAX });
    }

    #[test]
    fn the_number_of_values_has_a_bound() {
        let many = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
        assert!(read(&many(NODES_MAX)).is_ok());
        assert_eq!(reason(&many(NODES_MAX + 1)), JsonReason::TooMany { limit: NODES_MAX });
    }

    #[test]
    fn the_size_has_a_bound() {
        assert!(decode(&vec![b' '; DOCUMENT_BYTES_MAX]).is_ok());
        let error = decode(&vec![b' '; DOCUMENT_BYTES_MAX + 1]).unwrap_err();
        assert_eq!(error.reason, JsonReason::TooLarge { limit: DOCUMENT_BYTES_MAX });
    }

    #[test]
    fn encodings_of_exports_are_decoded() {
        let text = "{\"é\": \"𝄞\"}";
        let marked: Vec<u8> = [&[0xEF, 0xBB, 0xBF], text.as_bytes()].concat();
        let little: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> =
            [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for bytes in [text.as_bytes(), &marked, &little, &big] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
        for bytes in [&b"\xFF\xFE\x00"[..], b"\xFF\xFE\x00\xD8", b"\"\xE9\""] {
            assert_eq!(decode(bytes).unwrap_err().reason, JsonReason::NotText);
        }
    }
}
