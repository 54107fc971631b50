//! Merging: gathering what every profile says of a key, and letting the rule decide.

use super::RestrictionRule;
use crate::profiles::{acts, ignored, payload_type};
use crate::{Defect, Device};
use profile::plist::Value;
use profile::{Payload, Schema};
use serde::Serialize;
use std::collections::BTreeMap;

/// A value of a restriction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RestrictionValue {
    /// A switch.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl RestrictionValue {
    fn read(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Boolean(b) => RestrictionValue::Boolean(*b),
            Value::Integer(n) => RestrictionValue::Integer(*n),
            Value::Real(n) => RestrictionValue::Real(*n),
            Value::String(s) => RestrictionValue::Text(s.to_string()),
            Value::Array(items) => RestrictionValue::List(
                items.iter().filter_map(|n| n.value.as_str()).map(str::to_owned).collect(),
            ),
            _ => return None,
        })
    }

    fn number(&self) -> f64 {
        match self {
            RestrictionValue::Integer(n) => *n as f64,
            RestrictionValue::Real(n) => *n,
            RestrictionValue::Boolean(b) => f64::from(u8::from(*b)),
            _ => 0.0,
        }
    }

    fn list(&self) -> &[String] {
        match self {
            RestrictionValue::List(items) => items,
            _ => &[],
        }
    }
}

/// What one payload says of a key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RestrictionSource {
    /// `PayloadIdentifier` of the profile.
    pub profile: String,
    /// `PayloadUUID` of the payload.
    pub payload_uuid: String,
    /// `PayloadIdentifier` of the payload.
    pub payload_identifier: String,
    /// Its value.
    pub value: RestrictionValue,
}

/// A key in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectiveRestriction {
    /// The payload type that has the key.
    pub payload_type: String,
    /// The key.
    pub key: String,
    /// The value in force.
    pub value: RestrictionValue,
    /// How it was found.
    pub rule: RestrictionRule,
    /// The payload whose value it is; the first installed of several that say the same. Nothing where lists were combined
    /// into one that no payload has.
    pub winner: Option<RestrictionSource>,
    /// The other payloads that set the key, in the order of their profiles.
    pub losers: Vec<RestrictionSource>,
}

/// Every restriction and passcode rule in force, by payload type and key.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct EffectiveRestrictions(pub Vec<EffectiveRestriction>);

impl EffectiveRestrictions {
    /// The restriction of that key.
    pub fn key(&self, key: &str) -> Option<&EffectiveRestriction> {
        self.0.iter().find(|r| r.key == key)
    }

    /// Whether a permission is withdrawn.
    pub fn is_false(&self, key: &str) -> bool {
        self.key(key).is_some_and(|r| r.value == RestrictionValue::Boolean(false))
    }

    /// Whether something is demanded.
    pub fn is_true(&self, key: &str) -> bool {
        self.key(key).is_some_and(|r| r.value == RestrictionValue::Boolean(true))
    }

    /// A number in force.
    pub fn integer(&self, key: &str) -> Option<i64> {
        match self.key(key)?.value {
            RestrictionValue::Integer(n) => Some(n),
            _ => None,
        }
    }
}

impl Device {
    /// The restrictions and passcode rules in force, merged over all installed profiles.
    pub fn restrictions(&self) -> EffectiveRestrictions {
        let mut said: BTreeMap<(&str, &str), (RestrictionRule, Vec<RestrictionSource>)> = BTreeMap::new();
        let schema = Schema::builtin();
        for stored in &self.stored {
            let source = self.profiles.iter().find(|p| p.identifier == stored.identifier).map(|p| p.source);
            let Some(source) = source else { continue };
            for kind in [payload_type::RESTRICTIONS, payload_type::PASSCODE] {
                if !acts(kind, &self.facts) {
                    continue;
                }
                for payload in stored.payloads_of(kind) {
                    let own = schema.payload(kind).map(|p| p.keys.as_slice()).unwrap_or_default();
                    for key in own.iter().filter(|key| ignored(key, &self.facts, source).is_none()) {
                        let Some(value) = payload.dictionary().value(&key.name) else { continue };
                        let Some(value) = RestrictionValue::read(value) else { continue };
                        let entry = said
                            .entry((kind, key.name.as_str()))
                            .or_insert_with(|| (RestrictionRule::of(key), Vec::new()));
                        entry.1.push(source_of(&stored.identifier, payload, value));
                    }
                }
            }
        }
        let merged = said.into_iter().filter_map(|((kind, key), (rule, sources))| {
            let rule =
                if self.facts.has(Defect::LastRestrictionWins) { RestrictionRule::LastWins } else { rule };
            let value = merge(rule, &sources)?;
            let at = match rule {
                RestrictionRule::LastWins => sources.iter().rposition(|s| s.value == value),
                _ => sources.iter().position(|s| s.value == value),
            };
            let mut losers = sources;
            let winner = at.map(|at| losers.remove(at));
            let (payload_type, key) = (kind.to_owned(), key.to_owned());
            Some(EffectiveRestriction { payload_type, key, value, rule, winner, losers })
        });
        EffectiveRestrictions(merged.collect())
    }
}

