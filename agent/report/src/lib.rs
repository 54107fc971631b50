//! Rendering of what was found: JSON, which is the contract, and a page for people.
#![warn(missing_docs)]

pub mod findings;
pub mod run;

mod human;
mod json;
mod verification;

pub use human::{Style, human, visible};
pub use json::json;
pub use verification::verification;
