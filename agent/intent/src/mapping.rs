//! Which setting of a policy becomes which payload key, and how sure that is.
//!
//! No profile made by Intune for e-mail is public; the targets are known by name and value range,
//! the exact emission only in part. Source: the mapping between Graph and `com.apple.eas.account`.

use profile::plist::{Dictionary, Value};
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
pub const MAPPING: [MappedKey; 35] = [
    inferred(key::PAYLOAD_DISPLAY_NAME, "accountName"),
    inferred(key::HOST, "hostName"),
    certain(key::USER_NAME, "usernameAADSource"),
    certain(key::EMAIL_ADDRESS, "emailAddressSource"),
    inferred(key::PAYLOAD_CERTIFICATE_UUID, "authenticationMethod"),
    inferred(key::PAYLOAD_DESCRIPTION, "what no other key carries"),
    certain(key::VPN_UUID, "perAppVPNProfileId"),
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

/// Keys that Apple demands of every payload and that come from no setting: that they are there is certain, but how
/// Intune makes identifiers and UUIDs of e-mail profiles is not public.
const STRUCTURE: [MappedKey; 4] = [
    certain(key::PAYLOAD_TYPE, "demanded by Apple"),
    certain(key::PAYLOAD_VERSION, "demanded by Apple"),
    inferred(key::PAYLOAD_IDENTIFIER, "demanded by Apple"),
    inferred(key::PAYLOAD_UUID, "demanded by Apple"),
];

/// Keys of the payloads that travel with the account, by their type; keys inside a dictionary behind a point.
const COMPANIONS: [(&str, MappedKey); 31] = [
    (key::ROOT, inferred(key::PAYLOAD_DISPLAY_NAME, "displayName")),
    (key::ROOT, inferred(key::PAYLOAD_CERTIFICATE_FILE_NAME, "certFileName")),
    (key::ROOT, certain(key::PAYLOAD_CONTENT, "trustedRootCertificate")),
    (key::PKCS12, inferred(key::PAYLOAD_DISPLAY_NAME, "displayName")),
    (key::PKCS12, inferred(key::PAYLOAD_CERTIFICATE_FILE_NAME, "displayName")),
    (key::PKCS12, inferred(key::PAYLOAD_CONTENT, "the certificate that the profile delivers")),
    (key::PKCS12, inferred(key::PASSWORD, "the certificate that the profile delivers")),
    (key::SCEP, inferred(key::PAYLOAD_DISPLAY_NAME, "displayName")),
    (key::SCEP, certain("PayloadContent.URL", "scepServerUrls")),
    (key::SCEP, certain("PayloadContent.Subject", "subjectNameFormatString")),
    (key::SCEP, inferred("PayloadContent.Challenge", "made for each request")),
    (key::SCEP, certain("PayloadContent.Keysize", "keySize")),
    (key::SCEP, inferred("PayloadContent.Key Type", "keySize")),
    (key::SCEP, certain("PayloadContent.Key Usage", "keyUsage")),
    (key::SCEP, certain("PayloadContent.SubjectAltName.rfc822Name", "customSubjectAlternativeNames")),
    (key::SCEP, certain("PayloadContent.SubjectAltName.ntPrincipalName", "customSubjectAlternativeNames")),
    (key::SCEP, certain("PayloadContent.SubjectAltName.dNSName", "customSubjectAlternativeNames")),
    (
        key::SCEP,
        certain("PayloadContent.SubjectAltName.uniformResourceIdentifier", "customSubjectAlternativeNames"),
    ),
    (key::VPN, inferred(key::PAYLOAD_DISPLAY_NAME, "connectionName")),
    (key::VPN, certain("UserDefinedName", "connectionName")),
    (key::VPN, inferred("VPNType", "connectionType")),
    (key::VPN, inferred("VPNSubType", "connectionType")),
    (key::VPN, certain("VPN.RemoteAddress", "server")),
    (key::VPN, inferred("VPN.AuthenticationMethod", "authenticationMethod")),
    (key::VPN, certain("VPN.ProviderType", "providerType")),
    (key::VPN, inferred("VPN.PayloadCertificateUUID", "identityCertificate")),
    (key::VPN, inferred(key::VPN_UUID, "id")),
    (key::VPN, inferred("OnDemandMatchAppEnabled", "enablePerApp")),
    (key::VPN, certain("SafariDomains", "safariDomains")),
    (key::VPN, certain("AssociatedDomains", "associatedDomains")),
    (key::VPN, certain("ExcludedDomains", "excludedDomains")),
];

/// Whether a key is one that Apple demands of every payload.
pub(crate) fn is_structural(key: &str) -> bool {
    STRUCTURE.iter().any(|row| row.key == key)
}

/// The rows of the mapping for the keys of a payload, in its order.
pub(crate) fn mapped_keys(payload_type: &str, payload: &Dictionary) -> Vec<MappedKey> {
    let mut rows = Vec::new();
    for entry in &payload.entries {
        collect(payload_type, &entry.key, &entry.node.value, &mut rows);
    }
    rows
}

fn collect(payload_type: &str, path: &str, value: &Value, rows: &mut Vec<MappedKey>) {
    let own = MAPPING.iter().filter(|_| payload_type == key::EAS_ACCOUNT);
    let companions = COMPANIONS.iter().filter(|(kind, _)| *kind == payload_type).map(|(_, row)| row);
    if let Some(row) = STRUCTURE.iter().chain(own).chain(companions).find(|row| row.key == path) {
        rows.push(*row);
    } else if let Value::Dictionary(inner) = value {
        for entry in &inner.entries {
            collect(payload_type, &format!("{path}.{}", entry.key), &entry.node.value, rows);
        }
    }
}
