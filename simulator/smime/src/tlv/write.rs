//! Writing DER, and the frames of BER streams.

use const_oid::ObjectIdentifier;

/// The end-of-contents octets (X.690, 8.1.5).
pub(crate) const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// Appends an identifier octet and a minimal definite length.
pub(crate) fn header(out: &mut Vec<u8>, tag: u8, length: u64) {
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
        return;
    }
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
    let octets = value.to_be_bytes();
    let skip = octets.iter().take(3).take_while(|octet| **octet == 0).count();
    let minimal = octets.get(skip..).unwrap_or_default();
    let sign = minimal.first().is_some_and(|first| first & 0x80 != 0);
    tlv_parts(0x02, &[if sign { &[0][..] } else { &[] }, minimal])
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
    fn sets_are_sorted() {
        assert_eq!(set_of(vec![vec![2, 1, 2], vec![2, 1, 1]]), [0x31, 6, 2, 1, 1, 2, 1, 2]);
    }
}
