//! Distinguished names: their text (RFC 4514) and their comparison (RFC 5280, 7.1).

use crate::asn1::{
    Asn1Error, BMP_STRING, Element, IA5_STRING, OID, PRINTABLE_STRING, Reader, SEQUENCE, SET, TELETEX_STRING,
    UNIVERSAL_STRING, UTF8_STRING, dotted,
};
use const_oid::ObjectIdentifier;
use std::borrow::Cow;

/// How many attributes a name may have.
pub(crate) const MAX_ATTRIBUTES: usize = 256;

pub(crate) const COMMON_NAME: ObjectIdentifier = id("2.5.4.3");
pub(crate) const EMAIL_ADDRESS: ObjectIdentifier = id("1.2.840.113549.1.9.1");

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Short names: the table of RFC 4514, section 3, and registered ones that mail certificates carry.
const SHORT_NAMES: &[(ObjectIdentifier, &str)] = &[
    (COMMON_NAME, "CN"),
    (id("2.5.4.4"), "SN"),
    (id("2.5.4.5"), "serialNumber"),
    (id("2.5.4.6"), "C"),
    (id("2.5.4.7"), "L"),
    (id("2.5.4.8"), "ST"),
    (id("2.5.4.9"), "STREET"),
    (id("2.5.4.10"), "O"),
    (id("2.5.4.11"), "OU"),
    (id("2.5.4.12"), "title"),
    (id("2.5.4.42"), "givenName"),
    (id("2.5.4.97"), "organizationIdentifier"),
    (id("0.9.2342.19200300.100.1.1"), "UID"),
    (id("0.9.2342.19200300.100.1.25"), "DC"),
    (EMAIL_ADDRESS, "emailAddress"),
];

/// One attribute of a name.
pub(crate) struct Attribute<'a> {
    /// The contents octets of the attribute type.
    kind: &'a [u8],
    value: Element<'a>,
    /// Whether it belongs to the same RDN as the attribute before it.
    joined: bool,
}

impl Attribute<'_> {
    /// Whether it is of this type.
    pub(crate) fn is(&self, kind: ObjectIdentifier) -> bool {
        kind.as_bytes() == self.kind
    }

    /// The value as text, `None` if it is no string.
    pub(crate) fn text(&self) -> Option<String> {
        text(&self.value).map(Cow::into_owned)
    }

    fn same(&self, other: &Attribute<'_>) -> bool {
        self.kind == other.kind
            && self.joined == other.joined
            && (self.value.raw == other.value.raw
                || match (text(&self.value), text(&other.value)) {
                    (Some(a), Some(b)) => same_text(&a, &b),
                    _ => false,
                })
    }
}

/// The text of a directory string. T61 is read as Latin-1, as every implementation does.
pub(crate) fn text<'a>(value: &Element<'a>) -> Option<Cow<'a, str>> {
    let octets = value.content;
    match value.tag {
        UTF8_STRING => str::from_utf8(octets).ok().map(Cow::Borrowed),
        PRINTABLE_STRING | IA5_STRING | 0x12 | 0x1A if octets.is_ascii() => {
            str::from_utf8(octets).ok().map(Cow::Borrowed)
        }
        TELETEX_STRING => Some(octets.iter().map(|b| char::from(*b)).collect()),
        BMP_STRING => bmp(octets).map(Cow::Owned),
        UNIVERSAL_STRING if octets.len().is_multiple_of(4) => octets
            .chunks_exact(4)
            .map(|c| c.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)))
            .map(char::from_u32)
            .collect::<Option<String>>()
            .map(Cow::Owned),
        _ => None,
    }
}

