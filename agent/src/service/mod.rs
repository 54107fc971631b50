//! `handset agent`: the judge as a service.
//!
//! It watches devices (`watch`), takes evidence that is posted to it (`http`, `inbox`), judges each check-in with the
//! judge of `handset verify` (`judgement`), keeps what came of it (`history`) and tells of drift (`webhook`). A verdict
//! is told, by an answer, a log line or a webhook, only when the history has it on the disk.

pub mod arguments;

mod check;
mod configuration;
mod defect;
mod error;
mod health;
mod history;
mod http;
mod inbox;
mod intents;
mod journal;
mod judgement;
mod metrics;
mod recall;
mod record;
mod running;
mod span;
mod watch;
mod webhook;

pub use arguments::AgentArguments;
pub use error::ServiceError;

use crate::exit::Failure;
use arguments::AgentCommand;

/// Runs `handset agent`.
///
/// # Errors
/// [`Failure`].
pub fn run(arguments: &AgentArguments) -> Result<u8, Failure> {
    match &arguments.command {
        AgentCommand::Run(arguments) => running::run(arguments),
        AgentCommand::Check(arguments) => check::run(arguments),
        AgentCommand::History(arguments) => recall::run(arguments),
    }
}

/// The time, in milliseconds since 1970.
fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}

/// A SHA-256, hexadecimal.
fn sha256(parts: &[&[u8]]) -> String {
    use ::smime::CryptoProvider;
    hexadecimal(&simulator::PROVIDER.digest(::smime::DigestAlgorithm::Sha256, parts))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
