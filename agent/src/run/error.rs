//! What keeps runs from doing their work.

use crate::exit::ExitCode;
use crate::suggestion::question;
use scenario::{FilterError, ShardError};
use std::path::PathBuf;
use thiserror::Error;

/// What keeps runs from doing their work.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// Scenario files are wrong; what is wrong was drawn already.
    #[error("{problems} in the scenario files; nothing was run")]
    Suites { problems: String },
    /// A file that a case names cannot be read.
    #[error("{place}: {failure}")]
    File { place: String, failure: String },
    /// A secret is not written so.
    #[error("a secret is written NAME=@FILE")]
    SecretForm,
    /// The file of a secret is no use.
    #[error("the secret {name} in {file} {reason}")]
    Secret { name: String, file: String, reason: String },
    /// Cases declare secrets that nobody gave.
    #[error("the cases need the secret {name}; give it with --secret {name}=@FILE")]
    MissingSecret { name: String },
    /// No case is called so.
    #[error("no case is called {id}{}", question(near.as_deref()))]
    NoCase { id: String, near: Option<String> },
    /// The selection holds nothing.
    #[error("nothing is selected: none of {cases} cases fits")]
    NothingSelected { cases: usize },
    /// There is nothing to run in the folder.
    #[error("there is no folder of suites here (tests/suites, suites); say which files to run")]
    NoPaths,
    /// The filter is none.
    #[error("the filter is wrong: {error}{}", hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Filter { error: FilterError, hint: Option<String> },
    /// No scheduler says which shard this is.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Two reports have one path.
    #[error("two reports go to {}; nothing was run", path.display())]
    SamePath { path: PathBuf },
    /// A report would replace what the run is made of.
    #[error("a report would replace {}, which belongs to the suites; nothing was run", path.display())]
    OverSuite { path: PathBuf },
    /// A kept run is none.
    #[error("{}: this is no run: {reason}", path.display())]
    NoRun { path: PathBuf, reason: String },
    /// The evidence cannot be reached.
    #[error("the evidence in {} cannot be reached: {reason}", path.display())]
    Unreachable { path: PathBuf, reason: String },
    /// The state of the run cannot be kept.
    #[error("the run cannot be kept in {}: {source}", path.display())]
    Keep { path: PathBuf, source: std::io::Error },
    /// The signals cannot be heard.
    #[error("signals cannot be heard: {0}")]
    Signals(std::io::Error),
}

impl RunError {
    /// The exit code of the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            RunError::NothingSelected { .. } => ExitCode::NothingSelected,
            RunError::Unreachable { .. } | RunError::Keep { .. } | RunError::Signals(_) => {
                ExitCode::CannotJudge
            }
            _ => ExitCode::CannotStart,
        }
    }
}
