//! Base64 without vectors: the whole of it where the machine has none, and what is irregular everywhere.

use super::Wrap;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What an octet of base64 text is, if not a value under 64.
pub(super) const BAD: u8 = 255;
pub(super) const SPACE: u8 = 254;
pub(super) const PAD: u8 = 253;

/// The value of every octet of base64 text.
pub(super) const VALUES: [u8; 256] = {
    let mut values = [BAD; 256];
    let mut at = 0;
    while at < ALPHABET.len() {
        values[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    values[b' ' as usize] = SPACE;
    values[b'\t' as usize] = SPACE;
    values[b'\r' as usize] = SPACE;
    values[b'\n' as usize] = SPACE;
    values[b'=' as usize] = PAD;
    values
};

/// The two characters of every twelve bits.
const PAIRS: [[u8; 2]; 4096] = {
    let mut pairs = [[0; 2]; 4096];
    let mut at = 0;
    while at < pairs.len() {
        pairs[at] = [ALPHABET[at >> 6], ALPHABET[at & 63]];
        at += 1;
    }
    pairs
};

fn pair(bits: u32) -> [u8; 2] {
    PAIRS[(bits & 0xfff) as usize]
}

/// Appends the characters of some octets, with padding, without a line end.
pub(super) fn encode(octets: &[u8], out: &mut Vec<u8>) {
    let (groups, rest) = octets.as_chunks::<3>();
    for [a, b, c] in groups {
        let bits = u32::from_be_bytes([0, *a, *b, *c]);
        let ([w, x], [y, z]) = (pair(bits >> 12), pair(bits));
        out.extend_from_slice(&[w, x, y, z]);
    }
    match rest {
        [a] => {
            let [w, x] = pair(u32::from(*a) << 4);
            out.extend_from_slice(&[w, x, b'=', b'=']);
        }
        [a, b] => {
            let bits = u32::from_be_bytes([0, *a, *b, 0]);
            let ([w, x], [y, _]) = (pair(bits >> 12), pair(bits));
            out.extend_from_slice(&[w, x, y, b'=']);
        }
        _ => {}
    }
}

/// Appends whole lines.
pub(super) fn encode_lines(input: &[u8], wrap: Wrap, out: &mut Vec<u8>) {
    for octets in input.chunks_exact(wrap.octets()) {
        encode(octets, out);
        out.extend_from_slice(wrap.end());
    }
}

/// Appends the octets of whole groups of four characters, up to the first group that has anything else in it; gives
/// how many characters that were.
pub(super) fn decode_groups(input: &[u8], out: &mut Vec<u8>) -> usize {
    let (groups, _) = input.as_chunks::<4>();
    let mut done = 0;
    for group in groups {
        let [a, b, c, d] = group.map(|character| VALUES[usize::from(character)]);
        if a | b | c | d > 63 {
            break;
        }
        let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
        let [_, octets @ ..] = bits.to_be_bytes();
        out.extend_from_slice(&octets);
        done += 4;
    }
    done
}
