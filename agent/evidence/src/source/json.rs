//! Walking a JSON document with the path of every member at hand.

use super::{Kind, MAX_ITEMS, ReadError};
use serde_json::{Map, Value};

/// Reads a document. A byte order mark is passed over.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ReadError> {
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    serde_json::from_slice(text).map_err(|e| ReadError::Json { line: e.line(), column: e.column() })
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
