use super::*;
use profile::plist::Dictionary;

fn names(rdns: &[&[(&str, &str)]]) -> Value {
    Value::array(rdns.iter().map(|rdn| Value::array(rdn.iter().map(|(k, v)| Value::array([*k, *v])))))
}

fn scep(settings: Dictionary) -> Payload {
    let payload = Dictionary::new().with("PayloadType", payload_type::SCEP).with("PayloadContent", settings);
    Payload::new(0, payload)
}

fn acme(kind: &str, size: i64, bound: bool) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", payload_type::ACME)
        .with("DirectoryURL", "https://acme.example/directory")
        .with("ClientIdentifier", "serial")
        .with("KeyType", kind)
        .with("KeySize", size)
        .with("HardwareBound", bound)
}

#[track_caller]
fn code(payload: &Payload) -> u32 {
    Wish::read(payload).map_or_else(|e| e.code, |_| 0)
}

#[test]
fn names_and_uses_are_read() {
    let alternative = Dictionary::new()
        .with("rfc822Name", Value::array(["a@example.com", "b@example.com"]))
        .with("dNSName", "host.example")
        .with("ntPrincipalName", "a@corp.example");
    let settings = Dictionary::new()
        .with("URL", "http://ca.example/scep")
        .with(
            "Subject",
            names(&[&[("O", "Example")], &[("CN", "Ann"), ("1.2.840.113549.1.9.1", "a@example.com")]]),
        )
        .with("SubjectAltName", alternative)
        .with("Challenge", "s3cret")
        .with("Keysize", 2048)
        .with("Key Usage", 5);
    let payload = scep(settings);
    let wish = Wish::read(&payload).unwrap();
    assert_eq!(wish.key, PublicKeyAlgorithm::Rsa { bits: 2048 });
    assert_eq!(wish.challenge, Some("s3cret"));
    let requested = &wish.requested;
    assert_eq!(requested.subject.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(requested.emails, ["a@example.com", "b@example.com"]);
    assert_eq!((requested.hosts.len(), requested.principal_names.len(), requested.uris.len()), (1, 1, 0));
    let both = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT;
    assert_eq!(requested.key_usage, Some(both));

    let payload = scep(Dictionary::new().with("URL", "http://ca.example"));
    let bare = Wish::read(&payload).unwrap();
    assert_eq!((bare.key, bare.challenge), (PublicKeyAlgorithm::Rsa { bits: 1024 }, None));
    assert_eq!(bare.requested, RequestedCertificate::default());

    let purposes = Value::array(["1.3.6.1.5.5.7.3.2"]);
    let payload = Payload::new(
        0,
        acme("ECSECPrimeRandom", 384, true).with("UsageFlags", 4).with("ExtendedKeyUsage", purposes),
    );
    let wish = Wish::read(&payload).unwrap();
    assert_eq!(wish.key, PublicKeyAlgorithm::Ec(Curve::P384));
    assert_eq!(wish.requested.key_usage, Some(KeyUsage::KEY_AGREEMENT));
    assert_eq!(wish.requested.extended_key_usage.len(), 1);
}

#[test]
fn settings_that_no_phone_takes_have_their_code() {
    let with =
        |key: &str, value: Value| scep(Dictionary::new().with("URL", "http://ca.example").with(key, value));
    assert_eq!(code(&with("Key Usage", Value::from(2))), 22000);
    assert_eq!(code(&with("Keysize", Value::from(512))), 22004);
    assert_eq!(code(&with("Key Type", Value::from("EC"))), 22004);
    assert_eq!(code(&with("Subject", names(&[&[("XY", "x")]]))), 22011);
    assert_eq!(code(&with("Subject", Value::array([Value::array(["CN", "x"])]))), 22011);
    for (kind, size, bound, expected) in [
        ("RSA", 2048, false, 0),
        ("RSA", 2048, true, 22004),
        ("RSA", 2049, false, 22004),
        ("ECSECPrimeRandom", 521, false, 0),
        ("ECSECPrimeRandom", 521, true, 22004),
        ("ECSECPrimeRandom", 192, false, 22001),
        ("DSA", 1024, false, 22004),
    ] {
        assert_eq!(code(&Payload::new(0, acme(kind, size, bound))), expected, "{kind} {size} {bound}");
    }
    assert_eq!(code(&Payload::new(0, acme("RSA", 2048, false).with("Attest", true))), 22004);
    assert_eq!(code(&Payload::new(0, acme("RSA", 2048, false).with("DirectoryURL", "http://a"))), 22004);
}

#[test]
fn no_more_names_are_asked_for_than_the_bound() {
    let many = |n: usize| scep(Dictionary::new().with("Subject", names(&vec![&[("CN", "x")][..]; n])));
    assert_eq!(code(&many(MAX_REQUESTED_NAMES)), 0);
    assert_eq!(code(&many(MAX_REQUESTED_NAMES + 1)), 22011);
    let many = |n: usize| {
        let names = Dictionary::new().with("rfc822Name", Value::array(vec!["a@example.com"; n]));
        scep(Dictionary::new().with("SubjectAltName", names))
    };
    assert_eq!(code(&many(MAX_REQUESTED_NAMES)), 0);
    assert_eq!(code(&many(MAX_REQUESTED_NAMES + 1)), 22011);
}

#[test]
fn what_is_shown_of_a_request_has_no_challenge() {
    let request = IdentityRequest {
        exchange: ExchangeId(1),
        protocol: EnrolmentProtocol::Scep,
        url: "https://ca.example/?token=s3cret".to_owned(),
        payload_uuid: "u".to_owned(),
        requested: RequestedCertificate::default(),
        key: PublicKeyAlgorithm::Rsa { bits: 1024 },
        has_challenge: true,
        certification_request: b"s3cret".to_vec(),
    };
    let shown = format!("{request:?}");
    assert!(shown.contains("has_challenge: true") && !shown.contains("s3cret"), "{shown}");
}
