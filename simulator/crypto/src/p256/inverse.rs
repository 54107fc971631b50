//! Inverses modulo the prime of P-256, and modulo its order, in constant time.
//!
//! Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019) make division steps of f = p and g,
//! which look at the lowest bits only, until f is 1 or -1 and g is 0. With the difference of sizes starting at 1/2 in place
//! of 1, as Wuille found, 590 steps are enough for all numbers below 2^256 (Bitcoin Core, libsecp256k1,
//! doc/safegcd_implementation.md). 59 steps at a time are made with the lowest bits of f and g alone and collected in a
//! matrix, which is then applied to the whole of f and g, and, modulo p, to d and e, for which f = d x and g = e x always.
//! All of this holds for every odd p below 2^256 that has no divisor in common with x, which is why p is an argument.

use super::field::Limbs;
use zeroize::{Zeroize as _, Zeroizing};

/// How many steps are collected, and how many bits a limb has here.
const STEPS: u32 = 59;
/// How often.
const ROUNDS: u32 = 10;
const LIMBS: usize = 5;
const MASK: i64 = (1 << STEPS) - 1;
/// The prime; it is -1 modulo 2^59.
const PRIME: Modulus =
    Modulus { number: Wide([MASK, 0x1f_ffff_ffff, 0, 0x7ff_8000_0000_8000, 0xf_ffff]), opposite: 1 };
const ORDER: Modulus = Modulus::of(&super::ORDER);

/// A number of 295 bits with sign: five limbs of 59 bits, the last one signed.
#[derive(Clone, Copy)]
struct Wide([i64; LIMBS]);

/// What is computed modulo.
struct Modulus {
    number: Wide,
    /// The opposite of its inverse modulo 2^59, perhaps with more bits.
    opposite: i64,
}

impl Modulus {
    const fn of(words: &[u64; 4]) -> Modulus {
        // Each step of Newton's doubles how many bits are right, and an odd number is its own inverse modulo 8.
        let mut inverse = words[0];
        let mut bits = 3;
        while bits < STEPS {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(words[0].wrapping_mul(inverse)));
            bits *= 2;
        }
        Modulus { number: Wide::from_words(words), opposite: inverse.wrapping_neg() as i64 }
    }
}

/// 2^59 times the matrix of 59 steps. The absolute values of a row have a sum of at most 2^59.
struct Matrix {
    first: [i64; 2],
    second: [i64; 2],
}

/// A number below 12 p that is the inverse of `x`, which is below p, or of 0 a multiple of p.
pub(super) fn inverse(x: &Limbs) -> Zeroizing<Limbs> {
    Zeroizing::new(Wide::to_limbs(&inverted(Wide::from_limbs(x), &PRIME)))
}

/// A number below 12 times the order that is the inverse modulo the order of `x`, which is below it; the lowest word first.
pub(super) fn inverse_of_scalar(x: &[u64; 4]) -> Zeroizing<[u64; 5]> {
    Zeroizing::new(Wide::to_words(&inverted(Wide::from_words(x), &ORDER)))
}

/// The inverse of `x` with a multiple of the modulus added: between 0.5 and 11.5 times the modulus, limbs without sign.
#[inline(always)]
fn inverted(x: Wide, modulus: &Modulus) -> Zeroizing<[i64; LIMBS]> {
    let (mut f, mut g) = (modulus.number, x);
    let (mut d, mut e) = (Wide([0; LIMBS]), Wide([1, 0, 0, 0, 0]));
    let mut size = Size(-1);
    for _ in 0..ROUNDS {
        let matrix = size.steps(f.lowest(), g.lowest());
        (f, g) = (f.exactly(matrix.first, &g), f.exactly(matrix.second, &g));
        (d, e) = (d.modulo(matrix.first, &e, modulus), d.modulo(matrix.second, &e, modulus));
    }
    // d is the inverse when f is 1, and the opposite when it is -1.
    let inverse = Zeroizing::new(d.opposite_if(f.0[LIMBS - 1] >> 63).lifted(modulus));
    for mut secret in [f, g, d, e] {
        secret.0.zeroize();
    }
    inverse
}

/// What is known of the difference of sizes, delta: -(delta + 1/2).
struct Size(i64);

impl Size {
    /// Makes 59 division steps with the lowest bits of f and g.
    fn steps(&mut self, f: i64, g: i64) -> Matrix {
        let (f, g, first) = self.half::<{ STEPS / 2 }>(f, g);
        let (_, _, second) = self.half::<{ STEPS - STEPS / 2 }>(f, g);
        let row =
            |row: [i64; 2]| std::array::from_fn(|at| row[0] * first.first[at] + row[1] * first.second[at]);
        Matrix { first: row(second.first), second: row(second.second) }
    }

