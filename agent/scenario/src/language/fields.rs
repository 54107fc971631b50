//! Reading nodes into values, with everything that is wrong.

use super::duration::duration_ms;
use super::knowledge::{Knowledge, Sources};
use crate::case::{FileName, Matcher, Sensitive};
use crate::diagnostic::{Diagnostic, Place, Problem};
use crate::yaml::{Node, Span, Value};
use profile::{OsVersion, Timestamp};
use regex_lite::RegexBuilder;
use std::collections::BTreeSet;

/// The longest pattern of `matches`, in octets.
const MAX_PATTERN_OCTETS: usize = 1_024;

/// The largest compiled pattern, in octets.
const MAX_COMPILED_OCTETS: usize = 256 * 1024;

/// The most alternatives of one matcher, and how deep matchers lie in one another.
const MAX_MATCHER_DEPTH: usize = 4;

/// Reads nodes and collects what is wrong.
pub(super) struct Decoder<'a> {
    pub sources: &'a Sources,
    pub knowledge: &'a Knowledge,
    /// The secrets that are declared.
    pub declared: &'a BTreeSet<String>,
    /// The secrets that were named.
    pub secrets: BTreeSet<String>,
    pub problems: Vec<Diagnostic>,
}

/// A mapping whose keys are checked.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    pub node: &'n Node,
    within: &'static str,
}

impl<'n> Fields<'n> {
    /// The value of a key.
    pub fn of(&self, key: &str) -> Option<&'n Node> {
        self.node.member(key)
    }
}

impl<'a> Decoder<'a> {
    pub fn new(sources: &'a Sources, knowledge: &'a Knowledge, declared: &'a BTreeSet<String>) -> Self {
        Decoder { sources, knowledge, declared, secrets: BTreeSet::new(), problems: Vec::new() }
    }

    pub fn problem(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    pub fn place(&self, span: Span) -> Place {
        self.sources.place(span)
    }

    /// A mapping with these keys; anything else is reported and reads as empty.
    pub fn fields<'n>(&mut self, node: &'n Node, within: &'static str, keys: &[&str]) -> Fields<'n> {
        if !matches!(node.value, Value::Mapping(_)) {
            self.wrong(node, "a mapping");
        }
        for entry in node.entries() {
            if !keys.contains(&entry.key.as_str()) {
                let problem = Problem::UnknownKey { key: entry.key.clone(), within };
                self.problem(problem.at(entry.key_span).near(&entry.key, keys.iter().copied()));
            }
        }
        Fields { node, within }
    }

    pub fn wrong(&mut self, node: &Node, expected: &'static str) {
        let found = match node.scalar() {
            Some(s) if !s.is_null() && s.text.chars().count() <= 40 => format!("“{}”", s.text),
            _ => node.kind().to_owned(),
        };
        self.problem(Problem::Wrong { expected, found }.at(node.span));
    }

    /// The value of a key that must be there.
    pub fn needed<'n>(&mut self, fields: &Fields<'n>, key: &'static str) -> Option<&'n Node> {
        let found = fields.of(key);
        if found.is_none() {
            self.problem(Problem::Missing { key, within: fields.within }.at(fields.node.span));
        }
        found
    }

    pub fn text(&mut self, node: &Node) -> Option<String> {
        match node.scalar() {
            Some(s) if !s.is_null() => Some(s.text.clone()),
            _ => {
                self.wrong(node, "a text");
                None
            }
        }
    }

    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        let truth = node.scalar().and_then(|s| s.boolean());
        if truth.is_none() {
            self.wrong(node, "true or false");
        }
        truth
    }

    pub fn number<T: TryFrom<i64>>(&mut self, node: &Node, expected: &'static str) -> Option<T> {
        let number = node.scalar().and_then(|s| s.integer()).and_then(|n| T::try_from(n).ok());
        if number.is_none() {
            self.wrong(node, expected);
        }
        number
    }

    pub fn duration(&mut self, node: &Node) -> Option<i64> {
        let ms = node.scalar().and_then(|s| duration_ms(&s.text));
        if ms.is_none() {
            self.wrong(node, "a span of time up to a hundred years, such as 30s, 12h or 1d12h,");
        }
        ms
    }

    pub fn time(&mut self, node: &Node) -> Option<Timestamp> {
        // What `handset try --clock` takes: the world's certificates can still be written then.
        const LAST: i64 = 252_774_777_600_000;
        let time = node
            .scalar()
            .and_then(|s| Timestamp::parse_rfc3339(&s.text).ok())
            .filter(|t| (0..=LAST).contains(&t.0));
        if time.is_none() {
            self.wrong(node, "a time from 1970 to 9980, such as 2026-11-02T08:00:00Z,");
        }
        time
    }

    pub fn version(&mut self, node: &Node) -> Option<OsVersion> {
        let version = node
            .scalar()
            .and_then(|s| s.text.parse::<OsVersion>().ok())
            .filter(|v| (4..=99).contains(&v.major));
        if version.is_none() {
            self.wrong(node, "an iOS version, such as 17.5,");
        }
        version
    }

