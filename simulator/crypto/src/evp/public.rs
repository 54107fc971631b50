//! Public keys with what their operations need, computed once.
//!
//! The arithmetic of RSA is [`Power`]'s where it can be, and the paddings around it are here; everything else goes
//! through aws-lc with [`Key`], which also says what is accepted and what each refusal is called: here it is the same.

use super::key::{Key, MAX_SALT, RsaPadding, check_length, forget_errors, table};
use crate::padding;
use crate::rsa::Power;
use aws_lc_sys as sys;
use smime::{CryptoError, DigestAlgorithm, OaepParameters, SignatureScheme};
use std::ffi::c_int;
use zeroize::Zeroizing;

/// How many octets are drawn to stand in for the zeros of a padding string, of which there are two at most as a rule.
const SPARE: usize = 16;

/// A public key.
pub(crate) struct PublicKey {
    key: Key,
    power: Option<Power>,
}

impl PublicKey {
    pub(super) fn from_spki(der: &[u8]) -> Result<PublicKey, CryptoError> {
        let key = Key::from_spki(der)?;
        let power = key.rsa_numbers().and_then(|(modulus, exponent)| Power::new(&modulus, exponent));
        Ok(PublicKey { key, power })
    }

    /// The DER SubjectPublicKeyInfo.
    #[cfg(test)]
    pub(super) fn spki(&self) -> Result<Vec<u8>, CryptoError> {
        self.key.spki()
    }

    /// Verifies a signature over a digest, or over a message for Ed25519.
    pub(crate) fn verify(
        &self,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        match (&self.power, scheme) {
            (Some(power), SignatureScheme::RsaPkcs1(algorithm)) => {
                check_length(algorithm, digest)?;
                let block = raised(power, signature)?;
                is_signed(algorithm, digest, &block)
            }
            (Some(power), SignatureScheme::RsaPss { digest: algorithm, mgf, salt_len }) => {
                check_length(algorithm, digest)?;
                if salt_len > MAX_SALT {
                    return Err(CryptoError::BadLength);
                }
                let block = raised(power, signature)?;
                // SAFETY: the RSA key belongs to the live key; the digest has its algorithm's length and the block its
                // modulus'; the tables are static.
                let ok = unsafe {
                    sys::RSA_verify_PKCS1_PSS_mgf1(
                        self.key.rsa_key(),
                        digest.as_ptr(),
                        table(algorithm),
                        table(mgf),
                        block.as_ptr(),
                        salt_len as c_int,
                    )
                };
                if ok == 1 { Ok(()) } else { Err(forget_errors(CryptoError::BadSignature)) }
            }
            _ => self.key.verify(scheme, digest, signature),
        }
    }

    pub(crate) fn encrypt(&self, padding: &RsaPadding<'_>, plaintext: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let Some(power) = &self.power else { return self.key.encrypt(padding, plaintext) };
        let mut block = Zeroizing::new(vec![0; power.len()]);
        match padding {
            RsaPadding::Pkcs1 => pad(&mut block, plaintext)?,
            RsaPadding::Oaep(parameters) => pad_oaep(&mut block, parameters, plaintext)?,
            RsaPadding::None => return self.key.encrypt(padding, plaintext),
        }
        // both paddings begin with a zero octet, so the block is less than the modulus
        power.raise(&mut block).ok_or(CryptoError::Failed)?;
        Ok(std::mem::take(&mut *block))
    }
}

/// What was signed.
fn raised(power: &Power, signature: &[u8]) -> Result<Vec<u8>, CryptoError> {
    if signature.len() != power.len() {
        return Err(CryptoError::BadSignature);
    }
    let mut block = signature.to_vec();
    power.raise(&mut block).ok_or(CryptoError::BadSignature)?;
    Ok(block)
}

/// Compares a block with the one that is signed for a digest (RFC 8017, 9.2). Nothing here is secret.
fn is_signed(algorithm: DigestAlgorithm, digest: &[u8], block: &[u8]) -> Result<(), CryptoError> {
    let right = || {
        let (head, end) = block.split_at_checked(block.len().checked_sub(digest.len())?)?;
        let (head, info) = head.split_last_chunk::<2>()?;
        let (head, prefix) = head.split_at_checked(head.len().checked_sub(info_prefix(algorithm).len())?)?;
        let [0, 1, padding @ .., 0] = head else { return None };
        let lengths = [4, digest.len() as u8];
        let fixed = prefix == info_prefix(algorithm) && *info == lengths && end == digest;
        (fixed && padding.len() >= padding::OVERHEAD - 3 && padding.iter().all(|octet| *octet == 0xff))
            .then_some(())
    };
    right().ok_or(CryptoError::BadSignature)
}

