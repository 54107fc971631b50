//! Expectations against observations; the values Run and Trial.
#![warn(missing_docs)]
