//! What the expectations have to know of the phone.

use profile::OsVersion;
use serde::{Deserialize, Serialize};

use crate::variant::Variants;

/// Holds the few facts about a phone on which expectations depend; none of them is behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// The version of iOS.
    pub ios: OsVersion,
    /// Whether the phone is supervised.
    pub supervised: bool,
    /// How many identities there are to pick from.
    pub identities: usize,
    /// The readings under which the phone is judged.
    pub variants: Variants,
}

impl DeviceFacts {
    /// Says whether the OAuth key acts (iOS 12).
    pub(crate) fn obeys_oauth(&self) -> bool {
        self.is_at_least(12)
    }

    /// Says whether the newer S/MIME keys, overrides among them, act and their controls exist (iOS 12).
    pub(crate) fn has_smime_controls(&self) -> bool {
        self.is_at_least(12)
    }

    /// Says whether the ten service keys act (iOS 13).
    pub(crate) fn obeys_service_keys(&self) -> bool {
        self.is_at_least(13)
    }

    /// Says whether a sign-in address for OAuth is obeyed (iOS 13).
    pub(crate) fn obeys_oauth_sign_in_url(&self) -> bool {
        self.is_at_least(13)
    }

    /// Says whether a restriction on changing accounts acts: supervised, from iOS 7.
    pub(crate) fn obeys_account_modification(&self) -> bool {
        self.supervised && self.is_at_least(7)
    }

    /// Says whether a per-app VPN of the account acts (iOS 14).
    pub(crate) fn obeys_vpn(&self) -> bool {
        self.is_at_least(14)
    }

    fn is_at_least(&self, major: u16) -> bool {
        self.ios >= OsVersion::new(major, 0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_begin_to_act_with_the_first_release_that_has_them() {
        let facts = |major, minor| DeviceFacts {
            ios: OsVersion::new(major, minor, 0),
            supervised: false,
            identities: 0,
            variants: Variants::default(),
        };
        assert!(!facts(11, 99).obeys_oauth() && facts(12, 0).obeys_oauth());
        assert!(!facts(11, 99).has_smime_controls() && facts(12, 0).has_smime_controls());
        assert!(!facts(12, 99).obeys_service_keys() && facts(13, 0).obeys_service_keys());
        assert!(!facts(12, 99).obeys_oauth_sign_in_url() && facts(13, 0).obeys_oauth_sign_in_url());
    }
}
