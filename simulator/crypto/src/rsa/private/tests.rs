//! The operation against aws-lc's own.

use super::*;
use crate::rsa::tests::{detected, octets};
use aws_lc_sys as sys;
use std::ptr::null_mut;

/// A key of aws-lc's, freed when dropped, and its numbers.
struct Oracle {
    key: *mut sys::RSA,
    parts: RsaParts,
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::RSA_free(self.key) }
    }
}

impl Oracle {
    /// Makes a key of so many bits.
    fn new(bits: u32) -> Oracle {
        // SAFETY: what is made is freed; the key copies the exponent.
        let key = unsafe {
            let (key, e) = (sys::RSA_new(), sys::BN_new());
            assert_eq!(sys::BN_set_u64(e, 65537), 1);
            assert_eq!(sys::RSA_generate_key_ex(key, bits as i32, e, null_mut()), 1);
            sys::BN_free(e);
            key
        };
        let octets = |number: *const sys::BIGNUM, len: usize| {
            let mut octets = vec![0; len];
            // SAFETY: the number belongs to the live key, and the octets are as many as is said.
            assert_eq!(unsafe { sys::BN_bn2bin_padded(octets.as_mut_ptr(), len, number) }, 1);
            Zeroizing::new(octets)
        };
        let len = bits as usize / 8;
        // SAFETY: reads of a live key.
        let parts = unsafe {
            RsaParts {
                n: octets(sys::RSA_get0_n(key), len).to_vec(),
                e: 65537,
                p: octets(sys::RSA_get0_p(key), len / 2),
                q: octets(sys::RSA_get0_q(key), len / 2),
                d_p: octets(sys::RSA_get0_dmp1(key), len / 2),
                d_q: octets(sys::RSA_get0_dmq1(key), len / 2),
                q_inverse: octets(sys::RSA_get0_iqmp(key), len / 2),
            }
        };
        Oracle { key, parts }
    }

    /// What aws-lc raises a number to.
    fn raise(&self, x: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; x.len()];
        let mut len = 0;
        // SAFETY: the key is live, and the slices are passed with their lengths.
        let done = unsafe {
            let (to, from) = (out.as_mut_ptr(), x.as_ptr());
            let done =
                sys::RSA_decrypt(self.key, &mut len, to, out.len(), from, x.len(), sys::RSA_NO_PADDING);
            sys::ERR_clear_error();
            done
        };
        (done == 1).then_some(out)
    }

    /// The same key with its primes in the other order.
    fn turned(&self) -> RsaParts {
        let parts = &self.parts;
        let mut p_inverse = Zeroizing::new(vec![0; parts.p.len()]);
        // SAFETY: what is made is freed; the slices are passed with their lengths.
        unsafe {
            let number = |octets: &[u8]| sys::BN_bin2bn(octets.as_ptr(), octets.len(), null_mut());
            let (p, q, room) = (number(&parts.p), number(&parts.q), sys::BN_CTX_new());
            assert!(!sys::BN_mod_inverse(p, p, q, room).is_null());
            assert_eq!(sys::BN_bn2bin_padded(p_inverse.as_mut_ptr(), p_inverse.len(), p), 1);
            sys::BN_free(p);
            sys::BN_free(q);
            sys::BN_CTX_free(room);
        }
        RsaParts {
            n: parts.n.clone(),
            e: parts.e,
            p: parts.q.clone(),
            q: parts.p.clone(),
            d_p: parts.d_q.clone(),
            d_q: parts.d_p.clone(),
            q_inverse: p_inverse,
        }
    }
}

/// A small multiple of a number, and what lies beside it, in so many octets.
fn multiples(number: &[u8], len: usize) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for factor in [1, 2, 3, 0xffff_fffb] {
        let mut multiple = vec![0; len];
        let mut carry = 0;
        for (to, from) in multiple.iter_mut().rev().zip(number.iter().rev().chain([&0; 4])) {
            let sum = u64::from(*from) * factor + carry;
            *to = sum as u8;
            carry = sum >> 8;
        }
        let (mut below, mut above) = (multiple.clone(), multiple.clone());
        if let (Some(below), Some(above)) = (below.last_mut(), above.last_mut()) {
            (*below, *above) = (*below ^ 1, *above ^ 2);
        }
        all.extend([multiple, below, above]);
    }
    all
}

