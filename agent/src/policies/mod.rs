//! `handset compile` and `handset import`: between the policies of an administrator and profiles.
//!
//! What a policy means is in `intent`; here are files, the command line and the answers. Everything is read before
//! anything is written, and a profile is written whole or not at all.

pub mod arguments;

mod checked;
mod compile;
mod error;
mod human;
mod import;
mod links;
mod parties;
mod shown;

pub use checked::{OF_TIME, linted};
pub use error::PolicyError;
pub use links::{Secrets, supplies};
pub(crate) use parties::export_of;
pub use parties::{Party, directory, listed, party, pick, tenant};

use crate::exit::Failure;
use arguments::PolicyCommand;

/// Runs a command and gives its exit code.
///
/// # Errors
/// [`Failure`], which knows its own exit code.
pub fn run(command: &PolicyCommand) -> Result<u8, Failure> {
    match command {
        PolicyCommand::Compile(arguments) => compile::run(arguments),
        PolicyCommand::Import(arguments) => import::run(arguments),
    }
}
