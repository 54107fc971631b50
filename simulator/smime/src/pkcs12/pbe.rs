//! Password-based encryption: RFC 7292, appendix C, and PBES1 and PBES2 of RFC 8018.

use super::kdf::{Password, Use, derive};
use super::protection::{LegacyCipher, Pbes1, ProtectionAlgorithm};
use super::read::{IterationBudget, Pkcs12Error};
use crate::algorithm::identifier;
use crate::asn1::{
    Asn1Error, DER_NULL, Element, INTEGER, OCTET_STRING, SEQUENCE, algorithm, integer, sequence, tlv,
};
use crate::{BulkCipher, CryptoError, CryptoProvider, DigestAlgorithm, ObjectIdentifier};
use zeroize::Zeroizing;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const PBES2: ObjectIdentifier = id("1.2.840.113549.1.5.13");
const PBKDF2: ObjectIdentifier = id("1.2.840.113549.1.5.12");

const LEGACY: &[(ObjectIdentifier, LegacyCipher)] = &[
    (id("1.2.840.113549.1.12.1.1"), LegacyCipher::Rc4Bits128),
    (id("1.2.840.113549.1.12.1.2"), LegacyCipher::Rc4Bits40),
    (id("1.2.840.113549.1.12.1.3"), LegacyCipher::TripleDes),
    (id("1.2.840.113549.1.12.1.4"), LegacyCipher::TwoKeyTripleDes),
    (id("1.2.840.113549.1.12.1.5"), LegacyCipher::Rc2Bits128),
    (id("1.2.840.113549.1.12.1.6"), LegacyCipher::Rc2Bits40),
];

const PBES1: &[(ObjectIdentifier, Pbes1)] = &[
    (id("1.2.840.113549.1.5.3"), Pbes1::Md5Des),
    (id("1.2.840.113549.1.5.6"), Pbes1::Md5Rc2),
    (id("1.2.840.113549.1.5.10"), Pbes1::Sha1Des),
    (id("1.2.840.113549.1.5.11"), Pbes1::Sha1Rc2),
];

const CIPHERS: &[(ObjectIdentifier, BulkCipher, usize)] = &[
    (id("2.16.840.1.101.3.4.1.2"), BulkCipher::Aes128Cbc, 16),
    (id("2.16.840.1.101.3.4.1.22"), BulkCipher::Aes192Cbc, 24),
    (id("2.16.840.1.101.3.4.1.42"), BulkCipher::Aes256Cbc, 32),
    (id("1.2.840.113549.3.7"), BulkCipher::TripleDesCbc, 24),
];

const HMACS: &[(ObjectIdentifier, DigestAlgorithm)] = &[
    (id("1.2.840.113549.2.7"), DigestAlgorithm::Sha1),
    (id("1.2.840.113549.2.8"), DigestAlgorithm::Sha224),
    (id("1.2.840.113549.2.9"), DigestAlgorithm::Sha256),
    (id("1.2.840.113549.2.10"), DigestAlgorithm::Sha384),
    (id("1.2.840.113549.2.11"), DigestAlgorithm::Sha512),
];

/// The longest salt of PBKDF2 that is taken.
const MAX_SALT: usize = 4096;

/// An encryption with its parameters.
#[derive(Clone, Debug)]
pub(super) enum Scheme {
    Legacy { cipher: LegacyCipher, salt: Vec<u8>, iterations: u32 },
    Pbes1 { scheme: Pbes1, salt: Vec<u8>, iterations: u32 },
    Pbes2 { kdf: Pbkdf2, cipher: BulkCipher, key_len: usize, iv: Vec<u8> },
}

/// A cipher with its key and its IV.
enum KeyMaterial {
    Block(BulkCipher, Zeroizing<Vec<u8>>, Vec<u8>),
    /// RC4, which has no IV.
    Rc4(Zeroizing<Vec<u8>>),
}

/// The parameters of PBKDF2 (RFC 8018, A.2).
#[derive(Clone, Debug)]
pub(super) struct Pbkdf2 {
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u32,
    pub(super) key_len: Option<usize>,
    pub(super) prf: DigestAlgorithm,
}

fn malformed(_: Asn1Error) -> Pkcs12Error {
    Pkcs12Error::Malformed { what: "encryption parameters" }
}

/// Reads an iteration count; one beyond any limit is kept as the largest number, for the limit to refuse.
pub(super) fn iterations(element: &Element<'_>) -> Result<u32, Asn1Error> {
    match u32::try_from(element.uint()?).unwrap_or(u32::MAX) {
        0 => Err(Asn1Error::Value),
        n => Ok(n),
    }
}

