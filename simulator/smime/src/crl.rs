//! Certificate revocation lists (RFC 5280, 5), complete, delta and indirect.
//!
//! The DER bytes are the list; what is read from them is kept beside. Whether a list is fresh, of the right issuer
//! and of the right scope is judged where a certificate is ([`crate::validate_with`]).

use crate::algorithm::{self, verify_message};
use crate::asn1::{
    self, Asn1Error, BIT_STRING, ENUMERATED, Element, ExtensionsFault, GENERALIZED_TIME, INTEGER, Reader,
    SEQUENCE, UTC_TIME, context, context_primitive,
};
use crate::certificate::distribution::{PointName, Reasons};
use crate::certificate::general_name;
use crate::certificate::{GeneralName, MAX_POINT_NAMES, authority_key_id, single};
use crate::pem::BadBlock;
use crate::{Certificate, CryptoError, CryptoProvider, SignatureScheme, Timestamp, name, pem};
use const_oid::ObjectIdentifier;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;

/// The largest revocation list that is read, in octets.
pub const MAX_CRL_SIZE: usize = 8 * 1024 * 1024;
/// How many revoked certificates a list may name.
pub const MAX_CRL_ENTRIES: usize = 200_000;
/// How many extensions a list, or one of its entries, may have.
pub const MAX_CRL_EXTENSIONS: usize = 32;
/// How many lists a PEM text may hold.
pub const MAX_PEM_CRLS: usize = 512;

const CRL_NUMBER: &str = "2.5.29.20";
const REASON_CODE: &str = "2.5.29.21";
const INVALIDITY_DATE: &str = "2.5.29.24";
const DELTA_CRL_INDICATOR: &str = "2.5.29.27";
const ISSUING_DISTRIBUTION_POINT: &str = "2.5.29.28";
const CERTIFICATE_ISSUER: &str = "2.5.29.29";
const AUTHORITY_KEY_ID: &str = "2.5.29.35";

/// A revocation list: its DER bytes, and what was read from them.
///
/// Two lists are equal when their bytes are.
#[derive(Clone)]
pub struct Crl(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    tbs: Range<usize>,
    issuer: Range<usize>,
    signature: Range<usize>,
    scheme: Result<SignatureScheme, ObjectIdentifier>,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    entries: Vec<Entry>,
    /// The names that entries of indirect lists refer to, as DER Names.
    certificate_issuers: Vec<Vec<u8>>,
    number: Option<Vec<u8>>,
    base_number: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
    scope: Option<Scope>,
    scope_der: Vec<u8>,
    unknown_critical: Option<ObjectIdentifier>,
}

struct Entry {
    serial: Range<usize>,
    revoked_at: Timestamp,
    reason: RevocationReason,
    /// One more than the index into the issuers of certificates; 0 is the issuer of the list.
    issuer: u32,
}

/// An `issuingDistributionPoint` (RFC 5280, 5.2.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) name: Option<PointName>,
    pub(crate) only_users: bool,
    pub(crate) only_authorities: bool,
    pub(crate) only_reasons: Option<Reasons>,
    pub(crate) indirect: bool,
    pub(crate) only_attributes: bool,
}

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the standard's
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    CertificateHold,
    RemoveFromCrl,
    PrivilegeWithdrawn,
    AaCompromise,
}

impl RevocationReason {
    pub(crate) fn from_code(code: u64) -> Option<Self> {
        use RevocationReason::*;
        Some(match code {
            0 => Unspecified,
            1 => KeyCompromise,
            2 => CaCompromise,
            3 => AffiliationChanged,
            4 => Superseded,
            5 => CessationOfOperation,
            6 => CertificateHold,
            8 => RemoveFromCrl,
            9 => PrivilegeWithdrawn,
            10 => AaCompromise,
            _ => return None,
        })
    }

    /// Whether a revocation for this reason lasts: all but a hold does, which may be released (RFC 5280, 5.3.1).
    pub fn is_lasting(self) -> bool {
        !matches!(self, RevocationReason::CertificateHold | RevocationReason::RemoveFromCrl)
    }

