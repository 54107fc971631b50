//! Multiplying modulo n.
//!
//! A product of blocks is computed by one limb of all multipliers at a time, from the highest: what has been summed
//! moves up by one lane, and the products with the limb are added. So only sums are ever shifted, factors never.

use super::Modulus;
use super::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;
use zeroize::Zeroizing;

/// Room for the columns of a product of numbers, which has up to 20 blocks.
type Columns = [__m512i; 20];

/// Whether the processor has the instructions.
pub(super) fn detect() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512ifma")
}

/// Repeats statements with a constant that counts from 0 to 9, so that indices are known and arrays stay in registers.
macro_rules! each {
    ($at:ident $body:block) => { each!(@ $at $body 0 1 2 3 4 5 6 7 8 9) };
    (@ $at:ident $body:block $($number:literal)*) => { $({ let $at = $number; $body })* };
}

/// Sums `pairs` for each of the eight limbs, numbered `at`, into the first `COUNT` columns: `pairs` adds the low halves
/// of products to `low` and the high halves to `sum`, where each column has the weight of the limb above.
macro_rules! sum {
    ($count:expr, |$at:ident, $sum:ident, $low:ident| $pairs:block) => {{
        let zero = _mm512_setzero_si512();
        let mut $sum: Columns = [zero; 20];
        for $at in (0..LANES).rev() {
            let mut $low: Columns = [zero; 20];
            $pairs
            each!(@ column {
                if column < $count {
                    let below = if column == 0 { zero } else { $sum[column - 1] };
                    $sum[column] = _mm512_add_epi64(_mm512_alignr_epi64::<7>($sum[column], below), $low[column]);
                }
            } 10 9 8 7 6 5 4 3 2 1 0);
        }
        $sum
    }};
}

/// Adds the product of a limb, in all lanes, with a block to a column.
macro_rules! add {
    ($sum:ident, $low:ident, $column:expr, $limb:ident, $block:expr) => {{
        let block = $block;
        $sum[$column] = _mm512_madd52hi_epu64($sum[$column], $limb, block);
        $low[$column] = _mm512_madd52lo_epu64($low[$column], $limb, block);
    }};
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(block: &Block) -> __m512i {
    // SAFETY: a block has 64 octets and is aligned to as many.
    unsafe { _mm512_load_si512(block.0.as_ptr().cast()) }
}

/// Eight of twice as many lanes.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_at(lanes: &[u64; 2 * LANES], at: usize) -> __m512i {
    let lanes = &lanes[at..at + LANES];
    // SAFETY: the slice has eight lanes.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(block: &mut Block, value: __m512i) {
    // SAFETY: a block has 64 octets and is aligned to as many.
    unsafe { _mm512_store_si512(block.0.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn broadcast(block: &Block, at: usize) -> __m512i {
    _mm512_set1_epi64(block.0[at].cast_signed())
}

/// The lowest `Z` columns of a product and, in the next, what is above them of products that begin in them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply_low<const Z: usize>(a: &[Block; Z], b: &[Block; Z]) -> Columns {
    sum!(Z + 1, |at, sum, low| {
        each!(row {
            if row < Z {
                let limb = broadcast(&b[row], at);
                each!(column {
                    if column + row < Z {
                        add!(sum, low, column + row, limb, load(&a[column]));
                    }
                });
            }
        });
    })
}

/// The columns of a product from `Z` up, without what [`multiply_low`] has of them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply_high<const Z: usize>(a: &[Block; Z], b: &[Block; Z]) -> Columns {
    sum!(Z, |at, sum, low| {
        each!(row {
            if row < Z {
                let limb = broadcast(&b[row], at);
                each!(column {
                    if column < Z && column + row >= Z {
                        add!(sum, low, column + row - Z, limb, load(&a[column]));
                    }
                });
            }
        });
    })
}

/// A number to be squared: itself, its double, and the double's blocks without the bit that comes from the block below.
struct Doubled<const Z: usize> {
    number: [Block; Z],
    double: [Block; Z],
    first: [Block; Z],
}

#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn double<const Z: usize>(number: &[Block; Z], doubled: &mut Doubled<Z>) {
    let zero = _mm512_setzero_si512();
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    doubled.number = *number;
    let mut below = zero;
    for (at, block) in number.iter().enumerate() {
        let value = load(block);
        let bits = _mm512_srli_epi64::<{ LIMB_BITS - 1 }>(value);
        let value = _mm512_and_si512(_mm512_slli_epi64::<1>(value), limb_max);
        store(&mut doubled.double[at], _mm512_or_si512(value, _mm512_alignr_epi64::<7>(bits, below)));
        store(&mut doubled.first[at], _mm512_or_si512(value, _mm512_alignr_epi64::<7>(bits, zero)));
        below = bits;
    }
}

