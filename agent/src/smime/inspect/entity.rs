//! A MIME entity that arrives in pieces: its header, its parts, and what they hold.

use super::layer::LayerReader;
use super::seen::{Seen, below, unplaced};
use super::view::{self, Node};
use smime::cms;
use smime::message::stream::{Found, HeaderBlock, Parts, TransferDecoder};
use smime::mime::{Entity, MimeError, PARTS_MAX, TransferEncoding};

/// How many octets tell whether an attachment is CMS.
const SNIFFED: usize = 64;
/// A signed multipart has all its parts though it does not end.
const UNCLOSED: &str =
    "the last boundary of the multipart is missing; what stands behind the signature may be cut off";
const NO_PART: &str = "the multipart has no part: its boundary does not occur";
const CUT_SHORT: &str = "the multipart is cut short: its last boundary is missing";
const NO_BOUNDARY: &str = "the multipart names no usable boundary, and is not looked into";
/// The parts of one multipart beyond [`PARTS_MAX`] are not looked at, which is no fault of theirs.
const OVERFULL: &str = "it has more than 1000 parts; those behind them are passed over";
const _: () = assert!(PARTS_MAX == 1000);
const SIGNATURES: [&str; 2] = ["application/pkcs7-signature", "application/x-pkcs7-signature"];

/// Whether octets begin as header fields do. Some mail folders put a line in front that begins with `From`.
pub(super) fn begins_header(octets: &[u8]) -> bool {
    let line = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
    let is_field = name.len() < line.len()
        && !name.trim_ascii_end().is_empty()
        && name.trim_ascii_end().iter().all(u8::is_ascii_graphic);
    is_field || line.starts_with(b"From ")
}

pub(super) struct EntityReader {
    path: String,
    depth: usize,
    /// Where in the input it begins, if its octets are those of the input.
    from: Option<u64>,
    /// How many octets came.
    size: u64,
    /// How many of them are the header.
    header: u64,
    /// Whether it is content of a layer, where MIME may be as it likes: the layer is no worse for it.
    content: bool,
    state: State,
}

enum State {
    Header(HeaderBlock),
    Body(Box<view::Entity>, Body),
    /// What stands for the entity.
    Over(Box<Node>),
}

enum Body {
    Multipart(Box<Multipart>),
    /// A message, or CMS.
    Encoded(TransferDecoder, Vec<u8>, Inner),
    /// Nothing that is looked into, or nothing any more.
    Ignored,
}

enum Inner {
    Message(Box<EntityReader>),
    Cms(Box<LayerReader>),
    /// It may be CMS by its name.
    Perhaps,
    Other,
}

struct Multipart {
    parts: Parts,
    count: usize,
    current: Option<Box<EntityReader>>,
    nodes: Vec<Node>,
    signed: bool,
    overfull: bool,
}

impl EntityReader {
    pub(super) fn new(path: String, depth: usize, from: Option<u64>, seen: &mut Seen) -> EntityReader {
        let state = match seen.refuses(depth) {
            Some(refused) => State::Over(Box::new(refused)),
            None => State::Header(HeaderBlock::default()),
        };
        EntityReader { path, depth, from, size: 0, header: 0, content: false, state }
    }

    /// Says whether it is in what a layer encloses or a signature stands beside.
    pub(super) fn inside(self, content: bool) -> EntityReader {
        EntityReader { content, ..self }
    }

    pub(super) fn update(&mut self, octets: &[u8], seen: &mut Seen) {
        self.size += octets.len() as u64;
        match &mut self.state {
            State::Over(_) => {}
            State::Header(block) => match block.update(octets) {
                Ok(None) => {}
                Ok(Some(end)) => {
                    let mut header = std::mem::take(&mut block.octets);
                    let body = header.split_off(end.min(header.len()));
                    self.begin(&header, seen);
                    self.body(&body, seen);
                }
                Err(error) => self.refuse(&error, seen),
            },
            State::Body(..) => self.body(octets, seen),
        }
    }

    /// The header cannot be read.
    fn refuse(&mut self, error: &MimeError, seen: &mut Seen) {
        let expected = Some("a header that ends with an empty line");
        self.state =
            State::Over(Box::new(seen.fault(&self.path, self.from, Some(0), expected, error.to_string())));
    }

