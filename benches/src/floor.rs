//! The primitives by themselves: what an operation would take if everything around them were free.
//!
//! What counts as a primitive is what the message cannot do without, whoever writes the engine: the cipher and the hash
//! over the content, the operation of the key, the hash over the signed attributes and over each certificate of a path,
//! the derivation and wrapping of content keys, the random octets, and, where a result is to be kept, the memory for it:
//! fresh where the cell makes it in fresh memory, so that its first touch counts on both sides. A signer's or issuer's
//! key is read from its certificate each time, since the message brings it (section A.2 of the measurements that the
//! targets are from has it so); a recipient's is known before. The engine keeps the last 16 public keys read, so it
//! may be above its floor. What is not counted: reading and writing structures, attributes and certificates, comparing
//! names, all other copies.

use crate::World;
use aws_lc_rs::{digest, signature};
use smime::{
    BulkCipher, Curve, DigestAlgorithm, Identity, KeyWrap, LoadedKey, OaepParameters, SignatureScheme,
};
use std::hint::black_box;
use std::sync::Arc;

/// A primitive, with how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// SHA-1 over so many octets.
    Sha1(usize),
    /// SHA-256 over so many octets.
    Sha256(usize),
    /// SHA-512 over so many octets.
    Sha512(usize),
    /// Encrypting so many octets.
    Encrypt(BulkCipher, usize),
    /// Decrypting so many octets.
    Decrypt(BulkCipher, usize),
    /// So many RSA-2048 signatures.
    RsaPrivate(usize),
    /// So many RSA-4096 signatures.
    Rsa4096Private(usize),
    /// So many decryptions with RSA-2048 and PKCS#1 v1.5.
    RsaDecrypt(usize),
    /// So many verifications with RSA-2048, the key read each time.
    RsaVerify(usize),
    /// So many verifications with RSA-4096, the key read each time.
    Rsa4096Verify(usize),
    /// So many encryptions with RSA-2048 and PKCS#1 v1.5, the key known.
    RsaEncrypt(usize),
    /// So many encryptions with RSA-2048 and OAEP with SHA-256, the key known.
    RsaOaepEncrypt(usize),
    /// So many signatures with P-256.
    P256Sign(usize),
    /// So many verifications with P-256, the key read each time.
    P256Verify(usize),
    /// So many ephemeral key agreements over P-256.
    AgreeEphemeral(usize),
    /// So many static key agreements over P-256.
    Agree(usize),
    /// So many content keys of 256 bits wrapped.
    Wrap(usize),
    /// So many content keys of 256 bits unwrapped.
    Unwrap(usize),
    /// So many random octets.
    Random(usize),
    /// Copying so many octets.
    Copy(usize),
}

/// Several primitives that can be run again and again.
pub struct Floor<'w> {
    world: &'w World,
    primitives: Vec<Primitive>,
    input: Vec<u8>,
    output: Vec<u8>,
    /// Whether every run makes its output in fresh memory, and how much of it.
    fresh: bool,
    output_len: usize,
    digest: Vec<u8>,
    hashed: digest::Digest,
    keys: [Arc<dyn LoadedKey>; 4],
    signatures: [Vec<u8>; 3],
    point: Vec<u8>,
    encrypted_key: Vec<u8>,
    wrapped_key: Vec<u8>,
}

/// A content key, and a key that wraps it.
const KEY: [u8; 32] = [7; 32];

const RSA: SignatureScheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
const ECDSA: SignatureScheme = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);

