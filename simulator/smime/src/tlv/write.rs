//! Writing DER, and the frames of BER streams.
//!
//! What a message is made of is appended to one buffer, element inside element ([`nest`], [`append`]); the functions that
//! give vectors are for what is small and rare.

use const_oid::ObjectIdentifier;

/// The end-of-contents octets (X.690, 8.1.5).
pub(crate) const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// Appends an identifier octet and a minimal definite length.
#[inline]
pub(crate) fn header(out: &mut Vec<u8>, tag: u8, length: u64) {
    if length < 0x80 {
        out.extend_from_slice(&[tag, length as u8]);
        return;
    }
    out.push(tag);
    let octets = length.to_be_bytes();
    let skip = length.leading_zeros() as usize / 8;
    out.push(0x80 | (octets.len() - skip) as u8);
    out.extend_from_slice(octets.get(skip..).unwrap_or_default());
}

/// Octets that [`header`] appends for a length.
pub(crate) fn header_size(length: u64) -> u64 {
    if length < 0x80 { 2 } else { 2 + u64::from(8 - length.leading_zeros() / 8) }
}

/// Octets of an element with `length` octets of contents.
pub(crate) fn size(length: u64) -> u64 {
    header_size(length) + length
}

/// Appends the beginning of an element of indefinite length.
pub(crate) fn indefinite(out: &mut Vec<u8>, tag: u8) {
    out.extend_from_slice(&[tag, 0x80]);
}

/// Appends the end-of-contents octets of `count` elements.
pub(crate) fn end(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count * END_OF_CONTENTS.len(), 0);
}

/// Appends an element with the given contents.
pub(crate) fn append(out: &mut Vec<u8>, tag: u8, body: &[u8]) {
    header(out, tag, body.len() as u64);
    out.extend_from_slice(body);
}

/// Appends an element whose contents `body` appends. The length is put in front of them once it is known, so that long
/// contents, which would have to move, are better announced with [`header`].
pub(crate) fn nest<R>(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    out.extend_from_slice(&[tag, 0]);
    let start = out.len();
    let result = body(out);
    let length = out.len().saturating_sub(start);
    let octets = length.to_be_bytes();
    let long = match length {
        0..0x80 => &[],
        _ => octets.get(length.leading_zeros() as usize / 8..).unwrap_or_default(),
    };
    if let Some(first) = out.get_mut(start - 1) {
        *first = if long.is_empty() { length as u8 } else { 0x80 | long.len() as u8 };
    }
    out.extend_from_slice(long);
    if let Some(body) = out.get_mut(start..) {
        body.rotate_right(long.len());
    }
    result
}

/// Appends a SET OF whose members `fill` appends, in the order that DER asks for (X.690, 11.6); `tag` may be an implicit
/// one.
pub(crate) fn append_set_of<R>(out: &mut Vec<u8>, tag: u8, fill: impl FnOnce(&mut SetOf<'_>) -> R) -> R {
    nest(out, tag, |out| {
        let mut set = SetOf { start: out.len(), later: Vec::new(), out };
        let result = fill(&mut set);
        set.sort();
        result
    })
}

/// The members of a SET OF while they are written.
pub(crate) struct SetOf<'o> {
    out: &'o mut Vec<u8>,
    /// Where the first member begins.
    start: usize,
    /// Where the others begin, counted from there.
    later: Vec<usize>,
}

impl SetOf<'_> {
    /// Appends one member, which is what `write` appends.
    pub(crate) fn member<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        if self.out.len() > self.start {
            self.later.push(self.out.len() - self.start);
        }
        write(self.out)
    }

    fn sort(self) {
        let Some(body) = self.out.get(self.start..) else { return };
        let ends = self.later.iter().copied().chain([body.len()]);
        let members = [0].into_iter().chain(self.later.iter().copied()).zip(ends);
        let members = members.filter_map(|(start, end)| body.get(start..end));
        if members.clone().is_sorted() {
            return;
        }
        let mut members: Vec<&[u8]> = members.collect();
        members.sort_unstable();
        let sorted = members.concat();
        self.out.truncate(self.start);
        self.out.extend_from_slice(&sorted);
    }
}

/// Appends an OBJECT IDENTIFIER.
pub(crate) fn append_oid(out: &mut Vec<u8>, oid: ObjectIdentifier) {
    append(out, 0x06, oid.as_bytes());
}

