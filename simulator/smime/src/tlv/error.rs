use thiserror::Error;

/// Why bytes are not the encoding that was expected; every variant says at which octet of the input.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TlvError {
    /// The input ends inside an element.
    #[error("the encoding is cut short at octet {offset}")]
    Truncated {
        /// Where the input ended.
        offset: u64,
    },
    /// An identifier or length that cannot be read, or that is longer than 16 octets.
    #[error("the header at octet {offset} cannot be read")]
    Header {
        /// Where the header begins.
        offset: u64,
    },
    /// Elements are nested deeper than 32 levels.
    #[error("elements are nested deeper than {limit} at octet {offset}")]
    Depth {
        /// Where the element that is too deep begins.
        offset: u64,
        /// The bound.
        limit: usize,
    },
    /// An element says it is longer than what encloses it.
    #[error("the element at octet {offset} is longer than what encloses it")]
    Overrun {
        /// Where the element begins.
        offset: u64,
    },
    /// Octets follow the element that should be the last.
    #[error("octets follow the end of the encoding at octet {offset}")]
    Trailing {
        /// Where the first octet too many stands.
        offset: u64,
    },
    /// End-of-contents octets where no element of indefinite length is open.
    #[error("end-of-contents octets without a beginning at octet {offset}")]
    EndOfContents {
        /// Where they stand.
        offset: u64,
    },
    /// An element of another type than the structure has at this place.
    #[error("expected {expected} at octet {offset}")]
    Unexpected {
        /// Where the element begins.
        offset: u64,
        /// What the structure has here.
        expected: &'static str,
    },
    /// A value that its type does not allow.
    #[error("the {what} at octet {offset} has a value that cannot be")]
    Value {
        /// Where the element begins.
        offset: u64,
        /// What it is.
        what: &'static str,
    },
    /// The structures around the content are larger than is accepted.
    #[error("the structure at octet {offset} passes the bound of {limit} octets")]
    TooLarge {
        /// Where the element begins.
        offset: u64,
        /// The bound on all such structures together, in octets.
        limit: usize,
    },
}
