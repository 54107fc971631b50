//! Which keys changed. Values of secret keys are never shown, data by its length and digest only.

use super::pairing::{Pair, pairs};
use super::side::Side;
use profile::plist::{Dictionary, Node, Value};
use serde::Serialize;
use serde_json::json;
use smime::{Context, DigestAlgorithm};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in the place of a secret.
pub(super) const MASK: &str = "[secret]";

/// The type under which the profile's own keys go.
const TOP: &str = "Configuration";

/// A key whose value changed, came or went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ChangedKey {
    /// The type of the payload; `Configuration` for the keys of the profile itself.
    pub payload: String,
    /// The identifier of the payload, or of the profile.
    pub identifier: Option<String>,
    /// The path of the key, such as `EnableMail` or `ConsentText.en`.
    pub key: String,
    /// The old value; null when the key was absent.
    pub old: serde_json::Value,
    /// The new value; null when the key is absent.
    pub new: serde_json::Value,
    /// The type of the old value, in plist words; null when the key was absent.
    pub old_type: Option<&'static str>,
    /// The type of the new value.
    pub new_type: Option<&'static str>,
}

/// Every key that differs, in the order of the old profile and then of the new one.
pub(super) fn changed(cx: &Context<'_>, old: &Side, new: &Side) -> Vec<ChangedKey> {
    let mut out = Vec::new();
    let empty = Dictionary::new();
    let (a, b) = (old.profile.dictionary().unwrap_or(&empty), new.profile.dictionary().unwrap_or(&empty));
    let identifier = new.profile.identifier().or(old.profile.identifier()).map(str::to_owned);
    let mut top = Comparison { cx, out: &mut out, payload: TOP.to_owned(), identifier };
    top.dictionaries(a, b, "", &["PayloadContent"], false);
    // A PayloadContent that is no array has no payloads to compare.
    if let (Some(a), Some(b)) = (a.value("PayloadContent"), b.value("PayloadContent"))
        && (a.as_array().is_none() || b.as_array().is_none())
    {
        top.values(Some(a), Some(b), "PayloadContent", false);
    }
    for pair in pairs(&old.profile, &new.profile) {
        of_pair(cx, &pair, &mut out);
    }
    out
}

/// The names of the keys in which two payloads differ.
pub(super) fn names(cx: &Context<'_>, pair: &Pair<'_>) -> Vec<String> {
    let mut out = Vec::new();
    of_pair(cx, pair, &mut out);
    out.into_iter().map(|c| c.key).collect()
}

fn of_pair(cx: &Context<'_>, pair: &Pair<'_>, out: &mut Vec<ChangedKey>) {
    let identifier = pair.new.or(pair.old).and_then(|p| p.identifier()).map(str::to_owned);
    let payload = pair.payload_type().to_owned();
    let mut comparison = Comparison { cx, out, payload, identifier };
    match (pair.old, pair.new) {
        (Some(old), Some(new)) => comparison.dictionaries(old.dictionary(), new.dictionary(), "", &[], false),
        // A payload that comes or goes as a whole is one line, not all of its keys.
        (old, new) => {
            let uuid = |p: Option<&profile::Payload>| {
                (json!(p.map(|p| p.uuid().unwrap_or_default())), p.map(|_| "string"))
            };
            comparison.put("PayloadUUID", uuid(old), uuid(new));
        }
    }
}

/// A value as it is shown, and its type.
type Typed = (serde_json::Value, Option<&'static str>);

struct Comparison<'a> {
    cx: &'a Context<'a>,
    out: &'a mut Vec<ChangedKey>,
    payload: String,
    identifier: Option<String>,
}

impl Comparison<'_> {
    fn put(&mut self, key: &str, old: Typed, new: Typed) {
        let ((old, old_type), (new, new_type)) = (old, new);
        self.out.push(ChangedKey {
            payload: self.payload.clone(),
            identifier: self.identifier.clone(),
            key: key.to_owned(),
            old,
            new,
            old_type,
            new_type,
        });
    }

    fn dictionaries(&mut self, old: &Dictionary, new: &Dictionary, path: &str, skip: &[&str], secret: bool) {
        // A look-up by key in a dictionary is a search; there may be many keys.
        let index = |d| -> BTreeMap<_, _> {
            let d: &Dictionary = d;
            d.effective().map(|e| (e.key.clone(), e.node.value.clone())).collect()
        };
        let (was, is) = (index(old), index(new));
        let mut seen = BTreeSet::new();
        for entry in old.effective().chain(new.effective()) {
            let key = &*entry.key;
            if skip.contains(&key) || !seen.insert(key) {
                continue;
            }
            let inner = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            self.values(was.get(key), is.get(key), &inner, secret || is_secret(key));
        }
    }

    fn values(&mut self, old: Option<&Value>, new: Option<&Value>, path: &str, secret: bool) {
        match (old, new) {
            (Some(Value::Dictionary(a)), Some(Value::Dictionary(b))) => {
                self.dictionaries(a, b, path, &[], secret);
            }
            (Some(a), Some(b)) if super::side::same(a, b) => {}
            _ => {
                let shown = |v: Option<&Value>| {
                    (v.map_or(serde_json::Value::Null, |v| self.shown(v, secret)), v.map(Value::type_name))
                };
                let (old, new) = (shown(old), shown(new));
                self.put(path, old, new);
            }
        }
    }

    fn shown(&self, value: &Value, secret: bool) -> serde_json::Value {
        match value {
            Value::Boolean(on) => json!(on),
            Value::Dictionary(inner) => inner
                .effective()
                .map(|e| (e.key.to_string(), self.shown(&e.node.value, secret || is_secret(&e.key))))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(|n: &Node| self.shown(&n.value, secret)).collect(),
            _ if secret => json!(MASK),
            Value::String(text) => json!(&**text),
            Value::Data(bytes) => {
                let digest = self.cx.crypto.digest(DigestAlgorithm::Sha256, &[bytes]);
                let hex: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
                json!(format!("{} bytes, SHA-256 {hex}…", bytes.len()))
            }
            Value::Integer(number) => json!(number),
            Value::Unsigned(number) => json!(number),
            Value::Real(number) if number.is_finite() => json!(number),
            Value::Real(number) => json!(number.to_string()),
            Value::Date(time) => json!(time.to_rfc3339()),
            Value::Uid(number) => json!(number),
        }
    }
}

/// Whether the values under a key are secrets. Booleans under it are shown all the same: they say what is done with the
/// secret, not what it is.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let words =
        ["password", "passphrase", "passcode", "secret", "challenge", "privatekey", "private_key", "psk"];
    let token = key.contains("token") && !key.ends_with("url");
    token || key == "pin" || words.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_keys() {
        for key in
            ["Password", "CertificatePassword", "SharedSecret", "Challenge", "RemovalPassword", "AuthToken"]
        {
            assert!(is_secret(key), "{key}");
        }
        for key in ["UserName", "Host", "OAuthTokenRequestURL", "Topic"] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