/// The text of a BMPString (UTF-16BE; surrogates are read as pairs, as senders use them).
pub(crate) fn bmp(content: &[u8]) -> Option<String> {
    if !content.len().is_multiple_of(2) {
        return None;
    }
    let units = content.chunks_exact(2).map(|c| c.iter().fold(0u16, |n, b| n << 8 | u16::from(*b)));
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

/// The attributes of a DER Name, in encoded order.
pub(crate) fn attributes(name: &[u8]) -> Result<Vec<Attribute<'_>>, Asn1Error> {
    let mut out = Vec::with_capacity(8);
    let mut attributes = Attributes::of(name)?;
    while let Some(attribute) = attributes.next()? {
        out.push(attribute);
    }
    Ok(out)
}

/// How many attributes a DER Name has, if it can be read.
pub(crate) fn count(name: &[u8]) -> Result<usize, Asn1Error> {
    let mut attributes = Attributes::of(name)?;
    while attributes.next()?.is_some() {}
    Ok(attributes.count)
}

/// Reads the attributes of a DER Name one after the other.
struct Attributes<'a> {
    rdns: Reader<'a>,
    /// What is left of the RDN that is being read.
    members: Reader<'a>,
    joined: bool,
    count: usize,
}

impl<'a> Attributes<'a> {
    fn of(name: &'a [u8]) -> Result<Attributes<'a>, Asn1Error> {
        let mut outer = Reader::der(name);
        let rdns = outer.expect(SEQUENCE)?.reader();
        outer.end()?;
        Ok(Attributes { rdns, members: Reader::der(&[]), joined: false, count: 0 })
    }

    #[inline]
    fn next(&mut self) -> Result<Option<Attribute<'a>>, Asn1Error> {
        loop {
            if let Some(member) = self.members.next()? {
                if self.count == MAX_ATTRIBUTES {
                    return Err(Asn1Error::Value);
                }
                let mut r = member.expect(SEQUENCE)?.reader();
                let kind = r.expect(OID)?.content;
                let value = r.any()?;
                r.end()?;
                let joined = std::mem::replace(&mut self.joined, true);
                self.count += 1;
                return Ok(Some(Attribute { kind, value, joined }));
            }
            let Some(rdn) = self.rdns.next()? else { return Ok(None) };
            self.members = rdn.expect(SET)?.reader();
            self.joined = false;
        }
    }
}

/// The RFC 4514 text of a DER Name; empty when it cannot be read.
pub(crate) fn to_text(name: &[u8]) -> String {
    let Ok(attributes) = attributes(name) else { return String::new() };
    let mut out = String::with_capacity(name.len());
    let mut end = attributes.len();
    // RFC 4514, 2.1: starting with the last RDN
    while let Some(start) = attributes.get(..end).and_then(|front| front.iter().rposition(|a| !a.joined)) {
        for a in attributes.get(start..end).unwrap_or_default() {
            if !out.is_empty() {
                out.push(if a.joined { '+' } else { ',' });
            }
            let known = SHORT_NAMES.iter().find(|(oid, _)| oid.as_bytes() == a.kind);
            match (known, text(&a.value)) {
                (Some((_, short)), Some(value)) => {
                    out.push_str(short);
                    out.push('=');
                    escape(&value, &mut out);
                }
                // RFC 4514, 2.4: a type without a short name has its value in hexadecimal
                (kind, _) => {
                    match kind {
                        Some((_, short)) => out.push_str(short),
                        None => out.push_str(&dotted(a.kind)),
                    }
                    out.push_str("=#");
                    out.push_str(&hex(a.value.raw));
                }
            }
        }
        end = start;
    }
    out
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let mut out = String::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|b| out.extend([digit(b >> 4), digit(b & 0xF)]));
    out
}

fn escape(value: &str, out: &mut String) {
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"@.-_".contains(octet);
    let inner = |octet: &u8| plain(octet) || *octet == b' ';
    if let [first, .., last] = value.as_bytes()
        && plain(first)
        && plain(last)
        && value.bytes().all(|octet| inner(&octet))
    {
        return out.push_str(value);
    }
    let last = value.chars().count().saturating_sub(1);
    for (i, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => out.extend(['\\', c]),
            '#' | ' ' if i == 0 => out.extend(['\\', c]),
            ' ' if i == last => out.push_str("\\ "),
            c if c.is_control() => {
                let mut buffer = [0; 4];
                for b in c.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("\\{b:02X}"));
                }
            }
            c => out.push(c),
        }
    }
}

