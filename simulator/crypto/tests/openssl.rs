//! Certificates, paths and PKCS#12 files against the `openssl` program, both ways.
//!
//! Without the program the tests say so and pass, unless `HANDSET_REQUIRE_PEERS` is 1.

mod openssl_program;

use crypto::AwsLc;
use openssl_program::{CA, EC, LEAF, Openssl, RSA, openssl};
use smime::pkcs12::{
    self, LegacyCipher, Pbes1, ProtectedPart, ProtectionAlgorithm, WriteOptions, WriteProtection,
};
use smime::{
    BulkCipher, Certificate, Context, Curve, DigestAlgorithm, Identity, IssueRequest, KeyUsage, PathError,
    Pkcs12Error, PrivateKey, PublicKeyAlgorithm, Purpose, SignatureScheme, Timestamp, TrustStore,
    generate_identity, validate,
};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400_000;

fn now() -> Timestamp {
    Timestamp(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64)
}

fn cx() -> Context<'static> {
    Context { now: now(), crypto: &AwsLc }
}

fn chain_of_three(o: &Openssl, key: &str) -> Identity {
    o.issue("root", None, EC, CA);
    o.issue("ca", Some("root"), EC, CA);
    o.issue("leaf", Some("ca"), key, LEAF);
    o.identity("leaf", &["ca", "root"])
}

#[test]
fn certificates_are_read_as_openssl_reads_them() {
    let Some(o) = openssl("read") else { return };
    o.issue("root", None, RSA, CA);
    o.issue("leaf", Some("root"), EC, LEAF);
    for name in ["root", "leaf"] {
        let c = o.certificate(name);
        let line = |what: &str| {
            let out = o.run(&format!("x509 -in {name}.pem -noout -nameopt RFC2253 -{what}"));
            let text = String::from_utf8(out).unwrap();
            text.lines().next().unwrap().split_once('=').map(|(_, v)| v.to_owned()).unwrap()
        };
        assert_eq!(c.subject(), line("subject"));
        assert_eq!(c.issuer(), line("issuer"));
        assert_eq!(c.serial_hex().to_uppercase(), line("serial"));
        assert_eq!(c.to_pem().as_bytes(), o.run(&format!("x509 -in {name}.pem")));
        assert_eq!(c.spki_der(), o.run(&format!("pkey -in {name}.key -pubout -outform DER")));
        assert!(o.key(name).matches(&cx(), &c));
        assert!(c.valid_at(now()));
        assert!((c.not_after().0 - now().0 - 30 * DAY).abs() < DAY);
    }
    let leaf = o.certificate("leaf");
    assert_eq!(leaf.email_addresses(), ["leaf@example.com"]);
    assert!(!o.key("root").matches(&cx(), &leaf));
}

#[test]
fn private_keys_are_read_in_every_form() {
    let Some(o) = openssl("keys") else { return };
    o.issue("rsa", None, RSA, CA);
    o.issue("small", None, "-algorithm RSA -pkeyopt rsa_keygen_bits:1024", CA);
    o.issue("ec", None, EC, CA);
    o.issue("p384", None, "-algorithm EC -pkeyopt ec_paramgen_curve:P-384", CA);
    o.issue("p521", None, "-algorithm EC -pkeyopt ec_paramgen_curve:P-521", CA);
    o.issue("ed", None, "-algorithm ED25519", CA);
    for name in ["rsa", "small", "ec", "p384", "p521", "ed"] {
        let c = o.certificate(name);
        let key = o.key(name);
        assert!(key.matches(&cx(), &c), "{name}");
        c.verify_signed_by(&AwsLc, &c).unwrap();
        let loaded = key.load(&cx()).unwrap();
        assert_eq!(Ok(loaded.algorithm()), c.public_key_algorithm());
        if name != "ed" {
            let traditional =
                PrivateKey::from_pem(&o.run(&format!("pkey -in {name}.key -traditional"))).unwrap();
            assert!(traditional.matches(&cx(), &c), "{name}");
        }
    }
    // identities and trust survive a snapshot, and the key does not show in what is printed
    let identity = o.identity("ec", &["rsa"]);
    let text = serde_json::to_string(&identity).unwrap();
    assert_eq!(serde_json::from_str::<Identity>(&text).unwrap(), identity);
    assert!(format!("{identity:?}").contains("key: [redacted]"));
    let trust: TrustStore = [o.certificate("rsa"), o.certificate("ec")].into_iter().collect();
    let text = serde_json::to_string(&trust).unwrap();
    assert_eq!(serde_json::from_str::<TrustStore>(&text).unwrap(), trust);
    let encrypted = o.run("pkey -in ec.key -aes256 -passout pass:x");
    assert_eq!(PrivateKey::from_pem(&encrypted), Err(smime::PrivateKeyError::Encrypted));
    let encrypted = o.run("rsa -in rsa.key -aes256 -passout pass:x -traditional");
    assert_eq!(PrivateKey::from_pem(&encrypted), Err(smime::PrivateKeyError::OldEncryption));
}

