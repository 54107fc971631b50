//! Public keys that were read lately.
//!
//! Reading an RSA key and computing what its arithmetic needs takes a sixth of an operation with it, and the same few
//! keys come again: the issuers of all signers, the recipients of all messages. Only public keys are kept.

use super::public::PublicKey;
use smime::CryptoError;
use std::sync::{Arc, Mutex, PoisonError};

/// How many keys are kept.
const KEYS: usize = 16;
/// The longest encoding that is kept, in octets; RSA-4096 has 550.
const SPKI_MAX: usize = 2048;

/// A key with its encoding.
type Known = (Box<[u8]>, Arc<PublicKey>);

/// The keys, the one used last in front.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// The key of a DER SubjectPublicKeyInfo.
pub(crate) fn public_key(spki: &[u8]) -> Result<Arc<PublicKey>, CryptoError> {
    {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = known.iter().position(|(encoding, _)| **encoding == *spki) {
            known[..=at].rotate_right(1);
            return Ok(Arc::clone(&known[0].1));
        }
    }
    let key = Arc::new(PublicKey::from_spki(spki)?);
    if spki.len() <= SPKI_MAX {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.truncate(KEYS - 1);
        known.insert(0, (spki.into(), Arc::clone(&key)));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AwsLc;
    use smime::{CryptoProvider, Curve, PublicKeyAlgorithm};

    #[test]
    fn the_same_encoding_is_the_same_key_and_others_push_it_out() {
        let spki = || {
            let key = AwsLc.generate_key(PublicKeyAlgorithm::Ec(Curve::P256)).unwrap();
            AwsLc.load_key(&key).unwrap().public_key()
        };
        let first = spki();
        let key = public_key(&first).unwrap();
        for _ in 0..3 * KEYS {
            let other = spki();
            assert_eq!(public_key(&other).unwrap().spki().unwrap(), other);
        }
        let again = public_key(&first).unwrap();
        assert!(!Arc::ptr_eq(&key, &again));
        assert_eq!(again.spki().unwrap(), first);
        assert!(KNOWN.lock().unwrap().len() <= KEYS);
        assert!(public_key(&first[..first.len() - 1]).is_err());
    }
}
