//! The extensions of certificates (RFC 5280, 4.2).

use super::{CertificateError, MAX_EXTENSIONS, MAX_GENERAL_NAMES, Part};
use crate::asn1::{
    Asn1Error, BIT_STRING, BOOLEAN, Element, INTEGER, OCTET_STRING, OID, Reader, SEQUENCE, UTF8_STRING,
    context, context_primitive,
};
use crate::{algorithm, name};
use const_oid::ObjectIdentifier;
use serde::{Deserialize, Serialize};

const BASIC_CONSTRAINTS: &str = "2.5.29.19";
const KEY_USAGE: &str = "2.5.29.15";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
const SUBJECT_KEY_ID: &str = "2.5.29.14";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";
const NAME_CONSTRAINTS: &str = "2.5.29.30";
/// Read by nobody here, and safe to leave unread when critical: without initial policies and without
/// `policyConstraints` the policy part of RFC 5280, 6.1 cannot fail a path.
const CERTIFICATE_POLICIES: &str = "2.5.29.32";
/// `id-on-SmtpUTF8Mailbox` (RFC 9598).
const SMTP_UTF8_MAILBOX: &str = "1.3.6.1.5.5.7.8.9";

/// What is kept of a `subjectAltName`.
#[derive(Default)]
pub(super) struct AlternativeNames {
    pub(super) mailboxes: Vec<String>,
    /// DER Names.
    pub(super) directory_names: Vec<Vec<u8>>,
    /// The GeneralName forms that are present, a bit for each tag number.
    pub(super) forms: u16,
}

#[derive(Default)]
pub(super) struct Extensions {
    pub(super) is_ca: bool,
    pub(super) path_len: Option<u8>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) alternative_names: AlternativeNames,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) unknown_critical: Vec<ObjectIdentifier>,
}

/// The name constraints of a CA (RFC 5280, 4.2.1.10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NameConstraints {
    pub(crate) permitted_mailboxes: Vec<String>,
    pub(crate) excluded_mailboxes: Vec<String>,
    /// DER Names.
    pub(crate) permitted_names: Vec<Vec<u8>>,
    pub(crate) excluded_names: Vec<Vec<u8>>,
    /// The other GeneralName forms that are constrained, a bit for each tag number.
    pub(crate) other_forms: u16,
    /// Whether a constraint is present that cannot be read as RFC 5280 restricts it.
    pub(crate) unevaluated: bool,
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

/// Reads the extensions inside their tag.
pub(super) fn extensions(tagged: &Element<'_>) -> Result<Extensions, CertificateError> {
    let mut out = Extensions::default();
    let mut seen: Vec<&[u8]> = Vec::new();
    let list = algorithm::inner(tagged).and_then(|e| e.expect(SEQUENCE)).part("extensions")?;
    let mut r = list.reader();
    while let Some(extension) = r.next().part("extensions")? {
        if seen.len() == MAX_EXTENSIONS {
            return Err(CertificateError::TooMany { what: "extensions", limit: MAX_EXTENSIONS });
        }
        let mut e = extension.expect(SEQUENCE).part("extensions")?.reader();
        let id = e.expect(OID).part("extensions")?;
        let critical = e.optional(BOOLEAN).part("extensions")?.is_some_and(|b| b.content != [0]);
        let value = e.expect(OCTET_STRING).part("extensions")?.content;
        e.end().part("extensions")?;
        if seen.contains(&id.content) {
            return Err(CertificateError::Malformed { what: "extensions" }); // RFC 5280, 4.2: at most once
        }
        seen.push(id.content);
        match crate::asn1::dotted(id.content).as_str() {
            BASIC_CONSTRAINTS => {
                (out.is_ca, out.path_len) = basic_constraints(value).part("basicConstraints")?;
            }
            KEY_USAGE => out.key_usage = Some(key_usage(value).part("keyUsage")?),
            EXTENDED_KEY_USAGE => {
                out.extended_key_usage = Some(extended_key_usage(value).part("extKeyUsage")?)
            }
            SUBJECT_KEY_ID => {
                let id = single(value).and_then(|e| e.expect(OCTET_STRING));
                out.subject_key_id = Some(id.part("subjectKeyIdentifier")?.content.to_vec());
            }
            AUTHORITY_KEY_ID => {
                out.authority_key_id = authority_key_id(value).part("authorityKeyIdentifier")?
            }
            SUBJECT_ALT_NAME => out.alternative_names = alternative_names(value).part("subjectAltName")?,
            NAME_CONSTRAINTS => {
                out.name_constraints = Some(name_constraints(value).part("nameConstraints")?);
            }
            CERTIFICATE_POLICIES => {}
            _ if critical => out.unknown_critical.push(id.oid().part("extensions")?),
            _ => {}
        }
    }
    Ok(out)
}

