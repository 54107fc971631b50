//! The account as its owner has set it, in the words of a policy: what is expected of actions and messages after that.

use evidence::{Fact, Log, ObservedAccount, Service};
use intent::Intent;

/// The intent with what the owner changed by hand in its place, as the newest look shows it; nothing where the owner
/// changed nothing.
pub(super) fn changed_by_owner(intent: &Intent, log: &Log) -> Option<Intent> {
    let newest = log.observations().iter().max_by_key(|o| match &o.fact {
        Fact::Account(_) => Some((o.at_ms, o.id)),
        _ => None,
    })?;
    let Fact::Account(account) = &newest.fact else { return None };
    (!account.by_user.is_empty()).then(|| with(intent.clone(), account))
}

fn with(mut intent: Intent, account: &ObservedAccount) -> Intent {
    let by_user = |subject: &str| account.by_user.contains(subject);
    let services = &mut intent.services;
    for (name, ours, theirs) in [
        ("mail", &mut services.mail, Service::Mail),
        ("contacts", &mut services.contacts, Service::Contacts),
        ("calendars", &mut services.calendars, Service::Calendars),
        ("reminders", &mut services.reminders, Service::Reminders),
        ("notes", &mut services.notes, Service::Notes),
    ] {
        let switch = account.services.get(&theirs).filter(|_| by_user(&format!("services.{name}.on")));
        ours.enable = switch.map_or(ours.enable, |switch| Some(switch.on));
    }
    if by_user("mail_window_days") {
        intent.mail_window_days = Some(account.mail_window_days);
    }
    let smime = &mut intent.smime;
    if by_user("smime.signing.on") {
        smime.signing_enabled = Some(account.signing.on);
    }
    if by_user("smime.encrypt_by_default.on") {
        smime.encrypt_by_default = Some(account.encrypt_by_default.on);
    }
    if by_user("smime.signing_identity") {
        smime.signing_identity.clone_from(&account.signing_identity);
    }
    if by_user("smime.encryption_identity") {
        smime.encryption_identity.clone_from(&account.encryption_identity);
    }
    intent
}
