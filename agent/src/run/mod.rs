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
mod mutants;
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
pub use mutants::mutants;
pub use phone::SimulatedTarget;
pub use reports::reports;
pub use watch::watch;

use device::Defect;
use scenario::Target;

/// What cases are run on.
pub enum TargetKind {
    /// Simulated phones, one a case.
    Simulated {
        /// The mistake that they make.
        defect: Option<Defect>,
    },
    /// A folder of evidence.
    Evidence(Box<Evidence>),
}

/// What stands between a target and its defect in reports.
const WITH: &str = " with ";

impl TargetKind {
    /// Simulated phones that do as they should.
    pub const SOUND: TargetKind = TargetKind::Simulated { defect: None };

    /// What it is called in reports: a phone with a defect is never taken for a sound one.
    pub fn name(&self) -> String {
        match self {
            TargetKind::Simulated { defect: None } => "simulated-device".to_owned(),
            TargetKind::Simulated { defect: Some(defect) } => format!("simulated-device{WITH}{defect}"),
            TargetKind::Evidence(_) => "evidence".to_owned(),
        }
    }

    /// The defect of the phones of a run, by what its target is called.
    pub fn defect_of(name: &str) -> Option<Defect> {
        name.split_once(WITH).and_then(|(_, id)| id.parse().ok())
    }

    /// Makes one; each thread has its own.
    pub fn made<'m>(&'m self, materials: &'m Materials, seed: Option<u64>) -> Box<dyn Target + 'm> {
        match self {
            TargetKind::Simulated { defect } => {
                let mut target = SimulatedTarget::new(materials, seed);
                target.set_defect(*defect);
                Box::new(target)
            }
            TargetKind::Evidence(evidence) => Box::new(EvidenceTarget::new(evidence, materials)),
        }
    }
}
