use super::{DecryptError, KeyEncryption, ProtectedHeaders, RecipientId, SignerReport};
use crate::{BulkCipher, Certificate, Timestamp};
use std::fmt;

/// A message after its layers were taken off.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The layers, outermost first; none for a message that is neither signed nor encrypted.
    pub layers: Vec<Layer>,
    /// The innermost MIME entity; the message itself when it has no layers. `None` when a layer could not be decrypted
    /// or carries certificates only.
    pub content: Option<Vec<u8>>,
    /// The header fields that came inside the layers (RFC 9788), compared with those outside; `None` when there are
    /// none, or no layer that protects.
    pub protected_headers: Option<ProtectedHeaders>,
}

impl Opened {
    /// Whether a layer is encrypted, opened or not.
    pub fn is_encrypted(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer, Layer::Encrypted(_)))
    }

    /// Whether a layer is signed, validly or not.
    pub fn is_signed(&self) -> bool {
        self.signers().next().is_some()
    }

    /// Whether there are layers that protect, all encrypted ones opened, and every signed one has signers, all of them
    /// valid.
    pub fn all_valid(&self) -> bool {
        self.layers.iter().any(Layer::protects)
            && self.layers.iter().all(|layer| match layer {
                Layer::Signed(signed) => {
                    !signed.signers.is_empty() && signed.signers.iter().all(SignerReport::valid)
                }
                Layer::Encrypted(encrypted) => encrypted.opened_by.is_ok(),
                Layer::Compressed(_) => true,
            })
    }

    /// The signers of all layers, outermost first.
    pub fn signers(&self) -> impl Iterator<Item = &SignerReport> {
        self.layers.iter().flat_map(|layer| match layer {
            Layer::Signed(signed) => signed.signers.as_slice(),
            Layer::Encrypted(_) | Layer::Compressed(_) => &[],
        })
    }
}

impl fmt::Debug for Opened {
    /// Leaves the content out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("layers", &self.layers)
            .field("content_len", &self.content.as_ref().map(Vec::len))
            .finish_non_exhaustive()
    }
}

/// One layer of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layer {
    /// SignedData, detached or opaque.
    Signed(SignedLayer),
    /// EnvelopedData or AuthEnvelopedData.
    Encrypted(EncryptedLayer),
    /// CompressedData, which protects nothing.
    Compressed(CompressedLayer),
}

impl Layer {
    /// Whether the layer signs or encrypts.
    pub fn protects(&self) -> bool {
        !matches!(self, Layer::Compressed(_))
    }
}

/// A compressed layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressedLayer {
    /// How many octets the compressed form has.
    pub compressed_size: u64,
    /// How many octets the content has.
    pub size: u64,
}

/// A signed layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLayer {
    /// Whether the signature stands beside the content (`multipart/signed`).
    pub detached: bool,
    /// The signers; none in a message that carries certificates only.
    pub signers: Vec<SignerReport>,
    /// The certificates that the layer carries, each once.
    pub certificates: Vec<Certificate>,
}

/// An encrypted layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedLayer {
    /// The content cipher, if it is known.
    pub cipher: Option<BulkCipher>,
    /// Whether the cipher is too old to trust.
    pub legacy: bool,
    /// Whether a tag authenticates the content (AuthEnvelopedData).
    pub authenticated: bool,
    /// The time that the tag authenticates too, if the layer opened and has one.
    pub authenticated_time: Option<Timestamp>,
    /// How the key that was tried is encrypted, if it is known.
    pub key_encryption: Option<KeyEncryption>,
    /// Whom the message is encrypted to.
    pub recipients: Vec<RecipientId>,
    /// Which of the identities opened it, or why none did.
    pub opened_by: Result<usize, DecryptError>,
}
