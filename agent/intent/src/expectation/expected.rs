//! One expected value with its reasons.

use serde::Serialize;

/// What [`Expected::by`] says when no key of the payload decided.
pub const BY_DEFAULT: &str = "default";

/// Holds a value the phone must show, who decided it and why that is required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected<T> {
    /// The value.
    pub value: T,
    /// The payload key that decided, where it is in the payload and this iOS obeys it; otherwise
    /// [`BY_DEFAULT`].
    pub by: &'static str,
    /// Ids of the requirements behind the value, such as `EAS-052`; empty where only the
    /// citation speaks.
    pub requirements: &'static [&'static str],
    /// The document that says so, and where in it.
    pub citation: &'static str,
}

/// Holds why something is required; written once beside each rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basis {
    pub requirements: &'static [&'static str],
    pub citation: &'static str,
}

impl Basis {
    pub const fn new(requirements: &'static [&'static str], citation: &'static str) -> Self {
        Self { requirements, citation }
    }

    pub const fn expect<T>(self, value: T, by: &'static str) -> Expected<T> {
        Expected { value, by, requirements: self.requirements, citation: self.citation }
    }

    /// Expects what a key says, or else its default.
    pub fn keyed<T>(self, value: Option<T>, key: &'static str, default: T) -> Expected<T> {
        match value {
            Some(value) => self.expect(value, key),
            None => self.expect(default, BY_DEFAULT),
        }
    }
}

impl Expected<bool> {
    /// Gives other reasons where the answer is no.
    pub(crate) fn because_unless(self, basis: Basis) -> Self {
        if self.value { self } else { basis.expect(false, self.by) }
    }
}

impl<T> Expected<T> {
    /// Returns the same expectation of another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Expected<U> {
        Expected {
            value: change(self.value),
            by: self.by,
            requirements: self.requirements,
            citation: self.citation,
        }
    }
}
