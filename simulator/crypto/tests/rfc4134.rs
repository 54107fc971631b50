//! The keys and certificates printed in RFC 4134, section 2.1 and appendix: RSA with 1024 bits, SHA-1, and DSA.
//!
//! The files are looked for as the Wycheproof vectors are.

use crypto::AwsLc;
use smime::{Certificate, CertificateError, Context, CryptoError, PrivateKey, Timestamp};
use std::path::PathBuf;

fn file(name: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let above = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora");
    let named = std::env::var_os("HANDSET_CORPORA").map(PathBuf::from);
    let mut folders = named.into_iter().chain([beside.into(), above.into()]);
    let folder = folders.find(|f| f.join("rfc4134").is_dir())?;
    Some(std::fs::read(folder.join("rfc4134").join(name)).unwrap())
}

#[test]
fn certificates_and_keys() {
    let Some(root) = file("CarlRSASelf.cer") else {
        assert_ne!(std::env::var("HANDSET_REQUIRE_CORPORA").as_deref(), Ok("1"), "no RFC 4134 files");
        eprintln!("SKIPPED: no RFC 4134 files (set HANDSET_CORPORA)");
        return;
    };
    let root = Certificate::from_der(&root).unwrap();
    assert_eq!(root.subject(), "CN=CarlRSA");
    let cx = Context { now: Timestamp(0), crypto: &AwsLc };
    for (certificate, key) in [
        ("AliceRSASignByCarl.cer", "AlicePrivRSASign.pri"),
        ("BobRSASignByCarl.cer", "BobPrivRSAEncrypt.pri"),
        ("DianeRSASignByCarl.cer", "DianePrivRSASignEncrypt.pri"),
        ("CarlRSASelf.cer", "CarlPrivRSASign.pri"),
    ] {
        let c = Certificate::from_der(&file(certificate).unwrap()).unwrap();
        assert_eq!(c.verify_signed_by(&AwsLc, &root), Ok(()), "{certificate}");
        let key = PrivateKey::from_pkcs8(file(key).unwrap()).unwrap();
        assert!(key.matches(&cx, &c), "{certificate}");
    }
    let alice = Certificate::from_der(&file("AliceRSASignByCarl.cer").unwrap()).unwrap();
    assert_eq!(alice.email_addresses(), ["AliceRSA@example.com"]);
    // DSA is named, not computed
    let dsa = Certificate::from_der(&file("CarlDSSSelf.cer").unwrap()).unwrap();
    assert!(matches!(dsa.public_key_algorithm(), Err(CertificateError::UnknownPublicKey { .. })));
    assert!(matches!(dsa.signature_scheme(), Err(CertificateError::UnknownSignature { .. })));
    assert!(matches!(dsa.verify_signed_by(&AwsLc, &dsa), Err(CryptoError::Unsupported(_))));
    let key = PrivateKey::from_pkcs8(file("CarlPrivDSSSign.pri").unwrap()).unwrap();
    assert!(matches!(key.load(&cx), Err(CryptoError::Unsupported(_) | CryptoError::BadKey)));
}

#[test]
fn jitter_entropy_is_off() {
    // the workspace's configuration sets it; with it the first random octet of a process takes about 23 ms
    assert_eq!(option_env!("AWS_LC_SYS_NO_JITTER_ENTROPY"), Some("1"));
}
