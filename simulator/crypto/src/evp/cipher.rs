//! Streaming CBC and GCM.

use crate::ghash;
use crate::pages::LargePages;
use aws_lc_sys as sys;
use smime::{BulkCipher, BulkEncryptor, CryptoError};
use std::ffi::c_int;
use std::ptr::{NonNull, null, null_mut};
use zeroize::Zeroizing;

/// Encrypting or decrypting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

/// What C's `int` lengths hold, in whole blocks.
const MAX_PIECE: usize = 1 << 30;
/// The largest cipher block.
const MAX_BLOCK: usize = 16;
/// The length of a GCM tag that is made (RFC 5084, 3.2), and the shortest that is checked.
const TAG: usize = 16;
const MIN_TAG: usize = 12;
/// The longest GCM nonce that is taken; 12 octets are the rule (RFC 5084, 3.2).
const MAX_NONCE: usize = 64;

/// A cipher in progress.
pub(crate) struct Cipher {
    context: NonNull<sys::EVP_CIPHER_CTX>,
    direction: Direction,
    is_gcm: bool,
    failed: bool,
    late: Option<Late>,
    pages: LargePages,
}

/// What it takes to authenticate additional data that arrives behind the ciphertext.
struct Late {
    /// The hash key.
    h: Zeroizing<ghash::Element>,
    /// How many octets were decrypted.
    len: u64,
    /// Whether additional data was given in front.
    early: bool,
    /// What the additional data changes in the tag.
    difference: Option<[u8; TAG]>,
}

impl Late {
    /// Encrypts a block of zeros, which is the hash key (NIST SP 800-38D, 7.1).
    fn new(cipher: BulkCipher, key: &[u8]) -> Result<Self, CryptoError> {
        let bare = match cipher {
            BulkCipher::Aes128Gcm => BulkCipher::Aes128Cbc,
            _ => BulkCipher::Aes256Cbc,
        };
        let mut block = Zeroizing::new(Vec::with_capacity(2 * MAX_BLOCK));
        Cipher::new(bare, Direction::Encrypt, key, &[0; MAX_BLOCK])?.update(&[0; MAX_BLOCK], &mut block)?;
        let h = block.as_slice().try_into().map_err(|_| CryptoError::Failed)?;
        Ok(Late { h: Zeroizing::new(u128::from_be_bytes(h)), len: 0, early: false, difference: None })
    }
}

// SAFETY: the context is owned, has no thread-bound state, and is only used through `&mut self`.
unsafe impl Send for Cipher {}

impl Drop for Cipher {
    fn drop(&mut self) {
        // SAFETY: made by `EVP_CIPHER_CTX_new`, freed only here; freeing wipes the key schedule.
        unsafe { sys::EVP_CIPHER_CTX_free(self.context.as_ptr()) }
    }
}

impl Cipher {
    pub(crate) fn new(
        cipher: BulkCipher,
        direction: Direction,
        key: &[u8],
        iv: &[u8],
    ) -> Result<Self, CryptoError> {
        // SAFETY: these functions take nothing and give static tables.
        let (table, key_len, iv_len) = unsafe {
            match cipher {
                BulkCipher::Aes128Cbc => (sys::EVP_aes_128_cbc(), 16, 16),
                BulkCipher::Aes192Cbc => (sys::EVP_aes_192_cbc(), 24, 16),
                BulkCipher::Aes256Cbc => (sys::EVP_aes_256_cbc(), 32, 16),
                BulkCipher::Aes128Gcm => (sys::EVP_aes_128_gcm(), 16, 0),
                BulkCipher::Aes256Gcm => (sys::EVP_aes_256_gcm(), 32, 0),
                BulkCipher::TripleDesCbc => (sys::EVP_des_ede3_cbc(), 24, 8),
                BulkCipher::DesCbc => (sys::EVP_des_cbc(), 8, 8),
                BulkCipher::Rc2Cbc { .. } => return Err(CryptoError::Unsupported("RC2")),
            }
        };
        let is_gcm = iv_len == 0;
        let iv_fits = if is_gcm { (1..=MAX_NONCE).contains(&iv.len()) } else { iv.len() == iv_len };
        if key.len() != key_len || !iv_fits {
            return Err(CryptoError::BadLength);
        }
        // SAFETY: gives a new context or null.
        let context = NonNull::new(unsafe { sys::EVP_CIPHER_CTX_new() }).ok_or(CryptoError::Failed)?;
        let late = match is_gcm && direction == Direction::Decrypt {
            true => Some(Late::new(cipher, key)?),
            false => None,
        };
        let this = Cipher { context, direction, is_gcm, failed: false, late, pages: LargePages::default() };
        let c = this.context.as_ptr();
        let encrypt = c_int::from(direction == Direction::Encrypt);
        // SAFETY: the context is live; the first call sets the cipher only, the second reads `key` and `iv`, whose
        // lengths were compared with what the cipher reads (for GCM, told by the control call).
        let done = unsafe {
            sys::EVP_CipherInit_ex(c, table, null_mut(), null(), null(), encrypt) == 1
                && (!is_gcm
                    || sys::EVP_CIPHER_CTX_ctrl(
                        c,
                        sys::EVP_CTRL_AEAD_SET_IVLEN,
                        iv.len() as c_int,
                        null_mut(),
                    ) == 1)
                && sys::EVP_CipherInit_ex(c, null(), null_mut(), key.as_ptr(), iv.as_ptr(), encrypt) == 1
                && sys::EVP_CIPHER_CTX_set_padding(c, 0) == 1
        };
        if done { Ok(this) } else { Err(CryptoError::Failed) }
    }
}

