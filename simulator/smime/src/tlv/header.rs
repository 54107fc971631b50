use super::TlvError;

/// The longest identifier and length that is read, in octets.
pub(crate) const HEADER_MAX: usize = 16;

/// How deep elements may be nested.
pub(crate) const DEPTH_MAX: usize = 32;

/// The class of a tag (X.690, 8.1.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Universal,
    Application,
    Context,
    Private,
}

impl Class {
    /// The class that the first octet of an identifier says.
    #[inline]
    fn of(first: u8) -> Class {
        match first >> 6 {
            0 => Class::Universal,
            1 => Class::Application,
            2 => Class::Context,
            _ => Class::Private,
        }
    }
}

/// Class and number of an element's type, and whether it is made of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub class: Class,
    pub(crate) constructed: bool,
    pub number: u32,
}

impl Tag {
    pub(crate) const INTEGER: Tag = Tag::universal(2, false);
    pub(crate) const BIT_STRING: Tag = Tag::universal(3, false);
    #[cfg(test)]
    pub(crate) const OCTET_STRING: Tag = Tag::universal(4, false);
    pub(crate) const OID: Tag = Tag::universal(6, false);
    pub(crate) const SEQUENCE: Tag = Tag::universal(16, true);
    pub(crate) const SET: Tag = Tag::universal(17, true);

    const fn universal(number: u32, constructed: bool) -> Tag {
        Tag { class: Class::Universal, constructed, number }
    }

    /// The tag of an identifier of one octet.
    #[inline]
    pub(crate) fn short(octet: u8) -> Tag {
        Tag { class: Class::of(octet), constructed: octet & 0x20 != 0, number: u32::from(octet & 0x1f) }
    }

    /// `[number]`, constructed.
    pub(crate) const fn context(number: u32) -> Tag {
        Tag { class: Class::Context, constructed: true, number }
    }

    /// `[number]`, primitive.
    #[cfg(test)]
    pub(crate) const fn context_primitive(number: u32) -> Tag {
        Tag { class: Class::Context, constructed: false, number }
    }

    /// Whether the tag is `[number]`, primitive or constructed.
    pub(crate) fn is_context(self, number: u32) -> bool {
        self.class == Class::Context && self.number == number
    }

    /// Whether the tag is that of an OCTET STRING, primitive or constructed.
    pub(crate) fn is_octet_string(self) -> bool {
        self.class == Class::Universal && self.number == 4
    }
}

/// The length that a header declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Definite(u64),
    /// Ended by end-of-contents octets.
    Indefinite,
}

/// An identifier and a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub tag: Tag,
    pub length: Length,
    /// Octets that the header itself takes.
    pub size: usize,
}

impl Header {
    /// Whether these are end-of-contents octets (X.690, 8.1.5): two zeros, in no longer form.
    pub(crate) fn is_end_of_contents(&self) -> bool {
        self.size == 2
            && self.tag.class == Class::Universal
            && self.tag.number == 0
            && !self.tag.constructed
            && self.length == Length::Definite(0)
    }

    /// Reads a header from the front of `bytes`, which stand at `offset`; `None` when more octets are needed.
    #[inline]
    pub(crate) fn read(bytes: &[u8], offset: u64) -> Result<Option<Header>, TlvError> {
        // Nearly all headers are these: a tag of one octet and a length below 65,536.
        if let [first, length, ..] = *bytes
            && first & 0x1f != 0x1f
            && let Some((length, size)) = match (length, bytes) {
                (0..=0x7f, _) => Some((length.into(), 2)),
                (0x81, [_, _, octet, ..]) => Some((u64::from(*octet), 3)),
                (0x82, [_, _, high, low, ..]) => Some((u64::from(u16::from_be_bytes([*high, *low])), 4)),
                _ => None,
            }
        {
            return Ok(Some(Header { tag: Tag::short(first), length: Length::Definite(length), size }));
        }
        Self::read_any(bytes, offset)
    }

