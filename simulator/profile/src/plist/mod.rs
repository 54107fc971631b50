//! Property lists, XML and binary, read with byte spans and under written limits.

mod binary;
mod encoding;
mod error;
mod pool;
mod reader;
mod value;
mod xml;

pub use encoding::Text;
pub(crate) use encoding::is_latin1;
pub use error::{ReadError, ReadReason};
pub use reader::{Format, Reading, read, read_with_findings};
pub use value::{Dictionary, Entry, Node, Span, Value, is_secret_key};

/// The longest document read, in bytes: 16 MiB. Real profiles stay below 1 MiB; the largest carry fonts.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The deepest nesting read: the root is at depth 1. Apple's schema needs 12; 64 leaves room for vendor
/// configuration and keeps every later recursive walk, dropping included, far from the end of a stack.
pub const DEPTH_MAX: usize = 64;
/// The most values read, dictionary keys not counted. A dictionary or array counts as [`CONTAINER_NODES`]: together this
/// keeps what is read of 10 MB below 70 MB, whatever it is. 80,000 mail accounts are read.
pub const NODES_MAX: usize = 1_200_000;
/// As how many values a dictionary or array counts; it takes as much memory, and there may be a payload of each.
pub const CONTAINER_NODES: usize = 3;
/// The most bytes of strings, keys and data taken from a binary list, where one object may be referred to often.
pub const BINARY_CONTENT_BYTES_MAX: usize = 2 * DOCUMENT_BYTES_MAX;
/// The most findings one reading reports; further ones of the same document are dropped.
pub const FINDINGS_MAX: usize = 1_000;

#[cfg(test)]
mod tests;
