//! Scenarios: their language, the option space, selection, shards.
//!
//! [`load`] reads suite files into [`Suites`], whose [`Suites::cases`] are values that a runner executes with no more
//! lookups; a [`Filter`] and a [`Partition`] choose among them; [`merge`] puts the reports of shards together again.
#![warn(missing_docs)]

mod case;
mod diagnostic;
mod execution;
mod format;
mod language;
mod selection;
mod shards;
pub mod space;
mod suggestion;
pub mod walk;
pub mod yaml;

pub use case::*;
pub use diagnostic::{Diagnostic, Place, Problem};
pub use execution::{
    Done, MessageSeen, ReadingSeen, Refusal, Target, Watcher, execute, prompt_word, skipped,
};
pub use format::formatted;
pub use language::*;
pub use selection::{
    Filter, FilterError, FilterProblem, MAX_FILTER_DEPTH, MAX_FILTER_OCTETS, MAX_SHARDS, Partition,
    PartitionError, PartitionKind, SHARD_VARIABLES, Scheduler, Shard, ShardError, shard_of, stable_hash,
};
pub use shards::{
    Digest, Document, DocumentError, EXIT_ORDER, MAX_DOCUMENT_DEPTH, MAX_MERGED_SHARDS, MergeError,
    RUN_SCHEMA_VERSION, RunHeader, Selected, Selection, merge, selected,
};
pub use space::{PolicyCase, SMIME_SWITCHES, Space, Ways, smime_space, sync_space};
pub use suggestion::nearest;
