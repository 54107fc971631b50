//! Why there is nothing to judge. All of it is about what the commands were given, so it ends with exit code 2.

use evidence::{LogDefect, RawDefect, ReadError};
use intent::CompileError;
use std::path::PathBuf;
use thiserror::Error;

/// What keeps `handset verify` and `handset evidence` from doing their work.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// The folder holds no log.
    #[error("{} is no folder of evidence: there is no log.ndjson in it", .0.display())]
    NotEvidence(PathBuf),
    /// There is evidence without its log.
    #[error("{}: log.ndjson is missing beside {raw} files in raw/; without it nothing tells what they are", path.display())]
    NoLog { path: PathBuf, raw: usize },
    /// The folder is full of something else.
    #[error("{} is not empty and holds no evidence; choose another folder", .0.display())]
    OtherFolder(PathBuf),
    /// The log is not as it was written.
    #[error("{}: {defect}", path.display())]
    Log { path: PathBuf, defect: LogDefect },
    /// Raw bytes are not as they were written.
    #[error("{}: {defect}", path.display())]
    Raw { path: PathBuf, defect: RawDefect },
    /// Raw bytes are missing.
    #[error("{}: the raw bytes of observation {id} cannot be read: {source}", path.display())]
    NoRaw { path: PathBuf, id: u64, source: std::io::Error },
    /// The file is of this program, and no evidence.
    #[error(
        "{}: it is {what}, which is no evidence; keep the phone with `handset device`, and look at it with `handset evidence collect`",
        path.display()
    )]
    OwnFile { path: PathBuf, what: &'static str },
    /// The file is no evidence that can be read.
    #[error("{}: {error}", path.display())]
    Evidence { path: PathBuf, error: ReadError },
    /// There is a kind and no file.
    #[error("a file is missing after “{0}”")]
    NoFile(String),
    /// A policy cannot be understood.
    #[error("{}: {place}: {reason}", path.display())]
    Policy { path: PathBuf, place: String, reason: String },
    /// There is no e-mail policy in the file.
    #[error("{}: there is no e-mail policy in it (iosEasEmailProfileConfiguration)", .0.display())]
    NoPolicy(PathBuf),
    /// The profile has no account to judge by.
    #[error("{}: {error}", path.display())]
    Profile { path: PathBuf, error: intent::ReadError },
    /// A directory is there, and nobody to look up in it.
    #[error("nothing tells whose device it is; say it with --user")]
    NoUser,
    /// The file is neither a policy nor a profile.
    #[error("{}: it is neither Graph JSON nor a profile: {reason}", path.display())]
    Neither { path: PathBuf, reason: String },
    /// No profile can be made of the policy.
    #[error("{}: policy “{policy}”: {error}", path.display())]
    Compile { path: PathBuf, policy: String, error: CompileError },
}
