//! Which cases are run: filters, partitions, and the shard that a scheduler gives.

mod filter;
mod hash;
mod partition;
mod shard;

pub use filter::{Filter, FilterError, FilterProblem, MAX_FILTER_DEPTH, MAX_FILTER_OCTETS};
pub use hash::stable_hash;
pub use partition::{MAX_SHARDS, Partition, PartitionError, PartitionKind};
pub use shard::{SHARD_VARIABLES, Scheduler, Shard, ShardError, shard_of};
