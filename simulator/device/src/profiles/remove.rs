//! Taking a profile off the device, with everything that it brought: by the owner, by management, or because its time is
//! over.

use super::chain::{ErrorChain, ErrorDomain, link};
use super::store::StoredProfile;
use super::{Source, applicability, payload_type};
use crate::account::{Account, AccountOrigin};
use crate::managed_mail::MailAccount;
use crate::{Defect, Device, DeviceFacts, Event, IdentityHandle, PromptKind};
use smime::{Context, Timestamp};

fn of_profile(origin: &AccountOrigin, profile: &str) -> bool {
    matches!(origin, AccountOrigin::Profile { identifier, .. } if identifier == profile)
}

pub(super) fn belongs(account: &Account, profile: &str) -> bool {
    of_profile(&account.origin, profile)
}

pub(super) fn mail_belongs(account: &MailAccount, profile: &str) -> bool {
    of_profile(&account.origin, profile)
}

/// Removes a profile, its certificates, its accounts and their mail (XTR-008). With the enrolment profile goes everything
/// that management installed.
pub(crate) fn remove(device: &mut Device, identifier: &str) {
    let enrolled = device.mdm_enrolment().is_some_and(|e| e.profile == identifier);
    remove_one(device, identifier);
    if enrolled {
        let managed: Vec<String> = device
            .profiles
            .iter()
            .filter(|p| p.source == Source::Mdm)
            .map(|p| p.identifier.clone())
            .collect();
        for identifier in managed {
            remove_one(device, &identifier);
        }
    }
}

fn remove_one(device: &mut Device, identifier: &str) {
    if !device.profiles.iter().any(|p| p.identifier == identifier) {
        return;
    }
    device.profiles.retain(|p| p.identifier != identifier);
    device.stored.retain(|s| s.identifier != identifier);
    let kept = match device.facts.variants.defect {
        Some(Defect::KeepsIdentitiesAfterRemoval) => device.keychain.identity_owners(),
        Some(Defect::KeepsRootsAfterRemoval) => device.keychain.certificate_owners(),
        _ => Vec::new(),
    };
    device.keychain.retain(|owner| owner.profile != identifier || kept.contains(owner));
    let keeps_account = device.facts.has(Defect::KeepsAccountAfterRemoval);
    let gone: Vec<_> = device
        .accounts
        .iter()
        .filter(|a| belongs(a, identifier) && !keeps_account)
        .map(Account::id)
        .collect();
    device.accounts.retain(|a| !gone.contains(&a.id));
    let mail = device.mail_accounts.iter().filter(|a| mail_belongs(a, identifier)).map(|a| a.id);
    let gone: Vec<_> = gone.into_iter().chain(mail).collect();
    device.mail_accounts.retain(|a| !mail_belongs(a, identifier));
    if !device.facts.has(Defect::KeepsPromptAfterRemoval) {
        for account in gone {
            device.forget_account(account);
        }
    }
    let asks = PromptKind::RemovalPasscode { profile: identifier.to_owned() };
    device.prompts.retain(|p| p.kind != asks);
    forget_picked_identities(device);
    device.events.push_back(Event::ProfileRemoved { identifier: identifier.to_owned() });
}

/// Removes a profile as a management server does.
///
/// # Errors
/// 12075 when it is not installed, 12013 when it is not management's; the enrolment profile itself may always be
/// removed (profiles-and-mdm.md, com.apple.mdm and B.2).
pub(crate) fn remove_by_management(device: &mut Device, identifier: &str) -> Result<(), ErrorChain> {
    use ErrorDomain::MCMDMErrorDomain as Domain;
    let refuse = |code, text: &str| {
        Err(ErrorChain(vec![link(Domain, code, format!("The profile “{identifier}” is not {text}."))]))
    };
    let Some(profile) = device.profiles.iter().find(|p| p.identifier == identifier) else {
        return refuse(12075, "installed");
    };
    let enrols = profile.payloads.iter().any(|p| p.payload_type == payload_type::MDM);
    if profile.source != Source::Mdm && !enrols {
        return refuse(12013, "managed by MDM");
    }
    remove(device, identifier);
    Ok(())
}

/// Removes every profile whose time is over.
pub(crate) fn remove_due(device: &mut Device, cx: &Context<'_>) {
    if device.facts.has(Defect::RemovalDateIgnored) {
        return;
    }
    let mut due: Vec<(Timestamp, String)> = device
        .stored
        .iter()
        .filter_map(|s| Some((s.removal_at.filter(|at| *at <= cx.now)?, s.identifier.clone())))
        .collect();
    due.sort();
    for (_, identifier) in due {
        remove(device, &identifier);
    }
}

/// The passcode that the removal asks for, where com.apple.profileRemovalPassword acts and has one.
pub(super) fn removal_password<'s>(stored: &'s StoredProfile, facts: &DeviceFacts) -> Option<&'s str> {
    let kind = payload_type::REMOVAL_PASSWORD;
    if !facts.supervised || !applicability::acts(kind, facts) {
        return None;
    }
    let mut payloads = stored.payloads.iter().filter(|p| p.is(kind));
    payloads.find_map(|p| p.string("RemovalPassword").ok().flatten()).filter(|word| !word.is_empty())
}

/// Drops keychain items whose payload is gone and that no settings in force need any more.
pub(crate) fn sweep(device: &mut Device) {
    let installed = &device.profiles;
    let accounts = &device.accounts;
    device.keychain.retain(|owner| {
        let Some(profile) = installed.iter().find(|p| p.identifier == owner.profile) else {
            // The profile is being installed just now.
            return true;
        };
        let handle = IdentityHandle(owner.payload_uuid.clone());
        profile.payloads.iter().any(|p| p.uuid == owner.payload_uuid)
            || accounts.iter().any(|a| belongs(a, &owner.profile) && a.names_identity(&handle))
    });
    forget_picked_identities(device);
}

/// An identity that the owner had picked and that is gone is picked no longer.
fn forget_picked_identities(device: &mut Device) {
    let keychain = &device.keychain;
    let there = |handle: &IdentityHandle| keychain.identity(handle).is_some();
    for account in &mut device.accounts {
        account.changes.forget_identities(there);
    }
    for account in &mut device.mail_accounts {
        account.changes.forget_identities(there);
    }
}

impl Device {
    /// The passcode that the removal of a profile asks for.
    pub(crate) fn removal_passcode(&self, identifier: &str) -> Option<&str> {
        let stored = self.stored.iter().find(|s| s.identifier == identifier)?;
        removal_password(stored, &self.facts)
    }

    /// When the next profile is to be removed.
    pub(crate) fn next_removal(&self) -> Option<Timestamp> {
        self.stored.iter().filter_map(|s| s.removal_at).min()
    }
}
