//! The primitives of `crypto` against those of aws-lc, in turns, on this processor.
//!
//! `primitives [--format json]`. Where `crypto` has no code of its own for a processor both are the same, and the ratio is 1.
#![warn(missing_docs)]

use aws_lc_rs::cipher::{AES_128, AES_256, StreamingDecryptingKey, StreamingEncryptingKey, UnboundCipherKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::{aead, agreement, digest, signature};
use perf::contest::{Effort, Run, interleave};
use perf::{LARGE, MIDDLE, SMALL, World, size_name};
use serde_json::{Value, json};
use smime::{BulkCipher, Curve, DigestAlgorithm, OaepParameters, PublicKeyAlgorithm, SignatureScheme};
use std::hint::black_box;
use std::time::Duration;

const EFFORT: Effort = Effort { rounds: 21, turn: Duration::from_millis(8) };
const KEY: [u8; 32] = [7; 32];

/// One primitive, made twice.
struct Cell<'a> {
    name: &'static str,
    size: Option<usize>,
    ours: Run<'a>,
    library: Run<'a>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.windows(2).any(|pair| pair == ["--format", "json"]);
    let world = World::new();
    let cells =
        [public_keys(&world), private_keys(&world), agreements(&world), hashes(&world), ciphers(&world)];
    if !json {
        println!("ratio > 1: faster than aws-lc");
        println!(
            "{:<24} {:>8} {:>7} {:>7} {:>7} {:>10} {:>10}",
            "primitive", "size", "ratio", "p10", "p90", "ours us", "aws-lc us"
        );
    }
    let mut rows = Vec::new();
    for mut cell in cells.into_iter().flatten() {
        let mut nothing: Run<'_> = Box::new(|| {});
        let outcome = interleave(&mut cell.ours, &mut [cell.library], &mut nothing, EFFORT);
        let size = cell.size.map(size_name).unwrap_or_default();
        if !json {
            println!(
                "{:<24} {:>8} {:>7.2} {:>7.2} {:>7.2} {:>10.2} {:>10.2}",
                cell.name, size, outcome.ratio, outcome.p10, outcome.p90, outcome.ours_us, outcome.peer_us
            );
        }
        rows.push(json!({
            "operation": cell.name,
            "size": cell.size,
            "peer": "aws-lc",
            "ratio": round(outcome.ratio),
            "p10": round(outcome.p10),
            "p90": round(outcome.p90),
            "ours_us": round(outcome.ours_us),
            "peer_us": round(outcome.peer_us),
        }));
    }
    if json {
        println!("{:#}", json!({ "machine": perf::machine(), "ratios": Value::from(rows) }));
    }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn cell<'a, T, U>(
    name: &'static str,
    size: Option<usize>,
    mut ours: impl FnMut() -> T + 'a,
    mut library: impl FnMut() -> U + 'a,
) -> Cell<'a> {
    Cell {
        name,
        size,
        ours: Box::new(move || drop(black_box(ours()))),
        library: Box::new(move || drop(black_box(library()))),
    }
}

/// Operations with public RSA keys that are known, and signatures with P-256, which are aws-lc's.
fn public_keys(world: &World) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let crypto = world.cx().crypto;
    let digest = digest::digest(&digest::SHA256, b"message");
    let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
    for (name, identity) in [("RSA-2048 verify", &world.rsa), ("RSA-4096 verify", world.rsa4096())] {
        let key = identity.key.load(&world.cx()).expect("a key");
        let made = key.sign(scheme, digest.as_ref()).expect("a signature");
        let spki = identity.certificate.spki_der();
        let algorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
        let library = signature::ParsedPublicKey::new(algorithm, spki).expect("a key");
        let theirs = made.clone();
        cells.push(cell(
            name,
            None,
            move || crypto.verify(spki, scheme, digest.as_ref(), &made).expect("a signature"),
            move || library.verify_digest_sig(&digest, &theirs).expect("a signature"),
        ));
    }
    let spki = world.rsa.certificate.spki_der();
    let public = || PublicEncryptingKey::from_der(spki).expect("a key");
    let pkcs1 = Pkcs1PublicEncryptingKey::new(public()).expect("a key");
    let oaep = OaepPublicEncryptingKey::new(public()).expect("a key");
    let (digest, mgf) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256);
    let parameters = OaepParameters { digest, mgf, label: Vec::new() };
    cells.push(cell(
        "RSA-2048 encrypt",
        None,
        move || crypto.encrypt_pkcs1(spki, &KEY).expect("a key"),
        move || {
            let mut out = vec![0; pkcs1.ciphertext_size()];
            pkcs1.encrypt(&KEY, &mut out).expect("a key");
            out
        },
    ));
    cells.push(cell(
        "RSA-2048 encrypt OAEP",
        None,
        move || crypto.encrypt_oaep(spki, &parameters, &KEY).expect("a key"),
        move || {
            let mut out = vec![0; oaep.ciphertext_size()];
            oaep.encrypt(&OAEP_SHA256_MGF1SHA256, &KEY, &mut out, None).expect("a key");
            out
        },
    ));
    cells
}

