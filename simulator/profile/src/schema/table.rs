//! The tables: payload types, keys and what is said of each.

use crate::OsVersion;
use crate::plist::Value;
use regex_lite::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// The longest schema file read, in bytes. The built-in one has 75,000. Nesting is bounded to 128 by serde_json.
pub const SCHEMA_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A published schema: the keys of profiles, of all payloads, and of each payload type.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Schema {
    /// Where the facts come from.
    pub source: Source,
    toplevel: PayloadSchema,
    common: PayloadSchema,
    payloads: Vec<PayloadSchema>,
}

/// Which release of which repository a schema was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Source {
    /// Owner and name on GitHub.
    pub repository: String,
    /// The commit.
    pub commit: String,
    /// The release it belongs to.
    pub release: String,
    /// The system whose keys are listed.
    pub os: String,
    /// The licence of the repository.
    pub licence: String,
}

impl Source {
    /// The iOS of the release: 18.1 of `Release_iOS-18-1_macOS-15-1`; none of a release that is called otherwise.
    pub fn ios(&self) -> Option<OsVersion> {
        let rest = self.release.split("iOS-").nth(1)?;
        let numbers: Vec<&str> =
            rest.split(['-', '_']).take(3).take_while(|part| part.parse::<u16>().is_ok()).collect();
        numbers.join(".").parse().ok()
    }
}

/// A schema file could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The file is longer than [`SCHEMA_BYTES_MAX`].
    #[error("the schema has {bytes} bytes, more than {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// It is no JSON, or not of this form.
    #[error("the schema cannot be read at line {line}, column {column}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

/// How large a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Payload types, variants of one type counted once.
    pub payload_types: usize,
    /// Key entries at any depth, the top level and the common keys included.
    pub keys: usize,
}

/// One payload type, or one variant of it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PayloadSchema {
    /// PayloadType.
    pub payloadtype: String,
    /// The file in Apple's repository; tells variants of a type apart.
    pub file: String,
    /// The first iOS that has it.
    pub introduced: Option<OsVersion>,
    /// The iOS that first discourages it.
    pub deprecated: Option<OsVersion>,
    /// The first iOS without it.
    pub removed: Option<OsVersion>,
    /// More than one such payload may be on a device.
    pub multiple: bool,
    /// Only supervised devices take it.
    pub supervised: bool,
    /// A user may install it by hand.
    pub manual: bool,
    /// What user enrolment makes of it.
    pub ue: UserEnrolment,
    /// What a Shared iPad makes of it.
    pub sharedipad: Option<SharedIpad>,
    /// Its own keys, the common ones not included.
    pub keys: Vec<KeySchema>,
}

/// What is said of one key. Absent facts are the payload's.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct KeySchema {
    /// The key; `ANY` for whatever key, and a mere label for the item of an array.
    #[serde(rename = "k", alias = "key")]
    pub name: String,
    /// The type of its value.
    #[serde(rename = "t", alias = "type")]
    pub kind: KeyType,
    /// Whether it must be there; not said of most array items.
    #[serde(rename = "p", alias = "presence")]
    pub presence: Option<Presence>,
    /// What a device takes when it is absent.
    #[serde(rename = "d", alias = "default")]
    pub default: Option<Literal>,
    /// The numbers allowed.
    #[serde(rename = "g", alias = "range")]
    pub range: Option<Range>,
    /// The values allowed; empty when any is.
    #[serde(rename = "l", alias = "rangelist", default)]
    pub rangelist: Vec<Literal>,
    /// A regular expression for the text.
    #[serde(rename = "f", alias = "format")]
    pub format: Option<String>,
    /// The first iOS that has it.
    #[serde(rename = "i", alias = "introduced")]
    pub introduced: Option<OsVersion>,
    /// The iOS that first discourages it.
    #[serde(rename = "x", alias = "deprecated")]
    pub deprecated: Option<OsVersion>,
    /// The first iOS without it.
    #[serde(rename = "r", alias = "removed")]
    pub removed: Option<OsVersion>,
    /// Only supervised devices heed it.
    #[serde(rename = "s", alias = "supervised")]
    pub supervised: Option<bool>,
    /// What user enrolment makes of it.
    #[serde(rename = "u", alias = "ue")]
    pub ue: Option<UserEnrolment>,
    /// It may be in a profile installed by hand.
    #[serde(rename = "m", alias = "manual")]
    pub manual: Option<bool>,
    /// What a Shared iPad makes of it.
    #[serde(rename = "h", alias = "sharedipad")]
    pub sharedipad: Option<SharedIpad>,
    /// How often an array item may occur.
    #[serde(rename = "n", alias = "repetition")]
    pub repetition: Option<Repetition>,
    /// The name Apple gives to the type of the items.
    #[serde(rename = "y", alias = "subkeytype")]
    pub subkeytype: Option<String>,
    /// What the text is: hostname or url.
    #[serde(rename = "z", alias = "subtype")]
    pub subtype: Option<String>,
    /// The key above it whose definition the items repeat.
    #[serde(rename = "e", alias = "ref")]
    pub reference: Option<String>,
    /// The keys of a dictionary, or the one item of an array.
    #[serde(rename = "c", alias = "subkeys", default)]
    pub subkeys: Vec<KeySchema>,
}

