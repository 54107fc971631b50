use super::*;
use crate::fake::FakeCrypto;
use crate::{CryptoProvider, Curve, Timestamp};

const PURPOSE: &str = "1.3.6.1.5.5.7.3.4";

fn cx(crypto: &FakeCrypto) -> Context<'_> {
    Context { now: Timestamp(0), crypto }
}

fn key(crypto: &FakeCrypto, algorithm: PublicKeyAlgorithm) -> PrivateKey {
    PrivateKey::from_pkcs8(crypto.generate_key(algorithm).unwrap().to_vec()).unwrap()
}

fn ann() -> RequestedCertificate {
    RequestedCertificate {
        subject: vec![
            vec![(COUNTRY, "NL".to_owned())],
            vec![(name::COMMON_NAME, "Ann".to_owned()), (EMAIL_ADDRESS, "ann@example.com".to_owned())],
        ],
        emails: vec!["ann@example.com".to_owned()],
        hosts: vec!["mail.example.com".to_owned()],
        uris: vec!["https://example.com/ann".to_owned()],
        principal_names: vec!["ann@corp.example".to_owned()],
        key_usage: Some(KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT),
        extended_key_usage: vec![id(PURPOSE)],
    }
}

fn made(challenge: Option<&str>) -> Vec<u8> {
    let crypto = FakeCrypto::new(3);
    ann().sign(&cx(&crypto), &key(&crypto, PublicKeyAlgorithm::Ec(Curve::P256)), challenge).unwrap()
}

#[test]
fn what_is_asked_comes_back_and_is_signed_with_its_key() {
    let crypto = FakeCrypto::new(1);
    for algorithm in [PublicKeyAlgorithm::Rsa { bits: 1024 }, PublicKeyAlgorithm::Ec(Curve::P384)] {
        let key = key(&crypto, algorithm);
        let der = ann().sign(&cx(&crypto), &key, Some("s3cret")).unwrap();
        let read = CertificationRequest::from_der(&der).unwrap();
        assert_eq!(read.verify(&cx(&crypto)), Ok(()));
        assert_eq!(read.public_key_algorithm(), algorithm);
        assert!(read.subject().contains("CN=Ann") && read.subject().contains("C=NL"), "{}", read.subject());
        assert_eq!(read.key_usage(), ann().key_usage);
        assert_eq!(read.extensions().len(), 3);
        assert!(read.has_challenge());
        assert_eq!(read.spki_der(), key.load(&cx(&crypto)).unwrap().public_key());
        assert!(!format!("{read:?}").contains("s3cret"));
    }
    assert!(!CertificationRequest::from_der(&made(None)).unwrap().has_challenge());
    let bare = RequestedCertificate::default();
    let key = key(&crypto, PublicKeyAlgorithm::Ed25519);
    let read = CertificationRequest::from_der(&bare.sign(&cx(&crypto), &key, None).unwrap()).unwrap();
    assert_eq!((read.subject().as_str(), read.extensions().len()), ("", 0));
    assert_eq!(read.verify(&cx(&crypto)), Ok(()));
}

#[test]
fn a_changed_request_is_not_signed_with_its_key() {
    let crypto = FakeCrypto::new(3);
    let mut der = made(None);
    let at = der.windows(3).position(|w| w == b"Ann").unwrap();
    der[at] = b'B';
    let read = CertificationRequest::from_der(&der).unwrap();
    assert_eq!(read.verify(&cx(&crypto)), Err(Error::NotItsKey));
}

#[test]
fn no_changed_or_missing_octet_panics() {
    let der = made(Some("word"));
    for n in 0..der.len() {
        assert!(CertificationRequest::from_der(&der[..n]).is_err());
        for change in [0x01, 0x80, 0xFF] {
            let mut der = der.clone();
            der[n] ^= change;
            if let Ok(read) = CertificationRequest::from_der(&der) {
                let _ = (read.subject(), read.key_usage(), read.verify(&cx(&FakeCrypto::new(3))));
            }
        }
    }
}

/// A request with these attributes; the signature is of nothing.
fn with_attributes(attributes: &[Vec<u8>]) -> Vec<u8> {
    let crypto = FakeCrypto::new(3);
    let spki = key(&crypto, PublicKeyAlgorithm::Ec(Curve::P256)).load(&cx(&crypto)).unwrap().public_key();
    let info = sequence(&[&integer(&[0]), &sequence(&[]), &spki, &tlv(context(0), &slices(attributes))]);
    let scheme = usual_scheme(PublicKeyAlgorithm::Ec(Curve::P256));
    sequence(&[&info, &signature_identifier(scheme), &tlv(crate::asn1::BIT_STRING, &[&[0], &[1, 2]])])
}

fn numbered(n: usize) -> ObjectIdentifier {
    ObjectIdentifier::new(&format!("1.2.3.{n}")).unwrap()
}

#[test]
fn sizes_and_counts_are_bounded() {
    let attribute = |n: usize| sequence(&[&oid(&numbered(n)), &tlv(SET, &[&[0x05, 0]])]);
    let all: Vec<_> = (0..=MAX_REQUEST_ATTRIBUTES).map(attribute).collect();
    assert!(CertificationRequest::from_der(&with_attributes(&all[1..])).is_ok());
    let error = Error::TooMany { what: "attributes", limit: MAX_REQUEST_ATTRIBUTES };
    assert_eq!(CertificationRequest::from_der(&with_attributes(&all)).err(), Some(error));

    let extension = |n: usize| sequence(&[&oid(&numbered(n)), &tlv(OCTET_STRING, &[&[0x05, 0]])]);
    let all: Vec<_> = (0..=MAX_EXTENSIONS).map(extension).collect();
    let request = |extensions: &[Vec<u8>]| {
        let list = sequence(&slices(extensions));
        with_attributes(&[sequence(&[&oid(&EXTENSION_REQUEST), &tlv(SET, &[&list])])])
    };
    assert!(CertificationRequest::from_der(&request(&all[1..])).is_ok());
    let error = Error::TooMany { what: "extensions", limit: MAX_EXTENSIONS };
    assert_eq!(CertificationRequest::from_der(&request(&all)).err(), Some(error));

    let filler = |n: usize| {
        with_attributes(&[sequence(&[&oid(&numbered(1)), &tlv(SET, &[&tlv(OCTET_STRING, &[&vec![0; n]])])])])
    };
    let overhead = filler(60_000).len() - 60_000;
    let whole = filler(MAX_CERTIFICATION_REQUEST_SIZE - overhead);
    assert_eq!(whole.len(), MAX_CERTIFICATION_REQUEST_SIZE);
    assert!(CertificationRequest::from_der(&whole).is_ok());
    let over = filler(MAX_CERTIFICATION_REQUEST_SIZE + 1 - overhead);
    let (size, limit) = (MAX_CERTIFICATION_REQUEST_SIZE + 1, MAX_CERTIFICATION_REQUEST_SIZE);
    assert_eq!(CertificationRequest::from_der(&over).err(), Some(Error::TooLarge { size, limit }));
}

#[test]
fn an_attribute_or_extension_that_is_there_twice_is_refused() {
    let attribute = sequence(&[&oid(&CHALLENGE_PASSWORD), &tlv(SET, &[&tlv(UTF8_STRING, &[b"x"])])]);
    let twice = with_attributes(&[attribute.clone(), attribute]);
    assert_eq!(CertificationRequest::from_der(&twice).err(), Some(Error::Malformed { what: "attributes" }));
}
