//! The private operation of RSA, c^d mod n, with the multiply-add instructions on 52 bits (AVX-512 IFMA).
//!
//! aws-lc has these instructions here too, but takes twice as long. It goes on where there are none, and with keys that are
//! not of two odd primes of the same length, or are not among those that [`Power`] takes.
//!
//! The power is computed modulo both primes (RFC 8017, 5.1.2, 2b), in the same registers: [`pairs`] says how. A product T of
//! two numbers is reduced as Montgomery's method does it, to T / R modulo the primes, but all at once: each low digit is
//! multiplied with the power of two, modulo the primes, that belongs in its place after dividing by R, which the key has
//! ready ([`Factors`]). So no digit's quotient waits for that of another. What comes of this is not less than the prime, but
//! it has 57 bits more at most, and that does not grow. With b the bits of a prime, and R at least 2^(b + 64):
//!
//! - numbers are less than 2^(b + 57), so that T / R is less than 2^(b + 114 - 64), which is 2^(b + 50);
//! - at most 42 digits, each not much above 2^51, times powers below 2^b make less than 2^(b + 56.5);
//! - both together are less than 2^(b + 57).
//!
//! At the end Montgomery's own method makes the number less than the prime.
//!
//! Public are the modulus, the public exponent, how many bits the primes have, and the number that is raised, a signature's
//! block or a ciphertext. The time depends on nothing else, in preparing a key too: digits of the exponents choose among
//! powers by reading all of them, nothing is carried further than to the next digit, and the last subtractions are done with
//! masks. So there is no blinding (as in ring, and Go's crypto/rsa since 1.20): where the time tells nothing, there is nothing
//! for it to hide. It would help against who measures the power that the processor takes, which is beyond a program on a
//! general computer.
//!
//! The result is raised to the public exponent, and given only if that is the number that was raised: a single fault in what
//! is computed modulo one prime would give the other away (Boneh, DeMillo, Lipton 1997). A key whose parts do not belong
//! together fails in the same way.
//!
//! What is secret is wiped, but for copies that the compiler leaves in vector registers and on the stack.

mod constants;
mod pairs;
mod power;
mod prime;
mod product;

use super::limbs::{self, Block, LANES, LIMB_BITS, LIMB_MAX};
use super::{Power, columns};
use crate::evp::RsaParts;
use pairs::{DIGIT_BITS, DIGIT_MAX, Number, PAIRS};
use power::{Numbers, Room};
use prime::{LIMBS_MAX, Prime};
use product::Factors;
use std::hint::black_box;
use zeroize::{Zeroize, Zeroizing};

/// The most bits of a prime for so many blocks. A number modulo it, which has 57 bits more, fits one limb of 52 bits more than
/// the prime has; and the last of its digits has 25 bits at most, so that the high half of that one's square is 0.
const fn bits_max(blocks: usize) -> usize {
    let (limbs, digits) = (52 * (PAIRS * blocks + 1) - 57, 51 * (PAIRS * blocks + 1) + 25 - 57);
    if limbs < digits { limbs } else { digits }
}

/// Raising to a private exponent.
pub(crate) struct PrivatePower {
    n: Vec<u8>,
    public: Power,
    key: AnyKey,
}

/// A key with as few blocks as its primes need.
enum AnyKey {
    Z3(Box<Key<3>>),
    Z4(Box<Key<4>>),
    Z5(Box<Key<5>>),
    Z8(Box<Key<8>>),
    Z10(Box<Key<10>>),
}

/// What is computed once for a key with primes of up to 4 `Z` limbs of 52 bits. It exists only where the processor has the
/// instructions.
struct Key<const Z: usize> {
    /// p and q.
    primes: [Prime; 2],
    factors: Factors<Z>,
    /// R^3 modulo the primes.
    cube: Number<Z>,
    /// R modulo the primes, the form of 1.
    one: Number<Z>,
    /// R^2 / q modulo p, and 0 modulo q.
    coefficient: Number<Z>,
    /// The digits of both exponents, the highest first.
    digits: Zeroizing<Vec<[u8; 2]>>,
}

impl PrivatePower {
    /// Prepares a key; `None` for keys that are not done here, and on processors without the instructions.
    pub(crate) fn new(parts: &RsaParts) -> Option<PrivatePower> {
        let bits = |octets: &[u8]| Some(8 * octets.len() - octets.first()?.leading_zeros() as usize);
        let prime_bits = bits(&parts.p)?;
        let same = bits(&parts.q)? == prime_bits && bits(&parts.n)?.div_ceil(2) == prime_bits;
        let odd = parts.p.last()? & parts.q.last()? & 1 == 1;
        let len = prime_bits.div_ceil(8);
        let lens = [&parts.p, &parts.q, &parts.d_p, &parts.d_q, &parts.q_inverse].map(|part| part.len());
        if !same || !odd || lens != [len; 5] || !columns::detect() {
            return None;
        }
        let public = Power::new(&parts.n, parts.e)?;
        let fits = |blocks| prime_bits <= bits_max(blocks);
        let key = if fits(3) {
            AnyKey::Z3(Key::new(parts, prime_bits))
        } else if fits(4) {
            AnyKey::Z4(Key::new(parts, prime_bits))
        } else if fits(5) {
            AnyKey::Z5(Key::new(parts, prime_bits))
        } else if fits(8) {
            AnyKey::Z8(Key::new(parts, prime_bits))
        } else if fits(10) {
            AnyKey::Z10(Key::new(parts, prime_bits))
        } else {
            return None;
        };
        Some(PrivatePower { n: parts.n.clone(), public, key })
    }

