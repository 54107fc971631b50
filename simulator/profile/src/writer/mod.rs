//! Property lists written out: what [`crate::plist::read`] reads back to the same value.

mod binary;
mod xml;

pub use binary::write_binary;
pub use xml::write_xml;

use crate::Timestamp;

/// Property list dates have whole seconds and years of four digits; this is the time both writers put down.
fn writable(time: Timestamp) -> Timestamp {
    Timestamp::from_seconds(time.clamp(Timestamp::MIN, Timestamp::MAX).seconds())
}

#[cfg(test)]
mod tests;
