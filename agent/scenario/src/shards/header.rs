//! What a run's report says of itself: the manifest by which shards are put together.

use super::digest::Digest;
use crate::selection::Partition;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the run report's contract. It grows by addition only; anything else raises it.
pub const RUN_SCHEMA_VERSION: u32 = 1;

/// The head of a run's JSON report: its first members, at the top level. `cases[]` are sorted by id, `summary` holds
/// nothing but counts, and `exit` is the exit code; wall times are not in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHeader {
    /// [`RUN_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The version of the program.
    pub handset: String,
    /// The seed of the run.
    pub seed: u64,
    /// [`crate::Suites::digest`].
    pub suite_digest: Digest,
    /// What was asked for.
    pub selection: Selection,
    /// What that was, before it was divided into shards.
    pub selected: Selected,
    /// The shard, as `hash:m/n`; nothing of a whole run. The member is there even then.
    pub partition: Option<String>,
}

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// `--filter`.
    pub filter: Option<String>,
    /// `--case`, sorted.
    pub cases: BTreeSet<String>,
}

/// The cases of a selection, as a count and a digest of their sorted ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// How many.
    pub cases: u64,
    /// The digest of their ids, sorted by octets, one part each.
    pub digest: Digest,
}

/// The count and the digest of these cases, in whatever order they come.
pub fn selected<'i>(ids: impl IntoIterator<Item = &'i str>) -> Selected {
    let ids: BTreeSet<&str> = ids.into_iter().collect();
    let mut digest = Digest::new();
    for id in &ids {
        digest.part(id.as_bytes());
    }
    Selected { cases: ids.len() as u64, digest }
}

impl RunHeader {
    /// The partition, where there is one.
    ///
    /// # Errors
    /// [`crate::PartitionError`] when the text is none.
    pub fn part(&self) -> Result<Option<Partition>, crate::PartitionError> {
        self.partition.as_deref().map(str::parse).transpose()
    }
}
