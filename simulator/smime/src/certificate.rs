//! X.509 certificates as S/MIME uses them (RFC 5280, RFC 8550).
//!
//! The DER bytes are the certificate; what is read from them is kept beside. The reader is strict about structure
//! and tolerant about what real certificates get wrong without harm: negative or long serial numbers, encoded
//! default values, unsorted sets, times in the other time type.

pub(crate) mod distribution;
mod extensions;
pub(crate) mod general_name;
mod policy;

pub use extensions::KeyUsage;
pub(crate) use extensions::{authority_key_id, key_usage, single};
pub use policy::ANY_POLICY;

pub(crate) use general_name::{GeneralName, NameConstraints};
pub(crate) use policy::Policies;

use crate::algorithm::{self, verify_message};
use crate::asn1::{Asn1Error, BIT_STRING, INTEGER, Reader, SEQUENCE, context, context_primitive, signature};
use crate::pem::{self, BadBlock};
use crate::{BulkCipher, CryptoError, CryptoProvider, PublicKeyAlgorithm, SignatureScheme, Timestamp, name};
use base64::Engine as _;
use const_oid::ObjectIdentifier;
use distribution::{DistributionPoint, PointName};
use extensions::{Extensions, extensions};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;

/// The largest certificate that is read, in octets.
pub const MAX_CERTIFICATE_SIZE: usize = 64 * 1024;
/// How many certificates a PEM text may hold.
pub const MAX_PEM_CERTIFICATES: usize = 512;
/// How many extensions a certificate may have.
pub const MAX_EXTENSIONS: usize = 64;
/// How many names a `subjectAltName` or name constraint may hold.
pub const MAX_GENERAL_NAMES: usize = 1024;
/// How many policies, and how many policy mappings, a certificate may have.
pub const MAX_POLICIES: usize = 256;
/// How many distribution points or access descriptions an extension may hold.
pub const MAX_DISTRIBUTION_POINTS: usize = 32;
/// How many names a distribution point, its issuer, or the issuer of a listed certificate may have.
pub const MAX_POINT_NAMES: usize = 16;

/// A certificate: its DER bytes, and what was read from them.
///
/// Two certificates are equal when their bytes are. It is serialised as the base64 text of the bytes.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    version: u8,
    tbs: Range<usize>,
    subject: Range<usize>,
    issuer: Range<usize>,
    serial: Range<usize>,
    spki: Range<usize>,
    /// The kind of the key, or the identifier that is not known, and the octets of the key; `None` when that cannot be
    /// read.
    key: Option<(Result<PublicKeyAlgorithm, ObjectIdentifier>, Range<usize>)>,
    pss_only: bool,
    signature: Range<usize>,
    not_before: Timestamp,
    not_after: Timestamp,
    scheme: Result<SignatureScheme, ObjectIdentifier>,
    extensions: Extensions,
}

/// Why a certificate cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The certificate is larger than [`MAX_CERTIFICATE_SIZE`].
    #[error("the certificate has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// Bytes follow the certificate.
    #[error("{octets} octets follow the certificate")]
    TrailingData {
        /// How many.
        octets: usize,
    },
    /// A part is not encoded as RFC 5280 says; it is named as that document names it.
    #[error("the certificate's {what} cannot be read")]
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
    /// The text holds no `CERTIFICATE` block.
    #[error("there is no PEM certificate")]
    NoCertificate,
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
    /// The public key is of a kind that is not known.
    #[error("public key algorithm {oid} is not known")]
    UnknownPublicKey {
        /// The identifier of the algorithm or curve.
        oid: ObjectIdentifier,
    },
    /// The certificate is signed in a way that is not known.
    #[error("signature algorithm {oid} is not known")]
    UnknownSignature {
        /// The identifier of the algorithm.
        oid: ObjectIdentifier,
    },
}

