//! AES-CBC. Encryption is in `encryptor`; here is decryption, whose blocks are independent of one
//! another, so that 32 of them are in flight at once.

mod encryptor;

pub(crate) use encryptor::CbcEncryptor;

use super::{BLOCK, PIECE, ROUND_KEYS, Schedule, Width, before_line, fence, through_caches};
use crate::pages::LargePages;
use smime::{BulkEncryptor, CryptoError};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// AES-CBC being decrypted.
pub(crate) struct CbcDecryptor {
    width: Width,
    key: Schedule,
    /// The last whole block of ciphertext, at first the initialisation vector.
    previous: [u8; BLOCK],
    held: Held,
    pages: LargePages,
}

/// A block that is not complete, and how much of it has arrived, which is less than a block.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
struct Held {
    block: [u8; BLOCK],
    begun: usize,
}

impl Held {
    /// Takes what is missing from the front of the input, if a block has been begun; gives the block once it is
    /// complete.
    fn complete(&mut self, input: &mut &[u8]) -> Option<[u8; BLOCK]> {
        if self.begun == 0 {
            return None;
        }
        let (head, rest) = input.split_at(input.len().min(BLOCK - self.begun));
        self.block[self.begun..][..head.len()].copy_from_slice(head);
        *input = rest;
        self.begun = (self.begun + head.len()) % BLOCK;
        (self.begun == 0).then_some(self.block)
    }

    /// Begins a block with the end of the input, if there is any.
    fn keep(&mut self, rest: &[u8]) {
        if !rest.is_empty() {
            self.block[..rest.len()].copy_from_slice(rest);
            self.begun = rest.len();
        }
    }

    fn is_empty(&self) -> bool {
        self.begun == 0
    }
}

impl CbcDecryptor {
    /// Starts decrypting; `None` when the processor has not the instructions, or there is no such key or vector.
    pub(crate) fn new(key: &[u8], iv: &[u8]) -> Option<CbcDecryptor> {
        Self::with_width(Width::detect()?, key, iv)
    }

    fn with_width(width: Width, key: &[u8], iv: &[u8]) -> Option<CbcDecryptor> {
        let previous = iv.try_into().ok()?;
        if !matches!(key.len(), 16 | 24 | 32) {
            return None;
        }
        // SAFETY: a width is only ever made by `detect`, which found AES among the processor's instructions; the key
        // has one of the lengths that there are.
        let key = unsafe { Schedule::expand(key).inverse() };
        Some(CbcDecryptor { width, key, previous, held: Held::default(), pages: LargePages::default() })
    }

    /// Decrypts whole blocks and appends them.
    fn blocks(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let len = input.len() / BLOCK * BLOCK;
        self.pages.reserve(out, len);
        let (through, past) = input[..len].split_at(through_caches(out, len));
        self.blocks_to(through, out, false);
        if !past.is_empty() {
            self.blocks_to(past, out, true);
            fence();
        }
    }

    /// Decrypts the whole blocks of what is held and of `inputs` behind it, for no more than `most` octets of which there is
    /// room, and appends them; holds the rest.
    fn segments(&mut self, inputs: &mut dyn Iterator<Item = &[u8]>, most: usize, out: &mut Vec<u8>) {
        let past = through_caches(out, most) == 0;
        let Some(room) = out.spare_capacity_mut().get_mut(..most) else { return };
        let (key, previous, held) = (&self.key, &mut self.previous, &mut self.held);
        // SAFETY: the width is that of the instructions, which were found in the processor. Every function gives how much of
        // `room` it wrote from its beginning on.
        unsafe {
            let len = match key.rounds {
                10 => decrypt_segments::<10>(key, previous, held, inputs, room, past),
                12 => decrypt_segments::<12>(key, previous, held, inputs, room, past),
                _ => decrypt_segments::<14>(key, previous, held, inputs, room, past),
            };
            out.set_len(out.len() + len);
        }
        if past {
            fence();
        }
    }

