//! S/MIME on files: what the engine does, as commands.

pub mod arguments;

mod inspect;

use crate::exit::Failure;
use arguments::{SmimeArguments, SmimeCommand};

/// Runs a command and gives its exit code.
///
/// # Errors
/// [`Failure`], which knows its own exit code.
pub fn run(arguments: &SmimeArguments) -> Result<u8, Failure> {
    match &arguments.command {
        SmimeCommand::Inspect(arguments) => inspect::run(arguments),
    }
}
