//! The bytes behind an observation: how they are named, how many there may be.

use crate::Kind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The most bytes of one raw file, in octets: what a property list may have.
pub const MAX_RAW_OCTETS: u64 = profile::plist::DOCUMENT_BYTES_MAX as u64;

/// The name of a raw file inside the folder: `raw/ID.EXTENSION`, ID being the first observation that was read from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawName(String);

/// A text that names no raw file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a raw file is named raw/ID.EXTENSION")]
pub struct RawNameError;

impl RawName {
    /// The name for the bytes that this observation is the first of.
    pub fn new(first: crate::ObservationId, kind: Kind) -> RawName {
        RawName(format!("raw/{}.{}", first.0, kind.extension()))
    }

    /// The path inside the folder, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RawName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RawName {
    type Err = RawNameError;

    /// Takes nothing that could lead out of the folder.
    fn from_str(text: &str) -> Result<RawName, RawNameError> {
        let (id, extension) =
            text.strip_prefix("raw/").and_then(|name| name.split_once('.')).ok_or(RawNameError)?;
        let number = (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        let known = (1..=8).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_lowercase());
        if number && known { Ok(RawName(text.to_owned())) } else { Err(RawNameError) }
    }
}

impl Serialize for RawName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RawName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawName, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The bytes that an observation was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawReference {
    /// The file.
    pub file: RawName,
    /// How the bytes are read.
    pub kind: Kind,
    /// How many there are, in octets.
    pub octets: u64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_name_stays_in_the_folder() {
        assert!("raw/1.json".parse::<RawName>().is_ok());
        for bad in [
            "raw/../1.json",
            "raw/1",
            "raw/.json",
            "1.json",
            "raw/1.js/x",
            "/raw/1.json",
            "raw/1.JSON",
            "raw/a.json",
        ] {
            assert_eq!(bad.parse::<RawName>(), Err(RawNameError), "{bad}");
        }
        assert!(format!("raw/{}.json", "1".repeat(20)).parse::<RawName>().is_ok());
        assert!(format!("raw/{}.json", "1".repeat(21)).parse::<RawName>().is_err());
    }
}