impl Certificate {
    /// Reads one DER certificate, exactly.
    ///
    /// # Errors
    /// [`CertificateError`] when it is too large, malformed, or followed by anything.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_CERTIFICATE_SIZE {
            return Err(CertificateError::TooLarge { size: der.len(), limit: MAX_CERTIFICATE_SIZE });
        }
        parse(der).map(|p| Certificate(Arc::new(p)))
    }

    /// Reads all `CERTIFICATE` blocks of a PEM text (RFC 7468), in order; what stands between them is ignored.
    ///
    /// # Errors
    /// [`CertificateError`] when there is none, more than [`MAX_PEM_CERTIFICATES`], or one cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let mut out = Vec::new();
        for block in pem::blocks(text) {
            let block = block.map_err(|fault| match fault {
                BadBlock::TooLarge(size) => CertificateError::PemTooLarge { size, limit: pem::MAX_PEM_SIZE },
                BadBlock::Unreadable => CertificateError::BadPem,
            })?;
            if !matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE") {
                continue;
            }
            if out.len() == MAX_PEM_CERTIFICATES {
                return Err(CertificateError::TooMany { what: "certificates", limit: MAX_PEM_CERTIFICATES });
            }
            out.push(Self::from_der(&block.bytes)?);
        }
        if out.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(out) }
    }

    /// The certificate's bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The certificate as a PEM block (RFC 7468).
    pub fn to_pem(&self) -> String {
        pem::block("CERTIFICATE", &self.0.der)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.0.der.get(range.clone()).unwrap_or_default()
    }

    /// The subject in the text form of RFC 4514; empty for an empty name.
    pub fn subject(&self) -> String {
        name::to_text(self.subject_der())
    }

    /// The issuer in the text form of RFC 4514.
    pub fn issuer(&self) -> String {
        name::to_text(self.issuer_der())
    }

    /// The last common name of the subject.
    pub fn common_name(&self) -> Option<String> {
        let attributes = name::attributes(self.subject_der()).ok()?;
        attributes.iter().rev().find(|a| a.is(name::COMMON_NAME))?.text()
    }

    /// What a person sees: the common name, else the first e-mail address, else the subject.
    pub fn display_name(&self) -> String {
        self.common_name()
            .or_else(|| self.email_addresses().into_iter().next())
            .unwrap_or_else(|| self.subject())
    }

    /// The subject's Name as encoded, with its tag and length.
    pub fn subject_der(&self) -> &[u8] {
        self.part(&self.0.subject)
    }

    /// The issuer's Name as encoded, with its tag and length.
    pub fn issuer_der(&self) -> &[u8] {
        self.part(&self.0.issuer)
    }

    /// The contents octets of the serial number, sign octet included.
    pub fn serial(&self) -> &[u8] {
        self.part(&self.0.serial)
    }

    /// The serial number in lower-case hexadecimal, without the sign octet.
    pub fn serial_hex(&self) -> String {
        match self.serial() {
            [0, rest @ ..] if !rest.is_empty() => name::hex(rest),
            all => name::hex(all),
        }
    }

    /// The first instant of validity.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last instant of validity.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Whether the instant lies in the validity period, ends included.
    pub fn valid_at(&self, at: Timestamp) -> bool {
        self.0.not_before <= at && at <= self.0.not_after
    }

    /// The mailboxes of the subject: `rfc822Name` and `SmtpUTF8Mailbox` of `subjectAltName`, then the legacy
    /// `emailAddress` of the subject name; each once, compared without case.
    pub fn email_addresses(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        let legacy = name::attributes(self.subject_der()).unwrap_or_default();
        let legacy = legacy.iter().filter(|a| a.is(name::EMAIL_ADDRESS)).filter_map(|a| a.text());
        let names = &self.0.extensions.alternative_names;
        let ascii = names.iter().filter_map(|n| match n {
            GeneralName::Mailbox(address) => Some(address.clone()),
            _ => None,
        });
        let utf8 = names.iter().filter_map(|n| match n {
            GeneralName::Utf8Mailbox(address) => Some(address.clone()),
            _ => None,
        });
        for address in ascii.chain(utf8).chain(legacy) {
            if !out.iter().any(|seen| seen.eq_ignore_ascii_case(&address)) {
                out.push(address);
            }
        }
        out
    }

    /// The names in `subjectAltName`.
    pub(crate) fn alternative_names(&self) -> &[GeneralName] {
        &self.0.extensions.alternative_names
    }

    /// The version: 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.0.version
    }

    /// Whether `basicConstraints` says that the subject is a CA.
    pub fn is_ca(&self) -> bool {
        self.0.extensions.is_ca
    }

    /// How many intermediate certificates may follow this CA.
    pub fn path_len(&self) -> Option<u8> {
        self.0.extensions.path_len
    }

    /// The `keyUsage` extension, if present.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// The content ciphers that the owner's programs can read, by the certificate's own word (RFC 4262), the preferred one
    /// first; none where it says nothing, or nothing that is known.
    pub fn capabilities(&self) -> &[BulkCipher] {
        &self.0.extensions.capabilities
    }

    /// The `extKeyUsage` extension, if present.
    pub fn extended_key_usage(&self) -> Option<Vec<ObjectIdentifier>> {
        self.0.extensions.extended_key_usage.clone()
    }

    /// The purposes of the `extKeyUsage` extension, if present.
    pub(crate) fn purposes(&self) -> Option<&[ObjectIdentifier]> {
        self.0.extensions.extended_key_usage.as_deref()
    }

    /// The `subjectKeyIdentifier` extension, if present.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_id.as_ref().map(|id| self.part(id))
    }

    /// The key identifier of the `authorityKeyIdentifier` extension, if present.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key_id.as_ref().map(|id| self.part(id))
    }

    pub(crate) fn name_constraints(&self) -> Option<&NameConstraints> {
        self.0.extensions.name_constraints.as_ref()
    }

    /// What the certificate says about policies.
    pub(crate) fn policies(&self) -> &Policies {
        &self.0.extensions.policies
    }

    /// The policies of `certificatePolicies`, if present; qualifiers are left out.
    pub fn certificate_policies(&self) -> Option<&[ObjectIdentifier]> {
        self.0.extensions.policies.asserted.as_deref()
    }

    pub(crate) fn distribution_points(&self) -> &[DistributionPoint] {
        &self.0.extensions.distribution_points
    }

    /// The URIs at which revocation lists can be fetched (`cRLDistributionPoints`), in order.
    pub fn crl_uris(&self) -> Vec<String> {
        uris(&self.0.extensions.distribution_points)
    }

    /// The URIs at which changes to revocation lists can be fetched (`freshestCRL`), in order.
    pub fn freshest_crl_uris(&self) -> Vec<String> {
        uris(&self.0.extensions.freshest_crl)
    }

    fn access(&self, wanted: &str) -> Vec<&str> {
        let access = self.0.extensions.authority_access.iter();
        access.filter(|(method, _)| method == wanted).map(|(_, uri)| uri.as_str()).collect()
    }

    /// The URIs of OCSP responders (`id-ad-ocsp` in `authorityInfoAccess`).
    pub fn ocsp_uris(&self) -> Vec<&str> {
        self.access("1.3.6.1.5.5.7.48.1")
    }

    /// The URIs of the issuer's certificates (`id-ad-caIssuers` in `authorityInfoAccess`).
    pub fn ca_issuers_uris(&self) -> Vec<&str> {
        self.access("1.3.6.1.5.5.7.48.2")
    }

    /// Whether an OCSP responder's certificate asks not to be checked (RFC 6960, 4.2.2.2.1).
    pub(crate) fn ocsp_no_check(&self) -> bool {
        self.0.extensions.ocsp_no_check
    }

    /// The critical extensions that nobody here evaluates.
    pub(crate) fn unknown_critical(&self) -> &[ObjectIdentifier] {
        &self.0.extensions.unknown_critical
    }

    /// The DER `SubjectPublicKeyInfo`.
    pub fn spki_der(&self) -> &[u8] {
        self.part(&self.0.spki)
    }

    /// The octets of `subjectPublicKey`: for elliptic curves the SEC 1 point, for RSA the DER `RSAPublicKey`.
    pub fn public_key(&self) -> &[u8] {
        self.0.key.as_ref().map_or(&[], |(_, key)| self.part(key))
    }

    /// What kind of key is certified.
    ///
    /// # Errors
    /// [`CertificateError::UnknownPublicKey`] names another algorithm or curve.
    pub fn public_key_algorithm(&self) -> Result<PublicKeyAlgorithm, CertificateError> {
        match &self.0.key {
            Some((Ok(algorithm), _)) => Ok(*algorithm),
            Some((Err(oid), _)) => Err(CertificateError::UnknownPublicKey { oid: *oid }),
            None => Err(CertificateError::Malformed { what: "subjectPublicKeyInfo" }),
        }
    }

    /// Whether the key is an RSA key that is for PSS alone (RFC 4055, 1.2).
    pub fn is_pss_only(&self) -> bool {
        self.0.pss_only
    }

    /// Whether subject and issuer are the same name; the signature is not looked at.
    pub fn is_self_issued(&self) -> bool {
        name::same(self.subject_der(), self.issuer_der())
    }

    /// What is signed: the DER `TBSCertificate`.
    pub fn tbs_der(&self) -> &[u8] {
        self.part(&self.0.tbs)
    }

    /// How the issuer signed.
    ///
    /// # Errors
    /// [`CertificateError::UnknownSignature`] names another algorithm.
    pub fn signature_scheme(&self) -> Result<SignatureScheme, CertificateError> {
        self.0.scheme.map_err(|oid| CertificateError::UnknownSignature { oid })
    }

    /// The octets of the signature.
    pub fn signature_value(&self) -> &[u8] {
        self.part(&self.0.signature)
    }

    /// Verifies that the key of `issuer` made the signature; neither names nor times are looked at.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] when it did not, [`CryptoError::Unsupported`] when that cannot be known.
    pub fn verify_signed_by(
        &self,
        crypto: &dyn CryptoProvider,
        issuer: &Certificate,
    ) -> Result<(), CryptoError> {
        let scheme = self.0.scheme.map_err(|_| CryptoError::Unsupported("certificate signature"))?;
        // a provider may take keys that RFC 5480 does not allow in certificates: explicit curve parameters
        issuer.public_key_algorithm().map_err(|_| CryptoError::Unsupported("the issuer's public key"))?;
        verify_message(crypto, issuer.spki_der(), scheme, self.tbs_der(), self.signature_value())
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl PartialOrd for Certificate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Certificate {
    /// Orders by the DER bytes, so that collections iterate the same way everywhere.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.der.cmp(&other.0.der)
    }
}

