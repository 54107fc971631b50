//! The XML writer, in the layout of Apple's own tools.

use super::writable;
use crate::plist::{Dictionary, Node, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
    <plist version=\"1.0\">\n";

/// The width of a line of base64, indentation at eight columns a tab included.
const DATA_COLUMNS: usize = 76;

/// Writes a value as an XML property list: UTF-8, Apple's document type, one tab a level, keys in the order given.
///
/// What a property list cannot hold is brought to the nearest it can: dates to whole seconds, integers to 64 bits,
/// characters XML forbids to U+FFFD. A keyed archiver's reference becomes the dictionary Core Foundation writes for it
/// (`CF$UID`). Everything else reads back as the same value. Recursion is as deep as the value.
pub fn write_xml(value: &Value) -> Vec<u8> {
    let mut out = String::from(HEAD);
    element(&mut out, value, 0);
    out.push_str("</plist>\n");
    out.into_bytes()
}

fn element(out: &mut String, value: &Value, level: usize) {
    indent(out, level);
    match value {
        Value::Dictionary(dictionary) => entries(out, dictionary, level),
        Value::Array(items) => array(out, items, level),
        Value::String(text) => leaf(out, "string", |out| escape(out, text)),
        Value::Data(bytes) => data(out, bytes, level),
        Value::Integer(number) => leaf(out, "integer", |out| display(out, number)),
        Value::Unsigned(number) => leaf(out, "integer", |out| display(out, number)),
        Value::Real(number) => leaf(out, "real", |out| match *number {
            n if n.is_nan() => out.push_str("nan"),
            n if n.is_infinite() => out.push_str(if n > 0.0 { "+infinity" } else { "-infinity" }),
            n => display(out, n),
        }),
        Value::Boolean(true) => out.push_str("<true/>\n"),
        Value::Boolean(false) => out.push_str("<false/>\n"),
        Value::Date(time) => leaf(out, "date", |out| out.push_str(&writable(*time).to_rfc3339())),
        Value::Uid(number) => entries(out, &Dictionary::new().with("CF$UID", *number), level),
    }
}

fn entries(out: &mut String, dictionary: &Dictionary, level: usize) {
    if dictionary.is_empty() {
        return out.push_str("<dict/>\n");
    }
    out.push_str("<dict>\n");
    for entry in &dictionary.entries {
        indent(out, level + 1);
        leaf(out, "key", |out| escape(out, &entry.key));
        element(out, &entry.node.value, level + 1);
    }
    indent(out, level);
    out.push_str("</dict>\n");
}

fn array(out: &mut String, items: &[Node], level: usize) {
    if items.is_empty() {
        return out.push_str("<array/>\n");
    }
    out.push_str("<array>\n");
    for item in items {
        element(out, &item.value, level + 1);
    }
    indent(out, level);
    out.push_str("</array>\n");
}

fn data(out: &mut String, bytes: &[u8], level: usize) {
    out.push_str("<data>\n");
    let width = DATA_COLUMNS.saturating_sub(level * 8).max(16) / 4 * 3;
    for line in bytes.chunks(width) {
        indent(out, level);
        STANDARD.encode_string(line, out);
        out.push('\n');
    }
    indent(out, level);
    out.push_str("</data>\n");
}

fn leaf(out: &mut String, name: &str, content: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    content(out);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n('\t', level));
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A bare CR would be read as a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            _ => out.push(c),
        }
    }
}
