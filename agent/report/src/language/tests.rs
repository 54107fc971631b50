//! The catalogue is whole: every key in every language, with the same places, and no text that cannot be said.

use super::{Argument, Catalogue, Language, PHRASE_OCTETS_MAX, Phrasebook};
use fluent_bundle::{FluentArgs, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;
use std::collections::{BTreeMap, BTreeSet};
use verdict::{REMEDIES, SETTINGS};

/// A message: the names of its places, and those of its places that choose between forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Message {
    places: BTreeSet<String>,
    chosen_by: BTreeMap<String, BTreeSet<String>>,
    refers_to: BTreeSet<String>,
}

/// Places that choose a form by a word, not by a number.
const BY_WORD: [&str; 2] = ["supervised", "switch"];

fn messages(language: Language) -> BTreeMap<String, Message> {
    let mut found = BTreeMap::new();
    for text in Catalogue::files(language) {
        let resource = parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    let mut read = Message::default();
                    pattern(message.value.as_ref().expect("a value"), &mut read);
                    let twice = found.insert(message.id.name.to_owned(), read);
                    assert!(twice.is_none(), "{language}: {} stands twice", message.id.name);
                }
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
                other => panic!("{language}: {other:?}"),
            }
        }
    }
    found
}

fn pattern(pattern: &Pattern<&str>, message: &mut Message) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            self::expression(expression, message);
        }
    }
}

fn expression(expression: &Expression<&str>, message: &mut Message) {
    match expression {
        Expression::Inline(InlineExpression::VariableReference { id }) => {
            message.places.insert(id.name.to_owned());
        }
        Expression::Inline(InlineExpression::MessageReference { id, .. }) => {
            message.refers_to.insert(id.name.to_owned());
        }
        Expression::Inline(_) => {}
        Expression::Select { selector, variants } => {
            let InlineExpression::VariableReference { id } = selector else { panic!("{selector:?}") };
            message.places.insert(id.name.to_owned());
            let forms = message.chosen_by.entry(id.name.to_owned()).or_default();
            for variant in variants {
                forms.insert(format!("{:?}", variant.key));
            }
            for variant in variants {
                pattern(&variant.value, message);
            }
        }
    }
}

#[test]
fn every_key_stands_in_every_language_with_the_same_places() {
    let english = messages(Language::En);
    assert!(english.len() > 350, "{}", english.len());
    for language in [Language::Fr, Language::Nl] {
        let other = messages(language);
        let keys = |m: &BTreeMap<String, Message>| m.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<_> = keys(&english).difference(&keys(&other)).cloned().collect();
        let extra: Vec<_> = keys(&other).difference(&keys(&english)).cloned().collect();
        assert_eq!((missing, extra), (Vec::new(), Vec::new()), "{language}");
        for (key, message) in &english {
            assert_eq!(message.places, other[key].places, "{language}: places of {key}");
            for name in &other[key].refers_to {
                assert!(other.contains_key(name), "{language}: {key} refers to {name}");
            }
        }
    }
}

#[test]
fn what_is_counted_has_a_form_for_one_and_for_many() {
    for language in Language::ALL {
        for (key, message) in messages(language) {
            for (place, forms) in &message.chosen_by {
                if !BY_WORD.contains(&place.as_str()) {
                    let one = forms.iter().any(|f| f.contains("one"));
                    let other = forms.iter().any(|f| f.contains("other"));
                    assert!(one && other, "{language}: {key} by {place}: {forms:?}");
                }
            }
        }
    }
}

#[test]
fn every_message_can_be_said() {
    for language in Language::ALL {
        let words = Catalogue::of(language);
        for (key, message) in messages(language) {
            for number in [0_usize, 1, 2, 5, 1_000_000] {
                let mut arguments = FluentArgs::new();
                for place in &message.places {
                    let counted = message.chosen_by.contains_key(place) && !BY_WORD.contains(&place.as_str());
                    let value = if counted {
                        FluentValue::from(number)
                    } else {
                        FluentValue::from(format!("‹{place}›"))
                    };
                    arguments.set(place.clone(), value);
                }
                assert_eq!(words.problems(&key, &arguments), Vec::<String>::new(), "{language}: {key}");
            }
            assert!(words.has(&key));
        }
    }
}

