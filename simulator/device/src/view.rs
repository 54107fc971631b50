//! The device's state as it may be shown: everything but secrets.

use crate::{
    AccountId, AccountOrigin, AccountState, Device, DeviceFacts, EffectiveAccount, InstalledProfile, Prompt,
    Service,
};
use serde::Serialize;
use smime::Certificate;
use std::collections::BTreeMap;

/// What `device.json` and `device show` print. Private keys, passwords, tokens and message texts are not in it.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceView {
    /// Model, system, supervision.
    pub device: DeviceFacts,
    /// The ActiveSync device id.
    pub eas_device_id: String,
    /// Installed profiles.
    pub profiles: Vec<InstalledProfile>,
    /// Accounts.
    pub accounts: Vec<AccountView>,
    /// Keychain.
    pub keychain: KeychainView,
    /// Prompts that wait.
    pub prompts: Vec<Prompt>,
}

/// An account in a [`DeviceView`].
#[derive(Clone, Debug, Serialize)]
pub struct AccountView {
    /// Its number.
    pub id: AccountId,
    /// Who made it.
    pub origin: AccountOrigin,
    /// How far it is.
    pub state: AccountState,
    /// The settings in force.
    pub in_force: Option<EffectiveAccount>,
    /// How many items of each service are on the device.
    pub items: BTreeMap<&'static str, usize>,
}

/// The keychain in a [`DeviceView`].
#[derive(Clone, Debug, Serialize)]
pub struct KeychainView {
    /// Certificates without key.
    pub certificates: Vec<CertificateView>,
    /// Identities; the keys are left out.
    pub identities: Vec<CertificateView>,
}

/// A certificate in a [`KeychainView`].
#[derive(Clone, Debug, Serialize)]
pub struct CertificateView {
    /// `PayloadUUID` of the payload that brought it.
    pub payload_uuid: String,
    /// `PayloadIdentifier` of the profile that brought it.
    pub profile: String,
    /// Subject (RFC 4514).
    pub subject: String,
    /// Issuer (RFC 4514).
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Validity, RFC 3339.
    pub not_before: String,
    /// Validity, RFC 3339.
    pub not_after: String,
    /// Addresses that it is for.
    pub emails: Vec<String>,
}

fn certificate(owner: &crate::Owner, c: &Certificate) -> CertificateView {
    CertificateView {
        payload_uuid: owner.payload_uuid.clone(),
        profile: owner.profile.clone(),
        subject: c.subject(),
        issuer: c.issuer(),
        serial: c.serial_hex(),
        not_before: profile::Timestamp(c.not_before().0).to_rfc3339(),
        not_after: profile::Timestamp(c.not_after().0).to_rfc3339(),
        emails: c.email_addresses(),
    }
}

impl Device {
    /// The state without secrets.
    pub fn view(&self) -> DeviceView {
        let account = |a: &crate::Account| AccountView {
            id: a.id,
            origin: a.origin.clone(),
            state: a.state,
            in_force: EffectiveAccount::of(a, &self.facts),
            items: Service::ALL.iter().map(|s| (s.name(), a.item_count(*s))).collect(),
        };
        DeviceView {
            device: self.facts.clone(),
            eas_device_id: self.eas_device_id.clone(),
            profiles: self.profiles.clone(),
            accounts: self.accounts.iter().map(account).collect(),
            keychain: KeychainView {
                certificates: self
                    .keychain
                    .certificates()
                    .iter()
                    .map(|c| certificate(&c.owner, &c.certificate))
                    .collect(),
                identities: self
                    .keychain
                    .identities()
                    .iter()
                    .map(|i| certificate(&i.owner, &i.identity.certificate))
                    .collect(),
            },
            prompts: self.prompts.clone(),
        }
    }
}
