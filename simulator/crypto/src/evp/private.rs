//! Private keys with what RSA's operation needs, computed once.
//!
//! The arithmetic of RSA is [`PrivatePower`]'s where it can be; everything else goes through aws-lc with [`Key`], and so
//! does OAEP, whose padding the library takes off only within its own operation. What is refused, and what the refusal is
//! called, is the same on both ways.

use super::key::{Key, MAX_SALT, RsaPadding, check_length, done, table};
use super::public::fill_signed;
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
        match (&self.power, padding) {
            (Some(power), RsaPadding::None) if ciphertext.len() == power.len() => {
                let mut block = Zeroizing::new(ciphertext.to_vec());
                power.raise(&mut block).ok_or(CryptoError::Failed)?;
                Ok(block)
            }
            _ => self.key.decrypt(padding, ciphertext),
        }
    }
}