impl std::hash::Hash for Certificate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.der.hash(state);
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject())
            .field("serial", &self.serial_hex())
            .finish()
    }
}

impl Serialize for Certificate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(self.der()))
    }
}

impl<'de> Deserialize<'de> for Certificate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let der = base64::engine::general_purpose::STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Certificate::from_der(&der).map_err(serde::de::Error::custom)
    }
}

fn uris(points: &[DistributionPoint]) -> Vec<String> {
    let names = points.iter().filter_map(|p| match &p.name {
        Some(PointName::Full(names)) => Some(names),
        _ => None,
    });
    let uris = names.flatten().filter_map(|n| match n {
        GeneralName::Uri(uri) => Some(uri.clone()),
        _ => None,
    });
    uris.collect()
}

/// Names the part that could not be read.
trait Part<T> {
    fn part(self, what: &'static str) -> Result<T, CertificateError>;
}

impl<T> Part<T> for Result<T, Asn1Error> {
    fn part(self, what: &'static str) -> Result<T, CertificateError> {
        self.map_err(|_| CertificateError::Malformed { what })
    }
}

fn parse(der: &[u8]) -> Result<Parsed, CertificateError> {
    let mut outer = Reader::der(der);
    let certificate = outer.expect(SEQUENCE).part("certificate")?;
    if !outer.is_empty() {
        return Err(CertificateError::TrailingData { octets: outer.remaining() });
    }
    let range = |slice: &[u8]| {
        // every slice that the reader gives lies in `der`
        let start = slice.as_ptr() as usize - der.as_ptr() as usize;
        start..start + slice.len()
    };
    let mut r = certificate.reader();
    let tbs = r.expect(SEQUENCE).part("tbsCertificate")?;
    let outer_algorithm = r.expect(SEQUENCE).part("signatureAlgorithm")?;
    let signature = r.expect(BIT_STRING).and_then(signature).part("signatureValue")?;
    r.end().part("certificate")?;

    let mut r = tbs.reader();
    let version = match r.optional(context(0)).part("version")? {
        Some(e) => algorithm::inner(&e).and_then(|v| v.uint()).part("version")?,
        None => 0,
    };
    if version > 2 {
        return Err(CertificateError::Malformed { what: "version" });
    }
    let serial = r.expect(INTEGER).part("serialNumber")?.content;
    if serial.is_empty() {
        return Err(CertificateError::Malformed { what: "serialNumber" });
    }
    let inner_algorithm = r.expect(SEQUENCE).part("signature")?;
    if inner_algorithm.raw != outer_algorithm.raw {
        return Err(CertificateError::Malformed { what: "signature" }); // RFC 5280, 4.1.1.2: the same
    }
    let scheme = algorithm::signature_scheme(&inner_algorithm).part("signature")?;
    let issuer = r.expect(SEQUENCE).part("issuer")?.raw;
    name::count(issuer).part("issuer")?;
    let mut validity = r.expect(SEQUENCE).part("validity")?.reader();
    let not_before = validity.any().and_then(|e| e.time()).part("validity")?;
    let not_after = validity.any().and_then(|e| e.time()).part("validity")?;
    validity.end().part("validity")?;
    let subject = r.expect(SEQUENCE).part("subject")?.raw;
    name::count(subject).part("subject")?;
    let spki = r.expect(SEQUENCE).part("subjectPublicKeyInfo")?.raw;
    for tag in [1, 2] {
        for tag in [context_primitive(tag), context(tag)] {
            r.optional(tag).part("uniqueID")?;
        }
    }
    let extensions = match r.optional(context(3)).part("extensions")? {
        Some(e) if version == 2 => extensions(&e, range)?,
        Some(_) => return Err(CertificateError::Malformed { what: "extensions" }), // only in v3
        None => Extensions::default(),
    };
    r.end().part("tbsCertificate")?;
    let key = algorithm::public_key(spki).ok();
    Ok(Parsed {
        version: version as u8 + 1,
        tbs: range(tbs.raw),
        subject: range(subject),
        issuer: range(issuer),
        serial: range(serial),
        spki: range(spki),
        pss_only: key.as_ref().is_some_and(|key| key.pss_only),
        key: key.map(|key| (key.algorithm, range(key.key))),
        signature: range(signature),
        not_before,
        not_after,
        scheme,
        extensions,
        der: der.to_vec(),
    })
}

#[cfg(test)]
mod tests;
