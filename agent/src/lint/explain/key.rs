//! Payload types and keys, as Apple's schema has them.

use profile::schema::{KeySchema, KeyType, PayloadSchema};
use profile::{OsVersion, Schema};
use serde::Serialize;
use serde_json::Value;

/// One place in the schema where a key is known.
#[derive(Clone, Debug, Serialize)]
pub struct KeyPlace {
    /// The key.
    pub key: String,
    /// The payload type; `profile` for keys of the profile, `every payload` for the common ones.
    pub payload_type: String,
    /// From the payload to the key.
    pub path: String,
    /// Its type, in plist words.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// It must be there.
    pub required: bool,
    /// What a device takes when it is absent.
    pub default: Option<Value>,
    /// The values allowed; none when any is.
    pub values: Vec<Value>,
    /// The least number allowed.
    pub min: Option<f64>,
    /// The greatest number allowed.
    pub max: Option<f64>,
    /// A regular expression for the text.
    pub format: Option<String>,
    /// The first iOS that has it; that of the payload where none is said.
    pub introduced: Option<OsVersion>,
    /// The iOS that first discourages it.
    pub deprecated: Option<OsVersion>,
    /// The first iOS without it.
    pub removed: Option<OsVersion>,
    /// Only supervised devices heed it.
    pub supervised: bool,
}

/// A payload type.
#[derive(Clone, Debug, Serialize)]
pub struct PayloadType {
    /// PayloadType.
    pub payload_type: String,
    /// The first iOS that has it.
    pub introduced: Option<OsVersion>,
    /// The iOS that first discourages it.
    pub deprecated: Option<OsVersion>,
    /// The first iOS without it.
    pub removed: Option<OsVersion>,
    /// More than one may be on a device.
    pub multiple: bool,
    /// Only supervised devices take it.
    pub supervised: bool,
    /// A user may install it by hand.
    pub manual_install: bool,
    /// Its own keys.
    pub keys: Vec<KeyPlace>,
}

/// The payload type of that name, in letters of any case.
pub fn payload_type(schema: &Schema, name: &str) -> Option<PayloadType> {
    let found = schema.payloads().iter().find(|payload| payload.payloadtype.eq_ignore_ascii_case(name))?;
    Some(PayloadType {
        payload_type: found.payloadtype.clone(),
        introduced: found.introduced,
        deprecated: found.deprecated,
        removed: found.removed,
        multiple: found.multiple,
        supervised: found.supervised,
        manual_install: found.manual,
        keys: found.keys.iter().map(|key| place(found, &found.payloadtype, &key.name, key)).collect(),
    })
}

/// Every place of a key: named alone, or after its payload type and what stands between. Where no key is spelt so, one
/// that differs in case will do.
pub fn find(schema: &Schema, name: &str) -> Vec<KeyPlace> {
    let all = all(schema);
    let exact = |place: &KeyPlace| place.key == name || full(place) == name;
    let loose =
        |place: &KeyPlace| place.key.eq_ignore_ascii_case(name) || full(place).eq_ignore_ascii_case(name);
    let mut found: Vec<KeyPlace> = all.iter().filter(|place| exact(place)).cloned().collect();
    if found.is_empty() {
        found = all.into_iter().filter(loose).collect();
    }
    found
}

/// Every payload type and key.
pub fn names(schema: &Schema) -> impl Iterator<Item = String> + use<> {
    let types: Vec<String> = schema.payloads().iter().map(|payload| payload.payloadtype.clone()).collect();
    let mut keys: Vec<String> = all(schema).into_iter().map(|place| place.key).collect();
    keys.sort();
    keys.dedup();
    types.into_iter().chain(keys)
}

fn full(place: &KeyPlace) -> String {
    format!("{}.{}", place.payload_type, place.path)
}