    /// Decrypts whole blocks and appends them, under `past` past the caches: then there must be a fence behind.
    fn blocks_to(&mut self, input: &[u8], out: &mut Vec<u8>, past: bool) {
        let len = input.len();
        let Some(last) = input.last_chunk() else { return };
        let Some(room) = out.spare_capacity_mut().get_mut(..len) else { return };
        let (key, previous) = (&self.key, &self.previous);
        // SAFETY: a width is only ever made by `detect`, which found its instructions in the processor. Every function
        // writes the whole of `room`, which has the length of the whole blocks.
        unsafe {
            match (self.width, key.rounds) {
                (Width::Bits512, 10) => decrypt_512::<10>(key, previous, input, room, past),
                (Width::Bits512, 12) => decrypt_512::<12>(key, previous, input, room, past),
                (Width::Bits512, _) => decrypt_512::<14>(key, previous, input, room, past),
                (Width::Bits256, 10) => decrypt_256::<10>(key, previous, input, room),
                (Width::Bits256, 12) => decrypt_256::<12>(key, previous, input, room),
                (Width::Bits256, _) => decrypt_256::<14>(key, previous, input, room),
            }
            out.set_len(out.len() + len);
        }
        self.previous = *last;
    }
}

impl BulkEncryptor for CbcDecryptor {
    fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("additional data with CBC"))
    }

    fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if let Some(block) = self.held.complete(&mut input) {
            self.blocks(&block, out);
        }
        self.blocks(input, out);
        self.held.keep(&input[input.len() / BLOCK * BLOCK..]);
        Ok(())
    }

    fn update_all(
        &mut self,
        inputs: &mut dyn Iterator<Item = &[u8]>,
        most: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        if self.width != Width::Bits512 {
            for input in inputs {
                self.update(input, out)?;
            }
            return Ok(());
        }
        let most = (self.held.begun + most) / BLOCK * BLOCK;
        self.pages.reserve(out, most);
        self.segments(inputs, most, out);
        Ok(())
    }

    fn finish(self: Box<Self>, _: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.held.is_empty() { Ok(Vec::new()) } else { Err(CryptoError::BadLength) }
    }
}

/// The octets of a vector, and how many are decrypted at once.
const VECTOR: usize = 64;
const AT_ONCE: usize = 8;
/// How far ahead the input is asked for when the result goes past the caches, in octets.
const AHEAD: usize = 8192;

/// Decrypts the whole blocks of `input`, which follow `previous`, into `out`, which has their length; a long piece to whole
/// lines if there can be any, and then under `past` past the caches: behind that there must be a fence.
#[target_feature(enable = "aes,vaes,avx512f")]
fn decrypt_512<const ROUNDS: usize>(
    key: &Schedule,
    previous: &[u8; BLOCK],
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
    past: bool,
) {
    assert!(input.len() >= out.len() && out.len().is_multiple_of(BLOCK));
    let mut keys = [_mm512_setzero_si512(); ROUND_KEYS];
    for (round, wide) in keys.iter_mut().enumerate().take(ROUNDS + 1) {
        *wide = _mm512_broadcast_i32x4(key.round(round));
    }
    // SAFETY: a load of the 16 octets of the array.
    let mut previous = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(previous.as_ptr().cast()) });
    let (mut input, mut out) = (&input[..out.len()], out);
    let before = before_line(out).filter(|_| out.len() >= PIECE);
    if let Some(last) = input[..before.unwrap_or_default()].last_chunk::<BLOCK>() {
        let (blocks, rest) = input.split_at(before.unwrap_or_default());
        let (place, room) = out.split_at_mut(blocks.len());
        decrypt_some::<ROUNDS, SOME>(&keys, previous, blocks, place);
        // SAFETY: a load of the 16 octets of the array.
        previous = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(last.as_ptr().cast()) });
        (input, out) = (rest, room);
    }
    if past && before.is_some() {
        while let Some((blocks, rest)) = input.split_at_checked(AT_ONCE * VECTOR) {
            let (place, room) = out.split_at_mut(AT_ONCE * VECTOR);
            previous = decrypt_some::<ROUNDS, PAST>(&keys, previous, blocks, place);
            (input, out) = (rest, room);
        }
    }
    while let Some((blocks, rest)) = input.split_at_checked(AT_ONCE * VECTOR) {
        let (place, room) = out.split_at_mut(AT_ONCE * VECTOR);
        previous = decrypt_some::<ROUNDS, FULL>(&keys, previous, blocks, place);
        (input, out) = (rest, room);
    }
    if !input.is_empty() {
        decrypt_some::<ROUNDS, SOME>(&keys, previous, input, out);
    }
}

