//! What the commands make of a certificate's names, purposes and kind of key.

use super::{
    AT, MESSAGE, Ran, file, follows, openssl, pki, signed, signer, smime, smime_from, text, verify_json,
};
use conformance::{Scratch, peer};
use simulator::PROVIDER;
use smime::{
    CLIENT_AUTH, Context, ExtraExtension, Identity, IssueRequest, ObjectIdentifier, PublicKeyAlgorithm,
    Timestamp, generate_identity,
};

const VALIDITY: (Timestamp, Timestamp) = (Timestamp(0), Timestamp(4_000_000_000_000));

fn identity(issuer: Option<&Identity>, algorithm: PublicKeyAlgorithm, request: &IssueRequest) -> Identity {
    let cx = Context { now: Timestamp(1_793_606_400_000), crypto: &PROVIDER };
    generate_identity(&cx, issuer, algorithm, request).unwrap()
}

const EC: PublicKeyAlgorithm = PublicKeyAlgorithm::Ec(smime::Curve::P256);

/// Signs a message as an identity, with further options.
fn signed_by(scratch: &Scratch, identity: &Identity, message: &str, options: &[&str]) -> Ran {
    let certificate = file(scratch, "signer.pem", identity.certificate.to_pem());
    let key = file(scratch, "signer.key", identity.key.pkcs8());
    let chain: String = identity.chain.iter().map(smime::Certificate::to_pem).collect();
    let chain = file(scratch, "chain.pem", chain);
    let mut line = vec!["sign", "--signer", text(&certificate), "--key", text(&key)];
    if !identity.chain.is_empty() {
        line.extend(["--certificates", text(&chain)]);
    }
    let ran = smime_from(&[&line[..], options].concat(), message.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran
}

fn verified(scratch: &Scratch, root: &Identity, message: &[u8]) -> (i32, String) {
    let (root, message) =
        (file(scratch, "root.pem", root.certificate.to_pem()), file(scratch, "m.eml", message));
    let ran = smime(&["verify", "--ca-file", text(&root), "--at", AT, "--format", "json", text(&message)]);
    let report: serde_json::Value = serde_json::from_slice(&ran.out).unwrap();
    follows("smime-verify", &report);
    (ran.code, report["reason"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_domain_is_one_in_both_of_its_forms() {
    let scratch = Scratch::new("smime-idn");
    let root = identity(None, EC, &IssueRequest::authority("Root", 1, VALIDITY));
    let leaf = |issuer: &Identity, address: &str| {
        identity(Some(issuer), EC, &IssueRequest::mail("Alice", &[address], 3, VALIDITY))
    };
    let judged = |leaf: &Identity, from: &str| {
        let message = MESSAGE.replace("alice@contoso.example", from);
        verified(&scratch, &root, &signed_by(&scratch, leaf, &message, &[]).out)
    };
    for (address, from, code) in [
        ("info@xn--r8jz45g.jp", "info@例え.jp", 0),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp", 0),
        ("用户@例え.jp", "用户@XN--R8JZ45G.JP", 0),
        ("用户@例え.jp", "用户@例.jp", 1),
    ] {
        assert_eq!(judged(&leaf(&root, address), from).0, code, "{address} {from}");
    }
    // excludedSubtrees: rfc822Name xn--r8jz45g.jp
    let value = [&[0x30, 20, 0xa1, 18, 0x30, 16, 0x81, 14][..], b"xn--r8jz45g.jp"].concat();
    let constraints =
        ExtraExtension { oid: ObjectIdentifier::new_unwrap("2.5.29.30"), critical: true, value };
    let request = IssueRequest::authority("Constrained", 2, VALIDITY);
    let ca = identity(Some(&root), EC, &IssueRequest { extensions: vec![constraints], ..request });
    assert_eq!(judged(&leaf(&ca, "用户@例え.jp"), "用户@例え.jp"), (1, "name-constraint".to_owned()));
    assert_eq!(judged(&leaf(&ca, "用户@例.jp"), "用户@例.jp").0, 0);
}

#[test]
fn what_receivers_would_refuse_is_warned_of() {
    let scratch = Scratch::new("smime-purpose");
    let signed_with = |stem: &str| {
        let signer = signer(stem);
        smime_from(&[&["sign"][..], &signer.each_str()].concat(), MESSAGE.as_bytes())
    };
    let ran = signed_with("alice-auth");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("the extended key usage of Alice") && ran.err.contains("signing mail"),
        "{}",
        ran.err
    );
    let ran = signed_with("alice-signing");
    assert!(!ran.err.contains("extended key usage"), "{}", ran.err);
    let request = IssueRequest::mail("Bob", &["bob@partner.example"], 7, VALIDITY);
    let web = IssueRequest { extended_key_usage: vec![CLIENT_AUTH], ..request };
    let bob = file(&scratch, "bob.pem", identity(None, EC, &web).certificate.to_pem());
    let ran = smime_from(&["encrypt", "--recipient", text(&bob)], MESSAGE.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = ran.err.contains("extended key usage of Bob") && ran.err.contains("encrypting mail to it");
    assert!(told, "{}", ran.err);
}

#[test]
fn options_that_are_not_for_the_key_are_noted() {
    let scratch = Scratch::new("smime-passed-over");
    let request = IssueRequest::mail("Ed", &["ed@contoso.example"], 7, VALIDITY);
    let ed = identity(None, PublicKeyAlgorithm::Ed25519, &request);
    let told = |options: &[&str]| signed_by(&scratch, &ed, MESSAGE, options).err;
    assert_eq!(told(&[]), "");
    assert_eq!(told(&["--digest", "sha512"]), "");
    for digest in ["sha256", "sha384"] {
        let told = told(&["--digest", digest]);
        assert!(told.contains("Ed25519") && told.contains("sha512"), "{told}");
    }
    assert!(told(&["--pss"]).contains("--pss is for RSA keys"));
    let ec = identity(None, EC, &request);
    assert!(signed_by(&scratch, &ec, MESSAGE, &["--pss"]).err.contains("--pss is for RSA keys"));
}

#[test]
fn keys_that_are_not_supported_are_named() {
    if !peer("openssl", "keys_that_are_not_supported_are_named") {
        return;
    }
    let scratch = Scratch::new("smime-curve");
    let (key, certificate) = (scratch.file("k"), scratch.file("c.pem"));
    let made = |algorithm: &[&str], usage: &str| {
        let usage = format!("keyUsage=critical,{usage}");
        let line = ["req", "-x509", "-nodes", "-subj", "/CN=Odd", "-addext", &usage];
        openssl(&[&line[..], algorithm, &["-keyout", text(&key), "-out", text(&certificate)]].concat());
    };
    let encrypted = |options: &[&str]| {
        let ran = smime_from(&[&["encrypt", "--recipient", text(&certificate)][..], options].concat(), b"x");
        assert_eq!((ran.code, ran.out.len()), (2, 0), "{}", ran.err);
        ran.err
    };
    made(&["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], "digitalSignature,keyAgreement");
    for told in [encrypted(&[]), encrypted(&["--force"])] {
        assert!(told.contains("CN=Odd") && told.contains("1.3.132.0.10"), "{told}");
        assert!(!told.contains("key usage"), "{told}");
    }
    let (message, out) = (file(&scratch, "m", "x\r\n"), scratch.file("signed"));
    let line = ["cms", "-sign", "-signer", text(&certificate), "-inkey", text(&key), "-in", text(&message)];
    openssl(&[&line[..], &["-out", text(&out)]].concat());
    let (code, report) = verify_json(&out, &[]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("unsupported-key")), "{report:#}");
    made(&["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], "digitalSignature");
    for told in [encrypted(&[]), encrypted(&["--force"])] {
        assert!(told.contains("nothing can be encrypted to the key of CN=Odd"), "{told}");
    }
}

#[test]
fn a_message_that_cannot_be_read_is_told_in_json_too() {
    let scratch = Scratch::new("smime-unreadable");
    let cut = signed(&["--opaque"], MESSAGE);
    let message = file(&scratch, "cut.eml", &cut[..cut.len() / 2]);
    let (code, report) = verify_json(&message, &[]);
    assert_eq!((code, report["reason"]["code"].as_str()), (2, Some("unreadable")), "{report:#}");
    assert_eq!((report["verified"].as_bool(), report["form"].as_str()), (Some(false), Some("unreadable")));
    // What else cannot be read is no answer about the message.
    let root = pki("contoso-root.cert.pem");
    let line = ["verify", "--ca-file", &root, "--crl", text(&message), "--format", "json", text(&message)];
    let ran = smime(&line);
    assert_eq!((ran.code, ran.out.len()), (2, 0));
}
