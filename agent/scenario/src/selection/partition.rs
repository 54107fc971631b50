//! Parts of a selection.

use super::hash::stable_hash;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The most shards of a run.
pub const MAX_SHARDS: u32 = 100_000;

/// Part `index` of `count`, written `hash:m/n` or `count:m/n` with m from 1.
///
/// By hash, a case is in part [`stable_hash`](super::stable_hash)(id) mod n + 1, whatever else is selected: a case stays
/// in its part when others come and go. By count, the cases of the selection are dealt out one after another, in the
/// order of their ids: parts differ by one case at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// How cases are spread.
    pub kind: PartitionKind,
    /// Which part, from 1.
    pub index: u32,
    /// How many parts, up to [`MAX_SHARDS`].
    pub count: u32,
}

/// How cases are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartitionKind {
    /// By the hash of the id.
    Hash,
    /// By the place in the selection.
    Count,
}

/// Why a text is no partition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PartitionError {
    /// It has another form.
    #[error("a partition is written hash:m/n or count:m/n, such as hash:1/8")]
    Form,
    /// The part is none of the parts.
    #[error("there is no part {index} of {count}; parts count from 1")]
    Range {
        /// The part.
        index: u64,
        /// How many there are.
        count: u64,
    },
    /// There are too many parts.
    #[error("there are {count} parts, at most 100000 can be")]
    TooMany {
        /// How many.
        count: u64,
    },
}

impl Partition {
    /// Makes a partition.
    ///
    /// # Errors
    /// [`PartitionError::Range`] and [`PartitionError::TooMany`].
    pub fn new(kind: PartitionKind, index: u64, count: u64) -> Result<Self, PartitionError> {
        if index == 0 || index > count {
            return Err(PartitionError::Range { index, count });
        }
        match (u32::try_from(index), u32::try_from(count)) {
            (Ok(index), Ok(count)) if count <= MAX_SHARDS => Ok(Partition { kind, index, count }),
            _ => Err(PartitionError::TooMany { count }),
        }
    }

    /// Whether a case is in the part; `number` is its place from 0 in the selection, sorted by id.
    pub fn holds(&self, id: &str, number: usize) -> bool {
        let count = u64::from(self.count.max(1));
        let part = match self.kind {
            PartitionKind::Hash => stable_hash(id) % count,
            PartitionKind::Count => number as u64 % count,
        };
        part + 1 == u64::from(self.index)
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(PartitionError::Form)?;
        let kind = match kind {
            "hash" => PartitionKind::Hash,
            "count" => PartitionKind::Count,
            _ => return Err(PartitionError::Form),
        };
        let (index, count) = rest.split_once('/').ok_or(PartitionError::Form)?;
        let number = |text: &str| -> Result<u64, PartitionError> {
            let digits = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
            if digits { text.parse().map_err(|_| PartitionError::Form) } else { Err(PartitionError::Form) }
        };
        Partition::new(kind, number(index)?, number(count)?)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            PartitionKind::Hash => "hash",
            PartitionKind::Count => "count",
        };
        write!(f, "{kind}:{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_whole_and_about_even() {
        let ids: Vec<String> = (0..20_000).map(|n| format!("suite/scenario[n={n}]")).collect();
        for kind in ["hash", "count"] {
            let mut sizes = vec![0_usize; 8];
            for (number, id) in ids.iter().enumerate() {
                let parts: Vec<usize> = (1..=8)
                    .filter(|m| format!("{kind}:{m}/8").parse::<Partition>().unwrap().holds(id, number))
                    .collect();
                assert_eq!(parts.len(), 1, "{id}");
                sizes[parts[0] - 1] += 1;
            }
            assert!(sizes.iter().all(|n| (2_300..=2_700).contains(n)), "{kind}: {sizes:?}");
        }
    }

    #[test]
    fn what_is_no_partition_says_why() {
        assert_eq!("hash:3/8".parse::<Partition>().unwrap().to_string(), "hash:3/8");
        for text in
            ["", "hash", "hash:1", "1/8", "hash:-1/8", "hash:1/8/9", "other:1/8", "hash:1/ 8", "hash:/"]
        {
            assert_eq!(text.parse::<Partition>(), Err(PartitionError::Form), "{text}");
        }
        assert_eq!("hash:0/8".parse::<Partition>(), Err(PartitionError::Range { index: 0, count: 8 }));
        assert_eq!("count:9/8".parse::<Partition>(), Err(PartitionError::Range { index: 9, count: 8 }));
        assert!("hash:1/100000".parse::<Partition>().is_ok());
        assert_eq!("hash:1/100001".parse::<Partition>(), Err(PartitionError::TooMany { count: 100_001 }));
    }
}