impl BulkEncryptor for Cipher {
    fn additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        if !self.is_gcm {
            return Err(CryptoError::Unsupported("additional data with CBC"));
        }
        if let Some(late) = &mut self.late {
            late.early = true;
        }
        for piece in bytes.chunks(MAX_PIECE) {
            let mut written = 0;
            // SAFETY: a null output marks additional data; `piece` is live and its length fits an int.
            let ok = unsafe {
                sys::EVP_CipherUpdate(
                    self.context.as_ptr(),
                    null_mut(),
                    &mut written,
                    piece.as_ptr(),
                    piece.len() as c_int,
                )
            };
            if ok != 1 {
                self.failed = true;
                return Err(CryptoError::Failed);
            }
        }
        Ok(())
    }

    fn late_additional_data(&mut self, bytes: &[u8]) -> Result<(), CryptoError> {
        match &mut self.late {
            Some(late) if !late.early && late.difference.is_none() => {
                late.difference = Some(ghash::difference(*late.h, bytes, late.len));
                Ok(())
            }
            Some(_) => {
                self.failed = true;
                Err(CryptoError::Failed)
            }
            None => Err(CryptoError::Unsupported("additional data behind what is not decrypted with GCM")),
        }
    }

    fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if let Some(late) = &mut self.late {
            if late.difference.is_some() {
                self.failed = true;
                return Err(CryptoError::Failed);
            }
            late.len += input.len() as u64;
        }
        for piece in input.chunks(MAX_PIECE) {
            self.pages.reserve(out, piece.len() + MAX_BLOCK);
            let mut written: c_int = 0;
            // SAFETY: an update writes at most the input and one held block, for which `reserve` made room behind
            // the end of `out`; input and output do not overlap; the length fits an int. The new length of `out`
            // covers only what C wrote.
            unsafe {
                let end = out.as_mut_ptr().add(out.len());
                let ok = sys::EVP_CipherUpdate(
                    self.context.as_ptr(),
                    end,
                    &mut written,
                    piece.as_ptr(),
                    piece.len() as c_int,
                );
                if ok != 1 {
                    self.failed = true;
                    return Err(CryptoError::Failed);
                }
                out.set_len(out.len() + written as usize);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, tag: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.failed {
            return Err(CryptoError::Failed);
        }
        let c = self.context.as_ptr();
        let opens = self.is_gcm && self.direction == Direction::Decrypt;
        if opens {
            let tag = tag.filter(|t| (MIN_TAG..=TAG).contains(&t.len())).ok_or(CryptoError::BadLength)?;
            // The tag as it would be without what came late.
            let late = self.late.as_ref().and_then(|late| late.difference).unwrap_or_default();
            let tag: Vec<u8> = tag.iter().zip(late).map(|(tag, late)| tag ^ late).collect();
            // SAFETY: the control call copies `tag`, whose length it is told, and does not write through the pointer.
            let ok = unsafe {
                sys::EVP_CIPHER_CTX_ctrl(
                    c,
                    sys::EVP_CTRL_AEAD_SET_TAG,
                    tag.len() as c_int,
                    tag.as_ptr().cast_mut().cast(),
                )
            };
            if ok != 1 {
                return Err(CryptoError::BadLength);
            }
        }
        let mut block = [0; MAX_BLOCK * 2];
        let mut written = 0;
        // SAFETY: the last step writes at most one block.
        if unsafe { sys::EVP_CipherFinal_ex(c, block.as_mut_ptr(), &mut written) } != 1 {
            return Err(if opens { CryptoError::TagMismatch } else { CryptoError::BadLength });
        }
        if !self.is_gcm || opens {
            return Ok(Vec::new());
        }
        let mut made = vec![0; TAG];
        // SAFETY: writes `TAG` octets, which `made` has.
        let ok = unsafe {
            sys::EVP_CIPHER_CTX_ctrl(c, sys::EVP_CTRL_AEAD_GET_TAG, TAG as c_int, made.as_mut_ptr().cast())
        };
        if ok == 1 { Ok(made) } else { Err(CryptoError::Failed) }
    }
}
