//! An object against what Graph knows of its type: names, types of values, words and flags.

use super::finding::{Finding, excerpt};
use super::json::{Json, Member, Node, member};
use super::resource::{Resource, bare_type, base64, join};
use super::schema::{GraphType, Kind, Words, graph_type};
use crate::Severity;
use crate::lint::nearest;
use crate::plist::is_secret_key;
use std::collections::BTreeSet;

/// The most findings about one object; further ones are dropped, and the last one kept says so.
pub const RESOURCE_FINDINGS_MAX: usize = 1_000;

/// Checks an object and what lies inside it. An object of a type that is not known here has no findings.
///
/// A value that Graph would not take is an error, and does not count: whoever reads the object sees the setting as not
/// set. A member that Graph does not have is an error where a known name is near, else a warning, for Graph gets new
/// members. `null` is how Graph writes what is not set.
#[must_use]
pub fn check(resource: &Resource) -> Vec<Finding> {
    let mut checker = Checker { resource, findings: Vec::new(), dropped: None };
    if let Some(known) = resource.graph_type() {
        checker.members(known, resource.members(), &resource.path);
    }
    checker.finish()
}

const REFERENCE: &str = "Microsoft Graph beta";

struct Checker<'a> {
    resource: &'a Resource,
    findings: Vec<Finding>,
    dropped: Option<Severity>,
}

