//! Hashes, HMAC and PBKDF2.

use crate::evp;
#[cfg(target_arch = "x86_64")]
use crate::sha512::Sha512;
use aws_lc_rs::{digest, hmac, pbkdf2};
use smime::{CryptoError, Digest, DigestAlgorithm, Hasher};
use std::num::NonZeroU32;

/// Input as long as this does not come from the cache that the sender has just filled.
const COLD: usize = 512 * 1024;
/// How far ahead of the hash memory is asked for.
const AHEAD: usize = 4 * 1024;

/// A hash in progress.
enum Running {
    Library(digest::Context),
    Sha1(evp::Sha1),
    Sha256(evp::Sha256),
    #[cfg(target_arch = "x86_64")]
    Own(Sha512),
}

pub(crate) fn hasher(algorithm: DigestAlgorithm) -> Box<dyn Hasher> {
    Box::new(Running::new(algorithm))
}

/// Hashes in one go.
pub(crate) fn digest(algorithm: DigestAlgorithm, parts: &[&[u8]]) -> Digest {
    let mut running = Running::new(algorithm);
    parts.iter().for_each(|part| running.update(part));
    running.end()
}

/// The hash that is ours, where the processor has the instructions for it.
#[cfg(target_arch = "x86_64")]
fn own(algorithm: DigestAlgorithm) -> Option<Sha512> {
    match algorithm {
        DigestAlgorithm::Sha384 => Sha512::new_384(),
        DigestAlgorithm::Sha512 => Sha512::new_512(),
        _ => None,
    }
}

fn table(algorithm: DigestAlgorithm) -> &'static digest::Algorithm {
    match algorithm {
        DigestAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha224 => &digest::SHA224,
        DigestAlgorithm::Sha256 => &digest::SHA256,
        DigestAlgorithm::Sha384 => &digest::SHA384,
        DigestAlgorithm::Sha512 => &digest::SHA512,
    }
}

/// Hashes a value, then the result, so many times.
pub(crate) fn rehash(algorithm: DigestAlgorithm, mut value: Digest, times: u32) -> Digest {
    let algorithm = table(algorithm);
    for _ in 0..times {
        let next = digest::digest(algorithm, &value);
        value.resize(algorithm.output_len(), 0);
        value.copy_from_slice(next.as_ref());
    }
    value
}

impl Running {
    fn new(algorithm: DigestAlgorithm) -> Running {
        #[cfg(target_arch = "x86_64")]
        if let Some(own) = own(algorithm) {
            return Running::Own(own);
        }
        match algorithm {
            DigestAlgorithm::Sha1 => Running::Sha1(evp::Sha1::new()),
            DigestAlgorithm::Sha256 => Running::Sha256(evp::Sha256::new()),
            _ => Running::library(algorithm),
        }
    }

    fn library(algorithm: DigestAlgorithm) -> Running {
        Running::Library(digest::Context::new(table(algorithm)))
    }

    fn feed(&mut self, bytes: &[u8]) {
        match self {
            Running::Library(context) => context.update(bytes),
            Running::Sha1(hash) => hash.update(bytes),
            Running::Sha256(hash) => hash.update(bytes),
            #[cfg(target_arch = "x86_64")]
            Running::Own(hash) => hash.update(bytes),
        }
    }

    fn end(self) -> Digest {
        match self {
            Running::Library(context) => context.finish().as_ref().to_vec(),
            Running::Sha1(hash) => hash.finish().to_vec(),
            Running::Sha256(hash) => hash.finish().to_vec(),
            #[cfg(target_arch = "x86_64")]
            Running::Own(hash) => hash.finish(),
        }
    }
}

impl Hasher for Running {
    fn update(&mut self, bytes: &[u8]) {
        if bytes.len() < COLD {
            return self.feed(bytes);
        }
        let mut pieces = bytes.chunks(AHEAD).peekable();
        while let Some(piece) = pieces.next() {
            if let Some(next) = pieces.peek() {
                evp::prefetch(next);
            }
            self.feed(piece);
        }
    }

    fn finish(self: Box<Self>) -> Digest {
        self.end()
    }
}

pub(crate) fn hmac(algorithm: DigestAlgorithm, key: &[u8], parts: &[&[u8]]) -> Digest {
    let algorithm = match algorithm {
        DigestAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha224 => hmac::HMAC_SHA224,
        DigestAlgorithm::Sha256 => hmac::HMAC_SHA256,
        DigestAlgorithm::Sha384 => hmac::HMAC_SHA384,
        DigestAlgorithm::Sha512 => hmac::HMAC_SHA512,
    };
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for p in parts {
        context.update(p);
    }
    context.sign().as_ref().to_vec()
}

pub(crate) fn pbkdf2(
    prf: DigestAlgorithm,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let prf = match prf {
        DigestAlgorithm::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        DigestAlgorithm::Sha224 => return Err(CryptoError::Unsupported("PBKDF2 with HMAC-SHA-224")),
        DigestAlgorithm::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        DigestAlgorithm::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        DigestAlgorithm::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    let iterations = NonZeroU32::new(iterations).ok_or(CryptoError::BadLength)?;
    // the derivation asserts on more than 2^32 - 1 blocks
    if out.is_empty() || u32::try_from(out.len()).is_err() {
        return Err(CryptoError::BadLength);
    }
    pbkdf2::derive(prf, iterations, salt, password, out);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_as_the_whole() {
        let data: Vec<u8> = (0..COLD as u32 + 40_000).map(|i| i as u8).collect();
        for algorithm in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
            let mut one = hasher(algorithm);
            one.update(&data);
            let mut many = hasher(algorithm);
            for piece in data.chunks(7001) {
                many.update(piece);
            }
            assert_eq!(one.finish(), many.finish());
        }
    }

    #[test]
    fn ours_is_the_same_as_the_library() {
        for algorithm in
            [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
        {
            for length in [0, 1, 111, 112, 128, 5000, COLD, COLD + AHEAD + 1] {
                let data: Vec<u8> = (0..length).map(|i| (i * 7) as u8).collect();
                let (mut ours, mut library) = (hasher(algorithm), Box::new(Running::library(algorithm)));
                ours.update(&data);
                library.update(&data);
                assert_eq!(ours.finish(), library.finish(), "{algorithm:?} {length}");
            }
        }
    }

    #[test]
    fn hashing_again_and_again_is_the_same_in_one_call() {
        for algorithm in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha384] {
            for times in [0, 1, 3] {
                let expected = (0..times).fold(vec![1, 2, 3], |value, _| {
                    let mut one = hasher(algorithm);
                    one.update(&value);
                    one.finish()
                });
                assert_eq!(rehash(algorithm, vec![1, 2, 3], times), expected);
            }
        }
    }

    #[test]
    fn known_answers() {
        // FIPS 180-4 example "abc"
        let mut h = hasher(DigestAlgorithm::Sha256);
        h.update(b"abc");
        assert_eq!(h.finish()[..4], [0xba, 0x78, 0x16, 0xbf]);
        // RFC 6070, first vector
        let mut out = [0; 20];
        pbkdf2(DigestAlgorithm::Sha1, b"password", b"salt", 1, &mut out).unwrap();
        assert_eq!(out[..4], [0x0c, 0x60, 0xc8, 0x0f]);
        assert_eq!(pbkdf2(DigestAlgorithm::Sha1, b"p", b"s", 0, &mut out), Err(CryptoError::BadLength));
    }
}
