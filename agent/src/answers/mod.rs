//! `handset why` and `handset predict`: answers to what administrators ask.
//!
//! What is said comes from `intent::answer`; here are files, the command line and the two forms of an answer. No phone
//! is simulated: an answer is derived from policies, profiles, directories, certificates and messages alone.

pub mod arguments;

mod certificates;
mod human;
mod predict;
mod shown;
mod source;
mod why;

pub use predict::run as predict;
pub use why::run as why;

use crate::exit::Failure;
use crate::print;
use crate::tools::arguments::Form;
use arguments::PhoneArguments;
use intent::{DeviceFacts, Intent, Variants};
use shown::Answer;

/// Prints an answer and gives its exit code.
fn print(answer: Answer, format: Form) -> Result<u8, Failure> {
    let answer = answer.settled();
    let text = match format {
        Form::Json => serde_json::to_string_pretty(&answer)? + "\n",
        Form::Human => human::page(&answer),
    };
    print::standard_output(&text)?;
    Ok(answer.exit)
}

/// The phone that is spoken of, holding the identities of a profile.
fn facts(phone: &PhoneArguments, intent: &Intent) -> DeviceFacts {
    DeviceFacts {
        ios: phone.ios,
        supervised: phone.supervised,
        identities: intent.identities.len(),
        variants: Variants::default(),
    }
}
