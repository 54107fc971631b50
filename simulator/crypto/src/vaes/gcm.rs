//! Decrypting AES-GCM (NIST SP 800-38D). Additional data may come in front of the ciphertext or behind it.
//!
//! GHASH multiplies in GF(2^128) with carry-less multiplication on the octets of a block reversed (Gueron and Kounavis,
//! "Intel Carry-Less Multiplication Instruction and its Usage for Computing the GCM Mode"): such a product is one bit
//! short of the field's, so that the powers of the hash key are kept multiplied by x, and it is reduced by two more
//! multiplications with the upper half of the polynomial. 64 blocks are multiplied by 64 powers and reduced once
//! (`kernel`).

mod kernel;

use super::{BLOCK, Schedule, before_line, through_caches};
use crate::ghash;
use crate::pages::LargePages;
use smime::{BulkEncryptor, CryptoError};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use zeroize::{Zeroize, Zeroizing};

/// How many blocks the kernel decrypts and hashes together, and so how many powers there are.
const BATCH: usize = 64;
const POWERS: usize = BATCH;
/// The octets of a vector, and its blocks.
const VECTOR: usize = 64;
const VECTOR_BLOCKS: usize = VECTOR / BLOCK;
/// The length of a nonce that is taken, the usual one.
const NONCE: usize = 12;
/// The longest tag, and the shortest that is checked.
const TAG: usize = 16;
const MIN_TAG: usize = 12;
/// The longest ciphertext in octets (NIST SP 800-38D, 5.2.1.1).
const MAX_LEN: u64 = (1 << 36) - 32;
/// What x^128 is in the field, reversed.
const REDUCED: u128 = 0xC200_0000_0000_0000_0000_0000_0000_0001;

/// AES-GCM being decrypted.
pub(crate) struct GcmDecryptor {
    key: Schedule,
    nonce: [u8; NONCE],
    /// The hash key as it is.
    h: Zeroizing<ghash::Element>,
    powers: Box<Powers>,
    /// The hash of the whole blocks so far, without additional data.
    hash: u128,
    /// How many octets were decrypted.
    len: u64,
    /// The block that is not complete: its ciphertext, filled up with zeros, and its key stream.
    begun: [u8; BLOCK],
    stream: Zeroizing<[u8; BLOCK]>,
    /// The additional data in front.
    additional: Option<Vec<u8>>,
    /// What additional data behind changes in the tag.
    late: Option<[u8; TAG]>,
    failed: bool,
    pages: LargePages,
}

impl GcmDecryptor {
    /// Starts decrypting; `None` when the processor has not the instructions, or there is no such key, or the nonce is
    /// not the usual one.
    pub(crate) fn new(key: &[u8], nonce: &[u8]) -> Option<GcmDecryptor> {
        let nonce: &[u8; NONCE] = nonce.try_into().ok()?;
        let has_all = is_x86_feature_detected!("aes")
            && is_x86_feature_detected!("vaes")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("vpclmulqdq")
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        if !has_all || !matches!(key.len(), 16 | 32) {
            return None;
        }
        // SAFETY: the instructions are there; the key has one of the lengths that there are.
        let (key, h, powers) = unsafe {
            let key = Schedule::expand(key);
            let h = Zeroizing::new(u128::from_be_bytes(*key.encrypt([0; BLOCK])));
            let powers = Powers::of(*h);
            (key, h, powers)
        };
        Some(GcmDecryptor {
            key,
            nonce: *nonce,
            h,
            powers,
            hash: 0,
            len: 0,
            begun: [0; BLOCK],
            stream: Zeroizing::new([0; BLOCK]),
            additional: None,
            late: None,
            failed: false,
            pages: LargePages::default(),
        })
    }

    /// The key stream for a block; the first block of the text has 2, the tag 1.
    fn stream(&self, counter: u32) -> Zeroizing<[u8; BLOCK]> {
        let mut block = [0; BLOCK];
        block[..NONCE].copy_from_slice(&self.nonce);
        block[NONCE..].copy_from_slice(&counter.to_be_bytes());
        // SAFETY: a value of this type is only made where the instructions were found.
        unsafe { self.key.encrypt(block) }
    }

    /// The counter of the block that follows.
    fn counter(&self) -> u32 {
        // Below 2^32, because the length is bounded.
        (self.len / BLOCK as u64) as u32 + 2
    }

