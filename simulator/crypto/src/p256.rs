//! Multiples of points of P-256 with the vector instructions of newer x86-64 processors (AVX-512 IFMA), for ECDH; and
//! signatures with the same keys, for which only the inverse and the products modulo the order are computed here (`ecdsa`).
//!
//! aws-lc computes a multiple in 27 us on a Zen 5 of 4.16 GHz; here it is 11, because only the x-coordinate, which is all
//! that ECDH wants, is computed (`ladder`, 10 us), because eight products in the field go through one chain of instructions
//! (`field`), and because the inversion at the end is short (`inverse`, 1 us). Other processors, and valgrind, which does not know these instructions, go on with aws-lc.
//!
//! The scalar is secret; that the point is one of the curve, and the point itself, are public. No branch and no address
//! in memory depends on the scalar or on what is computed with it: the number of steps is fixed, the scalar's bits choose
//! lanes of registers through indices in registers, and all instructions take the same time for all values (additions,
//! shifts, multiplications, permutations; none divides). What is derived from the scalar in memory is wiped; copies that
//! the compiler leaves in registers and spills are not.
#![allow(unsafe_code)]

mod ecdsa;
mod field;
mod inverse;
mod ladder;
mod order;
#[cfg(test)]
mod tests;

use crate::evp::P256Point;
use field::Limbs;
use std::hint::black_box;
use zeroize::Zeroizing;

/// The length of a coordinate and of a scalar in octets.
const FIELD: usize = 32;
/// The order of the group (SP 800-186, 3.2.1.3), the lowest word first.
const ORDER: [u64; 4] =
    [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];

/// Whether the processor has the instructions.
pub(crate) fn is_available() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

/// A secret scalar from 1 to the order less 1. There is none where the processor has not the instructions.
pub(crate) struct Scalar(Zeroizing<[u64; 4]>);

impl Scalar {
    /// Takes a number in big-endian octets; `None` when it is no such scalar, or the processor has not the instructions.
    pub(crate) fn new(octets: &[u8; FIELD]) -> Option<Scalar> {
        if !is_available() {
            return None;
        }
        let mut words = Zeroizing::new([0; 4]);
        for (word, octets) in words.iter_mut().zip(octets.rchunks_exact(8)) {
            *word = octets.iter().fold(0, |word, octet| word << 8 | u64::from(*octet));
        }
        // Only whether it is one may be seen: the compiler, which knows the order, would compare words with branches.
        let any = words.iter().fold(0, |any, word| any | word);
        let any = any | any.wrapping_neg();
        let less = words.iter().zip(ORDER).fold(0, |borrow, (word, order)| {
            let difference = i128::from(*word) - i128::from(order) - i128::from(borrow);
            black_box((difference >> 64) as u64 & 1)
        });
        (black_box(any >> 63) & less == 1).then_some(Scalar(words))
    }

    /// The x-coordinate of the point's multiple, in big-endian octets.
    pub(crate) fn agree(&self, point: &P256Point) -> Zeroizing<[u8; FIELD]> {
        // SAFETY: a value of this type is only made where the instructions were found.
        unsafe { ladder::multiple(&self.0, &Limbs::from_octets(point.x())) }.to_octets()
    }
}
