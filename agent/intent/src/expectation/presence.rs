//! Whether the account is to be on the phone at all, what is left of it once the profile is gone, and how often the
//! profile may come.

use serde::{Deserialize, Serialize};

use super::circumstances::Circumstances;
use super::expected::{BY_DEFAULT, Basis, Expected};
use crate::intent::Intent;

/// Says whether the phone has the account of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It has.
    OnThePhone,
    /// It has not.
    NotOnThePhone,
}

/// Names what must be gone with the profile that brought it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leftover {
    /// The account, and with it the mail that it kept.
    Account,
    /// The identity of the payload with this UUID.
    Identity(String),
}

const ASSIGNED: Basis = Basis::new(
    &["EAS-003"],
    "Intune e-mail settings for iOS: Next steps, the profile does nothing until it is assigned",
);
const ACCOUNT_GOES: Basis =
    Basis::new(&["XTR-008"], "Intune: remove devices by wipe and retire, iOS; Apple MDM: RemoveProfile");
const IDENTITY_GOES: Basis = Basis::new(
    &["SMO-015", "XTR-008"],
    "Intune S/MIME overview: certificates are removed with the company's data; Apple MDM: RemoveProfile",
);
const LOOP: Basis = Basis::new(
    &["XTR-006"],
    "Intune troubleshooting of e-mail profiles: users are asked for their password again and again; \
     Intune: check-in about every 8 hours",
);

/// How many times within [`INSTALL_WINDOW_HOURS`] one profile may be installed before it is a loop.
///
/// A phone checks in about every 8 hours (XTR-009): what is sent at each check-in comes six times in two days. Who
/// changes a policy a few times makes no loop.
pub const INSTALLS_MAX: usize = 4;

/// The window in which installations are counted, in hours.
pub const INSTALL_WINDOW_HOURS: u32 = 48;

/// Returns whether the account is to be on the phone, where that is known.
pub(super) fn presence(circumstances: &Circumstances) -> Option<Expected<Presence>> {
    let presence = match circumstances.assigned? {
        true => Presence::OnThePhone,
        false => Presence::NotOnThePhone,
    };
    Some(ASSIGNED.expect(presence, BY_DEFAULT))
}

/// Returns what must be gone once the profile is removed, by its owner or with the company's data.
pub(super) fn leftovers(intent: &Intent) -> Vec<Expected<Leftover>> {
    let account = ACCOUNT_GOES.expect(Leftover::Account, BY_DEFAULT);
    let identities = intent.identities.iter();
    let identities =
        identities.map(|uuid| IDENTITY_GOES.expect(Leftover::Identity(uuid.clone()), BY_DEFAULT));
    std::iter::once(account).chain(identities).collect()
}

/// Returns the most installations of the profile within [`INSTALL_WINDOW_HOURS`].
pub(super) fn installs() -> Expected<usize> {
    LOOP.expect(INSTALLS_MAX, BY_DEFAULT)
}
