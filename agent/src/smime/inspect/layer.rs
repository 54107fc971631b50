//! A layer of CMS that arrives in pieces, and what is inside it.

use super::build;
use super::entity::{EntityReader, begins_header};
use super::seen::{Seen, below, place, too_much_held};
use super::view::{self, Layer, Node};
use smime::cms::outline::{Body, Outline, OutlineReader, oid_name};
use smime::cms::{self, CmsError, Decompressor};
use smime::{Certificate, MAX_CERTIFICATE_SIZE, TlvError};

/// How much of what may be compressed is read at a time: it becomes up to 1032 times as long.
const EXPANDING: usize = 1024;

pub(super) struct LayerReader {
    path: String,
    depth: usize,
    /// Where in the input it begins, if its octets are those of the input.
    from: Option<u64>,
    state: State,
    /// What arrived, as long as it could be a certificate that was taken for a message.
    certificate: Option<Vec<u8>>,
    /// How many octets came, and whether the message has ended.
    size: u64,
    ended: bool,
    content: Option<Box<ContentReader>>,
    /// What expands compressed content, or why it does not any more.
    decompressor: Option<Result<Box<Decompressor>, CmsError>>,
    /// The octets up to the one that tells what the message is.
    head: Vec<u8>,
    /// How many octets it keeps around the content.
    held: usize,
    expanded: u64,
    octets: Vec<u8>,
}

enum State {
    Unseen,
    Reading(Box<OutlineReader>),
    Over(Box<Node>),
}

impl LayerReader {
    pub(super) fn new(path: String, depth: usize, from: Option<u64>) -> LayerReader {
        LayerReader {
            path,
            depth,
            from,
            state: State::Unseen,
            certificate: Some(Vec::new()),
            size: 0,
            ended: false,
            content: None,
            decompressor: None,
            head: Vec::new(),
            held: 0,
            expanded: 0,
            octets: Vec::new(),
        }
    }

    fn begin(&mut self, seen: &mut Seen) {
        if let State::Unseen = self.state {
            self.state = match seen.refuses(self.depth) {
                Some(refused) => State::Over(Box::new(refused)),
                None => State::Reading(Box::new(OutlineReader::new())),
            };
        }
    }

    pub(super) fn update(&mut self, octets: &[u8], seen: &mut Seen) {
        let may_expand = |state: &State| match state {
            State::Reading(outline) => {
                matches!(outline.message_type(), None | Some(cms::COMPRESSED_DATA))
            }
            _ => false,
        };
        self.begin(seen);
        let mut rest = octets;
        while !rest.is_empty() {
            let length = if may_expand(&self.state) { EXPANDING.min(rest.len()) } else { rest.len() };
            let (piece, later) = rest.split_at(length);
            self.take(piece, seen);
            rest = later;
        }
    }

    fn take(&mut self, octets: &[u8], seen: &mut Seen) {
        let before = self.size;
        self.size += octets.len() as u64;
        if let Some(kept) = &mut self.certificate {
            kept.extend_from_slice(octets.get(..MAX_CERTIFICATE_SIZE).unwrap_or(octets));
            if kept.len() > MAX_CERTIFICATE_SIZE || cms::is_cms(kept) {
                self.certificate = None;
            }
        }
        let State::Reading(outline) = &mut self.state else { return };
        if outline.message_type().is_none() {
            self.head.extend_from_slice(octets);
        }
        let fed = match self.ended {
            true => Err(TlvError::Trailing { offset: before }.into()),
            false => outline.update(octets, &mut self.octets),
        };
        let held = std::mem::replace(&mut self.held, outline.kept());
        let too_much = seen.holds_too_much(self.held - held);
        let kind = outline.message_type();
        let content_type = outline.content_type();
        if kind == Some(cms::COMPRESSED_DATA) {
            self.expand(octets);
        } else if kind.is_some() {
            self.head = Vec::new();
        }
        if !self.octets.is_empty() {
            let (path, depth) = (below(&self.path, "content"), self.depth + 1);
            let is_data = content_type.as_ref().and_then(oid_name) == Some("data");
            self.content
                .get_or_insert_with(|| Box::new(ContentReader::new(path, depth, is_data)))
                .update(&self.octets, seen);
            self.octets.clear();
        }
        match fed {
            Ok(()) if too_much => {
                let fault = seen.fault(&self.path, self.from, Some(before), None, too_much_held());
                self.state = State::Over(Box::new(fault));
            }
            Ok(()) => {}
            // Line ends that transport put behind it.
            Err(CmsError::Encoding(TlvError::Trailing { offset }))
                if only_line_ends(offset.checked_sub(before), octets) =>
            {
                self.ended = true;
            }
            Err(error) => self.break_off(&error, seen),
        }
    }