    /// The name as RFC 5280 spells it.
    pub fn name(self) -> &'static str {
        use RevocationReason::*;
        match self {
            Unspecified => "unspecified",
            KeyCompromise => "keyCompromise",
            CaCompromise => "cACompromise",
            AffiliationChanged => "affiliationChanged",
            Superseded => "superseded",
            CessationOfOperation => "cessationOfOperation",
            CertificateHold => "certificateHold",
            RemoveFromCrl => "removeFromCRL",
            PrivilegeWithdrawn => "privilegeWithdrawn",
            AaCompromise => "aACompromise",
        }
    }
}

impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a revocation list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CrlError {
    /// The list is larger than [`MAX_CRL_SIZE`].
    #[error("the revocation list has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// Bytes follow the list.
    #[error("{octets} octets follow the revocation list")]
    TrailingData {
        /// How many.
        octets: usize,
    },
    /// A part is not encoded as RFC 5280 says; it is named as that document names it.
    #[error("the revocation list's {what} cannot be read")]
    Malformed {
        /// The name of the field or extension.
        what: &'static str,
    },
    /// More of something than is read.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The largest number that is read.
        limit: usize,
    },
    /// The text holds no `X509 CRL` block.
    #[error("there is no PEM revocation list")]
    NoCrl,
    /// A PEM block is not closed or is not base64.
    #[error("the PEM text cannot be read")]
    BadPem,
    /// The PEM text is larger than is read.
    #[error("the PEM text has {size} octets, more than {limit}")]
    PemTooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
}

/// A certificate on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// When it was revoked.
    pub at: Timestamp,
    /// Why; `Unspecified` when the list does not say.
    pub reason: RevocationReason,
}

