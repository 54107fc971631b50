//! The simulated iOS device.
#![warn(missing_docs)]
