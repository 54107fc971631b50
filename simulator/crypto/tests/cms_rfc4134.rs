//! The examples of RFC 4134, byte for byte as the RFC prints them. Each file is either read as the text says, or
//! refused for the reason written here; a refusal that goes away fails.
//!
//! The examples are beside the sources, in `shared/corpora/rfc4134`; without them the tests say so and pass, unless
//! `HANDSET_REQUIRE_CORPORA` is 1.

use crypto::AwsLc;
use smime::cms::{self, CmsError, SignatureError, SignedContent};
use smime::message::{self, Layer, OpenOptions};
use smime::{
    BulkCipher, Certificate, Context, DigestAlgorithm, Identity, PrivateKey, SignatureScheme, Timestamp,
    TrustStore,
};
use std::path::{Path, PathBuf};

/// The content that every example carries (section 2.1).
const CONTENT: &[u8] = b"This is some sample content.";
/// DSA with SHA-1, which is not verified here.
const DSA_SHA1: &str = "1.2.840.10040.4.3";

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let above = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora");
    let named = std::env::var_os("HANDSET_CORPORA").map(PathBuf::from);
    let mut folders = named.into_iter().chain([beside.into(), above.into()]);
    let found = folders.find_map(|folder| Some(folder.join("rfc4134")).filter(|folder| folder.is_dir()));
    if found.is_none() {
        let required = std::env::var("HANDSET_REQUIRE_CORPORA").is_ok_and(|value| value == "1");
        assert!(!required, "no RFC 4134 examples, and HANDSET_REQUIRE_CORPORA is set");
        eprintln!("SKIPPED: no RFC 4134 examples (set HANDSET_CORPORA)");
    }
    found
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn cx() -> Context<'static> {
    // 2002-09-06: within the validity of all certificates
    Context { now: Timestamp(1_031_270_400_000), crypto: &AwsLc }
}

fn open(folder: &Path, name: &str) -> Result<SignedContent, CmsError> {
    let trust: TrustStore = ["CarlRSASelf.cer", "CarlDSSSelf.cer"]
        .iter()
        .filter_map(|name| Certificate::from_der(&read(folder, name)).ok())
        .collect();
    cms::open_signed(&cx(), &read(folder, name), &trust)
}

#[test]
fn signed_with_rsa() {
    let Some(folder) = corpus() else { return };
    // 4.2: RSA without attributes; 4.5: the same in BER with everything of indefinite length
    for name in ["4.2.bin", "4.5.bin"] {
        let read = open(&folder, name).unwrap();
        assert_eq!(read.content, CONTENT, "{name}");
        let signer = &read.signers[0];
        assert_eq!(signer.scheme, Some(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha1)), "{name}");
        assert_eq!(signer.signature, Ok(()), "{name}");
        assert!(signer.weak, "SHA-1 and 1024 bits");
    }
}

#[test]
fn signed_with_dsa_is_read_and_named() {
    let Some(folder) = corpus() else { return };
    let algorithm = DSA_SHA1.parse().unwrap();
    for (name, signers) in [("4.1.bin", 1), ("4.4.bin", 1), ("4.6.bin", 2), ("4.7.bin", 1), ("4.10.bin", 1)] {
        let read = open(&folder, name).unwrap();
        assert_eq!(read.content, CONTENT, "{name}");
        assert_eq!(read.signers.len(), signers, "{name}");
        for signer in &read.signers {
            assert_eq!(signer.signature, Err(SignatureError::UnsupportedSignature { algorithm }), "{name}");
        }
    }
    // 4.4: the DSA signature is countersigned with RSA
    let read = open(&folder, "4.4.bin").unwrap();
    let [counter] = read.signers[0].countersignatures.as_slice() else { panic!("{:?}", read.signers) };
    assert_eq!((&counter.signature, counter.weak), (&Ok(()), true));
    assert_eq!(counter.scheme, Some(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha1)));
    assert!(counter.path.is_ok());
    // 4.3 is detached, 4.11 carries certificates and CRLs alone
    for name in ["4.3.bin", "4.11.bin"] {
        assert_eq!(open(&folder, name), Err(CmsError::NoContent), "{name}");
    }
}

#[test]
fn mail_is_taken_apart() {
    let Some(folder) = corpus() else { return };
    let trust = TrustStore::new();
    let options = OpenOptions {
        identities: &[],
        trust: &trust,
        intermediates: &[],
        path: smime::PathOptions::default(),
        from: None,
        check_from: true,
    };
    for (name, detached) in [("4.8.eml", true), ("4.9.eml", false)] {
        let opened = message::open(&cx(), &read(&folder, name), &options).unwrap();
        let [Layer::Signed(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
        assert_eq!(layer.detached, detached);
        assert_eq!(layer.signers.len(), 1);
        let content = opened.content.unwrap();
        assert!(content.ends_with(CONTENT), "{name} {:?}", String::from_utf8_lossy(&content));
    }
    let opened = message::open(&cx(), &read(&folder, "5.3.eml"), &options).unwrap();
    let [Layer::Encrypted(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
    assert_eq!((layer.cipher, layer.legacy), (Some(BulkCipher::TripleDesCbc), true));
    assert_eq!(opened.content, None);
}

#[test]
fn encrypted_to_bob() {
    let Some(folder) = corpus() else { return };
    let bob = Identity {
        certificate: Certificate::from_der(&read(&folder, "BobRSASignByCarl.cer")).unwrap(),
        key: PrivateKey::from_pkcs8(read(&folder, "BobPrivRSAEncrypt.pri")).unwrap(),
        chain: Vec::new(),
    };
    for (name, cipher, content) in [
        ("5.1.bin", BulkCipher::TripleDesCbc, CONTENT),
        ("5.2.bin", BulkCipher::Rc2Cbc { effective_bits: 40 }, CONTENT),
    ] {
        let opened = cms::decrypt(&cx(), &read(&folder, name), std::slice::from_ref(&bob)).unwrap();
        assert_eq!(opened.cipher, Some(cipher), "{name}");
        assert!(opened.legacy);
        assert_eq!(opened.opened_by, Ok(0), "{name}");
        assert_eq!(opened.content.as_deref(), Some(content), "{name}");
    }
}

#[test]
fn other_content_types_are_named() {
    let Some(folder) = corpus() else { return };
    // 3.1 is bare content, 3.2 id-data, 6.0 DigestedData, 7.x EncryptedData
    for (name, kind) in [
        ("3.2.bin", "1.2.840.113549.1.7.1"),
        ("6.0.bin", "1.2.840.113549.1.7.5"),
        ("7.1.bin", "1.2.840.113549.1.7.6"),
        ("7.2.bin", "1.2.840.113549.1.7.6"),
    ] {
        let message = read(&folder, name);
        assert!(cms::is_cms(&message), "{name}");
        let content_type = kind.parse().unwrap();
        assert_eq!(open(&folder, name), Err(CmsError::Unsupported { content_type }), "{name}");
    }
}
