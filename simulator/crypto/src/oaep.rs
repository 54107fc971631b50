//! OAEP's padding, taken off a block that was decrypted (RFC 8017, 7.1.2, step 3).
//!
//! That it is wrong is told, and nothing else: which octet is, above all whether it is the first, would give ciphertexts away
//! (Manger 2001). So the time depends on the lengths of the block and the label, on the hashes, and on whether all is right;
//! then it depends on the length of the message too, which whoever gets that learns.

use crate::digest::digest;
use crate::padding::is_zero;
use smime::{DigestAlgorithm, OaepParameters};
use std::hint::black_box;
use zeroize::Zeroizing;

/// Gives the message in a block; `None` when the padding is wrong, or the block is too short for the hash.
pub(crate) fn message(block: &[u8], parameters: &OaepParameters) -> Option<Zeroizing<Vec<u8>>> {
    let hash_len = parameters.digest.output_len();
    let (first, rest) = block.split_first()?;
    let (seed, data) = rest.split_at_checked(hash_len)?;
    if data.len() < hash_len + 1 {
        return None;
    }
    let (mut seed, mut data) = (Zeroizing::new(seed.to_vec()), Zeroizing::new(data.to_vec()));
    mask(parameters.mgf, &data, &mut seed);
    mask(parameters.mgf, &seed, &mut data);
    let (label_hash, padded) = data.split_at(hash_len);
    let mut wrong = *first;
    for (octet, right) in label_hash.iter().zip(digest(parameters.digest, &[&parameters.label])) {
        wrong |= octet ^ right;
    }
    // zeros, and a one in front of the message
    let (mut found, mut one_at) = (0, 0);
    for (at, octet) in padded.iter().enumerate() {
        let is_one = is_zero(octet ^ 1);
        wrong |= !(found | is_one | is_zero(*octet));
        one_at |= at & usize_mask(is_one & !found);
        found |= is_one;
    }
    wrong |= !found;
    (black_box(wrong) == 0).then(|| Zeroizing::new(padded[one_at + 1..].to_vec()))
}

/// Adds the mask that a seed generates (RFC 8017, B.2.1) modulo two.
fn mask(algorithm: DigestAlgorithm, seed: &[u8], octets: &mut [u8]) {
    for (counter, octets) in (0u32..).zip(octets.chunks_mut(algorithm.output_len())) {
        let hash = Zeroizing::new(digest(algorithm, &[seed, &counter.to_be_bytes()]));
        octets.iter_mut().zip(&*hash).for_each(|(octet, of_hash)| *octet ^= of_hash);
    }
}

/// All ones for all ones, 0 for 0.
fn usize_mask(mask: u8) -> usize {
    usize::from(mask & 1).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGESTS: [DigestAlgorithm; 5] = [
        DigestAlgorithm::Sha1,
        DigestAlgorithm::Sha224,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ];

    fn parameters(digest: DigestAlgorithm, mgf: DigestAlgorithm, label: &[u8]) -> OaepParameters {
        OaepParameters { digest, mgf, label: label.to_vec() }
    }

    /// The block with a first octet and the data behind the label's hash.
    fn block(parameters: &OaepParameters, first: u8, padded: &[u8]) -> Vec<u8> {
        let mut data = digest(parameters.digest, &[&parameters.label]);
        data.extend_from_slice(padded);
        let mut seed = vec![0x5a; parameters.digest.output_len()];
        mask(parameters.mgf, &seed, &mut data);
        mask(parameters.mgf, &data, &mut seed);
        [&[first][..], &seed, &data].concat()
    }

    #[test]
    fn messages_of_all_lengths_and_hashes() {
        for hash in DIGESTS {
            for mgf in DIGESTS {
                for label in [&b""[..], b"label"] {
                    let p = parameters(hash, mgf, label);
                    for len in [0, 1, 16, 100] {
                        let text: Vec<u8> = (0..len).collect();
                        for zeros in [0, 1, 60] {
                            let padded = [&vec![0; zeros][..], &[1], &text].concat();
                            let block = block(&p, 0, &padded);
                            assert_eq!(message(&block, &p).unwrap()[..], text);
                            let other = parameters(hash, mgf, b"other");
                            assert!(message(&block, &other).is_none());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_bit_that_is_wrong_is_the_same_refusal() {
        let p = parameters(DigestAlgorithm::Sha256, DigestAlgorithm::Sha1, b"");
        let padded = [&[0; 9][..], &[1], b"secret"].concat();
        for first in 1..=255 {
            assert!(message(&block(&p, first, &padded), &p).is_none());
        }
        for at in 0..10 {
            for octet in (0..=255).filter(|octet| *octet != padded[at]) {
                let mut padded = padded.clone();
                padded[at] = octet;
                // An earlier one is an earlier end of the zeros, of a longer message.
                let opened = message(&block(&p, 0, &padded), &p);
                assert_eq!(opened.is_some(), at < 9 && octet == 1, "{at} {octet}");
            }
        }
        let good = block(&p, 0, &padded);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            // The octets of the message itself are not protected: that is what they become.
            assert!(message(&bad, &p).is_none_or(|text| at >= good.len() - 6 && text.len() == 6), "{at}");
        }
    }

    #[test]
    fn what_has_no_end_or_is_too_short_is_refused() {
        let p = parameters(DigestAlgorithm::Sha1, DigestAlgorithm::Sha1, b"");
        for padded in [&[0; 20][..], &[0], &[]] {
            assert!(message(&block(&p, 0, padded), &p).is_none());
        }
        assert_eq!(message(&block(&p, 0, &[1]), &p).unwrap()[..], []);
        for len in 0..42 {
            assert!(message(&vec![0; len], &p).is_none());
        }
    }

    #[test]
    fn masks_are_widened() {
        assert_eq!((usize_mask(0xff), usize_mask(0)), (usize::MAX, 0));
    }
}
