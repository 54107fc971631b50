//! Base64 with AVX2: 24 octets and 32 characters at a time.
//!
//! Encoding spreads every three octets over four, moves the six-bit fields with two multiplications, and adds to each
//! value the distance of its range to ASCII, picked by a shuffle. Decoding classifies characters by their two nibbles
//! (a character is in the alphabet when the classes of both have no bit in common), adds the distance of the range
//! back, and packs with two multiply-adds. The method is that of W. Mula and D. Lemire, "Faster Base64 Encoding and
//! Decoding Using AVX2 Instructions" (2018).

use super::{AHEAD, Lines, Wrap};
use std::arch::x86_64::*;

/// How many octets may be written behind what is wanted.
pub(super) const SLACK: usize = 32;

/// Where every octet of a group of three goes, for octets that begin `skip` into a lane.
const fn spread(skip: u8) -> [u8; 16] {
    let mut out = [0; 16];
    let mut at = 0;
    while at < 4 {
        let first = 3 * at as u8 + skip;
        out[4 * at] = first + 1;
        out[4 * at + 1] = first;
        out[4 * at + 2] = first + 2;
        out[4 * at + 3] = first + 1;
        at += 1;
    }
    out
}

const SPREAD: [u8; 16] = spread(0);
/// For the last twelve octets of a line, read with the four in front of them so that no line is read past its end.
const SPREAD_LAST: [u8; 16] = spread(4);

#[target_feature(enable = "avx2")]
fn load(octets: &[u8; 16]) -> __m128i {
    // SAFETY: an unaligned load of the sixteen octets of the reference.
    unsafe { _mm_loadu_si128(octets.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn both(octets: &[u8; 16]) -> __m256i {
    _mm256_broadcastsi128_si256(load(octets))
}

/// The characters of octets that were spread.
#[target_feature(enable = "avx2")]
fn characters(spread: __m256i) -> __m256i {
    let high = _mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0_fc00));
    let high = _mm256_mulhi_epu16(high, _mm256_set1_epi32(0x0400_0040));
    let low = _mm256_and_si256(spread, _mm256_set1_epi32(0x003f_03f0));
    let low = _mm256_mullo_epi16(low, _mm256_set1_epi32(0x0100_0010));
    let values = _mm256_or_si256(high, low);
    // 0 for a..z, 1..10 for digits, 11 and 12 for the signs, 13 for A..Z
    let capital = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
    let range = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
    let range = _mm256_or_si256(range, _mm256_and_si256(capital, _mm256_set1_epi8(13)));
    const DIGIT: u8 = b'0'.wrapping_sub(52);
    const DISTANCE: [u8; 16] = [
        b'a' - 26,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        DIGIT,
        b'+'.wrapping_sub(62),
        b'/'.wrapping_sub(63),
        b'A',
        0,
        0,
    ];
    _mm256_add_epi8(values, _mm256_shuffle_epi8(both(&DISTANCE), range))
}

/// Writes whole lines; gives how many octets that are.
///
/// # Safety
///
/// `input` is whole lines of `wrap`, and `out` has room for as many encoded lines and [`SLACK`] octets more.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn encode_lines(input: &[u8], wrap: Wrap, out: *mut u8) -> usize {
    let (octets, text, end) = (wrap.octets(), wrap.characters(), wrap.end());
    let first = both(&SPREAD);
    let last = _mm256_inserti128_si256::<1>(both(&SPREAD), load(&SPREAD_LAST));
    let mut at = 0;
    for line in input.chunks_exact(octets) {
        let from = line.as_ptr();
        _mm_prefetch::<_MM_HINT_T0>(from.wrapping_add(AHEAD).cast());
        // SAFETY: a line has 48 or 57 octets. The loads of the first block end at 28, those of the second at 24 + 16
        // and `octets`; a line of 57 has its last 24 encoded once more, which ends at `octets` too, and its last
        // store at 76. No store goes further than the line's end and `SLACK`, and every line is written over by the
        // next.
        unsafe {
            let to = out.add(at);
            let pair = |low: usize, high: usize| {
                let low = _mm_loadu_si128(from.add(low).cast());
                _mm256_inserti128_si256::<1>(
                    _mm256_castsi128_si256(low),
                    _mm_loadu_si128(from.add(high).cast()),
                )
            };
            let block = characters(_mm256_shuffle_epi8(pair(0, 12), first));
            _mm256_storeu_si256(to.cast(), block);
            if octets == 57 {
                let block = characters(_mm256_shuffle_epi8(pair(24, 36), first));
                _mm256_storeu_si256(to.add(32).cast(), block);
            }
            let block = characters(_mm256_shuffle_epi8(pair(octets - 24, octets - 16), last));
            _mm256_storeu_si256(to.add(text - 32).cast(), block);
            std::ptr::copy_nonoverlapping(end.as_ptr(), to.add(text), end.len());
        }
        at += text + end.len();
    }
    at
}

