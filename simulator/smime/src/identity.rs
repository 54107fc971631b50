//! A certificate with its private key.

use crate::algorithm::{EC_PUBLIC_KEY, RSA_ENCRYPTION, identifier};
use crate::asn1::{
    DER_NULL, INTEGER, OCTET_STRING, Reader, SEQUENCE, algorithm, context, integer, sequence, tlv,
};
use crate::{Certificate, Context, CryptoError, LoadedKey, pem};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thiserror::Error;
use zeroize::Zeroizing;

/// The largest private key that is read, in octets.
pub const MAX_PRIVATE_KEY_SIZE: usize = 32 * 1024;

/// A private key as DER PKCS#8 (RFC 5958), wiped from memory when dropped.
///
/// Its `Debug` output is redacted. **Serialising writes the key itself** (base64): only into snapshots that are
/// kept as secrets.
#[derive(Clone)]
pub struct PrivateKey {
    der: Zeroizing<Vec<u8>>,
    /// What [`PrivateKey::keep_loaded`] read.
    loaded: Option<Arc<dyn LoadedKey>>,
}

impl PartialEq for PrivateKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for PrivateKey {}

/// A certificate, its private key and the issuers that were delivered with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The certificate of the key.
    pub certificate: Certificate,
    /// The private key.
    pub key: PrivateKey,
    /// The certificates of issuers, nearest first, as far as they were delivered; the leaf is not included.
    pub chain: Vec<Certificate>,
}

/// Why a private key cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// The key is larger than [`MAX_PRIVATE_KEY_SIZE`].
    #[error("the private key has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// It is not a DER `PrivateKeyInfo`, `RSAPrivateKey` or `ECPrivateKey`.
    #[error("the private key cannot be read")]
    Malformed,
    /// The text holds no private key block, or one that is not closed or not base64.
    #[error("there is no PEM private key")]
    NoKey,
    /// The key is encrypted.
    #[error("the private key is encrypted")]
    Encrypted,
    /// The key is encrypted in the form that PEM had before PKCS#8 (RFC 1421, as OpenSSL wrote it), which is not read.
    #[error(
        "the private key is encrypted in OpenSSL's old form (Proc-Type: 4,ENCRYPTED), which is not read; convert it: \
         openssl pkcs8 -topk8 -in OLD -out NEW"
    )]
    OldEncryption,
}

impl PrivateKey {
    /// Takes a DER PKCS#8 key; whether the key inside makes sense is seen when it is loaded.
    ///
    /// # Errors
    /// [`PrivateKeyError`] when it is too large or not a `PrivateKeyInfo`.
    pub fn from_pkcs8(der: Vec<u8>) -> Result<Self, PrivateKeyError> {
        let der = Zeroizing::new(der);
        if der.len() > MAX_PRIVATE_KEY_SIZE {
            return Err(PrivateKeyError::TooLarge { size: der.len(), limit: MAX_PRIVATE_KEY_SIZE });
        }
        let mut outer = Reader::der(&der);
        let mut r = outer.expect(SEQUENCE).map_err(|_| PrivateKeyError::Malformed)?.reader();
        outer.end().map_err(|_| PrivateKeyError::Malformed)?;
        r.any()
            .and_then(|v| v.uint())
            .and_then(|_| identifier(&r.any()?))
            .and_then(|_| r.expect(OCTET_STRING))
            .map_err(|_| PrivateKeyError::Malformed)?;
        Ok(PrivateKey { der, loaded: None })
    }

