//! Why bytes are no property list, and where.

use super::Span;

/// A property list could not be read: the reason and the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ReadError {
    /// What is wrong.
    pub reason: ReadReason,
    /// Where; empty at the end of the document when something is missing there.
    pub span: Span,
}

/// What makes bytes unreadable as a property list. Secrets never enter it: content is described, not quoted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadReason {
    /// There is nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// The document is longer than [`super::DOCUMENT_BYTES_MAX`].
    #[error("the document has {bytes} bytes, more than {limit}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Values are nested deeper than [`super::DEPTH_MAX`].
    #[error("values are nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// There are more values than [`super::NODES_MAX`].
    #[error(
        "there are more than {limit} values, a dictionary or array counted as {}",
        super::CONTAINER_NODES
    )]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// A binary list's references unfold to more than [`super::BINARY_CONTENT_BYTES_MAX`].
    #[error("the values unfold to more than {limit} bytes")]
    TooMuchContent {
        /// The limit.
        limit: usize,
    },
    /// The bytes begin like an ASN.1 structure: a signed or encrypted profile that was not unwrapped.
    #[error(
        "this is an ASN.1 structure (a certificate, a key file, or a CMS structure that cannot be read), not a property list"
    )]
    Cms,
    /// The text begins as one with PEM armour does: a signed profile in its text form, a certificate, a key.
    #[error(
        "this is PEM text (a signed profile that was not written in binary form, a certificate, or a key), not a property list"
    )]
    Armour,
    /// The bytes begin like nothing known.
    #[error("this is neither an XML nor a binary property list")]
    UnknownFormat,
    /// The bytes are UTF-16 but carry no byte order mark, which XML requires.
    #[error("this is UTF-16 without a byte order mark")]
    Utf16WithoutMark,
    /// The encoding named in the XML declaration is not among UTF-8, US-ASCII, ISO-8859-1 and UTF-16.
    #[error("the declared encoding {name:?} is not supported")]
    UnsupportedEncoding {
        /// The name in the declaration, at most 40 characters.
        name: String,
    },
    /// The declaration names one encoding and the byte order mark shows another.
    #[error("the declaration says {declared} but the byte order mark says {found}")]
    ContradictedEncoding {
        /// The name in the declaration, at most 40 characters.
        declared: String,
        /// The encoding of the mark.
        found: &'static str,
    },
    /// A byte is impossible in the document's encoding.
    #[error("the bytes are not {encoding}")]
    InvalidEncoding {
        /// The encoding declared, or taken for granted.
        encoding: &'static str,
    },
    /// A character XML does not allow, in the text or as a numeric reference.
    #[error("character U+{code:04X} is not allowed in XML")]
    ForbiddenCharacter {
        /// Its code point.
        code: u32,
    },
    /// The document type has an internal subset; entities could be declared there.
    #[error("the document type declaration has an internal subset")]
    InternalSubset,
    /// The document type is for another root element.
    #[error("the document type is not for plist")]
    ForeignDocumentType,
    /// A reference to an entity other than the five of XML and numeric ones.
    #[error("entity &{name}; is not one of XML's own")]
    UnknownEntity {
        /// The entity's name, at most 40 characters.
        name: String,
    },
    /// A numeric character reference that names no character.
    #[error("the character reference names no character")]
    CharacterReference,
    /// Markup that is not XML.
    #[error("the XML is malformed: {fault}")]
    Malformed {
        /// What is wrong with it.
        fault: &'static str,
    },
    /// An end tag that does not match.
    #[error("the end tag does not close <{expected}>")]
    MismatchedEnd {
        /// The element that is open.
        expected: String,
    },
    /// The document ends while elements are open.
    #[error("the document ends inside <{element}>")]
    Truncated {
        /// The innermost element that is open.
        element: String,
    },
    /// An element that property lists do not have, or not here.
    #[error("<{name}> is not allowed here")]
    UnexpectedElement {
        /// Its name, at most 40 characters.
        name: String,
    },
    /// Text where only elements may stand.
    #[error("text is not allowed here")]
    UnexpectedText,
    /// The plist element has no value.
    #[error("there is no value")]
    NoValue,
    /// The plist element has a second value, or something follows it.
    #[error("there is more than one value")]
    MoreThanOneValue,
    /// A key at the end of a dictionary, or followed by another key.
    #[error("the key {key:?} has no value")]
    KeyWithoutValue {
        /// The key, at most 40 characters.
        key: String,
    },
    /// A value in a dictionary without a key before it.
    #[error("the value has no key")]
    ValueWithoutKey,
    /// Text in an element of that type that cannot be read as one.
    #[error("the text is no {expected}")]
    InvalidScalar {
        /// integer, real, date, data, boolean.
        expected: &'static str,
    },
    /// A number outside what a property list can hold.
    #[error("the integer does not fit 64 bits")]
    IntegerOutOfRange,
    /// A binary list's trailer is missing or contradicts the length of the document.
    #[error("the trailer of the binary list is missing or wrong")]
    Trailer,
    /// A binary list's object lies outside the document, or reaches beyond its end.
    #[error("an object reaches outside the document")]
    ObjectOutOfBounds,
    /// A binary list's reference names no object.
    #[error("a reference names object {reference}, of {objects}")]
    ReferenceOutOfBounds {
        /// The object named.
        reference: u64,
        /// How many there are.
        objects: u64,
    },
    /// A binary list's object contains itself.
    #[error("an object contains itself")]
    Cycle,
    /// A binary list's object of a type that property lists do not have (null, set, fill, URL).
    #[error("object type 0x{marker:02X} is not supported")]
    UnsupportedObject {
        /// The object's first byte.
        marker: u8,
    },
    /// A binary list's dictionary has a key that is no string.
    #[error("a key is not a string")]
    KeyNotString,
}

impl ReadReason {
    /// The error of this reason at a place.
    pub fn at(self, span: Span) -> ReadError {
        ReadError { reason: self, span }
    }
}

/// Cuts a name that goes into an error.
pub(super) fn short(name: &str) -> String {
    name.chars().take(40).collect()
}
