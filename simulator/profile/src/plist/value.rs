//! Values of a property list, each with the place it was read from.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A range of bytes in the document as it was handed in, end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// Makes a span of its two offsets.
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }
}

/// A property list value. `Debug` shows the length of data only, and hides what stands under a secret's key.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// `dict`.
    Dictionary(Dictionary),
    /// `array`.
    Array(Vec<Node>),
    /// `string`.
    String(String),
    /// `data`.
    Data(Vec<u8>),
    /// `integer`; files hold −2⁶³ to 2⁶⁴−1.
    Integer(i128),
    /// `real`.
    Real(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `date`.
    Date(Timestamp),
    /// A keyed archiver's reference; only binary lists have it, and no profile needs it.
    Uid(u64),
}

/// A value and its place. Equality is of the values: where they stand does not count.
#[derive(Clone, Serialize, Deserialize)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// From the first byte of its element (or binary object) to the last; empty for values made by program.
    pub span: Span,
}

/// Keys and values in the order of the document, duplicates kept.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dictionary {
    /// All entries, also those hidden by a later one of the same key.
    pub entries: Vec<Entry>,
}

/// One key of a dictionary with its value. Equality ignores places.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Value {
    /// The word plists use for the type: dict, array, string, data, integer, real, boolean, date, uid.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Dictionary(_) => "dict",
            Value::Array(_) => "array",
            Value::String(_) => "string",
            Value::Data(_) => "data",
            Value::Integer(_) => "integer",
            Value::Real(_) => "real",
            Value::Boolean(_) => "boolean",
            Value::Date(_) => "date",
            Value::Uid(_) => "uid",
        }
    }

    /// The dictionary, if it is one.
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        if let Value::Dictionary(d) = self { Some(d) } else { None }
    }

    /// The items, if it is an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The bytes, if it is data.
    pub fn as_data(&self) -> Option<&[u8]> {
        if let Value::Data(bytes) = self { Some(bytes) } else { None }
    }

    /// The number, if it is an integer.
    pub fn as_integer(&self) -> Option<i128> {
        if let Value::Integer(number) = self { Some(*number) } else { None }
    }

    /// The number, if it is a real or an integer.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Real(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// The truth value, if it is a boolean.
    pub fn as_boolean(&self) -> Option<bool> {
        if let Value::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The time, if it is a date.
    pub fn as_date(&self) -> Option<Timestamp> {
        if let Value::Date(time) = self { Some(*time) } else { None }
    }

    /// Makes an array of values that have no place yet.
    pub fn array(items: impl IntoIterator<Item = impl Into<Value>>) -> Value {
        Value::Array(items.into_iter().map(|item| Node::from(item.into())).collect())
    }
}

impl Dictionary {
    /// Makes an empty dictionary.
    pub fn new() -> Dictionary {
        Dictionary::default()
    }

    /// The dictionary with the key set: in its old place if it was there, else at the end.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Dictionary {
        self.insert(key, value);
        self
    }

    /// The dictionary with the key set if there is a value, else as it was.
    #[must_use]
    pub fn with_some(self, key: impl Into<String>, value: Option<impl Into<Value>>) -> Dictionary {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Sets a key, in its old place if it was there, else at the end; duplicates of it are removed.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        let (key, node) = (key.into(), Node::from(value.into()));
        match self.entries.iter().position(|entry| entry.key == key) {
            Some(at) => {
                let mut index = 0;
                self.entries.retain(|entry| {
                    index += 1;
                    index - 1 <= at || entry.key != key
                });
                if let Some(entry) = self.entries.get_mut(at) {
                    entry.node = node;
                }
            }
            None => self.entries.push(Entry { key, key_span: Span::default(), node }),
        }
    }

    /// Removes every entry of the key; true if there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.key != key);
        before != self.entries.len()
    }

    /// The value of a key with its place. Of duplicates the **last** one counts: Apple's open-source Core
    /// Foundation (CFPropertyList.c) sets each pair into the dictionary in turn. The duplicate is a finding,
    /// `xml-duplicate-key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The last entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }

    /// The value of a key without its place.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.get(key).map(|node| &node.value)
    }

    /// The string under a key; none if absent or of another type.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_str)
    }

    /// True if the key is there.
    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// How many entries there are, duplicates counted.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries that count, in order: of duplicates only the last.
    pub fn effective(&self) -> impl Iterator<Item = &Entry> {
        let many = self.entries.len() > COMPARED_MAX;
        let mut last = std::collections::BTreeMap::new();
        if many {
            for (at, entry) in self.entries.iter().enumerate() {
                last.insert(entry.key.as_str(), at);
            }
        }
        self.entries
            .iter()
            .enumerate()
            .filter(move |(at, entry)| {
                if many {
                    return last.get(entry.key.as_str()) == Some(at);
                }
                !self.entries.iter().skip(at + 1).any(|later| later.key == entry.key)
            })
            .map(|(_, entry)| entry)
    }
}

