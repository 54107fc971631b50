//! Multiplying modulo two primes at once.

use super::pairs::{DIGIT_BITS, DIGIT_MAX, Number, PAIRS, broadcast, lower, place_of, raise};
use crate::rsa::columns::{REGISTERS, anew, each, load, store};
use crate::rsa::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// What a product is reduced with: for each of its low digits, from the lowest, the power of two that belongs in its place,
/// modulo the primes, in limbs of 52 bits.
#[derive(Clone, Copy)]
pub(super) struct Factors<const Z: usize> {
    pub(super) blocks: [[[Block; Z]; PAIRS]; Z],
    pub(super) top: [[Block; Z]; 2],
}

impl<const Z: usize> Factors<Z> {
    pub(super) const ZERO: Factors<Z> =
        Factors { blocks: [[[Block([0; LANES]); Z]; PAIRS]; Z], top: [[Block([0; LANES]); Z]; 2] };
}

/// A product to be reduced: its low digits, as many as a number has, and the rest, which is in limbs of 52 bits, one more
/// than `Z` blocks have, that are not carried.
#[derive(Clone, Copy)]
pub(super) struct Product<const Z: usize> {
    pub(super) low: Number<Z>,
    pub(super) high: Number<Z>,
}

impl<const Z: usize> Product<Z> {
    pub(super) const ZERO: Product<Z> = Product { low: Number::ZERO, high: Number::ZERO };
}

/// Adds the products of the digits of a block, one after the other, with another block.
macro_rules! add {
    ($high:ident, $low:ident, $digits:expr, $block:expr) => {
        add!($high, $low, $digits, $block, 0 1 2 3)
    };
    ($high:ident, $low:ident, $digits:expr, $block:expr, $($at:literal)*) => {{
        let factor = load($block);
        each!(@ at {
            let digit = broadcast($digits, at);
            $low[at] = _mm512_madd52lo_epu64($low[at], digit, factor);
            $high[at] = _mm512_madd52hi_epu64($high[at], digit, factor);
        } $($at)*);
    }};
}

/// Computes a product: for each of its blocks, sums what `$cross` adds, twice if it is to be doubled, and what `$more` adds.
///
/// The blocks are made one after the other, from the lowest, so that the first digits are ready long before the last
/// products are computed.
macro_rules! product {
    (
        $a:ident, $b:ident, $product:ident, $doubled:literal,
        |$block:ident, $high:ident, $low:ident| $cross:block,
        $more:block
    ) => {{
        let zero = _mm512_setzero_si512();
        let digit_max = _mm512_set1_epi64(DIGIT_MAX.cast_signed());
        let mut before = [zero; 5];
        let (mut beyond, mut here, mut spill) = (zero, zero, zero);
        let (mut whole, mut part) = (zero, zero);
        each!(@ $block {
            if $block <= 2 * Z + 1 {
                let ($a, $b) = (anew($a), anew($b));
                let (mut $low, mut $high) = ([zero; PAIRS], [zero; PAIRS]);
                $cross
                if $doubled {
                    each!(@ at {
                        $low[at] = _mm512_add_epi64($low[at], $low[at]);
                        $high[at] = _mm512_add_epi64($high[at], $high[at]);
                    } 0 1 2 3);
                }
                $more
                // what belongs so many digits higher; the high half of a product begins at its bit 52, which has
                // twice the weight of the next digit
                let twice = |sum| _mm512_add_epi64(sum, sum);
                let places = [
                    $low[0],
                    _mm512_add_epi64($low[1], twice($high[0])),
                    _mm512_add_epi64($low[2], twice($high[1])),
                    _mm512_add_epi64($low[3], twice($high[2])),
                    twice($high[3]),
                ];
                let one = _mm512_alignr_epi64::<6>(places[1], before[1]);
                let two = _mm512_alignr_epi64::<4>(places[2], before[2]);
                let three = _mm512_alignr_epi64::<2>(places[3], before[3]);
                let sum = _mm512_add_epi64(_mm512_add_epi64(one, two), _mm512_add_epi64(three, before[4]));
                let mut sum = _mm512_add_epi64(sum, places[0]);
                before = places;
                if $block <= Z {
                    if $block == Z {
                        sum = _mm512_add_epi64(sum, raise(zero, beyond));
                    }
                    let over = _mm512_srli_epi64::<DIGIT_BITS>(sum);
                    let digits = _mm512_and_si512(sum, digit_max);
                    if $block < Z {
                        store(&mut $product.low.blocks[$block], _mm512_add_epi64(digits, raise(over, beyond)));
                    } else {
                        let top = _mm512_add_epi64(digits, raise(over, zero));
                        store(&mut $product.low.top, _mm512_maskz_mov_epi64(0b1111, top));
                        spill = _mm512_maskz_mov_epi64(0b11, lower(over, zero));
                    }
                    beyond = over;
                } else {
                    // The rest begins two digits above this block's first, and becomes limbs of 52 bits: the lowest bits
                    // of a digit belong to the limb below.
                    let at = $block - Z - 1;
                    let digits = _mm512_add_epi64(_mm512_alignr_epi64::<4>(sum, here), spill);
                    spill = zero;
                    let place = place_of(at);
                    let up = _mm512_sub_epi64(_mm512_set1_epi64(i64::from(LIMB_BITS)), place);
                    let lowest = _mm512_and_si512(
                        _mm512_sllv_epi64(digits, up),
                        _mm512_set1_epi64(LIMB_MAX.cast_signed()),
                    );
                    if at > 0 {
                        store(&mut $product.high.blocks[at - 1], _mm512_add_epi64(whole, lower(part, lowest)));
                    }
                    whole = _mm512_srlv_epi64(digits, place);
                    part = lowest;
                }
                here = sum;
            }
        } 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21);
        let _ = (before, beyond, here, spill, part);
        store(&mut $product.high.top, _mm512_maskz_mov_epi64(0b11, whole));
    }};
}