/// Decrypts the whole blocks of `held` and of `inputs` behind it, which follow `last`, to the beginning of `out`, which is
/// not shorter, under `past` past the caches if there can be whole lines: behind that there must be a fence. Holds the rest,
/// leaves the last block in `last`, and gives how many octets it wrote.
///
/// What is left of an input for less than 32 blocks goes on with the beginning of the next, in a place of its own, so that
/// 32 blocks are decrypted at once, to whole lines, wherever inputs end.
#[target_feature(enable = "aes,vaes,avx512f,avx512bw")]
fn decrypt_segments<const ROUNDS: usize>(
    key: &Schedule,
    last: &mut [u8; BLOCK],
    held: &mut Held,
    inputs: &mut dyn Iterator<Item = &[u8]>,
    out: &mut [MaybeUninit<u8>],
    past: bool,
) -> usize {
    let most = out.len();
    let mut keys = [_mm512_setzero_si512(); ROUND_KEYS];
    for (round, wide) in keys.iter_mut().enumerate().take(ROUNDS + 1) {
        *wide = _mm512_broadcast_i32x4(key.round(round));
    }
    // SAFETY: a load of the 16 octets of the array.
    let mut previous = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(last.as_ptr().cast()) });
    let before = before_line(out).unwrap_or_default().min(out.len());
    let lines = past && before_line(out).is_some();
    let mut left = [0; AT_ONCE * VECTOR];
    // how many octets there are in that place, and how many there shall be: at first those in front of a line
    let (mut have, mut wanted) = (held.begun, if before > 0 { before } else { AT_ONCE * VECTOR });
    left[..have].copy_from_slice(&held.block[..have]);
    let (mut out, mut inputs) = (out, inputs.peekable());
    while let Some(mut input) = inputs.next() {
        while !input.is_empty() {
            if have == 0 && wanted == AT_ONCE * VECTOR {
                while let Some((blocks, rest)) = input.split_at_checked(AT_ONCE * VECTOR) {
                    let (place, room) = out.split_at_mut(AT_ONCE * VECTOR);
                    previous = match lines {
                        true => decrypt_some::<ROUNDS, PAST>(&keys, previous, blocks, place),
                        false => decrypt_some::<ROUNDS, FULL>(&keys, previous, blocks, place),
                    };
                    (input, out) = (rest, room);
                }
                let more = AT_ONCE * VECTOR - input.len();
                if let Some((head, rest)) = inputs.peek().and_then(|next| next.split_at_checked(more)) {
                    let (place, room) = out.split_at_mut(AT_ONCE * VECTOR);
                    previous = match lines {
                        true => decrypt_two::<ROUNDS, PAST>(&keys, previous, input, head, place),
                        false => decrypt_two::<ROUNDS, FULL>(&keys, previous, input, head, place),
                    };
                    inputs.next();
                    (input, out) = (rest, room);
                    continue;
                }
            }
            let (taken, rest) = input.split_at(input.len().min(wanted - have));
            left[have..have + taken.len()].copy_from_slice(taken);
            have += taken.len();
            input = rest;
            if have == wanted {
                let (place, room) = out.split_at_mut(have);
                previous = match (have == AT_ONCE * VECTOR, lines) {
                    (true, true) => decrypt_some::<ROUNDS, PAST>(&keys, previous, &left, place),
                    (true, false) => decrypt_some::<ROUNDS, FULL>(&keys, previous, &left, place),
                    _ => decrypt_last::<ROUNDS>(&keys, previous, &left[..have], place),
                };
                out = room;
                (have, wanted) = (0, AT_ONCE * VECTOR);
            }
        }
    }
    let (blocks, rest) = left[..have].split_at(have / BLOCK * BLOCK);
    let (place, out) = out.split_at_mut(blocks.len());
    previous = decrypt_last::<ROUNDS>(&keys, previous, blocks, place);
    // SAFETY: a store of 16 octets to the array.
    unsafe { _mm_storeu_si128(last.as_mut_ptr().cast(), _mm512_extracti32x4_epi32::<3>(previous)) };
    held.begun = 0;
    held.keep(rest);
    most - out.len()
}

