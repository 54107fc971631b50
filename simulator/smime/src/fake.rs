//! A reproducible stand-in for cryptography.
//!
//! **This is not cryptography.** Hashes, ciphers and signatures are toys: they have the lengths and the
//! self-consistency of the real ones (what is encrypted decrypts, what is signed verifies, what is changed fails),
//! and nothing else. Anyone who sees a fake public key can sign with it. They exist so that tests of structure run
//! without C and give the same bytes in every run; keys of real programs cannot be used with them.

use crate::algorithm::{self, EC_PUBLIC_KEY, ED25519, RSA_ENCRYPTION, curve_oid};
use crate::asn1::{
    BIT_STRING, DER_NULL, OCTET_STRING, Reader, SEQUENCE, algorithm as identifier, integer, oid, sequence,
    tlv,
};
use crate::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
use std::sync::atomic::{AtomicU64, Ordering};
use zeroize::Zeroizing;

/// The stand-in. Its randomness is the sequence that the seed determines, in the order in which it is asked for.
#[derive(Debug)]
pub struct FakeCrypto {
    seed: u64,
    drawn: AtomicU64,
}

impl FakeCrypto {
    /// Makes a provider whose random octets depend on the seed only.
    pub fn new(seed: u64) -> Self {
        FakeCrypto { seed, drawn: AtomicU64::new(0) }
    }

    fn fresh(&self, len: usize) -> Vec<u8> {
        let n = self.drawn.fetch_add(1, Ordering::Relaxed);
        expand(&[b"random", &self.seed.to_be_bytes(), &n.to_be_bytes()], len)
    }
}

const LANES: usize = 8;

/// The toy hash: eight lanes that multiply, rotate and mix as they absorb.
#[derive(Clone)]
struct Toy {
    lanes: [u64; LANES],
    count: u64,
}

impl Toy {
    fn new(domain: u64) -> Self {
        let mut toy = Toy { lanes: [0x9E37_79B9_7F4A_7C15; LANES], count: 0 };
        for (i, lane) in toy.lanes.iter_mut().enumerate() {
            *lane = lane.wrapping_mul(2 * i as u64 + 1) ^ domain;
        }
        toy
    }

    fn absorb(&mut self, bytes: &[u8]) {
        for b in bytes {
            let i = (self.count % LANES as u64) as usize;
            let next = self.lanes[(i + 1) % LANES];
            self.lanes[i] = (self.lanes[i] ^ u64::from(*b) ^ self.count)
                .wrapping_mul(0x0000_0100_0000_01B3)
                .rotate_left(29)
                .wrapping_add(next);
            self.count += 1;
        }
    }

    fn squeeze(mut self, len: usize) -> Vec<u8> {
        let total = self.count;
        self.absorb(&total.to_be_bytes());
        let mut out = Vec::with_capacity(len + LANES);
        while out.len() < len {
            for _ in 0..2 {
                for i in 0..LANES {
                    let mut z = self.lanes[i].wrapping_add(self.lanes[(i + 3) % LANES]);
                    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    self.lanes[i] = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB).rotate_left(17);
                }
            }
            out.extend(self.lanes[0].to_be_bytes());
        }
        out.truncate(len);
        out
    }
}

/// Octets that depend on all parts and their borders.
fn expand(parts: &[&[u8]], len: usize) -> Vec<u8> {
    let mut toy = Toy::new(len as u64);
    for p in parts {
        toy.absorb(&(p.len() as u64).to_be_bytes());
        toy.absorb(p);
    }
    toy.squeeze(len)
}

struct ToyHasher {
    toy: Toy,
    len: usize,
}

impl Hasher for ToyHasher {
    fn update(&mut self, bytes: &[u8]) {
        self.toy.absorb(bytes);
    }

    fn finish(self: Box<Self>) -> Digest {
        self.toy.squeeze(self.len)
    }
}

fn field_len(curve: Curve) -> usize {
    match curve {
        Curve::P256 => 32,
        Curve::P384 => 48,
        Curve::P521 => 66,
    }
}

