//! Exit codes, and the one error type of the program.

use crate::interruption::INTERRUPTED;
use std::path::PathBuf;
use thiserror::Error;

/// The documented exit codes. Append-only: schedulers rely on the split between 1 and 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Usage, configuration, unreadable input.
    CannotStart = 2,
    /// The environment: a file that cannot be written, a disk that is full.
    CannotJudge = 3,
    /// There is nothing to work on.
    NothingSelected = 4,
    /// Nothing failed, and something is left open that the evidence does not tell.
    Inconclusive = 5,
    /// Stopped by a signal (SIGINT) before the work was done.
    Interrupted = 130,
    /// Ended by a signal (SIGTERM) before the work was done.
    Terminated = 143,
}

/// What keeps the program from doing its work. Messages are fragments that read after "failed to".
#[derive(Debug, Error)]
pub enum Failure {
    #[error("failed to read {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("failed to read {}: the file is larger than {limit} bytes", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("failed to find a profile in {}", .0.display())]
    NothingSelected(PathBuf),
    #[error("failed to read the pattern {}: {source}", path.display())]
    Pattern { path: PathBuf, source: glob::PatternError },
    #[error("failed to read the schema {}: {source}", path.display())]
    Schema { path: PathBuf, source: profile::SchemaError },
    #[error("failed to explain {subject:?}: no rule, key, code or requirement is called so{}", near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    Unknown { subject: String, near: Option<String> },
    #[error("failed to find the requirement {id:?}{}", near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default())]
    Requirement { id: String, near: Option<String> },
    #[error("failed to write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("interrupted")]
    Interrupted,
    #[error("failed to print: {0}")]
    Print(std::io::Error),
    #[error("failed to make the embedded world: {0}")]
    World(#[from] simulator::WorldError),
    #[error("failed to write JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("failed to keep the observations: {0}")]
    Evidence(#[from] evidence::LogError),
    #[error("{0}")]
    Device(#[from] crate::devices::DeviceError),
    #[error("{0}")]
    Policy(#[from] crate::policies::PolicyError),
    #[error("{0}")]
    Scenario(#[from] crate::scenario::ScenarioError),
    #[error("{0}")]
    Run(#[from] crate::run::RunError),
    #[error("{0}")]
    Tool(#[from] crate::tools::ToolError),
    #[error("{0}")]
    Smime(#[from] crate::smime::SmimeFailure),
    #[error("{0}")]
    Judge(#[from] crate::judge::JudgeError),
    #[error("{0}")]
    Service(#[from] crate::service::ServiceError),
    #[error("{0}")]
    Bench(#[from] crate::smime::BenchError),
}

impl Failure {
    /// The exit code of the failure.
    pub fn exit_code(&self) -> u8 {
        let code = match self {
            Failure::Read { .. }
            | Failure::TooLarge { .. }
            | Failure::Pattern { .. }
            | Failure::Unknown { .. }
            | Failure::Requirement { .. }
            | Failure::Schema { .. }
            | Failure::Judge(_)
            | Failure::Policy(_)
            | Failure::Smime(_)
            | Failure::Tool(_) => ExitCode::CannotStart,
            Failure::Interrupted => return INTERRUPTED,
            Failure::NothingSelected(_) => ExitCode::NothingSelected,
            Failure::Device(error) => error.exit_code(),
            Failure::Scenario(error) => error.exit_code(),
            Failure::Service(error) => error.exit_code(),
            Failure::Run(error) => error.exit_code(),
            _ => ExitCode::CannotJudge,
        };
        code as u8
    }
}
