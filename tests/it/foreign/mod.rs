//! The engine and foreign programs read each other's messages and key files, cell by cell: what a peer cannot do is an
//! exception with a reason, and an exception that works all the same fails, so that the table stays true
//! (docs/interop.md, whose cells are held against those that ran). OpenSSL and gpgsm have their cells beside the engine, in simulator/crypto/tests.

mod bouncycastle;
mod cells;
mod nss;
mod pyca;
mod table;

use cells::World;
use conformance::Scratch;
use smime::Identity;
use std::collections::BTreeMap;
use std::path::Path;
use table::Table;

/// Cells whose name contains the words, and why the peer cannot do them.
type Exceptions = &'static [(&'static [&'static str], &'static str)];

/// Jobs for a peer that does many in one start.
struct Jobs {
    folder: Scratch,
    lines: Vec<String>,
}

impl Jobs {
    /// A folder with the people's certificates and keys and the content.
    fn new(test: &str, world: &World) -> Jobs {
        let folder = Scratch::new(test);
        let write = |name: &str, octets: &[u8]| std::fs::write(folder.file(name), octets).expect("a file");
        for (name, Identity { certificate, key, .. }) in world.people() {
            write(&format!("{name}.cer"), certificate.der());
            write(&format!("{name}.key"), key.pkcs8());
        }
        write("content", cells::CONTENT);
        Jobs { folder, lines: Vec::new() }
    }

    fn add(&mut self, words: &[&str]) {
        self.lines.push(words.join("\t"));
    }

    /// Puts a file where the peer finds it.
    fn put(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.folder.file(name), octets).expect("a file");
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the list of jobs.
    fn write(&self) {
        self.put("jobs", (self.lines.join("\n") + "\n").as_bytes());
    }

    /// What came of each job: what it wrote, or why it failed.
    fn results(&self) -> BTreeMap<String, Result<Vec<u8>, String>> {
        let text = std::fs::read_to_string(self.folder.file("results")).expect("the peer wrote its results");
        let mut found = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split('\t');
            let (name, how) = (words.next().expect("a name"), words.next().expect("a result"));
            let result = match how {
                "ok" => Ok(std::fs::read(self.folder.file(&format!("{name}.out"))).unwrap_or_default()),
                _ => Err(words.next().unwrap_or_default().to_owned()),
            };
            found.insert(name.to_owned(), result);
        }
        assert_eq!(found.len(), self.lines.len(), "every job has a result");
        found
    }
}

/// Compares what a peer gave with what it should be.
fn same(found: &Result<Vec<u8>, String>, expected: &[u8]) -> Result<(), String> {
    match found {
        Ok(octets) if octets == expected => Ok(()),
        Ok(octets) => Err(format!("{} octets of another content", octets.len())),
        Err(error) => Err(error.clone()),
    }
}
