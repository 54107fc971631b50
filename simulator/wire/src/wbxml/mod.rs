//! WBXML as ActiveSync uses it: version 1.3, UTF-8, no string table, no attributes (MS-ASWBXML section 2.1.2).

mod codepages;
mod decode;
mod element;
mod encode;
mod error;
mod tag;
#[cfg(test)]
mod tests;
mod text;

pub use decode::decode;
pub use element::{Element, Node};
pub use encode::encode;
pub use error::{WbxmlError, WbxmlReason};
pub use tag::{Page, Tag};
pub use text::Text;

/// How deep elements may nest; the deepest ActiveSync schema (Sync with a calendar exception) needs 10.
pub const DEPTH: usize = 64;
/// The largest document in bytes.
pub const DOCUMENT_BYTES: usize = 32 << 20;
/// The most elements of a document.
pub const ELEMENTS: usize = 200_000;
/// The most strings and opaque values of a document.
pub const VALUES: usize = 200_000;

const VERSION_1_3: u8 = 0x03;
const PUBLIC_ID_UNKNOWN: u8 = 0x01;
const CHARSET_UTF_8: u32 = 0x6a;

const SWITCH_PAGE: u8 = 0x00;
const END: u8 = 0x01;
const STR_I: u8 = 0x03;
const OPAQUE: u8 = 0xc3;
const CONTENT: u8 = 0x40;
const ATTRIBUTES: u8 = 0x80;
