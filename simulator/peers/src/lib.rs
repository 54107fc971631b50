//! The counterparties of a device as state machines.
#![warn(missing_docs)]
