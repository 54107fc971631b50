//! The Wycheproof vectors, run whole through the provider.
//!
//! The files are looked for in the folder that `HANDSET_CORPORA` names, else beside the workspace in
//! `shared/corpora`; without them the tests say so and pass, unless `HANDSET_REQUIRE_CORPORA` is 1. There are no
//! exceptions: every vector that the provider has the algorithm for comes out as its file says.

use crypto::AwsLc;
use serde_json::Value;
use smime::{
    BulkCipher, Context, CryptoProvider, Curve, DigestAlgorithm, Identity, IssueRequest, KeyWrap,
    OaepParameters, PublicKeyAlgorithm, SignatureScheme, Timestamp, cms, generate_identity,
};
use std::path::PathBuf;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The operation gave what the vector says.
    Right,
    /// It was refused, or gave something else where the primitive may not tell.
    Refused,
}

/// One vector with the group it stands in.
struct Vector<'a> {
    group: &'a Value,
    test: &'a Value,
}

impl Vector<'_> {
    fn hex(&self, field: &str) -> Vec<u8> {
        hex(self.test[field].as_str().or(self.group[field].as_str()).unwrap_or_default())
    }

    fn number(&self, field: &str) -> u64 {
        self.test[field].as_u64().or(self.group[field].as_u64()).unwrap()
    }

    fn digest(&self, field: &str) -> DigestAlgorithm {
        match self.group[field].as_str().unwrap() {
            "SHA-1" => DigestAlgorithm::Sha1,
            "SHA-224" => DigestAlgorithm::Sha224,
            "SHA-256" => DigestAlgorithm::Sha256,
            "SHA-384" => DigestAlgorithm::Sha384,
            "SHA-512" => DigestAlgorithm::Sha512,
            other => panic!("{other}"),
        }
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |i| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let above = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpora");
    let named = std::env::var_os("HANDSET_CORPORA").map(PathBuf::from);
    let folders = named.into_iter().chain([beside.into(), above.into()]);
    let mut folders = folders.map(|f| f.join("wycheproof"));
    folders.find(|f| f.is_dir())
}

/// Runs a file; `None` from the runner means that the vector's group is not for this provider.
fn run(file: &str, runner: impl Fn(&Vector<'_>) -> Option<Outcome>) {
    let Some(folder) = corpus() else {
        assert_ne!(std::env::var("HANDSET_REQUIRE_CORPORA").as_deref(), Ok("1"), "no Wycheproof vectors");
        eprintln!("SKIPPED: {file}: no Wycheproof vectors (set HANDSET_CORPORA)");
        return;
    };
    let text = std::fs::read(folder.join(format!("{file}_test.json"))).unwrap();
    let all: Value = serde_json::from_slice(&text).unwrap();
    let (mut seen, mut ran) = (0, 0);
    for group in all["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            seen += 1;
            let Some(outcome) = runner(&Vector { group, test }) else { continue };
            ran += 1;
            check(file, test, outcome);
        }
    }
    assert_eq!(Some(seen), all["numberOfTests"].as_u64(), "{file}");
    eprintln!("{file}: {ran} of {seen} vectors");
    assert!(ran > 0, "{file}");
}

fn check(file: &str, test: &Value, outcome: Outcome) {
    let wanted = match test["result"].as_str().unwrap() {
        "valid" => Some(Outcome::Right),
        "invalid" => Some(Outcome::Refused),
        _ => None, // "acceptable" says that either is
    };
    if let Some(wanted) = wanted {
        assert_eq!(outcome, wanted, "{file} {}: {} {}", test["tcId"], test["comment"], test["flags"]);
    }
}

fn outcome(right: bool) -> Option<Outcome> {
    Some(if right { Outcome::Right } else { Outcome::Refused })
}

/// Takes off PKCS#7 padding, as the engine does.
fn unpadded(mut plain: Vec<u8>) -> Option<Vec<u8>> {
    let n = usize::from(*plain.last()?);
    let split = plain.len().checked_sub(n).filter(|_| (1..=16).contains(&n))?;
    plain[split..].iter().all(|b| usize::from(*b) == n).then(|| plain.truncate(split))?;
    Some(plain)
}

fn decrypt_cbc(cipher: BulkCipher, key: &[u8], iv: &[u8], ct: &[u8]) -> Option<Vec<u8>> {
    let mut c = AwsLc.decryptor(cipher, key, iv).ok()?;
    let mut out = Vec::new();
    // uneven pieces, to go through the held block
    for piece in ct.chunks(7) {
        c.update(piece, &mut out).ok()?;
    }
    c.finish(None).ok()?;
    unpadded(out)
}

