//! The page of a run of scenarios: requirements against suites, what did not pass with its timeline, every other case in
//! a line.

mod case;
mod difference;
mod durations;
mod gathered;
mod matrix;
mod message;
mod page;
mod suites;
#[cfg(test)]
mod tests;

pub use durations::Durations;
pub use matrix::KnownRequirement;
pub use page::{RunPage, run_page};
