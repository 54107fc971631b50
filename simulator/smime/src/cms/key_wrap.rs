//! How a content key is encrypted under an agreed key: AES key wrap, triple DES key wrap (RFC 3217) and the bare CBC
//! that Apple's library writes.

use super::cipher::{self, Unpadder};
use super::oid;
use crate::tlv::{Element, Tag, write};
use crate::{BulkCipher, CryptoError, CryptoProvider, DigestAlgorithm, KeyWrap};
use const_oid::ObjectIdentifier;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// The longest wrapped key that is opened, in octets.
const WRAPPED_MAX: usize = 1024;
const DES_BLOCK: usize = 8;
/// The initialisation vector of the second pass (RFC 3217, 3.1).
const SECOND_IV: [u8; DES_BLOCK] = [0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05];

/// How the content key of an agreement is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgreementWrap {
    /// AES key wrap (RFC 3394), by the bits of its key: 128, 192 or 256.
    Aes(u16),
    /// Triple DES key wrap (RFC 3217).
    TripleDes,
    /// CBC with the padding of content and an initialisation vector as the parameter, in no standard: what Apple's
    /// library writes, with triple DES, and reads, with AES too (Security, `cmspubkey.c`).
    Cbc(BulkCipher),
}

/// A wrap as a message names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapping {
    pub wrap: AgreementWrap,
    iv: Vec<u8>,
}

impl Wrapping {
    /// Reads the AlgorithmIdentifier of a key wrap; `None` for one that is not known.
    pub(super) fn read(algorithm: ObjectIdentifier, identifier: &[u8]) -> Option<Wrapping> {
        let plain = |wrap| Some(Wrapping { wrap, iv: Vec::new() });
        let cipher = match algorithm {
            oid::AES128_WRAP => return plain(AgreementWrap::Aes(128)),
            oid::AES192_WRAP => return plain(AgreementWrap::Aes(192)),
            oid::AES256_WRAP => return plain(AgreementWrap::Aes(256)),
            oid::TRIPLE_DES_WRAP => return plain(AgreementWrap::TripleDes),
            oid::TRIPLE_DES_CBC => BulkCipher::TripleDesCbc,
            oid::AES128_CBC => BulkCipher::Aes128Cbc,
            oid::AES192_CBC => BulkCipher::Aes192Cbc,
            oid::AES256_CBC => BulkCipher::Aes256Cbc,
            _ => return None,
        };
        let mut reader = Element::only(identifier, 0).ok()?.open(Tag::SEQUENCE, "a key wrap").ok()?;
        reader.next().ok()??;
        let iv = reader.next().ok()??.octet_string().ok()?.into_owned();
        (iv.len() == cipher::block_len(cipher)).then_some(Wrapping { wrap: AgreementWrap::Cbc(cipher), iv })
    }

    /// The length of the key that the content key is encrypted with.
    pub(super) fn key_bits(&self) -> u16 {
        match self.wrap {
            AgreementWrap::Aes(bits) => bits,
            AgreementWrap::TripleDes => 192,
            AgreementWrap::Cbc(cipher) => (cipher::key_len(cipher) * 8) as u16,
        }
    }

    /// The AlgorithmIdentifier that enters the key derivation: as it was sent, but NULL in place of Apple's vector
    /// (Security, `cmspubkey.c`, after RFC 3278, 8.2).
    pub(super) fn derivation_identifier<'s>(&self, sent: &'s [u8]) -> Cow<'s, [u8]> {
        match self.wrap {
            AgreementWrap::Cbc(cipher) => {
                let algorithm = cipher::algorithm(cipher).unwrap_or(oid::TRIPLE_DES_CBC);
                Cow::Owned(write::sequence(&[write::oid(algorithm), write::NULL.to_vec()]))
            }
            _ => Cow::Borrowed(sent),
        }
    }

    /// Decrypts a content key.
    pub(super) fn unwrap(
        &self,
        crypto: &dyn CryptoProvider,
        kek: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        if wrapped.len() > WRAPPED_MAX {
            return Err(CryptoError::BadLength);
        }
        match self.wrap {
            AgreementWrap::Aes(bits) => crypto.unwrap(KeyWrap::Aes(bits), kek, wrapped),
            AgreementWrap::TripleDes => triple_des_unwrap(crypto, kek, wrapped),
            AgreementWrap::Cbc(cipher) => {
                let mut unpadder =
                    Unpadder::new(crypto.decryptor(cipher, kek, &self.iv)?, cipher::block_len(cipher));
                let mut key = Zeroizing::new(Vec::with_capacity(wrapped.len()));
                unpadder.update(wrapped, &mut key)?;
                unpadder.hold_back(&mut key, 0);
                unpadder.finish(&mut key)?;
                Ok(key)
            }
        }
    }
}

