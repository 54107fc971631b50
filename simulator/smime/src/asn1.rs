//! Reading and writing the small ASN.1 structures of certificates, keys and PKCS#12 (X.690).
//!
//! The reader hands out slices of the input and never copies. In DER it refuses what X.690 clause 10 refuses in
//! lengths; in BER it also takes indefinite and redundant lengths, with the nesting bounded by [`MAX_DEPTH`].
//!
//! What reads the usual short elements is inlined always: what it gives is larger than what functions give in registers,
//! and certificates have a hundred elements.

use crate::Timestamp;
use crate::algorithm::object_identifier;
use const_oid::ObjectIdentifier;
use thiserror::Error;

/// How deep indefinite-length elements may nest.
pub(crate) const MAX_DEPTH: u8 = 24;
/// How many pieces a constructed string may consist of.
pub(crate) const MAX_SEGMENTS: usize = 65_536;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const ENUMERATED: u8 = 0x0A;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0C;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const TELETEX_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const UNIVERSAL_STRING: u8 = 0x1C;
pub(crate) const BMP_STRING: u8 = 0x1E;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// What is wrong with an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Asn1Error {
    #[error("the element ends before its length")]
    Truncated,
    #[error("the length is not encoded as the rules demand")]
    Length,
    #[error("tag {found:#04x} where {expected:#04x} was expected")]
    Tag { expected: u8, found: u8 },
    #[error("bytes follow the element")]
    Trailing,
    #[error("elements nest too deeply")]
    TooDeep,
    #[error("the value is not in the type's range")]
    Value,
}

type Result<T> = core::result::Result<T, Asn1Error>;

/// Which encoding rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    Der,
    Ber,
}

/// One element: its identifier octet, its contents and the whole of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    pub(crate) raw: &'a [u8],
    rules: Rules,
}

impl<'a> Element<'a> {
    /// Reads the contents as a sequence of elements.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader { rest: self.content, rules: self.rules }
    }

    /// Refuses another tag.
    #[inline(always)]
    pub(crate) fn expect(self, tag: u8) -> Result<Self> {
        if self.tag == tag { Ok(self) } else { Err(Asn1Error::Tag { expected: tag, found: self.tag }) }
    }

    /// The value of a string type, joined from its pieces if it is constructed (BER only).
    pub(crate) fn octets(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut segments = 0;
        self.append_octets(&mut out, 0, &mut segments)?;
        Ok(out)
    }

    fn append_octets(&self, out: &mut Vec<u8>, depth: u8, segments: &mut usize) -> Result<()> {
        *segments += 1;
        if depth > MAX_DEPTH || *segments > MAX_SEGMENTS {
            return Err(Asn1Error::TooDeep);
        }
        if self.tag & 0x20 == 0 {
            out.extend_from_slice(self.content);
            return Ok(());
        }
        if self.rules == Rules::Der {
            return Err(Asn1Error::Tag { expected: self.tag & !0x20, found: self.tag });
        }
        let mut r = self.reader();
        while let Some(piece) = r.next()? {
            if piece.tag & !0x20 != OCTET_STRING {
                return Err(Asn1Error::Tag { expected: OCTET_STRING, found: piece.tag });
            }
            piece.append_octets(out, depth + 1, segments)?;
        }
        Ok(())
    }

    /// The value of an OBJECT IDENTIFIER.
    pub(crate) fn oid(&self) -> Result<ObjectIdentifier> {
        self.expect(OID)?;
        object_identifier(self.content).ok_or(Asn1Error::Value)
    }

    /// The value of a non-negative INTEGER that fits.
    pub(crate) fn uint(&self) -> Result<u64> {
        self.expect(INTEGER)?;
        let (first, rest) = self.content.split_first().ok_or(Asn1Error::Value)?;
        if first & 0x80 != 0 {
            return Err(Asn1Error::Value);
        }
        let digits = if *first == 0 { rest } else { self.content };
        if digits.len() > 8 {
            return Err(Asn1Error::Value);
        }
        Ok(digits.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// The value of an implicitly tagged non-negative INTEGER that fits.
    pub(crate) fn implicit_uint(&self) -> Result<u64> {
        Element { tag: INTEGER, ..*self }.uint()
    }

    /// The instant of a UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 restricts them: with seconds, in UTC.
    pub(crate) fn time(&self) -> Result<Timestamp> {
        let digits = self.content.strip_suffix(b"Z").ok_or(Asn1Error::Value)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Asn1Error::Value);
        }
        let (year, rest) = match (self.tag, digits.len()) {
            (UTC_TIME, 12) => {
                let year = number(&digits[..2]);
                (if year >= 50 { 1900 + year } else { 2000 + year }, &digits[2..])
            }
            (GENERALIZED_TIME, 14) => (number(&digits[..4]), &digits[4..]),
            _ => return Err(Asn1Error::Value),
        };
        let [month, day, hour, minute, second] = [0, 2, 4, 6, 8].map(|i| number(&rest[i..i + 2]));
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days_in_month = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(Asn1Error::Value),
        };
        if !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return Err(Asn1Error::Value);
        }
        let days = days_from_civil(year, month, day);
        Ok(Timestamp(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000))
    }

    /// The bytes of a BIT STRING and the number of unused bits in the last.
    pub(crate) fn bits(&self) -> Result<(u8, &'a [u8])> {
        self.expect(BIT_STRING)?;
        let (unused, bytes) = self.content.split_first().ok_or(Asn1Error::Value)?;
        if *unused > 7 || (bytes.is_empty() && *unused != 0) {
            return Err(Asn1Error::Value);
        }
        Ok((*unused, bytes))
    }

    /// The bytes of a BIT STRING that holds whole octets.
    pub(crate) fn whole_bits(&self) -> Result<&'a [u8]> {
        match self.bits()? {
            (0, bytes) => Ok(bytes),
            _ => Err(Asn1Error::Value),
        }
    }
}

