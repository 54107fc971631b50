//! Content encryption: which cipher an AlgorithmIdentifier names, and the padding of RFC 5652, 6.3.

use super::oid;
use crate::tlv::{Element, Tag, TlvError, write};
use crate::{BulkCipher, BulkEncryptor, CryptoError};
use const_oid::ObjectIdentifier;

/// An algorithm for the content and its initialisation vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ContentEncryption {
    pub algorithm: ObjectIdentifier,
    /// `None` when the algorithm is not known, or its parameters are not.
    pub cipher: Option<(BulkCipher, Vec<u8>)>,
    /// The length of the tag that the parameters of GCM announce, in octets; 0 for other ciphers.
    pub tag_len: usize,
}

/// The length of a GCM nonce that is written (RFC 5084, 3.2).
pub(super) const NONCE: usize = 12;
/// The length of a GCM tag that is written, in octets.
pub(super) const TAG: usize = 16;
/// The largest block of a cipher, in octets.
const BLOCK_MAX: usize = 16;
/// The longest GCM nonce that is read.
const NONCE_MAX: usize = 64;

impl ContentEncryption {
    /// Reads a ContentEncryptionAlgorithmIdentifier. Authenticated ciphers are not taken from EnvelopedData, where
    /// nothing would check their tag, and AuthEnvelopedData carries no others (RFC 5083, 5084).
    pub(super) fn read(element: &Element<'_>, authenticated: bool) -> Result<ContentEncryption, TlvError> {
        let mut reader = element.open(Tag::SEQUENCE, "an algorithm identifier")?;
        let algorithm = reader.required("an object identifier")?.oid()?;
        let parameters = reader.next()?;
        reader.end()?;
        if authenticated {
            let cipher = match algorithm {
                oid::AES128_GCM => Some(BulkCipher::Aes128Gcm),
                oid::AES256_GCM => Some(BulkCipher::Aes256Gcm),
                _ => None,
            };
            let read = match parameters {
                Some(parameters) if cipher.is_some() => gcm(&parameters)?,
                _ => None,
            };
            let (cipher, tag_len) = match (cipher, read) {
                (Some(cipher), Some((nonce, tag_len))) => (Some((cipher, nonce)), tag_len),
                _ => (None, 0),
            };
            return Ok(ContentEncryption { algorithm, cipher, tag_len });
        }
        let cipher = match algorithm {
            oid::AES128_CBC => Some(BulkCipher::Aes128Cbc),
            oid::AES192_CBC => Some(BulkCipher::Aes192Cbc),
            oid::AES256_CBC => Some(BulkCipher::Aes256Cbc),
            oid::TRIPLE_DES_CBC => Some(BulkCipher::TripleDesCbc),
            oid::DES_CBC => Some(BulkCipher::DesCbc),
            _ => None,
        };
        let cipher = match (cipher, parameters) {
            (Some(cipher), Some(iv)) if iv.tag.is_octet_string() => Some((cipher, iv.octets()?.into_owned())),
            (None, Some(parameters)) if algorithm == oid::RC2_CBC => rc2(&parameters)?,
            _ => None,
        };
        Ok(ContentEncryption {
            algorithm,
            cipher: cipher.filter(|(cipher, iv)| iv.len() == block_len(*cipher)),
            tag_len: 0,
        })
    }
}

/// GCMParameters (RFC 5084, 3.2): the nonce and the length of the tag; `None` for lengths that are not taken.
fn gcm(parameters: &Element<'_>) -> Result<Option<(Vec<u8>, usize)>, TlvError> {
    let mut reader = parameters.open(Tag::SEQUENCE, "parameters of GCM")?;
    let nonce = reader.required("a nonce")?.octet_string()?.into_owned();
    let tag_len = match reader.next()? {
        Some(length) => length.small_integer()?,
        None => 12,
    };
    reader.end()?;
    let fits = (1..=NONCE_MAX).contains(&nonce.len()) && (12..=TAG as u32).contains(&tag_len);
    Ok(fits.then_some((nonce, tag_len as usize)))
}

/// RC2-CBC parameters (RFC 3370, 5.2): the version says how many bits of the key are effective.
fn rc2(parameters: &Element<'_>) -> Result<Option<(BulkCipher, Vec<u8>)>, TlvError> {
    let mut reader = parameters.open(Tag::SEQUENCE, "parameters of RC2")?;
    let version = reader.required("a version")?.small_integer()?;
    let iv = reader.required("an initialisation vector")?.octet_string()?.into_owned();
    reader.end()?;
    let effective_bits = match version {
        160 => 40,
        120 => 64,
        58 => 128,
        _ => return Ok(None),
    };
    Ok(Some((BulkCipher::Rc2Cbc { effective_bits }, iv)))
}

