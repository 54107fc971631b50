//! ASN.1 basic and distinguished encoding (X.690) as bytes: a push framer for streams, a reader for slices, and a
//! writer that gives DER.
//!
//! Nothing here knows CMS. What is read may be BER: indefinite lengths, constructed strings, lengths that are not
//! minimal. What is written is DER, except where a stream of unknown length begins with [`write::indefinite`].

mod element;
mod error;
mod framer;
mod header;
mod time;
pub(crate) mod write;

pub(crate) use element::{Element, Reader};
pub use error::TlvError;
pub(crate) use framer::{Framer, Step, Visitor};
pub(crate) use header::{Class, DEPTH_MAX, HEADER_MAX, Header, Length, Tag};
#[cfg(test)]
pub(crate) use time::write_time;
pub(crate) use time::{append_time, read_time};