fn source_of(profile: &str, payload: &Payload, value: RestrictionValue) -> RestrictionSource {
    RestrictionSource {
        profile: profile.to_owned(),
        payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
        payload_identifier: payload.identifier().unwrap_or_default().to_owned(),
        value,
    }
}

/// The value in force; nothing when nobody says any.
fn merge(rule: RestrictionRule, sources: &[RestrictionSource]) -> Option<RestrictionValue> {
    let values = || sources.iter().map(|s| &s.value);
    let least = |a: &&RestrictionValue, b: &&RestrictionValue| a.number().total_cmp(&b.number());
    match rule {
        RestrictionRule::FalseWins | RestrictionRule::LeastWins => values().min_by(least).cloned(),
        RestrictionRule::TrueWins | RestrictionRule::GreatestWins => {
            // Of equal ones `max_by` gives the last, which is the same value.
            values().max_by(least).cloned()
        }
        RestrictionRule::LeastAboveZeroWins => {
            values().filter(|v| v.number() > 0.0).min_by(least).or_else(|| values().next()).cloned()
        }
        RestrictionRule::LastWins => values().next_back().cloned(),
        RestrictionRule::Intersection => {
            let mut lists = values().map(RestrictionValue::list);
            let first = lists.next()?.to_vec();
            let common = lists.fold(first, |mut left, list| {
                left.retain(|item| list.contains(item));
                left
            });
            Some(RestrictionValue::List(common))
        }
        RestrictionRule::Union => {
            let mut all: Vec<String> = Vec::new();
            for item in values().flat_map(RestrictionValue::list) {
                if !all.contains(item) {
                    all.push(item.clone());
                }
            }
            Some(RestrictionValue::List(all))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RestrictionValue::{Boolean, Integer, List, Real, Text};

    fn merged(rule: RestrictionRule, values: Vec<RestrictionValue>) -> Option<RestrictionValue> {
        let sources: Vec<_> = values
            .into_iter()
            .map(|value| source_of("p", &Payload::new(0, profile::plist::Dictionary::new()), value))
            .collect();
        merge(rule, &sources)
    }

    fn list(items: &[&str]) -> RestrictionValue {
        List(items.iter().map(|s| (*s).to_owned()).collect())
    }

    #[test]
    fn each_rule_takes_the_more_restrictive() {
        use RestrictionRule::*;
        let cases = [
            (FalseWins, vec![Boolean(true), Boolean(false)], Boolean(false)),
            (TrueWins, vec![Boolean(true), Boolean(false)], Boolean(true)),
            (LeastWins, vec![Real(1.5), Integer(1), Integer(2)], Integer(1)),
            (LeastAboveZeroWins, vec![Integer(0), Integer(9), Integer(3)], Integer(3)),
            (LeastAboveZeroWins, vec![Integer(0), Integer(0)], Integer(0)),
            (GreatestWins, vec![Integer(4), Integer(8)], Integer(8)),
            (LastWins, vec![Text("us".to_owned()), Text("nl".to_owned())], Text("nl".to_owned())),
            (Intersection, vec![list(&["a", "b"]), list(&["b", "c"])], list(&["b"])),
            (Union, vec![list(&["a", "b"]), list(&["b", "c"])], list(&["a", "b", "c"])),
        ];
        for (rule, values, wanted) in cases {
            assert_eq!(merged(rule, values), Some(wanted), "{rule:?}");
        }
        assert_eq!(merged(Intersection, Vec::new()), None);
    }

    #[test]
    fn every_key_of_the_schema_has_a_rule_that_fits_its_type() {
        use RestrictionRule::*;
        for kind in [payload_type::RESTRICTIONS, payload_type::PASSCODE] {
            for key in &Schema::builtin().payload(kind).unwrap().keys {
                let rule = RestrictionRule::of(key);
                let fits = match key.kind.name() {
                    "boolean" => matches!(rule, FalseWins | TrueWins),
                    "integer" | "real" => matches!(rule, LeastWins | LeastAboveZeroWins | GreatestWins),
                    "array" => matches!(rule, Intersection | Union),
                    _ => rule == LastWins,
                };
                assert!(fits, "{}: {rule:?}", key.name);
                // A permission that is on by default is lost by false, a demand that is off by default comes by true.
                let off_by_default = [
                    "allowManagedToWriteUnmanagedContacts",
                    "allowUnmanagedToReadManagedContacts",
                    "allowUnpairedExternalBootToRecovery",
                ]
                .contains(&key.name.as_str());
                if let Some(profile::schema::Literal::Boolean(default)) = &key.default {
                    assert_eq!((rule == FalseWins) && !off_by_default, *default, "{}", key.name);
                }
            }
        }
    }
}