impl Crl {
    /// Reads one DER list, exactly.
    ///
    /// # Errors
    /// [`CrlError`] when it is too large, malformed, or followed by anything.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        within_bound(der)?;
        Self::from_vec(der.to_vec())
    }

    /// Reads one DER list, exactly, and keeps its bytes.
    ///
    /// # Errors
    /// Those of [`Crl::from_der`].
    pub fn from_vec(der: Vec<u8>) -> Result<Self, CrlError> {
        within_bound(&der)?;
        let mut parsed = parse(&der)?;
        parsed.der = der;
        Ok(Crl(Arc::new(parsed)))
    }

    /// Reads all `X509 CRL` blocks of a PEM text (RFC 7468), in order; what stands between them is ignored.
    ///
    /// # Errors
    /// [`CrlError`] when there is none, more than [`MAX_PEM_CRLS`], or one cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, CrlError> {
        let mut out = Vec::new();
        for block in pem::blocks(text) {
            let block = block.map_err(|fault| match fault {
                BadBlock::TooLarge(size) => CrlError::PemTooLarge { size, limit: pem::MAX_PEM_SIZE },
                BadBlock::Unreadable => CrlError::BadPem,
            })?;
            if !matches!(block.label.as_str(), "X509 CRL" | "CRL") {
                continue;
            }
            if out.len() == MAX_PEM_CRLS {
                return Err(CrlError::TooMany { what: "revocation lists", limit: MAX_PEM_CRLS });
            }
            out.push(Self::from_der(&block.bytes)?);
        }
        if out.is_empty() { Err(CrlError::NoCrl) } else { Ok(out) }
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }

    /// The list's bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The issuer in the text form of RFC 4514.
    pub fn issuer(&self) -> String {
        name::to_text(self.issuer_der())
    }

    /// The issuer's Name as encoded, with its tag and length.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.0.issuer)
    }

    /// When the list was issued.
    pub fn this_update(&self) -> Timestamp {
        self.0.this_update
    }

    /// When the next list is issued at the latest.
    pub fn next_update(&self) -> Option<Timestamp> {
        self.0.next_update
    }

    /// How many certificates are on the list.
    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    /// Whether no certificate is on the list.
    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    /// Whether the list holds only changes to another (`deltaCRLIndicator`).
    pub fn is_delta(&self) -> bool {
        self.0.base_number.is_some()
    }

    /// The magnitude of `crlNumber`.
    pub(crate) fn number(&self) -> Option<&[u8]> {
        self.0.number.as_deref()
    }

    /// The magnitude of the number in `deltaCRLIndicator`.
    pub(crate) fn base_number(&self) -> Option<&[u8]> {
        self.0.base_number.as_deref()
    }

    pub(crate) fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.authority_key_id.as_deref()
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.0.scope.as_ref()
    }

    /// The bytes of `issuingDistributionPoint`; empty without one.
    pub(crate) fn scope_der(&self) -> &[u8] {
        &self.0.scope_der
    }

    /// A critical extension, of the list or of an entry, that nobody here evaluates.
    pub(crate) fn unknown_critical(&self) -> Option<ObjectIdentifier> {
        self.0.unknown_critical
    }

    /// How the list is signed; `Err` holds the identifier that is not known.
    pub(crate) fn scheme(&self) -> Result<SignatureScheme, ObjectIdentifier> {
        self.0.scheme
    }

    /// What the list says about the certificate with this issuer and serial number.
    pub(crate) fn entry(&self, issuer: &[u8], serial: &[u8]) -> Option<RevokedEntry> {
        let own = name::same(self.issuer_der(), issuer);
        let found = self.0.entries.iter().rfind(|e| {
            self.part(&e.serial) == serial
                && match (e.issuer as usize).checked_sub(1).map(|i| self.0.certificate_issuers.get(i)) {
                    None => own,
                    Some(other) => other.is_some_and(|name| name::same(name, issuer)),
                }
        });
        found.map(|e| RevokedEntry { at: e.revoked_at, reason: e.reason })
    }

    /// What the list says about a certificate, by its issuer and serial number; its own issuer, signature and
    /// freshness are not looked at.
    pub fn find(&self, certificate: &Certificate) -> Option<RevokedEntry> {
        self.entry(certificate.issuer_der(), certificate.serial())
    }

    /// Verifies that the key of `issuer` made the signature; neither names nor usages are looked at.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] when it did not, [`CryptoError::Unsupported`] when that cannot be known.
    pub fn verify_signed_by(
        &self,
        crypto: &dyn CryptoProvider,
        issuer: &Certificate,
    ) -> Result<(), CryptoError> {
        let scheme = self.0.scheme.map_err(|_| CryptoError::Unsupported("revocation list signature"))?;
        issuer.public_key_algorithm().map_err(|_| CryptoError::Unsupported("the issuer's public key"))?;
        verify_message(
            crypto,
            issuer.spki_der(),
            scheme,
            self.part(&self.0.tbs),
            self.part(&self.0.signature),
        )
    }
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Crl");
        f.field("issuer", &self.issuer()).field("this_update", &self.this_update());
        f.field("entries", &self.len()).finish()
    }
}

