//! Accounts that profiles bring: updates, passwords, locks, another iOS; IMAP, LDAP and VPN.

use super::*;
use device::{AccountState, Service};
use simulator::{Owner, World, WorldOptions};

fn world(ios: &str, supervised: bool, password: Option<&str>) -> World {
    World::new(WorldOptions {
        facts: facts(ios, supervised),
        clock: Timestamp(NOW),
        seed: 7,
        owner: Owner {
            email: "alice@contoso.example".to_owned(),
            user_name: "alice@contoso.example".to_owned(),
            host: None,
            password: password.map(Secret::new),
        },
    })
    .unwrap()
}

/// The profile with keys of its account changed.
fn with_account(mut profile: Dictionary, change: impl Fn(&mut Dictionary)) -> Dictionary {
    let Some(Value::Array(items)) = profile.value("PayloadContent").cloned() else { panic!() };
    let items: Vec<Value> = items
        .into_iter()
        .map(|node| match node.value {
            Value::Dictionary(mut d) if d.str("PayloadType") == Some("com.apple.eas.account") => {
                change(&mut d);
                Value::Dictionary(d)
            }
            other => other,
        })
        .collect();
    profile.insert("PayloadContent", items);
    profile
}

#[track_caller]
fn sign_in(world: &mut World) {
    let prompt = world.device().prompts().first().expect("a password prompt").clone();
    assert!(matches!(prompt.kind, PromptKind::Password { .. }), "{prompt:?}");
    let word = world.password();
    world.answer(prompt.id, word);
}

#[test]
fn an_update_waits_for_the_password_and_resets_what_the_owner_changed() {
    let mut world = world("17.5", false, None);
    let before = committed("contoso-mail");
    installed(world.install(&bytes(&before)));
    sign_in(&mut world);
    let account = world.managed_account().unwrap();
    world.act(UserAction::SetSigning { account, on: false });
    world.act(UserAction::SetMailWindow { account, days: 3 });
    assert!(!world.device().effective(account).unwrap().smime.signing.on);
    let mail = world.device().account(account).unwrap().item_count(Service::Mail);

    // Another signing identity under another UUID; the old one stays while the old settings hold.
    let Some(Value::Array(items)) = before.value("PayloadContent").cloned() else { panic!() };
    let items: Vec<Value> = items
        .into_iter()
        .map(|node| match node.value {
            Value::Dictionary(mut d) if d.str("PayloadDisplayName") == Some("alice-signing") => {
                d.insert("PayloadUUID", "renewed");
                Value::Dictionary(d)
            }
            other => other,
        })
        .collect();
    let mut update = before.clone();
    update.insert("PayloadContent", items);
    let update = with_account(update, |a| {
        a.insert("SMIMESigningCertificateUUID", "renewed");
        a.insert("EnableContacts", false);
    });
    installed(world.install(&bytes(&update)));
    assert_eq!(world.managed_account(), Some(account), "updated in place");
    let held = world.device().effective(account).unwrap();
    assert!(
        held.services.of(Service::Contacts).on && !held.smime.signing.on,
        "the old settings hold (EAS-042)"
    );
    let named = held.smime.signing_identity.unwrap().value;
    assert!(world.device().keychain().identity(&named).is_some());
    assert_eq!(world.device().keychain().identities().len(), 3);
    sign_in(&mut world);
    let now = world.device().effective(account).unwrap();
    assert!(!now.services.of(Service::Contacts).on && now.smime.signing.on);
    assert_eq!(now.mail_window_days.value, 14, "what the owner changed is gone (XTR-017)");
    assert_eq!(now.smime.signing_identity.unwrap().value.0, "renewed");
    assert_eq!(world.device().keychain().identities().len(), 2);
    let whole_window = world.device().account(account).unwrap().item_count(Service::Mail);
    assert!(whole_window > mail, "{whole_window} messages of 14 days, {mail} of 3");

    // Another PayloadIdentifier is another account.
    let other = with_account(update, |a| a.insert("PayloadIdentifier", "example.other"));
    installed(world.install(&bytes(&other)));
    assert_ne!(world.managed_account(), Some(account));
}