/// The types Apple's schema knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum KeyType {
    /// `string`.
    #[serde(rename = "s", alias = "string")]
    String,
    /// `boolean`.
    #[serde(rename = "b", alias = "boolean")]
    Boolean,
    /// `integer`.
    #[serde(rename = "i", alias = "integer")]
    Integer,
    /// `real`; an integer will do.
    #[serde(rename = "r", alias = "real")]
    Real,
    /// `data`.
    #[serde(rename = "o", alias = "data")]
    Data,
    /// `date`.
    #[serde(rename = "t", alias = "date")]
    Date,
    /// `array`.
    #[serde(rename = "a", alias = "array")]
    Array,
    /// `dictionary`.
    #[serde(rename = "d", alias = "dictionary")]
    Dictionary,
    /// Any type at all.
    #[serde(rename = "*", alias = "any")]
    Any,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Presence {
    /// It must.
    #[serde(rename = "r", alias = "required")]
    Required,
    /// It may.
    #[serde(rename = "o", alias = "optional")]
    Optional,
}

/// What user enrolment makes of a payload or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserEnrolment {
    /// It works.
    Allowed,
    /// The profile is refused.
    Forbidden,
    /// It does nothing.
    Ignored,
    /// It must be there.
    Required,
}

/// What a Shared iPad makes of a payload or key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SharedIpad {
    /// allowed or forbidden.
    pub mode: String,
    /// It may come over the device channel.
    pub devicechannel: Option<bool>,
    /// It may come over the user channel.
    pub userchannel: Option<bool>,
}

/// A simple value in a schema.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Literal {
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A real.
    Real(f64),
    /// A text.
    String(String),
}

/// The least and the greatest number allowed, both included.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Range {
    /// The least, if bounded below.
    pub min: Option<f64>,
    /// The greatest, if bounded above.
    pub max: Option<f64>,
}

/// How often an array item may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Repetition {
    /// At least.
    pub min: Option<u32>,
    /// At most.
    pub max: Option<u32>,
}

static BUILTIN: LazyLock<Schema> = LazyLock::new(|| {
    // The file is part of the program and read whole by a test; an empty schema would fail there.
    Schema::from_json(include_bytes!("../../data/ios-18.1.json")).unwrap_or_else(|_| Schema::empty())
});