fn all(schema: &Schema) -> Vec<KeyPlace> {
    let mut found = Vec::new();
    for (name, table) in [("profile", schema.toplevel()), ("every payload", schema.common())] {
        collect(table, name, "", &table.keys, &mut found);
    }
    for payload in schema.payloads() {
        collect(payload, &payload.payloadtype, "", &payload.keys, &mut found);
    }
    found
}

fn collect(table: &PayloadSchema, owner: &str, above: &str, keys: &[KeySchema], found: &mut Vec<KeyPlace>) {
    for key in keys.iter().filter(|key| !key.is_any()) {
        let path = if above.is_empty() { key.name.clone() } else { format!("{above}.{}", key.name) };
        found.push(place(table, owner, &path, key));
        // The item of an array has a label, not a key.
        let below = match key.subkeys.as_slice() {
            [item] if key.kind == KeyType::Array => item.subkeys.as_slice(),
            _ => key.members(),
        };
        collect(table, owner, &path, below, found);
    }
}

fn place(table: &PayloadSchema, owner: &str, path: &str, key: &KeySchema) -> KeyPlace {
    let value = |literal| serde_json::to_value(literal).unwrap_or_default();
    KeyPlace {
        key: key.name.clone(),
        payload_type: owner.to_owned(),
        path: path.to_owned(),
        kind: key.kind.name(),
        required: key.is_required(),
        default: key.default.as_ref().map(value),
        values: key.rangelist.iter().map(value).collect(),
        min: key.range.and_then(|range| range.min),
        max: key.range.and_then(|range| range.max),
        format: key.format.clone(),
        introduced: key.introduced.or(table.introduced),
        deprecated: key.deprecated,
        removed: key.removed,
        supervised: key.supervised.unwrap_or(table.supervised),
    }
}

/// `from 14.0, deprecated 16.0, removed 17.0, supervised`, what there is of it.
fn life(
    introduced: Option<OsVersion>,
    deprecated: Option<OsVersion>,
    removed: Option<OsVersion>,
    supervised: bool,
) -> String {
    let mut parts = Vec::new();
    parts.extend(introduced.map(|version| format!("from iOS {version}")));
    parts.extend(deprecated.map(|version| format!("deprecated {version}")));
    parts.extend(removed.map(|version| format!("removed {version}")));
    parts.extend(supervised.then(|| "supervised devices only".to_owned()));
    parts.join(", ")
}

impl KeyPlace {
    /// For people.
    pub fn human(&self) -> String {
        let presence = if self.required { "required" } else { "optional" };
        let mut out = format!("  {} of {}\n    {}, {presence}", self.path, self.payload_type, self.kind);
        if let Some(default) = &self.default {
            out.push_str(&format!(", default {default}"));
        }
        if !self.values.is_empty() {
            let values: Vec<String> = self.values.iter().map(Value::to_string).collect();
            out.push_str(&format!(", one of {}", values.join(", ")));
        }
        if self.min.is_some() || self.max.is_some() {
            let end = |end: Option<f64>| end.map_or("any".to_owned(), |end| end.to_string());
            out.push_str(&format!(", from {} to {}", end(self.min), end(self.max)));
        }
        if let Some(format) = &self.format {
            out.push_str(&format!(", of the form {format}"));
        }
        let life = life(self.introduced, self.deprecated, self.removed, self.supervised);
        out.push_str(&format!("\n    {life}\n"));
        out
    }
}

impl PayloadType {
    /// For people.
    pub fn human(&self) -> String {
        let mut out = format!(
            "{}\n  {}\n",
            self.payload_type,
            life(self.introduced, self.deprecated, self.removed, self.supervised)
        );
        if !self.multiple {
            out.push_str("  a device takes one\n");
        }
        if !self.manual_install {
            out.push_str("  by MDM only\n");
        }
        let width = self.keys.iter().map(|key| key.key.len()).max().unwrap_or(0);
        out.push('\n');
        for key in &self.keys {
            let required = if key.required { "required" } else { "" };
            let line = format!("  {:<width$}  {:<8} {required}", key.key, key.kind);
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