    /// Decrypts whole blocks and appends them; no block is begun.
    fn blocks(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let len = input.len() / BLOCK * BLOCK;
        self.pages.reserve(out, len);
        let (through, past) = input[..len].split_at(through_caches(out, len));
        self.blocks_to(through, out, false);
        self.blocks_to(past, out, true);
    }

    /// Decrypts whole blocks and appends them, under `past` past the caches; no block is begun.
    fn blocks_to(&mut self, input: &[u8], out: &mut Vec<u8>, past: bool) {
        let len = input.len();
        let Some(room) = out.spare_capacity_mut().get_mut(..len).filter(|room| !room.is_empty()) else {
            return;
        };
        let counter = self.counter();
        // SAFETY: a value of this type is only made where the instructions were found. The function writes the whole of
        // `room`, which has the length of the whole blocks.
        unsafe {
            self.hash = match self.key.rounds {
                10 => decrypt::<10>(self, counter, input, room, past),
                _ => decrypt::<14>(self, counter, input, room, past),
            };
            out.set_len(out.len() + len);
        }
        self.len += len as u64;
    }

    /// Adds a block to the hash.
    fn absorb(&mut self, block: u128) {
        // SAFETY: a value of this type is only made where the instructions were found.
        self.hash = unsafe { product(self.hash ^ block, self.powers.first()) };
    }

    fn fail<T>(&mut self) -> Result<T, CryptoError> {
        self.failed = true;
        Err(CryptoError::Failed)
    }
}

impl BulkEncryptor for GcmDecryptor {
    fn additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if self.len > 0 || self.late.is_some() {
            return self.fail();
        }
        self.additional.get_or_insert_default().extend_from_slice(bytes);
        Ok(())
    }

    fn late_additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if self.additional.is_some() || self.late.is_some() {
            return self.fail();
        }
        self.late = Some(ghash::difference(*self.h, bytes, self.len));
        Ok(())
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        let fits = self.len.checked_add(input.len() as u64).is_some_and(|len| len <= MAX_LEN);
        if self.late.is_some() || !fits {
            return self.fail();
        }
        let begun = (self.len % BLOCK as u64) as usize;
        let mut rest = input;
        if begun > 0 {
            let (head, tail) = input.split_at(input.len().min(BLOCK - begun));
            self.partial(begun, head, out);
            rest = tail;
        }
        let whole = rest.len() / BLOCK * BLOCK;
        if whole > 0 {
            self.blocks(&rest[..whole], out);
        }
        if whole < rest.len() {
            self.stream = self.stream(self.counter());
            self.begun = [0; BLOCK];
            self.partial(0, &rest[whole..], out);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, tag: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.failed {
            return Err(CryptoError::Failed);
        }
        let tag = tag.filter(|tag| (MIN_TAG..=TAG).contains(&tag.len())).ok_or(CryptoError::BadLength)?;
        if !self.len.is_multiple_of(BLOCK as u64) {
            self.absorb(u128::from_be_bytes(self.begun));
        }
        self.absorb(u128::from(self.len * 8));
        let additional = match (&self.additional, self.late) {
            (_, Some(late)) => late,
            (Some(additional), None) => ghash::difference(*self.h, additional, self.len),
            (None, None) => [0; TAG],
        };
        let mask = u128::from_be_bytes(*self.stream(1)) ^ u128::from_be_bytes(additional);
        let expected = (self.hash ^ mask).to_be_bytes();
        // Which octet differs does not show in the time it takes.
        let wrong = expected.iter().zip(tag).fold(0, |wrong, (a, b)| wrong | (a ^ b));
        if wrong == 0 { Ok(Vec::new()) } else { Err(CryptoError::TagMismatch) }
    }
}

impl GcmDecryptor {
    /// Decrypts octets of the block that is begun, of which `at` are there, and hashes it when it is complete.
    fn partial(&mut self, at: usize, octets: &[u8], out: &mut Vec<u8>) {
        self.begun[at..at + octets.len()].copy_from_slice(octets);
        out.extend(octets.iter().zip(&self.stream[at..]).map(|(octet, stream)| octet ^ stream));
        self.len += octets.len() as u64;
        if at + octets.len() == BLOCK {
            self.absorb(u128::from_be_bytes(self.begun));
        }
    }
}