    /// Puts what is expanded in the place of what is compressed.
    fn expand(&mut self, octets: &[u8]) {
        self.octets.clear();
        if self.ended {
            return;
        }
        let decompressor =
            self.decompressor.get_or_insert_with(|| Ok(Box::new(Decompressor::new(cms::DECOMPRESSED_MAX))));
        // What told that it is compressed may have come in pieces.
        let head = std::mem::take(&mut self.head);
        let input = if head.is_empty() { octets } else { &head };
        if let Ok(running) = decompressor {
            match running.update(input, &mut self.octets) {
                Ok(()) | Err(CmsError::Encoding(_)) => {}
                Err(error) => *decompressor = Err(error),
            }
        }
        self.expanded += self.octets.len() as u64;
    }

    fn break_off(&mut self, error: &CmsError, seen: &mut Seen) {
        let (offset, expected) = match error {
            CmsError::Encoding(error) => place(error),
            _ => (Some(self.size), None),
        };
        let mut message = error.to_string();
        if self.certificate.as_ref().is_some_and(|kept| Certificate::from_der(kept).is_ok()) {
            message.push_str("; this is a certificate, not a message");
        }
        self.state = State::Over(Box::new(seen.fault(&self.path, self.from, offset, expected, message)));
    }

    pub(super) fn finish(mut self, seen: &mut Seen) -> Node {
        self.begin(seen);
        seen.lets_go(std::mem::take(&mut self.held));
        let outline = match std::mem::replace(&mut self.state, State::Unseen) {
            State::Reading(outline) => match outline.finish() {
                Ok(outline) => outline,
                Err(error) => {
                    self.break_off(&error, seen);
                    return self.finish(seen);
                }
            },
            State::Over(node) => return *node,
            State::Unseen => return Node::NotShown { reason: "nothing".to_owned() },
        };
        let Outline { content_type, size, encoding, body } = outline;
        seen.layers += 1;
        let layer = Layer {
            path: self.path.clone(),
            content_type: build::named(&content_type),
            size,
            encoding: view::Encoding {
                form: if encoding.is_der() { "DER" } else { "BER" },
                indefinite_lengths: encoding.indefinite,
                constructed_strings: encoding.constructed_strings,
                long_lengths: encoding.long_lengths,
                unsorted_sets: encoding.unsorted_sets,
            },
        };
        match body {
            Body::Signed(signed) => {
                // Content of no octets is content.
                let is_data = oid_name(&signed.content_type) == Some("data");
                let (path, depth) = (below(&self.path, "content"), self.depth + 1);
                let content = self.content.take().or_else(|| {
                    signed.content_size.map(|_| Box::new(ContentReader::new(path, depth, is_data)))
                });
                let content = content.map(|content| Box::new(content.finish(seen)));
                let mut shown = build::signed(layer, signed, seen);
                // Those were counted.
                let certificates = std::mem::take(&mut shown.certificates);
                if let Some(refused) = seen.shows(&shown) {
                    return refused;
                }
                (shown.certificates, shown.content) = (certificates, content);
                Node::SignedData(shown)
            }
            Body::Enveloped(enveloped) => {
                let authenticated = enveloped.authenticated;
                let shown = build::enveloped(layer, *enveloped);
                match (seen.shows(&shown), authenticated) {
                    (Some(refused), _) => refused,
                    (None, true) => Node::AuthEnvelopedData(shown),
                    (None, false) => Node::EnvelopedData(shown),
                }
            }
            Body::Compressed(compressed) => {
                let known = oid_name(&compressed.algorithm) == Some("zlib");
                let inside = compressed.compressed_size.is_some();
                let expanded = self.decompressor.take().unwrap_or(Err(CmsError::Compression));
                let ended = expanded.and_then(|decompressor| decompressor.finish().map(|_| ()));
                let content = match ended {
                    _ if !inside => None,
                    _ if !known => Some(Node::NotShown { reason: "the compression is not known".to_owned() }),
                    Ok(()) => {
                        let (path, depth) = (below(&self.path, "content"), self.depth + 1);
                        let is_data = oid_name(&compressed.content_type) == Some("data");
                        let content = self.content.take();
                        let content =
                            content.unwrap_or_else(|| Box::new(ContentReader::new(path, depth, is_data)));
                        Some(content.finish(seen))
                    }
                    Err(error @ CmsError::Expansion { .. }) => {
                        Some(Node::NotShown { reason: error.to_string() })
                    }
                    Err(error) => {
                        let expected = Some("content compressed with zlib");
                        Some(seen.fault(&self.path, self.from, Some(size), expected, error.to_string()))
                    }
                };
                let expanded = matches!(&content, Some(node) if !matches!(node, Node::NotShown { .. } | Node::Malformed(_)));
                Node::CompressedData(build::compressed(
                    layer,
                    &compressed,
                    expanded.then_some(self.expanded),
                    content,
                ))
            }
            _ => Node::OtherCms(view::Other { layer }),
        }
    }
}