/// Appends the AlgorithmIdentifier of a cipher that is encrypted with here.
pub(super) fn append_identifier(out: &mut Vec<u8>, cipher: BulkCipher, iv: &[u8]) -> Result<(), CryptoError> {
    let algorithm = algorithm(cipher)?;
    write::nest(out, 0x30, |out| {
        write::append_oid(out, algorithm);
        match is_authenticated(cipher) {
            true => write::nest(out, 0x30, |out| {
                write::append(out, 0x04, iv);
                write::append_small_integer(out, TAG as u32);
            }),
            false => write::append(out, 0x04, iv),
        }
    });
    Ok(())
}

/// Whether the cipher makes a tag, so that it goes into AuthEnvelopedData.
pub(super) fn is_authenticated(cipher: BulkCipher) -> bool {
    matches!(cipher, BulkCipher::Aes128Gcm | BulkCipher::Aes256Gcm)
}

/// The identifier of a cipher that is encrypted with here.
pub(super) fn algorithm(cipher: BulkCipher) -> Result<ObjectIdentifier, CryptoError> {
    match cipher {
        BulkCipher::Aes128Cbc => Ok(oid::AES128_CBC),
        BulkCipher::Aes192Cbc => Ok(oid::AES192_CBC),
        BulkCipher::Aes256Cbc => Ok(oid::AES256_CBC),
        BulkCipher::Aes128Gcm => Ok(oid::AES128_GCM),
        BulkCipher::Aes256Gcm => Ok(oid::AES256_GCM),
        BulkCipher::TripleDesCbc | BulkCipher::DesCbc | BulkCipher::Rc2Cbc { .. } => {
            Err(CryptoError::Unsupported("encrypting with triple DES, DES or RC2, which are only read"))
        }
    }
}

/// Reads an SMIMECapability (RFC 8551, 2.5.2): the cipher that it names, if it is one that is known. RC2 has its
/// effective key bits as the parameter (RFC 2633, 2.5.2).
pub(super) fn read_capability(capability: &Element<'_>) -> Result<Option<BulkCipher>, TlvError> {
    let mut reader = capability.open(Tag::SEQUENCE, "a capability")?;
    let algorithm = reader.expect(Tag::OID, "an object identifier")?.body;
    if algorithm == oid::RC2_CBC.as_bytes() {
        let bits = reader.next()?.and_then(|bits| bits.small_integer().ok());
        let known = [40u16, 64, 128].into_iter().find(|known| Some(u32::from(*known)) == bits);
        return Ok(known.map(|effective_bits| BulkCipher::Rc2Cbc { effective_bits }));
    }
    Ok(match algorithm {
        _ if algorithm == oid::AES256_GCM.as_bytes() => Some(BulkCipher::Aes256Gcm),
        _ if algorithm == oid::AES128_GCM.as_bytes() => Some(BulkCipher::Aes128Gcm),
        _ if algorithm == oid::AES256_CBC.as_bytes() => Some(BulkCipher::Aes256Cbc),
        _ if algorithm == oid::AES192_CBC.as_bytes() => Some(BulkCipher::Aes192Cbc),
        _ if algorithm == oid::AES128_CBC.as_bytes() => Some(BulkCipher::Aes128Cbc),
        _ if algorithm == oid::TRIPLE_DES_CBC.as_bytes() => Some(BulkCipher::TripleDesCbc),
        _ if algorithm == oid::DES_CBC.as_bytes() => Some(BulkCipher::DesCbc),
        _ => None,
    })
}

/// Appends an SMIMECapability, also of a cipher that is only decrypted with.
pub(super) fn write_capability(cipher: BulkCipher, out: &mut Vec<u8>) {
    match (cipher, algorithm(cipher)) {
        (BulkCipher::Rc2Cbc { effective_bits }, _) => {
            write::append_algorithm(out, oid::RC2_CBC, &write::small_integer(effective_bits.into()));
        }
        (BulkCipher::TripleDesCbc, _) => write::append_algorithm(out, oid::TRIPLE_DES_CBC, &[]),
        (_, Ok(algorithm)) => write::append_algorithm(out, algorithm, &[]),
        (_, Err(_)) => write::append_algorithm(out, oid::DES_CBC, &[]),
    }
}

