//! MD5, for keys from passwords of old files.

use aws_lc_sys as sys;
use zeroize::Zeroizing;

/// MD5 (RFC 1321).
pub(crate) fn md5(bytes: &[u8]) -> Zeroizing<[u8; 16]> {
    let mut out = Zeroizing::new([0; 16]);
    // SAFETY: reads `bytes` with its length and writes the 16 octets that `out` has; it gives back `out` or null, and
    // does not fail with the memory of this process for both.
    let done = unsafe { sys::MD5(bytes.as_ptr(), bytes.len(), out.as_mut_ptr()) };
    assert!(!done.is_null(), "MD5 does not fail");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // RFC 1321, A.5
        assert_eq!(*md5(b""), 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128.to_be_bytes());
        assert_eq!(*md5(b"abc"), 0x9001_5098_3cd2_4fb0_d696_3f7d_28e1_7f72_u128.to_be_bytes());
    }
}
