use super::{DEPTH_MAX, Header, Length, Tag, TlvError, write};
use crate::algorithm::object_identifier;
use const_oid::ObjectIdentifier;
use std::borrow::Cow;

/// One element of a slice: header, contents and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub tag: Tag,
    /// The contents, without end-of-contents octets.
    pub body: &'a [u8],
    /// The element as it was sent: header, contents and, if any, end-of-contents octets.
    pub raw: &'a [u8],
    /// Octets before the element in the whole input.
    pub offset: u64,
    /// Octets of the header.
    header_size: usize,
    /// How many elements enclose it.
    depth: usize,
}

impl<'a> Element<'a> {
    /// Reads an element that fills `bytes`.
    pub(crate) fn only(bytes: &'a [u8], offset: u64) -> Result<Element<'a>, TlvError> {
        let mut reader = Reader::new(bytes, offset);
        let element = reader.required("an element")?;
        reader.end()?;
        Ok(element)
    }

    /// Reads the elements inside, whatever the tag is.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.body, offset: self.offset + self.header_size as u64, depth: self.depth + 1 }
    }

    /// Checks the tag and gives the elements inside.
    pub(crate) fn open(&self, tag: Tag, expected: &'static str) -> Result<Reader<'a>, TlvError> {
        self.expect(tag, expected)?;
        Ok(self.reader())
    }

    pub(crate) fn expect(&self, tag: Tag, expected: &'static str) -> Result<(), TlvError> {
        if self.tag == tag { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    pub(crate) fn unexpected(&self, expected: &'static str) -> TlvError {
        TlvError::Unexpected { offset: self.offset, expected }
    }

    pub(crate) fn wrong(&self, what: &'static str) -> TlvError {
        TlvError::Value { offset: self.offset, what }
    }

    /// The value of an OBJECT IDENTIFIER.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier, TlvError> {
        self.expect(Tag::OID, "an object identifier")?;
        object_identifier(self.body).ok_or_else(|| self.wrong("object identifier"))
    }

    /// The octets of an INTEGER, two's complement, without superfluous leading octets.
    pub(crate) fn integer(&self) -> Result<&'a [u8], TlvError> {
        self.expect(Tag::INTEGER, "an integer")?;
        let mut value = self.body;
        while let [0, second, ..] = value
            && second & 0x80 == 0
        {
            value = &value[1..];
        }
        if value.is_empty() { Err(self.wrong("integer")) } else { Ok(value) }
    }

    /// The value of a small non-negative INTEGER.
    pub(crate) fn small_integer(&self) -> Result<u32, TlvError> {
        let value = self.integer()?;
        if value.len() > 5 || value.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(self.wrong("integer"));
        }
        let value = value.iter().fold(0u64, |sum, octet| sum << 8 | u64::from(*octet));
        u32::try_from(value).map_err(|_| self.wrong("integer"))
    }

    /// The octets of a string whose tag the caller has checked. A constructed string, which is OCTET STRINGs inside
    /// one another (X.690, 8.7.3), is put together.
    pub(crate) fn octets(&self) -> Result<Cow<'a, [u8]>, TlvError> {
        if !self.tag.constructed {
            return Ok(Cow::Borrowed(self.body));
        }
        let mut out = Vec::new();
        self.append_octets(&mut out)?;
        Ok(Cow::Owned(out))
    }

    fn append_octets(&self, out: &mut Vec<u8>) -> Result<(), TlvError> {
        if !self.tag.constructed {
            out.extend_from_slice(self.body);
            return Ok(());
        }
        let mut reader = self.reader();
        while let Some(part) = reader.next()? {
            if !part.tag.is_octet_string() {
                return Err(part.unexpected("a part of an octet string"));
            }
            part.append_octets(out)?;
        }
        Ok(())
    }

    /// The octets of an OCTET STRING.
    pub(crate) fn octet_string(&self) -> Result<Cow<'a, [u8]>, TlvError> {
        if self.tag.is_octet_string() { self.octets() } else { Err(self.unexpected("an octet string")) }
    }

    /// The octets of a BIT STRING whose length is whole octets.
    pub(crate) fn bit_string(&self) -> Result<&'a [u8], TlvError> {
        self.expect(Tag::BIT_STRING, "a bit string")?;
        match self.body {
            [0, octets @ ..] => Ok(octets),
            _ => Err(self.wrong("bit string")),
        }
    }

    /// The element in DER as far as framing goes: definite minimal lengths, and, under `sort`, the order that SET OF
    /// asks for at the first level.
    pub(crate) fn to_der(self, tag: u8, sort: bool) -> Result<Vec<u8>, TlvError> {
        let mut out = Vec::with_capacity(self.raw.len());
        self.append_der(&mut out, tag, sort)?;
        Ok(out)
    }

    fn append_der(&self, out: &mut Vec<u8>, tag: u8, sort: bool) -> Result<(), TlvError> {
        let mut reader = self.reader();
        if sort {
            return write::append_set_of(out, tag, |set| {
                while let Some(child) = reader.next()? {
                    set.member(|out| child.append_reencoded(out))?;
                }
                Ok(())
            });
        }
        write::nest(out, tag, |out| {
            while let Some(child) = reader.next()? {
                child.append_reencoded(out)?;
            }
            Ok(())
        })
    }

    fn append_reencoded(&self, out: &mut Vec<u8>) -> Result<(), TlvError> {
        let Some((&first, more)) = self.raw.split_first() else { return Ok(()) };
        if self.tag.is_octet_string() {
            write::append(out, 0x04, &self.octets()?);
            return Ok(());
        }
        let mut tag = first;
        if first & 0x1f == 0x1f {
            // The rest of a tag of several octets, up to the one that says it is the last.
            for octet in more {
                out.push(tag);
                tag = *octet;
                if octet & 0x80 == 0 {
                    break;
                }
            }
        }
        if self.tag.constructed {
            return self.append_der(out, tag, self.tag == Tag::SET);
        }
        write::append(out, tag, self.body);
        Ok(())
    }
}

