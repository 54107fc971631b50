//! The truth tables of the requirements, written out by hand, and the rules around them.

mod circumstances;

use std::collections::BTreeSet;

use profile::OsVersion;

use super::*;
use crate::action::{ActionId, Position};
use crate::intent::{Intent, ServiceIntent, SmimeIntent};
use crate::service::{Service, Services};
use crate::variant::{EncryptDefaultToggle, Variants};

use ActionVerdict::{Absent, Allowed, Denied};
use ComposeStart::{Clear, Encrypted};

const SIGN: &str = "AAAAAAAA-0000-8000-8000-000000000001";
const ENCRYPT: &str = "AAAAAAAA-0000-8000-8000-000000000002";

fn ios(major: u16) -> DeviceFacts {
    DeviceFacts {
        ios: OsVersion::new(major, 4, 1),
        supervised: false,
        identities: 2,
        variants: Variants::default(),
    }
}

/// An account that signs in with a password and says nothing else.
fn plain() -> Intent {
    Intent {
        name: Some("Contoso".into()),
        host: Some("mail.contoso.com".into()),
        user_name: Some("user1".into()),
        email_address: Some("user1@contoso.com".into()),
        identities: BTreeSet::from([SIGN.to_owned(), ENCRYPT.to_owned()]),
        ..Intent::default()
    }
}

fn with_smime(smime: SmimeIntent) -> Intent {
    Intent { smime, ..plain() }
}

fn verdict(intent: &Intent, facts: &DeviceFacts, id: &str) -> (ActionVerdict, Option<&'static str>) {
    let id: ActionId = id.parse().expect("an id of the contract");
    let expected = expectations(intent, facts);
    let action = expected.action(id).expect("every action is judged");
    (action.verdict, action.by)
}

#[test]
fn every_action_is_judged_once_in_order_and_with_a_reason() {
    for facts in [ios(9), ios(11), ios(12), ios(13), ios(18)] {
        let expected = expectations(&plain(), &facts);
        let ids: Vec<ActionId> = expected.actions.iter().map(|action| action.id).collect();
        assert_eq!(ids, ActionId::ALL);
        for action in &expected.actions {
            assert!(!action.citation.is_empty());
            assert_eq!(action.by.is_some(), action.verdict == Denied);
            assert!(!action.requirements.is_empty() || action.id == ActionId::ProfileRemove);
            for id in action.requirements {
                let (kind, number) = id.split_once('-').expect("an id has a dash");
                assert!(["EAS", "XTR", "SMO"].contains(&kind) && number.len() == 3, "{id}");
            }
        }
    }
}

/// Requirements, table of encryption: default, per-message switch, start, lock in the message.
#[test]
fn encryption_follows_its_truth_table() {
    let table = [
        (false, false, Clear, Absent),
        (false, true, Clear, Allowed),
        (true, false, Encrypted, Absent),
        (true, true, Encrypted, Allowed),
    ];
    for (default, switch, starts, flip) in table {
        let newer = with_smime(SmimeIntent {
            encrypt_by_default: Some(default),
            per_message_switch: Some(switch),
            signing_enabled: Some(true),
            ..SmimeIntent::default()
        });
        let older = with_smime(SmimeIntent {
            encryption_enabled: Some(default),
            old_per_message_switch: Some(switch),
            signing_enabled: Some(true),
            ..SmimeIntent::default()
        });
        for (intent, facts, key) in [
            (&newer, ios(12), "SMIMEEncryptByDefault"),
            (&newer, ios(17), "SMIMEEncryptByDefault"),
            (&older, ios(11), "SMIMEEncryptionEnabled"),
        ] {
            let smime = expectations(intent, &facts).account.smime;
            assert_eq!(smime.compose_starts.value, starts, "{default} {switch}");
            assert_eq!(smime.compose_starts.by, key);
            assert_eq!(smime.encrypt_by_default.on.value, default);
            assert_eq!(smime.per_message_switch.value, switch);
            assert_eq!(
                verdict(intent, &facts, "smime.message-encryption.flip"),
                (flip, None),
                "{default} {switch}"
            );
        }
        // The keys of the other age are not consulted.
        for (intent, facts) in [(&newer, ios(11)), (&older, ios(12))] {
            let smime = expectations(intent, &facts).account.smime;
            assert_eq!(smime.compose_starts.value, Clear);
            assert_eq!(smime.compose_starts.by, "default");
            assert_eq!(smime.encrypt_by_default.on.by, "default");
            assert!(!smime.per_message_switch.value);
            assert_eq!(verdict(intent, &facts, "smime.message-encryption.flip").0, Absent);
        }
    }
}