fn aes_cbc(bits: u64) -> BulkCipher {
    match bits {
        128 => BulkCipher::Aes128Cbc,
        192 => BulkCipher::Aes192Cbc,
        _ => BulkCipher::Aes256Cbc,
    }
}

#[test]
fn aes_cbc_pkcs5() {
    run("aes_cbc_pkcs5", |v| {
        let plain = decrypt_cbc(aes_cbc(v.number("keySize")), &v.hex("key"), &v.hex("iv"), &v.hex("ct"));
        outcome(plain == Some(v.hex("msg")))
    });
}

#[test]
fn aes_gcm() {
    run("aes_gcm", |v| {
        let cipher = match (v.number("keySize"), v.number("tagSize")) {
            (128, 128) => BulkCipher::Aes128Gcm,
            (256, 128) => BulkCipher::Aes256Gcm,
            (192, 128) => return None, // not in RFC 5084's use by mail
            other => panic!("{other:?}"),
        };
        let nonce = v.hex("iv");
        if nonce.len() > 64 {
            return None; // longer than the provider takes
        }
        // additional data in front, and behind as AuthEnvelopedData has it
        let open = |late: bool| {
            let mut c = AwsLc.decryptor(cipher, &v.hex("key"), &nonce).ok()?;
            if !late {
                c.additional_data(&v.hex("aad")).ok()?;
            }
            let mut out = Vec::new();
            for piece in v.hex("ct").chunks(5) {
                c.update(piece, &mut out).ok()?;
            }
            if late {
                c.late_additional_data(&v.hex("aad")).ok()?;
            }
            c.finish(Some(&v.hex("tag"))).ok()?;
            Some(out)
        };
        assert_eq!(open(false), open(true), "{}", v.test["tcId"]);
        if v.test["result"] == "valid" {
            let mut c = AwsLc.encryptor(cipher, &v.hex("key"), &nonce).unwrap();
            c.additional_data(&v.hex("aad")).unwrap();
            let mut out = Vec::new();
            c.update(&v.hex("msg"), &mut out).unwrap();
            assert_eq!((c.finish(None).unwrap(), out), (v.hex("tag"), v.hex("ct")));
        }
        outcome(open(true) == Some(v.hex("msg")))
    });
}

/// An identity with an RSA key to encrypt content keys to.
fn recipient() -> Identity {
    let cx = Context { now: Timestamp(0), crypto: &AwsLc };
    let validity = (Timestamp(0), Timestamp(4_000_000_000_000));
    let request = IssueRequest::mail("reader", &["reader@handset.example"], 1, validity);
    generate_identity(&cx, None, PublicKeyAlgorithm::Rsa { bits: 2048 }, &request).unwrap()
}

fn long_tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = (body.len() as u32).to_be_bytes();
    [&[tag, 0x84][..], &length, &body].concat()
}

/// EnvelopedData around a ciphertext whose key is known.
fn enveloped(reader: &Identity, cipher: u8, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    const DATA: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
    const ENVELOPED: [u8; 11] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3];
    const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let certificate = &reader.certificate;
    let encrypted = AwsLc.encrypt_pkcs1(certificate.spki_der(), key).unwrap();
    let id = long_tlv(0x30, &[certificate.issuer_der(), &long_tlv(2, &[certificate.serial()])]);
    let info = long_tlv(0x30, &[&[2, 1, 0], &id, &RSA, &long_tlv(4, &[&encrypted])]);
    let algorithm = [6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, cipher];
    let algorithm = long_tlv(0x30, &[&algorithm, &long_tlv(4, &[iv])]);
    let content = long_tlv(0x30, &[&DATA, &algorithm, &long_tlv(0x80, &[ciphertext])]);
    let data = long_tlv(0x30, &[&[2, 1, 0], &long_tlv(0x31, &[&info]), &content]);
    long_tlv(0x30, &[&ENVELOPED, &long_tlv(0xa0, &[&data])])
}

#[test]
fn aes_cbc_pkcs5_through_enveloped_data() {
    let reader = recipient();
    let cx = Context { now: Timestamp(0), crypto: &AwsLc };
    run("aes_cbc_pkcs5", |v| {
        let cipher = match v.number("keySize") {
            128 => 2,
            192 => 22,
            _ => 42,
        };
        let message = enveloped(&reader, cipher, &v.hex("key"), &v.hex("iv"), &v.hex("ct"));
        let read = cms::decrypt(&cx, &message, std::slice::from_ref(&reader)).unwrap();
        assert_eq!(read.opened_by.is_ok(), read.content.is_some());
        outcome(read.content == Some(v.hex("msg")))
    });
}

