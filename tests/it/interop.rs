//! Debian's openssl reads everything that the phone and its colleague wrote, and the phone reads what openssl wrote.

use crate::program::try_json;
use conformance::{Scratch, files, peer, profile, root, run};
use simulator::PROVIDER;
use smime::message::{Layer, OpenOptions, open};
use smime::{Certificate, Context, Identity, Timestamp, TrustStore, pkcs12};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The virtual time of the trials, as openssl wants it: 2026-11-02T08:30:00Z.
const AT: &str = "1793608200";
const NOW: Timestamp = Timestamp(1_793_608_200_000);

fn openssl(arguments: &[&str], folder: &Path) -> (bool, String) {
    let output = run(Command::new("openssl").args(arguments).current_dir(folder));
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn is_encrypted(file: &Path) -> bool {
    let bytes = std::fs::read(file).unwrap();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).to_ascii_lowercase();
    head.contains("enveloped-data")
}

/// The keys with which openssl may decrypt: the colleague's revealed one, and the fixture's for the phone.
fn recipients(out: &Path, name: &str) -> Vec<(PathBuf, PathBuf)> {
    let mut pairs = vec![(out.join("certs/bob-encryption.pem"), out.join("keys/bob-encryption.pem"))];
    let pki = root().join("fixtures/pki");
    for stem in ["alice-encryption", "alice-encryption-p256", "alice-both", "alice-encryption-second"] {
        pairs.push((pki.join(format!("{stem}.cert.pem")), pki.join(format!("{stem}.key.pem"))));
    }
    assert!(pairs.iter().all(|(c, k)| c.is_file() && k.is_file()), "{name}: {pairs:?}");
    pairs
}

#[test]
fn openssl_accepts_every_message_in_the_output() {
    const TEST: &str = "openssl_accepts_every_message_in_the_output";
    if !peer("openssl", TEST) {
        return;
    }
    let mut verified = 0;
    let mut decrypted = 0;
    for name in [
        "contoso-mail",
        "smime-sign-only",
        "smime-encrypt-user-choice",
        "smime-encrypt-locked",
        "smime-p256",
        "smime-single-identity",
    ] {
        let scratch = Scratch::new(&format!("openssl-{name}"));
        let out = scratch.file("out");
        let (code, result) =
            try_json(&profile(name), &["--out", out.to_str().unwrap(), "--reveal-test-keys"]);
        assert_eq!(code, 0, "{name}: {result:#}");
        for file in files(&out.join("mail"), "eml") {
            let label = format!("{name} {}", file.file_name().unwrap().to_string_lossy());
            let tampered = label.contains("tampered");
            let mut entity = file.clone();
            if is_encrypted(&file) {
                entity = scratch.file("opened.eml");
                let mut readers = 0;
                for (certificate, key) in recipients(&out, name) {
                    let (ok, _) = openssl(
                        &[
                            "cms",
                            "-decrypt",
                            "-in",
                            file.to_str().unwrap(),
                            "-recip",
                            certificate.to_str().unwrap(),
                            "-inkey",
                            key.to_str().unwrap(),
                            "-out",
                            "candidate.eml",
                        ],
                        scratch.path(),
                    );
                    if ok {
                        readers += 1;
                        std::fs::rename(scratch.file("candidate.eml"), &entity).unwrap();
                    }
                }
                if tampered && readers == 0 {
                    continue;
                }
                // What the phone sends is for the colleague and for the sender; an answer is for the phone alone.
                let expected = if label.contains("answer") { 1 } else { 2 };
                assert_eq!(readers, expected, "{label}: readable to the wrong number of keys");
                decrypted += 1;
                let inside = std::fs::read(&entity).unwrap();
                if !tampered && !String::from_utf8_lossy(&inside).contains("multipart/signed") {
                    continue;
                }
            }
            let (ok, error) = openssl(
                &[
                    "cms",
                    "-verify",
                    "-in",
                    entity.to_str().unwrap(),
                    "-CAfile",
                    out.join("certs/roots.pem").to_str().unwrap(),
                    "-attime",
                    AT,
                    "-out",
                    "content.txt",
                ],
                scratch.path(),
            );
            assert_eq!(ok, !tampered, "{label}: {error}");
            verified += 1;
        }
    }
    assert!(verified >= 12 && decrypted >= 12, "{verified} verified, {decrypted} decrypted");
}

fn identity(stem: &str, form: &str) -> Identity {
    let bytes = std::fs::read(root().join(format!("fixtures/pki/{stem}.{form}.p12"))).unwrap();
    let cx = Context { now: NOW, crypto: &PROVIDER };
    let mut file =
        pkcs12::open(&cx, &bytes, Some(&format!("p12-{stem}"))).unwrap_or_else(|e| panic!("{stem}: {e}"));
    assert_eq!(file.identities.len(), 1, "{stem}");
    file.identities.remove(0)
}