/// The octets of 32 characters in the lower 24, and whether all the characters are in the alphabet.
#[target_feature(enable = "avx2")]
fn values(text: __m256i) -> (__m256i, bool) {
    // Classes of the low and of the high nibble: they share a bit when the character is not in the alphabet.
    const LOW: [u8; 16] =
        [0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a];
    const HIGH: [u8; 16] =
        [0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10];
    // From ASCII back to the value, by the high nibble; the slash is one less than its nibble says.
    const DISTANCE: [u8; 16] = [
        0,
        63u8.wrapping_sub(b'/'),
        62u8.wrapping_sub(b'+'),
        52u8.wrapping_sub(b'0'),
        0u8.wrapping_sub(b'A'),
        0u8.wrapping_sub(b'A'),
        26u8.wrapping_sub(b'a'),
        26u8.wrapping_sub(b'a'),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ];
    let slash = _mm256_set1_epi8(b'/' as i8);
    let high = _mm256_and_si256(_mm256_srli_epi32::<4>(text), _mm256_set1_epi8(0x0f));
    let low = _mm256_and_si256(text, _mm256_set1_epi8(0x0f));
    let good =
        _mm256_testz_si256(_mm256_shuffle_epi8(both(&LOW), low), _mm256_shuffle_epi8(both(&HIGH), high)) == 1;
    let range = _mm256_add_epi8(_mm256_cmpeq_epi8(text, slash), high);
    let values = _mm256_add_epi8(text, _mm256_shuffle_epi8(both(&DISTANCE), range));
    let pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x0140_0140));
    let groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001_1000));
    const PACK: [u8; 16] = [2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0x80, 0x80, 0x80, 0x80];
    let packed = _mm256_shuffle_epi8(groups, both(&PACK));
    (_mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7)), good)
}

/// Reads lines of one shape up to the first that is different; gives how many lines.
///
/// # Safety
///
/// `lines.width` is a multiple of 4 and at least 32, and `out` has room for the octets of all whole lines of `input`
/// and [`SLACK`] more.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn decode_lines(input: &[u8], lines: Lines<'_>, out: *mut u8) -> usize {
    let octets = lines.width / 4 * 3;
    let mut count = 0;
    for line in input.chunks_exact(lines.width + lines.end.len()) {
        let (text, end) = line.split_at(lines.width);
        _mm_prefetch::<_MM_HINT_T0>(text.as_ptr().wrapping_add(AHEAD).cast());
        let mut good = end == lines.end;
        let mut at = 0;
        while at < lines.width {
            // The last block ends with the line, over characters that the one before has read already.
            at = at.min(lines.width - 32);
            // SAFETY: `at` is at most `width - 32`, so the load stays inside the line; the store begins at three
            // quarters of it and its 24 octets stay inside the room for this line, the other 8 inside `SLACK`.
            let (block, all) = unsafe { values(_mm256_loadu_si256(text.as_ptr().add(at).cast())) };
            good &= all;
            // SAFETY: see above.
            unsafe { _mm256_storeu_si256(out.add(count * octets + at / 4 * 3).cast(), block) };
            at += 32;
        }
        if !good {
            break;
        }
        count += 1;
    }
    count
}
