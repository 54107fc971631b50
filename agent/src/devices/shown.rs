//! What `handset device show` prints: the phone without its secrets. Its JSON is a contract
//! (fixtures/schema/device-show.schema.json).

use super::prompts::{ShownPrompt, shown_prompt};
use crate::port;
use crate::trial::rfc3339;
use device::{
    Account, AccountOrigin, AccountState, AppVpn, Device, DirectoryAccount, EffectiveRestrictions,
    InstalledPayload, KeychainView, MailAccountView, MdmEnrolment, PasscodePolicy, PendingView, Service,
    Source,
};
use serde::Serialize;
use serde_json::Value;
use simulator::World;
use simulator::store::DeviceName;
use std::collections::BTreeMap;
use verdict::{TrialAccount, TrialDevice};

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const DEVICE_SCHEMA_VERSION: u32 = 1;

/// A kept phone.
#[derive(Clone, Debug, Serialize)]
pub struct ShownDevice {
    /// [`DEVICE_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Its name in the store.
    pub name: String,
    /// Model, system, supervision; `clock` in it is the virtual time now.
    pub device: TrialDevice,
    /// The virtual time, RFC 3339.
    pub clock: String,
    /// The ActiveSync device id.
    pub eas_device_id: String,
    /// Who the owner is.
    pub owner: String,
    /// Installed profiles, in the order in which they came.
    pub profiles: Vec<ShownProfile>,
    /// The account that a profile brought, as in `handset try`; nothing when there is none or it is not in force.
    pub account: Option<TrialAccount>,
    /// Every account.
    pub accounts: Vec<ShownAccount>,
    /// The keychain.
    pub keychain: KeychainView,
    /// Prompts that wait.
    pub prompts: Vec<ShownPrompt>,
    /// Profiles that wait for the owner before they are installed.
    pub pending: Vec<PendingView>,
    /// The language that texts for the owner are chosen in.
    pub language: String,
    /// Restrictions and passcode rules in force, with winners and losers.
    pub restrictions: EffectiveRestrictions,
    /// The passcode policy that comes of them.
    pub passcode: PasscodePolicy,
    /// IMAP and POP accounts: settings only.
    pub mail_accounts: Vec<MailAccountView>,
    /// LDAP accounts: settings only.
    pub directories: Vec<DirectoryAccount>,
    /// Per-app VPNs: settings only.
    pub vpn: Vec<AppVpn>,
    /// The management that the phone is enrolled in: settings only.
    pub mdm: Option<MdmEnrolment>,
    /// What SCEP and ACME servers around the phone say: `answers`, `refused` or `unreachable`.
    pub enrolment: &'static str,
}

/// An installed profile.
#[derive(Clone, Debug, Serialize)]
pub struct ShownProfile {
    /// `PayloadIdentifier`.
    pub identifier: String,
    /// `PayloadUUID`.
    pub uuid: String,
    /// `PayloadDisplayName`.
    pub display_name: Option<String>,
    /// `PayloadOrganization`.
    pub organization: Option<String>,
    /// `PayloadRemovalDisallowed`.
    pub removal_disallowed: bool,
    /// Whether its removal asks for a passcode.
    pub has_removal_passcode: bool,
    /// Whether it came encrypted.
    pub is_encrypted: bool,
    /// When the phone removes it by itself, RFC 3339.
    pub removal_date: Option<String>,
    /// Who installed it.
    pub source: Source,
    /// The certificates of its signer as subjects, leaf first.
    pub signer: Vec<String>,
    /// Its payloads.
    pub payloads: Vec<InstalledPayload>,
}

/// An account.
#[derive(Clone, Debug, Serialize)]
pub struct ShownAccount {
    /// Its number.
    pub id: u32,
    /// The profile that brought it; nothing when the owner made it.
    pub profile: Option<String>,
    /// The payload that brought it.
    pub payload_uuid: Option<String>,
    /// How far it is.
    pub state: AccountState,
    /// Address.
    pub email: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// The settings in force.
    pub in_force: Option<TrialAccount>,
    /// How many items of each service are on the phone.
    pub items: BTreeMap<&'static str, usize>,
}

