//! Digests of suites and selections.

use serde::{Deserialize, Serialize};
use std::fmt;

/// FNV-1a with 128 bits over parts, each preceded by its length as eight octets, least significant first: the same on
/// every machine. It tells files apart that differ by accident; it is no protection against anybody.
///
/// Source: draft-eastlake-fnv, sections 2 and 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(u128);

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl Default for Digest {
    fn default() -> Self {
        Digest(OFFSET)
    }
}

impl Digest {
    /// The digest of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    pub fn part(&mut self, octets: &[u8]) {
        for octet in (octets.len() as u64).to_le_bytes().iter().chain(octets) {
            self.0 = (self.0 ^ u128::from(*octet)).wrapping_mul(PRIME);
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fnv1a128:{:032x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("fnv1a128:").filter(|d| d.len() == 32);
        digits
            .and_then(|d| u128::from_str_radix(d, 16).ok())
            .map(Digest)
            .ok_or_else(|| serde::de::Error::custom("a digest is fnv1a128: and 32 hexadecimal digits"))
    }
}
