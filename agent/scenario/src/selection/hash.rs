//! The hash by which cases are spread.

/// A hash of a text that is the same on every machine and in every version: FNV-1a with 64 bits over the octets of the
/// UTF-8 text (offset 14695981039346656037, prime 1099511628211), then the finaliser of MurmurHash3 with 64 bits, so that
/// texts that differ in their last octet alone are spread too.
///
/// Sources: draft-eastlake-fnv, section 2; MurmurHash3, `fmix64`.
pub fn stable_hash(text: &str) -> u64 {
    let mut hash: u64 = 14_695_981_039_346_656_037;
    for octet in text.bytes() {
        hash = (hash ^ u64::from(octet)).wrapping_mul(1_099_511_628_211);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::stable_hash;

    /// Computed by a program of its own, in another language.
    #[test]
    fn the_hash_never_changes() {
        assert_eq!(stable_hash(""), 0xefd0_1f60_ba99_2926);
        assert_eq!(stable_hash("a"), 0x82a2_a958_a9be_ce5b);
        assert_eq!(stable_hash("sync/contacts-only[ios=17.5]"), 0x2683_2fe3_78f5_d69d);
    }
}