fn shown_account(device: &Device, account: &Account) -> ShownAccount {
    let (profile, payload_uuid) = match account.origin() {
        AccountOrigin::Profile { identifier, payload_uuid, .. } => {
            (Some(identifier.clone()), Some(payload_uuid.clone()))
        }
        AccountOrigin::Owner => (None, None),
    };
    ShownAccount {
        id: account.id().0,
        profile,
        payload_uuid,
        state: account.state(),
        email: account.email().map(str::to_owned),
        user: account.user_name().map(str::to_owned),
        in_force: device.effective(account.id()).map(|e| port::described(&e, device)),
        items: Service::ALL.iter().map(|s| (s.name(), account.item_count(*s))).collect(),
    }
}

/// The phone as it is shown.
pub fn shown_device(name: &DeviceName, world: &World) -> ShownDevice {
    let device = world.device();
    let facts = device.facts();
    let view = device.view();
    let clock = rfc3339(world.now().0);
    let profiles = device.profiles().iter().map(|p| ShownProfile {
        identifier: p.identifier.clone(),
        uuid: p.uuid.clone(),
        display_name: p.display_name.clone(),
        organization: p.organization.clone(),
        removal_disallowed: p.removal_disallowed,
        has_removal_passcode: p.has_removal_passcode,
        is_encrypted: p.is_encrypted,
        removal_date: p.removal_date.clone(),
        source: p.source,
        signer: p.signer.iter().map(|c| c.subject()).collect(),
        payloads: p.payloads.clone(),
    });
    let managed = world.managed_account().and_then(|a| device.effective(a));
    ShownDevice {
        schema_version: DEVICE_SCHEMA_VERSION,
        name: name.to_string(),
        device: TrialDevice {
            ios: facts.ios.to_string(),
            model: facts.model.clone(),
            supervised: facts.supervised,
            clock: clock.clone(),
            seed: world.seed(),
            variants: crate::variant::followed(facts),
        },
        clock,
        eas_device_id: device.eas_device_id().to_owned(),
        owner: world.owner().email.clone(),
        profiles: profiles.collect(),
        account: managed.map(|e| port::described(&e, device)),
        accounts: device.accounts().iter().map(|a| shown_account(device, a)).collect(),
        prompts: device.prompts().iter().map(|p| shown_prompt(device, p)).collect(),
        language: device.language().to_owned(),
        keychain: view.keychain,
        pending: view.pending,
        restrictions: view.restrictions,
        passcode: view.passcode,
        mail_accounts: view.mail_accounts,
        directories: view.directories,
        vpn: view.vpn,
        mdm: view.mdm,
        enrolment: world.enrolment_server().as_str(),
    }
}

/// A kept phone's view as JSON, for one that is kept nowhere.
pub(crate) fn shown_value(name: &str, world: &World) -> Result<Value, serde_json::Error> {
    let Ok(name) = name.parse::<DeviceName>() else { return Ok(Value::Null) };
    serde_json::to_value(shown_device(&name, world))
}

/// The view with nothing but one part of the account of a profile; nothing for a part that is not made alone.
pub(crate) fn shown_account_part(part: &str, world: &World) -> Result<Option<Value>, serde_json::Error> {
    if !["services", "smime"].contains(&part) {
        return Ok(None);
    }
    let device = world.device();
    let Some(managed) = world.managed_account().and_then(|a| device.effective(a)) else {
        return Ok(Some(serde_json::json!({"account": null})));
    };
    let TrialAccount { services, smime, .. } = port::described(&managed, device);
    let value = match part {
        "services" => serde_json::to_value(services)?,
        _ => serde_json::to_value(smime)?,
    };
    Ok(Some(serde_json::json!({"account": {part: value}})))
}

/// One member of the view. What is asked for most is made alone.
pub(crate) fn shown_member(
    member: &str,
    name: &str,
    world: &World,
) -> Result<Option<Value>, serde_json::Error> {
    let device = world.device();
    let value = match member {
        "account" => {
            let managed = world.managed_account().and_then(|a| device.effective(a));
            serde_json::to_value(managed.map(|e| port::described(&e, device)))?
        }
        "accounts" => {
            let all: Vec<ShownAccount> = device.accounts().iter().map(|a| shown_account(device, a)).collect();
            serde_json::to_value(all)?
        }
        "prompts" => {
            let all: Vec<ShownPrompt> = device.prompts().iter().map(|p| shown_prompt(device, p)).collect();
            serde_json::to_value(all)?
        }
        "clock" => rfc3339(world.now().0).into(),
        "language" => device.language().into(),
        _ => return Ok(shown_value(name, world)?.get_mut(member).map(Value::take)),
    };
    Ok(Some(value))
}
