//! The texts of one language.

use super::phrasebook::Phrasebook;
use super::{Language, phrasebook};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use unic_langid::LanguageIdentifier;
use verdict::Verdict;

/// The files of a language.
macro_rules! texts {
    ($language:literal) => {
        [
            include_str!(concat!("../../data/", $language, "/words.ftl")),
            include_str!(concat!("../../data/", $language, "/settings.ftl")),
            include_str!(concat!("../../data/", $language, "/remedies.ftl")),
            include_str!(concat!("../../data/", $language, "/phrases.ftl")),
            include_str!(concat!("../../data/", $language, "/lint.ftl")),
        ]
    };
}

/// How deep a recognised sentence may hold another one.
const DEPTH_MAX: u8 = 3;

/// What stands for a place of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// A text.
    Text(&'a str),
    /// A number; the language may say one thing otherwise than many.
    Count(usize),
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Argument::Text(text)
    }
}

impl<'a> From<&'a String> for Argument<'a> {
    fn from(text: &'a String) -> Self {
        Argument::Text(text)
    }
}

impl From<usize> for Argument<'_> {
    fn from(count: usize) -> Self {
        Argument::Count(count)
    }
}

/// The texts of one language, by key.
pub struct Catalogue {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    phrases: OnceCell<Phrasebook>,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Catalogue {
    /// The texts of a language.
    pub fn of(language: Language) -> Catalogue {
        let identifier = LanguageIdentifier::from_bytes(language.code().as_bytes()).unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![identifier]);
        // Places are kept apart where they are shown: by an element in a page, by nothing on a terminal.
        bundle.set_use_isolating(false);
        for text in Self::files(language) {
            // A broken entry is left out and its key shows; the tests hold that there is none.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, _)| rest);
            let _ = bundle.add_resource(resource);
        }
        Catalogue { language, bundle, phrases: OnceCell::new() }
    }

    /// The files of a language, as they were written.
    pub(super) fn files(language: Language) -> [&'static str; 5] {
        match language {
            Language::En => texts!("en"),
            Language::Fr => texts!("fr"),
            Language::Nl => texts!("nl"),
        }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there is a text under that key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The text under a key that has no places. A key that is not known is shown itself.
    pub fn say(&self, key: &str) -> String {
        self.tell(key, &[])
    }

    /// The text under a key, with its places filled.
    pub fn tell(&self, key: &str, arguments: &[(&str, Argument<'_>)]) -> String {
        let mut filled = FluentArgs::new();
        for (name, argument) in arguments {
            let value: FluentValue<'_> = match argument {
                Argument::Text(text) => FluentValue::String(Cow::Borrowed(text)),
                Argument::Count(count) => FluentValue::from(*count),
            };
            filled.set((*name).to_owned(), value);
        }
        self.filled(key, &filled).unwrap_or_else(|| key.to_owned())
    }

    fn filled(&self, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        Some(self.bundle.format_pattern(pattern, Some(arguments), &mut Vec::new()).into_owned())
    }

    /// The errors that a message makes with these arguments; for tests of the catalogue.
    #[cfg(test)]
    pub(super) fn problems(&self, key: &str, arguments: &FluentArgs<'_>) -> Vec<String> {
        let mut errors = Vec::new();
        match self.bundle.get_message(key).and_then(|m| m.value()) {
            None => return vec!["there is no such message".to_owned()],
            Some(pattern) => {
                self.bundle.format_pattern(pattern, Some(arguments), &mut errors);
            }
        }
        errors.iter().map(ToString::to_string).collect()
    }

    /// What a lint rule finds, in a few words; the title that it gives itself where the catalogue has none.
    pub fn rule_title<'t>(&self, rule: &str, own: &'t str) -> Cow<'t, str> {
        let key = format!("lint-{rule}");
        if self.has(&key) { Cow::Owned(self.say(&key)) } else { Cow::Borrowed(own) }
    }

    /// The name of a setting in this edition of the form, by its property of Graph; the English one that is given where
    /// the catalogue has none.
    pub fn setting<'t>(&self, graph: &str, own: &'t str) -> Cow<'t, str> {
        let key = format!("setting-{graph}");
        if self.has(&key) { Cow::Owned(self.say(&key)) } else { Cow::Borrowed(own) }
    }

    /// A sentence that was written in English, in this language; nothing where it is not recognised. In English it is
    /// the sentence itself.
    pub fn phrase<'t>(&self, english: &'t str) -> Option<Cow<'t, str>> {
        match self.language {
            Language::En => Some(Cow::Borrowed(english)),
            _ => self.recognised(english, None, 0).map(Cow::Owned),
        }
    }

    /// The same, or the English sentence.
    pub fn phrase_or_english<'t>(&self, english: &'t str) -> Cow<'t, str> {
        self.phrase(english).unwrap_or(Cow::Borrowed(english))
    }

    /// What to do about a failed verdict, with the values in the words of their subject; nothing where the sentence is
    /// not recognised. In English it is the sentence itself.
    pub fn remedy(&self, verdict: &Verdict) -> Option<String> {
        let english = verdict.remedy.as_deref()?;
        let subject = verdict.deciding().next().map(|check| check.subject.as_str());
        match self.language {
            Language::En => Some(english.to_owned()),
            _ => self.recognised(english, subject, 0),
        }
    }

    /// A sentence said anew. What was compared in it is a value of `subject`, if that is known.
    fn recognised(&self, english: &str, subject: Option<&str>, depth: u8) -> Option<String> {
        let book = self.phrases.get_or_init(Phrasebook::new);
        let found = book.recognise(english)?;
        let mut arguments = FluentArgs::new();
        for (name, said) in &found.arguments {
            let value = match *name {
                // A label of the form is known by the property of Graph beside it.
                "setting" => {
                    let graph = found.arguments.iter().find(|(n, _)| *n == "graph").map_or("", |(_, g)| *g);
                    FluentValue::from(self.setting(graph, said).into_owned())
                }
                "expected" | "observed" if *said == "nothing" => FluentValue::from(self.say("nothing")),
                "expected" | "observed" if subject.is_some() => {
                    FluentValue::from(self.value(subject.unwrap_or_default(), said))
                }
                "compliance" => FluentValue::from(self.compliance(said)),
                name if phrasebook::COUNTED.contains(&name) => match said.parse::<usize>() {
                    Ok(count) => FluentValue::from(count),
                    Err(_) => FluentValue::from(*said),
                },
                name if phrasebook::SPOKEN.contains(&name) && depth < DEPTH_MAX => {
                    let own = self.recognised(said, None, depth + 1);
                    FluentValue::from(own.unwrap_or_else(|| (*said).to_owned()))
                }
                _ => FluentValue::from(*said),
            };
            arguments.set((*name).to_owned(), value);
        }
        self.filled(found.key, &arguments)
    }
}
