//! AES-CBC and decrypting AES-GCM with the vector instructions of newer x86-64 processors (VAES, VPCLMULQDQ).
//!
//! aws-lc decrypts CBC with one block per instruction; here it is four, which on a Zen 5 is four times as fast, and the
//! `aes` and `cbc` crates (0.9, 0.2) were no faster than aws-lc. Encrypting CBC takes no more than AES-NI and AVX, and
//! is one cycle in 41 faster than aws-lc. Its GCM has the same instructions, but ours decrypts a fifth to a quarter faster
//! there. Other processors go on with aws-lc, as does valgrind with what it does not know, and so does encrypting GCM
//! everywhere. `benches/README.md` has the numbers.
//!
//! A result that is written is first read into the caches, and pushes out of them what is there. Where it is too long to
//! stay until its end, that is for nothing: 10 MiB decrypted to 10 MiB are bounded by the traffic between caches. Such
//! results go past the caches (non-temporal stores), which takes 10 to 20 % less time. Who reads all of them at once does
//! not win: with 32 MiB of third-level cache for himself he waits for memory as long as was saved, or longer.
//! `through_caches` has the bounds. All results are written in whole lines of the caches where their place allows it.
//!
//! The time depends on lengths and places alone: there are no tables and no branches on keys or texts. Keys and what is
//! derived from them are wiped when dropped; copies that the compiler leaves in vector registers are not.
#![allow(unsafe_code)]

mod cbc;
mod gcm;

pub(crate) use cbc::{CbcDecryptor, CbcEncryptor};
pub(crate) use gcm::GcmDecryptor;

use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use zeroize::Zeroizing;

/// The length of a block.
const BLOCK: usize = 16;
/// The words of a block and of a round key.
const WORDS: usize = 4;
/// The most round keys there are (AES-256; FIPS 197, 5).
const ROUND_KEYS: usize = 15;

/// The octets of a line of the caches, and of a vector of 512 bits.
const LINE: usize = 64;
/// The room for a result from which on it is long: eight times the second-level cache of a Zen 5, and with its source half
/// of the third-level one.
const LONG: usize = 8 << 20;
/// How much of a long result goes through the caches before the rest goes past them. Who takes a result away piece by
/// piece leaves less than this in it, however much room there is, and so always finds his pieces in the caches.
const THROUGH: usize = 1 << 20;
/// The shortest piece that goes past the caches, since there is a fence behind each. For shorter ones it is not worth the
/// while either to look for the beginning of a line, which CBC would do for nothing else.
const PIECE: usize = 32 << 10;

/// How many of the next `len` octets of a result, whole blocks, go through the caches; those behind them go past them.
/// The room for all is there.
fn through_caches(out: &Vec<u8>, len: usize) -> usize {
    if out.capacity() < LONG || len < PIECE {
        len
    } else {
        THROUGH.saturating_sub(out.len()).next_multiple_of(BLOCK).min(len)
    }
}

/// Brings what went past the caches in front of all that is written afterwards.
fn fence() {
    // SAFETY: every x86-64 has the instruction.
    unsafe { _mm_sfence() }
}

/// How many octets lie in front of the first line that begins in `out`; `None` where no blocks lead to one.
fn before_line(out: &[MaybeUninit<u8>]) -> Option<usize> {
    let before = out.as_ptr().addr().wrapping_neg() % LINE;
    before.is_multiple_of(BLOCK).then_some(before)
}

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
            true if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") => {
                Some(Width::Bits512)
            }
            true if is_x86_feature_detected!("avx2") => Some(Width::Bits256),
            _ => None,
        }
    }
}

/// The round keys in the order in which they are used.
struct Schedule {
    words: Zeroizing<[u32; WORDS * ROUND_KEYS]>,
    rounds: usize,
}

impl Schedule {
    /// Expands a key of 16, 24 or 32 octets (FIPS 197, 5.2). Substitution is an instruction, so no table is read.
    #[target_feature(enable = "aes")]
    fn expand(key: &[u8]) -> Schedule {
        let mut schedule =
            Schedule { words: Zeroizing::new([0; WORDS * ROUND_KEYS]), rounds: key.len() / 4 + 6 };
        for (word, octets) in schedule.words.iter_mut().zip(key.as_chunks().0) {
            *word = u32::from_le_bytes(*octets);
        }
        match schedule.rounds {
            10 => schedule.expand_128(),
            12 => schedule.expand_192(),
            _ => schedule.expand_256(),
        }
        schedule
    }

    /// Expands the four words that are there.
    #[target_feature(enable = "aes")]
    fn expand_128(&mut self) {
        let mut key = self.round(0);
        macro_rules! expand {
            ($($round:literal: $constant:literal)*) => {
                $(
                    key = turned::<$constant>(key, key);
                    self.put_round($round, key);
                )*
            };
        }
        expand!(1: 0x01 2: 0x02 3: 0x04 4: 0x08 5: 0x10 6: 0x20 7: 0x40 8: 0x80 9: 0x1b 10: 0x36);
    }

    /// Expands the six words that are there, which do not fit the round keys: word by word.
    #[target_feature(enable = "aes")]
    fn expand_192(&mut self) {
        const LENGTH: usize = 6;
        let words = &mut self.words[..WORDS * (12 + 1)];
        for at in LENGTH..words.len() {
            let mut word = words[at - 1];
            if at % LENGTH == 0 {
                word = substitute(word).rotate_right(8) ^ (1 << (at / LENGTH - 1));
            }
            words[at] = words[at - LENGTH] ^ word;
        }
    }

