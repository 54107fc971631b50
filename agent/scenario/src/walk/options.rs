//! The options of the e-mail policy, as numbers of values in the option space.

use super::octets::Octets;
use crate::language::default_policy;
use crate::space::{Parameter, Space, eas_policy};
use intent::{EmailPolicy, OsVersion};
use serde_json::Value;

/// The space that walks go through: `eas-policy`, whose last two parameters are what the phone is.
#[derive(Clone, Debug)]
pub struct WalkSpace {
    pub(super) space: Space,
    /// How many parameters are settings of the policy.
    pub(super) settings: usize,
    pub(super) versions: Vec<OsVersion>,
}

/// A policy: the number of a value for each of its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Options(pub(super) Vec<u16>);

impl Default for WalkSpace {
    fn default() -> Self {
        let space = eas_policy();
        let settings = space.parameters.len().saturating_sub(2);
        let ios = space.parameters.get(settings).map(|p| p.values.as_slice()).unwrap_or_default();
        let versions = ios.iter().filter_map(|choice| choice.value.parse().ok()).collect();
        WalkSpace { space, settings, versions }
    }
}

impl WalkSpace {
    /// The space of options.
    pub fn space(&self) -> &Space {
        &self.space
    }

    fn settings(&self) -> &[Parameter] {
        self.space.parameters.get(..self.settings).unwrap_or_default()
    }

    /// How many settings a policy has.
    pub fn setting_count(&self) -> usize {
        self.settings
    }

    /// How many values a setting has.
    pub(super) fn value_count(&self, setting: usize) -> usize {
        self.settings().get(setting).map_or(0, |p| p.values.len())
    }

    /// The untouched form.
    pub fn untouched(&self) -> Options {
        Options(vec![0; self.settings])
    }

    /// The options of a row of the space, which may go on beyond them; what does not go together is put right.
    pub fn options(&self, row: &[u16]) -> Options {
        let value = |(n, p): (usize, &Parameter)| {
            let value = row.get(n).copied().unwrap_or(0);
            if usize::from(value) < p.values.len() { value } else { 0 }
        };
        self.put_right(self.settings().iter().enumerate().map(value).collect())
    }

    pub(super) fn read(&self, octets: &mut Octets<'_>) -> Options {
        let values = self.settings().iter().map(|p| number(octets.choice(p.values.len())));
        self.put_right(values.collect())
    }

    /// The same with one setting changed, and whatever does not go with it.
    pub fn changed(&self, options: &Options, setting: usize, value: u16) -> Options {
        let mut values = options.0.clone();
        if let Some(own) = values.get_mut(setting) {
            *own = value;
        }
        self.options(&values)
    }

    /// The last of the values that do not go together gives way.
    fn put_right(&self, mut values: Vec<u16>) -> Options {
        for _ in 0..self.space.forbidden.len() {
            let stands = |values: &[u16], (at, value): &(usize, u16)| values.get(*at) == Some(value);
            let together = self.space.forbidden.iter().find(|f| f.iter().all(|part| stands(&values, part)));
            let Some((at, value)) = together.and_then(|f| f.iter().max()) else { break };
            if let Some(own) = values.get_mut(*at) {
                *own = u16::from(*value == 0);
            }
        }
        Options(values)
    }

    /// The row of options on a phone.
    pub(super) fn row(&self, options: &Options, ios: OsVersion, is_supervised: bool) -> Vec<u16> {
        let version = self.versions.iter().position(|v| *v == ios).unwrap_or(0);
        let mut row = options.0.clone();
        row.extend([number(version), u16::from(is_supervised)]);
        row
    }

    /// What a policy says, by the names of Graph.
    pub(super) fn said(&self, options: &Options) -> Vec<(&'static str, Value)> {
        let values = self.settings().iter().zip(&options.0);
        let said = values.filter_map(|(p, v)| Some((p.name, json(&p.values.get(usize::from(*v))?.value))));
        said.collect()
    }

    /// The policy; the untouched form with the names that it cannot do without, should a value be none of Graph's.
    pub(super) fn policy(&self, options: &Options) -> EmailPolicy {
        let Ok(Value::Object(mut form)) = serde_json::to_value(default_policy()) else {
            return default_policy();
        };
        form.extend(self.said(options).into_iter().map(|(name, value)| (name.to_owned(), value)));
        serde_json::from_value(Value::Object(form)).unwrap_or_else(|_| default_policy())
    }
}

pub(super) fn number(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}

/// A value of the catalogue, which is YAML without depth.
fn json(text: &str) -> Value {
    match text {
        "null" => Value::Null,
        "true" => true.into(),
        "false" => false.into(),
        _ => match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            Some(list) => list.split(", ").map(Value::from).collect(),
            None => text.into(),
        },
    }
}