impl Schedule {
    /// Encrypts one block.
    #[target_feature(enable = "aes")]
    fn encrypt(&self, block: [u8; BLOCK]) -> Zeroizing<[u8; BLOCK]> {
        let mut out = Zeroizing::new([0; BLOCK]);
        // SAFETY: a load and a store of the 16 octets of arrays.
        unsafe {
            let mut state = _mm_xor_si128(_mm_loadu_si128(block.as_ptr().cast()), self.round(0));
            for round in 1..self.rounds {
                state = _mm_aesenc_si128(state, self.round(round));
            }
            state = _mm_aesenclast_si128(state, self.round(self.rounds));
            _mm_storeu_si128(out.as_mut_ptr().cast(), state);
        }
        out
    }
}

/// Powers of the hash key.
///
/// The 64 powers themselves, the highest first, multiplied by x; behind them as many blocks whose lower half is the sum of
/// both halves of a power, which is what Karatsuba's way to multiply takes.
#[repr(align(64))]
struct Powers([u128; 2 * POWERS]);

impl Drop for Powers {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Powers {
    #[target_feature(enable = "pclmulqdq,vpclmulqdq,avx512f")]
    fn of(h: ghash::Element) -> Box<Powers> {
        let mut powers = Box::new(Powers([0; 2 * POWERS]));
        let first = h << 1 ^ REDUCED & 0u128.wrapping_sub(h >> 127);
        let mut power = first;
        for place in powers.0[POWERS - VECTOR_BLOCKS..POWERS].iter_mut().rev() {
            *place = power;
            power = product(power, first);
        }
        // Four at a time, each by the fourth.
        let fourth = _mm512_broadcast_i32x4(load(&powers.0[POWERS - VECTOR_BLOCKS]));
        for at in (0..POWERS - VECTOR_BLOCKS).step_by(VECTOR_BLOCKS).rev() {
            let mut sum = Sum::zero();
            sum.add(powers.four(at + VECTOR_BLOCKS), fourth);
            let four = sum.reduced_apart();
            // SAFETY: a store to the four numbers.
            unsafe { _mm512_storeu_si512(powers.0[at..at + VECTOR_BLOCKS].as_mut_ptr().cast(), four) };
        }
        let (whole, halves) = powers.0.split_at_mut(POWERS);
        for (half, power) in halves.iter_mut().zip(whole) {
            *half = *power ^ *power >> 64;
        }
        powers
    }

    /// The first power.
    fn first(&self) -> u128 {
        self.0[POWERS - 1]
    }

    /// Four numbers from a place on.
    #[target_feature(enable = "avx512f")]
    fn four(&self, at: usize) -> __m512i {
        // SAFETY: a load of four numbers.
        unsafe { _mm512_loadu_si512(self.0[at..at + VECTOR_BLOCKS].as_ptr().cast()) }
    }
}

/// The product of an element and another that was multiplied by x.
#[target_feature(enable = "pclmulqdq")]
fn product(a: u128, b: u128) -> u128 {
    let (a, b) = (load(&a), load(&b));
    let low = _mm_clmulepi64_si128::<0x00>(a, b);
    let middle = _mm_xor_si128(_mm_clmulepi64_si128::<0x01>(a, b), _mm_clmulepi64_si128::<0x10>(a, b));
    let high = _mm_clmulepi64_si128::<0x11>(a, b);
    store(reduce(low, middle, high))
}

/// The upper half of the polynomial, by which is reduced.
const UPPER: i64 = ((REDUCED >> 64) as u64).cast_signed();

/// Reduces a product of 256 bits, whose middle 128 bits are still apart.
#[target_feature(enable = "pclmulqdq")]
fn reduce(low: __m128i, middle: __m128i, high: __m128i) -> __m128i {
    let upper = _mm_set1_epi64x(UPPER);
    let fold = |from: __m128i, onto: __m128i| {
        let folded = _mm_clmulepi64_si128::<0x00>(upper, from);
        _mm_xor_si128(_mm_xor_si128(onto, _mm_shuffle_epi32::<0x4E>(from)), folded)
    };
    fold(fold(low, middle), high)
}

#[target_feature(enable = "sse2")]
fn load(value: &u128) -> __m128i {
    // SAFETY: a load of the 16 octets of the number.
    unsafe { _mm_loadu_si128(std::ptr::from_ref(value).cast()) }
}

#[target_feature(enable = "sse2")]
fn store(value: __m128i) -> u128 {
    let mut out = 0u128;
    // SAFETY: a store to the 16 octets of the number.
    unsafe { _mm_storeu_si128(std::ptr::from_mut(&mut out).cast(), value) };
    out
}

/// Products of vectors of four blocks that wait to be reduced together.
struct Sum {
    low: __m512i,
    middle: __m512i,
    high: __m512i,
}

impl Sum {
    #[target_feature(enable = "avx512f")]
    fn zero() -> Sum {
        let zero = _mm512_setzero_si512();
        Sum { low: zero, middle: zero, high: zero }
    }

