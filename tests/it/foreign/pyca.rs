//! PyPI `cryptography`: signs, and encrypts and decrypts with RSA PKCS#1 v1.5.

use super::cells::{self, DIGESTS, PASSWORD, SCHEMES, World};
use super::{Exceptions, Jobs, Table, same};
use conformance::{peer, root, run};
use std::process::Command;

const EXCEPTIONS: Exceptions = &[
    (&["read-envelope", "-ber"], "cryptography reads no BER"),
    (&["read-envelope", "gcm"], "cryptography reads no AuthEnvelopedData"),
    (&["read-envelope", "aes192cbc"], "cryptography reads AES-128 and AES-256 alone"),
    (&["read-envelope", "keyid"], "cryptography finds recipients by issuer and serial number alone"),
    (&["read-envelope-oaep"], "cryptography knows RSA PKCS#1 v1.5 alone"),
    (&["read-envelope-ecdh"], "cryptography knows RSA PKCS#1 v1.5 alone"),
    (&["read-envelope-both"], "cryptography does not read past recipients of another kind"),
];

#[test]
fn pyca_and_the_engine_read_each_other() {
    const TEST: &str = "pyca_and_the_engine_read_each_other";
    if !peer("python3", TEST) {
        return;
    }
    let found = run(Command::new("python3").args(["-c", "import cryptography"])).status.success();
    if !found {
        assert!(
            !std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|value| value == "1"),
            "{TEST}: no cryptography"
        );
        eprintln!("SKIPPED {TEST}: the Python package cryptography is missing");
        return;
    }
    let world = World::new();
    let mut jobs = Jobs::new("pyca", &world);
    let envelopes = cells::envelopes(&world);
    for cell in &envelopes {
        jobs.put(&cell.name, &cell.message);
        // Its reader takes RSA keys alone.
        for who in cell.people.iter().filter(|who| **who == "rsa") {
            jobs.add(&["decrypt", &format!("{}.{who}", cell.name), &cell.name, who]);
        }
    }
    for (name, _, file) in &cells::key_files(&world) {
        jobs.put(name, file);
        jobs.add(&["read", &format!("{name}.done"), name, PASSWORD]);
    }
    for (who, scheme) in SCHEMES {
        for (digest, _) in DIGESTS {
            for form in ["detached", "opaque"] {
                let name = format!("write-signature-{scheme}-{digest}-{form}");
                jobs.add(&["sign", &name, who, digest, scheme, form, "content"]);
            }
        }
    }
    for cipher in ["aes128cbc", "aes256cbc"] {
        jobs.add(&["encrypt", &format!("write-envelope-{cipher}"), cipher, "v15", "rsa", "content"]);
    }
    for who in ["rsa", "ec"] {
        jobs.add(&["write", &format!("write-pkcs12-{who}"), who, PASSWORD]);
    }
    jobs.write();
    let source = root().join("tests/peers/pyca.py");
    let output = run(Command::new("python3").arg("-W").arg("ignore").arg(source).arg(jobs.path()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let mut table = Table::new("cryptography", EXCEPTIONS);
    for (name, result) in &jobs.results() {
        let parts: Vec<&str> = name.split('-').collect();
        let checked = match parts.as_slice() {
            ["read", "envelope", ..] => same(result, cells::CONTENT),
            ["read", ..] => result.clone().map(drop),
            ["write", "signature", .., form] => {
                result.clone().and_then(|message| world.verify(&message, *form == "detached"))
            }
            ["write", "envelope", ..] => result.clone().and_then(|message| world.decrypt(&message, "rsa")),
            ["write", "pkcs12", who] => result.clone().and_then(|file| world.open(&file, who)),
            other => panic!("an unknown cell {other:?}"),
        };
        table.note(name, checked);
    }
    table.finish(30);
}