/// Compares two DER Names: equal as bytes, or equal after folding case and white space in string values
/// (RFC 5280, 7.1, without the full Unicode preparation of RFC 4518).
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (Ok(mut a), Ok(mut b)) = (Attributes::of(a), Attributes::of(b)) else { return false };
    loop {
        match (a.next(), b.next()) {
            (Ok(None), Ok(None)) => return true,
            (Ok(Some(x)), Ok(Some(y))) if x.same(&y) => {}
            _ => return false,
        }
    }
}

/// Whether a DER Name begins with all RDNs of another (RFC 5280, 7.1).
pub(crate) fn within(name: &[u8], base: &[u8]) -> bool {
    match (attributes(name), attributes(base)) {
        (Ok(name), Ok(base)) => {
            base.len() <= name.len()
                && base.iter().zip(&name).all(|(x, y)| x.same(y))
                && name.get(base.len()).is_none_or(|next| !next.joined)
        }
        _ => false,
    }
}

/// Whether a DER Name has no RDN.
pub(crate) fn is_empty(name: &[u8]) -> bool {
    count(name) == Ok(0)
}

/// Whether texts are the same but for case and the amount of white space.
fn same_text(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.split_whitespace(), b.split_whitespace());
    loop {
        return match (a.next(), b.next()) {
            (None, None) => true,
            (Some(a), Some(b)) if a.eq_ignore_ascii_case(b) => continue,
            (Some(a), Some(b)) if a.is_ascii() && b.is_ascii() => false,
            (Some(a), Some(b)) if a.to_lowercase() == b.to_lowercase() => continue,
            _ => false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{sequence, tlv};

    fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        sequence(&[&tlv(OID, &[oid]), &tlv(tag, &[value])])
    }

    fn rdn(members: &[Vec<u8>]) -> Vec<u8> {
        tlv(SET, &members.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn text_follows_rfc_4514() {
        let name = sequence(&[
            &rdn(&[attribute(&[0x55, 4, 10], UTF8_STRING, "Zoë, S.A.".as_bytes())]),
            &rdn(&[
                attribute(&[0x55, 4, 11], PRINTABLE_STRING, b" Sales"),
                attribute(&[0x55, 4, 3], BMP_STRING, &[0, b'#', 0, b'1']),
            ]),
            &rdn(&[attribute(&[0x55, 4, 99], UTF8_STRING, b"x")]),
        ]);
        assert_eq!(to_text(&name), r"2.5.4.99=#0c0178,OU=\ Sales+CN=\#1,O=Zoë\, S.A.");
    }

    #[test]
    fn comparison_folds_case_space_and_string_type() {
        let a = sequence(&[&rdn(&[attribute(&[0x55, 4, 3], UTF8_STRING, b"Root  CA ")])]);
        let b = sequence(&[&rdn(&[attribute(&[0x55, 4, 3], PRINTABLE_STRING, b"root ca")])]);
        let c = sequence(&[&rdn(&[attribute(&[0x55, 4, 3], PRINTABLE_STRING, b"rootca")])]);
        assert!(same(&a, &b));
        assert!(!same(&a, &c));
    }

    #[test]
    fn the_number_of_attributes_is_bounded() {
        let name = |n: usize| {
            let one = rdn(&[attribute(&[0x55, 4, 3], UTF8_STRING, b"x")]);
            sequence(&vec![one.as_slice(); n])
        };
        assert_eq!(attributes(&name(MAX_ATTRIBUTES)).unwrap().len(), MAX_ATTRIBUTES);
        assert!(attributes(&name(MAX_ATTRIBUTES + 1)).is_err());
    }
}
