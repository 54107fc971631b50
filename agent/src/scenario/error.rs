//! What keeps the commands around scenarios from doing their work.

use crate::exit::ExitCode;
use crate::suggestion::question;
use scenario::{MergeError, Place, Problem};
use std::path::PathBuf;
use thiserror::Error;

/// What keeps the commands around scenarios from doing their work.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// There is no scenario file.
    #[error("there is no scenario file (.yaml, .yml) in {}", .0.display())]
    NoSuites(PathBuf),
    /// The name cannot be a suite's.
    #[error(
        "{name:?} cannot be the name of a suite: names are up to 64 letters, digits, dots, dashes and underscores"
    )]
    Name { name: String },
    /// The file is there already.
    #[error("{} is there already; --force replaces it", .0.display())]
    Exists(PathBuf),
    /// The file cannot be brought into canonical form.
    #[error("{place}: {problem}")]
    Format { place: Place, problem: Problem },
    /// The file is no UTF-8.
    #[error("{}: the file is no UTF-8 text", .0.display())]
    Encoding(PathBuf),
    /// There is no such space.
    #[error("there is no space of options “{name}”; known are {known}{}", question(near.as_deref()))]
    NoSpace { name: String, known: String, near: Option<String> },
    /// The reports cannot be merged.
    #[error("failed to merge: {0}")]
    Merge(#[from] MergeError),
}

impl ScenarioError {
    /// The exit code of the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            ScenarioError::NoSuites(_) => ExitCode::NothingSelected,
            _ => ExitCode::CannotStart,
        }
    }
}
