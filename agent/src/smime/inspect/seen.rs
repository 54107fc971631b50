//! What was seen so far: bounds on what is shown, and the first fault.

use super::view::{Certificate, Fault, Node, SharedCertificate};
use serde::Serialize;
use smime::TlvError;
use smime::cms::outline::OUTLINE_MAX;
use smime::mime::MimeError;
use std::io::{self, Write};
use std::rc::Rc;

/// How deep parts and layers are looked into.
const DEPTH_MAX: usize = 24;
/// How many parts and layers are shown.
const NODES_MAX: usize = 2000;

/// How much is kept around the contents of layers that are inside each other, in octets.
const HELD_MAX: usize = OUTLINE_MAX;
/// How much is shown of all parts and layers together, in octets of JSON without indentation.
const SHOWN_MAX: usize = 1024 * 1024;

#[derive(Default)]
pub(super) struct Seen {
    nodes: usize,
    held: usize,
    shown: usize,
    certificates: Vec<SharedCertificate>,
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

    /// Counts what a layer keeps around its content, more than before; gives whether it is too much.
    pub(super) fn holds_too_much(&mut self, more: usize) -> bool {
        self.held += more;
        self.held > HELD_MAX
    }

    /// What a layer kept is gone.
    pub(super) fn lets_go(&mut self, octets: usize) {
        self.held = self.held.saturating_sub(octets);
    }

    /// Counts what is to be shown (certificates are counted by [`Seen::certificate`]); gives what stands for it when it is
    /// too much.
    pub(super) fn shows(&mut self, shown: &impl Serialize) -> Option<Node> {
        self.shown = self.shown.saturating_add(length(shown));
        if self.shown <= SHOWN_MAX {
            return None;
        }
        Some(Node::NotShown { reason: format!("more than {SHOWN_MAX} octets of parts and layers") })
    }

    /// A certificate that is to be shown, counted once however many layers have it.
    pub(super) fn certificate(&mut self, certificate: Certificate) -> SharedCertificate {
        if let Some(known) = self.certificates.iter().find(|known| *known.0 == certificate) {
            return known.clone();
        }
        self.shown = self.shown.saturating_add(length(&certificate));
        let shared = SharedCertificate(Rc::new(certificate));
        if self.shown <= SHOWN_MAX {
            self.certificates.push(shared.clone());
        }
        shared
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

/// What layers inside each other keep is too much.
pub(super) fn too_much_held() -> String {
    format!(
        "what stands around the contents of layers inside each other passes the bound of {HELD_MAX} octets"
    )
}

/// How long something is in JSON.
fn length(shown: &impl Serialize) -> usize {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, shown).map_or(usize::MAX / 2, |()| length.0)
}

/// Counts octets.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0 += octets.len();
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_and_shown_stops_at_its_bounds() {
        let mut seen = Seen::default();
        assert!(!seen.holds_too_much(HELD_MAX));
        seen.lets_go(1);
        assert!(!seen.holds_too_much(1) && seen.holds_too_much(1));
        let text = |length: usize| "x".repeat(length - 2);
        assert!(seen.shows(&text(SHOWN_MAX)).is_none());
        assert!(matches!(seen.shows(&text(2)), Some(Node::NotShown { .. })));
        assert!(seen.first.is_none(), "what is not shown is not malformed");
    }
}
