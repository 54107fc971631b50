//! Encrypting AES-CBC. Each block waits for the one before, so that the time is that of the rounds in a row, four cycles
//! each on a Zen 5.
//!
//! All else is taken out of the way. The last round ends with adding its key; the next block begins with adding its
//! text and the first key. Both are one addition when the three are added up ahead, and the last round then gives what
//! the next block goes on with; the ciphertext is that without text and first key, for which nobody waits.

use super::super::{BLOCK, ROUND_KEYS, Schedule};
use super::Held;
use crate::pages::LargePages;
use smime::{BulkEncryptor, CryptoError};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// AES-CBC being encrypted.
pub(crate) struct CbcEncryptor {
    key: Schedule,
    /// The last block of ciphertext, at first the initialisation vector.
    previous: [u8; BLOCK],
    held: Held,
    pages: LargePages,
}

impl CbcEncryptor {
    /// Starts encrypting; `None` when the processor has not the instructions, or there is no such key or vector.
    pub(crate) fn new(key: &[u8], iv: &[u8]) -> Option<CbcEncryptor> {
        let previous = iv.try_into().ok()?;
        let has_instructions = is_x86_feature_detected!("aes") && is_x86_feature_detected!("avx");
        if !has_instructions || !matches!(key.len(), 16 | 24 | 32) {
            return None;
        }
        // SAFETY: AES is among the processor's instructions; the key has one of the lengths that there are.
        let key = unsafe { Schedule::expand(key) };
        Some(CbcEncryptor { key, previous, held: Held::default(), pages: LargePages::default() })
    }

    /// Encrypts whole blocks and appends them.
    fn blocks(&mut self, input: &[[u8; BLOCK]], out: &mut Vec<u8>) {
        let len = input.as_flattened().len();
        self.pages.reserve(out, len);
        let Some(room) = out.spare_capacity_mut().get_mut(..len) else { return };
        let (room, _) = room.as_chunks_mut();
        let (key, previous) = (&self.key, &self.previous);
        // SAFETY: there is an encryptor only where the processor was found to have the instructions. Every function
        // writes as many blocks as it reads, which are all that there is room for.
        unsafe {
            self.previous = match key.rounds {
                10 => encrypt::<10>(key, previous, input, room),
                12 => encrypt::<12>(key, previous, input, room),
                _ => encrypt::<14>(key, previous, input, room),
            };
            out.set_len(out.len() + len);
        }
    }
}

impl BulkEncryptor for CbcEncryptor {
    fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("additional data with CBC"))
    }

    fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if let Some(block) = self.held.complete(&mut input) {
            self.blocks(&[block], out);
        }
        let (blocks, rest) = input.as_chunks();
        self.blocks(blocks, out);
        self.held.keep(rest);
        Ok(())
    }

    fn finish(self: Box<Self>, _: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.held.is_empty() { Ok(Vec::new()) } else { Err(CryptoError::BadLength) }
    }
}

