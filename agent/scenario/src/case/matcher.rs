//! What a value must be.

use regex_lite::Regex;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// What a value must be. Absent values hold only for [`Matcher::Absent`] and [`Matcher::Not`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Matcher {
    /// This value; a number also fits the text of it, as versions are texts.
    Equals(Value),
    /// `not`: anything but what the matcher says.
    Not(Box<Matcher>),
    /// `one-of`: one of these.
    OneOf(Vec<Matcher>),
    /// `contains`: a text with this in it, or a list with such a member.
    Contains(Box<Matcher>),
    /// `matches`: a text in which the pattern is found.
    Matches(Box<Regex>),
    /// `at-least`: a number not below.
    AtLeast(i64),
    /// `at-most`: a number not above.
    AtMost(i64),
    /// `length`: a list or text of this length.
    Length(usize),
    /// `absent: true`: nothing, or null.
    Absent,
}

impl Matcher {
    /// Whether a value is as the matcher says.
    pub fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Matcher::Absent, value) => value.is_none_or(Value::is_null),
            (Matcher::Not(inner), value) => !inner.holds(value),
            (Matcher::OneOf(any), value) => any.iter().any(|m| m.holds(value)),
            (_, None) => false,
            (Matcher::Equals(wanted), Some(seen)) => equal(wanted, seen),
            (Matcher::Contains(inner), Some(Value::Array(items))) => {
                items.iter().any(|item| inner.holds(Some(item)))
            }
            (Matcher::Contains(inner), Some(Value::String(text))) => match inner.as_ref() {
                Matcher::Equals(part) => text.contains(&plain(part)),
                inner => inner.holds(value),
            },
            (Matcher::Matches(pattern), Some(Value::String(text))) => pattern.is_match(text),
            (Matcher::AtLeast(limit), Some(seen)) => seen.as_i64().is_some_and(|n| n >= *limit),
            (Matcher::AtMost(limit), Some(seen)) => seen.as_i64().is_some_and(|n| n <= *limit),
            (Matcher::Length(wanted), Some(Value::Array(items))) => items.len() == *wanted,
            (Matcher::Length(wanted), Some(Value::String(text))) => text.chars().count() == *wanted,
            (Matcher::Length(wanted), Some(Value::Object(members))) => members.len() == *wanted,
            _ => false,
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn equal(wanted: &Value, seen: &Value) -> bool {
    match (wanted, seen) {
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Number(number), Value::String(text)) => number.to_string() == *text,
        (wanted, seen) => wanted == seen,
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Matcher::Equals(value) => f.write_str(&plain(value)),
            Matcher::Not(inner) => write!(f, "not {inner}"),
            Matcher::OneOf(any) => {
                let words: Vec<String> = any.iter().map(ToString::to_string).collect();
                write!(f, "one of {}", words.join(", "))
            }
            Matcher::Contains(inner) => write!(f, "something with {inner}"),
            Matcher::Matches(pattern) => write!(f, "something like /{pattern}/"),
            Matcher::AtLeast(limit) => write!(f, "at least {limit}"),
            Matcher::AtMost(limit) => write!(f, "at most {limit}"),
            Matcher::Length(length) => write!(f, "{length} of them"),
            Matcher::Absent => f.write_str("nothing"),
        }
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        use Matcher::*;
        match (self, other) {
            (Equals(a), Equals(b)) => a == b,
            (Not(a), Not(b)) | (Contains(a), Contains(b)) => a == b,
            (OneOf(a), OneOf(b)) => a == b,
            (Matches(a), Matches(b)) => a.as_str() == b.as_str(),
            (AtLeast(a), AtLeast(b)) | (AtMost(a), AtMost(b)) => a == b,
            (Length(a), Length(b)) => a == b,
            (Absent, Absent) => true,
            _ => false,
        }
    }
}

impl Eq for Matcher {}

impl Serialize for Matcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Matcher::Equals(value) => value.serialize(serializer),
            other => serializer.collect_str(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_matcher_holds_and_fails() {
        let equals = |value: Value| Matcher::Equals(value);
        let boxed = |value: Value| Box::new(Matcher::Equals(value));
        let cases = [
            (equals(json!(true)), json!(true), json!(false)),
            (equals(json!(17)), json!("17"), json!("17.0")),
            (equals(json!(["a", 1])), json!(["a", 1]), json!(["a"])),
            (equals(json!("1")), json!("1"), json!(1)),
            (Matcher::Not(boxed(json!("a"))), json!("b"), json!("a")),
            (Matcher::OneOf(vec![equals(json!(1)), equals(json!(2))]), json!(2), json!(3)),
            (Matcher::Contains(boxed(json!("b"))), json!("abc"), json!("ac")),
            (Matcher::Contains(boxed(json!("b"))), json!(["a", "b"]), json!(["a", "bc"])),
            (Matcher::Matches(Box::new(Regex::new("^a+$").unwrap())), json!("aaa"), json!("ab")),
            (Matcher::AtLeast(3), json!(3), json!(2)),
            (Matcher::AtMost(3), json!(3), json!("3")),
            (Matcher::Length(2), json!([1, 2]), json!([1])),
            (Matcher::Absent, json!(null), json!(0)),
        ];
        for (matcher, good, bad) in cases {
            assert!(matcher.holds(Some(&good)), "{matcher}: {good}");
            assert!(!matcher.holds(Some(&bad)), "{matcher}: {bad}");
        }
        assert!(Matcher::Absent.holds(None) && Matcher::Not(boxed(json!(1))).holds(None));
        assert!(!equals(json!(null)).holds(None) && !Matcher::AtLeast(0).holds(None));
    }
}