/// The ciphers that are encrypted with here, the strongest first.
pub(super) const ENCRYPTED_WITH: [BulkCipher; 5] = [
    BulkCipher::Aes256Gcm,
    BulkCipher::Aes128Gcm,
    BulkCipher::Aes256Cbc,
    BulkCipher::Aes192Cbc,
    BulkCipher::Aes128Cbc,
];

/// The length of the key in octets.
pub(super) fn key_len(cipher: BulkCipher) -> usize {
    match cipher {
        BulkCipher::Aes128Cbc | BulkCipher::Aes128Gcm => 16,
        BulkCipher::Aes192Cbc | BulkCipher::TripleDesCbc => 24,
        BulkCipher::Aes256Cbc | BulkCipher::Aes256Gcm => 32,
        BulkCipher::DesCbc => 8,
        BulkCipher::Rc2Cbc { effective_bits } => usize::from(effective_bits / 8),
    }
}

/// The length of a block, and of a CBC initialisation vector, in octets.
pub(super) fn block_len(cipher: BulkCipher) -> usize {
    match cipher {
        BulkCipher::TripleDesCbc | BulkCipher::DesCbc | BulkCipher::Rc2Cbc { .. } => 8,
        _ => 16,
    }
}

/// Whether the cipher is too old to trust (RFC 8551, 2.7).
pub(super) fn is_legacy(cipher: BulkCipher) -> bool {
    matches!(cipher, BulkCipher::TripleDesCbc | BulkCipher::DesCbc | BulkCipher::Rc2Cbc { .. })
}

/// Each octet that pads, as often as it can be needed.
const PADDING: [[u8; BLOCK_MAX]; BLOCK_MAX + 1] = {
    let mut rows = [[0; BLOCK_MAX]; BLOCK_MAX + 1];
    let mut count = 0;
    while count <= BLOCK_MAX {
        rows[count] = [count as u8; BLOCK_MAX];
        count += 1;
    }
    rows
};

/// The padding of `length` octets: 1 to a block, each its own count.
pub(super) fn padding(length: u64, block: usize) -> &'static [u8] {
    let count = block - (length % block as u64) as usize;
    PADDING.get(count).and_then(|octets| octets.get(..count)).unwrap_or_default()
}

/// Removes the padding of CBC from a stream: the last block is held back until the stream ends.
pub(super) struct Unpadder {
    cipher: Box<dyn BulkEncryptor>,
    block: usize,
    last: Vec<u8>,
    fed: u64,
}

impl Unpadder {
    pub(super) fn new(cipher: Box<dyn BulkEncryptor>, block: usize) -> Unpadder {
        Unpadder { cipher, block, last: Vec::new(), fed: 0 }
    }

