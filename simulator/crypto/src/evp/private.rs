//! Private keys with what RSA's operation needs, computed once.
//!
//! The arithmetic of RSA is [`PrivatePower`]'s where it can be, and taking OAEP's padding off is [`oaep`]'s then, because
//! the library does that only within its own operation; everything else goes through aws-lc with [`Key`]. What is refused,
//! and what the refusal is called, is the same on both ways.

use super::key::{Key, MAX_SALT, RsaPadding, check_length, done, table};
use super::public::fill_signed;
use crate::oaep;
use crate::rsa::PrivatePower;
use aws_lc_sys as sys;
use smime::{CryptoError, PublicKeyAlgorithm, SignatureScheme};
use std::ffi::c_int;
use zeroize::Zeroizing;

/// A private key.
pub(crate) struct PrivateKey {
    key: Key,
    power: Option<PrivatePower>,
}

impl PrivateKey {
    /// Reads a private key, as [`Key::from_pkcs8`] does.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, CryptoError> {
        let key = Key::from_pkcs8(der)?;
        let power = key.rsa_parts().and_then(|parts| PrivatePower::new(&parts));
        Ok(PrivateKey { key, power })
    }

    /// What the key is.
    pub(crate) fn algorithm(&self) -> Result<PublicKeyAlgorithm, CryptoError> {
        self.key.algorithm()
    }

    /// The DER SubjectPublicKeyInfo.
    pub(crate) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        self.key.spki()
    }

    /// The secret scalar of a key for P-256, in big-endian octets.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn p256_scalar(&self) -> Result<Zeroizing<[u8; 32]>, CryptoError> {
        self.key.p256_scalar()
    }

    /// Signs a digest; Ed25519 is not done here.
    pub(crate) fn sign(&self, scheme: SignatureScheme, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let Some(power) = &self.power else { return self.key.sign(scheme, digest) };
        // what is signed is known to everyone who sees the signature
        let mut block = vec![0; power.len()];
        match scheme {
            SignatureScheme::RsaPkcs1(algorithm) => {
                check_length(algorithm, digest)?;
                fill_signed(algorithm, digest, &mut block).ok_or(CryptoError::Failed)?;
            }
            SignatureScheme::RsaPss { digest: algorithm, mgf, salt_len } => {
                check_length(algorithm, digest)?;
                if salt_len > MAX_SALT {
                    return Err(CryptoError::BadLength);
                }
                // SAFETY: the RSA key belongs to the live key; the block has its modulus' length and the digest its
                // algorithm's; the tables are static.
                done(unsafe {
                    sys::RSA_padding_add_PKCS1_PSS_mgf1(
                        self.key.rsa_key(),
                        block.as_mut_ptr(),
                        digest.as_ptr(),
                        table(algorithm),
                        table(mgf),
                        salt_len as c_int,
                    )
                })?;
            }
            _ => return self.key.sign(scheme, digest),
        }
        power.raise(&mut block).ok_or(CryptoError::Failed)?;
        Ok(block)
    }

    /// Decrypts.
    pub(crate) fn decrypt(
        &self,
        padding: &RsaPadding<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let parameters = match padding {
            RsaPadding::None => None,
            RsaPadding::Oaep(parameters) => Some(parameters),
            RsaPadding::Pkcs1 => return self.key.decrypt(padding, ciphertext),
        };
        let Some(power) = self.power.as_ref().filter(|power| ciphertext.len() == power.len()) else {
            return self.key.decrypt(padding, ciphertext);
        };
        let mut block = Zeroizing::new(ciphertext.to_vec());
        power.raise(&mut block).ok_or(CryptoError::Failed)?;
        match parameters {
            Some(parameters) => oaep::message(&block, parameters).ok_or(CryptoError::Failed),
            None => Ok(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smime::{DigestAlgorithm, OaepParameters};

    #[test]
    fn both_ways_make_and_refuse_the_same() {
        for bits in [1024, 2048, 3072] {
            let private = PrivateKey::from_pkcs8(&Key::generate_rsa(bits).unwrap()).unwrap();
            let (key, size) = (&private.key, bits as usize / 8);
            let sha256 = DigestAlgorithm::Sha256;
            let pss = |salt_len| SignatureScheme::RsaPss { digest: sha256, mgf: sha256, salt_len };
            for algorithm in [DigestAlgorithm::Sha1, sha256, DigestAlgorithm::Sha512] {
                let scheme = SignatureScheme::RsaPkcs1(algorithm);
                let digest = vec![7; algorithm.output_len()];
                assert_eq!(private.sign(scheme, &digest).unwrap(), key.sign(scheme, &digest).unwrap());
                assert_eq!(private.sign(scheme, &digest[1..]), Err(CryptoError::BadLength));
                assert_eq!(key.sign(scheme, &digest[1..]), Err(CryptoError::BadLength));
            }
            let longest = bits / 8 - 32 - 2;
            for salt_len in [0, 32, longest] {
                let made = private.sign(pss(salt_len), &[7; 32]).unwrap();
                assert_eq!(key.verify(pss(salt_len), &[7; 32], &made), Ok(()));
                assert!(salt_len == 0 || made != private.sign(pss(salt_len), &[7; 32]).unwrap());
            }
            for (salt_len, digest) in [(longest + 1, 32), (MAX_SALT, 32), (MAX_SALT + 1, 32), (32, 31)] {
                let refused = private.sign(pss(salt_len), &vec![7; digest]).unwrap_err();
                assert_eq!(Err(refused), key.sign(pss(salt_len), &vec![7; digest]), "{salt_len} {digest}");
            }
            for scheme in [SignatureScheme::Ecdsa(sha256), SignatureScheme::Ed25519] {
                assert_eq!(private.sign(scheme, &[7; 32]), key.sign(scheme, &[7; 32]));
            }
            let mut texts = vec![vec![0; size], vec![0xff; size], vec![1; size], vec![1; size - 1]];
            texts.push([&vec![0; size - 1][..], &[1]].concat());
            texts.push(vec![1; size + 1]);
            for text in texts {
                let decrypted = private.decrypt(&RsaPadding::None, &text);
                assert_eq!(decrypted, key.decrypt(&RsaPadding::None, &text), "{text:x?}");
            }
            let (sha1, sha512) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha512);
            for (digest, mgf, label) in [(sha256, sha256, ""), (sha1, sha512, "label"), (sha512, sha1, "")] {
                let oaep = OaepParameters { digest, mgf, label: label.into() };
                for padding in [RsaPadding::Pkcs1, RsaPadding::Oaep(&oaep)] {
                    // a hash of 512 bits needs more than a key of 1024 has
                    let Ok(sent) = key.encrypt(&padding, b"text") else {
                        assert_eq!((bits, digest), (1024, sha512));
                        let short = private.decrypt(&padding, &vec![1; size]);
                        assert_eq!(short, key.decrypt(&padding, &vec![1; size]));
                        continue;
                    };
                    let text = private.decrypt(&padding, &sent);
                    assert_eq!(text.as_ref().unwrap()[..], *b"text");
                    assert_eq!(text, key.decrypt(&padding, &sent));
                    let mut changed = sent.clone();
                    changed[size - 1] ^= 1;
                    let other = OaepParameters { label: b"other".to_vec(), ..oaep.clone() };
                    for (padding, sent) in [(&padding, &changed), (&RsaPadding::Oaep(&other), &sent)] {
                        let refused = private.decrypt(padding, sent);
                        assert!(refused.is_err());
                        assert_eq!(refused, key.decrypt(padding, sent));
                    }
                }
            }
        }
    }
}