/// The SubjectPublicKeyInfo that belongs to a secret.
fn public_of(algorithm: PublicKeyAlgorithm, secret: &[u8]) -> Vec<u8> {
    let bits = |key: &[u8]| tlv(BIT_STRING, &[&[0], key]);
    match algorithm {
        PublicKeyAlgorithm::Rsa { bits: size } => {
            let mut modulus = expand(&[b"modulus", secret], size.div_ceil(8) as usize);
            if let Some(first) = modulus.first_mut() {
                *first = (*first | 0x80) >> ((8 - size % 8) % 8);
            }
            let key = sequence(&[&integer(&modulus), &integer(&[1, 0, 1])]);
            sequence(&[&identifier(&RSA_ENCRYPTION, DER_NULL), &bits(&key)])
        }
        PublicKeyAlgorithm::Ec(curve) => {
            let mut point = expand(&[b"point", secret], 2 * field_len(curve) + 1);
            point[0] = 4;
            sequence(&[&identifier(&EC_PUBLIC_KEY, &oid(&curve_oid(curve))), &bits(&point)])
        }
        PublicKeyAlgorithm::Ed25519 => {
            sequence(&[&identifier(&ED25519, &[]), &bits(&expand(&[b"ed25519", secret], 32))])
        }
    }
}

struct ToyKey {
    algorithm: PublicKeyAlgorithm,
    spki: Vec<u8>,
}

fn scheme_bytes(scheme: SignatureScheme) -> Vec<u8> {
    algorithm::signature_identifier(scheme)
}

fn key_kind(spki: &[u8]) -> Result<(PublicKeyAlgorithm, &[u8]), CryptoError> {
    match algorithm::public_key(spki) {
        Ok(algorithm::PublicKey { algorithm: Ok(kind), key, .. }) => Ok((kind, key)),
        _ => Err(CryptoError::BadKey),
    }
}

fn toy_signature(spki: &[u8], scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (kind, bits) = key_kind(spki)?;
    let parts = [b"sign".as_slice(), bits, &scheme_bytes(scheme), digest];
    match (kind, scheme) {
        (
            PublicKeyAlgorithm::Rsa { bits: size },
            SignatureScheme::RsaPkcs1(_) | SignatureScheme::RsaPss { .. },
        ) => Ok(expand(&parts, size.div_ceil(8) as usize)),
        (PublicKeyAlgorithm::Ec(curve), SignatureScheme::Ecdsa(_)) => {
            let n = field_len(curve);
            let value = expand(&parts, 2 * n);
            Ok(sequence(&[&integer(&value[..n]), &integer(&value[n..])]))
        }
        (PublicKeyAlgorithm::Ed25519, SignatureScheme::Ed25519) => Ok(expand(&parts, 64)),
        _ => Err(CryptoError::Unsupported("this signature scheme with this kind of key")),
    }
}

/// Octets, a mask derived from a nonce, and a check value: `nonce || check || length || masked`, zero-filled.
fn toy_seal(
    label: &[u8],
    key: &[u8],
    nonce: &[u8],
    plaintext: &[u8],
    size: usize,
) -> Result<Vec<u8>, CryptoError> {
    if plaintext.len() + TOY_OVERHEAD > size {
        return Err(CryptoError::BadLength);
    }
    let mask = expand(&[b"mask", label, key, nonce], plaintext.len());
    let masked: Vec<u8> = plaintext.iter().zip(mask).map(|(p, m)| p ^ m).collect();
    let check = expand(&[b"check", label, key, nonce, plaintext], 4);
    let length = (plaintext.len() as u16).to_be_bytes();
    let mut out = [nonce, &check, &length, &masked].concat();
    out.resize(size, 0);
    Ok(out)
}

