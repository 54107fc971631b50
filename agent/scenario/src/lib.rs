//! The option space of mail profiles: every combination of settings whose effect the documents settle.
#![warn(missing_docs)]

mod space;

pub use space::{Case, SMIME_SWITCHES, smime_space, sync_space};
