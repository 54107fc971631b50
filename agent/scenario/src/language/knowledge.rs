//! What the language is read with: the files, and what is known of the world.

use crate::diagnostic::{Diagnostic, Place};
use crate::yaml::Span;
use serde_json::Value;
use std::collections::BTreeSet;
use thiserror::Error;

/// Reads files for the language, which opens none itself.
pub trait Files {
    /// The text of a file, by its path as the language made it: what the caller named, or that file's folder joined
    /// with an `include`.
    ///
    /// # Errors
    /// [`ReadFailure`].
    fn read(&self, path: &str) -> Result<String, ReadFailure>;
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadFailure {
    /// The system does not give it.
    #[error("{reason}")]
    System {
        /// In the system's words.
        reason: String,
    },
    /// It is larger than [`crate::yaml::MAX_FILE_OCTETS`].
    #[error("the file is too large")]
    TooLarge,
    /// It is no UTF-8.
    #[error("the file is no UTF-8 text")]
    Encoding,
}

/// What names in scenarios are checked against. What is empty is not checked.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Ids of the catalogue of requirements.
    pub requirements: BTreeSet<String>,
    /// Ids of the linter's rules.
    pub rules: BTreeSet<String>,
    /// The JSON Schema of the phone's view (`handset device show --format json`), for the paths of `state`.
    pub view: Option<Value>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file as it was named.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The files that were read; spans number them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(pub(super) Vec<Source>);

impl Sources {
    /// The file that a span is in.
    pub fn of(&self, span: Span) -> Option<&Source> {
        self.0.get(usize::try_from(span.source).ok()?)
    }

    /// Every file, in the order in which they were read.
    pub fn all(&self) -> &[Source] {
        &self.0
    }

    /// A span for people.
    pub fn place(&self, span: Span) -> Place {
        let file = self.of(span).map(|s| s.name.clone()).unwrap_or_default();
        Place { file, line: span.line, column: span.column }
    }

    pub(super) fn add(&mut self, name: String, text: String) -> u32 {
        self.0.push(Source { name, text });
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }
}

/// Files that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The files.
    pub sources: Sources,
    /// What is wrong, in the order of files and places; at least one.
    pub problems: Vec<Diagnostic>,
}
