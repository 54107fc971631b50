//! `handset smime inspect`: every kind of input, the contract, damage, the exit codes.

use crate::program::handset;
use conformance::{Scratch, root};
use serde_json::Value;
use simulator::PROVIDER;
use smime::cms::{self, EncryptOptions, KeyTransport};
use smime::message::{self, SignOptions};
use smime::pkcs12::{self, WriteOptions};
use smime::{
    BulkCipher, Context, Curve, DigestAlgorithm, Identity, IssueRequest, PublicKeyAlgorithm, Timestamp,
    generate_identity,
};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n";
const NOW: Timestamp = Timestamp(1_793_608_200_000);
const HEADER: &[u8] = b"From: rsa@handset.example\r\nMIME-Version: 1.0\r\n";

fn cx() -> Context<'static> {
    Context { now: NOW, crypto: &PROVIDER }
}

/// An RSA and a P-256 identity.
fn people() -> &'static [Identity; 2] {
    static PEOPLE: OnceLock<[Identity; 2]> = OnceLock::new();
    PEOPLE.get_or_init(|| {
        let validity = (Timestamp(0), Timestamp(4_000_000_000_000));
        let rsa = PublicKeyAlgorithm::Rsa { bits: 2048 };
        let ca = generate_identity(&cx(), None, rsa, &IssueRequest::authority("CA", 1, validity)).unwrap();
        let person = |name: &str, serial, key| {
            let request = IssueRequest::mail(name, &[&format!("{name}@handset.example")], serial, validity);
            generate_identity(&cx(), Some(&ca), key, &request).unwrap()
        };
        [person("rsa", 2, rsa), person("ec", 3, PublicKeyAlgorithm::Ec(Curve::P256))]
    })
}

fn inspect(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(handset())
        .args(["smime", "inspect"])
        .args(arguments)
        .env_remove("HANDSET_FORMAT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

/// What is seen, held against the contract.
fn seen(input: &[u8]) -> (i32, Value) {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let file = root().join("fixtures/schema/smime-inspect.schema.json");
        let text = std::fs::read_to_string(file).expect("the schema");
        jsonschema::validator_for(&serde_json::from_str(&text).expect("JSON")).expect("a schema")
    });
    let output = inspect(&["--format", "json"], input);
    let value: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
    (output.status.code().expect("an exit code"), value)
}

fn signed(opaque: bool) -> Vec<u8> {
    let options =
        SignOptions { opaque, boundary: "b".into(), signing_time: Some(NOW), ..SignOptions::default() };
    message::sign(&cx(), ENTITY, &people()[0], &options).unwrap()
}

fn encrypted(entity: &[u8]) -> Vec<u8> {
    let oaep = KeyTransport::Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 };
    let options =
        EncryptOptions { cipher: BulkCipher::Aes256Gcm, transport: oaep, ..EncryptOptions::default() };
    let to = people().each_ref().map(|person| person.certificate.clone());
    message::encrypt(&cx(), entity, &to, &options).unwrap()
}

#[test]
fn messages_of_every_kind_are_shown() {
    let (code, clear) = seen(&[HEADER, &signed(false)].concat());
    assert_eq!((code, clear["layers"].as_u64()), (0, Some(1)));
    let parts = clear["structure"]["parts"].as_array().unwrap();
    assert_eq!(parts[0]["content_type"], "text/plain");
    let layer = &parts[1]["parts"][0];
    assert_eq!((&layer["kind"], &layer["encapsulated_size"]), (&"signed-data".into(), &Value::Null));
    assert_eq!(layer["certificates"][0]["addresses"][0], "rsa@handset.example");
    assert_eq!(layer["certificates"][0]["extended_key_usage"][0], "emailProtection");
    let signer = &layer["signers"][0];
    assert_eq!(signer["digest_algorithm"]["name"], "SHA-256");
    assert_eq!(signer["signed_attributes"]["signing_time"], "2026-11-02T08:30:00Z");
    assert_eq!(signer["certificate"], "CN=rsa");

    let (code, sealed) = seen(&[HEADER, &encrypted(&signed(true))].concat());
    let layer = &sealed["structure"]["parts"][0];
    assert_eq!((code, &layer["kind"]), (0, &"auth-enveloped-data".into()));
    assert_eq!((&layer["content"], &layer["cipher"]["name"]), (&"encrypted".into(), &"AES-256-GCM".into()));
    let recipients = layer["recipients"].as_array().unwrap();
    let of = |kind: &str| recipients.iter().find(|recipient| recipient["kind"] == kind).unwrap();
    assert_eq!(of("key-transport")["oaep"]["mgf1_digest"], "SHA-256");
    assert_eq!(of("key-agreement")["originator"]["curve"]["name"], "P-256");
    assert_eq!(of("key-agreement")["kdf_digest"], "SHA-256");

    // What is signed around it is looked through.
    let options = SignOptions { opaque: true, ..SignOptions::default() };
    let triple = message::sign(&cx(), &encrypted(&signed(true)), &people()[1], &options).unwrap();
    let (code, triple) = seen(&triple);
    assert_eq!((code, triple["layers"].as_u64()), (0, Some(2)));
    let inner = &triple["structure"]["parts"][0]["content"];
    assert_eq!((&inner["kind"], &inner["parts"][0]["kind"]), (&"mime".into(), &"auth-enveloped-data".into()));

    let (code, plain) = seen(b"Subject: x\r\n\r\nnothing\r\n");
    assert_eq!((code, plain["layers"].as_u64()), (0, Some(0)));
}

