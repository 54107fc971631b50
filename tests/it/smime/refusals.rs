//! What the commands refuse, what they note, and what they do when they are stopped.

use super::{
    AT, ENTITY, MESSAGE, Signer, decrypt, file, names, openssl, pki, signed, signer, smime, smime_from, text,
    verify, verify_json,
};
use crate::program::handset;
use conformance::{Scratch, peer, run};
use simulator::PROVIDER;
use smime::{
    Certificate, Context, ExtraExtension, IssueRequest, ObjectIdentifier, PublicKeyAlgorithm, Timestamp,
    generate_identity,
};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A certificate for bob with more extensions, as a file.
pub(super) fn certificate(
    scratch: &Scratch,
    name: &str,
    change: impl FnOnce(&mut IssueRequest),
) -> (PathBuf, smime::Identity) {
    let cx = Context { now: Timestamp(1_793_606_400_000), crypto: &PROVIDER };
    let mut request =
        IssueRequest::mail("Bob", &["bob@partner.example"], 7, (Timestamp(0), Timestamp(4_000_000_000_000)));
    change(&mut request);
    let identity = generate_identity(&cx, None, PublicKeyAlgorithm::Rsa { bits: 2048 }, &request).unwrap();
    (file(scratch, name, identity.certificate.to_pem()), identity)
}