#[test]
fn aes_wrap() {
    run("aes_wrap", |v| {
        let wrap = KeyWrap::Aes(v.number("keySize") as u16);
        let key = AwsLc.unwrap(wrap, &v.hex("key"), &v.hex("ct"));
        if v.test["result"] == "valid" {
            assert_eq!(AwsLc.wrap(wrap, &v.hex("key"), &v.hex("msg")), Ok(v.hex("ct")));
        }
        outcome(key.is_ok_and(|k| *k == v.hex("msg")))
    });
}

fn verify(v: &Vector<'_>, scheme: SignatureScheme, digest: Option<DigestAlgorithm>) -> Option<Outcome> {
    let message = v.hex("msg");
    let digest = digest.map_or(message.clone(), |d| AwsLc.digest(d, &[&message]));
    let key = if v.group["publicKeyDer"].is_string() { "publicKeyDer" } else { "publicKeyAsn" };
    outcome(AwsLc.verify(&v.hex(key), scheme, &digest, &v.hex("sig")).is_ok())
}

#[test]
fn rsa_signature() {
    for bits in [2048, 3072, 4096] {
        for sha in [256, 384, 512] {
            run(&format!("rsa_signature_{bits}_sha{sha}"), |v| {
                let d = v.digest("sha");
                verify(v, SignatureScheme::RsaPkcs1(d), Some(d))
            });
        }
    }
}

#[test]
fn rsa_pss() {
    let files = [
        "2048_sha256_mgf1_0",
        "2048_sha256_mgf1_32",
        "2048_sha256_mgf1sha1_20",
        "2048_sha384_mgf1_48",
        "2048_sha512_mgf1sha256_32_params",
        "2048_sha256_mgf1_0_params",
        "2048_sha256_mgf1_32_params",
        "3072_sha256_mgf1_32",
        "3072_sha256_mgf1_32_params",
        "4096_sha256_mgf1_32",
        "4096_sha384_mgf1_48",
        "4096_sha512_mgf1_32",
        "4096_sha512_mgf1_32_params",
        "4096_sha512_mgf1_64",
        "4096_sha512_mgf1_64_params",
        "misc_params",
    ];
    for file in files {
        run(&format!("rsa_pss_{file}"), |v| {
            let (digest, mgf) = (v.digest("sha"), v.digest("mgfSha"));
            let salt_len = v.number("sLen") as u32;
            verify(v, SignatureScheme::RsaPss { digest, mgf, salt_len }, Some(digest))
        });
    }
}

#[test]
fn ecdsa() {
    for file in
        ["256r1_sha256", "256r1_sha512", "384r1_sha256", "384r1_sha384", "384r1_sha512", "521r1_sha512"]
    {
        run(&format!("ecdsa_secp{file}"), |v| {
            let d = v.digest("sha");
            verify(v, SignatureScheme::Ecdsa(d), Some(d))
        });
    }
}

#[test]
fn ed25519() {
    run("ed25519", |v| verify(v, SignatureScheme::Ed25519, None));
}

#[test]
fn rsa_pkcs1() {
    for bits in [2048, 3072, 4096] {
        run(&format!("rsa_pkcs1_{bits}"), |v| {
            let key = AwsLc.load_key(&v.hex("privateKeyPkcs8")).unwrap();
            let message = v.hex("msg");
            // the primitive does not tell: it gives the message, or random octets of the length asked for; a
            // length of 0 tells nothing either way, so one octet more is asked for, which must not be told apart
            match key.decrypt_pkcs1(&v.hex("ct"), message.len().max(1)) {
                Ok(m) if message.is_empty() => {
                    assert_eq!(m.len(), 1);
                    None
                }
                Ok(m) => outcome(*m == message),
                Err(_) => outcome(false),
            }
        });
    }
}