fn only_line_ends(from: Option<u64>, octets: &[u8]) -> bool {
    let rest = from.and_then(|from| octets.get(usize::try_from(from).ok()?..));
    rest.is_some_and(|rest| rest.iter().all(|octet| b"\r\n".contains(octet)))
}

/// What stands inside a layer.
struct ContentReader {
    path: String,
    depth: usize,
    /// Whether it is of the type that carries MIME.
    is_data: bool,
    kind: Kind,
}

enum Kind {
    /// The first octets.
    Beginning(Vec<u8>),
    Cms(Box<LayerReader>),
    Entity(Box<EntityReader>),
    Octets {
        size: u64,
        first: Vec<u8>,
        text: Utf8,
    },
    Refused(Box<Node>),
}

/// How many octets tell what content is.
const SNIFFED: usize = 1000;

impl ContentReader {
    fn new(path: String, depth: usize, is_data: bool) -> ContentReader {
        ContentReader { path, depth, is_data, kind: Kind::Beginning(Vec::new()) }
    }

    fn update(&mut self, octets: &[u8], seen: &mut Seen) {
        match &mut self.kind {
            Kind::Beginning(first) => {
                first.extend_from_slice(octets);
                let line_ends = first.contains(&b'\n');
                if first.len() >= SNIFFED || line_ends && first.len() >= 64 {
                    self.begin(seen);
                }
            }
            Kind::Cms(layer) => layer.update(octets, seen),
            Kind::Entity(entity) => entity.update(octets, seen),
            Kind::Octets { size, first, text } => {
                *size += octets.len() as u64;
                let room = 16usize.saturating_sub(first.len());
                first.extend_from_slice(octets.get(..room).unwrap_or(octets));
                text.update(octets);
            }
            Kind::Refused(_) => {}
        }
    }

    fn begin(&mut self, seen: &mut Seen) {
        let Kind::Beginning(first) = &mut self.kind else { return };
        let first = std::mem::take(first);
        let headed = begins_header(&first) || first.starts_with(b"\r\n") || first.starts_with(b"\n");
        let (path, depth) = (self.path.clone(), self.depth);
        self.kind = if self.is_data && cms::is_cms(&first) {
            Kind::Cms(Box::new(LayerReader::new(path, depth, None)))
        } else if self.is_data && headed {
            Kind::Entity(Box::new(EntityReader::new(path, depth, None, seen).inside(true)))
        } else {
            match seen.refuses(depth) {
                Some(refused) => Kind::Refused(Box::new(refused)),
                None => Kind::Octets { size: 0, first: Vec::new(), text: Utf8::default() },
            }
        };
        self.update(&first, seen);
    }

    fn finish(mut self, seen: &mut Seen) -> Node {
        self.begin(seen);
        match self.kind {
            Kind::Cms(layer) => layer.finish(seen),
            Kind::Entity(entity) => entity.finish(seen),
            Kind::Refused(node) => *node,
            Kind::Beginning(_) => Node::Octets { size: 0, looks_like: Some("text") },
            Kind::Octets { size, first, text } => {
                let looks_like = if first.starts_with(b"bplist00") {
                    Some("a binary property list")
                } else if first.starts_with(b"<?xml") || first.starts_with(b"\xef\xbb\xbf<?xml") {
                    Some("XML, such as a configuration profile")
                } else if text.is_text() {
                    Some("text")
                } else {
                    None
                };
                Node::Octets { size, looks_like }
            }
        }
    }
}

/// Whether what arrives is UTF-8.
#[derive(Default)]
struct Utf8 {
    /// The beginning of a character.
    open: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    fn update(&mut self, octets: &[u8]) {
        if self.broken {
            return;
        }
        let joined;
        let octets = match self.open.is_empty() {
            true => octets,
            false => {
                joined = [self.open.as_slice(), octets].concat();
                &joined
            }
        };
        let (open, broken) = match std::str::from_utf8(octets) {
            Ok(_) => (Vec::new(), false),
            Err(error) => {
                let rest = octets.get(error.valid_up_to()..).unwrap_or_default();
                (rest.to_vec(), error.error_len().is_some())
            }
        };
        self.broken = broken;
        self.open = if broken { Vec::new() } else { open };
    }

    fn is_text(&self) -> bool {
        !self.broken && self.open.is_empty()
    }
}
