//! The device's state as it may be shown: everything but secrets.

use crate::{
    AccountId, AccountOrigin, AccountState, AppVpn, Device, DeviceFacts, DirectoryAccount, EffectiveAccount,
    EffectiveRestrictions, EffectiveSmime, InstalledProfile, ManagedMailSettings, MdmEnrolment,
    PasscodePolicy, Prompt, PromptId, Service,
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
    /// IMAP and POP accounts: settings only, they never connect.
    pub mail_accounts: Vec<MailAccountView>,
    /// LDAP accounts: settings only, nothing is looked up.
    pub directories: Vec<DirectoryAccount>,
    /// Per-app VPNs and the accounts that go through them; no tunnel is simulated.
    pub vpn: Vec<AppVpn>,
    /// The management that the device is enrolled in: settings only, nothing checks in.
    pub mdm: Option<MdmEnrolment>,
    /// Restrictions and passcode rules in force, with winners and losers.
    pub restrictions: EffectiveRestrictions,
    /// The passcode policy that comes of them.
    pub passcode: PasscodePolicy,
    /// Keychain.
    pub keychain: KeychainView,
    /// Prompts that wait.
    pub prompts: Vec<Prompt>,
    /// Profiles that wait for the owner before they are installed.
    pub pending: Vec<PendingView>,
}

/// An installation that waits for the owner, in a [`DeviceView`].
#[derive(Clone, Debug, Serialize)]
pub struct PendingView {
    /// `PayloadIdentifier` of the profile.
    pub identifier: String,
    /// How the profile is called.
    pub name: String,
    /// The prompt that it waits for.
    pub prompt: PromptId,
}

/// An IMAP or POP account in a [`DeviceView`].
#[derive(Clone, Debug, Serialize)]
pub struct MailAccountView {
    /// Its number.
    pub id: AccountId,
    /// Who made it.
    pub origin: AccountOrigin,
    /// Whether the simulation goes beyond the settings: never.
    pub connects: bool,
    /// What the payload says; the S/MIME keys are those of the payload.
    pub settings: ManagedMailSettings,
    /// S/MIME as its owner sees it.
    pub smime: Option<EffectiveSmime>,
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
            in_force: self.effective(a.id),
            items: Service::ALL.iter().map(|s| (s.name(), a.item_count(*s))).collect(),
        };
        DeviceView {
            device: self.facts.clone(),
            eas_device_id: self.eas_device_id.clone(),
            profiles: self.profiles.to_vec(),
            accounts: self.accounts.iter().map(account).collect(),
            mail_accounts: self
                .mail_accounts
                .iter()
                .map(|a| MailAccountView {
                    id: a.id,
                    origin: a.origin.clone(),
                    connects: false,
                    settings: a.settings.clone(),
                    smime: self.mail_account_smime(a.id),
                })
                .collect(),
            directories: self.directories(),
            vpn: self.app_vpns(),
            mdm: self.mdm_enrolment(),
            restrictions: self.restrictions(),
            passcode: self.passcode_policy(),
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
            pending: self
                .pending
                .iter()
                .map(|p| PendingView {
                    identifier: p.identifier.clone(),
                    name: p.name.clone(),
                    prompt: p.prompt,
                })
                .collect(),
        }
    }
}
