//! The outer header put back in front of content that was taken out of a message.

use super::carrier::HeaderBlock;
use crate::message::header_protection::{addresses, is, is_structural, write};
use crate::mime::{Entity, Headers, canonicalise, is_field};

/// Puts the header fields of a message in front of the entity that was taken out of it, which arrives in pieces.
///
/// Fields that describe the content (`Content-*`) are the entity's. Where the entity has protected fields (RFC 9788),
/// they stand in the place of those outside, a `From` with other addresses only where the content is
/// [signed](HeaderMerge::signed) (RFC 9788, 4.4); `HP-Outer` fields go. Other fields
/// of an entity mean nothing (RFC 2045, 5), and where the message has them too, the message's stay. Content that has
/// no header becomes the body.
pub struct HeaderMerge {
    outer: Vec<u8>,
    signed: bool,
    from_differs: bool,
    /// The header of the content, as long as it is not complete.
    block: Option<HeaderBlock>,
}

impl HeaderMerge {
    /// Starts with the header of the message. Without one, content stays as it is.
    pub fn new(outer: &[u8]) -> HeaderMerge {
        HeaderMerge {
            outer: outer.to_vec(),
            signed: false,
            from_differs: false,
            block: (!outer.is_empty()).then(HeaderBlock::default),
        }
    }

    /// Says that the content is shown only if its signature holds: a protected `From` then takes the place of the one
    /// outside whatever addresses it has.
    pub fn signed(self) -> HeaderMerge {
        HeaderMerge { signed: true, ..self }
    }

    /// Feeds content and appends the message.
    pub fn update(&mut self, content: &[u8], out: &mut Vec<u8>) {
        let Some(block) = &mut self.block else {
            out.extend_from_slice(content);
            return;
        };
        let end = match block.update(content) {
            Ok(None) if block.first_line().is_none_or(is_header_line) => return,
            Ok(Some(end)) if block.first_line().is_none_or(is_header_line) => end,
            // No header: all of it is body.
            _ => 0,
        };
        self.complete(end, out);
    }

    /// Ends the content and appends the rest; says whether a protected `From` had other addresses than the one outside.
    pub fn finish(mut self, out: &mut Vec<u8>) -> bool {
        if let Some(block) = &self.block {
            let headed = block.first_line().unwrap_or(&block.octets);
            let end = if is_header_line(headed) { block.octets.len() } else { 0 };
            self.complete(end, out);
        }
        self.from_differs
    }

    fn complete(&mut self, end: usize, out: &mut Vec<u8>) {
        let Some(block) = self.block.take() else { return };
        let (inner, body) = block.octets.split_at_checked(end).unwrap_or((&block.octets, &[]));
        self.from_differs = merge(&self.outer, inner, self.signed, out);
        out.extend_from_slice(body);
    }
}

fn is_header_line(line: &[u8]) -> bool {
    is_field(line) || line.trim_ascii().is_empty()
}

/// Gives whether a protected `From` differs.
fn merge(outer: &[u8], inner: &[u8], signed: bool, out: &mut Vec<u8>) -> bool {
    // The outer header was read before; one inside that passes its bounds is left as it is.
    let read = |header| Headers::read(header).map(|(headers, _)| headers).unwrap_or_default();
    let outside = Entity { headers: read(outer), body: &[] };
    let inside = Entity { headers: read(inner), body: &[] };
    let protected = inside.content_type().parameter("hp").is_some();
    let from_differs =
        protected && inside.headers.first("from").is_some() && addresses(&outside) != addresses(&inside);
    let replaced = |name: &str| {
        let wins = signed || !from_differs || !name.eq_ignore_ascii_case("from");
        protected && wins && inside.headers.first(name).is_some()
    };
    for field in outside.headers.fields() {
        if !is_structural(field) && !replaced(field.name) {
            write(field.name, &canonicalise(field.value), out);
        }
    }
    write("MIME-Version", b" 1.0", out);
    for field in inside.headers.fields() {
        let outer_stays =
            !is_structural(field) && !replaced(field.name) && outside.headers.first(field.name).is_some();
        if !(is(field, "MIME-Version") || is(field, "HP-Outer") || outer_stays) {
            write(field.name, &canonicalise(field.value), out);
        }
    }
    out.extend_from_slice(b"\r\n");
    from_differs
}