    /// Reads a key in DER: PKCS#8, PKCS#1 or SEC 1, not encrypted.
    ///
    /// # Errors
    /// [`PrivateKeyError`] when it cannot be read.
    pub fn from_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let malformed = PrivateKeyError::Malformed;
        if der.len() > MAX_PRIVATE_KEY_SIZE {
            return Err(PrivateKeyError::TooLarge { size: der.len(), limit: MAX_PRIVATE_KEY_SIZE });
        }
        let mut fields = Reader::der(der).expect(SEQUENCE).map_err(|_| malformed.clone())?.reader();
        let first = fields.any().map_err(|_| malformed.clone())?;
        let second = fields.any().map_err(|_| malformed.clone())?;
        match (first.tag, second.tag) {
            // version and algorithm
            (INTEGER, SEQUENCE) => Self::from_pkcs8(der.to_vec()),
            // version and modulus (RFC 8017, A.1.2)
            (INTEGER, INTEGER) => Self::from_pkcs8(wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), der)),
            // version and key (RFC 5915, 3)
            (INTEGER, OCTET_STRING) => Self::from_pkcs8(wrap(&ec_identifier(der).ok_or(malformed)?, der)),
            // algorithm and ciphertext (RFC 5958, 3)
            (SEQUENCE, OCTET_STRING) => Err(PrivateKeyError::Encrypted),
            _ => Err(malformed),
        }
    }

    /// Reads the first private key block of a PEM text: PKCS#8, PKCS#1 or SEC 1, not encrypted.
    ///
    /// # Errors
    /// [`PrivateKeyError`] when there is none or it cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Self, PrivateKeyError> {
        for block in pem::blocks(text) {
            let block = block.map_err(|_| PrivateKeyError::NoKey)?;
            let pkcs8 = match block.label.as_str() {
                "ENCRYPTED PRIVATE KEY" => return Err(PrivateKeyError::Encrypted),
                "PRIVATE KEY" => block.bytes.to_vec(),
                "RSA PRIVATE KEY" | "EC PRIVATE KEY" if block.headers => {
                    return Err(PrivateKeyError::OldEncryption);
                }
                "RSA PRIVATE KEY" => wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), &block.bytes),
                "EC PRIVATE KEY" => {
                    wrap(&ec_identifier(&block.bytes).ok_or(PrivateKeyError::Malformed)?, &block.bytes)
                }
                _ => continue,
            };
            return Self::from_pkcs8(pkcs8);
        }
        Err(PrivateKeyError::NoKey)
    }

    /// The DER PKCS#8 bytes. They are the secret.
    pub fn pkcs8(&self) -> &[u8] {
        &self.der
    }

    /// Reads the key now, so that every later [`PrivateKey::load`] of this value and its clones gives the same loaded
    /// key. Of use where one identity signs or opens many messages. All must then be handed the same cryptography.
    ///
    /// # Errors
    /// Those of [`PrivateKey::load`].
    pub fn keep_loaded(&mut self, cx: &Context<'_>) -> Result<(), CryptoError> {
        if self.loaded.is_none() {
            self.loaded = Some(Arc::from(cx.crypto.load_key(&self.der)?));
        }
        Ok(())
    }

    /// Reads the key for use; costs about half an RSA signature unless [`PrivateKey::keep_loaded`] has done it.
    ///
    /// # Errors
    /// The provider's: a kind or size of key that it does not implement, or a key that cannot be read.
    pub fn load(&self, cx: &Context<'_>) -> Result<Arc<dyn LoadedKey>, CryptoError> {
        match &self.loaded {
            Some(loaded) => Ok(Arc::clone(loaded)),
            None => cx.crypto.load_key(&self.der).map(Arc::from),
        }
    }

    /// Whether the key is the private half of what is certified.
    pub fn matches(&self, cx: &Context<'_>, certificate: &Certificate) -> bool {
        self.load(cx).is_ok_and(|key| same_key(&key.public_key(), certificate.spki_der()))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for PrivateKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(&*self.der));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for PrivateKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        // the decoder's error would show a byte of the secret
        let der = base64::engine::general_purpose::STANDARD
            .decode(text.as_bytes())
            .map_err(|_| serde::de::Error::custom("the private key is not base64"))?;
        PrivateKey::from_pkcs8(der).map_err(serde::de::Error::custom)
    }
}

/// Whether two SubjectPublicKeyInfo hold the same key, whatever their algorithm parameters look like.
pub(crate) fn same_key(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    match (crate::algorithm::public_key(a), crate::algorithm::public_key(b)) {
        (Ok(a), Ok(b)) => a.algorithm.is_ok() && a.algorithm == b.algorithm && a.key == b.key,
        _ => false,
    }
}

fn wrap(identifier: &[u8], key: &[u8]) -> Vec<u8> {
    sequence(&[&integer(&[0]), identifier, &tlv(OCTET_STRING, &[key])])
}

