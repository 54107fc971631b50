//! YAML as a tree in which every value knows its place. The only module that knows the parser.
//!
//! Scalars stay as they were written: `12.0` is a version to one reader and a number to another, so nothing is made of
//! it here. What YAML offers beyond data (tags, several documents, merge keys, keys that are no text) is refused.

mod node;
mod read;

pub use node::{Entry, Node, Scalar, Span, Value};
pub use read::{MAX_DEPTH, MAX_FILE_OCTETS, MAX_KEYS, MAX_NODES, parse};
