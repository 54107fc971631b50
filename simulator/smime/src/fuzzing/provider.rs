//! Cryptography that hides nothing from who changes the input.

use crate::fake::FakeCrypto;
use crate::{
    AgreementKey, BulkCipher, BulkEncryptor, CryptoError, CryptoProvider, Curve, Digest, DigestAlgorithm,
    Hasher, KeyWrap, LoadedKey, OaepParameters, PublicKeyAlgorithm, SignatureScheme,
};
use zeroize::Zeroizing;

/// A provider under which ciphers leave octets as they are, integrity codes are constant and every signature verifies
/// that does not begin with a zero. Hashes, key pairs and signatures are those of [`FakeCrypto`].
///
/// **This is not cryptography.**
#[derive(Debug)]
pub struct Transparent {
    fake: FakeCrypto,
}

impl Transparent {
    /// Makes a provider whose key pairs depend on the seed only.
    pub fn new(seed: u64) -> Self {
        Transparent { fake: FakeCrypto::new(seed) }
    }
}

/// What random octets and integrity codes are made of.
const OCTET: u8 = 0x5a;
/// The first octet of a signature that does not verify.
const REFUSED: u8 = 0;

/// A cipher that changes nothing, and counts.
struct Unchanged {
    encrypt: bool,
    /// The block length; 1 for GCM.
    block: usize,
    fed: usize,
    additional: bool,
}

impl Unchanged {
    fn boxed(
        cipher: BulkCipher,
        encrypt: bool,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        let (key_len, block) = match cipher {
            BulkCipher::Aes128Cbc => (Some(16), 16),
            BulkCipher::Aes192Cbc => (Some(24), 16),
            BulkCipher::Aes256Cbc => (Some(32), 16),
            BulkCipher::Aes128Gcm => (Some(16), 1),
            BulkCipher::Aes256Gcm => (Some(32), 1),
            BulkCipher::TripleDesCbc => (Some(24), 8),
            BulkCipher::DesCbc => (Some(8), 8),
            BulkCipher::Rc2Cbc { .. } => (None, 8),
        };
        let iv_fits = if block == 1 { !iv.is_empty() } else { iv.len() == block };
        if key_len.is_some_and(|len| len != key.len()) || !iv_fits {
            return Err(CryptoError::BadLength);
        }
        Ok(Box::new(Unchanged { encrypt, block, fed: 0, additional: false }))
    }
}

impl BulkEncryptor for Unchanged {
    fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
        self.additional = true;
        if self.block == 1 { Ok(()) } else { Err(CryptoError::Unsupported("additional data with CBC")) }
    }

    fn late_additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if self.encrypt || self.additional { Err(CryptoError::Failed) } else { self.additional_data(bytes) }
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        self.fed += input.len();
        out.extend_from_slice(input);
        Ok(())
    }

    fn finish(self: Box<Self>, tag: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        match (self.block, tag) {
            (1, None) if self.encrypt => Ok(vec![OCTET; 16]),
            (1, Some(tag)) if tag.first() != Some(&REFUSED) => Ok(Vec::new()),
            (1, _) => Err(CryptoError::TagMismatch),
            (block, _) if self.fed.is_multiple_of(block) => Ok(Vec::new()),
            _ => Err(CryptoError::BadLength),
        }
    }
}

/// A key pair of the fake that decrypts by cutting: a length, then that many octets.
struct Open(Box<dyn LoadedKey>);

fn sealed(plaintext: &[u8], size: usize) -> Result<Vec<u8>, CryptoError> {
    let length = u8::try_from(plaintext.len()).map_err(|_| CryptoError::BadLength)?;
    let mut out = [&[length], plaintext].concat();
    out.resize(size.max(out.len()), OCTET);
    Ok(out)
}

fn unsealed(sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (length, rest) = sealed.split_first()?;
    Some(Zeroizing::new(rest.get(..usize::from(*length))?.to_vec()))
}

impl LoadedKey for Open {
    fn algorithm(&self) -> PublicKeyAlgorithm {
        self.0.algorithm()
    }
    fn public_key(&self) -> Vec<u8> {
        self.0.public_key()
    }
    fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut signature = self.0.sign(scheme, digest)?;
        if let Some(first) = signature.first_mut() {
            *first |= 1;
        }
        Ok(signature)
    }
    fn decrypt_pkcs1(&self, ciphertext: &[u8], random_len: usize) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let reject = || Zeroizing::new(vec![OCTET; random_len]);
        Ok(unsealed(ciphertext).filter(|key| key.len() == random_len).unwrap_or_else(reject))
    }
    fn decrypt_oaep(&self, _: &OaepParameters, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        unsealed(ciphertext).ok_or(CryptoError::Failed)
    }
    fn agree(&self, peer_point: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.0.agree(peer_point).map(|shared| Zeroizing::new(vec![OCTET; shared.len()]))
    }
}

/// The size of what is encrypted to RSA keys.
const SEALED: usize = 256;

impl CryptoProvider for Transparent {
    fn random(&self, out: &mut [u8]) {
        out.fill(OCTET);
    }
    fn hasher(&self, algorithm: DigestAlgorithm) -> Box<dyn Hasher> {
        self.fake.hasher(algorithm)
    }
    fn hmac(&self, algorithm: DigestAlgorithm, _: &[u8], _: &[&[u8]]) -> Digest {
        vec![OCTET; self.fake.hasher(algorithm).finish().len()]
    }
    fn pbkdf2(
        &self,
        prf: DigestAlgorithm,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        out: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.fake.pbkdf2(prf, password, salt, iterations, out)
    }
    fn encryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        Unchanged::boxed(cipher, true, key, iv)
    }
    fn decryptor(
        &self,
        cipher: BulkCipher,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
        Unchanged::boxed(cipher, false, key, iv)
    }
    fn load_key(&self, pkcs8: &[u8]) -> Result<Box<dyn LoadedKey>, CryptoError> {
        Ok(Box::new(Open(self.fake.load_key(pkcs8)?)))
    }
    fn generate_key(&self, algorithm: PublicKeyAlgorithm) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.fake.generate_key(algorithm)
    }
    fn verify(&self, _: &[u8], _: SignatureScheme, _: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        match signature.first() {
            None | Some(&REFUSED) => Err(CryptoError::BadSignature),
            Some(_) => Ok(()),
        }
    }
    fn encrypt_pkcs1(&self, _: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        sealed(plaintext, SEALED)
    }
    fn encrypt_oaep(&self, _: &[u8], _: &OaepParameters, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        sealed(plaintext, SEALED)
    }
    fn agree_ephemeral(&self, curve: Curve, peer_point: &[u8]) -> Result<AgreementKey, CryptoError> {
        let agreed = self.fake.agree_ephemeral(curve, peer_point)?;
        let shared = Zeroizing::new(vec![OCTET; agreed.shared.len()]);
        Ok(AgreementKey { public_point: agreed.public_point, shared })
    }
    fn wrap(&self, _: KeyWrap, _: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok([&[OCTET; 8], key].concat())
    }
    fn unwrap(&self, _: KeyWrap, _: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        wrapped.get(8..).map(|key| Zeroizing::new(key.to_vec())).ok_or(CryptoError::Unwrap)
    }
}
