use thiserror::Error;

/// Why octets are not the MIME entity that was expected.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MimeError {
    /// The header is longer than [`HEADER_BLOCK_MAX`](super::HEADER_BLOCK_MAX) octets.
    #[error("the header passes the bound of {limit} octets")]
    HeaderTooLong {
        /// The bound in octets.
        limit: usize,
    },
    /// The header has more than [`FIELDS_MAX`](super::FIELDS_MAX) fields.
    #[error("the header passes the bound of {limit} fields")]
    TooManyFields {
        /// The bound.
        limit: usize,
    },
    /// A line of a header that is to be kept whole is no field and continues none.
    #[error(
        "line {line} of the header is no header field; text that is all body needs an empty line in front"
    )]
    HeaderLine {
        /// Which line, counted from 1.
        line: usize,
    },
    /// A line of quoted-printable is longer than is read.
    #[error("a line of the body passes the bound of {limit} octets")]
    LineTooLong {
        /// The bound in octets.
        limit: usize,
    },
    /// PEM text without a block of CMS.
    #[error("the PEM text holds no CMS message")]
    Pem,
    /// PEM text whose block is not closed, or by another line than its own.
    #[error("the PEM text has no end of its block at octet {offset}")]
    PemEnd {
        /// Where the last line should stand.
        offset: u64,
    },
    /// A multipart without a usable `boundary` parameter.
    #[error("the multipart names no usable boundary")]
    Boundary,
    /// A `multipart/signed` has another number of parts than two (RFC 1847, 2.1).
    #[error("the signed multipart has {found} parts instead of two")]
    PartCount {
        /// How many were found; counting stops at three.
        found: usize,
    },
    /// A multipart has more than [`PARTS_MAX`](super::PARTS_MAX) parts.
    #[error("the multipart passes the bound of {limit} parts")]
    TooManyParts {
        /// The bound.
        limit: usize,
    },
    /// The boundary given for a new multipart occurs in what it should enclose.
    #[error("the boundary occurs in the content")]
    BoundaryInContent,
    /// A transfer encoding that CMS is not carried in.
    #[error("the transfer encoding {encoding:?} is not supported here")]
    TransferEncoding {
        /// The encoding as it was named, cut to 32 characters.
        encoding: String,
    },
    /// An octet that base64 does not have, or one after its end.
    #[error("octet {offset} is not base64")]
    Base64 {
        /// Where it stands in what was read: the encoded body or, of a message that is read in pieces
        /// ([`message::stream`](crate::message::stream)), the message.
        offset: u64,
    },
}

impl MimeError {
    /// The error with its place in what so many octets stand in front of.
    pub(crate) fn behind(self, octets: u64) -> MimeError {
        match self {
            MimeError::Base64 { offset } => MimeError::Base64 { offset: offset + octets },
            MimeError::PemEnd { offset } => MimeError::PemEnd { offset: offset + octets },
            other => other,
        }
    }
}
