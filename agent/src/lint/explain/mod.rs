//! `handset explain`: a rule, a payload type or key, an error code, a requirement, a reading of disputed sources.

mod code;
mod key;

use super::arguments::{ExplainArguments, PlainFormat};
use super::{rules, schema};
use crate::exit::Failure;
use crate::requirements::{self, Listed, Requirement};
use crate::{print, variant};
pub use code::Code;
pub(crate) use code::find as codes;
use intent::requirement::Status;
use key::{KeyPlace, PayloadType};
use profile::Schema;
use profile::lint::{Description, nearest};
use report::findings::LintRule;
use report::language::{Catalogue, Language};
use serde::Serialize;

/// The version of the contract of this command.
const SCHEMA_VERSION: u32 = 1;

/// Keys that guides name and devices do not know.
const INVENTED: [&str; 1] = ["SMIMEAllowUserChange"];

/// What something is.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Explanation {
    Rule(LintRule),
    Variant {
        name: &'static str,
        question: &'static str,
        readings: Vec<Reading>,
    },
    Requirement {
        #[serde(flatten)]
        requirement: Requirement,
        #[serde(flatten)]
        judged: Option<Judged>,
        rules: Vec<&'static str>,
    },
    Code {
        codes: Vec<Code>,
        rules: Vec<&'static str>,
    },
    Domain {
        domain: String,
        codes: Vec<Code>,
    },
    PayloadType(PayloadType),
    Key {
        key: String,
        places: Vec<KeyPlace>,
        rules: Vec<&'static str>,
    },
}

/// A reading of a dispute; the first holds when nobody says.
#[derive(Serialize)]
struct Reading {
    name: &'static str,
    meaning: &'static str,
}

/// What can be said today of whether a requirement holds.
#[derive(Serialize)]
struct Judged {
    status: Status,
    reason: Option<&'static str>,
    expected: Option<&'static str>,
    tests: Vec<String>,
    #[serde(skip)]
    text: String,
}