/// Adds the products of the blocks `$rows` with those of the others that belong to them, which are `$block` together, as a
/// loop where there are many: instructions that are all different are read too slowly.
macro_rules! add_rows {
    ($high:ident, $low:ident, $rows:expr, $columns:expr, $block:ident, $from:expr, $to:expr) => {{
        if Z > REGISTERS {
            if $from < $to {
                let rows = $rows[$from..*anew(&$to)].iter();
                let columns = &$columns[usize::wrapping_sub($block + 1, $to)..=usize::wrapping_sub($block, $from)];
                for (row, column) in rows.zip(columns.iter().rev()) {
                    add!($high, $low, row, column);
                }
            }
        } else {
            each!(row {
                if row >= $from && row < $to {
                    add!($high, $low, &$rows[row], &$columns[usize::wrapping_sub($block, row)]);
                }
            });
        }
    }};
}

/// Multiplies.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn multiply<const Z: usize>(a: &Number<Z>, b: &Number<Z>, product: &mut Product<Z>) {
    product!(
        a,
        b,
        product,
        false,
        |block, high, low| {
            let from = (block + 1).saturating_sub(Z);
            let to = if block < Z { block + 1 } else { Z };
            add_rows!(high, low, b.blocks, a.blocks, block, from, to);
            let column = usize::wrapping_sub(block, Z);
            if column < Z {
                add!(high, low, &b.top, &a.blocks[column], 0 1);
                add!(high, low, &a.top, &b.blocks[column], 0 1);
            } else if column == Z {
                add!(high, low, &a.top, &b.top, 0 1);
            }
        },
        {}
    );
}

/// Squares.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn square<const Z: usize>(a: &Number<Z>, product: &mut Product<Z>) {
    let b = a;
    product!(
        a,
        b,
        product,
        true,
        |block, high, low| {
            let from = (block + 1).saturating_sub(Z);
            let to = block.div_ceil(2);
            add_rows!(high, low, b.blocks, a.blocks, block, from, to);
            let column = usize::wrapping_sub(block, Z);
            if column < Z {
                add!(high, low, &b.top, &a.blocks[column], 0 1);
            }
        },
        {
            if block % 2 == 0 && block / 2 < Z {
                add!(high, low, &b.blocks[block / 2], &a.blocks[block / 2]);
            } else if block == 2 * Z {
                add!(high, low, &b.top, &a.top, 0 1);
            }
        }
    );
}

/// Sets `result` to a product, divided by R modulo the primes; block by block, as the product is computed.
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn reduce<const Z: usize>(factors: &Factors<Z>, product: &Product<Z>, result: &mut Number<Z>) {
    let zero = _mm512_setzero_si512();
    let (mut below, mut beyond) = (zero, zero);
    // so many blocks at once, from `$first` on, with four sums each, so that none is waited for
    macro_rules! blocks {
        ($first:expr, $count:literal) => {{
            let first = $first;
            let (mut high, mut low) = ([[zero; PAIRS]; $count], [[zero; PAIRS]; $count]);
            macro_rules! add {
                ($digits:expr, $factors:expr, $at:ident) => {{
                    let digit = broadcast($digits, $at);
                    for which in 0..$count {
                        let factor = load(&$factors[$at][first + which]);
                        low[which][$at] = _mm512_madd52lo_epu64(low[which][$at], digit, factor);
                        high[which][$at] = _mm512_madd52hi_epu64(high[which][$at], digit, factor);
                    }
                }};
            }
            for (digits, factors) in product.low.blocks.iter().zip(&factors.blocks) {
                each!(@ at { add!(digits, factors, at); } 0 1 2 3);
            }
            each!(@ at { add!(&product.low.top, factors.top, at); } 0 1);
            for which in 0..$count {
                let more = load(&product.high.blocks[first + which]);
                let high = total(high[which]);
                let limbs = _mm512_add_epi64(_mm512_add_epi64(total(low[which]), more), raise(high, below));
                below = high;
                store(&mut result.blocks[first + which], digits(limbs, first + which, &mut beyond));
            }
        }};
    }
    let pairs = *anew(&(Z / 2));
    for pair in 0..pairs {
        blocks!(2 * pair, 2);
    }
    if Z % 2 == 1 {
        blocks!(Z - 1, 1);
    }
    let limbs = _mm512_add_epi64(load(&product.high.top), raise(zero, below));
    store(&mut result.top, digits(limbs, Z, &mut beyond));
}

/// The sum of four.
#[inline]
#[target_feature(enable = "avx512f")]
fn total(sums: [__m512i; PAIRS]) -> __m512i {
    let halves = [_mm512_add_epi64(sums[0], sums[1]), _mm512_add_epi64(sums[2], sums[3])];
    _mm512_add_epi64(halves[0], halves[1])
}

/// The digits of a block of limbs of 52 bits that are not carried: limb i begins at bit i of digit i. What goes beyond the
/// digits is added to those above.
#[inline]
#[target_feature(enable = "avx512f")]
fn digits(limbs: __m512i, block: usize, beyond: &mut __m512i) -> __m512i {
    let place = place_of(block);
    let down = _mm512_sub_epi64(_mm512_set1_epi64(i64::from(DIGIT_BITS)), place);
    let over = _mm512_srlv_epi64(limbs, down);
    let digits =
        _mm512_and_si512(_mm512_sllv_epi64(limbs, place), _mm512_set1_epi64(DIGIT_MAX.cast_signed()));
    let sum = _mm512_add_epi64(digits, raise(over, *beyond));
    *beyond = over;
    sum
}
