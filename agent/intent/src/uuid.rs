//! Payload UUIDs that are the same each time, made of names.
//!
//! A UUID is the 128-bit FNV-1a hash of the byte string `handset` 00, followed by each part and
//! a byte 00, with the version set to 8 and the variant to the one of RFC 9562 (section 5.8), in
//! upper case. It identifies; it protects nothing. Two lists of parts that differ give two UUIDs
//! as long as no part contains a zero byte, which the names of a policy do not.

const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// Returns the UUID of a list of parts, in upper case.
///
/// The same parts give the same UUID in every process and release.
#[must_use]
pub fn stable_uuid(parts: &[&str]) -> String {
    let mut hash = OFFSET;
    for part in std::iter::once(&"handset").chain(parts) {
        for byte in part.bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    hash = hash & !(0xf << 76) | 0x8 << 76;
    hash = hash & !(0x3 << 62) | 0x2 << 62;
    let digits = format!("{hash:032X}");
    let (a, rest) = digits.split_at(8);
    let (b, rest) = rest.split_at(4);
    let (c, rest) = rest.split_at(4);
    let (d, e) = rest.split_at(4);
    format!("{a}-{b}-{c}-{d}-{e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_that_of_version_eight() {
        let uuid = stable_uuid(&["identity", "Signing"]);
        let groups: Vec<&str> = uuid.split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(uuid.bytes().all(|b| b == b'-' || b.is_ascii_digit() || b.is_ascii_uppercase()));
        assert!(groups[2].starts_with('8'));
        assert!(groups[3].starts_with(['8', '9', 'A', 'B']));
    }

    #[test]
    fn parts_are_kept_apart_and_the_value_is_stable() {
        assert_ne!(stable_uuid(&["ab", "c"]), stable_uuid(&["a", "bc"]));
        assert_ne!(stable_uuid(&["a"]), stable_uuid(&["a", ""]));
        assert_eq!(stable_uuid(&["a"]), stable_uuid(&["a"]));
    }
}
