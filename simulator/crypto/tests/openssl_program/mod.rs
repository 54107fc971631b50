//! The `openssl` program, in a folder of its own for each test.
//!
//! Without the program the tests say so and pass, unless `HANDSET_REQUIRE_PEERS` is 1.
#![allow(dead_code)] // each test binary uses its part

use smime::{Certificate, Identity, PrivateKey};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for a test, and the program; `None` when the program is missing.
pub fn openssl(test: &str) -> Option<Openssl> {
    if Command::new("openssl").arg("version").output().is_err() {
        assert_ne!(std::env::var("HANDSET_REQUIRE_PEERS").as_deref(), Ok("1"), "openssl is missing");
        eprintln!("SKIPPED: {test}: the program openssl is missing");
        return None;
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("openssl-{test}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    Some(Openssl { folder })
}

pub struct Openssl {
    pub folder: PathBuf,
}

impl Openssl {
    pub fn output(&self, arguments: &str) -> Output {
        // an argument with spaces is written with underscores
        let arguments = arguments.split_whitespace().map(|a| a.replace("__", " "));
        Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap()
    }

    pub fn run(&self, arguments: &str) -> Vec<u8> {
        let o = self.output(arguments);
        assert!(o.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&o.stderr));
        o.stdout
    }

    pub fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(file)).unwrap()
    }

    pub fn write(&self, file: &str, bytes: &[u8]) {
        std::fs::write(self.folder.join(file), bytes).unwrap();
    }

    pub fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_pem(&self.read(&format!("{name}.pem"))).unwrap().remove(0)
    }

    pub fn key(&self, name: &str) -> PrivateKey {
        PrivateKey::from_pem(&self.read(&format!("{name}.key"))).unwrap()
    }

    /// Makes `name.key` and `name.pem`, signed by `issuer` or by itself.
    pub fn issue(&self, name: &str, issuer: Option<&str>, key: &str, extensions: &str) {
        self.run(&format!("genpkey {key} -out {name}.key"));
        self.certify(name, name, issuer, extensions);
    }

    /// Makes `file.pem` for the key of `name`.
    pub fn certify(&self, file: &str, name: &str, issuer: Option<&str>, extensions: &str) {
        self.write("extensions", extensions.as_bytes());
        self.run(&format!("req -new -key {name}.key -subj /O=Example/CN={name} -out {name}.csr"));
        let signer = match issuer {
            Some(issuer) => format!("-CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial"),
            None => format!("-signkey {name}.key"),
        };
        self.run(&format!("x509 -req -in {name}.csr {signer} -days 30 -extfile extensions -out {file}.pem"));
    }

    pub fn identity(&self, name: &str, chain: &[&str]) -> Identity {
        let chain = chain.iter().map(|c| self.certificate(c)).collect();
        Identity { certificate: self.certificate(name), key: self.key(name), chain }
    }
}

pub const EC: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
pub const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
pub const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
pub const LEAF: &str = "keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement\n\
    extendedKeyUsage=emailProtection\nsubjectAltName=email:leaf@example.com\n";
