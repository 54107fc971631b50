//! Content ciphers: AES and DES through aws-lc, RC2 through the `rc2` crate.

use crate::evp::{self, Direction};
#[cfg(target_arch = "x86_64")]
use crate::vaes::{CbcDecryptor, CbcEncryptor, GcmDecryptor};
use rc2::Rc2;
use rc2::cipher::{Array, BlockCipherDecrypt};
use smime::{BulkCipher, BulkEncryptor, CryptoError};

/// Starts a cipher.
pub(crate) fn start(
    cipher: BulkCipher,
    direction: Direction,
    key: &[u8],
    iv: &[u8],
) -> Result<Box<dyn BulkEncryptor>, CryptoError> {
    match (cipher, direction) {
        (BulkCipher::DesCbc | BulkCipher::Rc2Cbc { .. }, Direction::Encrypt) => {
            Err(CryptoError::Unsupported("encrypting with DES or RC2"))
        }
        (BulkCipher::Rc2Cbc { effective_bits }, Direction::Decrypt) => {
            Ok(Box::new(Rc2Decryptor::new(effective_bits, key, iv)?))
        }
        #[cfg(target_arch = "x86_64")]
        (BulkCipher::Aes128Cbc | BulkCipher::Aes192Cbc | BulkCipher::Aes256Cbc, Direction::Encrypt)
            if Some(key.len()) == aes_key_len(cipher)
                && let Some(cipher) = CbcEncryptor::new(key, iv) =>
        {
            Ok(Box::new(cipher))
        }
        #[cfg(target_arch = "x86_64")]
        (BulkCipher::Aes128Cbc | BulkCipher::Aes192Cbc | BulkCipher::Aes256Cbc, Direction::Decrypt)
            if Some(key.len()) == aes_key_len(cipher)
                && let Some(cipher) = CbcDecryptor::new(key, iv) =>
        {
            Ok(Box::new(cipher))
        }
        #[cfg(target_arch = "x86_64")]
        (BulkCipher::Aes128Gcm | BulkCipher::Aes256Gcm, Direction::Decrypt)
            if Some(key.len()) == aes_key_len(cipher)
                && let Some(cipher) = GcmDecryptor::new(key, iv) =>
        {
            Ok(Box::new(cipher))
        }
        _ => Ok(Box::new(evp::Cipher::new(cipher, direction, key, iv)?)),
    }
}

/// The length of the key of AES.
#[cfg(target_arch = "x86_64")]
fn aes_key_len(cipher: BulkCipher) -> Option<usize> {
    match cipher {
        BulkCipher::Aes128Cbc | BulkCipher::Aes128Gcm => Some(16),
        BulkCipher::Aes192Cbc => Some(24),
        BulkCipher::Aes256Cbc | BulkCipher::Aes256Gcm => Some(32),
        _ => None,
    }
}

const RC2_BLOCK: usize = 8;

struct Rc2Decryptor {
    cipher: Rc2,
    previous: [u8; RC2_BLOCK],
    held: Vec<u8>,
}

impl Rc2Decryptor {
    fn new(effective_bits: u16, key: &[u8], iv: &[u8]) -> Result<Self, CryptoError> {
        // RFC 2268, 2: a key of 1 to 128 octets, 1 to 1024 effective bits
        if !(1..=128).contains(&key.len()) || !(1..=1024).contains(&effective_bits) {
            return Err(CryptoError::BadLength);
        }
        Ok(Rc2Decryptor {
            cipher: Rc2::new_with_eff_key_len(key, usize::from(effective_bits)),
            previous: iv.try_into().map_err(|_| CryptoError::BadLength)?,
            held: Vec::with_capacity(RC2_BLOCK),
        })
    }

    fn block(&mut self, ciphertext: [u8; RC2_BLOCK], out: &mut Vec<u8>) {
        let mut block = Array(ciphertext);
        self.cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(self.previous).map(|(b, p)| b ^ p));
        self.previous = ciphertext;
    }
}