/// Fills a block with what is signed for a digest (RFC 8017, 9.2); `None` when it is too short.
pub(super) fn fill_signed(algorithm: DigestAlgorithm, digest: &[u8], block: &mut [u8]) -> Option<()> {
    let prefix = info_prefix(algorithm);
    let padding = block.len().checked_sub(prefix.len() + 2 + digest.len() + 3)?;
    let [zero, one, rest @ ..] = block else { return None };
    (*zero, *one) = (0, 1);
    let (ones, rest) = rest.split_at_mut(padding);
    let [end, rest @ ..] = rest else { return None };
    ones.fill(0xff);
    *end = 0;
    let (head, rest) = rest.split_at_mut(prefix.len());
    let [kind, len, rest @ ..] = rest else { return None };
    head.copy_from_slice(prefix);
    (*kind, *len) = (4, digest.len() as u8);
    rest.copy_from_slice(digest);
    (padding >= padding::OVERHEAD - 3).then_some(())
}

/// What a DigestInfo has before the octet string with the digest (RFC 8017, 9.2, note 1): the parameters are NULL.
fn info_prefix(algorithm: DigestAlgorithm) -> &'static [u8] {
    match algorithm {
        DigestAlgorithm::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00",
        DigestAlgorithm::Sha224 => b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00",
        DigestAlgorithm::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00",
        DigestAlgorithm::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00",
        DigestAlgorithm::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00",
    }
}

/// Fills a block with a plaintext and random padding (RFC 8017, 7.2.1, step 2): octets that are not zero, each of the
/// others with the same probability.
///
/// Which of the octets that were drawn were zero says nothing about those that are used instead.
fn pad(block: &mut [u8], plaintext: &[u8]) -> Result<(), CryptoError> {
    let spaces =
        block.len().checked_sub(plaintext.len() + padding::OVERHEAD).ok_or(CryptoError::BadLength)?;
    let padded = spaces + padding::OVERHEAD - 3;
    let [zero, two, rest @ ..] = block else { return Err(CryptoError::BadLength) };
    (*zero, *two) = (0, 2);
    // where the plaintext comes there is room for some more, so that one call is enough as a rule
    let drawn = rest.len().min(padded + SPARE);
    random(&mut rest[..drawn])?;
    let (padding, after) = rest.split_at_mut(padded);
    let mut spare = Zeroizing::new([0; SPARE]);
    let mut left = drawn - padded;
    spare[..left].copy_from_slice(&after[..left]);
    for octets in padding.chunks_mut(SPARE).filter(|octets| octets.contains(&0)) {
        for octet in octets {
            while *octet == 0 {
                if left == 0 {
                    random(&mut spare[..])?;
                    left = SPARE;
                }
                left -= 1;
                *octet = spare[left];
            }
        }
    }
    if let [end, message @ ..] = after {
        *end = 0;
        message.copy_from_slice(plaintext);
    }
    Ok(())
}

fn random(out: &mut [u8]) -> Result<(), CryptoError> {
    aws_lc_rs::rand::fill(out).map_err(|_| CryptoError::Failed)
}

