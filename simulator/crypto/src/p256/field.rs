//! The field of P-256: eight products at a time.
//!
//! An element is five limbs of 52 bits, and an element multiplied by R = 2^260 is multiplied as Montgomery has it
//! ("Modular Multiplication Without Trial Division", 1985). The eight elements of `Elements` lie across five registers,
//! one for each limb. `VPMADD52LUQ` and `VPMADD52HUQ` add the lower and the upper 52 bits of a product of 52 by 52 bits
//! to a lane of 64 bits; of their factors they read the lower 52 bits alone, so that factors must be carried.
//!
//! Values are not reduced below the prime p. A bound of a value is stated as a multiple of p; 2^260 is a little more than
//! 16 p, so that every value below 16 p has five limbs below 2^52. The product of a < A p and b < B p is below
//! (A B / 16 + 1 + 2^-47) p.
//!
//! On a Zen 5 multiplications take 4 cycles and additions and shifts 2, and two multiplications, two shifts and four
//! instructions in all begin in a cycle. A product has 75 multiplications, which are 38 cycles, and from one to the next
//! that it is a factor of, carrying included, the chain is as long.

use std::arch::x86_64::*;
use zeroize::{DefaultIsZeroes, Zeroizing};

/// How many limbs an element has.
const LIMBS: usize = 5;
/// How many bits a limb has.
const LIMB_BITS: u32 = 52;
const MASK: u64 = (1 << LIMB_BITS) - 1;
/// How many elements are computed with together.
pub(super) const LANES: usize = 8;
/// The prime 2^256 - 2^224 + 2^192 + 2^96 - 1 (SP 800-186, 3.2.1.3).
pub(super) const PRIME: Limbs = Limbs([MASK, (1 << 44) - 1, 0, 1 << 36, (1 << 48) - (1 << 16)]);

/// A number below 2^260.
#[derive(Clone, Copy, Default)]
pub(super) struct Limbs(pub(super) [u64; LIMBS]);

impl DefaultIsZeroes for Limbs {}

impl Limbs {
    pub(super) const ZERO: Limbs = Limbs([0; LIMBS]);

    /// Takes a number in big-endian octets.
    pub(super) fn from_octets(octets: &[u8; 32]) -> Limbs {
        let mut limbs = [0; LIMBS];
        for (place, octet) in octets.iter().rev().enumerate() {
            let (limb, shift) = (place * 8 / 52, place * 8 % 52);
            limbs[limb] |= u64::from(*octet) << shift & MASK;
            if shift > 44 {
                limbs[limb + 1] |= u64::from(*octet) >> (52 - shift);
            }
        }
        Limbs(limbs)
    }

    /// The number, below 2^256, in big-endian octets.
    pub(super) fn to_octets(self) -> Zeroizing<[u8; 32]> {
        let mut octets = Zeroizing::new([0; 32]);
        for (place, octet) in octets.iter_mut().rev().enumerate() {
            let (limb, shift) = (place * 8 / 52, place * 8 % 52);
            let above = self.0.get(limb + 1).map_or(0, |above| above << (52 - shift));
            *octet = (self.0[limb] >> shift | above) as u8;
        }
        octets
    }

    /// A number below 2 p, reduced below p.
    pub(super) fn reduced(self) -> Limbs {
        let mut less = [0; LIMBS];
        let mut carry = 0;
        for (at, limb) in less.iter_mut().enumerate() {
            let difference = self.0[at].cast_signed() - PRIME.0[at].cast_signed() + carry;
            *limb = difference.cast_unsigned() & MASK;
            carry = difference >> LIMB_BITS;
        }
        // What was borrowed is all ones where the number is less than p already.
        let keep = carry.cast_unsigned();
        for (less, limb) in less.iter_mut().zip(self.0) {
            *less ^= keep & (*less ^ limb);
        }
        Limbs(less)
    }
}

/// Eight elements as factors: of each limb the lower 52 bits count, whatever is above.
#[derive(Clone, Copy)]
pub(super) struct Elements([__m512i; LIMBS]);

