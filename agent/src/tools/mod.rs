//! What an author of profiles wants beside trying them: formatting, converting, wrapping, comparing, and a look over
//! the versions of iOS.
//!
//! Every command reads all it needs before it writes anything, and writes through `output`: a command that fails
//! leaves no file and changes none.

pub mod arguments;

mod comments;
mod convert;
pub(crate) mod credentials;
mod decrypt;
mod diff;
mod document;
mod encrypt;
mod error;
mod fmt;
mod matrix;
pub(crate) mod output;
mod sign;
mod unsign;

pub(crate) use encrypt::allows_encryption;
pub use error::ToolError;
pub(crate) use output::clean;

use crate::exit::Failure;
use arguments::ToolCommand;

/// Runs a command and gives its exit code.
///
/// # Errors
/// [`Failure`], which knows its own exit code.
pub fn run(command: &ToolCommand) -> Result<u8, Failure> {
    match command {
        ToolCommand::Fmt(arguments) => fmt::run(arguments),
        ToolCommand::Convert(arguments) => convert::run(arguments),
        ToolCommand::Sign(arguments) => sign::run(arguments),
        ToolCommand::Unsign(arguments) => unsign::run(arguments),
        ToolCommand::Encrypt(arguments) => encrypt::run(arguments),
        ToolCommand::Decrypt(arguments) => decrypt::run(arguments),
        ToolCommand::Diff(arguments) => diff::run(arguments),
        ToolCommand::Matrix(arguments) => matrix::run(arguments),
    }
}
