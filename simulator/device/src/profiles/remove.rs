//! Taking a profile off the device, with everything that it brought.

use crate::account::{Account, AccountOrigin};
use crate::{Device, Event};
use profile::Profile;

fn belongs(account: &Account, profile: &str) -> bool {
    matches!(&account.origin, AccountOrigin::Profile { identifier, .. } if identifier == profile)
}

/// Removes a profile, its certificates, its accounts and their mail (XTR-008).
pub(crate) fn remove(device: &mut Device, identifier: &str) {
    device.profiles.retain(|p| p.identifier != identifier);
    device.keychain.remove_profile(identifier);
    let gone: Vec<_> = device.accounts.iter().filter(|a| belongs(a, identifier)).map(Account::id).collect();
    device.accounts.retain(|a| !gone.contains(&a.id));
    for account in gone {
        device.forget_account(account);
    }
    device.events.push_back(Event::ProfileRemoved { identifier: identifier.to_owned() });
}

/// Makes room for a profile of the same identifier: the installed one goes (Apple's TopLevel schema: the new profile
/// replaces the old). Accounts whose payload stays, by UUID, are handed back to be updated in place.
pub(super) fn replace(device: &mut Device, identifier: &str, new: &Profile) -> Vec<Account> {
    if !device.profiles.iter().any(|p| p.identifier == identifier) {
        return Vec::new();
    }
    device.profiles.retain(|p| p.identifier != identifier);
    device.keychain.remove_profile(identifier);
    let (own, rest): (Vec<Account>, Vec<Account>) =
        device.accounts.drain(..).partition(|a| belongs(a, identifier));
    device.accounts = rest;
    let (stay, go): (Vec<Account>, Vec<Account>) = own.into_iter().partition(|a| match &a.origin {
        AccountOrigin::Profile { payload_uuid, .. } => {
            new.payloads.iter().any(|p| p.uuid() == Some(payload_uuid.as_str()))
        }
        AccountOrigin::Owner => false,
    });
    for account in stay.iter().chain(&go) {
        device.forget_account(account.id);
    }
    stay
}
