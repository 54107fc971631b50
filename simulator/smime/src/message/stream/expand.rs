//! Compressed layers inside what was opened, taken off on the way out.

use super::carrier::HeaderBlock;
use super::feed::Feed;
use super::transfer::TransferDecoder;
use crate::cms::{self, CmsError, Decompressor};
use crate::message::open::has_extension;
use crate::message::{LAYERS_MAX, SmimeError};
use crate::mime::{Entity, HEADER_BLOCK_MAX, MimeError, is_field};
use crate::tlv::write;
use const_oid::ObjectIdentifier;

/// How many octets tell what content is.
const SNIFFED: usize = 64;
/// How many octets of a message to read next while it may turn out to be compressed, and when it has: they become up to
/// 1032 times as many (zlib's technical details, "Maximum Compression Factor").
pub(super) const UNSETTLED: usize = 4096;
/// The same, once it is compressed.
pub(super) const EXPANDING: usize = 1024;
/// How many octets of an entity are kept, header and all, until its body has told what it is: a body that decodes to
/// hardly anything is nobody's CMS.
const KEPT_MAX: usize = 2 * HEADER_BLOCK_MAX;

/// Takes compressed layers (RFC 3274; RFC 8551, 3.6) off content that arrives in pieces, and hands on everything else as
/// it is.
///
/// What is wrong with a compressed layer is told at the end and by no other way: content arrives before it was checked,
/// and what it makes a reader say must not depend on it (EFAIL).
pub(super) struct Expander {
    state: State,
    /// How many compressed layers are around.
    depth: usize,
    error: Option<SmimeError>,
}

enum State {
    /// The first octets.
    Start(Vec<u8>),
    Header(HeaderBlock),
    /// An entity that may be CMS: its octets, what decodes its body, and what that gave.
    Body(Box<(Vec<u8>, TransferDecoder, Vec<u8>)>),
    Compressed(Box<Compressed>),
    /// Nothing that is compressed.
    Plain,
    /// Something that cannot be expanded.
    Broken,
}

struct Compressed {
    /// What the body of an entity is decoded with.
    decoder: Option<TransferDecoder>,
    feed: Feed,
    decompressor: Decompressor,
    /// Whether the ContentInfo around it is ours.
    framed: bool,
    inner: Expander,
}

impl Expander {
    /// Starts content of a type; `depth` compressed layers are around it.
    pub(super) fn new(content_type: ObjectIdentifier, depth: usize) -> Expander {
        let mut expander = Expander { state: State::Plain, depth, error: None };
        match content_type {
            cms::DATA => expander.state = State::Start(Vec::new()),
            cms::COMPRESSED_DATA => expander.start_framed(),
            _ => {}
        }
        expander
    }

    /// Content of the type itself stands without a ContentInfo (RFC 5652, 5.2); some writers add one all the same.
    fn start_framed(&mut self) {
        if let Some(compressed) = self.compressed(None, true) {
            self.state = State::Compressed(Box::new(compressed));
        }
    }

    /// A compressed layer; what is inside it has one more around.
    fn compressed(&mut self, decoder: Option<TransferDecoder>, framed: bool) -> Option<Compressed> {
        if self.depth >= LAYERS_MAX {
            self.state = State::Broken;
            self.error = Some(SmimeError::TooManyLayers { limit: LAYERS_MAX });
            return None;
        }
        let lenient = decoder.as_ref().is_some_and(TransferDecoder::keeps_line_ends);
        Some(Compressed {
            decoder,
            feed: Feed::new(lenient),
            decompressor: Decompressor::new(cms::DECOMPRESSED_MAX),
            framed,
            inner: Expander::new(cms::DATA, self.depth + 1),
        })
    }

    /// Whether all that comes is handed on as it is.
    fn is_plain(&self) -> bool {
        matches!(self.state, State::Plain)
    }

    /// How many octets of the message to read next, so that not much more than a MiB comes of them.
    pub(super) fn piece_max(&self) -> usize {
        match &self.state {
            State::Plain | State::Broken => usize::MAX,
            State::Start(_) | State::Header(_) | State::Body(_) => UNSETTLED,
            State::Compressed(_) => EXPANDING,
        }
    }