/// The octets of a signature in a BIT STRING. One that is not whole octets is read as empty: it is no fault of
/// structure, and no key verifies it.
pub(crate) fn signature<'a>(element: Element<'a>) -> Result<&'a [u8]> {
    match element.bits()? {
        (0, bytes) => Ok(bytes),
        (_, bytes) => Ok(&bytes[..0]),
    }
}

/// A cursor over elements that follow each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8], rules: Rules) -> Self {
        Reader { rest: input, rules }
    }

    /// Reads DER.
    pub(crate) fn der(input: &'a [u8]) -> Self {
        Self::new(input, Rules::Der)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The identifier octet of what comes next.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, or `None` at the end.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Result<Option<Element<'a>>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (element, rest) = split(self.rest, self.rules, 0)?;
        self.rest = rest;
        Ok(Some(element))
    }

    /// The next element, whatever it is.
    #[inline(always)]
    pub(crate) fn any(&mut self) -> Result<Element<'a>> {
        self.next()?.ok_or(Asn1Error::Truncated)
    }

    /// The next element, which has this tag.
    #[inline(always)]
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>> {
        self.any()?.expect(tag)
    }

    /// The next element if it has this tag.
    #[inline(always)]
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>> {
        if self.peek() == Some(tag) { self.next() } else { Ok(None) }
    }

    /// Refuses bytes that are left.
    pub(crate) fn end(&self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Asn1Error::Trailing) }
    }
}

/// Splits the first element off.
#[inline(always)]
fn split(input: &[u8], rules: Rules, depth: u8) -> Result<(Element<'_>, &[u8])> {
    // Most elements have a short tag and a short length.
    if let [tag, length @ 0..=0x7F, ..] = input
        && tag & 0x1F != 0x1F
        && depth <= MAX_DEPTH
        && let Some((raw, after)) = input.split_at_checked(2 + usize::from(*length))
        && let Some(content) = raw.get(2..)
    {
        return Ok((Element { tag: *tag, content, raw, rules }, after));
    }
    split_any(input, rules, depth)
}