/// Requirements, the disputed corner: override, per-message switch, the two readings.
#[test]
fn the_disputed_switch_has_two_readings() {
    const OVERRIDE: Option<&str> = Some("SMIMEEncryptByDefaultUserOverrideable");
    const SWITCH: Option<&str> = Some("SMIMEEnableEncryptionPerMessageSwitch");
    let table = [
        (false, false, (Denied, OVERRIDE), (Denied, OVERRIDE)),
        (false, true, (Denied, OVERRIDE), (Denied, OVERRIDE)),
        (true, false, (Allowed, None), (Denied, SWITCH)),
        (true, true, (Allowed, None), (Allowed, None)),
    ];
    for (overrideable, switch, free, needs) in table {
        let intent = with_smime(SmimeIntent {
            encrypt_by_default: Some(true),
            encrypt_by_default_overrideable: Some(overrideable),
            per_message_switch: Some(switch),
            ..SmimeIntent::default()
        });
        for (reading, answer) in
            [(EncryptDefaultToggle::Free, free), (EncryptDefaultToggle::NeedsPerMessageSwitch, needs)]
        {
            let facts = DeviceFacts { variants: Variants { encrypt_default_toggle: reading }, ..ios(16) };
            for id in ["smime.encrypt-by-default.on", "smime.encrypt-by-default.off"] {
                assert_eq!(verdict(&intent, &facts, id), answer, "{overrideable} {switch} {reading}");
            }
            let locked = expectations(&intent, &facts).account.smime.encrypt_by_default.locked;
            assert_eq!(locked.value, answer.0 == Denied);
            assert_eq!(locked.by, answer.1.unwrap_or("SMIMEEncryptByDefaultUserOverrideable"));
        }
    }
}

/// Requirements, sync scope by user change: the only four kinds of result an Intune policy has.
#[test]
fn scope_and_user_change_give_four_kinds_of_account() {
    let all = [true; 5];
    let mail = [true, false, false, false, false];
    let calendars = [false, false, true, false, false];
    let calendars_contacts = [false, true, true, false, false];
    let contacts = [false, true, false, false, false];
    for on in [all, mail, calendars, calendars_contacts, contacts] {
        for overridable in [true, false] {
            let mut wanted = on.into_iter();
            let intent = Intent {
                services: Services::from_fn(|_| ServiceIntent {
                    enable: wanted.next(),
                    overridable: Some(overridable),
                }),
                ..plain()
            };
            let expected = expectations(&intent, &ios(13));
            for (on, (service, toggle)) in on.into_iter().zip(expected.account.services.iter()) {
                assert_eq!((toggle.on.value, toggle.locked.value), (on, !overridable));
                assert_eq!(toggle.on.by, service.enable_key());
                assert_eq!(toggle.locked.by, service.overridable_key());
                for position in [Position::On, Position::Off] {
                    let action = expected.action(ActionId::Service(service, position));
                    let action = action.expect("every switch is judged");
                    if overridable {
                        assert_eq!((action.verdict, action.by), (Allowed, None));
                    } else {
                        assert_eq!((action.verdict, action.by), (Denied, Some(service.overridable_key())));
                    }
                }
            }
        }
    }
}

#[test]
fn before_ios_13_the_service_keys_do_nothing() {
    let intent = Intent {
        services: Services::from_fn(|_| ServiceIntent { enable: Some(false), overridable: Some(false) }),
        ..plain()
    };
    let expected = expectations(&intent, &ios(12));
    assert_eq!(expected.install.value, Install::Accepted);
    for (_, toggle) in expected.account.services.iter() {
        assert_eq!((toggle.on.value, toggle.on.by), (true, "default"));
        assert_eq!((toggle.locked.value, toggle.locked.by), (false, "default"));
        assert_eq!(toggle.on.requirements, ["EAS-049"]);
    }
    assert_eq!(verdict(&intent, &ios(12), "service.notes.off"), (Allowed, None));
    assert_eq!(verdict(&intent, &ios(12), "message.move"), (Allowed, None));

    let expected = expectations(&intent, &ios(13));
    assert_eq!(expected.install.value, Install::Refused);
    assert_eq!(expected.install.requirements, ["XTR-016"]);
}