fn toy_open(label: &[u8], key: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_at_checked(4)?;
    let (check, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_at_checked(2)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let masked = rest.get(..length)?;
    let mask = expand(&[b"mask", label, key, nonce], length);
    let plaintext: Vec<u8> = masked.iter().zip(mask).map(|(p, m)| p ^ m).collect();
    let good = expand(&[b"check", label, key, nonce, &plaintext], 4) == check
        && rest.get(length..)?.iter().all(|b| *b == 0);
    good.then(|| Zeroizing::new(plaintext))
}

const TOY_OVERHEAD: usize = 10;

fn rsa_size(kind: PublicKeyAlgorithm) -> Result<usize, CryptoError> {
    match kind {
        PublicKeyAlgorithm::Rsa { bits } => Ok(bits.div_ceil(8) as usize),
        _ => Err(CryptoError::Unsupported("encryption with a key that is not RSA")),
    }
}

fn oaep_label(p: &OaepParameters) -> Vec<u8> {
    let hash = |d: DigestAlgorithm| d.output_len() as u8;
    [&[b'O', hash(p.digest), hash(p.mgf)][..], &p.label].concat()
}

/// The toy agreement: both sides hash the two points in the same order.
fn toy_agree(curve: Curve, own: &[u8], peer: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    if peer.len() != 2 * field_len(curve) + 1 || peer.first() != Some(&4) {
        return Err(CryptoError::BadKey);
    }
    let (a, b) = if own <= peer { (own, peer) } else { (peer, own) };
    Ok(Zeroizing::new(expand(&[b"agree", a, b], field_len(curve))))
}

impl LoadedKey for ToyKey {
    fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    fn public_key(&self) -> Vec<u8> {
        self.spki.clone()
    }

    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        toy_signature(&self.spki, scheme, digest)
    }

    fn decrypt_pkcs1(&self, ciphertext: &[u8], random_len: usize) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (kind, bits) = key_kind(&self.spki)?;
        if ciphertext.len() != rsa_size(kind)? {
            return Err(CryptoError::BadLength);
        }
        Ok(toy_open(b"P", bits, ciphertext)
            .filter(|m| m.len() == random_len)
            .unwrap_or_else(|| Zeroizing::new(expand(&[b"reject", bits, ciphertext], random_len))))
    }

    fn decrypt_oaep(&self, p: &OaepParameters, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (kind, bits) = key_kind(&self.spki)?;
        if ciphertext.len() != rsa_size(kind)? {
            return Err(CryptoError::BadLength);
        }
        toy_open(&oaep_label(p), bits, ciphertext).ok_or(CryptoError::Failed)
    }

    fn agree(&self, peer_point: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        match key_kind(&self.spki)? {
            (PublicKeyAlgorithm::Ec(curve), own) => toy_agree(curve, own, peer_point),
            _ => Err(CryptoError::Unsupported("key agreement with this kind of key")),
        }
    }
}

/// A toy cipher in progress: a four-round Feistel network in CBC mode, or a mask with a check value for GCM.
struct ToyCipher {
    encrypt: bool,
    key: Vec<u8>,
    previous: Vec<u8>,
    /// The block length, 1 for GCM.
    block: usize,
    held: Vec<u8>,
    position: u64,
    tag: Toy,
    additional: Option<Toy>,
    stream: Vec<u8>,
}

const STREAM: usize = 64;

impl ToyCipher {
    fn new(cipher: BulkCipher, encrypt: bool, key: &[u8], iv: &[u8]) -> Result<Self, CryptoError> {
        let (name, key_len, block) = match cipher {
            BulkCipher::Aes128Cbc => (1, Some(16), 16),
            BulkCipher::Aes192Cbc => (2, Some(24), 16),
            BulkCipher::Aes256Cbc => (3, Some(32), 16),
            BulkCipher::Aes128Gcm => (4, Some(16), 1),
            BulkCipher::Aes256Gcm => (5, Some(32), 1),
            BulkCipher::TripleDesCbc => (6, Some(24), 8),
            BulkCipher::DesCbc => (7, Some(8), 8),
            BulkCipher::Rc2Cbc { .. } => (8, None, 8),
        };
        let iv_fits = if block == 1 { !iv.is_empty() } else { iv.len() == block };
        if key.is_empty() || key_len.is_some_and(|n| n != key.len()) || !iv_fits {
            return Err(CryptoError::BadLength);
        }
        let key = expand(&[b"cipher", &[name], key], 32);
        let mut tag = Toy::new(99);
        tag.absorb(&key);
        tag.absorb(iv);
        Ok(ToyCipher {
            encrypt,
            key,
            previous: iv.to_vec(),
            block,
            held: Vec::new(),
            position: 0,
            tag,
            additional: None,
            stream: Vec::new(),
        })
    }

    /// One round's mask for half a block.
    fn round(&self, round: u8, half: &[u8]) -> Vec<u8> {
        expand(&[&self.key, &[round], half], half.len())
    }

