//! The cryptography that the engine is handed: one trait, implemented by `crypto` on aws-lc and by a
//! reproducible fake in tests.
//!
//! The trait speaks bytes, keys and algorithm names; it knows neither CMS nor MIME. Buffers stream:
//! a cipher is fed pieces of any length, and what it gives back may lag behind by one block.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize as _, Zeroizing};

/// A hash function (FIPS 180-4; MD5 is none, see [`CryptoProvider::outdated_md5`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the standard's
pub enum DigestAlgorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl DigestAlgorithm {
    /// The length of a hash in octets (FIPS 180-4, figure 1).
    pub const fn output_len(self) -> usize {
        match self {
            DigestAlgorithm::Sha1 => 20,
            DigestAlgorithm::Sha224 => 28,
            DigestAlgorithm::Sha256 => 32,
            DigestAlgorithm::Sha384 => 48,
            DigestAlgorithm::Sha512 => 64,
        }
    }
}

/// A finished hash value.
pub type Digest = Vec<u8>;

/// A hash in progress.
pub trait Hasher: Send {
    /// Feeds bytes.
    fn update(&mut self, bytes: &[u8]);
    /// Ends the hash.
    fn finish(self: Box<Self>) -> Digest;
}

/// A symmetric content cipher. CBC is raw: whole blocks in, whole blocks out, padding is the engine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BulkCipher {
    Aes128Cbc,
    Aes192Cbc,
    Aes256Cbc,
    /// Authenticated; the tag is 16 octets (RFC 5084).
    Aes128Gcm,
    /// Authenticated; the tag is 16 octets (RFC 5084).
    Aes256Gcm,
    /// Three-key triple DES, legacy.
    TripleDesCbc,
    /// Single DES, decrypt only, legacy.
    DesCbc,
    /// RC2 with the effective key length in bits (RFC 2268), decrypt only, legacy.
    Rc2Cbc {
        effective_bits: u16,
    },
}

/// A content cipher in progress, either direction.
pub trait BulkEncryptor: Send {
    /// Authenticated data that is not encrypted (GCM only; before the first `update`).
    fn additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError>;
    /// The whole of the authenticated data that is not encrypted, for a reader who meets it behind the ciphertext, as
    /// AuthEnvelopedData has it (decrypting with GCM, once, after the last `update`, in place of `additional_data`).
    ///
    /// # Errors
    ///
    /// [`CryptoError::Unsupported`] from a provider that cannot, [`CryptoError::Failed`] out of turn.
    fn late_additional_data(&mut self, _bytes: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("additional data behind the ciphertext"))
    }
    /// Feeds bytes and appends what is ready to `out`. For CBC the sum of all inputs must be whole blocks
    /// at `finish`; a partial block is held back.
    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError>;
    /// Feeds bytes that lie in several places, together no more than `most`, one after the other as
    /// [`BulkEncryptor::update`] does; a provider may do that faster, and panic where they are more.
    fn update_all(
        &mut self,
        inputs: &mut dyn Iterator<Item = &[u8]>,
        most: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        let _ = most;
        for input in inputs {
            self.update(input, out)?;
        }
        Ok(())
    }
    /// Ends the operation. Encrypting with GCM gives the tag; decrypting with GCM needs `tag` and fails with
    /// [`CryptoError::TagMismatch`] when it is wrong. CBC gives an empty vector.
    fn finish(self: Box<Self>, tag: Option<&[u8]>) -> Result<Vec<u8>, CryptoError>;
}

/// An elliptic curve for signatures and key agreement (SEC 2, RFC 7748, RFC 8032).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// What a public key can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PublicKeyAlgorithm {
    /// Modulus length in bits.
    Rsa {
        bits: u32,
    },
    Ec(Curve),
    Ed25519,
}

/// How a signature is made (RFC 8017, FIPS 186-5, RFC 8032). The digest is over what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SignatureScheme {
    RsaPkcs1(DigestAlgorithm),
    RsaPss {
        digest: DigestAlgorithm,
        mgf: DigestAlgorithm,
        salt_len: u32,
    },
    /// DER `ECDSA-Sig-Value`.
    Ecdsa(DigestAlgorithm),
    /// Signs the message itself, not a digest.
    Ed25519,
}

/// Parameters of RSAES-OAEP (RFC 8017, 7.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct OaepParameters {
    pub digest: DigestAlgorithm,
    pub mgf: DigestAlgorithm,
    pub label: Vec<u8>,
}

/// A key-encryption algorithm for key agreement recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyWrap {
    /// RFC 3394, key length in bits: 128, 192 or 256.
    Aes(u16),
}

/// An ephemeral key agreement: the public point to send and the secret x coordinate.
pub struct AgreementKey {
    /// Uncompressed SEC 1 point of the ephemeral key.
    pub public_point: Vec<u8>,
    /// The agreed x coordinate, at the curve's field length.
    pub shared: Zeroizing<Vec<u8>>,
}