/// Appends an AlgorithmIdentifier with these parameters, a whole element or nothing.
pub(crate) fn append_algorithm(out: &mut Vec<u8>, algorithm: ObjectIdentifier, parameters: &[u8]) {
    header(out, 0x30, size(algorithm.as_bytes().len() as u64) + parameters.len() as u64);
    append_oid(out, algorithm);
    out.extend_from_slice(parameters);
}

/// Appends a small INTEGER.
pub(crate) fn append_small_integer(out: &mut Vec<u8>, value: u32) {
    let octets = value.to_be_bytes();
    let skip = octets.iter().take(3).take_while(|octet| **octet == 0).count();
    let minimal = octets.get(skip..).unwrap_or_default();
    let sign = minimal.first().is_some_and(|first| first & 0x80 != 0);
    header(out, 0x02, (minimal.len() + usize::from(sign)) as u64);
    if sign {
        out.push(0);
    }
    out.extend_from_slice(minimal);
}

/// An element with the given contents.
pub(crate) fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    tlv_parts(tag, &[body])
}

/// An element whose contents are the parts, one after the other.
pub(crate) fn tlv_parts<P: AsRef<[u8]>>(tag: u8, parts: &[P]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.as_ref().len()).sum();
    let mut out = Vec::with_capacity(length + 10);
    header(&mut out, tag, length as u64);
    for part in parts {
        out.extend_from_slice(part.as_ref());
    }
    out
}

/// A SEQUENCE.
pub(crate) fn sequence<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    tlv_parts(0x30, parts)
}

/// A SET OF, in the order that DER asks for (X.690, 11.6).
pub(crate) fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv_parts(0x31, &parts)
}

/// An OBJECT IDENTIFIER.
pub(crate) fn oid(oid: ObjectIdentifier) -> Vec<u8> {
    tlv(0x06, oid.as_bytes())
}

/// An OCTET STRING.
pub(crate) fn octet_string(octets: &[u8]) -> Vec<u8> {
    tlv(0x04, octets)
}

/// A small INTEGER.
pub(crate) fn small_integer(value: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(7);
    append_small_integer(&mut out, value);
    out
}

/// NULL.
pub(crate) const NULL: [u8; 2] = [0x05, 0x00];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::{Header, Length};

    #[test]
    fn lengths_are_minimal_and_computable() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x1_0000, 1 << 32, u64::MAX] {
            let mut out = Vec::new();
            header(&mut out, 0x04, length);
            assert_eq!(out.len() as u64, header_size(length), "{length}");
            let read = Header::read(&out, 0).unwrap().unwrap();
            assert_eq!((read.length, read.size), (Length::Definite(length), out.len()));
        }
    }

    #[test]
    fn small_integers_keep_their_sign() {
        assert_eq!(small_integer(0), [2, 1, 0]);
        assert_eq!(small_integer(127), [2, 1, 127]);
        assert_eq!(small_integer(128), [2, 2, 0, 128]);
        assert_eq!(small_integer(256), [2, 2, 1, 0]);
        assert_eq!(small_integer(u32::MAX), [2, 5, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn nested_elements_have_the_lengths_of_their_contents() {
        for length in [0usize, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let body: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let mut out = vec![7];
            let given = nest(&mut out, 0x30, |out| {
                nest(out, 0xa0, |out| out.extend_from_slice(&body));
                5
            });
            assert_eq!(given, 5);
            assert_eq!(out, [vec![7], sequence(&[tlv(0xa0, &body)])].concat(), "{length}");
        }
    }

    #[test]
    fn members_are_put_in_order_where_they_stand() {
        for members in [&[][..], &[3], &[1, 2, 3], &[3, 1, 2], &[2, 2, 1]] {
            let mut out = vec![7];
            append_set_of(&mut out, 0xa1, |set| {
                members.iter().for_each(|value| set.member(|out| append_small_integer(out, *value)));
            });
            let mut expected = set_of(members.iter().map(|value| small_integer(*value)).collect());
            expected[0] = 0xa1;
            assert_eq!(out, [vec![7], expected].concat());
        }
    }

    #[test]
    fn sets_are_sorted() {
        assert_eq!(set_of(vec![vec![2, 1, 2], vec![2, 1, 1]]), [0x31, 6, 2, 1, 1, 2, 1, 2]);
    }
}
