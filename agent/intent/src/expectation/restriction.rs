//! What a restriction on changing accounts does to the account of the profile.

use super::DeviceFacts;
use super::expected::{Basis, Expected};
use crate::intent::Intent;
use crate::key;

/// Why a control of Settings refuses under the restriction.
pub(super) const FROZEN: Basis = Basis::new(
    &[],
    "Apple com.apple.applicationaccess: allowAccountModification, supervised devices from iOS 7",
);

/// Says whether the profile freezes the controls that Settings shows for accounts.
pub(super) fn freezes(intent: &Intent, facts: &DeviceFacts) -> bool {
    intent.account_modification == Some(false) && facts.obeys_account_modification()
}

/// Locks a switch of Settings that its own key leaves free.
pub(super) fn locked(by_key: Expected<bool>, intent: &Intent, facts: &DeviceFacts) -> Expected<bool> {
    if !by_key.value && freezes(intent, facts) {
        FROZEN.expect(true, key::ALLOW_ACCOUNT_MODIFICATION)
    } else {
        by_key
    }
}
