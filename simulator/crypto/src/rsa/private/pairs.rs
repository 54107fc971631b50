//! Pairs of digits: numbers modulo two primes, side by side in the same registers.
//!
//! A [block](Block) has four digits of both numbers: the lowest of the one, the lowest of the other, and so on. What is
//! done to a register is so done for both primes, and primes of 1024 bits fill their registers.
//!
//! A digit counts 51 bits, but may have 52, as factors of the instructions may: so a carry is added to the digit above and
//! need not be carried on from there.

use super::prime::{LONG_MAX, Limbs};
use crate::rsa::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use std::arch::x86_64::*;

/// The digits that a block has of each number.
pub(super) const PAIRS: usize = LANES / 2;
/// The bits that a digit counts.
pub(super) const DIGIT_BITS: u32 = 51;
/// The largest digit where nothing is carried to it.
pub(super) const DIGIT_MAX: u64 = (1 << DIGIT_BITS) - 1;

/// Two numbers of 4 `Z` + 2 digits each; the last two are in a block of their own, whose other lanes are zero.
#[derive(Clone, Copy)]
pub(super) struct Number<const Z: usize> {
    pub(super) blocks: [Block; Z],
    pub(super) top: Block,
}

impl<const Z: usize> Number<Z> {
    pub(super) const ZERO: Number<Z> = Number { blocks: [Block([0; LANES]); Z], top: Block([0; LANES]) };
    /// The digits of a number.
    pub(super) const DIGITS: usize = PAIRS * Z + 2;

    /// A digit of both numbers.
    pub(super) fn pair(&self, at: usize) -> &[u64; 2] {
        let block = self.blocks.get(at / PAIRS).unwrap_or(&self.top);
        &block.0.as_chunks().0[at % PAIRS]
    }

    /// A digit of both numbers, to be changed.
    pub(super) fn pair_mut(&mut self, at: usize) -> &mut [u64; 2] {
        let block = self.blocks.get_mut(at / PAIRS).unwrap_or(&mut self.top);
        &mut block.0.as_chunks_mut().0[at % PAIRS]
    }

    /// One of the two numbers in limbs of 52 bits.
    pub(super) fn limbs(&self, which: usize) -> Limbs {
        let mut limbs = Limbs::new([0; LONG_MAX]);
        let (mut sum, mut bits, mut digit) = (0u128, 0, 0);
        for limb in limbs.iter_mut() {
            while bits < LIMB_BITS && digit < Self::DIGITS {
                sum += u128::from(self.pair(digit)[which]) << bits;
                bits += DIGIT_BITS;
                digit += 1;
            }
            *limb = sum as u64 & LIMB_MAX;
            sum >>= LIMB_BITS;
            bits = bits.saturating_sub(LIMB_BITS);
        }
        limbs
    }

    /// Sets one of the two numbers.
    pub(super) fn set(&mut self, which: usize, limbs: &Limbs) {
        for at in 0..Self::DIGITS {
            self.pair_mut(at)[which] = bits(&limbs[..], at * DIGIT_BITS as usize, DIGIT_MAX);
        }
    }
}

/// The bits from `first` on, as many as `mask` has, 52 at most, of a number that is given in limbs of as many.
pub(super) fn bits(limbs: &[u64], first: usize, mask: u64) -> u64 {
    let (limb, bit) = (first / LIMB_BITS as usize, first as u32 % LIMB_BITS);
    let limb_at = |at: usize| limbs.get(at).copied().unwrap_or(0);
    (limb_at(limb) >> bit | limb_at(limb + 1) << (LIMB_BITS - bit)) & mask
}

/// The pair of digits so many places above a block's first, four times.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn broadcast(block: &Block, at: usize) -> __m512i {
    let (pairs, _) = block.0.as_chunks::<2>();
    // SAFETY: the pair has 16 octets.
    _mm512_broadcast_i64x2(unsafe { _mm_loadu_si128(pairs[at].as_ptr().cast()) })
}

/// The numbers of the digits of a block.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn place_of(block: usize) -> __m512i {
    let first = _mm512_set1_epi64((PAIRS * block) as i64);
    _mm512_add_epi64(first, _mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0))
}

/// Moves digits up by one place, and the highest of those below into the lowest.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn raise(here: __m512i, below: __m512i) -> __m512i {
    _mm512_alignr_epi64::<6>(here, below)
}

/// Moves digits down by one place, and the lowest of those above into the highest.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn lower(here: __m512i, above: __m512i) -> __m512i {
    _mm512_alignr_epi64::<2>(above, here)
}
