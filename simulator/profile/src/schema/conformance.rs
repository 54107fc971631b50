//! Profiles checked against a schema: the types of known keys, and required keys.

use super::table::Tables;
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
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meeting<'p, 'w> {
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
        /// Its value.
        node: &'p Node,
        /// The keys it has.
        siblings: &'w [&'p KeySchema],
    },
    /// A required key that is absent.
    Missing {
        /// Where the dictionary stands that should have it.
        span: Span,
    },
}

/// One step from a payload down to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step<'p> {
    Key(&'p str),
    Item(usize),
}

/// Where something was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'p, 'w> {
    /// The payload; none for the profile's own keys.
    pub payload_index: Option<usize>,
    /// PayloadType of the payload; empty where there is none.
    pub kind: &'p str,
    /// The key; for an array's item the key of the array.
    pub key: &'p str,
    steps: &'w [Step<'p>],
}

impl<'p> Place<'p, '_> {
    /// From the payload (or the profile) to the value; made on demand, for most places are never told.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps {
            match step {
                Step::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Step::Item(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }

    /// True for a key of the payload (or the profile) itself.
    pub fn is_outermost(&self) -> bool {
        self.steps.len() <= 1
    }

    /// The key of the dictionary this one is in.
    fn above(&self) -> Option<&'p str> {
        match self.steps {
            [.., Step::Key(above), Step::Key(_)] => Some(above),
            _ => None,
        }
    }
}

/// Finds known keys with a value of the wrong type, at any depth, the profile's own keys included.
///
/// Unknown keys and unknown payload types are no errors; what lies below a value of the wrong type is not looked at.
/// As Apple's errata say, a SubjectAltName entry may be an array of strings as well, except ntPrincipalName.
pub fn type_errors(profile: &Profile, schema: &Schema) -> Vec<TypeError> {
    let mut errors = Vec::new();
    beside(profile, schema, &mut |place, meeting| {
        let Meeting::Known { schema, node } = meeting else { return };
        if !is_of_type(&place, schema, &node.value) {
            errors.push(TypeError {
                payload_index: place.payload_index,
                path: place.path(),
                key: place.key.to_owned(),
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
    beside(profile, schema, &mut |place, meeting| {
        if let Meeting::Missing { span } = meeting {
            let (payload_index, path, key) = (place.payload_index, place.path(), place.key.to_owned());
            missing.push(MissingKey { payload_index, path, key, span });
        }
    });
    missing
}

/// As [`meet`], with tables that are made for it where they are not there.
fn beside<'p>(
    profile: &'p Profile,
    schema: &'p Schema,
    tell: &mut dyn FnMut(Place<'p, '_>, Meeting<'p, '_>),
) {
    if std::ptr::eq(schema, Schema::builtin()) {
        meet(profile, Tables::builtin(), tell);
    } else {
        meet(profile, &Tables::new(schema), tell);
    }
}

/// Walks a profile beside a schema and tells everything met, in document order below each dictionary.
pub(crate) fn meet<'p, 's: 'p>(
    profile: &'p Profile,
    tables: &Tables<'s>,
    tell: &mut dyn FnMut(Place<'p, '_>, Meeting<'p, '_>),
) {
    let mut walk = Walk { payload_index: None, kind: "", steps: Vec::new(), above: Vec::new(), tell };
    if let (Some(root), Some(node)) = (profile.dictionary(), &profile.root) {
        let encrypted = profile.is_encrypted() || root.contains("EncryptedPayloadContent");
        let keys = tables.toplevel();
        let required = keys.required.iter().copied();
        walk.absent(root, node.span, required.filter(|key| !(encrypted && key.name == "PayloadContent")));
        walk.dictionary(root, &keys.listed, |name| keys.key(name));
    }
    for payload in &profile.payloads {
        walk.payload_index = Some(payload.index);
        walk.kind = payload.payload_type().unwrap_or_default();
        let keys = tables.payload(walk.kind);
        walk.absent(payload.dictionary(), payload.span, keys.required.iter().copied());
        let listed: &[&KeySchema] = if keys.known { &keys.listed } else { &[] };
        walk.dictionary(payload.dictionary(), listed, |name| keys.key(name));
    }
}

/// True if a value is of the schema's type, Apple's errata considered.
pub(crate) fn is_of_type(place: &Place<'_, '_>, schema: &KeySchema, value: &Value) -> bool {
    let list_of_names = || {
        place.above() == Some("SubjectAltName")
            && place.key != "ntPrincipalName"
            && value.as_array().is_some_and(|items| items.iter().all(|item| item.value.as_str().is_some()))
    };
    schema.kind.accepts(value) || list_of_names()
}

struct Walk<'p, 't> {
    payload_index: Option<usize>,
    kind: &'p str,
    steps: Vec<Step<'p>>,
    /// The schemas entered, for those that refer to one above them.
    above: Vec<&'p KeySchema>,
    tell: &'t mut dyn FnMut(Place<'p, '_>, Meeting<'p, '_>),
}

impl<'p> Walk<'p, '_> {
    fn tell(&mut self, key: &'p str, meeting: Meeting<'p, '_>) {
        (self.tell)(
            Place { payload_index: self.payload_index, kind: self.kind, key, steps: &self.steps },
            meeting,
        );
    }

    /// Looks through a dictionary. Keys are unknown only where the schema lists some and no `ANY`.
    fn dictionary(
        &mut self,
        dictionary: &'p Dictionary,
        listed: &[&'p KeySchema],
        schema: impl Fn(&str) -> Option<&'p KeySchema>,
    ) {
        let open = listed.is_empty() || listed.iter().any(|key| key.is_any());
        for entry in dictionary.effective() {
            self.steps.push(Step::Key(&entry.key));
            match schema(&entry.key) {
                Some(key) => self.value(&entry.key, &entry.node, key),
                None if open => {}
                None => {
                    let (key_span, node) = (entry.key_span, &entry.node);
                    self.tell(&entry.key, Meeting::Unknown { key_span, node, siblings: listed });
                }
            }
            self.steps.pop();
        }
    }

    fn value(&mut self, name: &'p str, node: &'p Node, schema: &'p KeySchema) {
        if self.above.len() >= DEPTH_MAX {
            return;
        }
        self.tell(name, Meeting::Known { schema, node });
        self.above.push(schema);
        match &node.value {
            Value::Dictionary(dictionary) if schema.kind == KeyType::Dictionary => {
                let members: Vec<_> = schema.members().iter().collect();
                self.absent(
                    dictionary,
                    node.span,
                    members.iter().copied().filter(|key| key.is_required() && !key.is_any()),
                );
                self.dictionary(dictionary, &members, |key| schema.member(key));
            }
            Value::Array(items) if schema.kind == KeyType::Array => {
                let item = schema.subkeys.first().or_else(|| self.referred(schema));
                for (index, node) in items.iter().enumerate() {
                    if let Some(item) = item {
                        self.steps.push(Step::Item(index));
                        self.value(name, node, item);
                        self.steps.pop();
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

    /// Tells which of the required keys a dictionary does not have.
    fn absent(&mut self, dictionary: &Dictionary, span: Span, keys: impl Iterator<Item = &'p KeySchema>) {
        for key in keys {
            if !dictionary.contains(&key.name) {
                self.steps.push(Step::Key(&key.name));
                self.tell(&key.name, Meeting::Missing { span });
                self.steps.pop();
            }
        }
    }
}