    fn permute(&self, block: &mut [u8]) {
        let (left, right) = block.split_at_mut(self.block / 2);
        for i in 0..4u8 {
            let round = if self.encrypt { i } else { 3 - i };
            let (source, target): (&[u8], &mut [u8]) =
                if round % 2 == 0 { (right, left) } else { (left, right) };
            for (t, m) in target.iter_mut().zip(self.round(round, source)) {
                *t ^= m;
            }
        }
    }

    fn xor(block: &mut [u8], with: &[u8]) {
        for (b, w) in block.iter_mut().zip(with) {
            *b ^= w;
        }
    }
}

impl BulkEncryptor for ToyCipher {
    fn additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if self.block != 1 {
            return Err(CryptoError::Unsupported("additional data with CBC"));
        }
        self.additional.get_or_insert_with(|| Toy::new(98)).absorb(bytes);
        Ok(())
    }

    fn late_additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if self.encrypt || self.additional.is_some() {
            return Err(CryptoError::Failed);
        }
        self.additional_data(bytes)
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if self.block == 1 {
            for b in input {
                let at = (self.position % STREAM as u64) as usize;
                if at == 0 {
                    let n = self.position.to_be_bytes();
                    self.stream = expand(&[b"stream", &self.key, &self.previous, &n], STREAM);
                }
                let c = b ^ self.stream[at];
                self.tag.absorb(&[if self.encrypt { c } else { *b }]);
                out.push(c);
                self.position += 1;
            }
            return Ok(());
        }
        self.held.extend_from_slice(input);
        let whole = self.held.len() - self.held.len() % self.block;
        let rest = self.held.split_off(whole);
        let blocks = std::mem::replace(&mut self.held, rest);
        for chunk in blocks.chunks(self.block) {
            let mut block = chunk.to_vec();
            if self.encrypt {
                Self::xor(&mut block, &self.previous);
                self.permute(&mut block);
                self.previous.clone_from(&block);
            } else {
                self.permute(&mut block);
                Self::xor(&mut block, &self.previous);
                self.previous = chunk.to_vec();
            }
            out.extend(block);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, tag: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.block != 1 {
            return if self.held.is_empty() { Ok(Vec::new()) } else { Err(CryptoError::BadLength) };
        }
        let mut made = self.tag.squeeze(16);
        let additional = self.additional.unwrap_or_else(|| Toy::new(98));
        Self::xor(&mut made, &additional.squeeze(16));
        if self.encrypt {
            return Ok(made);
        }
        let tag = tag.filter(|t| (12..=16).contains(&t.len())).ok_or(CryptoError::BadLength)?;
        if made.starts_with(tag) { Ok(Vec::new()) } else { Err(CryptoError::TagMismatch) }
    }
}

