//! Configuration profiles and Graph JSON as syntax: spanned property lists, payload model, schema, lint, writer.
//!
//! The crate knows no device, no server, no clock and no ASN.1: the time and facts about certificates are
//! arguments, and a profile is only read, checked and written, never installed.
#![warn(missing_docs)]

pub mod graph;
pub mod lint;
pub mod plist;
pub mod schema;

mod finding;
mod model;
mod payload;
mod position;
mod root;
mod timestamp;
mod version;
mod writer;

pub use finding::{Finding, Severity};
pub use lint::{CertificateFacts, CertificateKind, KeyUsage, OpenError, lint};
pub use model::{Profile, parse};
pub use payload::{Payload, WrongType};
pub use plist::Format;
pub use position::LineIndex;
pub use root::Root;
pub use schema::{MissingKey, Schema, SchemaError, TypeError, missing_keys, type_errors};
pub use timestamp::{Timestamp, TimestampError};
pub use version::{OsVersion, VersionError};
pub use writer::{write_binary, write_xml};
