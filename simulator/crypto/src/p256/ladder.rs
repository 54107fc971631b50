//! A multiple of a point by its x-coordinate alone.
//!
//! Montgomery's ladder ("Speeding the Pollard and elliptic curve methods of factorization", 1987) goes through a scalar from
//! the highest bit on and holds j P and (j + 1) P, where j is what was read of it. Each bit doubles one of them and adds
//! both, whose difference is always P. On a curve y^2 = x^3 + a x + b, with x = X / Z and x_P the coordinate of P (Brier
//! and Joye, "Weierstrass Elliptic Curves and Side-Channel Attacks", 2002; Izu and Takagi, "A Fast Parallel Elliptic Curve
//! Multiplication Resistant against Side Channel Attacks", 2002; EFD, shortw-xz, dbl-2002-bj and the additive formulas):
//!
//! ```text
//! double: X' = (X^2 - a Z^2)^2 - 8 b X Z Z^2        add: X' = 2 (U + V) (S + a T) + 4 b T^2 - x_P (U - V)^2
//!         Z' = 4 (X Z (X^2 + a Z^2) + b Z^4)             Z' = (U - V)^2
//!                                                        U = X1 Z2, V = X2 Z1, S = X1 X2, T = Z1 Z2
//! ```
//!
//! A point at infinity is (X : 0) with any X but 0. No case is left out for a scalar k from 1 to n - 1 (n is the order,
//! a prime):
//!  * Doubling is right for all points, infinity included. No point has order 2, so that Z' is 0 for infinity only, and
//!    then X' = X^4 is not 0.
//!  * Addition is right with j P at infinity (j = 0): with Z1 = 0 it gives X' = x_P (X1 Z2)^2 and Z' = (X1 Z2)^2; x_P may be
//!    0. It is right for other points that differ in x, and also for (j + 1) P = -j P: U = V and T are not 0, Z' is 0, and
//!    X' is 4 y^2 T^2, not 0. They are never the same point. (j + 1) P is infinity for j = n - 1 only, which is k itself,
//!    after which nothing is computed with it.
//!
//! The curve is taken to another with a = 1: x is multiplied by v, where v^2 = -1/3, so that -3 v^2 = 1, and b by v^3 (v
//! need not be a square, because no y is computed). All products of a step are then in three batches of eight, each of
//! which depends on the one before.

use super::field::{Elements, LANES, Limbs, PRIME, add};
use super::inverse::inverse;
use std::arch::x86_64::*;
use zeroize::Zeroizing;

/// How many bits a scalar has.
const BITS: usize = 256;

/// R, which is 1 multiplied by R, modulo p.
const ONE: Limbs = Limbs([
    0x0_0000_0000_0010,
    0xf_0000_0000_0000,
    0xf_ffff_ffff_ffff,
    0xf_feff_ffff_ffff,
    0x0_0000_000f_ffff,
]);
/// v R^2 modulo p: a number multiplied by it is multiplied by v and R.
const INTO: Limbs = Limbs([
    0x0_b002_42f3_5c37,
    0x1_8922_6aa2_7997,
    0x6_40a2_a523_fbf5,
    0x3_25fd_57d3_264e,
    0x0_9848_1119_52f8,
]);
/// R^2 / v modulo p.
const BACK: Limbs = Limbs([
    0xd_eff9_3725_eb59,
    0xb_8498_c018_933a,
    0xd_3e18_1094_0c20,
    0x6_8e27_f886_8d14,
    0x0_3727_ccb2_0717,
]);
/// 4 R modulo p.
const FOUR: Limbs = ONE.times_four();
/// 4 b v^3 R modulo p.
const FOUR_B: Limbs = Limbs([
    0x7_ebd9_6171_0f30,
    0x6_cc0f_642f_8e2c,
    0xd_b33d_6829_084d,
    0x8_fd42_8ffa_cb63,
    0x0_c64f_bccb_7b21,
]);
/// -8 b v^3 R modulo p.
const MINUS_EIGHT_B: Limbs = Limbs([
    0x0_284d_3d1d_e19e,
    0x2_87e1_37a0_e3a7,
    0x4_9985_2fad_ef65,
    0xe_059a_e00a_6938,
    0x0_7360_8667_09bc,
]);
/// 4 p, which is more than anything that is subtracted.
const FOUR_P: Limbs = PRIME.times_four();

/// The x-coordinate of `scalar` times the point with the x-coordinate `x`, reduced. The scalar is from 1 to the order less
/// 1, and there is a point with the coordinate.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn multiple(scalar: &[u64; 4], x: &Limbs) -> Zeroizing<Limbs> {
    let (numerator, denominator) = ladder(scalar, x);
    // Both are multiplied by R, which the quotient is not. The numerator is below 6 p and the inverse below 12 p; their
    // product is below 5.5 p, and the last one below 2 p.
    let inverse = inverse(&denominator);
    let zero = Elements::zero();
    let quotient = Elements::new(&[*numerator; LANES]).times(&Elements::new(&[*inverse; LANES]), &zero);
    let quotient = quotient.carried().times(&Elements::new(&[BACK; LANES]), &zero);
    Zeroizing::new(quotient.carried().lanes()[0].reduced())
}

