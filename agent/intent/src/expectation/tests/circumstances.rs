//! What depends on more than the account's payload: other payloads, what the phone holds, what is only stated.

use super::*;

#[test]
fn identities_that_are_enrolled_for_count_like_those_inside() {
    let profile = |kind: &str| {
        format!(
            r#"<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string>
            <key>PayloadContent</key><array>
            <dict><key>PayloadType</key><string>{kind}</string><key>PayloadUUID</key><string>{SIGN}</string></dict>
            <dict><key>PayloadType</key><string>com.apple.eas.account</string>
            <key>Host</key><string>mail.contoso.com</string><key>UserName</key><string>user1</string>
            <key>PayloadCertificateUUID</key><string>{SIGN}</string>
            <key>SMIMESigningEnabled</key><true/><key>SMIMESigningCertificateUUID</key><string>{SIGN}</string>
            </dict></array></dict></plist>"#
        )
    };
    for kind in ["com.apple.security.pkcs12", "com.apple.security.scep", "com.apple.security.acme"] {
        let (syntax, _) = profile::parse(profile(kind).as_bytes());
        let expected = expectations(&crate::read(&syntax).expect("an account"), &ios(17));
        assert_eq!(expected.install.value, Install::Accepted, "{kind}");
        assert!(expected.install.requirements.contains(&"SMO-005"));
        let identities: Vec<&str> = expected.identities.iter().map(|uuid| uuid.value.as_str()).collect();
        assert_eq!(identities, [SIGN], "{kind}");
        assert!(expected.prompts.iter().all(|prompt| prompt.value == PromptKind::EmailAddress), "{kind}");
    }
    let (syntax, _) = profile::parse(profile("com.apple.security.root").as_bytes());
    let expected = expectations(&crate::read(&syntax).expect("an account"), &ios(17));
    assert_eq!((expected.install.value, expected.identities), (Install::Refused, Vec::new()));
}

#[test]
fn an_account_that_the_user_has_already_is_refused() {
    let own = |host: &str, email_address: &str| Circumstances {
        own_accounts: vec![OwnAccount { host: host.into(), email_address: email_address.into() }],
        ..Circumstances::default()
    };
    let refusal = |circumstances: &Circumstances| {
        let expected = expectations_under(&plain(), &ios(17), circumstances);
        assert_eq!(expected.refusal.is_some(), expected.install.value == Install::Refused);
        expected.refusal.map(|refusal| (refusal.value.domain, refusal.value.code, refusal.requirements))
    };
    let duplicate = Some(("MCEASErrorDomain", 21_005, &["XTR-005"][..]));
    assert_eq!(refusal(&own("mail.contoso.com", "user1@contoso.com")), duplicate);
    assert_eq!(refusal(&own("MAIL.contoso.com", "User1@Contoso.com")), duplicate);
    assert_eq!(refusal(&own("mail.contoso.com", "user2@contoso.com")), None);
    assert_eq!(refusal(&own("other.contoso.com", "user1@contoso.com")), None);
    assert_eq!(refusal(&Circumstances::default()), None);
    let hostless = expectations(&Intent { host: None, ..plain() }, &ios(17));
    assert_eq!(hostless.refusal.map(|refusal| refusal.value.code), Some(21_003));
}

#[test]
fn an_update_is_a_fresh_installation_for_a_reason_of_its_own() {
    let intent = Intent { mail_window_days: Some(14), ..plain() };
    let updated = Circumstances { updates: true, ..Circumstances::default() };
    let (fresh, again) = (expectations(&intent, &ios(17)), expectations_under(&intent, &ios(17), &updated));
    assert_eq!(fresh.account.mail_window_days.value, again.account.mail_window_days.value);
    assert!(again.account.mail_window_days.requirements.contains(&"XTR-017"));
    assert!(!fresh.account.mail_window_days.requirements.contains(&"XTR-017"));
    for service in Service::ALL {
        let on = |expected: &Expectations| expected.account.services.of(service).on.clone();
        assert_eq!(on(&fresh).value, on(&again).value);
        assert!(on(&again).requirements.contains(&"XTR-017"));
    }
    assert_eq!(fresh.prompts, again.prompts);
}

