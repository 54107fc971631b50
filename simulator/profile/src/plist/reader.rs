//! The door to both readers: which format it is, and what both have in common.

use super::{
    DOCUMENT_BYTES_MAX, Dictionary, FINDINGS_MAX, Node, ReadError, ReadReason, Span, Value, binary, xml,
};
use crate::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// The syntax a document turned out to have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// An XML property list.
    Xml,
    /// A binary property list.
    Binary,
    /// Neither, or one that cannot be read.
    #[default]
    Unreadable,
}

/// What reading a document gave: the value or why there is none, and what was found on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The format; `Unreadable` when there is no value.
    pub format: Format,
    /// The root value.
    pub root: Result<Node, ReadError>,
    /// Findings about the syntax, at most [`FINDINGS_MAX`]. The error in `root` is not among them.
    pub findings: Vec<Finding>,
}

/// Reads a property list, XML or binary.
///
/// # Errors
/// [`ReadError`] when it is neither, breaks its grammar or exceeds a limit of this module.
pub fn read(bytes: &[u8]) -> Result<Node, ReadError> {
    read_with_findings(bytes).root
}

/// Reads a property list, XML or binary, and tells what is odd about its syntax.
pub fn read_with_findings(bytes: &[u8]) -> Reading {
    let mut findings = Vec::new();
    let (format, root) = read_any(bytes, &mut findings);
    if let Ok(node) = &root {
        duplicate_keys(node, &mut findings);
    }
    let format = if root.is_ok() { format } else { Format::Unreadable };
    findings.truncate(FINDINGS_MAX);
    Reading { format, root, findings }
}

fn read_any(bytes: &[u8], findings: &mut Vec<Finding>) -> (Format, Result<Node, ReadError>) {
    let start = Span::new(0, bytes.len().min(8));
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let reason = ReadReason::TooLong { bytes: bytes.len(), limit: DOCUMENT_BYTES_MAX };
        return (Format::Unreadable, Err(reason.at(start)));
    }
    let reason = match bytes {
        [b'b', b'p', b'l', b'i', b's', b't', ..] => return (Format::Binary, binary::read(bytes)),
        // SEQUENCE with a long or indefinite length, as CMS has; or its PEM form.
        [0x30, 0x80..=0x84, ..] => ReadReason::Cms,
        _ if bytes.starts_with(b"-----BEGIN") => ReadReason::Armour,
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, b'<', ..] | [b'<', 0, ..] => {
            return (Format::Xml, xml::read(bytes, findings));
        }
        _ => {
            let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
            match text.iter().find(|b| !b.is_ascii_whitespace()) {
                Some(b'<') => return (Format::Xml, xml::read(bytes, findings)),
                None => ReadReason::Empty,
                Some(_) => ReadReason::UnknownFormat,
            }
        }
    };
    (Format::Unreadable, Err(reason.at(start)))
}

/// Reports every entry hidden by a later one of the same key, at any depth.
fn duplicate_keys(node: &Node, findings: &mut Vec<Finding>) {
    if findings.len() >= FINDINGS_MAX {
        return;
    }
    // No deeper than the readers go.
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| duplicate_keys(item, findings)),
        Value::Dictionary(dictionary) => {
            hidden_entries(dictionary, findings);
            dictionary.entries.iter().for_each(|entry| duplicate_keys(&entry.node, findings));
        }
        _ => {}
    }
}

fn hidden_entries(dictionary: &Dictionary, findings: &mut Vec<Finding>) {
    let mut pairs = Vec::new();
    dictionary.repeated(&mut |earlier, later| pairs.push((later, earlier)));
    pairs.sort_unstable();
    let entry = |at: u32| dictionary.entries.get(at as usize);
    let room = FINDINGS_MAX.saturating_sub(findings.len());
    for (hidden, entry) in pairs.iter().take(room).filter_map(|(b, a)| Some((entry(*a)?, entry(*b)?))) {
        let same = hidden.node == entry.node;
        let key = super::error::short(&entry.key);
        let message = if same {
            format!("the key {key:?} is given twice, with the same value")
        } else {
            format!("the key {key:?} is given twice, with different values; the last one counts")
        };
        findings.push(
            Finding::new(
                "xml-duplicate-key",
                if same { Severity::Warning } else { Severity::Error },
                message,
                "Core Foundation, CFPropertyList.c (open source): later pairs replace earlier ones",
            )
            .at(entry.key_span)
            .help("keep one of the two"),
        );
    }
}