/// Triple DES key unwrap (RFC 3217, 3.2).
fn triple_des_unwrap(
    crypto: &dyn CryptoProvider,
    kek: &[u8],
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    if wrapped.len() < 3 * DES_BLOCK || !wrapped.len().is_multiple_of(DES_BLOCK) {
        return Err(CryptoError::BadLength);
    }
    let mut reversed = cbc(crypto, kek, &SECOND_IV, wrapped)?;
    reversed.reverse();
    let (iv, inner) = reversed.split_at_checked(DES_BLOCK).ok_or(CryptoError::BadLength)?;
    let mut key = cbc(crypto, kek, iv, inner)?;
    let checked = key.len().saturating_sub(DES_BLOCK);
    let check = Zeroizing::new(key.split_off(checked));
    let digest = crypto.digest(DigestAlgorithm::Sha1, &[&key]);
    let wrong = check.iter().zip(&digest).fold(0, |wrong, (sent, made)| wrong | (sent ^ made));
    if wrong == 0 { Ok(key) } else { Err(CryptoError::Unwrap) }
}

fn cbc(
    crypto: &dyn CryptoProvider,
    key: &[u8],
    iv: &[u8],
    input: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut cipher = crypto.decryptor(BulkCipher::TripleDesCbc, key, iv)?;
    // One allocation, so that nothing of the key stays behind.
    let mut out = Zeroizing::new(Vec::with_capacity(input.len() + 2 * DES_BLOCK));
    cipher.update(input, &mut out)?;
    cipher.finish(None)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeCrypto;

    fn encrypt(crypto: &FakeCrypto, key: &[u8], iv: &[u8], input: &[u8]) -> Vec<u8> {
        let mut cipher = crypto.encryptor(BulkCipher::TripleDesCbc, key, iv).unwrap();
        let mut out = Vec::new();
        cipher.update(input, &mut out).unwrap();
        cipher.finish(None).unwrap();
        out
    }

    #[test]
    fn a_triple_des_wrap_opens_and_a_damaged_one_does_not() {
        let crypto = FakeCrypto::new(1);
        let (kek, key, iv) = ([1; 24], [2; 24], [3; 8]);
        let check = crypto.digest(DigestAlgorithm::Sha1, &[&key])[..8].to_vec();
        let inner = encrypt(&crypto, &kek, &iv, &[&key[..], &check].concat());
        let mut both = [&iv[..], &inner].concat();
        both.reverse();
        let wrapped = encrypt(&crypto, &kek, &SECOND_IV, &both);
        assert_eq!(wrapped.len(), 40);
        let wrapping = Wrapping { wrap: AgreementWrap::TripleDes, iv: Vec::new() };
        assert_eq!(wrapping.unwrap(&crypto, &kek, &wrapped).unwrap()[..], key);
        for at in 0..wrapped.len() {
            let mut damaged = wrapped.clone();
            damaged[at] ^= 1;
            assert_eq!(wrapping.unwrap(&crypto, &kek, &damaged), Err(CryptoError::Unwrap), "{at}");
        }
        for length in [0, 8, 16, 39] {
            let short = wrapping.unwrap(&crypto, &kek, &wrapped[..length]);
            assert_eq!(short, Err(CryptoError::BadLength));
        }
    }

    #[test]
    fn wrapped_keys_stop_at_the_bound() {
        let crypto = FakeCrypto::new(1);
        let wrapping = Wrapping { wrap: AgreementWrap::TripleDes, iv: Vec::new() };
        let at = wrapping.unwrap(&crypto, &[1; 24], &[0; WRAPPED_MAX]);
        assert_eq!(at, Err(CryptoError::Unwrap));
        let over = wrapping.unwrap(&crypto, &[1; 24], &[0; WRAPPED_MAX + 1]);
        assert_eq!(over, Err(CryptoError::BadLength));
    }

    #[test]
    fn the_vector_of_a_bare_cipher_is_not_in_the_derivation() {
        let sent = write::sequence(&[write::oid(oid::TRIPLE_DES_CBC), write::octet_string(&[7; 8])]);
        let wrapping = Wrapping::read(oid::TRIPLE_DES_CBC, &sent).unwrap();
        assert_eq!((wrapping.wrap, wrapping.key_bits()), (AgreementWrap::Cbc(BulkCipher::TripleDesCbc), 192));
        let null = write::sequence(&[write::oid(oid::TRIPLE_DES_CBC), write::NULL.to_vec()]);
        assert_eq!(wrapping.derivation_identifier(&sent), null);
        let short = write::sequence(&[write::oid(oid::TRIPLE_DES_CBC), write::octet_string(&[7; 7])]);
        assert_eq!(Wrapping::read(oid::TRIPLE_DES_CBC, &short), None);
    }
}