#[test]
fn a_certificate_account_follows_an_update_at_once() {
    let mut world = world("17.5", false, None);
    let before = committed("certificate-auth");
    installed(world.install(&bytes(&before)));
    let account = world.managed_account().unwrap();
    assert_eq!(world.device().account(account).unwrap().state(), AccountState::Active);
    let update = with_account(before, |a| a.insert("EnableNotes", false));
    installed(world.install(&bytes(&update)));
    assert!(world.device().prompts().is_empty());
    assert!(!world.device().effective(account).unwrap().services.of(Service::Notes).on);
}

#[test]
fn a_payload_password_replaces_the_owners_only_when_it_says_so() {
    let plain = with_account(committed("password-in-profile"), |a| {
        a.remove("Password");
    });
    for (ios, overrides, delivered_wins) in
        [("17.5", false, false), ("17.5", true, true), ("13.7", false, true)]
    {
        let mut world = world(ios, false, Some("typed by alice"));
        installed(world.install(&bytes(&plain)));
        sign_in(&mut world);
        let account = world.managed_account().unwrap();
        let update = with_account(plain.clone(), |a| {
            a.insert("Password", "from the payload");
            a.insert("OverridePreviousPassword", overrides);
        });
        installed(world.install(&bytes(&update)));
        // The server knows the typed one only.
        let wanted = if delivered_wins { AccountState::Refused } else { AccountState::Active };
        assert_eq!(world.device().account(account).unwrap().state(), wanted, "{ios} {overrides}");
    }
}

#[test]
fn accounts_that_may_not_be_modified_are_dimmed() {
    let mut world = world("17.5", true, None);
    installed(world.install(&bytes(&committed("all-data-open"))));
    sign_in(&mut world);
    let account = world.managed_account().unwrap();
    let fixed = profile(
        "fixed",
        vec![payload("com.apple.applicationaccess", "x").with("allowAccountModification", false)],
    );
    installed(world.install(&bytes(&fixed)));
    let denied = Verdict::Denied { by: "allowAccountModification".to_owned() };
    let off = UserAction::SetService { account, service: Service::Notes, on: false };
    assert_eq!(world.act(off.clone()), denied);
    assert_eq!(world.act(UserAction::SetMailWindow { account, days: 3 }), denied);
    let add = UserAction::AddAccount {
        name: "x".to_owned(),
        host: "x.example".to_owned(),
        email: "x@x.example".to_owned(),
        user_name: "x".to_owned(),
        password: Secret::new("x"),
    };
    assert_eq!(world.act(add), denied);
    assert!(world.device().effective(account).unwrap().services.of(Service::Notes).on);
    world.act(UserAction::RemoveProfile { identifier: "example.fixed".to_owned() });
    assert!(matches!(world.act(off), Verdict::Allowed { .. }));

    let closed =
        payload("com.apple.applicationaccess", "x").with("allowUIConfigurationProfileInstallation", false);
    let mut device = phone("17.5", true);
    installed(put(&mut device, &profile("closed", vec![closed]), Source::Mdm));
    assert_eq!(refused(&mut device, &fixed, Source::Owner), (MCInstallationErrorDomain, 4020));
    installed(put(&mut device, &fixed, Source::Mdm));
}

