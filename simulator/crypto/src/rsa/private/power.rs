//! Raising to two secret exponents, modulo a prime each.

use super::pairs::Number;
use super::product::{Factors, Product, multiply, reduce, square};
use crate::rsa::columns::{self, each, load, store};
use std::arch::x86_64::*;

/// The most powers that there are to choose from.
const POWERS: usize = 1 << window_bits(1);

/// The bits of an exponent that are done at once, the digits, for numbers of so many blocks. With many blocks they are
/// fewer, so that all that is computed with stays in the first cache.
pub(super) const fn window_bits(blocks: usize) -> usize {
    if blocks > 8 { 4 } else { 5 }
}

/// What is computed with.
#[derive(Clone, Copy)]
pub(super) struct Numbers<const Z: usize> {
    pub(super) powers: [Number<Z>; POWERS],
    pub(super) chosen: Number<Z>,
    pub(super) power: Number<Z>,
    pub(super) product: Product<Z>,
}

impl<const Z: usize> Numbers<Z> {
    const ZERO: Numbers<Z> = Numbers {
        powers: [Number::ZERO; POWERS],
        chosen: Number::ZERO,
        power: Number::ZERO,
        product: Product::ZERO,
    };
}

/// Room for numbers, wiped when dropped.
pub(super) struct Room<const Z: usize>(pub(super) Numbers<Z>);

impl<const Z: usize> Room<Z> {
    pub(super) fn new() -> Room<Z> {
        Room(Numbers::ZERO)
    }
}

impl<const Z: usize> Drop for Room<Z> {
    fn drop(&mut self) {
        self.0 = Numbers::ZERO;
        columns::see(self);
    }
}

/// Multiplies the power by a number, both in the form of Montgomery.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply_by<const Z: usize>(
    factors: &Factors<Z>,
    number: &Number<Z>,
    numbers: &mut Numbers<Z>,
) {
    multiply(&numbers.power, number, &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Multiplies the power by one of the powers that there are to choose from.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply_by_power<const Z: usize>(factors: &Factors<Z>, at: usize, numbers: &mut Numbers<Z>) {
    multiply(&numbers.power, &numbers.powers[at], &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Squares the power.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn squared<const Z: usize>(factors: &Factors<Z>, numbers: &mut Numbers<Z>) {
    square(&numbers.power, &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Chooses among some of the powers, whose exponents begin at `first`, one for each number, reading all; what was chosen
/// stays where the exponent is another.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn choose<const Z: usize>(
    powers: &[Number<Z>],
    first: usize,
    exponents: [u8; 2],
    chosen: &mut Number<Z>,
) {
    let wanted = _mm512_broadcast_i64x2(_mm_set_epi64x(i64::from(exponents[1]), i64::from(exponents[0])));
    let mut exponent = _mm512_set1_epi64(first as i64);
    let mut top = load(&chosen.top);
    let mut blocks = [_mm512_setzero_si512(); 10];
    each!(block {
        if block < Z {
            blocks[block] = load(&chosen.blocks[block]);
        }
    });
    for power in powers {
        let found = _mm512_cmpeq_epi64_mask(exponent, wanted);
        each!(block {
            if block < Z {
                blocks[block] = _mm512_mask_mov_epi64(blocks[block], found, load(&power.blocks[block]));
            }
        });
        top = _mm512_mask_mov_epi64(top, found, load(&power.top));
        exponent = _mm512_add_epi64(exponent, _mm512_set1_epi64(1));
    }
    each!(block {
        if block < Z {
            store(&mut chosen.blocks[block], blocks[block]);
        }
    });
    store(&mut chosen.top, top);
}

/// Raises the power, in the form of Montgomery, to the exponents whose digits are given, the highest first. `one` is the
/// form of 1.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn raise<const Z: usize>(
    factors: &Factors<Z>,
    one: &Number<Z>,
    digits: &[[u8; 2]],
    numbers: &mut Numbers<Z>,
) {
    let count = 1 << window_bits(Z);
    numbers.powers[0] = *one;
    numbers.powers[1] = numbers.power;
    for at in 2..count {
        multiply_by_power(factors, 1, numbers);
        numbers.powers[at] = numbers.power;
    }
    let Some((first, digits)) = digits.split_first() else { return };
    choose(&numbers.powers[..count], 0, *first, &mut numbers.chosen);
    numbers.power = numbers.chosen;
    let part = count.div_ceil(window_bits(Z));
    for digit in digits {
        // between the squarings, which wait for themselves
        for (at, powers) in numbers.powers[..count].chunks(part).enumerate() {
            choose(powers, at * part, *digit, &mut numbers.chosen);
            square(&numbers.power, &mut numbers.product);
            reduce(factors, &numbers.product, &mut numbers.power);
        }
        multiply(&numbers.power, &numbers.chosen, &mut numbers.product);
        reduce(factors, &numbers.product, &mut numbers.power);
    }
}
