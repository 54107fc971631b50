//! The option space: parameters, constraints between them, and the combinations that stand for all of it.
//!
//! Where a space is small every combination is taken. Where it is large, a covering array is: a set of rows in which
//! every valid combination of any `t` parameters occurs at least once. It is made by [`cover`], which is tested by
//! counting the combinations.

mod catalogue;
mod cover;
mod policy;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::eas_policy;
pub use cover::{MAX_STRENGTH, cover};
pub use policy::{PolicyCase, SMIME_SWITCHES, smime_space, sync_space};

use serde::Serialize;

/// The most combinations that are enumerated.
pub const MAX_ENUMERATED: u128 = 100_000;

/// Up to how many combinations a space is usually taken whole.
const USUALLY_WHOLE: u128 = 10_000;

/// A space of options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// Its name.
    pub name: &'static str,
    /// What it is about, for people.
    pub about: &'static str,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What does not go together.
    pub forbidden: Vec<Forbidden>,
}

/// A parameter; its first value is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name: a property of a policy in Graph's words, or a fact of the phone.
    pub name: &'static str,
    /// Its values.
    pub values: Vec<Choice>,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its name in case ids.
    pub label: String,
    /// The value as YAML.
    pub value: String,
}

/// Values that do not go together: the numbers of parameters, each with the number of a value.
pub type Forbidden = Vec<(usize, u16)>;

/// Which combinations stand for a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ways {
    /// All of them.
    All,
    /// A covering array of this strength, 2 to [`MAX_STRENGTH`].
    Cover(u8),
}

impl Space {
    /// How many combinations there would be without constraints.
    pub fn product(&self) -> u128 {
        self.parameters.iter().map(|p| p.values.len() as u128).product()
    }

    /// How many combinations there are.
    ///
    /// Parameters that no constraint connects are counted apart, so that this is exact where the whole could not be
    /// enumerated.
    pub fn total(&self) -> u128 {
        cover::count(&self.sizes(), &self.forbidden)
    }

    /// The ways in which the space is taken when nothing else is said: whole up to 10,000 combinations, else pairs.
    pub fn usual_ways(&self) -> Ways {
        if self.total() <= USUALLY_WHOLE { Ways::All } else { Ways::Cover(2) }
    }

    /// The combinations, as numbers of values in the order of the parameters. The same at every time and place.
    ///
    /// Nothing when more than [`MAX_ENUMERATED`] would be enumerated, or for a strength that is not 2 to 4.
    pub fn rows(&self, ways: Ways) -> Option<Vec<Vec<u16>>> {
        match ways {
            Ways::All if self.total() > MAX_ENUMERATED => None,
            Ways::All => Some(cover::enumerate(&self.sizes(), &self.forbidden)),
            Ways::Cover(strength) if (2..=MAX_STRENGTH).contains(&usize::from(strength)) => {
                Some(cover(&self.sizes(), &self.forbidden, usize::from(strength)))
            }
            Ways::Cover(_) => None,
        }
    }

    /// The name of a row: every parameter that is not at its default, `default` when all are.
    pub fn label(&self, row: &[u16]) -> String {
        let moved = self.parameters.iter().zip(row).filter(|(_, value)| **value != 0);
        let words: Vec<String> = moved
            .filter_map(|(p, value)| Some(format!("{}:{}", p.name, p.values.get(usize::from(*value))?.label)))
            .collect();
        if words.is_empty() { "default".to_owned() } else { words.join("+") }
    }

    /// The values of a row, by the names of the parameters.
    pub fn point(&self, row: &[u16]) -> Vec<(&'static str, &str)> {
        let pairs = self.parameters.iter().zip(row);
        pairs.filter_map(|(p, v)| Some((p.name, p.values.get(usize::from(*v))?.value.as_str()))).collect()
    }

    fn sizes(&self) -> Vec<u16> {
        self.parameters.iter().map(|p| u16::try_from(p.values.len()).unwrap_or(u16::MAX)).collect()
    }
}
