//! Named readings of what public documents leave open or contradict.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Chooses one reading for each disputed corner; the default is the reading of the product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Variants {
    /// `encrypt-default-toggle`: whether the switch for encryption by default needs the
    /// per-message switch.
    pub encrypt_default_toggle: EncryptDefaultToggle,
}

/// Says what frees the switch for encryption by default (EAS-072).
///
/// Apple writes of `SMIMEEncryptByDefault` that without the per-message switch the user cannot
/// change the default, and names `SMIMEEncryptByDefaultUserOverrideable` as what lets him. The two
/// differ where the override is true and the per-message switch is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptDefaultToggle {
    /// `free`: the override key alone frees the switch.
    #[default]
    Free,
    /// `needs-per-message-switch`: the override key frees it only together with
    /// `SMIMEEnableEncryptionPerMessageSwitch`.
    NeedsPerMessageSwitch,
}

impl EncryptDefaultToggle {
    /// The name of the variant.
    pub const NAME: &'static str = "encrypt-default-toggle";

    /// Both readings, the default first.
    pub const ALL: [Self; 2] = [Self::Free, Self::NeedsPerMessageSwitch];

    /// Returns the reading as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::NeedsPerMessageSwitch => "needs-per-message-switch",
        }
    }
}

impl fmt::Display for EncryptDefaultToggle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reports a string that names no reading of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{variant} has no such reading")]
#[non_exhaustive]
pub struct UnknownReading {
    /// The variant that was asked.
    pub variant: &'static str,
}

impl FromStr for EncryptDefaultToggle {
    type Err = UnknownReading;

    fn from_str(reading: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == reading)
            .ok_or(UnknownReading { variant: Self::NAME })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_read_back_and_free_is_the_default() {
        for reading in EncryptDefaultToggle::ALL {
            assert_eq!(reading.to_string().parse(), Ok(reading));
        }
        assert_eq!(Variants::default().encrypt_default_toggle.to_string(), "free");
        assert_eq!(
            "locked".parse::<EncryptDefaultToggle>(),
            Err(UnknownReading { variant: "encrypt-default-toggle" })
        );
    }
}
