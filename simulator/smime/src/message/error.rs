use crate::cms::CmsError;
use crate::mime::MimeError;
use crate::{CryptoError, TlvError};
use thiserror::Error;

/// Why a message could not be opened or made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SmimeError {
    /// The MIME structure is wrong.
    #[error(transparent)]
    Mime(#[from] MimeError),
    /// The MIME structure inside compressed content is wrong. Octets are counted there.
    #[error("inside compressed content: {error}")]
    Compressed {
        /// What is wrong.
        error: MimeError,
    },
    /// The CMS structure inside is wrong, or not supported.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// Content that is to get protected headers says that it has them already.
    #[error("the header is protected already")]
    Protected,
    /// Layers are nested deeper than [`LAYERS_MAX`](super::LAYERS_MAX).
    #[error("the message has more than {limit} layers")]
    TooManyLayers {
        /// The bound.
        limit: usize,
    },
}

impl SmimeError {
    /// The error as one of content that was compressed, whose octets are not those of the message.
    pub(super) fn inside_compressed(self) -> SmimeError {
        match self {
            SmimeError::Mime(error) => SmimeError::Compressed { error },
            other => other,
        }
    }
}

impl From<CryptoError> for SmimeError {
    fn from(error: CryptoError) -> Self {
        SmimeError::Cms(error.into())
    }
}

impl From<TlvError> for SmimeError {
    fn from(error: TlvError) -> Self {
        SmimeError::Cms(error.into())
    }
}
