//! Reading CompressedData (RFC 3274).

use super::parser::{Head, Parser, Sink};
use super::{CmsError, oid};
use const_oid::ObjectIdentifier;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// How large compressed content may become unless told otherwise, in octets.
pub const DECOMPRESSED_MAX: u64 = 64 * 1024 * 1024;
/// How much is expanded at a time, in octets.
const STEP: usize = 32 * 1024;

/// Content that was compressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Decompressed {
    /// The type of the content; mail has id-data.
    pub content_type: ObjectIdentifier,
    /// How many octets the compressed form has.
    pub compressed_size: u64,
    /// The content.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Decompressed {
    /// Leaves the content out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decompressed")
            .field("content_type", &self.content_type)
            .field("compressed_size", &self.compressed_size)
            .field("content_len", &self.content.len())
            .finish()
    }
}

/// Expands CompressedData, DER or BER, to at most `limit` octets; [`DECOMPRESSED_MAX`] is a good one for mail.
///
/// # Errors
///
/// Encodings, bounds, other content types; [`CmsError::Compression`] for an algorithm that is not zlib and for content
/// that is broken, [`CmsError::Expansion`] past the limit, [`CmsError::NoContent`].
pub fn decompress(der_or_ber: &[u8], limit: u64) -> Result<Decompressed, CmsError> {
    let mut content = Vec::new();
    let mut decompressor = Decompressor::new(limit);
    decompressor.update(der_or_ber, &mut content)?;
    Ok(Decompressed { content, ..decompressor.finish()? })
}

/// Expands CompressedData from pieces of any size.
pub struct Decompressor {
    parser: Parser,
    expansion: Expansion,
}

impl Decompressor {
    /// Starts a message whose content may have `limit` octets.
    pub fn new(limit: u64) -> Decompressor {
        let expansion = Expansion {
            limit,
            content_type: None,
            state: InflateState::new_boxed(DataFormat::Zlib),
            ended: false,
            read: 0,
            written: 0,
            out: Vec::new(),
        };
        Decompressor { parser: Parser::new(), expansion }
    }

    /// Feeds octets and appends content.
    ///
    /// # Errors
    ///
    /// Those of [`decompress`]. The decompressor must not be fed again after.
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), CmsError> {
        let result = self.parser.update(input, &mut self.expansion);
        out.append(&mut self.expansion.out);
        result
    }

    /// Ends the message. The report has no content.
    ///
    /// # Errors
    ///
    /// Truncation, of the message or of what is compressed.
    pub fn finish(self) -> Result<Decompressed, CmsError> {
        let attached = self.parser.finish()?.signed.attached;
        let Some(content_type) = self.expansion.content_type.filter(|_| attached) else {
            return Err(CmsError::NoContent);
        };
        if !self.expansion.ended {
            return Err(CmsError::Compression);
        }
        Ok(Decompressed { content_type, compressed_size: self.expansion.read, content: Vec::new() })
    }
}

/// Takes what the parser finds.
struct Expansion {
    limit: u64,
    content_type: Option<ObjectIdentifier>,
    state: Box<InflateState>,
    /// Whether the end of what is compressed was read.
    ended: bool,
    read: u64,
    written: u64,
    out: Vec<u8>,
}

impl Sink for Expansion {
    fn head(&mut self, head: Head) -> Result<(), CmsError> {
        let Head::Compressed(head) = head else {
            return Err(CmsError::Unsupported { content_type: head.message_type() });
        };
        if head.algorithm != oid::ZLIB {
            return Err(CmsError::Compression);
        }
        self.content_type = Some(head.content_type);
        Ok(())
    }

