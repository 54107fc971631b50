//! Names, services, mail window, moving and sending: what the account shows.

use super::trial::{ADDRESS, Kept, Tried, alice, changed, compiled, payload, policy, tried, tried_policy};
use intent::{
    DomainNameSource, EasService, EmailAddressSource, EmailPolicy, EmailSyncDuration, SyncScope, User,
    UsernameSource,
};

const SERVICES: [(&str, EasService); 5] = [
    ("mail", EasService::Email),
    ("contacts", EasService::Contacts),
    ("calendars", EasService::Calendars),
    ("reminders", EasService::Reminders),
    ("notes", EasService::Notes),
];

fn services(tried: &Tried, member: &str) -> Vec<bool> {
    let shown = &tried.account()["services"];
    SERVICES.iter().map(|(name, _)| shown[name][member].as_bool().expect("a switch")).collect()
}

#[test]
fn the_account_has_host_and_name_of_the_policy() {
    let policy = EmailPolicy {
        host_name: "outlook.contoso.example".into(),
        account_name: "Post — Büro".into(),
        ..policy()
    };
    let tried = tried_policy("names", &policy, &[]);
    assert_eq!(tried.account()["host"], "outlook.contoso.example");
    assert_eq!(tried.account()["name"], "Post — Büro");
}

#[test]
fn user_names_on_the_phone_follow_the_chosen_attribute() {
    use DomainNameSource::{FullDomainName, NetBiosDomainName};
    use UsernameSource::{PrimarySmtpAddress, SamAccountName, UserPrincipalName};
    let bob = User { upn: "bob".into(), ..alice() };
    let table = [
        (UserPrincipalName, None, None, alice(), ADDRESS),
        (UserPrincipalName, None, None, bob, "bob"),
        // The domain source does nothing beside another attribute.
        (PrimarySmtpAddress, Some(FullDomainName), None, alice(), ADDRESS),
        (SamAccountName, Some(FullDomainName), None, alice(), "contoso.example\\alice"),
        (SamAccountName, Some(NetBiosDomainName), None, alice(), "CONTOSO\\alice"),
        (SamAccountName, None, Some("Own.Domain"), alice(), "Own.Domain\\alice"),
    ];
    for (source, domain, custom, user, name) in table {
        let policy = EmailPolicy {
            username_source: source,
            user_domain_name_source: domain,
            custom_domain_name: custom.map(str::to_owned),
            email_address_source: EmailAddressSource::PrimarySmtpAddress,
            ..policy()
        };
        let tried = tried("user-names", &compiled(&policy, &user), &[]).checked(name);
        assert_eq!(tried.account()["user"], name);
        assert_eq!(tried.account()["email"], ADDRESS);
    }
}

#[test]
fn addresses_on_the_phone_follow_the_chosen_attribute() {
    let user = User { upn: "alice.upn@contoso.example".into(), ..alice() };
    for (source, address) in [
        (EmailAddressSource::UserPrincipalName, "alice.upn@contoso.example"),
        (EmailAddressSource::PrimarySmtpAddress, ADDRESS),
    ] {
        let policy = EmailPolicy { email_address_source: source, ..policy() };
        let tried = tried("addresses", &compiled(&policy, &user), &[]).checked(address);
        assert_eq!(tried.account()["email"], address);
    }
}

/// All data, mail only, calendar only, calendar and contacts, contacts only; with and without user change.
#[test]
fn every_choice_of_services_is_shown_and_locked_as_chosen() {
    for scope in SyncScope::ALL {
        for free in [true, false] {
            let policy = EmailPolicy {
                eas_services: scope.services(),
                eas_services_user_override_enabled: free,
                ..policy()
            };
            let tried = tried_policy("services", &policy, &[]);
            let wanted: Vec<bool> =
                SERVICES.iter().map(|(_, service)| scope.services().contains(service)).collect();
            assert_eq!(services(&tried, "on"), wanted, "{scope:?}");
            assert_eq!(services(&tried, "locked"), [!free; 5], "{scope:?}");
            for (name, _) in SERVICES {
                for position in ["on", "off"] {
                    let action = format!("service.{name}.{position}");
                    assert!(tried.is(&action, if free { "allowed" } else { "denied" }), "{scope:?} {action}");
                }
            }
            // Without mail there is no mailbox to act in.
            let mailbox = if wanted[0] { "allowed" } else { "absent" };
            assert!(tried.is("message.move", mailbox) && tried.is("mail-window.set", mailbox), "{scope:?}");
        }
    }
}

#[test]
fn before_ios_13_every_service_is_on_and_free_on_the_phone() {
    let policy = EmailPolicy {
        eas_services: SyncScope::ContactsOnly.services(),
        eas_services_user_override_enabled: false,
        ..policy()
    };
    let tried = tried_policy("services-12", &policy, &["--ios", "12.5"]);
    assert_eq!((services(&tried, "on"), services(&tried, "locked")), (vec![true; 5], vec![false; 5]));
    assert!(tried.is("service.mail.off", "allowed"));
    let newer = tried_policy("services-13", &policy, &["--ios", "13.0"]);
    assert_eq!(services(&newer, "locked"), [true; 5]);
}