/// The digest of an HMAC identifier.
pub(super) fn hmac(element: &Element<'_>) -> Result<DigestAlgorithm, Pkcs12Error> {
    let (oid, _) = identifier(element).map_err(malformed)?;
    HMACS.iter().find(|(i, _)| *i == oid).map(|(_, d)| *d).ok_or(Pkcs12Error::Unsupported { oid })
}

impl Pbkdf2 {
    /// Reads the AlgorithmIdentifier of a key derivation function.
    pub(super) fn read(element: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let (oid, parameters) = identifier(element).map_err(malformed)?;
        if oid != PBKDF2 {
            return Err(Pkcs12Error::Unsupported { oid });
        }
        let parameters = parameters.ok_or(Asn1Error::Truncated).map_err(malformed)?;
        let mut r = parameters.expect(SEQUENCE).map_err(malformed)?.reader();
        let salt = r.any().map_err(malformed)?;
        if salt.tag & !0x20 != OCTET_STRING {
            return Err(Pkcs12Error::Malformed { what: "encryption parameters" });
        }
        let salt = salt.octets().map_err(malformed)?;
        let iterations = r.any().and_then(|e| iterations(&e)).map_err(malformed)?;
        let key_len = r.optional(INTEGER).and_then(|e| e.map(|e| e.uint()).transpose()).map_err(malformed)?;
        let prf = match r.next().map_err(malformed)? {
            Some(e) => hmac(&e)?,
            None => DigestAlgorithm::Sha1,
        };
        if salt.len() > MAX_SALT {
            return Err(Pkcs12Error::Malformed { what: "encryption parameters" });
        }
        let key_len = key_len.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        Ok(Pbkdf2 { salt, iterations, key_len, prf })
    }

    pub(super) fn derive(
        &self,
        crypto: &dyn CryptoProvider,
        password: &Password,
        len: usize,
        budget: &mut IterationBudget,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        budget.spend(self.iterations)?;
        let mut key = Zeroizing::new(vec![0; len]);
        crypto.pbkdf2(self.prf, &password.utf8, &self.salt, self.iterations, &mut key)?;
        Ok(key)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let key_len = self.key_len.map(|n| integer(&n.to_be_bytes())).unwrap_or_default();
        let parameters = sequence(&[
            &tlv(OCTET_STRING, &[&self.salt]),
            &integer(&self.iterations.to_be_bytes()),
            &key_len,
            &hmac_identifier(self.prf),
        ]);
        algorithm(&PBKDF2, &parameters)
    }
}

/// The AlgorithmIdentifier of an HMAC.
pub(super) fn hmac_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    let oid = HMACS.iter().find(|(_, d)| *d == digest).map_or(HMACS[0].0, |(i, _)| *i);
    algorithm(&oid, DER_NULL)
}

impl Scheme {
    /// Reads the AlgorithmIdentifier of an encryption.
    pub(super) fn read(element: &Element<'_>) -> Result<Self, Pkcs12Error> {
        let (oid, parameters) = identifier(element).map_err(malformed)?;
        let legacy = LEGACY.iter().find(|(i, _)| *i == oid).map(|(_, c)| *c);
        let pbes1 = PBES1.iter().find(|(i, _)| *i == oid).map(|(_, s)| *s);
        if legacy.is_none() && pbes1.is_none() && oid != PBES2 {
            return Err(Pkcs12Error::Unsupported { oid });
        }
        let parameters = parameters.ok_or(Asn1Error::Truncated).map_err(malformed)?;
        let mut r = parameters.expect(SEQUENCE).map_err(malformed)?.reader();
        if oid != PBES2 {
            let salt = r.any().and_then(|e| e.octets()).map_err(malformed)?;
            let iterations = r.any().and_then(|e| iterations(&e)).map_err(malformed)?;
            return match (legacy, pbes1) {
                (Some(cipher), _) => Ok(Scheme::Legacy { cipher, salt, iterations }),
                (_, Some(scheme)) => Ok(Scheme::Pbes1 { scheme, salt, iterations }),
                _ => Err(Pkcs12Error::Unsupported { oid }),
            };
        }
        let kdf = Pbkdf2::read(&r.any().map_err(malformed)?)?;
        let (oid, iv) = identifier(&r.any().map_err(malformed)?).map_err(malformed)?;
        r.end().map_err(malformed)?;
        let known = CIPHERS.iter().find(|(i, ..)| *i == oid);
        let &(_, cipher, key_len) = known.ok_or(Pkcs12Error::Unsupported { oid })?;
        let iv = iv.ok_or(Asn1Error::Truncated).and_then(|e| e.expect(OCTET_STRING)).map_err(malformed)?;
        if kdf.key_len.is_some_and(|n| n != key_len) {
            return Err(Pkcs12Error::Malformed { what: "encryption parameters" });
        }
        Ok(Scheme::Pbes2 { kdf, cipher, key_len, iv: iv.content.to_vec() })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        match self {
            Scheme::Legacy { cipher, salt, iterations } => {
                let oid = LEGACY.iter().find(|(_, c)| c == cipher).map_or(LEGACY[0].0, |(i, _)| *i);
                write_parameters(&oid, salt, *iterations)
            }
            Scheme::Pbes1 { scheme, salt, iterations } => {
                let oid = PBES1.iter().find(|(_, s)| s == scheme).map_or(PBES1[0].0, |(i, _)| *i);
                write_parameters(&oid, salt, *iterations)
            }
            Scheme::Pbes2 { kdf, cipher, iv, .. } => {
                let oid = CIPHERS.iter().find(|(_, c, _)| c == cipher).map_or(CIPHERS[0].0, |(i, ..)| *i);
                let cipher = algorithm(&oid, &tlv(OCTET_STRING, &[iv]));
                algorithm(&PBES2, &sequence(&[&kdf.write(), &cipher]))
            }
        }
    }