    fn content(&mut self, mut octets: &[u8]) -> Result<(), CmsError> {
        self.read += octets.len() as u64;
        let mut piece = vec![0; STEP];
        loop {
            if self.ended {
                return if octets.is_empty() { Ok(()) } else { Err(CmsError::Compression) };
            }
            let step = inflate(&mut self.state, octets, &mut piece, MZFlush::None);
            octets = octets.get(step.bytes_consumed..).unwrap_or_default();
            self.written += step.bytes_written as u64;
            if self.written > self.limit {
                return Err(CmsError::Expansion { limit: self.limit });
            }
            self.out.extend_from_slice(piece.get(..step.bytes_written).unwrap_or_default());
            match step.status {
                Ok(MZStatus::StreamEnd) => self.ended = true,
                Ok(_) | Err(MZError::Buf) if step.bytes_written == 0 && octets.is_empty() => return Ok(()),
                // What was held back may come out when there is nothing to read, and then it says that there is nothing.
                Ok(_) | Err(MZError::Buf) if step.bytes_consumed > 0 || step.bytes_written > 0 => {}
                _ => return Err(CmsError::Compression),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::write;
    use miniz_oxide::deflate::compress_to_vec_zlib;
    use proptest::prelude::*;

    fn message(algorithm: ObjectIdentifier, compressed: &[u8]) -> Vec<u8> {
        let content =
            write::sequence(&[write::oid(oid::DATA), write::tlv(0xa0, &write::octet_string(compressed))]);
        let data =
            write::sequence(&[write::small_integer(0), write::sequence(&[write::oid(algorithm)]), content]);
        write::sequence(&[write::oid(oid::COMPRESSED_DATA), write::tlv(0xa0, &data)])
    }

    fn zlib(content: &[u8]) -> Vec<u8> {
        message(oid::ZLIB, &compress_to_vec_zlib(content, 6))
    }

    #[test]
    fn the_limit_is_exact() {
        let limit = 100_000;
        let at = decompress(&zlib(&vec![7; limit]), limit as u64).unwrap();
        assert!(at.content == vec![7; limit] && at.content_type == oid::DATA);
        assert!(at.compressed_size < 1000);
        let over = decompress(&zlib(&vec![7; limit + 1]), limit as u64);
        assert_eq!(over, Err(CmsError::Expansion { limit: limit as u64 }));
    }

    #[test]
    fn a_bomb_stops_at_the_usual_limit() {
        let size = usize::try_from(DECOMPRESSED_MAX).unwrap();
        assert!(decompress(&zlib(&vec![0; size]), DECOMPRESSED_MAX).unwrap().content.len() == size);
        let over = decompress(&zlib(&vec![0; size + 1]), DECOMPRESSED_MAX);
        assert_eq!(over, Err(CmsError::Expansion { limit: DECOMPRESSED_MAX }));
    }

    #[test]
    fn broken_compression_is_one_error() {
        let whole = compress_to_vec_zlib(b"some content that is compressed", 6);
        for length in 0..whole.len() {
            let short = decompress(&message(oid::ZLIB, &whole[..length]), 1000);
            assert_eq!(short, Err(CmsError::Compression), "{length}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert_eq!(decompress(&message(oid::ZLIB, &longer), 1000), Err(CmsError::Compression));
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(decompress(&message(oid::ZLIB, &damaged), 1000), Err(CmsError::Compression));
        assert_eq!(decompress(&message(oid::DATA, &whole), 1000), Err(CmsError::Compression));
    }

    #[test]
    fn content_must_be_inside() {
        let data = write::sequence(&[
            write::small_integer(0),
            write::sequence(&[write::oid(oid::ZLIB)]),
            write::sequence(&[write::oid(oid::DATA)]),
        ]);
        let message = write::sequence(&[write::oid(oid::COMPRESSED_DATA), write::tlv(0xa0, &data)]);
        assert_eq!(decompress(&message, 10), Err(CmsError::NoContent));
    }

    #[test]
    fn much_from_little_in_pieces() {
        let content = vec![b'0'; 400_000];
        let message = zlib(&content);
        for piece in 1..=message.len() {
            let mut out = Vec::new();
            let mut decompressor = Decompressor::new(400_000);
            for piece in message.chunks(piece) {
                decompressor.update(piece, &mut out).unwrap();
            }
            decompressor.finish().unwrap();
            assert!(out == content, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(content in proptest::collection::vec(any::<u8>(), 0..3000), piece in 1usize..200) {
            let message = zlib(&content);
            let mut out = Vec::new();
            let mut decompressor = Decompressor::new(3000);
            for piece in message.chunks(piece) {
                decompressor.update(piece, &mut out).unwrap();
            }
            prop_assert_eq!(decompressor.finish().unwrap().content_type, oid::DATA);
            prop_assert_eq!(out, content);
        }

        #[test]
        fn any_octets_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decompress(&message(oid::ZLIB, &bytes), 10_000);
        }
    }
}
