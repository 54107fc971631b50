//! Versions of iOS.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of iOS or iPadOS, such as 17.5 or 12.1.1; missing parts are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OsVersion {
    /// The release, 17 in 17.5.1.
    pub major: u16,
    /// The update, 5 in 17.5.1.
    pub minor: u16,
    /// The fix, 1 in 17.5.1.
    pub patch: u16,
}

/// A text is no version: one to three decimal numbers below 65,536 joined by dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a version of one to three numbers joined by dots")]
pub struct VersionError;

impl OsVersion {
    /// Makes a version of its three parts.
    pub const fn new(major: u16, minor: u16, patch: u16) -> OsVersion {
        OsVersion { major, minor, patch }
    }
}

impl std::str::FromStr for OsVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = [0_u16; 3];
        let mut pieces = text.split('.');
        for (at, slot) in parts.iter_mut().enumerate() {
            match pieces.next() {
                Some(piece) if !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit()) => {
                    *slot = piece.parse().map_err(|_| VersionError)?;
                }
                None if at > 0 => break,
                _ => return Err(VersionError),
            }
        }
        if pieces.next().is_some() {
            return Err(VersionError);
        }
        let [major, minor, patch] = parts;
        Ok(OsVersion { major, minor, patch })
    }
}

impl std::fmt::Display for OsVersion {
    /// Writes `17.5`, or `12.1.1` when there is a fix number.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch != 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

impl Serialize for OsVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OsVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_orders() {
        let v = |text: &str| text.parse::<OsVersion>();
        assert_eq!(v("17.5"), Ok(OsVersion::new(17, 5, 0)));
        assert_eq!(v("11"), Ok(OsVersion::new(11, 0, 0)));
        let ordered = ["9.3", "10.0", "12.1", "12.1.1"].map(|t| v(t).unwrap());
        assert!(ordered.is_sorted_by(|a, b| a < b));
        assert_eq!(OsVersion::new(12, 1, 1).to_string(), "12.1.1");
        assert_eq!(OsVersion::new(13, 0, 0).to_string(), "13.0");
        for bad in ["", ".", "17.", "17..1", "1.2.3.4", "17.x", "-1", "70000", " 17", "+17"] {
            assert_eq!(v(bad), Err(VersionError), "{bad}");
        }
    }
}
