//! Names of kept devices.

use std::fmt;
use std::str::FromStr;

/// The longest name, in characters.
pub const MAX_NAME_LENGTH: usize = 64;

/// The name of a kept device: letters, digits, `.`, `-` and `_` of ASCII, first a letter or digit. It is safe as a part
/// of a file name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceName(String);

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It is empty.
    #[error("a device name has at least one character")]
    Empty,
    /// It is longer than [`MAX_NAME_LENGTH`].
    #[error("a device name has at most {MAX_NAME_LENGTH} characters, not {length}")]
    TooLong {
        /// Its length in characters.
        length: usize,
    },
    /// It begins with something else than a letter or digit.
    #[error("a device name begins with a letter or digit, not with {found:?}")]
    Start {
        /// The first character.
        found: char,
    },
    /// It contains a character that names do not have.
    #[error("a device name has letters, digits, “.”, “-” and “_” only, not {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
}

impl DeviceName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeviceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let first = text.chars().next().ok_or(NameError::Empty)?;
        let length = text.chars().count();
        if length > MAX_NAME_LENGTH {
            return Err(NameError::TooLong { length });
        }
        if !first.is_ascii_alphanumeric() {
            return Err(NameError::Start { found: first });
        }
        let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        match text.chars().find(|c| !allowed(c)) {
            Some(found) => Err(NameError::Character { found }),
            None => Ok(DeviceName(text.to_owned())),
        }
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_as_parts_of_file_names() {
        for good in ["a", "phone", "iPhone-15.2_b", &"x".repeat(MAX_NAME_LENGTH)] {
            assert_eq!(good.parse::<DeviceName>().map(|n| n.to_string()), Ok(good.to_owned()));
        }
        assert_eq!("".parse::<DeviceName>(), Err(NameError::Empty));
        assert_eq!(".hidden".parse::<DeviceName>(), Err(NameError::Start { found: '.' }));
        assert_eq!("../up".parse::<DeviceName>(), Err(NameError::Start { found: '.' }));
        assert_eq!("a/b".parse::<DeviceName>(), Err(NameError::Character { found: '/' }));
        assert_eq!("a\0b".parse::<DeviceName>(), Err(NameError::Character { found: '\0' }));
        let long = "x".repeat(MAX_NAME_LENGTH + 1);
        assert_eq!(long.parse::<DeviceName>(), Err(NameError::TooLong { length: MAX_NAME_LENGTH + 1 }));
    }
}
