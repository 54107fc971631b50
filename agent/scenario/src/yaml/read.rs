//! From octets to the tree.

use super::node::{Entry, Node, Scalar, Span, Value};
use crate::diagnostic::{Diagnostic, Problem};
use granit_parser::{Event, Marker, Options, Parser, ScalarStyle};
use std::collections::BTreeMap;

/// The largest file, in octets.
pub const MAX_FILE_OCTETS: usize = 1024 * 1024;

/// How deep lists and mappings may lie in one another.
pub const MAX_DEPTH: usize = 32;

/// The most nodes of one file, aliases counted as what they stand for.
pub const MAX_NODES: usize = 100_000;

/// The most keys of one mapping.
pub const MAX_KEYS: usize = 4_096;

/// Reads the one document of a source.
///
/// # Errors
/// One [`Diagnostic`]: what is no YAML, or more of it than the bounds of this module allow.
pub fn parse(text: &str, source: u32) -> Result<Node, Diagnostic> {
    let start = Span { source, line: 1, column: 1, ..Span::default() };
    if text.len() > MAX_FILE_OCTETS {
        return Err(Problem::TooMuch { what: "octets in a file", limit: MAX_FILE_OCTETS }.at(start));
    }
    let mut options = Options::default();
    options.disallow_directives = true;
    let mut builder =
        Builder { text, source, open: Vec::new(), anchors: BTreeMap::new(), nodes: 0, root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let place = builder.place(error.marker(), error.marker());
            Problem::Syntax { reason: error.info() }.at(place)
        })?;
        let place = builder.place(&span.start, &span.end);
        builder.take(event, place)?;
    }
    let null = || Node { span: start, value: Value::Scalar(Scalar { text: String::new(), plain: true }) };
    Ok(builder.root.unwrap_or_else(null))
}

/// A list or mapping that is being filled.
struct Open {
    span: Span,
    anchor: usize,
    value: Value,
    /// The key whose value comes next.
    key: Option<(String, Span)>,
}

struct Builder<'t> {
    text: &'t str,
    source: u32,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn place(&self, start: &Marker, end: &Marker) -> Span {
        let octet = |m: &Marker| m.byte_offset().unwrap_or(0).min(self.text.len());
        Span {
            source: self.source,
            start: octet(start),
            end: octet(end).max(octet(start)),
            line: u32::try_from(start.line()).unwrap_or(u32::MAX).max(1),
            column: u32::try_from(start.col()).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => Err(Problem::SecondDocument.at(span)),
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_some() {
                    return Err(Problem::Tag.at(span));
                }
                let plain = style == ScalarStyle::Plain;
                let scalar = Scalar { text: text.into_owned(), plain };
                self.put(Node { span, value: Value::Scalar(scalar) }, anchor, 1)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(Value::Sequence(Vec::new()), anchor, tag.is_some(), span)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(Value::Mapping(Vec::new()), anchor, tag.is_some(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(done) => {
                    let end = span.end.max(done.span.start);
                    let node = Node { span: Span { end, ..done.span }, value: done.value };
                    self.put(node, done.anchor, 1)
                }
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                // An alias inside what it stands for has no end.
                None => Err(Problem::AliasInside.at(span)),
                Some(node) => {
                    let (copy, size) = (Node { span, ..node.clone() }, node.size());
                    self.put(copy, 0, size)
                }
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, anchor: usize, tagged: bool, span: Span) -> Result<(), Diagnostic> {
        if tagged {
            return Err(Problem::Tag.at(span));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::TooMuch { what: "levels of lists and mappings", limit: MAX_DEPTH }.at(span));
        }
        self.open.push(Open { span, anchor, value, key: None });
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Diagnostic> {
        self.nodes = self.nodes.saturating_add(size);
        if self.nodes > MAX_NODES {
            return Err(Problem::TooMuch { what: "values in a file", limit: MAX_NODES }.at(node.span));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(top) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut top.value {
            Value::Sequence(items) => items.push(node),
            Value::Mapping(entries) => match top.key.take() {
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                None => {
                    let Value::Scalar(scalar) = node.value else {
                        return Err(Problem::KeyNotText.at(node.span));
                    };
                    if entries.len() >= MAX_KEYS {
                        return Err(
                            Problem::TooMuch { what: "keys in a mapping", limit: MAX_KEYS }.at(node.span)
                        );
                    }
                    if let Some(before) = entries.iter().find(|e| e.key == scalar.text) {
                        let line = before.key_span.line;
                        return Err(Problem::DuplicateKey { key: scalar.text, line }.at(node.span));
                    }
                    top.key = Some((scalar.text, node.span));
                }
            },
            Value::Scalar(_) => {}
        }
        Ok(())
    }
}
