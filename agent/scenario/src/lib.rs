//! The option space of mail profiles.
#![warn(missing_docs)]
