//! In what messages, certificates and keys come: PEM of every label with text around it, bare base64, a byte order mark.

use super::{
    AT, ENTITY, decrypt, encrypted, file, openssl, pki, signed, smime, smime_from, text, verify, verify_json,
};
use conformance::{Scratch, peer};
use smime::mime::{Base64Encoder, Entity, Wrap};
use std::fs;
use std::process::Command;

/// The CMS inside a message of one entity.
fn cms(message: &[u8]) -> Vec<u8> {
    Entity::read(message).expect("a message").decoded_body().expect("base64").into_owned()
}

fn base64(octets: &[u8], wrap: Wrap) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Base64Encoder::wrapped(wrap);
    encoder.update(octets, &mut out);
    encoder.finish(&mut out);
    out
}

/// A binary in every text that carries it, by name.
fn texts(octets: &[u8], labels: &[&str]) -> Vec<(String, Vec<u8>)> {
    let body = base64(octets, Wrap::Pem);
    let mut all = Vec::new();
    for label in labels {
        let block = [
            format!("-----BEGIN {label}-----\n").as_bytes(),
            &body,
            format!("-----END {label}-----\n").as_bytes(),
        ]
        .concat();
        for (name, front) in [
            ("alone", ""),
            ("blank lines", "\r\n\n"),
            ("mark", "\u{feff}"),
            ("attributes", "Bag Attributes\n    localKeyID: 01 02\nsubject=/CN=x\n\nissuer=/CN=y\n"),
            ("note", "Here it is:\n"),
        ] {
            all.push((format!("{label}, {name}"), [front.as_bytes(), &block, b"and more\n"].concat()));
        }
    }
    all.push(("base64".into(), body.clone()));
    let one_line: Vec<u8> = body.iter().copied().filter(|octet| *octet != b'\n').collect();
    all.push(("base64 in one line".into(), one_line));
    all.push(("base64 behind blank lines".into(), [b"\n\r\n", &body[..]].concat()));
    all
}

#[test]
fn messages_come_in_every_text() {
    let scratch = Scratch::new("smime-carriers");
    let labels = ["CMS", "PKCS7", "PKCS #7 SIGNED DATA", "SIGNED MESSAGE"];
    for (name, message) in texts(&cms(&signed(&["--opaque"], super::MESSAGE)), &labels) {
        let message = file(&scratch, "message", message);
        let ran = verify(&message, &["-o", text(&scratch.file("content"))]);
        assert_eq!(ran.code, 0, "{name}: {}{}", String::from_utf8_lossy(&ran.out), ran.err);
        assert_eq!(fs::read_to_string(scratch.file("content")).unwrap(), ENTITY, "{name}");
        assert_eq!(smime(&["inspect", text(&message)]).code, 0, "{name}");
    }
    let sealed = fs::read(encrypted(&scratch, "alice-encryption", &[])).unwrap();
    for (name, message) in texts(&cms(&sealed), &["CMS", "PKCS7", "ENCRYPTED MESSAGE"]) {
        let message = file(&scratch, "message", message);
        let ran = decrypt(&message, "alice-encryption", &[]);
        assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{name}: {}", ran.err);
        assert_eq!(smime(&["inspect", text(&message)]).code, 0, "{name}");
    }
}

#[test]
fn damage_to_the_text_is_told_with_its_octet() {
    let scratch = Scratch::new("smime-carriers-damage");
    let body = base64(&cms(&signed(&["--opaque"], super::MESSAGE)), Wrap::Pem);
    let pem = [b"note\n-----BEGIN CMS-----\n", &body[..], b"-----END CMS-----\n"].concat();
    let begun = "note\n-----BEGIN CMS-----\n".len();
    let broken = |at: usize| {
        let mut text = pem.clone();
        text[at] = b'*';
        text
    };
    let cut = pem[..pem.len() - 30].to_vec();
    for (message, offset) in
        [(broken(begun + 3), begun + 3), (broken(begun + 200), begun + 200), (cut.clone(), cut.len())]
    {
        let message = file(&scratch, "message", message);
        let ran = smime(&["inspect", text(&message)]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(&format!("octet {offset}")), "{offset}: {}", ran.err);
        assert_eq!(verify(&message, &[]).code, 2);
    }
}

