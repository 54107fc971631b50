//! `handset smime`: signing, verifying, encrypting and decrypting messages on files and standard input, in constant
//! memory, and how fast that is.
//!
//! The engine (`smime::message::stream`) works on pieces; here are files, keys, and what happens to plaintext until it
//! may be shown: it is spooled where nobody sees it (`output`), so that a command that fails leaves no file and changes
//! none.

pub mod arguments;

mod bench;
mod credentials;
mod decrypt;
mod encrypt;
mod error;
mod identities;
mod input;
mod inspect;
mod output;
mod passage;
mod report;
mod sign;
mod verify;

pub use bench::BenchError;
pub use error::SmimeFailure;

use crate::exit::Failure;
use crate::interruption;
use arguments::{SmimeArguments, SmimeCommand};

/// What a command ends with when a message is not verified or does not open.
const FOUND_WANTING: u8 = 1;

/// Runs a command and gives its exit code.
///
/// # Errors
/// [`Failure`], which knows its own exit code.
pub fn run(arguments: &SmimeArguments) -> Result<u8, Failure> {
    // Where the system takes no handler, an interrupt kills the process, which leaves no file either.
    let _ = interruption::ends_the_process();
    match &arguments.command {
        SmimeCommand::Sign(arguments) => sign::run(arguments),
        SmimeCommand::Verify(arguments) => verify::run(arguments),
        SmimeCommand::Encrypt(arguments) => encrypt::run(arguments),
        SmimeCommand::Decrypt(arguments) => decrypt::run(arguments),
        SmimeCommand::Inspect(arguments) => inspect::run(arguments),
        SmimeCommand::Bench(arguments) => bench::run(arguments),
    }
}
