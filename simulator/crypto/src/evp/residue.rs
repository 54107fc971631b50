//! Arithmetic on large numbers that a key needs once.

use super::key::forget_errors;
use aws_lc_sys as sys;
use smime::CryptoError;
use std::ptr::{NonNull, null_mut};

/// A large number, freed when dropped.
struct Number(NonNull<sys::BIGNUM>);

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::BN_free(self.0.as_ptr()) }
    }
}

/// Room for intermediate numbers, freed when dropped.
struct Room(NonNull<sys::BN_CTX>);

impl Drop for Room {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// 2 to the power `exponent` modulo `modulus`, whose octets are given from the highest and are not all zero, with as
/// many octets.
pub(crate) fn power_of_two(exponent: usize, modulus: &[u8]) -> Option<Vec<u8>> {
    let exponent = exponent.try_into().ok()?;
    let mut out = vec![0; modulus.len()];
    // SAFETY: the numbers and the room are owned and live throughout; the slices are read and written with their own
    // lengths; a quotient may be null.
    let done = unsafe {
        let n = Number(NonNull::new(sys::BN_bin2bn(modulus.as_ptr(), modulus.len(), null_mut()))?);
        let power = Number(NonNull::new(sys::BN_new())?);
        let room = Room(NonNull::new(sys::BN_CTX_new())?);
        sys::BN_set_bit(power.0.as_ptr(), exponent) == 1
            && sys::BN_div(null_mut(), power.0.as_ptr(), power.0.as_ptr(), n.0.as_ptr(), room.0.as_ptr()) == 1
            && sys::BN_bn2bin_padded(out.as_mut_ptr(), out.len(), power.0.as_ptr()) == 1
    };
    match done {
        true => Some(out),
        false => {
            forget_errors(CryptoError::Failed);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two() {
        assert_eq!(power_of_two(10, &[0x03, 0xe9]), Some(vec![0, 23])); // 1024 = 1001 + 23
        assert_eq!(power_of_two(15, &[0xff]), Some(vec![0x80])); // 2^8 = 1
        assert_eq!(power_of_two(15, &[0]), None);
    }
}