#[test]
fn pkcs12_files_of_openssl_open() {
    use LegacyCipher::{Rc2Bits40, Rc2Bits128, Rc4Bits40, Rc4Bits128, TripleDes, TwoKeyTripleDes};
    use ProtectionAlgorithm::{Hmac, None as Nothing, Pbes2, Pkcs12Pbe};
    let pbes1 = ProtectionAlgorithm::Pbes1;
    let Some(o) = openssl("p12-read") else { return };
    let sha1 = DigestAlgorithm::Sha1;
    let sha256 = DigestAlgorithm::Sha256;
    let pbes2 = |cipher| Pbes2 { prf: sha256, cipher };
    let cases: [(&str, [ProtectionAlgorithm; 3]); 15] = [
        ("", [Hmac(sha256), pbes2(BulkCipher::Aes256Cbc), pbes2(BulkCipher::Aes256Cbc)]),
        ("-legacy", [Hmac(sha1), Pkcs12Pbe(Rc2Bits40), Pkcs12Pbe(TripleDes)]),
        ("-certpbe NONE -keypbe NONE", [Hmac(sha256), Nothing, Nothing]),
        ("-certpbe NONE -keypbe NONE -nomac", [Nothing, Nothing, Nothing]),
        // with this option openssl also leaves the certificates in the clear
        ("-nomac", [Nothing, Nothing, pbes2(BulkCipher::Aes256Cbc)]),
        (
            "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-2DES -macalg sha1",
            [Hmac(sha1), Pkcs12Pbe(TripleDes), Pkcs12Pbe(TwoKeyTripleDes)],
        ),
        (
            "-legacy -certpbe PBE-SHA1-RC2-128 -keypbe PBE-SHA1-RC2-40 -macalg sha512",
            [Hmac(DigestAlgorithm::Sha512), Pkcs12Pbe(Rc2Bits128), Pkcs12Pbe(Rc2Bits40)],
        ),
        (
            "-certpbe AES-128-CBC -keypbe AES-192-CBC -macalg sha384",
            [Hmac(DigestAlgorithm::Sha384), pbes2(BulkCipher::Aes128Cbc), pbes2(BulkCipher::Aes192Cbc)],
        ),
        (
            "-certpbe des-ede3-cbc -keypbe des-ede3-cbc",
            [Hmac(sha256), pbes2(BulkCipher::TripleDesCbc), pbes2(BulkCipher::TripleDesCbc)],
        ),
        ("-iter 20000", [Hmac(sha256), pbes2(BulkCipher::Aes256Cbc), pbes2(BulkCipher::Aes256Cbc)]),
        (
            "-legacy -certpbe PBE-SHA1-RC4-128 -keypbe PBE-SHA1-RC4-40",
            [Hmac(sha1), Pkcs12Pbe(Rc4Bits128), Pkcs12Pbe(Rc4Bits40)],
        ),
        ("-legacy -keypbe PBE-SHA1-RC4-128 -nomac", [Nothing, Nothing, Pkcs12Pbe(Rc4Bits128)]),
        (
            "-legacy -certpbe PBE-MD5-DES -keypbe PBE-MD5-RC2-64",
            [Hmac(sha1), pbes1(Pbes1::Md5Des), pbes1(Pbes1::Md5Rc2)],
        ),
        (
            "-legacy -certpbe PBE-SHA1-RC2-64 -keypbe PBE-SHA1-DES",
            [Hmac(sha1), pbes1(Pbes1::Sha1Rc2), pbes1(Pbes1::Sha1Des)],
        ),
        (
            "-macalg sha224",
            [Hmac(DigestAlgorithm::Sha224), pbes2(BulkCipher::Aes256Cbc), pbes2(BulkCipher::Aes256Cbc)],
        ),
    ];
    for key in [EC, RSA] {
        let wanted = chain_of_three(&o, key);
        let both = [o.read("ca.pem"), o.read("root.pem")].concat();
        o.write("chain", &both);
        for (options, algorithms) in &cases {
            for password in ["secret", "", "pässwörd🔑"] {
                o.run(&format!(
                    "pkcs12 -export -inkey leaf.key -in leaf.pem -certfile chain -name My__Phone \
                     -passout pass:{password} -out file.p12 {options}"
                ));
                let file = o.read("file.p12");
                let read = pkcs12::open(&cx(), &file, Some(password)).unwrap();
                assert_eq!(read.identities, std::slice::from_ref(&wanted), "{options} {password:?}");
                assert_eq!(read.friendly_names, [Some("My Phone".to_owned())]);
                assert_eq!(read.certificates, wanted.chain);
                for (part, algorithm) in
                    [ProtectedPart::Integrity, ProtectedPart::Contents, ProtectedPart::Key]
                        .iter()
                        .zip(algorithms)
                {
                    let told = read.algorithms.iter().find(|p| p.part == *part);
                    assert_eq!(told.map_or(Nothing, |p| p.algorithm), *algorithm, "{options}");
                }
                if algorithms.iter().any(|a| *a != Nothing) {
                    let wrong = pkcs12::open(&cx(), &file, Some("wrong"));
                    assert_eq!(wrong, Err(Pkcs12Error::WrongPassword), "{options}");
                }
            }
        }
    }
}