/// Decrypts 32 blocks that end in another place than they begin in, as `HOW` says, which is not [`SOME`].
#[inline]
#[target_feature(enable = "vaes,avx512f,avx512bw")]
fn decrypt_two<const ROUNDS: usize, const HOW: u8>(
    keys: &[__m512i; ROUND_KEYS],
    mut previous: __m512i,
    begin: &[u8],
    end: &[u8],
    out: &mut [MaybeUninit<u8>],
) -> __m512i {
    assert!(begin.len() + end.len() == AT_ONCE * VECTOR && out.len() == AT_ONCE * VECTOR);
    assert!(HOW != PAST || before_line(out) == Some(0));
    let (first, behind) = (begin.as_ptr(), end.as_ptr().wrapping_sub(begin.len()));
    let mut blocks = [_mm512_setzero_si512(); AT_ONCE];
    for (n, blocks) in blocks.iter_mut().enumerate() {
        let from: *const i8 = first.wrapping_add(n * VECTOR).cast();
        let to: *const i8 = behind.wrapping_add(n * VECTOR).cast();
        if HOW == PAST {
            _mm_prefetch::<_MM_HINT_T0>(to.wrapping_add(AHEAD));
        }
        // SAFETY: the mask has the octets that are in `begin`, all others of the 512 are in `end`.
        *blocks = unsafe {
            match begin.len().saturating_sub(n * VECTOR) {
                0 => _mm512_loadu_si512(to.cast()),
                VECTOR.. => _mm512_loadu_si512(from.cast()),
                some => {
                    let mask = (1 << some) - 1;
                    _mm512_mask_loadu_epi8(_mm512_maskz_loadu_epi8(mask, from), !mask, to)
                }
            }
        };
    }
    let mut states = blocks.map(|blocks| _mm512_xor_si512(blocks, keys[0]));
    for key in &keys[1..ROUNDS] {
        for state in &mut states {
            *state = _mm512_aesdec_epi128(*state, *key);
        }
    }
    for (n, (state, blocks)) in states.into_iter().zip(blocks).enumerate() {
        let before = _mm512_alignr_epi64::<6>(blocks, previous);
        let plain = _mm512_xor_si512(_mm512_aesdeclast_epi128(state, keys[ROUNDS]), before);
        let place = out.as_mut_ptr().wrapping_add(n * VECTOR);
        // SAFETY: `out` has eight vectors. Past the caches each is a line, and the caller sets the fence.
        unsafe {
            match HOW {
                PAST => _mm512_stream_si512(place.cast(), plain),
                _ => _mm512_storeu_si512(place.cast(), plain),
            }
        }
        previous = blocks;
    }
    previous
}

/// Decrypts less than 32 whole blocks; gives the last of them in all places of a vector, or `previous` if there are none.
#[inline]
#[target_feature(enable = "aes,vaes,avx512f")]
fn decrypt_last<const ROUNDS: usize>(
    keys: &[__m512i; ROUND_KEYS],
    previous: __m512i,
    blocks: &[u8],
    out: &mut [MaybeUninit<u8>],
) -> __m512i {
    let Some(last) = blocks.last_chunk::<BLOCK>() else { return previous };
    decrypt_some::<ROUNDS, SOME>(keys, previous, blocks, out);
    // SAFETY: a load of the 16 octets of the array.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(last.as_ptr().cast()) })
}

/// How many blocks are decrypted at once, and where to: up to 32; exactly 32; exactly 32, past the caches, to whole lines.
const SOME: u8 = 0;
const FULL: u8 = 1;
const PAST: u8 = 2;

