//! A multiple of a point by its x-coordinate alone.
//!
//! Montgomery's ladder ("Speeding the Pollard and elliptic curve methods of factorization", 1987) goes through a scalar from
//! the highest bit on and holds j P and (j + 1) P, where j is what was read of it. Each bit doubles one of them and adds
//! both, whose difference is always P. On a curve y^2 = x^3 + a x + b, with x = X / Z and x_P the coordinate of P (Brier
//! and Joye, "Weierstrass Elliptic Curves and Side-Channel Attacks", 2002; Izu and Takagi, "A Fast Parallel Elliptic Curve
//! Multiplication Resistant against Side Channel Attacks", 2002; EFD, short Weierstrass curves, XZ coordinates):
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
//! which depends on the one before. A step takes 165 cycles of a Zen 5.

use super::field::{Elements, LANES, Limbs, Sums, add};
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
/// 4 R modulo p.
const FOUR: Limbs = Limbs([
    0x0_0000_0000_0040,
    0xc_0000_0000_0000,
    0xf_ffff_ffff_ffff,
    0xf_fbff_ffff_ffff,
    0x0_0000_003f_ffff,
]);
/// R / 2 modulo p.
const HALF: Limbs = Limbs([
    0x0_0000_0000_0008,
    0xf_8000_0000_0000,
    0xf_ffff_ffff_ffff,
    0xf_ff7f_ffff_ffff,
    0x0_0000_0007_ffff,
]);
/// 2 b v^3 R modulo p.
const TWO_B: Limbs = Limbs([
    0x3_f5ec_b0b8_8798,
    0xb_6607_b217_c716,
    0xe_d99e_b414_8426,
    0xc_7ea1_47fd_65b1,
    0x0_6327_de65_bd90,
]);
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
/// v R^2 modulo p: a number multiplied by it is multiplied by v and R.
const INTO: Limbs = Limbs([
    0x0_b002_42f3_5c37,
    0x1_8922_6aa2_7997,
    0x6_40a2_a523_fbf5,
    0x3_25fd_57d3_264e,
    0x0_9848_1119_52f8,
]);
/// -v R^2 / 2 modulo p.
const INTO_MINUS_HALF: Limbs = Limbs([
    0x7_a7fe_de86_51e4,
    0x7_436e_caae_c334,
    0xc_dfae_ad6e_0205,
    0xe_6d09_5416_6cd8,
    0x0_33db_f772_d683,
]);
/// R^2 / v modulo p.
const BACK: Limbs = Limbs([
    0xd_eff9_3725_eb59,
    0xb_8498_c018_933a,
    0xd_3e18_1094_0c20,
    0x6_8e27_f886_8d14,
    0x0_3727_ccb2_0717,
]);
/// 2 p, which is more than anything that is subtracted.
const TWO_P: Limbs = Limbs([
    0xf_ffff_ffff_fffe,
    0x0_1fff_ffff_ffff,
    0x0_0000_0000_0000,
    0x0_0020_0000_0000,
    0x1_ffff_fffe_0000,
]);
const ZERO: Limbs = Limbs::ZERO;

/// The x-coordinate of `scalar` times the point with the x-coordinate `x`, reduced. The scalar is from 1 to the order less
/// 1, and there is a point with the coordinate.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn multiple(scalar: &[u64; 4], x: &Limbs) -> Zeroizing<Limbs> {
    let (numerator, denominator) = ladder(scalar, x);
    // Both are multiplied by R, which the quotient is not. The numerator is below 4 p and the inverse below 12 p; their
    // product is below 4 p, and the last one below 2 p.
    let inverse = inverse(&denominator);
    let zero = Sums::zero();
    let quotient = Elements::new(&[*numerator; LANES]).times(&Elements::new(&[*inverse; LANES]), &zero);
    let quotient = quotient.carried().times(&Elements::new(&[BACK; LANES]), &zero);
    Zeroizing::new(quotient.carried().lanes()[0].reduced())
}