/// The algorithm identifier for a SEC 1 key, from the curve that it names (RFC 5915, 3).
fn ec_identifier(sec1: &[u8]) -> Option<Vec<u8>> {
    let mut r = Reader::der(sec1).expect(SEQUENCE).ok()?.reader();
    r.any().ok()?;
    r.expect(OCTET_STRING).ok()?;
    let parameters = r.optional(context(0)).ok()??;
    Some(algorithm(&EC_PUBLIC_KEY, parameters.content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pkcs8(size: usize) -> Vec<u8> {
        let key = wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), &[]);
        let mut filler = size - key.len();
        while wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), &vec![0; filler]).len() > size {
            filler -= 1;
        }
        wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), &vec![0; filler])
    }

    #[test]
    fn debug_is_redacted() {
        let key = PrivateKey::from_pkcs8(pkcs8(100)).unwrap();
        assert_eq!(format!("{key:?}"), "[redacted]");
    }

    #[test]
    fn a_kept_key_is_read_once_and_is_the_same_key() {
        use crate::fake::FakeCrypto;
        use crate::{CryptoProvider, PublicKeyAlgorithm, Timestamp};
        let crypto = FakeCrypto::new(1);
        let cx = Context { now: Timestamp(0), crypto: &crypto };
        let der = crypto.generate_key(PublicKeyAlgorithm::Rsa { bits: 2048 }).unwrap();
        let plain = PrivateKey::from_pkcs8(der.to_vec()).unwrap();
        let mut kept = plain.clone();
        kept.keep_loaded(&cx).unwrap();
        assert_eq!(kept, plain);
        assert_eq!(format!("{kept:?}"), "[redacted]");
        assert_eq!(kept.load(&cx).unwrap().public_key(), plain.load(&cx).unwrap().public_key());
        assert!(PrivateKey::from_pkcs8(pkcs8(100)).unwrap().keep_loaded(&cx).is_err());
    }

    #[test]
    fn the_size_is_bounded() {
        assert!(PrivateKey::from_pkcs8(pkcs8(MAX_PRIVATE_KEY_SIZE)).is_ok());
        let over = pkcs8(MAX_PRIVATE_KEY_SIZE + 1);
        assert_eq!(over.len(), MAX_PRIVATE_KEY_SIZE + 1);
        assert!(matches!(PrivateKey::from_pkcs8(over), Err(PrivateKeyError::TooLarge { .. })));
    }

    #[test]
    fn der_of_every_kind_is_told_apart() {
        let rsa = sequence(&[&integer(&[0]), &integer(&[5])]);
        let whole = PrivateKey::from_der(&rsa).unwrap();
        assert_eq!(whole.pkcs8(), wrap(&algorithm(&RSA_ENCRYPTION, DER_NULL), &rsa));
        assert_eq!(PrivateKey::from_der(whole.pkcs8()).unwrap(), whole);
        let identifier = algorithm(&RSA_ENCRYPTION, DER_NULL);
        let encrypted = sequence(&[&identifier, &tlv(OCTET_STRING, &[&[1]])]);
        assert_eq!(PrivateKey::from_der(&encrypted), Err(PrivateKeyError::Encrypted));
        assert_eq!(PrivateKey::from_der(&[0x30, 0]), Err(PrivateKeyError::Malformed));
        let over = pkcs8(MAX_PRIVATE_KEY_SIZE + 1);
        assert!(PrivateKey::from_der(&pkcs8(MAX_PRIVATE_KEY_SIZE)).is_ok());
        assert!(matches!(PrivateKey::from_der(&over), Err(PrivateKeyError::TooLarge { .. })));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!(PrivateKey::from_pkcs8(vec![0x30, 0]), Err(PrivateKeyError::Malformed));
        assert_eq!(PrivateKey::from_pem(b"nothing"), Err(PrivateKeyError::NoKey));
        let encrypted = pem::block("ENCRYPTED PRIVATE KEY", &[0x30, 0]);
        assert_eq!(PrivateKey::from_pem(encrypted.as_bytes()), Err(PrivateKeyError::Encrypted));
        let old = pem::block("RSA PRIVATE KEY", &[0x30, 0]).replacen('\n', "\nProc-Type: 4,ENCRYPTED\n\n", 1);
        let error = PrivateKey::from_pem(old.as_bytes()).unwrap_err();
        assert_eq!(error, PrivateKeyError::OldEncryption);
        assert!(
            error.to_string().contains("Proc-Type") && error.to_string().contains("openssl pkcs8 -topk8")
        );
    }
}