/// Fills a block with a plaintext as OAEP pads it.
fn pad_oaep(block: &mut [u8], parameters: &OaepParameters, plaintext: &[u8]) -> Result<(), CryptoError> {
    let label = &parameters.label;
    // SAFETY: the slices are live and passed with their lengths; the tables are static.
    let ok = unsafe {
        sys::RSA_padding_add_PKCS1_OAEP_mgf1(
            block.as_mut_ptr(),
            block.len(),
            plaintext.as_ptr(),
            plaintext.len(),
            label.as_ptr(),
            label.len(),
            table(parameters.digest),
            table(parameters.mgf),
        )
    };
    // what can be wrong is the length
    if ok == 1 { Ok(()) } else { Err(forget_errors(CryptoError::BadLength)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGESTS: [(DigestAlgorithm, usize); 5] = [
        (DigestAlgorithm::Sha1, 20),
        (DigestAlgorithm::Sha224, 28),
        (DigestAlgorithm::Sha256, 32),
        (DigestAlgorithm::Sha384, 48),
        (DigestAlgorithm::Sha512, 64),
    ];

    /// A private key and its public one.
    fn pair(bits: u32) -> (Key, PublicKey) {
        let private = Key::from_pkcs8(&Key::generate_rsa(bits).unwrap()).unwrap();
        let public = PublicKey::from_spki(&private.spki().unwrap()).unwrap();
        (private, public)
    }

    /// What both say of a signature; they must agree.
    fn verdict(
        public: &PublicKey,
        scheme: SignatureScheme,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let ours = public.verify(scheme, digest, signature);
        assert_eq!(ours, public.key.verify(scheme, digest, signature), "{scheme:?} {signature:x?}");
        ours
    }

    /// The block that is signed, as RFC 8017, 9.2, has it.
    fn block(algorithm: DigestAlgorithm, digest: &[u8], len: usize) -> Vec<u8> {
        let info = [info_prefix(algorithm), &[4, digest.len() as u8], digest].concat();
        let mut block = vec![0xff; len - info.len()];
        (block[0], block[1]) = (0, 1);
        *block.last_mut().unwrap() = 0;
        block.extend(info);
        block
    }

    #[test]
    fn signed_blocks_are_taken_as_the_library_takes_them() {
        for (bits, algorithms) in [(1024, &DIGESTS[..]), (2048, &DIGESTS[2..4])] {
            let (private, public) = pair(bits);
            for &(algorithm, len) in algorithms {
                let scheme = SignatureScheme::RsaPkcs1(algorithm);
                let digest: Vec<u8> = (1..=len as u8).collect();
                // the raw private operation signs any block
                let check = |block: &[u8]| {
                    let signature = private.decrypt(&RsaPadding::None, block).unwrap();
                    verdict(&public, scheme, &digest, &signature)
                };
                let right = block(algorithm, &digest, bits as usize / 8);
                let mut filled = vec![0xaa; right.len()];
                assert_eq!(fill_signed(algorithm, &digest, &mut filled), Some(()));
                assert_eq!(filled, right);
                let shortest = right.len() - (right.iter().filter(|octet| **octet == 0xff).count() - 8);
                assert_eq!(fill_signed(algorithm, &digest, &mut filled[..shortest]), Some(()));
                assert_eq!(fill_signed(algorithm, &digest, &mut filled[..shortest - 1]), None);
                assert_eq!(fill_signed(algorithm, &digest, &mut filled[..len]), None);
                assert_eq!(check(&right), Ok(()));
                let info = right.len() - len - 2 - info_prefix(algorithm).len();
                for at in (0..4).chain([info - 2, info - 1]).chain(info..right.len()) {
                    for change in [1, 0x80] {
                        let mut wrong = right.clone();
                        wrong[at] ^= change;
                        if wrong[0] < 0x80 {
                            assert_eq!(check(&wrong), Err(CryptoError::BadSignature), "{at}");
                        }
                    }
                }
                // short padding with octets behind, padding of a kind for encryption, parameters left out
                let mut behind = right.clone();
                behind.rotate_left(info - 11);
                (behind[0], behind[1]) = (0, 1);
                let mut encrypted = right.clone();
                encrypted[1] = 2;
                let mut null = right.clone();
                let removed = info + info_prefix(algorithm).len() - 2;
                null.drain(removed..removed + 2);
                null.splice(2..2, [0xff, 0xff]);
                null[info + 3] -= 2;
                null[info + 5] -= 2;
                for wrong in [behind, encrypted, null] {
                    assert_eq!(check(&wrong), Err(CryptoError::BadSignature));
                }
                let signature = private.sign(scheme, &digest).unwrap();
                assert_eq!(verdict(&public, scheme, &digest, &signature), Ok(()));
                for wrong in
                    [&signature[1..], &[&[0], &signature[..]].concat(), &[], &vec![0xff; right.len()]]
                {
                    assert_eq!(verdict(&public, scheme, &digest, wrong), Err(CryptoError::BadSignature));
                }
                assert_eq!(verdict(&public, scheme, &digest[1..], &signature), Err(CryptoError::BadLength));
            }
        }
    }

    #[test]
    fn pss_is_verified_as_the_library_verifies_it() {
        for bits in [1024, 2048] {
            let (private, public) = pair(bits);
            let longest = bits / 8 - 32 - 2;
            for (mgf, salt_len) in [
                (DigestAlgorithm::Sha256, 32),
                (DigestAlgorithm::Sha1, 0),
                (DigestAlgorithm::Sha512, longest),
            ] {
                let scheme =
                    |salt_len| SignatureScheme::RsaPss { digest: DigestAlgorithm::Sha256, mgf, salt_len };
                let signature = private.sign(scheme(salt_len), &[5; 32]).unwrap();
                assert_eq!(verdict(&public, scheme(salt_len), &[5; 32], &signature), Ok(()));
                for (salt_len, digest) in [(salt_len, 6), (salt_len + 1, 5), (MAX_SALT, 5)] {
                    let verdict = verdict(&public, scheme(salt_len), &[digest; 32], &signature);
                    assert_eq!(verdict, Err(CryptoError::BadSignature));
                }
                let verdict = |salt_len, digest| verdict(&public, scheme(salt_len), digest, &signature);
                assert_eq!(verdict(MAX_SALT + 1, &[5; 32]), Err(CryptoError::BadLength));
                assert_eq!(verdict(salt_len, &[5; 31]), Err(CryptoError::BadLength));
            }
        }
    }

    #[test]
    fn what_is_encrypted_is_decrypted() {
        for bits in [1024, 2048, 3072] {
            let (private, public) = pair(bits);
            let size = bits as usize / 8;
            let plaintext: Vec<u8> = (0..size).map(|at| at as u8).collect();
            let label = |len| vec![b'x'; len];
            let oaep = |digest, mgf, len| OaepParameters { digest, mgf, label: label(len) };
            let short = oaep(DigestAlgorithm::Sha1, DigestAlgorithm::Sha1, 0);
            let long = oaep(DigestAlgorithm::Sha384, DigestAlgorithm::Sha256, 7);
            for (padding, overhead) in [
                (RsaPadding::Pkcs1, padding::OVERHEAD),
                (RsaPadding::Oaep(&short), 42),
                (RsaPadding::Oaep(&long), 98),
            ] {
                for len in [0, 1, 14, 15, 16, 24, size - overhead - 1, size - overhead] {
                    let sent = public.encrypt(&padding, &plaintext[..len]).unwrap();
                    assert_eq!(sent.len(), size);
                    assert_eq!(private.decrypt(&padding, &sent).unwrap()[..], plaintext[..len]);
                    assert_ne!(sent, public.encrypt(&padding, &plaintext[..len]).unwrap());
                }
                for len in [size - overhead + 1, size] {
                    assert_eq!(public.encrypt(&padding, &plaintext[..len]), Err(CryptoError::BadLength));
                    assert_eq!(public.key.encrypt(&padding, &plaintext[..len]), Err(CryptoError::BadLength));
                }
            }
        }
        // SHA-512 does not fit 1024 bits
        let (_, public) = pair(1024);
        let large = OaepParameters {
            digest: DigestAlgorithm::Sha512,
            mgf: DigestAlgorithm::Sha512,
            label: Vec::new(),
        };
        assert_eq!(public.encrypt(&RsaPadding::Oaep(&large), b""), Err(CryptoError::BadLength));
    }

    #[test]
    fn padding_has_every_octet_but_zero() {
        let mut seen = [0u32; 256];
        for len in (0..117).chain([117; 400]) {
            let mut block = [0xaa; 128];
            pad(&mut block, &vec![0xbb; len]).unwrap();
            assert_eq!(block[..2], [0, 2]);
            assert_eq!(block[127 - len], 0);
            assert!(block[128 - len..].iter().all(|octet| *octet == 0xbb));
            block[2..127 - len].iter().for_each(|octet| seen[usize::from(*octet)] += 1);
        }
        assert_eq!(seen[0], 0);
        // about 42 of each
        assert!(seen[1..].iter().all(|times| (8..120).contains(times)), "{seen:?}");
        assert_eq!(pad(&mut [0; 128], &[1; 118]), Err(CryptoError::BadLength));
        assert_eq!(pad(&mut [0; 10], &[]), Err(CryptoError::BadLength));
    }
}