/// Operations with private RSA keys.
fn private_keys(world: &World) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let crypto = world.cx().crypto;
    let digest = digest::digest(&digest::SHA256, b"message");
    let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
    for (name, bits) in [("RSA-2048 sign", 2048), ("RSA-4096 sign", 4096)] {
        let pkcs8 = crypto.generate_key(PublicKeyAlgorithm::Rsa { bits }).expect("a key");
        let key = crypto.load_key(&pkcs8).expect("a key");
        let library = signature::RsaKeyPair::from_pkcs8(&pkcs8).expect("a key");
        cells.push(cell(
            name,
            None,
            move || key.sign(scheme, digest.as_ref()).expect("a signature"),
            move || {
                let mut out = vec![0; library.public_modulus_len()];
                library.sign_digest(&signature::RSA_PKCS1_SHA256, &digest, &mut out).expect("a signature");
                out
            },
        ));
    }
    let pkcs8 = crypto.generate_key(PublicKeyAlgorithm::Rsa { bits: 2048 }).expect("a key");
    let key = crypto.load_key(&pkcs8).expect("a key");
    let library = PrivateDecryptingKey::from_pkcs8(&pkcs8).expect("a key");
    let library = Pkcs1PrivateDecryptingKey::new(library).expect("a key");
    let sent = crypto.encrypt_pkcs1(&key.public_key(), &KEY).expect("a key");
    let same = sent.clone();
    cells.push(cell(
        "RSA-2048 decrypt",
        None,
        move || key.decrypt_pkcs1(&sent, KEY.len()).expect("a text"),
        move || {
            let mut out = vec![0; library.min_output_size()];
            library.decrypt(&same, &mut out).expect("a text").to_vec()
        },
    ));
    cells
}

fn agreements(world: &World) -> Vec<Cell<'_>> {
    let crypto = world.cx().crypto;
    let key = world.agreement.key.load(&world.cx()).expect("a key");
    let own = crypto.generate_key(key.algorithm()).expect("a key");
    let own_key = crypto.load_key(&own).expect("a key");
    let algorithm = &agreement::ECDH_P256;
    let library = agreement::PrivateKey::from_private_key_der(algorithm, &own).expect("a key");
    let point = world.agreement.certificate.public_key().to_vec();
    let (ours, theirs, theirs_too) = (point.clone(), point.clone(), point.clone());
    let random = SystemRandom::new();
    let agree = |shared: &[u8]| Ok(shared.to_vec());
    let lost = aws_lc_rs::error::Unspecified;
    vec![
        cell(
            "P-256 agree",
            None,
            move || own_key.agree(&ours).expect("a secret"),
            move || {
                let peer = agreement::UnparsedPublicKey::new(algorithm, &theirs);
                agreement::agree(&library, peer, lost, agree).expect("a secret")
            },
        ),
        cell(
            "P-256 agree, fresh key",
            None,
            move || crypto.agree_ephemeral(Curve::P256, &point).expect("a secret"),
            move || {
                let own = agreement::EphemeralPrivateKey::generate(algorithm, &random).expect("a key");
                let public = own.compute_public_key().expect("a key");
                let peer = agreement::UnparsedPublicKey::new(algorithm, &theirs_too);
                (public, agreement::agree_ephemeral(own, peer, lost, agree).expect("a secret"))
            },
        ),
    ]
}

