//! `handset soak`: the oracle against the phone, for as long as is wanted.
//!
//! What can happen is in `scenario::walk`, and what must hold then; here walks are gone on simulated phones
//! (`walker.rs`), several at once until the time is over (`hunt.rs`), first those that have every pair of options and then
//! random ones. What differs is made small and becomes a scenario file that `handset run` executes.

pub mod arguments;
mod hunt;
mod report;
mod supplies;
mod walker;

pub use hunt::{Caught, Finding, Terms, hunt};
pub use report::{CoverageReport, SOAK_SCHEMA_VERSION, SoakReport};
pub use supplies::{materials, supplies};
pub use walker::{Gone, Reason, Walker};

use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use crate::run::{Signals, TargetKind};
use arguments::SoakArguments;
use std::time::Duration;

/// Runs the command.
///
/// # Errors
/// [`Failure`]: a scenario file cannot be written, signals cannot be heard.
pub fn run(arguments: &SoakArguments) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.and_then(|n| usize::try_from(n).ok()).unwrap_or(processors);
    let minutes = arguments.minutes;
    let terms = Terms {
        time: (minutes > 0.0).then(|| Duration::from_secs_f64(minutes * 60.0)),
        seed: arguments.seed,
        jobs,
        defect: arguments.device_defect,
        folder: arguments.output.clone(),
    };
    let caught = hunt(&terms, &signals)?;
    let target = TargetKind::Simulated { defect: arguments.device_defect }.name();
    let report = SoakReport::new(caught, target, arguments.seed, jobs, minutes);
    let text = match arguments.format {
        Format::Json => ::report::json(&report)?,
        Format::Human => report.human(),
    };
    print::standard_output(&text)?;
    Ok(report.exit)
}
