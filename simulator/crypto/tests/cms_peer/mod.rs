//! The `openssl` program as a peer, with a certification authority and people made on the fly.
// Several test programs use this; none uses all of it.
#![allow(dead_code)]

use crypto::AwsLc;
use smime::{Certificate, Context, Identity, PrivateKey, Timestamp, TrustStore};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the tests talk to.
pub struct Peer {
    dir: PathBuf,
    crypto: AwsLc,
    pub trust: TrustStore,
    identities: Vec<(&'static str, Identity)>,
    /// Who can only sign.
    pub ed25519: Identity,
}

/// The names of the people and the keys they have.
const PEOPLE: [(&str, &[&str]); 5] = [
    ("rsa", &["rsa:2048"]),
    ("rsa2", &["rsa:2048"]),
    ("p256", &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p384", &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("p521", &["ec", "-pkeyopt", "ec_paramgen_curve:P-521"]),
];

/// Signs, and is not among those who can be encrypted to. OpenSSL 3.0 has no such CMS signatures (RFC 8419).
const SIGNER: (&str, &[&str]) = ("ed25519", &["ed25519"]);

/// The peer; `None`, loudly, without the program.
pub fn peer() -> Option<&'static Peer> {
    static PEER: OnceLock<Option<Peer>> = OnceLock::new();
    let peer = PEER.get_or_init(Peer::start).as_ref();
    if peer.is_none() {
        let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|value| value == "1");
        assert!(!required, "no openssl program, and HANDSET_REQUIRE_PEERS is set");
        eprintln!("SKIPPED: no openssl program to talk to");
    }
    peer
}