fn trust() -> TrustStore {
    let pem = std::fs::read(root().join("fixtures/pki/contoso-root.cert.pem")).unwrap();
    let mut trust = TrustStore::new();
    trust.add(Certificate::from_pem(&pem).unwrap().remove(0));
    trust
}

#[test]
fn the_engine_reads_what_openssl_writes_for_each_fixture_identity() {
    const TEST: &str = "the_engine_reads_what_openssl_writes_for_each_fixture_identity";
    if !peer("openssl", TEST) {
        return;
    }
    let scratch = Scratch::new("from-openssl");
    let pki = root().join("fixtures/pki");
    let text = "Content-Type: text/plain\r\n\r\nWritten by another program.\r\n";
    std::fs::write(scratch.file("in.txt"), text).unwrap();
    let cx = Context { now: NOW, crypto: &PROVIDER };
    let trust = trust();
    let path = |stem: &str, kind: &str| pki.join(format!("{stem}.{kind}.pem")).to_str().unwrap().to_owned();
    for form in ["legacy", "pbes2"] {
        for stem in ["alice-signing", "alice-signing-p256", "alice-both"] {
            for stream in [&[][..], &["-stream"]] {
                for detached in [&[][..], &["-nodetach"]] {
                    let (certificate, key) = (path(stem, "cert"), path(stem, "key"));
                    let intermediate = path("contoso-issuing", "cert");
                    let base = [
                        "cms",
                        "-sign",
                        "-binary",
                        "-in",
                        "in.txt",
                        "-signer",
                        &certificate,
                        "-inkey",
                        &key,
                        "-certfile",
                        &intermediate,
                        "-md",
                        "sha256",
                        "-out",
                        "signed.eml",
                    ];
                    let (ok, error) = openssl(&[&base[..], stream, detached].concat(), scratch.path());
                    assert!(ok, "{error}");
                    let label = format!("{stem} {stream:?} {detached:?}");
                    let wire = std::fs::read(scratch.file("signed.eml")).unwrap();
                    let options = OpenOptions {
                        identities: &[],
                        trust: &trust,
                        intermediates: &[],
                        path: smime::PathOptions::default(),
                        from: Some("alice@contoso.example"),
                        check_from: true,
                    };
                    let opened = open(&cx, &wire, &options).unwrap_or_else(|e| panic!("{label}: {e}"));
                    let Some(Layer::Signed(layer)) = opened.layers.first() else {
                        panic!("{label}: not signed")
                    };
                    assert_eq!(layer.signers.len(), 1, "{label}");
                    assert!(layer.signers[0].valid(), "{label}: {:?}", layer.signers[0]);
                    assert_eq!(
                        layer.signers[0].certificate.as_ref(),
                        Some(&identity(stem, form).certificate)
                    );
                    let mut changed = wire.clone();
                    let at = changed.windows(7).position(|w| w == b"another").unwrap_or(changed.len() / 2);
                    changed[at] ^= 1;
                    let broken = open(&cx, &changed, &options).is_ok_and(|o| {
                        matches!(o.layers.first(), Some(Layer::Signed(l)) if l.signers.iter().all(|s| s.valid()) && !l.signers.is_empty())
                    });
                    assert!(!broken, "{label}: a changed message verifies");
                }
            }
        }
        for stem in ["alice-encryption", "alice-encryption-p256", "alice-both", "alice-encryption-second"] {
            for stream in [&[][..], &["-stream"]] {
                for cipher in ["-aes-256-cbc", "-aes-128-cbc"] {
                    let certificate = path(stem, "cert");
                    let base = ["cms", "-encrypt", cipher, "-binary", "-in", "in.txt", "-out", "sealed.eml"];
                    let (ok, error) = openssl(&[&base[..], stream, &[&certificate]].concat(), scratch.path());
                    assert!(ok, "{error}");
                    let label = format!("{stem} {form} {stream:?} {cipher}");
                    let wire = std::fs::read(scratch.file("sealed.eml")).unwrap();
                    let identities = [identity("alice-signing", "pbes2"), identity(stem, form)];
                    let options = OpenOptions {
                        identities: &identities,
                        trust: &trust,
                        intermediates: &[],
                        path: smime::PathOptions::default(),
                        from: None,
                        check_from: true,
                    };
                    let opened = open(&cx, &wire, &options).unwrap_or_else(|e| panic!("{label}: {e}"));
                    let Some(Layer::Encrypted(layer)) = opened.layers.first() else {
                        panic!("{label}: not encrypted")
                    };
                    assert_eq!(layer.opened_by, Ok(1), "{label}");
                    assert_eq!(opened.content.as_deref(), Some(text.as_bytes()), "{label}");
                    let stranger = [identity("alice-signing", "pbes2")];
                    let opened = open(&cx, &wire, &OpenOptions { identities: &stranger, ..options }).unwrap();
                    assert_eq!(opened.content, None, "{label}: opened without its key");
                }
            }
        }
    }
}