#[test]
fn old_encrypted_keys_of_openssl_open() {
    let Some(o) = openssl("pkcs8-v1") else { return };
    o.issue("leaf", None, EC, CA);
    let wanted = PrivateKey::from_pem(&o.read("leaf.key")).unwrap();
    for scheme in ["PBE-MD5-DES", "PBE-MD5-RC2-64", "PBE-SHA1-DES", "PBE-SHA1-RC2-64", "PBE-SHA1-RC4-128"] {
        let pem = o.run(&format!(
            "pkcs8 -topk8 -in leaf.key -v1 {scheme} -passout pass:secret -provider legacy -provider default"
        ));
        let read = pkcs12::open_key(&cx(), &pem, "secret").unwrap();
        assert_eq!(read.pkcs8(), wanted.pkcs8(), "{scheme}");
        assert_eq!(pkcs12::open_key(&cx(), &pem, "wrong"), Err(Pkcs12Error::WrongPassword), "{scheme}");
    }
}

#[test]
fn openssl_opens_our_pkcs12_files() {
    let Some(o) = openssl("p12-write") else { return };
    let identity = chain_of_three(&o, RSA);
    for protection in [WriteProtection::Modern, WriteProtection::Legacy] {
        for password in [Some("secret"), None, Some("pässwörd🔑")] {
            let friendly_names = vec!["Ann's key".to_owned()];
            let options = WriteOptions { protection, friendly_names, ..WriteOptions::default() };
            let file = pkcs12::write(&cx(), std::slice::from_ref(&identity), password, &options).unwrap();
            o.write("ours.p12", &file);
            let password = password.unwrap_or_default();
            let pem = o.run(&format!("pkcs12 -in ours.p12 -nodes -passin pass:{password}"));
            assert_eq!(PrivateKey::from_pem(&pem).unwrap().pkcs8(), identity.key.pkcs8());
            let certificates = Certificate::from_pem(&pem).unwrap();
            assert_eq!(certificates[0], identity.certificate);
            assert_eq!(certificates[1..], identity.chain);
            assert!(String::from_utf8_lossy(&pem).contains("friendlyName: Ann's key"));
            assert!(!o.output("pkcs12 -in ours.p12 -nodes -passin pass:wrong").status.success());
            let read = pkcs12::open(&cx(), &file, Some(password)).unwrap();
            assert_eq!(read.identities, std::slice::from_ref(&identity));
        }
    }
}

