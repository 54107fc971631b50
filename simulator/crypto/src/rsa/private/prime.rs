//! One prime at a time, limb by limb: what is done a few times for a key or for an operation.
//!
//! Everything here is secret but how many limbs the numbers have, and nothing is looked up, branched on or divided.

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

    /// Divides by 2^52 modulo the prime: a number below it stays so, and each other comes nearer.
    pub(super) fn divide(&self, number: &mut Limbs) {
        let quotient = number[0].wrapping_mul(self.inverse) & LIMB_MAX;
        let mut carry =
            (u128::from(quotient) * u128::from(self.limbs[0]) + u128::from(number[0])) >> LIMB_BITS;
        for at in 1..=self.count {
            let sum = u128::from(quotient) * u128::from(self.limbs[at]) + u128::from(number[at]) + carry;
            number[at - 1] = sum as u64 & LIMB_MAX;
            carry = sum >> LIMB_BITS;
        }
        number[self.count] = carry as u64;
    }

    /// Divides a number of one limb more than the prime has by 2^52 as many times as that, which makes it less than the
    /// prime.
    pub(super) fn reduce(&self, number: &mut Limbs) {
        for _ in 0..=self.count {
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

    /// The sum of a number and a multiple of the prime, in twice as many limbs.
    pub(super) fn multiple(&self, factor: &Limbs, more: &Limbs, sum: &mut [u64]) {
        sum[..self.count].copy_from_slice(&more[..self.count]);
        sum[self.count..].fill(0);
        for row in 0..self.count {
            let mut carry = 0;
            for at in 0..self.count {
                let product = u128::from(factor[row]) * u128::from(self.limbs[at]);
                let limb = product + u128::from(sum[row + at]) + carry;
                sum[row + at] = limb as u64 & LIMB_MAX;
                carry = limb >> LIMB_BITS;
            }
            sum[row + self.count] = carry as u64;
        }
    }
}
