//! Columns: sums of products of limbs, in registers.
//!
//! A product of blocks is computed by one limb of all multipliers at a time, from the highest: what has been summed
//! moves up by one lane, and the products with the limb are added. So only sums are ever shifted, factors never.

use super::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// Room for the columns of a product of numbers, which has up to 20 blocks.
pub(super) type Columns = [__m512i; 20];
/// Up to how many blocks a number has to have for its columns, and the factors, to be in registers all together; then
/// the high halves of products are summed apart, so as not to wait for the sum.
pub(super) const REGISTERS: usize = 5;

/// Whether the processor has the instructions.
pub(super) fn detect() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512ifma")
}

/// Repeats statements with numbers from 0 that the compiler knows, so that arrays stay in registers.
macro_rules! each {
    ($at:ident $body:block) => { each!(@ $at $body 0 1 2 3 4 5 6 7 8 9) };
    (+ $at:ident $body:block) => { each!(@ $at $body 0 1 2 3 4 5 6 7 8 9 10) };
    (@ $at:ident $body:block $($number:literal)*) => { $({ let $at = $number; $body })* };
}

/// Sums products with the limbs below the first number and from the second on, numbered `at`, into the first so many
/// columns of `sum`: `pairs` adds the low halves of products to `low`, and the high halves to
/// `high`, where each column has the weight of the limb above.
macro_rules! sum {
    (
        $sum:ident[$count:expr], $from:expr, $to:expr,
        |$at:ident, $high:ident, $low:ident| $pairs:block
    ) => {{
        let zero = _mm512_setzero_si512();
        // a number that the compiler does not know, so that it leaves the loop a loop
        let mut limbs = *anew(&$from);
        while limbs > $to {
            limbs -= 1;
            let $at = limbs % LANES;
            let mut $high: Columns = if Z > REGISTERS { $sum } else { [zero; 20] };
            let mut $low: Columns = [zero; 20];
            $pairs
            let mut below = zero;
            each!(+ column {
                if column < $count {
                    let here =
                        if Z > REGISTERS { $high[column] } else { _mm512_add_epi64($sum[column], $high[column]) };
                    $sum[column] = _mm512_add_epi64(_mm512_alignr_epi64::<7>(here, below), $low[column]);
                    below = here;
                }
            });
            let _ = below;
        }
    }};
}

/// Adds the product of a limb, in all lanes, with a block to a column.
macro_rules! add {
    ($high:ident, $low:ident, $column:expr, $limb:ident, $block:expr) => {{
        let block = load($block);
        $high[$column] = _mm512_madd52hi_epu64($high[$column], $limb, block);
        $low[$column] = _mm512_madd52lo_epu64($low[$column], $limb, block);
    }};
}

pub(super) use {add, each, sum};

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load(block: &Block) -> __m512i {
    // SAFETY: a block has 64 octets and is aligned to as many.
    unsafe { _mm512_load_si512(block.0.as_ptr().cast()) }
}

/// Eight of twice as many lanes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_at(lanes: &[u64; 2 * LANES], at: usize) -> __m512i {
    let lanes = &lanes[at..at + LANES];
    // SAFETY: the slice has eight lanes.
    unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store(block: &mut Block, value: __m512i) {
    // SAFETY: a block has 64 octets and is aligned to as many.
    unsafe { _mm512_store_si512(block.0.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn broadcast(block: &Block, at: usize) -> __m512i {
    _mm512_set1_epi64(block.0[at].cast_signed())
}

/// The same reference, which the compiler takes for another one: inside a loop, what is read through it is read each
/// time from where it is, instead of being copied to the stack before, all of it, for want of registers.
#[inline(always)]
#[allow(clippy::pointers_in_nomem_asm_block)] // nothing is read there
pub(super) fn anew<T>(value: &T) -> &T {
    let mut place: *const T = value;
    // SAFETY: no instruction; the pointer stays what it is, and so does the lifetime.
    unsafe {
        std::arch::asm!("/* {0} */", inout(reg) place, options(nomem, nostack, preserves_flags));
        &*place
    }
}

/// Reads all of a value, for all that the compiler knows, so that it cannot leave out what was written there.
pub(super) fn see<T>(value: &T) {
    let place: *const T = value;
    // SAFETY: no instruction.
    unsafe { std::arch::asm!("/* {0} */", in(reg) place, options(nostack, preserves_flags, readonly)) }
}

/// Carries what the limbs of the first `Z + MORE` columns have beyond their bits to those above, so that each has 52 bits;
/// gives what is carried out, in the lowest lane.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn carry<const Z: usize, const MORE: usize>(columns: &mut Columns) -> __m512i {
    let count = Z + MORE;
    let zero = _mm512_setzero_si512();
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let mut below = zero;
    // what is carried has 12 bits at most, so that after this a limb can be too large by one bit only
    let (mut full, mut over) = ([0u64; 2], [0u64; 2]);
    each!(+ at {
        if at < count {
            let above = _mm512_srli_epi64::<LIMB_BITS>(columns[at]);
            let limbs = _mm512_and_si512(columns[at], limb_max);
            columns[at] = _mm512_add_epi64(limbs, _mm512_alignr_epi64::<7>(above, below));
            below = above;
            over[at / 7] |= u64::from(_mm512_cmpgt_epu64_mask(columns[at], limb_max)) << (LANES * (at % 7));
            full[at / 7] |= u64::from(_mm512_cmpeq_epi64_mask(columns[at], limb_max)) << (LANES * (at % 7));
        }
    });
    // seven blocks are a word, whose highest octet takes what is carried out of them
    let mut carries = [0; 2];
    carries[0] = (full[0] + (over[0] << 1)) ^ full[0];
    let middle = if count > 7 { carries[0] >> (7 * LANES) } else { 0 };
    carries[1] = (full[1] + (over[1] << 1 | middle)) ^ full[1];
    each!(+ at {
        if at < count {
            let carried = (carries[at / 7] >> (LANES * (at % 7))) as __mmask8;
            // adding one is subtracting all ones
            let more = _mm512_mask_sub_epi64(columns[at], carried, columns[at], _mm512_set1_epi64(-1));
            columns[at] = _mm512_and_si512(more, limb_max);
        }
    });
    let out = if count > 7 { carries[1] >> (LANES * (count - 7)) } else { carries[0] >> (LANES * count) } & 1;
    _mm512_add_epi64(
        _mm512_alignr_epi64::<7>(zero, below),
        _mm512_zextsi128_si512(_mm_cvtsi64_si128(out.cast_signed())),
    )
}
