//! Passwords, and the key derivation of PKCS#12 (RFC 7292, appendix B).

use crate::{CryptoProvider, DigestAlgorithm};
use zeroize::{Zeroize as _, Zeroizing};

/// What a derived octet string is for (RFC 7292, B.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// A password in the two encodings that PKCS#12 files ask for.
pub(super) struct Password {
    /// For RFC 7292's derivation: UTF-16BE with two zero octets behind it.
    pub(super) bmp: Zeroizing<Vec<u8>>,
    /// For PBKDF2: UTF-8.
    pub(super) utf8: Zeroizing<Vec<u8>>,
}

impl Password {
    pub(super) fn new(text: &str) -> Self {
        let mut bmp = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        for unit in text.encode_utf16().chain([0]) {
            bmp.extend_from_slice(&unit.to_be_bytes());
        }
        Password { bmp, utf8: Zeroizing::new(text.as_bytes().to_vec()) }
    }

    /// The encodings under which writers of files may have used a password, most usual first.
    ///
    /// No password and an empty one are told apart by some programs: the derivation then runs over nothing, or
    /// over the two zero octets. OpenSSL before 1.1.0 widened each octet of a password instead of each character.
    pub(super) fn candidates(text: Option<&str>) -> Vec<Self> {
        match text {
            None | Some("") => {
                let none = Password { bmp: Zeroizing::default(), utf8: Zeroizing::default() };
                vec![Password::new(""), none]
            }
            Some(text) if !text.is_ascii() => {
                let widened = text.bytes().chain([0]).flat_map(|b| [0, b]).collect();
                let utf8 = Zeroizing::new(text.as_bytes().to_vec());
                vec![Password::new(text), Password { bmp: Zeroizing::new(widened), utf8 }]
            }
            Some(text) => vec![Password::new(text)],
        }
    }
}

/// The block length of a hash.
fn block_len(digest: DigestAlgorithm) -> usize {
    match digest {
        DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 | DigestAlgorithm::Sha256 => 64,
        DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => 128,
    }
}

/// Repeats `bytes` to the next whole number of blocks.
fn filled(bytes: &[u8], block: usize) -> impl Iterator<Item = u8> {
    bytes.iter().copied().cycle().take(bytes.len().div_ceil(block) * block)
}

/// Derives `len` octets (RFC 7292, B.2).
pub(super) fn derive(
    crypto: &dyn CryptoProvider,
    digest: DigestAlgorithm,
    purpose: Use,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    len: usize,
) -> Zeroizing<Vec<u8>> {
    let block = block_len(digest);
    let diversifier = vec![purpose as u8; block];
    let mut input: Zeroizing<Vec<u8>> =
        Zeroizing::new(filled(salt, block).chain(filled(password, block)).collect());
    let mut out = Zeroizing::new(Vec::with_capacity(len + 64));
    loop {
        let first = crypto.digest(digest, &[&diversifier, &input]);
        let mut a = crypto.rehash(digest, first, iterations.saturating_sub(1));
        out.extend_from_slice(&a);
        if out.len() >= len {
            out.truncate(len);
            return out;
        }
        let addend: Zeroizing<Vec<u8>> = Zeroizing::new(a.iter().copied().cycle().take(block).collect());
        for piece in input.chunks_mut(block) {
            let mut carry = 1u16;
            for (byte, add) in piece.iter_mut().zip(addend.iter()).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
        a.zeroize();
    }
}
