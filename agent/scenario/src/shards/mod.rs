//! Shards of a run: what each report says of itself, and how they become one report again.

mod digest;
mod document;
mod header;
mod merge;
#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use document::{Document, DocumentError, MAX_DOCUMENT_DEPTH};
pub use header::{RUN_SCHEMA_VERSION, RunHeader, Selected, Selection, selected};
pub use merge::{EXIT_ORDER, MAX_MERGED_SHARDS, MergeError, merge};
