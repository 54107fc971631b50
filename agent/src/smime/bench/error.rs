//! What can go wrong while measuring. Nothing of it is the user's input, so all of it ends with exit code 3.

use smime::cms::{CmsError, DecryptError, SignatureError};
use smime::{CryptoError, IssueError, PathError, PrivateKeyError};
use thiserror::Error;

/// What kept a measurement from being made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BenchError {
    /// A test key cannot be read.
    #[error("failed to read a test key: {0}")]
    Key(#[from] PrivateKeyError),
    /// There is no test key of that holder.
    #[error("failed to find the test key of {holder}")]
    NoKey { holder: &'static str },
    /// A certificate cannot be made.
    #[error("failed to make a certificate: {0}")]
    Issue(#[from] IssueError),
    /// A primitive fails.
    #[error("failed to compute a primitive: {0}")]
    Primitive(#[from] CryptoError),
    /// The engine fails.
    #[error("failed to make or read a message: {0}")]
    Engine(#[from] CmsError),
    /// A message that was just made does not verify.
    #[error("failed to verify a message: {0}")]
    Signature(#[from] SignatureError),
    /// The certificate that was just made leads nowhere.
    #[error("failed to find a path: {0}")]
    Path(#[from] PathError),
    /// A message that was just made has no signer.
    #[error("failed to find the signer of a message")]
    NoSigner,
    /// A message that was just made does not open.
    #[error("failed to open a message: {0}")]
    Sealed(#[from] DecryptError),
    /// A command that is measured ends otherwise than with 0.
    #[error("failed to run {command}")]
    Command {
        /// With its arguments.
        command: String,
    },
}
