//! Decrypting AES-CBC with the vector instructions of newer x86-64 processors (VAES), which aws-lc does not use for it:
//! CBC decrypts its blocks independently of one another, so that 32 of them are in flight at once here. On a Zen 5 that
//! is four times as fast as one block per instruction; the `aes` and `cbc` crates (0.9, 0.2) were no faster than aws-lc.
//!
//! Other processors, and valgrind, which does not know these instructions, go on with aws-lc. The time depends on the
//! lengths alone: there are no tables and no branches on the key or the text. The round keys are wiped when dropped;
//! copies that the compiler leaves in vector registers are not.
#![allow(unsafe_code)]

use smime::{BulkEncryptor, CryptoError};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use zeroize::Zeroizing;

/// The length of a block.
const BLOCK: usize = 16;
/// The most round keys there are (AES-256; FIPS 197, 5).
const ROUND_KEYS: usize = 15;

/// Which instructions the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// VAES on registers of 512 bits (AVX-512).
    Bits512,
    /// VAES on registers of 256 bits.
    Bits256,
}

impl Width {
    fn detect() -> Option<Width> {
        let aes = is_x86_feature_detected!("aes") && is_x86_feature_detected!("vaes");
        match aes {
            true if is_x86_feature_detected!("avx512f") => Some(Width::Bits512),
            true if is_x86_feature_detected!("avx2") => Some(Width::Bits256),
            _ => None,
        }
    }
}

/// AES-CBC being decrypted.
pub(crate) struct CbcDecryptor {
    width: Width,
    key: Schedule,
    /// The last whole block of ciphertext, at first the initialisation vector, and behind it the beginning of a block.
    seen: [u8; 2 * BLOCK],
    /// How much of that block has arrived.
    begun: usize,
}

impl CbcDecryptor {
    /// Starts decrypting; `None` when the processor has not the instructions, or there is no such key or vector.
    pub(crate) fn new(key: &[u8], iv: &[u8]) -> Option<CbcDecryptor> {
        Self::with_width(Width::detect()?, key, iv)
    }

    fn with_width(width: Width, key: &[u8], iv: &[u8]) -> Option<CbcDecryptor> {
        let iv: &[u8; BLOCK] = iv.try_into().ok()?;
        if !matches!(key.len(), 16 | 24 | 32) {
            return None;
        }
        let mut seen = [0; 2 * BLOCK];
        seen[..BLOCK].copy_from_slice(iv);
        // SAFETY: a width is only ever made by `detect`, which found AES among the processor's instructions; the key
        // has one of the lengths that there are.
        let key = unsafe { Schedule::expand(key) };
        Some(CbcDecryptor { width, key, seen, begun: 0 })
    }

    /// Decrypts whole blocks, which have the block in front of them before them, and appends them.
    fn blocks(&self, input: &[u8], out: &mut Vec<u8>) {
        let len = input.len().saturating_sub(BLOCK) / BLOCK * BLOCK;
        out.reserve(len);
        let Some(room) = out.spare_capacity_mut().get_mut(..len) else { return };
        // SAFETY: a width is only ever made by `detect`, which found its instructions in the processor. Every function
        // writes the whole of `room`, which has the length of the blocks behind the first.
        unsafe {
            match (self.width, self.key.rounds) {
                (Width::Bits512, 10) => decrypt_512::<10>(&self.key, input, room),
                (Width::Bits512, 12) => decrypt_512::<12>(&self.key, input, room),
                (Width::Bits512, _) => decrypt_512::<14>(&self.key, input, room),
                (Width::Bits256, 10) => decrypt_256::<10>(&self.key, input, room),
                (Width::Bits256, 12) => decrypt_256::<12>(&self.key, input, room),
                (Width::Bits256, _) => decrypt_256::<14>(&self.key, input, room),
            }
            out.set_len(out.len() + len);
        }
    }
}