/// The numbers of a key where something ends.
fn edges(parts: &RsaParts) -> Vec<Vec<u8>> {
    let len = parts.n.len();
    let small = |number: u8| {
        let mut octets = vec![0; len];
        octets[len - 1] = number;
        octets
    };
    let mut edges = vec![parts.n.clone(), vec![0xff; len]];
    edges.extend([0, 1, 2, 3].map(small));
    for less in 1..=3 {
        let mut before = parts.n.clone();
        for octet in before.iter_mut().rev() {
            let borrowed = octet.checked_sub(less);
            *octet = octet.wrapping_sub(less);
            if borrowed.is_some() || less > 1 {
                break;
            }
        }
        edges.push(before);
    }
    let mut half = vec![0xff; len];
    half[0] = 0;
    edges.push(half);
    edges.extend(multiples(&parts.p, len));
    edges.extend(multiples(&parts.q, len));
    edges
}

#[test]
fn keys_of_all_sizes() {
    if !detected() {
        return;
    }
    for (bits, keys) in
        [(1024, 4), (1152, 2), (1536, 3), (2048, 4), (2176, 2), (2944, 1), (3072, 2), (4096, 2)]
    {
        for seed in 0..keys {
            let oracle = Oracle::new(bits);
            let (len, turned) = (oracle.parts.n.len(), oracle.turned());
            // p < q as well as p > q
            for parts in [&oracle.parts, &turned] {
                let power = PrivatePower::new(parts).unwrap();
                assert_eq!(power.len(), len);
                let mut cases = edges(parts);
                cases.extend((0..8).map(|at| {
                    let mut x = octets(len, 100 * seed + at);
                    x[0] &= 0x7f;
                    x
                }));
                for x in cases {
                    let mut ours = x.clone();
                    let done = power.raise(&mut ours);
                    let theirs = oracle.raise(&x);
                    assert_eq!(done.is_some(), theirs.is_some(), "{bits} bits, x = {x:x?}");
                    assert_eq!(ours, theirs.unwrap_or(x), "{bits} bits");
                }
                for len in [0, len - 1, len + 1] {
                    assert_eq!(power.raise(&mut vec![1; len]), None);
                }
            }
        }
    }
}

#[test]
fn wrong_parts_give_nothing() {
    if !detected() {
        return;
    }
    for bits in [1024, 2048] {
        let oracle = Oracle::new(bits);
        let (turned, len) = (oracle.turned(), bits as usize / 8);
        type Change = fn(&mut RsaParts) -> &mut [u8];
        let changes: [(Change, u8); 8] = [
            (|parts| &mut parts.d_p, 2),
            (|parts| &mut parts.d_q, 2),
            (|parts| &mut parts.q_inverse, 1),
            (|parts| &mut parts.p, 2),
            (|parts| &mut parts.q, 2),
            (|parts| &mut parts.n, 2),
            (|parts| &mut parts.d_p[..8], 0x80),
            (|parts| &mut parts.q_inverse[..1], 1),
        ];
        for (change, bit) in changes {
            let mut parts = Oracle { key: null_mut(), parts: copy(&oracle.parts) };
            *change(&mut parts.parts).last_mut().unwrap() ^= bit;
            if let Some(power) = PrivatePower::new(&parts.parts) {
                for seed in 0..3 {
                    let mut x = octets(len, seed);
                    x[0] = 0x55 & oracle.parts.n[0] >> 1;
                    let before = x.clone();
                    assert_eq!(power.raise(&mut x), None);
                    assert_eq!(x, before);
                }
            }
        }
        // a part of the other order
        let mixed = RsaParts { q_inverse: turned.q_inverse.clone(), ..copy(&oracle.parts) };
        assert_eq!(PrivatePower::new(&mixed).unwrap().raise(&mut vec![0x11; len]), None);
    }
}

fn copy(parts: &RsaParts) -> RsaParts {
    RsaParts {
        n: parts.n.clone(),
        e: parts.e,
        p: parts.p.clone(),
        q: parts.q.clone(),
        d_p: parts.d_p.clone(),
        d_q: parts.d_q.clone(),
        q_inverse: parts.q_inverse.clone(),
    }
}

