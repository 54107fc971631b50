//! What the administrator meant: policy, compile, expectations.
#![warn(missing_docs)]
