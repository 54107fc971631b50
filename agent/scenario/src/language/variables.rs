//! `${variables}`.
//!
//! A text that is one variable and nothing else becomes what the variable stands for, lists and mappings included;
//! inside a longer text a variable must be a text. `${name.key}` is a member of a mapping. `$${` is `${` itself.

use crate::diagnostic::{Diagnostic, Problem};
use crate::yaml::{Entry, MAX_NODES, Node, Scalar, Span, Value};
use std::collections::BTreeMap;

/// How deep variables may stand for variables.
pub const MAX_VARIABLE_DEPTH: usize = 8;

/// The longest text that variables may make, in octets.
pub const MAX_TEXT_OCTETS: usize = 64 * 1024;

/// What variables stand for.
pub(super) type Scope = BTreeMap<String, Node>;

/// Fills in variables, for one case.
pub(super) struct Filling<'s> {
    scope: &'s Scope,
    nodes: usize,
    octets: usize,
    pub problems: Vec<Diagnostic>,
}

impl<'s> Filling<'s> {
    pub fn new(scope: &'s Scope) -> Self {
        Filling { scope, nodes: 0, octets: 0, problems: Vec::new() }
    }

    /// The node with every variable filled in.
    pub fn fill(&mut self, node: &Node) -> Node {
        self.filled(node, &mut Vec::new())
    }

    fn filled(&mut self, node: &Node, inside: &mut Vec<String>) -> Node {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            // Once is enough to say it.
            if self.nodes == MAX_NODES + 1 {
                let problem = Problem::TooMuch { what: "values in a case", limit: MAX_NODES };
                self.problems.push(problem.at(node.span));
            }
            return Node::text("", node.span);
        }
        match &node.value {
            Value::Scalar(scalar) if !scalar.text.contains("${") => node.clone(),
            Value::Scalar(scalar) => self.scalar(scalar, node.span, inside),
            Value::Sequence(items) => Node {
                span: node.span,
                value: Value::Sequence(items.iter().map(|item| self.filled(item, inside)).collect()),
            },
            Value::Mapping(entries) => {
                let mut filled: Vec<Entry> = Vec::with_capacity(entries.len());
                for entry in entries {
                    let key = if entry.key.contains("${") {
                        let scalar = Scalar { text: entry.key.clone(), plain: false };
                        self.scalar(&scalar, entry.key_span, inside)
                            .scalar()
                            .map_or_else(String::new, |s| s.text.clone())
                    } else {
                        entry.key.clone()
                    };
                    if let Some(before) = filled.iter().find(|e| e.key == key) {
                        let line = before.key_span.line;
                        self.problems.push(Problem::DuplicateKey { key, line }.at(entry.key_span));
                        continue;
                    }
                    let value = self.filled(&entry.value, inside);
                    filled.push(Entry { key, key_span: entry.key_span, value });
                }
                Node { span: node.span, value: Value::Mapping(filled) }
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar, span: Span, inside: &mut Vec<String>) -> Node {
        let whole = scalar.text.strip_prefix("${").and_then(|t| t.strip_suffix('}'));
        if let Some(name) = whole.filter(|name| !name.contains(['$', '{', '}'])) {
            return self.value(name.trim(), span, inside).unwrap_or_else(|| Node::text("", span));
        }
        let mut text = String::new();
        let mut rest = scalar.text.as_str();
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            let from = from.strip_prefix("${").unwrap_or(from);
            if let Some(before) = before.strip_suffix('$') {
                text.push_str(before);
                text.push_str("${");
                rest = from;
                continue;
            }
            text.push_str(before);
            let Some((name, behind)) = from.split_once('}') else {
                let problem = Problem::OpenVariable.at(span).hint("a “${” that is meant is written “$${”");
                self.problems.push(problem);
                rest = "";
                break;
            };
            if let Some(value) = self.value(name.trim(), span, inside) {
                match value.scalar() {
                    Some(part) => text.push_str(&part.text),
                    None => {
                        let problem = Problem::VariableKind { name: name.to_owned(), kind: value.kind() };
                        self.problems.push(problem.at(span));
                    }
                }
            }
            rest = behind;
        }
        text.push_str(rest);
        self.octets += text.len();
        if text.len() > MAX_TEXT_OCTETS || self.octets > MAX_TEXT_OCTETS * 16 {
            let problem = Problem::TooMuch { what: "octets made by variables", limit: MAX_TEXT_OCTETS };
            self.problems.push(problem.at(span));
            return Node::text("", span);
        }
        Node { span, value: Value::Scalar(Scalar { text, plain: scalar.plain }) }
    }

    /// What a variable stands for, filled in itself.
    fn value(&mut self, name: &str, span: Span, inside: &mut Vec<String>) -> Option<Node> {
        let Some(found) = self.find(name) else {
            let known = self.scope.keys().map(String::as_str);
            self.problems.push(Problem::UnknownVariable { name: name.to_owned() }.at(span).near(name, known));
            return None;
        };
        if inside.iter().any(|outer| outer == name) {
            self.problems.push(Problem::VariableLoop { name: name.to_owned() }.at(span));
            return None;
        }
        if inside.len() >= MAX_VARIABLE_DEPTH {
            let what = "levels of variables that stand for variables";
            self.problems.push(Problem::TooMuch { what, limit: MAX_VARIABLE_DEPTH }.at(span));
            return None;
        }
        inside.push(name.to_owned());
        let node = self.filled(found, inside);
        inside.pop();
        Some(node)
    }

    fn find(&self, name: &str) -> Option<&'s Node> {
        if let Some(node) = self.scope.get(name) {
            return Some(node);
        }
        name.rmatch_indices('.').find_map(|(at, _)| {
            let (base, rest) = name.split_at(at);
            let node = self.scope.get(base)?;
            rest.strip_prefix('.')?.split('.').try_fold(node, |node, key| node.member(key))
        })
    }
}
