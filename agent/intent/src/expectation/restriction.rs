//! Which restrictions apply to the phone, and what the one on changing accounts does to the account.

use std::collections::BTreeMap;

use profile::Schema;

use super::DeviceFacts;
use super::expected::{Basis, Expected};
use crate::intent::Intent;
use crate::key;

/// Why a control of Settings refuses under the restriction.
pub(super) const FROZEN: Basis = Basis::new(
    &[],
    "Apple com.apple.applicationaccess: allowAccountModification, supervised devices from iOS 7",
);
const RESTRICTED: Basis = Basis::new(
    &[],
    "Apple com.apple.applicationaccess: each key, the iOS that has it, supervision and management",
);

/// Returns the restrictions of the profile that this iOS has and that need neither supervision nor
/// management which is missing.
pub(super) fn restrictions(
    intent: &Intent,
    facts: &DeviceFacts,
    managed: bool,
) -> BTreeMap<&'static str, Expected<bool>> {
    if intent.restrictions.is_empty() {
        return BTreeMap::new();
    }
    let applies = |known: &profile::schema::KeySchema| {
        known.introduced.is_none_or(|first| facts.ios >= first)
            && known.removed.is_none_or(|last| facts.ios < last)
            && (facts.supervised || known.supervised != Some(true))
            && (managed || known.manual != Some(false))
    };
    let known = Schema::builtin().keys(key::RESTRICTIONS).filter(|known| applies(known));
    known
        .filter_map(|known| {
            let name = known.name.as_str();
            Some((name, RESTRICTED.expect(*intent.restrictions.get(name)?, name)))
        })
        .collect()
}

/// Says whether the profile freezes the controls that Settings shows for accounts.
pub(super) fn freezes(intent: &Intent, facts: &DeviceFacts) -> bool {
    intent.restrictions.get(key::ALLOW_ACCOUNT_MODIFICATION) == Some(&false)
        && facts.obeys_account_modification()
}

/// Locks a switch of Settings that its own key leaves free.
pub(super) fn locked(by_key: Expected<bool>, intent: &Intent, facts: &DeviceFacts) -> Expected<bool> {
    if !by_key.value && freezes(intent, facts) {
        FROZEN.expect(true, key::ALLOW_ACCOUNT_MODIFICATION)
    } else {
        by_key
    }
}
