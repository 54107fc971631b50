//! `handset requirements`: every row of the catalogue, whether a phone can show that it holds, and the tests behind it.

mod arguments;
mod catalogue;
mod listed;

pub use arguments::RequirementsArguments;
pub use catalogue::{Requirement, all, find, ids};
pub use listed::{Listed, listed, run};