/// Why a primitive could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CryptoError {
    /// The provider does not implement the algorithm, key type or size; it is named.
    #[error("algorithm not supported: {0}")]
    Unsupported(&'static str),
    /// The key's encoding could not be read.
    #[error("the key cannot be read")]
    BadKey,
    /// The signature does not match.
    #[error("the signature does not match")]
    BadSignature,
    /// The authentication tag does not match.
    #[error("the authentication tag does not match")]
    TagMismatch,
    /// The integrity check of an unwrapped key failed (RFC 3394).
    #[error("the wrapped key does not open")]
    Unwrap,
    /// The input has a length that the primitive does not take.
    #[error("the input has the wrong length")]
    BadLength,
    /// The primitive failed for a reason that it does not tell.
    #[error("the operation failed")]
    Failed,
}

/// A private key that was read once and can be used many times.
pub trait LoadedKey: Send + Sync {
    /// What the key is.
    fn algorithm(&self) -> PublicKeyAlgorithm;
    /// The DER `SubjectPublicKeyInfo` of the public half.
    fn public_key(&self) -> Vec<u8>;
    /// Signs a digest (or, for Ed25519, the message).
    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// RSAES-PKCS1-v1_5. Whatever is wrong with the padding, the result is `random_len` random octets: the
    /// choice is made in constant time and never told (RFC 3218, 2.3.2).
    fn decrypt_pkcs1(&self, ciphertext: &[u8], random_len: usize) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
    /// RSAES-OAEP.
    fn decrypt_oaep(&self, p: &OaepParameters, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
    /// Static ECDH with an uncompressed SEC 1 point; gives the x coordinate.
    fn agree(&self, peer_point: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
}

/// The primitives.
pub trait CryptoProvider: Send + Sync {
    /// Fills `out` with random octets.
    fn random(&self, out: &mut [u8]);
    /// Starts a hash.
    fn hasher(&self, algorithm: DigestAlgorithm) -> Box<dyn Hasher>;
    /// HMAC (RFC 2104) over the concatenation of `parts`.
    fn hmac(&self, algorithm: DigestAlgorithm, key: &[u8], parts: &[&[u8]]) -> Digest;
    /// PBKDF2 (RFC 8018) with HMAC.
    fn pbkdf2(
        &self,
        prf: DigestAlgorithm,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        out: &mut [u8],
    ) -> Result<(), CryptoError>;
    /// Starts encrypting with raw CBC or GCM. `iv` is the CBC IV or the GCM nonce.
    fn encryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError>;
    /// Starts decrypting with raw CBC or GCM.
    fn decryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError>;
    /// Reads a private key: DER PKCS#8 `PrivateKeyInfo` (PKCS#1 and SEC 1 are wrapped by the caller).
    fn load_key(&self, pkcs8: &[u8]) -> Result<Box<dyn LoadedKey>, CryptoError>;
    /// Makes a key pair; gives the DER PKCS#8.
    fn generate_key(&self, algorithm: PublicKeyAlgorithm) -> Result<Zeroizing<Vec<u8>>, CryptoError>;
    /// Verifies a signature over a digest (or, for Ed25519, over the message) with a DER `SubjectPublicKeyInfo`.
    fn verify(
        &self,
        spki: &[u8],
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError>;
    /// RSAES-PKCS1-v1_5 with a DER `SubjectPublicKeyInfo`.
    fn encrypt_pkcs1(&self, spki: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// RSAES-OAEP with a DER `SubjectPublicKeyInfo`.
    fn encrypt_oaep(&self, spki: &[u8], p: &OaepParameters, plaintext: &[u8])
    -> Result<Vec<u8>, CryptoError>;
    /// ECDH with a fresh ephemeral key against an uncompressed SEC 1 point.
    fn agree_ephemeral(&self, curve: Curve, peer_point: &[u8]) -> Result<AgreementKey, CryptoError>;
    /// Wraps a content-encryption key.
    fn wrap(&self, alg: KeyWrap, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError>;
    /// Unwraps a content-encryption key.
    fn unwrap(&self, alg: KeyWrap, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError>;

    /// MD5 (RFC 1321) over a value, then over the result, `times` times in all, at least once. It is for keys from
    /// passwords of old files (RFC 8018, 5.1) and for nothing else, so it is no [`DigestAlgorithm`].
    ///
    /// # Errors
    ///
    /// [`CryptoError::Unsupported`] from a provider that does not have it.
    fn outdated_md5(&self, _value: &[u8], _times: u32) -> Result<Zeroizing<[u8; 16]>, CryptoError> {
        Err(CryptoError::Unsupported("MD5"))
    }
    /// RC4 over `data`, in place. It is for reading old files (RFC 7292, appendix C) and for nothing else, so it is no
    /// [`BulkCipher`].
    ///
    /// # Errors
    ///
    /// [`CryptoError::Unsupported`] from a provider that does not have it, [`CryptoError::BadLength`] for keys that have
    /// not 1 to 256 octets.
    fn outdated_rc4(&self, _key: &[u8], _data: &mut [u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("RC4"))
    }

    /// Hashes in one go.
    fn digest(&self, algorithm: DigestAlgorithm, parts: &[&[u8]]) -> Digest {
        let mut h = self.hasher(algorithm);
        for p in parts {
            h.update(p);
        }
        h.finish()
    }

    /// Hashes a value, then the result, so many times (RFC 7292, B.2). A provider may have a faster way; the values in
    /// between are destroyed.
    fn rehash(&self, algorithm: DigestAlgorithm, value: Digest, times: u32) -> Digest {
        (0..times).fold(value, |mut value, _| {
            let next = self.digest(algorithm, &[&value]);
            value.zeroize();
            next
        })
    }
}