#[test]
fn rsa_oaep() {
    let files = [
        "2048_sha1_mgf1sha1",
        "2048_sha256_mgf1sha1",
        "2048_sha256_mgf1sha256",
        "2048_sha384_mgf1sha1",
        "2048_sha384_mgf1sha384",
        "2048_sha512_mgf1sha1",
        "2048_sha512_mgf1sha512",
        "3072_sha256_mgf1sha1",
        "3072_sha256_mgf1sha256",
        "3072_sha512_mgf1sha1",
        "3072_sha512_mgf1sha512",
        "4096_sha256_mgf1sha1",
        "4096_sha256_mgf1sha256",
        "4096_sha512_mgf1sha1",
        "4096_sha512_mgf1sha512",
        "misc",
    ];
    for file in files {
        run(&format!("rsa_oaep_{file}"), |v| {
            if v.group["sha"].as_str().is_some_and(|s| s.contains('/') || s.starts_with("SHA3")) {
                return None; // hashes that the engine has no names for
            }
            let key = AwsLc.load_key(&v.hex("privateKeyPkcs8")).unwrap();
            let p =
                OaepParameters { digest: v.digest("sha"), mgf: v.digest("mgfSha"), label: v.hex("label") };
            outcome(key.decrypt_oaep(&p, &v.hex("ct")).is_ok_and(|m| *m == v.hex("msg")))
        });
    }
}

/// Splits an element off: its tag, contents, and the rest.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81 => (usize::from(*rest.first()?), &rest[1..]),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

/// The point of a SubjectPublicKeyInfo with exactly this curve, named.
fn point<'a>(spki: &'a [u8], algorithm: &[u8]) -> Option<&'a [u8]> {
    let (0x30, content, []) = element(spki)? else { return None };
    let rest = content.strip_prefix(algorithm)?;
    let (3, bits, []) = element(rest)? else { return None };
    bits.strip_prefix(&[0])
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag, content.len() as u8];
    if content.len() > 0x7F {
        out = vec![tag, 0x81, content.len() as u8];
    }
    out.extend_from_slice(content);
    out
}

#[test]
fn ecdh() {
    let curves: [(&str, usize, Curve, &[u8]); 3] = [
        ("256", 32, Curve::P256, &[6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7]),
        ("384", 48, Curve::P384, &[6, 5, 0x2B, 0x81, 4, 0, 34]),
        ("521", 66, Curve::P521, &[6, 5, 0x2B, 0x81, 4, 0, 35]),
    ];
    for (name, field, curve, oid) in curves {
        let kind = [&[6, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], oid].concat();
        let algorithm = tlv(0x30, &kind);
        run(&format!("ecdh_secp{name}r1"), |v| {
            let scalar = v.hex("private");
            let significant = scalar.iter().position(|b| *b != 0).unwrap_or(scalar.len());
            let mut padded = vec![0; field - (scalar.len() - significant)];
            padded.extend_from_slice(&scalar[significant..]);
            let inner = tlv(0x30, &[&[2, 1, 1][..], &tlv(4, &padded)].concat());
            let pkcs8 = tlv(0x30, &[&[2, 1, 0][..], &algorithm, &tlv(4, &inner)].concat());
            let key = AwsLc.load_key(&pkcs8).unwrap();
            let public = v.hex("public");
            let Some(point) = point(&public, &algorithm) else { return outcome(false) };
            let shared = key.agree(point);
            assert_eq!(shared.is_ok(), AwsLc.agree_ephemeral(curve, point).is_ok());
            outcome(shared.is_ok_and(|s| *s == v.hex("shared")))
        });
    }
}

fn prf(name: &str) -> DigestAlgorithm {
    match name {
        "1" => DigestAlgorithm::Sha1,
        "256" => DigestAlgorithm::Sha256,
        "384" => DigestAlgorithm::Sha384,
        _ => DigestAlgorithm::Sha512,
    }
}

#[test]
fn pbkdf2() {
    for sha in ["1", "256", "384", "512"] {
        run(&format!("pbkdf2_hmacsha{sha}"), |v| {
            let mut out = vec![0; v.number("dkLen") as usize];
            let iterations = v.number("iterationCount") as u32;
            let done = AwsLc.pbkdf2(prf(sha), &v.hex("password"), &v.hex("salt"), iterations, &mut out);
            outcome(done.is_ok() && out == v.hex("dk"))
        });
    }
}

#[test]
fn pbes2() {
    for sha in ["1", "256", "384", "512"] {
        for bits in [128, 192, 256] {
            run(&format!("pbes2_hmacsha{sha}_aes_{bits}"), |v| {
                let mut key = vec![0; bits as usize / 8];
                let iterations = v.number("iterationCount") as u32;
                AwsLc.pbkdf2(prf(sha), &v.hex("password"), &v.hex("salt"), iterations, &mut key).unwrap();
                outcome(decrypt_cbc(aes_cbc(bits), &key, &v.hex("iv"), &v.hex("ct")) == Some(v.hex("msg")))
            });
        }
    }
}
