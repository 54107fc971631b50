//! Pairs of limbs: numbers modulo two primes, side by side in the same registers.
//!
//! A [block](Block) has four limbs of both numbers: the lowest of the one, the lowest of the other, and so on. What is
//! done to a register is so done for both primes, and a number of 20 limbs fills its registers.

use crate::rsa::columns::{Columns, each};
use crate::rsa::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// The limbs that a block has of each number.
pub(super) const PAIRS: usize = LANES / 2;

/// The places of the first number's limbs in a mask, and those of the second's.
const FIRST: u128 = u128::MAX / 3;
const SECOND: u128 = !FIRST;

/// Two numbers of 4 `Z` + 1 limbs each; the last is in the first lanes of a block of its own, whose other lanes are zero.
#[derive(Clone, Copy)]
pub(super) struct Number<const Z: usize> {
    pub(super) blocks: [Block; Z],
    pub(super) top: Block,
}

impl<const Z: usize> Number<Z> {
    pub(super) const ZERO: Number<Z> = Number { blocks: [Block([0; LANES]); Z], top: Block([0; LANES]) };

    /// A limb of both numbers.
    pub(super) fn pair(&self, at: usize) -> &[u64; 2] {
        let block = self.blocks.get(at / PAIRS).unwrap_or(&self.top);
        &block.0.as_chunks().0[at % PAIRS]
    }

    /// A limb of both numbers, to be changed.
    pub(super) fn pair_mut(&mut self, at: usize) -> &mut [u64; 2] {
        let block = self.blocks.get_mut(at / PAIRS).unwrap_or(&mut self.top);
        &mut block.0.as_chunks_mut().0[at % PAIRS]
    }
}

/// The pair of limbs so many places above a block's first, four times.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn broadcast(block: &Block, at: usize) -> __m512i {
    let (pairs, _) = block.0.as_chunks::<2>();
    // SAFETY: the pair has 16 octets.
    _mm512_broadcast_i64x2(unsafe { _mm_loadu_si128(pairs[at].as_ptr().cast()) })
}

/// Moves limbs up by one place, and the highest of those below into the lowest.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn raise(here: __m512i, below: __m512i) -> __m512i {
    _mm512_alignr_epi64::<6>(here, below)
}

/// Moves limbs down by one place, and the lowest of those above into the highest.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn lower(here: __m512i, above: __m512i) -> __m512i {
    _mm512_alignr_epi64::<2>(above, here)
}

/// Carries what the limbs of the first `Z` columns have beyond their bits to those above, so that each has 52 bits; gives
/// what is carried out, in the lowest lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
pub(super) fn carry<const Z: usize>(columns: &mut Columns) -> __m512i {
    let zero = _mm512_setzero_si512();
    let limb_max = _mm512_set1_epi64(LIMB_MAX.cast_signed());
    let mut below = zero;
    // what is carried has 12 bits at most, so that after this a limb can be too large by one bit only
    let mut full = [0u64; 2];
    let mut over = [0u64; 2];
    each!(at {
        if at < Z {
            let above = _mm512_srli_epi64::<LIMB_BITS>(columns[at]);
            let limbs = _mm512_and_si512(columns[at], limb_max);
            columns[at] = _mm512_add_epi64(limbs, raise(above, below));
            below = above;
            let place = LANES * (at % 8);
            over[at / 8] |= u64::from(_mm512_cmpgt_epu64_mask(columns[at], limb_max)) << place;
            full[at / 8] |= u64::from(_mm512_cmpeq_epi64_mask(columns[at], limb_max)) << place;
        }
    });
    // Lanes that are full pass a carry on; the other number's are all made to, since each carry has to pass one to come
    // to the next lane of its own.
    macro_rules! ripple {
        ($full:expr, $over:expr, $word:ty) => {{
            let (full, over): ($word, $word) = ($full, $over);
            let (first, second) = (FIRST as $word, SECOND as $word);
            let (one, other) = (full | second, full | first);
            let carried = one.wrapping_add((over & first) << 1) ^ one;
            let also = other.wrapping_add((over & second) << 1) ^ other;
            carried & first | also & second
        }};
    }
    let carries = if Z < 8 {
        u128::from(ripple!(full[0], over[0], u64))
    } else {
        let wide = |words: [u64; 2]| u128::from(words[1]) << u64::BITS | u128::from(words[0]);
        ripple!(wide(full), wide(over), u128)
    };
    let less = _mm512_set1_epi64(-1);
    each!(at {
        if at < Z {
            let carried = (carries >> (LANES * at)) as __mmask8;
            // adding one is subtracting all ones
            let more = _mm512_mask_sub_epi64(columns[at], carried, columns[at], less);
            columns[at] = _mm512_and_si512(more, limb_max);
        }
    });
    let out = (carries >> (LANES * Z)) as __mmask8 & 3;
    let beyond = raise(zero, below);
    _mm512_mask_sub_epi64(beyond, out, beyond, less)
}
