//! What the linter found, in the forms that people, programs and consoles read.

mod github;
mod json;
mod sarif;
mod value;

pub use github::github;
pub(crate) use github::{data, property};
pub use json::{findings_json, rules_json};
pub use sarif::sarif;
pub(crate) use sarif::uri;
pub use value::{LINT_SCHEMA_VERSION, LintFile, LintFinding, LintReport, LintRule, LintSummary, PlaceKind};
