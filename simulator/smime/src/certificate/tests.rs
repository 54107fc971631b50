use super::extensions::key_usage;
use super::*;
use crate::asn1::{BOOLEAN, GENERALIZED_TIME, OCTET_STRING, UTC_TIME, UTF8_STRING, oid, sequence, tlv};
use crate::fake::FakeCrypto;
use crate::{Context, Curve, IssueRequest, generate_identity};

const VALIDITY: (Timestamp, Timestamp) = (Timestamp(1_700_000_000_000), Timestamp(2_600_000_000_000));

fn make(request: &IssueRequest) -> Certificate {
    let crypto = FakeCrypto::new(1);
    let cx = Context { now: VALIDITY.0, crypto: &crypto };
    generate_identity(&cx, None, PublicKeyAlgorithm::Ec(Curve::P256), request).unwrap().certificate
}

fn ann() -> IssueRequest {
    IssueRequest::mail("Ann", &["ann@example.com", "ànn@example.com", "ANN@example.com"], 0x80FF, VALIDITY)
}

fn with_extension(oid: &str, value: Vec<u8>) -> Result<Certificate, CertificateError> {
    let crypto = FakeCrypto::new(1);
    let cx = Context { now: VALIDITY.0, crypto: &crypto };
    let oid = ObjectIdentifier::new_unwrap(oid);
    let extensions = vec![crate::ExtraExtension { oid, critical: false, value }];
    let request = IssueRequest { extensions, emails: vec![], key_usage: None, ..ann() };
    match generate_identity(&cx, None, PublicKeyAlgorithm::Ed25519, &request) {
        Ok(identity) => Ok(identity.certificate),
        Err(crate::IssueError::Unreadable(e)) => Err(e),
        Err(e) => panic!("{e}"),
    }
}

#[test]
fn what_is_issued_is_read() {
    let request = IssueRequest {
        organization: Some("Example, Ltd".into()),
        email_in_subject: true,
        path_len: Some(3),
        ca: true,
        ..ann()
    };
    let c = make(&request);
    assert_eq!(c.subject(), r"emailAddress=ann@example.com,CN=Ann,O=Example\, Ltd");
    assert_eq!(c.issuer(), c.subject());
    assert!(c.is_self_issued());
    assert_eq!(c.common_name().as_deref(), Some("Ann"));
    assert_eq!(c.display_name(), "Ann");
    assert_eq!(c.serial(), [0, 0x80, 0xFF]);
    assert_eq!(c.serial_hex(), "80ff");
    assert_eq!((c.not_before(), c.not_after()), VALIDITY);
    assert!(c.valid_at(VALIDITY.0) && c.valid_at(VALIDITY.1));
    assert!(!c.valid_at(Timestamp(VALIDITY.0.0 - 1)) && !c.valid_at(Timestamp(VALIDITY.1.0 + 1)));
    // rfc822Names first, duplicates without case left out, then SmtpUTF8Mailbox
    assert_eq!(c.email_addresses(), ["ann@example.com", "ànn@example.com"]);
    assert!(c.is_ca());
    assert_eq!(c.path_len(), Some(3));
    let usage = c.key_usage().unwrap();
    assert!(usage.digital_signature() && usage.key_agreement() && !usage.crl_sign());
    assert_eq!(usage.names(), ["digitalSignature", "keyEncipherment", "keyAgreement"]);
    assert_eq!(c.extended_key_usage().unwrap(), [crate::EMAIL_PROTECTION]);
    assert_eq!(c.subject_key_id().unwrap().len(), 20);
    assert_eq!(c.subject_key_id(), c.authority_key_id());
    assert_eq!(c.public_key_algorithm(), Ok(PublicKeyAlgorithm::Ec(Curve::P256)));
    assert_eq!((c.public_key().len(), c.public_key()[0]), (65, 4));
    assert_eq!(c.version(), 3);
    c.verify_signed_by(&FakeCrypto::new(9), &c).unwrap();
}

#[test]
fn display_name_falls_back() {
    let nameless = make(&IssueRequest { common_name: String::new(), ..ann() });
    assert_eq!(nameless.display_name(), "ann@example.com");
    let organization = Some("Example".into());
    let bare = IssueRequest { common_name: String::new(), emails: vec![], organization, ..ann() };
    assert_eq!(make(&bare).display_name(), "O=Example");
}

