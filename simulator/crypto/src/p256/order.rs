//! Arithmetic modulo the order of P-256, for signatures: words of 64 bits, the lowest first, in constant time.

use super::ORDER;
use super::inverse::inverse_of_scalar;
use std::hint::black_box;
use zeroize::Zeroizing;

/// How many words a number has.
const WORDS: usize = 4;

/// A number below 2^256; what is computed is below the order.
pub(super) type Words = [u64; WORDS];

/// The opposite of the order's inverse modulo 2^64.
const OPPOSITE: u64 = {
    // Each step of Newton's doubles how many bits are right, and an odd number is its own inverse modulo 8.
    let mut inverse = ORDER[0];
    let mut bits = 3;
    while bits < u64::BITS {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(ORDER[0].wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse.wrapping_neg()
};

/// 2^512 modulo the order.
const SQUARE: Words = {
    // 2^256 less the order, which is more than half of it; then doubled 256 times.
    let mut number = [!ORDER[0] + 1, !ORDER[1], !ORDER[2], !ORDER[3]];
    let mut times = 0;
    while times < 256 {
        let above = number[3] >> 63;
        let mut doubled = [0; WORDS];
        let mut less = [0; WORDS];
        let mut borrow = false;
        let mut at = 0;
        while at < WORDS {
            let carry = if at == 0 { 0 } else { number[at - 1] >> 63 };
            doubled[at] = number[at] << 1 | carry;
            let (first, one) = doubled[at].overflowing_sub(ORDER[at]);
            let (second, other) = first.overflowing_sub(borrow as u64);
            less[at] = second;
            borrow = one || other;
            at += 1;
        }
        number = if above == 1 || !borrow { less } else { doubled };
        times += 1;
    }
    number
};

/// Reads big-endian octets.
pub(super) fn from_octets(octets: &[u8; 32]) -> Words {
    let mut words = [0; WORDS];
    for (word, octets) in words.iter_mut().zip(octets.rchunks_exact(8)) {
        *word = octets.iter().fold(0, |word, octet| word << 8 | u64::from(*octet));
    }
    words
}

/// Writes big-endian octets.
pub(super) fn to_octets(words: &Words) -> [u8; 32] {
    let mut octets = [0; 32];
    for (octets, word) in octets.rchunks_exact_mut(8).zip(words) {
        octets.copy_from_slice(&word.to_be_bytes());
    }
    octets
}

/// A number modulo the order; one subtraction is enough, as 2^256 is less than twice the order.
pub(super) fn reduced(number: &Words) -> Words {
    let [a, b, c, d] = *number;
    low(&without(&[a, b, c, d, 0], &multiple(0)))
}

/// The sum of two numbers below the order.
pub(super) fn sum(a: &Words, b: &Words) -> Words {
    let mut sum = [0; WORDS + 1];
    let mut carry = 0;
    for at in 0..WORDS {
        let word = u128::from(a[at]) + u128::from(b[at]) + carry;
        sum[at] = word as u64;
        carry = word >> 64;
    }
    sum[WORDS] = carry as u64;
    low(&without(&sum, &multiple(0)))
}

/// The product of two numbers, of which one is below the order.
pub(super) fn product(a: &Words, b: &Words) -> Words {
    montgomery(&Zeroizing::new(montgomery(a, b)), &SQUARE)
}

/// The inverse of a number that is below the order and not 0.
pub(super) fn inverse(number: &Words) -> Zeroizing<Words> {
    // below 12 times the order
    let mut inverse = inverse_of_scalar(number);
    for power in [3, 2, 1, 0] {
        *inverse = without(&inverse, &multiple(power));
    }
    Zeroizing::new(low(&inverse))
}

/// The product divided by 2^256, below the order, when one of both is (Montgomery's product, word by word of `b`; the
/// method that Koç, Acar and Kaliski, 1996, call CIOS).
fn montgomery(a: &Words, b: &Words) -> Words {
    let mut sum = [0u64; WORDS + 1];
    for word in b {
        let mut carry = 0;
        for at in 0..WORDS {
            let part = u128::from(a[at]) * u128::from(*word) + u128::from(sum[at]) + carry;
            sum[at] = part as u64;
            carry = part >> 64;
        }
        // No more than 2^256 plus the order comes out of each turn, so that this fits a word and a bit.
        let above = u128::from(sum[WORDS]) + carry;
        let factor = sum[0].wrapping_mul(OPPOSITE);
        let mut carry = (u128::from(factor) * u128::from(ORDER[0]) + u128::from(sum[0])) >> 64;
        for at in 1..WORDS {
            let part = u128::from(factor) * u128::from(ORDER[at]) + u128::from(sum[at]) + carry;
            sum[at - 1] = part as u64;
            carry = part >> 64;
        }
        let above = above + carry;
        sum[WORDS - 1] = above as u64;
        sum[WORDS] = (above >> 64) as u64;
    }
    low(&without(&sum, &multiple(0)))
}

/// The order times a power of two.
const fn multiple(power: u32) -> [u64; WORDS + 1] {
    let mut words = [0; WORDS + 1];
    let mut at = 0;
    while at < WORDS {
        words[at] |= ORDER[at] << power;
        words[at + 1] = ORDER[at].unbounded_shr(u64::BITS - power);
        at += 1;
    }
    words
}

/// The number less the other one, or as it is if it is less. The compiler is not told that the mask is one, so that it makes
/// no branch of it.
fn without(number: &[u64; WORDS + 1], other: &[u64; WORDS + 1]) -> [u64; WORDS + 1] {
    let mut less = [0; WORDS + 1];
    let mut borrow = 0;
    for at in 0..WORDS + 1 {
        let difference = i128::from(number[at]) - i128::from(other[at]) - i128::from(borrow);
        less[at] = difference as u64;
        borrow = (difference >> 64) as u64 & 1;
    }
    let keep = black_box(borrow).wrapping_neg();
    for (word, number) in less.iter_mut().zip(number) {
        *word ^= (*word ^ number) & keep;
    }
    less
}

fn low(number: &[u64; WORDS + 1]) -> Words {
    let [a, b, c, d, _] = *number;
    [a, b, c, d]
}
