//! Profiles checked against a schema: the types of known keys, and required keys.

use super::{KeySchema, KeyType, PayloadSchema, Schema};
use crate::plist::{DEPTH_MAX, Dictionary, Node, Span, Value};
use crate::{Payload, Profile};

/// A known key holds a value of another type than the schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The payload; none for the profile's own keys.
    pub payload_index: Option<usize>,
    /// From the payload (or the profile) to the value: `PayloadContent.Subject[0]`.
    pub path: String,
    /// The key; for an array's item the key of the array.
    pub key: String,
    /// The type in the schema, in plist words.
    pub expected: &'static str,
    /// The type found, in plist words.
    pub found: &'static str,
    /// Where the value stands.
    pub span: Span,
}

/// A required key is absent from a dictionary that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingKey {
    /// The payload; none for the profile's own keys.
    pub payload_index: Option<usize>,
    /// From the payload (or the profile) to where the key should be: `PayloadContent.URL`.
    pub path: String,
    /// The key.
    pub key: String,
    /// Where the dictionary stands that should have it.
    pub span: Span,
}

/// Finds known keys with a value of the wrong type, at any depth, the profile's own keys included.
///
/// Unknown keys and unknown payload types are no errors; what lies below a value of the wrong type is not looked at.
/// As Apple's errata say, a SubjectAltName entry may be an array of strings as well, except ntPrincipalName.
pub fn type_errors(profile: &Profile, schema: &Schema) -> Vec<TypeError> {
    let mut walk = Walk::default();
    if let Some(root) = profile.dictionary() {
        walk.dictionary(root, |name| schema.toplevel().key(name));
    }
    for payload in &profile.payloads {
        walk.payload_index = Some(payload.index);
        let payload_type = payload.payload_type().unwrap_or_default();
        walk.dictionary(payload.dictionary(), |name| schema.key(payload_type, name));
    }
    walk.wrong
}

/// Finds required keys that are absent, at any depth where the dictionary above them is there.
///
/// PayloadContent of the profile is not required of an encrypted one (documentation of the top level).
pub fn missing_keys(profile: &Profile, schema: &Schema) -> Vec<MissingKey> {
    let mut walk = Walk::default();
    if let (Some(root), Some(node)) = (profile.dictionary(), &profile.root) {
        let encrypted = profile.is_encrypted() || root.contains("EncryptedPayloadContent");
        let required =
            schema.toplevel().keys.iter().filter(|key| !(encrypted && key.name == "PayloadContent"));
        walk.absent(root, node.span, required);
    }
    for payload in &profile.payloads {
        walk.payload_index = Some(payload.index);
        let payload_type = payload.payload_type().unwrap_or_default();
        walk.absent(payload.dictionary(), payload.span, schema.keys(payload_type));
        walk.dictionary(payload.dictionary(), |name| schema.key(payload_type, name));
    }
    walk.missing
}

/// Known keys of a payload with their schema, its own level only: what lint rules look through.
pub(crate) fn known_entries<'a>(
    payload: &'a Payload,
    schema: &'a Schema,
) -> impl Iterator<Item = (&'a crate::plist::Entry, &'a KeySchema)> {
    let payload_type = payload.payload_type().unwrap_or_default();
    let dictionary = payload.dictionary();
    dictionary.effective().filter_map(move |entry| Some((entry, schema.key(payload_type, &entry.key)?)))
}

/// True for payload types of which the schema lists every key.
pub(crate) fn lists_all_keys(payload: &PayloadSchema) -> bool {
    !payload.keys.iter().any(KeySchema::is_any)
}

#[derive(Default)]
struct Walk<'s> {
    payload_index: Option<usize>,
    path: Vec<String>,
    /// The schemas entered, for those that refer to one above them.
    above: Vec<&'s KeySchema>,
    wrong: Vec<TypeError>,
    missing: Vec<MissingKey>,
}

impl<'s> Walk<'s> {
    fn dictionary(&mut self, dictionary: &Dictionary, schema: impl Fn(&str) -> Option<&'s KeySchema>) {
        for entry in dictionary.effective() {
            if let Some(key) = schema(&entry.key) {
                self.path.push(entry.key.clone());
                self.value(&entry.key, &entry.node, key);
                self.path.pop();
            }
        }
    }

    fn value(&mut self, name: &str, node: &Node, schema: &'s KeySchema) {
        if self.above.len() >= DEPTH_MAX {
            return;
        }
        if !schema.kind.accepts(&node.value) {
            if !self.is_list_of_names(name, &node.value) {
                self.wrong.push(TypeError {
                    payload_index: self.payload_index,
                    path: self.path(),
                    key: name.to_owned(),
                    expected: schema.kind.name(),
                    found: node.value.type_name(),
                    span: node.span,
                });
            }
            return;
        }
        self.above.push(schema);
        match &node.value {
            Value::Dictionary(dictionary) if schema.kind == KeyType::Dictionary => {
                self.absent(dictionary, node.span, schema.members());
                self.dictionary(dictionary, |key| schema.member(key));
            }
            Value::Array(items) if schema.kind == KeyType::Array => {
                let item = schema.subkeys.first().or_else(|| self.referred(schema));
                for (index, node) in items.iter().enumerate() {
                    if let Some(item) = item {
                        self.path.push(format!("[{index}]"));
                        self.value(name, node, item);
                        self.path.pop();
                    }
                }
            }
            _ => {}
        }
        self.above.pop();
    }

    /// The schema above that a recursive one repeats for its items.
    fn referred(&self, schema: &KeySchema) -> Option<&'s KeySchema> {
        let name = schema.reference.as_deref()?;
        self.above.iter().rev().copied().find(|key| key.name == name)
    }

    fn is_list_of_names(&self, name: &str, value: &Value) -> bool {
        self.path.iter().rev().nth(1).is_some_and(|above| above == "SubjectAltName")
            && name != "ntPrincipalName"
            && value.as_array().is_some_and(|items| items.iter().all(|item| item.value.as_str().is_some()))
    }

    fn absent(&mut self, dictionary: &Dictionary, span: Span, keys: impl IntoIterator<Item = &'s KeySchema>) {
        for key in keys {
            if key.is_required() && !key.is_any() && !dictionary.contains(&key.name) {
                self.path.push(key.name.clone());
                let path = self.path();
                self.path.pop();
                self.missing.push(MissingKey {
                    payload_index: self.payload_index,
                    path,
                    key: key.name.clone(),
                    span,
                });
            }
        }
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for part in &self.path {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
        }
        path
    }
}
