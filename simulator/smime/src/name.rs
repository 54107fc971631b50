//! Distinguished names: their text (RFC 4514) and their comparison (RFC 5280, 7.1).

use crate::asn1::{
    Asn1Error, BMP_STRING, Element, IA5_STRING, OID, PRINTABLE_STRING, Reader, SEQUENCE, SET, TELETEX_STRING,
    UNIVERSAL_STRING, UTF8_STRING, dotted,
};

/// How many attributes a name may have.
pub(crate) const MAX_ATTRIBUTES: usize = 256;

pub(crate) const COMMON_NAME: &str = "2.5.4.3";
pub(crate) const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

/// Short names: the table of RFC 4514, section 3, and registered ones that mail certificates carry.
const SHORT_NAMES: &[(&str, &str)] = &[
    (COMMON_NAME, "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "givenName"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    (EMAIL_ADDRESS, "emailAddress"),
];

/// One attribute of a name.
pub(crate) struct Attribute<'a> {
    /// The attribute type, dotted.
    pub(crate) kind: String,
    value: Element<'a>,
    /// Whether it belongs to the same RDN as the attribute before it.
    joined: bool,
}

impl Attribute<'_> {
    /// The value as text, `None` if it is no string.
    pub(crate) fn text(&self) -> Option<String> {
        text(&self.value)
    }

    fn same(&self, other: &Attribute<'_>) -> bool {
        self.kind == other.kind
            && self.joined == other.joined
            && match (self.text(), other.text()) {
                (Some(a), Some(b)) => folded(&a) == folded(&b),
                _ => self.value.raw == other.value.raw,
            }
    }
}

/// The text of a directory string. T61 is read as Latin-1, as every implementation does.
pub(crate) fn text(value: &Element<'_>) -> Option<String> {
    match value.tag {
        UTF8_STRING => String::from_utf8(value.content.to_vec()).ok(),
        PRINTABLE_STRING | IA5_STRING | 0x12 | 0x1A => {
            value.content.is_ascii().then(|| value.content.iter().map(|b| char::from(*b)).collect())
        }
        TELETEX_STRING => Some(value.content.iter().map(|b| char::from(*b)).collect()),
        BMP_STRING => bmp(value.content),
        UNIVERSAL_STRING if value.content.len().is_multiple_of(4) => value
            .content
            .chunks_exact(4)
            .map(|c| c.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)))
            .map(char::from_u32)
            .collect(),
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
    let mut out: Vec<Attribute<'_>> = Vec::new();
    let mut outer = Reader::der(name);
    let mut rdns = outer.expect(SEQUENCE)?.reader();
    outer.end()?;
    while let Some(rdn) = rdns.next()? {
        let mut members = rdn.expect(SET)?.reader();
        let mut joined = false;
        while let Some(member) = members.next()? {
            if out.len() == MAX_ATTRIBUTES {
                return Err(Asn1Error::Value);
            }
            let mut r = member.expect(SEQUENCE)?.reader();
            let kind = dotted(r.expect(OID)?.content);
            let value = r.any()?;
            r.end()?;
            out.push(Attribute { kind, value, joined });
            joined = true;
        }
    }
    Ok(out)
}

/// The RFC 4514 text of a DER Name; empty when it cannot be read.
pub(crate) fn to_text(name: &[u8]) -> String {
    let Ok(attributes) = attributes(name) else { return String::new() };
    let mut rdns: Vec<String> = Vec::new();
    for a in &attributes {
        let known = SHORT_NAMES.iter().find(|(oid, _)| *oid == a.kind).map(|(_, short)| *short);
        let one = match (known, a.text()) {
            (Some(short), Some(value)) => format!("{short}={}", escaped(&value)),
            // RFC 4514, 2.4: a type without a short name has its value in hexadecimal
            (kind, _) => format!("{}=#{}", kind.unwrap_or(&a.kind), hex(a.value.raw)),
        };
        match rdns.last_mut() {
            Some(last) if a.joined => {
                last.push('+');
                last.push_str(&one);
            }
            _ => rdns.push(one),
        }
    }
    rdns.reverse(); // RFC 4514, 2.1: starting with the last RDN
    rdns.join(",")
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
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
    out
}

/// Compares two DER Names: equal as bytes, or equal after folding case and white space in string values
/// (RFC 5280, 7.1, without the full Unicode preparation of RFC 4518).
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    match (attributes(a), attributes(b)) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| x.same(y)),
        _ => false,
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
    attributes(name).is_ok_and(|a| a.is_empty())
}

fn folded(value: &str) -> String {
    value.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
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
