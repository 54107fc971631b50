//! OCSP requests and responses (RFC 6960) as bytes; fetching is somebody else's.
//!
//! What a response says counts only once its responder was found to be authorised and the answer fresh: that is
//! judged where a certificate is ([`crate::validate_with`]).

use crate::algorithm::{self, digest_by_oid, digest_oid, verify_message};
use crate::asn1::{
    self, Asn1Error, BIT_STRING, BOOLEAN, DER_NULL, ENUMERATED, Element, GENERALIZED_TIME, INTEGER,
    OCTET_STRING, OID, Reader, SEQUENCE, context, context_primitive, sequence, tlv,
};
use crate::crl::RevocationReason;
use crate::{
    Certificate, Context, CryptoError, CryptoProvider, DigestAlgorithm, SignatureScheme, Timestamp, name,
};
use const_oid::ObjectIdentifier;
use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;

/// The largest response that is read, in octets.
pub const MAX_OCSP_SIZE: usize = 1024 * 1024;
/// How many answers a response may hold.
pub const MAX_OCSP_ANSWERS: usize = 1024;
/// How many certificates a response may bring along.
pub const MAX_OCSP_CERTIFICATES: usize = 16;

const BASIC_RESPONSE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");

/// The kind of answer that a responder gave (RFC 6960, 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the standard's
pub enum OcspFailure {
    MalformedRequest,
    InternalError,
    TryLater,
    SigRequired,
    Unauthorized,
}

/// Why an OCSP response cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OcspError {
    /// The response is larger than [`MAX_OCSP_SIZE`].
    #[error("the OCSP response has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// A part is not encoded as RFC 6960 says; it is named as that document names it.
    #[error("the OCSP response's {what} cannot be read")]
    Malformed {
        /// The name of the part.
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
    /// The responder refused to answer.
    #[error("the responder did not answer: {0:?}")]
    NotSuccessful(OcspFailure),
    /// The response is of another type than `id-pkix-ocsp-basic`.
    #[error("OCSP responses of type {oid} are not supported")]
    UnsupportedType {
        /// The identifier of the type.
        oid: ObjectIdentifier,
    },
}

/// A basic OCSP response: its DER bytes, and what was read from them. Two are equal when their bytes are.
#[derive(Clone)]
pub struct OcspResponse(Arc<Parsed>);

struct Parsed {
    der: Vec<u8>,
    tbs: Range<usize>,
    signature: Range<usize>,
    scheme: Result<SignatureScheme, ObjectIdentifier>,
    responder: ResponderId,
    produced_at: Timestamp,
    answers: Vec<Answer>,
    certificates: Vec<Certificate>,
    unknown_critical: Option<ObjectIdentifier>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum ResponderId {
    /// A DER Name.
    Name(Vec<u8>),
    /// The SHA-1 of the key.
    KeyHash(Vec<u8>),
}

/// A SingleResponse.
pub(crate) struct Answer {
    hash: Result<DigestAlgorithm, ObjectIdentifier>,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: Vec<u8>,
    pub(crate) status: OcspStatus,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Option<Timestamp>,
    pub(crate) unknown_critical: Option<ObjectIdentifier>,
}

/// What a response says about one certificate (RFC 6960, 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// Not revoked.
    Good,
    /// Revoked, or on hold.
    Revoked {
        /// Since when.
        at: Timestamp,
        /// Why, as far as the response says.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know the certificate.
    Unknown,
}

/// Makes an unsigned request for the status of a certificate (RFC 6960, 4.1), without a nonce.
///
/// The certificate is named by SHA-1 hashes, which every responder takes (RFC 5019, 2.1.1).
pub fn ocsp_request(cx: &Context<'_>, certificate: &Certificate, issuer: &Certificate) -> Vec<u8> {
    let hash = |octets: &[u8]| tlv(OCTET_STRING, &[&cx.crypto.digest(DigestAlgorithm::Sha1, &[octets])]);
    let algorithm = crate::asn1::algorithm(&digest_oid(DigestAlgorithm::Sha1), DER_NULL);
    let serial = tlv(INTEGER, &[certificate.serial()]);
    let id = sequence(&[&algorithm, &hash(certificate.issuer_der()), &hash(issuer.public_key()), &serial]);
    let requests = sequence(&[&sequence(&[&id])]);
    sequence(&[&sequence(&[&requests])])
}

impl OcspResponse {
    /// Reads one DER OCSPResponse, exactly.
    ///
    /// # Errors
    /// [`OcspError`] when it is too large, malformed, or not a successful basic response.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspError> {
        if der.len() > MAX_OCSP_SIZE {
            return Err(OcspError::TooLarge { size: der.len(), limit: MAX_OCSP_SIZE });
        }
        parse(der).map(|p| OcspResponse(Arc::new(p)))
    }

