//! Equal texts read once: keys and short strings come again and again in a large document.

use std::sync::Arc;

/// How many texts are remembered; one that falls on the place of another takes it.
const PLACES: usize = 4096;

/// The longest text that is remembered, in bytes: identifiers, host names and UUIDs are shorter.
const TEXT_BYTES_MAX: usize = 64;

/// The texts met last.
#[derive(Debug, Default)]
pub(super) struct Pool {
    places: Vec<Option<Arc<str>>>,
}

impl Pool {
    /// The text, shared with an equal one if that was met not long ago.
    pub fn shared(&mut self, text: &str) -> Arc<str> {
        if text.len() > TEXT_BYTES_MAX {
            return Arc::from(text);
        }
        if self.places.is_empty() {
            self.places.resize(PLACES, None);
        }
        let Some(place) = self.places.get_mut(hash(text) % PLACES) else { return Arc::from(text) };
        match place {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(place.insert(Arc::from(text))),
        }
    }
}

/// FNV-1a, the upper half folded into the lower (Fowler, Noll, Vo; draft-eastlake-fnv).
fn hash(text: &str) -> usize {
    let hash = text
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    (hash ^ (hash >> 32)) as u32 as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_shared_and_others_kept_apart() {
        let mut pool = Pool::default();
        let first = pool.shared("Host");
        assert!(Arc::ptr_eq(&first, &pool.shared("Host")));
        for n in 0..3 * PLACES {
            assert_eq!(*pool.shared(&n.to_string()), *n.to_string());
        }
        assert_eq!(pool.places.len(), PLACES);
        let long = "x".repeat(TEXT_BYTES_MAX + 1);
        assert!(!Arc::ptr_eq(&pool.shared(&long), &pool.shared(&long)));
        let most = "x".repeat(TEXT_BYTES_MAX);
        assert!(Arc::ptr_eq(&pool.shared(&most), &pool.shared(&most)));
    }
}
