//! What ECDH and signatures over P-256 take of aws-lc when the rest is computed here.

use super::Key;
use super::key::{done, forget_errors};
use aws_lc_sys as sys;
use smime::CryptoError;
use std::ptr::{NonNull, null, null_mut};
use zeroize::Zeroizing;

/// The length of a coordinate and of a scalar in octets.
const FIELD: usize = 32;
/// The length of a point whose coordinates are both there.
const POINT: usize = 1 + 2 * FIELD;

/// The x-coordinate of a point of P-256, which is not the one at infinity.
pub(crate) struct P256Point([u8; FIELD]);

impl P256Point {
    /// Reads a point (SEC 1, 2.3.4), compressed or not, and verifies that it is on the curve.
    pub(crate) fn read(octets: &[u8]) -> Result<P256Point, CryptoError> {
        let (Some(2..=4), Some(x)) = (octets.first(), octets.get(1..=FIELD)) else {
            return Err(CryptoError::BadKey);
        };
        // SAFETY: the group is static; the point is freed below, whatever comes of reading the live slice.
        let read = unsafe {
            let group = sys::EC_group_p256();
            let point = sys::EC_POINT_new(group);
            let read = sys::EC_POINT_oct2point(group, point, octets.as_ptr(), octets.len(), null_mut());
            sys::EC_POINT_free(point);
            read
        };
        match read {
            1 => Ok(P256Point(x.try_into().map_err(|_| CryptoError::BadKey)?)),
            _ => Err(forget_errors(CryptoError::BadKey)),
        }
    }

    /// The coordinate, in big-endian octets.
    pub(crate) fn x(&self) -> &[u8; FIELD] {
        &self.0
    }
}

/// A key of an elliptic curve, freed when dropped.
struct EcKey(NonNull<sys::EC_KEY>);

impl Drop for EcKey {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::EC_KEY_free(self.0.as_ptr()) }
    }
}

impl Key {
    /// The secret scalar of a private key for P-256, in big-endian octets.
    pub(crate) fn p256_scalar(&self) -> Result<Zeroizing<[u8; FIELD]>, CryptoError> {
        // SAFETY: the key is live and, when it is one of an elliptic curve, holds the other.
        unsafe { scalar(sys::EVP_PKEY_get0_EC_KEY(self.0.as_ptr())) }
    }
}

/// Makes a key for P-256: the secret scalar in big-endian octets, and the public point, not compressed.
pub(crate) fn generate_p256() -> Result<(Zeroizing<[u8; FIELD]>, Vec<u8>), CryptoError> {
    let mut point = vec![0; POINT];
    // SAFETY: the key is owned and live throughout, and so is its point; the buffer has the length that is given.
    unsafe {
        let key = EcKey(
            NonNull::new(sys::EC_KEY_new_by_curve_name(sys::NID_X9_62_prime256v1))
                .ok_or(CryptoError::Failed)?,
        );
        done(sys::EC_KEY_generate_key(key.0.as_ptr()))?;
        let written = sys::EC_POINT_point2oct(
            sys::EC_group_p256(),
            sys::EC_KEY_get0_public_key(key.0.as_ptr()),
            sys::point_conversion_form_t::POINT_CONVERSION_UNCOMPRESSED,
            point.as_mut_ptr(),
            point.len(),
            null_mut(),
        );
        if written != POINT {
            return Err(forget_errors(CryptoError::Failed));
        }
        Ok((scalar(key.0.as_ptr())?, point))
    }
}

/// The x-coordinate of a multiple of the generator of P-256, both in big-endian octets; the scalar, which is secret, is from
/// 1 to the order less 1.
pub(crate) fn p256_generator_x(scalar: &[u8; FIELD]) -> Result<[u8; FIELD], CryptoError> {
    let mut octets = [0; FIELD];
    // SAFETY: the group is static; all values are live until they are freed below (the scalar's number and the point are
    // wiped by that); the slices have the lengths that are given. What could not be made is null, which the functions that
    // free take, and nothing else is given it.
    let ok = unsafe {
        let group = sys::EC_group_p256();
        let number = sys::BN_bin2bn(scalar.as_ptr(), scalar.len(), null_mut());
        let (point, x) = (sys::EC_POINT_new(group), sys::BN_new());
        let ok = !number.is_null()
            && !point.is_null()
            && !x.is_null()
            && sys::EC_POINT_mul(group, point, number, null(), null(), null_mut()) == 1
            && sys::EC_POINT_get_affine_coordinates_GFp(group, point, x, null_mut(), null_mut()) == 1
            && sys::BN_bn2bin_padded(octets.as_mut_ptr(), octets.len(), x) == 1;
        sys::BN_free(x);
        sys::EC_POINT_free(point);
        sys::BN_clear_free(number);
        ok
    };
    if ok { Ok(octets) } else { Err(forget_errors(CryptoError::Failed)) }
}

/// Random octets that depend on a seed too.
pub(crate) fn random_seeded(seed: &[u8; FIELD]) -> Result<Zeroizing<[u8; FIELD]>, CryptoError> {
    let mut octets = Zeroizing::new([0; FIELD]);
    // SAFETY: writes the length that is given, and reads 32 octets of the seed, which has as many.
    done(unsafe {
        sys::RAND_bytes_with_user_prediction_resistance(octets.as_mut_ptr(), octets.len(), seed.as_ptr())
    })?;
    Ok(octets)
}

/// The secret scalar of a key.
///
/// # Safety
///
/// The pointer is null or points to a live key.
unsafe fn scalar(key: *const sys::EC_KEY) -> Result<Zeroizing<[u8; FIELD]>, CryptoError> {
    let mut octets = Zeroizing::new([0; FIELD]);
    if key.is_null() {
        return Err(CryptoError::BadKey);
    }
    // SAFETY: the key is live; its number is null for a public key and else lives as long; the buffer has the length
    // that is given.
    unsafe {
        let number = sys::EC_KEY_get0_private_key(key);
        if number.is_null() {
            return Err(CryptoError::BadKey);
        }
        done(sys::BN_bn2bin_padded(octets.as_mut_ptr(), octets.len(), number))?;
    }
    Ok(octets)
}
