//! What the commands make of inputs that are unusual: marks and lines in front of a header, compressed layers, CMS that
//! is no mail, what is cut short, and files that are named twice or are none.

use super::refusals::certificate;
use super::{
    AT, ENTITY, MESSAGE, decrypt, encrypted, file, follows, openssl, pki, signed, signer, smime, smime_from,
    text, verify, verify_json,
};
use conformance::{Scratch, peer};
use serde_json::Value;
use smime::mime::{Base64Encoder, Entity};
use std::fs;
use std::path::Path;

const MARK: &str = "\u{feff}";
const DATA: &str = "1.2.840.113549.1.7.1";

/// A DER element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=127 => out.push(short as u8),
        long => {
            out.push(0x82);
            out.extend((long as u16).to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// CompressedData (RFC 3274) around an entity, which is stored in zlib as it is.
fn compressed(entity: &[u8]) -> Vec<u8> {
    let length = entity.len() as u16;
    let (a, b) = entity.iter().fold((1u32, 0u32), |(a, b), octet| {
        let a = (a + u32::from(*octet)) % 65521;
        (a, (b + a) % 65521)
    });
    let zlib = [
        &[0x78, 0x01, 0x01][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        entity,
        &(b << 16 | a).to_be_bytes(),
    ]
    .concat();
    let id = |last: &[u8]| element(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1][..], last].concat());
    let content = element(0x30, &[id(&[7, 1]), element(0xa0, &element(4, &zlib))].concat());
    let data = [element(2, &[0]), element(0x30, &id(&[9, 16, 3, 8])), content].concat();
    element(0x30, &[id(&[9, 16, 1, 9]), element(0xa0, &element(0x30, &data))].concat())
}

/// The same as an entity in base64.
fn compressed_entity(entity: &[u8]) -> String {
    let mut body = Vec::new();
    let mut encoder = Base64Encoder::new();
    encoder.update(&compressed(entity), &mut body);
    encoder.finish(&mut body);
    let head = "Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\
                Content-Transfer-Encoding: base64\r\n\r\n";
    head.to_owned() + &String::from_utf8(body).unwrap()
}

fn inspect_json(message: &Path) -> (i32, Value) {
    let ran = smime(&["inspect", "--format", "json", text(message)]);
    let value = serde_json::from_slice(&ran.out).expect("JSON");
    follows("smime-inspect", &value);
    (ran.code, value)
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_header() {
    let scratch = Scratch::new("smime-mark");
    let message = file(&scratch, "m.eml", [MARK, MESSAGE].concat());
    let out = scratch.file("out");
    let alice = signer("alice-signing");
    let sealed = pki("alice-encryption.cert.pem");
    for (command, opaque) in [("sign", ""), ("sign", "--opaque"), ("encrypt", "")] {
        let keys: Vec<&str> = match command {
            "sign" => alice.each_str().to_vec(),
            _ => vec!["--recipient", &sealed],
        };
        let more: Vec<&str> =
            [opaque, text(&message), "-o", text(&out)].into_iter().filter(|a| !a.is_empty()).collect();
        let ran = smime(&[&[command][..], &keys, &more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let written = String::from_utf8_lossy(&fs::read(&out).unwrap()).into_owned();
        assert!(written.starts_with("From: Alice <alice@contoso.example>\r\n"), "{written}");
        assert!(!written.contains(MARK));
        let opened = match command {
            "sign" => verify(&out, &["-o", "-"]),
            _ => decrypt(&out, "alice-encryption", &[]),
        };
        assert_eq!((opened.code, opened.out.as_slice()), (0, ENTITY.as_bytes()), "{}", opened.err);
    }
}

#[test]
fn text_that_begins_as_a_header_is_refused_and_told_how_not_to() {
    let alice = signer("alice-signing");
    let line = [&["sign"][..], &alice.each_str()].concat();
    let note = "Note: this is a text\nof two lines\n";
    let ran = smime_from(&line, note.as_bytes());
    assert_eq!((ran.code, ran.out.len()), (2, 0));
    assert!(ran.err.contains("line 2") && ran.err.contains("an empty line in front"), "{}", ran.err);
    let ran = smime_from(&line, format!("\n{note}").as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let help = String::from_utf8(smime(&["sign", "--help"]).out).unwrap();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("empty line in front"), "{help}");
}

#[test]
fn compressed_layers_are_looked_through() {
    let scratch = Scratch::new("smime-compressed");
    let from = "From: alice@contoso.example\r\n";
    let inside = compressed_entity(compressed_entity(ENTITY.as_bytes()).as_bytes());
    for options in [&[][..], &["--opaque"]] {
        let message = file(&scratch, "signed", signed(options, &[from, &inside].concat()));
        let content = scratch.file("content");
        let (code, report) = verify_json(&message, &["-o", text(&content)]);
        assert_eq!((code, fs::read(&content).unwrap().as_slice()), (0, ENTITY.as_bytes()), "{report:#}");
        assert_eq!(
            (&report["content_type"], &report["notes"][0]["code"]),
            (&DATA.into(), &"compressed-inside".into())
        );
        // Around as well.
        let around =
            file(&scratch, "around", [from, &compressed_entity(&fs::read(&message).unwrap())].concat());
        let ran = verify(&around, &["-o", "-"]);
        assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
    }
    let (plain, sealed) = (file(&scratch, "m.eml", [from, &inside].concat()), scratch.file("sealed"));
    let to = pki("alice-encryption.cert.pem");
    assert_eq!(smime(&["encrypt", "--recipient", &to, text(&plain), "-o", text(&sealed)]).code, 0);
    let ran = decrypt(&sealed, "alice-encryption", &[]);
    assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
    // Compressed alone it is neither.
    let alone = [
        file(&scratch, "alone.der", compressed(ENTITY.as_bytes())),
        file(&scratch, "alone.eml", [from, &compressed_entity(b"no header")].concat()),
    ];
    for message in &alone {
        let (code, report) = verify_json(message, &[]);
        assert_eq!((code, &report["form"]), (1, &"compressed".into()));
        let ran = decrypt(message, "alice-encryption", &[]);
        assert_eq!((ran.code, ran.out.len()), (1, 0));
        assert!(ran.err.contains("it is compressed"), "{}", ran.err);
        assert_eq!(smime(&["inspect", text(message)]).code, 0);
    }
}

#[test]
fn cms_that_is_no_mail_is_named() {
    if !peer("openssl", "cms_that_is_no_mail_is_named") {
        return;
    }
    let scratch = Scratch::new("smime-other");
    let (content, message) = (file(&scratch, "content", ENTITY), scratch.file("message"));
    let key = "00112233445566778899aabbccddeeff";
    for (name, options) in [
        ("data", &["-data_create"][..]),
        ("digestedData", &["-digest_create"]),
        ("encryptedData", &["-EncryptedData_encrypt", "-aes128", "-secretkey", key]),
    ] {
        let place = ["-in", text(&content), "-outform", "DER", "-out", text(&message)];
        openssl(&[&["cms"][..], options, &place].concat());
        let (code, report) = verify_json(&message, &[]);
        assert_eq!((code, &report["form"]), (1, &"other-cms".into()), "{name}");
        assert!(report["reason"]["message"].as_str().unwrap().contains(name), "{report:#}");
        let ran = decrypt(&message, "alice-encryption", &[]);
        assert!(ran.code == 1 && ran.err.contains(name), "{name}: {}", ran.err);
        assert_eq!(smime(&["inspect", text(&message)]).code, 0, "{name}");
        let whole = fs::read(&message).unwrap();
        let cut = file(&scratch, "cut", &whole[..whole.len() - 1]);
        assert_eq!(verify(&cut, &[]).code, 2, "{name}");
        assert_eq!(decrypt(&cut, "alice-encryption", &[]).code, 2, "{name}");
        assert_eq!(smime(&["inspect", text(&cut)]).code, 2, "{name}");
    }
    // What is signed may be of any type.
    let (certificate, key) = (pki("alice-signing.cert.pem"), pki("alice-signing.key.pem"));
    let tst_info = "1.2.840.113549.1.9.16.1.4";
    let issuing = pki("contoso-issuing.cert.pem");
    openssl(&[
        "cms",
        "-sign",
        "-nodetach",
        "-binary",
        "-econtent_type",
        tst_info,
        "-signer",
        &certificate,
        "-inkey",
        &key,
        "-certfile",
        &issuing,
        "-in",
        text(&content),
        "-outform",
        "DER",
        "-out",
        text(&message),
    ]);
    let out = scratch.file("out");
    let (code, report) = verify_json(&message, &["-o", text(&out)]);
    assert_eq!((code, &report["content_type"]), (0, &tst_info.into()), "{report:#}");
    assert_eq!(report["notes"][0]["code"], "content-type");
    assert_eq!(fs::read(&out).unwrap(), ENTITY.as_bytes());
    let told = String::from_utf8(verify(&message, &[]).out).unwrap();
    assert!(told.contains("the content is no mail"), "{told}");
}

#[test]
fn what_is_no_message_is_none_for_every_command() {
    let scratch = Scratch::new("smime-junk");
    let behind_junk = [b"junk line\n", &signed(&[], MESSAGE)[..]].concat();
    for junk in [&b"\xef\n*:"[..], b"a line of text\nX: y\n\nbody", &behind_junk, b"From me to you\n\nbody\n"]
    {
        let message = file(&scratch, "junk", junk);
        assert_eq!(verify(&message, &[]).code, 2);
        assert_eq!(decrypt(&message, "alice-encryption", &[]).code, 2);
        assert_eq!(smime(&["inspect", text(&message)]).code, 2);
    }
    let mailbox = [b"From alice Mon Nov  2 08:00:00 2026\n", &signed(&[], MESSAGE)[..]].concat();
    let message = file(&scratch, "mailbox", mailbox);
    assert_eq!(verify(&message, &[]).code, 0);
    assert_eq!(smime(&["inspect", text(&message)]).code, 0);
}

#[test]
fn a_last_boundary_that_is_missing_is_noted() {
    let scratch = Scratch::new("smime-unclosed");
    let whole = String::from_utf8(signed(&[], MESSAGE)).unwrap();
    let end = whole.trim_end().rfind("--").and_then(|end| whole[..end].rfind("\r\n--")).unwrap();
    for cut in [end, end + 2, end + 10] {
        let message = file(&scratch, "cut", &whole[..cut]);
        // A boundary that is begun stands behind the base64 as something that it does not have.
        if cut > end + 2 {
            assert_eq!((verify(&message, &[]).code, smime(&["inspect", text(&message)]).code), (2, 2));
            continue;
        }
        let (code, report) = verify_json(&message, &["-o", text(&scratch.file("content"))]);
        assert_eq!((code, &report["notes"][0]["code"]), (0, &"unclosed-multipart".into()), "{report:#}");
        let (code, seen) = inspect_json(&message);
        assert_eq!((code, seen["structure"]["notes"].as_array().map(Vec::len)), (0, Some(1)), "{seen:#}");
        let seen = String::from_utf8(smime(&["inspect", text(&message)]).out).unwrap();
        assert!(seen.contains("note: the last boundary"), "{seen}");
    }
}

#[test]
fn a_signed_sender_takes_the_place_of_a_forged_one() {
    let scratch = Scratch::new("smime-merged-sender");
    let whole = String::from_utf8(signed(&["--protect-headers"], MESSAGE)).unwrap();
    let forged = whole.replacen("From: Alice <alice@contoso.example>", "From: Mallory <m@evil.example>", 1);
    assert_ne!(whole, forged);
    let message = file(&scratch, "forged", forged);
    let ran = verify(&message, &["--no-from-check", "--merge-headers", "-o", "-"]);
    let merged = String::from_utf8(ran.out).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(Entity::read(merged.as_bytes()).unwrap().headers.all("from").count(), 1, "{merged}");
    assert!(merged.contains("From: Alice") && !merged.contains("Mallory"), "{merged}");
    assert!(ran.err.contains("From was Alice"), "{}", ran.err);
    // Encrypted and not signed, nobody vouches for the one inside.
    let (plain, sealed) = (file(&scratch, "m.eml", MESSAGE), scratch.file("sealed"));
    let to = pki("alice-encryption.cert.pem");
    let line = ["encrypt", "--protect-headers", "--recipient", &to, text(&plain), "-o", text(&sealed)];
    assert_eq!(smime(&line).code, 0);
    let sealed = fs::read_to_string(sealed).unwrap();
    let message = file(
        &scratch,
        "sealed",
        sealed.replacen("From: Alice <alice@contoso.example>", "From: m@evil.example", 1),
    );
    let ran = decrypt(&message, "alice-encryption", &["--merge-headers"]);
    let merged = String::from_utf8(ran.out).unwrap();
    assert!(
        ran.code == 0 && merged.contains("From: m@evil.example") && !merged.contains("From: Alice"),
        "{merged}"
    );
    assert!(ran.err.contains("From is another one inside"), "{}", ran.err);
    let out = scratch.file("x");
    let json = ["--merge-headers", "--format", "json", "-o", text(&out)];
    let report: Value = serde_json::from_slice(&decrypt(&message, "alice-encryption", &json).out).unwrap();
    assert_eq!(report["notes"][0]["code"], "from-differs");
    // Where there is no header outside, none was changed.
    let inside = file(&scratch, "inside", &whole[whole.find("Content-Type").unwrap()..]);
    let ran = verify(&inside, &["--no-from-check"]);
    let said = String::from_utf8(ran.out).unwrap();
    assert!(ran.code == 0 && said.contains("there is none outside") && !said.contains("was Alice"), "{said}");
}

#[test]
fn answers_are_not_directed_to_what_cannot_be_encrypted_to() {
    let scratch = Scratch::new("smime-answers");
    let message = file(&scratch, "m.eml", MESSAGE);
    let alice = signer("alice-signing");
    let sign = |answers: &str| {
        let line = ["sign", "--encryption-certificate", answers, text(&message)];
        smime(&[&line[..], &alice.each_str()[..]].concat())
    };
    let ran = sign(&pki("alice-signing.cert.pem"));
    assert!(ran.code == 0 && ran.err.contains("does not allow encrypting answers to it"), "{}", ran.err);
    let ran = sign(&pki("alice-encryption.cert.pem"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    if !peer("openssl", "answers_are_not_directed_to_what_cannot_be_encrypted_to") {
        return;
    }
    let (key, certificate) = (scratch.file("k"), scratch.file("c"));
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=Ed", "-keyout"])
        .args([&key, Path::new("-out"), &certificate])
        .output();
    assert!(made.expect("openssl runs").status.success());
    let ran = sign(text(&certificate));
    assert!(
        ran.code == 2 && ran.out.is_empty() && ran.err.contains("nothing can be encrypted"),
        "{}",
        ran.err
    );
}

#[test]
fn keys_and_signers_that_cannot_be_are_named_and_not_the_mail() {
    let scratch = Scratch::new("smime-named");
    let alice = signer("alice-signing");
    let message = file(&scratch, "m.eml", MESSAGE);
    let out = scratch.file("out");
    let many = |count: usize| {
        let pair: Vec<&str> = alice.each_str()[..4].to_vec();
        let line = [&["sign"][..], &pair.repeat(count), &[text(&message), "-o", text(&out)]].concat();
        smime(&line)
    };
    assert_eq!(many(64).code, 0);
    let ran = many(65);
    assert!(ran.code == 2 && ran.err.contains("65 keys") && !ran.err.contains("m.eml"), "{}", ran.err);
    if !peer("openssl", "keys_and_signers_that_cannot_be_are_named_and_not_the_mail") {
        return;
    }
    let (_, small) = super::small_rsa(&scratch);
    for (method, needed) in [("rsa-oaep-sha384", "1040"), ("rsa-oaep-sha512", "1296")] {
        let ran =
            smime(&["encrypt", "--recipient", text(&small), "--key-encryption", method, text(&message)]);
        assert_eq!((ran.code, ran.out.len()), (2, 0));
        let named = ran.err.contains("CN=Small") && ran.err.contains("1024") && ran.err.contains(needed);
        assert!(named && !ran.err.contains("m.eml"), "{}", ran.err);
    }
    let line =
        ["encrypt", "--recipient", text(&small), "--key-encryption", "rsa-oaep-sha256", text(&message)];
    assert_eq!(smime(&line).code, 0);
    // A password is no certificate.
    let sealed = scratch.file("sealed");
    openssl(&[
        "cms",
        "-encrypt",
        "-aes128",
        "-pwri_password",
        "x",
        "-in",
        text(&message),
        "-outform",
        "DER",
        "-out",
        text(&sealed),
    ]);
    let ran = decrypt(&sealed, "alice-encryption", &[]);
    assert!(
        ran.code == 1 && ran.err.contains("encrypted with a password, not to certificates"),
        "{}",
        ran.err
    );
}

#[test]
fn standard_input_is_read_once() {
    let scratch = Scratch::new("smime-standard-input");
    let root = pki("contoso-root.cert.pem");
    let (certificate, key) = (pki("alice-encryption.cert.pem"), pki("alice-encryption.key.pem"));
    for line in [
        &["verify", "--ca-file", &root, "--content", "-", "-"][..],
        &["verify", "--ca-file", &root, "--content", "-"],
        &["verify", "--ca-file", "-"],
        &["verify", "--ca-file", &root, "--crl", "-", "--ocsp", "-", "m.eml"],
        &["sign", "--signer", &certificate, "--key", "-"],
        &["sign", "--signer", "-", "m.eml"],
        &["encrypt", "--recipient", "-"],
        &["decrypt", "--p12", "-", "--passphrase-file", "-", "m.eml"],
        &["decrypt", "--recipient", &certificate, "--key", &key, "--p12", "-", "-"],
    ] {
        let ran = smime_from(line, b"x");
        assert!(ran.code == 2 && ran.err.contains("both standard input"), "{line:?}: {}", ran.err);
    }
    let message = file(&scratch, "m.eml", MESSAGE);
    let pem = fs::read(&certificate).unwrap();
    let ran = smime_from(&["encrypt", "--recipient", "-", text(&message)], &pem);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn what_a_command_needs_is_not_replaced_by_its_output() {
    let scratch = Scratch::new("smime-overwritten");
    let copy = |name: &str| file(&scratch, name, fs::read(pki(name)).unwrap());
    let (certificate, key) = (copy("alice-signing.cert.pem"), copy("alice-signing.key.pem"));
    let root = copy("contoso-root.cert.pem");
    let (message, linked) = (file(&scratch, "m.eml", MESSAGE), scratch.file("linked"));
    std::os::unix::fs::symlink(&key, &linked).unwrap();
    let sign = ["sign", "--signer", text(&certificate), "--key", text(&key), text(&message)];
    for (line, output) in [
        (&sign[..], &key),
        (&sign, &certificate),
        (&sign, &linked),
        (&["encrypt", "--recipient", text(&certificate), text(&message)], &certificate),
        (&["decrypt", "--recipient", text(&certificate), "--key", text(&key), text(&message)], &key),
        (&["verify", "--ca-file", text(&root), text(&message)], &root),
    ] {
        let before = fs::read(output).unwrap();
        let ran = smime(&[line, &["-o", text(output)]].concat());
        assert!(ran.code == 2 && ran.err.contains("would be lost"), "{line:?}: {}", ran.err);
        assert_eq!(fs::read(output).unwrap(), before);
    }
    // Who names the message twice wants it replaced.
    let ran = smime(&[&sign[..], &["-o", text(&message)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::read_to_string(&message).unwrap().contains("multipart/signed"));
}

#[test]
fn a_subject_that_turns_the_direction_is_shown_by_its_code() {
    let scratch = Scratch::new("smime-direction");
    let (_, identity) = certificate(&scratch, "c.pem", |request| {
        *request = smime::IssueRequest::mail(
            "a\u{202e}b",
            &["bob@partner.example"],
            7,
            (smime::Timestamp(0), smime::Timestamp(4_000_000_000_000)),
        );
    });
    let signed = smime::message::certificates_only(&[identity.certificate]).unwrap();
    let ran = smime_from(&["inspect"], &signed);
    let seen = String::from_utf8(ran.out).unwrap();
    assert!(ran.code == 0 && seen.contains("a\\u{202e}b") && !seen.contains('\u{202e}'), "{seen}");
}

#[test]
fn a_passphrase_file_may_begin_with_a_mark() {
    let scratch = Scratch::new("smime-marked-passphrase");
    let cx = smime::Context { now: smime::Timestamp(1_793_606_400_000), crypto: &simulator::PROVIDER };
    let (path, identity) = certificate(&scratch, "c.pem", |_| {});
    let options = smime::pkcs12::WriteOptions { iterations: 1000, ..Default::default() };
    let p12 = smime::pkcs12::write(&cx, &[identity], Some("pässword"), &options).unwrap();
    let p12 = file(&scratch, "bob.p12", p12);
    let (message, sealed) = (file(&scratch, "m.eml", MESSAGE), scratch.file("sealed"));
    assert_eq!(smime(&["encrypt", "--recipient", text(&path), text(&message), "-o", text(&sealed)]).code, 0);
    for (word, code) in [("pässword\n", 0), ("\u{feff}pässword\r\nmore", 0), ("\u{feff}\u{feff}pässword", 2)]
    {
        let word = file(&scratch, "word", word);
        let ran = smime(&["decrypt", "--p12", text(&p12), "--passphrase-file", text(&word), text(&sealed)]);
        assert_eq!(ran.code, code, "{}", ran.err);
    }
}

#[test]
fn files_without_end_are_refused_at_their_bounds() {
    let scratch = Scratch::new("smime-endless");
    let message = encrypted(&scratch, "alice-encryption", &[]);
    let root = pki("contoso-root.cert.pem");
    for line in [
        &["verify", "--ca-file", "/dev/zero"][..],
        &["verify", "--ca-file", &root, "--crl", "/dev/zero"],
        &["verify", "--ca-file", &root, "--ocsp", "/dev/zero"],
        &["decrypt", "--p12", "/dev/zero"],
    ] {
        let at: &[&str] = if line[0] == "verify" { &["--at", AT] } else { &[] };
        let ran = smime(&[line, at, &[text(&message)]].concat());
        assert!(ran.code == 2 && ran.err.contains("larger than"), "{line:?}: {}", ran.err);
    }
}
