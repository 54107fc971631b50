//! In place of the module where there are no such instructions: keys that cannot be.

use crate::evp::RsaParts;

/// Raising to a public exponent modulo a public modulus; there is none.
pub(crate) enum Power {}

impl Power {
    /// Prepares no key.
    pub(crate) fn new(_: &[u8], _: u64) -> Option<Power> {
        None
    }

    /// The length of the modulus.
    pub(crate) fn len(&self) -> usize {
        match *self {}
    }

    /// Raises a number.
    pub(crate) fn raise(&self, _: &mut [u8]) -> Option<()> {
        match *self {}
    }
}

/// Raising to a private exponent; there is none.
pub(crate) enum PrivatePower {}

impl PrivatePower {
    /// Prepares no key.
    pub(crate) fn new(_: &RsaParts) -> Option<PrivatePower> {
        None
    }

    /// The length of the modulus.
    pub(crate) fn len(&self) -> usize {
        match *self {}
    }

    /// Raises a number.
    pub(crate) fn raise(&self, _: &mut [u8]) -> Option<()> {
        match *self {}
    }
}
