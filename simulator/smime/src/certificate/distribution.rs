//! Where revocation information is found (RFC 5280, 4.2.1.13, 4.2.1.15 and 4.2.2.1).

use super::general_name::{self, GeneralName};
use super::{MAX_DISTRIBUTION_POINTS, MAX_POINT_NAMES};
use crate::asn1::{Asn1Error, Element, OID, SEQUENCE, SET, context, context_primitive, sequence, tlv};
use crate::{algorithm, name};

/// Reasons for which a certificate can be revoked, as the named bits of ReasonFlags (RFC 5280, 4.2.1.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reasons(pub(crate) u16);

impl Reasons {
    pub(crate) const NONE: Reasons = Reasons(0);
    /// All but the bit 0, which is unused.
    pub(crate) const ALL: Reasons = Reasons(0x1FE);

    /// Reads the contents of an implicitly tagged BIT STRING.
    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Asn1Error> {
        let bytes = match element.content.split_first() {
            Some((0..=7, bytes)) => bytes,
            _ => return Err(Asn1Error::Value),
        };
        let octet = |i: usize| bytes.get(i).map_or(0, |b| b.reverse_bits());
        Ok(Reasons(u16::from_le_bytes([octet(0), octet(1)]) & Self::ALL.0))
    }

    pub(crate) fn and(self, other: Reasons) -> Reasons {
        Reasons(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    /// Whether there are reasons here that `other` lacks.
    pub(crate) fn adds_to(self, other: Reasons) -> bool {
        self.0 & !other.0 != 0
    }
}

/// A DistributionPointName.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PointName {
    Full(Vec<GeneralName>),
    /// The contents of a RelativeDistinguishedName.
    Relative(Vec<u8>),
}

impl PointName {
    /// Reads the choice inside its tag.
    pub(crate) fn read(tagged: &Element<'_>) -> Result<Self, Asn1Error> {
        let choice = algorithm::inner(tagged)?;
        if choice.tag == context(0) {
            return Ok(PointName::Full(general_name::list(choice.reader(), MAX_POINT_NAMES)?));
        }
        choice.expect(context(1))?;
        let rdn = tlv(SET, &[choice.content]);
        name::attributes(&sequence(&[&rdn]))?;
        Ok(PointName::Relative(choice.content.to_vec()))
    }

    /// The names, a relative one below the name of who issues the list.
    pub(crate) fn names(&self, crl_issuer: &[u8]) -> Vec<GeneralName> {
        match self {
            PointName::Full(names) => names.clone(),
            PointName::Relative(rdn) => {
                let mut r = crate::asn1::Reader::der(crl_issuer);
                let base = r.any().map_or(&[][..], |e| e.content);
                vec![GeneralName::Directory(sequence(&[base, &tlv(SET, &[rdn])]))]
            }
        }
    }
}

/// A DistributionPoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DistributionPoint {
    pub(crate) name: Option<PointName>,
    pub(crate) reasons: Option<Reasons>,
    pub(crate) crl_issuer: Vec<GeneralName>,
}

/// Reads `cRLDistributionPoints`, and `freshestCRL`, which has the same type.
pub(super) fn points(value: &Element<'_>) -> Result<Vec<DistributionPoint>, Asn1Error> {
    let mut out = Vec::new();
    let mut r = value.expect(SEQUENCE)?.reader();
    while let Some(point) = r.next()? {
        if out.len() == MAX_DISTRIBUTION_POINTS {
            return Err(Asn1Error::Value);
        }
        let mut p = point.expect(SEQUENCE)?.reader();
        let name = p.optional(context(0))?.map(|e| PointName::read(&e)).transpose()?;
        let reasons = p.optional(context_primitive(1))?.map(|e| Reasons::read(&e)).transpose()?;
        let crl_issuer =
            p.optional(context(2))?.map(|e| general_name::list(e.reader(), MAX_POINT_NAMES)).transpose()?;
        p.end()?;
        out.push(DistributionPoint { name, reasons, crl_issuer: crl_issuer.unwrap_or_default() });
    }
    Ok(out)
}

/// Reads `authorityInfoAccess`: the access methods, dotted, with their URIs.
pub(super) fn access(value: &Element<'_>) -> Result<Vec<(String, String)>, Asn1Error> {
    let mut out = Vec::new();
    let mut r = value.expect(SEQUENCE)?.reader();
    while let Some(description) = r.next()? {
        if out.len() == MAX_DISTRIBUTION_POINTS {
            return Err(Asn1Error::Value);
        }
        let mut d = description.expect(SEQUENCE)?.reader();
        let method = crate::asn1::dotted(d.expect(OID)?.content);
        let location = GeneralName::read(&d.any()?)?;
        d.end()?;
        if let GeneralName::Uri(uri) = location {
            out.push((method, uri));
        }
    }
    Ok(out)
}
