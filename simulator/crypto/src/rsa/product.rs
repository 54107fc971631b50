//! Multiplying modulo n.

use super::Modulus;
use super::columns::{Columns, REGISTERS, add, anew, broadcast, carry, each, load, load_at, see, store, sum};
use super::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// A number to be squared: itself, its double, and the double's blocks without the bit that comes from the block below.
#[derive(Clone, Copy)]
pub(super) struct Squarable<const Z: usize> {
    pub(super) number: [Block; Z],
    double: [Block; Z],
    first: [Block; Z],
}

/// A product to be reduced: its low blocks, of which the last is apart, with the quotient of the reduction in its place;
/// and its high blocks, which are not carried.
#[derive(Clone, Copy)]
struct Product<const Z: usize> {
    low: [Block; Z],
    last: Block,
    high: [Block; Z],
}

/// What is computed with.
#[derive(Clone, Copy)]
pub(super) struct Numbers<const Z: usize> {
    pub(super) x: [Block; Z],
    pub(super) power: Squarable<Z>,
    form: [Block; Z],
    product: Product<Z>,
}

impl<const Z: usize> Numbers<Z> {
    const EMPTY: Numbers<Z> = {
        let zeros = [Block([0; LANES]); Z];
        Numbers {
            x: zeros,
            power: Squarable { number: zeros, double: zeros, first: zeros },
            form: zeros,
            product: Product { low: zeros, last: Block([0; LANES]), high: zeros },
        }
    };
}

/// Room for numbers, wiped when dropped.
pub(super) struct Room<const Z: usize>(pub(super) Numbers<Z>);

impl<const Z: usize> Room<Z> {
    pub(super) fn new() -> Room<Z> {
        Room(Numbers::EMPTY)
    }
}

impl<const Z: usize> Drop for Room<Z> {
    fn drop(&mut self) {
        self.0 = Numbers::EMPTY;
        see(self);
    }
}

/// Computes a product: the limbs `$limb` of one factor's blocks, the rows, with the blocks `$block` of the other, the
/// columns, where they are `$wanted`.
///
/// First come the low columns, because the quotient waits for their carries; the high ones are summed meanwhile, in two
/// halves.
macro_rules! product {
    (
        $modulus:ident, $factor:ident, $product:ident,
        |$at:ident, $row:ident, $column:ident| $limb:expr, $wanted:expr, $block:expr
    ) => {{
        let zero = _mm512_setzero_si512();
        let (mut below, mut above): (Columns, Columns) = ([zero; 20], [zero; 20]);
        sum!(below[Z + 1], LANES, 0, |$at, high, low| {
            let $factor = if Z > REGISTERS { anew($factor) } else { $factor };
            each!($row {
                if $row < Z {
                    let limb = $limb;
                    each!($column {
                        if $wanted && $row + $column < Z {
                            add!(high, low, $row + $column, limb, $block);
                        }
                    });
                }
            });
        });
        let carried = carry::<Z, 0>(&mut below);
        each!(at {
            if at < Z {
                store(&mut $product.low[at], below[at]);
            }
        });
        macro_rules! sum_above {
            ($from:expr, $to:expr) => {
                sum!(above[Z], $from, $to, |$at, high, low| {
                    let $factor = if Z > REGISTERS { anew($factor) } else { $factor };
                    each!($row {
                        if $row < Z {
                            let limb = $limb;
                            each!($column {
                                if $column < Z && $wanted && $row + $column >= Z {
                                    add!(high, low, $row + $column - Z, limb, $block);
                                }
                            });
                        }
                    });
                })
            };
        }
        sum_above!(LANES, LANES / 2);
        let quotient = quotient(&$product.low, &$modulus.quotients);
        store(&mut $product.low[Z - 1], quotient);
        store(&mut $product.last, below[Z - 1]);
        sum_above!(LANES / 2, 0);
        above[0] = _mm512_add_epi64(above[0], _mm512_add_epi64(below[Z], carried));
        each!(at {
            if at < Z {
                store(&mut $product.high[at], above[at]);
            }
        });
    }};
}