    /// The response's bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// When the responder signed.
    pub fn produced_at(&self) -> Timestamp {
        self.0.produced_at
    }

    /// The certificates that came along.
    pub fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// What the response says about a certificate of this issuer; neither signature nor freshness is looked at.
    pub fn find(
        &self,
        cx: &Context<'_>,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<OcspStatus> {
        self.answer(cx.crypto, certificate, issuer).map(|a| a.status)
    }

    pub(crate) fn answer(
        &self,
        crypto: &dyn CryptoProvider,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<&Answer> {
        let about = |a: &&Answer| {
            let Ok(hash) = a.hash else { return false };
            a.serial == certificate.serial()
                && a.name_hash == crypto.digest(hash, &[certificate.issuer_der()])
                && a.key_hash == crypto.digest(hash, &[issuer.public_key()])
        };
        // the newest, if there are several
        self.0.answers.iter().filter(about).max_by_key(|a| a.this_update)
    }

    /// A critical extension of the response that nobody here evaluates.
    pub(crate) fn unknown_critical(&self) -> Option<ObjectIdentifier> {
        self.0.unknown_critical
    }

    /// How the response is signed; `Err` holds the identifier that is not known.
    pub(crate) fn scheme(&self) -> Result<SignatureScheme, ObjectIdentifier> {
        self.0.scheme
    }

    /// Whether the response says that this certificate's key signed it.
    pub(crate) fn names_responder(&self, crypto: &dyn CryptoProvider, candidate: &Certificate) -> bool {
        match &self.0.responder {
            ResponderId::Name(name) => name::same(name, candidate.subject_der()),
            ResponderId::KeyHash(hash) => {
                *hash == crypto.digest(DigestAlgorithm::Sha1, &[candidate.public_key()])
            }
        }
    }

    /// Verifies that the key of `responder` made the signature; nothing else is looked at.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] when it did not, [`CryptoError::Unsupported`] when that cannot be known.
    pub fn verify_signed_by(
        &self,
        crypto: &dyn CryptoProvider,
        responder: &Certificate,
    ) -> Result<(), CryptoError> {
        let part = |range: &Range<usize>| self.0.der.get(range.clone()).unwrap_or_default();
        let scheme = self.0.scheme.map_err(|_| CryptoError::Unsupported("OCSP signature"))?;
        responder
            .public_key_algorithm()
            .map_err(|_| CryptoError::Unsupported("the responder's public key"))?;
        verify_message(crypto, responder.spki_der(), scheme, part(&self.0.tbs), part(&self.0.signature))
    }
}

impl PartialEq for OcspResponse {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for OcspResponse {}

impl std::fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut f = f.debug_struct("OcspResponse");
        f.field("produced_at", &self.0.produced_at).field("answers", &self.0.answers.len()).finish()
    }
}

