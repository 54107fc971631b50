//! One payload of a profile, with readers that tell absent from wrong.

use crate::plist::{Dictionary, Node, Span, Value};
use crate::{Root, Timestamp};
use std::sync::Arc;

/// One item of a profile's PayloadContent. It stands in the profile's own tree and shares that: a profile of 10 MB is in
/// memory once.
#[derive(Clone)]
pub struct Payload {
    /// Its place in PayloadContent, from 0; items that are no dictionary are counted but have no payload.
    pub index: usize,
    /// Where its dictionary stands.
    pub span: Span,
    root: Arc<Root>,
    keys: Sketch,
}

/// Which keys a payload may have, one bit for many of them, and whether it is the root itself. Rules ask every payload for
/// a hundred keys, of which it has ten; a bit says so without a look at its dictionary, which is far away.
#[derive(Clone, Copy)]
struct Sketch(u64);

impl Sketch {
    const ALONE: u64 = 1 << 63;

    fn of(dictionary: &Dictionary, alone: bool) -> Sketch {
        let own = if alone { Sketch::ALONE } else { 0 };
        Sketch(dictionary.entries.iter().fold(own, |all, entry| all | Sketch::bit(&entry.key)))
    }

    fn bit(key: &str) -> u64 {
        let bytes = key.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().map_or(0, u64::from);
        let length = bytes.len();
        let last = byte(length.saturating_sub(1));
        let sum =
            length as u64 * 5 + byte(length / 2) * 7 + byte(length * 3 / 4) * 11 + last * 13 + byte(1) * 17;
        1 << (sum % 63)
    }

    fn may_have(self, key: &str) -> bool {
        self.0 & Sketch::bit(key) != 0
    }

    fn is_alone(self) -> bool {
        self.0 & Sketch::ALONE != 0
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.span == other.span && self.dictionary() == other.dictionary()
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Payload");
        shown.field("index", &self.index).field("span", &self.span);
        shown.field("dictionary", self.dictionary()).finish()
    }
}

/// A key holds a value of another type than the reader asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key} is {found}, not {expected}")]
pub struct WrongType {
    /// The key.
    pub key: String,
    /// The type asked for, in plist words.
    pub expected: &'static str,
    /// The type found, in plist words.
    pub found: &'static str,
    /// Where the value stands.
    pub span: Span,
}

impl Payload {
    /// Makes a payload of a dictionary, outside any document.
    pub fn new(index: usize, dictionary: Dictionary) -> Payload {
        Payload::alone(Arc::new(Root::new(Node::from(Value::Dictionary(dictionary)))), index)
    }

    /// The payload that is the root.
    pub(crate) fn alone(root: Arc<Root>, index: usize) -> Payload {
        let keys = root.value.as_dictionary().map_or(Sketch(Sketch::ALONE), |all| Sketch::of(all, true));
        Payload { index, span: root.span, root, keys }
    }

    /// The payload at a place in PayloadContent, or in the root that is an array; none if there is no dictionary.
    pub(crate) fn within(root: &Arc<Root>, index: usize) -> Option<Payload> {
        let node = root.items().get(index)?;
        let keys = Sketch::of(node.value.as_dictionary()?, false);
        Some(Payload { index, span: node.span, root: Arc::clone(root), keys })
    }

    /// All keys and values.
    pub fn dictionary(&self) -> &Dictionary {
        static NONE: Dictionary = Dictionary { entries: Vec::new() };
        let node = if self.keys.is_alone() { Some(&**self.root) } else { self.root.items().get(self.index) };
        node.and_then(|node| node.value.as_dictionary()).unwrap_or(&NONE)
    }