/// Multiplies; reduced, the product is a b / X^Z modulo n, less than (Z + 1) n, as a and b must be.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply<const Z: usize>(modulus: &Modulus<Z>, a: &[Block; Z], b: &[Block; Z], product: &mut Product<Z>) {
    product!(modulus, a, product, |at, row, column| broadcast(&b[row], at), true, &a[column]);
}

/// Squares a number so many times as [`multiply`] multiplies, reducing each time.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square<const Z: usize>(
    modulus: &Modulus<Z>,
    number: &mut Squarable<Z>,
    times: u32,
    product: &mut Product<Z>,
) {
    for _ in 0..times {
        let factor = &*number;
        // products of different blocks are added once, doubled
        product!(
            modulus,
            factor,
            product,
            |at, row, column| broadcast(&factor.number[row], at),
            row <= column,
            if row == column {
                &factor.number[column]
            } else if row + 1 == column {
                &factor.first[column]
            } else {
                &factor.double[column]
            }
        );
        reduce(modulus, product, number);
    }
}

/// The lowest block of the sum of the products of blocks and those that belong to them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn quotient<const Z: usize>(blocks: &[Block; Z], factors: &[[u64; 2 * LANES]; Z]) -> __m512i {
    let zero = _mm512_setzero_si512();
    let (mut high, mut low) = ([zero; 4], [zero; 4]);
    for (block, factor) in blocks.iter().zip(factors) {
        each!(@ lane {
            let limb = broadcast(block, lane);
            low[lane % 4] = _mm512_madd52lo_epu64(low[lane % 4], limb, load_at(factor, LANES - lane));
            if lane < LANES - 1 {
                high[lane % 4] = _mm512_madd52hi_epu64(high[lane % 4], limb, load_at(factor, LANES - 1 - lane));
            }
        } 0 1 2 3 4 5 6 7);
    }
    let mut sums = [zero; 4];
    for (at, sum) in sums.iter_mut().enumerate() {
        *sum = _mm512_add_epi64(high[at], low[at]);
    }
    let mut sum = [zero; 20];
    sum[0] = _mm512_add_epi64(_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3]));
    carry::<1, 0>(&mut sum);
    sum[0]
}

/// Sets `result` to what [`multiply`] and [`square`] give of a product.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn reduce<const Z: usize>(modulus: &Modulus<Z>, product: &Product<Z>, result: &mut Squarable<Z>) {
    let factors = &modulus.factors;
    let zero = _mm512_setzero_si512();
    let mut sum: Columns = [zero; 20];
    sum!(sum[Z + 1], LANES, 0, |at, high, low| {
        let factors = anew(factors);
        each!(row {
            if row < Z {
                let limb = broadcast(&product.low[row], at);
                each!(column {
                    if column < Z {
                        add!(high, low, column, limb, &factors[row][column]);
                    }
                });
            }
        });
    });
    each!(+ at {
        if at <= Z {
            let block = if at == 0 { &product.last } else { &product.high[at - 1] };
            sum[at] = _mm512_add_epi64(sum[at], load(block));
        }
    });
    carry::<Z, 1>(&mut sum);
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let mut below = zero;
    each!(at {
        if at < Z {
            let value = sum[at + 1];
            store(&mut result.number[at], value);
            let bits = _mm512_srli_epi64::<{ LIMB_BITS - 1 }>(value);
            let value = _mm512_and_si512(_mm512_slli_epi64::<1>(value), limb_max);
            store(&mut result.double[at], _mm512_or_si512(value, _mm512_alignr_epi64::<7>(bits, below)));
            store(&mut result.first[at], _mm512_or_si512(value, _mm512_alignr_epi64::<7>(bits, zero)));
            below = bits;
        }
    });
    let _ = below;
}

