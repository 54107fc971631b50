//! Responses made with the reproducible provider: bounds, damage, and what is read.

use super::*;
use crate::algorithm::{scheme_digest, signature_identifier};
use crate::asn1::oid;
use crate::fake::FakeCrypto;
use crate::issue::usual_scheme;
use crate::{Curve, Identity, IssueRequest, PublicKeyAlgorithm, generate_identity};

const NOW: Timestamp = Timestamp(1_750_000_000_000);
const TIME: &[u8] = b"20250615150640Z"; // the same

struct World {
    crypto: FakeCrypto,
}

impl World {
    fn cx(&self) -> Context<'_> {
        Context { now: NOW, crypto: &self.crypto }
    }

    fn pair(&self) -> (Identity, Identity) {
        let validity = (Timestamp(NOW.0 - 1000), Timestamp(NOW.0 + 1000));
        let key = PublicKeyAlgorithm::Ec(Curve::P256);
        let ca =
            generate_identity(&self.cx(), None, key, &IssueRequest::authority("CA", 1, validity)).unwrap();
        let request = IssueRequest::mail("Ann", &["a@example.com"], 9, validity);
        let leaf = generate_identity(&self.cx(), Some(&ca), key, &request).unwrap();
        (ca, leaf)
    }

    fn answer(&self, ca: &Identity, leaf: &Identity, status: &[u8], more: &[u8]) -> Vec<u8> {
        answer(&self.cx(), ca, leaf, status, more)
    }

    fn response(&self, signer: &Identity, answers: &[Vec<u8>], certificates: &[&Certificate]) -> Vec<u8> {
        response(&self.cx(), signer, answers, certificates)
    }
}

/// What is said of a certificate since [`NOW`], with what follows thisUpdate.
pub(crate) fn answer(
    cx: &Context<'_>,
    ca: &Identity,
    leaf: &Identity,
    status: &[u8],
    more: &[u8],
) -> Vec<u8> {
    let request = ocsp_request(cx, &leaf.certificate, &ca.certificate);
    // the CertID inside five sequences
    let mut e = Reader::der(&request).any().unwrap();
    for _ in 0..4 {
        e = e.reader().any().unwrap();
    }
    sequence(&[e.raw, status, &tlv(GENERALIZED_TIME, &[TIME]), more])
}