#[test]
fn keys_that_are_not_done_here() {
    let oracle = Oracle::new(1024);
    let of = |change: fn(&mut RsaParts)| {
        let mut parts = copy(&oracle.parts);
        change(&mut parts);
        PrivatePower::new(&parts)
    };
    assert_eq!(of(|_| ()).is_some(), columns::detect());
    let changes: [fn(&mut RsaParts); 10] = [
        |parts| parts.e = 65536,
        |parts| parts.e = 1,
        |parts| parts.p[63] ^= 1,
        |parts| parts.q[63] ^= 1,
        |parts| parts.n[127] ^= 1,
        |parts| parts.p[0] = 0,
        |parts| parts.q[0] >>= 1,
        |parts| parts.p.truncate(63),
        |parts| parts.d_q.push(0),
        |parts| parts.n.clear(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        assert!(of(change).is_none(), "{at}");
    }
}

#[test]
fn every_power_can_be_chosen() {
    if !detected() {
        return;
    }
    fn check<const Z: usize>() {
        let mut room = Room::<Z>::new();
        let numbers = &mut room.0;
        for (at, power) in numbers.powers.iter_mut().enumerate() {
            for limb in 0..Number::<Z>::DIGITS {
                *power.pair_mut(limb) = [(1000 * at + limb) as u64, (100_000 * at + limb) as u64];
            }
        }
        for first in 0..32u8 {
            for second in 0..32u8 {
                // SAFETY: the instructions were detected.
                for (at, powers) in numbers.powers.chunks(7).enumerate() {
                    unsafe { power::choose(powers, 7 * at, [first, second], &mut numbers.chosen) };
                }
                for limb in 0..Number::<Z>::DIGITS {
                    let right = [1000 * u64::from(first), 100_000 * u64::from(second)];
                    assert_eq!(*numbers.chosen.pair(limb), right.map(|number| number + limb as u64));
                }
            }
        }
    }
    check::<3>();
    check::<5>();
    check::<10>();
}

/// What aws-lc has for a large number, freed when dropped.
struct Large(*mut sys::BIGNUM);

impl Drop for Large {
    fn drop(&mut self) {
        // SAFETY: owned; freed only here.
        unsafe { sys::BN_free(self.0) }
    }
}

impl Large {
    fn new(octets: &[u8]) -> Large {
        // SAFETY: the slice is read with its length.
        Large(unsafe { sys::BN_bin2bn(octets.as_ptr(), octets.len(), null_mut()) })
    }

    fn power_of_two(bits: usize) -> Large {
        let mut octets = vec![0; bits / 8 + 1];
        octets[0] = 1 << (bits % 8);
        Large::new(&octets)
    }

    /// The sum of digits in their places.
    fn of<const Z: usize>(number: &Number<Z>, which: usize) -> Large {
        let sum = Large::new(&[]);
        for at in (0..Number::<Z>::DIGITS).rev() {
            let digit = Large::new(&number.pair(at)[which].to_be_bytes());
            // SAFETY: the numbers are live.
            unsafe {
                assert_eq!(sys::BN_lshift(sum.0, sum.0, DIGIT_BITS as i32), 1);
                assert_eq!(sys::BN_add(sum.0, sum.0, digit.0), 1);
            }
        }
        sum
    }

    fn times(&self, other: &Large, modulus: &Large) -> Vec<u8> {
        let (product, mut octets) = (Large::new(&[]), vec![0; 512]);
        // SAFETY: the numbers are live, what is made is freed, and the slice is passed with its length.
        unsafe {
            let room = sys::BN_CTX_new();
            assert_eq!(sys::BN_mod_mul(product.0, self.0, other.0, modulus.0, room), 1);
            sys::BN_CTX_free(room);
            assert_eq!(sys::BN_bn2bin_padded(octets.as_mut_ptr(), octets.len(), product.0), 1);
        }
        octets
    }

    fn bits(&self) -> usize {
        // SAFETY: the number is live.
        unsafe { sys::BN_num_bits(self.0) as usize }
    }
}

/// A number with the largest digits there can be, or others, that is less than 2^`bits`.
fn number<const Z: usize>(bits: usize, digit: impl Fn(usize) -> u64) -> Number<Z> {
    let mut number = Number::ZERO;
    for at in 0..Number::<Z>::DIGITS {
        // a digit may have something more than it counts
        let left = bits.saturating_sub(at * DIGIT_BITS as usize + 1);
        let most = if left >= 52 { DIGIT_MAX + (1 << 48) } else { (1 << left.min(51)) - 1 };
        *number.pair_mut(at) = [digit(2 * at).min(most), digit(2 * at + 1).min(most)];
    }
    number
}

/// Multiplies and squares the largest numbers, with the largest primes, and others.
fn check_products<const Z: usize>(bits: usize) {
    let len = bits.div_ceil(8);
    let top = 0x80 >> (8 * len - bits);
    let odd = |octets: Vec<u8>| {
        let mut odd = octets;
        odd[0] = odd[0] & (2 * top - 1) as u8 | top as u8;
        odd[len - 1] |= 1;
        Zeroizing::new(odd)
    };
    let primes = [odd(vec![0xff; len]), odd(vec![0; len]), odd(octets(len, 3)), odd(octets(len, 4))];
    let largest = bits + 57;
    let random = octets(8 * 2 * Number::<Z>::DIGITS, 9);
    let words = random.as_chunks().0;
    let numbers: [Number<Z>; 6] = [
        Number::ZERO,
        number(largest, |_| u64::MAX),
        number(largest, |at| u64::from_be_bytes(words[at]) >> 13),
        number(largest, |at| if at / 2 % 3 == 0 { u64::MAX } else { 0 }),
        number(largest, |at| if at % 2 == 0 { DIGIT_MAX } else { 0 }),
        number(largest, |at| u64::from(at < 2)),
    ];
    for (p, q) in primes.iter().zip(primes.iter().rev()) {
        let parts = RsaParts {
            n: Vec::new(),
            e: 3,
            p: p.clone(),
            q: q.clone(),
            d_p: p.clone(),
            d_q: q.clone(),
            q_inverse: p.clone(),
        };
        let key = Key::<Z>::new(&parts, bits);
        let moduli = [Large::new(p), Large::new(q)];
        let long = Large::power_of_two(Number::<Z>::DIGITS * DIGIT_BITS as usize);
        let mut room = Room::<Z>::new();
        let Numbers { power, product, .. } = &mut room.0;
        let check = |a: &Number<Z>, b: &Number<Z>, power: &Number<Z>| {
            for (which, modulus) in moduli.iter().enumerate() {
                let result = Large::of(power, which);
                assert!(result.bits() <= largest, "{Z} blocks, {bits} bits: {}", result.bits());
                let right = Large::of(a, which).times(&Large::of(b, which), modulus);
                assert_eq!(result.times(&long, modulus), right, "{Z} blocks, {bits} bits");
            }
            for at in 0..Number::<Z>::DIGITS {
                assert!(power.pair(at).iter().all(|digit| *digit <= DIGIT_MAX + (1 << 48)));
            }
        };
        for a in &numbers {
            for b in &numbers {
                // SAFETY: the instructions were detected.
                unsafe {
                    product::multiply(a, b, product);
                    product::reduce(&key.factors, product, power);
                }
                check(a, b, power);
            }
            // SAFETY: as above.
            unsafe {
                product::square(a, product);
                product::reduce(&key.factors, product, power);
            }
            check(a, a, power);
            // Montgomery's own method divides by R, and makes the result less than the prime
            for (which, modulus) in moduli.iter().enumerate() {
                let mut limbs = a.limbs(which);
                key.primes[which].reduce(&mut limbs);
                let mut less = Number::<Z>::ZERO;
                less.set(0, &limbs);
                let less = Large::of(&less, 0);
                // SAFETY: the numbers are live.
                assert!(unsafe { sys::BN_cmp(less.0, modulus.0) } < 0);
                let one = Large::new(&[1]);
                assert_eq!(less.times(&long, modulus), Large::of(a, which).times(&one, modulus));
            }
        }
    }
}

#[test]
fn the_largest_numbers_are_multiplied() {
    if !detected() {
        return;
    }
    for bits in [512, 576, bits_max(3)] {
        check_products::<3>(bits);
    }
    for bits in [bits_max(3) + 1, 768, bits_max(4)] {
        check_products::<4>(bits);
    }
    for bits in [bits_max(4) + 1, 1024, bits_max(5)] {
        check_products::<5>(bits);
    }
    for bits in [bits_max(5) + 1, 1088, 1536, bits_max(8)] {
        check_products::<8>(bits);
    }
    for bits in [bits_max(8) + 1, 2048, bits_max(10)] {
        check_products::<10>(bits);
    }
}