/// Restriction, supervision, iOS: whether the controls of Settings are frozen, and by which key.
#[test]
fn a_restriction_freezes_settings_on_supervised_devices() {
    const KEY: Option<&str> = Some("allowAccountModification");
    let free = SmimeIntent {
        signing_enabled: Some(true),
        signing_overrideable: Some(true),
        signing_identity: Some(SIGN.into()),
        signing_identity_overrideable: Some(true),
        encrypt_by_default_overrideable: Some(true),
        per_message_switch: Some(true),
        encryption_identity: Some(ENCRYPT.into()),
        encryption_identity_overrideable: Some(true),
        ..SmimeIntent::default()
    };
    let settings = [
        "service.mail.off",
        "smime.signing.off",
        "smime.signing-identity.pick",
        "smime.encrypt-by-default.on",
        "smime.encryption-identity.pick",
        "mail-window.set",
    ];
    for (allowed, supervised, major, frozen) in [
        (Some(false), true, 17, true),
        (Some(false), true, 12, true),
        (Some(false), false, 17, false),
        (Some(true), true, 17, false),
        (None, true, 17, false),
    ] {
        let restrictions =
            allowed.map(|allowed| ("allowAccountModification".to_owned(), allowed)).into_iter().collect();
        let intent = Intent { restrictions, ..with_smime(free.clone()) };
        let facts = DeviceFacts { supervised, ..ios(major) };
        for action in settings {
            let answer = if frozen { (Denied, KEY) } else { (Allowed, None) };
            assert_eq!(verdict(&intent, &facts, action), answer, "{action} {allowed:?} {supervised} {major}");
        }
        for action in
            ["smime.message-encryption.flip", "message.move", "message.send-from-app", "profile.remove"]
        {
            assert_eq!(verdict(&intent, &facts, action), (Allowed, None), "{action}");
        }
        let account = expectations(&intent, &facts).account;
        assert_eq!(account.services.notes.locked.value, frozen);
        assert_eq!(account.smime.signing.locked.value, frozen);
        assert_eq!(account.smime.encrypt_by_default.locked.value, frozen);
    }
    // A key that refuses by itself is named before the restriction.
    let mut intent =
        Intent { restrictions: [("allowAccountModification".to_owned(), false)].into(), ..plain() };
    intent.services.notes.overridable = Some(false);
    let facts = DeviceFacts { supervised: true, ..ios(17) };
    assert_eq!(verdict(&intent, &facts, "service.notes.on"), (Denied, Some("EnableNotesUserOverridable")));
    assert_eq!(expectations(&intent, &facts).account.services.notes.locked.by, "EnableNotesUserOverridable");
    // iOS 6 has no such restriction.
    let facts = DeviceFacts { supervised: true, ..ios(6) };
    assert_eq!(verdict(&intent, &facts, "mail-window.set"), (Allowed, None));
}

#[test]
fn a_removal_password_refuses_removal_or_leaves_the_installation_unsettled() {
    let intent = Intent { removal_password: true, ..plain() };
    let facts = DeviceFacts { supervised: true, ..ios(17) };
    assert_eq!(
        verdict(&intent, &facts, "profile.remove"),
        (Denied, Some("com.apple.profileRemovalPassword"))
    );
    assert_eq!(expectations(&intent, &facts).install.value, Install::Accepted);
    let both = Intent { removal_disallowed: Some(true), ..intent.clone() };
    assert_eq!(verdict(&both, &facts, "profile.remove"), (Denied, Some("PayloadRemovalDisallowed")));
    assert_eq!(expectations(&intent, &ios(17)).install.value, Install::Unsettled);
}