/// Splits the first element off, whatever its header looks like.
fn split_any(input: &[u8], rules: Rules, depth: u8) -> Result<(Element<'_>, &[u8])> {
    if depth > MAX_DEPTH {
        return Err(Asn1Error::TooDeep);
    }
    let (&tag, rest) = input.split_first().ok_or(Asn1Error::Truncated)?;
    if tag & 0x1F == 0x1F {
        return Err(Asn1Error::Tag { expected: 0, found: tag }); // no structure read here has high tag numbers
    }
    let (&first, rest) = rest.split_first().ok_or(Asn1Error::Truncated)?;
    if first == 0x80 {
        if rules == Rules::Der || tag & 0x20 == 0 {
            return Err(Asn1Error::Length);
        }
        let mut tail = rest;
        loop {
            if let Some(after) = tail.strip_prefix(&[0, 0]) {
                let content = &rest[..rest.len() - tail.len()];
                let raw = &input[..input.len() - after.len()];
                return Ok((Element { tag, content, raw, rules }, after));
            }
            (_, tail) = split(tail, rules, depth + 1)?;
        }
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        if count > 8 || (rules == Rules::Der && count > 4) {
            return Err(Asn1Error::Length);
        }
        let (digits, rest) = rest.split_at_checked(count).ok_or(Asn1Error::Truncated)?;
        let length = digits.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
        if rules == Rules::Der && (length < 0x80 || digits.first() == Some(&0)) {
            return Err(Asn1Error::Length);
        }
        (usize::try_from(length).map_err(|_| Asn1Error::Length)?, rest)
    };
    let (content, after) = rest.split_at_checked(length).ok_or(Asn1Error::Truncated)?;
    let raw = input.get(..input.len() - after.len()).ok_or(Asn1Error::Truncated)?;
    Ok((Element { tag, content, raw, rules }, after))
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'))
}

/// One extension of a certificate, a request or a revocation list (RFC 5280, 4.1).
pub(crate) struct Extension<'a> {
    pub(crate) id: Element<'a>,
    pub(crate) critical: bool,
    /// What stands in its OCTET STRING.
    pub(crate) value: &'a [u8],
}

/// What is wrong with a list of extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtensionsFault {
    /// It is not encoded as one, or has an extension twice (RFC 5280, 4.2).
    Malformed,
    /// It has more than the limit.
    TooMany,
}

/// Hands over each extension of a list; none occurs twice, and there are at most `limit`.
pub(crate) fn each_extension<'a, E>(
    list: &Element<'a>,
    limit: usize,
    wrong: impl Fn(ExtensionsFault) -> E,
    mut take: impl FnMut(Extension<'a>) -> core::result::Result<(), E>,
) -> core::result::Result<(), E> {
    let malformed = |_| wrong(ExtensionsFault::Malformed);
    let mut seen: Vec<&[u8]> = Vec::with_capacity(16);
    let mut r = list.expect(SEQUENCE).map_err(malformed)?.reader();
    while let Some(extension) = r.next().map_err(malformed)? {
        if seen.len() == limit {
            return Err(wrong(ExtensionsFault::TooMany));
        }
        let read = || {
            let mut e = extension.expect(SEQUENCE)?.reader();
            let id = e.expect(OID)?;
            let critical = e.optional(BOOLEAN)?.is_some_and(|b| b.content != [0]);
            let value = e.expect(OCTET_STRING)?.content;
            e.end()?;
            Ok(Extension { id, critical, value })
        };
        let extension = read().map_err(malformed)?;
        if seen.contains(&extension.id.content) {
            return Err(wrong(ExtensionsFault::Malformed));
        }
        seen.push(extension.id.content);
        take(extension)?;
    }
    Ok(())
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // count years from March, so that the leap day is the last of the year
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The context-specific constructed tag `[n]`.
pub(crate) const fn context(n: u8) -> u8 {
    0xA0 | n
}

/// The context-specific primitive tag `[n]`.
pub(crate) const fn context_primitive(n: u8) -> u8 {
    0x80 | n
}

/// Writes one element whose contents are the concatenation of `parts`.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|p| p.len()).sum();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let digits = &bytes[(length.leading_zeros() / 8) as usize..];
        out.push(0x80 | digits.len() as u8);
        out.extend_from_slice(digits);
    }
    for p in parts {
        out.extend_from_slice(p);
    }
    out
}

/// Writes a SEQUENCE.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(SEQUENCE, parts)
}

/// Writes a SET OF in DER order (X.690, 11.6).
pub(crate) fn set_of(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(SET, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Writes an OBJECT IDENTIFIER.
pub(crate) fn oid(value: &ObjectIdentifier) -> Vec<u8> {
    tlv(OID, &[value.as_bytes()])
}

/// Writes a non-negative INTEGER from its big-endian magnitude.
pub(crate) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let start = magnitude.iter().position(|b| *b != 0).unwrap_or(magnitude.len());
    let digits = magnitude.get(start..).unwrap_or_default();
    match digits.first() {
        None => tlv(INTEGER, &[&[0]]),
        Some(b) if b & 0x80 != 0 => tlv(INTEGER, &[&[0], digits]),
        Some(_) => tlv(INTEGER, &[digits]),
    }
}

/// Writes an AlgorithmIdentifier (RFC 5280, 4.1.1.2); `parameters` is a whole element or empty.
pub(crate) fn algorithm(id: &ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), parameters])
}