/// Subtracts b from a if the difference is not negative; tells whether it is without a branch: all ones if so.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn subtract<const Z: usize>(a: &mut [Block; Z], b: &[Block; Z]) -> __mmask8 {
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let zero = _mm512_setzero_si512();
    let mut differences = [zero; Z];
    let (mut empty, mut under) = (0u128, 0u128);
    for at in 0..Z {
        let value = _mm512_sub_epi64(load(&a[at]), load(&b[at]));
        under |= u128::from(_mm512_cmplt_epi64_mask(value, zero)) << (LANES * at);
        empty |= u128::from(_mm512_cmpeq_epi64_mask(value, zero)) << (LANES * at);
        differences[at] = value;
    }
    let borrows = (empty + (under << 1)) ^ empty;
    let negative = 0u8.wrapping_sub((borrows >> (LANES * Z)) as u8 & 1);
    for at in 0..Z {
        let borrowed = (borrows >> (LANES * at)) as __mmask8;
        let less = _mm512_mask_add_epi64(differences[at], borrowed, differences[at], _mm512_set1_epi64(-1));
        let less = _mm512_and_si512(less, limb_max);
        let value = _mm512_mask_mov_epi64(less, negative, load(&a[at]));
        store(&mut a[at], value);
    }
    negative
}

/// Sets the power to x to the exponent, modulo n; gives false when x is not less than n.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn raise<const Z: usize>(modulus: &Modulus<Z>, numbers: &mut Numbers<Z>) -> bool {
    let Numbers { x, power, form, product } = numbers;
    *form = *x;
    if subtract(form, &modulus.multiples[0]) == 0 {
        return false;
    }
    multiply(modulus, x, &modulus.square, product);
    reduce(modulus, product, power);
    *form = power.number;
    // the exponent is public
    let mut left = modulus.exponent.ilog2();
    while left > 0 {
        // squares up to the next bit that is set; the lowest is, because the exponent is odd
        let rest = modulus.exponent & ((1 << left) - 1);
        let next = rest.checked_ilog2().unwrap_or(0);
        square(modulus, power, left - next, product);
        multiply(modulus, &power.number, if next == 0 { x } else { form }, product);
        reduce(modulus, product, power);
        left = next;
    }
    for (at, multiple) in modulus.multiples.iter().enumerate().rev() {
        if 1 << at <= Z {
            subtract(&mut power.number, multiple);
        }
    }
    true
}

/// Sets X^2Z modulo n from X^Z 2^52Z modulo n: a square of X^Z 2^k is X^Z 2^2k.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn complete<const Z: usize>(modulus: &mut Modulus<Z>) {
    let mut room = Room::new();
    let Numbers { power, product, .. } = &mut room.0;
    multiply(modulus, &modulus.square, &modulus.square, product);
    reduce(modulus, product, power);
    square(modulus, power, 2, product);
    modulus.square = power.number;
}

/// Sets `quotient`, eight limbs, to -a/n modulo X, and `a` to a / X modulo n: (a + n quotient) / X.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn divide<const Z: usize>(a: &mut [Block; Z], n: &[Block; Z], inverse: u64, quotient: &mut [u64]) {
    let zero = _mm512_setzero_si512();
    let mut sum: Columns = [zero; 20];
    each!(column { if column < Z { sum[column] = load(&a[column]); } });
    for limb in quotient {
        let lowest = _mm_cvtsi128_si64(_mm512_castsi512_si128(sum[0])).cast_unsigned();
        *limb = lowest.wrapping_mul(inverse) & LIMB_MAX;
        let factor = _mm512_set1_epi64(limb.cast_signed());
        each!(column { if column < Z { sum[column] = _mm512_madd52lo_epu64(sum[column], factor, load(&n[column])); } });
        let carried = _mm512_maskz_srli_epi64::<LIMB_BITS>(1, sum[0]);
        each!(column { if column < Z {
            let above = if column + 1 < Z { sum[column + 1] } else { zero };
            sum[column] = _mm512_alignr_epi64::<1>(above, sum[column]);
        } });
        sum[0] = _mm512_add_epi64(sum[0], carried);
        each!(column { if column < Z { sum[column] = _mm512_madd52hi_epu64(sum[column], factor, load(&n[column])); } });
    }
    carry::<Z, 0>(&mut sum);
    each!(column { if column < Z { store(&mut a[column], sum[column]); } });
}