#[test]
fn restrictions_and_vpn_are_read_from_the_profile() {
    let restriction = |allowed: &str| {
        format!(
            "<dict><key>PayloadType</key><string>com.apple.applicationaccess</string>\
             <key>allowAccountModification</key>{allowed}</dict>"
        )
    };
    let read = |beside: &str| {
        let text = format!(
            "<plist version=\"1.0\"><dict><key>PayloadContent</key><array>{beside}<dict><key>PayloadType</key>\
             <string>com.apple.eas.account</string><key>VPNUUID</key><string>tunnel</string></dict></array></dict></plist>"
        );
        crate::read(&profile::parse(text.as_bytes()).0)
    };
    let both = [restriction("<true/>"), restriction("<false/>")].concat();
    assert_eq!(read("").map(|intent| intent.restrictions.get("allowAccountModification").copied()), Ok(None));
    assert_eq!(
        read(&restriction("<true/>"))
            .map(|intent| intent.restrictions.get("allowAccountModification").copied()),
        Ok(Some(true))
    );
    assert_eq!(
        read(&both).map(|intent| intent.restrictions.get("allowAccountModification").copied()),
        Ok(Some(false))
    );
    assert!(read(&restriction("<integer>1</integer>")).is_err());
    assert_eq!(read("").map(|intent| intent.vpn), Ok(Some("tunnel".to_owned())));
    let passcode = "<dict><key>PayloadType</key><string>com.apple.profileRemovalPassword</string></dict>";
    assert_eq!(read(passcode).map(|intent| intent.removal_password), Ok(true));
}

/// iOS, reference: what the account names, and what is stated of the traffic.
#[test]
fn the_vpn_is_named_as_this_ios_uses_it() {
    let named = |vpn: Option<&str>, major| {
        let vpn = expectations(&Intent { vpn: vpn.map(str::to_owned), ..plain() }, &ios(major)).account.vpn;
        (vpn.value, vpn.by, vpn.requirements)
    };
    assert_eq!(named(None, 17), (None, "default", &["EAS-100"][..]));
    assert_eq!(named(Some("tunnel"), 14), (Some("tunnel".to_owned()), "VPNUUID", &[][..]));
    assert_eq!(named(Some("tunnel"), 13), (None, "default", &["EAS-104"][..]));
    let stated = |vpn: Option<&str>, major| {
        let intent = Intent { vpn: vpn.map(str::to_owned), ..plain() };
        let all = expectations(&intent, &ios(major)).stated;
        let vpn = all.into_iter().filter(|stated| stated.subject.starts_with("vpn."));
        vpn.map(|stated| stated.requirements[0]).collect::<Vec<_>>()
    };
    assert_eq!(stated(None, 17), [""; 0]);
    assert_eq!(stated(Some("tunnel"), 14), ["EAS-101", "EAS-102"]);
    assert_eq!(stated(Some("tunnel"), 13), [""; 0]);
}

/// What must be gone with the profile, when the account must be there, how often it may come.
#[test]
fn the_account_comes_by_assignment_and_goes_with_its_identities() {
    use Presence::{NotOnThePhone, OnThePhone};
    let presence = |assigned| {
        let circumstances = Circumstances { assigned, ..Circumstances::default() };
        let presence = expectations_under(&plain(), &ios(17), &circumstances).presence;
        presence.map(|expected| (expected.value, expected.requirements))
    };
    assert_eq!(presence(None), None);
    assert_eq!(presence(Some(true)), Some((OnThePhone, &["EAS-003"][..])));
    assert_eq!(presence(Some(false)), Some((NotOnThePhone, &["EAS-003"][..])));
    let intent = Intent { identities: ["A".to_owned()].into(), ..plain() };
    let expected = expectations(&intent, &ios(17));
    let gone: Vec<&Leftover> = expected.leftovers.iter().map(|leftover| &leftover.value).collect();
    assert_eq!(gone, [&Leftover::Account, &Leftover::Identity("A".to_owned())]);
    assert_eq!(expected.leftovers[1].requirements, ["SMO-015", "XTR-008"]);
    assert_eq!((expected.installs.value, expected.installs.requirements), (INSTALLS_MAX, &["XTR-006"][..]));
}