#[test]
fn der_and_pem_round_trip() {
    let c = make(&ann());
    assert_eq!(Certificate::from_der(c.der()).unwrap(), c);
    let two = format!("first\n{}second\r\n{}", c.to_pem(), c.to_pem().replace('\n', "\r\n"));
    assert_eq!(Certificate::from_pem(two.as_bytes()).unwrap(), [c.clone(), c.clone()]);
    assert_eq!(Certificate::from_pem(b"none"), Err(CertificateError::NoCertificate));
    let broken = c.to_pem().replace("-----END", "-----BEGIN");
    assert_eq!(Certificate::from_pem(broken.as_bytes()), Err(CertificateError::BadPem));
    assert_eq!(format!("{c:?}"), r#"Certificate { subject: "CN=Ann", serial: "80ff" }"#);
}

#[test]
fn trailing_bytes_and_truncation_are_refused() {
    let c = make(&ann());
    let mut longer = c.der().to_vec();
    longer.push(0);
    assert_eq!(Certificate::from_der(&longer), Err(CertificateError::TrailingData { octets: 1 }));
    for n in 0..c.der().len() {
        assert!(Certificate::from_der(&c.der()[..n]).is_err());
    }
}

#[test]
fn no_changed_octet_panics() {
    let c = make(&ann());
    for i in 0..c.der().len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut der = c.der().to_vec();
            der[i] ^= change;
            if let Ok(c) = Certificate::from_der(&der) {
                let _ = (c.subject(), c.email_addresses(), c.public_key_algorithm(), c.display_name());
            }
        }
    }
}

#[test]
fn the_size_is_bounded() {
    let padded = |filler: usize| with_extension("1.2.3.4", vec![0; filler]).map(|c| c.der().len());
    let base = padded(60_000).unwrap() - 60_000;
    assert_eq!(padded(MAX_CERTIFICATE_SIZE - base).unwrap(), MAX_CERTIFICATE_SIZE);
    let over = CertificateError::TooLarge { size: MAX_CERTIFICATE_SIZE + 1, limit: MAX_CERTIFICATE_SIZE };
    assert_eq!(padded(MAX_CERTIFICATE_SIZE - base + 1), Err(over));
}

#[test]
fn counts_are_bounded() {
    let names =
        |n: usize| with_extension("2.5.29.17", sequence(&[&tlv(context_primitive(1), &[b"a@b"]).repeat(n)]));
    assert!(names(MAX_GENERAL_NAMES).is_ok());
    assert_eq!(names(MAX_GENERAL_NAMES + 1), Err(CertificateError::Malformed { what: "subjectAltName" }));

    let extensions = |n: usize| {
        let crypto = FakeCrypto::new(1);
        let cx = Context { now: VALIDITY.0, crypto: &crypto };
        let one = |i| crate::ExtraExtension {
            oid: ObjectIdentifier::new(&format!("1.2.3.{i}")).unwrap(),
            critical: false,
            value: vec![],
        };
        // the request itself makes two key identifiers
        let extensions = (0..n - 2).map(one).collect();
        let request =
            IssueRequest { extensions, emails: vec![], key_usage: None, extended_key_usage: vec![], ..ann() };
        generate_identity(&cx, None, PublicKeyAlgorithm::Ed25519, &request).map(|_| ())
    };
    assert!(extensions(MAX_EXTENSIONS).is_ok());
    let limit = MAX_EXTENSIONS;
    let e = CertificateError::TooMany { what: "extensions", limit };
    assert_eq!(extensions(MAX_EXTENSIONS + 1), Err(crate::IssueError::Unreadable(e)));

    let pem = make(&ann()).to_pem();
    assert_eq!(Certificate::from_pem(pem.repeat(MAX_PEM_CERTIFICATES).as_bytes()).unwrap().len(), 512);
    assert!(matches!(
        Certificate::from_pem(pem.repeat(MAX_PEM_CERTIFICATES + 1).as_bytes()),
        Err(CertificateError::TooMany { .. })
    ));
}

