//! Base64 with AVX-512 VBMI: 48 octets and 64 characters at a time.
//!
//! The alphabet fits one register and the values of ASCII two, so that a character is one permutation; the six-bit
//! fields move by one multi-shift.

use super::scalar::VALUES;
use super::{AHEAD, Lines, Wrap};
use std::arch::x86_64::*;

/// How many octets may be written behind what is wanted.
pub(super) const SLACK: usize = 64;

const ALPHABET: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Where every octet of a group of three goes.
const SPREAD: [u8; 64] = {
    let mut out = [0; 64];
    let mut at = 0;
    while at < 16 {
        let first = 3 * at as u8;
        out[4 * at] = first + 1;
        out[4 * at + 1] = first;
        out[4 * at + 2] = first + 2;
        out[4 * at + 3] = first + 1;
        at += 1;
    }
    out
};

/// The values of ASCII, 128 for what is not in the alphabet.
const ASCII: [[u8; 64]; 2] = {
    let mut out = [[128; 64]; 2];
    let mut at = 0;
    while at < 128 {
        if VALUES[at] < 64 {
            out[at / 64][at % 64] = VALUES[at];
        }
        at += 1;
    }
    out
};

/// Where the 48 octets are after the multiply-adds.
const PACK: [u8; 64] = {
    let mut out = [0; 64];
    let mut at = 0;
    while at < 16 {
        let first = 4 * at as u8;
        out[3 * at] = first + 2;
        out[3 * at + 1] = first + 1;
        out[3 * at + 2] = first;
        at += 1;
    }
    out
};

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn load(octets: &[u8; 64]) -> __m512i {
    // SAFETY: an unaligned load of the 64 octets of the reference.
    unsafe { _mm512_loadu_si512(octets.as_ptr().cast()) }
}

/// Writes whole lines; gives how many octets that are.
///
/// # Safety
///
/// `input` is whole lines of `wrap`, and `out` has room for as many encoded lines and [`SLACK`] octets more.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) unsafe fn encode_lines(input: &[u8], wrap: Wrap, out: *mut u8) -> usize {
    // SAFETY: what is asked for is what the caller warrants.
    unsafe {
        match wrap {
            Wrap::Mime => encode::<57, 2>(input, *b"\r\n", out),
            Wrap::Pem => encode::<48, 1>(input, *b"\n", out),
        }
    }
}

/// Writes lines of so many octets, at least 48, with an end that the compiler knows the length of.
///
/// # Safety
///
/// `input` is whole lines, and `out` has room for as many encoded lines and [`SLACK`] octets more.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
unsafe fn encode<const OCTETS: usize, const END: usize>(input: &[u8], end: [u8; END], out: *mut u8) -> usize {
    let text = const { OCTETS / 3 * 4 };
    let (spread, alphabet) = (load(&SPREAD), load(&ALPHABET));
    // 24 bits of every group lie in octets 1, 0, 2, 1: fields at 10, 4, 22, 16.
    let shifts = _mm512_set1_epi64(0x3036_242a_1016_040a);
    let characters = |octets: __m512i| {
        let fields = _mm512_multishift_epi64_epi8(shifts, _mm512_permutexvar_epi8(spread, octets));
        _mm512_permutexvar_epi8(fields, alphabet)
    };
    const FIRST_48: __mmask64 = (1 << 48) - 1;
    let mut at = 0;
    for line in input.chunks_exact(OCTETS) {
        let from = line.as_ptr();
        _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(AHEAD).cast());
        // SAFETY: masked loads read 48 octets, from the line's beginning and up to its end; a line has at least as many.
        // The stores are of 64 characters inside the line's text; the line's end goes behind it.
        unsafe {
            let to = out.add(at);
            let block = characters(_mm512_maskz_loadu_epi8(FIRST_48, from.cast()));
            _mm512_storeu_si512(to.cast(), block);
            if OCTETS > 48 {
                let block = characters(_mm512_maskz_loadu_epi8(FIRST_48, from.add(OCTETS - 48).cast()));
                _mm512_storeu_si512(to.add(text - 64).cast(), block);
            }
            to.add(text).cast::<[u8; END]>().write(end);
        }
        at += text + END;
    }
    at
}

/// Reads lines of one shape up to the first that is different; gives how many lines.
///
/// # Safety
///
/// `lines.width` is a multiple of 4 and at least 64, and `out` has room for the octets of all whole lines of `input`
/// and [`SLACK`] more.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) unsafe fn decode_lines(input: &[u8], lines: Lines<'_>, out: *mut u8) -> usize {
    let octets = lines.width / 4 * 3;
    let (low, high, pack) = (load(&ASCII[0]), load(&ASCII[1]), load(&PACK));
    let mut count = 0;
    for line in input.chunks_exact(lines.width + lines.end.len()) {
        let (text, end) = line.split_at(lines.width);
        _mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(AHEAD).cast());
        // The top bit of a character or of its value: not ASCII, or not in the alphabet.
        let mut wrong = _mm512_setzero_si512();
        let mut at = 0;
        while at < lines.width {
            // The last block ends with the line, over characters that the one before has read already.
            at = at.min(lines.width - 64);
            // SAFETY: `at` is at most `width - 64`, so the load stays inside the line; the store begins at three
            // quarters of it and its 48 octets stay inside the room for this line, the other 16 inside `SLACK`.
            unsafe {
                let characters = _mm512_loadu_si512(text.as_ptr().add(at).cast());
                let values = _mm512_permutex2var_epi8(low, characters, high);
                wrong = _mm512_ternarylogic_epi32::<0xfe>(wrong, characters, values);
                let pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x0140_0140));
                let groups = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x0001_1000));
                let block = _mm512_permutexvar_epi8(pack, groups);
                _mm512_storeu_si512(out.add(count * octets + at / 4 * 3).cast(), block);
            }
            at += 64;
        }
        if _mm512_movepi8_mask(wrong) != 0 || end != lines.end {
            break;
        }
        count += 1;
    }
    count
}