/// An identity of SCEP is one more beside those of other profiles; one inside the profile is everybody's.
#[test]
fn an_identity_that_is_enrolled_for_is_the_phones_own() {
    let intent = Intent {
        identities: ["A".to_owned(), "B".to_owned()].into(),
        enrolled: ["A".to_owned()].into(),
        smime: SmimeIntent { signing_identity: Some("A".into()), ..SmimeIntent::default() },
        ..plain()
    };
    let rows: Vec<&[&str]> =
        expectations(&intent, &ios(17)).identities.iter().map(|expected| expected.requirements).collect();
    assert_eq!(rows, [&["EAS-069", "SMO-005", "XTR-010"][..], &["SMO-012", "SMO-014"]]);
}

/// Only the rows of what a policy chose are cited.
#[test]
fn a_choice_of_services_cites_its_own_row() {
    let rows = |on: [bool; 5]| {
        let services = Services::from_fn(|service| {
            let at = Service::ALL.iter().position(|known| *known == service).expect("a service");
            ServiceIntent { enable: Some(on[at]), overridable: Some(false) }
        });
        let expected = expectations(&Intent { services, ..plain() }, &ios(17));
        let toggle = &expected.account.services.mail;
        (toggle.on.requirements.to_vec(), toggle.locked.requirements.to_vec())
    };
    assert_eq!(rows([true; 5]), (vec!["EAS-043", "EAS-044"], vec!["EAS-052"]));
    assert_eq!(rows([true, false, false, false, false]).0, ["EAS-043", "EAS-045"]);
    assert_eq!(rows([false, false, true, false, false]).0, ["EAS-043", "EAS-046"]);
    assert_eq!(rows([false, true, true, false, false]).0, ["EAS-043", "EAS-047"]);
    assert_eq!(
        rows([false, true, false, false, false]),
        (vec!["EAS-043", "EAS-048"], vec!["EAS-052", "EAS-054"])
    );
    assert_eq!(rows([true, false, true, false, false]).0, ["EAS-043"]);
}

/// Key, whether the phone is supervised, iOS: whether it applies.
#[test]
fn restrictions_apply_where_this_ios_has_them_and_supervision_is_not_missing() {
    let named =
        ["allowCamera", "allowAccountModification", "allowMailPrivacyProtection", "forceEncryptedBackup"];
    let intent = Intent {
        restrictions: named.into_iter().map(|name| (name.to_owned(), name.starts_with("force"))).collect(),
        ..plain()
    };
    for (supervised, ios_version, keys) in [
        (false, ios(17), vec!["allowCamera", "forceEncryptedBackup"]),
        (true, ios(14), vec!["allowAccountModification", "allowCamera", "forceEncryptedBackup"]),
        (
            true,
            ios(17),
            vec![
                "allowAccountModification",
                "allowCamera",
                "allowMailPrivacyProtection",
                "forceEncryptedBackup",
            ],
        ),
    ] {
        let expected = expectations(&intent, &DeviceFacts { supervised, ..ios_version }).restrictions;
        assert_eq!(expected.keys().copied().collect::<Vec<_>>(), keys);
        for (key, restriction) in expected {
            assert_eq!((restriction.value, restriction.by), (key.starts_with("force"), key));
        }
    }
    // What only a management server may set does nothing in a profile that is installed by hand.
    const CONTACTS: &str = "allowManagedToWriteUnmanagedContacts";
    let intent = Intent { restrictions: [(CONTACTS.to_owned(), true)].into(), ..plain() };
    for managed in [false, true] {
        let circumstances = Circumstances { managed, ..Circumstances::default() };
        let expected = expectations_under(&intent, &ios(17), &circumstances).restrictions;
        assert_eq!(expected.contains_key(CONTACTS), managed);
    }
}