#[test]
fn a_certificate_that_may_not_encrypt_is_refused_unless_forced() {
    let scratch = Scratch::new("smime-force");
    let message = file(&scratch, "m.eml", MESSAGE);
    let out = scratch.file("out");
    let certificate = pki("alice-signing.cert.pem");
    let line = ["encrypt", "--recipient", &certificate, text(&message), "-o", text(&out)];
    let ran = smime(&line);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("key usage") && ran.err.contains("--force"), "{}", ran.err);
    assert!(!out.exists());
    let ran = smime(&[&line[..], &["--force"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("warning"), "{}", ran.err);
    assert_eq!(decrypt(&out, "alice-signing", &[]).out, ENTITY.as_bytes());
}

#[test]
fn what_certificates_say_of_their_owners_programs_chooses_the_cipher() {
    let scratch = Scratch::new("smime-capabilities");
    let with = |name: &str, value: &[u8]| {
        certificate(&scratch, name, |request| {
            request.extensions.push(ExtraExtension {
                oid: ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.15"),
                critical: false,
                value: value.to_vec(),
            });
        })
        .0
    };
    // AES-128-CBC alone; AES-256-GCM and AES-256-CBC; triple DES alone.
    let aes128 = with("aes128.pem", b"\x30\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02");
    let gcm = with(
        "gcm.pem",
        b"\x30\x1a\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a",
    );
    let old = with("old.pem", b"\x30\x0c\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07");
    let plain = certificate(&scratch, "plain.pem", |_| {}).0;
    assert_eq!(Certificate::from_pem(&fs::read(&aes128).unwrap()).unwrap()[0].capabilities().len(), 1);
    let cipher = |recipients: &[&Path], profile: &str| {
        let mut line = vec!["encrypt", "--profile", profile];
        recipients.iter().for_each(|recipient| line.extend(["--recipient", text(recipient)]));
        let ran = smime_from(&line, MESSAGE.as_bytes());
        if ran.code != 0 {
            return Err(ran);
        }
        let seen = smime_from(&["inspect", "--format", "json"], &ran.out);
        let value: serde_json::Value = serde_json::from_slice(&seen.out).unwrap();
        Ok(value["structure"]["parts"][0]["cipher"]["name"].as_str().unwrap().to_owned())
    };
    assert_eq!(cipher(&[&plain], "strict").ok().as_deref(), Some("AES-256-CBC"));
    assert_eq!(cipher(&[&aes128], "strict").ok().as_deref(), Some("AES-128-CBC"));
    assert_eq!(cipher(&[&gcm], "strict").ok().as_deref(), Some("AES-256-GCM"));
    assert_eq!(cipher(&[&gcm, &plain], "strict").ok().as_deref(), Some("AES-256-CBC"));
    assert_eq!(cipher(&[&gcm, &aes128], "outlook").ok().as_deref(), Some("AES-256-CBC"));
    let refused = cipher(&[&old], "strict").expect_err("nothing in common");
    assert!(refused.code == 2 && refused.err.contains("--cipher"), "{}", refused.err);
    // Nobody writes what is only read.
    for profile in ["ios", "outlook"] {
        assert!(cipher(&[&old], profile).is_ok_and(|cipher| cipher.starts_with("AES-")), "{profile}");
        assert!(cipher(&[&plain], profile).is_ok_and(|cipher| cipher.starts_with("AES-")), "{profile}");
    }
}

#[test]
fn rsa_and_elliptic_curves_stand_beside_each_other() {
    let scratch = Scratch::new("smime-mixed");
    let message = file(&scratch, "m.eml", MESSAGE);
    let sealed = scratch.file("sealed");
    let (rsa, ec) = (pki("alice-encryption.cert.pem"), pki("alice-encryption-p256.cert.pem"));
    for method in
        ["rsa-oaep-sha1", "rsa-oaep-sha256", "rsa-oaep-sha384", "rsa-oaep-sha512", "rsa-v15", "auto"]
    {
        let line = [
            "encrypt",
            "--key-encryption",
            method,
            "--recipient",
            &rsa,
            "--recipient",
            &ec,
            text(&message),
            "-o",
            text(&sealed),
        ];
        let ran = smime(&line);
        assert_eq!(ran.code, 0, "{method}: {}", ran.err);
        for (stem, expected) in
            [("alice-encryption", method), ("alice-encryption-p256", "ecdh-sha256-aes-256-wrap")]
        {
            let ran = decrypt(&sealed, stem, &["--format", "json", "-o", text(&scratch.file("out"))]);
            let report: serde_json::Value = serde_json::from_slice(&ran.out).unwrap();
            let expected = if expected == "auto" { "rsa-v15" } else { expected };
            assert_eq!(report["key_encryption"], expected, "{method}");
        }
    }
    for (method, recipient) in [("rsa-oaep-sha256", &ec), ("ecdh", &rsa)] {
        let line = ["encrypt", "--key-encryption", method, "--recipient", recipient, text(&message)];
        assert_eq!(smime(&line).code, 2, "{method}");
    }
}

#[test]
fn a_key_that_is_too_small_is_named() {
    if !peer("openssl", "a_key_that_is_too_small_is_named") {
        return;
    }
    let scratch = Scratch::new("smime-small");
    let (key, certificate) = super::small_rsa(&scratch);
    let line = ["sign", "--signer", text(&certificate), "--key", text(&key), "--pss", "--digest"];
    assert_eq!(smime_from(&[&line[..], &["sha256"]].concat(), MESSAGE.as_bytes()).code, 0);
    let ran = smime_from(&[&line[..], &["sha512"]].concat(), MESSAGE.as_bytes());
    assert_eq!((ran.code, ran.out.len()), (2, 0));
    assert!(
        ran.err.contains("1024 bits") && ran.err.contains("1034") && ran.err.contains("Small"),
        "{}",
        ran.err
    );
}

#[test]
fn revocation_that_is_not_known_is_told() {
    if !peer("openssl", "revocation_that_is_not_known_is_told") {
        return;
    }
    let scratch = Scratch::new("smime-stale");
    let message = file(&scratch, "signed", signed(&[], MESSAGE));
    let list = |issuer: &str, next: &str| {
        let (index, number) = (file(&scratch, "index", ""), file(&scratch, "number", "01\n"));
        let config = format!(
            "[ca]\ndefault_ca=c\n[c]\ndatabase={}\ncrlnumber={}\ndefault_md=sha256\ndefault_crl_days=30\n",
            text(&index),
            text(&number)
        );
        let config = file(&scratch, "config", config);
        let out = scratch.file(&format!("{issuer}.{next}.crl"));
        let (certificate, key) = (pki(&format!("{issuer}.cert.pem")), pki(&format!("{issuer}.key.pem")));
        let authority = ["ca", "-gencrl", "-config", text(&config), "-cert", &certificate, "-keyfile", &key];
        openssl(
            &[
                &authority[..],
                &["-crl_lastupdate", "20260901000000Z", "-crl_nextupdate", next, "-out", text(&out)],
            ]
            .concat(),
        );
        out
    };
    let stale = list("contoso-issuing", "20261001000000Z");
    let ran = verify(&message, &["--crl", text(&stale)]);
    let told = String::from_utf8(ran.out).unwrap();
    assert_eq!(ran.code, 0);
    assert!(told.contains("NOT KNOWN") && told.contains("out of date since 2026-10-01T00:00:00Z"), "{told}");
    let other = list("profile-signing", "20271001000000Z");
    let told = String::from_utf8(verify(&message, &["--crl", text(&other)]).out).unwrap();
    assert!(told.contains("NOT KNOWN") && told.contains("of other issuers"), "{told}");
    assert_eq!(verify(&message, &["--crl", text(&stale), "--strict"]).code, 1);
}

#[test]
fn line_ends_of_text_are_forgiven_and_told_and_those_of_binaries_are_not() {
    if !peer("openssl", "line_ends_of_text_are_forgiven_and_told_and_those_of_binaries_are_not") {
        return;
    }
    let scratch = Scratch::new("smime-line-ends");
    let signature = scratch.file("smime.p7s");
    let sign = |content: &[u8]| {
        let content = file(&scratch, "content", content);
        let (certificate, key) = (pki("alice-signing.cert.pem"), pki("alice-signing.key.pem"));
        let issuing = pki("contoso-issuing.cert.pem");
        let line = [
            "cms",
            "-sign",
            "-binary",
            "-outform",
            "DER",
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-certfile",
            &issuing,
        ];
        openssl(&[&line[..], &["-in", text(&content), "-out", text(&signature)]].concat());
    };
    let judged = |content: &[u8]| {
        let content = file(&scratch, "content", content);
        let (code, report) = verify_json(&signature, &["--content", text(&content)]);
        (code, report["content_line_ends"].as_str().map(str::to_owned))
    };
    let some = |text: &str| Some(text.to_owned());
    sign(b"two\r\nlines\r\n");
    assert_eq!(judged(b"two\r\nlines\r\n"), (0, some("as-they-are")));
    assert_eq!(judged(b"two\nlines\n"), (0, some("made-crlf")));
    assert_eq!(judged(b"two\nlines\nmore"), (1, some("as-they-are")));
    let content = file(&scratch, "content", "two\nlines\n");
    let told = String::from_utf8(verify(&signature, &["--content", text(&content)]).out).unwrap();
    assert!(told.contains("line ends were made CRLF"), "{told}");
    sign(b"two\nlines\n");
    assert_eq!(judged(b"two\nlines\n"), (0, some("as-they-are")));
    assert_eq!(judged(b"two\r\nlines\r\n"), (1, some("as-they-are")));
    sign(b"\0two\r\nlines\r\n");
    assert_eq!(judged(b"\0two\r\nlines\r\n"), (0, some("as-they-are")));
    assert_eq!(judged(b"\0two\nlines\n"), (1, some("as-they-are")));
}

#[test]
fn an_interrupt_ends_with_its_code_and_leaves_nothing() {
    let scratch = Scratch::new("smime-interrupt");
    let out = scratch.file("out");
    let Signer(options) = signer("alice-signing");
    let certificate = pki("alice-encryption.cert.pem");
    let sign: Vec<&str> = ["sign"].into_iter().chain(options.iter().map(String::as_str)).collect();
    let root = pki("contoso-root.cert.pem");
    for line in
        [sign, vec!["encrypt", "--recipient", &certificate], vec!["verify", "--ca-file", &root, "--at", AT]]
    {
        let mut child = Command::new(handset())
            .arg("smime")
            .args(&line)
            .args(["-o", text(&out)])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input");
        stdin.write_all(MESSAGE.as_bytes()).unwrap();
        stdin.write_all(&vec![b'x'; 1 << 20]).unwrap();
        let killed = run(Command::new("kill").args(["-INT", &child.id().to_string()]));
        assert!(killed.status.success());
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{line:?} does not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.code(), Some(130), "{line:?}");
        drop(stdin);
        assert!(names(&scratch).is_empty(), "{:?}", names(&scratch));
    }
}

#[test]
fn help_names_the_contract_of_each_command() {
    for command in ["verify", "decrypt", "bench", "inspect"] {
        let help = String::from_utf8(smime(&[command, "--help"]).out).unwrap();
        assert!(help.contains(&format!("fixtures/schema/smime-{command}.schema.json")), "{help}");
        assert!(!help.contains("trial.schema.json"), "{help}");
        assert!(conformance::root().join(format!("fixtures/schema/smime-{command}.schema.json")).is_file());
    }
}