impl Checker<'_> {
    fn finish(mut self) -> Vec<Finding> {
        if let Some(severity) = self.dropped {
            let message = format!("there are more findings about this object than {RESOURCE_FINDINGS_MAX}");
            let finding = self.resource.finding("graph-too-many-findings", severity, "", message, REFERENCE);
            self.findings.push(finding);
        }
        self.findings
    }

    fn add(
        &mut self,
        rule: &'static str,
        severity: Severity,
        place: (&str, &Node),
        message: String,
        help: Option<String>,
    ) {
        if self.findings.len() >= RESOURCE_FINDINGS_MAX - 1 {
            self.dropped = self.dropped.max(Some(severity));
            return;
        }
        let (path, node) = place;
        let finding = self.resource.placed(rule, severity, path.to_owned(), node.span, message, REFERENCE);
        self.findings.push(finding.help_some(help));
    }

    fn members(&mut self, declared: &'static GraphType, members: &[Member], path: &str) {
        let written = member(members, "@odata.type").and_then(|m| m.node.value.as_str()).map(bare_type);
        let known = match written.map(|name| (name, graph_type(name))) {
            Some((_, Some(written))) => written,
            // Of a type that is not known, its members are not either.
            Some((name, None)) if name != declared.name => return,
            _ => declared,
        };
        let mut names = BTreeSet::new();
        for member in members {
            let own = join(path, &member.name);
            if !names.insert(member.name.as_str()) {
                let message = format!("{} stands here twice; the last one counts", excerpt(&member.name));
                let help = Some("remove one of them".to_owned());
                self.add("graph-duplicate-member", Severity::Error, (&own, &member.node), message, help);
            }
            match known.member(&member.name) {
                Some(kind) => self.value(kind, &member.name, &member.node, &own),
                None => self.unknown(known, member, &own),
            }
        }
    }

    fn unknown(&mut self, known: &'static GraphType, member: &Member, path: &str) {
        let name = member.name.as_str();
        // Annotations of OData, and members by which export tools take notes.
        if let Some((property, annotation)) = name.split_once('@') {
            if annotation == "odata.bind" && !property.is_empty() && known.member(property).is_none() {
                let near = nearest(property, known.member_names());
                let help = near.map(|near| format!("did you mean {near}@odata.bind?"));
                let message = format!("{} has no link called {}", known.name, excerpt(property));
                self.add("graph-unknown-member", Severity::Error, (path, &member.node), message, help);
            }
            return;
        }
        if name.starts_with('#') {
            return;
        }
        let near = nearest(name, known.member_names());
        let severity = if near.is_some() { Severity::Error } else { Severity::Warning };
        let message = format!("{} has no member {}; it counts for nothing", known.name, excerpt(name));
        let help = near.map(|near| format!("did you mean {near}?"));
        self.add("graph-unknown-member", severity, (path, &member.node), message, help);
    }

    fn value(&mut self, kind: Kind, name: &str, node: &Node, path: &str) {
        if node.value == Json::Null {
            return;
        }
        match (kind, &node.value) {
            (Kind::Any, _) | (Kind::Text, Json::String(_)) | (Kind::Boolean, Json::Boolean(_)) => {}
            (Kind::Integer, value) if value.as_integer().is_some() => {}
            (Kind::Binary, Json::String(text)) => {
                if base64(text).is_none() {
                    let help = Some("write the bytes as base64".to_owned());
                    let message = format!("{name} is no base64");
                    self.add("graph-base64", Severity::Error, (path, node), message, help);
                }
            }
            (Kind::Word(words), Json::String(text)) => self.word(words, name, text, node, path),
            (Kind::Flags(words), Json::String(text)) => self.flags(words, name, text, node, path),
            (Kind::Texts, Json::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(Kind::Text, name, item, &format!("{path}[{at}]"));
                }
            }
            (Kind::Object(other), Json::Object(members)) => {
                if let Some(other) = graph_type(other) {
                    self.members(other, members, path);
                }
            }
            (Kind::Objects(other), Json::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.value(Kind::Object(other), name, item, &format!("{path}[{at}]"));
                }
            }
            // An id in the place of the object itself is a link, and read as one.
            (Kind::Object(_), Json::String(_)) => {}
            (kind, value) => self.wrong_type(kind, name, value, node, path),
        }
    }

    fn wrong_type(&mut self, kind: Kind, name: &str, value: &Json, node: &Node, path: &str) {
        let expected = match kind {
            Kind::Boolean => "true or false",
            Kind::Integer => "a whole number",
            Kind::Word(_) | Kind::Text | Kind::Binary | Kind::Any => "a text",
            Kind::Flags(_) => "a text, its words joined by commas",
            Kind::Texts => "a list of texts",
            Kind::Object(_) => "an object",
            Kind::Objects(_) => "a list of objects",
        };
        let help = match (kind, value) {
            (Kind::Boolean, Json::String(text))
                if ["true", "false"].contains(&text.to_lowercase().as_str()) =>
            {
                Some(format!("write {} without quotation marks", text.to_lowercase()))
            }
            (Kind::Flags(_), Json::Array(items)) => {
                let words: Vec<&str> = items.iter().filter_map(|item| item.value.as_str()).collect();
                (words.len() == items.len() && words.len() < 32)
                    .then(|| format!("write \"{}\"", words.join(",")))
            }
            _ => None,
        };
        let shown = match value {
            Json::String(text) if !is_secret_key(name) => format!("the text {}", excerpt(text)),
            Json::Number(text) => format!("the number {text}"),
            other => other.type_name().to_owned(),
        };
        let message = format!("{name} is {shown}, not {expected}; it counts as not set");
        self.add("graph-wrong-type", Severity::Error, (path, node), message, help);
    }

    fn word(&mut self, words: &'static Words, name: &str, text: &str, node: &Node, path: &str) {
        if words.members.contains(&text) {
            return;
        }
        let message = format!("{name} has no value {}; it counts as not set", excerpt(text));
        let help = meant(words, text).or_else(|| Some(format!("one of {}", words.members.join(", "))));
        self.add("graph-unknown-value", Severity::Error, (path, node), message, help);
    }

    fn flags(&mut self, words: &'static Words, name: &str, text: &str, node: &Node, path: &str) {
        let mut seen = BTreeSet::new();
        let none = !text.split(',').any(|word| words.members.contains(&word.trim()));
        let counts = if none { "counts as not set" } else { "counts for nothing" };
        for word in text.split(',').map(str::trim) {
            if word.is_empty() {
                let message = format!("a word is missing between the commas of {name}");
                self.add("graph-flags-form", Severity::Warning, (path, node), message, None);
            } else if !words.members.contains(&word) {
                let message = format!("{name} has no value {}; it {counts}", excerpt(word));
                let help =
                    meant(words, word).or_else(|| Some(format!("any of {}", words.members.join(", "))));
                self.add("graph-unknown-flag", Severity::Error, (path, node), message, help);
            } else if !seen.insert(word) {
                let message = format!("{name} names {word} twice");
                self.add("graph-flags-form", Severity::Info, (path, node), message, None);
            }
        }
        if seen.len() > 1 && seen.contains("none") {
            let message = format!("{name} says none and something beside it; none counts for nothing");
            self.add("graph-flags-form", Severity::Warning, (path, node), message, None);
        }
    }
}

/// Words that are shipped in the place of others, too far from them to be found by their letters.
const MISTAKES: [(&str, &str, &str); 5] = [
    ("easServices", "mail", "email"),
    ("easServices", "tasks", "reminders"),
    ("emailSyncDuration", "allMail", "unlimited"),
    ("easAuthenticationMethod", "password", "usernameAndPassword"),
    ("usernameSource", "sam", "samAccountName"),
];

fn meant(words: &'static Words, text: &str) -> Option<String> {
    let mistake =
        MISTAKES.iter().find(|(list, wrong, _)| *list == words.name && wrong.eq_ignore_ascii_case(text));
    mistake
        .map(|(_, _, right)| *right)
        .or_else(|| nearest(text, words.members.iter().copied()))
        .map(|near| format!("did you mean {near}?"))
}