    /// What to tell about it.
    pub(super) fn describe(&self) -> (ProtectionAlgorithm, u32) {
        match self {
            Scheme::Legacy { cipher, iterations, .. } => {
                (ProtectionAlgorithm::Pkcs12Pbe(*cipher), *iterations)
            }
            Scheme::Pbes1 { scheme, iterations, .. } => (ProtectionAlgorithm::Pbes1(*scheme), *iterations),
            Scheme::Pbes2 { kdf, cipher, .. } => {
                (ProtectionAlgorithm::Pbes2 { prf: kdf.prf, cipher: *cipher }, kdf.iterations)
            }
        }
    }

    /// The cipher, key and IV.
    fn key(
        &self,
        crypto: &dyn CryptoProvider,
        password: &Password,
        budget: &mut IterationBudget,
    ) -> Result<KeyMaterial, Pkcs12Error> {
        match self {
            Scheme::Legacy { cipher, salt, iterations } => {
                budget.spend(*iterations)?;
                let (bulk, len) = match cipher {
                    LegacyCipher::TripleDes => (Some(BulkCipher::TripleDesCbc), 24),
                    LegacyCipher::TwoKeyTripleDes => (Some(BulkCipher::TripleDesCbc), 16),
                    LegacyCipher::Rc2Bits128 => (Some(BulkCipher::Rc2Cbc { effective_bits: 128 }), 16),
                    LegacyCipher::Rc2Bits40 => (Some(BulkCipher::Rc2Cbc { effective_bits: 40 }), 5),
                    LegacyCipher::Rc4Bits128 => (None, 16),
                    LegacyCipher::Rc4Bits40 => (None, 5),
                };
                let octets = |purpose, len| {
                    derive(crypto, DigestAlgorithm::Sha1, purpose, &password.bmp, salt, *iterations, len)
                };
                let Some(bulk) = bulk else { return Ok(KeyMaterial::Rc4(octets(Use::Key, len))) };
                budget.spend(*iterations)?; // once for the key, once for the IV
                let mut key = octets(Use::Key, len);
                if *cipher == LegacyCipher::TwoKeyTripleDes {
                    key.extend_from_within(..8); // the first key is also the third
                }
                Ok(KeyMaterial::Block(bulk, key, octets(Use::Iv, 8).to_vec()))
            }
            Scheme::Pbes1 { scheme, salt, iterations } => {
                budget.spend(*iterations)?;
                let seed = Zeroizing::new([password.utf8.as_slice(), salt].concat());
                // PBKDF1 (RFC 8018, 5.1): the first eight octets are the key, the next eight the IV (6.1).
                let derived: Zeroizing<Vec<u8>> = Zeroizing::new(match scheme {
                    Pbes1::Md5Des | Pbes1::Md5Rc2 => crypto.outdated_md5(&seed, *iterations)?.to_vec(),
                    Pbes1::Sha1Des | Pbes1::Sha1Rc2 => {
                        let first = crypto.digest(DigestAlgorithm::Sha1, &[&seed]);
                        crypto.rehash(DigestAlgorithm::Sha1, first, iterations.saturating_sub(1))
                    }
                });
                let bulk = match scheme {
                    Pbes1::Md5Des | Pbes1::Sha1Des => BulkCipher::DesCbc,
                    Pbes1::Md5Rc2 | Pbes1::Sha1Rc2 => BulkCipher::Rc2Cbc { effective_bits: 64 },
                };
                let octets = |range| derived.get(range).map(<[u8]>::to_vec).ok_or(CryptoError::BadLength);
                Ok(KeyMaterial::Block(bulk, Zeroizing::new(octets(0..8)?), octets(8..16)?))
            }
            Scheme::Pbes2 { kdf, cipher, key_len, iv } => {
                let key = kdf.derive(crypto, password, *key_len, budget)?;
                Ok(KeyMaterial::Block(*cipher, key, iv.clone()))
            }
        }
    }

