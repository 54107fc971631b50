//! Walking a JSON document with the path of every member at hand.

use super::{Kind, MAX_ITEMS, ReadError};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::fmt;

/// A byte order mark of UTF-16, and how the units after it are written.
type Utf16 = ([u8; 2], fn([u8; 2]) -> u16);

/// The byte order marks of UTF-16, in which older PowerShell writes files.
const UTF_16: [Utf16; 2] = [([0xFF, 0xFE], u16::from_le_bytes), ([0xFE, 0xFF], u16::from_be_bytes)];

/// Whether bytes begin as UTF-16 does.
pub(super) fn is_utf_16(bytes: &[u8]) -> bool {
    UTF_16.iter().any(|(mark, _)| bytes.starts_with(mark))
}

/// Reads a document: UTF-8, or UTF-16 with a byte order mark. A member that is given twice in one object is refused, for
/// readers differ in which of the two they take.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ReadError> {
    let text = decoded(bytes)?;
    let strict: Strict = serde_json::from_slice(&text).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        match e.classify() {
            Category::Data => ReadError::Duplicate { line, column },
            // The parser has no other way of telling its bound of 128 levels from a slip.
            _ if e.to_string().starts_with("recursion limit") => ReadError::TooDeep { line, column },
            _ => ReadError::Json { line, column },
        }
    })?;
    Ok(strict.0)
}

fn decoded(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    let Some((mark, unit)) = UTF_16.iter().find(|(mark, _)| bytes.starts_with(mark)) else {
        return Ok(Cow::Borrowed(bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes)));
    };
    let (pairs, rest) = bytes.strip_prefix(mark).unwrap_or_default().as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text.into_bytes())),
        _ => Err(ReadError::Encoding),
    }
}

/// A value in which no object has a member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything).map(Strict)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom("a member is given twice"));
            }
            let Strict(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// Which of the JSON kinds a document is, by its members.
pub(super) fn detect(bytes: &[u8]) -> Option<Kind> {
    let value = parse(bytes).ok()?;
    let object = match &value {
        Value::Object(object) => object,
        Value::Array(items) => {
            return items.first().filter(|i| i.get("state").is_some()).map(|_| Kind::Intune);
        }
        _ => return None,
    };
    let has = |name: &str| object.contains_key(name);
    if object.get("document").and_then(Value::as_str) == Some(super::DEVICE_DOCUMENT) {
        Some(Kind::Device)
    } else if has("StatusItems") {
        Some(Kind::Ddm)
    } else if has("deviceConfigurationStates") || has("settingStates") || has("value") || has("state") {
        Some(Kind::Intune)
    } else {
        None
    }
}

/// A JSON object, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub object: &'a Map<String, Value>,
    pub path: String,
}

impl<'a> Place<'a> {
    pub fn of(value: &'a Value, path: &str) -> Result<Place<'a>, ReadError> {
        let wrong = || ReadError::WrongType { path: path.to_owned(), expected: "an object" };
        Ok(Place { object: value.as_object().ok_or_else(wrong)?, path: path.to_owned() })
    }

    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn wrong(&self, name: &str, expected: &'static str) -> ReadError {
        ReadError::WrongType { path: self.at(name), expected }
    }

    /// A member that is there and not null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|v| !v.is_null())
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, ReadError> {
        let text = |v: &Value| v.as_str().map(str::to_owned).ok_or_else(|| self.wrong(name, "a string"));
        self.get(name).map(text).transpose()
    }

    pub fn required(&self, name: &str) -> Result<String, ReadError> {
        self.text(name)?.ok_or_else(|| ReadError::Missing { path: self.at(name) })
    }

    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ReadError> {
        let boolean = |v: &Value| v.as_bool().ok_or_else(|| self.wrong(name, "true or false"));
        self.get(name).map(boolean).transpose()
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, ReadError> {
        let integer = |v: &Value| v.as_i64().ok_or_else(|| self.wrong(name, "an integer"));
        self.get(name).map(integer).transpose()
    }

    /// The objects of a list; none when it is not there.
    pub fn objects(&self, name: &str) -> Result<Vec<Place<'a>>, ReadError> {
        match self.get(name) {
            Some(value) => objects(value, &self.at(name)),
            None => Ok(Vec::new()),
        }
    }
}

/// The objects of a list.
pub(super) fn objects<'a>(value: &'a Value, path: &str) -> Result<Vec<Place<'a>>, ReadError> {
    let wrong = || ReadError::WrongType { path: path.to_owned(), expected: "a list" };
    let items = value.as_array().ok_or_else(wrong)?;
    if items.len() > MAX_ITEMS {
        return Err(ReadError::TooMany { path: path.to_owned(), count: items.len() });
    }
    items.iter().enumerate().map(|(i, item)| Place::of(item, &format!("{path}[{i}]"))).collect()
}