/// Of the products of blocks `A` and `B` of the same number, those with `A > B` are added once, doubled.
macro_rules! add_square {
    ($sum:ident, $low:ident, $column:expr, $limb:ident, $doubled:ident, $a:ident, $b:ident) => {{
        if $a == $b {
            add!($sum, $low, $column, $limb, load(&$doubled.number[$a]));
        } else if $a == $b + 1 {
            add!($sum, $low, $column, $limb, load(&$doubled.first[$a]));
        } else if $a > $b {
            add!($sum, $low, $column, $limb, load(&$doubled.double[$a]));
        }
    }};
}

/// [`multiply_low`] of a number with itself.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square_low<const Z: usize>(doubled: &Doubled<Z>) -> Columns {
    sum!(Z + 1, |at, sum, low| {
        each!(row {
            if row < Z {
                let limb = broadcast(&doubled.number[row], at);
                each!(column {
                    if column + row < Z {
                        add_square!(sum, low, column + row, limb, doubled, column, row);
                    }
                });
            }
        });
    })
}

/// [`multiply_high`] of a number with itself.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square_high<const Z: usize>(doubled: &Doubled<Z>) -> Columns {
    sum!(Z, |at, sum, low| {
        each!(row {
            if row < Z {
                let limb = broadcast(&doubled.number[row], at);
                each!(column {
                    if column < Z && column + row >= Z {
                        add_square!(sum, low, column + row - Z, limb, doubled, column, row);
                    }
                });
            }
        });
    })
}

/// The sum of the products of blocks and the numbers that belong to them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn fold<const Z: usize>(blocks: &[Block; Z], factors: &[[Block; Z]; Z]) -> Columns {
    sum!(Z + 1, |at, sum, low| {
        each!(row {
            if row < Z {
                let limb = broadcast(&blocks[row], at);
                each!(column {
                    if column < Z {
                        add!(sum, low, column, limb, load(&factors[row][column]));
                    }
                });
            }
        });
    })
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
    let mut sum = [_mm512_add_epi64(_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3]))];
    carry(&mut sum);
    sum[0]
}

/// Carries what limbs have beyond their bits to those above, so that each has 52 bits; gives what is carried out, in
/// the lowest lane.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn carry(blocks: &mut [__m512i]) -> __m512i {
    let zero = _mm512_setzero_si512();
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let mut below = zero;
    // what is carried has 12 bits at most, so that after this a limb can be too large by one bit only
    let (mut full, mut over) = (0u128, 0u128);
    for (at, block) in blocks.iter_mut().enumerate() {
        let above = _mm512_srli_epi64::<LIMB_BITS>(*block);
        *block = _mm512_add_epi64(_mm512_and_si512(*block, limb_max), _mm512_alignr_epi64::<7>(above, below));
        below = above;
        over |= u128::from(_mm512_cmpgt_epu64_mask(*block, limb_max)) << (LANES * at);
        full |= u128::from(_mm512_cmpeq_epi64_mask(*block, limb_max)) << (LANES * at);
    }
    let carries = (full + (over << 1)) ^ full;
    for (at, block) in blocks.iter_mut().enumerate() {
        let carried = (carries >> (LANES * at)) as __mmask8;
        // adding one is subtracting all ones
        let more = _mm512_mask_sub_epi64(*block, carried, *block, _mm512_set1_epi64(-1));
        *block = _mm512_and_si512(more, limb_max);
    }
    let out = (carries >> (LANES * blocks.len())) as i64 & 1;
    _mm512_add_epi64(_mm512_alignr_epi64::<7>(zero, below), _mm512_zextsi128_si512(_mm_cvtsi64_si128(out)))
}

