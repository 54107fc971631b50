//! Signatures (FIPS 186-5, 6.4.1).
//!
//! aws-lc makes one in 10.6 us on a Zen 5, of which 3.9 go into the inverse of the nonce by Fermat's theorem. Division steps
//! (`inverse`) take a sixth of that. The nonce comes of aws-lc's generator, and so does the multiple of the generator of the
//! group, for which aws-lc has a table.
//!
//! The key, the nonce, its inverse and its product with what is signed are secret until they are put together, the digest and
//! the signature are public. How often a nonce is drawn, which is seen, tells nothing of the one that is taken.

use super::{FIELD, Scalar, order};
use crate::evp;
use aws_lc_rs::digest;
use smime::CryptoError;
use zeroize::Zeroizing;

/// How often a nonce is drawn before the generator is held for broken; a second time is needed once in 2^32 signatures.
const ATTEMPTS: usize = 32;
/// The longest ECDSA-Sig-Value: two integers of 33 octets.
const SIGNATURE_MAX: usize = 72;

impl Scalar {
    /// Signs a digest of any length; gives the DER ECDSA-Sig-Value (RFC 3279, 2.2.3).
    ///
    /// # Errors
    ///
    /// [`CryptoError::Failed`] when the library fails.
    pub(crate) fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, CryptoError> {
        // Should the generator fail, the nonce still depends on what nobody knows, and on what is signed.
        let mut seed = digest::Context::new(&digest::SHA512);
        seed.update(&*Zeroizing::new(order::to_octets(&self.0)));
        seed.update(digest);
        let seed = seed.finish();
        let seed = seed.as_ref().first_chunk().ok_or(CryptoError::Failed)?;
        for _ in 0..ATTEMPTS {
            let nonce = evp::random_seeded(seed)?;
            if let Some(signature) = self.sign_with(digest, &nonce)? {
                return Ok(signature);
            }
        }
        Err(CryptoError::Failed)
    }

    /// Signs with a nonce in big-endian octets; `None` when it does not do.
    pub(super) fn sign_with(
        &self,
        digest: &[u8],
        nonce: &[u8; FIELD],
    ) -> Result<Option<Vec<u8>>, CryptoError> {
        let Some(Scalar(k)) = Scalar::new(nonce) else { return Ok(None) };
        let r = order::reduced(&order::from_octets(&evp::p256_generator_x(nonce)?));
        let signed = order::reduced(&order::from_octets(&leftmost(digest)));
        // k^-1 (e + r d)
        let sum = Zeroizing::new(order::sum(&signed, &Zeroizing::new(order::product(&r, &self.0))));
        let s = order::product(&sum, &order::inverse(&k));
        Ok((r != [0; 4] && s != [0; 4]).then(|| encoded(&order::to_octets(&r), &order::to_octets(&s))))
    }
}

/// The leftmost 256 bits of a digest as a number, which for shorter digests is all of them.
fn leftmost(digest: &[u8]) -> [u8; FIELD] {
    let mut octets = [0; FIELD];
    let digest = digest.get(..FIELD).unwrap_or(digest);
    octets[FIELD - digest.len()..].copy_from_slice(digest);
    octets
}