impl BulkEncryptor for Rc2Decryptor {
    fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
        Err(CryptoError::Unsupported("additional data with CBC"))
    }

    fn update(&mut self, mut input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if !self.held.is_empty() {
            let (head, rest) = input.split_at(input.len().min(RC2_BLOCK - self.held.len()));
            self.held.extend_from_slice(head);
            input = rest;
            if let Ok(block) = <[u8; RC2_BLOCK]>::try_from(self.held.as_slice()) {
                self.held.clear();
                self.block(block, out);
            }
        }
        let (blocks, rest) = input.as_chunks::<RC2_BLOCK>();
        for block in blocks {
            self.block(*block, out);
        }
        self.held.extend_from_slice(rest);
        Ok(())
    }

    fn finish(self: Box<Self>, _: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
        if self.held.is_empty() { Ok(Vec::new()) } else { Err(CryptoError::BadLength) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        cipher: BulkCipher,
        direction: Direction,
        key: &[u8],
        iv: &[u8],
        input: &[u8],
        piece: usize,
    ) -> Vec<u8> {
        let mut c = start(cipher, direction, key, iv).unwrap();
        let mut out = Vec::new();
        for p in input.chunks(piece) {
            c.update(p, &mut out).unwrap();
        }
        assert!(c.finish(None).unwrap().is_empty());
        out
    }

    #[test]
    fn rc2_known_answers() {
        // RFC 2268, 5: (effective bits, key, plaintext, ciphertext)
        type Vector<'a> = (u16, &'a [u8], [u8; 8], [u8; 8]);
        let vectors: [Vector<'_>; 3] = [
            (63, &[0; 8], [0; 8], [0xeb, 0xb7, 0x73, 0xf9, 0x93, 0x27, 0x8e, 0xff]),
            (64, &[0xff; 8], [0xff; 8], [0x27, 0x8b, 0x27, 0xe4, 0x2e, 0x2f, 0x0d, 0x49]),
            (64, &[0x88], [0; 8], [0x61, 0xa8, 0xa2, 0x44, 0xad, 0xac, 0xcc, 0xf0]),
        ];
        for (effective_bits, key, plain, encrypted) in vectors {
            let cipher = BulkCipher::Rc2Cbc { effective_bits };
            assert_eq!(run(cipher, Direction::Decrypt, key, &[0; 8], &encrypted, 8), plain);
        }
    }

    #[test]
    fn pieces_decrypt_as_the_whole() {
        let input: Vec<u8> = (0..=255).collect();
        for (cipher, key) in [
            (BulkCipher::Aes128Cbc, 16),
            (BulkCipher::Aes192Cbc, 24),
            (BulkCipher::Aes256Cbc, 32),
            (BulkCipher::TripleDesCbc, 24),
            (BulkCipher::DesCbc, 8),
            (BulkCipher::Rc2Cbc { effective_bits: 40 }, 16),
        ] {
            let key: Vec<u8> = (1..=key).collect();
            let iv = [7; 16];
            let iv =
                if matches!(cipher, BulkCipher::Aes128Cbc | BulkCipher::Aes192Cbc | BulkCipher::Aes256Cbc) {
                    &iv[..]
                } else {
                    &iv[..8]
                };
            let whole = run(cipher, Direction::Decrypt, &key, iv, &input, 256);
            assert_eq!(whole.len(), input.len());
            for piece in [1, 3, 8, 15, 17, 100] {
                assert_eq!(run(cipher, Direction::Decrypt, &key, iv, &input, piece), whole, "{cipher:?}");
            }
        }
    }

    #[test]
    fn what_is_encrypted_decrypts() {
        for (cipher, key, iv) in [(BulkCipher::Aes256Cbc, 32, 16), (BulkCipher::TripleDesCbc, 24, 8)] {
            let (key, iv): (Vec<u8>, Vec<u8>) = ((1..=key).collect(), vec![9; iv]);
            let plain = [5; 64];
            let encrypted = run(cipher, Direction::Encrypt, &key, &iv, &plain, 64);
            assert_ne!(encrypted, plain);
            assert_eq!(run(cipher, Direction::Decrypt, &key, &iv, &encrypted, 10), plain);
        }
    }

    #[test]
    fn partial_blocks_and_wrong_lengths_are_refused() {
        for cipher in [BulkCipher::Aes128Cbc, BulkCipher::Rc2Cbc { effective_bits: 128 }] {
            let iv = if cipher == BulkCipher::Aes128Cbc { 16 } else { 8 };
            let mut c = start(cipher, Direction::Decrypt, &[1; 16], &vec![0; iv]).unwrap();
            c.update(&[0; 17], &mut Vec::new()).unwrap();
            assert_eq!(c.finish(None), Err(CryptoError::BadLength));
            assert!(start(cipher, Direction::Decrypt, &[1; 16], &[0; 5]).is_err());
            assert!(start(cipher, Direction::Decrypt, &[], &vec![0; iv]).is_err());
        }
        assert!(start(BulkCipher::DesCbc, Direction::Encrypt, &[1; 8], &[0; 8]).is_err());
    }

    #[test]
    fn gcm_authenticates() {
        let (key, nonce) = ([3; 32], [4; 12]);
        let mut e = start(BulkCipher::Aes256Gcm, Direction::Encrypt, &key, &nonce).unwrap();
        e.additional_data(b"header").unwrap();
        let mut text = Vec::new();
        e.update(b"hello", &mut text).unwrap();
        let tag = e.finish(None).unwrap();
        assert_eq!(tag.len(), 16);
        let open = |aad: &[u8], tag: Option<&[u8]>| {
            let mut d = start(BulkCipher::Aes256Gcm, Direction::Decrypt, &key, &nonce).unwrap();
            d.additional_data(aad).unwrap();
            let mut out = Vec::new();
            d.update(&text, &mut out).unwrap();
            d.finish(tag).map(|_| out)
        };
        assert_eq!(open(b"header", Some(&tag)).unwrap(), b"hello");
        assert_eq!(open(b"Header", Some(&tag)), Err(CryptoError::TagMismatch));
        assert_eq!(open(b"header", Some(&tag[..11])), Err(CryptoError::BadLength));
        assert!(open(b"header", None).is_err());
    }

    #[test]
    fn additional_data_may_come_behind() {
        for (cipher, key) in [(BulkCipher::Aes128Gcm, 16), (BulkCipher::Aes256Gcm, 32)] {
            let (key, nonce): (Vec<u8>, _) = ((0..key).collect(), [4; 12]);
            for (additional, length) in [(0, 0), (0, 40), (1, 0), (16, 16), (17, 1), (100, 33), (5000, 4096)]
            {
                let additional: Vec<u8> = (0..additional).map(|n: u32| n as u8).collect();
                let mut e = start(cipher, Direction::Encrypt, &key, &nonce).unwrap();
                e.additional_data(&additional).unwrap();
                let mut text = Vec::new();
                e.update(&vec![9; length], &mut text).unwrap();
                let tag = e.finish(None).unwrap();
                let open = |additional: &[u8], tag: &[u8]| {
                    let mut d = start(cipher, Direction::Decrypt, &key, &nonce).unwrap();
                    let mut out = Vec::new();
                    text.chunks(7).for_each(|piece| d.update(piece, &mut out).unwrap());
                    d.late_additional_data(additional).unwrap();
                    d.finish(Some(tag)).map(|_| out)
                };
                assert_eq!(open(&additional, &tag).unwrap(), vec![9; length]);
                assert_eq!(open(&additional, &tag[..12]).unwrap(), vec![9; length]);
                assert_eq!(open(&[&additional[..], &[0]].concat(), &tag), Err(CryptoError::TagMismatch));
                let mut other = tag.clone();
                other[11] ^= 1;
                assert_eq!(open(&additional, &other), Err(CryptoError::TagMismatch));
            }
        }
    }

    #[test]
    fn additional_data_comes_once_and_last() {
        let gcm = |direction| start(BulkCipher::Aes128Gcm, direction, &[1; 16], &[2; 12]).unwrap();
        let mut early = gcm(Direction::Decrypt);
        early.additional_data(b"x").unwrap();
        assert_eq!(early.late_additional_data(b"x"), Err(CryptoError::Failed));
        let mut late = gcm(Direction::Decrypt);
        late.late_additional_data(b"x").unwrap();
        assert_eq!(late.update(b"y", &mut Vec::new()), Err(CryptoError::Failed));
        assert_eq!(late.finish(Some(&[0; 16])), Err(CryptoError::Failed));
        assert!(gcm(Direction::Encrypt).late_additional_data(b"x").is_err());
        let mut cbc = start(BulkCipher::Aes128Cbc, Direction::Decrypt, &[1; 16], &[2; 16]).unwrap();
        assert!(cbc.late_additional_data(b"x").is_err());
    }
}
