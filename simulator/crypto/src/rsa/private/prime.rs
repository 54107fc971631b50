//! One prime at a time, limb by limb: what is done a few times for a key or for an operation.
//!
//! Everything here is secret but how many limbs the numbers have, and nothing is looked up, branched on or divided.

use super::pairs::{DIGIT_BITS, DIGIT_MAX};
use crate::rsa::constants::negative_inverse;
use crate::rsa::limbs::{Block, LANES, LIMB_BITS, LIMB_MAX};
use zeroize::{Zeroize, Zeroizing};

/// The most limbs of a prime, and of a number modulo it.
pub(super) const LIMBS_MAX: usize = 40;
/// The most limbs of a number that is not reduced.
pub(super) const LONG_MAX: usize = LIMBS_MAX + 1;

/// A number in limbs, the lowest first; those that a prime has not are zero.
pub(super) type Limbs = Zeroizing<[u64; LONG_MAX]>;

/// An odd prime, or what is taken for one.
pub(super) struct Prime {
    limbs: [u64; LONG_MAX],
    count: usize,
    /// -1/p modulo 2^52.
    inverse: u64,
}

impl Drop for Prime {
    fn drop(&mut self) {
        self.limbs.zeroize();
        self.inverse.zeroize();
    }
}

/// Reads a number from octets, the highest first.
pub(super) fn read(octets: &[u8]) -> Limbs {
    let mut blocks = Zeroizing::new([[0; LANES]; LIMBS_MAX / LANES]);
    let mut number = [Block::default(); LIMBS_MAX / LANES];
    crate::rsa::limbs::read(octets, &mut number);
    for (to, from) in blocks.iter_mut().zip(&mut number) {
        *to = from.0;
        from.0.zeroize();
    }
    let mut limbs = Limbs::new([0; LONG_MAX]);
    limbs[..LIMBS_MAX].copy_from_slice(blocks.as_flattened());
    limbs
}

impl Prime {
    pub(super) const ZERO: Prime = Prime { limbs: [0; LONG_MAX], count: 0, inverse: 0 };

    /// Takes an odd number, of which so many limbs are reckoned with.
    pub(super) fn set(&mut self, octets: &[u8], count: usize) {
        self.limbs = *read(octets);
        self.count = count;
        self.inverse = negative_inverse(self.limbs[0]);
    }

    /// Divides by 2^51 modulo the prime: a number below it stays so, and each other comes nearer.
    pub(super) fn divide(&self, number: &mut Limbs) {
        let quotient = number[0].wrapping_mul(self.inverse) & DIGIT_MAX;
        let (prime, number) = (&self.limbs[..=self.count], &mut number[..=self.count]);
        let (mut carry, mut below) = (0, 0);
        for at in 0..prime.len() {
            let sum = u128::from(quotient) * u128::from(prime[at]) + u128::from(number[at]) + carry;
            let limb = sum as u64 & LIMB_MAX;
            if at > 0 {
                number[at - 1] = below | limb << 1 & LIMB_MAX;
            }
            below = limb >> DIGIT_BITS;
            carry = sum >> LIMB_BITS;
        }
        number[self.count] = below | (carry as u64) << 1;
    }

    /// Divides a number by R, which makes it less than the prime.
    pub(super) fn reduce(&self, number: &mut Limbs) {
        for _ in 0..self.count + 2 {
            self.divide(number);
        }
        self.subtract(number);
    }

    /// Subtracts the prime from a number that is not below it.
    fn subtract(&self, number: &mut Limbs) {
        let mut less = Limbs::new([0; LONG_MAX]);
        let mut borrow = 0;
        for at in 0..=self.count {
            let difference = number[at].wrapping_sub(self.limbs[at]).wrapping_sub(borrow);
            less[at] = difference & LIMB_MAX;
            borrow = difference >> (u64::BITS - 1);
        }
        let keep = std::hint::black_box(borrow.wrapping_neg());
        for at in 0..=self.count {
            number[at] = number[at] & keep | less[at] & !keep;
        }
    }

    /// Doubles a number below the prime, modulo it.
    pub(super) fn double(&self, number: &mut Limbs) {
        let mut carry = 0;
        for limb in &mut number[..=self.count] {
            let twice = *limb << 1 | carry;
            carry = twice >> LIMB_BITS;
            *limb = twice & LIMB_MAX;
        }
        self.subtract(number);
    }

    /// a - b + 2p, for b not above 2p.
    pub(super) fn difference(&self, a: &Limbs, b: &Limbs) -> Limbs {
        let mut difference = Limbs::new([0; LONG_MAX]);
        let mut carry = 0i64;
        for at in 0..=self.count {
            let sum = (a[at] + 2 * self.limbs[at]).cast_signed() - b[at].cast_signed() + carry;
            difference[at] = sum.cast_unsigned() & LIMB_MAX;
            carry = sum >> LIMB_BITS;
        }
        difference
    }

    /// The sum of a number and a multiple of the prime, both of which have as many limbs as it, in twice as many.
    pub(super) fn multiple(&self, factor: &Limbs, more: &Limbs, sum: &mut [u64]) {
        let (prime, factor) = (&self.limbs[..self.count], &factor[..self.count]);
        let mut column = 0u128;
        for (at, limb) in sum.iter_mut().enumerate() {
            // 40 products of 104 bits
            let from = (at + 1).saturating_sub(self.count);
            let to = self.count.min(at + 1);
            if from < to {
                column += u128::from(more[..self.count].get(at).copied().unwrap_or(0));
                for (a, b) in prime[from..to].iter().zip(factor[at + 1 - to..=at - from].iter().rev()) {
                    column += u128::from(*a) * u128::from(*b);
                }
            }
            *limb = column as u64 & LIMB_MAX;
            column >>= LIMB_BITS;
        }
    }
}