#[test]
fn absent_service_keys_are_on_and_free() {
    let expected = expectations(&plain(), &ios(18));
    for (_, toggle) in expected.account.services.iter() {
        assert_eq!((toggle.on.value, toggle.on.by), (true, "default"));
        assert_eq!((toggle.locked.value, toggle.locked.by), (false, "default"));
    }
}

#[test]
fn locks_may_differ_in_a_profile_that_no_intune_policy_makes() {
    let mut intent = plain();
    intent.services.contacts.overridable = Some(false);
    assert_eq!(
        verdict(&intent, &ios(15), "service.contacts.off"),
        (Denied, Some("EnableContactsUserOverridable"))
    );
    assert_eq!(verdict(&intent, &ios(15), "service.mail.off"), (Allowed, None));
}

/// iOS, mail key: what becomes of the actions that need a mailbox.
#[test]
fn without_mail_there_is_no_mailbox_and_the_switches_of_settings_stay() {
    let mut intent = with_smime(SmimeIntent {
        signing_enabled: Some(true),
        encrypt_by_default: Some(true),
        per_message_switch: Some(true),
        ..SmimeIntent::default()
    });
    intent.services.mail.enable = Some(false);
    intent.prevent_move = Some(true);
    intent.prevent_app_sheet = Some(true);
    for id in [
        "smime.message-encryption.flip",
        "mail-window.set",
        "message.move",
        "message.forward-from-other-account",
        "message.send-from-app",
    ] {
        assert_eq!(verdict(&intent, &ios(14), id), (Absent, None), "{id}");
        assert_ne!(verdict(&intent, &ios(12), id).0, Absent, "{id}");
    }
    for (id, key) in [
        ("smime.signing.on", "SMIMESigningUserOverrideable"),
        ("smime.signing.off", "SMIMESigningUserOverrideable"),
        ("smime.encrypt-by-default.off", "SMIMEEncryptByDefaultUserOverrideable"),
        ("smime.signing-identity.pick", "SMIMESigningCertificateUUIDUserOverrideable"),
        ("smime.encryption-identity.pick", "SMIMEEncryptionCertificateUUIDUserOverrideable"),
    ] {
        assert_eq!(verdict(&intent, &ios(14), id), (Denied, Some(key)), "{id}");
    }
    assert_eq!(verdict(&intent, &ios(14), "service.mail.on"), (Allowed, None));
}

#[test]
fn smime_that_is_off_shows_no_control() {
    let all_false = SmimeIntent {
        signing_enabled: Some(false),
        encrypt_by_default: Some(false),
        per_message_switch: Some(false),
        signing_overrideable: Some(false),
        ..SmimeIntent::default()
    };
    for smime in [SmimeIntent::default(), all_false] {
        let intent = with_smime(smime);
        for major in [11, 12, 18] {
            for action in expectations(&intent, &ios(major)).actions {
                if action.id.to_string().starts_with("smime.") {
                    assert_eq!((action.verdict, action.by), (Absent, None), "{}", action.id);
                    assert_eq!(action.requirements, ["EAS-060"]);
                }
            }
            let smime = expectations(&intent, &ios(major)).account.smime;
            assert!(!smime.enabled.value && !smime.signing.on.value && smime.signing.locked.value);
            assert_eq!(smime.compose_starts.value, Clear);
        }
    }
}

#[test]
fn a_named_identity_alone_turns_smime_on() {
    let intent = with_smime(SmimeIntent { signing_identity: Some(SIGN.into()), ..SmimeIntent::default() });
    let smime = expectations(&intent, &ios(15)).account.smime;
    assert!(smime.enabled.value && !smime.signing.on.value);
    assert_eq!(smime.signing_identity.value.as_deref(), Some(SIGN));
    assert_eq!(smime.signing_identity.by, "SMIMESigningCertificateUUID");
    assert_eq!(smime.encryption_identity.value, None);
    assert_eq!(
        verdict(&intent, &ios(15), "smime.signing.on"),
        (Denied, Some("SMIMESigningUserOverrideable"))
    );
}