/// The numerator, below 4 p, and the denominator, below p, of the coordinate of the multiple on the other curve, both
/// multiplied by R.
///
/// X and Z of the sum are halved. A step has three batches of products, A being X^2, B Z^2 and C X Z of the point that is
/// doubled, and X of the sum is the first of the third batch with Q added to it:
///
/// ```text
/// U V S T A B C B
/// T^2 (T T)   W = (U - V)^2   C B         G = (A - B)^2   B^2      H = C (A + B)   W     Q = (U + V) (S + T)
/// 2 b T^2     - x_P W / 2     - 8 b C B   G               4 b B^2  4 H             W/2   -
/// ```
///
/// Bounds, as multiples of p, where what is subtracted from has 2 p more: of the sum X < 4 and Z < 1.2, of the double X < 2.2
/// and Z < 2.2 (which hold at the start). The first batch: U < 3.6, V < 1.2, S < 1.6, T < 1.2, A < 4, B < 1.3, C < 1.3. The
/// second: T^2 < 1.1, W < 1.8, C B < 1.2, G < 2, B^2 < 1.2, H < 1.5, Q < 1.8. The third: the factors being below p, 1.07,
/// 1.12, 1.07, 1.12, 1.07, 1.09, 1.12; with Q, X of the sum is below 4 again.
#[target_feature(enable = "avx512f,avx512ifma")]
fn ladder(scalar: &[u64; 4], x: &Limbs) -> (Zeroizing<Limbs>, Zeroizing<Limbs>) {
    let zero = Sums::zero();
    let mut into = [INTO; LANES];
    into[1] = INTO_MINUS_HALF;
    let x = Elements::new(&[*x; LANES]).times(&Elements::new(&into), &zero).carried();

    // X of the sum, X and Z of the double, Z of the sum; the double of nothing read yet is infinity, and the sum P.
    let points = [ZERO, ZERO, ONE, ZERO, ZERO, ZERO, ONE, ZERO];
    let mut points = Elements::new(&points).with_lanes(0b0000_0001, &x);
    let minuends = Sums::new(&[TWO_P, ZERO, ZERO, ZERO, TWO_P, ZERO, ZERO, ZERO]);
    let factors = [TWO_B, ZERO, MINUS_EIGHT_B, ONE, FOUR_B, FOUR, HALF, ZERO];
    let factors = Elements::new(&factors).with_lanes(0b0000_0010, &x);

    // The factors of U V S T A B C B. X and Z of the point that is doubled are those of the sum where the bit differs from
    // the one before, and those of the double where it does not.
    let (left, left_sum) = (index([0, 2, 0, 6, 2, 4, 2, 4]), index([0, 2, 0, 6, 0, 6, 0, 6]));
    let (right, right_sum) = (index([4, 6, 2, 4, 2, 4, 4, 4]), index([4, 6, 2, 4, 0, 6, 6, 6]));
    let (left_differs, right_differs) =
        (_mm512_xor_si512(left, left_sum), _mm512_xor_si512(right, right_sum));
    // The factors of the second batch among U + V, U - V, S + T, T, A + B, A - B, C, B.
    let (second_left, second_right) = (index([3, 1, 6, 5, 7, 4, 1, 0]), index([3, 1, 7, 5, 7, 6, 1, 2]));

    let mut before = 0;
    for at in (0..BITS).rev() {
        let bit = scalar[at / 64] >> (at % 64) & 1;
        let differs = _mm512_set1_epi64((bit ^ before).cast_signed().wrapping_neg());
        before = bit;
        let left = _mm512_xor_si512(left, _mm512_and_si512(differs, left_differs));
        let right = _mm512_xor_si512(right, _mm512_and_si512(differs, right_differs));

        let first = points.permuted(left).times(&points.permuted(right), &minuends);
        let terms = first.terms().carried();
        let second = terms.permuted(second_left).times(&terms.permuted(second_right), &zero);
        let third = second.carried().times(&factors, &second.last_to_first());
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

#[target_feature(enable = "avx512f")]
fn index(lanes: [i64; LANES]) -> __m512i {
    let [a, b, c, d, e, f, g, h] = lanes;
    _mm512_setr_epi64(a, b, c, d, e, f, g, h)
}

/// What is done between the batches. Lanes 0 and 1, 2 and 3, and so on are pairs.
impl Sums {
    /// U + V, U - V, S + T, T, A + B, A - B, C, B from U V S T A B C B.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn terms(&self) -> Sums {
        Sums(self.0.map(|own| {
            let other = swapped(own);
            let sums = _mm512_mask_add_epi64(own, 0b0001_0101, own, other);
            _mm512_mask_sub_epi64(sums, 0b0010_0010, other, own)
        }))
    }

    /// The last in the first lane, and 0 in the others.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn last_to_first(&self) -> Sums {
        let last = _mm512_set1_epi64(7);
        Sums(self.0.map(|limb| _mm512_maskz_permutexvar_epi64(0b0000_0001, last, limb)))
    }

    /// The sums of the pairs, in both lanes of each.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn pairs(&self) -> Sums {
        Sums(self.0.map(|limb| add(limb, swapped(limb))))
    }
}

/// Exchanges the lanes of each pair.
#[inline]
#[target_feature(enable = "avx512f")]
fn swapped(lanes: __m512i) -> __m512i {
    _mm512_shuffle_epi32::<0b01_00_11_10>(lanes)
}
