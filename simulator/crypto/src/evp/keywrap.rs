//! AES key wrap (RFC 3394), with 192-bit keys too, which the safe interface lacks.

use aws_lc_sys as sys;
use smime::CryptoError;
use std::ffi::c_uint;
use std::mem::MaybeUninit;
use zeroize::{Zeroize as _, Zeroizing};

/// The longest key that is wrapped; content keys have at most 64 octets, private keys a few thousand.
const MAX_KEY: usize = 1 << 16;

fn check(bits: u16, kek: &[u8]) -> Result<c_uint, CryptoError> {
    match bits {
        128 | 192 | 256 if kek.len() * 8 == usize::from(bits) => Ok(c_uint::from(bits)),
        128 | 192 | 256 => Err(CryptoError::BadLength),
        _ => Err(CryptoError::Unsupported("AES with this key length")),
    }
}

/// The key schedule, wiped when dropped.
struct Schedule(MaybeUninit<sys::AES_KEY>);

impl Drop for Schedule {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

pub(crate) fn wrap(bits: u16, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let bits = check(bits, kek)?;
    if !(16..=MAX_KEY).contains(&key.len()) || !key.len().is_multiple_of(8) {
        return Err(CryptoError::BadLength);
    }
    let mut schedule = Schedule(MaybeUninit::uninit());
    let mut out = vec![0; key.len() + 8];
    // SAFETY: `kek` has `bits` bits (checked); the schedule is written before it is read because a result other
    // than 0 returns; `out` has the 8 octets more than `key` that wrapping writes; a null IV means the default.
    let written = unsafe {
        if sys::AES_set_encrypt_key(kek.as_ptr(), bits, schedule.0.as_mut_ptr()) != 0 {
            return Err(CryptoError::BadKey);
        }
        sys::AES_wrap_key(schedule.0.as_ptr(), std::ptr::null(), out.as_mut_ptr(), key.as_ptr(), key.len())
    };
    if usize::try_from(written) == Ok(out.len()) { Ok(out) } else { Err(CryptoError::Failed) }
}

pub(crate) fn unwrap(bits: u16, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let bits = check(bits, kek)?;
    if !(24..=MAX_KEY + 8).contains(&wrapped.len()) || !wrapped.len().is_multiple_of(8) {
        return Err(CryptoError::BadLength);
    }
    let mut schedule = Schedule(MaybeUninit::uninit());
    let mut out = Zeroizing::new(vec![0; wrapped.len() - 8]);
    // SAFETY: as in `wrap`; unwrapping writes 8 octets fewer than `wrapped` has, which is what `out` holds.
    let written = unsafe {
        if sys::AES_set_decrypt_key(kek.as_ptr(), bits, schedule.0.as_mut_ptr()) != 0 {
            return Err(CryptoError::BadKey);
        }
        sys::AES_unwrap_key(
            schedule.0.as_ptr(),
            std::ptr::null(),
            out.as_mut_ptr(),
            wrapped.as_ptr(),
            wrapped.len(),
        )
    };
    if usize::try_from(written) == Ok(out.len()) { Ok(out) } else { Err(CryptoError::Unwrap) }
}
