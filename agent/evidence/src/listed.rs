//! What a device lists of itself: profiles, certificates, accounts, apps, passcode state. A member that a source does
//! not tell is absent; absence is no statement.

use crate::Service;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The device itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedDevice {
    /// Its name where it is kept.
    pub name: Option<String>,
    /// The iOS version.
    pub ios: Option<String>,
    /// The model, as in ProductName.
    pub model: Option<String>,
    /// Whether it is supervised.
    pub supervised: Option<bool>,
    /// How many identities there are to pick from.
    pub identities: Option<usize>,
    /// The reading of `encrypt-default-toggle` that a simulated device follows.
    pub encrypt_default_toggle: Option<String>,
}

/// A payload of a listed profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedPayload {
    /// `PayloadType`.
    pub payload_type: Option<String>,
    /// `PayloadIdentifier`.
    pub identifier: Option<String>,
    /// `PayloadUUID`, listed from iOS 17.
    pub uuid: Option<String>,
}

/// An installed profile (Apple MDM, ProfileList).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedProfile {
    /// `PayloadIdentifier`.
    pub identifier: String,
    /// `PayloadUUID`.
    pub uuid: Option<String>,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// `IsManaged`; not told by supervised devices.
    pub managed: Option<bool>,
    /// `IsEncrypted`; the payloads are then not listed.
    pub encrypted: Option<bool>,
    /// `PayloadRemovalDisallowed`.
    pub removal_disallowed: Option<bool>,
    /// `HasRemovalPasscode`.
    pub has_removal_passcode: Option<bool>,
    /// Its payloads; nothing where they are not listed.
    pub payloads: Option<Vec<ObservedPayload>>,
}

/// A certificate, by what is public of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedCertificate {
    /// `PayloadUUID` of the payload that brought it, where that is told.
    pub payload_uuid: Option<String>,
    /// Subject (RFC 4514).
    pub subject: String,
    /// Issuer (RFC 4514).
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Subject key identifier, hexadecimal.
    pub key_id: Option<String>,
    /// Begin of validity, in milliseconds since 1970.
    pub not_before_ms: i64,
    /// End of validity, in milliseconds since 1970.
    pub not_after_ms: i64,
    /// Addresses that it is for.
    pub emails: Vec<String>,
    /// Whether its key usage lets it sign; nothing where it says none.
    pub signs: Option<bool>,
    /// Whether its key usage lets others encrypt to it; nothing where it says none.
    pub encrypts: Option<bool>,
    /// Whether the private key is there too.
    pub identity: bool,
}

/// Passcode and management (Apple MDM, SecurityInfo).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedSecurity {
    /// `PasscodePresent`.
    pub passcode_present: Option<bool>,
    /// `PasscodeCompliant`.
    pub passcode_compliant: Option<bool>,
    /// `PasscodeCompliantWithProfiles`.
    pub passcode_compliant_with_profiles: Option<bool>,
    /// `ManagementStatus.IsUserEnrollment`.
    pub user_enrolment: Option<bool>,
}

/// An app (Apple MDM, ManagedApplicationList and InstalledApplicationList).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedApp {
    /// The bundle id.
    pub identifier: String,
    /// `Status`, such as `Managed`.
    pub status: Option<String>,
    /// `HasConfiguration`: whether an app configuration was sent.
    pub has_configuration: Option<bool>,
    /// `ShortVersion`.
    pub version: Option<String>,
}

/// An Exchange account of declarative status (`account.list.exchange`, iOS 16). Locks, S/MIME and the mail window are
/// not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListedAccount {
    /// `identifier`.
    pub identifier: String,
    /// `declaration-identifier`, for accounts that a declaration made.
    pub declaration: Option<String>,
    /// `visible-name`.
    pub name: Option<String>,
    /// `hostname`.
    pub host: Option<String>,
    /// `username`.
    pub user: Option<String>,
    /// Which services are on.
    pub services: BTreeMap<Service, bool>,
}

/// A declaration that the device knows (`management.declarations`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedDeclaration {
    /// `identifier`.
    pub identifier: String,
    /// `active`.
    pub active: bool,
    /// `valid`: `unknown`, `invalid` or `valid`.
    pub valid: String,
    /// The codes of its `reasons`.
    pub reasons: Vec<String>,
}