#[test]
fn another_ios_reads_the_stored_payloads_anew() {
    let mut world = world("12.5", false, None);
    let narrow = with_account(committed("contacts-only-locked"), |a| a.insert("VPNUUID", "v"));
    installed(world.install(&bytes(&narrow)));
    sign_in(&mut world);
    let account = world.managed_account().unwrap();
    let before = world.device().effective(account).unwrap();
    assert!(before.services.of(Service::Mail).on && !before.services.of(Service::Mail).locked, "EAS-049");
    assert!(before.vpn.is_none());
    world.act(UserAction::SetService { account, service: Service::Contacts, on: false });
    world.input(Input::UpgradeOs("13.0".parse().unwrap()));
    let now = world.device().effective(account).unwrap();
    assert!(world.device().prompts().is_empty(), "no password is asked for");
    assert!(!now.services.of(Service::Mail).on && now.services.of(Service::Mail).locked);
    assert!(now.services.of(Service::Contacts).on, "the payload locks it, so the owner's change is gone");
    assert_eq!(world.device().account(account).unwrap().item_count(Service::Mail), 0);
    assert!(world.device().account(account).unwrap().item_count(Service::Contacts) > 0, "it is fetched");
    world.input(Input::UpgradeOs("14.0".parse().unwrap()));
    assert_eq!(world.device().effective(account).unwrap().vpn.unwrap().value, "v");
    let reply = world.input(Input::UpgradeOs("13.7".parse().unwrap()));
    assert_eq!(reply, Reply::NotDowngraded { installed: "14.0".parse().unwrap() });
    // A device that came through a snapshot still has the payloads.
    let text = serde_json::to_string(world.device()).unwrap();
    let mut restored: Device = serde_json::from_str(&text).unwrap();
    assert_eq!(restored.handle(&at(NOW), Input::UpgradeOs("18.1".parse().unwrap())), Reply::Done);
    assert!(restored.effective(account).unwrap().services.of(Service::Mail).locked);
}

#[test]
fn imap_ldap_and_vpn_are_settings_with_their_rules() {
    let mut device = phone("17.5", false);
    let imap = payload("com.apple.mail.managed", "imap")
        .with("EmailAccountType", "EmailTypeIMAP")
        .with("EmailAccountDescription", "Old mail")
        .with("IncomingMailServerAuthentication", "EmailAuthPassword")
        .with("IncomingMailServerHostName", "imap.contoso.example")
        .with("IncomingPassword", "imap secret")
        .with("OutgoingMailServerAuthentication", "EmailAuthPassword")
        .with("OutgoingMailServerHostName", "smtp.contoso.example")
        .with("SMIMESigningEnabled", true)
        .with("SMIMESigningUserOverrideable", true)
        .with("SMIMESigningCertificateUUID", "uuid-alice-signing")
        .with("VPNUUID", "vpn-1");
    let ldap = payload("com.apple.ldap.account", "ldap")
        .with("LDAPAccountHostName", "ldap.contoso.example")
        .with("LDAPAccountPassword", "ldap secret");
    let vpn = payload("com.apple.vpn.managed.applayer", "vpn").with("VPNUUID", "vpn-1");
    let all =
        |certificate: Dictionary| profile("all", vec![imap.clone(), ldap.clone(), vpn.clone(), certificate]);
    let lost = all(payload("com.apple.webClip.managed", "clip"));
    assert_eq!(refused(&mut device, &lost, Source::Owner), (MCEmailErrorDomain, 7003));
    installed(by_hand(&mut device, &all(pkcs12("alice-signing", true))));
    let account = device.mail_accounts()[0].id();
    assert!(device.mail_account_smime(account).unwrap().signing.on);
    let off = Input::User(UserAction::SetSigning { account, on: false });
    assert!(matches!(device.handle(&at(NOW), off), Reply::Action(Verdict::Allowed { .. })));
    assert!(!device.mail_account_smime(account).unwrap().signing.on);
    let encrypt = Input::User(UserAction::SetEncryptByDefault { account, on: true });
    assert!(matches!(device.handle(&at(NOW), encrypt), Reply::Action(Verdict::Denied { .. })));
    assert_eq!(device.app_vpns()[0].accounts, [account]);
    assert_eq!(device.directories()[0].host, "ldap.contoso.example");
    let view = serde_json::to_string(&device.view()).unwrap();
    assert!(!view.contains("secret") && !view.contains("p12-alice"), "no secret is shown");
    assert!(view.contains("\"connects\":false"));
    // An update in place resets the owner's change and keeps the number.
    installed(by_hand(&mut device, &all(pkcs12("alice-signing", true))));
    assert!(device.mail_account_smime(account).unwrap().signing.on);
    remove(&mut device, "example.all");
    assert!(device.mail_accounts().is_empty() && device.app_vpns().is_empty());
    assert!(device.directories().is_empty() && device.keychain().identities().is_empty());
}