/// The most entries of a dictionary whose keys are compared one with another; beyond that an index is made.
const COMPARED_MAX: usize = 48;

/// True for keys whose value is a secret and must not be shown, misspelt ones and those of other tools included.
pub fn is_secret_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    const WORDS: [&str; 8] =
        ["passw", "pasw", "pwd", "passphrase", "passcode", "secret", "challenge", "token"];
    WORDS.iter().any(|word| lower.contains(word))
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Dictionary(dictionary) => dictionary.fmt(f),
            Value::Array(items) => f.debug_list().entries(items).finish(),
            Value::String(text) => text.fmt(f),
            Value::Data(bytes) => write!(f, "Data({} bytes)", bytes.len()),
            Value::Integer(number) => number.fmt(f),
            Value::Real(number) => number.fmt(f),
            Value::Boolean(value) => value.fmt(f),
            Value::Date(time) => write!(f, "Date({time})"),
            Value::Uid(number) => write!(f, "Uid({number})"),
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: ", self.key)?;
        if is_secret_key(&self.key) && !matches!(self.node.value, Value::Boolean(_)) {
            f.write_str("[redacted]")
        } else {
            self.node.fmt(f)
        }
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.entries).finish()
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.node == other.node
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Node {
        Node { value, span: Span::default() }
    }
}

impl From<Node> for Value {
    fn from(node: Node) -> Value {
        node.value
    }
}

macro_rules! value_from {
    ($($type:ty => $variant:ident $convert:expr;)*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                Value::$variant($convert(value))
            }
        }
    )*};
}

value_from! {
    Dictionary => Dictionary std::convert::identity;
    Vec<Node> => Array std::convert::identity;
    Vec<Value> => Array |items: Vec<Value>| items.into_iter().map(Node::from).collect();
    Vec<Dictionary> => Array |items: Vec<Dictionary>| items.into_iter().map(|d| Node::from(Value::from(d))).collect();
    String => String std::convert::identity;
    &str => String String::from;
    &String => String String::clone;
    Vec<u8> => Data std::convert::identity;
    &[u8] => Data <[u8]>::to_vec;
    i32 => Integer i128::from;
    u32 => Integer i128::from;
    i64 => Integer i128::from;
    u64 => Integer i128::from;
    f64 => Real std::convert::identity;
    bool => Boolean std::convert::identity;
    Timestamp => Date std::convert::identity;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_duplicate_counts() {
        let entry = |key: &str, n: i64| Entry {
            key: key.into(),
            key_span: Span::default(),
            node: Node::from(Value::from(n)),
        };
        let mut d = Dictionary { entries: vec![entry("a", 1), entry("b", 2), entry("a", 3)] };
        assert_eq!(d.value("a"), Some(&Value::Integer(3)));
        let seen: Vec<_> = d.effective().map(|e| (e.key.as_str(), e.node.value.as_integer())).collect();
        assert_eq!(seen, [("b", Some(2)), ("a", Some(3))]);
        for filling in [0, COMPARED_MAX - 3, COMPARED_MAX - 2] {
            let mut long = d.clone();
            long.entries.splice(1..1, (0..filling).map(|n| entry(&format!("k{n}"), 0)));
            let values: Vec<_> = long.effective().filter_map(|e| e.node.value.as_integer()).collect();
            assert_eq!(values.len(), filling + 2);
            assert_eq!((values[filling], values[filling + 1]), (2, 3));
        }
        d.insert("a", 4);
        assert_eq!(d, Dictionary::new().with("a", 4).with("b", 2));
        assert!(d.remove("a") && !d.remove("a"));
        assert_eq!(d.len(), 1);
    }

    #[test]
    fn debug_hides_secrets_and_data() {
        let d = Dictionary::new()
            .with("UserName", "anna")
            .with("Password", "hunter2")
            .with("certificatePassword", "hunter2")
            .with("Passwords", vec![Dictionary::new().with("x", "hunter2")])
            .with("SharedSecret", "hunter2")
            .with("Challenge", "hunter2")
            .with("OverridePreviousPassword", true)
            .with("Certificate", b"hunter2".to_vec());
        let shown = format!("{d:?} {d:#?}");
        assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
        assert!(shown.contains("anna") && shown.contains("Data(7 bytes)") && shown.contains("true"));
    }
}
