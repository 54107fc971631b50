//! One row, and what can be said of it today.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Says what becomes of a requirement when a phone is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Some policy makes [`crate::expectations`] expect a value under this id, and a phone shows it.
    Expected,
    /// A phone would show it, but no device of ours can do it yet; judged inconclusive, never pass.
    Pending,
    /// No phone can show it.
    NotObservable,
}

impl Status {
    /// Every status, the most certain first.
    pub const ALL: [Self; 3] = [Self::Expected, Self::Pending, Self::NotObservable];

    /// Returns the word for it, the same as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Pending => "pending",
            Self::NotObservable => "not-observable",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reports a string that names no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("known are expected, pending and not-observable")]
#[non_exhaustive]
pub struct UnknownStatus;

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(UnknownStatus)
    }
}

/// Holds what can be said of one requirement; its statement is in the catalogue of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its stable id, such as `EAS-052`.
    pub id: &'static str,
    /// What becomes of it when a phone is judged.
    pub status: Status,
    /// Why it cannot be judged, where it cannot.
    pub reason: Option<&'static str>,
    /// What is expected, in one sentence; where no phone can show it, what the row comes to.
    pub expectation: Option<&'static str>,
}

pub(super) const fn expected(id: &'static str, expectation: &'static str) -> Row {
    Row { id, status: Status::Expected, reason: None, expectation: Some(expectation) }
}

pub(super) const fn pending(id: &'static str, reason: &'static str, expectation: &'static str) -> Row {
    Row { id, status: Status::Pending, reason: Some(reason), expectation: Some(expectation) }
}

pub(super) const fn hidden(id: &'static str, reason: &'static str, expectation: &'static str) -> Row {
    Row { id, status: Status::NotObservable, reason: Some(reason), expectation: Some(expectation) }
}
