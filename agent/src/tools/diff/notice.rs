//! What the user will notice, one thing each.

use intent::{BY_DEFAULT, Expected};
use serde::Serialize;

/// How much it matters to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// The user can see it and loses nothing.
    Info,
    /// The user is asked for something, or something is taken away.
    Warning,
    /// The update does not take effect, or mail can no longer be read.
    Error,
}

/// One thing that the user will notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Notice {
    /// A stable id, such as `service.contacts.off`; parts that name an action are those of `handset try`.
    pub id: String,
    pub severity: Severity,
    /// One or two sentences. No secret is in them.
    pub text: String,
    /// The requirements behind it.
    pub requirement: Vec<String>,
    /// The payload keys behind it.
    pub keys: Vec<String>,
}

impl Notice {
    pub fn new(id: impl Into<String>, severity: Severity, text: impl Into<String>) -> Notice {
        Notice { id: id.into(), severity, text: text.into(), requirement: Vec::new(), keys: Vec::new() }
    }

    /// The notice with more requirements behind it.
    pub fn because(mut self, requirements: &[&str]) -> Notice {
        for requirement in requirements {
            if !self.requirement.iter().any(|r| r == requirement) {
                self.requirement.push((*requirement).to_owned());
            }
        }
        self
    }

    /// The notice with more keys behind it.
    pub fn keys<S: AsRef<str>>(mut self, keys: impl IntoIterator<Item = S>) -> Notice {
        for key in keys {
            let key = key.as_ref();
            if key != BY_DEFAULT && !self.keys.iter().any(|k| k == key) {
                self.keys.push(key.to_owned());
            }
        }
        self
    }

    /// The notice with the reasons of an expectation that changed.
    pub fn of<T>(self, old: &Expected<T>, new: &Expected<T>) -> Notice {
        self.because(new.requirements).keys([new.by, old.by])
    }
}

/// The notices so far.
#[derive(Debug, Default)]
pub(super) struct Notices(Vec<Notice>);

impl Notices {
    pub fn add(&mut self, notice: Notice) {
        if !self.0.contains(&notice) {
            self.0.push(notice);
        }
    }

    /// All of them, what matters most first, else in the order in which they were found.
    pub fn sorted(mut self) -> Vec<Notice> {
        self.0.sort_by_key(|n| std::cmp::Reverse(n.severity));
        self.0
    }
}
