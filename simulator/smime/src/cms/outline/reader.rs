//! Reading a message for its outline, in pieces.

use super::super::{CmsError, oid};
use super::{Body, EXPLICIT, Encoding, Outline, compressed, enveloped, signed};
use crate::tlv::{Element, Framer, Header, Length, Step, Tag, TlvError, Visitor, write};
use const_oid::ObjectIdentifier;

/// How large everything around the content of a message may be together, in octets: as for those who open it.
pub const OUTLINE_MAX: usize = super::super::STRUCTURES_MAX;

/// Looks at a message that arrives in pieces of any size, keeping what stands around its content.
#[derive(Debug)]
pub struct OutlineReader {
    framer: Framer,
    walk: Walk,
    size: u64,
}

impl Default for OutlineReader {
    fn default() -> Self {
        OutlineReader::new()
    }
}

impl OutlineReader {
    /// Starts a message.
    pub fn new() -> OutlineReader {
        OutlineReader { framer: Framer::new(OUTLINE_MAX), walk: Walk::default(), size: 0 }
    }

    /// Feeds octets and appends the content that is inside: what is signed, or what is compressed, as it is. What is
    /// encrypted is counted alone.
    ///
    /// # Errors
    ///
    /// Encodings, with the octet and what was expected there; bounds. The reader must not be fed again after.
    pub fn update(&mut self, input: &[u8], content: &mut Vec<u8>) -> Result<(), CmsError> {
        self.size += input.len() as u64;
        std::mem::swap(&mut self.walk.out, content);
        let result = self.framer.update(input, &mut self.walk);
        std::mem::swap(&mut self.walk.out, content);
        result
    }

    /// What the message is, once that arrived.
    pub fn message_type(&self) -> Option<ObjectIdentifier> {
        self.walk.kind
    }

    /// The type of what is inside, once that arrived, which is in front of the content.
    pub fn content_type(&self) -> Option<ObjectIdentifier> {
        let walk = &self.walk;
        walk.inner.first().and_then(|first| first.element().ok()?.oid().ok())
    }

    /// How many octets are kept of what stands around the content.
    pub fn kept(&self) -> usize {
        self.walk.kept
    }

    /// Ends the message.
    ///
    /// # Errors
    ///
    /// Those of [`OutlineReader::update`], wherever elements stand, inside certificates too; truncation.
    pub fn finish(self) -> Result<Outline, CmsError> {
        self.framer.finish()?;
        let Walk { kind, front, inner, behind, inner_end, data_end, content, encoding, .. } = self.walk;
        let content_type = kind.ok_or(TlvError::Truncated { offset: self.size })?;
        let mut parts = Parts {
            front: Fields::new(&front, data_end),
            inner: Fields::new(&inner, inner_end),
            behind: Fields::new(&behind, data_end),
            content,
        };
        let body = match content_type {
            oid::SIGNED_DATA => Body::Signed(signed::read(&mut parts)?),
            oid::COMPRESSED_DATA => Body::Compressed(compressed(&mut parts)?),
            oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA => Body::Enveloped(Box::new(enveloped::read(
                &mut parts,
                content_type == oid::AUTH_ENVELOPED_DATA,
            )?)),
            _ => Body::Other,
        };
        Ok(Outline { content_type, size: self.size, encoding, body })
    }
}

/// What stands in SignedData, EnvelopedData, AuthEnvelopedData or CompressedData.
pub(super) struct Parts<'a> {
    /// In front of what holds the content.
    pub front: Fields<'a>,
    /// In what holds the content, in front of it.
    pub inner: Fields<'a>,
    /// Behind it.
    pub behind: Fields<'a>,
    /// The length of the content in octets, if it is inside.
    pub content: Option<u64>,
}

/// An element that was kept.
#[derive(Debug)]
struct Kept {
    raw: Vec<u8>,
    offset: u64,
}

impl Kept {
    fn element(&self) -> Result<Element<'_>, TlvError> {
        Element::only(&self.raw, self.offset)
    }
}

/// Elements that were kept, read one after the other.
pub(super) struct Fields<'a> {
    rest: std::slice::Iter<'a, Kept>,
    end: u64,
}

