//! `handset lint`, `handset explain`, `handset schema`: what is wrong in a profile, what a word of the trade means, and
//! what is known of Apple's schema.

mod arguments;
mod check;
pub(crate) mod explain;
mod rules;
mod schema;
pub(crate) mod select;

pub use arguments::{ExplainArguments, FailOn, LintArguments, LintFormat, PlainFormat, SchemaArguments};
pub use check::run;
pub(crate) use explain::codes;
pub use explain::{Code, explain};
pub use schema::schema;
