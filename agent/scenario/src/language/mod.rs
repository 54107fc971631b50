//! The scenario language: from YAML to [`Case`](crate::Case).
//!
//! A suite file holds scenarios; a fragment file holds what several suites share and is brought in by `include`.
//! `given` and `variables` of fragments, suite and scenario are laid over one another in that order; then the matrix
//! of the scenario gives the combinations, each combination fills in `${variables}`, and what comes out is read into
//! typed values. Every mistake is found with its place, all of a file at once.

mod duration;
mod expectation;
mod fields;
mod given;
mod keys;
mod knowledge;
mod matrix;
mod procedure;
mod starter;
mod step;
mod suite;
#[cfg(test)]
mod tests;
mod variables;

pub use duration::duration_ms;
pub(crate) use given::{CLOCK, default_policy};
pub use keys::{KeySet, key_sets};
pub use knowledge::{Files, Invalid, Knowledge, ReadFailure, Source, Sources};
pub use matrix::{MAX_AXES, MAX_COMBINATIONS};
pub use procedure::{MAX_PROCEDURE_DEPTH, MAX_STEPS};
pub use starter::starter;
pub use suite::{
    CaseKey, Cases, MAX_CASES, MAX_FILES, MAX_INCLUDE_DEPTH, MAX_SCENARIOS, Suite, Suites, expand, load,
};
pub use variables::{MAX_TEXT_OCTETS, MAX_VARIABLE_DEPTH};