/// The DER of two numbers that are not 0.
fn encoded(r: &[u8; FIELD], s: &[u8; FIELD]) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIGNATURE_MAX);
    out.extend_from_slice(&[0x30, 0]);
    for number in [r, s] {
        let zeros = number.iter().take_while(|octet| **octet == 0).count();
        let digits = &number[zeros.min(FIELD - 1)..];
        let sign = usize::from(digits[0] >> 7);
        out.extend_from_slice(&[2, (sign + digits.len()) as u8]);
        out.extend_from_slice(&[0][..sign]);
        out.extend_from_slice(digits);
    }
    out[1] = (out.len() - 2) as u8;
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p256::is_available;
    use aws_lc_sys as sys;
    use std::ptr::{null, null_mut};

    fn octets(hexadecimal: &str) -> Vec<u8> {
        let digits = hexadecimal.as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }

    fn number(hexadecimal: &str) -> [u8; FIELD] {
        octets(hexadecimal).try_into().unwrap()
    }

    /// RFC 6979, A.2.5: the message "sample".
    #[test]
    fn known_answers() {
        let Some(key) =
            Scalar::new(&number("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"))
        else {
            return;
        };
        for (algorithm, nonce, r, s) in [
            (
                &digest::SHA1_FOR_LEGACY_USE_ONLY,
                "882905F1227FD620FBF2ABF21244F0BA83D0DC3A9103DBBEE43A1FB858109DB4",
                "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
                "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB",
            ),
            (
                &digest::SHA256,
                "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
                "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
            ),
            (
                &digest::SHA512,
                "5FA81C63109BADB88C1F367B47DA606DA28CAD69AA22C4FE6AD7DF73A7173AA5",
                "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
                "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
            ),
        ] {
            let digest = digest::digest(algorithm, b"sample");
            let made = key.sign_with(digest.as_ref(), &number(nonce)).unwrap();
            assert_eq!(made, Some(encoded(&number(r), &number(s))), "{nonce}");
        }
    }

    /// What aws-lc signs with the same nonce.
    fn reference(key: &[u8; FIELD], digest: &[u8], nonce: &[u8; FIELD]) -> Option<Vec<u8>> {
        let (mut made, mut len) = (null_mut(), 0);
        // SAFETY: all values are live until they are freed below; the buffers have the lengths that are given; what the
        // signature is encoded to is copied before it is freed.
        unsafe {
            let group = sys::EC_group_p256();
            let number = sys::BN_bin2bn(key.as_ptr(), key.len(), null_mut());
            let point = sys::EC_POINT_new(group);
            assert_eq!(sys::EC_POINT_mul(group, point, number, null(), null(), null_mut()), 1);
            let whole = sys::EC_KEY_new_by_curve_name(sys::NID_X9_62_prime256v1);
            assert_eq!(sys::EC_KEY_set_private_key(whole, number), 1);
            assert_eq!(sys::EC_KEY_set_public_key(whole, point), 1);
            let signature = sys::ECDSA_sign_with_nonce_and_leak_private_key_for_testing(
                digest.as_ptr(),
                digest.len(),
                whole,
                nonce.as_ptr(),
                nonce.len(),
            );
            let mut out = None;
            if !signature.is_null() {
                assert_eq!(sys::ECDSA_SIG_to_bytes(&mut made, &mut len, signature), 1);
                out = Some(std::slice::from_raw_parts(made, len).to_vec());
                sys::OPENSSL_free(made.cast());
            }
            sys::ECDSA_SIG_free(signature);
            sys::EC_KEY_free(whole);
            sys::EC_POINT_free(point);
            sys::BN_free(number);
            sys::ERR_clear_error();
            out
        }
    }

    #[test]
    fn signatures_are_those_of_aws_lc_for_the_same_nonce() {
        if !is_available() {
            return;
        }
        let order = order::to_octets(&crate::p256::ORDER);
        let near = |less: u8| {
            let mut octets = order;
            octets[FIELD - 1] -= less;
            octets
        };
        let small = |number: u8| {
            let mut octets = [0; FIELD];
            octets[FIELD - 1] = number;
            octets
        };
        let half = order::to_octets(&std::array::from_fn(|at| {
            crate::p256::ORDER[at] >> 1 | crate::p256::ORDER.get(at + 1).map_or(0, |above| above << 63)
        }));
        let edges = [small(1), small(2), small(3), near(1), near(2), half, [0x55; FIELD], [0x7f; FIELD]];
        let digests =
            [vec![0; 32], vec![0xff; 32], order.to_vec(), near(1).to_vec(), vec![0xff; 64], vec![0xff; 20]];
        for key in &edges {
            for nonce in &edges {
                for digest in &digests {
                    let made = Scalar::new(key).unwrap().sign_with(digest, nonce).unwrap();
                    assert_eq!(made, reference(key, digest, nonce), "{key:x?} {nonce:x?} {digest:x?}");
                }
            }
        }
        for _ in 0..200 {
            let drawn = || *evp::random_seeded(&[0; 32]).unwrap();
            let (key, digest, nonce) = (drawn(), drawn(), drawn());
            let made = Scalar::new(&key).unwrap().sign_with(&digest, &nonce).unwrap();
            assert_eq!(made, reference(&key, &digest, &nonce), "{key:x?} {nonce:x?} {digest:x?}");
        }
    }

    #[test]
    fn no_nonce_is_used_twice_and_none_that_is_no_scalar() {
        let Some(key) = Scalar::new(&[1; FIELD]) else { return };
        let order = order::to_octets(&crate::p256::ORDER);
        for nonce in [[0; FIELD], order, [0xff; FIELD]] {
            assert_eq!(key.sign_with(&[7; 32], &nonce), Ok(None));
        }
        let r = |signature: &[u8]| signature[4..4 + usize::from(signature[3])].to_vec();
        let mut seen: Vec<_> = (0..50).map(|_| r(&key.sign(&[7; 32]).unwrap())).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 50);
    }

    #[test]
    fn numbers_are_written_without_superfluous_octets() {
        let mut small = [0; FIELD];
        small[FIELD - 1] = 0x80;
        let mut large = [0xff; FIELD];
        assert_eq!(encoded(&small, &small), [0x30, 8, 2, 2, 0, 0x80, 2, 2, 0, 0x80]);
        assert_eq!(encoded(&large, &large).len(), SIGNATURE_MAX);
        large[0] = 0x7f;
        assert_eq!(encoded(&large, &small)[..5], [0x30, 2 + 32 + 4, 2, 32, 0x7f]);
        assert_eq!(leftmost(&[5; 20])[..13], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    }
}
