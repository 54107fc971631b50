//! Restrictions and passcode rules of all installed profiles, merged: the most restrictive wins, key by key, and the
//! result names who won and who lost.
//!
//! Keys: com.apple.applicationaccess and com.apple.mobiledevice.passwordpolicy of Apple's schema. A key that has no effect
//! on the device (supervision, version, by hand) takes no part.

mod merge;
mod rule;

pub use merge::{EffectiveRestriction, EffectiveRestrictions, RestrictionSource, RestrictionValue};
pub use rule::RestrictionRule;
