//! Rendering of what was found: JSON, which is the contract, and what people read, in three languages.
#![warn(missing_docs)]

pub mod findings;
pub mod language;
pub mod page;
pub mod run;

mod human;
mod json;
mod verification;

pub use human::{Style, human, visible};
pub use json::json;
pub use verification::verification;
