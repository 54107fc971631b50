//! Numbers as octets and as limbs of 52 bits.

use zeroize::{DefaultIsZeroes, Zeroizing};

/// The bits of a limb.
pub(super) const LIMB_BITS: u32 = 52;
/// The largest limb.
pub(super) const LIMB_MAX: u64 = (1 << LIMB_BITS) - 1;
/// The limbs of a block.
pub(super) const LANES: usize = 8;
/// More octets than any number has, with some to spare for reading limbs whole; two limbs have 13.
const OCTETS: usize = 544;

/// Eight limbs, the lowest first: what a register holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [u64; LANES]);

impl DefaultIsZeroes for Block {}

/// Reads a number from octets, the highest first.
pub(super) fn read<const Z: usize>(octets: &[u8]) -> [Block; Z] {
    let mut padded = Zeroizing::new([0; OCTETS]);
    let len = octets.len().min(OCTETS);
    padded[OCTETS - len..].copy_from_slice(&octets[octets.len() - len..]);
    let mut number = [Block::default(); Z];
    for (at, limb) in number.iter_mut().flat_map(|block| &mut block.0).enumerate() {
        let end = OCTETS - 13 * at / 2;
        if let Some(word) = padded[..end].last_chunk() {
            *limb = (u64::from_be_bytes(*word) >> (4 * (at % 2))) & LIMB_MAX;
        }
    }
    number
}

/// Writes a number, which must fit, as octets, the highest first.
pub(super) fn write<const Z: usize>(number: &[Block; Z], octets: &mut [u8]) {
    let mut padded = Zeroizing::new([0; OCTETS]);
    let mut end = OCTETS;
    for pair in number.iter().flat_map(|block| block.0.chunks_exact(2)) {
        let word = u128::from(pair[0]) | u128::from(pair[1]) << LIMB_BITS;
        if let Some(place) = padded[..end].last_chunk_mut() {
            *place = word.to_be_bytes();
        }
        end -= 13;
    }
    let len = octets.len().min(OCTETS);
    octets[..len].copy_from_slice(&padded[OCTETS - len..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        let octets: Vec<u8> = (0..512usize).map(|at| (at * at + at / 7 + 1) as u8).collect();
        let number = read::<10>(&octets);
        assert_eq!(number[0].0[0], u64::from_be_bytes(octets[504..].try_into().unwrap()) & LIMB_MAX);
        assert!(number.iter().flat_map(|block| block.0).all(|limb| limb <= LIMB_MAX));
        let mut again = vec![0xff; 512];
        write(&number, &mut again);
        assert_eq!(again, octets);
        let mut short = [0xff; 131];
        write(&read::<3>(&octets[381..]), &mut short);
        assert_eq!(short, octets[381..]);
    }
}
