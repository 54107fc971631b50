//! Numbers as octets and as limbs of 52 bits.

/// The bits of a limb.
pub(super) const LIMB_BITS: u32 = 52;
/// The largest limb.
pub(super) const LIMB_MAX: u64 = (1 << LIMB_BITS) - 1;
/// The limbs of a block.
pub(super) const LANES: usize = 8;
/// Eight limbs, the lowest first: what a register holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Block(pub(super) [u64; LANES]);

/// The octets of two limbs.
const PAIR: usize = 13;

/// Reads a number from octets, the highest first; what does not fit is left out.
pub(super) fn read<const Z: usize>(octets: &[u8], number: &mut [Block; Z]) {
    let mut octets = octets;
    for block in number {
        for pair in block.0.chunks_exact_mut(2) {
            // two limbs have 13 octets
            let word = match octets.last_chunk() {
                Some(word) => u128::from_be_bytes(*word),
                None => octets.iter().fold(0, |word, octet| word << 8 | u128::from(*octet)),
            };
            pair[0] = word as u64 & LIMB_MAX;
            pair[1] = (word >> LIMB_BITS) as u64 & LIMB_MAX;
            octets = &octets[..octets.len().saturating_sub(PAIR)];
        }
    }
}

/// Writes a number as octets, the highest first, as many as there are.
pub(super) fn write<const Z: usize>(number: &[Block; Z], octets: &mut [u8]) {
    let mut end = octets.len();
    for block in number {
        for pair in block.0.chunks_exact(2) {
            let low = pair[0] | pair[1] << LIMB_BITS;
            let high = pair[1] >> (u64::BITS - LIMB_BITS);
            match octets.get_mut(end.wrapping_sub(16)..end) {
                Some(place) => {
                    place[8..].copy_from_slice(&low.to_be_bytes());
                    place[..8].copy_from_slice(&high.to_be_bytes());
                }
                None => {
                    let word = (u128::from(high) << u64::BITS | u128::from(low)).to_be_bytes();
                    octets[..end].copy_from_slice(&word[word.len() - end..]);
                }
            }
            end = end.saturating_sub(PAIR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        let octets: Vec<u8> = (0..512usize).map(|at| (at * at + at / 7 + 1) as u8).collect();
        let mut number = [Block::default(); 10];
        read(&octets, &mut number);
        assert_eq!(number[0].0[0], u64::from_be_bytes(octets[504..].try_into().unwrap()) & LIMB_MAX);
        assert!(number.iter().flat_map(|block| block.0).all(|limb| limb <= LIMB_MAX));
        let mut again = vec![0xff; 512];
        write(&number, &mut again);
        assert_eq!(again, octets);
        let mut short = [0xff; 131];
        let mut number = [Block::default(); 3];
        read(&octets[381..], &mut number);
        write(&number, &mut short);
        assert_eq!(short, octets[381..]);
    }
}