/// iOS 12 and later: signing, its override, the answer of the switch.
#[test]
fn the_signing_switch_follows_its_override() {
    const KEY: Option<&str> = Some("SMIMESigningUserOverrideable");
    let table = [
        (false, Some(true), (Allowed, None)),
        (true, Some(true), (Allowed, None)),
        (true, Some(false), (Denied, KEY)),
        (true, None, (Denied, KEY)),
    ];
    for (signing, overrideable, answer) in table {
        let intent = with_smime(SmimeIntent {
            signing_enabled: Some(signing),
            signing_overrideable: overrideable,
            ..SmimeIntent::default()
        });
        for id in ["smime.signing.on", "smime.signing.off"] {
            assert_eq!(verdict(&intent, &ios(12), id), answer);
        }
        let toggle = expectations(&intent, &ios(12)).account.smime.signing;
        assert_eq!(toggle.on.value, signing);
        assert_eq!(toggle.locked.value, answer.0 == Denied);
        let by = if overrideable.is_some() { "SMIMESigningUserOverrideable" } else { "default" };
        assert_eq!(toggle.locked.by, by);
    }
}

#[test]
fn where_the_profile_names_no_identity_any_one_is_another() {
    for (identities, answer) in [(0, Absent), (1, Allowed), (2, Allowed)] {
        let facts = DeviceFacts { identities, ..ios(17) };
        let signing = with_smime(SmimeIntent {
            signing_enabled: Some(true),
            signing_identity: None,
            signing_identity_overrideable: Some(true),
            ..SmimeIntent::default()
        });
        assert_eq!(verdict(&signing, &facts, "smime.signing-identity.pick"), (answer, None));
    }
}

/// Identity pickers: function on, identities on the phone, override, answer.
#[test]
fn identities_are_picked_while_their_function_is_on() {
    const SIGNING: Option<&str> = Some("SMIMESigningCertificateUUIDUserOverrideable");
    const ENCRYPTION: Option<&str> = Some("SMIMEEncryptionCertificateUUIDUserOverrideable");
    let table = [
        (true, 2, Some(true), Allowed),
        (true, 3, Some(true), Allowed),
        (true, 2, Some(false), Denied),
        (true, 2, None, Denied),
        (true, 1, Some(true), Absent),
        (true, 0, Some(false), Absent),
        (false, 2, Some(true), Absent),
        (false, 2, Some(false), Absent),
    ];
    for (on, identities, overrideable, answer) in table {
        let facts = DeviceFacts { identities, ..ios(17) };
        let by = |key| if answer == Denied { key } else { None };
        let signing = with_smime(SmimeIntent {
            signing_enabled: Some(on),
            signing_identity: Some(SIGN.into()),
            signing_identity_overrideable: overrideable,
            ..SmimeIntent::default()
        });
        assert_eq!(verdict(&signing, &facts, "smime.signing-identity.pick"), (answer, by(SIGNING)));
        for (default, switch) in [(on, false), (false, on), (on, on)] {
            let encryption = with_smime(SmimeIntent {
                encrypt_by_default: Some(default),
                per_message_switch: Some(switch),
                encryption_identity: Some(ENCRYPT.into()),
                encryption_identity_overrideable: overrideable,
                ..SmimeIntent::default()
            });
            assert_eq!(
                verdict(&encryption, &facts, "smime.encryption-identity.pick"),
                (answer, by(ENCRYPTION))
            );
        }
    }
}