impl<'a> Fields<'a> {
    fn new(kept: &'a [Kept], end: u64) -> Fields<'a> {
        Fields { rest: kept.iter(), end }
    }

    /// The next element, which must be there.
    pub(super) fn required(&mut self, expected: &'static str) -> Result<Element<'a>, TlvError> {
        let offset = self.end;
        self.rest.next().ok_or(TlvError::Unexpected { offset, expected })?.element()
    }

    /// The next element, which must have `tag`.
    pub(super) fn expect(&mut self, tag: Tag, expected: &'static str) -> Result<Element<'a>, TlvError> {
        let element = self.required(expected)?;
        element.expect(tag, expected)?;
        Ok(element)
    }

    /// The next element if `wanted` holds for its tag; it is not consumed otherwise.
    pub(super) fn optional(&mut self, wanted: impl Fn(Tag) -> bool) -> Result<Option<Element<'a>>, TlvError> {
        let Some(next) = self.rest.as_slice().first() else { return Ok(None) };
        let element = next.element()?;
        if !wanted(element.tag) {
            return Ok(None);
        }
        self.rest.next();
        Ok(Some(element))
    }

    /// Checks that nothing is left; `expected` should stand there instead, if it is told.
    pub(super) fn end(&self, expected: Option<&'static str>) -> Result<(), TlvError> {
        match (self.rest.as_slice().first(), expected) {
            (None, _) => Ok(()),
            (Some(next), None) => Err(TlvError::Trailing { offset: next.offset }),
            (Some(next), Some(expected)) => Err(TlvError::Unexpected { offset: next.offset, expected }),
        }
    }
}

/// The place in the structure. Elements are nested: ContentInfo, its `[0]`, the data, what holds the content (its
/// `[0]`), the content.
#[derive(Debug, Default)]
struct Walk {
    /// How many elements are entered.
    depth: usize,
    /// How many stand in the ContentInfo, and in its `[0]`.
    count: [usize; 2],
    kind: Option<ObjectIdentifier>,
    front: Vec<Kept>,
    /// Whether what holds the content was found, and where it ended.
    held: bool,
    inner: Vec<Kept>,
    inner_end: u64,
    /// Whether the `[0]` around encapsulated content was found.
    explicit: bool,
    content: Option<u64>,
    behind: Vec<Kept>,
    data_end: u64,
    encoding: Encoding,
    /// How many octets the kept elements have.
    kept: usize,
    out: Vec<u8>,
}

impl Walk {
    /// What is read in its parts.
    fn is_known(&self) -> bool {
        matches!(
            self.kind,
            Some(oid::SIGNED_DATA | oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA | oid::COMPRESSED_DATA)
        )
    }

    fn is_enveloped(&self) -> bool {
        matches!(self.kind, Some(oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA))
    }

    /// What the data is called, and what in it holds the content.
    fn names(&self) -> (&'static str, &'static str) {
        match self.kind {
            Some(oid::SIGNED_DATA) => ("signed data", "encapsulated content"),
            Some(oid::COMPRESSED_DATA) => ("compressed data", "encapsulated content"),
            _ => ("enveloped data", "encrypted content info"),
        }
    }

    /// Whether the next element of the data is the one that holds the content.
    fn is_holder(&self, tag: Tag) -> bool {
        let place = match self.is_enveloped() {
            // Behind the recipients.
            true => self.front.last().is_some_and(|last| last.raw.first() == Some(&0x31)),
            false => self.front.len() == 2,
        };
        !self.held && place && tag == Tag::SEQUENCE
    }

    fn decide(&mut self, tag: Tag, offset: u64) -> Result<Step, TlvError> {
        let unexpected = |expected| Err(TlvError::Unexpected { offset, expected });
        let one = |seen: &mut usize| std::mem::replace(seen, *seen + 1);
        match self.depth {
            0 if tag == Tag::SEQUENCE => return Ok(Step::Enter),
            0 => return unexpected("a content info"),
            1 if self.kind.is_none() && tag == Tag::OID => return Ok(Step::Capture),
            1 if self.kind.is_none() => return unexpected("a content type"),
            _ if !self.is_known() => {
                return Ok(if tag.constructed { Step::Enter } else { Step::Content });
            }
            _ => {}
        }
        match self.depth {
            1 | 2 => {
                let (wanted, expected) = match self.depth {
                    1 => (Tag::context(0), EXPLICIT),
                    _ => (Tag::SEQUENCE, self.names().0),
                };
                match self.count.get_mut(self.depth - 1).map_or(1, one) {
                    0 if tag == wanted => Ok(Step::Enter),
                    0 => unexpected(expected),
                    _ => Err(TlvError::Trailing { offset }),
                }
            }
            3 if self.is_holder(tag) => {
                self.held = true;
                Ok(Step::Enter)
            }
            3 => Ok(Step::Capture),
            4 if self.inner.is_empty() => match tag == Tag::OID {
                true => Ok(Step::Capture),
                false => unexpected("a content type"),
            },
            4 if self.is_enveloped() => match self.inner.len() {
                1 if tag == Tag::SEQUENCE => Ok(Step::Capture),
                1 => unexpected("a content encryption algorithm"),
                _ if self.content.is_none() && tag.is_context(0) => {
                    self.content = Some(0);
                    Ok(Step::Content)
                }
                _ => Err(TlvError::Trailing { offset }),
            },
            4 if std::mem::replace(&mut self.explicit, true) => Err(TlvError::Trailing { offset }),
            4 if tag == Tag::context(0) => Ok(Step::Enter),
            4 => unexpected(EXPLICIT),
            _ if self.content.is_some() => Err(TlvError::Trailing { offset }),
            _ if tag.is_octet_string() => {
                self.content = Some(0);
                Ok(Step::Content)
            }
            _ => unexpected("an octet string"),
        }
    }
}

impl Visitor for Walk {
    type Error = CmsError;

    fn header(&mut self, header: &Header, offset: u64) -> Result<Step, CmsError> {
        let step = self.decide(header.tag, offset)?;
        match header.length {
            // What is kept is looked at when it is complete.
            _ if step == Step::Capture => {}
            Length::Indefinite => self.encoding.indefinite = true,
            Length::Definite(length) => {
                self.encoding.long_lengths |= header.size as u64 + length != write::size(length);
            }
        }
        if step == Step::Enter {
            self.depth += 1;
        }
        self.encoding.constructed_strings |= step == Step::Content && header.tag.constructed;
        Ok(step)
    }

    fn captured(&mut self, raw: &[u8], offset: u64) -> Result<(), CmsError> {
        let element = Element::only(raw, offset)?;
        self.encoding.look_at(&element)?;
        self.kept += raw.len();
        let kept = Kept { raw: raw.to_vec(), offset };
        match self.depth {
            1 => self.kind = Some(element.oid()?),
            3 if self.held => self.behind.push(kept),
            3 => self.front.push(kept),
            _ => self.inner.push(kept),
        }
        Ok(())
    }

    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError> {
        if let Some(size) = &mut self.content {
            *size += octets.len() as u64;
            if !self.is_enveloped() {
                self.out.extend_from_slice(octets);
            }
        }
        Ok(())
    }

    fn content_end(&mut self) -> Result<(), CmsError> {
        Ok(())
    }

    fn leave(&mut self, offset: u64) -> Result<(), CmsError> {
        let unexpected = |expected| Err(TlvError::Unexpected { offset, expected }.into());
        let left = self.depth;
        self.depth -= 1;
        if left == 1 && self.kind.is_none() {
            return unexpected("a content type");
        }
        if !self.is_known() {
            return Ok(());
        }
        match left {
            1 if self.count[0] == 0 => return unexpected(EXPLICIT),
            2 if self.count[1] == 0 => return unexpected(self.names().0),
            3 => self.data_end = offset,
            4 => self.inner_end = offset,
            5 if self.content.is_none() => return unexpected("an octet string"),
            _ => {}
        }
        Ok(())
    }
}

impl Parts<'_> {
    /// Checks that what holds the content stood where it should: behind what was read so far.
    pub(super) fn holds(&self, expected: &'static str) -> Result<(), TlvError> {
        self.front.end(Some(expected))?;
        match self.inner.rest.as_slice().is_empty() && self.inner.end == 0 {
            true => Err(TlvError::Unexpected { offset: self.behind.end, expected }),
            false => Ok(()),
        }
    }
}
