//! The provider.

use crate::{cipher, digest, evp, key, rc4};
use smime::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
use zeroize::Zeroizing;

/// The primitives of aws-lc, and those of this crate where the processor has the instructions for them.
///
/// RSA keys have 1024 to 16384 bits (those under 2048 are read, not generated); the curves are P-256, P-384 and
/// P-521. Single DES and RC2 decrypt only.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

impl CryptoProvider for AwsLc {
    fn random(&self, out: &mut [u8]) {
        // the generator fails only when the operating system has no entropy to give, and then nothing can go on
        aws_lc_rs::rand::fill(out).expect("the operating system gives random octets");
    }

    fn hasher(&self, algorithm: DigestAlgorithm) -> Box<dyn Hasher> {
        digest::hasher(algorithm)
    }

    fn digest(&self, algorithm: DigestAlgorithm, parts: &[&[u8]]) -> Digest {
        digest::digest(algorithm, parts)
    }

    fn rehash(&self, algorithm: DigestAlgorithm, value: Digest, times: u32) -> Digest {
        digest::rehash(algorithm, value, times)
    }

    fn outdated_md5(&self, value: &[u8], times: u32) -> Result<Zeroizing<[u8; 16]>, CryptoError> {
        let mut value = evp::md5(value);
        for _ in 1..times {
            value = evp::md5(&value[..]);
        }
        Ok(value)
    }

    fn outdated_rc4(&self, key: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
        rc4::apply(key, data)
    }

    fn hmac(&self, algorithm: DigestAlgorithm, key: &[u8], parts: &[&[u8]]) -> Digest {
        digest::hmac(algorithm, key, parts)
    }

    fn pbkdf2(
        &self,
        prf: DigestAlgorithm,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        out: &mut [u8],
    ) -> Result<(), CryptoError> {
        digest::pbkdf2(prf, password, salt, iterations, out)
    }

    fn encryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        cipher::start(cipher, evp::Direction::Encrypt, key, iv)
    }

    fn decryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        cipher::start(cipher, evp::Direction::Decrypt, key, iv)
    }

    fn load_key(&self, pkcs8: &[u8]) -> Result<Box<dyn LoadedKey>, CryptoError> {
        Ok(Box::new(key::PrivateKey::read(pkcs8)?))
    }

    fn generate_key(&self, algorithm: PublicKeyAlgorithm) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        key::generate(algorithm)
    }

    fn verify(
        &self,
        spki: &[u8],
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        evp::public_key(spki)?.verify(scheme, digest, signature)
    }

    fn encrypt_pkcs1(&self, spki: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        evp::public_key(spki)?.encrypt(&evp::RsaPadding::Pkcs1, plaintext)
    }

    fn encrypt_oaep(
        &self,
        spki: &[u8],
        p: &OaepParameters,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        evp::public_key(spki)?.encrypt(&evp::RsaPadding::Oaep(p), plaintext)
    }

    fn agree_ephemeral(&self, curve: Curve, peer_point: &[u8]) -> Result<AgreementKey, CryptoError> {
        key::agree_ephemeral(curve, peer_point)
    }

    fn wrap(&self, alg: KeyWrap, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let KeyWrap::Aes(bits) = alg;
        evp::wrap(bits, kek, key)
    }

    fn unwrap(&self, alg: KeyWrap, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let KeyWrap::Aes(bits) = alg;
        evp::unwrap(bits, kek, wrapped)
    }
}