/// Decrypts up to 32 whole blocks, as `HOW` says, behind the last of the vector `previous`; gives the last vector. `out`
/// has the length of `input`. Behind those that went past the caches there must be a fence.
#[inline]
#[target_feature(enable = "vaes,avx512f")]
fn decrypt_some<const ROUNDS: usize, const HOW: u8>(
    keys: &[__m512i; ROUND_KEYS],
    mut previous: __m512i,
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
) -> __m512i {
    assert!(input.len() == out.len() && input.len() <= AT_ONCE * VECTOR);
    assert!(HOW == SOME || input.len() == AT_ONCE * VECTOR);
    assert!(HOW != PAST || before_line(out) == Some(0));
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    // Which words of eight octets a vector has; what is not there is neither read nor written.
    let mask = |n: usize| {
        let words = input.len().saturating_sub(n * VECTOR).min(VECTOR) / 8;
        ((1_u16 << words) - 1) as u8
    };
    let load = |n: usize| {
        let place: *const i64 = from.wrapping_add(n * VECTOR).cast();
        // SAFETY: 32 blocks are eight vectors in `input`; of fewer the mask says which words there are.
        unsafe {
            if HOW == SOME {
                _mm512_maskz_loadu_epi64(mask(n), place)
            } else {
                _mm512_loadu_si512(place.cast())
            }
        }
    };
    let mut states = [_mm512_setzero_si512(); AT_ONCE];
    for (n, state) in states.iter_mut().enumerate() {
        if HOW == PAST {
            _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(AHEAD + n * VECTOR).cast());
        }
        *state = _mm512_xor_si512(load(n), keys[0]);
    }
    for key in &keys[1..ROUNDS] {
        for state in &mut states {
            *state = _mm512_aesdec_epi128(*state, *key);
        }
    }
    for (n, state) in states.iter().enumerate() {
        let blocks = load(n);
        let before = _mm512_alignr_epi64::<6>(blocks, previous);
        let plain = _mm512_xor_si512(_mm512_aesdeclast_epi128(*state, keys[ROUNDS]), before);
        let place = to.wrapping_add(n * VECTOR);
        // SAFETY: as above, `out` being as long as `input`, of which it is no part. Past the caches each vector is a
        // line, and the caller sets the fence.
        unsafe {
            match HOW {
                PAST => _mm512_stream_si512(place.cast(), plain),
                FULL => _mm512_storeu_si512(place.cast(), plain),
                _ => _mm512_mask_storeu_epi64(place.cast(), mask(n), plain),
            }
        }
        previous = blocks;
    }
    previous
}

/// Decrypts the whole blocks of `input`, which follow `previous`, into `out`, which has their length.
#[target_feature(enable = "aes,vaes,avx2")]
fn decrypt_256<const ROUNDS: usize>(
    key: &Schedule,
    previous: &[u8; BLOCK],
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
) {
    const VECTOR: usize = 32;
    assert!(input.len() >= out.len() && out.len().is_multiple_of(BLOCK));
    let wide = |round| _mm256_broadcastsi128_si256(key.round(round));
    let (from, to) = (input.as_ptr(), out.as_mut_ptr());
    // From the second block on, the one before is in the input.
    let mut at = out.len().min(BLOCK);
    decrypt_128::<ROUNDS>(key, previous, &input[..at], &mut out[..at]);
    while at + AT_ONCE * VECTOR <= out.len() {
        let mut states = [_mm256_setzero_si256(); AT_ONCE];
        for (n, state) in states.iter_mut().enumerate() {
            // SAFETY: `at + 256 <= out.len()`, and `input` is not shorter.
            let block = unsafe { _mm256_loadu_si256(from.add(at + n * VECTOR).cast()) };
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
            // SAFETY: as above; at least one block lies in front. The store is within `out`, which is not part of
            // `input`.
            unsafe {
                let before = _mm256_loadu_si256(from.add(at - BLOCK + n * VECTOR).cast());
                _mm256_storeu_si256(to.add(at + n * VECTOR).cast(), _mm256_xor_si256(plain, before));
            }
        }
        at += AT_ONCE * VECTOR;
    }
    if let Some(previous) = input[..at].last_chunk() {
        decrypt_128::<ROUNDS>(key, previous, &input[at..], &mut out[at..]);
    }
}