impl BulkEncryptor for CbcDecryptor {
    fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("additional data with CBC"))
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        // Until a block of the input is used up, blocks do not have their predecessors before them.
        let mut start = 0;
        while start < BLOCK {
            let head = &input[start..input.len().min(start + BLOCK - self.begun)];
            self.seen[BLOCK + self.begun..][..head.len()].copy_from_slice(head);
            self.begun += head.len();
            start += head.len();
            if self.begun < BLOCK {
                return Ok(());
            }
            self.blocks(&self.seen, out);
            self.seen.copy_within(BLOCK.., 0);
            self.begun = 0;
        }
        let whole = (input.len() - start) / BLOCK * BLOCK;
        self.blocks(&input[start - BLOCK..start + whole], out);
        self.seen[..BLOCK].copy_from_slice(&input[start + whole - BLOCK..start + whole]);
        let rest = &input[start + whole..];
        self.seen[BLOCK..][..rest.len()].copy_from_slice(rest);
        self.begun = rest.len();
        Ok(())
    }

    fn finish(self: Box<Self>, _: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.begun == 0 { Ok(Vec::new()) } else { Err(CryptoError::BadLength) }
    }
}

/// The round keys of the equivalent inverse cipher in the order in which they are used (FIPS 197, 5.3.5).
struct Schedule {
    keys: Zeroizing<[[u8; BLOCK]; ROUND_KEYS]>,
    rounds: usize,
}

impl Schedule {
    /// Expands a key of 16, 24 or 32 octets (FIPS 197, 5.2). Substitution is an instruction, so no table is read.
    #[target_feature(enable = "aes")]
    fn expand(key: &[u8]) -> Schedule {
        let length = key.len() / 4;
        let rounds = length + 6;
        let mut words = Zeroizing::new([0u32; 4 * ROUND_KEYS]);
        for (word, octets) in words.iter_mut().zip(key.chunks_exact(4)) {
            *word = octets.iter().rev().fold(0, |word, octet| word << 8 | u32::from(*octet));
        }
        let mut constant = 1;
        for at in length..4 * (rounds + 1) {
            let mut word = words[at - 1];
            if at % length == 0 {
                word = substitute(word).rotate_right(8) ^ constant;
                constant = if constant == 0x80 { 0x1b } else { constant << 1 };
            } else if length > 6 && at % length == 4 {
                word = substitute(word);
            }
            words[at] = words[at - length] ^ word;
        }
        let mut keys = Zeroizing::new([[0; BLOCK]; ROUND_KEYS]);
        for (round, key) in keys.iter_mut().take(rounds + 1).enumerate() {
            let from = 4 * (rounds - round);
            for (octets, word) in key.chunks_exact_mut(4).zip(&words[from..from + 4]) {
                octets.copy_from_slice(&word.to_le_bytes());
            }
            if (1..rounds).contains(&round) {
                // SAFETY: loads and stores of the 16 octets of the array.
                unsafe {
                    let mixed = _mm_aesimc_si128(_mm_loadu_si128(key.as_ptr().cast()));
                    _mm_storeu_si128(key.as_mut_ptr().cast(), mixed);
                }
            }
        }
        Schedule { keys, rounds }
    }

    #[target_feature(enable = "aes")]
    fn round(&self, round: usize) -> __m128i {
        // SAFETY: a load of the 16 octets of an array.
        unsafe { _mm_loadu_si128(self.keys[round].as_ptr().cast()) }
    }
}

/// Puts each octet of a word through the S-box.
#[target_feature(enable = "aes")]
fn substitute(word: u32) -> u32 {
    let through = _mm_aeskeygenassist_si128::<0>(_mm_set1_epi32(word.cast_signed()));
    _mm_cvtsi128_si32(through).cast_unsigned()
}

