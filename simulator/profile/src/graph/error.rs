//! Why a document is no JSON.

/// Reports why a document cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct JsonError {
    /// What is the case.
    pub reason: JsonReason,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Names what keeps a document from being JSON (RFC 8259), or a limit it passes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonReason {
    /// More bytes than are read.
    #[error("the document is longer than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Neither UTF-8 nor UTF-16 with a byte order mark.
    #[error("the document is no UTF-8 text")]
    NotText,
    /// Another character than the syntax allows there.
    #[error("{found:?} stands where {expected} should")]
    Unexpected {
        /// The character.
        found: char,
        /// What may stand there.
        expected: &'static str,
    },
    /// The document ends too early.
    #[error("the document ends where {expected} should stand")]
    Truncated {
        /// What is missing.
        expected: &'static str,
    },
    /// A number that JSON does not write so.
    #[error("this is no number in JSON")]
    Number,
    /// An escape that JSON does not have, or half a surrogate pair.
    #[error("this is no escape in JSON")]
    Escape,
    /// A control character inside a string.
    #[error("a control character in a string has to be escaped")]
    ControlCharacter,
    /// More nesting than is read.
    #[error("the nesting is deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More values than are read.
    #[error("there are more than {limit} values")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Something after the value.
    #[error("something stands after the end of the value")]
    Trailing,
}