    /// Decrypts; padding that is wrong means a wrong password.
    pub(super) fn decrypt(
        &self,
        crypto: &dyn CryptoProvider,
        password: &Password,
        ciphertext: &[u8],
        budget: &mut IterationBudget,
    ) -> Result<Zeroizing<Vec<u8>>, Pkcs12Error> {
        let (cipher, key, iv) = match self.key(crypto, password, budget)? {
            KeyMaterial::Block(cipher, key, iv) => (cipher, key, iv),
            KeyMaterial::Rc4(key) => {
                let mut out = Zeroizing::new(ciphertext.to_vec());
                crypto.outdated_rc4(&key, &mut out)?;
                return Ok(out);
            }
        };
        let block = if cipher_is_aes(cipher) { 16 } else { 8 };
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(block) {
            return Err(Pkcs12Error::Malformed { what: "encrypted data" });
        }
        let bad_iv = |e| match e {
            CryptoError::BadLength => Pkcs12Error::Malformed { what: "encryption parameters" },
            e => Pkcs12Error::Crypto(e),
        };
        let mut c = crypto.decryptor(cipher, &key, &iv).map_err(bad_iv)?;
        let mut out = Zeroizing::new(Vec::with_capacity(ciphertext.len() + block));
        c.update(ciphertext, &mut out)?;
        c.finish(None)?;
        let padding = usize::from(out.last().copied().unwrap_or(0));
        let split = out.len().checked_sub(padding).filter(|_| (1..=block).contains(&padding));
        let split = split.ok_or(Pkcs12Error::WrongPassword)?;
        if out.iter().skip(split).any(|b| usize::from(*b) != padding) {
            return Err(Pkcs12Error::WrongPassword);
        }
        out.truncate(split);
        Ok(out)
    }

    pub(super) fn encrypt(
        &self,
        crypto: &dyn CryptoProvider,
        password: &Password,
        plaintext: &[u8],
        budget: &mut IterationBudget,
    ) -> Result<Vec<u8>, Pkcs12Error> {
        let KeyMaterial::Block(cipher, key, iv) = self.key(crypto, password, budget)? else {
            return Err(CryptoError::Unsupported("encrypting with RC4").into());
        };
        let block = if cipher_is_aes(cipher) { 16 } else { 8 };
        let padding = block - plaintext.len() % block;
        let mut c = crypto.encryptor(cipher, &key, &iv)?;
        let mut out = Vec::with_capacity(plaintext.len() + 2 * block);
        c.update(plaintext, &mut out)?;
        c.update(&vec![padding as u8; padding], &mut out)?;
        c.finish(None)?;
        Ok(out)
    }
}

fn write_parameters(oid: &ObjectIdentifier, salt: &[u8], iterations: u32) -> Vec<u8> {
    let salt = tlv(OCTET_STRING, &[salt]);
    algorithm(oid, &sequence(&[&salt, &integer(&iterations.to_be_bytes())]))
}

fn cipher_is_aes(cipher: BulkCipher) -> bool {
    matches!(cipher, BulkCipher::Aes128Cbc | BulkCipher::Aes192Cbc | BulkCipher::Aes256Cbc)
}

/// PBES2 with AES-256-CBC and HMAC-SHA-256, as current programs write.
pub(super) fn modern(crypto: &dyn CryptoProvider, iterations: u32) -> Scheme {
    let (mut salt, mut iv) = (vec![0; 16], vec![0; 16]);
    crypto.random(&mut salt);
    crypto.random(&mut iv);
    let kdf = Pbkdf2 { salt, iterations, key_len: None, prf: DigestAlgorithm::Sha256 };
    Scheme::Pbes2 { kdf, cipher: BulkCipher::Aes256Cbc, key_len: 32, iv }
}

/// Triple DES, which every program reads.
pub(super) fn legacy(crypto: &dyn CryptoProvider, iterations: u32) -> Scheme {
    let mut salt = vec![0; 8];
    crypto.random(&mut salt);
    Scheme::Legacy { cipher: LegacyCipher::TripleDes, salt, iterations }
}