#[test]
fn a_signature_that_does_not_hold_is_well_formed() {
    let changed = String::from_utf8(signed(false)).unwrap().replace("Hello", "Hallo");
    assert_eq!(seen(changed.as_bytes()).0, 0);
}

#[test]
fn der_ber_pem_and_base64_are_read() {
    let content = "x".repeat(200);
    let der = cms::sign_attached(&cx(), content.as_bytes(), &people()[0], &Default::default()).unwrap();
    let mut ber = Vec::new();
    let options = cms::SignatureOptions::default();
    let mut writer = cms::SignedWriter::new(&cx(), &people()[1], &options, None, &mut ber).unwrap();
    writer.update(content.as_bytes(), &mut ber);
    writer.finish(&mut ber).unwrap();
    let mut text = Vec::new();
    let mut encoder = smime::mime::Base64Encoder::wrapped(smime::mime::Wrap::Pem);
    encoder.update(&der, &mut text);
    encoder.finish(&mut text);
    let pem = [b"-----BEGIN CMS-----\n", &text[..], b"-----END CMS-----\n"].concat();
    for (input, form, encoding) in
        [(&der, "binary", "DER"), (&ber, "binary", "BER"), (&pem, "pem", "DER"), (&text, "base64", "DER")]
    {
        let (code, value) = seen(input);
        assert_eq!((code, &value["form"]), (0, &form.into()));
        assert_eq!(value["structure"]["encoding"]["form"], encoding);
        assert_eq!(value["structure"]["encoding"]["indefinite_lengths"], encoding == "BER");
        assert_eq!(value["structure"]["content"]["size"], 200);
    }
    // Line ends behind binary CMS came with transport.
    assert_eq!(seen(&[&der[..], b"\r\n"].concat()).0, 0);
}

#[test]
fn damage_is_told_with_its_octet_and_what_was_expected() {
    let der = cms::sign_attached(&cx(), ENTITY, &people()[0], &Default::default()).unwrap();
    for len in [1, 2, 5, 20, 60, der.len() / 2, der.len() - 1] {
        let (code, value) = seen(&der[..len]);
        assert_eq!((code, &value["well_formed"]), (2, &false.into()), "{len}");
        assert!(value["error"]["offset"].is_u64() && value["error"]["expected"].is_string(), "{value:#}");
    }
    // SET OF digest algorithms becomes a SEQUENCE.
    let at = der
        .windows(2)
        .position(|window| window == [0x31, 0x0d])
        .or_else(|| der.iter().position(|o| *o == 0x31));
    let mut other = der.clone();
    other[at.unwrap()] = 0x30;
    let (code, value) = seen(&other);
    assert_eq!((code, value["error"]["offset"].as_u64()), (2, at.map(|at| at as u64)));
    assert_eq!(value["error"]["expected"], "digest algorithms");
    let output = inspect(&[], &other);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(&format!("octet {}", at.unwrap())) && told.contains("digest algorithms"), "{told}");

    // Inside a message the layers that can be seen are still shown.
    let broken = String::from_utf8(signed(false)).unwrap().replace("MII", "MEE");
    let (code, value) = seen(broken.as_bytes());
    assert_eq!((code, &value["error"]["path"]), (2, &"2".into()));
    assert_eq!(value["structure"]["parts"][0]["content_type"], "text/plain");

    for nothing in
        [&b""[..], b"\0", b"just text", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"]
    {
        let output = inspect(&[], nothing);
        assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    }
    assert_eq!(inspect(&["no-such-file"], b"").status.code(), Some(2));
}

