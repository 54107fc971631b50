//! Multiplying modulo n.
//!
//! A product of blocks is computed by one limb of all multipliers at a time, from the highest: what has been summed
//! moves up by one lane, and the products with the limb are added. So only sums are ever shifted, factors never.

use super::Modulus;
use super::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// Room for the columns of a product of numbers, which has up to 20 blocks.
type Columns = [__m512i; 20];

/// Up to how many blocks the high halves of products are summed apart.
const WAITLESS: usize = 5;

/// A number to be squared: itself, its double, and the double's blocks without the bit that comes from the block below.
struct Doubled<const Z: usize> {
    number: [Block; Z],
    double: [Block; Z],
    first: [Block; Z],
}

/// A product: its low blocks and its high ones, which are not carried.
struct Product<const Z: usize> {
    low: [Block; Z],
    high: [Block; Z],
}

/// What is computed with; wiped when dropped.
pub(super) struct Room<const Z: usize> {
    pub(super) number: [Block; Z],
    pub(super) power: [Block; Z],
    form: [Block; Z],
    doubled: Doubled<Z>,
    product: Product<Z>,
}

impl<const Z: usize> Room<Z> {
    pub(super) fn new() -> Room<Z> {
        let zeros = [Block::default(); Z];
        Room {
            number: zeros,
            power: zeros,
            form: zeros,
            doubled: Doubled { number: zeros, double: zeros, first: zeros },
            product: Product { low: zeros, high: zeros },
        }
    }
}

impl<const Z: usize> Drop for Room<Z> {
    fn drop(&mut self) {
        let parts = [&mut self.number, &mut self.power, &mut self.form];
        let doubled = [&mut self.doubled.number, &mut self.doubled.double, &mut self.doubled.first];
        let product = [&mut self.product.low, &mut self.product.high];
        for part in parts.into_iter().chain(doubled).chain(product) {
            *part = [Block::default(); Z];
        }
        let place: *const Room<Z> = self;
        // SAFETY: no instruction; for all that the compiler knows the zeros are read here, so it cannot leave them out.
        unsafe { std::arch::asm!("/* {0} */", in(reg) place, options(nostack, preserves_flags, readonly)) }
    }
}

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
/// of products to `low` and the high halves to `high`, where each column has the weight of the limb above.
macro_rules! sum {
    ($count:expr, |$at:ident, $high:ident, $low:ident| $pairs:block) => {{
        let zero = _mm512_setzero_si512();
        let mut sum: Columns = [zero; 20];
        // a number that the compiler does not know, so that it leaves the loop a loop
        let mut limbs = *anew(&LANES);
        while limbs > 0 {
            limbs -= 1;
            let $at = limbs % LANES;
            // with few columns there are registers enough not to wait for the sum
            let mut $high: Columns = if Z > WAITLESS { sum } else { [zero; 20] };
            let mut $low: Columns = [zero; 20];
            $pairs
            let mut below = zero;
            each!(@ column {
                if column < $count {
                    let here =
                        if Z > WAITLESS { $high[column] } else { _mm512_add_epi64(sum[column], $high[column]) };
                    sum[column] = _mm512_add_epi64(_mm512_alignr_epi64::<7>(here, below), $low[column]);
                    below = here;
                }
            } 0 1 2 3 4 5 6 7 8 9 10);
            let _ = below;
        }
        sum
    }};
}