impl<'w> Floor<'w> {
    /// Takes the primitives of one operation; under `fresh` its output is made in fresh memory, else in memory that is
    /// used again.
    ///
    /// # Panics
    ///
    /// When a key of the world does not work.
    pub fn new(world: &'w World, primitives: &[Primitive], fresh: bool) -> Floor<'w> {
        let cx = world.cx();
        let load = |identity: &Identity| identity.key.load(&cx).expect("a key");
        let keys = [load(&world.rsa), load(world.rsa4096()), load(&world.p256), load(&world.agreement)];
        let digest = cx.crypto.digest(DigestAlgorithm::Sha256, &[b"floor"]);
        let spki = world.rsa.certificate.spki_der();
        let sign = |key: &dyn LoadedKey, scheme| key.sign(scheme, &digest).expect("a signature");
        let signatures = [sign(&*keys[0], RSA), sign(&*keys[1], RSA), sign(&*keys[2], ECDSA)];
        let largest = primitives.iter().map(|p| match p {
            Primitive::Sha1(n) | Primitive::Sha256(n) | Primitive::Sha512(n) => [*n, 0],
            Primitive::Encrypt(_, n) | Primitive::Decrypt(_, n) | Primitive::Copy(n) => [*n, *n + 64],
            _ => [0, 0],
        });
        let [largest, output_len] = largest.fold([0, 0], |[a, b], [c, d]| [a.max(c), b.max(d)]);
        let largest = largest / 16 * 16;
        Floor {
            world,
            primitives: primitives.to_vec(),
            input: vec![0x5a; largest],
            output: Vec::with_capacity(if fresh { 0 } else { output_len }),
            fresh,
            output_len,
            digest,
            hashed: digest::digest(&digest::SHA256, b"floor"),
            keys,
            signatures,
            point: world.agreement.certificate.public_key().to_vec(),
            encrypted_key: cx.crypto.encrypt_pkcs1(spki, &KEY).expect("an encrypted key"),
            wrapped_key: cx.crypto.wrap(KeyWrap::Aes(256), &KEY, &KEY).expect("a wrapped key"),
        }
    }

    /// Runs each of them once.
    ///
    /// # Panics
    ///
    /// When one fails.
    pub fn run(&mut self) {
        let crypto = self.world.cx().crypto;
        let (world, digest) = (self.world, self.digest.as_slice());
        if self.fresh {
            // One result, whatever is made on the way to it.
            self.output = Vec::with_capacity(self.output_len);
        }
        for primitive in self.primitives.clone() {
            let piece = |n: usize| &self.input[..(n / 16 * 16).min(self.input.len())];
            match primitive {
                Primitive::Sha1(n) => {
                    black_box(crypto.digest(DigestAlgorithm::Sha1, &[piece(n)]));
                }
                Primitive::Sha256(n) => {
                    black_box(crypto.digest(DigestAlgorithm::Sha256, &[piece(n)]));
                }
                Primitive::Sha512(n) => {
                    black_box(crypto.digest(DigestAlgorithm::Sha512, &[piece(n)]));
                }
                Primitive::Encrypt(cipher, n) | Primitive::Decrypt(cipher, n) => {
                    let (key_len, iv_len) = match cipher {
                        BulkCipher::Aes128Cbc => (16, 16),
                        BulkCipher::Aes256Cbc => (32, 16),
                        BulkCipher::Aes128Gcm => (16, 12),
                        _ => (32, 12),
                    };
                    let (key, iv) = (&KEY[..key_len], [9; 16]);
                    let cipher = match primitive {
                        Primitive::Encrypt(..) => crypto.encryptor(cipher, key, &iv[..iv_len]),
                        _ => crypto.decryptor(cipher, key, &iv[..iv_len]),
                    };
                    self.output.clear();
                    cipher.expect("a cipher").update(piece(n), &mut self.output).expect("a text");
                    black_box(&self.output);
                }
                Primitive::RsaPrivate(n) => repeat(n, || self.keys[0].sign(RSA, digest)),
                Primitive::Rsa4096Private(n) => repeat(n, || self.keys[1].sign(RSA, digest)),
                Primitive::P256Sign(n) => repeat(n, || self.keys[2].sign(ECDSA, digest)),
                Primitive::Agree(n) => repeat(n, || self.keys[3].agree(&self.point)),
                Primitive::AgreeEphemeral(n) => {
                    repeat(n, || crypto.agree_ephemeral(Curve::P256, &self.point));
                }
                Primitive::RsaDecrypt(n) => {
                    repeat(n, || self.keys[0].decrypt_pkcs1(&self.encrypted_key, KEY.len()));
                }
                Primitive::RsaEncrypt(n) => {
                    let spki = world.rsa.certificate.spki_der();
                    repeat(n, || crypto.encrypt_pkcs1(spki, &KEY));
                }
                Primitive::RsaOaepEncrypt(n) => {
                    let spki = world.rsa.certificate.spki_der();
                    let (digest, mgf) = (DigestAlgorithm::Sha256, DigestAlgorithm::Sha256);
                    let parameters = OaepParameters { digest, mgf, label: Vec::new() };
                    repeat(n, || crypto.encrypt_oaep(spki, &parameters, &KEY));
                }
                Primitive::RsaVerify(n) => {
                    let spki = world.rsa.certificate.spki_der();
                    repeat(n, || self.verify(&signature::RSA_PKCS1_2048_8192_SHA256, spki, 0));
                }
                Primitive::Rsa4096Verify(n) => {
                    let spki = world.rsa4096().certificate.spki_der();
                    repeat(n, || self.verify(&signature::RSA_PKCS1_2048_8192_SHA256, spki, 1));
                }
                Primitive::P256Verify(n) => {
                    let spki = world.p256.certificate.spki_der();
                    repeat(n, || self.verify(&signature::ECDSA_P256_SHA256_ASN1, spki, 2));
                }
                Primitive::Wrap(n) => repeat(n, || crypto.wrap(KeyWrap::Aes(256), &KEY, &KEY)),
                Primitive::Unwrap(n) => {
                    repeat(n, || crypto.unwrap(KeyWrap::Aes(256), &KEY, &self.wrapped_key));
                }
                Primitive::Random(n) => {
                    let mut octets = [0; 64];
                    crypto.random(&mut octets[..n]);
                    black_box(octets);
                }
                Primitive::Copy(n) => {
                    let octets = piece(n);
                    self.output.clear();
                    self.output.extend_from_slice(octets);
                    black_box(&self.output);
                }
            }
        }
    }
}

impl Floor<'_> {
    /// Verifies with a key that is read from the certificate first.
    fn verify(
        &self,
        algorithm: &'static dyn signature::VerificationAlgorithm,
        spki: &[u8],
        which: usize,
    ) -> Result<(), aws_lc_rs::error::Unspecified> {
        let key = signature::UnparsedPublicKey::new(algorithm, spki);
        key.verify_digest(&self.hashed, &self.signatures[which])
    }
}

fn repeat<T, E: std::fmt::Debug>(times: usize, f: impl Fn() -> Result<T, E>) {
    for _ in 0..times {
        black_box(f().expect("a primitive that works"));
    }
}
