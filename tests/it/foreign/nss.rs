//! NSS (Debian's libnss3-tools): cmsutil and pk12util over a database made for the test.

use super::cells::{self, PASSWORD, World};
use super::{Exceptions, Table};
use conformance::{Scratch, peer, run};
use std::path::Path;
use std::process::Command;

const EXCEPTIONS: Exceptions = &[
    (&["read-envelope", "gcm"], "NSS 3.87 reads no AuthEnvelopedData"),
    (&["read-envelope-oaep"], "NSS 3.87 has no RSA-OAEP in CMS"),
    (&["read-envelope-ecdh"], "NSS 3.87 has no ECDH by RFC 5753"),
    (&["read-envelope-both"], "NSS 3.87 does not read past a recipient by key agreement, OpenSSL's either"),
    (&["read-pkcs12-pbmac1"], "NSS 3.87 knows no PBMAC1 (RFC 9579 is of 2024)"),
];

/// A database with the people's keys and a trusted root.
struct Nss {
    folder: Scratch,
}

impl Nss {
    fn new(world: &World, name: &str) -> Nss {
        let nss = Nss { folder: Scratch::new(name) };
        nss.run("certutil", &["-N", "--empty-password"]).expect("a database");
        let root = nss.put("root", world.ca.certificate.der());
        nss.run("certutil", &["-A", "-n", "root", "-t", "CT,CT,CT", "-i", &root]).expect("a trusted root");
        nss
    }

    /// A database with the keys in files of the modern kind whose owner is among `people`.
    fn of(world: &World, name: &str, people: &[&str]) -> Nss {
        let nss = Nss::new(world, name);
        for (name, who, file) in &cells::key_files(world) {
            if name.contains("modern") && people.contains(who) {
                let file = nss.put(name, file);
                nss.run("pk12util", &["-i", &file, "-W", PASSWORD]).expect("the keys are read");
            }
        }
        nss
    }

    fn put(&self, name: &str, octets: &[u8]) -> String {
        let path = self.folder.file(name);
        std::fs::write(&path, octets).expect("a file");
        path.to_str().expect("a path of text").to_owned()
    }

    /// Runs a tool over the database.
    fn run(&self, tool: &str, arguments: &[&str]) -> Result<(), String> {
        let database = format!("sql:{}", self.folder.path().display());
        let database = ["-d", database.as_str()];
        // cmsutil wants the command first, pk12util's commands have an argument of their own.
        let (verb, rest) = arguments.split_at(usize::from(tool != "pk12util"));
        let output = run(Command::new(tool).args(verb).args(database).args(rest));
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ")),
        }
    }

    /// Runs cmsutil with a file in and a file out.
    fn filter(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let source = self.put("in", input);
        let target = self.folder.file("out");
        let _ = std::fs::remove_file(&target);
        let target = target.to_str().expect("a path of text");
        self.run("cmsutil", &[arguments, &["-i", &source, "-o", target]].concat())?;
        Ok(std::fs::read(Path::new(target)).unwrap_or_default())
    }
}

fn is_content(found: &[u8]) -> Result<(), String> {
    if found == cells::CONTENT { Ok(()) } else { Err(format!("{} octets of another content", found.len())) }
}

#[test]
fn nss_and_the_engine_read_each_other() {
    const TEST: &str = "nss_and_the_engine_read_each_other";
    if !["certutil", "cmsutil", "pk12util"].iter().all(|program| peer(program, TEST)) {
        return;
    }
    let world = World::new();
    let mut table = Table::new("NSS", EXCEPTIONS);
    for (name, who, file) in &cells::key_files(&world) {
        // Each into a database of its own, so that none finds the key of another.
        let own = Nss::new(&world, "nss-files");
        let file = own.put("p12", file);
        let mut result = own.run("pk12util", &["-i", &file, "-W", PASSWORD]);
        if result.is_ok() {
            let target = own.folder.file("back.p12");
            let path = target.to_str().expect("a path of text");
            result = own.run("pk12util", &["-o", path, "-n", who, "-W", PASSWORD]);
            let back = std::fs::read(&target).unwrap_or_default();
            table.note(&name.replace("read", "write"), result.clone().and_then(|()| world.open(&back, who)));
        }
        table.note(name, result);
    }
    let nss = Nss::of(&world, "nss", &["rsa", "ec"]);
    for cell in cells::signatures(&world) {
        let content = nss.put("content", cells::CONTENT);
        let arguments: &[&str] = if cell.detached { &["-D", "-c", &content] } else { &["-D"] };
        let read = nss.filter(arguments, &cell.message);
        table.note(&cell.name, read.and_then(|found| is_content(&found)));
    }
    // A database with one key shows who can read.
    let readers = [("rsa", Nss::of(&world, "nss-rsa", &["rsa"])), ("ec", Nss::of(&world, "nss-ec", &["ec"]))];
    for cell in cells::envelopes(&world) {
        for (who, reader) in readers.iter().filter(|(who, _)| cell.people.contains(who)) {
            let read = reader.filter(&["-D"], &cell.message);
            table.note(&format!("{}.{who}", cell.name), read.and_then(|found| is_content(&found)));
        }
    }
    for who in ["rsa", "ec"] {
        for digest in ["SHA256", "SHA384", "SHA512"] {
            for form in ["detached", "opaque"] {
                let mut arguments = vec!["-S", "-N", who, "-H", digest, "-G"];
                arguments.extend((form == "detached").then_some("-T"));
                let signed = nss.filter(&arguments, cells::CONTENT);
                let checked = signed.and_then(|message| world.verify(&message, form == "detached"));
                table.note(&format!("write-signature-{who}-{digest}-{form}"), checked);
            }
        }
    }
    let sealed = nss.filter(&["-E", "-r", "rsa@handset.example"], cells::CONTENT);
    table.note("write-envelope-rsa", sealed.and_then(|message| world.decrypt(&message, "rsa")));
    table.finish(30);
}