/// Eight elements as sums, whose limbs are not carried.
#[derive(Clone, Copy)]
pub(super) struct Sums(pub(super) [__m512i; LIMBS]);

impl Sums {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn zero() -> Sums {
        Sums([_mm512_setzero_si512(); LIMBS])
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn new(lanes: &[Limbs; LANES]) -> Sums {
        Sums(Elements::new(lanes).0)
    }

    /// Carries; the limbs may have any sign and must be below 2^62, and the numbers must be from 0 to 2^260.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn carried(&self) -> Elements {
        let [l0, l1, l2, l3, l4] = self.0;
        let l1 = add(l1, _mm512_srai_epi64::<LIMB_BITS>(l0));
        let l2 = add(l2, _mm512_srai_epi64::<LIMB_BITS>(l1));
        let l3 = add(l3, _mm512_srai_epi64::<LIMB_BITS>(l2));
        let l4 = add(l4, _mm512_srai_epi64::<LIMB_BITS>(l3));
        Elements([l0, l1, l2, l3, l4])
    }
}

impl Elements {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn new(lanes: &[Limbs; LANES]) -> Elements {
        Elements(std::array::from_fn(|limb| {
            let limbs: [u64; LANES] = std::array::from_fn(|lane| lanes[lane].0[limb]);
            // SAFETY: a load of the 64 octets of an array.
            unsafe { _mm512_loadu_si512(limbs.as_ptr().cast()) }
        }))
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn lanes(&self) -> Zeroizing<[Limbs; LANES]> {
        let mut lanes = Zeroizing::new([Limbs::ZERO; LANES]);
        for (at, limb) in self.0.iter().enumerate() {
            let mut limbs = Zeroizing::new([0; LANES]);
            // SAFETY: a store to the 64 octets of an array.
            unsafe { _mm512_storeu_si512(limbs.as_mut_ptr().cast(), *limb) };
            for (lane, limb) in lanes.iter_mut().zip(limbs.iter()) {
                lane.0[at] = *limb & MASK;
            }
        }
        lanes
    }

    /// Each lane from the lane that the index names.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn permuted(&self, index: __m512i) -> Elements {
        Elements(self.0.map(|limb| _mm512_permutexvar_epi64(index, limb)))
    }

