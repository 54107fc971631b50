//! Profiles checked against a schema: the types of known keys, and required keys.

use super::{KeySchema, KeyType, Schema};
use crate::Profile;
use crate::plist::{DEPTH_MAX, Dictionary, Node, Span, Value};

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

/// What a look at a profile beside a schema meets.
#[derive(Clone, Debug)]
pub(crate) enum Meeting<'p> {
    /// A key the schema knows, and its value.
    Known {
        /// What the schema says.
        schema: &'p KeySchema,
        /// The value.
        node: &'p Node,
    },
    /// A key that a dictionary of known keys does not have.
    Unknown {
        /// Where the key stands.
        key_span: Span,
        /// The keys it has.
        siblings: Vec<&'p str>,
    },
    /// A required key that is absent.
    Missing {
        /// Where the dictionary stands that should have it.
        span: Span,
    },
}

/// Where something was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The payload; none for the profile's own keys.
    pub payload_index: Option<usize>,
    /// From the payload (or the profile) to the value.
    pub path: String,
    /// The key; for an array's item the key of the array.
    pub key: String,
}

/// Finds known keys with a value of the wrong type, at any depth, the profile's own keys included.
///
/// Unknown keys and unknown payload types are no errors; what lies below a value of the wrong type is not looked at.
/// As Apple's errata say, a SubjectAltName entry may be an array of strings as well, except ntPrincipalName.
pub fn type_errors(profile: &Profile, schema: &Schema) -> Vec<TypeError> {
    let mut errors = Vec::new();
    meet(profile, schema, &mut |place, meeting| {
        let Meeting::Known { schema, node } = meeting else { return };
        if !is_of_type(&place, schema, &node.value) {
            errors.push(TypeError {
                payload_index: place.payload_index,
                path: place.path,
                key: place.key,
                expected: schema.kind.name(),
                found: node.value.type_name(),
                span: node.span,
            });
        }
    });
    errors
}

/// Finds required keys that are absent, at any depth where the dictionary above them is there.
///
/// PayloadContent of the profile is not required of an encrypted one (documentation of the top level).
pub fn missing_keys(profile: &Profile, schema: &Schema) -> Vec<MissingKey> {
    let mut missing = Vec::new();
    meet(profile, schema, &mut |place, meeting| {
        if let Meeting::Missing { span } = meeting {
            let Place { payload_index, path, key } = place;
            missing.push(MissingKey { payload_index, path, key, span });
        }
    });
    missing
}

/// Walks a profile beside a schema and tells everything met, in document order below each dictionary.
pub(crate) fn meet<'p>(profile: &'p Profile, schema: &'p Schema, tell: &mut dyn FnMut(Place, Meeting<'p>)) {
    let mut walk = Walk { payload_index: None, path: Vec::new(), above: Vec::new(), tell };
    if let (Some(root), Some(node)) = (profile.dictionary(), &profile.root) {
        let encrypted = profile.is_encrypted() || root.contains("EncryptedPayloadContent");
        let keys: Vec<_> = schema.toplevel().keys.iter().collect();
        walk.absent(root, node.span, keys.iter().filter(|key| !(encrypted && key.name == "PayloadContent")));
        walk.dictionary(root, &keys, |name| schema.toplevel().key(name));
    }
    for payload in &profile.payloads {
        walk.payload_index = Some(payload.index);
        let payload_type = payload.payload_type().unwrap_or_default();
        let known = schema.payload(payload_type).is_some();
        let keys: Vec<_> = schema.keys(payload_type).collect();
        walk.absent(payload.dictionary(), payload.span, &keys);
        let listed: &[&KeySchema] = if known { &keys } else { &[] };
        walk.dictionary(payload.dictionary(), listed, |name| schema.key(payload_type, name));
    }
}

/// True if a value is of the schema's type, Apple's errata considered.
pub(crate) fn is_of_type(place: &Place, schema: &KeySchema, value: &Value) -> bool {
    let list_of_names = || {
        place.path.strip_suffix(&place.key).is_some_and(|above| above.ends_with("SubjectAltName."))
            && place.key != "ntPrincipalName"
            && value.as_array().is_some_and(|items| items.iter().all(|item| item.value.as_str().is_some()))
    };
    schema.kind.accepts(value) || list_of_names()
}

struct Walk<'p, 't> {
    payload_index: Option<usize>,
    path: Vec<String>,
    /// The schemas entered, for those that refer to one above them.
    above: Vec<&'p KeySchema>,
    tell: &'t mut dyn FnMut(Place, Meeting<'p>),
}

impl<'p> Walk<'p, '_> {
    /// Looks through a dictionary. Keys are unknown only where the schema lists some and no `ANY`.
    fn dictionary(
        &mut self,
        dictionary: &'p Dictionary,
        listed: &[&'p KeySchema],
        schema: impl Fn(&str) -> Option<&'p KeySchema>,
    ) {
        for entry in dictionary.effective() {
            self.path.push(entry.key.clone());
            match schema(&entry.key) {
                Some(key) => self.value(&entry.key, &entry.node, key),
                None if listed.is_empty() || listed.iter().any(|key| key.is_any()) => {}
                None => {
                    let siblings = listed.iter().map(|key| key.name.as_str()).collect();
                    let place = self.place(&entry.key);
                    (self.tell)(place, Meeting::Unknown { key_span: entry.key_span, siblings });
                }
            }
            self.path.pop();
        }
    }

    fn value(&mut self, name: &str, node: &'p Node, schema: &'p KeySchema) {
        if self.above.len() >= DEPTH_MAX {
            return;
        }
        let place = self.place(name);
        (self.tell)(place, Meeting::Known { schema, node });
        self.above.push(schema);
        match &node.value {
            Value::Dictionary(dictionary) if schema.kind == KeyType::Dictionary => {
                let members: Vec<_> = schema.members().iter().collect();
                self.absent(dictionary, node.span, &members);
                self.dictionary(dictionary, &members, |key| schema.member(key));
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
    fn referred(&self, schema: &KeySchema) -> Option<&'p KeySchema> {
        let name = schema.reference.as_deref()?;
        self.above.iter().rev().copied().find(|key| key.name == name)
    }

    fn absent<'k>(
        &mut self,
        dictionary: &Dictionary,
        span: Span,
        keys: impl IntoIterator<Item = &'k &'p KeySchema>,
    ) where
        'p: 'k,
    {
        for key in keys {
            if key.is_required() && !key.is_any() && !dictionary.contains(&key.name) {
                self.path.push(key.name.clone());
                let place = self.place(&key.name);
                self.path.pop();
                (self.tell)(place, Meeting::Missing { span });
            }
        }
    }

    fn place(&self, key: &str) -> Place {
        let mut path = String::new();
        for part in &self.path {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
        }
        Place { payload_index: self.payload_index, path, key: key.to_owned() }
    }
}
