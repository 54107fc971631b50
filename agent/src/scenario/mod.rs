//! `handset scenario`, `handset space`, `handset merge`: the files and the screen around the crate `scenario`, in which
//! every rule of it lives.

mod arguments;
mod check;
mod diagnostic;
mod error;
mod fmt;
mod merge;
mod new;
mod space;
mod suites;

pub use arguments::{MergeArguments, ScenarioArguments, ScenarioCommand, SpaceArguments, SpaceCommand};
pub use diagnostic::{Excerpt, rendered};
pub use error::ScenarioError;
pub use merge::merge;
pub use space::{SPACE_SCHEMA_VERSION, space};
pub use suites::{Disk, knowledge, loaded, missing_files, suite_files};

use crate::exit::Failure;
use crate::print;

/// The JSON Schema of scenario files.
pub const SCENARIO_SCHEMA: &str = include_str!("../../../fixtures/schema/scenario.schema.json");

/// Runs the command.
///
/// # Errors
/// [`Failure`]; what is wrong in a scenario file is no failure but exit code 2.
pub fn run(arguments: &ScenarioArguments) -> Result<u8, Failure> {
    match &arguments.command {
        ScenarioCommand::Check { paths, color } => check::run(paths, *color),
        ScenarioCommand::Fmt { paths, check } => fmt::run(paths, *check),
        ScenarioCommand::Schema => print::standard_output(SCENARIO_SCHEMA).map(|()| 0),
        ScenarioCommand::New { name, output, force } => new::run(name, output.as_deref(), *force),
    }
}