/// Names the part that could not be read.
trait Part<T> {
    fn part(self, what: &'static str) -> Result<T, OcspError>;
}

impl<T> Part<T> for Result<T, Asn1Error> {
    fn part(self, what: &'static str) -> Result<T, OcspError> {
        self.map_err(|_| OcspError::Malformed { what })
    }
}

fn parse(der: &[u8]) -> Result<Parsed, OcspError> {
    let mut outer = Reader::der(der);
    let mut r = outer.expect(SEQUENCE).part("OCSPResponse")?.reader();
    outer.end().part("OCSPResponse")?;
    match r.expect(ENUMERATED).part("responseStatus")?.content {
        [0] => {}
        [1] => return Err(OcspError::NotSuccessful(OcspFailure::MalformedRequest)),
        [2] => return Err(OcspError::NotSuccessful(OcspFailure::InternalError)),
        [3] => return Err(OcspError::NotSuccessful(OcspFailure::TryLater)),
        [5] => return Err(OcspError::NotSuccessful(OcspFailure::SigRequired)),
        [6] => return Err(OcspError::NotSuccessful(OcspFailure::Unauthorized)),
        _ => return Err(OcspError::Malformed { what: "responseStatus" }),
    }
    let bytes = r.expect(context(0)).and_then(|e| algorithm::inner(&e)).part("responseBytes")?;
    r.end().part("OCSPResponse")?;
    let mut r = bytes.expect(SEQUENCE).part("responseBytes")?.reader();
    let oid = r.any().and_then(|e| e.oid()).part("responseType")?;
    if oid != BASIC_RESPONSE {
        return Err(OcspError::UnsupportedType { oid });
    }
    let basic = r.expect(OCTET_STRING).part("response")?;
    r.end().part("responseBytes")?;
    basic_response(der, basic.content)
}

fn basic_response(der: &[u8], basic: &[u8]) -> Result<Parsed, OcspError> {
    let range = |slice: &[u8]| {
        // every slice that the reader gives lies in `der`
        let start = slice.as_ptr() as usize - der.as_ptr() as usize;
        start..start + slice.len()
    };
    let mut outer = Reader::der(basic);
    let mut r = outer.expect(SEQUENCE).part("BasicOCSPResponse")?.reader();
    outer.end().part("BasicOCSPResponse")?;
    let tbs = r.expect(SEQUENCE).part("tbsResponseData")?;
    let algorithm = r.expect(SEQUENCE).part("signatureAlgorithm")?;
    let scheme = algorithm::signature_scheme(&algorithm).part("signatureAlgorithm")?;
    let signature = r.expect(BIT_STRING).and_then(asn1::signature).part("signature")?;
    let mut certificates = Vec::new();
    if let Some(list) = r.optional(context(0)).part("certs")? {
        let mut list = algorithm::inner(&list).and_then(|e| e.expect(SEQUENCE)).part("certs")?.reader();
        while let Some(certificate) = list.next().part("certs")? {
            if certificates.len() == MAX_OCSP_CERTIFICATES {
                return Err(OcspError::TooMany { what: "certificates", limit: MAX_OCSP_CERTIFICATES });
            }
            // one that cannot be read authorises nobody
            certificates.extend(Certificate::from_der(certificate.raw).ok());
        }
    }
    r.end().part("BasicOCSPResponse")?;

    let mut r = tbs.reader();
    if let Some(version) = r.optional(context(0)).part("version")?
        && algorithm::inner(&version).and_then(|v| v.uint()).part("version")? != 0
    {
        return Err(OcspError::Malformed { what: "version" });
    }
    let responder = r.any().part("responderID")?;
    let inside = algorithm::inner(&responder).part("responderID")?;
    let responder = if responder.tag == context(1) {
        name::attributes(inside.raw).part("responderID")?;
        ResponderId::Name(inside.raw.to_vec())
    } else {
        responder.expect(context(2)).part("responderID")?;
        ResponderId::KeyHash(inside.expect(OCTET_STRING).part("responderID")?.content.to_vec())
    };
    let produced_at = r.expect(GENERALIZED_TIME).and_then(|e| e.time()).part("producedAt")?;
    let mut answers = Vec::new();
    let mut list = r.expect(SEQUENCE).part("responses")?.reader();
    while let Some(one) = list.next().part("responses")? {
        if answers.len() == MAX_OCSP_ANSWERS {
            return Err(OcspError::TooMany { what: "answers", limit: MAX_OCSP_ANSWERS });
        }
        answers.push(answer(&one)?);
    }
    let unknown_critical = critical_extension(r.optional(context(1)).part("responseExtensions")?)?;
    r.end().part("tbsResponseData")?;
    Ok(Parsed {
        der: der.to_vec(),
        tbs: range(tbs.raw),
        signature: range(signature),
        scheme,
        responder,
        produced_at,
        answers,
        certificates,
        unknown_critical,
    })
}

fn answer(one: &Element<'_>) -> Result<Answer, OcspError> {
    let mut r = one.expect(SEQUENCE).part("singleResponse")?.reader();
    let mut id = r.expect(SEQUENCE).part("certID")?.reader();
    let (hash, _) = id.any().and_then(|e| algorithm::identifier(&e)).part("certID")?;
    let mut octets = || id.expect(OCTET_STRING).map(|e| e.content.to_vec()).part("certID");
    let (name_hash, key_hash) = (octets()?, octets()?);
    let serial = id.expect(INTEGER).part("certID")?.content.to_vec();
    id.end().part("certID")?;
    let choice = r.any().part("certStatus")?;
    const GOOD: u8 = context_primitive(0);
    const REVOKED: u8 = context(1);
    const UNKNOWN: u8 = context_primitive(2);
    let status = match choice.tag {
        GOOD => OcspStatus::Good,
        REVOKED => {
            let mut r = choice.reader();
            let at = r.expect(GENERALIZED_TIME).and_then(|e| e.time()).part("revocationTime")?;
            let reason = match r.optional(context(0)).part("revocationReason")? {
                Some(e) => {
                    let code = algorithm::inner(&e).and_then(|e| e.expect(ENUMERATED));
                    match code.part("revocationReason")?.content {
                        [code] => RevocationReason::from_code(u64::from(*code)),
                        _ => return Err(OcspError::Malformed { what: "revocationReason" }),
                    }
                }
                None => None,
            };
            r.end().part("certStatus")?;
            OcspStatus::Revoked { at, reason }
        }
        UNKNOWN => OcspStatus::Unknown,
        _ => return Err(OcspError::Malformed { what: "certStatus" }),
    };
    let this_update = r.expect(GENERALIZED_TIME).and_then(|e| e.time()).part("thisUpdate")?;
    let next_update = r.optional(context(0)).part("nextUpdate")?;
    let next_update = next_update.map(|e| algorithm::inner(&e).and_then(|e| e.time())).transpose();
    let next_update = next_update.part("nextUpdate")?;
    let unknown_critical = critical_extension(r.optional(context(1)).part("singleExtensions")?)?;
    r.end().part("singleResponse")?;
    Ok(Answer {
        hash: digest_by_oid(&hash).ok_or(hash),
        name_hash,
        key_hash,
        serial,
        status,
        this_update,
        next_update,
        unknown_critical,
    })
}

/// The first critical extension of a list in its tag; none is evaluated here (a nonce is not critical).
fn critical_extension(tagged: Option<Element<'_>>) -> Result<Option<ObjectIdentifier>, OcspError> {
    let Some(tagged) = tagged else { return Ok(None) };
    let mut out = None;
    let mut r = algorithm::inner(&tagged).and_then(|e| e.expect(SEQUENCE)).part("extensions")?.reader();
    while let Some(extension) = r.next().part("extensions")? {
        let mut e = extension.expect(SEQUENCE).part("extensions")?.reader();
        let id = e.expect(OID).and_then(|e| e.oid()).part("extensions")?;
        let critical = e.optional(BOOLEAN).part("extensions")?.is_some_and(|b| b.content != [0]);
        e.expect(OCTET_STRING).part("extensions")?;
        e.end().part("extensions")?;
        if critical {
            out.get_or_insert(id);
        }
    }
    Ok(out)
}

#[cfg(test)]
pub(crate) mod tests;
