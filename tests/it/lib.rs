//! Shared fixtures access of the conformance tests.
