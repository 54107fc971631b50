//! PKCS#1 v1.5 encryption padding, taken off without telling whether it was right (RFC 8017, 7.2.2; RFC 3218).

use std::hint::black_box;
use zeroize::Zeroizing;

/// The shortest padding string (RFC 8017, 7.2.1), with the two octets before it and the zero after it.
pub(crate) const OVERHEAD: usize = 11;

/// Gives the last `substitute.len()` octets of `block` if all before them is padding, else `substitute`.
///
/// The time depends on the two lengths only: every octet is looked at, and the result is chosen octet by octet
/// with a mask. `substitute` must be at least [`OVERHEAD`] octets shorter than `block`.
pub(crate) fn message_or(block: &[u8], substitute: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let split = block.len().checked_sub(substitute.len())?;
    if split < OVERHEAD {
        return None;
    }
    let (head, message) = block.split_at(split);
    let [zero, two, padding @ .., end] = head else { return None };
    let mut wrong = zero | (two ^ 2) | end;
    for octet in padding {
        wrong |= is_zero(*octet);
    }
    let mask = black_box(!is_zero(wrong)); // all ones when something is wrong
    let chosen = message.iter().zip(substitute).map(|(m, s)| (m & !mask) | (s & mask));
    Some(Zeroizing::new(chosen.collect()))
}

/// All ones for 0, else 0, without a branch.
pub(crate) fn is_zero(octet: u8) -> u8 {
    let n = u16::from(black_box(octet));
    (n.wrapping_sub(1) >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(message: &[u8]) -> Vec<u8> {
        let mut b = vec![0, 2];
        b.resize(64 - message.len() - 1, 0xA5);
        b.push(0);
        b.extend_from_slice(message);
        b
    }

    #[test]
    fn right_padding_gives_the_message() {
        let out = message_or(&block(b"0123456789abcdef"), &[0xEE; 16]).unwrap();
        assert_eq!(&out[..], b"0123456789abcdef");
    }

    #[test]
    fn every_wrong_octet_gives_the_substitute() {
        let good = block(b"0123456789abcdef");
        for i in 0..48 {
            for wrong in [0x00, 0x01, 0x02, 0xFF] {
                let mut bad = good.clone();
                bad[i] = wrong;
                let changes = match i {
                    0 | 47 => wrong != 0,
                    1 => wrong != 2,
                    _ => wrong == 0,
                };
                let out = message_or(&bad, &[0xEE; 16]).unwrap();
                assert_eq!(out[..] == [0xEE; 16], changes, "octet {i} = {wrong}");
            }
        }
    }

    #[test]
    fn another_message_length_gives_the_substitute() {
        let good = block(b"0123456789abcdef");
        assert_eq!(message_or(&good, &[0xEE; 15]).unwrap()[..], [0xEE; 15]);
        assert_eq!(message_or(&good, &[0xEE; 17]).unwrap()[..], [0xEE; 17]);
        assert!(message_or(&good, &[0; 53]).is_some());
        assert!(message_or(&good, &[0; 54]).is_none());
    }

    #[test]
    fn is_zero_over_all_octets() {
        for octet in 0..=255 {
            assert_eq!(is_zero(octet), if octet == 0 { 0xFF } else { 0 });
        }
    }
}
