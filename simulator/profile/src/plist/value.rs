//! Values of a property list, each with the place it was read from.

use crate::Timestamp;
use serde::Serialize;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

/// A range of bytes in the document as it was handed in, end excluded. Half the size of a range, for there are two in
/// every entry of a dictionary; no document is longer than [`super::DOCUMENT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Makes a span of its two offsets; what is beyond 4 GiB counts as there.
    pub fn new(start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(end) }
    }

    /// Offset of the first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Offset after the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// How many bytes it has.
    pub fn len(self) -> usize {
        self.end().saturating_sub(self.start())
    }

    /// True if it is a place between two bytes.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A property list value. `Debug` shows the length of data only, and hides what stands under a secret's key.
///
/// Kept small, for a document of 10 MB has up to a million of them: a test holds its size.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `dict`.
    Dictionary(Dictionary),
    /// `array`.
    Array(Box<[Node]>),
    /// `string`; the readers let equal ones share their text.
    String(Arc<str>),
    /// `data`.
    Data(Box<[u8]>),
    /// `integer`.
    Integer(i64),
    /// An `integer` from 2⁶³ to 2⁶⁴−1; smaller ones are [`Value::Integer`].
    Unsigned(u64),
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
#[derive(Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// From the first byte of its element (or binary object) to the last; empty for values made by program.
    pub span: Span,
}

/// Keys and values in the order of the document, duplicates kept.
#[derive(Clone, Default, PartialEq)]
pub struct Dictionary {
    /// All entries, also those hidden by a later one of the same key.
    pub entries: Vec<Entry>,
}

/// One key of a dictionary with its value. Equality ignores places.
#[derive(Clone)]
pub struct Entry {
    /// The key; the readers let equal ones share their text.
    pub key: Arc<str>,
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
            Value::Integer(_) | Value::Unsigned(_) => "integer",
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
        match self {
            Value::Integer(number) => Some(i128::from(*number)),
            Value::Unsigned(number) => Some(i128::from(*number)),
            _ => None,
        }
    }

    /// The number as a value, if a property list can hold it: from −2⁶³ to 2⁶⁴−1.
    pub fn integer(number: i128) -> Option<Value> {
        let small = i64::try_from(number).ok().map(Value::Integer);
        small.or_else(|| u64::try_from(number).ok().map(Value::Unsigned))
    }

    /// The number, if it is a real or an integer.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Real(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            Value::Unsigned(number) => Some(*number as f64),
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
    pub fn with(mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) -> Dictionary {
        self.insert(key, value);
        self
    }

    /// The dictionary with the key set if there is a value, else as it was.
    #[must_use]
    pub fn with_some(self, key: impl Into<Arc<str>>, value: Option<impl Into<Value>>) -> Dictionary {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Sets a key, in its old place if it was there, else at the end; duplicates of it are removed.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) {
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
        self.entries.retain(|entry| *entry.key != *key);
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
        self.entries.iter().rev().find(|entry| *entry.key == *key)
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
        let mut hidden = Vec::new();
        self.repeated(&mut |earlier, _| hidden.push(earlier));
        hidden.sort_unstable();
        let counts = move |at: usize| u32::try_from(at).is_ok_and(|at| hidden.binary_search(&at).is_err());
        self.entries.iter().enumerate().filter(move |(at, _)| counts(*at)).map(|(_, entry)| entry)
    }

    /// The places of all entries, by key and then place: four octets for each, for there may be a million.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let key = |at: u32| self.entries.get(at as usize).map(|entry| &*entry.key);
        let mut order: Vec<u32> = (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|a, b| key(*a).cmp(&key(*b)).then(a.cmp(b)));
        order
    }

    /// Tells of every entry whose key comes again: its place, and the place of the next of that key. The later ones come
    /// in no order.
    pub(crate) fn repeated(&self, tell: &mut dyn FnMut(u32, u32)) {
        let places = 0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let key = |at: u32| self.entries.get(at as usize).map(|entry| &*entry.key);
        if self.entries.len() <= COMPARED_MAX {
            for at in places.clone() {
                if let Some(next) = (at + 1..places.end).find(|later| key(*later) == key(at)) {
                    tell(at, next);
                }
            }
            return;
        }
        // By digests, for to compare half a million texts takes long. Equal texts follow one another at once.
        let digests = places.filter_map(|at| Some((digest(key(at)?), at)));
        let mut order: Vec<(u32, u32)> = digests.collect();
        order.sort_unstable();
        for (next, (own, at)) in (1..).zip(&order) {
            let mut rest =
                order.get(next..).unwrap_or_default().iter().take_while(|(digest, _)| digest == own);
            if let Some((_, later)) = rest.find(|(_, later)| key(*later) == key(*at)) {
                tell(*at, *later);
            }
        }
    }
}

/// A digest of a key, for which others of the same digest are not easily made. It is never told.
fn digest(key: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    hasher.write(key.as_bytes());
    hasher.finish() as u32
}

/// The most entries of a dictionary whose keys are compared one with another.
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
            Value::Unsigned(number) => number.fmt(f),
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
    Vec<Node> => Array Vec::into_boxed_slice;
    Vec<Value> => Array |items: Vec<Value>| items.into_iter().map(Node::from).collect();
    Vec<Dictionary> => Array |items: Vec<Dictionary>| items.into_iter().map(|d| Node::from(Value::from(d))).collect();
    String => String Arc::from;
    &str => String Arc::from;
    &String => String |text: &String| Arc::from(text.as_str());
    Arc<str> => String std::convert::identity;
    Vec<u8> => Data Vec::into_boxed_slice;
    &[u8] => Data Box::from;
    i32 => Integer i64::from;
    u32 => Integer i64::from;
    i64 => Integer std::convert::identity;
    f64 => Real std::convert::identity;
    bool => Boolean std::convert::identity;
    Timestamp => Date std::convert::identity;
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        i64::try_from(number).map_or(Value::Unsigned(number), Value::Integer)
    }
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
        let seen: Vec<_> = d.effective().map(|e| (&*e.key, e.node.value.as_integer())).collect();
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
    fn a_million_values_are_small() {
        assert_eq!(size_of::<Value>(), 24);
        assert_eq!(size_of::<Node>(), 32);
        assert_eq!(size_of::<Entry>(), 56);
    }

    #[test]
    fn integers_have_one_form_each() {
        let most = i128::from(u64::MAX);
        assert_eq!(Value::integer(i128::from(i64::MIN)), Some(Value::Integer(i64::MIN)));
        assert_eq!(Value::integer(i128::from(i64::MAX)), Some(Value::from(i64::MAX as u64)));
        assert_eq!(Value::integer(i128::from(i64::MAX) + 1), Some(Value::Unsigned(1 << 63)));
        assert_eq!(Value::integer(most).and_then(|value| value.as_integer()), Some(most));
        assert_eq!((Value::integer(most + 1), Value::integer(i128::from(i64::MIN) - 1)), (None, None));
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
