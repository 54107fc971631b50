//! How the account must look once its settings are in force.

use serde::{Deserialize, Serialize};

use super::DeviceFacts;
use super::expected::{BY_DEFAULT, Basis, Expected};
use crate::intent::{Intent, ServiceIntent, SmimeIntent};
use crate::key;
use crate::service::{Service, Services};
use crate::variant::EncryptDefaultToggle;

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
const USER: Basis = Basis::new(
    &["EAS-012", "EAS-013", "EAS-014", "EAS-015"],
    "Intune e-mail settings for iOS: Username attribute from AAD",
);
const EMAIL: Basis = Basis::new(
    &["EAS-019", "EAS-020", "EAS-021"],
    "Intune e-mail settings for iOS: Email address attribute from AAD",
);
const SCOPE: Basis = Basis::new(
    &["EAS-043", "EAS-044", "EAS-045", "EAS-046", "EAS-047", "EAS-048"],
    "Intune e-mail settings for iOS: Exchange data to sync",
);
const OVERRIDE: Basis = Basis::new(
    &["EAS-050", "EAS-051", "EAS-052"],
    "Intune e-mail settings for iOS: Allow users to change sync settings",
);
const SERVICES_BEFORE_13: Basis = Basis::new(
    &["EAS-049"],
    "Intune e-mail settings for iOS: Exchange data to sync applies to iOS 13.0 and newer",
);
const WINDOW: Basis = Basis::new(
    &["EAS-090"],
    "Intune e-mail settings for iOS: Amount of email to synchronize; \
     Apple com.apple.eas.account: MailNumberOfPastDaysToSync, default 7",
);
const MOVE: Basis = Basis::new(
    &["EAS-091", "EAS-092"],
    "Intune e-mail settings for iOS: Allow messages to be moved to other email accounts",
);
const THIRD_PARTY: Basis = Basis::new(
    &["EAS-093", "EAS-094"],
    "Intune e-mail settings for iOS: Allow email to be sent from third-party applications",
);
const RECENTS: Basis =
    Basis::new(&["EAS-095"], "Intune e-mail settings for iOS: Synchronize recently used email addresses");
const SMIME: Basis = Basis::new(&["EAS-060", "EAS-061"], "Intune e-mail settings for iOS: S/MIME");
const SIGNING: Basis =
    Basis::new(&["EAS-063", "EAS-064"], "Intune e-mail settings for iOS: S/MIME signing enabled");
const SIGNING_OVERRIDE: Basis = Basis::new(
    &["EAS-065"],
    "Intune e-mail settings for iOS: S/MIME signing enabled, Allow user to change setting",
);
const SIGNING_IDENTITY: Basis = Basis::new(
    &["EAS-066", "EAS-067", "EAS-068", "EAS-069"],
    "Intune e-mail settings for iOS: Signing certificate type",
);
const ENCRYPT: Basis = Basis::new(&["EAS-071"], "Intune e-mail settings for iOS: Encrypt by default");
const ENCRYPT_BEFORE_12: Basis =
    Basis::new(&["EAS-071"], "Apple com.apple.eas.account: SMIMEEncryptionEnabled, replaced in iOS 12");
const ENCRYPT_OVERRIDE: Basis = Basis::new(
    &["EAS-072"],
    "Intune e-mail settings for iOS: Encrypt by default, Allow user to change setting",
);
const ENCRYPTION_IDENTITY: Basis = Basis::new(
    &["EAS-078", "EAS-079", "EAS-080", "EAS-081"],
    "Intune e-mail settings for iOS: Encryption certificate type",
);
const PER_MESSAGE: Basis = Basis::new(
    &["EAS-073", "EAS-076", "EAS-077"],
    "Intune e-mail settings for iOS: Force per-message encryption",
);
const PER_MESSAGE_BEFORE_12: Basis = Basis::new(
    &["EAS-073", "EAS-076"],
    "Apple com.apple.eas.account: SMIMEEnablePerMessageSwitch, replaced in iOS 12",
);
const COMPOSE: Basis = Basis::new(
    &["EAS-071", "EAS-074", "EAS-075", "EAS-076"],
    "Intune e-mail settings for iOS: Encrypt by default; Force per-message encryption",
);
const OVERRIDES_BEFORE_12: Basis = Basis::new(
    &["EAS-084"],
    "Intune e-mail settings for iOS: Allow user to change setting applies to iOS 12 and newer",
);

/// Days of mail that are kept when the profile says nothing.
///
/// Source: Apple device-management, `com.apple.eas.account`, `MailNumberOfPastDaysToSync`.
pub const DEFAULT_MAIL_WINDOW_DAYS: u32 = 7;