impl From<Listed> for Judged {
    fn from(listed: Listed) -> Judged {
        let text = format!("\nStatus: {}\n{}", listed.status, listed.judged());
        Judged {
            status: listed.status,
            reason: listed.reason,
            expected: listed.expectation,
            tests: listed.tests,
            text,
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    schema_version: u32,
    subject: &'a str,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Runs the command.
pub fn explain(arguments: &ExplainArguments, language: Language) -> Result<u8, Failure> {
    let schema = schema::load(arguments.schema.as_deref())?;
    let subject = arguments.subject.join(" ");
    let Some(explanation) = find(&schema, subject.trim()) else {
        return Err(Failure::Unknown { near: near(&schema, subject.trim()), subject });
    };
    let text = match arguments.format {
        PlainFormat::Json => {
            let answer =
                Answer { schema_version: SCHEMA_VERSION, subject: &subject, explanation: &explanation };
            serde_json::to_string_pretty(&answer)? + "\n"
        }
        PlainFormat::Human => human(&explanation, &Catalogue::of(language)),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn find(schema: &Schema, subject: &str) -> Option<Explanation> {
    if let Some(rule) = profile::lint::rule(&subject.to_ascii_lowercase()) {
        return Some(Explanation::Rule(rules::described(rule.description())));
    }
    let name = subject.split('=').next().unwrap_or(subject).to_ascii_lowercase();
    if let Some(dispute) = variant::dispute(&name) {
        let readings = dispute.readings.iter().map(|(name, meaning, _)| Reading { name, meaning });
        let readings = readings.collect();
        return Some(Explanation::Variant { name: dispute.name, question: dispute.question, readings });
    }
    if let Some(requirement) = requirements::find(subject) {
        let rules = rules_that(|rule| rule.requirements.contains(&requirement.id.as_str()));
        let judged = requirements::listed(subject).map(Judged::from);
        return Some(Explanation::Requirement { requirement, judged, rules });
    }
    let codes = code::find(subject);
    if !codes.is_empty() {
        let numbers: Vec<String> =
            codes.iter().filter_map(|code| code.apple_code).map(|n| n.to_string()).collect();
        let rules = rules_that(|rule| numbers.iter().any(|number| mentions(rule, number)));
        return Some(Explanation::Code { codes, rules });
    }
    if let Some((domain, codes)) = code::domain(subject) {
        return Some(Explanation::Domain { domain, codes });
    }
    if let Some(payload) = key::payload_type(schema, subject) {
        return Some(Explanation::PayloadType(payload));
    }
    let places = key::find(schema, subject);
    let name = places.first().map_or_else(|| subject.to_owned(), |place| place.key.clone());
    let rules = rules_that(|rule| mentions(rule, &name));
    // Keys that do not exist are explained by the rules that warn of them.
    let invented = places.is_empty() && INVENTED.contains(&subject);
    (invented || !places.is_empty()).then_some(Explanation::Key { key: name, places, rules })
}

/// The ids of the rules of which something holds.
fn rules_that(holds: impl Fn(&Description) -> bool) -> Vec<&'static str> {
    let all = profile::lint::rules().iter().map(|rule| rule.description());
    all.filter(|rule| holds(rule)).map(|rule| rule.id).collect()
}

/// True if a rule names a key or code, as a whole word.
fn mentions(rule: &Description, word: &str) -> bool {
    let whole = |text: &str| {
        text.match_indices(word).any(|(at, _)| {
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
            !inside(text[..at].chars().next_back()) && !inside(text[at + word.len()..].chars().next())
        })
    };
    [rule.title, rule.checks, rule.why, rule.example, rule.reference].into_iter().any(whole)
}

/// What may have been meant.
fn near(schema: &Schema, subject: &str) -> Option<String> {
    let rules = profile::lint::rules().iter().map(|rule| rule.description().id.to_owned());
    let mut names: Vec<String> = rules.chain(requirements::ids()).chain(code::domains()).collect();
    names.extend(variant::DISPUTES.iter().map(|d| d.name.to_owned()));
    names.extend(key::names(schema));
    nearest(subject, names.iter().map(String::as_str)).map(str::to_owned)
}

fn human(explanation: &Explanation, words: &Catalogue) -> String {
    let list = |rules: &[&str]| match rules {
        [] => String::new(),
        rules => format!("\nLint rules: {}\n", rules.join(", ")),
    };
    match explanation {
        Explanation::Rule(rule) => {
            let needs = match rule.requirements.as_slice() {
                [] => String::new(),
                ids => {
                    let ids = ids.join(", ");
                    format!("\n{}\n", words.tell("explain-requirements", &[("ids", (&ids).into())]))
                }
            };
            format!(
                "{} ({})\n{}\n\n{}\n  {}\n\n{}\n  {}\n\n{}\n  {}\n\n{}\n  {}\n{needs}",
                rule.id,
                words.say(&rule.severity),
                words.rule_title(&rule.id, &rule.title),
                words.say("explain-checks"),
                rule.checks,
                words.say("explain-why"),
                rule.why,
                words.say("explain-example"),
                rule.example,
                words.say("explain-reference"),
                rule.reference
            )
        }
        Explanation::Variant { name, question, readings } => {
            let lines = readings.iter().enumerate().map(|(at, reading)| {
                let default = if at == 0 { " (the default)" } else { "" };
                format!("  {name}={}{default}: {}\n", reading.name, reading.meaning)
            });
            format!("{name}\n{question}\n\nReadings, for --variant\n{}", lines.collect::<String>())
        }
        Explanation::Requirement { requirement, judged, rules } => {
            let judged = judged.as_ref().map_or("", |judged| judged.text.as_str());
            requirement.human() + judged + &list(rules)
        }
        Explanation::Code { codes, rules } => {
            codes.iter().map(Code::human).collect::<Vec<_>>().join("\n") + &list(rules)
        }
        Explanation::Domain { domain, codes } => {
            let lines = codes.iter().map(Code::line).collect::<String>();
            format!("{domain}\n{lines}")
        }
        Explanation::PayloadType(payload) => payload.human(),
        Explanation::Key { key, places, rules } => {
            if places.is_empty() {
                return format!("{key}\n\n  no key of Apple's schema; devices ignore it\n{}", list(rules));
            }
            let places = places.iter().map(KeyPlace::human).collect::<Vec<_>>().join("\n");
            format!("{key}\n\n{places}{}", list(rules))
        }
    }
}
