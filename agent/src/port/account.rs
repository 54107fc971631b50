//! The account as its owner sees it, in the words of the log and of the contract.

use device::{By, Device, EffectiveAccount, EffectiveSwitch, IdentityHandle, Service, Setting};
use evidence::{ObservedAccount, ObservedSwitch};
use std::collections::BTreeSet;
use verdict::{ComposeStarts, TrialAccount, TrialServices, TrialSmime, TrialSwitch};

fn seen(switch: &EffectiveSwitch) -> ObservedSwitch {
    ObservedSwitch { on: switch.on, locked: switch.locked }
}

pub(super) fn service(service: Service) -> evidence::Service {
    match service {
        Service::Mail => evidence::Service::Mail,
        Service::Contacts => evidence::Service::Contacts,
        Service::Calendars => evidence::Service::Calendars,
        Service::Reminders => evidence::Service::Reminders,
        Service::Notes => evidence::Service::Notes,
    }
}

/// What is put into the log.
pub(super) fn observed(account: &EffectiveAccount) -> ObservedAccount {
    let smime = &account.smime;
    let identity = |i: &Option<Setting<IdentityHandle>>| i.as_ref().map(|i| i.value.0.clone());
    ObservedAccount {
        name: account.name.value.clone(),
        host: account.host.clone(),
        user: account.user.clone(),
        email: account.email.clone(),
        services: Service::ALL.iter().map(|s| (service(*s), seen(account.services.of(*s)))).collect(),
        mail_window_days: account.mail_window_days.value,
        smime: smime.present,
        signing: seen(&smime.signing),
        signing_identity: identity(&smime.signing_identity),
        encrypt_by_default: seen(&smime.encrypt_by_default),
        encryption_identity: identity(&smime.encryption_identity),
        per_message_switch: smime.per_message_switch.value,
        compose_starts_encrypted: smime.compose_starts_encrypted(),
        move_allowed: account.move_allowed.value,
        third_party_send: account.third_party_send.value,
        recents: account.recents.value,
        vpn: Some(account.vpn.as_ref().map(|vpn| vpn.value.clone()).unwrap_or_default()),
        by_user: by_user(account),
    }
}

/// What the owner has changed by hand, in the judge's words.
fn by_user(account: &EffectiveAccount) -> BTreeSet<String> {
    let smime = &account.smime;
    let mut changed: BTreeSet<String> = Service::ALL
        .iter()
        .filter(|s| account.services.of(**s).on_by == By::User)
        .map(|s| format!("services.{}.on", s.name()))
        .collect();
    let identity = |i: &Option<Setting<IdentityHandle>>| i.as_ref().is_some_and(|i| i.by == By::User);
    for (subject, by_user) in [
        ("mail_window_days", account.mail_window_days.by == By::User),
        ("smime.signing.on", smime.signing.on_by == By::User),
        ("smime.signing_identity", identity(&smime.signing_identity)),
        ("smime.encrypt_by_default.on", smime.encrypt_by_default.on_by == By::User),
        ("smime.encryption_identity", identity(&smime.encryption_identity)),
        // How a message starts follows the switch.
        ("smime.compose_starts", smime.encrypt_by_default.on_by == By::User),
    ] {
        if by_user {
            changed.insert(subject.to_owned());
        }
    }
    changed
}

fn switch(switch: &EffectiveSwitch) -> TrialSwitch {
    TrialSwitch {
        on: switch.on,
        locked: switch.locked,
        on_by: switch.on_by.name().to_owned(),
        locked_by: switch.locked_by.name().to_owned(),
    }
}

/// What is printed.
pub fn described(account: &EffectiveAccount, device: &Device) -> TrialAccount {
    let smime = &account.smime;
    let services = |s: Service| switch(account.services.of(s));
    let identity = |setting: &Option<Setting<IdentityHandle>>| -> (Option<String>, String) {
        let Some(setting) = setting else { return (None, "default".to_owned()) };
        let name = device.keychain().identity(&setting.value).map(|i| i.identity.certificate.display_name());
        (name, setting.by.name().to_owned())
    };
    let (signing_identity, signing_identity_by) = identity(&smime.signing_identity);
    let (encryption_identity, encryption_identity_by) = identity(&smime.encryption_identity);
    TrialAccount {
        name: account.name.value.clone(),
        name_by: account.name.by.name().to_owned(),
        host: account.host.clone(),
        user: account.user.clone(),
        email: account.email.clone(),
        services: TrialServices {
            mail: services(Service::Mail),
            contacts: services(Service::Contacts),
            calendars: services(Service::Calendars),
            reminders: services(Service::Reminders),
            notes: services(Service::Notes),
        },
        mail_window_days: account.mail_window_days.value,
        mail_window_days_by: account.mail_window_days.by.name().to_owned(),
        smime: TrialSmime {
            enabled: smime.present,
            signing: switch(&smime.signing),
            signing_identity,
            signing_identity_by,
            encrypt_by_default: switch(&smime.encrypt_by_default),
            encryption_identity,
            encryption_identity_by,
            per_message_switch: smime.per_message_switch.value,
            per_message_switch_by: smime.per_message_switch.by.name().to_owned(),
            compose_starts: if smime.compose_starts_encrypted() {
                ComposeStarts::Encrypted
            } else {
                ComposeStarts::Clear
            },
        },
        move_allowed: account.move_allowed.value,
        move_by: account.move_allowed.by.name().to_owned(),
        third_party_send: account.third_party_send.value,
        third_party_send_by: account.third_party_send.by.name().to_owned(),
        recents: account.recents.value,
        recents_by: account.recents.by.name().to_owned(),
    }
}