#[test]
fn policies_and_points_are_read_and_bounded() {
    let policy = |i: usize| oid(&ObjectIdentifier::new(&format!("1.2.3.{i}")).unwrap());
    let asserted = |n: usize| {
        let list: Vec<u8> = (0..n).flat_map(|i| sequence(&[&policy(i)])).collect();
        with_extension("2.5.29.32", sequence(&[&list]))
    };
    assert_eq!(asserted(MAX_POLICIES).unwrap().certificate_policies().unwrap().len(), MAX_POLICIES);
    let bad = |what| Err(CertificateError::Malformed { what });
    assert_eq!(asserted(MAX_POLICIES + 1), bad("certificatePolicies"));
    assert_eq!(asserted(0), bad("certificatePolicies"));
    let twice = sequence(&[&sequence(&[&policy(1)]), &sequence(&[&policy(1)])]);
    assert_eq!(with_extension("2.5.29.32", twice), bad("certificatePolicies"));
    let mappings = |n: usize| {
        let list = sequence(&[&policy(1), &policy(2)]).repeat(n);
        with_extension("2.5.29.33", sequence(&[&list]))
    };
    assert!(mappings(MAX_POLICIES).is_ok());
    assert_eq!(mappings(MAX_POLICIES + 1), bad("policyMappings"));
    assert_eq!(with_extension("2.5.29.36", sequence(&[])), bad("policyConstraints"));

    let uri = |text: &str| tlv(context_primitive(6), &[text.as_bytes()]);
    let point = sequence(&[&tlv(context(0), &[&tlv(context(0), &[&uri("http://a"), &uri("ldap://b")])])]);
    let points = |n: usize, oid: &str| with_extension(oid, sequence(&[&point.repeat(n)]));
    assert_eq!(points(2, "2.5.29.31").unwrap().crl_uris(), ["http://a", "ldap://b", "http://a", "ldap://b"]);
    assert_eq!(points(1, "2.5.29.46").unwrap().freshest_crl_uris(), ["http://a", "ldap://b"]);
    assert!(points(MAX_DISTRIBUTION_POINTS, "2.5.29.31").is_ok());
    assert_eq!(points(MAX_DISTRIBUTION_POINTS + 1, "2.5.29.31"), bad("cRLDistributionPoints"));
    let names = |n: usize| {
        let name = tlv(context(0), &[&tlv(context(0), &[&uri("u").repeat(n)])]);
        with_extension("2.5.29.31", sequence(&[&sequence(&[&name])]))
    };
    assert_eq!(names(MAX_POINT_NAMES).unwrap().crl_uris().len(), MAX_POINT_NAMES);
    assert_eq!(names(MAX_POINT_NAMES + 1), bad("cRLDistributionPoints"));

    let access = |n: usize| {
        let one = |method, place| sequence(&[&oid(&ObjectIdentifier::new_unwrap(method)), &uri(place)]);
        let both = [one("1.3.6.1.5.5.7.48.1", "http://o"), one("1.3.6.1.5.5.7.48.2", "http://i")].concat();
        with_extension(
            "1.3.6.1.5.5.7.1.1",
            sequence(&[&both.repeat(n / 2), &both[..both.len() / 2 * (n % 2)]]),
        )
    };
    let c = access(2).unwrap();
    assert_eq!((c.ocsp_uris(), c.ca_issuers_uris()), (vec!["http://o"], vec!["http://i"]));
    assert!(access(MAX_DISTRIBUTION_POINTS).is_ok());
    assert_eq!(access(MAX_DISTRIBUTION_POINTS + 1), bad("authorityInfoAccess"));
}

#[test]
fn an_extension_may_stand_once() {
    let twice = with_extension("2.5.29.14", tlv(OCTET_STRING, &[&[1]]));
    assert_eq!(twice, Err(CertificateError::Malformed { what: "extensions" }));
}

#[test]
fn encoded_defaults_are_tolerated() {
    // cA FALSE written out, path length without cA
    let value = sequence(&[&tlv(BOOLEAN, &[&[0]]), &tlv(INTEGER, &[&[2]])]);
    let c = with_extension("2.5.29.19", value).unwrap();
    assert!(!c.is_ca());
    assert_eq!(c.path_len(), Some(2));
}

#[test]
fn key_usage_bits_round_trip() {
    for bits in 0..1u16 << 9 {
        let usage = KeyUsage(bits);
        assert_eq!(key_usage(&usage.to_der()), Ok(usage));
    }
    assert_eq!(KeyUsage::DIGITAL_SIGNATURE.to_der(), [3, 2, 7, 0x80]);
    assert_eq!(KeyUsage::DECIPHER_ONLY.to_der(), [3, 3, 7, 0, 0x80]);
}

#[test]
fn times_are_read_as_rfc_5280_says() {
    let read = |tag: u8, text: &str| {
        let der = tlv(tag, &[text.as_bytes()]);
        Reader::der(&der).any().unwrap().time().map(|t| t.0)
    };
    assert_eq!(read(UTC_TIME, "700101000000Z"), Ok(0));
    assert_eq!(read(UTC_TIME, "491231235959Z"), Ok(2_524_607_999_000));
    assert_eq!(read(UTC_TIME, "500101000000Z"), Ok(-631_152_000_000));
    assert_eq!(read(GENERALIZED_TIME, "20000229000000Z"), Ok(951_782_400_000));
    assert_eq!(read(GENERALIZED_TIME, "99991231235959Z"), Ok(253_402_300_799_000));
    for (tag, bad) in [
        (UTC_TIME, "7001010000Z"),
        (UTC_TIME, "700101000000"),
        (UTC_TIME, "700101000000+0100Z"),
        (UTC_TIME, "701301000000Z"),
        (UTC_TIME, "700100000000Z"),
        (GENERALIZED_TIME, "21000229000000Z"),
        (GENERALIZED_TIME, "700101000000Z"),
        (UTF8_STRING, "700101000000Z"),
        (UTC_TIME, "7001010000é0Z"),
    ] {
        assert!(read(tag, bad).is_err(), "{bad}");
    }
}
