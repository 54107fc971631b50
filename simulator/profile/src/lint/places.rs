//! Payloads found by a text that they have, such as a UUID: eight octets for each, for there may be hundreds of thousands.

use std::hash::{DefaultHasher, Hasher};

/// The places of payloads, by a digest of their text; what has the digest of another is told apart by whoever asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<(u32, u32)>);

impl Places {
    /// Notes the text of the payload at each place. Places beyond 2³² do not come: no document is so long.
    pub fn new<'t>(texts: impl Iterator<Item = (usize, &'t str)>) -> Places {
        let mut all: Vec<(u32, u32)> =
            texts.map(|(at, text)| (digest(text), u32::try_from(at).unwrap_or(u32::MAX))).collect();
        all.sort_unstable();
        Places(all)
    }

    /// The places that may have a text, case ignored, in order; some may have another.
    pub fn of(&self, text: &str) -> impl Iterator<Item = usize> {
        let wanted = digest(text);
        let from = self.0.partition_point(|(digest, _)| *digest < wanted);
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().take_while(move |(digest, _)| *digest == wanted).map(|(_, at)| *at as usize)
    }

    /// The places that may share a text, each group in order.
    pub fn groups(&self) -> impl Iterator<Item = Vec<usize>> {
        let groups = self.0.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
        groups.map(|group| group.iter().map(|(_, at)| *at as usize).collect())
    }
}

/// A digest of the small letters. Not one for which texts of the same digest are easily made: whoever asks looks at all of
/// those. It is never told, so another one in another version of the standard library changes nothing.
fn digest(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    let mut small = [0; 64];
    for piece in text.as_bytes().chunks(small.len()) {
        let Some(room) = small.get_mut(..piece.len()) else { continue };
        room.copy_from_slice(piece);
        room.make_ascii_lowercase();
        hasher.write(room);
    }
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_by_their_text() {
        let places = Places::new([(0, "A"), (2, "b"), (5, "a"), (7, "")].into_iter());
        assert_eq!(places.of("a").collect::<Vec<_>>(), [0, 5]);
        assert_eq!(places.of("B").collect::<Vec<_>>(), [2]);
        assert_eq!(places.of("c").count(), 0);
        assert_eq!(places.groups().collect::<Vec<_>>(), [[0, 5]]);
        assert_eq!(Places::default().of("a").count(), 0);
    }
}
