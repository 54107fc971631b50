//! Arbitrary octets, read as choices.

/// Octets that are read from the front; beyond the end there are zeros, so that every string of octets says something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Octets<'o>(&'o [u8]);

impl<'o> Octets<'o> {
    pub fn new(octets: &'o [u8]) -> Self {
        Octets(octets)
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn octet(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `count`; 0 where there is nothing to choose.
    pub fn choice(&mut self, count: usize) -> usize {
        usize::from(self.octet()).checked_rem(count).unwrap_or(0)
    }

    /// One of some things.
    pub fn one_of<T: Copy>(&mut self, all: &[T], otherwise: T) -> T {
        all.get(self.choice(all.len())).copied().unwrap_or(otherwise)
    }
}