    fn begin(&mut self, header: &[u8], seen: &mut Seen) {
        self.header = header.len() as u64;
        let entity = match Entity::read(header) {
            Ok(entity) => entity,
            Err(error) => return self.refuse(&error, seen),
        };
        let kind = entity.content_type();
        let own = |name: &str| kind.parameter(name).map(str::to_owned);
        let mut shown = view::Entity {
            path: self.path.clone(),
            content_type: if kind.essence.is_empty() {
                "text/plain".to_owned()
            } else {
                kind.essence.clone()
            },
            smime_type: own("smime-type"),
            protocol: own("protocol"),
            micalg: own("micalg"),
            header_protection: own("hp"),
            file_name: entity.file_name(),
            transfer_encoding: match entity.transfer_encoding() {
                TransferEncoding::Identity => "7bit or 8bit".to_owned(),
                TransferEncoding::Binary => "binary".to_owned(),
                TransferEncoding::Base64 => "base64".to_owned(),
                TransferEncoding::QuotedPrintable => "quoted-printable".to_owned(),
                TransferEncoding::Other(name) => name,
                _ => "another".to_owned(),
            },
            size: 0,
            notes: Vec::new(),
            parts: Vec::new(),
        };
        if let Some(refused) = seen.shows(&shown) {
            self.state = State::Over(Box::new(refused));
            return;
        }
        let essence = kind.essence.as_str();
        // What is decoded has other octets than the input.
        let plain =
            matches!(entity.transfer_encoding(), TransferEncoding::Identity | TransferEncoding::Binary);
        let body_from = self.from.filter(|_| plain).map(|from| from + self.header);
        let body = if essence.starts_with("multipart/") {
            let protocol = kind.parameter("protocol").map(str::to_ascii_lowercase);
            let ours = protocol.is_some_and(|protocol| SIGNATURES.contains(&protocol.as_str()));
            let signed = essence == "multipart/signed" && ours;
            match Parts::new(kind.parameter("boundary").unwrap_or_default()) {
                Ok(parts) => {
                    let (current, nodes) = (None, Vec::new());
                    Ok(Body::Multipart(Box::new(Multipart {
                        parts,
                        count: 0,
                        current,
                        nodes,
                        signed,
                        overfull: false,
                    })))
                }
                Err(_) if self.content && !signed => {
                    shown.notes.push(NO_BOUNDARY);
                    Ok(Body::Ignored)
                }
                Err(error) => Err((error, "a multipart with a boundary")),
            }
        } else {
            let inner = match essence {
                "message/rfc822" => {
                    let path = below(&self.path, "message");
                    let message = EntityReader::new(path, self.depth + 1, body_from, seen);
                    Inner::Message(Box::new(message.inside(self.content)))
                }
                "application/pkcs7-mime" | "application/x-pkcs7-mime" => self.cms(body_from),
                essence if SIGNATURES.contains(&essence) => self.cms(body_from),
                "application/octet-stream" if is_named(&entity) => Inner::Perhaps,
                _ => Inner::Other,
            };
            match inner {
                Inner::Other => Ok(Body::Ignored),
                inner => TransferDecoder::new(entity.transfer_encoding())
                    .map(|decoder| Body::Encoded(decoder, Vec::new(), inner))
                    .map_err(|error| (error, "another transfer encoding")),
            }
        };
        let body = body.unwrap_or_else(|(error, expected)| {
            shown.parts.push(seen.fault(
                &self.path,
                self.from,
                Some(self.header),
                Some(expected),
                unplaced(&error),
            ));
            Body::Ignored
        });
        self.state = State::Body(Box::new(shown), body);
    }

    fn cms(&self, from: Option<u64>) -> Inner {
        Inner::Cms(Box::new(LayerReader::new(self.path.clone(), self.depth + 1, from)))
    }

    fn body(&mut self, octets: &[u8], seen: &mut Seen) {
        let EntityReader { path, depth, from, state, header, content, .. } = self;
        let body_from = from.map(|from| from + *header);
        let State::Body(shown, body) = state else { return };
        match body {
            Body::Ignored => {}
            Body::Multipart(multipart) => {
                let Multipart { parts, count, current, nodes, overfull, signed } = multipart.as_mut();
                let content = *content || *signed;
                let done: Result<(), ()> = parts.update(octets, |found| {
                    part(found, path, *depth, body_from, content, count, current, nodes, overfull, seen);
                    Ok(())
                });
                debug_assert!(done.is_ok());
            }
            Body::Encoded(decoder, decoded, inner) => {
                let result = decoder.update(octets, decoded);
                hand_on(decoded, inner, false, path, *depth, seen);
                if let Err(error) = result {
                    shown.parts.push(encoding_fault(&error, path, *from, *header, seen));
                    *body = Body::Ignored;
                }
            }
        }
    }

