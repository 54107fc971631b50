//! `handset smime` on files and standard input, with openssl as the peer in both directions.

mod bench;
mod carriers;
mod certificates;
mod inputs;
mod memory;
mod refusals;

use crate::program::handset;
use conformance::{Scratch, peer, root, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The time at which the committed certificates are valid.
const AT: &str = "2026-11-02T08:00:00Z";
/// The same for openssl.
const AT_SECONDS: &str = "1793606400";

const MESSAGE: &str = "From: Alice <alice@contoso.example>\nTo: Bob <bob@partner.example>\nSubject: Numbers\n\
                       Content-Type: text/plain; charset=utf-8\n\nHello Bob,\n\nfour is even. \n";
const ENTITY: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nHello Bob,\r\n\r\nfour is even. \r\n";

struct Ran {
    code: i32,
    out: Vec<u8>,
    err: String,
}

fn ended(arguments: &[&str], output: Output) -> Ran {
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    let code = output.status.code().unwrap_or_else(|| panic!("{arguments:?}: killed: {err}"));
    Ran { code, out: output.stdout, err }
}

fn smime(arguments: &[&str]) -> Ran {
    let mut command = Command::new(handset());
    command.arg("smime").args(arguments).env("HANDSET_CLOCK", AT).stdin(Stdio::null());
    ended(arguments, run(&mut command))
}

fn smime_from(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(handset())
        .arg("smime")
        .args(arguments)
        .env("HANDSET_CLOCK", AT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A command that refuses may stop reading.
    let _ = child.stdin.take().expect("standard input").write_all(input);
    ended(arguments, child.wait_with_output().expect("it ends"))
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = run(Command::new("openssl").args(arguments).stdin(Stdio::null()));
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Makes a certificate for itself with an RSA key of 1024 bits; gives the files of the key and of the certificate.
fn small_rsa(scratch: &Scratch) -> (PathBuf, PathBuf) {
    let (key, certificate) = (scratch.file("k"), scratch.file("c"));
    let line = ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=Small"];
    openssl(&[&line[..], &["-keyout", text(&key), "-out", text(&certificate)]].concat());
    (key, certificate)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn pki(name: &str) -> String {
    text(&root().join("fixtures/pki").join(name)).to_owned()
}

/// Options that name a signer with its chain.
struct Signer([String; 6]);

impl Signer {
    fn each_str(&self) -> [&str; 6] {
        self.0.each_ref().map(String::as_str)
    }
}

fn signer(stem: &str) -> Signer {
    Signer([
        "--signer".into(),
        pki(&format!("{stem}.cert.pem")),
        "--key".into(),
        pki(&format!("{stem}.key.pem")),
        "--certificates".into(),
        pki("contoso-issuing.cert.pem"),
    ])
}

fn file(scratch: &Scratch, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = scratch.file(name);
    fs::write(&path, content).expect("a file");
    path
}

fn names(scratch: &Scratch) -> BTreeSet<String> {
    let entries = fs::read_dir(scratch.path()).expect("a folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Signs the message with alice's key and gives the result.
pub(super) fn signed(options: &[&str], message: &str) -> Vec<u8> {
    let signer = signer("alice-signing");
    let ran = smime_from(&[&["sign"][..], &signer.each_str(), options].concat(), message.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

fn verify(message: &Path, options: &[&str]) -> Ran {
    let root = pki("contoso-root.cert.pem");
    let at: &[&str] = if options.contains(&"--at") { &[] } else { &["--at", AT] };
    smime(&[&["verify", "--ca-file", &root][..], at, options, &[text(message)]].concat())
}

fn verify_json(message: &Path, options: &[&str]) -> (i32, Value) {
    let ran = verify(message, &[&["--format", "json"], options].concat());
    let value = serde_json::from_slice(&ran.out)
        .unwrap_or_else(|e| panic!("{e}: {}{}", String::from_utf8_lossy(&ran.out), ran.err));
    follows("smime-verify", &value);
    (ran.code, value)
}

fn follows(schema: &str, value: &Value) {
    let path = root().join(format!("fixtures/schema/{schema}.schema.json"));
    let schema = serde_json::from_slice(&fs::read(path).expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

fn encrypted(scratch: &Scratch, stem: &str, options: &[&str]) -> PathBuf {
    let message = file(scratch, "m.eml", MESSAGE);
    let out = scratch.file("sealed.eml");
    let certificate = pki(&format!("{stem}.cert.pem"));
    let options = [&["encrypt", "--recipient", &certificate][..], options].concat();
    let ran = smime(&[&options[..], &[text(&message), "-o", text(&out)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    out
}

fn decrypt(message: &Path, stem: &str, options: &[&str]) -> Ran {
    let (certificate, key) = (pki(&format!("{stem}.cert.pem")), pki(&format!("{stem}.key.pem")));
    smime(&[&["decrypt", "--recipient", &certificate, "--key", &key][..], options, &[text(message)]].concat())
}

#[test]
fn what_is_signed_here_openssl_verifies() {
    if !peer("openssl", "what_is_signed_here_openssl_verifies") {
        return;
    }
    let scratch = Scratch::new("smime-sign");
    let out = scratch.file("signed.eml");
    let (content, theirs) = (scratch.file("content"), scratch.file("theirs"));
    let root = pki("contoso-root.cert.pem");
    let unix = file(&scratch, "unix.eml", MESSAGE);
    let dos = file(&scratch, "dos.eml", MESSAGE.replace('\n', "\r\n"));
    for stem in ["alice-signing", "alice-signing-p256"] {
        for options in [
            &[][..],
            &["--opaque"],
            &["--digest", "sha384"],
            &["--digest", "sha512", "--opaque"],
            &["--pss"],
            &["--profile", "ios"],
            &["--profile", "outlook", "--encryption-certificate"],
        ] {
            let other = pki("alice-encryption.cert.pem");
            let mut options = options.to_vec();
            if options.last() == Some(&"--encryption-certificate") {
                options.push(&other);
            }
            for input in [&unix, &dos] {
                let signer = signer(stem);
                let line = [&["sign"][..], &signer.each_str(), &options].concat();
                let ran = smime(&[&line[..], &[text(input), "-o", text(&out)]].concat());
                assert_eq!((ran.code, ran.out.len()), (0, 0), "{}", ran.err);
                let written = fs::read_to_string(&out).unwrap();
                let head = "From: Alice <alice@contoso.example>\r\nTo: Bob <bob@partner.example>\r\nSubject: Numbers\r\n";
                assert!(
                    written.starts_with(head) && !written.replace("\r\n", "").contains('\n'),
                    "{written}"
                );
                openssl(&[
                    "cms",
                    "-verify",
                    "-in",
                    text(&out),
                    "-CAfile",
                    &root,
                    "-attime",
                    AT_SECONDS,
                    "-out",
                    text(&theirs),
                ]);
                assert_eq!(fs::read(&theirs).unwrap(), ENTITY.as_bytes());
                let ran = verify(&out, &["-o", text(&content)]);
                assert_eq!(ran.code, 0, "{}", String::from_utf8_lossy(&ran.out));
                assert_eq!(fs::read(&content).unwrap(), ENTITY.as_bytes());
                // The same through pipes.
                let piped = smime_from(&line, &fs::read(input).unwrap());
                let line = ["verify", "--ca-file", &root, "--at", AT, "-o", "-"];
                let back = smime_from(&line, &piped.out);
                assert_eq!((back.code, back.out.as_slice()), (0, ENTITY.as_bytes()), "{}", back.err);
                assert!(back.err.contains("verified"), "the report makes way: {}", back.err);
            }
        }
    }
}

#[test]
fn what_openssl_signs_is_verified_in_every_form() {
    if !peer("openssl", "what_openssl_signs_is_verified_in_every_form") {
        return;
    }
    let scratch = Scratch::new("smime-theirs");
    let input = file(&scratch, "entity", ENTITY);
    let (signed, content) = (scratch.file("signed"), scratch.file("content"));
    let (certificate, key) = (pki("alice-signing.cert.pem"), pki("alice-signing.key.pem"));
    let issuing = pki("contoso-issuing.cert.pem");
    for options in [
        &[][..],
        &["-binary"],
        &["-nodetach"],
        &["-nodetach", "-stream"],
        &["-nodetach", "-outform", "DER"],
        &["-nodetach", "-stream", "-outform", "DER"],
        &["-nodetach", "-outform", "PEM"],
        &["-md", "sha512"],
        &["-nodetach", "-keyid", "-md", "sha384"],
        &["-keyopt", "rsa_padding_mode:pss"],
        &["-nosmimecap"],
        &["-noattr", "-nodetach"],
    ] {
        let line = [
            "cms",
            "-sign",
            "-in",
            text(&input),
            "-signer",
            &certificate,
            "-inkey",
            &key,
            "-certfile",
            &issuing,
        ];
        openssl(&[&line[..], options, &["-out", text(&signed)]].concat());
        let ran = verify(&signed, &["-o", text(&content)]);
        assert_eq!(ran.code, 0, "{options:?}: {}{}", String::from_utf8_lossy(&ran.out), ran.err);
        assert_eq!(fs::read(&content).unwrap(), ENTITY.as_bytes(), "{options:?}");
        // Mail that was stored with line feeds alone.
        if !options.contains(&"DER") && !options.contains(&"-binary") {
            let unix = String::from_utf8(fs::read(&signed).unwrap()).unwrap().replace("\r\n", "\n");
            let unix = file(&scratch, "unix", unix);
            assert_eq!(verify(&unix, &[]).code, 0, "{options:?}");
        }
    }
    // SHA-1 is told, and refused when it matters.
    let line =
        ["cms", "-sign", "-in", text(&input), "-signer", &certificate, "-inkey", &key, "-certfile", &issuing];
    openssl(&[&line[..], &["-md", "sha1", "-out", text(&signed)]].concat());
    let (code, report) = verify_json(&signed, &[]);
    assert_eq!((code, report["signers"][0]["weaknesses"][0]["code"].as_str()), (0, Some("sha1-digest")));
    let (code, report) = verify_json(&signed, &["--strict"]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("sha1-digest")));
    // A signature alone, its content beside it.
    openssl(&[&line[..], &["-binary", "-outform", "DER", "-out", text(&signed)]].concat());
    let ran = verify(&signed, &["--content", text(&input)]);
    assert_eq!(ran.code, 0, "{}", String::from_utf8_lossy(&ran.out));
    let other = file(&scratch, "other", "something else");
    assert_eq!(verify(&signed, &["--content", text(&other)]).code, 1);
    let ran = verify(&signed, &[]);
    assert!(ran.code == 2 && ran.err.contains("--content"), "{}", ran.err);
    // Certificates and no signature.
    openssl(&["crl2pkcs7", "-nocrl", "-certfile", &certificate, "-outform", "DER", "-out", text(&signed)]);
    let (code, report) = verify_json(&signed, &[]);
    assert_eq!((code, report["form"].as_str()), (1, Some("certs-only")));
    assert_eq!(report["certificates"].as_array().unwrap().len(), 1);
}

#[test]
fn several_signers_are_all_judged() {
    let scratch = Scratch::new("smime-signers");
    let (one, two) = (signer("alice-signing"), signer("alice-signing-p256"));
    let both = [&["sign"][..], &one.each_str(), &two.each_str(), &["--digest", "sha384"]].concat();
    let message = file(&scratch, "signed", smime_from(&both, MESSAGE.as_bytes()).out);
    let (code, report) = verify_json(&message, &[]);
    let signers = report["signers"].as_array().unwrap();
    assert_eq!((code, signers.len()), (0, 2), "{report:#}");
    let (other, expired) = (signer("alice-signing"), signer("alice-expired-signing"));
    let line = [&["sign"][..], &other.each_str(), &expired.each_str()].concat();
    let message = file(&scratch, "signed", smime_from(&line, MESSAGE.as_bytes()).out);
    let (code, report) = verify_json(&message, &[]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("expired")), "{report:#}");
}

#[test]
fn encryption_works_both_ways_with_openssl() {
    if !peer("openssl", "encryption_works_both_ways_with_openssl") {
        return;
    }
    let scratch = Scratch::new("smime-encrypt");
    let theirs = scratch.file("theirs");
    for (stem, methods) in [
        ("alice-encryption", &["auto", "rsa-v15", "rsa-oaep-sha256"][..]),
        ("alice-encryption-p256", &["auto", "ecdh"]),
    ] {
        let (certificate, key) = (pki(&format!("{stem}.cert.pem")), pki(&format!("{stem}.key.pem")));
        for method in methods {
            for cipher in ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "aes-128-gcm", "aes-256-gcm"] {
                let sealed = encrypted(&scratch, stem, &["--cipher", cipher, "--key-encryption", method]);
                let line = ["cms", "-decrypt", "-in", text(&sealed), "-recip", &certificate, "-inkey", &key];
                openssl(&[&line[..], &["-out", text(&theirs)]].concat());
                assert_eq!(fs::read(&theirs).unwrap(), ENTITY.as_bytes());
                let ran = decrypt(&sealed, stem, &[]);
                assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
            }
        }
        // From openssl: mail, DER, BER and PEM.
        let input = file(&scratch, "entity", ENTITY);
        for options in [
            &[][..],
            &["-stream"],
            &["-outform", "DER"],
            &["-stream", "-outform", "DER"],
            &["-outform", "PEM"],
            &["-aes-256-gcm", "-outform", "DER"],
            &["-des3", "-keyid"],
        ] {
            let cipher: &[&str] = if options.iter().any(|o| o.contains("gcm") || o.contains("des3")) {
                &[]
            } else {
                &["-aes128"]
            };
            let line = [
                &["cms", "-encrypt", "-binary", "-in", text(&input), "-out", text(&theirs)],
                cipher,
                options,
            ];
            openssl(&[&line.concat()[..], &["-recip", &certificate]].concat());
            let ran = decrypt(&theirs, stem, &[]);
            assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{options:?}: {}", ran.err);
            assert_eq!(ran.err.contains("too old"), options.contains(&"-des3"), "{}", ran.err);
            let piped = smime_from(
                &["decrypt", "--recipient", &certificate, "--key", &key],
                &fs::read(&theirs).unwrap(),
            );
            assert_eq!((piped.code, piped.out.as_slice()), (0, ENTITY.as_bytes()));
        }
    }
    for (stem, method) in [("alice-encryption", "ecdh"), ("alice-encryption-p256", "rsa-v15")] {
        let certificate = pki(&format!("{stem}.cert.pem"));
        let ran =
            smime_from(&["encrypt", "--recipient", &certificate, "--key-encryption", method], b"A: b\n\n");
        assert_eq!((ran.code, ran.out.len()), (2, 0), "{}", ran.err);
    }
}

#[test]
fn layers_come_off_one_by_one_and_headers_come_back() {
    let scratch = Scratch::new("smime-layers");
    let inner = file(&scratch, "signed", signed(&["--protect-headers"], MESSAGE));
    let certificate = pki("alice-encryption.cert.pem");
    let sealed = scratch.file("sealed");
    let line =
        ["encrypt", "--recipient", &certificate, "--protect-headers", text(&inner), "-o", text(&sealed)];
    assert_eq!(smime(&line).code, 0);
    let wire = fs::read_to_string(&sealed).unwrap();
    assert!(wire.contains("Subject: [...]\r\n") && !wire.contains("Numbers"));
    let wrapped = file(&scratch, "wrapped", signed(&[], &wire));
    let (unwrapped, opened) = (scratch.file("unwrapped"), scratch.file("opened"));
    assert_eq!(verify(&wrapped, &["-o", text(&unwrapped), "--merge-headers"]).code, 0);
    assert_eq!(decrypt(&wrapped, "alice-encryption", &[]).code, 1, "the signature is outside");
    assert_eq!(verify(&unwrapped, &[]).code, 1, "it is encrypted");
    let ran = decrypt(&unwrapped, "alice-encryption", &["-o", text(&opened), "--merge-headers"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text_of = |path: &Path| fs::read_to_string(path).unwrap();
    assert!(text_of(&opened).contains("\r\nSubject: Numbers\r\n"), "{}", text_of(&opened));
    assert!(!text_of(&opened).contains("[...]"));
    let (code, report) = verify_json(&opened, &[]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["protected_headers"]["from_differs"], false);
}

#[test]
fn a_header_is_protected_inside_the_signature_that_is_encrypted() {
    let scratch = Scratch::new("smime-header-inside");
    let certificate = pki("alice-encryption.cert.pem");
    for form in [&[][..], &["--opaque"]] {
        let inner = signed(&[&["--protect-headers=cipher"], form].concat(), MESSAGE);
        let inner = file(&scratch, "signed", inner);
        let (sealed, opened) = (scratch.file("sealed"), scratch.file("opened"));
        let line = ["encrypt", "--recipient", &certificate, text(&inner), "-o", text(&sealed)];
        let ran = smime(&line);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let wire = fs::read_to_string(&sealed).unwrap();
        assert!(wire.contains("Subject: [...]\r\n") && !wire.contains("Numbers"), "{wire}");
        let ran = decrypt(&sealed, "alice-encryption", &["-o", text(&opened), "--merge-headers"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        // The layer of the signature has no header of its own: the payload has it, with what is outside noted.
        let (code, report) = verify_json(&opened, &[]);
        let subject = &report["protected_headers"]["fields"][2];
        assert_eq!((code, &subject["value"]), (0, &"Numbers".into()), "{report:#}");
        assert_eq!(subject["differs_outside"], false);
        let ran = verify(&opened, &["-o", "-", "--merge-headers"]);
        let merged = String::from_utf8(ran.out).unwrap();
        assert!(merged.contains("\r\nSubject: Numbers\r\n") && !merged.contains("[...]"), "{merged}");
        // The other way is told.
        let line = ["encrypt", "--protect-headers", "--recipient", &certificate, "-o", text(&sealed)];
        for (message, told) in [(signed(form, MESSAGE), true), (MESSAGE.into(), false)] {
            let ran = smime(&[&line[..], &[text(&file(&scratch, "m.eml", message))]].concat());
            assert_eq!((ran.code, ran.err.contains("around the signature")), (0, told), "{}", ran.err);
        }
    }
}

#[test]
fn a_command_that_fails_leaves_nothing_and_changes_nothing() {
    let scratch = Scratch::new("smime-fails");
    let sealed = encrypted(&scratch, "alice-encryption", &["--cipher", "aes-256-gcm"]);
    let mut octets = fs::read(&sealed).unwrap();
    let at = octets.len() - 100;
    octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
    let damaged = file(&scratch, "damaged.eml", &octets);
    let changed = signed(&[], MESSAGE);
    let changed = String::from_utf8(changed).unwrap().replace("four is even", "five is even");
    let changed = file(&scratch, "changed.eml", changed);
    let old = file(&scratch, "old", "old");
    let before = names(&scratch);
    for target in [scratch.file("new"), old.clone()] {
        let out = ["-o", text(&target)];
        for (ran, code) in [
            (decrypt(&damaged, "alice-encryption", &out), 1),
            (decrypt(&sealed, "alice-encryption-second", &out), 1),
            (decrypt(&scratch.file("m.eml"), "alice-encryption", &out), 1),
            (decrypt(&old, "alice-encryption", &out), 2),
            (decrypt(&scratch.file("missing"), "alice-encryption", &out), 2),
            (verify(&changed, &out), 1),
            (verify(&scratch.file("m.eml"), &out), 1),
            (verify(&old, &out), 2),
            (smime(&["encrypt", "--recipient", text(&old), text(&old), "-o", text(&target)]), 2),
        ] {
            assert_eq!(ran.code, code, "{}{}", String::from_utf8_lossy(&ran.out), ran.err);
            assert_eq!(names(&scratch), before);
            assert_eq!(fs::read(&old).unwrap(), b"old");
        }
    }
    // Nor is anything shown.
    assert!(decrypt(&damaged, "alice-encryption", &[]).out.is_empty());
    assert!(verify(&changed, &["-o", "-"]).out.is_empty());
    // The environment has an exit code of its own.
    let nowhere = scratch.file("no/such/folder");
    assert_eq!(decrypt(&sealed, "alice-encryption", &["-o", text(&nowhere)]).code, 3);
    if Path::new("/dev/full").exists() {
        assert_eq!(decrypt(&sealed, "alice-encryption", &["-o", "/dev/full"]).code, 3);
    }
    // What stops the program leaves nothing either.
    let target = scratch.file("killed");
    let certificate = pki("alice-encryption.cert.pem");
    let mut child = Command::new(handset())
        .args(["smime", "encrypt", "--recipient", &certificate, "-o", text(&target)])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(MESSAGE.as_bytes()).unwrap();
    stdin.write_all(&vec![b'x'; 1024 * 1024]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(&scratch), before);
    // In place is as good as beside.
    let ran = decrypt(&sealed, "alice-encryption", &["-o", text(&sealed)]);
    assert_eq!((ran.code, fs::read(&sealed).unwrap()), (0, ENTITY.as_bytes().to_vec()));
}

#[test]
fn changes_anywhere_in_what_is_protected_are_found() {
    let scratch = Scratch::new("smime-tampered");
    let message = format!("{MESSAGE}{}", "A line among many others.\n".repeat(40));
    let signed = signed(&[], &message);
    let start = signed.windows(5).position(|w| w == b"Hello").unwrap();
    let end = signed.windows(9).rposition(|w| w == b"others.\r\n").unwrap();
    for at in (start..end).step_by(97) {
        let mut changed = signed.clone();
        changed[at] ^= 0x04;
        let changed = file(&scratch, "changed", changed);
        assert_eq!(verify(&changed, &[]).code, 1, "{at}");
    }
    let message = file(&scratch, "message", &message);
    let sealed = scratch.file("sealed");
    let certificate = pki("alice-encryption.cert.pem");
    let line = ["encrypt", "--recipient", &certificate, "--cipher", "aes-256-gcm", "-o", text(&sealed)];
    assert_eq!(smime(&[&line[..], &[text(&message)]].concat()).code, 0);
    let sealed = fs::read(&sealed).unwrap();
    for at in (sealed.len() - 1200..sealed.len() - 40).step_by(83) {
        let mut changed = sealed.clone();
        if changed[at].is_ascii_whitespace() {
            continue;
        }
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = file(&scratch, "changed", changed);
        let ran = decrypt(&changed, "alice-encryption", &[]);
        assert_eq!((ran.code, ran.out.len()), (1, 0), "{at}: {}", ran.err);
    }
}

#[test]
fn certificates_are_judged_at_the_time_that_is_given() {
    let scratch = Scratch::new("smime-time");
    let message = file(&scratch, "signed", signed(&[], MESSAGE));
    for (at, code) in [("2037-01-01T00:00:00Z", "expired"), ("2025-01-01T00:00:00Z", "not-yet-valid")] {
        let (exit, report) = verify_json(&message, &["--at", at]);
        assert_eq!((exit, report["reason"]["code"].as_str()), (1, Some(code)));
        // the reason has the time that it is for
        let sentence = report["reason"]["message"].as_str().unwrap();
        assert!(sentence.contains("valid ") && sentence.ends_with(&format!("it is {at}")), "{sentence}");
        assert_eq!(report["signers"][0]["signature_holds"], true);
    }
    for (clock, told) in [("2025-01-01T00:00:00Z", Some("signing-time")), (AT, None)] {
        let message = file(&scratch, "early", signed(&["--clock", clock], MESSAGE));
        let (exit, report) = verify_json(&message, &[]);
        let weaknesses = &report["signers"][0]["weaknesses"];
        assert_eq!((exit, weaknesses[0]["code"].as_str()), (0, told), "{weaknesses}");
    }
    let other = pki("world/public-ca.cert.pem");
    let ran = smime(&["verify", "--ca-file", &other, "--at", AT, "--format", "json", text(&message)]);
    let report: Value = serde_json::from_slice(&ran.out).unwrap();
    assert_eq!((ran.code, report["reason"]["code"].as_str()), (1, Some("no-trusted-root")));
    let root = pki("contoso-root.cert.pem");
    let ran = smime(&["verify", "--ca-file", &other, "--ca-file", &root, "--at", AT, text(&message)]);
    assert_eq!(ran.code, 0);
    // A certificate that is not for mail.
    let auth = signer("alice-auth");
    let line = [&["sign"][..], &auth.each_str()].concat();
    let message = file(&scratch, "auth", smime_from(&line, MESSAGE.as_bytes()).out);
    let (exit, report) = verify_json(&message, &[]);
    assert_eq!((exit, report["reason"]["code"].as_str()), (1, Some("extended-key-usage")));
    let sentence = report["reason"]["message"].as_str().unwrap();
    assert!(sentence.ends_with(",O=Contoso does not allow emailProtection"), "{sentence}");
    // Without its chain, which can be given.
    let (certificate, key) = (pki("alice-signing.cert.pem"), pki("alice-signing.key.pem"));
    let ran = smime_from(&["sign", "--signer", &certificate, "--key", &key], MESSAGE.as_bytes());
    let message = file(&scratch, "alone", ran.out);
    assert_eq!(verify(&message, &[]).code, 1);
    assert_eq!(verify(&message, &["--intermediates", &pki("contoso-issuing.cert.pem")]).code, 0);
}

#[test]
fn what_is_revoked_is_refused() {
    if !peer("openssl", "what_is_revoked_is_refused") {
        return;
    }
    let scratch = Scratch::new("smime-crl");
    let message = file(&scratch, "signed", signed(&[], MESSAGE));
    let lists = |name: &str, index: &str| {
        let index = file(&scratch, "index", index);
        let number = file(&scratch, "number", "01\n");
        let config = file(
            &scratch,
            "config",
            format!(
                "[ca]\ndefault_ca=c\n[c]\ndatabase={}\ncrlnumber={}\ndefault_md=sha256\ndefault_crl_days=30\n",
                text(&index),
                text(&number)
            ),
        );
        let out = scratch.file(name);
        let (certificate, key) = (pki("contoso-issuing.cert.pem"), pki("contoso-issuing.key.pem"));
        openssl(&[
            "ca",
            "-gencrl",
            "-config",
            text(&config),
            "-cert",
            &certificate,
            "-keyfile",
            &key,
            "-crl_lastupdate",
            "20261101000000Z",
            "-crl_nextupdate",
            "20271101000000Z",
            "-out",
            text(&out),
        ]);
        out
    };
    let empty = lists("empty.crl", "");
    let revoked = lists(
        "revoked.crl",
        "R\t360101000000Z\t261001000000Z,keyCompromise\t2001\tunknown\t/O=Contoso/CN=Alice Signing\n",
    );
    let (code, report) = verify_json(&message, &["--crl", text(&empty)]);
    assert_eq!((code, report["signers"][0]["revocation"][0]["status"].as_str()), (0, Some("good")));
    // Each entry says which certificate it is about, and the whole when that was.
    let about = |n: usize| report["signers"][0]["revocation"][n]["subject"].as_str();
    assert_eq!(
        (about(0), about(1)),
        (Some("CN=Alice Signing,O=Contoso"), Some("CN=Contoso Issuing CA,O=Contoso"))
    );
    assert_eq!(report["signers"][0]["revocation"][0]["serial"], report["signers"][0]["serial"]);
    assert_eq!(report["judged_at"], AT);
    let (code, report) = verify_json(&message, &["--crl", text(&revoked)]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("revoked")), "{report:#}");
    // What is revoked stays so when the list is out of date.
    let later = "2028-01-01T00:00:00Z";
    let (code, report) = verify_json(&message, &["--crl", text(&revoked), "--at", later]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("revoked")), "{report:#}");
    let (code, report) = verify_json(&message, &["--crl", text(&empty), "--at", later]);
    assert_eq!((code, report["signers"][0]["revocation"][0]["status"].as_str()), (0, Some("unknown")));
    let der = scratch.file("revoked.der");
    openssl(&["crl", "-in", text(&revoked), "-outform", "DER", "-out", text(&der)]);
    assert_eq!(verify(&message, &["--crl", text(&der)]).code, 1);
    // Nothing is known of the issuer's certificate.
    let (code, report) = verify_json(&message, &["--crl", text(&empty), "--strict"]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("revocation-unknown")));
    assert_eq!(verify(&message, &["--crl", text(&message)]).code, 2);
}

#[test]
fn the_sender_is_compared_with_the_signer() {
    let scratch = Scratch::new("smime-from");
    let from = |address: &str| {
        let message = MESSAGE.replace("alice@contoso.example", address);
        file(&scratch, "signed", signed(&[], &message))
    };
    let (code, report) = verify_json(&from("mallory@contoso.example"), &[]);
    assert_eq!((code, report["reason"]["code"].as_str()), (1, Some("from-mismatch")));
    assert_eq!(report["signers"][0]["signature_holds"], true);
    let message = from("mallory@contoso.example");
    assert_eq!(verify(&message, &["--no-from-check"]).code, 0);
    assert_eq!(verify(&message, &["--from", "alice@contoso.example"]).code, 0);
    let (_, report) = verify_json(&message, &["--no-from-check"]);
    assert_eq!(report["signers"][0]["from_match"], "not-checked");
    for (address, expected) in
        [("alice@CONTOSO.Example", "match"), ("Alice@contoso.example", "match-but-for-case")]
    {
        let (code, report) = verify_json(&from(address), &[]);
        assert_eq!((code, report["signers"][0]["from_match"].as_str()), (0, Some(expected)));
    }
    let anonymous = MESSAGE.split_once('\n').unwrap().1;
    let (code, report) = verify_json(&file(&scratch, "signed", signed(&[], anonymous)), &[]);
    assert_eq!((code, report["signers"][0]["from_match"].as_str()), (0, Some("not-checked")));
}

#[test]
fn identities_come_from_many_files() {
    let scratch = Scratch::new("smime-identities");
    let pass = |stem: &str| file(&scratch, stem, format!("p12-{stem}\nsecond line\n"));
    let (first, second) = (pass("alice-encryption"), pass("alice-encryption-second"));
    let p12 = |stem: &str| pki(&format!("{stem}.pbes2.p12"));
    let sealed = encrypted(&scratch, "alice-encryption-second", &[]);
    let history = [
        "decrypt",
        "--p12",
        &p12("alice-encryption"),
        "--passphrase-file",
        text(&first),
        "--p12",
        &pki("alice-encryption-second.legacy.p12"),
        "--passphrase-file",
        text(&second),
        "--format",
        "json",
    ];
    let ran = smime(&[&history[..], &[text(&sealed)]].concat());
    assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
    let report: Value = serde_json::from_str(&ran.err).expect("the report makes way");
    follows("smime-decrypt", &report);
    assert_eq!(report["identity"], "CN=Alice Encryption Second,O=Contoso");
    let ran = smime_from(&history, &fs::read(&sealed).unwrap());
    assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
    // A wrong passphrase is named by its file, and never shown.
    let line =
        ["decrypt", "--p12", &p12("alice-encryption"), "--passphrase-file", text(&second), text(&sealed)];
    let ran = smime(&line);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("alice-encryption.pbes2.p12") && !ran.err.contains("p12-alice"), "{}", ran.err);
    let line = ["decrypt", "--p12", &p12("alice-encryption"), text(&sealed)];
    assert!(smime(&line).err.contains("passphrase"));
    // Signing with one, and no recipient's identity at all.
    let sign = pass("alice-signing");
    let line = ["sign", "--p12", &p12("alice-signing"), "--passphrase-file", text(&sign)];
    let message = file(&scratch, "signed", smime_from(&line, MESSAGE.as_bytes()).out);
    assert_eq!(verify(&message, &[]).code, 0, "the chain comes from the PKCS#12");
    let ran = decrypt(&sealed, "alice-both", &["--format", "json", "-o", text(&scratch.file("x"))]);
    let report: Value = serde_json::from_slice(&ran.out).expect("JSON");
    follows("smime-decrypt", &report);
    assert_eq!((ran.code, report["reason"]["code"].as_str()), (1, Some("no-identity")));
    // What cannot be read is told in JSON, too.
    let cut = file(&scratch, "cut", &fs::read(&sealed).unwrap()[..700]);
    let ran = decrypt(&cut, "alice-both", &["--format", "json", "-o", text(&scratch.file("x"))]);
    let report: Value = serde_json::from_slice(&ran.out).expect("JSON");
    follows("smime-decrypt", &report);
    assert_eq!((ran.code, report["reason"]["code"].as_str()), (2, Some("unreadable")), "{}", ran.err);
    if !peer("openssl", "identities_come_from_many_files") {
        return;
    }
    // Every form of a key.
    let (certificate, key) =
        (pki("alice-encryption-second.cert.pem"), pki("alice-encryption-second.key.pem"));
    let word = file(&scratch, "word", "secret word\n");
    let made = scratch.file("made");
    for (arguments, encrypted) in [
        (&["rsa", "-traditional"][..], false),
        (&["rsa", "-traditional", "-outform", "DER"], false),
        (&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], false),
        (&["pkcs8", "-topk8", "-passout", "pass:secret word"], true),
        (&["pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:secret word"], true),
    ] {
        openssl(&[arguments, &["-in", &key, "-out", text(&made)]].concat());
        let line = ["decrypt", "--recipient", &certificate, "--key", text(&made)];
        let plain = smime(&[&line[..], &[text(&sealed)]].concat());
        assert_eq!(plain.code, if encrypted { 2 } else { 0 }, "{arguments:?}: {}", plain.err);
        if encrypted {
            let ran = smime(&[&line[..], &["--passphrase-file", text(&word), text(&sealed)]].concat());
            assert_eq!((ran.code, ran.out.as_slice()), (0, ENTITY.as_bytes()), "{}", ran.err);
            let ran = smime(&[&line[..], &["--passphrase-file", text(&second), text(&sealed)]].concat());
            assert_eq!(ran.code, 2, "{}", ran.err);
        }
    }
    let ran =
        smime(&["decrypt", "--recipient", &certificate, "--key", &pki("alice-both.key.pem"), text(&sealed)]);
    assert!(ran.code == 2 && ran.err.contains("is not the private key"), "{}", ran.err);
}

#[test]
fn plaintext_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new("smime-readers");
    let sealed = encrypted(&scratch, "alice-encryption", &[]);
    let out = scratch.file("out");
    assert_eq!(decrypt(&sealed, "alice-encryption", &["-o", text(&out)]).code, 0);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_reader_that_leaves_early_breaks_nothing() {
    let scratch = Scratch::new("smime-pipe");
    let message = file(&scratch, "m.eml", format!("{MESSAGE}{}", "x\n".repeat(4 << 20)));
    let certificate = pki("alice-encryption.cert.pem");
    let mut child = Command::new(handset())
        .args(["smime", "encrypt", "--recipient", &certificate, text(&message)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let ran = ended(&["encrypt"], child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}