    /// Feeds content and appends what it is or expands to.
    pub(super) fn update(&mut self, content: &[u8], out: &mut Vec<u8>) {
        self.settle(content);
        match &mut self.state {
            State::Plain => out.extend_from_slice(content),
            State::Broken => {}
            State::Start(first) => {
                first.extend_from_slice(content);
                if first.len() >= SNIFFED {
                    self.sniff(out);
                }
            }
            State::Header(block) => match block.update(content) {
                Ok(None) if block.first_line().is_none_or(is_field) => {}
                Ok(end) => self.read_header(end, out),
                Err(_) => self.read_header(None, out),
            },
            State::Body(body) => {
                let (kept, decoder, decoded) = body.as_mut();
                kept.extend_from_slice(content);
                match decoder.update(content, decoded) {
                    Ok(()) if decoded.len() < SNIFFED && kept.len() <= KEPT_MAX => {}
                    _ => self.recognise(out),
                }
            }
            State::Compressed(compressed) => {
                if let Err(error) = compressed.update(content, out) {
                    self.fail(error);
                }
            }
        }
    }

    /// Sees at a glance that content is not compressed, if its header came at once, as it mostly does.
    fn settle(&mut self, content: &[u8]) {
        if matches!(&self.state, State::Start(first) if first.is_empty()) && is_plain(content) {
            self.state = State::Plain;
        }
    }

    /// Passes what stands in `out` behind `before`.
    pub(super) fn pass(&mut self, before: usize, out: &mut Vec<u8>) {
        self.settle(out.get(before..).unwrap_or_default());
        if !self.is_plain() {
            let content = zeroize::Zeroizing::new(out.split_off(before));
            self.update(&content, out);
        }
    }

    fn fail(&mut self, error: SmimeError) {
        self.state = State::Broken;
        self.error.get_or_insert(error);
    }

    /// Enough arrived to tell bare CMS from an entity.
    fn sniff(&mut self, out: &mut Vec<u8>) {
        let State::Start(first) = std::mem::replace(&mut self.state, State::Plain) else { return };
        if cms::content_type(&first) == Some(cms::COMPRESSED_DATA) {
            if let Some(compressed) = self.compressed(None, false) {
                self.state = State::Compressed(Box::new(compressed));
            }
        } else {
            self.state = State::Header(HeaderBlock::default());
        }
        self.update(&first, out);
    }

    /// The header of an entity is complete, or there is none.
    fn read_header(&mut self, end: Option<usize>, out: &mut Vec<u8>) {
        let State::Header(block) = std::mem::replace(&mut self.state, State::Plain) else { return };
        let octets = block.octets;
        if let Some((header, body)) = end.and_then(|end| octets.split_at_checked(end))
            && let Ok(decoder) = carried(header)
        {
            self.state = State::Body(Box::new((header.to_vec(), decoder, Vec::new())));
            return self.update(body, out);
        }
        out.extend_from_slice(&octets);
    }

    /// Enough of a body arrived to tell what it is.
    fn recognise(&mut self, out: &mut Vec<u8>) {
        let State::Body(body) = std::mem::replace(&mut self.state, State::Plain) else { return };
        let (kept, decoder, decoded) = *body;
        if cms::content_type(&decoded) != Some(cms::COMPRESSED_DATA) {
            out.extend_from_slice(&kept);
            return;
        }
        let Some(mut compressed) = self.compressed(Some(decoder), false) else { return };
        let result = compressed.decoded(&decoded, out);
        self.state = State::Compressed(Box::new(compressed));
        if let Err(error) = result {
            self.fail(error);
        }
    }