    /// Decrypts and appends, also the last block: once all octets that are there were fed, [`Unpadder::hold_back`] must
    /// take it from what was appended.
    pub(super) fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
        self.fed += input.len() as u64;
        out.append(&mut self.last);
        self.cipher.update(input, out)
    }

    /// The same for octets in several places, together no more than `most`.
    pub(super) fn update_all(
        &mut self,
        inputs: &mut dyn Iterator<Item = &[u8]>,
        most: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        out.append(&mut self.last);
        let fed = &mut self.fed;
        let mut counted = inputs.inspect(|input| *fed += input.len() as u64);
        self.cipher.update_all(&mut counted, most, out)
    }

    /// Takes the last block from what was appended since `out` had the length `start`.
    pub(super) fn hold_back(&mut self, out: &mut Vec<u8>, start: usize) {
        let keep = out.len().saturating_sub(self.block).max(start);
        self.last.extend(out.drain(keep..));
    }

    /// Checks the padding and appends what of the last block is content. Which of the octets is wrong does not show
    /// in the time it takes.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), CryptoError> {
        if self.fed == 0 || !self.fed.is_multiple_of(self.block as u64) {
            return Err(CryptoError::BadLength);
        }
        let mut rest = std::mem::take(&mut self.last);
        let ended = self.cipher.finish(None)?;
        rest.extend_from_slice(&ended);
        let count = rest.last().copied().unwrap_or_default();
        let mut bad = u8::from(count == 0) | u8::from(usize::from(count) > self.block);
        bad |= u8::from(rest.len() != self.block);
        for (at, octet) in rest.iter().rev().enumerate() {
            let padding = u8::from(at < usize::from(count));
            bad |= padding.wrapping_neg() & (octet ^ count);
        }
        if bad != 0 {
            return Err(CryptoError::Failed);
        }
        out.extend_from_slice(rest.get(..self.block - usize::from(count)).unwrap_or_default());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives back what it gets.
    struct Plain;

    impl BulkEncryptor for Plain {
        fn additional_data(&mut self, _: &[u8]) -> Result<(), CryptoError> {
            Err(CryptoError::Failed)
        }
        fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CryptoError> {
            out.extend_from_slice(input);
            Ok(())
        }
        fn finish(self: Box<Self>, _: Option<&[u8]>) -> Result<Vec<u8>, CryptoError> {
            Ok(Vec::new())
        }
    }

    fn unpad(bytes: &[u8], piece: usize) -> Result<Vec<u8>, CryptoError> {
        let mut unpadder = Unpadder::new(Box::new(Plain), 8);
        let mut out = Vec::new();
        for pieces in bytes.chunks(2 * piece) {
            let start = out.len();
            for piece in pieces.chunks(piece) {
                unpadder.update(piece, &mut out)?;
            }
            unpadder.hold_back(&mut out, start);
            assert!(out.len() <= bytes.len().saturating_sub(8).max(start));
        }
        unpadder.finish(&mut out)?;
        Ok(out)
    }

    fn gcm(nonce: usize, tag: u32) -> ContentEncryption {
        let parameters = write::sequence(&[write::octet_string(&vec![1; nonce]), write::small_integer(tag)]);
        let identifier = write::sequence(&[write::oid(oid::AES256_GCM), parameters]);
        ContentEncryption::read(&Element::only(&identifier, 0).unwrap(), true).unwrap()
    }

    #[test]
    fn nonces_and_tags_stop_at_their_bounds() {
        for (nonce, tag, taken) in
            [(1, 16, true), (NONCE_MAX, 16, true), (NONCE_MAX + 1, 16, false), (0, 16, false)]
                .into_iter()
                .chain([(12, 12, true), (12, 11, false), (12, TAG as u32, true), (12, TAG as u32 + 1, false)])
        {
            let read = gcm(nonce, tag);
            assert_eq!(read.cipher.is_some(), taken, "{nonce} {tag}");
            assert_eq!(read.tag_len, if taken { tag as usize } else { 0 });
        }
        // 12 octets when nothing is said
        let short = write::sequence(&[write::octet_string(&[1; 12])]);
        let identifier = write::sequence(&[write::oid(oid::AES128_GCM), short]);
        let read = ContentEncryption::read(&Element::only(&identifier, 0).unwrap(), true).unwrap();
        assert_eq!(read.tag_len, 12);
    }

    #[test]
    fn capabilities_that_are_not_known_are_passed_over() {
        let bits = |bits| write::sequence(&[write::oid(oid::RC2_CBC), write::small_integer(bits)]);
        let read = |capability: &[u8]| read_capability(&Element::only(capability, 0).unwrap()).unwrap();
        assert_eq!(read(&bits(64)), Some(BulkCipher::Rc2Cbc { effective_bits: 64 }));
        assert_eq!(read(&bits(63)), None);
        assert_eq!(read(&write::sequence(&[write::oid(oid::RC2_CBC)])), None);
        assert_eq!(read(&write::sequence(&[write::oid(oid::DATA)])), None);
    }

    #[test]
    fn padding_is_added_and_removed() {
        for length in 0..=25usize {
            let mut bytes = vec![9; length];
            bytes.extend(padding(length as u64, 8));
            assert_eq!(bytes.len() % 8, 0);
            for piece in 1..=bytes.len() {
                assert_eq!(unpad(&bytes, piece).unwrap(), vec![9; length]);
            }
        }
    }

    #[test]
    fn padding_that_is_wrong_anywhere_is_refused() {
        for last in
            [&[9, 9, 9, 9, 9, 9, 9, 0][..], &[9; 8], &[9, 9, 9, 9, 9, 2, 3, 3], &[7, 8, 8, 8, 8, 8, 8, 8]]
        {
            assert_eq!(unpad(&[&[1; 8], last].concat(), 5), Err(CryptoError::Failed), "{last:?}");
        }
        assert_eq!(unpad(&[1; 9], 5), Err(CryptoError::BadLength));
        assert_eq!(unpad(&[], 5), Err(CryptoError::BadLength));
    }
}
