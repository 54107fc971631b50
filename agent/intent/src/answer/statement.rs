//! One thing that is said in answer.

use serde::Serialize;

/// Says how much a statement weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Worth knowing; nothing is wrong.
    Info,
    /// The user is asked for something or loses something, or something is left open.
    Warning,
    /// Mail cannot be used or read as it was meant.
    Error,
}

/// Holds one thing that is said in answer, with its grounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// What sort of statement it is; stable.
    pub id: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What it is about: an account, a setting, a certificate, a policy.
    pub subject: Option<String>,
    /// The users it holds for; empty where it holds for whoever there is.
    pub users: Vec<String>,
    /// One or two sentences. No secret is in them.
    pub text: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// The requirements behind it.
    pub requirements: &'static [&'static str],
    /// The documents behind it.
    pub sources: &'static [&'static str],
    /// The ranks of the troubles it answers.
    pub pains: &'static [u8],
}

/// Holds why something is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grounds {
    requirements: &'static [&'static str],
    sources: &'static [&'static str],
    pains: &'static [u8],
}

impl Grounds {
    pub const fn new(
        requirements: &'static [&'static str],
        sources: &'static [&'static str],
        pains: &'static [u8],
    ) -> Self {
        Self { requirements, sources, pains }
    }

    pub fn say(self, id: &'static str, weight: Weight, text: impl Into<String>) -> Statement {
        Statement {
            id,
            weight,
            subject: None,
            users: Vec::new(),
            text: text.into(),
            remedy: None,
            requirements: self.requirements,
            sources: self.sources,
            pains: self.pains,
        }
    }
}

impl Statement {
    /// Returns the statement with what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Returns the statement with what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Returns the statement with whom it holds for.
    #[must_use]
    pub fn users(mut self, users: Vec<String>) -> Self {
        self.users = users;
        self
    }
}
