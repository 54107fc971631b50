//! How the account must look once its settings are in force.

use serde::{Deserialize, Serialize};

use super::DeviceFacts;
use super::expected::{BY_DEFAULT, Basis, Expected};
use super::services::services;
use super::smime::smime;
use crate::intent::Intent;
use crate::key;
use crate::service::Services;

/// Holds every field of the account; `None` where the documents do not settle the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedAccount {
    /// Name of the account; unsettled when the payload has no display name.
    pub name: Option<Expected<String>>,
    /// Host; unsettled when it is missing, and with OAuth and no sign-in address, when the phone
    /// ignores it and no drift is to be reported (XTR-018).
    pub host: Option<Expected<String>>,
    /// User name; unsettled when the phone asks for it.
    pub user: Option<Expected<String>>,
    /// Address; unsettled when the phone asks for it.
    pub email: Option<Expected<String>>,
    /// The five services.
    pub services: Services<ExpectedToggle>,
    /// Mail window in days; 0 is everything.
    pub mail_window_days: Expected<u32>,
    /// S/MIME.
    pub smime: ExpectedSmime,
    /// Whether messages may be moved to other accounts; written `move`.
    #[serde(rename = "move")]
    pub moving: Expected<bool>,
    /// Whether other apps may send with the account.
    pub third_party_send: Expected<bool>,
    /// Whether recent addresses are synchronised.
    pub recents: Expected<bool>,
    /// The per-app VPN that carries the account; `None` when its mail goes without.
    pub vpn: Expected<Option<String>>,
}

/// Holds a switch: where it stands and whether the user may move it.
///
/// The `by` of the two values are `on_by` and `locked_by`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedToggle {
    /// Whether the switch is on.
    pub on: Expected<bool>,
    /// Whether the user may not move it.
    pub locked: Expected<bool>,
}

/// Holds the S/MIME part of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedSmime {
    /// Whether the account has S/MIME at all; if not, no S/MIME control is shown (EAS-060).
    pub enabled: Expected<bool>,
    /// The signing switch.
    pub signing: ExpectedToggle,
    /// UUID of the payload that delivers the signing identity; `None` when the profile names none.
    pub signing_identity: Expected<Option<String>>,
    /// The switch for encryption by default.
    pub encrypt_by_default: ExpectedToggle,
    /// UUID of the payload that delivers the encryption identity; `None` when the profile names none.
    pub encryption_identity: Expected<Option<String>>,
    /// Whether a message being written has the lock.
    pub per_message_switch: Expected<bool>,
    /// How a new message starts.
    pub compose_starts: Expected<ComposeStart>,
}

/// Says how a new message starts (EAS-071).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComposeStart {
    /// Not encrypted.
    Clear,
    /// Encrypted.
    Encrypted,
}

const NAME: Basis = Basis::new(&["EAS-011"], "Intune e-mail settings for iOS: Account name");
const HOST: Basis = Basis::new(&["EAS-010"], "Intune e-mail settings for iOS: Email server");
const USER_PLAIN: Basis = user(&["EAS-012", "EAS-013", "EAS-016"]);
const USER_ADDRESS: Basis = user(&["EAS-012", "EAS-013", "EAS-014", "EAS-016"]);
const USER_DOMAIN: Basis = user(&["EAS-012", "EAS-015", "EAS-016", "EAS-017", "EAS-018"]);
const EMAIL: Basis = Basis::new(
    &["EAS-019", "EAS-020", "EAS-021"],
    "Intune e-mail settings for iOS: Email address attribute from AAD",
);
const EMAIL_WITHOUT_DOMAIN: Basis = Basis::new(
    &["EAS-019", "EAS-020"],
    "Intune e-mail settings for iOS: Email address attribute from AAD, User principal name",
);
const WINDOW: Basis = Basis::new(
    &["EAS-090"],
    "Intune e-mail settings for iOS: Amount of email to synchronize; \
     Apple com.apple.eas.account: MailNumberOfPastDaysToSync, default 7",
);
const WINDOW_AGAIN: Basis = Basis::new(
    &["EAS-090", "XTR-017"],
    "Apple com.apple.eas.account: an update of the payload overrides what the user changed",
);
const MOVE: Basis = Basis::new(
    &["EAS-091"],
    "Intune e-mail settings for iOS: Allow messages to be moved to other email accounts, Enable",
);
const NO_MOVE: Basis = Basis::new(
    &["EAS-092"],
    "Intune e-mail settings for iOS: Allow messages to be moved to other email accounts, Disable",
);
const THIRD_PARTY: Basis = Basis::new(
    &["EAS-093"],
    "Intune e-mail settings for iOS: Allow email to be sent from third-party applications, Enable",
);
const NO_THIRD_PARTY: Basis = Basis::new(
    &["EAS-094", "XTR-007"],
    "Intune e-mail settings for iOS: Allow email to be sent from third-party applications, Disable",
);
const RECENTS: Basis =
    Basis::new(&["EAS-095"], "Intune e-mail settings for iOS: Synchronize recently used email addresses");

