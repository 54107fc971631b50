//! The operation against aws-lc's own.

use super::*;
use aws_lc_sys as sys;
use std::ptr::null_mut;

/// x^e mod n as aws-lc computes it; the modulus need not be the product of primes.
fn oracle(n: &[u8], e: u64, x: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; n.len()];
    let mut len = 0;
    // SAFETY: what is made is freed; slices are passed with their lengths; the key copies its numbers.
    let done = unsafe {
        let (n, big_e) = (sys::BN_bin2bn(n.as_ptr(), n.len(), null_mut()), sys::BN_new());
        assert_eq!(sys::BN_set_u64(big_e, e), 1);
        let key = sys::RSA_new_public_key(n, big_e);
        assert!(!key.is_null());
        let no_padding = sys::RSA_NO_PADDING;
        let done =
            sys::RSA_encrypt(key, &mut len, out.as_mut_ptr(), out.len(), x.as_ptr(), x.len(), no_padding);
        sys::RSA_free(key);
        sys::BN_free(n);
        sys::BN_free(big_e);
        sys::ERR_clear_error();
        done
    };
    (done == 1).then_some(out)
}

/// Octets that look random and are the same each time.
pub(super) fn octets(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// An odd number with exactly so many bits.
fn modulus(bits: usize, seed: u64) -> Vec<u8> {
    let mut n = octets(bits.div_ceil(8), seed);
    let top = 0x80 >> (n.len() * 8 - bits);
    n[0] = n[0] & (2 * top - 1) as u8 | top as u8;
    *n.last_mut().unwrap() |= 1;
    n
}

/// Whether the processor has the instructions; the tests say so when there is nothing to test.
pub(super) fn detected() -> bool {
    let detected = columns::detect();
    if !detected {
        eprintln!("SKIPPED: the processor has no AVX-512 IFMA");
    }
    detected
}

/// Compares for one number; `None` when it is not less than the modulus for both.
fn compare(power: &Power, n: &[u8], e: u64, x: &[u8]) -> Option<Vec<u8>> {
    let mut ours = x.to_vec();
    let ours = power.raise(&mut ours).map(|()| ours);
    assert_eq!(ours, oracle(n, e, x), "{} bits, e = {e}, x = {x:x?}", 8 * n.len());
    ours
}

/// The numbers of a modulus where something ends.
fn edges(n: &[u8]) -> Vec<Vec<u8>> {
    let mut edges = vec![vec![0; n.len()], n.to_vec(), vec![0xff; n.len()]];
    let (mut one, mut before, mut after) = (vec![0; n.len()], n.to_vec(), n.to_vec());
    *one.last_mut().unwrap() = 1;
    *before.last_mut().unwrap() -= 1;
    if let Some(last) = after.iter_mut().rev().find(|octet| **octet < 0xff) {
        *last += 1;
    }
    let mut half = vec![0xff; n.len()];
    half[0] = 0;
    edges.extend([one, before, after, half]);
    edges
}

#[test]
fn sizes_and_exponents() {
    if !detected() {
        return;
    }
    let sizes = [
        1024, 1025, 1031, 1152, 1243, 1244, 1245, 1536, 2047, 2048, 2050, 2073, 2074, 2075, 2080, 2944, 3072,
        3320, 3321, 3322, 3328, 4095, 4096,
    ];
    for (seed, bits) in sizes.into_iter().enumerate() {
        for e in [3, 5, 17, 65537, 0xffff_ffff, (1 << 32) + 1, (1 << 33) - 1] {
            let n = modulus(bits, seed as u64 + e);
            let power = Power::new(&n, e).unwrap();
            assert_eq!(power.len(), n.len());
            for x in edges(&n) {
                let below = x < n;
                assert_eq!(compare(&power, &n, e, &x).is_some(), below);
            }
            for round in 0..4 {
                let mut x = octets(n.len(), 1000 * round + e);
                x[0] &= n[0] >> 1;
                compare(&power, &n, e, &x).unwrap();
            }
        }
    }
}

#[test]
fn many_numbers() {
    if !detected() {
        return;
    }
    for (bits, times) in [(1024, 400), (2048, 400), (3072, 100), (4096, 100)] {
        for seed in 0..times {
            let n = modulus(bits, seed);
            let e = if seed % 2 == 0 { 65537 } else { 3 };
            let power = Power::new(&n, e).unwrap();
            let mut x = octets(n.len(), seed + 77);
            x[0] &= 0x7f;
            compare(&power, &n, e, &x).unwrap();
        }
    }
}

#[test]
fn limbs_that_are_all_ones_or_nearly_empty() {
    if !detected() {
        return;
    }
    for bits in [1024, 1244, 2048, 2074, 3072, 3321, 4096] {
        let ones = {
            let mut n = vec![0xff; usize::div_ceil(bits, 8)];
            n[0] >>= n.len() * 8 - bits;
            n
        };
        let top = {
            let mut n = vec![0; usize::div_ceil(bits, 8)];
            n[0] = 1 << ((bits - 1) % 8);
            *n.last_mut().unwrap() = 1;
            n
        };
        let mut stripes = modulus(bits, 5);
        for (at, octet) in stripes.iter_mut().enumerate().skip(1) {
            *octet = if at / 13 % 2 == 0 { 0xff } else { 0 };
        }
        *stripes.last_mut().unwrap() |= 1;
        for n in [ones, top, stripes] {
            for e in [3, 65537] {
                let power = Power::new(&n, e).unwrap();
                for x in edges(&n) {
                    compare(&power, &n, e, &x);
                }
                // powers of two and what is one less: long runs of carries
                for bit in (0..bits - 1).step_by(13) {
                    let mut x = vec![0; n.len()];
                    let at = n.len() - 1 - bit / 8;
                    x[at] = 1 << (bit % 8);
                    compare(&power, &n, e, &x);
                    x[at] -= 1;
                    x[at + 1..].fill(0xff);
                    compare(&power, &n, e, &x);
                }
            }
        }
    }
}

#[test]
fn keys_that_are_not_done_here() {
    let n = modulus(2048, 1);
    assert_eq!(Power::new(&n, 65537).is_some(), columns::detect());
    for e in [0, 1, 2, 65536, (1 << 33) + 1, u64::MAX] {
        assert!(Power::new(&n, e).is_none(), "{e}");
    }
    let mut even = n.clone();
    even[255] ^= 1;
    let leading = [&[0], &n[..]].concat();
    for n in [even, leading, modulus(1023, 1), modulus(4097, 1), Vec::new(), vec![0; 256], vec![1]] {
        assert!(Power::new(&n, 65537).is_none(), "{n:x?}");
    }
    if let Some(power) = Power::new(&n, 3) {
        assert!(power.raise(&mut [1; 255]).is_none());
        assert!(power.raise(&mut [1; 257]).is_none());
    }
}
