//! Public keys with what their operations need, computed once.
//!
//! The arithmetic of RSA is [`Power`]'s where it can be, and the paddings around it are here; everything else goes
//! through aws-lc with [`Key`], which also says what is accepted and what each refusal is called: here it is the same.

use super::key::{Key, MAX_SALT, RsaPadding, check_length, forget_errors, table};
use crate::padding;
use crate::rsa::Power;
use aws_lc_sys as sys;
use smime::{CryptoError, DigestAlgorithm, OaepParameters, SignatureScheme};
use std::ffi::c_int;
use zeroize::Zeroizing;

/// The most octets that a modulus has for which there is a [`Power`], and so a padding string.
const OCTETS_MAX: usize = 512;
/// How many octets are drawn to stand in for zeros in a padding string, which has two at most as a rule.
const SPARE: usize = 16;

/// A public key.
pub(crate) struct PublicKey {
    key: Key,
    power: Option<Power>,
}

impl PublicKey {
    pub(super) fn from_spki(der: &[u8]) -> Result<PublicKey, CryptoError> {
        let key = Key::from_spki(der)?;
        let power = key.rsa_numbers().and_then(|(modulus, exponent)| Power::new(&modulus, exponent));
        Ok(PublicKey { key, power })
    }

    /// The DER SubjectPublicKeyInfo.
    #[cfg(test)]
    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        self.key.spki()
    }

    /// Verifies a signature over a digest, or over a message for Ed25519.
    pub(crate) fn verify(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        match (&self.power, scheme) {
            (Some(power), SignatureScheme::RsaPkcs1(algorithm)) => {
                check_length(algorithm, digest)?;
                let block = raised(power, signature)?;
                is_signed(algorithm, digest, &block)
            }
            (Some(power), SignatureScheme::RsaPss { digest: algorithm, mgf, salt_len }) => {
                check_length(algorithm, digest)?;
                if salt_len > MAX_SALT {
                    return Err(CryptoError::BadLength);
                }
                let block = raised(power, signature)?;
                // SAFETY: the RSA key belongs to the live key; the digest has its algorithm's length and the block its
                // modulus'; the tables are static.
                let ok = unsafe {
                    sys::RSA_verify_PKCS1_PSS_mgf1(
                        self.key.rsa_key(),
                        digest.as_ptr(),
                        table(algorithm),
                        table(mgf),
                        block.as_ptr(),
                        salt_len as c_int,
                    )
                };
                if ok == 1 { Ok(()) } else { Err(forget_errors(CryptoError::BadSignature)) }
            }
            _ => self.key.verify(scheme, digest, signature),
        }
    }

    pub(crate) fn encrypt(&self, padding: &RsaPadding<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let Some(power) = &self.power else { return self.key.encrypt(padding, plaintext) };
        let mut block = Zeroizing::new(vec![0; power.len()]);
        match padding {
            RsaPadding::Pkcs1 => pad(&mut block, plaintext)?,
            RsaPadding::Oaep(parameters) => pad_oaep(&mut block, parameters, plaintext)?,
            RsaPadding::None => return self.key.encrypt(padding, plaintext),
        }
        // both paddings begin with a zero octet, so the block is less than the modulus
        power.raise(&mut block).ok_or(CryptoError::Failed)?;
        Ok(std::mem::take(&mut *block))
    }
}

/// What was signed.
fn raised(power: &Power, signature: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if signature.len() != power.len() {
        return Err(CryptoError::BadSignature);
    }
    let mut block = signature.to_vec();
    power.raise(&mut block).ok_or(CryptoError::BadSignature)?;
    Ok(block)
}

/// Compares a block with the one that is signed for a digest (RFC 8017, 9.2). Nothing here is secret.
fn is_signed(algorithm: DigestAlgorithm, digest: &[u8], block: &[u8]) -> Result<(), CryptoError> {
    let right = || {
        let (head, end) = block.split_at_checked(block.len().checked_sub(digest.len())?)?;
        let (head, info) = head.split_last_chunk::<2>()?;
        let (head, prefix) = head.split_at_checked(head.len().checked_sub(info_prefix(algorithm).len())?)?;
        let [0, 1, padding @ .., 0] = head else { return None };
        let lengths = [4, digest.len() as u8];
        let fixed = prefix == info_prefix(algorithm) && *info == lengths && end == digest;
        (fixed && padding.len() >= padding::OVERHEAD - 3 && padding.iter().all(|octet| *octet == 0xff))
            .then_some(())
    };
    right().ok_or(CryptoError::BadSignature)
}

/// What a DigestInfo has before the octet string with the digest (RFC 8017, 9.2, note 1): the parameters are NULL.
fn info_prefix(algorithm: DigestAlgorithm) -> &'static [u8] {
    match algorithm {
        DigestAlgorithm::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00",
        DigestAlgorithm::Sha224 => b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00",
        DigestAlgorithm::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00",
        DigestAlgorithm::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00",
        DigestAlgorithm::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00",
    }
}

/// Fills a block with a plaintext and random padding (RFC 8017, 7.2.1, step 2).
fn pad(block: &mut [u8], plaintext: &[u8]) -> Result<(), CryptoError> {
    let head = block.len().checked_sub(plaintext.len()).filter(|head| *head >= padding::OVERHEAD);
    let (head, message) = block.split_at_mut(head.ok_or(CryptoError::BadLength)?);
    message.copy_from_slice(plaintext);
    let [zero, two, random @ .., end] = head else { return Err(CryptoError::BadLength) };
    (*zero, *two, *end) = (0, 2, 0);
    fill_nonzero(random)
}

/// Draws octets that are not zero, each of the others with the same probability. Which of the octets that were drawn
/// were zero says nothing about those that are used.
fn fill_nonzero(out: &mut [u8]) -> Result<(), CryptoError> {
    let mut drawn = Zeroizing::new([0; OCTETS_MAX + SPARE]);
    let drawn = drawn.get_mut(..out.len() + SPARE).ok_or(CryptoError::BadLength)?;
    let mut at = drawn.len();
    let mut next = |drawn: &mut [u8]| {
        loop {
            if at == drawn.len() {
                aws_lc_rs::rand::fill(drawn).map_err(|_| CryptoError::Failed)?;
                at = 0;
            }
            at += 1;
            if drawn[at - 1] != 0 {
                return Ok(drawn[at - 1]);
            }
        }
    };
    for octet in out {
        *octet = next(drawn)?;
    }
    Ok(())
}

/// Fills a block with a plaintext as OAEP pads it.
fn pad_oaep(block: &mut [u8], parameters: &OaepParameters, plaintext: &[u8]) -> Result<(), CryptoError> {
    let label = &parameters.label;
    // SAFETY: the slices are live and passed with their lengths; the tables are static.
    let ok = unsafe {
        sys::RSA_padding_add_PKCS1_OAEP_mgf1(
            block.as_mut_ptr(),
            block.len(),
            plaintext.as_ptr(),
            plaintext.len(),
            label.as_ptr(),
            label.len(),
            table(parameters.digest),
            table(parameters.mgf),
        )
    };
    // what can be wrong is the length
    if ok == 1 { Ok(()) } else { Err(forget_errors(CryptoError::BadLength)) }
}
