//! RC4, for reading old files.

use smime::CryptoError;
use zeroize::Zeroizing;

/// Encrypts or decrypts in place, with a key of 1 to 256 octets.
pub(crate) fn apply(key: &[u8], data: &mut [u8]) -> Result<(), CryptoError> {
    if !(1..=256).contains(&key.len()) {
        return Err(CryptoError::BadLength);
    }
    let mut state: Zeroizing<[u8; 256]> = Zeroizing::new(std::array::from_fn(|n| n as u8));
    let mut other = 0_u8;
    for (place, part) in (0..=255_u8).zip(key.iter().cycle()) {
        other = other.wrapping_add(state[usize::from(place)]).wrapping_add(*part);
        state.swap(usize::from(place), usize::from(other));
    }
    let (mut place, mut other) = (0_u8, 0_u8);
    for octet in data {
        place = place.wrapping_add(1);
        let first = state[usize::from(place)];
        other = other.wrapping_add(first);
        let second = state[usize::from(other)];
        state.swap(usize::from(place), usize::from(other));
        *octet ^= state[usize::from(first.wrapping_add(second))];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        // RFC 6229, section 2: the first octets of the key streams of 40 and of 128 bits
        for (key, stream) in [
            (&[1, 2, 3, 4, 5][..], 0xb239_6305_f03d_c027_ccc3_524a_0a11_18a8_u128),
            (
                &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
                0x9ac7_cc9a_609d_1ef7_b293_2899_cde4_1b97,
            ),
        ] {
            let mut data = [0; 16];
            apply(key, &mut data).unwrap();
            assert_eq!(data, stream.to_be_bytes());
        }
    }

    #[test]
    fn keys_have_1_to_256_octets() {
        assert!(apply(&[7; 256], &mut [0]).is_ok());
        assert_eq!(apply(&[7; 257], &mut [0]), Err(CryptoError::BadLength));
        assert_eq!(apply(&[], &mut [0]), Err(CryptoError::BadLength));
    }
}
