//! What is computed once for a key.

use super::pairs::{DIGIT_BITS, Number, PAIRS};
use super::power::{self, Numbers, Room, window_bits};
use super::prime::{self, LONG_MAX, Limbs, Prime};
use super::product::Factors;
use super::{Key, LIMB_BITS};
use crate::evp::RsaParts;
use zeroize::Zeroizing;

impl<const Z: usize> Key<Z> {
    /// Prepares a key with odd primes of so many bits, for which `Z` blocks are enough.
    pub(super) fn new(parts: &RsaParts, bits: usize) -> Box<Key<Z>> {
        let mut key = Box::new(Key {
            primes: [Prime::ZERO; 2],
            factors: Factors::ZERO,
            cube: Number::ZERO,
            one: Number::ZERO,
            coefficient: Number::ZERO,
            digits: digits(parts, bits, window_bits(Z)),
        });
        let Key { primes, factors, coefficient, .. } = &mut *key;
        let mut room = Room::<Z>::new();
        let numbers = &mut room.0;
        let count = PAIRS * Z;
        let long = Number::<Z>::DIGITS * DIGIT_BITS as usize;
        for (which, (prime, octets)) in primes.iter_mut().zip([&parts.p, &parts.q]).enumerate() {
            prime.set(octets, count);
            let mut power = Limbs::new([0; LONG_MAX]);
            power[0] = 1;
            for at in (0..count + 2).rev() {
                prime.divide(&mut power);
                let blocks = match factors.blocks.get_mut(at / PAIRS) {
                    Some(places) => &mut places[at % PAIRS],
                    None => &mut factors.top[at % PAIRS],
                };
                for (at, limb) in power.iter().take(count).enumerate() {
                    blocks[at / PAIRS].0[at % PAIRS * 2 + which] = *limb;
                }
            }
            // 2R, from a power of two that is below the prime
            let mut double = Limbs::new([0; LONG_MAX]);
            double[(bits - 1) / LIMB_BITS as usize] = 1 << ((bits - 1) % LIMB_BITS as usize);
            for _ in bits - 1..=long {
                prime.double(&mut double);
            }
            numbers.power.set(which, &double);
        }
        coefficient.set(0, &prime::read(&parts.q_inverse));
        // SAFETY: a key is only ever made after `columns::detect` found the instructions in the processor.
        unsafe { key.complete(long, numbers) };
        key
    }

    /// Sets what takes multiplications, from 2R, where R has so many bits.
    #[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
    fn complete(&mut self, long: usize, numbers: &mut Numbers<Z>) {
        let factors = &self.factors;
        numbers.powers[0] = numbers.power;
        // 2^k R, where k becomes the bits of R
        for bit in (0..long.ilog2()).rev() {
            power::squared(factors, numbers);
            if long >> bit & 1 == 1 {
                power::multiply_by_power(factors, 0, numbers);
            }
        }
        numbers.powers[0] = numbers.power;
        power::multiply_by_power(factors, 0, numbers);
        self.cube = numbers.power;
        numbers.power = Number::ZERO;
        numbers.power.pair_mut(0).fill(1);
        power::multiply_by_power(factors, 0, numbers);
        self.one = numbers.power;
        numbers.power = self.coefficient;
        power::multiply_by(factors, &self.cube, numbers);
        self.coefficient = numbers.power;
    }
}

/// The digits of the exponents modulo both primes, which have so many bits.
fn digits(parts: &RsaParts, bits: usize, window: usize) -> Zeroizing<Vec<[u8; 2]>> {
    let digit = |octets: &[u8], at: usize| {
        let bit = at * window;
        let octet = |at: usize| octets.len().checked_sub(at + 1).map_or(0, |at| u16::from(octets[at]));
        let pair = octet(bit / 8 + 1) << 8 | octet(bit / 8);
        (pair >> (bit % 8)) as u8 & ((1 << window) - 1)
    };
    let count = bits.div_ceil(window);
    Zeroizing::new((0..count).rev().map(|at| [digit(&parts.d_p, at), digit(&parts.d_q, at)]).collect())
}