/// Returns the account as it must look.
pub(super) fn account(intent: &Intent, facts: &DeviceFacts) -> ExpectedAccount {
    ExpectedAccount {
        name: text(&intent.name, NAME, key::PAYLOAD_DISPLAY_NAME),
        host: if super::autodiscovers(intent, facts) { None } else { text(&intent.host, HOST, key::HOST) },
        user: text(&intent.user_name, USER, key::USER_NAME),
        email: text(&intent.email_address, EMAIL, key::EMAIL_ADDRESS),
        services: Services::from_fn(|service| self::service(service, *intent.services.of(service), facts)),
        mail_window_days: WINDOW.keyed(
            intent.mail_window_days,
            key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC,
            DEFAULT_MAIL_WINDOW_DAYS,
        ),
        smime: smime(&intent.smime, facts),
        moving: unless(MOVE, intent.prevent_move, key::PREVENT_MOVE),
        third_party_send: unless(THIRD_PARTY, intent.prevent_app_sheet, key::PREVENT_APP_SHEET),
        recents: unless(RECENTS, intent.disable_recents, key::DISABLE_MAIL_RECENTS_SYNCING),
    }
}

fn text(value: &Option<String>, basis: Basis, key: &'static str) -> Option<Expected<String>> {
    value.as_ref().map(|value| basis.expect(value.clone(), key))
}

/// Expects something to be possible unless a key forbids it; the key is false by default.
fn unless(basis: Basis, forbidden: Option<bool>, key: &'static str) -> Expected<bool> {
    basis.keyed(forbidden, key, false).map(|forbidden| !forbidden)
}

fn service(service: Service, intent: ServiceIntent, facts: &DeviceFacts) -> ExpectedToggle {
    if !facts.obeys_service_keys() {
        return ExpectedToggle {
            on: SERVICES_BEFORE_13.expect(true, BY_DEFAULT),
            locked: SERVICES_BEFORE_13.expect(false, BY_DEFAULT),
        };
    }
    ExpectedToggle {
        on: SCOPE.keyed(intent.enable, service.enable_key(), true),
        locked: OVERRIDE
            .keyed(intent.overridable, service.overridable_key(), true)
            .map(|overridable| !overridable),
    }
}

fn smime(intent: &SmimeIntent, facts: &DeviceFacts) -> ExpectedSmime {
    let newer = facts.has_smime_controls();
    let per_message_switch = if newer {
        PER_MESSAGE.keyed(intent.per_message_switch, key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, false)
    } else {
        PER_MESSAGE_BEFORE_12.keyed(
            intent.old_per_message_switch,
            key::SMIME_ENABLE_PER_MESSAGE_SWITCH,
            false,
        )
    };
    let encrypts = if newer {
        ENCRYPT.keyed(intent.encrypt_by_default, key::SMIME_ENCRYPT_BY_DEFAULT, false)
    } else {
        ENCRYPT_BEFORE_12.keyed(intent.encryption_enabled, key::SMIME_ENCRYPTION_ENABLED, false)
    };
    let compose_starts = COMPOSE
        .expect(if encrypts.value { ComposeStart::Encrypted } else { ComposeStart::Clear }, encrypts.by);
    ExpectedSmime {
        enabled: SMIME.expect(intent.is_wanted(), BY_DEFAULT),
        signing: ExpectedToggle {
            on: SIGNING.keyed(intent.signing_enabled, key::SMIME_SIGNING_ENABLED, false),
            locked: if newer {
                SIGNING_OVERRIDE
                    .keyed(intent.signing_overrideable, key::SMIME_SIGNING_USER_OVERRIDEABLE, false)
                    .map(|overrideable| !overrideable)
            } else {
                OVERRIDES_BEFORE_12.expect(true, BY_DEFAULT)
            },
        },
        signing_identity: identity(
            SIGNING_IDENTITY,
            &intent.signing_identity,
            key::SMIME_SIGNING_CERTIFICATE_UUID,
        ),
        encrypt_by_default: ExpectedToggle {
            on: encrypts,
            locked: if newer {
                encrypt_lock(intent, facts, &per_message_switch)
            } else {
                OVERRIDES_BEFORE_12.expect(true, BY_DEFAULT)
            },
        },
        encryption_identity: identity(
            ENCRYPTION_IDENTITY,
            &intent.encryption_identity,
            key::SMIME_ENCRYPTION_CERTIFICATE_UUID,
        ),
        per_message_switch,
        compose_starts,
    }
}

fn identity(basis: Basis, uuid: &Option<String>, key: &'static str) -> Expected<Option<String>> {
    let by = if uuid.is_some() { key } else { BY_DEFAULT };
    basis.expect(uuid.clone(), by)
}

/// Locks the switch for encryption by default, under the reading of the disputed corner.
fn encrypt_lock(
    intent: &SmimeIntent,
    facts: &DeviceFacts,
    per_message_switch: &Expected<bool>,
) -> Expected<bool> {
    let by_override = ENCRYPT_OVERRIDE
        .keyed(intent.encrypt_by_default_overrideable, key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE, false)
        .map(|overrideable| !overrideable);
    match facts.variants.encrypt_default_toggle {
        EncryptDefaultToggle::NeedsPerMessageSwitch if !by_override.value && !per_message_switch.value => {
            ENCRYPT_OVERRIDE.expect(true, per_message_switch.by)
        }
        _ => by_override,
    }
}
