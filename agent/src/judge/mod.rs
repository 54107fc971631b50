//! The judge: evidence that is kept (`handset evidence`), and policies held against it (`handset verify`).
//!
//! No rule lives here: `evidence` reads, `intent` expects, `verdict` compares.

mod arguments;
mod assignment;
mod collect;
mod error;
mod folder;
mod import;
mod owner;
mod policy;
mod show;
mod user;
mod verify;

pub use arguments::{EvidenceArguments, EvidenceCommand, VerifyArguments};
pub use assignment::Targeted;
pub(crate) use collect::log as simulated_log;
pub use error::JudgeError;
pub(crate) use folder::{CX, Folder, TakeError, read as read_folder, without_log};
pub(crate) use policy::policies_for_in;
pub use policy::{JudgedPolicy, Policy, PolicyKind, policies, policies_for, policies_in};
pub use user::User;
pub use verify::{Circumstances, seen_user, verification, verify};

use crate::exit::Failure;

/// Runs `handset evidence`.
///
/// # Errors
/// [`Failure`].
pub fn evidence(arguments: &EvidenceArguments) -> Result<u8, Failure> {
    match &arguments.command {
        EvidenceCommand::Collect(arguments) => collect::run(arguments),
        EvidenceCommand::Import(arguments) => import::run(arguments),
        EvidenceCommand::Show(arguments) => show::show(arguments),
        EvidenceCommand::Validate(arguments) => show::validate(arguments),
    }
}
