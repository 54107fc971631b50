//! The extensions of certificates (RFC 5280, 4.2).

use super::distribution::{self, DistributionPoint};
use super::general_name::{self, GeneralName, NameConstraints};
use super::policy::{self, Policies};
use super::{CertificateError, MAX_EXTENSIONS, MAX_GENERAL_NAMES, Part};
use crate::asn1::{
    Asn1Error, BIT_STRING, BOOLEAN, Element, Extension, ExtensionsFault, INTEGER, OCTET_STRING, OID, Reader,
    SEQUENCE, context_primitive, each_extension,
};
use crate::{BulkCipher, algorithm};
use const_oid::ObjectIdentifier;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The contents octets of an identifier in the arc `id-ce` (RFC 5280, 4.2.1), 2.5.29.
const fn id_ce(number: u8) -> [u8; 3] {
    [0x55, 0x1D, number]
}

const BASIC_CONSTRAINTS: &[u8] = &id_ce(19);
const KEY_USAGE: &[u8] = &id_ce(15);
const EXTENDED_KEY_USAGE: &[u8] = &id_ce(37);
const SUBJECT_KEY_ID: &[u8] = &id_ce(14);
const AUTHORITY_KEY_ID: &[u8] = &id_ce(35);
const SUBJECT_ALT_NAME: &[u8] = &id_ce(17);
const NAME_CONSTRAINTS: &[u8] = &id_ce(30);
const CRL_DISTRIBUTION_POINTS: &[u8] = &id_ce(31);
const CERTIFICATE_POLICIES: &[u8] = &id_ce(32);
const POLICY_MAPPINGS: &[u8] = &id_ce(33);
const POLICY_CONSTRAINTS: &[u8] = &id_ce(36);
const FRESHEST_CRL: &[u8] = &id_ce(46);
const INHIBIT_ANY_POLICY: &[u8] = &id_ce(54);
/// 1.3.6.1.5.5.7.1.1
const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
/// `id-pkix-ocsp-nocheck` (RFC 6960, 4.2.2.2.1), 1.3.6.1.5.5.7.48.1.5.
const OCSP_NO_CHECK: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 48, 1, 5];

/// `smimeCapabilities` (RFC 4262, 2.2), 1.2.840.113549.1.9.15.
const SMIME_CAPABILITIES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 15];

#[derive(Default)]
pub(super) struct Extensions {
    pub(super) is_ca: bool,
    pub(super) path_len: Option<u8>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// Where in the certificate it stands.
    pub(super) subject_key_id: Option<Range<usize>>,
    /// Where in the certificate it stands.
    pub(super) authority_key_id: Option<Range<usize>>,
    pub(super) alternative_names: Vec<GeneralName>,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) policies: Policies,
    pub(super) distribution_points: Vec<DistributionPoint>,
    pub(super) freshest_crl: Vec<DistributionPoint>,
    /// Access methods, dotted, with their URIs.
    pub(super) authority_access: Vec<(String, String)>,
    pub(super) ocsp_no_check: bool,
    pub(super) capabilities: Vec<BulkCipher>,
    pub(super) unknown_critical: Vec<ObjectIdentifier>,
}

/// What a key may be used for (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyUsage(pub(super) u16);