#[test]
fn the_mail_window_is_the_policys_in_days() {
    for (duration, days) in [
        (EmailSyncDuration::UserDefined, 7),
        (EmailSyncDuration::OneDay, 1),
        (EmailSyncDuration::OneMonth, 31),
        (EmailSyncDuration::Unlimited, 0),
    ] {
        let tried =
            tried_policy("window", &EmailPolicy { duration_of_email_to_sync: duration, ..policy() }, &[]);
        assert_eq!(tried.account()["mail_window_days"], days, "{duration:?}");
    }
}

#[test]
fn moving_sending_and_recents_are_as_the_policy_blocks_them() {
    for blocked in [false, true] {
        let policy = EmailPolicy {
            block_moving_messages_to_other_email_accounts: blocked,
            block_sending_email_from_third_party_apps: blocked,
            block_syncing_recently_used_email_addresses: blocked,
            ..policy()
        };
        let tried = tried_policy("blocks", &policy, &[]);
        let answer = if blocked { "denied" } else { "allowed" };
        for action in ["message.move", "message.forward-from-other-account", "message.send-from-app"] {
            assert!(tried.is(action, answer), "{action}");
        }
        for member in ["move", "third_party_send", "recents"] {
            assert_eq!(tried.account()[member], !blocked, "{member}");
        }
    }
}

#[test]
fn an_update_brings_the_policys_services_and_window_back() {
    let profile = compiled(&policy(), &alice());
    let kept = Kept::new("update", &[]);
    assert_eq!(kept.install(&profile, true).0, 0);
    assert_eq!(kept.act("service.notes.off"), 0);
    assert_eq!(kept.show()["account"]["services"]["notes"]["on"], false);
    // The same profile again: what the owner changed holds until the password is there (EAS-042).
    kept.install(&profile, false);
    let waiting = kept.show();
    assert_eq!(waiting["prompts"][0]["kind"], "password");
    assert_eq!(waiting["account"]["services"]["notes"]["on"], false);
    kept.answer();
    let shown = kept.show();
    assert_eq!(shown["account"]["services"]["notes"]["on"], true);
    assert_eq!(shown["account"]["mail_window_days"], 7);
}

#[test]
fn accounts_frozen_by_a_restriction_are_expected_frozen() {
    let restricted = |lock: bool| {
        changed(
            compiled(&policy(), &alice()),
            |account| if lock { account.with("EnableNotesUserOverridable", false) } else { account },
            vec![payload("com.apple.applicationaccess", 1).with("allowAccountModification", false)],
        )
    };
    let frozen = tried("frozen", &restricted(true), &["--supervised"]).checked("supervised");
    assert_eq!(services(&frozen, "locked"), [true; 5]);
    let by = |action| frozen.verdict(action).1;
    assert_eq!(by("service.mail.off").as_deref(), Some("allowAccountModification"));
    assert_eq!(by("service.notes.off").as_deref(), Some("EnableNotesUserOverridable"));
    assert_eq!(by("mail-window.set").as_deref(), Some("allowAccountModification"));
    assert!(frozen.is("message.move", "allowed"));
    let free = tried("thawed", &restricted(false), &[]).checked("not supervised");
    assert_eq!(services(&free, "locked"), [false; 5]);
}

#[test]
fn restrictions_on_the_phone_are_those_that_apply_to_it() {
    use profile::schema::KeyType;
    let keys = || {
        profile::Schema::builtin().keys("com.apple.applicationaccess").filter(|k| k.kind == KeyType::Boolean)
    };
    // Each key twice, once with either value: the stricter one counts.
    let said = |value: bool, number: u8| {
        keys().fold(payload("com.apple.applicationaccess", number), |all, k| all.with(k.name.as_str(), value))
    };
    let profile =
        changed(compiled(&policy(), &alice()), |account| account, vec![said(true, 4), said(false, 5)]);
    let (syntax, _) = profile::parse(&profile::write_xml(&profile.clone().into()));
    let intent = intent::read(&syntax).expect("an account");
    assert_eq!(intent.restrictions.len(), keys().count());
    for (version, supervised) in [("12.5", false), ("12.5", true), ("17.5", false), ("17.5", true)] {
        let facts = intent::DeviceFacts {
            ios: version.parse().expect("a version"),
            supervised,
            identities: 0,
            variants: intent::Variants::default(),
        };
        let expected = intent::expectations(&intent, &facts).restrictions;
        let mut phone = vec!["--ios", version];
        if supervised {
            phone.push("--supervised");
        }
        let kept = Kept::new("restrictions", &phone);
        assert_eq!(kept.install(&profile, true).0, 0);
        let shown = kept.show();
        let seen: std::collections::BTreeMap<&str, bool> = shown["restrictions"]
            .as_array()
            .expect("restrictions")
            .iter()
            .filter_map(|r| Some((r["key"].as_str()?, r["value"].as_bool()?)))
            .collect();
        let wanted = expected.iter().map(|(key, restriction)| (*key, restriction.value)).collect();
        assert_eq!(seen, wanted, "iOS {version}, supervised: {supervised}");
    }
}
