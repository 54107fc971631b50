//! What is wrong with a scenario file, where, and what to do.

use crate::yaml::Span;
use serde::Serialize;
use std::fmt;
use thiserror::Error;

/// A problem at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where; its source is numbered as in [`crate::Sources`].
    pub span: Span,
    /// What.
    pub problem: Problem,
    /// What to do, when more can be said than the problem itself says.
    pub hint: Option<String>,
}

/// A place for people and reports: `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file as it was named.
    pub file: String,
    /// Line from 1.
    pub line: u32,
    /// Column from 1, in characters.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are in the messages")]
pub enum Problem {
    /// The text is no YAML.
    #[error("this is no YAML: {reason}")]
    Syntax { reason: String },
    /// The file is no UTF-8.
    #[error("the file is no UTF-8 text")]
    Encoding,
    /// The file cannot be read.
    #[error("the file cannot be read: {reason}")]
    Unreadable { reason: String },
    /// Something exceeds its bound.
    #[error("there are more than {limit} {what}")]
    TooMuch { what: &'static str, limit: usize },
    /// A second YAML document.
    #[error("a second document begins here; a file holds one suite")]
    SecondDocument,
    /// A YAML tag.
    #[error("tags have no meaning in scenario files")]
    Tag,
    /// An alias inside its own anchor.
    #[error("this alias stands inside what it stands for")]
    AliasInside,
    /// A key that is a list or a mapping.
    #[error("a key must be a text")]
    KeyNotText,
    /// A key twice in a mapping.
    #[error("“{key}” is already given in line {line}")]
    DuplicateKey { key: String, line: u32 },
    /// A key that means nothing here.
    #[error("{within} has no “{key}”")]
    UnknownKey { key: String, within: &'static str },
    /// A key that is needed.
    #[error("{within} needs “{key}”")]
    Missing { key: &'static str, within: &'static str },
    /// A value of another kind.
    #[error("{expected} is needed here, not {found}")]
    Wrong { expected: &'static str, found: String },
    /// A word that is none of the known ones.
    #[error("“{word}” is no {what}")]
    UnknownWord { word: String, what: &'static str },
    /// Keys that exclude each other.
    #[error("{what} and {other} exclude each other")]
    Conflict { what: &'static str, other: &'static str },
    /// A variable that nothing defines.
    #[error("no variable is called “{name}”")]
    UnknownVariable { name: String },
    /// A variable that stands for itself.
    #[error("the variable “{name}” stands for itself")]
    VariableLoop { name: String },
    /// A list or a mapping in the middle of a text.
    #[error("“{name}” is {kind} and cannot stand inside a text")]
    VariableKind { name: String, kind: &'static str },
    /// `${` without end.
    #[error("“${{” is not closed by “}}”")]
    OpenVariable,
    /// A requirement that the catalogue does not know.
    #[error("the catalogue has no requirement {id}")]
    UnknownRequirement { id: String },
    /// A path that the view of a phone does not have.
    #[error("a phone shows no “{path}”: {reason}")]
    UnknownPath { path: String, reason: String },
    /// A text that is no path.
    #[error("“{path}” is no path: {reason}")]
    PathForm { path: String, reason: &'static str },
    /// A secret that the suite does not declare.
    #[error("the secret “{name}” is not declared")]
    UndeclaredSecret { name: String },
    /// A setting of the policy with a value that it cannot have.
    #[error("the policy's {key} cannot be this: {reason}")]
    PolicyValue { key: String, reason: String },
    /// A name twice.
    #[error("{what} “{name}” already exists in {other}")]
    DuplicateName { what: &'static str, name: String, other: String },
    /// A name that cannot be part of a case id.
    #[error("“{name}” cannot be a name")]
    Name { name: String },
    /// Files that include each other.
    #[error("this file includes itself")]
    IncludeLoop,
    /// A path that leaves what it may name.
    #[error("“{path}” is no relative path of a file")]
    FilePath { path: String },
    /// A matrix without a combination.
    #[error("no combination of the matrix is left")]
    EmptyMatrix,
    /// A matrix entry that lacks an axis.
    #[error("the combination lacks “{axis}”")]
    IncompleteCombination { axis: String },
    /// A procedure that uses itself.
    #[error("the procedure “{name}” uses itself")]
    ProcedureLoop { name: String },
    /// A regular expression that is none.
    #[error("this is no regular expression: {reason}")]
    Pattern { reason: String },
    /// A file whose canonical form would not say the same.
    #[error("the file cannot be brought into canonical form without changing what it says")]
    Unformattable,
    /// A file that a scenario names is not there.
    #[error("there is no file {path}")]
    NoFile { path: String },
    /// A scenario that looks at nothing.
    #[error("the scenario expects nothing, so it could never fail")]
    NothingExpected,
}

impl Problem {
    /// The problem at a place.
    pub fn at(self, span: Span) -> Diagnostic {
        Diagnostic { span, problem: self, hint: None }
    }
}

impl Diagnostic {
    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the nearest known word, or with all of them when they are few.
    #[must_use]
    pub fn near<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        const FEW: usize = 24;
        let known: Vec<&str> = known.into_iter().collect();
        match crate::suggestion::nearest(written, known.iter().copied()) {
            Some(near) => self.hint(format!("did you mean “{near}”?")),
            None if known.is_empty() => self,
            None if known.len() <= FEW => self.hint(format!("known are {}", known.join(", "))),
            None => self,
        }
    }
}
