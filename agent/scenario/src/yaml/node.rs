//! The tree.

/// A place in a source: octets from the start, line and column from 1, the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Which source, as numbered by whoever read it.
    pub source: u32,
    /// First octet.
    pub start: usize,
    /// First octet behind it.
    pub end: usize,
    /// Line of the first octet.
    pub line: u32,
    /// Column of the first octet.
    pub column: u32,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the source; no key twice.
    Mapping(Vec<Entry>),
}

/// Text as it was written, after YAML's escapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text.
    pub text: String,
    /// Whether it stood without quotes, so that it may be more than text: `true`, `null`, a number.
    pub plain: bool,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Scalar {
    /// Whether it is YAML's null.
    pub fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The truth value that it is, if it is one (YAML 1.2.2, section 10.3.2).
    pub fn boolean(&self) -> Option<bool> {
        match (self.plain, self.text.as_str()) {
            (true, "true" | "True" | "TRUE") => Some(true),
            (true, "false" | "False" | "FALSE") => Some(false),
            _ => None,
        }
    }

    /// The decimal integer that it is, if it is one.
    pub fn integer(&self) -> Option<i64> {
        let digits = self.text.strip_prefix(['-', '+']).unwrap_or(&self.text);
        let is_number = self.plain && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| self.text.parse().ok()).flatten()
    }
}

impl Node {
    /// A text of its own at a place.
    pub fn text(text: impl Into<String>, span: Span) -> Self {
        Node { span, value: Value::Scalar(Scalar { text: text.into(), plain: false }) }
    }

    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(s) if s.is_null() => "nothing",
            Value::Scalar(_) => "a text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The scalar that it is.
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn member(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|e| e.key == key).map(|e| &e.value)
    }

    /// How many nodes it consists of.
    pub fn size(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(_) => 0,
            Value::Sequence(items) => items.iter().map(Node::size).sum(),
            Value::Mapping(entries) => entries.iter().map(|e| e.value.size()).sum(),
        }
    }

    /// The same as JSON: plain scalars as YAML 1.2's truth values, null and integers, everything else as text.
    pub fn json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Scalar(s) if s.is_null() => Json::Null,
            Value::Scalar(s) => match (s.boolean(), s.integer()) {
                (Some(truth), _) => Json::Bool(truth),
                (_, Some(number)) => Json::from(number),
                _ => Json::String(s.text.clone()),
            },
            Value::Sequence(items) => Json::Array(items.iter().map(Node::json).collect()),
            Value::Mapping(entries) => {
                Json::Object(entries.iter().map(|e| (e.key.clone(), e.value.json())).collect())
            }
        }
    }

    /// This mapping with another laid over it: mappings are joined key by key, anything else is replaced.
    pub fn overlaid(&self, top: &Node) -> Node {
        let (Value::Mapping(below), Value::Mapping(above)) = (&self.value, &top.value) else {
            return top.clone();
        };
        let mut entries = below.clone();
        for entry in above {
            match entries.iter_mut().find(|e| e.key == entry.key) {
                Some(found) => {
                    found.value = found.value.overlaid(&entry.value);
                    found.key_span = entry.key_span;
                }
                None => entries.push(entry.clone()),
            }
        }
        Node { span: top.span, value: Value::Mapping(entries) }
    }
}