/// Adds the product of a limb, in all lanes, with a block to a column.
macro_rules! add {
    ($high:ident, $low:ident, $column:expr, $limb:ident, $block:expr) => {{
        let block = $block;
        $high[$column] = _mm512_madd52hi_epu64($high[$column], $limb, block);
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

/// The same reference, which the compiler takes for another one: inside a loop, what is read through it is read each
/// time from where it is, instead of being copied to the stack before, all of it, for want of registers.
#[inline(always)]
fn anew<T>(value: &T) -> &T {
    let mut place: *const T = value;
    // SAFETY: no instruction; the pointer stays what it is, and so does the lifetime.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) place, options(nomem, nostack, preserves_flags));
        &*place
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn broadcast(block: &Block, at: usize) -> __m512i {
    _mm512_set1_epi64(block.0[at].cast_signed())
}

/// The lowest `Z` columns of a product and, in the next, what is above them of products that begin in them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply_low<const Z: usize>(a: &[Block; Z], b: &[Block; Z]) -> Columns {
    sum!(Z + 1, |at, high, low| {
        let a = anew(a);
        each!(row {
            if row < Z {
                let limb = broadcast(&b[row], at);
                each!(column {
                    if column + row < Z {
                        add!(high, low, column + row, limb, load(&a[column]));
                    }
                });
            }
        });
    })
}

/// The columns of a product from `Z` up, without what [`multiply_low`] has of them.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply_high<const Z: usize>(a: &[Block; Z], b: &[Block; Z]) -> Columns {
    sum!(Z, |at, high, low| {
        let a = anew(a);
        each!(row {
            if row < Z {
                let limb = broadcast(&b[row], at);
                each!(column {
                    if column < Z && column + row >= Z {
                        add!(high, low, column + row - Z, limb, load(&a[column]));
                    }
                });
            }
        });
    })
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
    ($high:ident, $low:ident, $column:expr, $limb:ident, $doubled:ident, $a:ident, $b:ident) => {{
        if $a == $b {
            add!($high, $low, $column, $limb, load(&$doubled.number[$a]));
        } else if $a == $b + 1 {
            add!($high, $low, $column, $limb, load(&$doubled.first[$a]));
        } else if $a > $b {
            add!($high, $low, $column, $limb, load(&$doubled.double[$a]));
        }
    }};
}

/// [`multiply_low`] of a number with itself.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square_low<const Z: usize>(doubled: &Doubled<Z>) -> Columns {
    sum!(Z + 1, |at, high, low| {
        let doubled = anew(doubled);
        each!(row {
            if row < Z {
                let limb = broadcast(&doubled.number[row], at);
                each!(column {
                    if column + row < Z {
                        add_square!(high, low, column + row, limb, doubled, column, row);
                    }
                });
            }
        });
    })
}

/// [`multiply_high`] of a number with itself.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square_high<const Z: usize>(doubled: &Doubled<Z>) -> Columns {
    sum!(Z, |at, high, low| {
        let doubled = anew(doubled);
        each!(row {
            if row < Z {
                let limb = broadcast(&doubled.number[row], at);
                each!(column {
                    if column < Z && column + row >= Z {
                        add_square!(high, low, column + row - Z, limb, doubled, column, row);
                    }
                });
            }
        });
    })
}

/// The sum of the products of all blocks but the last and the numbers that belong to them.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn fold<const Z: usize>(blocks: &[Block; Z], factors: &[[Block; Z]; Z]) -> Columns {
    sum!(Z + 1, |at, high, low| {
        let factors = anew(factors);
        each!(row {
            if row + 1 < Z {
                let limb = broadcast(&blocks[row], at);
                each!(column {
                    if column < Z {
                        add!(high, low, column, limb, load(&factors[row][column]));
                    }
                });
            }
        });
    })
}

/// The product of a block and a number.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn scale<const Z: usize>(block: &Block, number: &[Block; Z]) -> Columns {
    sum!(Z + 1, |at, high, low| {
        let number = anew(number);
        let limb = broadcast(block, at);
        each!(column {
            if column < Z {
                add!(high, low, column, limb, load(&number[column]));
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
    let mut sum = [zero; 20];
    sum[0] = _mm512_add_epi64(_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3]));
    carry::<1>(&mut sum);
    sum[0]
}

/// Carries what the limbs of the first `N` columns have beyond their bits to those above, so that each has 52 bits;
/// gives what is carried out, in the lowest lane.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn carry<const N: usize>(columns: &mut Columns) -> __m512i {
    let zero = _mm512_setzero_si512();
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let mut below = zero;
    // what is carried has 12 bits at most, so that after this a limb can be too large by one bit only
    let (mut full, mut over) = ([0u64; 2], [0u64; 2]);
    each!(@ at {
        if at < N {
            let above = _mm512_srli_epi64::<LIMB_BITS>(columns[at]);
            let limbs = _mm512_and_si512(columns[at], limb_max);
            columns[at] = _mm512_add_epi64(limbs, _mm512_alignr_epi64::<7>(above, below));
            below = above;
            over[at / 7] |= u64::from(_mm512_cmpgt_epu64_mask(columns[at], limb_max)) << (LANES * (at % 7));
            full[at / 7] |= u64::from(_mm512_cmpeq_epi64_mask(columns[at], limb_max)) << (LANES * (at % 7));
        }
    } 0 1 2 3 4 5 6 7 8 9 10);
    // seven blocks are a word, whose highest octet takes what is carried out of them
    let mut carries = [0; 2];
    carries[0] = (full[0] + (over[0] << 1)) ^ full[0];
    let middle = if N > 7 { carries[0] >> (7 * LANES) } else { 0 };
    carries[1] = (full[1] + (over[1] << 1 | middle)) ^ full[1];
    each!(@ at {
        if at < N {
            let carried = (carries[at / 7] >> (LANES * (at % 7))) as __mmask8;
            // adding one is subtracting all ones
            let more = _mm512_mask_sub_epi64(columns[at], carried, columns[at], _mm512_set1_epi64(-1));
            columns[at] = _mm512_and_si512(more, limb_max);
        }
    } 0 1 2 3 4 5 6 7 8 9 10);
    let out = if N > 7 { carries[1] >> (LANES * (N - 7)) } else { carries[0] >> (LANES * N) } & 1;
    _mm512_add_epi64(
        _mm512_alignr_epi64::<7>(zero, below),
        _mm512_zextsi128_si512(_mm_cvtsi64_si128(out.cast_signed())),
    )
}

/// Stores the low columns of a product carried, and the high ones with what is carried to them.
macro_rules! split {
    ($low:expr, $high:expr, $product:expr) => {{
        let mut columns: Columns = $low;
        let carried = if Z == 3 {
            carry::<3>(&mut columns)
        } else if Z == 5 {
            carry::<5>(&mut columns)
        } else if Z == 8 {
            carry::<8>(&mut columns)
        } else {
            carry::<10>(&mut columns)
        };
        each!(at {
            if at < Z {
                store(&mut $product.low[at], columns[at]);
            }
        });
        let mut high: Columns = $high;
        high[0] = _mm512_add_epi64(high[0], _mm512_add_epi64(columns[Z], carried));
        each!(at {
            if at < Z {
                store(&mut $product.high[at], high[at]);
            }
        });
    }};
}

/// Sets `result` to what [`multiply`] or [`square`] give of a product.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn reduce<const Z: usize>(modulus: &Modulus<Z>, product: &Product<Z>, result: &mut [Block; Z]) {
    let (blocks, upper) = (&product.low, &product.high);
    let mut last = Block::default();
    store(&mut last, quotient(blocks, &modulus.quotients));
    let mut sum = fold(blocks, &modulus.factors);
    let scaled = scale(&last, &modulus.factors[Z - 1]);
    each!(@ at {
        if at <= Z {
            let block = if at == 0 { load(&blocks[Z - 1]) } else { load(&upper[at - 1]) };
            sum[at] = _mm512_add_epi64(_mm512_add_epi64(sum[at], block), scaled[at]);
        }
    } 0 1 2 3 4 5 6 7 8 9 10);
    if Z == 3 {
        carry::<4>(&mut sum);
    } else if Z == 5 {
        carry::<6>(&mut sum);
    } else if Z == 8 {
        carry::<9>(&mut sum);
    } else {
        carry::<11>(&mut sum);
    }
    each!(at {
        if at < Z {
            store(&mut result[at], sum[at + 1]);
        }
    });
}

