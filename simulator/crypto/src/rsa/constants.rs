//! What is computed once for a key.

use super::limbs::{self, Block, LANES, LIMB_BITS, LIMB_MAX};
use super::{Modulus, columns, product};
use crate::evp;

impl<const Z: usize> Modulus<Z> {
    /// Prepares an odd modulus for which (Z + 1)^2 n <= X^Z; `None` where the processor has not the instructions.
    pub(super) fn new(octets: &[u8], exponent: u64) -> Option<Box<Modulus<Z>>> {
        if !columns::detect() {
            return None;
        }
        let zeros = [Block::default(); Z];
        let mut n = zeros;
        limbs::read(octets, &mut n);
        let mut modulus = Box::new(Modulus {
            exponent,
            factors: [zeros; Z],
            quotients: [[0; 2 * LANES]; Z],
            square: zeros,
            multiples: [zeros; 4],
        });
        let inverse = negative_inverse(n[0].0[0]);
        let mut power = zeros;
        power[0].0[0] = 1;
        modulus.factors[Z - 1] = n;
        for at in (0..Z).rev() {
            // SAFETY: `detect` found the instructions in the processor.
            unsafe { product::divide(&mut power, &n, inverse, &mut modulus.quotients[at][LANES..]) };
            if let Some(below) = at.checked_sub(1) {
                modulus.factors[below] = power;
            }
        }
        modulus.multiples[0] = n;
        for at in 1..4 {
            modulus.multiples[at] = doubled(&modulus.multiples[at - 1]);
        }
        let block = LANES * LIMB_BITS as usize;
        limbs::read(&evp::power_of_two(Z * block + Z * block / 8, octets)?, &mut modulus.square);
        // SAFETY: `detect` found the instructions in the processor.
        unsafe { product::complete(&mut modulus) };
        Some(modulus)
    }
}

/// -1/n modulo 2^52, for odd n.
pub(super) fn negative_inverse(n: u64) -> u64 {
    // right in 5 bits, then in twice as many each time
    let mut inverse = n.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg() & LIMB_MAX
}

/// Twice a number; what does not fit is lost.
fn doubled<const Z: usize>(number: &[Block; Z]) -> [Block; Z] {
    let mut double = *number;
    let mut carried = 0;
    for limb in double.iter_mut().flat_map(|block| &mut block.0) {
        let twice = *limb << 1 | carried;
        carried = twice >> LIMB_BITS;
        *limb = twice & LIMB_MAX;
    }
    double
}
