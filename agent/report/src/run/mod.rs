//! What a run of scenarios found, in the forms that people, programs and consoles read.
//!
//! A run may have a million cases, so no form needs all of them at once: each walks through them in the order of their
//! ids, once or twice, and writes as it goes.

mod github;
mod human;
mod json;
mod junit;
mod sarif;
mod tap;
#[cfg(test)]
mod tests;

pub use github::{github, summary};
pub use human::human;
pub use json::{json, ndjson};
pub use junit::junit;
pub use sarif::sarif;
pub use tap::tap;

use std::io;
use verdict::{RunCase, RunHead, RunSummary};

/// The cases of a run, wherever they are kept.
pub trait Cases {
    /// Shows every case, in the order of the ids.
    ///
    /// # Errors
    /// What `visit` gives, and what keeps the cases from being read.
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()>;
}

impl Cases for [RunCase] {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        self.iter().cloned().try_for_each(visit)
    }
}

/// A run that is over.
#[derive(Clone, Copy)]
pub struct Report<'r> {
    /// What was run.
    pub head: &'r RunHead,
    /// How many cases came out how.
    pub summary: &'r RunSummary,
    /// The exit code.
    pub exit: u8,
    /// The cases.
    pub cases: &'r dyn Cases,
}

/// How many cases the run did not reach.
fn not_reached(missing: u64) -> String {
    if missing == 1 {
        "1 case was not reached".to_owned()
    } else {
        format!("{missing} cases were not reached")
    }
}

/// What to say of a case in one line: why it was skipped or could not be judged, or what failed first.
fn said(case: &RunCase) -> String {
    if let Some(waits_for) = &case.pending {
        return format!("pending: {waits_for}");
    }
    let first = case.failures.iter().find(|f| f.outcome == case.outcome).or(case.failures.first());
    match (first, &case.reason) {
        (Some(failure), _) => {
            format!("{}: expected {}, observed {}", failure.subject, failure.expected, failure.observed)
        }
        (None, Some(reason)) => reason.clone(),
        (None, None) => String::new(),
    }
}