#[test]
fn before_ios_12_the_controls_of_ios_12_do_not_exist() {
    let intent = with_smime(SmimeIntent {
        signing_enabled: Some(true),
        signing_overrideable: Some(true),
        signing_identity_overrideable: Some(true),
        encrypt_by_default: Some(true),
        encrypt_by_default_overrideable: Some(true),
        encryption_identity_overrideable: Some(true),
        per_message_switch: Some(true),
        ..SmimeIntent::default()
    });
    for id in [
        "smime.signing.on",
        "smime.signing.off",
        "smime.signing-identity.pick",
        "smime.encrypt-by-default.on",
        "smime.encrypt-by-default.off",
        "smime.encryption-identity.pick",
        "smime.message-encryption.flip",
    ] {
        assert_eq!(verdict(&intent, &ios(11), id), (Absent, None), "{id}");
        assert_eq!(verdict(&intent, &ios(12), id), (Allowed, None), "{id}");
    }
    let smime = expectations(&intent, &ios(11)).account.smime;
    assert_eq!((smime.signing.on.value, smime.signing.on.by), (true, "SMIMESigningEnabled"));
    assert_eq!((smime.signing.locked.value, smime.signing.locked.by), (true, "default"));
    let encrypt = &smime.encrypt_by_default;
    assert_eq!((encrypt.on.value, encrypt.on.by), (false, "default"));
    assert_eq!((encrypt.locked.value, encrypt.locked.by), (true, "default"));
}

#[test]
fn messages_stay_where_the_profile_keeps_them() {
    let free = plain();
    let held = Intent {
        prevent_move: Some(true),
        prevent_app_sheet: Some(true),
        disable_recents: Some(true),
        ..plain()
    };
    for id in ["message.move", "message.forward-from-other-account"] {
        assert_eq!(verdict(&free, &ios(18), id), (Allowed, None));
        assert_eq!(verdict(&held, &ios(18), id), (Denied, Some("PreventMove")));
    }
    assert_eq!(verdict(&free, &ios(18), "message.send-from-app"), (Allowed, None));
    assert_eq!(verdict(&held, &ios(18), "message.send-from-app"), (Denied, Some("PreventAppSheet")));
    let account = expectations(&free, &ios(18)).account;
    assert!(account.moving.value && account.third_party_send.value && account.recents.value);
    assert_eq!(account.moving.by, "default");
    let account = expectations(&held, &ios(18)).account;
    assert!(!account.moving.value && !account.third_party_send.value && !account.recents.value);
    assert_eq!(account.recents.by, "disableMailRecentsSyncing");
}

#[test]
fn the_mail_window_is_seven_days_by_default() {
    let window = |days| {
        let intent = Intent { mail_window_days: days, ..plain() };
        let window = expectations(&intent, &ios(18)).account.mail_window_days;
        (window.value, window.by)
    };
    assert_eq!(window(None), (7, "default"));
    assert_eq!(window(Some(0)), (0, "MailNumberOfPastDaysToSync"));
    assert_eq!(window(Some(31)), (31, "MailNumberOfPastDaysToSync"));
    assert_eq!(verdict(&plain(), &ios(18), "mail-window.set"), (Allowed, None));
}

#[test]
fn removal_is_refused_on_supervised_devices_alone() {
    let table = [
        (Some(true), true, (Denied, Some("PayloadRemovalDisallowed"))),
        (Some(true), false, (Allowed, None)),
        (Some(false), true, (Allowed, None)),
        (None, true, (Allowed, None)),
    ];
    for (removal_disallowed, supervised, answer) in table {
        let intent = Intent { removal_disallowed, ..plain() };
        let facts = DeviceFacts { supervised, ..ios(18) };
        assert_eq!(verdict(&intent, &facts, "profile.remove"), answer);
    }
}

/// Sign-in: OAuth, password in the profile, certificate, iOS; prompt and moment.
#[test]
fn prompts_follow_the_way_of_signing_in() {
    use InForce::{AfterSignIn, AtOnce};
    use PromptKind::{Password, SignIn};
    let table = [
        (None, false, false, 18, Some(Password), AfterSignIn),
        (Some(false), false, false, 12, Some(Password), AfterSignIn),
        (Some(true), false, false, 12, Some(SignIn), AfterSignIn),
        (Some(true), false, false, 11, Some(Password), AfterSignIn),
        (None, true, false, 18, None, AtOnce),
        (Some(true), true, false, 18, Some(SignIn), AfterSignIn),
        (None, false, true, 18, None, AtOnce),
        (Some(true), false, true, 18, None, AtOnce),
        (None, true, true, 18, None, AtOnce),
    ];
    for (oauth, password, certificate, major, prompt, moment) in table {
        let intent = Intent { oauth, password, identity: certificate.then(|| SIGN.to_owned()), ..plain() };
        let expected = expectations(&intent, &ios(major));
        let prompts: Vec<PromptKind> = expected.prompts.iter().map(|prompt| prompt.value).collect();
        assert_eq!(prompts, Vec::from_iter(prompt), "{oauth:?} {password} {certificate}");
        assert_eq!(expected.in_force.value, moment);
    }
    let inline = Intent { inline_identity: true, ..plain() };
    assert!(expectations(&inline, &ios(18)).prompts.is_empty());
    assert_eq!(expectations(&inline, &ios(18)).in_force.by, "Certificate");
}

