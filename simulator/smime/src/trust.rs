//! The certificates that are trusted because someone said so.

use crate::{Certificate, name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A set of trust anchors, iterated in the order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustStore {
    anchors: BTreeSet<Certificate>,
}

impl TrustStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an anchor; gives whether it was new.
    pub fn add(&mut self, anchor: Certificate) -> bool {
        self.anchors.insert(anchor)
    }

    /// Removes an anchor; gives whether it was there.
    pub fn remove(&mut self, anchor: &Certificate) -> bool {
        self.anchors.remove(anchor)
    }

    /// The anchors.
    pub fn anchors(&self) -> impl Iterator<Item = &Certificate> {
        self.anchors.iter()
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.anchors.len()
    }

    /// Whether there is no anchor.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// Whether exactly this certificate is an anchor.
    pub fn contains(&self, certificate: &Certificate) -> bool {
        self.anchors.contains(certificate)
    }

    /// The anchors with this subject name.
    pub(crate) fn by_subject<'a>(&'a self, subject: &'a [u8]) -> impl Iterator<Item = &'a Certificate> {
        self.anchors.iter().filter(move |a| name::same(a.subject_der(), subject))
    }
}

impl FromIterator<Certificate> for TrustStore {
    fn from_iter<I: IntoIterator<Item = Certificate>>(anchors: I) -> Self {
        TrustStore { anchors: anchors.into_iter().collect() }
    }
}
