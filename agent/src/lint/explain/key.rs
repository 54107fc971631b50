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
    /// The other ways to write the path: with `[]` behind arrays, and with the labels that the schema gives their items.
    #[serde(skip)]
    other_paths: [String; 2],
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
        keys: found
            .keys
            .iter()
            .map(|key| place(found, &found.payloadtype, &Way::default().to(&key.name), key))
            .collect(),
    })
}

/// Every place of a key, or of the item of an array under its label: named alone, or after what stands above it, or after
/// its payload type and that. Where no key is spelt so, one that differs in case will do.
pub fn find(schema: &Schema, name: &str) -> Vec<KeyPlace> {
    let all = all(schema);
    let named = |place: &KeyPlace, same: &dyn Fn(&str, &str) -> bool| {
        let paths = [&place.path, &place.other_paths[0], &place.other_paths[1]];
        let rest = name.get(place.payload_type.len()..).and_then(|rest| rest.strip_prefix('.'));
        let rest = rest.filter(|_| same(&name[..place.payload_type.len()], &place.payload_type));
        same(name, &place.key)
            || paths.iter().any(|path| same(name, path) || rest.is_some_and(|r| same(r, path)))
    };
    let mut found: Vec<KeyPlace> = all.iter().filter(|place| named(place, &|a, b| a == b)).cloned().collect();
    if found.is_empty() {
        found = all.into_iter().filter(|place| named(place, &str::eq_ignore_ascii_case)).collect();
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

fn all(schema: &Schema) -> Vec<KeyPlace> {
    let mut found = Vec::new();
    for (name, table) in [("profile", schema.toplevel()), ("every payload", schema.common())] {
        collect(table, name, &Way::default(), &table.keys, &mut found);
    }
    for payload in schema.payloads() {
        collect(payload, &payload.payloadtype, &Way::default(), &payload.keys, &mut found);
    }
    found
}

/// The way down to a key, written in three ways.
#[derive(Clone, Debug, Default)]
struct Way {
    /// `Foo.Bar.Baz`: the keys alone.
    keys: String,
    /// `Foo.Bar[].Baz`: arrays marked.
    marked: String,
    /// `Foo.Bar.Label.Baz`: with the label that the schema gives an array's items.
    labelled: String,
}

impl Way {
    fn to(&self, key: &str) -> Way {
        let below = |above: &str| if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") };
        Way { keys: below(&self.keys), marked: below(&self.marked), labelled: below(&self.labelled) }
    }

    fn to_item(&self, label: &str) -> Way {
        Way {
            keys: self.keys.clone(),
            marked: format!("{}[]", self.marked),
            labelled: format!("{}.{label}", self.labelled),
        }
    }
}

fn collect(table: &PayloadSchema, owner: &str, above: &Way, keys: &[KeySchema], found: &mut Vec<KeyPlace>) {
    for key in keys {
        let way = above.to(&key.name);
        found.push(place(table, owner, &way, key));
        below(table, owner, &way, key, found);
    }
}

/// What stands below a key: of an array its items, which have a label and no key.
fn below(table: &PayloadSchema, owner: &str, way: &Way, key: &KeySchema, found: &mut Vec<KeyPlace>) {
    if key.kind != KeyType::Array {
        return collect(table, owner, way, &key.subkeys, found);
    }
    for item in &key.subkeys {
        let way = way.to_item(&item.name);
        found.push(KeyPlace { path: way.marked.clone(), ..place(table, owner, &way, item) });
        below(table, owner, &way, item, found);
    }
}

fn place(table: &PayloadSchema, owner: &str, way: &Way, key: &KeySchema) -> KeyPlace {
    let value = |literal| serde_json::to_value(literal).unwrap_or_default();
    KeyPlace {
        key: key.name.clone(),
        payload_type: owner.to_owned(),
        path: way.keys.clone(),
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
        other_paths: [way.marked.clone(), way.labelled.clone()],
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_schema_is_found_by_name_and_by_path() {
        let schema = Schema::builtin();
        let all = all(schema);
        assert_eq!(all.len(), schema.counts().keys);
        for place in &all {
            let has = |name: &str| {
                find(schema, name)
                    .iter()
                    .any(|p| p.payload_type == place.payload_type && p.path == place.path)
            };
            assert!(has(&place.key), "{}", place.key);
            for path in [&place.path, &place.other_paths[0], &place.other_paths[1]] {
                assert!(has(path) && has(&format!("{}.{path}", place.payload_type)), "{path}");
            }
        }
    }

    #[test]
    fn items_of_arrays_are_known_by_label_and_brackets() {
        let schema = Schema::builtin();
        let item = all(schema).into_iter().find(|place| place.path.ends_with("[]")).unwrap();
        assert!(find(schema, &item.path).iter().any(|place| place.key == item.key));
        assert!(
            find(schema, "Nothing[].Such").is_empty() && find(schema, "com.apple.eas.account.").is_empty()
        );
        assert_eq!(find(schema, "COM.APPLE.EAS.ACCOUNT.host").len(), 1);
    }
}
