//! Observations of a device, and the port through which they are made.
#![warn(missing_docs)]