fn single(value: &[u8]) -> Result<Element<'_>, Asn1Error> {
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

pub(super) fn key_usage(value: &[u8]) -> Result<KeyUsage, Asn1Error> {
    let (_, bytes) = single(value)?.bits()?;
    let octet = |i: usize| bytes.get(i).map_or(0, |b| b.reverse_bits());
    Ok(KeyUsage(u16::from_le_bytes([octet(0), octet(1)])))
}

fn extended_key_usage(value: &[u8]) -> Result<Vec<ObjectIdentifier>, Asn1Error> {
    let mut out = Vec::new();
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    while let Some(e) = r.next()? {
        if out.len() == MAX_GENERAL_NAMES {
            return Err(Asn1Error::Value);
        }
        e.expect(OID)?;
        // a purpose whose arcs are too long to hold is one that nobody asks for
        out.extend(e.oid().ok());
    }
    Ok(out)
}

fn authority_key_id(value: &[u8]) -> Result<Option<Vec<u8>>, Asn1Error> {
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    Ok(r.optional(context_primitive(0))?.map(|e| e.content.to_vec()))
}

/// The names of a GeneralNames; of the mailboxes all `rfc822Name`, then all `SmtpUTF8Mailbox`.
fn alternative_names(value: &[u8]) -> Result<AlternativeNames, Asn1Error> {
    let mut out = AlternativeNames::default();
    let mut utf8 = Vec::new();
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    let mut count = 0;
    while let Some(general_name) = r.next()? {
        count += 1;
        if count > MAX_GENERAL_NAMES {
            return Err(Asn1Error::Value);
        }
        out.forms |= form(&general_name);
        if general_name.tag == context_primitive(1) {
            out.mailboxes.extend(text(general_name.content));
        } else if general_name.tag == context(4) {
            let directory_name = algorithm::inner(&general_name)?.raw;
            name::attributes(directory_name)?;
            out.directory_names.push(directory_name.to_vec());
        } else if general_name.tag == context(0) {
            let mut other = general_name.reader();
            let id = other.expect(OID)?;
            if crate::asn1::dotted(id.content) == SMTP_UTF8_MAILBOX {
                let value = other.expect(context(0)).and_then(|e| algorithm::inner(&e))?;
                utf8.extend(text(value.expect(UTF8_STRING)?.content));
            }
        }
    }
    out.mailboxes.append(&mut utf8);
    Ok(out)
}

/// The bit for the form of a GeneralName, by its tag number.
fn form(general_name: &Element<'_>) -> u16 {
    1 << (general_name.tag & 0x0F)
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

fn name_constraints(value: &[u8]) -> Result<NameConstraints, Asn1Error> {
    let mut out = NameConstraints::default();
    let mut r = single(value)?.expect(SEQUENCE)?.reader();
    let mut count = 0;
    for tag in [0, 1] {
        let Some(subtrees) = r.optional(context(tag))? else { continue };
        let (mailboxes, names) = match tag {
            0 => (&mut out.permitted_mailboxes, &mut out.permitted_names),
            _ => (&mut out.excluded_mailboxes, &mut out.excluded_names),
        };
        let mut subtrees = subtrees.reader();
        while let Some(subtree) = subtrees.next()? {
            count += 1;
            if count > MAX_GENERAL_NAMES {
                return Err(Asn1Error::Value);
            }
            let mut s = subtree.expect(SEQUENCE)?.reader();
            let base = s.any()?;
            // RFC 5280, 4.2.1.10: minimum is 0, which DER leaves out, and maximum is absent
            out.unevaluated |= !s.is_empty();
            if base.tag == context_primitive(1) {
                match text(base.content) {
                    Some(base) => mailboxes.push(base),
                    None => out.unevaluated = true,
                }
            } else if base.tag == context(4) {
                let base = algorithm::inner(&base)?.raw;
                name::attributes(base)?;
                names.push(base.to_vec());
            } else {
                out.other_forms |= form(&base);
            }
        }
    }
    r.end()?;
    out.unevaluated |= count == 0; // RFC 5280, 4.2.1.10: empty constraints must not be issued
    Ok(out)
}