#[test]
fn inspect_and_verify_name_the_same_octet_and_line() {
    let scratch = Scratch::new("smime-octets");
    let (file, roots) = (scratch.file("broken.eml"), scratch.file("roots.der"));
    std::fs::write(&roots, people()[0].certificate.der()).unwrap();
    for (opaque, path) in [(true, ""), (false, "2")] {
        let whole = String::from_utf8([HEADER, &signed(opaque)].concat()).unwrap();
        let at = whole.find("MII").unwrap() + 200;
        let broken = [&whole[..at], "%", &whole[at + 1..]].concat();
        std::fs::write(&file, &broken).unwrap();
        let line = 1 + broken[..at].matches('\n').count();
        let name = file.to_str().unwrap();
        let told = String::from_utf8(inspect(&[name], b"").stderr).unwrap();
        let place = match path {
            "" => format!("malformed at octet {at} (line {line}): this is not base64"),
            path => format!("malformed at octet {at} (line {line}), in {path}: this is not base64"),
        };
        assert!(told.contains(&place), "{told}");
        let output = Command::new(handset())
            .args(["smime", "verify", "--ca-file", roots.to_str().unwrap(), name])
            .output()
            .expect("the program starts");
        let told = String::from_utf8(output.stderr).unwrap();
        let place = format!("octet {at} is not base64 (line {line})");
        assert!(output.status.code() == Some(2) && told.contains(&place), "{told}");
        let (code, value) = seen(broken.as_bytes());
        let (error, offset) = (&value["error"], value["error"]["file_offset"].as_u64());
        assert_eq!((code, offset, &error["line"]), (2, Some(at as u64), &Value::Null));
        assert_eq!(error["path"], path);
    }
}