#[test]
fn the_phone_asks_for_names_the_profile_leaves_out() {
    let intent = Intent { user_name: None, email_address: None, ..plain() };
    let expected = expectations(&intent, &ios(18));
    let prompts: Vec<PromptKind> = expected.prompts.iter().map(|prompt| prompt.value).collect();
    assert_eq!(prompts, [PromptKind::UserName, PromptKind::EmailAddress, PromptKind::Password]);
    assert_eq!(expected.account.user, None);
    assert_eq!(expected.account.email, None);
    assert_eq!(expected.install.value, Install::Unsettled);
}

#[test]
fn names_are_those_of_the_payload() {
    let account = expectations(&plain(), &ios(18)).account;
    let text = |value: Option<Expected<String>>| value.map(|value| (value.value, value.by));
    assert_eq!(text(account.name), Some(("Contoso".into(), "PayloadDisplayName")));
    assert_eq!(text(account.host), Some(("mail.contoso.com".into(), "Host")));
    assert_eq!(text(account.user), Some(("user1".into(), "UserName")));
    assert_eq!(text(account.email), Some(("user1@contoso.com".into(), "EmailAddress")));
    assert_eq!(expectations(&Intent { name: None, ..plain() }, &ios(18)).account.name, None);
}

/// OAuth, sign-in address, iOS: whether the host counts.
#[test]
fn the_host_is_not_judged_where_the_phone_ignores_it() {
    let url = || Some("https://login.contoso.com/".to_owned());
    let table = [
        (Some(true), None, 18, false),
        (Some(true), url(), 18, true),
        (Some(true), url(), 12, false),
        (Some(true), None, 11, true),
        (Some(false), None, 18, true),
        (None, url(), 18, true),
    ];
    for (oauth, oauth_sign_in_url, major, counts) in table {
        let intent = Intent { oauth, oauth_sign_in_url, ..plain() };
        assert_eq!(expectations(&intent, &ios(major)).account.host.is_some(), counts);
        let hostless = Intent { host: None, ..intent };
        let install = expectations(&hostless, &ios(major)).install.value;
        assert_eq!(install == Install::Refused, counts);
    }
}

#[test]
fn references_into_nothing_are_refused_or_unsettled() {
    let stray = || Some("BBBBBBBB-0000-8000-8000-000000000009".to_owned());
    let intent = Intent { identity: stray(), ..plain() };
    assert_eq!(expectations(&intent, &ios(18)).install.value, Install::Refused);
    let intent = with_smime(SmimeIntent { signing_identity: stray(), ..SmimeIntent::default() });
    let install = expectations(&intent, &ios(18)).install;
    assert_eq!((install.value, install.by), (Install::Unsettled, "SMIMESigningCertificateUUID"));
    let intent = with_smime(SmimeIntent { encryption_identity: stray(), ..SmimeIntent::default() });
    assert_eq!(expectations(&intent, &ios(18)).install.value, Install::Unsettled);
    let intent = with_smime(SmimeIntent {
        signing_identity: Some(SIGN.into()),
        encryption_identity: Some(ENCRYPT.into()),
        ..SmimeIntent::default()
    });
    assert_eq!(expectations(&intent, &ios(18)).install.value, Install::Accepted);
}

#[test]
fn services_are_listed_in_the_order_of_the_account() {
    let listed: Vec<Service> =
        expectations(&plain(), &ios(18)).account.services.iter().map(|(service, _)| service).collect();
    assert_eq!(listed, Service::ALL);
}
