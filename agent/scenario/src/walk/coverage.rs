//! How much of the option space walks have seen.

use super::options::{WalkSpace, number};
use super::reference::Walked;
use super::transition::Transition;
use crate::space::Ways;
use serde::Serialize;
use std::collections::BTreeSet;

/// Two values of two parameters.
type Pair = (u16, u16, u16, u16);

/// What walks have seen, out of what there is.
#[derive(Clone, Debug)]
pub struct Coverage {
    all_values: BTreeSet<(u16, u16)>,
    all_pairs: BTreeSet<Pair>,
    all_transitions: BTreeSet<String>,
    values: BTreeSet<(u16, u16)>,
    pairs: BTreeSet<Pair>,
    transitions: BTreeSet<String>,
    /// The parameters and their values, by name.
    names: Vec<(&'static str, Vec<String>)>,
}

/// How many of something were seen, out of how many, and the first of those that were not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many were seen.
    pub seen: usize,
    /// How many there are.
    pub of: usize,
    /// Some that were not, by name.
    pub unseen: Vec<String>,
}

/// How many unseen things are named.
const NAMED: usize = 20;

impl Coverage {
    /// Nothing is seen yet. A pair counts where the constraints of the space let its values stand together.
    pub fn new(space: &WalkSpace) -> Self {
        let mut all_values = BTreeSet::new();
        let mut all_pairs = BTreeSet::new();
        // A covering array of pairs has every pair that there can be.
        for row in space.space().rows(Ways::Cover(2)).unwrap_or_default() {
            put(&row, &mut all_values, &mut all_pairs);
        }
        let names = space.space().parameters.iter();
        Coverage {
            all_values,
            all_pairs,
            all_transitions: Transition::all_labels(),
            values: BTreeSet::new(),
            pairs: BTreeSet::new(),
            transitions: BTreeSet::new(),
            names: names.map(|p| (p.name, p.values.iter().map(|v| v.label.clone()).collect())).collect(),
        }
    }

    /// A walk was gone.
    pub fn add(&mut self, walked: &Walked) {
        for row in &walked.rows {
            put(row, &mut self.values, &mut self.pairs);
        }
        self.transitions.extend(walked.labels.iter().cloned());
    }

    /// How much is seen, to tell whether a walk has brought anything.
    pub fn size(&self) -> usize {
        self.pairs.len() + self.transitions.len()
    }

    /// The values of single parameters.
    pub fn values(&self) -> Share {
        share(&self.all_values, &self.values, |(at, value)| self.name(*at, *value))
    }

    /// The values of two parameters together.
    pub fn pairs(&self) -> Share {
        share(&self.all_pairs, &self.pairs, |(a, x, b, y)| {
            format!("{} with {}", self.name(*a, *x), self.name(*b, *y))
        })
    }

    /// The kinds of transitions.
    pub fn transitions(&self) -> Share {
        share(&self.all_transitions, &self.transitions, Clone::clone)
    }

    fn name(&self, at: u16, value: u16) -> String {
        let Some((name, values)) = self.names.get(usize::from(at)) else { return String::new() };
        format!("{name}={}", values.get(usize::from(value)).map(String::as_str).unwrap_or_default())
    }
}

fn put(row: &[u16], values: &mut BTreeSet<(u16, u16)>, pairs: &mut BTreeSet<Pair>) {
    for (a, x) in row.iter().enumerate() {
        values.insert((number(a), *x));
        pairs.extend(row.iter().enumerate().skip(a + 1).map(|(b, y)| (number(a), *x, number(b), *y)));
    }
}

fn share<T: Ord>(all: &BTreeSet<T>, seen: &BTreeSet<T>, name: impl Fn(&T) -> String) -> Share {
    Share {
        seen: all.intersection(seen).count(),
        of: all.len(),
        unseen: all.difference(seen).take(NAMED).map(name).collect(),
    }
}
