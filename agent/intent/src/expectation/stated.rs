//! What must be so although no device of ours shows it yet.

use serde::Serialize;

/// Holds what a phone must do where no observation can tell yet: judged inconclusive, never pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated {
    /// What it is about, such as `vpn`.
    pub subject: String,
    /// What must be so.
    pub expected: String,
    /// Ids of the requirements behind it.
    pub requirements: &'static [&'static str],
    /// The document that says so, and where in it.
    pub citation: &'static str,
    /// Why it cannot be judged yet.
    pub reason: &'static str,
}