impl Schema {
    /// The schema of iOS 18.1, read once in a process.
    pub fn builtin() -> &'static Schema {
        &BUILTIN
    }

    /// Reads a schema: the built-in file's short names or the long ones of the facts it was made from.
    ///
    /// # Errors
    /// [`SchemaError`] when it is too long or not of that form.
    pub fn from_json(bytes: &[u8]) -> Result<Schema, SchemaError> {
        if bytes.len() > SCHEMA_BYTES_MAX {
            return Err(SchemaError::TooLong { bytes: bytes.len(), limit: SCHEMA_BYTES_MAX });
        }
        serde_json::from_slice(bytes)
            .map_err(|error| SchemaError::Form { line: error.line(), column: error.column() })
    }

    fn empty() -> Schema {
        let none = PayloadSchema {
            payloadtype: String::new(),
            file: String::new(),
            introduced: None,
            deprecated: None,
            removed: None,
            multiple: true,
            supervised: false,
            manual: true,
            ue: UserEnrolment::Allowed,
            sharedipad: None,
            keys: Vec::new(),
        };
        let text = String::new;
        let source =
            Source { repository: text(), commit: text(), release: text(), os: text(), licence: text() };
        Schema { source, toplevel: none.clone(), common: none, payloads: Vec::new() }
    }

    /// The keys of the profile itself.
    pub fn toplevel(&self) -> &PayloadSchema {
        &self.toplevel
    }

    /// The keys of every payload.
    pub fn common(&self) -> &PayloadSchema {
        &self.common
    }

    /// All payload types in the order of the file; `com.apple.extensiblesso` is there twice.
    pub fn payloads(&self) -> &[PayloadSchema] {
        &self.payloads
    }

    /// A payload type; of variants the general one, which comes first.
    pub fn payload(&self, payload_type: &str) -> Option<&PayloadSchema> {
        self.payloads.iter().find(|payload| payload.payloadtype == payload_type)
    }

    /// A key of a payload type: its own, one of the VPN type it builds on, or one of every payload.
    ///
    /// Per-app VPN takes all keys of `com.apple.vpn.managed` besides its own, which its file does not repeat.
    pub fn key(&self, payload_type: &str, name: &str) -> Option<&KeySchema> {
        self.own_tables(payload_type)
            .chain([&self.common])
            .find_map(|payload| payload.keys.iter().find(|key| key.name == name))
            .or_else(|| {
                self.own_tables(payload_type).find_map(|payload| payload.keys.iter().find(|key| key.is_any()))
            })
    }

    /// Every key of a payload type, the common ones last.
    pub fn keys<'a>(&'a self, payload_type: &str) -> impl Iterator<Item = &'a KeySchema> + use<'a> {
        self.own_tables(payload_type).chain([&self.common]).flat_map(|payload| &payload.keys)
    }

    fn own_tables<'a>(&'a self, payload_type: &str) -> impl Iterator<Item = &'a PayloadSchema> + use<'a> {
        let base = (payload_type == "com.apple.vpn.managed.applayer").then_some("com.apple.vpn.managed");
        self.payload(payload_type).into_iter().chain(base.and_then(|base| self.payload(base)))
    }

    /// How many payload types and keys there are.
    pub fn counts(&self) -> Counts {
        fn keys(list: &[KeySchema]) -> usize {
            list.iter().map(|key| 1 + keys(&key.subkeys)).sum()
        }
        let tables = [&self.toplevel, &self.common].into_iter().chain(&self.payloads);
        let types: std::collections::BTreeSet<_> = self.payloads.iter().map(|p| &p.payloadtype).collect();
        Counts { payload_types: types.len(), keys: tables.map(|table| keys(&table.keys)).sum() }
    }
}

/// The keys of one payload type (or of the profile), looked up often.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table<'s> {
    /// The schema has the type.
    pub known: bool,
    /// Every key, the common ones last.
    pub listed: Vec<&'s KeySchema>,
    /// Those that must be there.
    pub required: Vec<&'s KeySchema>,
    /// It has keys that only supervised devices heed.
    pub supervised: bool,
    by_name: BTreeMap<&'s str, &'s KeySchema>,
    /// The keys of dictionaries inside: the path of the first dictionary that has one, and the key.
    inside: OnceLock<BTreeMap<&'s str, (String, &'s KeySchema)>>,
    /// The entry of the type itself for whatever key.
    any: Option<&'s KeySchema>,
}