/// Names the part that could not be read.
trait Part<T> {
    fn part(self, what: &'static str) -> Result<T, CrlError>;
}

impl<T> Part<T> for Result<T, Asn1Error> {
    fn part(self, what: &'static str) -> Result<T, CrlError> {
        self.map_err(|_| CrlError::Malformed { what })
    }
}

fn within_bound(der: &[u8]) -> Result<(), CrlError> {
    match der.len() > MAX_CRL_SIZE {
        true => Err(CrlError::TooLarge { size: der.len(), limit: MAX_CRL_SIZE }),
        false => Ok(()),
    }
}

/// What is read from a list; its bytes are put in by who has them.
fn parse(der: &[u8]) -> Result<Parsed, CrlError> {
    let mut outer = Reader::der(der);
    let list = outer.expect(SEQUENCE).part("certificateList")?;
    if !outer.is_empty() {
        return Err(CrlError::TrailingData { octets: outer.remaining() });
    }
    let range = |slice: &[u8]| {
        // every slice that the reader gives lies in `der`
        let start = slice.as_ptr() as usize - der.as_ptr() as usize;
        start..start + slice.len()
    };
    let mut r = list.reader();
    let tbs = r.expect(SEQUENCE).part("tbsCertList")?;
    let outer_algorithm = r.expect(SEQUENCE).part("signatureAlgorithm")?;
    let signature = r.expect(BIT_STRING).and_then(asn1::signature).part("signatureValue")?;
    r.end().part("certificateList")?;

    let mut r = tbs.reader();
    // RFC 5280, 5.1.2.1: version 2 when present; version 1 is still read
    let version = r.optional(INTEGER).part("version")?.map(|e| e.uint()).transpose().part("version")?;
    if version.is_some_and(|v| v > 1) {
        return Err(CrlError::Malformed { what: "version" });
    }
    let inner_algorithm = r.expect(SEQUENCE).part("signature")?;
    if inner_algorithm.raw != outer_algorithm.raw {
        return Err(CrlError::Malformed { what: "signature" }); // RFC 5280, 5.1.1.2: the same
    }
    let issuer = r.expect(SEQUENCE).part("issuer")?.raw;
    name::attributes(issuer).part("issuer")?;
    let mut out = Parsed {
        der: Vec::new(),
        tbs: range(tbs.raw),
        issuer: range(issuer),
        signature: range(signature),
        scheme: algorithm::signature_scheme(&inner_algorithm).part("signature")?,
        this_update: r.any().and_then(|e| e.time()).part("thisUpdate")?,
        next_update: None,
        entries: Vec::new(),
        certificate_issuers: Vec::new(),
        number: None,
        base_number: None,
        authority_key_id: None,
        scope: None,
        scope_der: Vec::new(),
        unknown_critical: None,
    };
    if let Some(UTC_TIME | GENERALIZED_TIME) = r.peek() {
        out.next_update = Some(r.any().and_then(|e| e.time()).part("nextUpdate")?);
    }
    if let Some(entries) = r.optional(SEQUENCE).part("revokedCertificates")? {
        let mut entries = entries.reader();
        let mut issuer = 0;
        while let Some(entry) = entries.next().part("revokedCertificates")? {
            if out.entries.len() == MAX_CRL_ENTRIES {
                return Err(CrlError::TooMany { what: "revoked certificates", limit: MAX_CRL_ENTRIES });
            }
            let mut e = entry.expect(SEQUENCE).part("revokedCertificates")?.reader();
            let serial = range(e.expect(INTEGER).part("userCertificate")?.content);
            let revoked_at = e.any().and_then(|e| e.time()).part("revocationDate")?;
            let mut reason = RevocationReason::Unspecified;
            if let Some(extensions) = e.next().part("crlEntryExtensions")? {
                entry_extensions(&extensions, &mut out, &mut reason, &mut issuer)?;
            }
            e.end().part("revokedCertificates")?;
            out.entries.push(Entry { serial, revoked_at, reason, issuer });
        }
    }
    if let Some(tagged) = r.optional(context(0)).part("crlExtensions")? {
        if version != Some(1) {
            return Err(CrlError::Malformed { what: "crlExtensions" }); // only in version 2
        }
        let list = algorithm::inner(&tagged).part("crlExtensions")?;
        list_extensions(&list, &mut out)?;
    }
    r.end().part("tbsCertList")?;
    Ok(out)
}

/// Calls `take` with the identifier, criticality and value of each extension; each occurs once.
fn each_extension<'a>(
    list: &Element<'a>,
    what: &'static str,
    mut take: impl FnMut(&Element<'a>, bool, &'a [u8]) -> Result<(), CrlError>,
) -> Result<(), CrlError> {
    let wrong = |fault| match fault {
        ExtensionsFault::Malformed => CrlError::Malformed { what },
        ExtensionsFault::TooMany => CrlError::TooMany { what: "extensions", limit: MAX_CRL_EXTENSIONS },
    };
    asn1::each_extension(list, MAX_CRL_EXTENSIONS, wrong, |extension| {
        take(&extension.id, extension.critical, extension.value)
    })
}

