//! What every operation is handed: the time and the cryptography.

use crate::CryptoProvider;
use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// What a verb needs from outside: the virtual time and the primitives.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time at which the operation happens; certificate validity is judged at it.
    pub now: Timestamp,
    /// The primitives.
    pub crypto: &'a dyn CryptoProvider,
}