    /// Makes division steps, at most 30. A step is, when delta is positive and g is odd,
    /// (delta, f, g) := (1 - delta, g, (g - f) / 2), and otherwise (1 + delta, f, (g + (g mod 2) f) / 2).
    fn half<const STEPS: u32>(&mut self, f: i64, g: i64) -> (i64, i64, Matrix) {
        let (mut f, mut g) = (f, g);
        // f and g as multiples of what they were, doubled at each step in place of halving g. Both numbers of a row are in
        // one, the second 2^32 times, which adding, negating and doubling are right for.
        let (mut first, mut second) = (1i64, 1i64 << 32);
        for _ in 0..STEPS {
            let positive = self.0 >> 63;
            let odd = -(g & 1);
            let exchange = positive & odd;
            // Half of f and half of g are less by 1/2 each where both are odd: (g + f) / 2 is the sum of the halves and 1,
            // and (g - f) / 2 is their difference, for which the complement wants 1 too.
            let halves = (g >> 1).wrapping_add(g & 1).wrapping_add((f >> 1 ^ positive) & odd);
            f ^= (f ^ g) & exchange;
            g = halves;
            let signed = (first ^ positive) - positive;
            first = (first ^ (first ^ second) & exchange) << 1;
            second += signed & odd;
            self.0 = (self.0 ^ exchange) - 1;
        }
        let row = |both: i64| {
            let first = i64::from(both as i32);
            [first, (both - first) >> 32]
        };
        (f, g, Matrix { first: row(first), second: row(second) })
    }
}

impl Wide {
    fn from_limbs(x: &Limbs) -> Wide {
        let [a, b, c, d, e] = x.0.map(u64::cast_signed);
        Wide(
            [a | b << 52, b >> 7 | c << 45, c >> 14 | d << 38, d >> 21 | e << 31, e >> 28]
                .map(|limb| limb & MASK),
        )
    }

    const fn from_words(words: &[u64; 4]) -> Wide {
        let [a, b, c, d] = *words;
        Wide([
            a as i64 & MASK,
            (a >> 59 | b << 5) as i64 & MASK,
            (b >> 54 | c << 10) as i64 & MASK,
            (c >> 49 | d << 15) as i64 & MASK,
            (d >> 44) as i64,
        ])
    }

    /// The limbs of the number with 6 times the modulus added, which must be from 0 to 2^260.
    fn lifted(self, modulus: &Modulus) -> [i64; LIMBS] {
        let mut limbs = [0; LIMBS];
        let mut carry = 0;
        for (limb, (own, six)) in limbs.iter_mut().zip(self.0.iter().zip(modulus.number.0)) {
            let sum = own + 6 * six + carry;
            *limb = sum & MASK;
            carry = sum >> STEPS;
        }
        limbs
    }

    fn to_words(limbs: &[i64; LIMBS]) -> [u64; 5] {
        let [a, b, c, d, e] = limbs.map(i64::cast_unsigned);
        [a | b << 59, b >> 5 | c << 54, c >> 10 | d << 49, d >> 15 | e << 44, e >> 20]
    }

    fn to_limbs(limbs: &[i64; LIMBS]) -> Limbs {
        let [a, b, c, d, e] = *limbs;
        let limbs = [a, a >> 52 | b << 7, b >> 45 | c << 14, c >> 38 | d << 21, d >> 31 | e << 28];
        Limbs(limbs.map(|limb| limb.cast_unsigned() & ((1 << 52) - 1)))
    }

    /// The lowest bits, at least 59.
    fn lowest(&self) -> i64 {
        self.0[0] | self.0[1] << STEPS
    }

    /// A row of the matrix times this and another number, divided by 2^59, which leaves nothing.
    fn exactly(&self, row: [i64; 2], other: &Wide) -> Wide {
        self.combined(row, other, &PRIME, |_| 0)
    }

    /// The same modulo p: what has to be added so that the division leaves nothing is less than p / 2 after it. From
    /// numbers of at most c p comes one of at most (c + 1/2) p.
    #[inline(always)]
    fn modulo(&self, row: [i64; 2], other: &Wide, modulus: &Modulus) -> Wide {
        // The lowest bits, as a number with sign, times the opposite of p's inverse are how often p is added; for the
        // prime, which is -1, they are it themselves.
        self.combined(row, other, modulus, |lowest| {
            lowest.wrapping_mul(modulus.opposite) << (64 - STEPS) >> (64 - STEPS)
        })
    }

    #[inline(always)]
    fn combined(&self, row: [i64; 2], other: &Wide, modulus: &Modulus, primes: impl Fn(i64) -> i64) -> Wide {
        let modulus = modulus.number.0;
        let product = |at: usize| {
            i128::from(row[0]) * i128::from(self.0[at]) + i128::from(row[1]) * i128::from(other.0[at])
        };
        let mut sum = product(0);
        let primes = i128::from(primes(sum as i64));
        sum = (sum + primes * i128::from(modulus[0])) >> STEPS;
        let mut limbs = [0; LIMBS];
        for at in 1..LIMBS {
            sum += product(at) + primes * i128::from(modulus[at]);
            limbs[at - 1] = sum as i64 & MASK;
            sum >>= STEPS;
        }
        limbs[LIMBS - 1] = sum as i64;
        Wide(limbs)
    }

    /// The opposite where the sign is -1, the same where it is 0; the limbs have the sign then.
    fn opposite_if(self, sign: i64) -> Wide {
        Wide(self.0.map(|limb| (limb ^ sign) - sign))
    }
}