/// Encrypts blocks that follow `previous`; gives the last.
///
/// # Panics
///
/// When there is not as much room as there are blocks.
#[target_feature(enable = "aes,avx")]
fn encrypt<const ROUNDS: usize>(
    key: &Schedule,
    previous: &[u8; BLOCK],
    input: &[[u8; BLOCK]],
    out: &mut [[MaybeUninit<u8>; BLOCK]],
) -> [u8; BLOCK] {
    assert!(input.len() == out.len());
    let mut keys = [_mm_setzero_si128(); ROUND_KEYS];
    for (round, wide) in keys.iter_mut().enumerate().take(ROUNDS + 1) {
        *wide = key.round(round);
    }
    // SAFETY: a load of the 16 octets of a block.
    let load = |block: &[u8; BLOCK]| unsafe { _mm_loadu_si128(block.as_ptr().cast()) };
    let last = _mm_xor_si128(keys[ROUNDS], keys[0]);
    let Some((first, rest)) = input.split_first() else { return *previous };
    let mut state = _mm_xor_si128(load(previous), _mm_xor_si128(load(first), keys[0]));
    // Behind the last block stands any other, whose encryption only begins.
    let rest = rest.iter().chain([previous]);
    let mut encrypted = _mm_setzero_si128();
    for (next, place) in rest.zip(out) {
        let next = load(next);
        for key in &keys[1..ROUNDS] {
            state = _mm_aesenc_si128(state, *key);
        }
        state = _mm_aesenclast_si128(state, _mm_xor_si128(last, next));
        encrypted = _mm_xor_si128(state, _mm_xor_si128(keys[0], next));
        // SAFETY: a store to the 16 octets there are.
        unsafe { _mm_storeu_si128(place.as_mut_ptr().cast(), encrypted) }
    }
    let mut previous = [0; BLOCK];
    // SAFETY: a store to the 16 octets of a block.
    unsafe { _mm_storeu_si128(previous.as_mut_ptr().cast(), encrypted) }
    previous
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evp::{Cipher, Direction};
    use crate::vaes::octets;
    use smime::BulkCipher;

    const CIPHERS: [(BulkCipher, usize); 3] =
        [(BulkCipher::Aes128Cbc, 16), (BulkCipher::Aes192Cbc, 24), (BulkCipher::Aes256Cbc, 32)];

    fn start(key: &[u8], iv: &[u8]) -> Option<Box<CbcEncryptor>> {
        let cipher = CbcEncryptor::new(key, iv).map(Box::new);
        if cipher.is_none() {
            eprintln!("SKIPPED: this processor has no AES-NI or no AVX");
        }
        cipher
    }

    #[test]
    fn the_same_as_aws_lc_at_every_length() {
        for (cipher, key_len) in CIPHERS {
            for length in (0..=300).chain([1600, 4096, 65_537, 100_000]) {
                let seed = (length * 31 + key_len) as u64;
                let (key, iv) = (octets(key_len, seed), octets(BLOCK, seed + 1));
                let text = octets(length, seed + 2);
                let Some(mut ours) = start(&key, &iv) else { return };
                let mut reference = Box::new(Cipher::new(cipher, Direction::Encrypt, &key, &iv).unwrap());
                let (mut out, mut expected) = (vec![7], vec![7]);
                ours.update(&text, &mut out).unwrap();
                reference.update(&text, &mut expected).unwrap();
                assert_eq!(out.len(), 1 + length / BLOCK * BLOCK);
                assert!(out == expected, "{cipher:?} {length}");
                let whole = length.is_multiple_of(BLOCK);
                assert_eq!(
                    ours.finish(None),
                    if whole { Ok(Vec::new()) } else { Err(CryptoError::BadLength) }
                );
                assert_eq!(reference.finish(None).is_ok(), whole);
            }
        }
    }

    #[test]
    fn the_same_as_aws_lc_in_any_pieces() {
        for (cipher, key_len) in CIPHERS {
            for seed in 0..100 {
                let (key, iv) = (octets(key_len, seed), octets(BLOCK, seed + 1));
                let text = octets(20_000, seed + 2);
                let mut reference = Cipher::new(cipher, Direction::Encrypt, &key, &iv).unwrap();
                let mut expected = Vec::new();
                reference.update(&text, &mut expected).unwrap();
                let Some(mut ours) = start(&key, &iv) else { return };
                let (mut out, mut rest) = (Vec::new(), &text[..]);
                for draw in octets(4096, seed + 1000).chunks_exact(2).cycle() {
                    if rest.is_empty() {
                        break;
                    }
                    let take = match draw[0] % 4 {
                        0 => usize::from(draw[1] % 3),
                        1 => usize::from(draw[1] % 40),
                        2 => usize::from(draw[1] % 16) * BLOCK,
                        _ => usize::from(draw[1]) * 10,
                    };
                    let (piece, others) = rest.split_at(take.min(rest.len()));
                    ours.update(piece, &mut out).unwrap();
                    rest = others;
                }
                assert!(out == expected, "{cipher:?} {seed}");
                assert_eq!(ours.finish(None), Ok(Vec::new()));
            }
        }
    }

    #[test]
    fn other_keys_and_vectors_are_refused() {
        assert!(CbcEncryptor::new(&[1; 17], &[2; 16]).is_none());
        assert!(CbcEncryptor::new(&[1; 32], &[2; 15]).is_none());
        let Some(mut cipher) = start(&[1; 16], &[2; 16]) else { return };
        assert!(cipher.additional_data(b"x").is_err());
        assert!(cipher.late_additional_data(b"x").is_err());
    }

    fn hex(text: &str) -> Vec<u8> {
        let digit = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn known_answers() {
        // FIPS 197, C: one block, which with a vector of zeros is what CBC begins with
        let plain = hex("00112233445566778899aabbccddeeff");
        let key: Vec<u8> = (0..32).collect();
        for (key_len, expected) in [
            (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (32, "8ea2b7ca516745bfeafc49904b496089"),
        ] {
            let Some(mut cipher) = start(&key[..key_len], &[0; 16]) else { return };
            let mut out = Vec::new();
            cipher.update(&plain, &mut out).unwrap();
            assert_eq!(out, hex(expected));
        }
        // NIST SP 800-38A, F.2.1, F.2.3 and F.2.5
        let iv = hex("000102030405060708090a0b0c0d0e0f");
        let plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
             30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        for (key, expected) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
                 73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
            ),
            (
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a\
                 571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
                 39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
            ),
        ] {
            let Some(mut cipher) = start(&hex(key), &iv) else { return };
            let mut out = Vec::new();
            cipher.update(&plain, &mut out).unwrap();
            assert_eq!(out, hex(expected));
        }
    }
}