    /// A word out of a list.
    pub fn word<T: Copy>(
        &mut self,
        node: &Node,
        what: &'static str,
        words: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(node)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            self.problem(Problem::UnknownWord { word: text.clone(), what }.at(node.span).near(&text, known));
        }
        found
    }

    /// A list, or one thing in place of a list of one.
    pub fn list<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Value::Sequence(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    pub fn texts(&mut self, node: &Node) -> Vec<String> {
        self.list(node).iter().filter_map(|item| self.text(item)).collect()
    }

    pub fn requirements(&mut self, node: &Node) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for item in self.list(node) {
            let Some(id) = self.text(item) else { continue };
            self.requirement(&id, item.span);
            ids.insert(id);
        }
        ids
    }

    pub fn requirement(&mut self, id: &str, span: Span) {
        let known = &self.knowledge.requirements;
        if !known.is_empty() && !known.contains(id) {
            let problem = Problem::UnknownRequirement { id: id.to_owned() }.at(span);
            let problem = problem.near(id, known.iter().map(String::as_str));
            self.problem(problem);
        }
    }

    pub fn file(&mut self, node: &Node) -> Option<FileName> {
        let written = self.text(node)?;
        let place = self.place(node.span);
        match joined(&place.file, &written) {
            Some(path) => Some(FileName { path, place }),
            None => {
                let problem = Problem::FilePath { path: written };
                self.problem(problem.at(node.span).hint("paths start from the folder of this file"));
                None
            }
        }
    }

    /// `TEXT` or `{secret: NAME}`.
    pub fn sensitive(&mut self, node: &Node) -> Option<Sensitive> {
        if matches!(node.value, Value::Scalar(_)) {
            return self.text(node).map(Sensitive::Spelt);
        }
        let fields = self.fields(node, "a secret", super::keys::SECRET);
        let named = self.needed(&fields, "secret")?;
        let name = self.text(named)?;
        if !self.declared.contains(&name) {
            let known: Vec<&str> = self.declared.iter().map(String::as_str).collect();
            let problem = Problem::UndeclaredSecret { name: name.clone() }.at(named.span);
            let problem = match known.is_empty() {
                true => problem.hint(format!("declare it: secrets: [{name}]")),
                false => problem.near(&name, known),
            };
            self.problem(problem);
        }
        self.secrets.insert(name.clone());
        Some(Sensitive::Secret(name))
    }

    pub fn matcher(&mut self, node: &Node) -> Option<Matcher> {
        self.matcher_at(node, 0)
    }

    fn matcher_at(&mut self, node: &Node, depth: usize) -> Option<Matcher> {
        if depth > MAX_MATCHER_DEPTH {
            let problem = Problem::TooMuch { what: "levels of conditions", limit: MAX_MATCHER_DEPTH };
            self.problem(problem.at(node.span));
            return None;
        }
        let Value::Mapping(entries) = &node.value else { return Some(Matcher::Equals(node.json())) };
        let fields = self.fields(node, "a condition", super::keys::MATCHER);
        let [entry] = entries.as_slice() else {
            self.wrong(node, "one condition");
            return None;
        };
        let value = fields.of(&entry.key)?;
        let inner = |decoder: &mut Self| decoder.matcher_at(value, depth + 1).map(Box::new);
        match entry.key.as_str() {
            "equals" => Some(Matcher::Equals(value.json())),
            "not" => inner(self).map(Matcher::Not),
            "contains" => inner(self).map(Matcher::Contains),
            "one-of" => {
                let any = self.list(value).iter().filter_map(|v| self.matcher_at(v, depth + 1));
                Some(Matcher::OneOf(any.collect()))
            }
            "matches" => {
                let text = self.text(value)?;
                if text.len() > MAX_PATTERN_OCTETS {
                    let problem = Problem::TooMuch { what: "octets in a pattern", limit: MAX_PATTERN_OCTETS };
                    self.problem(problem.at(value.span));
                    return None;
                }
                match RegexBuilder::new(&text).size_limit(MAX_COMPILED_OCTETS).build() {
                    Ok(pattern) => Some(Matcher::Matches(Box::new(pattern))),
                    Err(error) => {
                        self.problem(Problem::Pattern { reason: error.to_string() }.at(value.span));
                        None
                    }
                }
            }
            "at-least" => self.number(value, "a number").map(Matcher::AtLeast),
            "at-most" => self.number(value, "a number").map(Matcher::AtMost),
            "length" => self.number(value, "a number from 0").map(Matcher::Length),
            "absent" => match self.boolean(value)? {
                true => Some(Matcher::Absent),
                false => Some(Matcher::Not(Box::new(Matcher::Absent))),
            },
            _ => None,
        }
    }
}

/// The folder of a file joined with a path written in it; nothing for what is absolute or empty.
pub(super) fn joined(file: &str, written: &str) -> Option<String> {
    if written.is_empty() || written.starts_with('/') || written.contains(['\0', '\\']) {
        return None;
    }
    let folder = file.rsplit_once('/').map(|(folder, _)| folder);
    let is_absolute = file.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.unwrap_or_default().split('/').chain(written.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => return None,
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    Some(if is_absolute { format!("/{path}") } else { path })
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_start_from_the_folder_of_the_file() {
        assert_eq!(joined("a/b/c.yaml", "d.yaml").as_deref(), Some("a/b/d.yaml"));
        assert_eq!(joined("a/b/c.yaml", "../d.yaml").as_deref(), Some("a/d.yaml"));
        assert_eq!(joined("c.yaml", "../d/./e").as_deref(), Some("../d/e"));
        assert_eq!(joined("../c.yaml", "../d").as_deref(), Some("../../d"));
        assert_eq!(joined("/a/c.yaml", "../../d"), None);
        assert_eq!(joined("/a/c.yaml", "../d").as_deref(), Some("/d"));
        assert_eq!(joined("a", "/d"), None);
        assert_eq!(joined("a", ""), None);
    }
}
