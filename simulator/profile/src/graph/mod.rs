//! Microsoft Graph's JSON as syntax: what an administrator wrote, word for word, with the JSON path of each.
//!
//! [`parse`] takes the objects out of a document, whatever stands around them; [`check`] holds one against what Graph
//! beta knows of its type. What the words mean is not known here. Limits: [`DOCUMENT_BYTES_MAX`], [`DEPTH_MAX`],
//! [`NODES_MAX`], [`RESOURCES_MAX`], [`ENVELOPES_MAX`], [`RESOURCE_FINDINGS_MAX`], [`ENVELOPE_FINDINGS_MAX`].

mod check;
mod error;
mod export;
mod finding;
pub mod json;
mod resource;
mod schema;
#[cfg(test)]
mod tests;

pub use check::{RESOURCE_FINDINGS_MAX, check};
pub use error::{JsonError, JsonReason};
pub use export::{
    ENVELOPE_FINDINGS_MAX, ENVELOPES_MAX, Export, RESOURCES_MAX, parse, parse_named, parse_object,
};
pub use finding::{EXCERPT_CHARACTERS_MAX, Finding, excerpt};
pub use json::{DEPTH_MAX, DOCUMENT_BYTES_MAX, NODES_MAX};
pub use resource::{Link, Resource, ResourceKind};
pub use schema::{GraphType, Kind, TYPES, Words, graph_type};
