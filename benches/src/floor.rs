//! The primitives by themselves: what an operation would take if everything around them were free.

use crate::World;
use smime::{BulkCipher, DigestAlgorithm, Identity, LoadedKey, SignatureScheme};
use std::hint::black_box;

/// A primitive, with how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// SHA-256 over so many octets.
    Sha256(usize),
    /// SHA-512 over so many octets.
    Sha512(usize),
    /// Encrypting so many octets.
    Encrypt(BulkCipher, usize),
    /// Decrypting so many octets.
    Decrypt(BulkCipher, usize),
    /// So many RSA-2048 private operations.
    RsaPrivate(usize),
    /// So many RSA-4096 private operations.
    Rsa4096Private(usize),
    /// So many RSA-2048 public operations, the key parsed each time.
    RsaPublic(usize),
    /// So many RSA-4096 public operations, the key parsed each time.
    Rsa4096Public(usize),
    /// So many signatures with P-256.
    P256Sign(usize),
    /// So many verifications with P-256, the key parsed each time.
    P256Verify(usize),
    /// So many ephemeral key agreements over P-256.
    AgreeEphemeral(usize),
    /// So many static key agreements over P-256.
    Agree(usize),
    /// Copying so many octets.
    Copy(usize),
}

/// Several primitives that can be run again and again.
pub struct Floor<'w> {
    world: &'w World,
    primitives: Vec<Primitive>,
    /// Reused, so that no page is touched for the first time while it is measured.
    input: Vec<u8>,
    output: Vec<u8>,
    digest: Vec<u8>,
    keys: [Box<dyn LoadedKey>; 4],
    signatures: [Vec<u8>; 3],
    point: Vec<u8>,
}

const RSA: SignatureScheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
const ECDSA: SignatureScheme = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);

impl<'w> Floor<'w> {
    /// Takes the primitives of one operation.
    ///
    /// # Panics
    ///
    /// When a key of the world does not work.
    pub fn new(world: &'w World, primitives: &[Primitive]) -> Floor<'w> {
        let cx = world.cx();
        let load = |identity: &Identity| identity.key.load(&cx).expect("a key");
        let keys = [load(&world.rsa), load(world.rsa4096()), load(&world.p256), load(&world.agreement)];
        let digest = cx.crypto.digest(DigestAlgorithm::Sha256, &[b"floor"]);
        let sign = |key: &dyn LoadedKey, scheme| key.sign(scheme, &digest).expect("a signature");
        let signatures = [sign(&*keys[0], RSA), sign(&*keys[1], RSA), sign(&*keys[2], ECDSA)];
        let largest = primitives.iter().map(|p| match p {
            Primitive::Sha256(n) | Primitive::Sha512(n) | Primitive::Copy(n) => *n,
            Primitive::Encrypt(_, n) | Primitive::Decrypt(_, n) => *n,
            _ => 0,
        });
        let largest = largest.max().unwrap_or_default() / 16 * 16;
        Floor {
            world,
            primitives: primitives.to_vec(),
            input: vec![0x5a; largest],
            output: Vec::with_capacity(largest + 64),
            digest,
            keys,
            signatures,
            point: world.agreement.certificate.public_key().to_vec(),
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
        for primitive in self.primitives.clone() {
            let piece = |n: usize| &self.input[..(n / 16 * 16).min(self.input.len())];
            match primitive {
                Primitive::Sha256(n) => {
                    black_box(crypto.digest(DigestAlgorithm::Sha256, &[piece(n)]));
                }
                Primitive::Sha512(n) => {
                    black_box(crypto.digest(DigestAlgorithm::Sha512, &[piece(n)]));
                }
                Primitive::Encrypt(cipher, n) | Primitive::Decrypt(cipher, n) => {
                    let key = [7; 32];
                    let (key_len, iv_len) = match cipher {
                        BulkCipher::Aes128Cbc => (16, 16),
                        BulkCipher::Aes256Cbc => (32, 16),
                        BulkCipher::Aes128Gcm => (16, 12),
                        _ => (32, 12),
                    };
                    let (key, iv) = (&key[..key_len], [9; 16]);
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
                    repeat(n, || crypto.agree_ephemeral(smime::Curve::P256, &self.point));
                }
                Primitive::RsaPublic(n) => {
                    let spki = world.rsa.certificate.spki_der();
                    repeat(n, || crypto.verify(spki, RSA, digest, &self.signatures[0]));
                }
                Primitive::Rsa4096Public(n) => {
                    let spki = world.rsa4096().certificate.spki_der();
                    repeat(n, || crypto.verify(spki, RSA, digest, &self.signatures[1]));
                }
                Primitive::P256Verify(n) => {
                    let spki = world.p256.certificate.spki_der();
                    repeat(n, || crypto.verify(spki, ECDSA, digest, &self.signatures[2]));
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

fn repeat<T, E: std::fmt::Debug>(times: usize, f: impl Fn() -> Result<T, E>) {
    for _ in 0..times {
        black_box(f().expect("a primitive that works"));
    }
}
