//! Recognising sentences that were written in English.
//!
//! What a device does is told in English in the JSON contract, which is never translated. To say it in another language
//! the sentence is held against the patterns of `data/en/phrases.ftl` and `data/en/remedies.ftl`, and what stands in its
//! places is taken out. A pattern is plain text with places; it fits a whole sentence or not at all, and of those that
//! fit the one with the most text of its own counts.

use super::Language;
use super::catalogue::Catalogue;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use fluent_syntax::parser;

/// The longest sentence that is looked at; what is longer stays as it is.
pub const PHRASE_OCTETS_MAX: usize = 4_096;

/// Places that hold a number.
pub(super) const COUNTED: [&str; 6] = ["items", "messages", "days", "of", "times", "hours"];

/// Places that hold what may itself be a sentence or word of the phrasebook.
pub(super) const SPOKEN: [&str; 8] =
    ["service", "state", "became", "problem", "reason", "expected", "observed", "key"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(&'static str),
    Place(&'static str),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    key: &'static str,
    parts: Vec<Part>,
    /// How many octets are its own; more is more particular.
    own: usize,
}

/// A sentence with its key and what stood in its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised<'t> {
    /// The key of the message.
    pub key: &'static str,
    /// What stood in each place, by the name of the place.
    pub arguments: Vec<(&'static str, &'t str)>,
}

/// The English patterns, the most particular first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrasebook {
    phrases: Vec<Phrase>,
}

impl Default for Phrasebook {
    fn default() -> Self {
        Phrasebook::new()
    }
}

impl Phrasebook {
    /// Reads the patterns.
    pub fn new() -> Phrasebook {
        let [_, _, remedies, phrases, _] = Catalogue::files(Language::En);
        let mut found = Vec::new();
        for text in [remedies, phrases] {
            let resource = parser::parse(text).unwrap_or_else(|(rest, _)| rest);
            for entry in resource.body {
                let Entry::Message(message) = entry else { continue };
                let Some(pattern) = message.value else { continue };
                let parts: Option<Vec<Part>> = pattern.elements.into_iter().map(part).collect();
                if let Some(parts) = parts {
                    let own =
                        parts.iter().map(|p| if let Part::Text(text) = p { text.len() } else { 0 }).sum();
                    found.push(Phrase { key: message.id.name, parts, own });
                }
            }
        }
        found.sort_by_key(|phrase| std::cmp::Reverse(phrase.own));
        Phrasebook { phrases: found }
    }

    /// What a sentence says; nothing where it fits no pattern.
    pub fn recognise<'t>(&self, sentence: &'t str) -> Option<Recognised<'t>> {
        if sentence.len() > PHRASE_OCTETS_MAX {
            return None;
        }
        self.phrases.iter().find_map(|phrase| {
            let mut arguments = Vec::new();
            fits(&phrase.parts, sentence, &mut arguments).then_some(Recognised { key: phrase.key, arguments })
        })
    }
}

/// A part of a pattern; nothing for what could not be recognised, such as a choice.
fn part(element: PatternElement<&'static str>) -> Option<Part> {
    match element {
        PatternElement::TextElement { value } => Some(Part::Text(value)),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::VariableReference { id }),
        } => Some(Part::Place(id.name)),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::StringLiteral { value }),
        } => Some(Part::Text(value)),
        PatternElement::Placeable { .. } => None,
    }
}

/// Whether a text is made of the parts. A place holds at least one character and ends where the next text first lets the
/// rest fit.
fn fits<'t>(parts: &[Part], text: &'t str, arguments: &mut Vec<(&'static str, &'t str)>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Text(own), rest @ ..] => match text.strip_prefix(own) {
            Some(left) => fits(rest, left, arguments),
            None => false,
        },
        [Part::Place(name)] => {
            arguments.push((name, text));
            !text.is_empty()
        }
        [Part::Place(name), Part::Text(own), rest @ ..] => {
            for (at, _) in text.match_indices(own).filter(|(at, _)| *at > 0) {
                let (held, left) = text.split_at(at);
                let taken = arguments.len();
                arguments.push((name, held));
                if fits(rest, left.get(own.len()..).unwrap_or_default(), arguments) {
                    return true;
                }
                arguments.truncate(taken);
            }
            false
        }
        // Two places with nothing between them cannot be told apart.
        [Part::Place(_), Part::Place(_), ..] => false,
    }
}
