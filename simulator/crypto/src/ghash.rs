//! GHASH (NIST SP 800-38D, 6.3 and 6.4) as far as it takes to authenticate additional data that arrives after the
//! ciphertext.
//!
//! The tag is `GHASH(data) xor E(J0)`, and GHASH is a polynomial in the hash key `H`. Additional data `A` in front of
//! `n` blocks of ciphertext adds `GHASH(A) * H^(n + 1)` and `bits(A) * H` to the hash without it, so that the tag over
//! no additional data can be had from the tag over `A`.

/// An element of GF(2^128): the octets of a block, the first bit the highest.
pub(crate) type Element = u128;

/// The reduction polynomial.
const R: Element = 0xE1 << 120;

/// The product. The time does not depend on the values.
fn multiply(x: Element, y: Element) -> Element {
    let (mut product, mut shifted) = (0, y);
    for bit in (0..128).rev() {
        product ^= shifted & 0u128.wrapping_sub(x >> bit & 1);
        shifted = shifted >> 1 ^ R & 0u128.wrapping_sub(shifted & 1);
    }
    product
}

/// `base` to the power of `exponent`, which is public.
fn power(mut base: Element, mut exponent: u64) -> Element {
    let mut product = 1 << 127; // the polynomial 1
    while exponent > 0 {
        if exponent & 1 == 1 {
            product = multiply(product, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    product
}

/// What additional data in front of `ciphertext_len` octets changes in the tag.
pub(crate) fn difference(h: Element, additional: &[u8], ciphertext_len: u64) -> [u8; 16] {
    let mut hash = 0;
    for chunk in additional.chunks(16) {
        let mut block = [0; 16];
        block[..chunk.len()].copy_from_slice(chunk);
        hash = multiply(hash ^ Element::from_be_bytes(block), h);
    }
    let bits = (additional.len() as Element * 8) << 64;
    let moved = multiply(hash, power(h, ciphertext_len.div_ceil(16) + 1));
    (moved ^ multiply(bits, h)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_powers_add() {
        let one = 1 << 127;
        let x = 0x66e9_4bd4_ef8a_2c3b_884c_fa59_ca34_2b2e;
        assert_eq!(multiply(x, one), x);
        assert_eq!(multiply(one, x), x);
        assert_eq!(power(x, 0), one);
        assert_eq!(power(x, 5), multiply(power(x, 2), power(x, 3)));
    }

    #[test]
    fn known_answer() {
        // The GCM specification's test case 2 (McGrew and Viega, appendix B): H, the only block, and the hash.
        let h = 0x66e9_4bd4_ef8a_2c3b_884c_fa59_ca34_2b2e;
        let block = 0x0388_dace_60b6_a392_f328_c2b9_71b2_fe78;
        let hash = multiply(multiply(block, h) ^ 128, h);
        assert_eq!(hash, 0xf38c_bb1a_d692_23dc_c345_7ae5_b6b0_f885);
    }
}