    /// These, and in some lanes others.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn with_lanes(&self, lanes: __mmask8, others: &Elements) -> Elements {
        Elements(std::array::from_fn(|limb| _mm512_mask_mov_epi64(self.0[limb], lanes, others.0[limb])))
    }

    /// `self` * `other` / R + `sum`. The limbs of `sum` must be from 0 to 2^60; without it those of the result are below
    /// 2^57.
    ///
    /// Column k of the product is a sum of lower halves of a_i b_j with i + j = k and upper halves with i + j = k - 1.
    /// Reducing, a multiple of p is added for each of the lower five columns, so that the column becomes 0. Because p = -1
    /// modulo 2^96, the multiple of the column s itself does it: s (2^96 + 2^192 + (2^48 - 2^16) 2^208 - 1), from the
    /// column's place, where 2^96 is bit 44 of limb 1 (`k44`, whose upper half is a shift by 8 to the right), 2^192 is bit
    /// 36 of limb 3 (`k36`, a shift by 16) and the rest is limb 4 (`top`).
    ///
    /// The lower four columns are not carried: s has up to 56 bits, and all of it is cancelled. Shifts take all of it;
    /// multiplications take the lower 52 bits, whose multiple of `top` is complete only with that of the upper 4. The fifth
    /// column is carried, because what its multiple has above 2^52 would remain above the result. The sum of the multiples
    /// is therefore below (2^260 + 2^213) p.
    ///
    /// The order is that in which limbs and columns come to be known, the lowest first, because the carry of the factors is
    /// still under way; what is late is added last, or by a multiplication, which the compiler does not move.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn times(&self, other: &Elements, sum: &Sums) -> Sums {
        let [a0, a1, a2, a3, a4] = self.0;
        let [b0, b1, b2, b3, b4] = other.0;
        let zero = _mm512_setzero_si512();
        let k44 = _mm512_set1_epi64(1 << 44);
        let k36 = _mm512_set1_epi64(PRIME.0[3].cast_signed());
        let top = _mm512_set1_epi64(PRIME.0[4].cast_signed());

        let s0 = lo(zero, a0, b0); // below 2^52

        let c = lo(hi(zero, a0, b0), a0, b1);
        let d = lo(zero, a1, b0);
        let t1 = add(c, d);
        let s1 = lo(t1, s0, k44); // below 4 * 2^52

        let c = lo(hi(zero, a0, b1), a0, b2);
        let d = lo(hi(zero, a1, b0), a2, b0);
        let e = lo(lo(right::<8>(s0), a1, b1), t1, k44);
        let s2 = add(add(c, d), e); // below 7 * 2^52

        let c = lo(hi(zero, a0, b2), a0, b3);
        let d = lo(hi(zero, a2, b0), a3, b0);
        let e = lo(lo(hi(zero, a1, b1), s0, k36), a1, b2);
        let f = lo(zero, a2, b1);
        let s3 = add(add(add(c, d), add(f, right::<8>(s1))), lo(e, s2, k44)); // below 10 * 2^52

        let c = lo(lo(hi(zero, a1, b2), a1, b3), a0, b4);
        let d = lo(lo(hi(zero, a2, b1), a3, b1), a4, b0);
        let e = lo(lo(lo(right::<16>(s0), s0, top), a2, b2), s1, k36);
        let f = hi(hi(zero, a0, b3), a3, b0);
        let s4 = add(add(add(c, d), right::<8>(s2)), lo(add(e, f), s3, k44));

        let c = hi(hi(lo(sum.0[0], a2, b3), a1, b3), a0, b4);
        let d = hi(hi(lo(zero, a3, b2), a3, b1), a4, b0);
        let e = lo(hi(hi(zero, s0, top), a2, b2), a1, b4);
        let f = lo(lo(lo(right::<16>(s1), s1, top), s2, k36), a4, b1);
        let e = lo(add(add(c, d), add(e, f)), s4, k44);
        let r0 = add(e, add(right::<8>(s3), right::<LIMB_BITS>(s4)));

        let c = hi(hi(lo(sum.0[1], a3, b3), a2, b3), a1, b4);
        let d = hi(hi(lo(zero, a2, b4), a3, b2), a4, b1);
        let e = lo(lo(lo(zero, right::<LIMB_BITS>(s1), top), a4, b2), s2, top);
        let f = lo(hi(right::<16>(s2), s1, top), s3, k36);
        let r1 = hi(add(add(c, d), add(e, f)), s4, k44);

        let c = hi(hi(lo(sum.0[2], a3, b4), a3, b3), a2, b4);
        let d = hi(lo(hi(zero, s2, top), a4, b3), a4, b2);
        let e = lo(lo(right::<16>(s3), right::<LIMB_BITS>(s2), top), s3, top);
        let r2 = lo(add(add(c, d), e), s4, k36);

        let c = hi(hi(sum.0[3], a3, b4), a4, b3);
        let d = lo(hi(lo(zero, a4, b4), s3, top), right::<LIMB_BITS>(s3), top);
        let r3 = lo(hi(add(c, d), s4, k36), s4, top);

        let r4 = hi(hi(sum.0[4], a4, b4), s4, top);
        Sums([r0, r1, r2, r3, r4])
    }
}

/// Adds the lower 52 bits of a product.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn lo(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52lo_epu64(sum, a, b)
}

/// Adds the upper 52 bits of a product.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn hi(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_madd52hi_epu64(sum, a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi64(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn right<const BITS: u32>(a: __m512i) -> __m512i {
    _mm512_srli_epi64::<BITS>(a)
}
