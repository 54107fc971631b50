//! Policies that contradict each other: the same setting of the same mailbox with different values.
//!
//! Two policies speak of one mailbox when they give one user the same address. A policy that leaves a setting open does
//! not contradict one that sets it. What Intune itself reports as conflict is told too.

use crate::setting::SETTINGS;
use evidence::{Fact, Log, ObservationId};
use intent::Intent;
use serde::Serialize;
use std::collections::BTreeMap;

/// A setting that policies disagree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The setting, as Graph calls it.
    pub setting: String,
    /// The label of the form, where it is known.
    pub label: Option<String>,
    /// The mailbox.
    pub account: Option<String>,
    /// What each policy says.
    pub values: Vec<ConflictingValue>,
    /// The requirements behind the setting.
    pub requirements: Vec<String>,
    /// The observations, where Intune reports it.
    pub observations: Vec<ObservationId>,
}

/// What a policy says of a disputed setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConflictingValue {
    /// The policy.
    pub policy: String,
    /// The value; nothing where it is not told.
    pub value: Option<String>,
}

/// Finds what policies disagree on. The time is that of a sort of all their settings.
pub fn conflicts<'a>(policies: impl IntoIterator<Item = (&'a str, &'a Intent)>) -> Vec<Conflict> {
    let mut mailboxes: BTreeMap<String, Vec<(&str, &Intent)>> = BTreeMap::new();
    for (name, intent) in policies {
        let address = intent.email_address.as_deref().unwrap_or_default().to_lowercase();
        mailboxes.entry(address).or_default().push((name, intent));
    }
    let mut found = Vec::new();
    for (address, policies) in mailboxes.iter().filter(|(_, policies)| policies.len() > 1) {
        for setting in SETTINGS {
            let said: Vec<(&str, String)> =
                policies.iter().filter_map(|(name, intent)| Some((*name, (setting.said)(intent)?))).collect();
            let Some((_, first)) = said.first() else { continue };
            if said.iter().all(|(_, value)| value == first) {
                continue;
            }
            found.push(Conflict {
                setting: setting.graph.to_owned(),
                label: Some(setting.label.to_owned()),
                account: Some(address.clone()).filter(|a| !a.is_empty()),
                values: said
                    .iter()
                    .map(|(policy, value)| ConflictingValue {
                        policy: (*policy).to_owned(),
                        value: Some(value.clone()),
                    })
                    .collect(),
                requirements: setting.requirements.iter().map(|r| (*r).to_owned()).collect(),
                observations: Vec::new(),
            });
        }
    }
    found
}

/// Conflicts that Intune reports of the named policies, from the newest report of each; of all policies when there are no
/// names. What is reported of other users than `users` is passed over, unless there are none.
pub fn reported_conflicts(log: &Log, names: &[&str], users: &[String]) -> Vec<Conflict> {
    let mut newest = BTreeMap::new();
    for observation in log.observations() {
        if let Fact::PolicyState(state) = &observation.fact
            && crate::report::is_of(state, users)
        {
            newest.insert(state.policy.clone().or(state.id.clone()), (observation.id, state.as_ref()));
        }
    }
    let only = newest.len() == 1;
    let mine = newest.into_iter().filter(|(name, _)| {
        only || names.is_empty() || name.as_deref().is_some_and(|name| names.contains(&name))
    });
    let mut found = Vec::new();
    for (id, state) in mine.map(|(_, state)| state) {
        for setting in state.settings.iter().filter(|s| s.state == "conflict") {
            let name = setting.setting.rsplit(['.', '/']).next().unwrap_or_default();
            let known = SETTINGS.iter().find(|s| s.graph.eq_ignore_ascii_case(name));
            let mut policies = setting.sources.clone();
            if policies.is_empty() {
                policies.extend(state.policy.clone());
            }
            found.push(Conflict {
                setting: known.map_or(name, |k| k.graph).to_owned(),
                label: known.map(|k| k.label.to_owned()),
                account: state.user.clone(),
                values: policies
                    .into_iter()
                    .map(|policy| ConflictingValue { policy, value: setting.value.clone() })
                    .collect(),
                requirements: known
                    .map(|k| k.requirements.iter().map(|r| (*r).to_owned()).collect())
                    .unwrap_or_default(),
                observations: vec![id],
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(host: &str, address: &str, window: Option<u32>) -> Intent {
        Intent {
            host: Some(host.to_owned()),
            email_address: Some(address.to_owned()),
            mail_window_days: window,
            ..Intent::default()
        }
    }

    #[test]
    fn one_mailbox_with_two_values_is_a_conflict_that_names_both() {
        let (a, b) = (intent("h", "A@x", Some(3)), intent("h", "a@x", Some(7)));
        let found = conflicts([("one", &a), ("two", &b)]);
        let [conflict] = &found[..] else { panic!("{found:?}") };
        assert_eq!(conflict.setting, "durationOfEmailToSync");
        let values: Vec<_> =
            conflict.values.iter().map(|v| (v.policy.as_str(), v.value.as_deref())).collect();
        assert_eq!(values, [("one", Some("3")), ("two", Some("7"))]);
    }

    #[test]
    fn another_mailbox_and_an_open_setting_are_none() {
        let (a, b) = (intent("h", "a@x", Some(3)), intent("g", "b@x", Some(7)));
        assert_eq!(conflicts([("one", &a), ("two", &b)]), []);
        let open = intent("h", "a@x", None);
        assert_eq!(conflicts([("one", &a), ("two", &open)]), []);
        assert_eq!(conflicts([("one", &a), ("two", &a)]), []);
        assert_eq!(conflicts([("one", &a)]), []);
    }
}
