//! RSA with the multiply-add instructions on 52 bits (AVX-512 IFMA): here the public operation, x^e mod n, and in
//! [`private`] the other one.
//!
//! aws-lc has these instructions for private keys alone; a verification or an encryption with it takes three times as long
//! as here, and a signature twice as long. Other processors, and valgrind, which does not know these instructions, go on
//! with aws-lc, and so do keys that are not odd numbers of 1024 to 4096 bits with an odd exponent of 2 to 33 bits, the bound
//! that aws-lc has.
//!
//! Numbers are limbs of 52 bits in [blocks](Block) of eight, one register each; `Z` is how many blocks a number has.
//! With X = 2^416, a block's weight, a product T of two numbers is reduced as Montgomery's method does it, to T / X^Z
//! modulo n, but not limb by limb: the lowest Z - 1 blocks are multiplied with the powers X^-1, X^-2, ... modulo n,
//! which the key has ready, so that these multiplications do not wait for one another; only one block is cleared with
//! a multiple of n. The results are less than (Z + 1) n, which is enough to go on with when (Z + 1)^2 n <= X^Z.
//!
//! Public are the modulus, the exponent, all lengths, and whether x is less than n. The time depends on nothing else:
//! carries and the last subtractions are done with masks. What is derived from x is wiped, but for copies that the
//! compiler leaves in vector registers and on the stack.
#![allow(unsafe_code)]

mod columns;
mod constants;
mod limbs;
mod private;
mod product;

use limbs::{Block, LANES};
pub(crate) use private::PrivatePower;
use product::Room;

/// The bits of a modulus.
const BITS_MIN: usize = 1024;
const BITS_MAX: usize = 4096;
/// The most bits of an exponent.
const EXPONENT_BITS_MAX: u32 = 33;

/// Raising to a public exponent modulo a public modulus.
pub(crate) struct Power {
    len: usize,
    modulus: AnyModulus,
}

/// A modulus with as few blocks as it needs.
enum AnyModulus {
    Z3(Box<Modulus<3>>),
    Z5(Box<Modulus<5>>),
    Z8(Box<Modulus<8>>),
    Z10(Box<Modulus<10>>),
}

/// A modulus with its exponent and what is computed ahead. It exists only where the processor has the instructions.
struct Modulus<const Z: usize> {
    exponent: u64,
    /// The factors of the blocks of a product, from the lowest: X^(1-Z), ..., X^-1 modulo n, and n itself.
    factors: [[Block; Z]; Z],
    /// The same times -1/n modulo X, each behind as many zeros as it has limbs.
    quotients: [[u64; 2 * LANES]; Z],
    /// X^2Z modulo n, which makes Montgomery's form of a number.
    square: [Block; Z],
    /// n, 2n, 4n and 8n.
    multiples: [[Block; Z]; 4],
}

impl Power {
    /// Prepares a key, whose modulus has no leading zeros; `None` for keys that are not done here, and on processors
    /// without the instructions.
    pub(crate) fn new(modulus: &[u8], exponent: u64) -> Option<Power> {
        let bits = 8 * modulus.len() - modulus.first()?.leading_zeros() as usize;
        let odd = modulus.last()? & 1 == 1 && exponent & 1 == 1;
        let short = exponent > 1 && exponent >> EXPONENT_BITS_MAX == 0;
        if !(BITS_MIN..=BITS_MAX).contains(&bits) || modulus[0] == 0 || !odd || !short {
            return None;
        }
        let prepared = match bits {
            ..1245 => AnyModulus::Z3(Modulus::new(modulus, exponent)?),
            1245..2075 => AnyModulus::Z5(Modulus::new(modulus, exponent)?),
            2075..3322 => AnyModulus::Z8(Modulus::new(modulus, exponent)?),
            3322.. => AnyModulus::Z10(Modulus::new(modulus, exponent)?),
        };
        Some(Power { len: modulus.len(), modulus: prepared })
    }

    /// The length of the modulus and of every result in octets.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Raises a number, which has the length of the modulus, in place; `None` when it has not, or is not less than the
    /// modulus.
    pub(crate) fn raise(&self, x: &mut [u8]) -> Option<()> {
        if x.len() != self.len {
            return None;
        }
        match &self.modulus {
            AnyModulus::Z3(modulus) => modulus.raise(x),
            AnyModulus::Z5(modulus) => modulus.raise(x),
            AnyModulus::Z8(modulus) => modulus.raise(x),
            AnyModulus::Z10(modulus) => modulus.raise(x),
        }
    }
}

impl<const Z: usize> Modulus<Z> {
    fn raise(&self, octets: &mut [u8]) -> Option<()> {
        let mut room = Room::new();
        limbs::read(octets, &mut room.0.x);
        // SAFETY: a modulus is only ever made after `columns::detect` found the instructions in the processor.
        if !unsafe { product::raise(self, &mut room.0) } {
            return None;
        }
        limbs::write(&room.0.power.number, octets);
        Some(())
    }
}

#[cfg(test)]
mod tests;