fn hashes(world: &World) -> Vec<Cell<'_>> {
    let crypto = world.cx().crypto;
    let mut cells = Vec::new();
    for (name, ours, library) in [
        ("SHA-256", DigestAlgorithm::Sha256, &digest::SHA256),
        ("SHA-512", DigestAlgorithm::Sha512, &digest::SHA512),
    ] {
        for size in [SMALL, MIDDLE, LARGE] {
            let (data, same) = (vec![0x5a; size], vec![0x5a; size]);
            cells.push(cell(
                name,
                Some(size),
                move || crypto.digest(ours, &[&data]),
                move || digest::digest(library, &same),
            ));
        }
    }
    cells
}

fn ciphers(world: &World) -> Vec<Cell<'_>> {
    let crypto = world.cx().crypto;
    let mut cells = Vec::new();
    for (encrypt, decrypt, cipher, library, key_len) in [
        ("AES-128-CBC encrypt", "AES-128-CBC decrypt", BulkCipher::Aes128Cbc, &AES_128, 16),
        ("AES-256-CBC encrypt", "AES-256-CBC decrypt", BulkCipher::Aes256Cbc, &AES_256, 32),
    ] {
        let key = &KEY[..key_len];
        for size in [SMALL, MIDDLE, LARGE] {
            // both keep their result in memory that is used again
            let data = vec![0x5a; size];
            let mut made = Vec::with_capacity(size + 64);
            let mut theirs = vec![0; size + 64];
            let input = data.clone();
            let unbound = move || UnboundCipherKey::new(library, key).expect("a key");
            cells.push(cell(
                encrypt,
                Some(size),
                move || {
                    made.clear();
                    let mut cipher = crypto.encryptor(cipher, key, &[9; 16]).expect("a cipher");
                    cipher.update(&data, &mut made).expect("a text");
                },
                move || {
                    let mut key = StreamingEncryptingKey::cbc_pkcs7(unbound()).expect("a cipher");
                    key.update(&input, &mut theirs).expect("a text");
                },
            ));
            let data = vec![0x5a; size];
            let mut made = Vec::with_capacity(size + 64);
            let mut theirs = vec![0; size + 64];
            let input = data.clone();
            let context = || aws_lc_rs::cipher::DecryptionContext::Iv128([9; 16].into());
            cells.push(cell(
                decrypt,
                Some(size),
                move || {
                    made.clear();
                    let mut cipher = crypto.decryptor(cipher, key, &[9; 16]).expect("a cipher");
                    cipher.update(&data, &mut made).expect("a text");
                },
                move || {
                    let mut key = StreamingDecryptingKey::cbc_pkcs7(unbound(), context()).expect("a cipher");
                    key.update(&input, &mut theirs).expect("a text");
                },
            ));
        }
    }
    for size in [SMALL, MIDDLE, LARGE] {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &KEY).expect("a key");
        let key = aead::LessSafeKey::new(key);
        let nonce = || aead::Nonce::assume_unique_for_key([9; 12]);
        let mut sealed = vec![0x5a; size];
        let tag = key.seal_in_place_separate_tag(nonce(), aead::Aad::empty(), &mut sealed).expect("a text");
        let (same, mut made, mut theirs) = (sealed.clone(), Vec::with_capacity(size + 64), vec![0; size]);
        cells.push(cell(
            "AES-256-GCM decrypt",
            Some(size),
            move || {
                made.clear();
                let mut cipher = crypto.decryptor(BulkCipher::Aes256Gcm, &KEY, &[9; 12]).expect("a cipher");
                cipher.update(&sealed, &mut made).expect("a text");
            },
            move || {
                let key = aead::UnboundKey::new(&aead::AES_256_GCM, &KEY).expect("a key");
                let opened = aead::LessSafeKey::new(key).open_separate_gather(
                    nonce(),
                    aead::Aad::empty(),
                    &same,
                    tag.as_ref(),
                    &mut theirs,
                );
                opened.expect("a text");
            },
        ));
    }
    cells
}
