//! Paths into the view of a phone.

use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use thiserror::Error;

/// The most steps of a path.
pub const MAX_PATH_STEPS: usize = 32;

/// A path into a JSON document: `account.services.mail.on`, `prompts[0].kind`, `accounts[email=alice@contoso.example]`.
///
/// Members are separated by dots. `[N]` is the member of a list by number from 0; `[KEY=VALUE]` is the first member of a
/// list whose own member KEY has that text. A key with a dot or a bracket is written in quotes: `keys."a.b"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewPath {
    text: String,
    steps: Vec<PathStep>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PathStep {
    Member(String),
    Index(usize),
    Where(String, String),
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PathError {
    /// There is nothing between two dots, or at the beginning or end.
    #[error("a member has no name")]
    Empty,
    /// A bracket is not closed, or what it holds is neither a number nor `KEY=VALUE`.
    #[error("in brackets there is a number or KEY=VALUE")]
    Bracket,
    /// A quote is not closed.
    #[error("a quote is not closed")]
    Quote,
    /// More than [`MAX_PATH_STEPS`].
    #[error("it has more than 32 steps")]
    TooLong,
}

impl PathError {
    /// The error in words.
    pub fn as_str(self) -> &'static str {
        match self {
            PathError::Empty => "a member has no name",
            PathError::Bracket => "in brackets there is a number or KEY=VALUE",
            PathError::Quote => "a quote is not closed",
            PathError::TooLong => "it has more than 32 steps",
        }
    }
}

impl ViewPath {
    /// Reads a path.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        let mut member_next = true;
        loop {
            if steps.len() > MAX_PATH_STEPS {
                return Err(PathError::TooLong);
            }
            if member_next {
                let (name, left) = member(rest)?;
                steps.push(PathStep::Member(name));
                rest = left;
                member_next = false;
            } else if let Some(left) = rest.strip_prefix('.') {
                rest = left;
                member_next = true;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let end = inside.find(']').ok_or(PathError::Bracket)?;
                let (inside, left) = inside.split_at(end);
                steps.push(match (inside.parse(), inside.split_once('=')) {
                    (Ok(index), _) => PathStep::Index(index),
                    (_, Some((key, value))) if !key.is_empty() => PathStep::Where(key.into(), value.into()),
                    _ => return Err(PathError::Bracket),
                });
                rest = left.strip_prefix(']').unwrap_or(left);
            } else if rest.is_empty() {
                break;
            } else {
                return Err(PathError::Bracket);
            }
        }
        if steps.len() > MAX_PATH_STEPS {
            return Err(PathError::TooLong);
        }
        Ok(ViewPath { text: text.to_owned(), steps })
    }

    /// The member that the path begins with.
    pub fn first(&self) -> &str {
        match self.steps.first() {
            Some(PathStep::Member(name)) => name,
            _ => "",
        }
    }

    /// The member of that member, where the path goes on with one.
    pub fn second(&self) -> Option<&str> {
        match self.steps.get(1) {
            Some(PathStep::Member(name)) => Some(name),
            _ => None,
        }
    }

    /// The value at the path, if there is one.
    pub fn find<'v>(&self, view: &'v Value) -> Option<&'v Value> {
        self.steps.iter().try_fold(view, |value, step| match step {
            PathStep::Member(name) => value.get(name),
            PathStep::Index(index) => value.as_array()?.get(*index),
            PathStep::Where(key, wanted) => value.as_array()?.iter().find(|item| match item.get(key) {
                Some(Value::String(text)) => text == wanted,
                Some(Value::Null) | None => false,
                Some(other) => serde_json::to_string(other).is_ok_and(|text| text == *wanted),
            }),
        })
    }

    /// Whether a JSON Schema (draft 2020-12: `properties`, `items`, `additionalProperties`, `anyOf`, `oneOf`, `$ref`
    /// within the document) has something at the path.
    ///
    /// # Errors
    /// The part of the path that is not there, and the members that could stand in its place.
    pub fn within(&self, schema: &Value) -> Result<(), (String, Vec<String>)> {
        let mut here: Vec<&Value> = alternatives(schema, schema, 0);
        let mut walked = String::new();
        for step in &self.steps {
            let next: Vec<&Value> = match step {
                PathStep::Member(name) => here.iter().filter_map(|s| below(s, name)).collect(),
                _ => here.iter().filter_map(|s| s.get("items")).collect(),
            };
            match step {
                PathStep::Member(name) if walked.is_empty() => walked.push_str(name),
                PathStep::Member(name) => walked = format!("{walked}.{name}"),
                PathStep::Index(index) => walked = format!("{walked}[{index}]"),
                PathStep::Where(key, value) => walked = format!("{walked}[{key}={value}]"),
            }
            if next.is_empty() {
                // A schema that says nothing of members leaves them open.
                let open = here.iter().any(|s| {
                    s.get("properties").is_none() && s.get("items").is_none() && s.get("type").is_none()
                });
                if open {
                    return Ok(());
                }
                let known = here.iter().filter_map(|s| s.get("properties")?.as_object());
                return Err((walked, known.flat_map(|o| o.keys().cloned()).collect()));
            }
            here = next.into_iter().flat_map(|s| alternatives(schema, s, 0)).collect();
        }
        Ok(())
    }
}

fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    // Where a schema allows members that it does not name, it means those of later versions: no scenario can know them.
    let listed = schema.get("properties").and_then(|p| p.get(name));
    listed.or_else(|| schema.get("additionalProperties").filter(|a| a.is_object()))
}

/// A schema with references followed and alternatives spread, to a bounded depth.
fn alternatives<'s>(root: &'s Value, schema: &'s Value, depth: usize) -> Vec<&'s Value> {
    const MAX_REFERENCES: usize = 16;
    if depth > MAX_REFERENCES {
        return Vec::new();
    }
    if let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
        let target = pointer.strip_prefix('#').and_then(|p| root.pointer(p));
        return target.map(|t| alternatives(root, t, depth + 1)).unwrap_or_default();
    }
    let spread = ["anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let mut found: Vec<&Value> = spread.flat_map(|s| alternatives(root, s, depth + 1)).collect();
    if found.is_empty() || schema.get("properties").is_some() {
        found.push(schema);
    }
    found
}

fn member(text: &str) -> Result<(String, &str), PathError> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find('"').ok_or(PathError::Quote)?;
        let (name, rest) = quoted.split_at(end);
        return Ok((name.to_owned(), rest.strip_prefix('"').unwrap_or(rest)));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() { Err(PathError::Empty) } else { Ok((name.to_owned(), rest)) }
}

impl fmt::Display for ViewPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for ViewPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_find_what_they_name() {
        let view = json!({"a": {"b": [{"k": "x", "v": 1}, {"k": 2, "v": 3}]}, "c.d": true});
        let find = |path: &str| ViewPath::parse(path).unwrap().find(&view).cloned();
        assert_eq!(find("a.b[0].v"), Some(json!(1)));
        assert_eq!(find("a.b[k=2].v"), Some(json!(3)));
        assert_eq!(find("a.b[k=x].v"), Some(json!(1)));
        assert_eq!(find("\"c.d\""), Some(json!(true)));
        assert_eq!(find("a.b[2].v"), None);
        assert_eq!(find("a.x"), None);
    }

    #[test]
    fn what_is_no_path_says_why() {
        for (text, error) in [
            ("", PathError::Empty),
            ("a..b", PathError::Empty),
            ("a.", PathError::Empty),
            ("a[", PathError::Bracket),
            ("a[x]", PathError::Bracket),
            ("a[0]b", PathError::Bracket),
            ("\"a", PathError::Quote),
        ] {
            assert_eq!(ViewPath::parse(text), Err(error), "{text}");
        }
        let path = |steps: usize| vec!["a"; steps].join(".");
        assert!(ViewPath::parse(&path(MAX_PATH_STEPS)).is_ok());
        assert_eq!(ViewPath::parse(&path(MAX_PATH_STEPS + 1)), Err(PathError::TooLong));
    }

    #[test]
    fn a_schema_knows_its_paths() {
        let schema = json!({
            "properties": {
                "a": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/a"}]},
                "free": {}
            },
            "$defs": {"a": {"properties": {"list": {"items": {"properties": {"on": {"type": "boolean"}}}}}}}
        });
        let within = |path: &str| ViewPath::parse(path).unwrap().within(&schema);
        assert_eq!(within("a.list[0].on"), Ok(()));
        assert_eq!(within("free.whatever.there"), Ok(()));
        assert_eq!(within("a.list[0].off"), Err(("a.list[0].off".into(), vec!["on".into()])));
        assert_eq!(within("b"), Err(("b".into(), vec!["a".into(), "free".into()])));
        assert!(within("a.list[0].on.more").is_err());
    }
}