/// Decrypts the whole blocks of `input`, which follow `previous`, into `out`, which has their length, one after the
/// other.
#[target_feature(enable = "aes")]
fn decrypt_128<const ROUNDS: usize>(
    key: &Schedule,
    previous: &[u8; BLOCK],
    input: &[u8],
    out: &mut [MaybeUninit<u8>],
) {
    let mut previous = previous;
    for (block, place) in input.as_chunks::<BLOCK>().0.iter().zip(out.as_chunks_mut::<BLOCK>().0) {
        // SAFETY: loads of 16 octets from arrays of as many, and a store to one.
        unsafe {
            let mut state = _mm_xor_si128(_mm_loadu_si128(block.as_ptr().cast()), key.round(0));
            for round in 1..ROUNDS {
                state = _mm_aesdec_si128(state, key.round(round));
            }
            let plain = _mm_aesdeclast_si128(state, key.round(ROUNDS));
            let before = _mm_loadu_si128(previous.as_ptr().cast());
            _mm_storeu_si128(place.as_mut_ptr().cast(), _mm_xor_si128(plain, before));
        }
        previous = block;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evp::{Cipher, Direction};
    use crate::vaes::{THROUGH, assert_untouched, octets, room};
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
    fn past_the_caches_it_is_the_same_and_nothing_else_is_written() {
        let mut out = Vec::new();
        for (cipher, key_len) in
            [(BulkCipher::Aes128Cbc, 16), (BulkCipher::Aes192Cbc, 24), (BulkCipher::Aes256Cbc, 32)]
        {
            for (n, taken) in [0, 1, 8, 16, 32, 48, 63, 64].into_iter().enumerate() {
                // The last begins in front of the bound.
                let taken = if n == 7 { THROUGH - 1000 } else { THROUGH + taken };
                let len = PIECE + n * 208 + key_len * BLOCK;
                let (key, iv, text) =
                    (octets(key_len, 3), octets(BLOCK, 4), octets(2 * len + 7 * BLOCK, n as u64));
                let mut reference = Cipher::new(cipher, Direction::Decrypt, &key, &iv).unwrap();
                let mut expected = Vec::new();
                reference.update(&text, &mut expected).unwrap();
                for width in widths() {
                    for piece in [text.len(), len, len + 5] {
                        room(&mut out, taken);
                        let mut cipher = CbcDecryptor::with_width(width, &key, &iv).unwrap();
                        for piece in text.chunks(piece) {
                            cipher.update(piece, &mut out).unwrap();
                        }
                        assert!(out[taken..] == expected, "{width:?} {key_len} {taken} {piece}");
                        assert_untouched(&mut out, taken);
                    }
                    // in several places at once, some of which are shorter than a line, or no whole blocks
                    for piece in [5, BLOCK, 3 * BLOCK, 500, 512, 4096, 5000 * BLOCK] {
                        for at_once in [2, 3, 24, usize::MAX] {
                            if at_once < 24 && piece < 500 {
                                continue;
                            }
                            room(&mut out, taken);
                            let mut cipher = CbcDecryptor::with_width(width, &key, &iv).unwrap();
                            // what is behind the first octets is not in whole blocks either
                            let (first, rest) = text.split_at(n);
                            cipher.update(first, &mut out).unwrap();
                            for pieces in rest.chunks(piece).collect::<Vec<_>>().chunks(at_once) {
                                let len = pieces.iter().map(|piece| piece.len()).sum();
                                cipher.update_all(&mut pieces.iter().copied(), len, &mut out).unwrap();
                            }
                            assert!(
                                out[taken..] == expected,
                                "{width:?} {key_len} {taken} {piece} {at_once}"
                            );
                            assert_untouched(&mut out, taken);
                        }
                    }
                }
            }
        }
        let text = octets(THROUGH + 100_000, 9);
        let mut reference =
            Cipher::new(BulkCipher::Aes128Cbc, Direction::Decrypt, &[1; 16], &[2; 16]).unwrap();
        let mut expected = Vec::new();
        reference.update(&text, &mut expected).unwrap();
        for width in widths() {
            room(&mut out, 0);
            let mut cipher = CbcDecryptor::with_width(width, &[1; 16], &[2; 16]).unwrap();
            cipher.update(&text, &mut out).unwrap();
            assert!(out == expected, "{width:?}");
            assert_untouched(&mut out, 0);
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
