//! BouncyCastle (Debian's libbcmail-java), the one peer beside OpenSSL that has GCM, OAEP and ECDH.

use super::cells::{self, DIGESTS, PASSWORD, SCHEMES, World};
use super::{Exceptions, Jobs, Table, same};
use conformance::{peer, root, run};
use std::process::Command;

const JARS: &str = "/usr/share/java/bcmail.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcprov.jar:\
                    /usr/share/java/bcutil.jar";

const EXCEPTIONS: Exceptions =
    &[(&["read-pkcs12-pbmac1"], "BouncyCastle 1.72 knows no PBMAC1 (RFC 9579 is of 2024)")];

#[test]
fn bouncycastle_and_the_engine_read_each_other() {
    const TEST: &str = "bouncycastle_and_the_engine_read_each_other";
    if !peer("javac", TEST) {
        return;
    }
    if !std::path::Path::new("/usr/share/java/bcmail.jar").exists() {
        assert!(
            !std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|value| value == "1"),
            "{TEST}: no libbcmail-java"
        );
        eprintln!("SKIPPED {TEST}: libbcmail-java is missing");
        return;
    }
    let world = World::new();
    let mut jobs = Jobs::new("bouncycastle", &world);
    let signatures = cells::signatures(&world);
    for cell in &signatures {
        jobs.put(&cell.name, &cell.message);
        let content = if cell.detached { "content" } else { "-" };
        jobs.add(&["verify", &format!("{}.done", cell.name), &cell.name, content]);
    }
    let envelopes = cells::envelopes(&world);
    for cell in &envelopes {
        jobs.put(&cell.name, &cell.message);
        for who in cell.people {
            jobs.add(&["decrypt", &format!("{}.{who}", cell.name), &cell.name, who]);
        }
    }
    let files = cells::key_files(&world);
    for (name, _, file) in &files {
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
    let ways = [("v15", "rsa"), ("oaep", "rsa"), ("ecdh", "ec"), ("ecdh-sha1", "ec"), ("v15", "rsa,ec")];
    for (way, people) in ways {
        for cipher in ["aes128cbc", "aes192cbc", "aes256cbc", "aes128gcm", "aes256gcm", "3des"] {
            let name = format!("write-envelope-{way}-{cipher}-{people}");
            jobs.add(&["encrypt", &name, cipher, way, people, "content"]);
        }
    }
    jobs.add(&["compress", "write-compressed", "content"]);
    for who in ["rsa", "ec"] {
        jobs.add(&["write", &format!("write-pkcs12-{who}"), who, PASSWORD]);
    }
    jobs.write();
    let source = root().join("tests/peers/BouncyCastle.java");
    let output = run(Command::new("java").args(["-Xshare:auto", "-cp", JARS]).arg(source).arg(jobs.path()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let results = jobs.results();
    let mut table = Table::new("BouncyCastle", EXCEPTIONS);
    for (name, result) in &results {
        let parts: Vec<&str> = name.split('-').collect();
        let checked = match parts.as_slice() {
            ["read", "signature" | "envelope", ..] => same(result, cells::CONTENT),
            ["read", ..] => result.clone().map(drop),
            ["write", "signature", .., form] => {
                result.clone().and_then(|message| world.verify(&message, *form == "detached"))
            }
            ["write", "envelope", .., people] => result
                .clone()
                .and_then(|message| people.split(',').try_for_each(|who| world.decrypt(&message, who))),
            ["write", "compressed"] => result.clone().and_then(|message| {
                let expanded = smime::cms::decompress(&message, 10_000).map_err(|error| error.to_string())?;
                if expanded.content == cells::CONTENT { Ok(()) } else { Err("another content".to_owned()) }
            }),
            ["write", "pkcs12", who] => result.clone().and_then(|file| world.open(&file, who)),
            other => panic!("an unknown cell {other:?}"),
        };
        table.note(name, checked);
    }
    table.finish(140);
}
