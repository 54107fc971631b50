//! `handset device`: phones that are kept, each in its own embedded world, under a name.
//!
//! Every change is one transaction on the store: load under the lock, change, put. Where a person answers on a terminal,
//! each answer is a transaction of its own, so that nobody waits for somebody who thinks.

mod answers;
mod arguments;
mod commands;
mod error;
mod output;
mod prompts;
mod session;
mod shown;
mod terminal;
mod time;

pub use arguments::{AnswerArguments, CreateArguments, DeviceArguments, DeviceCommand};
pub use error::DeviceError;
pub(crate) use prompts::mail_question;
pub use prompts::{ShownPrompt, shown_prompt};
pub use shown::{DEVICE_SCHEMA_VERSION, ShownDevice, shown_device};
pub(crate) use shown::{shown_account_part, shown_member, shown_value};

use crate::exit::Failure;
use session::Session;
use simulator::World;
use simulator::store::DeviceName;
use std::path::PathBuf;
use std::time::Duration;

/// A kept phone as it is now, with its name; reading waits for nobody.
///
/// # Errors
/// [`DeviceError`] when there is no such phone, or it cannot be read.
pub fn kept(store: Option<PathBuf>, name: &str) -> Result<(DeviceName, World), DeviceError> {
    let session = Session::in_store(store, Duration::ZERO)?;
    let name = session.name(name)?;
    let world = session.load(&name)?;
    Ok((name, world))
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]; what the phone refuses is no failure but exit code 1.
pub fn run(arguments: &DeviceArguments) -> Result<u8, Failure> {
    let session = Session::new(arguments)?;
    match &arguments.command {
        DeviceCommand::Create(create) => commands::create(&session, create),
        DeviceCommand::List { format } => commands::list(&session, *format),
        DeviceCommand::Show { name, format } => commands::show(&session, name, *format),
        DeviceCommand::Install { name, profile, answers, format } => {
            commands::install(&session, name, profile, answers, *format)
        }
        DeviceCommand::Remove { name, identifier, answers, format } => {
            commands::remove(&session, name, identifier, answers, *format)
        }
        DeviceCommand::Act { name, action, answers, format } => {
            commands::act(&session, name, action, answers, *format)
        }
        DeviceCommand::Set { name, settings, answers, format } => {
            commands::set(&session, name, settings, answers, *format)
        }
        DeviceCommand::Snapshot { name, output } => commands::snapshot(&session, name, output),
        DeviceCommand::Restore { name, file } => commands::restore(&session, name, file),
        DeviceCommand::UpgradeOs { name, version, answers, format } => {
            commands::upgrade_os(&session, name, *version, answers, *format)
        }
        DeviceCommand::Clock { name, moment, format } => {
            commands::clock(&session, name, moment.as_deref(), *format)
        }
        DeviceCommand::Delete { name } => commands::delete(&session, name),
    }
}
