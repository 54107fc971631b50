//! Raising to two secret exponents, modulo a prime each.

use super::pairs::Number;
use super::product::{Factors, Product, Squarable, multiply, prepare, reduce, square};
use crate::rsa::columns::{self, each, load, store};
use std::arch::x86_64::*;

/// The bits of an exponent that are done at once.
pub(super) const WINDOW_BITS: usize = 5;
/// The powers that there are to choose from.
const POWERS: usize = 1 << WINDOW_BITS;

/// What is computed with.
#[derive(Clone, Copy)]
pub(super) struct Numbers<const Z: usize> {
    pub(super) powers: [Number<Z>; POWERS],
    pub(super) chosen: Number<Z>,
    pub(super) power: Squarable<Z>,
    pub(super) product: Product<Z>,
}

impl<const Z: usize> Numbers<Z> {
    const ZERO: Numbers<Z> = Numbers {
        powers: [Number::ZERO; POWERS],
        chosen: Number::ZERO,
        power: Squarable::ZERO,
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
    multiply(&numbers.power.number, number, &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Multiplies the power by one of the powers that there are to choose from.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply_by_power<const Z: usize>(factors: &Factors<Z>, at: usize, numbers: &mut Numbers<Z>) {
    multiply(&numbers.power.number, &numbers.powers[at], &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Multiplies the power by itself, where it is not ready to be squared.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply_by_itself<const Z: usize>(factors: &Factors<Z>, numbers: &mut Numbers<Z>) {
    multiply(&numbers.power.number, &numbers.power.number, &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Squares the power.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn squared<const Z: usize>(factors: &Factors<Z>, numbers: &mut Numbers<Z>) {
    square(&numbers.power, &mut numbers.product);
    reduce(factors, &numbers.product, &mut numbers.power);
}

/// Chooses a power for each number, reading all.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn choose<const Z: usize>(powers: &[Number<Z>; POWERS], at: [u8; 2], chosen: &mut Number<Z>) {
    let wanted = _mm512_broadcast_i64x2(_mm_set_epi64x(i64::from(at[1]), i64::from(at[0])));
    let one = _mm512_set1_epi64(1);
    let zero = _mm512_setzero_si512();
    let mut number = zero;
    let mut top = zero;
    let mut blocks = [zero; 10];
    for power in powers {
        let found = _mm512_cmpeq_epi64_mask(number, wanted);
        each!(column {
            if column < Z {
                blocks[column] = _mm512_mask_mov_epi64(blocks[column], found, load(&power.blocks[column]));
            }
        });
        top = _mm512_mask_mov_epi64(top, found, load(&power.top));
        number = _mm512_add_epi64(number, one);
    }
    each!(column {
        if column < Z {
            store(&mut chosen.blocks[column], blocks[column]);
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
    numbers.powers[0] = *one;
    numbers.powers[1] = numbers.power.number;
    for at in 2..POWERS {
        multiply_by_power(factors, 1, numbers);
        numbers.powers[at] = numbers.power.number;
    }
    for (place, digit) in digits.iter().enumerate() {
        choose(&numbers.powers, *digit, &mut numbers.chosen);
        if place == 0 {
            prepare(&numbers.chosen, &mut numbers.power);
            continue;
        }
        for _ in 0..WINDOW_BITS {
            squared(factors, numbers);
        }
        multiply(&numbers.power.number, &numbers.chosen, &mut numbers.product);
        reduce(factors, &numbers.product, &mut numbers.power);
    }
}