/// OpenSSL reads PBMAC1 from 3.4 on; the Python package `cryptography` brings one that is newer.
#[test]
fn pbmac1_is_read_by_pyca() {
    let script = "import sys, cryptography.hazmat.primitives.serialization.pkcs12 as p\n\
        o = p.load_pkcs12(open(sys.argv[1], 'rb').read(), sys.argv[2].encode())\n\
        print(o.cert.friendly_name.decode(), len(o.additional_certs), o.key.key_size)";
    let python = |arguments: &[&str]| Command::new("python3").args(["-c"]).args(arguments).output();
    if !python(&["import cryptography"]).is_ok_and(|o| o.status.success()) {
        let required = std::env::var("HANDSET_REQUIRE_PEERS").as_deref() == Ok("1");
        assert!(!required, "the Python package cryptography is missing");
        eprintln!("SKIPPED: pbmac1_is_read_by_pyca: the Python package cryptography is missing");
        return;
    }
    let Some(o) = openssl("pbmac1") else { return };
    let identity = chain_of_three(&o, RSA);
    o.issue("other", None, EC, CA);
    let options = WriteOptions {
        protection: WriteProtection::Pbmac1,
        friendly_names: vec!["Ann's key".into()],
        certificates: vec![o.certificate("other"), o.certificate("root")],
        ..WriteOptions::default()
    };
    let file = pkcs12::write(&cx(), std::slice::from_ref(&identity), Some("secret"), &options).unwrap();
    o.write("ours.p12", &file);
    let path = o.folder.join("ours.p12");
    let out = python(&[script, path.to_str().unwrap(), "secret"]).unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(String::from_utf8(out.stdout).unwrap(), "Ann's key 3 2048\n");
    assert!(!python(&[script, path.to_str().unwrap(), "wrong"]).unwrap().status.success());
    let read = pkcs12::open(&cx(), &file, Some("secret")).unwrap();
    assert_eq!(read.identities, [identity]);
    assert_eq!(read.algorithms[0].algorithm.to_string(), "PBMAC1 with PBKDF2-HMAC-SHA-256 and HMAC-SHA-256");
}

/// What openssl says about a path for S/MIME signing.
fn openssl_accepts(o: &Openssl, leaf: &str, at: Timestamp) -> bool {
    let at = at.0 / 1000;
    let arguments = format!("-attime {at} -purpose smimesign -CAfile root.pem -untrusted ca.pem {leaf}.pem");
    o.output(&format!("verify {arguments}")).status.success()
}

#[test]
fn paths_are_judged_as_openssl_judges_them() {
    let Some(o) = openssl("paths") else { return };
    let no_sign = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n";
    let no_ca = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyCertSign\n";
    let clients = format!("{CA}extendedKeyUsage=clientAuth\n");
    let only_mail = format!("{CA}nameConstraints=critical,permitted;email:example.com\n");
    let other_mail = format!("{CA}nameConstraints=critical,permitted;email:.example.com\n");
    let excluded = format!("{CA}nameConstraints=critical,excluded;email:example.com\n");
    let no_more = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n";
    let server = LEAF.replace("emailProtection", "serverAuth");
    let agreement = LEAF.replace("digitalSignature,keyEncipherment,keyAgreement", "keyAgreement");
    let unknown = format!("{LEAF}1.2.3.4=critical,DER:0500\n");
    type Check = fn(&PathError) -> bool;
    let cases: [(&str, &str, &str, &str, Option<Check>); 12] = [
        ("good", CA, CA, LEAF, None),
        ("bare leaf", CA, CA, "subjectAltName=email:leaf@example.com\n", None),
        ("no keyCertSign", CA, no_sign, LEAF, Some(|e| matches!(e, PathError::KeyUsage { .. }))),
        ("no CA", CA, no_ca, LEAF, Some(|e| matches!(e, PathError::NotACa { .. }))),
        ("path length", no_more, CA, LEAF, Some(|e| matches!(e, PathError::PathLength { limit: 0, .. }))),
        ("CA purpose", CA, &clients, LEAF, Some(|e| matches!(e, PathError::ExtendedKeyUsage { .. }))),
        ("leaf purpose", CA, CA, &server, Some(|e| matches!(e, PathError::ExtendedKeyUsage { .. }))),
        ("leaf usage", CA, CA, &agreement, Some(|e| matches!(e, PathError::KeyUsage { .. }))),
        ("unknown", CA, CA, &unknown, Some(|e| matches!(e, PathError::UnknownCriticalExtension { .. }))),
        ("permitted", CA, &only_mail, LEAF, None),
        ("not permitted", CA, &other_mail, LEAF, Some(|e| matches!(e, PathError::NameConstraint { .. }))),
        ("excluded", CA, &excluded, LEAF, Some(|e| matches!(e, PathError::NameConstraint { .. }))),
    ];
    let keys = [EC, RSA];
    for (i, (name, root, ca, leaf, wanted)) in cases.iter().enumerate() {
        o.issue("root", None, keys[i % 2], root);
        o.issue("ca", Some("root"), EC, ca);
        o.issue("leaf", Some("ca"), EC, leaf);
        let trust: TrustStore = [o.certificate("root")].into_iter().collect();
        let judge = |now| {
            let cx = Context { now, crypto: &AwsLc };
            validate(&cx, &o.certificate("leaf"), &[o.certificate("ca")], &trust, Purpose::EmailSigning)
        };
        let found = judge(now());
        match (&found, wanted) {
            (Ok(path), None) => assert_eq!(path.certificates.len(), 3, "{name}"),
            (Err(e), Some(check)) => assert!(check(e), "{name}: {e:?}"),
            _ => panic!("{name}: {found:?}"),
        }
        assert_eq!(openssl_accepts(&o, "leaf", now()), wanted.is_none(), "{name}");
        if wanted.is_none() {
            for (at, late) in [(now().0 + 40 * DAY, true), (now().0 - 2 * DAY, false)] {
                let found = judge(Timestamp(at));
                assert!(
                    match found {
                        Err(PathError::Expired { .. }) => late,
                        Err(PathError::NotYetValid { .. }) => !late,
                        _ => false,
                    },
                    "{name}"
                );
                assert!(!openssl_accepts(&o, "leaf", Timestamp(at)));
            }
        }
    }
}