#[test]
fn certificates_and_keys_come_with_text_around_them() {
    let scratch = Scratch::new("smime-carriers-keys");
    let read = |name: &str| fs::read_to_string(pki(name)).unwrap();
    for front in ["\n\n", "Bag Attributes\n    friendlyName: x\n", "\u{feff}", "0 s:/CN=x\n   i:/CN=y\n"] {
        let around = |name: &str| file(&scratch, name, format!("{front}{}", read(name)));
        let (certificate, key) = (around("alice-signing.cert.pem"), around("alice-signing.key.pem"));
        let (issuing, root) = (around("contoso-issuing.cert.pem"), around("contoso-root.cert.pem"));
        let line =
            ["sign", "--signer", text(&certificate), "--key", text(&key), "--certificates", text(&issuing)];
        let ran = smime_from(&line, super::MESSAGE.as_bytes());
        assert_eq!(ran.code, 0, "{front:?}: {}", ran.err);
        let ran = smime_from(&["verify", "--ca-file", text(&root), "--at", AT], &ran.out);
        assert_eq!(ran.code, 0, "{front:?}: {}", ran.err);
    }
    if !peer("openssl", "certificates_and_keys_come_with_text_around_them") {
        return;
    }
    let (old, word) = (scratch.file("old.key"), file(&scratch, "word", "x\n"));
    openssl(&[
        "rsa",
        "-in",
        &pki("alice-signing.key.pem"),
        "-aes256",
        "-passout",
        "pass:x",
        "-traditional",
        "-out",
        text(&old),
    ]);
    let certificate = pki("alice-signing.cert.pem");
    for passphrase in [&[][..], &["--passphrase-file", text(&word)]] {
        let line = [&["sign", "--signer", &certificate, "--key", text(&old)][..], passphrase].concat();
        let ran = smime_from(&line, super::MESSAGE.as_bytes());
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("Proc-Type") && ran.err.contains("openssl pkcs8 -topk8"), "{}", ran.err);
    }
}

