//! Inverses modulo the prime of P-256, in constant time.
//!
//! Bernstein and Yang ("Fast constant-time gcd computation and modular inversion", 2019) make division steps of f = p and g,
//! which look at the lowest bits only, until f is 1 or -1 and g is 0. With the difference of sizes starting at 1/2 in place
//! of 1, as Wuille found, 590 steps are enough for all numbers below 2^256 (Bitcoin Core, libsecp256k1,
//! doc/safegcd_implementation.md). 59 steps at a time are made with the lowest bits of f and g alone and collected in a
//! matrix, which is then applied to the whole of f and g, and, modulo p, to d and e, for which f = d x and g = e x always.

use super::field::Limbs;
use zeroize::{Zeroize as _, Zeroizing};

/// How many steps are collected, and how many bits a limb has here.
const STEPS: u32 = 59;
/// How often.
const ROUNDS: u32 = 10;
const LIMBS: usize = 5;
const MASK: i64 = (1 << STEPS) - 1;
/// The prime; it is -1 modulo 2^59.
const PRIME: Wide = Wide([MASK, 0x1f_ffff_ffff, 0, 0x7ff_8000_0000_8000, 0xf_ffff]);

/// A number of 295 bits with sign: five limbs of 59 bits, the last one signed.
#[derive(Clone, Copy)]
struct Wide([i64; LIMBS]);

/// 2^59 times the matrix of 59 steps. The absolute values of a row have a sum of at most 2^59.
struct Matrix {
    first: [i64; 2],
    second: [i64; 2],
}

/// A number below 12 p that is the inverse of `x`, which is below p, or of 0 a multiple of p.
pub(super) fn inverse(x: &Limbs) -> Zeroizing<Limbs> {
    let (mut f, mut g) = (PRIME, Wide::from_limbs(x));
    let (mut d, mut e) = (Wide([0; LIMBS]), Wide([1, 0, 0, 0, 0]));
    let mut size = Size(-1);
    for _ in 0..ROUNDS {
        let matrix = size.steps(f.lowest(), g.lowest());
        (f, g) = (f.exactly(matrix.first, &g), f.exactly(matrix.second, &g));
        (d, e) = (d.modulo(matrix.first, &e), d.modulo(matrix.second, &e));
    }
    // d is the inverse when f is 1, and the opposite when it is -1; what is returned is between 0.5 p and 11.5 p.
    let inverse = Zeroizing::new(d.opposite_if(f.0[LIMBS - 1] >> 63).to_limbs());
    for mut secret in [f, g, d, e] {
        secret.0.zeroize();
    }
    inverse
}

/// What is known of the difference of sizes, delta: -(delta + 1/2).
struct Size(i64);

impl Size {
    /// Makes 59 division steps with the lowest bits of f and g. A step is, when delta is positive and g is odd,
    /// (delta, f, g) := (1 - delta, g, (g - f) / 2), and otherwise (1 + delta, f, (g + (g mod 2) f) / 2).
    fn steps(&mut self, f: i64, g: i64) -> Matrix {
        let (mut f, mut g) = (f, g);
        // f and g as multiples of what they were, f being doubled at each step in place of halving g.
        let (mut first, mut second) = ([1i64, 0], [0, 1i64]);
        for _ in 0..STEPS {
            let positive = self.0 >> 63;
            let odd = -(g & 1);
            let signed = |a: i64| (a ^ positive).wrapping_sub(positive) & odd;
            g = g.wrapping_add(signed(f));
            second = [second[0].wrapping_add(signed(first[0])), second[1].wrapping_add(signed(first[1]))];
            // Now g is g - f where both are exchanged, so that f becomes g by adding it.
            let exchange = positive & odd;
            self.0 = (self.0 ^ exchange) - 1;
            f = f.wrapping_add(g & exchange);
            g >>= 1;
            let sum = |a: i64, b: i64| a.wrapping_add(b & exchange).wrapping_mul(2);
            first = [sum(first[0], second[0]), sum(first[1], second[1])];
        }
        Matrix { first, second }
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

    /// The number with 6 p added, which must be from 0 to 2^260.
    fn to_limbs(self) -> Limbs {
        let mut limbs = [0; LIMBS];
        let mut carry = 0;
        for (limb, (own, prime)) in limbs.iter_mut().zip(self.0.iter().zip(PRIME.0)) {
            let sum = own + 6 * prime + carry;
            *limb = sum & MASK;
            carry = sum >> STEPS;
        }
        let [a, b, c, d, e] = limbs;
        let limbs = [a, a >> 52 | b << 7, b >> 45 | c << 14, c >> 38 | d << 21, d >> 31 | e << 28];
        Limbs(limbs.map(|limb| limb.cast_unsigned() & ((1 << 52) - 1)))
    }

    /// The lowest bits, at least 59.
    fn lowest(&self) -> i64 {
        self.0[0] | self.0[1] << STEPS
    }

    /// A row of the matrix times this and another number, divided by 2^59, which leaves nothing.
    fn exactly(&self, row: [i64; 2], other: &Wide) -> Wide {
        self.combined(row, other, |_| 0)
    }

    /// The same modulo p: what has to be added so that the division leaves nothing is less than p / 2 after it. From
    /// numbers of at most c p comes one of at most (c + 1/2) p.
    fn modulo(&self, row: [i64; 2], other: &Wide) -> Wide {
        // Because p is -1, the lowest bits themselves, as a number with sign, are how often p is added.
        self.combined(row, other, |lowest| lowest << (64 - STEPS) >> (64 - STEPS))
    }

    fn combined(&self, row: [i64; 2], other: &Wide, primes: impl Fn(i64) -> i64) -> Wide {
        let product = |at: usize| {
            i128::from(row[0]) * i128::from(self.0[at]) + i128::from(row[1]) * i128::from(other.0[at])
        };
        let mut sum = product(0);
        let primes = i128::from(primes(sum as i64));
        sum = (sum + primes * i128::from(PRIME.0[0])) >> STEPS;
        let mut limbs = [0; LIMBS];
        for at in 1..LIMBS {
            sum += product(at) + primes * i128::from(PRIME.0[at]);
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