fn entry_extensions(
    list: &Element<'_>,
    out: &mut Parsed,
    reason: &mut RevocationReason,
    issuer: &mut u32,
) -> Result<(), CrlError> {
    each_extension(list, "crlEntryExtensions", |id, critical, value| {
        match crate::asn1::dotted(id.content).as_str() {
            REASON_CODE => {
                let code = single(value).and_then(|e| e.expect(ENUMERATED)).part("reasonCode")?;
                let known = match code.content {
                    [code] => RevocationReason::from_code(u64::from(*code)),
                    _ => None,
                };
                *reason = known.ok_or(CrlError::Malformed { what: "reasonCode" })?;
            }
            CERTIFICATE_ISSUER => {
                let names = single(value)
                    .and_then(|e| general_name::list(e.expect(SEQUENCE)?.reader(), MAX_POINT_NAMES));
                let directory = names.part("certificateIssuer")?.into_iter().find_map(|n| match n {
                    GeneralName::Directory(name) => Some(name),
                    _ => None,
                });
                let name = directory.ok_or(CrlError::Malformed { what: "certificateIssuer" })?;
                // RFC 5280, 5.3.3: holds for this entry and those that follow
                if out.certificate_issuers.last() != Some(&name) {
                    out.certificate_issuers.push(name);
                }
                *issuer = u32::try_from(out.certificate_issuers.len()).unwrap_or(u32::MAX);
            }
            INVALIDITY_DATE => {}
            _ if critical => {
                let oid = id.oid().part("crlEntryExtensions")?;
                out.unknown_critical.get_or_insert(oid);
            }
            _ => {}
        }
        Ok(())
    })
}

fn list_extensions(list: &Element<'_>, out: &mut Parsed) -> Result<(), CrlError> {
    each_extension(list, "crlExtensions", |id, critical, value| {
        match crate::asn1::dotted(id.content).as_str() {
            // RFC 5280, 5.2.3: not critical
            CRL_NUMBER if !critical => out.number = Some(magnitude(value).part("cRLNumber")?),
            DELTA_CRL_INDICATOR => out.base_number = Some(magnitude(value).part("deltaCRLIndicator")?),
            AUTHORITY_KEY_ID => {
                out.authority_key_id =
                    authority_key_id(value).part("authorityKeyIdentifier")?.map(<[u8]>::to_vec);
            }
            ISSUING_DISTRIBUTION_POINT => {
                out.scope = Some(single(value).and_then(|e| scope(&e)).part("issuingDistributionPoint")?);
                out.scope_der = value.to_vec();
            }
            _ if critical => {
                let oid = id.oid().part("crlExtensions")?;
                out.unknown_critical.get_or_insert(oid);
            }
            _ => {}
        }
        Ok(())
    })
}

/// The octets of a non-negative INTEGER of up to 20 octets (RFC 5280, 5.2.3), without leading zeros.
fn magnitude(value: &[u8]) -> Result<Vec<u8>, Asn1Error> {
    let content = single(value)?.expect(INTEGER)?.content;
    if !(1..=21).contains(&content.len()) || content.first().is_some_and(|b| b & 0x80 != 0) {
        return Err(Asn1Error::Value);
    }
    let start = content.iter().position(|b| *b != 0).unwrap_or(content.len());
    Ok(content.get(start..).unwrap_or_default().to_vec())
}

fn scope(value: &Element<'_>) -> Result<Scope, Asn1Error> {
    let mut r = value.expect(SEQUENCE)?.reader();
    let name = r.optional(context(0))?.map(|e| PointName::read(&e)).transpose()?;
    let mut flag = |n| r.optional(context_primitive(n)).map(|e| e.is_some_and(|e| e.content != [0]));
    let (only_users, only_authorities) = (flag(1)?, flag(2)?);
    let only_reasons = r.optional(context_primitive(3))?.map(|e| Reasons::read(&e)).transpose()?;
    let mut flag = |n| r.optional(context_primitive(n)).map(|e| e.is_some_and(|e| e.content != [0]));
    let (indirect, only_attributes) = (flag(4)?, flag(5)?);
    r.end()?;
    Ok(Scope { name, only_users, only_authorities, only_reasons, indirect, only_attributes })
}

#[cfg(test)]
pub(crate) mod tests;