impl CryptoProvider for FakeCrypto {
    fn random(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.fresh(out.len()));
    }

    fn hasher(&self, algorithm: DigestAlgorithm) -> Box<dyn Hasher> {
        let len = algorithm.output_len();
        Box::new(ToyHasher { toy: Toy::new(len as u64 + 1000), len })
    }

    fn hmac(&self, algorithm: DigestAlgorithm, key: &[u8], parts: &[&[u8]]) -> Digest {
        let mut toy = Toy::new(algorithm.output_len() as u64 + 2000);
        toy.absorb(&(key.len() as u64).to_be_bytes());
        toy.absorb(key);
        for p in parts {
            toy.absorb(p);
        }
        toy.squeeze(algorithm.output_len())
    }

    fn pbkdf2(
        &self,
        prf: DigestAlgorithm,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        out: &mut [u8],
    ) -> Result<(), CryptoError> {
        if iterations == 0 || out.is_empty() {
            return Err(CryptoError::BadLength);
        }
        let name = [prf.output_len() as u8];
        let key = expand(&[b"pbkdf2", &name, password, salt, &iterations.to_be_bytes()], out.len());
        out.copy_from_slice(&key);
        Ok(())
    }

    fn encryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        if matches!(cipher, BulkCipher::DesCbc | BulkCipher::Rc2Cbc { .. }) {
            return Err(CryptoError::Unsupported("encrypting with DES or RC2"));
        }
        Ok(Box::new(ToyCipher::new(cipher, true, key, iv)?))
    }

    fn decryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        Ok(Box::new(ToyCipher::new(cipher, false, key, iv)?))
    }

    fn load_key(&self, pkcs8: &[u8]) -> Result<Box<dyn LoadedKey>, CryptoError> {
        let read = || {
            let mut r = Reader::der(pkcs8).expect(SEQUENCE)?.reader();
            r.any()?;
            let kind = r.expect(SEQUENCE)?;
            let inner = r.expect(OCTET_STRING)?.content;
            let mut inner = Reader::der(inner).expect(SEQUENCE)?.reader();
            let bits = inner.any()?.uint()?;
            Ok::<_, crate::asn1::Asn1Error>((
                algorithm::identifier(&kind)?,
                bits,
                inner.expect(OCTET_STRING)?.content,
            ))
        };
        let ((id, parameters), bits, secret) = read().map_err(|_| CryptoError::BadKey)?;
        let kind = if id == RSA_ENCRYPTION {
            PublicKeyAlgorithm::Rsa { bits: u32::try_from(bits).map_err(|_| CryptoError::BadKey)? }
        } else if id == EC_PUBLIC_KEY {
            let curve = parameters.and_then(|p| p.oid().ok()).ok_or(CryptoError::BadKey)?;
            let known = [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|c| curve_oid(*c) == curve);
            PublicKeyAlgorithm::Ec(known.ok_or(CryptoError::Unsupported("this elliptic curve"))?)
        } else if id == ED25519 {
            PublicKeyAlgorithm::Ed25519
        } else {
            return Err(CryptoError::Unsupported("this kind of key"));
        };
        Ok(Box::new(ToyKey { algorithm: kind, spki: public_of(kind, secret) }))
    }

    fn generate_key(&self, algorithm: PublicKeyAlgorithm) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (kind, bits) = match algorithm {
            PublicKeyAlgorithm::Rsa { bits } if (512..=16_384).contains(&bits) => {
                (identifier(&RSA_ENCRYPTION, DER_NULL), bits)
            }
            PublicKeyAlgorithm::Rsa { .. } => return Err(CryptoError::Unsupported("RSA keys of this size")),
            PublicKeyAlgorithm::Ec(curve) => (identifier(&EC_PUBLIC_KEY, &oid(&curve_oid(curve))), 0),
            PublicKeyAlgorithm::Ed25519 => (identifier(&ED25519, &[]), 0),
        };
        let secret = tlv(OCTET_STRING, &[&self.fresh(32)]);
        let inner = sequence(&[&integer(&bits.to_be_bytes()), &secret]);
        Ok(Zeroizing::new(sequence(&[&integer(&[0]), &kind, &tlv(OCTET_STRING, &[&inner])])))
    }

    fn verify(
        &self,
        spki: &[u8],
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        if toy_signature(spki, scheme, digest)? == signature {
            Ok(())
        } else {
            Err(CryptoError::BadSignature)
        }
    }

    fn encrypt_pkcs1(&self, spki: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (kind, bits) = key_kind(spki)?;
        toy_seal(b"P", bits, &self.fresh(4), plaintext, rsa_size(kind)?)
    }

    fn encrypt_oaep(
        &self,
        spki: &[u8],
        p: &OaepParameters,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let (kind, bits) = key_kind(spki)?;
        toy_seal(&oaep_label(p), bits, &self.fresh(4), plaintext, rsa_size(kind)?)
    }

    fn agree_ephemeral(&self, curve: Curve, peer_point: &[u8]) -> Result<AgreementKey, CryptoError> {
        let spki = public_of(PublicKeyAlgorithm::Ec(curve), &self.fresh(32));
        let public_point = key_kind(&spki)?.1.to_vec();
        let shared = toy_agree(curve, &public_point, peer_point)?;
        Ok(AgreementKey { public_point, shared })
    }

    fn wrap(&self, alg: KeyWrap, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let KeyWrap::Aes(bits) = alg;
        if kek.len() * 8 != usize::from(bits) || key.len() < 16 || !key.len().is_multiple_of(8) {
            return Err(CryptoError::BadLength);
        }
        let mask = expand(&[b"wrap", kek], key.len());
        let mut out = expand(&[b"wrap check", kek, key], 8);
        out.extend(key.iter().zip(mask).map(|(k, m)| k ^ m));
        Ok(out)
    }

    fn unwrap(&self, alg: KeyWrap, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let KeyWrap::Aes(bits) = alg;
        if kek.len() * 8 != usize::from(bits) || wrapped.len() < 24 || !wrapped.len().is_multiple_of(8) {
            return Err(CryptoError::BadLength);
        }
        let (check, masked) = wrapped.split_at(8);
        let mask = expand(&[b"wrap", kek], masked.len());
        let key: Vec<u8> = masked.iter().zip(mask).map(|(k, m)| k ^ m).collect();
        if expand(&[b"wrap check", kek, &key], 8) == check {
            Ok(Zeroizing::new(key))
        } else {
            Err(CryptoError::Unwrap)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_octets() {
        let draw = |seed| {
            let (mut a, mut b) = ([0; 20], [0; 20]);
            let fake = FakeCrypto::new(seed);
            fake.random(&mut a);
            fake.random(&mut b);
            (a, b)
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1).0, draw(1).1);
    }

    #[test]
    fn hashes_do_not_depend_on_pieces_and_differ() {
        let fake = FakeCrypto::new(0);
        let whole = fake.digest(DigestAlgorithm::Sha256, &[b"hello world"]);
        assert_eq!(whole, fake.digest(DigestAlgorithm::Sha256, &[b"hello", b" ", b"world"]));
        assert_ne!(whole, fake.digest(DigestAlgorithm::Sha256, &[b"hello worle"]));
        assert_ne!(whole[..20], fake.digest(DigestAlgorithm::Sha1, &[b"hello world"])[..]);
    }

    #[test]
    fn ciphers_round_trip_in_pieces() {
        let fake = FakeCrypto::new(0);
        for (cipher, key, iv) in [
            (BulkCipher::Aes128Cbc, 16, 16),
            (BulkCipher::TripleDesCbc, 24, 8),
            (BulkCipher::Aes256Gcm, 32, 12),
        ] {
            let (key, iv) = (vec![1; key], vec![2; iv]);
            let plain: Vec<u8> = (0..160).collect();
            let mut e = fake.encryptor(cipher, &key, &iv).unwrap();
            let mut sealed = Vec::new();
            for p in plain.chunks(7) {
                e.update(p, &mut sealed).unwrap();
            }
            let tag = e.finish(None).unwrap();
            assert_ne!(sealed, plain);
            let mut d = fake.decryptor(cipher, &key, &iv).unwrap();
            let mut opened = Vec::new();
            d.update(&sealed, &mut opened).unwrap();
            d.finish(Some(&tag)).unwrap();
            assert_eq!(opened, plain);
        }
    }

    #[test]
    fn keys_sign_encrypt_and_agree() {
        let fake = FakeCrypto::new(3);
        let rsa = fake.generate_key(PublicKeyAlgorithm::Rsa { bits: 2048 }).unwrap();
        let rsa = fake.load_key(&rsa).unwrap();
        assert_eq!(rsa.algorithm(), PublicKeyAlgorithm::Rsa { bits: 2048 });
        let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
        let s = rsa.sign(scheme, &[1; 32]).unwrap();
        assert_eq!(s.len(), 256);
        fake.verify(&rsa.public_key(), scheme, &[1; 32], &s).unwrap();
        assert_eq!(fake.verify(&rsa.public_key(), scheme, &[2; 32], &s), Err(CryptoError::BadSignature));
        let c = fake.encrypt_pkcs1(&rsa.public_key(), b"0123456789abcdef").unwrap();
        assert_eq!(rsa.decrypt_pkcs1(&c, 16).unwrap()[..], *b"0123456789abcdef");
        assert_ne!(rsa.decrypt_pkcs1(&vec![7; 256], 16).unwrap()[..], *b"0123456789abcdef");

        let ec = fake.generate_key(PublicKeyAlgorithm::Ec(Curve::P384)).unwrap();
        let ec = fake.load_key(&ec).unwrap();
        let spki = ec.public_key();
        let theirs = fake.agree_ephemeral(Curve::P384, key_kind(&spki).unwrap().1).unwrap();
        assert_eq!(ec.agree(&theirs.public_point).unwrap(), theirs.shared);
        let wrapped = fake.wrap(KeyWrap::Aes(128), &[1; 16], &[5; 32]).unwrap();
        assert_eq!(fake.unwrap(KeyWrap::Aes(128), &[1; 16], &wrapped).unwrap()[..], [5; 32]);
        assert_eq!(fake.unwrap(KeyWrap::Aes(128), &[2; 16], &wrapped), Err(CryptoError::Unwrap));
    }
}