/// A schema, indexed by type and key.
#[derive(Clone, Debug)]
pub(crate) struct Tables<'s> {
    toplevel: Table<'s>,
    payloads: BTreeMap<&'s str, Table<'s>>,
    /// For types the schema does not have.
    common: Table<'s>,
    /// The regular expressions, compiled when first asked for; none for one that is none here.
    forms: BTreeMap<&'s str, OnceLock<Option<Regex>>>,
}

/// The largest program a regular expression may become, in bytes. The schema may be another file than the built-in one.
pub(crate) const FORM_PROGRAM_BYTES_MAX: usize = 64 * 1024;

impl<'s> Table<'s> {
    fn new(known: bool, keys: impl Iterator<Item = &'s KeySchema>, own: &[&'s PayloadSchema]) -> Table<'s> {
        let listed: Vec<&KeySchema> = keys.collect();
        let required = listed.iter().copied().filter(|key| key.is_required() && !key.is_any()).collect();
        let mut by_name = BTreeMap::new();
        for key in &listed {
            by_name.entry(key.name.as_str()).or_insert(*key);
        }
        let any = own.iter().find_map(|table| table.keys.iter().find(|key| key.is_any()));
        let supervised = listed.iter().any(|key| key.any_below(&|key| key.supervised == Some(true)));
        Table { known, listed, required, supervised, by_name, inside: OnceLock::new(), any }
    }

    /// The schema of a key.
    pub fn key(&self, name: &str) -> Option<&'s KeySchema> {
        self.listed_key(name).or(self.any)
    }

    /// The schema of a key that is listed by its name.
    pub fn listed_key(&self, name: &str) -> Option<&'s KeySchema> {
        self.by_name.get(name).copied().filter(|key| !key.is_any())
    }

    /// A key of a dictionary inside: the path of that dictionary, and the key.
    pub fn below(&self, name: &str) -> Option<(&str, &'s KeySchema)> {
        let index = self.inside.get_or_init(|| {
            let mut index = BTreeMap::new();
            for key in &self.listed {
                collect_inside(key, "", &mut index);
            }
            index
        });
        index.get(name).map(|(path, key)| (path.as_str(), *key))
    }
}

static BUILTIN_TABLES: LazyLock<Tables<'static>> = LazyLock::new(|| Tables::new(Schema::builtin()));

impl Tables<'static> {
    /// The tables of the built-in schema, made once in a process.
    pub fn builtin() -> &'static Tables<'static> {
        &BUILTIN_TABLES
    }
}

impl<'s> Tables<'s> {
    pub fn new(schema: &'s Schema) -> Tables<'s> {
        let mut payloads = BTreeMap::new();
        for payload in &schema.payloads {
            let name = payload.payloadtype.as_str();
            let own: Vec<&PayloadSchema> = schema.own_tables(name).collect();
            payloads.entry(name).or_insert_with(|| Table::new(true, schema.keys(name), &own));
        }
        let mut forms = BTreeMap::new();
        for table in [&schema.toplevel, &schema.common].into_iter().chain(&schema.payloads) {
            table.keys.iter().for_each(|key| collect_forms(key, &mut forms));
        }
        Tables {
            forms,
            toplevel: Table::new(true, schema.toplevel.keys.iter(), &[&schema.toplevel]),
            payloads,
            common: Table::new(false, schema.common.keys.iter(), &[]),
        }
    }

    /// The keys of the profile itself.
    pub fn toplevel(&self) -> &Table<'s> {
        &self.toplevel
    }

    /// The keys of a payload type; of one the schema does not have, the common ones.
    pub fn payload(&self, payload_type: &str) -> &Table<'s> {
        self.payloads.get(payload_type).unwrap_or(&self.common)
    }

    /// The expression of a form. One of a newer schema that is no expression here is none and forbids nothing.
    pub fn form(&self, form: &str) -> Option<&Regex> {
        let compile = || RegexBuilder::new(form).size_limit(FORM_PROGRAM_BYTES_MAX).build().ok();
        self.forms.get(form)?.get_or_init(compile).as_ref()
    }
}

