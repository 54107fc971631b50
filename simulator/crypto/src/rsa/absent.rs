//! In place of the module where there are no such instructions: keys that cannot be.

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