/// Decrypts the blocks behind the first of `input` into `out`, which has their length.
#[target_feature(enable = "aes,vaes,avx512f")]
fn decrypt_512<const ROUNDS: usize>(key: &Schedule, input: &[u8], out: &mut [MaybeUninit<u8>]) {
    const VECTOR: usize = 64;
    const AT_ONCE: usize = 8;
    assert!(input.len() >= BLOCK + out.len() && out.len().is_multiple_of(BLOCK));
    let mut keys = [_mm512_setzero_si512(); ROUND_KEYS];
    for (round, wide) in keys.iter_mut().enumerate().take(ROUNDS + 1) {
        *wide = _mm512_broadcast_i32x4(key.round(round));
    }
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    let mut at = 0;
    while at + AT_ONCE * VECTOR <= out.len() {
        let mut states = [_mm512_setzero_si512(); AT_ONCE];
        for (n, state) in states.iter_mut().enumerate() {
            // SAFETY: `at + 512 <= out.len()`, and `input` has 16 octets more than `out`.
            let block = unsafe { _mm512_loadu_si512(from.add(BLOCK + at + n * VECTOR).cast()) };
            *state = _mm512_xor_si512(block, keys[0]);
        }
        for key in &keys[1..ROUNDS] {
            for state in &mut states {
                *state = _mm512_aesdec_epi128(*state, *key);
            }
        }
        for (n, state) in states.iter().enumerate() {
            let plain = _mm512_aesdeclast_epi128(*state, keys[ROUNDS]);
            // SAFETY: as above; the blocks before lie 16 octets in front. The store is within `out`, which is not
            // part of `input`.
            unsafe {
                let before = _mm512_loadu_si512(from.add(at + n * VECTOR).cast());
                _mm512_storeu_si512(to.add(at + n * VECTOR).cast(), _mm512_xor_si512(plain, before));
            }
        }
        at += AT_ONCE * VECTOR;
    }
    while at + VECTOR <= out.len() {
        // SAFETY: `at + 64 <= out.len()`; otherwise as above.
        unsafe {
            let block = _mm512_loadu_si512(from.add(BLOCK + at).cast());
            let mut state = _mm512_xor_si512(block, keys[0]);
            for key in &keys[1..ROUNDS] {
                state = _mm512_aesdec_epi128(state, *key);
            }
            let plain = _mm512_aesdeclast_epi128(state, keys[ROUNDS]);
            let before = _mm512_loadu_si512(from.add(at).cast());
            _mm512_storeu_si512(to.add(at).cast(), _mm512_xor_si512(plain, before));
        }
        at += VECTOR;
    }
    decrypt_128::<ROUNDS>(key, &input[at..], &mut out[at..]);
}

/// Decrypts the blocks behind the first of `input` into `out`, which has their length.
#[target_feature(enable = "aes,vaes,avx2")]
fn decrypt_256<const ROUNDS: usize>(key: &Schedule, input: &[u8], out: &mut [MaybeUninit<u8>]) {
    const VECTOR: usize = 32;
    const AT_ONCE: usize = 8;
    assert!(input.len() >= BLOCK + out.len() && out.len().is_multiple_of(BLOCK));
    let wide = |round| _mm256_broadcastsi128_si256(key.round(round));
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    let mut at = 0;
    while at + AT_ONCE * VECTOR <= out.len() {
        let mut states = [_mm256_setzero_si256(); AT_ONCE];
        for (n, state) in states.iter_mut().enumerate() {
            // SAFETY: `at + 256 <= out.len()`, and `input` has 16 octets more than `out`.
            let block = unsafe { _mm256_loadu_si256(from.add(BLOCK + at + n * VECTOR).cast()) };
            *state = _mm256_xor_si256(block, wide(0));
        }
        for round in 1..ROUNDS {
            let key = wide(round);
            for state in &mut states {
                *state = _mm256_aesdec_epi128(*state, key);
            }
        }
        for (n, state) in states.iter().enumerate() {
            let plain = _mm256_aesdeclast_epi128(*state, wide(ROUNDS));
            // SAFETY: as above; the blocks before lie 16 octets in front. The store is within `out`, which is not
            // part of `input`.
            unsafe {
                let before = _mm256_loadu_si256(from.add(at + n * VECTOR).cast());
                _mm256_storeu_si256(to.add(at + n * VECTOR).cast(), _mm256_xor_si256(plain, before));
            }
        }
        at += AT_ONCE * VECTOR;
    }
    decrypt_128::<ROUNDS>(key, &input[at..], &mut out[at..]);
}

