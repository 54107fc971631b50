//! Ephemeral-static ECDH for content keys (RFC 5753): the derivation of the key-encryption key.

use super::oid;
use crate::tlv::write;
use crate::{CryptoProvider, DigestAlgorithm};
use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

/// The hash of the key derivation that an agreement scheme uses (RFC 5753, 7.1.4).
pub(super) fn derivation_digest(scheme: ObjectIdentifier) -> Option<DigestAlgorithm> {
    match scheme {
        oid::STD_DH_SHA1_KDF | oid::COFACTOR_DH_SHA1_KDF => Some(DigestAlgorithm::Sha1),
        oid::STD_DH_SHA224_KDF | oid::COFACTOR_DH_SHA224_KDF => Some(DigestAlgorithm::Sha224),
        oid::STD_DH_SHA256_KDF | oid::COFACTOR_DH_SHA256_KDF => Some(DigestAlgorithm::Sha256),
        oid::STD_DH_SHA384_KDF | oid::COFACTOR_DH_SHA384_KDF => Some(DigestAlgorithm::Sha384),
        oid::STD_DH_SHA512_KDF | oid::COFACTOR_DH_SHA512_KDF => Some(DigestAlgorithm::Sha512),
        _ => None,
    }
}

/// The scheme of a key derivation with this hash; the curves have no cofactor to multiply with.
pub(super) fn scheme(digest: DigestAlgorithm) -> ObjectIdentifier {
    match digest {
        DigestAlgorithm::Sha1 => oid::STD_DH_SHA1_KDF,
        DigestAlgorithm::Sha224 => oid::STD_DH_SHA224_KDF,
        DigestAlgorithm::Sha256 => oid::STD_DH_SHA256_KDF,
        DigestAlgorithm::Sha384 => oid::STD_DH_SHA384_KDF,
        DigestAlgorithm::Sha512 => oid::STD_DH_SHA512_KDF,
    }
}

/// Derives the key-encryption key of `key_bits` from an agreed secret (ANSI X9.63 as in RFC 5753, 7.2). `wrap` is the
/// AlgorithmIdentifier of the key wrap as it stands in the message.
pub(super) fn key_encryption_key(
    crypto: &dyn CryptoProvider,
    digest: DigestAlgorithm,
    shared: &[u8],
    wrap: &[u8],
    user_keying_material: Option<&[u8]>,
    key_bits: u16,
) -> Zeroizing<Vec<u8>> {
    let info = shared_info(wrap, user_keying_material, key_bits);
    let length = usize::from(key_bits / 8);
    let mut key = Zeroizing::new(Vec::with_capacity(length + 64));
    let mut counter = 1u32;
    while key.len() < length {
        let block = Zeroizing::new(crypto.digest(digest, &[shared, &counter.to_be_bytes(), &info]));
        if block.is_empty() {
            break;
        }
        key.extend_from_slice(&block);
        counter += 1;
    }
    key.truncate(length);
    key
}

/// ECC-CMS-SharedInfo (RFC 5753, 7.2).
fn shared_info(wrap: &[u8], user_keying_material: Option<&[u8]>, key_bits: u16) -> Vec<u8> {
    let keying_material = user_keying_material.unwrap_or_default();
    let mut out = Vec::with_capacity(wrap.len() + keying_material.len() + 32);
    write::nest(&mut out, 0x30, |out| {
        out.extend_from_slice(wrap);
        if let Some(octets) = user_keying_material {
            write::nest(out, 0xa0, |out| write::append(out, 0x04, octets));
        }
        write::nest(out, 0xa2, |out| write::append(out, 0x04, &u32::from(key_bits).to_be_bytes()));
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_info_is_the_structure_of_the_standard() {
        assert_eq!(shared_info(&[0x30, 0], None, 256), [0x30, 10, 0x30, 0, 0xa2, 6, 4, 4, 0, 0, 1, 0]);
        assert_eq!(
            shared_info(&[0x30, 0], Some(&[9]), 128),
            [0x30, 15, 0x30, 0, 0xa0, 3, 4, 1, 9, 0xa2, 6, 4, 4, 0, 0, 0, 128]
        );
    }
}