#[test]
fn openssl_accepts_our_certificates() {
    let Some(o) = openssl("issue") else { return };
    let validity = (Timestamp(now().0 - DAY), Timestamp(now().0 + 40 * 365 * DAY)); // beyond 2050
    let sha = DigestAlgorithm::Sha384;
    let kinds = [
        (PublicKeyAlgorithm::Rsa { bits: 2048 }, None),
        (
            PublicKeyAlgorithm::Rsa { bits: 2048 },
            Some(SignatureScheme::RsaPss { digest: sha, mgf: sha, salt_len: 48 }),
        ),
        (PublicKeyAlgorithm::Ec(Curve::P256), Some(SignatureScheme::Ecdsa(DigestAlgorithm::Sha512))),
        (PublicKeyAlgorithm::Ec(Curve::P384), None),
        (PublicKeyAlgorithm::Ec(Curve::P521), None),
        (PublicKeyAlgorithm::Ed25519, None),
    ];
    for (algorithm, scheme) in kinds {
        let mut authority = IssueRequest::authority("Root", 1, validity);
        (authority.path_len, authority.scheme) = (Some(2), scheme);
        let root = generate_identity(&cx(), None, algorithm, &authority).unwrap();
        authority.common_name = "CA".into();
        let ca = generate_identity(&cx(), Some(&root), algorithm, &authority).unwrap();
        let mut request = IssueRequest::mail("Ann Ünïcode", &["ann@example.com"], 0xFFFF, validity);
        (request.scheme, request.email_in_subject) = (scheme, true);
        request.organization = Some("Example, Ltd".into());
        request.key_usage = Some(KeyUsage::DIGITAL_SIGNATURE);
        let leaf = generate_identity(&cx(), Some(&ca), algorithm, &request).unwrap();
        for (name, identity) in [("root", &root), ("ca", &ca), ("leaf", &leaf)] {
            o.write(&format!("{name}.pem"), identity.certificate.to_pem().as_bytes());
        }
        assert!(openssl_accepts(&o, "leaf", now()), "{algorithm:?}");
        let text =
            String::from_utf8(o.run("x509 -in leaf.pem -noout -text -nameopt RFC2253,-esc_msb")).unwrap();
        assert!(text.contains(&format!("Subject: {}", leaf.certificate.subject())), "{text}");
        for wanted in ["email:ann@example.com", "E-mail Protection", "Digital Signature\n", "65535 (0xffff)"]
        {
            assert!(text.contains(wanted), "{text}");
        }
        let trust = [root.certificate.clone()].into_iter().collect();
        validate(&cx(), &leaf.certificate, &leaf.chain, &trust, Purpose::EmailSigning).unwrap();
        // the key is one that openssl reads
        o.write("leaf.p12", &pkcs12::write(&cx(), &[leaf], Some("x"), &WriteOptions::default()).unwrap());
        o.run("pkcs12 -in leaf.p12 -nodes -passin pass:x");
    }
}
