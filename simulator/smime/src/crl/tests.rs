//! Lists made with the reproducible provider: bounds, damage, and what is read.

use super::*;
use crate::algorithm::{scheme_digest, signature_identifier};
use crate::asn1::{BOOLEAN, OCTET_STRING};
use crate::asn1::{integer, oid, sequence, tlv};
use crate::fake::FakeCrypto;
use crate::issue::usual_scheme;
use crate::tlv::write_time;
use crate::{Context, Curve, Identity, IssueRequest, PublicKeyAlgorithm, generate_identity};

pub(crate) const NOW: Timestamp = Timestamp(1_750_000_000_000);
const LATER: Timestamp = Timestamp(1_750_000_000_000 + 86_400_000);

/// A list to be made.
pub(crate) struct Draft {
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Option<Timestamp>,
    /// Whole elements.
    pub(crate) entries: Vec<Vec<u8>>,
    /// Whole elements.
    pub(crate) extensions: Vec<Vec<u8>>,
    pub(crate) version: Option<u8>,
}

impl Default for Draft {
    fn default() -> Self {
        Draft {
            this_update: NOW,
            next_update: Some(LATER),
            entries: Vec::new(),
            extensions: Vec::new(),
            version: Some(1),
        }
    }
}

impl Draft {
    pub(crate) fn sign(&self, cx: &Context<'_>, issuer: &Identity) -> Vec<u8> {
        let key = issuer.key.load(cx).unwrap();
        let scheme = usual_scheme(key.algorithm());
        let version = self.version.map(|v| integer(&[v])).unwrap_or_default();
        let list = |tag, parts: &[Vec<u8>]| match parts {
            [] => Vec::new(),
            _ => tlv(tag, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>()),
        };
        let extensions = match list(SEQUENCE, &self.extensions) {
            empty if empty.is_empty() => empty,
            some => tlv(context(0), &[&some]),
        };
        let tbs = sequence(&[
            &version,
            &signature_identifier(scheme),
            issuer.certificate.subject_der(),
            &write_time(self.this_update),
            &self.next_update.map(write_time).unwrap_or_default(),
            &list(SEQUENCE, &self.entries),
            &extensions,
        ]);
        let digest = match scheme_digest(scheme) {
            Some(digest) => cx.crypto.digest(digest, &[&tbs]),
            None => tbs.clone(),
        };
        let signature = key.sign(scheme, &digest).unwrap();
        sequence(&[&tbs, &signature_identifier(scheme), &tlv(BIT_STRING, &[&[0], &signature])])
    }
}

pub(crate) fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(BOOLEAN, &[&[0xFF]]) } else { Vec::new() };
    sequence(&[&oid(&ObjectIdentifier::new_unwrap(id)), &critical, &tlv(OCTET_STRING, &[value])])
}

pub(crate) fn entry(serial: &[u8], reason: Option<u8>) -> Vec<u8> {
    let extensions = reason.map(|r| sequence(&[&extension(REASON_CODE, false, &tlv(ENUMERATED, &[&[r]]))]));
    sequence(&[&tlv(INTEGER, &[serial]), &write_time(NOW), &extensions.unwrap_or_default()])
}

fn issuer(crypto: &FakeCrypto) -> Identity {
    let validity = (Timestamp(NOW.0 - 1000), LATER);
    let cx = Context { now: NOW, crypto };
    let request = IssueRequest::authority("CA", 1, validity);
    generate_identity(&cx, None, PublicKeyAlgorithm::Ec(Curve::P256), &request).unwrap()
}

fn made(draft: &Draft) -> Result<Crl, CrlError> {
    let crypto = FakeCrypto::new(3);
    Crl::from_der(&draft.sign(&Context { now: NOW, crypto: &crypto }, &issuer(&crypto)))
}

#[test]
fn what_is_made_is_read() {
    let crypto = FakeCrypto::new(3);
    let cx = Context { now: NOW, crypto: &crypto };
    let ca = issuer(&crypto);
    let draft = Draft {
        entries: vec![entry(&[5], None), entry(&[0, 0x80], Some(1))],
        extensions: vec![extension(CRL_NUMBER, false, &integer(&[1, 0]))],
        ..Draft::default()
    };
    let crl = Crl::from_der(&draft.sign(&cx, &ca)).unwrap();
    assert_eq!(crl.issuer(), "CN=CA");
    assert_eq!((crl.this_update(), crl.next_update()), (NOW, Some(LATER)));
    assert_eq!((crl.len(), crl.is_empty(), crl.is_delta()), (2, false, false));
    assert_eq!(crl.number(), Some(&[1, 0][..]));
    let name = ca.certificate.subject_der();
    let reason = RevocationReason::KeyCompromise;
    assert_eq!(crl.entry(name, &[0, 0x80]), Some(RevokedEntry { at: NOW, reason }));
    assert_eq!(crl.entry(name, &[5]).unwrap().reason, RevocationReason::Unspecified);
    assert_eq!(crl.entry(name, &[6]), None);
    assert_eq!(crl.entry(&sequence(&[]), &[5]), None);
    crl.verify_signed_by(&crypto, &ca.certificate).unwrap();
    let pem = pem::block("X509 CRL", crl.der());
    assert_eq!(Crl::from_pem(pem.as_bytes()), Ok(vec![crl]));
    assert_eq!(Crl::from_pem(b"x"), Err(CrlError::NoCrl));
}