/// Reads the elements of a slice one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: u64,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads from `bytes`, which stand at `offset` of the whole input.
    pub(crate) fn new(bytes: &'a [u8], offset: u64) -> Reader<'a> {
        Reader { rest: bytes, offset, depth: 0 }
    }

    /// The next element; `None` at the end.
    ///
    /// # Errors
    ///
    /// Truncation, an unreadable header, nesting deeper than [`DEPTH_MAX`].
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Element<'a>>, TlvError> {
        // Nearly all elements have a header of two octets and are where nesting is shallow.
        if let [first, length @ ..=0x7f, ..] = *self.rest
            && first & 0x1f != 0x1f
            && first != 0
            && self.depth < DEPTH_MAX
            && let Some((raw, rest)) = self.rest.split_at_checked(2 + usize::from(length))
            && let Some(body) = raw.get(2..)
        {
            let (offset, depth) = (self.offset, self.depth);
            self.rest = rest;
            self.offset += raw.len() as u64;
            return Ok(Some(Element { tag: Tag::short(first), body, raw, offset, header_size: 2, depth }));
        }
        self.next_any()
    }

    fn next_any(&mut self) -> Result<Option<Element<'a>>, TlvError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let offset = self.offset;
        if self.depth >= DEPTH_MAX {
            return Err(TlvError::Depth { offset, limit: DEPTH_MAX });
        }
        let header = self.header()?;
        if header.is_end_of_contents() {
            return Err(TlvError::EndOfContents { offset });
        }
        let after = self.rest.get(header.size..).unwrap_or_default();
        let (body, trailer) = match header.length {
            Length::Definite(length) => {
                let body = usize::try_from(length).ok().and_then(|length| after.get(..length));
                (body.ok_or(TlvError::Overrun { offset })?, 0)
            }
            Length::Indefinite => {
                let length = indefinite_length(after, offset + header.size as u64, self.depth)?;
                (after.get(..length).unwrap_or_default(), 2)
            }
        };
        let size = header.size + body.len() + trailer;
        let (raw, rest) = self.rest.split_at_checked(size).ok_or(TlvError::Overrun { offset })?;
        self.rest = rest;
        self.offset += size as u64;
        Ok(Some(Element { tag: header.tag, body, raw, offset, header_size: header.size, depth: self.depth }))
    }

    fn header(&self) -> Result<Header, TlvError> {
        let end = TlvError::Truncated { offset: self.offset + self.rest.len() as u64 };
        Header::read(self.rest, self.offset)?.ok_or(end)
    }

    /// The next element, which must be there.
    #[inline]
    pub(crate) fn required(&mut self, expected: &'static str) -> Result<Element<'a>, TlvError> {
        let offset = self.offset;
        self.next()?.ok_or(TlvError::Unexpected { offset, expected })
    }

    /// The next element, which must have `tag`.
    #[inline]
    pub(crate) fn expect(&mut self, tag: Tag, expected: &'static str) -> Result<Element<'a>, TlvError> {
        let element = self.required(expected)?;
        element.expect(tag, expected)?;
        Ok(element)
    }

    /// The next element if `wanted` holds for its tag; it is not consumed otherwise.
    pub(crate) fn optional(&mut self, wanted: impl Fn(Tag) -> bool) -> Result<Option<Element<'a>>, TlvError> {
        if self.rest.is_empty() || !wanted(self.header()?.tag) {
            return Ok(None);
        }
        self.next()
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Checks that nothing is left.
    pub(crate) fn end(&self) -> Result<(), TlvError> {
        if self.rest.is_empty() { Ok(()) } else { Err(TlvError::Trailing { offset: self.offset }) }
    }
}

/// How many octets of `bytes` stand before the end-of-contents octets that close an element of indefinite length.
/// Walks without recursion; `depth` counts the elements already open.
fn indefinite_length(bytes: &[u8], base: u64, depth: usize) -> Result<usize, TlvError> {
    let mut at = 0usize;
    let mut open = 1usize;
    loop {
        let offset = base + at as u64;
        let rest = bytes.get(at..).unwrap_or_default();
        let header =
            Header::read(rest, offset)?.ok_or(TlvError::Truncated { offset: base + bytes.len() as u64 })?;
        if header.is_end_of_contents() {
            open -= 1;
            if open == 0 {
                return Ok(at);
            }
            at += header.size;
            continue;
        }
        at += header.size;
        match header.length {
            Length::Definite(length) => {
                let length = usize::try_from(length).map_err(|_| TlvError::Overrun { offset })?;
                at = at
                    .checked_add(length)
                    .filter(|at| *at <= bytes.len())
                    .ok_or(TlvError::Overrun { offset })?;
            }
            Length::Indefinite => {
                open += 1;
                if depth + open > DEPTH_MAX {
                    return Err(TlvError::Depth { offset, limit: DEPTH_MAX });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constructed_strings_are_put_together() {
        // [0] { OCTET STRING indefinite { 01 02, constructed { 03 } }, 04 }
        let bytes = [0xa0, 0x80, 0x24, 0x80, 4, 2, 1, 2, 0x24, 3, 4, 1, 3, 0, 0, 4, 1, 4, 0, 0];
        let element = Element::only(&bytes, 0).unwrap();
        assert_eq!(element.octets().unwrap().as_ref(), [1, 2, 3, 4]);
        let bytes = [0x24, 3, 2, 1, 1];
        let element = Element::only(&bytes, 0).unwrap();
        assert!(matches!(element.octets(), Err(TlvError::Unexpected { offset: 2, .. })));
    }

    #[test]
    fn lengths_that_lie_are_refused_with_their_place() {
        assert!(matches!(Element::only(&[0x30, 5, 2, 1, 1], 10), Err(TlvError::Overrun { offset: 10 })));
        let bytes = [0x30, 3, 2, 2, 1];
        let outer = Element::only(&bytes, 10).unwrap();
        assert!(matches!(outer.reader().next(), Err(TlvError::Overrun { offset: 12 })));
        assert!(matches!(Element::only(&[0x30, 0x80, 2, 1, 1], 0), Err(TlvError::Truncated { offset: 5 })));
        assert!(matches!(Element::only(&[0x30, 0, 7], 0), Err(TlvError::Trailing { offset: 2 })));
        let huge = [0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(matches!(Element::only(&huge, 0), Err(TlvError::Overrun { offset: 0 })));
    }

    /// `depth` sequences inside one another, definite.
    fn nested(depth: usize) -> Vec<u8> {
        (1..depth).fold(vec![0x30, 0], |inner, _| super::super::write::tlv(0x30, &inner))
    }

    fn depth_of(bytes: &[u8]) -> Result<usize, TlvError> {
        let mut element = Element::only(bytes, 0)?;
        let mut depth = 1;
        while let Some(inner) = element.reader().next()? {
            element = inner;
            depth += 1;
        }
        Ok(depth)
    }

    #[test]
    fn nesting_stops_at_the_bound() {
        assert_eq!(depth_of(&nested(DEPTH_MAX)), Ok(DEPTH_MAX));
        assert!(matches!(depth_of(&nested(DEPTH_MAX + 1)), Err(TlvError::Depth { limit: DEPTH_MAX, .. })));
        let indefinite = |depth: usize| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        assert_eq!(depth_of(&indefinite(DEPTH_MAX)), Ok(DEPTH_MAX));
        assert!(matches!(
            depth_of(&indefinite(DEPTH_MAX + 1)),
            Err(TlvError::Depth { limit: DEPTH_MAX, .. })
        ));
    }

    #[test]
    fn integers_are_read_without_leading_zeros() {
        assert_eq!(Element::only(&[2, 3, 0, 0, 5], 0).unwrap().integer(), Ok(&[5][..]));
        assert_eq!(Element::only(&[2, 2, 0, 0x80], 0).unwrap().small_integer(), Ok(128));
        assert_eq!(Element::only(&[2, 1, 0], 0).unwrap().small_integer(), Ok(0));
        assert!(Element::only(&[2, 1, 0xff], 0).unwrap().small_integer().is_err());
        assert!(Element::only(&[2, 0], 0).unwrap().integer().is_err());
    }

    #[test]
    fn ber_becomes_der() {
        // SET indefinite { SEQUENCE long-form length { INTEGER 2 }, INTEGER 1 }
        let bytes = [0xa0, 0x80, 0x30, 0x81, 3, 2, 1, 2, 2, 1, 1, 0, 0];
        let der = Element::only(&bytes, 0).unwrap().to_der(0x31, true).unwrap();
        assert_eq!(der, [0x31, 8, 2, 1, 1, 0x30, 3, 2, 1, 2]);
    }

    #[test]
    fn tags_of_several_octets_are_kept() {
        for inner in [&[0xff, 0xf6, 0x5f, 3, 2, 1, 0][..], &[0x9f, 0x81, 1, 1, 7]] {
            let set = super::super::write::tlv(0x31, inner);
            assert_eq!(Element::only(&set, 0).unwrap().to_der(0x31, true).unwrap(), set);
        }
    }
}