#[test]
fn what_gpgsm_writes_in_armour_is_read() {
    if !peer("gpgsm", "what_gpgsm_writes_in_armour_is_read") {
        return;
    }
    let scratch = Scratch::new("gpgsm");
    let home = scratch.file("home");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::PermissionsExt::set_mode(&mut fs::metadata(&home).unwrap().permissions(), 0o700);
    fs::set_permissions(&home, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    fs::write(home.join("gpgsm.conf"), "disable-crl-checks\n").unwrap();
    let gpgsm = |arguments: &[&str]| {
        let mut command = Command::new("gpgsm");
        command.env("GNUPGHOME", &home).args(["--batch", "--yes"]).args(arguments);
        conformance::run(&mut command)
    };
    for certificate in ["contoso-root.cert.pem", "contoso-issuing.cert.pem", "alice-encryption.cert.pem"] {
        let output = gpgsm(&["--import", &pki(certificate)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let listed = String::from_utf8(gpgsm(&["--list-keys", "--with-colons"]).stdout).unwrap();
    let root =
        listed.lines().filter(|line| line.starts_with("fpr:")).map(|line| line.split(':').nth(9).unwrap());
    let trust: String = root.map(|fingerprint| format!("{fingerprint} S relax\n")).collect();
    fs::write(home.join("trustlist.txt"), trust).unwrap();
    let (plain, sealed) = (file(&scratch, "plain", ENTITY), scratch.file("sealed"));
    let options = [
        "--armor",
        "--cipher-algo",
        "AES256",
        "--faked-system-time",
        "20261102T080000",
        "--disable-policy-checks",
    ];
    let to = ["--recipient", "alice@contoso.example", "--output", text(&sealed), "--encrypt", text(&plain)];
    let output = gpgsm(&[&options[..], &to].concat());
    // Signals of its agent end with the folder.
    let _ = Command::new("gpgconf").env("GNUPGHOME", &home).args(["--kill", "all"]).output();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read_to_string(&sealed).unwrap().starts_with("-----BEGIN ENCRYPTED MESSAGE-----"));
    let ran = decrypt(&sealed, "alice-encryption", &[]);
    assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
}

#[test]
fn a_sender_that_hides_is_found() {
    let scratch = Scratch::new("smime-hiding");
    let alice = signed(&[], super::MESSAGE);
    let alice = String::from_utf8(alice).unwrap();
    let from = "From: Alice <alice@contoso.example>\r\n";
    assert!(alice.starts_with(from));
    for (header, code) in [
        ("From: eve@evil.example <>\r\n", "from-mismatch"),
        ("From: Eve <>\r\n", "from-unreadable"),
        ("From: (eve@evil.example\r\n", "from-unreadable"),
        ("From: \"alice@contoso.example\r\n", "from-unreadable"),
        ("From:\r\n", "from-unreadable"),
        ("From: undisclosed:;\r\n", "from-unreadable"),
        ("From: alice@contoso.example\0\r\n", "from-unreadable"),
        ("From: <alice@contoso.example> eve@evil.example\r\n", "from-unreadable"),
        ("From: \"eve\"@evil.example\r\n", "from-mismatch"),
        ("From: eve@evil.example <alice@contoso.example>\r\n", "from-mismatch"),
        ("\u{feff}From: eve@evil.example\r\n", "from-mismatch"),
        ("Subject: x\r\n\u{feff}From: eve@evil.example\r\n", "from-unreadable"),
        ("Subject: x\r\nF\0rom: eve@evil.example\r\n", "from-unreadable"),
        ("Subject: x\rFrom: eve@evil.example\r\n", "from-unreadable"),
        ("From: alice@contoso.example\r\nFROM : eve@evil.example\r\n", "from-mismatch"),
        ("From: Us: alice@contoso.example, eve@evil.example;\r\n", "from-mismatch"),
        ("From:\r\n eve@evil.example\r\n", "from-mismatch"),
        ("From: =?utf-8?q?alice=40contoso.example?= <eve@evil.example>\r\n", "from-mismatch"),
    ] {
        let message = file(&scratch, "message", alice.replacen(from, header, 1));
        let (exit, report) = verify_json(&message, &[]);
        assert_eq!((exit, report["reason"]["code"].as_str()), (1, Some(code)), "{header:?}: {report:#}");
        assert_eq!(report["signers"][0]["signature_holds"], true);
        assert_eq!(verify(&message, &["--no-from-check"]).code, 0, "{header:?}");
    }
    // A first line that is no field is none of a message.
    let message = file(&scratch, "message", alice.replacen(from, "F\0rom: eve@evil.example\r\n", 1));
    assert_eq!(verify(&message, &[]).code, 2);
    for header in [
        "From: \"alice\"@contoso.example\r\n",
        "From: =?utf-8?q?Al=C3=ADce?= Q. Example (at work) <alice@contoso.example>\r\n",
        "From: Us: alice@contoso.example;\r\n",
        "From: alice@contoso.example <alice@contoso.example>\r\n",
        "Subject: From: eve@evil.example\r\n From: eve@evil.example\r\nFrom: Alice\r\n\t<alice@contoso.example>\r\n",
    ] {
        let message = file(&scratch, "message", alice.replacen(from, header, 1));
        let (exit, report) = verify_json(&message, &[]);
        assert_eq!((exit, report["signers"][0]["from_match"].as_str()), (0, Some("match")), "{header:?}");
    }
}