    /// Ends the content and appends the rest; says whether a compressed layer was taken off.
    ///
    /// # Errors
    ///
    /// [`SmimeError::TooManyLayers`], and a compressed layer that cannot be read or expanded.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<bool, SmimeError> {
        if let State::Start(_) = self.state {
            self.sniff(out);
        }
        if let State::Header(_) = self.state {
            self.read_header(None, out);
        }
        if let State::Body(body) = &mut self.state {
            let (_, decoder, decoded) = body.as_mut();
            // What is broken is handed on as it is.
            let _ = decoder.finish(decoded);
            self.recognise(out);
        }
        match (self.state, self.error) {
            (_, Some(error)) => Err(error.inside_compressed()),
            (State::Compressed(compressed), None) => {
                compressed.finish(out).map(|()| true).map_err(SmimeError::inside_compressed)
            }
            (state, None) => Ok(matches!(state, State::Broken)),
        }
    }
}

/// Whether content is an entity whose header is there and names nothing that may be CMS.
fn is_plain(content: &[u8]) -> bool {
    let header = memchr::memchr_iter(b'\n', content)
        .find(|at| matches!(content.get(at + 1..), Some([b'\n', ..] | [b'\r', b'\n', ..])))
        .and_then(|end| content.get(..end));
    let named = |header: &[u8]| {
        let names = |name: &[u8]| header.windows(name.len()).any(|octets| octets.eq_ignore_ascii_case(name));
        names(b"pkcs7") || names(b"p7z")
    };
    header.is_some_and(|header| {
        header.split(|octet| *octet == b'\n').next().is_some_and(is_field) && !named(header)
    })
}

/// What decodes the body of an entity that may be CMS (RFC 8551, 3.6 and 3.9).
fn carried(header: &[u8]) -> Result<TransferDecoder, MimeError> {
    let entity = Entity::read(header)?;
    let carries = match entity.content_type().essence.as_str() {
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => true,
        "application/octet-stream" => has_extension(&entity, ".p7z"),
        _ => false,
    };
    if carries { TransferDecoder::new(entity.transfer_encoding()) } else { Err(MimeError::Pem) }
}

impl Compressed {
    fn update(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        match &mut self.decoder {
            None => self.decoded(content, out),
            Some(decoder) => {
                let mut decoded = Vec::new();
                decoder.update(content, &mut decoded)?;
                self.decoded(&decoded, out)
            }
        }
    }

    /// Takes octets of the CMS message.
    fn decoded(&mut self, octets: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        if !self.feed.waits() {
            return self.expand(octets, out);
        }
        match self.feed.begin(octets, false) {
            Some(first) => self.begin(&first, out),
            None => Ok(()),
        }
    }

    fn begin(&mut self, first: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        self.framed &= cms::content_type(first).is_none();
        if self.framed {
            let mut front = Vec::new();
            write::indefinite(&mut front, 0x30);
            write::append_oid(&mut front, cms::COMPRESSED_DATA);
            write::indefinite(&mut front, 0xa0);
            self.expand(&front, out)?;
        }
        self.expand(first, out)
    }

    fn expand(&mut self, octets: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        let Compressed { feed, decompressor, inner, .. } = self;
        let mut content = Vec::new();
        for octets in octets.chunks(EXPANDING) {
            content.clear();
            let result: Result<(), CmsError> =
                feed.feed(octets, |octets| decompressor.update(octets, &mut content));
            inner.update(&content, out);
            result?;
        }
        Ok(())
    }

    fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        if let Some(mut decoder) = self.decoder.take() {
            let mut decoded = Vec::new();
            decoder.finish(&mut decoded)?;
            self.decoded(&decoded, out)?;
        }
        if let Some(first) = self.feed.begin(&[], true) {
            self.begin(&first, out)?;
        }
        if self.framed {
            let mut end = Vec::new();
            write::end(&mut end, 2);
            self.expand(&end, out)?;
        }
        self.decompressor.finish()?;
        self.inner.finish(out).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_body_stops_at_its_bound() {
        let head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        let mut expander = Expander::new(cms::DATA, 0);
        let mut out = Vec::new();
        expander.update(head, &mut out);
        expander.update(&vec![b'\n'; KEPT_MAX - head.len()], &mut out);
        assert!(out.is_empty() && !expander.is_plain());
        expander.update(b"\n", &mut out);
        assert!(out.len() == KEPT_MAX + 1 && expander.is_plain());
        assert_eq!(expander.finish(&mut out), Ok(false));
    }
}