const NO_VPN: Basis =
    Basis::new(&["EAS-100"], "Intune e-mail settings for iOS: VPN profile for per account VPN, None");
const VPN: Basis = Basis::new(&[], "Apple com.apple.eas.account: VPNUUID, from iOS 14");
const VPN_BEFORE_14: Basis =
    Basis::new(&["EAS-104"], "Intune e-mail settings for iOS: per account VPN applies to iOS 14 and newer");

const fn user(requirements: &'static [&'static str]) -> Basis {
    Basis::new(requirements, "Intune e-mail settings for iOS: Username attribute from AAD")
}

/// Days of mail that are kept when the profile says nothing.
///
/// Source: Apple device-management, `com.apple.eas.account`, `MailNumberOfPastDaysToSync`.
pub const DEFAULT_MAIL_WINDOW_DAYS: u32 = 7;

/// Returns the account as it must look; `updated` says that the profile replaces an earlier version.
pub(super) fn account(intent: &Intent, facts: &DeviceFacts, updated: bool) -> ExpectedAccount {
    ExpectedAccount {
        name: text(&intent.name, NAME, key::PAYLOAD_DISPLAY_NAME),
        host: if super::autodiscovers(intent, facts) { None } else { text(&intent.host, HOST, key::HOST) },
        user: text(&intent.user_name, user_basis(intent), key::USER_NAME),
        email: text(&intent.email_address, email_basis(intent), key::EMAIL_ADDRESS),
        services: services(intent, facts, updated),
        mail_window_days: if updated { WINDOW_AGAIN } else { WINDOW }.keyed(
            intent.mail_window_days,
            key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC,
            DEFAULT_MAIL_WINDOW_DAYS,
        ),
        smime: smime(intent, facts),
        moving: unless([MOVE, NO_MOVE], intent.prevent_move, key::PREVENT_MOVE),
        third_party_send: unless(
            [THIRD_PARTY, NO_THIRD_PARTY],
            intent.prevent_app_sheet,
            key::PREVENT_APP_SHEET,
        ),
        vpn: vpn(intent, facts),
        recents: unless([RECENTS; 2], intent.disable_recents, key::DISABLE_MAIL_RECENTS_SYNCING),
    }
}

/// Expects the account to name its VPN; whether mail then goes through it no observation tells (EAS-101).
fn vpn(intent: &Intent, facts: &DeviceFacts) -> Expected<Option<String>> {
    match &intent.vpn {
        None => NO_VPN.expect(None, BY_DEFAULT),
        Some(_) if !facts.obeys_vpn() => VPN_BEFORE_14.expect(None, BY_DEFAULT),
        Some(id) => VPN.expect(Some(id.clone()), key::VPN_UUID),
    }
}

/// Which attribute a name came from is told by its form alone: what a profile holds is the name.
fn user_basis(intent: &Intent) -> Basis {
    match &intent.user_name {
        Some(name) if name.contains('\\') => USER_DOMAIN,
        Some(name) if name.contains('@') => USER_ADDRESS,
        _ => USER_PLAIN,
    }
}

fn email_basis(intent: &Intent) -> Basis {
    if intent.email_address.as_ref().is_some_and(|address| address.contains('@')) {
        EMAIL
    } else {
        EMAIL_WITHOUT_DOMAIN
    }
}

fn text(value: &Option<String>, basis: Basis, key: &'static str) -> Option<Expected<String>> {
    value.as_ref().map(|value| basis.expect(value.clone(), key))
}

/// Expects something to be possible unless a key forbids it; the key is false by default.
fn unless([allowed, forbidden]: [Basis; 2], forbids: Option<bool>, key: &'static str) -> Expected<bool> {
    allowed.keyed(forbids, key, false).map(|forbids| !forbids).because_unless(forbidden)
}
