//! Which setting of a policy becomes which payload key, and how sure that is.
//!
//! No profile made by Intune for e-mail is public; the targets are known by name and value range,
//! the exact emission only in part. Source: the mapping between Graph and `com.apple.eas.account`.

use serde::{Deserialize, Serialize};

use crate::key;
use crate::service::Service;

/// Says how sure it is that Intune writes a key as it is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// A public source names both ends.
    Certain,
    /// The key, or that it is written at all, is concluded and not documented.
    Inferred,
}

/// Holds one row of the mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MappedKey {
    /// The payload key.
    pub key: &'static str,
    /// The setting in Graph's words.
    pub setting: &'static str,
    /// How sure the row is.
    pub certainty: Certainty,
}

const fn certain(key: &'static str, setting: &'static str) -> MappedKey {
    MappedKey { key, setting, certainty: Certainty::Certain }
}

const fn inferred(key: &'static str, setting: &'static str) -> MappedKey {
    MappedKey { key, setting, certainty: Certainty::Inferred }
}

const SERVICES: &str = "easServices";
const OVERRIDE: &str = "easServicesUserOverrideEnabled";

/// Every key that a compiled account payload can carry, with the setting behind it.
pub const MAPPING: [MappedKey; 33] = [
    inferred(key::PAYLOAD_DISPLAY_NAME, "accountName"),
    inferred(key::HOST, "hostName"),
    certain(key::USER_NAME, "usernameAADSource"),
    certain(key::EMAIL_ADDRESS, "emailAddressSource"),
    inferred(key::PAYLOAD_CERTIFICATE_UUID, "authenticationMethod"),
    certain(key::SSL, "requireSsl"),
    certain(key::OAUTH, "useOAuth"),
    certain(Service::Mail.enable_key(), SERVICES),
    certain(Service::Contacts.enable_key(), SERVICES),
    certain(Service::Calendars.enable_key(), SERVICES),
    certain(Service::Reminders.enable_key(), SERVICES),
    certain(Service::Notes.enable_key(), SERVICES),
    inferred(Service::Mail.overridable_key(), OVERRIDE),
    inferred(Service::Contacts.overridable_key(), OVERRIDE),
    inferred(Service::Calendars.overridable_key(), OVERRIDE),
    inferred(Service::Reminders.overridable_key(), OVERRIDE),
    inferred(Service::Notes.overridable_key(), OVERRIDE),
    certain(key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC, "durationOfEmailToSync"),
    certain(key::PREVENT_MOVE, "blockMovingMessagesToOtherEmailAccounts"),
    certain(key::PREVENT_APP_SHEET, "blockSendingEmailFromThirdPartyApps"),
    certain(key::DISABLE_MAIL_RECENTS_SYNCING, "blockSyncingRecentlyUsedEmailAddresses"),
    inferred(key::SMIME_ENABLED, "requireSmime"),
    inferred(key::SMIME_ENCRYPTION_ENABLED, "smimeEncryptByDefaultEnabled"),
    inferred(key::SMIME_ENABLE_PER_MESSAGE_SWITCH, "smimeEnablePerMessageSwitch"),
    certain(key::SMIME_SIGNING_ENABLED, "smimeSigningEnabled"),
    certain(key::SMIME_SIGNING_USER_OVERRIDEABLE, "smimeSigningUserOverrideEnabled"),
    certain(key::SMIME_SIGNING_CERTIFICATE_UUID, "signingCertificateType"),
    certain(
        key::SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE,
        "smimeSigningCertificateUserOverrideEnabled",
    ),
    certain(key::SMIME_ENCRYPT_BY_DEFAULT, "smimeEncryptByDefaultEnabled"),
    certain(key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE, "smimeEncryptByDefaultUserOverrideEnabled"),
    certain(key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, "smimeEnablePerMessageSwitch"),
    certain(key::SMIME_ENCRYPTION_CERTIFICATE_UUID, "encryptionCertificateType"),
    certain(
        key::SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE,
        "smimeEncryptionCertificateUserOverrideEnabled",
    ),
];