/// Decrypts the blocks behind the first of `input` into `out`, which has their length, one after the other.
#[target_feature(enable = "aes")]
fn decrypt_128<const ROUNDS: usize>(key: &Schedule, input: &[u8], out: &mut [MaybeUninit<u8>]) {
    assert!(input.len() >= BLOCK + out.len() && out.len().is_multiple_of(BLOCK));
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    for at in (0..out.len()).step_by(BLOCK) {
        // SAFETY: `at + 16 <= out.len()`, and `input` has 16 octets more than `out`, which is not part of it.
        unsafe {
            let mut state = _mm_xor_si128(_mm_loadu_si128(from.add(BLOCK + at).cast()), key.round(0));
            for round in 1..ROUNDS {
                state = _mm_aesdec_si128(state, key.round(round));
            }
            let plain = _mm_aesdeclast_si128(state, key.round(ROUNDS));
            let before = _mm_loadu_si128(from.add(at).cast());
            _mm_storeu_si128(to.add(at).cast(), _mm_xor_si128(plain, before));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evp::{Cipher, Direction};
    use smime::BulkCipher;

    /// The widths that this processor has.
    fn widths() -> Vec<Width> {
        match Width::detect() {
            Some(Width::Bits512) => vec![Width::Bits512, Width::Bits256],
            Some(Width::Bits256) => vec![Width::Bits256],
            None => {
                eprintln!("SKIPPED: this processor has no VAES");
                Vec::new()
            }
        }
    }

    /// Octets that look random and are the same each time.
    fn octets(len: usize, seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        (0..len).map(|_| next()).collect()
    }

    fn in_pieces(cipher: &mut dyn BulkEncryptor, input: &[u8], seed: u64) -> Vec<u8> {
        let (mut out, mut rest) = (Vec::new(), input);
        for draw in octets(4096, seed).chunks_exact(2).cycle() {
            if rest.is_empty() {
                break;
            }
            let take = match draw[0] % 4 {
                0 => usize::from(draw[1] % 40),
                1 => usize::from(draw[1]) * 16,
                2 => usize::from(draw[1]) * 17,
                _ => usize::from(draw[1]) * 100,
            };
            let (piece, others) = rest.split_at(take.min(rest.len()));
            cipher.update(piece, &mut out).unwrap();
            rest = others;
        }
        out
    }

    #[test]
    fn the_same_as_aws_lc_at_every_length_and_in_any_pieces() {
        for (cipher, key_len) in
            [(BulkCipher::Aes128Cbc, 16), (BulkCipher::Aes192Cbc, 24), (BulkCipher::Aes256Cbc, 32)]
        {
            for blocks in (0..=100).chain([127, 128, 129, 1000, 4099]) {
                let seed = blocks as u64 * 31 + key_len as u64;
                let (key, iv) = (octets(key_len, seed), octets(BLOCK, seed + 1));
                let text = octets(blocks * BLOCK, seed + 2);
                let mut reference = Cipher::new(cipher, Direction::Decrypt, &key, &iv).unwrap();
                let mut expected = Vec::new();
                reference.update(&text, &mut expected).unwrap();
                assert_eq!(expected.len(), text.len());
                for width in widths() {
                    let start = || CbcDecryptor::with_width(width, &key, &iv).unwrap();
                    let mut out = vec![7];
                    let mut whole = Box::new(start());
                    whole.update(&text, &mut out).unwrap();
                    assert!(out[1..] == expected, "{cipher:?} {width:?} {blocks}");
                    assert_eq!(whole.finish(None), Ok(Vec::new()));
                    for pieces in 0..4 {
                        let out = in_pieces(&mut start(), &text, seed + pieces);
                        assert!(out == expected, "{cipher:?} {width:?} {blocks} {pieces}");
                    }
                }
            }
        }
    }

    #[test]
    fn half_a_block_and_other_lengths_are_refused() {
        for width in widths() {
            for length in [1, 15, 17, 1000 * BLOCK + 3] {
                let mut cipher = Box::new(CbcDecryptor::with_width(width, &[1; 16], &[2; 16]).unwrap());
                let mut out = Vec::new();
                cipher.update(&vec![0; length], &mut out).unwrap();
                assert_eq!(out.len(), length / BLOCK * BLOCK);
                assert_eq!(cipher.finish(None), Err(CryptoError::BadLength));
            }
            assert!(CbcDecryptor::with_width(width, &[1; 17], &[2; 16]).is_none());
            assert!(CbcDecryptor::with_width(width, &[1; 32], &[2; 15]).is_none());
            let mut cipher = CbcDecryptor::with_width(width, &[1; 32], &[2; 16]).unwrap();
            assert!(cipher.additional_data(b"x").is_err());
        }
    }

    #[test]
    fn known_answer() {
        // NIST SP 800-38A, F.2.6: CBC-AES256.Decrypt
        let hex = |text: &str| -> Vec<u8> {
            let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
            (0..text.len()).step_by(2).map(digit).collect()
        };
        let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let iv = hex("000102030405060708090a0b0c0d0e0f");
        let text = hex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d");
        let plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        for width in widths() {
            let mut out = Vec::new();
            CbcDecryptor::with_width(width, &key, &iv).unwrap().update(&text, &mut out).unwrap();
            assert_eq!(out, plain);
        }
    }
}