macro_rules! key_usages {
    ($($(#[$doc:meta])* $bit:literal $constant:ident $method:ident;)*) => {
        impl KeyUsage {
            $($(#[$doc])* pub const $constant: KeyUsage = KeyUsage(1 << $bit);)*
            $($(#[$doc])* pub const fn $method(self) -> bool { self.0 & (1 << $bit) != 0 })*
        }
    };
}

key_usages! {
    /// Signatures other than on certificates and CRLs.
    0 DIGITAL_SIGNATURE digital_signature;
    /// Signatures that commit (also called contentCommitment).
    1 NON_REPUDIATION non_repudiation;
    /// Key transport: encrypting content keys.
    2 KEY_ENCIPHERMENT key_encipherment;
    /// Encrypting data directly.
    3 DATA_ENCIPHERMENT data_encipherment;
    /// Key agreement.
    4 KEY_AGREEMENT key_agreement;
    /// Signing certificates.
    5 KEY_CERT_SIGN key_cert_sign;
    /// Signing revocation lists.
    6 CRL_SIGN crl_sign;
    /// With key agreement: encrypting only.
    7 ENCIPHER_ONLY encipher_only;
    /// With key agreement: decrypting only.
    8 DECIPHER_ONLY decipher_only;
}

impl KeyUsage {
    /// Whether one of the bits of `other` is set.
    pub const fn intersects(self, other: KeyUsage) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the bits that are set, as RFC 5280 spells them.
    pub fn names(self) -> Vec<&'static str> {
        const NAMES: [&str; 9] = [
            "digitalSignature",
            "nonRepudiation",
            "keyEncipherment",
            "dataEncipherment",
            "keyAgreement",
            "keyCertSign",
            "cRLSign",
            "encipherOnly",
            "decipherOnly",
        ];
        NAMES.iter().enumerate().filter(|(i, _)| self.0 & (1 << i) != 0).map(|(_, n)| *n).collect()
    }

    /// The contents of the extension: a DER BIT STRING of named bits (X.690, 11.2.2).
    pub(crate) fn to_der(self) -> Vec<u8> {
        let reversed = self.0.reverse_bits().to_be_bytes();
        let used = if reversed[1] != 0 { &reversed[..] } else { &reversed[..1] };
        let unused = used.last().map_or(0, |b| b.trailing_zeros().min(7)) as u8;
        match self.0 {
            0 => crate::asn1::tlv(BIT_STRING, &[&[0]]),
            _ => crate::asn1::tlv(BIT_STRING, &[&[unused], used]),
        }
    }
}

impl std::ops::BitOr for KeyUsage {
    type Output = KeyUsage;
    fn bitor(self, other: KeyUsage) -> KeyUsage {
        KeyUsage(self.0 | other.0)
    }
}

/// Reads the extensions inside their tag; `range` tells where in the certificate octets stand.
pub(super) fn extensions(
    tagged: &Element<'_>,
    range: impl Fn(&[u8]) -> Range<usize>,
) -> Result<Extensions, CertificateError> {
    let mut out = Extensions::default();
    let list = algorithm::inner(tagged).part("extensions")?;
    let wrong = |fault| match fault {
        ExtensionsFault::Malformed => CertificateError::Malformed { what: "extensions" },
        ExtensionsFault::TooMany => CertificateError::TooMany { what: "extensions", limit: MAX_EXTENSIONS },
    };
    each_extension(&list, MAX_EXTENSIONS, wrong, |Extension { id, critical, value }| {
        match id.content {
            BASIC_CONSTRAINTS => {
                (out.is_ca, out.path_len) = basic_constraints(value).part("basicConstraints")?;
            }
            KEY_USAGE => out.key_usage = Some(key_usage(value).part("keyUsage")?),
            EXTENDED_KEY_USAGE => {
                out.extended_key_usage = Some(extended_key_usage(value).part("extKeyUsage")?)
            }
            SUBJECT_KEY_ID => {
                let id = single(value).and_then(|e| e.expect(OCTET_STRING));
                out.subject_key_id = Some(range(id.part("subjectKeyIdentifier")?.content));
            }
            AUTHORITY_KEY_ID => {
                let id = authority_key_id(value).part("authorityKeyIdentifier")?;
                out.authority_key_id = id.map(&range);
            }
            SUBJECT_ALT_NAME => {
                let names = single(value)
                    .and_then(|e| general_name::list(e.expect(SEQUENCE)?.reader(), MAX_GENERAL_NAMES));
                out.alternative_names = names.part("subjectAltName")?;
            }
            NAME_CONSTRAINTS => {
                let constraints = single(value).and_then(|e| NameConstraints::read(&e));
                out.name_constraints = Some(constraints.part("nameConstraints")?);
            }
            CERTIFICATE_POLICIES => {
                let policies = single(value).and_then(|e| policy::asserted(&e));
                out.policies.asserted = Some(policies.part("certificatePolicies")?);
            }
            POLICY_MAPPINGS => {
                let mappings = single(value).and_then(|e| policy::mappings(&e));
                out.policies.mappings = mappings.part("policyMappings")?;
            }
            POLICY_CONSTRAINTS => {
                let constraints = single(value).and_then(|e| policy::constraints(&e));
                (out.policies.require_explicit, out.policies.inhibit_mapping) =
                    constraints.part("policyConstraints")?;
            }
            INHIBIT_ANY_POLICY => {
                let skip = single(value).and_then(|e| e.uint());
                out.policies.inhibit_any = Some(skip.part("inhibitAnyPolicy")?);
            }
            CRL_DISTRIBUTION_POINTS => {
                let points = single(value).and_then(|e| distribution::points(&e));
                out.distribution_points = points.part("cRLDistributionPoints")?;
            }
            FRESHEST_CRL => {
                let points = single(value).and_then(|e| distribution::points(&e));
                out.freshest_crl = points.part("freshestCRL")?;
            }
            // RFC 5280, 4.2.2.1: not critical; what a critical one means is not known
            AUTHORITY_INFO_ACCESS if !critical => {
                let access = single(value).and_then(|e| distribution::access(&e));
                out.authority_access = access.part("authorityInfoAccess")?;
            }
            OCSP_NO_CHECK => out.ocsp_no_check = true,
            // It informs alone; RFC 4262, 2.2: not critical.
            SMIME_CAPABILITIES if !critical => out.capabilities = crate::cms::capabilities(value),
            _ if critical => out.unknown_critical.push(id.oid().part("extensions")?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(out)
}

pub(crate) fn single(value: &[u8]) -> Result<Element<'_>, Asn1Error> {
    let mut r = Reader::der(value);
    let e = r.any()?;
    r.end()?;
    Ok(e)
}

fn basic_constraints(value: &[u8]) -> Result<(bool, Option<u8>), Asn1Error> {
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    let ca = r.optional(BOOLEAN)?.is_some_and(|b| b.content != [0]);
    // a longer limit than any path that is built is as good as 255
    let path_len = r.optional(INTEGER)?.map(|e| e.uint()).transpose()?.map(|n| n.min(255) as u8);
    r.end()?;
    Ok((ca, path_len))
}

pub(crate) fn key_usage(value: &[u8]) -> Result<KeyUsage, Asn1Error> {
    let (_, bytes) = single(value)?.bits()?;
    let octet = |i: usize| bytes.get(i).map_or(0, |b| b.reverse_bits());
    Ok(KeyUsage(u16::from_le_bytes([octet(0), octet(1)])))
}

fn extended_key_usage(value: &[u8]) -> Result<Vec<ObjectIdentifier>, Asn1Error> {
    let mut out = Vec::new();
    let mut count = 0;
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    while let Some(e) = r.next()? {
        if count == MAX_GENERAL_NAMES {
            return Err(Asn1Error::Value);
        }
        e.expect(OID)?;
        count += 1;
        // a purpose whose arcs are too long to hold is one that nobody asks for
        out.extend(e.oid().ok());
    }
    // RFC 5280, 4.2.1.12: at least one
    if count == 0 { Err(Asn1Error::Value) } else { Ok(out) }
}

pub(crate) fn authority_key_id(value: &[u8]) -> Result<Option<&[u8]>, Asn1Error> {
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    Ok(r.optional(context_primitive(0))?.map(|e| e.content))
}