impl Peer {
    fn start() -> Option<Peer> {
        Command::new("openssl").arg("version").output().ok().filter(|output| output.status.success())?;
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).expect("a folder for the peer");
        let mut identities = Vec::new();
        run(
            &dir,
            &[
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem",
                "-subj",
                "/O=Handset/CN=Root",
                "-days",
                "3650",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            ],
        );
        for (name, key) in PEOPLE.into_iter().chain([SIGNER]) {
            let files = [format!("{name}.key"), format!("{name}.pem"), format!("/O=Handset/CN={name}")];
            let names = format!("subjectAltName=email:{name}@handset.example");
            let mut args = vec!["req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-nodes", "-newkey"];
            args.extend(key);
            args.extend(["-keyout", &files[0], "-out", &files[1], "-subj", &files[2], "-days", "365"]);
            args.extend(["-addext", "basicConstraints=critical,CA:FALSE", "-addext", &names]);
            args.extend(["-addext", "keyUsage=critical,digitalSignature,keyEncipherment,keyAgreement"]);
            args.extend(["-addext", "extendedKeyUsage=emailProtection"]);
            run(&dir, &args);
            let certificate = certificate(&dir, &files[1]);
            let key = std::fs::read(dir.join(&files[0])).unwrap();
            let key = PrivateKey::from_pem(&key).expect("the key is read");
            identities.push((name, Identity { certificate, key, chain: Vec::new() }));
        }
        let root = certificate(&dir, "ca.pem");
        for (_, identity) in &mut identities {
            identity.chain = vec![root.clone()];
        }
        let (_, ed25519) = identities.pop().expect("the last is the signer");
        let trust = [root].into_iter().collect();
        Some(Peer { dir, crypto: AwsLc, trust, identities, ed25519 })
    }

    /// The present and the real provider.
    pub fn cx(&self) -> Context<'_> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Context { now: Timestamp(i64::try_from(now).unwrap()), crypto: &self.crypto }
    }

    /// Everyone who has a certificate.
    pub fn people(&self) -> Vec<(&'static str, &Identity)> {
        self.identities.iter().map(|(name, identity)| (*name, identity)).collect()
    }

    pub fn identity(&self, name: &str) -> &Identity {
        &self.identities.iter().find(|(known, _)| *known == name).expect("a known name").1
    }

    /// Where a file of the peer is.
    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).to_str().unwrap().to_owned()
    }

    pub fn verify_smime(&self, message: &[u8]) -> Vec<u8> {
        self.filter(message, &["cms", "-verify", "-CAfile", "ca.pem", "-inform", "SMIME"])
    }

    pub fn accepts_smime(&self, message: &[u8]) -> bool {
        let args = ["cms", "-verify", "-CAfile", "ca.pem", "-inform", "SMIME"];
        self.try_filter(message, &args).0.status.success()
    }

    pub fn verify_der(&self, cms: &[u8]) -> Vec<u8> {
        self.filter(cms, &["cms", "-verify", "-binary", "-CAfile", "ca.pem", "-inform", "DER"])
    }

    pub fn sign_smime(&self, name: &str, entity: &[u8], form: &[&str]) -> Vec<u8> {
        let crlf: &[&str] = if form.contains(&"-binary") { &[] } else { &["-crlfeol"] };
        self.sign(name, entity, "SMIME", &[form, crlf].concat())
    }

    pub fn sign_der(&self, name: &str, content: &[u8], form: &[&str]) -> Vec<u8> {
        self.sign(name, content, "DER", form)
    }

    fn sign(&self, name: &str, content: &[u8], outform: &str, form: &[&str]) -> Vec<u8> {
        let signer = [format!("{name}.pem"), format!("{name}.key")];
        let mut args = vec!["cms", "-sign", "-outform", outform, "-signer", &signer[0]];
        if !form.contains(&"-inkey") {
            args.extend(["-inkey", &signer[1]]);
        }
        args.extend(form);
        self.filter(content, &args)
    }

    pub fn encrypt_smime(&self, name: &str, entity: &[u8], form: &[&str]) -> Vec<u8> {
        let recipient = format!("{name}.pem");
        let mut args = vec!["cms", "-encrypt", "-outform", "SMIME", "-binary", "-recip", &recipient];
        args.extend(form);
        self.filter(entity, &args)
    }

    pub fn decrypt_smime(&self, name: &str, message: &[u8]) -> Vec<u8> {
        self.decrypt(name, message, "SMIME")
    }

    pub fn decrypt_der(&self, name: &str, cms: &[u8]) -> Vec<u8> {
        self.decrypt(name, cms, "DER")
    }

    fn decrypt(&self, name: &str, message: &[u8], inform: &str) -> Vec<u8> {
        let files = [format!("{name}.pem"), format!("{name}.key")];
        let args = ["cms", "-decrypt", "-inform", inform, "-recip", &files[0], "-inkey", &files[1]];
        self.filter(message, &args)
    }

    /// Runs the program with a file in and a file out.
    fn filter(&self, input: &[u8], args: &[&str]) -> Vec<u8> {
        let (output, result) = self.try_filter(input, args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        result
    }

    fn try_filter(&self, input: &[u8], args: &[&str]) -> (Output, Vec<u8>) {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (source, target) = (self.path(&format!("{number}.in")), self.path(&format!("{number}.out")));
        std::fs::write(&source, input).unwrap();
        let mut command = Command::new("openssl");
        // The first two arguments are the command and what it does.
        command
            .current_dir(&self.dir)
            .args(&args[..2])
            .args(["-in", &source, "-out", &target])
            .args(&args[2..]);
        let output = command.output().expect("openssl runs");
        let result = std::fs::read(&target).unwrap_or_default();
        let _ = std::fs::remove_file(source);
        let _ = std::fs::remove_file(target);
        (output, result)
    }

    /// Runs the program where its files are.
    pub fn run(&self, args: &[&str]) {
        run(&self.dir, args);
    }

    /// Runs the program with a file in and a file out, whatever comes of it.
    pub fn filtered(&self, input: &[u8], args: &[&str]) -> Option<Vec<u8>> {
        let (output, result) = self.try_filter(input, args);
        output.status.success().then_some(result)
    }

    pub fn write(&self, name: &str, octets: &[u8]) -> String {
        std::fs::write(self.dir.join(name), octets).unwrap();
        self.path(name)
    }
}

fn run(dir: &Path, args: &[&str]) {
    let output = Command::new("openssl").current_dir(dir).args(args).output().expect("openssl runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn certificate(dir: &Path, name: &str) -> Certificate {
    let text = std::fs::read(dir.join(name)).unwrap();
    Certificate::from_pem(&text).expect("the certificate is read").remove(0)
}