    /// The length of the modulus and of every result in octets.
    pub(crate) fn len(&self) -> usize {
        self.n.len()
    }

    /// Raises a number, which has the length of the modulus, in place. `None` and no change when it has not, when it is 0,
    /// 1, n - 1 or not less than the modulus n, all of which the library refuses too, or when the result is wrong.
    pub(crate) fn raise(&self, x: &mut [u8]) -> Option<()> {
        if x.len() != self.n.len() || !self.is_within(x) {
            return None;
        }
        let mut result = Zeroizing::new(vec![0; x.len()]);
        match &self.key {
            AnyKey::Z3(key) => key.raise(x, &mut result),
            AnyKey::Z4(key) => key.raise(x, &mut result),
            AnyKey::Z5(key) => key.raise(x, &mut result),
            AnyKey::Z8(key) => key.raise(x, &mut result),
            AnyKey::Z10(key) => key.raise(x, &mut result),
        }
        let mut again = Zeroizing::new(result.to_vec());
        self.public.raise(&mut again)?;
        let different = again.iter().zip(&*x).fold(0, |different, (a, b)| different | (a ^ b));
        if black_box(different) != 0 {
            return None;
        }
        x.copy_from_slice(&result);
        Some(())
    }

    /// Whether a number is above 1 and below n - 1; neither is secret.
    fn is_within(&self, x: &[u8]) -> bool {
        match (x, &self.n[..]) {
            ([above @ .., last], [of_n @ .., end]) => {
                let small = above.iter().all(|octet| *octet == 0) && *last <= 1;
                // n is odd
                !small && (above, *last) < (of_n, *end - 1)
            }
            _ => false,
        }
    }
}

impl<const Z: usize> Key<Z> {
    /// Raises a number below the modulus.
    fn raise(&self, x: &[u8], result: &mut [u8]) {
        let mut room = Room::<Z>::new();
        let numbers = &mut room.0;
        let mut wide = [Block::default(); 2 * LIMBS_MAX / LANES];
        limbs::read(x, &mut wide);
        // what is to be raised is the first product that is reduced
        let mut limbs = [0; 2 * LIMBS_MAX];
        for (to, from) in limbs.as_chunks_mut().0.iter_mut().zip(&wide) {
            *to = from.0;
        }
        let digits = Number::<Z>::DIGITS;
        for at in 0..digits {
            numbers.product.low.pair_mut(at).fill(pairs::bits(&limbs, at * DIGIT_BITS as usize, DIGIT_MAX));
        }
        for at in 0..=PAIRS * Z {
            let bit = digits * DIGIT_BITS as usize + at * LIMB_BITS as usize;
            numbers.product.high.pair_mut(at).fill(pairs::bits(&limbs, bit, LIMB_MAX));
        }
        // SAFETY: a key is only ever made after `columns::detect` found the instructions in the processor.
        unsafe { self.powers(numbers) };
        let [p, q] = &self.primes;
        let [mut of_p, mut of_q] = [0, 1].map(|which| numbers.power.limbs(which));
        p.reduce(&mut of_p);
        q.reduce(&mut of_q);
        // the result is that modulo q and q times the difference of both, divided by q modulo p
        numbers.power = Number::ZERO;
        numbers.power.set(0, &p.difference(&of_p, &of_q));
        // SAFETY: as above.
        unsafe { self.divide(numbers) };
        let mut factor = numbers.power.limbs(0);
        p.reduce(&mut factor);
        let mut sum = Zeroizing::new([0; 2 * LIMBS_MAX]);
        q.multiple(&factor, &of_q, &mut sum[..8 * Z]);
        for (block, limbs) in wide.iter_mut().zip(sum.as_chunks().0) {
            block.0 = *limbs;
        }
        limbs::write(&wide, result);
        wide.iter_mut().for_each(|block| block.0.zeroize());
    }

    /// Raises what the product is reduced to, in the form of Montgomery.
    #[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
    fn powers(&self, numbers: &mut Numbers<Z>) {
        // x / R, then x / R R^3 / R
        product::reduce(&self.factors, &numbers.product, &mut numbers.power);
        power::multiply_by(&self.factors, &self.cube, numbers);
        power::raise(&self.factors, &self.one, &self.digits, numbers);
    }

    /// Divides the power by q modulo p, and brings it to the form of Montgomery.
    #[target_feature(enable = "avx512f,avx512dq,avx512ifma")]
    fn divide(&self, numbers: &mut Numbers<Z>) {
        power::multiply_by(&self.factors, &self.coefficient, numbers);
    }
}

impl<const Z: usize> Drop for Key<Z> {
    fn drop(&mut self) {
        self.factors = Factors::ZERO;
        for number in [&mut self.cube, &mut self.one, &mut self.coefficient] {
            *number = Number::ZERO;
        }
        columns::see(self);
    }
}

#[cfg(test)]
mod tests;
