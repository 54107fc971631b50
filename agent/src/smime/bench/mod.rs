//! `handset smime bench`: how fast the engine is on this machine, against what its primitives alone take, and whole
//! commands against the `openssl` of the user.
//!
//! What runs in this process is measured in processor time of the thread and in turns with its floor, so that other
//! programs disturb little; whole commands are measured by the clock. Keys are the public test keys of the embedded
//! world, certificates are made for the occasion.

mod cells;
mod error;
mod processes;
mod report;
mod rounds;
mod stage;

pub use error::BenchError;

use super::arguments::BenchArguments;
use super::credentials::context;
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use report::Report;
use rounds::Effort;
use stage::Stage;
use std::time::Duration;

/// Sizes in octets: a short mail, one with a picture, the attachment that most servers still take, and more.
const SMALL: usize = 4 << 10;
const MIDDLE: usize = 100 << 10;
const LARGE: usize = 10 << 20;
/// Long enough for start and keys to weigh little.
const BRIEF: usize = 1 << 20;
const HUGE: usize = 100 << 20;

/// What is measured, and how long.
struct Plan {
    cell_sizes: &'static [usize],
    process_sizes: &'static [usize],
    cell: Effort,
    process: Effort,
}

/// Twelve cells and seven rows of processes, each of two sizes, end in about 5 seconds. Most of the time goes to the peer's
/// processes, so that those have a tenth of the content.
const QUICK: Plan = Plan {
    cell_sizes: &[SMALL, LARGE],
    process_sizes: &[SMALL, BRIEF],
    cell: Effort { rounds: 11, budget: Duration::from_millis(40) },
    process: Effort { rounds: 5, budget: Duration::from_millis(100) },
};

const WHOLE: Plan = Plan {
    cell_sizes: &[SMALL, MIDDLE, LARGE],
    process_sizes: &[SMALL, MIDDLE, LARGE, HUGE],
    cell: Effort { rounds: 41, budget: Duration::from_secs(1) },
    process: Effort { rounds: 21, budget: Duration::from_secs(6) },
};

/// Runs the command.
///
/// # Errors
/// [`Failure::Bench`] when something does not work that is measured; [`Failure::Write`] for the files of the processes.
pub(super) fn run(arguments: &BenchArguments) -> Result<u8, Failure> {
    let plan = if arguments.quick { QUICK } else { WHOLE };
    let cx = context(None);
    let stage = Stage::new(&cx)?;
    let mut cells = Vec::new();
    for size in plan.cell_sizes {
        cells.extend(cells::measure(&stage, *size, plan.cell)?);
    }
    let (peer, processes) = processes::measure(&stage, plan.process_sizes, plan.process)?;
    let report = Report::new(arguments.quick, peer, cells, processes);
    let text = match arguments.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&report)?),
        Format::Human => report.human(),
    };
    print::standard_output(&text)?;
    Ok(0)
}