    fn read_any(bytes: &[u8], offset: u64) -> Result<Option<Header>, TlvError> {
        let bad = TlvError::Header { offset };
        let mut octets = bytes.iter().copied().take(HEADER_MAX);
        // More octets help only while the header is shorter than the bound.
        let more = |bad: TlvError| if bytes.len() >= HEADER_MAX { Err(bad) } else { Ok(None) };
        let mut size = 0;
        let mut next = || {
            let octet = octets.next();
            size += usize::from(octet.is_some());
            octet
        };

        let Some(first) = next() else { return Ok(None) };
        let class = Class::of(first);
        let constructed = first & 0x20 != 0;
        let mut number = u32::from(first & 0x1f);
        if number == 0x1f {
            number = 0;
            loop {
                let Some(octet) = next() else { return more(bad) };
                if number == 0 && octet == 0x80 || number > u32::MAX >> 7 {
                    return Err(bad);
                }
                number = number << 7 | u32::from(octet & 0x7f);
                if octet & 0x80 == 0 {
                    break;
                }
            }
        }
        let Some(first) = next() else { return more(bad) };
        let length = match first {
            0x80 if constructed => Length::Indefinite,
            0x80 | 0xff => return Err(bad),
            0..=0x7f => Length::Definite(u64::from(first)),
            _ => {
                let mut length = 0u64;
                for _ in 0..first & 0x7f {
                    let Some(octet) = next() else { return more(bad) };
                    if length > u64::MAX >> 8 {
                        return Err(bad);
                    }
                    length = length << 8 | u64::from(octet);
                }
                Length::Definite(length)
            }
        };
        let tag = Tag { class, constructed, number };
        Ok(Some(Header { tag, length, size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Header>, TlvError> {
        Header::read(bytes, 7)
    }

    #[test]
    fn short_and_long_forms_are_read() {
        let header = read(&[0x30, 0x82, 0x01, 0x00, 0xff]).unwrap().unwrap();
        assert_eq!(header, Header { tag: Tag::SEQUENCE, length: Length::Definite(256), size: 4 });
        let header = read(&[0xa0, 0x80]).unwrap().unwrap();
        assert_eq!(header, Header { tag: Tag::context(0), length: Length::Indefinite, size: 2 });
        let header = read(&[0x9f, 0x81, 0x01, 0x05]).unwrap().unwrap();
        assert_eq!(header.tag, Tag::context_primitive(129));
        assert!(read(&[0, 0]).unwrap().unwrap().is_end_of_contents());
    }

    #[test]
    fn end_of_contents_has_one_form() {
        for longer in [&[0, 0x81, 0][..], &[0, 0x84, 0, 0, 0, 0], &[0x1f, 0, 0]] {
            assert!(!read(longer).unwrap().unwrap().is_end_of_contents(), "{longer:02x?}");
        }
    }

    #[test]
    fn a_header_in_pieces_asks_for_more() {
        for len in 0..4 {
            assert_eq!(read(&[0x30, 0x82, 0x01, 0x00][..len]), Ok(None));
        }
    }

    #[test]
    fn a_header_may_have_sixteen_octets_and_not_one_more() {
        let mut longest = vec![0x04, 0x80 | 14];
        longest.extend([0; 13]);
        longest.push(5);
        let header = read(&longest).unwrap().unwrap();
        assert_eq!((header.length, header.size), (Length::Definite(5), HEADER_MAX));
        let mut longer = vec![0x04, 0x80 | 15];
        longer.extend([0; 14]);
        longer.push(5);
        assert_eq!(read(&longer), Err(TlvError::Header { offset: 7 }));
        assert_eq!(read(&longer[..HEADER_MAX - 1]), Ok(None));
    }

    #[test]
    fn impossible_headers_are_refused() {
        for bytes in [
            &[0x04, 0x80][..],
            &[0x30, 0xff],
            &[0x1f, 0x80, 0x01, 0x00],
            &[0x1f, 0x90, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00],
            &[0x04, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(read(bytes), Err(TlvError::Header { offset: 7 }), "{bytes:02x?}");
        }
    }
}