/// Reduces a product of which the low and the high columns are given.
macro_rules! reduce {
    ($modulus:ident, $low:expr, $high:expr, $result:ident) => {{
        let mut columns: Columns = $low;
        let mut blocks = Zeroizing::new([Block::default(); Z]);
        let carried = carry(&mut columns[..Z]);
        for at in 0..Z {
            store(&mut blocks[at], columns[at]);
        }
        let high: Columns = $high;
        let last = columns[Z - 1];
        let first = _mm512_add_epi64(columns[Z], carried);
        let quotient = quotient(&blocks, &$modulus.quotients);
        store(&mut blocks[Z - 1], quotient);
        let mut folded = fold(&blocks, &$modulus.factors);
        folded[0] = _mm512_add_epi64(folded[0], last);
        folded[1] = _mm512_add_epi64(folded[1], first);
        for at in 0..Z {
            folded[at + 1] = _mm512_add_epi64(folded[at + 1], high[at]);
        }
        carry(&mut folded[..Z + 1]);
        for at in 0..Z {
            store(&mut $result[at], folded[at + 1]);
        }
    }};
}

/// Sets `result` to a b / X^Z modulo n, less than (Z + 1) n, as a and b must be.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply<const Z: usize>(modulus: &Modulus<Z>, a: &[Block; Z], b: &[Block; Z], result: &mut [Block; Z]) {
    reduce!(modulus, multiply_low(a, b), multiply_high(a, b), result);
}

/// Squares `number` `times` times as [`multiply`] multiplies.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn square<const Z: usize>(modulus: &Modulus<Z>, number: &mut [Block; Z], times: u32) {
    let zeros = [Block::default(); Z];
    let mut doubled = Doubled { number: zeros, double: zeros, first: zeros };
    for _ in 0..times {
        double(number, &mut doubled);
        reduce!(modulus, square_low(&doubled), square_high(&doubled), number);
    }
}

/// Sets `difference` to a - b if that is not negative, else to a; tells which without a branch: all ones if negative.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn subtract<const Z: usize>(a: &[Block; Z], b: &[Block; Z], difference: &mut [Block; Z]) -> __mmask8 {
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
        store(&mut difference[at], _mm512_mask_mov_epi64(less, negative, load(&a[at])));
    }
    negative
}

/// Sets `result` to x to the exponent, modulo n; gives false when x is not less than n.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn raise<const Z: usize>(modulus: &Modulus<Z>, x: &[Block; Z], result: &mut [Block; Z]) -> bool {
    let mut form = Zeroizing::new([Block::default(); Z]);
    let mut power = Zeroizing::new([Block::default(); Z]);
    if subtract(x, &modulus.multiples[0], &mut form) == 0 {
        return false;
    }
    multiply(modulus, x, &modulus.square, &mut form);
    *power = *form;
    // the exponent is public
    let mut left = modulus.exponent.ilog2();
    while left > 0 {
        // squares up to the next bit that is set; the lowest is, because the exponent is odd
        let rest = modulus.exponent & ((1 << left) - 1);
        let next = rest.checked_ilog2().unwrap_or(0);
        square(modulus, &mut power, left - next);
        let factor = if next == 0 { x } else { &*form };
        let other = Zeroizing::new(*power);
        multiply(modulus, &other, factor, &mut power);
        left = next;
    }
    for (at, multiple) in modulus.multiples.iter().enumerate().rev() {
        if 1 << at <= Z {
            let other = Zeroizing::new(*power);
            subtract(&other, multiple, &mut power);
        }
    }
    *result = *power;
    true
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
    carry(&mut sum[..Z]);
    each!(column { if column < Z { store(&mut a[column], sum[column]); } });
}
