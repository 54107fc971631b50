//! What is written and read on this side.

use simulator::PROVIDER;
use smime::cms::{self, EncryptOptions, KeyAgreement, KeyTransport, SignatureOptions};
use smime::pkcs12::{self, WriteOptions, WriteProtection};
use smime::{
    BulkCipher, Context, Curve, DigestAlgorithm, Identity, IssueRequest, PublicKeyAlgorithm, Purpose,
    Timestamp, TrustStore, generate_identity,
};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const CONTENT: &[u8] =
    b"Content-Type: text/plain\r\n\r\nHello from afar,\r\n\r\nwith a space \r\n";
pub(super) const PASSWORD: &str = "password-1";

/// An authority and people with certificates that hold today, as peers judge by their own clocks.
pub(super) struct World {
    now: Timestamp,
    pub ca: Identity,
    pub rsa: Identity,
    pub ec: Identity,
    trust: TrustStore,
}

impl World {
    pub(super) fn new() -> World {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis();
        let now = Timestamp(i64::try_from(now).expect("a clock"));
        let cx = Context { now, crypto: &PROVIDER };
        let day = 86_400_000;
        let validity = (Timestamp(now.0 - day), Timestamp(now.0 + 30 * day));
        let rsa = PublicKeyAlgorithm::Rsa { bits: 2048 };
        let ca = generate_identity(&cx, None, rsa, &IssueRequest::authority("Peers", 1, validity))
            .expect("a root");
        let person = |name: &str, serial, key| {
            let request = IssueRequest::mail(name, &[&format!("{name}@handset.example")], serial, validity);
            generate_identity(&cx, Some(&ca), key, &request).expect("a person")
        };
        let ec = PublicKeyAlgorithm::Ec(Curve::P256);
        let (rsa, ec) = (person("rsa", 2, rsa), person("ec", 3, ec));
        World { now, trust: [ca.certificate.clone()].into_iter().collect(), ca, rsa, ec }
    }

    pub(super) fn cx(&self) -> Context<'_> {
        Context { now: self.now, crypto: &PROVIDER }
    }

    pub(super) fn people(&self) -> [(&'static str, &Identity); 2] {
        [("rsa", &self.rsa), ("ec", &self.ec)]
    }

    pub(super) fn person(&self, name: &str) -> &Identity {
        if name == "ec" { &self.ec } else { &self.rsa }
    }

    /// Verifies what a peer signed.
    pub(super) fn verify(&self, message: &[u8], detached: bool) -> Result<(), String> {
        let cx = self.cx();
        let mut content = Vec::new();
        let mut verifier = cms::Verifier::new(&cx);
        for piece in message.chunks(333) {
            verifier.update(piece, &mut content).map_err(|error| error.to_string())?;
        }
        let signed = verifier.finish().map_err(|error| error.to_string())?;
        let mut digests = signed.detached(&cx);
        digests.update(CONTENT);
        let digests = detached.then(|| digests.finish());
        let reports = signed.reports(&cx, digests.as_ref(), &[], &self.trust, Purpose::EmailSigning);
        if signed.attached == detached || !detached && content != CONTENT {
            return Err("the content is not what was signed".to_owned());
        }
        let [report] = reports.as_slice() else { return Err(format!("{} signers", reports.len())) };
        report.signature.clone().map_err(|error| error.to_string())?;
        report.path.clone().map(drop).map_err(|error| error.to_string())
    }

    /// Decrypts what a peer encrypted.
    pub(super) fn decrypt(&self, message: &[u8], who: &str) -> Result<(), String> {
        let identities = [self.person(who).clone()];
        let opened = cms::decrypt(&self.cx(), message, &identities).map_err(|error| error.to_string())?;
        opened.opened_by.map_err(|error| error.to_string())?;
        if opened.content.as_deref() == Some(CONTENT) { Ok(()) } else { Err("another content".to_owned()) }
    }

    /// Opens a key file that a peer wrote.
    pub(super) fn open(&self, file: &[u8], who: &str) -> Result<(), String> {
        let file = pkcs12::open(&self.cx(), file, Some(PASSWORD)).map_err(|error| error.to_string())?;
        let [identity] = file.identities.as_slice() else { return Err("not one identity".to_owned()) };
        let ours = self.person(who);
        let public = |identity: &Identity| identity.key.load(&self.cx()).map(|key| key.public_key());
        let same = identity.certificate == ours.certificate && public(identity) == public(ours);
        if same { Ok(()) } else { Err("another identity".to_owned()) }
    }
}

/// A message of ours.
pub(super) struct Signature {
    pub name: String,
    pub detached: bool,
    pub message: Vec<u8>,
}