fn collect_inside<'s>(
    above: &'s KeySchema,
    path: &str,
    index: &mut BTreeMap<&'s str, (String, &'s KeySchema)>,
) {
    let path = if path.is_empty() { above.name.clone() } else { format!("{path}.{}", above.name) };
    // The item of an array has a label, not a key.
    let members = match above.subkeys.as_slice() {
        [item] if above.kind == KeyType::Array => item.members(),
        _ => above.members(),
    };
    for key in members.iter().filter(|key| !key.is_any()) {
        index.entry(key.name.as_str()).or_insert_with(|| (path.clone(), key));
        collect_inside(key, &path, index);
    }
}

fn collect_forms<'s>(key: &'s KeySchema, forms: &mut BTreeMap<&'s str, OnceLock<Option<Regex>>>) {
    if let Some(form) = &key.format {
        forms.entry(form).or_default();
    }
    key.subkeys.iter().for_each(|below| collect_forms(below, forms));
}

impl PayloadSchema {
    /// One of its own keys.
    pub fn key(&self, name: &str) -> Option<&KeySchema> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl KeySchema {
    /// True for the entry that stands for whatever key.
    pub fn is_any(&self) -> bool {
        self.name == "ANY"
    }

    /// True if it must be there.
    pub fn is_required(&self) -> bool {
        self.presence == Some(Presence::Required)
    }

    /// True if something holds of the key or of one below it.
    fn any_below(&self, holds: &impl Fn(&KeySchema) -> bool) -> bool {
        holds(self) || self.subkeys.iter().any(|key| key.any_below(holds))
    }

    /// The keys of a dictionary. Where Apple's file has a level more than the plist, for keys that are free
    /// (`ConsentText`, `ConsentTextItem`, `ANY`), that level is left out.
    pub fn members(&self) -> &[KeySchema] {
        match self.subkeys.as_slice() {
            [only]
                if self.kind == KeyType::Dictionary
                    && only.kind == KeyType::Dictionary
                    && only.name.strip_suffix("Item") == Some(&self.name) =>
            {
                &only.subkeys
            }
            all => all,
        }
    }

    /// A key of a dictionary, or the entry for whatever key.
    pub fn member(&self, name: &str) -> Option<&KeySchema> {
        let members = self.members();
        members.iter().find(|key| key.name == name).or_else(|| members.iter().find(|key| key.is_any()))
    }
}

impl KeyType {
    /// The plist word: dict, array, string, data, integer, real, boolean, date, or any.
    pub fn name(self) -> &'static str {
        match self {
            KeyType::String => "string",
            KeyType::Boolean => "boolean",
            KeyType::Integer => "integer",
            KeyType::Real => "real",
            KeyType::Data => "data",
            KeyType::Date => "date",
            KeyType::Array => "array",
            KeyType::Dictionary => "dict",
            KeyType::Any => "any",
        }
    }

    /// True if a value is of this type. An integer will do for a real.
    pub fn accepts(self, value: &Value) -> bool {
        match self {
            KeyType::Any => true,
            KeyType::Real => matches!(value, Value::Real(_) | Value::Integer(_)),
            _ => self.name() == value.type_name(),
        }
    }
}

impl Literal {
    /// True if a value is this one; numbers are compared as numbers.
    pub fn matches(&self, value: &Value) -> bool {
        match self {
            Literal::Boolean(b) => value.as_boolean() == Some(*b),
            Literal::Integer(n) => value.as_number() == Some(*n as f64),
            Literal::Real(n) => value.as_number() == Some(*n),
            Literal::String(text) => value.as_str() == Some(text),
        }
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Literal::Boolean(b) => b.fmt(f),
            Literal::Integer(n) => n.fmt(f),
            Literal::Real(n) => n.fmt(f),
            Literal::String(text) => text.fmt(f),
        }
    }
}
