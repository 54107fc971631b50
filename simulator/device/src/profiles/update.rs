//! Making room for a profile that replaces an installed one.
//!
//! The new profile replaces the old one of the same identifier (TopLevel). A payload that is in both, by
//! PayloadIdentifier and PayloadUUID, is updated in place; the others are removed or newly installed (CommonPayloadKeys).

use super::remove::{belongs, mail_belongs};
use crate::account::{Account, AccountOrigin};
use crate::managed_mail::MailAccount;
use crate::{Defect, Device, IdentityHandle};
use profile::Profile;

/// What was taken away for an update.
#[derive(Default)]
pub(super) struct Replaced {
    /// Where the old profile stood among the installed ones.
    pub(super) position: Option<usize>,
    /// Exchange accounts whose payload stays: updated in place, with what is on them.
    pub(super) exchange: Vec<Account>,
    /// Other mail accounts whose payload stays.
    pub(super) mail: Vec<MailAccount>,
}

fn stays(origin: &AccountOrigin, new: &Profile) -> bool {
    match origin {
        AccountOrigin::Profile { payload_uuid, payload_identifier, .. } => new.payloads.iter().any(|p| {
            p.uuid() == Some(payload_uuid.as_str()) && p.identifier() == Some(payload_identifier.as_str())
        }),
        AccountOrigin::Owner => false,
    }
}

/// Takes the installed profile of that identifier away. Identities that settings still in force need stay until those
/// settings are replaced (EAS-042).
pub(super) fn replace(device: &mut Device, identifier: &str, new: &Profile) -> Replaced {
    let Some(position) = device.profiles.iter().position(|p| p.identifier == identifier) else {
        return Replaced::default();
    };
    device.profiles.remove(position);
    device.stored.retain(|s| s.identifier != identifier);
    let (own, rest): (Vec<Account>, Vec<Account>) =
        device.accounts.drain(..).partition(|a| belongs(a, identifier));
    device.accounts = rest;
    let gone: Vec<_> = own.iter().map(Account::id).collect();
    let exchange: Vec<Account> = own.into_iter().filter(|a| stays(&a.origin, new)).collect();
    let (own, rest): (Vec<MailAccount>, Vec<MailAccount>) =
        device.mail_accounts.drain(..).partition(|a| mail_belongs(a, identifier));
    device.mail_accounts = rest;
    let gone = gone.into_iter().chain(own.iter().map(|a| a.id)).collect::<Vec<_>>();
    let mail = own.into_iter().filter(|a| stays(&a.origin, new)).collect();
    for account in gone {
        device.forget_account(account);
    }
    let delivered_anew = |uuid: &str| new.payloads.iter().any(|p| p.uuid() == Some(uuid));
    let needed = |handle: &IdentityHandle| exchange.iter().any(|a| a.names_identity(handle));
    let stays_old = device.facts.has(Defect::RenewedIdentityStaysOld);
    device.keychain.retain(|owner| {
        owner.profile != identifier
            || stays_old
            || !delivered_anew(&owner.payload_uuid) && needed(&IdentityHandle(owner.payload_uuid.clone()))
    });
    Replaced { position: Some(position), exchange, mail }
}