pub(crate) fn response(
    cx: &Context<'_>,
    signer: &Identity,
    answers: &[Vec<u8>],
    certificates: &[&Certificate],
) -> Vec<u8> {
    let key = signer.key.load(cx).unwrap();
    let scheme = usual_scheme(key.algorithm());
    let answers = sequence(&answers.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let responder = tlv(context(1), &[signer.certificate.subject_der()]);
    let tbs = sequence(&[&responder, &tlv(GENERALIZED_TIME, &[TIME]), &answers]);
    let digest = cx.crypto.digest(scheme_digest(scheme).unwrap(), &[&tbs]);
    let signature = tlv(BIT_STRING, &[&[0], &key.sign(scheme, &digest).unwrap()]);
    let certificates = sequence(&certificates.iter().map(|c| c.der()).collect::<Vec<_>>());
    let basic =
        sequence(&[&tbs, &signature_identifier(scheme), &signature, &tlv(context(0), &[&certificates])]);
    let bytes = sequence(&[&oid(&BASIC_RESPONSE), &tlv(OCTET_STRING, &[&basic])]);
    sequence(&[&tlv(ENUMERATED, &[&[0]]), &tlv(context(0), &[&bytes])])
}

/// Revoked since [`NOW`], for a reason.
pub(crate) fn revoked(reason: Option<u8>) -> Vec<u8> {
    let reason = reason.map(|code| tlv(context(0), &[&tlv(ENUMERATED, &[&[code]])])).unwrap_or_default();
    tlv(context(1), &[&tlv(GENERALIZED_TIME, &[TIME]), &reason])
}

pub(crate) const GOOD: &[u8] = &[0x80, 0];

#[test]
fn what_is_made_is_read() {
    let w = World { crypto: FakeCrypto::new(5) };
    let (ca, leaf) = w.pair();
    let revoked = revoked(Some(4));
    let since = OcspStatus::Revoked { at: NOW, reason: Some(RevocationReason::Superseded) };
    for (status, wanted) in [(GOOD, OcspStatus::Good), (&revoked, since), (&[0x82, 0], OcspStatus::Unknown)] {
        let der = w.response(&ca, &[w.answer(&ca, &leaf, status, &[])], &[]);
        let response = OcspResponse::from_der(&der).unwrap();
        assert_eq!(response.find(&w.cx(), &leaf.certificate, &ca.certificate), Some(wanted));
        assert_eq!(response.find(&w.cx(), &ca.certificate, &ca.certificate), None);
        assert_eq!(response.produced_at(), NOW);
        assert!(response.names_responder(&w.crypto, &ca.certificate));
        assert!(!response.names_responder(&w.crypto, &leaf.certificate));
        response.verify_signed_by(&w.crypto, &ca.certificate).unwrap();
        let bad = response.verify_signed_by(&w.crypto, &leaf.certificate);
        assert_eq!(bad, Err(CryptoError::BadSignature));
    }
    let critical = sequence(&[
        &oid(&ObjectIdentifier::new_unwrap("1.2.3.4")),
        &tlv(BOOLEAN, &[&[0xFF]]),
        &tlv(OCTET_STRING, &[&[5, 0]]),
    ]);
    let more = tlv(context(1), &[&sequence(&[&critical])]);
    let der = w.response(&ca, &[w.answer(&ca, &leaf, GOOD, &more)], &[]);
    let response = OcspResponse::from_der(&der).unwrap();
    let answer = response.answer(&w.crypto, &leaf.certificate, &ca.certificate).unwrap();
    assert_eq!(answer.unknown_critical.unwrap().to_string(), "1.2.3.4");
}

#[test]
fn refusals_are_told_apart() {
    for (code, wanted) in [
        (1, OcspError::NotSuccessful(OcspFailure::MalformedRequest)),
        (2, OcspError::NotSuccessful(OcspFailure::InternalError)),
        (3, OcspError::NotSuccessful(OcspFailure::TryLater)),
        (4, OcspError::Malformed { what: "responseStatus" }),
        (5, OcspError::NotSuccessful(OcspFailure::SigRequired)),
        (6, OcspError::NotSuccessful(OcspFailure::Unauthorized)),
    ] {
        let der = sequence(&[&tlv(ENUMERATED, &[&[code]])]);
        assert_eq!(OcspResponse::from_der(&der), Err(wanted));
    }
}

#[test]
fn sizes_and_counts_are_bounded() {
    let (size, limit) = (MAX_OCSP_SIZE + 1, MAX_OCSP_SIZE);
    assert_eq!(OcspResponse::from_der(&vec![0; size]), Err(OcspError::TooLarge { size, limit }));
    assert!(matches!(OcspResponse::from_der(&vec![0; limit]), Err(OcspError::Malformed { .. })));
    let w = World { crypto: FakeCrypto::new(5) };
    let (ca, leaf) = w.pair();
    let one = w.answer(&ca, &leaf, GOOD, &[]);
    let answers = |n: usize| OcspResponse::from_der(&w.response(&ca, &vec![one.clone(); n], &[])).map(|_| ());
    assert_eq!(answers(MAX_OCSP_ANSWERS), Ok(()));
    let e = OcspError::TooMany { what: "answers", limit: MAX_OCSP_ANSWERS };
    assert_eq!(answers(MAX_OCSP_ANSWERS + 1), Err(e));
    let certificates = |n: usize| {
        OcspResponse::from_der(&w.response(&ca, std::slice::from_ref(&one), &vec![&ca.certificate; n]))
            .map(|_| ())
    };
    assert_eq!(certificates(MAX_OCSP_CERTIFICATES), Ok(()));
    let e = OcspError::TooMany { what: "certificates", limit: MAX_OCSP_CERTIFICATES };
    assert_eq!(certificates(MAX_OCSP_CERTIFICATES + 1), Err(e));
}

#[test]
fn truncation_is_an_error_and_no_panic() {
    let w = World { crypto: FakeCrypto::new(5) };
    let (ca, leaf) = w.pair();
    let next = tlv(context(0), &[&tlv(GENERALIZED_TIME, &[TIME])]);
    let der = w.response(&ca, &[w.answer(&ca, &leaf, GOOD, &next)], &[&leaf.certificate]);
    assert!(OcspResponse::from_der(&der).is_ok());
    for n in 0..der.len() {
        assert!(OcspResponse::from_der(&der[..n]).is_err());
    }
}

proptest::proptest! {
    #[test]
    fn no_octets_make_the_reader_panic(
        at in 0usize..4000, octets in proptest::collection::vec(proptest::num::u8::ANY, 1..8)
    ) {
        let w = World { crypto: FakeCrypto::new(5) };
        let (ca, leaf) = w.pair();
        let mut der = w.response(&ca, &[w.answer(&ca, &leaf, GOOD, &[])], &[&ca.certificate]);
        let at = at % der.len();
        let end = (at + octets.len()).min(der.len());
        der[at..end].copy_from_slice(&octets[..end - at]);
        let _ = OcspResponse::from_der(&der);
        let _ = OcspResponse::from_der(&octets);
    }
}
