//! What Apple publishes about each payload type and key, and profiles checked against it.

mod conformance;
mod table;

pub(crate) use conformance::{Meeting, Place, is_of_type, meet};
pub(crate) use table::Tables;

pub use conformance::{MissingKey, TypeError, missing_keys, type_errors};
pub use table::{
    Counts, KeySchema, KeyType, Literal, PayloadSchema, Presence, Range, Repetition, SCHEMA_BYTES_MAX,
    Schema, SchemaError, SharedIpad, Source, UserEnrolment,
};

#[cfg(test)]
mod tests;
