//! Inline strings.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The longest text that needs no memory of its own, in octets: keys, numbers and names of folders are no longer.
const SHORT: usize = 15;

/// The text of an element. Documents have dozens, most of them a few characters long.
#[derive(Clone)]
pub struct Text(Held);

#[derive(Clone)]
enum Held {
    Short { length: u8, octets: [u8; SHORT] },
    Long(String),
}

impl Text {
    /// The octets, which are UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Held::Short { length, octets } => octets.get(..usize::from(*length)).unwrap_or_default(),
            Held::Long(text) => text.as_bytes(),
        }
    }

    fn short(text: &str) -> Option<Self> {
        let mut octets = [0; SHORT];
        octets.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Text(Held::Short { length: u8::try_from(text.len()).ok()?, octets }))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::short(text).unwrap_or_else(|| Text(Held::Long(text.to_owned())))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::short(&text).unwrap_or(Text(Held::Long(text)))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

/// Shows the length alone: texts hold mail.
impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text[{}]", self.as_bytes().len())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Text::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_at_the_bound_and_beyond_are_the_same() {
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 100] {
            let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
            let held = Text::from(text.as_str());
            assert_eq!(held.as_bytes(), text.as_bytes());
            assert_eq!(matches!(held.0, Held::Short { .. }), length <= SHORT);
            assert_eq!(held, Text::from(text.clone()));
            let json = serde_json::to_string(&held).unwrap();
            assert_eq!(json, serde_json::to_string(&text).unwrap());
            assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), held);
        }
        assert_eq!(std::mem::size_of::<Text>(), std::mem::size_of::<String>());
    }
}