    /// The string under a key; none if absent or of another type.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.node(key).and_then(|node| node.value.as_str())
    }

    /// PayloadType; none if absent or no string, as with all accessors that return text.
    pub fn payload_type(&self) -> Option<&str> {
        self.str("PayloadType")
    }

    /// PayloadIdentifier.
    pub fn identifier(&self) -> Option<&str> {
        self.str("PayloadIdentifier")
    }

    /// PayloadUUID.
    pub fn uuid(&self) -> Option<&str> {
        self.str("PayloadUUID")
    }

    /// PayloadDisplayName.
    pub fn display_name(&self) -> Option<&str> {
        self.str("PayloadDisplayName")
    }

    /// PayloadDescription.
    pub fn description(&self) -> Option<&str> {
        self.str("PayloadDescription")
    }

    /// PayloadOrganization.
    pub fn organization(&self) -> Option<&str> {
        self.str("PayloadOrganization")
    }

    /// PayloadVersion.
    pub fn version(&self) -> Option<i64> {
        self.integer("PayloadVersion").ok().flatten()
    }

    /// True if the payload is of that type.
    pub fn is(&self, payload_type: &str) -> bool {
        self.payload_type() == Some(payload_type)
    }

    /// The value of a key, whatever its type.
    pub fn node(&self, key: &str) -> Option<&Node> {
        if !self.keys.may_have(key) {
            return None;
        }
        if self.keys.is_alone() { self.root.key(key) } else { self.root.item_key(self.index, key) }
    }

    /// Where a key's value stands, else where the payload stands.
    pub fn span_of(&self, key: &str) -> Span {
        self.node(key).map_or(self.span, |node| node.span)
    }

    /// The boolean under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, WrongType> {
        self.typed(key, "boolean", Value::as_boolean)
    }

    /// The string under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn string(&self, key: &str) -> Result<Option<&str>, WrongType> {
        self.typed(key, "string", Value::as_str)
    }

    /// The integer under a key. One of 2⁶³ or more is given as `i64::MAX`.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn integer(&self, key: &str) -> Result<Option<i64>, WrongType> {
        self.typed(key, "integer", |value| {
            value.as_integer().map(|number| i64::try_from(number).unwrap_or(i64::MAX))
        })
    }

    /// The number under a key, real or integer.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn real(&self, key: &str) -> Result<Option<f64>, WrongType> {
        self.typed(key, "real", Value::as_number)
    }

    /// The data under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn data(&self, key: &str) -> Result<Option<&[u8]>, WrongType> {
        self.typed(key, "data", Value::as_data)
    }

    /// The date under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn date(&self, key: &str) -> Result<Option<Timestamp>, WrongType> {
        self.typed(key, "date", Value::as_date)
    }

    /// The dictionary under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn dict(&self, key: &str) -> Result<Option<&Dictionary>, WrongType> {
        self.typed(key, "dict", Value::as_dictionary)
    }

    /// The items of the array under a key.
    ///
    /// # Errors
    /// [`WrongType`] when the key is there and holds something else.
    pub fn array(&self, key: &str) -> Result<Option<&[Node]>, WrongType> {
        self.typed(key, "array", Value::as_array)
    }

    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, WrongType> {
        let Some(node) = self.node(key) else { return Ok(None) };
        read(&node.value).map(Some).ok_or_else(|| WrongType {
            key: key.to_owned(),
            expected,
            found: node.value.type_name(),
            span: node.span,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_tell_absent_from_wrong() {
        let payload = Payload::new(
            0,
            Dictionary::new().with("SSL", "true").with("Days", 7).with("Big", u64::MAX).with("OAuth", true),
        );
        assert_eq!(payload.boolean("OAuth"), Ok(Some(true)));
        assert_eq!(payload.boolean("Missing"), Ok(None));
        assert_eq!(payload.integer("Days"), Ok(Some(7)));
        assert_eq!(payload.real("Days"), Ok(Some(7.0)));
        assert_eq!(payload.integer("Big"), Ok(Some(i64::MAX)));
        let wrong = payload.boolean("SSL").map_err(|e| (e.key, e.expected, e.found));
        assert_eq!(wrong, Err(("SSL".to_owned(), "boolean", "string")));
        assert!(
            payload.string("Days").is_err() && payload.data("SSL").is_err() && payload.dict("SSL").is_err()
        );
        assert!(payload.array("SSL").is_err() && payload.date("SSL").is_err());
    }
}