    /// Expands the eight words that are there.
    #[target_feature(enable = "aes")]
    fn expand_256(&mut self) {
        let (mut even, mut odd) = (self.round(0), self.round(1));
        macro_rules! expand {
            ($($round:literal: $constant:literal)*) => {
                $(
                    even = turned::<$constant>(even, odd);
                    self.put_round($round, even);
                    odd = straight(odd, even);
                    self.put_round($round + 1, odd);
                )*
            };
        }
        expand!(2: 0x01 4: 0x02 6: 0x04 8: 0x08 10: 0x10 12: 0x20);
        self.put_round(14, turned::<0x40>(even, odd));
    }

    /// The round keys of the equivalent inverse cipher (FIPS 197, 5.3.5).
    #[target_feature(enable = "aes")]
    fn inverse(mut self) -> Schedule {
        let (keys, _) = self.words.as_chunks_mut::<WORDS>();
        let keys = &mut keys[..=self.rounds];
        keys.reverse();
        for key in &mut keys[1..self.rounds] {
            // SAFETY: a load and a store of the 16 octets of an array.
            unsafe {
                let mixed = _mm_aesimc_si128(_mm_loadu_si128(key.as_ptr().cast()));
                _mm_storeu_si128(key.as_mut_ptr().cast(), mixed);
            }
        }
        self
    }

    /// # Panics
    ///
    /// When there is no such round key.
    #[target_feature(enable = "aes")]
    fn round(&self, round: usize) -> __m128i {
        let key = &self.words[WORDS * round..][..WORDS];
        // SAFETY: a load of the 16 octets of as many words as were just counted.
        unsafe { _mm_loadu_si128(key.as_ptr().cast()) }
    }

    /// # Panics
    ///
    /// When there is no such round key.
    #[target_feature(enable = "aes")]
    fn put_round(&mut self, round: usize, key: __m128i) {
        let place = &mut self.words[WORDS * round..][..WORDS];
        // SAFETY: a store to the 16 octets of as many words as were just counted.
        unsafe { _mm_storeu_si128(place.as_mut_ptr().cast(), key) }
    }
}

/// Four words of an expanded key from those that lie as far back as the key is long, and the four in front of them, of
/// which the last is turned and substituted, and a constant added.
#[inline]
#[target_feature(enable = "aes")]
fn turned<const CONSTANT: i32>(back: __m128i, front: __m128i) -> __m128i {
    _mm_xor_si128(sums(back), _mm_shuffle_epi32::<0xff>(_mm_aeskeygenassist_si128::<CONSTANT>(front)))
}

/// Four words likewise, in the middle of a key of eight: the last in front is substituted and no more.
#[inline]
#[target_feature(enable = "aes")]
fn straight(back: __m128i, front: __m128i) -> __m128i {
    _mm_xor_si128(sums(back), _mm_shuffle_epi32::<0xaa>(_mm_aeskeygenassist_si128::<0>(front)))
}

/// The sums of one, two, three and four words.
#[inline]
#[target_feature(enable = "aes")]
fn sums(words: __m128i) -> __m128i {
    let pairs = _mm_xor_si128(words, _mm_slli_si128::<4>(words));
    _mm_xor_si128(pairs, _mm_slli_si128::<8>(pairs))
}

/// Puts each octet of a word through the S-box.
#[target_feature(enable = "aes")]
fn substitute(word: u32) -> u32 {
    let through = _mm_aeskeygenassist_si128::<0>(_mm_set1_epi32(word.cast_signed()));
    _mm_cvtsi128_si32(through).cast_unsigned()
}

/// What stands in a room for results before they come.
#[cfg(test)]
const EMPTY: u8 = 0xA5;

/// Room for a long result, of which some octets are taken, cut from what was one before.
#[cfg(test)]
fn room(before: &mut Vec<u8>, taken: usize) {
    if before.capacity() == 0 {
        *before = vec![EMPTY; LONG];
    }
    before.fill(EMPTY);
    before.truncate(taken);
}

/// Asserts that nothing was written to a room but a result.
#[cfg(test)]
fn assert_untouched(room: &mut Vec<u8>, taken: usize) {
    let len = room.len();
    assert_eq!(room.capacity(), LONG);
    // SAFETY: all of the room was written when it was made.
    unsafe { room.set_len(LONG) };
    assert!(room[..taken].iter().chain(&room[len..]).all(|octet| *octet == EMPTY), "{taken} {len}");
    room.truncate(len);
}

/// Octets that look random and are the same each time.
#[cfg(test)]
pub(crate) fn octets(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..len).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_pieces_of_long_results_go_past_the_caches() {
        let through = |room: usize, taken: usize, len: usize| {
            let mut out = Vec::with_capacity(room);
            out.resize(taken, 0);
            through_caches(&out, len)
        };
        assert_eq!(through(LONG, THROUGH, PIECE), 0);
        assert_eq!(through(LONG - 1, THROUGH, PIECE), PIECE);
        assert_eq!(through(LONG, THROUGH, PIECE - BLOCK), PIECE - BLOCK);
        assert_eq!(through(LONG, THROUGH - BLOCK, PIECE), BLOCK);
        assert_eq!(through(LONG, THROUGH - BLOCK - 1, PIECE), 2 * BLOCK);
        assert_eq!(through(LONG, 0, PIECE), PIECE);
        assert_eq!(through(LONG, 0, LONG), THROUGH);
    }

    #[test]
    fn lines_begin_at_their_multiples() {
        #[repr(align(64))]
        struct Lines([MaybeUninit<u8>; 2 * LINE]);
        let lines = Lines([const { MaybeUninit::uninit() }; 2 * LINE]);
        let found: Vec<_> = (0..=LINE).filter_map(|at| Some((at, before_line(&lines.0[at..])?))).collect();
        assert_eq!(found, [(0, 0), (16, 48), (32, 32), (48, 16), (64, 0)]);
    }
}
