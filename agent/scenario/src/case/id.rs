//! Case ids.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest case id, in octets.
pub const MAX_ID_OCTETS: usize = 1_024;

/// The longest name of a suite, a scenario or an axis, in octets.
const MAX_NAME_OCTETS: usize = 64;

/// The id of a case: `suite/scenario[variable=value,…]`, without brackets where there is no matrix.
///
/// In labels every octet that is no letter, digit or one of `. _ : + @ - /` is written `%XX`, so that an id is one word
/// for a shell but for its brackets, and two different combinations never have the same id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(String);

impl CaseId {
    /// Makes an id.
    pub fn new<'a>(
        suite: &str,
        scenario: &str,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let values: Vec<String> =
            values.into_iter().map(|(axis, label)| format!("{axis}={}", escaped(label))).collect();
        let values = if values.is_empty() { String::new() } else { format!("[{}]", values.join(",")) };
        CaseId(format!("{suite}/{scenario}{values}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escaped(label: &str) -> String {
    use fmt::Write as _;
    let mut out = String::new();
    for octet in label.bytes() {
        if octet.is_ascii_alphanumeric() || b"._:+@-/".contains(&octet) {
            out.push(char::from(octet));
        } else {
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

/// Whether a text can name a suite, a scenario, an axis, a variable, a secret or a procedure: at most 64 letters, digits
/// and `. _ -`, a letter or digit first.
pub fn is_name(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let rest = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    first && rest && text.len() <= MAX_NAME_OCTETS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable_and_never_the_same() {
        let id = CaseId::new("sync", "locked", [("ios", "17.5"), ("who", "a b,c=d]%")]);
        assert_eq!(id.as_str(), "sync/locked[ios=17.5,who=a%20b%2Cc%3Dd%5D%25]");
        assert_eq!(CaseId::new("sync", "plain", []).as_str(), "sync/plain");
        assert_ne!(CaseId::new("s", "s", [("a", "1,b=2")]), CaseId::new("s", "s", [("a", "1"), ("b", "2")]));
    }

    #[test]
    fn names_have_a_bound() {
        assert!(is_name(&"n".repeat(64)) && is_name("EAS-051") && is_name("a.b_c"));
        for wrong in ["", "-a", "a b", "a/b", "ü", "a[", &"n".repeat(65)] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