#[test]
fn version_1_has_no_extensions() {
    let old = Draft { version: None, next_update: None, ..Draft::default() };
    assert_eq!(made(&old).unwrap().next_update(), None);
    let extensions = vec![extension(CRL_NUMBER, false, &integer(&[1]))];
    let bad = made(&Draft { extensions, ..old });
    assert_eq!(bad, Err(CrlError::Malformed { what: "crlExtensions" }));
    let three = made(&Draft { version: Some(2), ..Draft::default() });
    assert_eq!(three, Err(CrlError::Malformed { what: "version" }));
}

#[test]
fn unknown_critical_extensions_are_kept() {
    let list = |critical| {
        let extensions = vec![extension("1.2.3.4", critical, &[5, 0])];
        made(&Draft { extensions, ..Draft::default() }).unwrap().unknown_critical()
    };
    assert_eq!(list(false), None);
    assert_eq!(list(true).unwrap().to_string(), "1.2.3.4");
    let entries = vec![sequence(&[
        &integer(&[5]),
        &write_time(NOW),
        &sequence(&[&extension("1.2.3.5", true, &[5, 0])]),
    ])];
    let crl = made(&Draft { entries, ..Draft::default() }).unwrap();
    assert_eq!(crl.unknown_critical().unwrap().to_string(), "1.2.3.5");
}

#[test]
fn sizes_and_counts_are_bounded() {
    let (size, limit) = (MAX_CRL_SIZE + 1, MAX_CRL_SIZE);
    assert_eq!(Crl::from_der(&vec![0; size]), Err(CrlError::TooLarge { size, limit }));
    assert!(matches!(Crl::from_der(&vec![0; limit]), Err(CrlError::Malformed { .. })));

    let one = entry(&[5], None);
    let many = |n: usize| {
        let draft = Draft { entries: vec![one.clone(); n], ..Draft::default() };
        made(&draft).map(|crl| crl.len())
    };
    assert_eq!(many(MAX_CRL_ENTRIES), Ok(MAX_CRL_ENTRIES));
    let e = CrlError::TooMany { what: "revoked certificates", limit: MAX_CRL_ENTRIES };
    assert_eq!(many(MAX_CRL_ENTRIES + 1), Err(e));

    let extensions = |n: usize| {
        let extensions = (0..n).map(|i| extension(&format!("1.2.3.{i}"), false, &[])).collect();
        made(&Draft { extensions, ..Draft::default() }).map(|_| ())
    };
    assert_eq!(extensions(MAX_CRL_EXTENSIONS), Ok(()));
    let e = CrlError::TooMany { what: "extensions", limit: MAX_CRL_EXTENSIONS };
    assert_eq!(extensions(MAX_CRL_EXTENSIONS + 1), Err(e));
    let twice = vec![extension("1.2.3.4", false, &[]); 2];
    let bad = made(&Draft { extensions: twice, ..Draft::default() });
    assert_eq!(bad, Err(CrlError::Malformed { what: "crlExtensions" }));

    let text = pem::block("X509 CRL", made(&Draft::default()).unwrap().der());
    assert_eq!(Crl::from_pem(text.repeat(MAX_PEM_CRLS).as_bytes()).unwrap().len(), MAX_PEM_CRLS);
    let e = CrlError::TooMany { what: "revocation lists", limit: MAX_PEM_CRLS };
    assert_eq!(Crl::from_pem(text.repeat(MAX_PEM_CRLS + 1).as_bytes()), Err(e));
    let limit = pem::MAX_PEM_SIZE;
    let mut large = text.into_bytes();
    large.resize(limit, b'\n');
    assert_eq!(Crl::from_pem(&large).map(|crls| crls.len()), Ok(1));
    large.push(b'\n');
    assert_eq!(Crl::from_pem(&large), Err(CrlError::PemTooLarge { size: limit + 1, limit }));
}

#[test]
fn numbers_are_bounded() {
    let number = |octets: &[u8]| {
        let extensions = vec![extension(CRL_NUMBER, false, &tlv(INTEGER, &[octets]))];
        made(&Draft { extensions, ..Draft::default() }).map(|_| ())
    };
    // RFC 5280, 5.2.3: up to 20 octets, with a sign octet where it is needed
    assert_eq!(number(&[[0].as_slice(), &[0xFF; 20]].concat()), Ok(()));
    let bad = Err(CrlError::Malformed { what: "cRLNumber" });
    assert_eq!(number(&[[0].as_slice(), &[0xFF; 21]].concat()), bad);
    assert_eq!(number(&[0xFF]), bad);
}

#[test]
fn truncation_is_an_error_and_no_panic() {
    let draft = Draft {
        entries: vec![entry(&[5], Some(3))],
        extensions: vec![
            extension(CRL_NUMBER, false, &integer(&[1])),
            extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(&[&tlv(context_primitive(4), &[&[0xFF]])])),
        ],
        ..Draft::default()
    };
    let crl = made(&draft).unwrap();
    assert!(crl.scope().unwrap().indirect);
    for n in 0..crl.der().len() {
        assert!(Crl::from_der(&crl.der()[..n]).is_err());
    }
    let longer = [crl.der(), &[0]].concat();
    assert_eq!(Crl::from_der(&longer), Err(CrlError::TrailingData { octets: 1 }));
}

proptest::proptest! {
    #[test]
    fn no_octets_make_the_reader_panic(
        at in 0usize..4000, octets in proptest::collection::vec(proptest::num::u8::ANY, 1..8)
    ) {
        let extensions = vec![extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(&[]))];
        let draft = Draft { entries: vec![entry(&[5], Some(3))], extensions, ..Draft::default() };
        let mut der = made(&draft).unwrap().der().to_vec();
        let at = at % der.len();
        let end = (at + octets.len()).min(der.len());
        der[at..end].copy_from_slice(&octets[..end - at]);
        let _ = Crl::from_der(&der);
        let _ = Crl::from_der(&octets);
    }
}
