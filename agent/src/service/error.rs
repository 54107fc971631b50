//! Why the service does not start, or cannot go on.

use super::defect::Defect;
use super::history::HistoryError;
use crate::exit::ExitCode;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What keeps `handset agent` from doing its work. Secrets are in none of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The configuration cannot be understood.
    #[error("{}:{line}:{column}: {reason}{}", path.display(), crate::suggestion::question(near.as_deref()))]
    Configuration { path: PathBuf, line: usize, column: usize, reason: String, near: Option<String> },
    /// Settings, or what they name, are not as they must be.
    #[error("{}", told(path, defects))]
    Defective { path: PathBuf, defects: Vec<Defect> },
    /// Nothing is known of a device.
    #[error("the history knows nothing of the device {device:?}: {reason}")]
    NoDevice { device: String, reason: String },
    /// A secret cannot be read.
    #[error("failed to read the secret of {setting} from {}: {source}", path.display())]
    Secret { setting: &'static str, path: PathBuf, source: std::io::Error },
    /// A secret cannot be used.
    #[error("the secret of {setting} in {} {reason}", path.display())]
    BadSecret { setting: &'static str, path: PathBuf, reason: &'static str },
    /// There are no policies where the configuration says.
    #[error("there is no policy (.json, .mobileconfig) in {}", .0.display())]
    NoPolicies(PathBuf),
    /// There is nothing in the directory that can be read.
    #[error("{0}")]
    Directory(String),
    /// There are too many files.
    #[error("{}: there are more than {limit} policies", path.display())]
    TooManyPolicies { path: PathBuf, limit: usize },
    /// The state folder cannot be used.
    #[error("failed to use the state folder {}: {source}", path.display())]
    State { path: PathBuf, source: std::io::Error },
    /// Another agent has this state folder.
    #[error("another agent is running with the state folder {}", .0.display())]
    Running(PathBuf),
    /// The address is taken, or not this machine's.
    #[error("failed to listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    /// The history cannot be used.
    #[error("{0}")]
    History(#[from] HistoryError),
    /// A part of the program broke down; its message went to standard error.
    #[error("the program broke down over it")]
    Broke,
    /// The system gives no threads, signals or timers.
    #[error("failed to start: {0}")]
    Start(std::io::Error),
    /// What was in hand was not finished in time.
    #[error("judgements in hand were not finished within {} s and were given up", grace.as_secs())]
    Unfinished { grace: std::time::Duration },
}

/// A line for each defect, as compilers write them.
pub(super) fn told(path: &Path, defects: &[Defect]) -> String {
    let told = defects.iter().map(|defect| match defect.line {
        Some(line) => format!("{}:{line}: {defect}", path.display()),
        None => format!("{}: {defect}", path.display()),
    });
    told.map(|line| report::visible(&line)).collect::<Vec<_>>().join("\n")
}

impl ServiceError {
    /// The exit code of the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            ServiceError::Configuration { .. }
            | ServiceError::Defective { .. }
            | ServiceError::Secret { .. }
            | ServiceError::BadSecret { .. }
            | ServiceError::NoPolicies(_)
            | ServiceError::Directory(_)
            | ServiceError::TooManyPolicies { .. } => ExitCode::CannotStart,
            ServiceError::NoDevice { .. } => ExitCode::NothingSelected,
            _ => ExitCode::CannotJudge,
        }
    }
}