/// The DER NULL.
pub(crate) const DER_NULL: &[u8] = &[NULL, 0];

/// The dotted form of an OBJECT IDENTIFIER's contents, also of those too long for [`ObjectIdentifier`].
pub(crate) fn dotted(content: &[u8]) -> String {
    let mut out = String::new();
    let mut value: u128 = 0;
    for (i, byte) in content.iter().enumerate() {
        value = value.wrapping_shl(7) | u128::from(byte & 0x7F);
        if byte & 0x80 != 0 && i + 1 < content.len() {
            continue;
        }
        if out.is_empty() {
            let root = (value / 40).min(2);
            decimal(root, &mut out);
            value -= root * 40;
        }
        out.push('.');
        decimal(value, &mut out);
        value = 0;
    }
    out
}

/// Appends a number; every name that is read passes here, and formatting 128 bits is slow.
fn decimal(value: u128, out: &mut String) {
    let Ok(mut left) = u32::try_from(value) else { return out.push_str(&value.to_string()) };
    let mut place = 1;
    while left / place >= 10 {
        place *= 10;
    }
    while place > 0 {
        out.push(char::from(b'0' + (left / place) as u8));
        left %= place;
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_refuses_what_ber_takes() {
        let redundant = [0x04, 0x81, 0x01, 0xAA];
        assert_eq!(Reader::der(&redundant).any().unwrap_err(), Asn1Error::Length);
        assert_eq!(Reader::new(&redundant, Rules::Ber).any().unwrap().content, [0xAA]);
        let indefinite = [0x24, 0x80, 0x04, 0x01, 0xAA, 0x04, 0x01, 0xBB, 0, 0];
        assert_eq!(Reader::der(&indefinite).any().unwrap_err(), Asn1Error::Length);
        let e = Reader::new(&indefinite, Rules::Ber).any().unwrap();
        assert_eq!(e.octets().unwrap(), [0xAA, 0xBB]);
        assert_eq!(e.raw, indefinite);
    }

    #[test]
    fn nesting_is_bounded() {
        let nest = |depth: usize| {
            let mut v = [0x24, 0x80].repeat(depth);
            v.extend([0x04, 0x01, 0xAA]);
            v.extend([0, 0].repeat(depth));
            v
        };
        let at = nest(usize::from(MAX_DEPTH));
        assert_eq!(Reader::new(&at, Rules::Ber).any().unwrap().octets().unwrap(), [0xAA]);
        let over = nest(usize::from(MAX_DEPTH) + 1);
        assert_eq!(Reader::new(&over, Rules::Ber).any().unwrap_err(), Asn1Error::TooDeep);
    }

    #[test]
    fn segments_are_bounded() {
        let string = |pieces: usize| tlv(0x24, &[&[0x04, 0x00].repeat(pieces)]);
        let at = string(MAX_SEGMENTS - 1); // the string itself counts
        assert!(Reader::new(&at, Rules::Ber).any().unwrap().octets().is_ok());
        let over = string(MAX_SEGMENTS);
        assert_eq!(Reader::new(&over, Rules::Ber).any().unwrap().octets(), Err(Asn1Error::TooDeep));
    }

    #[test]
    fn lengths_are_written_minimally() {
        for n in [0usize, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            let v = tlv(OCTET_STRING, &[&vec![7; n]]);
            let mut r = Reader::der(&v);
            assert_eq!(r.any().unwrap().content.len(), n);
            r.end().unwrap();
        }
    }

    #[test]
    fn integers_and_dotted_identifiers() {
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0x7F]), [2, 1, 0x7F]);
        assert_eq!(dotted(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]), "1.2.840.113549");
        assert_eq!(dotted(&[0x88, 0x37]), "2.999");
        assert_eq!(
            dotted(&[0x2A, 0x00, 0x64, 0x0A, 0x8F, 0xFF, 0xFF, 0xFF, 0x7F]),
            "1.2.0.100.10.4294967295"
        );
        assert_eq!(dotted(&[0x2A, 0x90, 0x80, 0x80, 0x80, 0x00]), "1.2.4294967296");
    }

    #[test]
    fn truncation_at_every_length_is_an_error_and_no_panic() {
        let whole = sequence(&[&integer(&[1]), &tlv(OCTET_STRING, &[&[5; 300]])]);
        for n in 0..whole.len() {
            assert!(Reader::der(&whole[..n]).any().is_err());
        }
    }
}
