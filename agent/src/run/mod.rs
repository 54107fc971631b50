//! `handset run`, `list`, `rerun`, `replay` and `watch`: scenarios, executed.
//!
//! What must hold is compared by `scenario::execute`; here are the targets that it drives, the threads, the files and the
//! screen. A run is planned whole before its first case (`plan.rs`), carried out as one stream of events (`engine.rs`) that
//! journal, progress and timings read (`stream.rs`), kept while it goes on (`journal.rs`), and rendered at the end from
//! what was kept, case by case, so that a million cases need no more memory than their ids.

pub mod arguments;
mod commands;
mod engine;
mod error;
mod evidence;
mod given;
mod journal;
mod judging;
mod kept;
mod list;
mod materials;
mod phone;
mod plan;
mod replay;
mod reports;
mod stream;
mod watch;

pub use commands::run;
pub use error::RunError;
pub use evidence::{Evidence, EvidenceTarget};
pub use kept::{replay, rerun};
pub use list::list;
pub use materials::Materials;
pub use phone::SimulatedTarget;
pub use watch::watch;

use scenario::Target;

/// What cases are run on.
pub enum TargetKind {
    /// Simulated phones, one a case.
    Simulated,
    /// A folder of evidence.
    Evidence(Box<Evidence>),
}

impl TargetKind {
    /// What it is called in reports.
    pub fn name(&self) -> &'static str {
        match self {
            TargetKind::Simulated => "simulated-device",
            TargetKind::Evidence(_) => "evidence",
        }
    }

    /// Makes one; each thread has its own.
    pub fn made<'m>(&'m self, materials: &'m Materials, seed: Option<u64>) -> Box<dyn Target + 'm> {
        match self {
            TargetKind::Simulated => Box::new(SimulatedTarget::new(materials, seed)),
            TargetKind::Evidence(evidence) => Box::new(EvidenceTarget::new(evidence, materials)),
        }
    }
}
