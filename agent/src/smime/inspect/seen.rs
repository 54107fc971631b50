//! What was seen so far: bounds on what is shown, and the first fault.

use super::view::{Fault, Node};
use smime::TlvError;
use smime::mime::MimeError;

/// How deep parts and layers are looked into.
const DEPTH_MAX: usize = 24;
/// How many parts and layers are shown.
const NODES_MAX: usize = 2000;

#[derive(Default)]
pub(super) struct Seen {
    nodes: usize,
    pub layers: usize,
    pub first: Option<Fault>,
}

impl Seen {
    /// Notes a fault. `from` is where in the input the octets begin that `offset` counts, where they are those of the
    /// input.
    pub(super) fn fault(
        &mut self,
        path: &str,
        from: Option<u64>,
        offset: Option<u64>,
        expected: Option<&'static str>,
        message: String,
    ) -> Node {
        let file_offset = from.zip(offset).map(|(from, offset)| from + offset);
        let fault = Fault { path: path.to_owned(), offset, file_offset, expected, message };
        self.first.get_or_insert_with(|| fault.clone());
        Node::Malformed(fault)
    }

    /// Counts a node; gives what stands for it when it is one too many.
    pub(super) fn refuses(&mut self, depth: usize) -> Option<Node> {
        self.nodes += 1;
        let reason = if depth > DEPTH_MAX {
            format!("nested deeper than {DEPTH_MAX}")
        } else if self.nodes > NODES_MAX {
            format!("more than {NODES_MAX} parts and layers")
        } else {
            return None;
        };
        Some(Node::NotShown { reason })
    }
}

/// What is wrong with text, without the place.
pub(super) fn unplaced(error: &MimeError) -> String {
    match error {
        MimeError::Base64 { .. } => "this is not base64".to_owned(),
        MimeError::PemEnd { .. } => "the PEM text has no end of its block".to_owned(),
        other => other.to_string(),
    }
}

/// The octet and what was expected there.
pub(super) fn place(error: &TlvError) -> (Option<u64>, Option<&'static str>) {
    match error {
        TlvError::Unexpected { offset, expected } => (Some(*offset), Some(expected)),
        TlvError::Truncated { offset } => (Some(*offset), Some("more octets")),
        TlvError::Header { offset } => (Some(*offset), Some("an element")),
        TlvError::Trailing { offset } => (Some(*offset), Some("the end")),
        TlvError::Overrun { offset } => (Some(*offset), Some("an element that ends inside what encloses it")),
        TlvError::EndOfContents { offset } => (Some(*offset), Some("an element")),
        TlvError::Value { offset, what } => (Some(*offset), Some(what)),
        TlvError::Depth { offset, .. } | TlvError::TooLarge { offset, .. } => (Some(*offset), None),
        _ => (None, None),
    }
}

pub(super) fn below(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}/{step}") }
}
