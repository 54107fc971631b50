//! Rendering of what was found.
#![warn(missing_docs)]
