//! Who signs and who reads, from the fixtures.

use crypto::AwsLc;
use smime::{
    Certificate, Context, Identity, IssueRequest, PrivateKey, PublicKeyAlgorithm, Timestamp, TrustStore,
    generate_identity,
};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// 2026-11-02T08:00:00Z, when all certificates of the fixtures are valid.
const NOW: Timestamp = Timestamp(1_793_606_400_000);

/// The keys and certificates of every measurement. Keys are kept loaded.
pub struct World {
    crypto: AwsLc,
    /// RSA-2048, signs and decrypts; its chain has one intermediate certificate.
    pub rsa: Identity,
    rsa4096: OnceLock<Identity>,
    /// P-256, signs.
    pub p256: Identity,
    /// P-256, agrees keys.
    pub agreement: Identity,
    /// The root.
    pub trust: TrustStore,
    /// The root's certificate.
    pub root: Certificate,
    /// The issuer of all.
    pub issuing: Certificate,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// Reads the fixtures.
    ///
    /// # Panics
    ///
    /// When they are not there.
    pub fn new() -> World {
        let crypto = AwsLc;
        let cx = Context { now: NOW, crypto: &crypto };
        let (root, issuing) = (certificate("contoso-root"), certificate("contoso-issuing"));
        let mut trust = TrustStore::new();
        trust.add(root.clone());
        let identity = |name: &str| {
            let mut key = PrivateKey::from_pem(&read(&format!("{name}.key.pem"))).expect("a key");
            key.keep_loaded(&cx).expect("a key that loads");
            Identity { certificate: certificate(name), key, chain: vec![issuing.clone()] }
        };
        World {
            rsa: identity("alice-both"),
            rsa4096: OnceLock::new(),
            p256: identity("alice-signing-p256"),
            agreement: identity("alice-encryption-p256"),
            crypto,
            trust,
            root,
            issuing,
        }
    }

    /// RSA-4096 with the same issuer; made when it is first asked for.
    ///
    /// # Panics
    ///
    /// When it cannot be made.
    pub fn rsa4096(&self) -> &Identity {
        self.rsa4096.get_or_init(|| {
            let cx = self.cx();
            let key = PrivateKey::from_pem(&read("contoso-issuing.key.pem")).expect("a key");
            let issuer = Identity { certificate: self.issuing.clone(), key, chain: Vec::new() };
            let year = 365 * 86_400_000;
            let validity = (Timestamp(NOW.0 - year), Timestamp(NOW.0 + 5 * year));
            let request = IssueRequest::mail("RSA-4096", &["alice@contoso.example"], 9, validity);
            let algorithm = PublicKeyAlgorithm::Rsa { bits: 4096 };
            let mut made = generate_identity(&cx, Some(&issuer), algorithm, &request).expect("an identity");
            made.key.keep_loaded(&cx).expect("a key that loads");
            made
        })
    }

    /// The time and the cryptography.
    pub fn cx(&self) -> Context<'_> {
        Context { now: NOW, crypto: &self.crypto }
    }

    /// A PKCS#12 file (PBES2, 2,048 iterations) and its password.
    pub fn pkcs12() -> (Vec<u8>, &'static str) {
        (read("alice-signing.pbes2.p12"), "p12-alice-signing")
    }

    /// A file of the fixtures' keys and certificates.
    pub fn path(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/pki").join(name)
    }
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(World::path(name)).expect("a fixture")
}

fn certificate(name: &str) -> Certificate {
    let pem = read(&format!("{name}.cert.pem"));
    Certificate::from_pem(&pem).expect("a certificate").into_iter().next().expect("a certificate")
}
