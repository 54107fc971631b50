//! What the phone forbids, demands or limits before and after, as the simulated phones have it in force: their own rules
//! for merging, versions, supervision and the way a profile came decide, so that nothing of them is repeated here.

use super::notice::{Notice, Notices, Severity};
use device::{EffectiveRestriction, EffectiveRestrictions, RestrictionRule, RestrictionValue};
use profile::Schema;
use profile::schema::Literal;
use report::visible;
use std::collections::BTreeMap;

/// Adds a notice for each restriction and each rule for the passcode that changes.
pub(super) fn notices(notices: &mut Notices, before: &EffectiveRestrictions, after: &EffectiveRestrictions) {
    type Sides<'a> = (Option<&'a EffectiveRestriction>, Option<&'a EffectiveRestriction>);
    let mut keys: BTreeMap<(&str, &str), Sides<'_>> = BTreeMap::new();
    for rule in &before.0 {
        keys.entry((&rule.payload_type, &rule.key)).or_default().0 = Some(rule);
    }
    for rule in &after.0 {
        keys.entry((&rule.payload_type, &rule.key)).or_default().1 = Some(rule);
    }
    for ((kind, key), (old, new)) in keys {
        let Some(rule) = new.or(old).map(|r| r.rule) else { continue };
        let (old, new) = (old.map(|r| &r.value), new.map(|r| &r.value));
        let default = Schema::builtin().key(kind, key).and_then(|k| k.default.as_ref());
        let Some((id, severity, means)) = change(rule, default, old, new) else { continue };
        let id = format!("restriction.{id}");
        notices.add(Notice::new(id, severity, format!("{key}: {means}.")).keys([key]));
    }
}

/// What a change means to the user; nothing where both sides mean the same.
fn change(
    rule: RestrictionRule,
    default: Option<&Literal>,
    old: Option<&RestrictionValue>,
    new: Option<&RestrictionValue>,
) -> Option<(&'static str, Severity, String)> {
    let permits = rule == RestrictionRule::FalseWins;
    let default = match default {
        Some(Literal::Boolean(value)) => *value,
        // Without the key a permission is given and nothing is demanded.
        _ => permits,
    };
    let truth = |value: Option<&RestrictionValue>| match value {
        Some(RestrictionValue::Boolean(value)) => Some(*value),
        None => Some(default),
        Some(_) => None,
    };
    if matches!(rule, RestrictionRule::FalseWins | RestrictionRule::TrueWins)
        && let (Some(was), Some(is)) = (truth(old), truth(new))
    {
        let (id, severity, means) = match (permits, is) {
            _ if was == is => return None,
            (true, false) => ("forbidden", Severity::Warning, "the phone no longer allows it"),
            (true, true) => ("allowed", Severity::Info, "the phone allows it"),
            (false, true) => ("demanded", Severity::Warning, "the phone now demands it"),
            (false, false) => ("lifted", Severity::Info, "the phone no longer demands it"),
        };
        return Some((id, severity, means.to_owned()));
    }
    match (old, new) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => {
            Some(("changed", Severity::Warning, format!("{} instead of {}", shown(new), shown(old))))
        }
        (None, Some(new)) => Some(("set", Severity::Warning, format!("now {}", shown(new)))),
        (Some(_), None) => Some(("lifted", Severity::Info, "no longer set".to_owned())),
        (None, None) => None,
    }
}

fn shown(value: &RestrictionValue) -> String {
    match value {
        RestrictionValue::Boolean(value) => value.to_string(),
        RestrictionValue::Integer(value) => value.to_string(),
        RestrictionValue::Real(value) => value.to_string(),
        RestrictionValue::Text(value) => format!("“{}”", visible(value)),
        RestrictionValue::List(items) if items.is_empty() => "no entry".to_owned(),
        RestrictionValue::List(items) => items.iter().map(|i| visible(i)).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RestrictionValue::{Boolean, Integer, List};

    #[test]
    fn a_change_is_told_against_the_default() {
        let said = |rule, default: Option<bool>, old: Option<bool>, new: Option<bool>| {
            let (old, new) = (old.map(Boolean), new.map(Boolean));
            change(rule, default.map(Literal::Boolean).as_ref(), old.as_ref(), new.as_ref()).map(|c| c.0)
        };
        use RestrictionRule::{FalseWins, TrueWins};
        assert_eq!(said(FalseWins, Some(true), None, Some(false)), Some("forbidden"));
        assert_eq!(said(FalseWins, Some(true), None, Some(true)), None);
        assert_eq!(said(FalseWins, Some(true), Some(false), None), Some("allowed"));
        // Permissions that are off by default, such as allowUnpairedExternalBootToRecovery.
        assert_eq!(said(FalseWins, Some(false), None, Some(true)), Some("allowed"));
        assert_eq!(said(FalseWins, Some(false), None, Some(false)), None);
        assert_eq!(said(FalseWins, Some(false), Some(true), None), Some("forbidden"));
        assert_eq!(said(TrueWins, None, None, Some(true)), Some("demanded"));
        assert_eq!(said(TrueWins, None, Some(true), Some(false)), Some("lifted"));
        assert_eq!(said(TrueWins, Some(true), None, Some(false)), Some("lifted"));
    }

    #[test]
    fn numbers_and_lists_are_told_with_their_values() {
        let rule = RestrictionRule::GreatestWins;
        let told = change(rule, None, Some(&Integer(4)), Some(&Integer(6))).unwrap();
        assert_eq!((told.0, told.2.as_str()), ("changed", "6 instead of 4"));
        assert_eq!(change(rule, None, Some(&Integer(4)), Some(&Integer(4))), None);
        let told =
            change(RestrictionRule::Union, None, None, Some(&List(vec!["a\u{1b}".to_owned()]))).unwrap();
        assert_eq!((told.0, told.2.as_str()), ("set", "now a\\u{1b}"));
        assert_eq!(change(rule, None, Some(&Integer(4)), None).map(|c| c.0), Some("lifted"));
    }
}
