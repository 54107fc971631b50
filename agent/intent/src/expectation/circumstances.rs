//! What the phone holds before the profile comes.

use serde::{Deserialize, Serialize};

use crate::intent::Intent;

/// Holds what the phone already has; by default it is fresh.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circumstances {
    /// Exchange accounts that the user made by hand.
    pub own_accounts: Vec<OwnAccount>,
    /// Whether the profile replaces an earlier version of itself.
    pub updates: bool,
    /// Whether a management server brings the profile; what only such a one may set acts then alone.
    pub managed: bool,
    /// Whether the policy is assigned to the user or the phone, where that is known (EAS-003).
    pub assigned: Option<bool>,
}

/// Holds what tells one account from another (XTR-005).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccount {
    /// The server.
    pub host: String,
    /// The address.
    pub email_address: String,
}

impl Circumstances {
    /// Says whether the user has the account of the profile already; case does not matter.
    pub(super) fn has_account_of(&self, intent: &Intent) -> bool {
        let same = |ours: &Option<String>, theirs: &str| {
            ours.as_ref().is_some_and(|ours| ours.eq_ignore_ascii_case(theirs))
        };
        self.own_accounts
            .iter()
            .any(|own| same(&intent.host, &own.host) && same(&intent.email_address, &own.email_address))
    }
}