    /// Adds the products of four blocks with four powers.
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn add(&mut self, blocks: __m512i, powers: __m512i) {
        const XOR: i32 = 0x96;
        self.low = _mm512_xor_si512(self.low, _mm512_clmulepi64_epi128::<0x00>(blocks, powers));
        self.middle = _mm512_ternarylogic_epi64::<XOR>(
            self.middle,
            _mm512_clmulepi64_epi128::<0x01>(blocks, powers),
            _mm512_clmulepi64_epi128::<0x10>(blocks, powers),
        );
        self.high = _mm512_xor_si512(self.high, _mm512_clmulepi64_epi128::<0x11>(blocks, powers));
    }

    /// The sum of the four, reduced.
    #[target_feature(enable = "avx512f,pclmulqdq")]
    fn reduced(&self) -> __m128i {
        reduce(folded(self.low), folded(self.middle), folded(self.high))
    }

    /// Each of the four reduced.
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn reduced_apart(&self) -> __m512i {
        let upper = _mm512_set1_epi64(UPPER);
        let fold = |from: __m512i, onto: __m512i| {
            let folded = _mm512_clmulepi64_epi128::<0x00>(upper, from);
            _mm512_xor_si512(_mm512_xor_si512(onto, _mm512_shuffle_epi32::<0x4E>(from)), folded)
        };
        fold(fold(self.low, self.middle), self.high)
    }
}

/// The sum of the four blocks of a vector.
#[target_feature(enable = "avx512f")]
fn folded(vector: __m512i) -> __m128i {
    let (a, b) = (_mm512_castsi512_si128(vector), _mm512_extracti32x4_epi32::<1>(vector));
    let (c, d) = (_mm512_extracti32x4_epi32::<2>(vector), _mm512_extracti32x4_epi32::<3>(vector));
    _mm_xor_si128(_mm_xor_si128(a, b), _mm_xor_si128(c, d))
}

/// Reverses the octets of each block.
#[target_feature(enable = "avx512bw")]
fn reverse(blocks: __m512i) -> __m512i {
    _mm512_shuffle_epi8(blocks, reversal())
}

#[target_feature(enable = "avx512bw")]
fn reversal() -> __m512i {
    _mm512_broadcast_i32x4(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
}

/// Decrypts the whole blocks of `input` into `out`, which has their length, from the block with this counter on, under
/// `past` past the caches if lines can be written whole; gives the hash with them.
#[target_feature(enable = "aes,vaes,pclmulqdq,vpclmulqdq,avx512f,avx512bw,avx512vl")]
fn decrypt<const ROUNDS: usize>(
    cipher: &GcmDecryptor,
    counter: u32,
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
    past: bool,
) -> u128 {
    let blocks = out.len() / BLOCK;
    // Batches begin so few blocks behind a multiple that they are written to whole lines.
    let before = before_line(out);
    let shift =
        before.map_or(0, |before| counter.wrapping_add((before / BLOCK) as u32) % VECTOR_BLOCKS as u32);
    // Behind the last multiple there are no more blocks than those that lead to one.
    let begin = counter.saturating_sub(shift).checked_next_multiple_of(BATCH as u32).map(|even| even + shift);
    let head = begin.map_or(blocks, |begin| ((begin - counter) as usize).min(blocks));
    let begin = begin.unwrap_or_default();
    let batches = (blocks - head) / BATCH;
    let (first, rest) = input.split_at(head * BLOCK);
    let (whole, last) = rest.split_at(batches * BATCH * BLOCK);
    let (to_first, to) = out.split_at_mut(head * BLOCK);
    let (to_whole, to_last) = to.split_at_mut(batches * BATCH * BLOCK);
    let mut hash = load(&cipher.hash);
    hash = decrypt_some::<ROUNDS>(cipher, counter, hash, first, to_first);
    if batches > 0 {
        hash = kernel::decrypt::<ROUNDS>(cipher, begin, hash, whole, to_whole, past && before.is_some());
    }
    // Where nothing is left, it is not looked at.
    let counter = begin.wrapping_add((batches * BATCH) as u32);
    hash = decrypt_some::<ROUNDS>(cipher, counter, hash, last, to_last);
    store(hash)
}

/// Counters of blocks from one on, reversed, so that the number is in the lowest word.
#[target_feature(enable = "sse2")]
fn counter_block(cipher: &GcmDecryptor, counter: u32) -> __m128i {
    let mut block = [0; BLOCK];
    block[4..].copy_from_slice(&cipher.nonce);
    block[4..].reverse();
    block[..4].copy_from_slice(&counter.to_le_bytes());
    load(&u128::from_le_bytes(block))
}

/// Decrypts whole blocks that are too few for the kernel, 32 at a time.
#[target_feature(enable = "aes,vaes,pclmulqdq,vpclmulqdq,avx512f,avx512bw")]
fn decrypt_some<const ROUNDS: usize>(
    cipher: &GcmDecryptor,
    counter: u32,
    mut hash: __m128i,
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
) -> __m128i {
    const AT_ONCE: usize = 8;
    assert!(input.len() >= out.len() && out.len().is_multiple_of(BLOCK));
    let numbers = _mm512_set_epi32(0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0);
    let four = _mm512_broadcast_i32x4(_mm_set_epi32(0, 0, 0, 4));
    let mut counters = _mm512_add_epi32(_mm512_broadcast_i32x4(counter_block(cipher, counter)), numbers);
    let key = |round: usize| _mm512_broadcast_i32x4(cipher.key.round(round));
    for (input, out) in input[..out.len()].chunks(AT_ONCE * VECTOR).zip(out.chunks_mut(AT_ONCE * VECTOR)) {
        let vectors = input.len().div_ceil(VECTOR);
        let mut states = [_mm512_setzero_si512(); AT_ONCE];
        for state in &mut states {
            *state = _mm512_xor_si512(reverse(counters), key(0));
            counters = _mm512_add_epi32(counters, four);
        }
        for round in 1..ROUNDS {
            let key = key(round);
            for state in &mut states {
                *state = _mm512_aesenc_epi128(*state, key);
            }
        }
        let mut sum = Sum::zero();
        let mut before = _mm512_zextsi128_si512(hash);
        for (n, state) in states.iter().enumerate().take(vectors) {
            // The octets behind the last are neither read nor written.
            let mask = u64::MAX >> (VECTOR - (input.len() - n * VECTOR).min(VECTOR));
            // SAFETY: `mask` has the octets of the vector that `input` has.
            let text = unsafe { _mm512_maskz_loadu_epi8(mask, input.as_ptr().add(n * VECTOR).cast()) };
            let plain = _mm512_xor_si512(text, _mm512_aesenclast_epi128(*state, key(ROUNDS)));
            // SAFETY: as above; `out` is as long as `input` and no part of it.
            unsafe { _mm512_mask_storeu_epi8(out.as_mut_ptr().add(n * VECTOR).cast(), mask, plain) };
            // The last block has the first power, whatever their number; what lies behind it is zero.
            let power = POWERS - input.len() / BLOCK + n * VECTOR_BLOCKS;
            sum.add(_mm512_xor_si512(reverse(text), before), cipher.powers.four(power));
            before = _mm512_setzero_si512();
        }
        hash = sum.reduced();
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evp::{Cipher, Direction};
    use crate::vaes::{PIECE, THROUGH, assert_untouched, octets, room};
    use smime::BulkCipher;

    fn start(key: &[u8], nonce: &[u8]) -> Option<Box<GcmDecryptor>> {
        let cipher = GcmDecryptor::new(key, nonce).map(Box::new);
        if cipher.is_none() {
            eprintln!("SKIPPED: this processor has no VAES with AVX-512");
        }
        cipher
    }

    fn encrypted(key: &[u8], nonce: &[u8], additional: &[u8], text: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let cipher = if key.len() == 16 { BulkCipher::Aes128Gcm } else { BulkCipher::Aes256Gcm };
        let mut cipher = Box::new(Cipher::new(cipher, Direction::Encrypt, key, nonce).unwrap());
        cipher.additional_data(additional).unwrap();
        let mut out = Vec::new();
        cipher.update(text, &mut out).unwrap();
        (out, cipher.finish(None).unwrap())
    }

    #[test]
    fn opens_what_aws_lc_seals_at_every_length_and_in_any_pieces() {
        for key_len in [16, 32] {
            for len in (0..1100).chain(2000..2120).chain([3060, 4095, 4096, 4097, 100_003]) {
                let seed = len as u64 * 37 + key_len as u64;
                let (key, nonce) = (octets(key_len, seed), octets(NONCE, seed + 1));
                let (additional, text) = (octets(len % 70, seed + 2), octets(len, seed + 3));
                let (sealed, tag) = encrypted(&key, &nonce, &additional, &text);
                for (piece, late) in [(usize::MAX, false), (1 + len % 97, true), (1 + len % 2500, false)] {
                    let Some(mut cipher) = start(&key, &nonce) else { return };
                    let mut out = vec![3];
                    if !late {
                        cipher.additional_data(&additional).unwrap();
                    }
                    for piece in sealed.chunks(piece) {
                        cipher.update(piece, &mut out).unwrap();
                    }
                    if late {
                        cipher.late_additional_data(&additional).unwrap();
                    }
                    assert!(out[1..] == text, "{key_len} {len} {piece}");
                    assert_eq!(cipher.finish(Some(&tag)), Ok(Vec::new()), "{key_len} {len} {piece}");
                }
            }
        }
    }

    #[test]
    fn past_the_caches_it_is_the_same_and_nothing_else_is_written() {
        let mut out = Vec::new();
        for key_len in [16, 32] {
            for (n, taken) in [0, 1, 8, 16, 32, 48, 63, 64].into_iter().enumerate() {
                // The last begins in front of the bound.
                let taken = if n == 7 { THROUGH - 1000 } else { THROUGH + taken };
                let len = PIECE + n * 208 + key_len * BLOCK;
                let text = octets(2 * len + 7 * BLOCK + n, n as u64);
                let (key, nonce) = (octets(key_len, 3), octets(NONCE, 4));
                let (sealed, tag) = encrypted(&key, &nonce, b"header", &text);
                for piece in [sealed.len(), len, len + 5] {
                    room(&mut out, taken);
                    let Some(mut cipher) = start(&key, &nonce) else { return };
                    cipher.additional_data(b"header").unwrap();
                    for piece in sealed.chunks(piece) {
                        cipher.update(piece, &mut out).unwrap();
                    }
                    assert!(out[taken..] == text, "{key_len} {taken} {piece}");
                    assert_eq!(cipher.finish(Some(&tag)), Ok(Vec::new()), "{key_len} {taken} {piece}");
                    assert_untouched(&mut out, taken);
                }
            }
            let (key, text) = (octets(key_len, 5), octets(THROUGH + 100_003, 6));
            let (sealed, tag) = encrypted(&key, &[7; NONCE], b"", &text);
            let Some(mut cipher) = start(&key, &[7; NONCE]) else { return };
            room(&mut out, 0);
            cipher.update(&sealed, &mut out).unwrap();
            assert!(out == text, "{key_len}");
            assert_eq!(cipher.finish(Some(&tag)), Ok(Vec::new()), "{key_len}");
            assert_untouched(&mut out, 0);
        }
    }

    #[test]
    fn batches_begin_anywhere() {
        // Any first counter, and any place of the result: so many octets were there before.
        for len in (0..16 * 70).step_by(16).chain([MAX_LEN / 16 * 16 - 16 * 400]) {
            let (key, sealed) = (octets(32, len), octets(16 * 200, len + 1));
            let opened = |piece: usize, before: usize| {
                let mut cipher = start(&key, &[5; NONCE])?;
                cipher.len = len;
                let mut out = vec![1; before];
                out.reserve_exact(sealed.len());
                sealed.chunks(piece).for_each(|piece| cipher.update(piece, &mut out).unwrap());
                Some((out.split_off(before), cipher.hash))
            };
            let expected = opened(BLOCK, 0);
            for before in [0, 1, 16, 32, 48] {
                assert!(opened(usize::MAX, before) == expected, "{len} {before}");
            }
        }
    }

    #[test]
    fn one_bit_anywhere_is_noticed() {
        let (key, nonce, text) = (octets(32, 1), octets(NONCE, 2), octets(777, 3));
        let (sealed, tag) = encrypted(&key, &nonce, b"header", &text);
        let open = |sealed: &[u8], additional: &[u8], tag: &[u8]| {
            let mut cipher = start(&key, &nonce)?;
            cipher.additional_data(additional).unwrap();
            cipher.update(sealed, &mut Vec::new()).unwrap();
            Some(cipher.finish(Some(tag)))
        };
        let Some(right) = open(&sealed, b"header", &tag) else { return };
        assert_eq!(right, Ok(Vec::new()));
        assert_eq!(open(&sealed, b"header", &tag[..12]), Some(Ok(Vec::new())));
        assert_eq!(open(&sealed, b"header", &tag[..11]), Some(Err(CryptoError::BadLength)));
        let wrong = Some(Err(CryptoError::TagMismatch));
        assert_eq!(open(&sealed, b"headers", &tag), wrong);
        assert_eq!(open(&sealed[..776], b"header", &tag), wrong);
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1 << (at % 8);
            assert_eq!(open(&other, b"header", &tag), wrong, "{at}");
        }
        for at in 0..tag.len() {
            let mut other = tag.clone();
            other[at] ^= 0x80;
            assert_eq!(open(&sealed, b"header", &other), wrong, "{at}");
        }
    }

    #[test]
    fn other_nonces_and_keys_are_left_to_others_and_the_length_is_bounded() {
        assert!(GcmDecryptor::new(&[1; 32], &[2; 11]).is_none());
        assert!(GcmDecryptor::new(&[1; 24], &[2; 12]).is_none());
        for (len, fits) in [(MAX_LEN - 16, true), (MAX_LEN - 15, false)] {
            let Some(mut cipher) = start(&[1; 16], &[2; 12]) else { return };
            cipher.len = len;
            assert_eq!(cipher.update(&[0; 16], &mut Vec::new()).is_ok(), fits);
            assert_eq!(cipher.failed, !fits);
        }
    }

    #[test]
    fn many_blocks_decrypt_as_one_by_one_up_to_the_last_counter() {
        for (len, blocks) in [(0, 200), (16 * 61, 129), (16 * 62, 128), (MAX_LEN / 16 * 16 - 16 * 150, 150)] {
            for key_len in [16, 32] {
                let (key, sealed) = (octets(key_len, len), octets(16 * blocks, len + 1));
                let opened = |piece: usize| {
                    let mut cipher = start(&key, &[5; NONCE])?;
                    cipher.len = len;
                    let mut out = Vec::new();
                    sealed.chunks(piece).for_each(|piece| cipher.update(piece, &mut out).unwrap());
                    Some((out, cipher.hash))
                };
                assert!(opened(usize::MAX) == opened(BLOCK), "{len} {key_len}");
            }
        }
    }

    #[test]
    fn the_products_are_those_of_the_field() {
        // The same hash, once by the portable code: additional data behind nothing.
        let Some(cipher) = start(&[9; 16], &[8; 12]) else { return };
        let h = *cipher.h;
        let mut expected = h << 1 ^ REDUCED & 0u128.wrapping_sub(h >> 127);
        for power in cipher.powers.0[..POWERS].iter().rev() {
            assert_eq!(*power, expected);
            // SAFETY: the cipher is there, and so are its instructions.
            expected = unsafe { product(expected, cipher.powers.first()) };
        }
        let block = 0x0388_dace_60b6_a392_f328_c2b9_71b2_fe78;
        // SAFETY: as above. The hash of one block of additional data is block * H^2 + 128 * H.
        let twice =
            unsafe { product(product(block, cipher.powers.first()) ^ 128 << 64, cipher.powers.first()) };
        assert_eq!(ghash::difference(h, &u128::to_be_bytes(block), 0), twice.to_be_bytes());
    }
}