#[test]
fn protection_that_is_not_supported_is_shown_and_well_formed() {
    let options = WriteOptions { protection: pkcs12::WriteProtection::Legacy, ..WriteOptions::default() };
    let mut file = pkcs12::write(&cx(), &people()[..1], Some("x"), &options).unwrap();
    // pbeWithSHAAnd3-KeyTripleDES-CBC, and a neighbour that nobody has defined
    let known = [0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
    let at = file.windows(known.len()).position(|window| window == known).unwrap();
    file[at + known.len() - 1] = 0x09;
    let (code, value) = seen(&file);
    assert_eq!((code, &value["well_formed"], &value["form"]), (0, &true.into(), &"pkcs12".into()));
    let protections = value["structure"]["protections"].as_array().unwrap();
    let named = |words: &str| protections.iter().any(|p| p["algorithm"].as_str().unwrap().contains(words));
    assert!(named("1.2.840.113549.1.12.1.9 is not supported") && named("HMAC-SHA-1"), "{value:#}");
    let cut = seen(&file[..file.len() - 9]);
    assert_eq!((cut.0, &cut.1["well_formed"]), (2, &false.into()));
}

#[test]
fn nesting_and_numbers_are_bounded() {
    let mut nested = ENTITY.to_vec();
    for _ in 0..40 {
        nested = [b"Content-Type: message/rfc822\r\n\r\n", &nested[..]].concat();
    }
    let (code, value) = seen(&nested);
    assert_eq!(code, 0);
    assert!(value.to_string().contains("not-shown"));
    let many =
        ["Content-Type: multipart/mixed; boundary=b\r\n\r\n", &"--b\r\n\r\nx\r\n".repeat(1000), "--b--\r\n"]
            .concat();
    assert_eq!(seen(many.as_bytes()).0, 0);
    let deep = [0x30, 0x80].repeat(5000);
    assert_eq!(seen(&deep).0, 2);
}

#[test]
fn a_key_file_shows_how_it_is_protected_and_nothing_else() {
    let options =
        WriteOptions { iterations: 1234, friendly_names: vec!["secret name".into()], ..Default::default() };
    let file = pkcs12::write(&cx(), &people()[..1], Some("the password"), &options).unwrap();
    let (code, value) = seen(&file);
    assert_eq!((code, &value["form"]), (0, &"pkcs12".into()));
    let protections = value["structure"]["protections"].as_array().unwrap();
    assert!(protections.len() == 3 && protections.iter().all(|protection| protection["iterations"] == 1234));
    let (code, broken) = seen(&file[..file.len() - 9]);
    assert_eq!((code, &broken["well_formed"]), (2, &false.into()));
    assert_eq!(broken["error"]["offset"].as_u64(), Some(file.len() as u64 - 9));
}

#[test]
fn every_fault_of_the_carrier_has_its_octet() {
    let clear = String::from_utf8([HEADER, &signed(false)].concat()).unwrap();
    let sealed = String::from_utf8([HEADER, &encrypted(ENTITY)].concat()).unwrap();
    let line = sealed.find("\r\n\r\n").unwrap() + 4;
    let with = |text: &str, at: usize, octet: &str| format!("{}{octet}{}", &text[..at], &text[at + 1..]);
    for (broken, offset, path) in [
        // A boundary that is not there, one that does not occur.
        (clear.replacen("boundary=\"b\"", "x=y", 1), clear.find("\r\n\r\n").unwrap() as u64 - 5, ""),
        (clear.replacen("boundary=\"b\"", "boundary=\"c\"", 1), clear.len() as u64, ""),
        // Base64 with a character that it does not have.
        (with(&sealed, line + 100, "*"), line as u64 + 100, ""),
    ] {
        let (code, value) = seen(broken.as_bytes());
        let error = &value["error"];
        assert_eq!((code, error["path"].as_str()), (2, Some(path)), "{value:#}");
        assert_eq!(error["offset"].as_u64(), Some(offset), "{value:#}");
        assert!(error["expected"].is_string());
    }
}

#[test]
fn people_see_the_same_and_nothing_of_the_input_controls_the_terminal() {
    let output = inspect(&[], &[HEADER, &signed(false)].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    for words in
        ["multipart/signed", "CMS signedData, version 1, DER", "detached", "emailProtection", "SHA-256"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let evil = b"Content-Type: a/b; name=\"\x1b[31mred\"\r\n\r\nx";
    let output = inspect(&[], evil);
    assert!(!output.stdout.contains(&0x1b));
    let scratch = Scratch::new("smime-inspect");
    let file = scratch.file("message.eml");
    std::fs::write(&file, signed(true)).unwrap();
    let output = inspect(&[file.to_str().unwrap()], b"");
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("inside:") && text.contains("text/plain"), "{text}");
}

#[test]
fn a_layer_is_no_worse_for_the_mime_of_what_is_signed() {
    let broken = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let bodies = ["x\r\n", "--b\r\n\r\nx\r\n", "--b\r\n\r\nx\r\n--b--\r\n"];
    for (body, note) in bodies.into_iter().zip(["does not occur", "cut short", "[]"]) {
        let content = format!("{broken}{body}");
        // Alone it is the message that is malformed; in a signature it is what somebody signed.
        let (code, _) = seen(content.as_bytes());
        assert_eq!(code, if note == "[]" { 0 } else { 2 }, "{content}");
        for form in [&[][..], &["--opaque"]] {
            let signed = super::smime::signed(form, &content);
            let (code, found) = seen(&signed);
            let text = found["structure"].to_string();
            assert!(code == 0 && text.contains(note), "{text}");
        }
    }
    let nameless = super::smime::signed(&[], "Content-Type: multipart/mixed\r\n\r\nx\r\n");
    let (code, found) = seen(&nameless);
    assert!(code == 0 && found.to_string().contains("no usable boundary"), "{found}");
}

#[test]
fn parts_beyond_those_that_are_looked_at_are_no_fault() {
    for (count, noted) in [(1000, false), (1001, true)] {
        let parts = "--b\r\n\r\nx\r\n".repeat(count);
        let message = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
        let (code, found) = seen(message.as_bytes());
        assert_eq!((code, found["structure"]["parts"].as_array().unwrap().len()), (0, 1000), "{count}");
        let notes = found["structure"]["notes"].to_string();
        assert_eq!(notes.contains("more than 1000 parts"), noted, "{count}: {notes}");
    }
}
