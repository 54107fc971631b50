use super::{DecryptError, RecipientId, SignerReport};
use crate::{BulkCipher, Certificate};
use std::fmt;

/// A message after its layers were taken off.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The layers, outermost first; none for a message that is neither signed nor encrypted.
    pub layers: Vec<Layer>,
    /// The innermost MIME entity; the message itself when it has no layers. `None` when a layer could not be decrypted
    /// or carries certificates only.
    pub content: Option<Vec<u8>>,
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

    /// Whether there are layers, all encrypted ones opened, and every signed one has signers, all of them valid.
    pub fn all_valid(&self) -> bool {
        !self.layers.is_empty()
            && self.layers.iter().all(|layer| match layer {
                Layer::Signed(signed) => {
                    !signed.signers.is_empty() && signed.signers.iter().all(SignerReport::valid)
                }
                Layer::Encrypted(encrypted) => encrypted.opened_by.is_ok(),
            })
    }

    /// The signers of all layers, outermost first.
    pub fn signers(&self) -> impl Iterator<Item = &SignerReport> {
        self.layers.iter().flat_map(|layer| match layer {
            Layer::Signed(signed) => signed.signers.as_slice(),
            Layer::Encrypted(_) => &[],
        })
    }
}

impl fmt::Debug for Opened {
    /// Leaves the content out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("layers", &self.layers)
            .field("content_len", &self.content.as_ref().map(Vec::len))
            .finish()
    }
}

/// One layer of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// SignedData, detached or opaque.
    Signed(SignedLayer),
    /// EnvelopedData.
    Encrypted(EncryptedLayer),
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
    /// Whom the message is encrypted to.
    pub recipients: Vec<RecipientId>,
    /// Which of the identities opened it, or why none did.
    pub opened_by: Result<usize, DecryptError>,
}
