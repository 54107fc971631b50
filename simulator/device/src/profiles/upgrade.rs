//! Another iOS on the same device: stored payloads are read anew.
//!
//! Reading (no document says it): the system reads what it has stored, and what has become known to it holds at once. It
//! is no update of the payload, so nobody is asked for a password and what the owner changed stays, except where the
//! payload now locks it. An account whose way to sign in changes with the version (OAuth from iOS 12 on) is treated as
//! updated: the old settings hold until the owner has signed in.

use super::install::described;
use super::payload_type;
use crate::managed_mail::ManagedMailSettings;
use crate::{
    AccountId, AccountOrigin, AccountState, Credential, Defect, Device, Event, MailSettings, Service,
};
use profile::{OsVersion, Payload};
use wire::Shared;

/// Puts another, not older, iOS on the device. The caller has compared the versions.
pub(crate) fn upgrade(device: &mut Device, ios: OsVersion) {
    device.facts.ios = ios;
    device.events.push_back(Event::OsUpgraded { ios: ios.to_string() });
    if device.facts.has(Defect::UpgradeNotReadAnew) {
        return;
    }
    let profiles: Vec<_> = device
        .stored
        .iter()
        .filter_map(|s| {
            let source = device.profiles.iter().find(|p| p.identifier == s.identifier)?.source;
            Some((s.identifier.clone(), s.payloads.clone(), source))
        })
        .collect();
    for (identifier, payloads, source) in profiles {
        let anew = payloads.iter().map(|p| described(device, p, source)).collect();
        if let Some(installed) = device.profiles.iter_mut().find(|p| p.identifier == identifier) {
            installed.payloads = anew;
        }
        for payload in payloads.iter() {
            match payload.payload_type() {
                Some(payload_type::EAS) => exchange(device, &identifier, payload),
                Some(payload_type::MAIL) => mail(device, &identifier, payload),
                _ => {}
            }
        }
    }
}

fn came_from(origin: &AccountOrigin, profile: &str, payload: &Payload) -> bool {
    matches!(origin, AccountOrigin::Profile { identifier, payload_uuid, .. }
        if identifier == profile && payload.uuid() == Some(payload_uuid.as_str()))
}

fn mail(device: &mut Device, profile: &str, payload: &Payload) {
    let read = ManagedMailSettings::read(payload, &device.facts);
    let account = device.mail_accounts.iter_mut().find(|a| came_from(&a.origin, profile, payload));
    if let (Some(account), Ok(Some(settings))) = (account, read) {
        account.changes.forget_locked_smime(&settings.smime);
        account.settings = settings;
    }
}

fn exchange(device: &mut Device, profile: &str, payload: &Payload) {
    // What was installed was read before, so it can be read again.
    let Ok(settings) = MailSettings::read(payload, &device.facts) else { return };
    let defect = device.facts.variants.defect;
    let Some(account) = device.accounts.iter_mut().find(|a| came_from(&a.origin, profile, payload)) else {
        return;
    };
    let id = account.id;
    let same_sign_in =
        account.newest_settings().is_some_and(|old| old.sign_in.value == settings.sign_in.value)
            && defect != Some(Defect::UpgradeAsksForPassword);
    if !same_sign_in {
        account.credential = Credential::None;
        account.host = settings.host.as_ref().map(|h| h.value.clone()).filter(|_| !settings.autodiscover);
        account.waiting = Some(Shared::new(settings));
        device.forget_account(id);
        device.set_state(id, AccountState::WaitingForOwner);
        device.ask_next(id);
        return;
    }
    if account.waiting.is_some() {
        account.waiting = Some(Shared::new(settings.clone()));
    }
    if account.in_force.is_none() {
        return;
    }
    account.changes.forget_locked_smime(&settings.smime);
    for service in Service::ALL {
        let forgotten = match defect {
            Some(Defect::UpgradeKeepsLockedChange) => false,
            Some(Defect::UpgradeForgetsChanges) => true,
            _ => settings.locked.of(service).value,
        };
        if forgotten {
            *account.changes.services.of_mut(service) = None;
        }
    }
    // With an update under way, the settings in force are those of the old payload, which is no longer there to read.
    if account.waiting.is_none() {
        account.in_force = Some(Shared::new(settings));
    }
    follow_services(device, id);
}

/// Empties what is off now and fetches what is on now.
fn follow_services(device: &mut Device, id: AccountId) {
    for service in Service::ALL {
        device.empty_if_off(id, service);
    }
    if device.account(id).is_some_and(|a| a.state == AccountState::Active) {
        device.synchronise(id);
    }
}
