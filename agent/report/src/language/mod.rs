//! The languages that people are answered in. What programs read is never translated.
//!
//! The texts are data (`data/LANGUAGE/*.ftl`, Project Fluent): every key stands in every language, with the same
//! arguments. Sentences that reach this crate in English, because they are part of the JSON contract, are recognised by
//! the patterns of `phrases.ftl` and said anew; what is not recognised stays English.

mod catalogue;
mod phrasebook;
#[cfg(test)]
mod tests;
mod value;

pub use catalogue::{Argument, Catalogue};
pub use phrasebook::{PHRASE_OCTETS_MAX, Phrasebook, Recognised};
pub use value::Side;

use std::fmt;
use std::str::FromStr;

/// A language of the documents that the product rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
    /// Dutch.
    Nl,
}

impl Language {
    /// Every language, English first.
    pub const ALL: [Language; 3] = [Language::En, Language::Fr, Language::Nl];

    /// The code, as ISO 639-1 has it.
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Fr => "fr",
            Language::Nl => "nl",
        }
    }

    /// The name of the language in the language.
    pub fn name(self) -> &'static str {
        match self {
            Language::En => "English",
            Language::Fr => "Français",
            Language::Nl => "Nederlands",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Reports a text that is the code of no known language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLanguage;

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the languages are en, fr and nl")
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Language, UnknownLanguage> {
        Language::ALL.into_iter().find(|language| language.code() == code).ok_or(UnknownLanguage)
    }
}