/// Multiplies; reduced, the product is a b / X^Z modulo n, less than (Z + 1) n, as a and b must be.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn multiply<const Z: usize>(a: &[Block; Z], b: &[Block; Z], product: &mut Product<Z>) {
    split!(multiply_low(a, b), multiply_high(a, b), product);
}

/// Squares a number so many times as [`multiply`] multiplies, reducing each time.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn square<const Z: usize>(
    modulus: &Modulus<Z>,
    number: &mut [Block; Z],
    times: u32,
    room: &mut Room<Z>,
) {
    square_in(modulus, number, times, &mut room.doubled, &mut room.product);
}

#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
fn square_in<const Z: usize>(
    modulus: &Modulus<Z>,
    number: &mut [Block; Z],
    times: u32,
    doubled: &mut Doubled<Z>,
    product: &mut Product<Z>,
) {
    for _ in 0..times {
        double(number, doubled);
        split!(square_low(doubled), square_high(doubled), product);
        reduce(modulus, product, number);
    }
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

/// Sets the power to the number in the room to the exponent, modulo n; gives false when it is not less than n.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn raise<const Z: usize>(modulus: &Modulus<Z>, room: &mut Room<Z>) -> bool {
    let Room { number, power, form, doubled, product } = room;
    *power = *number;
    if subtract(power, &modulus.multiples[0]) == 0 {
        return false;
    }
    multiply(number, &modulus.square, product);
    reduce(modulus, product, form);
    *power = *form;
    // the exponent is public
    let mut left = modulus.exponent.ilog2();
    while left > 0 {
        // squares up to the next bit that is set; the lowest is, because the exponent is odd
        let rest = modulus.exponent & ((1 << left) - 1);
        let next = rest.checked_ilog2().unwrap_or(0);
        square_in(modulus, power, left - next, doubled, product);
        multiply(power, if next == 0 { number } else { form }, product);
        reduce(modulus, product, power);
        left = next;
    }
    for (at, multiple) in modulus.multiples.iter().enumerate().rev() {
        if 1 << at <= Z {
            subtract(power, multiple);
        }
    }
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
    if Z == 3 {
        carry::<3>(&mut sum);
    } else if Z == 5 {
        carry::<5>(&mut sum);
    } else if Z == 8 {
        carry::<8>(&mut sum);
    } else {
        carry::<10>(&mut sum);
    }
    each!(column { if column < Z { store(&mut a[column], sum[column]); } });
}