#[test]
fn one_and_many_are_told_apart_as_each_language_does() {
    let said = |language, key, n: usize| Catalogue::of(language).tell(key, &[("n", Argument::Count(n))]);
    assert_eq!([0, 1, 2].map(|n| said(Language::En, "days", n)), ["0 days", "1 day", "2 days"]);
    assert_eq!([0, 1, 2].map(|n| said(Language::Fr, "days", n)), ["0 jour", "1 jour", "2 jours"]);
    assert_eq!([0, 1, 2].map(|n| said(Language::Nl, "days", n)), ["0 dagen", "1 dag", "2 dagen"]);
}

#[test]
fn english_says_what_the_sources_say() {
    let words = Catalogue::of(Language::En);
    for remedy in REMEDIES {
        let key = format!("remedy-{}", remedy.key);
        let places = ["setting", "graph", "key", "expected", "observed"].map(|p| (p, format!("{{{p}}}")));
        let arguments: Vec<(&str, Argument<'_>)> =
            places.iter().map(|(name, place)| (*name, Argument::Text(place))).collect();
        assert_eq!(words.tell(&key, &arguments), remedy.template, "{key}");
    }
    for setting in SETTINGS {
        assert_eq!(words.say(&format!("setting-{}", setting.graph)), setting.label);
    }
    let count = |prefix: &str| messages(Language::En).keys().filter(|k| k.starts_with(prefix)).count();
    assert_eq!(count("remedy-"), REMEDIES.len());
    assert_eq!(count("setting-"), SETTINGS.len());
}

#[test]
fn a_translation_is_one() {
    let english = Catalogue::of(Language::En);
    for language in [Language::Fr, Language::Nl] {
        let other = Catalogue::of(language);
        let same: Vec<String> = messages(Language::En)
            .into_iter()
            .filter(|(key, message)| {
                let long = english.say(key).split(' ').count() > 3;
                long && message.places.is_empty() && english.say(key) == other.say(key)
            })
            .map(|(key, _)| key)
            .collect();
        assert_eq!(same, Vec::<String>::new(), "{language}");
    }
}

#[test]
fn patterns_are_recognised_by_themselves() {
    let book = Phrasebook::new();
    let english = Catalogue::of(Language::En);
    for (key, message) in messages(Language::En) {
        if !(key.starts_with("phrase-") || key.starts_with("remedy-")) {
            continue;
        }
        assert!(message.chosen_by.is_empty() && message.refers_to.is_empty(), "{key} cannot be recognised");
        let arguments: Vec<(&str, Argument<'_>)> =
            message.places.iter().map(|place| (place.as_str(), Argument::Text("Xx"))).collect();
        let sentence = english.tell(&key, &arguments);
        let found = book.recognise(&sentence).unwrap_or_else(|| panic!("{key}: {sentence}"));
        assert_eq!(found.key, key, "{sentence}");
        let held: BTreeSet<&str> = found.arguments.iter().map(|(name, _)| *name).collect();
        assert_eq!(held, message.places.iter().map(String::as_str).collect(), "{key}");
        assert!(found.arguments.iter().all(|(_, text)| *text == "Xx"), "{key}: {found:?}");
    }
}

#[test]
fn sentences_are_said_anew_with_what_they_hold() {
    let (french, dutch) = (Catalogue::of(Language::Fr), Catalogue::of(Language::Nl));
    let sentence = "The device has false, the policy means true. Set “Encrypt by default” (smimeEncryptByDefaultEnabled, Apple’s SMIMEEncryptByDefault) as meant, or let the device check in so that the policy is sent again.";
    let said = french.phrase(sentence).expect("recognised");
    assert!(said.contains("«\u{a0}Chiffrer par défaut\u{a0}»"), "{said}");
    let said = dutch.phrase(sentence).expect("recognised");
    assert!(said.contains("Standaard versleutelen"), "{said}");
    assert_eq!(
        dutch.phrase("mail switched on; 1 items came").as_deref(),
        Some("Mail ingeschakeld; 1 item gekomen")
    );
    assert_eq!(
        dutch.phrase("mail switched on; 3 items came").as_deref(),
        Some("Mail ingeschakeld; 3 items gekomen")
    );
    assert_eq!(french.phrase("signing is off").as_deref(), Some("la signature est désactivée"));
    assert_eq!(french.phrase("a sentence of nobody"), None);
}

#[test]
fn long_sentences_are_left_alone_from_the_bound_on() {
    let book = Phrasebook::new();
    let sentence = |octets: usize| format!("picked {}", "x".repeat(octets - "picked ".len()));
    assert!(book.recognise(&sentence(PHRASE_OCTETS_MAX)).is_some());
    assert!(book.recognise(&sentence(PHRASE_OCTETS_MAX + 1)).is_none());
}