pub(super) const DIGESTS: [(&str, DigestAlgorithm); 3] = [
    ("SHA256", DigestAlgorithm::Sha256),
    ("SHA384", DigestAlgorithm::Sha384),
    ("SHA512", DigestAlgorithm::Sha512),
];

/// Who can sign how.
pub(super) const SCHEMES: [(&str, &str); 3] = [("rsa", "v15"), ("rsa", "pss"), ("ec", "ecdsa")];

/// Signatures of every kind.
pub(super) fn signatures(world: &World) -> Vec<Signature> {
    let cx = world.cx();
    let mut out = Vec::new();
    for (who, scheme) in SCHEMES {
        for (digest_name, digest) in DIGESTS {
            let options = SignatureOptions {
                digest,
                pss: scheme == "pss",
                signing_time: Some(cx.now),
                ..SignatureOptions::default()
            };
            let signer = world.person(who);
            let name = |form| format!("read-signature-{scheme}-{digest_name}-{form}");
            let opaque = cms::sign_attached(&cx, CONTENT, signer, &options).expect("signed");
            out.push(Signature { name: name("opaque"), detached: false, message: opaque });
            let mut detached = cms::DetachedSigner::new(&cx, signer, &options).expect("a signer");
            detached.update(CONTENT);
            let message = detached.finish().expect("signed");
            out.push(Signature { name: name("detached"), detached: true, message });
        }
    }
    out
}

/// A message of ours, and for whom.
pub(super) struct Envelope {
    pub name: String,
    pub people: &'static [&'static str],
    pub message: Vec<u8>,
}

const CIPHERS: [(&str, BulkCipher); 5] = [
    ("aes128cbc", BulkCipher::Aes128Cbc),
    ("aes192cbc", BulkCipher::Aes192Cbc),
    ("aes256cbc", BulkCipher::Aes256Cbc),
    ("aes128gcm", BulkCipher::Aes128Gcm),
    ("aes256gcm", BulkCipher::Aes256Gcm),
];

/// Envelopes of every kind; with an indefinite length as well, where DER and BER make a difference to a reader.
pub(super) fn envelopes(world: &World) -> Vec<Envelope> {
    let oaep = KeyTransport::Oaep { digest: DigestAlgorithm::Sha256, mgf: DigestAlgorithm::Sha256 };
    let sha1 = KeyAgreement { digest: DigestAlgorithm::Sha1, wrap_bits: 128 };
    let plain = EncryptOptions::default;
    let ways: [(&str, &'static [&'static str], EncryptOptions); 6] = [
        ("v15", &["rsa"], plain()),
        ("v15-keyid", &["rsa"], EncryptOptions { identify_by_key: true, ..plain() }),
        ("oaep", &["rsa"], EncryptOptions { transport: oaep, ..plain() }),
        ("ecdh", &["ec"], plain()),
        ("ecdh-sha1", &["ec"], EncryptOptions { agreement: sha1, ..plain() }),
        ("both", &["rsa", "ec"], plain()),
    ];
    let mut out = Vec::new();
    for (way, people, options) in ways {
        for (cipher_name, cipher) in CIPHERS {
            let options = EncryptOptions { cipher, ..options.clone() };
            let certificates: Vec<_> =
                people.iter().map(|who| world.person(who).certificate.clone()).collect();
            for (form, length) in [("der", Some(CONTENT.len() as u64)), ("ber", None)] {
                let mut message = Vec::new();
                let mut writer =
                    cms::EnvelopedWriter::new(&world.cx(), &certificates, &options, length, &mut message)
                        .expect("a writer");
                writer.update(CONTENT, &mut message).expect("written");
                writer.finish(&mut message).expect("written");
                let name = format!("read-envelope-{way}-{cipher_name}-{form}");
                out.push(Envelope { name, people, message });
            }
        }
    }
    out
}

/// Key files of every kind: the name of the cell, who is in it, the file.
pub(super) fn key_files(world: &World) -> Vec<(String, &'static str, Vec<u8>)> {
    let kinds = [
        ("modern", WriteProtection::Modern),
        ("pbmac1", WriteProtection::Pbmac1),
        ("legacy", WriteProtection::Legacy),
    ];
    let mut out = Vec::new();
    for (who, identity) in world.people() {
        for (kind, protection) in kinds {
            let options = WriteOptions {
                protection,
                friendly_names: vec![who.to_owned()],
                certificates: vec![world.ca.certificate.clone()],
                ..WriteOptions::default()
            };
            let file = pkcs12::write(&world.cx(), std::slice::from_ref(identity), Some(PASSWORD), &options);
            out.push((format!("read-pkcs12-{kind}-{who}"), who, file.expect("a file")));
        }
    }
    out
}