/// The numerator, below 6 p, and the denominator, below p, of the coordinate of the multiple on the other curve, both
/// multiplied by R.
///
/// Bounds, as multiples of p: of both points, Xa and Za of the sum and Xd and Zd of the double, Xa < 6, Za < 1.2, Xd < 2.4,
/// Zd < 2.2 (which hold at the start). The first batch: U < 1.9, V < 1.2, S < 1.9, T < 1.2, A < 3.3, B < 1.3, C < 1.5. The
/// second: T^2 < 1.1, W < 3.2, C B < 1.2, G < 4.3, B^2 < 1.2, H < 1.5, Q < 1.6. The third again: Xa = 2 Q + 4 b T^2 - x_P W
/// < 3.2 + 1.1 + 1.6 (-x_P is taken as 4 p - x_P), Za < 1.2, Xd < 1.3 + 1.1, Zd < 1.1 + 1.1.
#[target_feature(enable = "avx512f,avx512ifma")]
fn ladder(scalar: &[u64; 4], x: &Limbs) -> (Zeroizing<Limbs>, Zeroizing<Limbs>) {
    let zero = Elements::zero();
    let x = Elements::new(&[*x; LANES]).times(&Elements::new(&[INTO; LANES]), &zero).carried();
    let four_p = Elements::new(&[FOUR_P; LANES]);
    let minus_x = four_p.minus(&x).carried();

    // The point at infinity is the double of nothing read yet, and P the sum: Xa 0 Xd 0 Zd 0 Za 0.
    let mut points = Elements::new(&[Z, Z, ONE, Z, Z, Z, ONE, Z]).with_lanes(0b0000_0001, &x);
    let factors = Elements::new(&[FOUR_B, Z, MINUS_EIGHT_B, ONE, FOUR_B, FOUR, ONE, Z]);
    let factors = factors.with_lanes(0b0000_0010, &minus_x);

    // The factors of U V S T A B C B are Xa Xd Xa Za X Z X Z and Zd Za Xd Zd X Z Z Z. X and Z of the point that is doubled
    // are those of the sum where the bit differs from the one before, and those of the double where it does not.
    let (left, left_sum) = (index([0, 2, 0, 6, 2, 4, 2, 4]), index([0, 2, 0, 6, 0, 6, 0, 6]));
    let (right, right_sum) = (index([4, 6, 2, 4, 2, 4, 4, 4]), index([4, 6, 2, 4, 0, 6, 6, 6]));
    let (left_differs, right_differs) =
        (_mm512_xor_si512(left, left_sum), _mm512_xor_si512(right, right_sum));
    // Of U+V U-V S+T T A+B A-B C B the factors of T^2 W CB G B^2 H W Q.
    let (second_left, second_right) = (index([3, 1, 6, 5, 7, 4, 1, 0]), index([3, 1, 7, 5, 7, 6, 1, 2]));

    let mut before = 0;
    for at in (0..BITS).rev() {
        let bit = scalar[at / 64] >> (at % 64) & 1;
        let differs = _mm512_set1_epi64((bit ^ before).cast_signed().wrapping_neg());
        before = bit;
        let left = _mm512_xor_si512(left, _mm512_and_si512(differs, left_differs));
        let right = _mm512_xor_si512(right, _mm512_and_si512(differs, right_differs));

        let first = points.permuted(left).times(&points.permuted(right), &zero);
        let sums = first.sums(&four_p).carried();
        let second = sums.permuted(second_left).times(&sums.permuted(second_right), &zero).carried();
        let third = second.times(&factors, &second.twice_last_to_first());
        points = third.pairs().carried();
    }

    // Which of both is the multiple, the last bit says.
    let points = points.lanes();
    let sum = before.wrapping_neg();
    let choose = |a: &Limbs, d: &Limbs| Limbs(std::array::from_fn(|at| d.0[at] ^ sum & (a.0[at] ^ d.0[at])));
    let numerator = Zeroizing::new(choose(&points[0], &points[2]));
    let denominator = Zeroizing::new(choose(&points[6], &points[4]).reduced().reduced()); // it is below 3 p
    (numerator, denominator)
}

const Z: Limbs = Limbs::ZERO;

#[target_feature(enable = "avx512f")]
fn index(lanes: [i64; LANES]) -> __m512i {
    let [a, b, c, d, e, f, g, h] = lanes;
    _mm512_setr_epi64(a, b, c, d, e, f, g, h)
}

/// What is done with the elements between the batches. Lanes 0 and 1, 2 and 3, and so on are pairs.
impl Elements {
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn minus(&self, other: &Elements) -> Elements {
        Elements(std::array::from_fn(|limb| _mm512_sub_epi64(self.0[limb], other.0[limb])))
    }

    /// These, and in some lanes others.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn with_lanes(&self, lanes: __mmask8, others: &Elements) -> Elements {
        Elements(std::array::from_fn(|limb| _mm512_mask_mov_epi64(self.0[limb], lanes, others.0[limb])))
    }

    /// U+V U-V S+T T A+B A-B C B from U V S T A B C B; four times p is added to the differences.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn sums(&self, four_p: &Elements) -> Elements {
        Elements(std::array::from_fn(|limb| {
            let own = self.0[limb];
            let other = swapped(own);
            let sums = _mm512_mask_add_epi64(own, 0b0001_0101, own, other);
            _mm512_mask_sub_epi64(sums, 0b0010_0010, add(other, four_p.0[limb]), own)
        }))
    }

    /// Twice the last in the first lane, and 0 in the others.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn twice_last_to_first(&self) -> Elements {
        Elements(self.0.map(|limb| {
            let first = _mm512_maskz_permutexvar_epi64(0b0000_0001, _mm512_set1_epi64(7), limb);
            add(first, first)
        }))
    }

    /// The sums of the pairs, in both lanes of each.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn pairs(&self) -> Elements {
        Elements(self.0.map(|limb| add(limb, swapped(limb))))
    }
}

/// Exchanges the lanes of each pair.
#[inline]
#[target_feature(enable = "avx512f")]
fn swapped(lanes: __m512i) -> __m512i {
    _mm512_shuffle_epi32::<0b01_00_11_10>(lanes)
}
