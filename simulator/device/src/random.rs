//! The device's own randomness: a seeded ChaCha generator that is part of its snapshot.

use rand_chacha::ChaCha12Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

/// Random numbers of one device. Serialised as seed and position, so that a restored device goes on where the
/// snapshot was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeviceRandom {
    seed: u64,
    drawn: u64,
}

impl DeviceRandom {
    pub(crate) fn new(seed: u64) -> Self {
        DeviceRandom { seed, drawn: 0 }
    }

    /// The next 16 octets of the device's stream.
    pub(crate) fn block(&mut self) -> [u8; 16] {
        let mut rng = ChaCha12Rng::seed_from_u64(self.seed);
        rng.set_stream(self.drawn);
        self.drawn += 1;
        let mut block = [0; 16];
        rng.fill_bytes(&mut block);
        block
    }

    /// A random UUID in capitals, version 4 (RFC 9562, 5.4).
    pub(crate) fn uuid(&mut self) -> String {
        let mut b = self.block();
        b[6] = (b[6] & 0x0F) | 0x40;
        b[8] = (b[8] & 0x3F) | 0x80;
        let hex: String = b.iter().map(|x| format!("{x:02X}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restored_generator_goes_on_where_it_stopped() {
        let mut a = DeviceRandom::new(7);
        a.block();
        let text = serde_json::to_string(&a).unwrap();
        let mut b: DeviceRandom = serde_json::from_str(&text).unwrap();
        assert_eq!(a.block(), b.block());
        assert_ne!(a.block(), DeviceRandom::new(8).block());
    }
}