    pub(super) fn finish(mut self, seen: &mut Seen) -> Node {
        if let State::Header(block) = &mut self.state {
            let header = std::mem::take(&mut block.octets);
            self.begin(&header, seen);
        }
        let EntityReader { path, depth, from, size, header, content, state } = self;
        let body_from = from.map(|from| from + header);
        let (mut shown, body) = match state {
            State::Over(node) => return *node,
            State::Body(shown, body) => (shown, body),
            State::Header(_) => return Node::NotShown { reason: "no header".to_owned() },
        };
        shown.size = size;
        match body {
            Body::Ignored => {}
            Body::Multipart(multipart) => {
                let Multipart { mut parts, mut count, mut current, mut nodes, signed, mut overfull } =
                    *multipart;
                let done: Result<(), ()> = parts.finish(|found| {
                    part(
                        found,
                        &path,
                        depth,
                        body_from,
                        content || signed,
                        &mut count,
                        &mut current,
                        &mut nodes,
                        &mut overfull,
                        seen,
                    );
                    Ok(())
                });
                debug_assert!(done.is_ok());
                nodes.extend(current.map(|current| current.finish(seen)));
                if overfull {
                    shown.notes.push(OVERFULL);
                }
                if content && !signed && (count == 0 || !parts.is_closed()) {
                    shown.notes.push(if count == 0 { NO_PART } else { CUT_SHORT });
                } else if count == 0 {
                    let message = NO_PART.to_owned();
                    nodes.push(seen.fault(
                        &path,
                        from,
                        Some(size),
                        Some("a line with the boundary"),
                        message,
                    ));
                } else if signed && count != 2 {
                    let message = format!("a signed multipart has two parts, this one has {count}");
                    nodes.push(seen.fault(&path, from, Some(size), Some("two parts"), message));
                } else if signed && !parts.is_closed() {
                    shown.notes.push(UNCLOSED);
                } else if !parts.is_closed() {
                    let message = CUT_SHORT.to_owned();
                    nodes.push(seen.fault(&path, from, Some(size), Some("the closing boundary"), message));
                }
                shown.parts.append(&mut nodes);
            }
            Body::Encoded(mut decoder, mut decoded, mut inner) => {
                let result = decoder.finish(&mut decoded);
                hand_on(&mut decoded, &mut inner, true, &path, depth, seen);
                let fault = result.err().map(|error| encoding_fault(&error, &path, from, header, seen));
                match (fault, inner) {
                    (Some(fault), _) => shown.parts.push(fault),
                    (None, Inner::Message(message)) => shown.parts.push(message.finish(seen)),
                    (None, Inner::Cms(layer)) => shown.parts.push(layer.finish(seen)),
                    (None, Inner::Perhaps | Inner::Other) => {}
                }
            }
        }
        Node::Mime(*shown)
    }
}

/// Takes what was found in a multipart.
#[allow(clippy::too_many_arguments)] // parts of one value that is borrowed in pieces
fn part(
    found: Found<'_>,
    path: &str,
    depth: usize,
    body_from: Option<u64>,
    content: bool,
    count: &mut usize,
    current: &mut Option<Box<EntityReader>>,
    nodes: &mut Vec<Node>,
    overfull: &mut bool,
    seen: &mut Seen,
) {
    match found {
        Found::Octets(octets) => {
            if let Some(entity) = current {
                entity.update(octets, seen);
            }
        }
        Found::Part { at } => {
            nodes.extend(current.take().map(|entity| entity.finish(seen)));
            *overfull |= *count >= PARTS_MAX;
            if !*overfull {
                *count += 1;
                let path = below(path, &count.to_string());
                let from = body_from.map(|from| from + at);
                let entity = EntityReader::new(path, depth + 1, from, seen);
                *current = Some(Box::new(entity.inside(content)));
            }
        }
    }
}

/// Hands on what was decoded.
fn hand_on(decoded: &mut Vec<u8>, inner: &mut Inner, end: bool, path: &str, depth: usize, seen: &mut Seen) {
    if let Inner::Perhaps = inner {
        if decoded.len() < SNIFFED && !end {
            return;
        }
        *inner = match cms::is_cms(decoded) {
            true => Inner::Cms(Box::new(LayerReader::new(path.to_owned(), depth + 1, None))),
            false => Inner::Other,
        };
    }
    match inner {
        Inner::Message(message) => message.update(decoded, seen),
        Inner::Cms(layer) => layer.update(decoded, seen),
        Inner::Perhaps | Inner::Other => {}
    }
    decoded.clear();
}

fn encoding_fault(error: &MimeError, path: &str, from: Option<u64>, header: u64, seen: &mut Seen) -> Node {
    let (offset, expected) = match error {
        MimeError::Base64 { offset } => (header + offset, Some("base64")),
        _ => (header, None),
    };
    seen.fault(path, from, Some(offset), expected, unplaced(error))
}

/// Whether an entity may be CMS by its name (RFC 8551, 3.2.1).
fn is_named(entity: &Entity<'_>) -> bool {
    entity.file_name().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".p7m", ".p7s", ".p7c", ".p7z"].iter().any(|extension| name.ends_with(extension))
    })
}
