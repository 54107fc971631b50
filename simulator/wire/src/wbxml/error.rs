//! Why a document could not be read or written.

use super::Tag;

/// A document that breaks the format or a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct WbxmlError {
    /// Where: in the document when decoding, in the output so far when encoding.
    pub offset: usize,
    /// What was wrong there.
    pub reason: WbxmlReason,
}

/// What was wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WbxmlReason {
    /// The document ends inside a value or before its last element does.
    #[error("the document is cut off")]
    Truncated,
    /// The version byte is not 1.0 to 1.3.
    #[error("version byte 0x{0:02X} is not supported")]
    Version(u8),
    /// The character set is not UTF-8 (MIBenum 106).
    #[error("character set {0} is not UTF-8")]
    Charset(u32),
    /// There is a string table, which ActiveSync never sends.
    #[error("there is a string table of {0} bytes")]
    StringTable(u32),
    /// A multi-byte integer has more than five bytes or more than 32 bits.
    #[error("an integer has more than 32 bits")]
    IntegerTooLong,
    /// A token that ActiveSync does not use, such as an entity, an attribute or an extension.
    #[error("token 0x{0:02X} is not used by ActiveSync")]
    Token(u8),
    /// A string or opaque value stands outside the root element.
    #[error("a value stands outside the root element")]
    OutsideRoot,
    /// There is no root element.
    #[error("there is no root element")]
    NoRoot,
    /// Something follows the root element.
    #[error("something follows the root element")]
    TrailingBytes,
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// A string to be written contains NUL, which ends strings.
    #[error("the text of {0} contains NUL")]
    NulInText(Tag),
    /// Elements nest deeper than [`super::DEPTH`].
    #[error("elements nest deeper than {}", super::DEPTH)]
    TooDeep,
    /// There are more elements than [`super::ELEMENTS`].
    #[error("there are more than {} elements", super::ELEMENTS)]
    TooManyElements,
    /// There are more values than [`super::VALUES`].
    #[error("there are more than {} values", super::VALUES)]
    TooManyValues,
    /// The document is larger than [`super::DOCUMENT_BYTES`].
    #[error("the document is larger than {} bytes", super::DOCUMENT_BYTES)]
    TooLarge,
}
