//! `handset diff`: what the user will notice, told for single edits of the committed profiles.

use super::{SECRETS, ran, read, text, value};
use conformance::{Scratch, files, profile, root};
use profile::plist::{Dictionary, Node, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A committed profile with its account, or itself, changed.
fn edited(
    scratch: &Scratch,
    name: &str,
    source: &str,
    edit: impl FnOnce(&mut Dictionary, &mut Vec<Node>),
) -> PathBuf {
    let mut root = value(&profile(source)).value.as_dictionary().unwrap().clone();
    let mut payloads = root.value("PayloadContent").and_then(Value::as_array).unwrap().to_vec();
    edit(&mut root, &mut payloads);
    root.insert("PayloadContent", payloads);
    let file = scratch.file(name);
    std::fs::write(&file, profile::write_xml(&Value::Dictionary(root))).unwrap();
    file
}

fn account(payloads: &mut [Node]) -> &mut Dictionary {
    payloads
        .iter_mut()
        .find_map(|node| match &mut node.value {
            Value::Dictionary(d) if d.str("PayloadType") == Some("com.apple.eas.account") => Some(d),
            _ => None,
        })
        .expect("an account")
}

fn diff(old: &Path, new: &Path, more: &[&str]) -> (i32, Json) {
    let (code, out, err) = ran(&[&["diff", text(old), text(new), "--format", "json"][..], more].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("no JSON ({e}): {out}{err}")))
}

fn ids(answer: &Json) -> BTreeSet<String> {
    let notices = answer["notices"].as_array().expect("notices");
    notices.iter().filter_map(|n| n["id"].as_str().map(str::to_owned)).collect()
}

fn notice<'a>(answer: &'a Json, id: &str) -> &'a Json {
    let notices = answer["notices"].as_array().expect("notices");
    notices.iter().find(|n| n["id"] == id).unwrap_or_else(|| panic!("no {id}: {answer:#}"))
}

#[test]
fn the_same_profile_in_another_form_is_not_noticed() {
    let scratch = Scratch::new("diff-same");
    let (a, b) = (profile("contoso-mail"), profile("contoso-mail-binary"));
    let reordered =
        edited(&scratch, "reordered", "contoso-mail", |_, payloads| account(payloads).entries.reverse());
    for (old, new) in [(&a, &a), (&a, &b), (&b, &a), (&a, &reordered)] {
        let (code, answer) = diff(old, new, &[]);
        assert_eq!((code, answer["notices"].as_array().unwrap().len()), (0, 0), "{answer:#}");
        assert_eq!(answer["changed_keys"], Json::Array(vec![]));
    }
    let (code, out, _) = ran(&["diff", text(&a), text(&b)]);
    assert!(code == 0 && out.contains("notices nothing"), "{out}");
}

/// An edit of the account, and the notices that it must and must not give.
type Edit = (&'static str, fn(&mut Dictionary), &'static [&'static str], &'static [&'static str]);

#[test]
fn each_change_of_an_account_is_told_as_its_user_meets_it() {
    let edits: [Edit; 16] = [
        (
            "all-data-open",
            |a| a.insert("EnableContacts", false),
            &["service.contacts.off", "prompt.password", "user-changes.reset"],
            &["service.mail.off", "account.replaced", "service.contacts.locked"],
        ),
        (
            "contoso-mail",
            |a| a.insert("EnableNotes", true),
            &["service.notes.on"],
            &["service.notes.unlocked"],
        ),
        (
            "all-data-open",
            |a| a.insert("EnableMailUserOverridable", false),
            &["service.mail.locked"],
            &["service.mail.off", "service.mail.unlocked"],
        ),
        (
            "contoso-mail",
            |a| a.insert("EnableMailUserOverridable", true),
            &["service.mail.unlocked"],
            &["service.mail.locked"],
        ),
        (
            "contoso-mail",
            |a| a.insert("MailNumberOfPastDaysToSync", 3),
            &["mail-window.smaller"],
            &["mail-window.larger"],
        ),
        (
            "contoso-mail",
            |a| a.insert("MailNumberOfPastDaysToSync", 0),
            &["mail-window.larger"],
            &["mail-window.smaller"],
        ),
        (
            "contoso-mail",
            |a| {
                a.insert("PreventMove", false);
                a.insert("PreventAppSheet", false);
                a.insert("disableMailRecentsSyncing", false);
            },
            &["message.move.allowed", "message.send-from-app.allowed", "recents.allowed"],
            &["message.move.denied"],
        ),
        (
            "all-data-open",
            |a| a.insert("PreventMove", true),
            &["message.move.denied"],
            &["message.move.allowed"],
        ),
        (
            "contoso-mail",
            |a| {
                a.insert("OAuth", true);
                a.insert("OAuthSignInURL", "https://login.contoso.example/");
            },
            &["prompt.sign-in"],
            &["prompt.password", "account.host"],
        ),
        (
            "contoso-mail",
            |a| {
                a.insert("SMIMESigningEnabled", false);
                a.insert("SMIMEEncryptByDefault", true);
                a.insert("SMIMEEnableEncryptionPerMessageSwitch", false);
            },
            &["smime.signing.off", "smime.encrypt-by-default.on", "smime.message-encryption.hidden"],
            &["smime.off", "smime.old-mail.unreadable"],
        ),
        (
            "smime-encrypt-user-choice",
            |a| {
                a.insert("SMIMEEncryptByDefaultUserOverrideable", false);
                a.insert("SMIMEEncryptionCertificateUUIDUserOverrideable", false);
            },
            &["smime.encrypt-by-default.locked", "smime.encryption-identity.pick.denied"],
            &["smime.encrypt-by-default.off"],
        ),
        (
            "contoso-mail",
            |a| a.insert("Host", "mail.fabrikam.example"),
            &["account.host", "prompt.password"],
            &["account.user"],
        ),
        (
            "contoso-mail",
            |a| {
                a.insert("UserName", "CONTOSO\\alice");
                a.insert("EmailAddress", "alice.a@contoso.example");
                a.insert("PayloadDisplayName", "Work");
            },
            &["account.user", "account.email", "account.name"],
            &["account.host"],
        ),
        (
            "contoso-mail",
            |a| {
                a.remove("EmailAddress");
            },
            &["prompt.email-address", "prompt.password"],
            &["prompt.user-name", "account.email"],
        ),
        (
            "contoso-mail",
            |a| a.insert("PayloadUUID", "4D41494C-0001-4000-8000-0000000000FF"),
            &["account.replaced", "prompt.password"],
            &["user-changes.reset", "service.mail.off"],
        ),
        (
            "password-in-profile",
            |a| a.insert("Password", "another-mail-password"),
            &["password.replaced"],
            &["prompt.password", "password.kept"],
        ),
    ];
    let scratch = Scratch::new("diff-edits");
    for (at, (source, edit, present, absent)) in edits.into_iter().enumerate() {
        let new = edited(&scratch, "new", source, |_, payloads| edit(account(payloads)));
        let (code, answer) = diff(&profile(source), &new, &[]);
        let found = ids(&answer);
        assert_eq!((code, &answer["update"]), (1, &Json::from("in-place")), "edit {at}: {answer:#}");
        for id in present {
            assert!(found.contains(*id), "edit {at} gives no {id}: {found:?}");
        }
        for id in absent {
            assert!(!found.contains(*id), "edit {at} gives {id}: {found:?}");
        }
        assert!(!answer["changed_keys"].as_array().unwrap().is_empty());
    }
}

#[test]
fn keys_without_effect_on_a_version_are_not_noticed_there() {
    let scratch = Scratch::new("diff-ios");
    let new = edited(&scratch, "new", "contoso-mail", |_, p| {
        account(p).insert("EnableContacts", false);
        account(p).insert("SMIMEEnableEncryptionPerMessageSwitch", false);
    });
    let at = |ios: &str| ids(&diff(&profile("contoso-mail"), &new, &["--ios", ios]).1);
    assert!(
        at("17.5")
            .is_superset(&["service.contacts.off".into(), "smime.message-encryption.hidden".into()].into())
    );
    assert!(
        !at("12.5").contains("service.contacts.off")
            && at("12.5").contains("smime.message-encryption.hidden")
    );
    assert!(
        !at("11.4").contains("smime.message-encryption.hidden") && at("11.4").contains("prompt.password")
    );
}

#[test]
fn lost_keys_and_certificates_are_named_by_their_owners() {
    let scratch = Scratch::new("diff-keys");
    let without = |word: &'static str| {
        edited(&scratch, "new", "contoso-mail", |_, payloads| {
            account(payloads).remove("SMIMEEncryptionCertificateUUID");
            payloads.retain(|n| {
                let id = n.value.as_dictionary().and_then(|d| d.str("PayloadIdentifier")).unwrap_or_default();
                !id.ends_with(word)
            });
        })
    };
    let (_, answer) = diff(&profile("contoso-mail"), &without(".encryption"), &[]);
    let lost = notice(&answer, "smime.old-mail.unreadable");
    assert_eq!(lost["severity"], "error");
    assert!(lost["text"].as_str().unwrap().contains("Alice Encryption"));
    assert_eq!(lost["requirement"], serde_json::json!(["OUT-015", "SMO-012"]));
    let (_, answer) = diff(&profile("contoso-mail"), &without(".root"), &[]);
    assert!(notice(&answer, "certificate.removed")["text"].as_str().unwrap().contains("Contoso Root CA"));
    assert!(!ids(&answer).contains("smime.old-mail.unreadable"), "the key is still delivered");
    assert!(ids(&answer).contains("smime.encryption-identity.removed"));
    // The other way round the identity comes.
    let (_, answer) = diff(&without(".encryption"), &profile("contoso-mail"), &[]);
    assert!(
        ids(&answer).is_superset(&["identity.added".into(), "smime.encryption-identity.set".into()].into())
    );
}

#[test]
fn whole_profiles_side_by_side_refusals_removal_and_signers() {
    let scratch = Scratch::new("diff-whole");
    let old = profile("contoso-mail");
    let (code, answer) = diff(&old, &profile("contacts-only-locked"), &[]);
    assert_eq!((code, &answer["update"]), (1, &Json::from("side-by-side")));
    assert!(ids(&answer).is_superset(&["profile.side-by-side".into(), "account.duplicate".into()].into()));
    assert!(notice(&answer, "account.duplicate")["text"].as_str().unwrap().contains("21005"));
    assert!(
        !ids(&diff(&old, &profile("oauth"), &[]).1).contains("account.duplicate"),
        "there is no host to collide"
    );

    let dead = edited(&scratch, "dead", "contoso-mail", |_, p| {
        for service in ["Mail", "Contacts", "Calendars", "Reminders", "Notes"] {
            account(p).insert(format!("Enable{service}"), false);
        }
    });
    let (_, answer) = diff(&old, &dead, &[]);
    assert_eq!(ids(&answer), ["install.refused".to_owned()].into(), "nothing else comes to pass");
    assert_eq!(notice(&answer, "install.refused")["requirement"], serde_json::json!(["XTR-016"]));
    let typed = edited(&scratch, "typed", "contoso-mail", |_, p| account(p).insert("EnableMail", "true"));
    assert_eq!(ids(&diff(&old, &typed, &[]).1), ["install.refused".to_owned()].into());

    let held = edited(&scratch, "held", "contoso-mail", |root, _| {
        root.insert("PayloadRemovalDisallowed", true);
        root.insert("DurationUntilRemoval", 3600.0);
        root.insert("ConsentText", Dictionary::new().with("default", "Agree?"));
    });
    let (_, answer) = diff(&old, &held, &[]);
    assert!(ids(&answer).is_superset(&["profile.removal-date".into(), "profile.consent".into()].into()));
    assert!(!ids(&answer).contains("profile.remove.denied"), "only supervised phones obey");
    assert!(ids(&diff(&old, &held, &["--supervised"]).1).contains("profile.remove.denied"));
    assert!(ids(&diff(&held, &old, &["--supervised"]).1).contains("profile.remove.allowed"));

    let (code, answer) = diff(&old, &profile("contoso-mail-signed"), &[]);
    assert_eq!((code, answer["changed_keys"].as_array().unwrap().len()), (1, 0));
    assert_eq!(notice(&answer, "profile.signer")["severity"], "info");
    let (code, answer) = diff(&profile("contoso-mail-signed"), &profile("contoso-mail-signed-ber"), &[]);
    assert_eq!(code, 0, "{answer:#}");
    let (_, answer) = diff(&profile("contoso-mail-signed"), &profile("broken/signed-tampered"), &[]);
    assert!(notice(&answer, "install.refused")["text"].as_str().unwrap().contains("1004"));
}

#[test]
fn several_accounts_and_none_can_be_compared() {
    let scratch = Scratch::new("diff-several");
    let two = edited(&scratch, "two", "all-data-open", |_, payloads| {
        let second = account(payloads)
            .clone()
            .with("PayloadUUID", "second")
            .with("PayloadIdentifier", "example.second")
            .with("PayloadDisplayName", "Second")
            .with("Host", "mail.second.example");
        payloads.push(Node::from(Value::Dictionary(second)));
    });
    let one = profile("all-data-open");
    assert!(notice(&diff(&one, &two, &[]).1, "account.added")["text"].as_str().unwrap().contains("Second"));
    assert!(notice(&diff(&two, &one, &[]).1, "account.removed")["text"].as_str().unwrap().contains("Second"));
    let none = edited(&scratch, "none", "contoso-mail", |_, payloads| {
        payloads
            .retain(|n| n.value.as_dictionary().unwrap().str("PayloadType") != Some("com.apple.eas.account"));
    });
    assert!(ids(&diff(&profile("contoso-mail"), &none, &[]).1).contains("account.removed"));
    let passcode = edited(&scratch, "passcode", "all-data-open", |_, payloads| {
        let policy = Dictionary::new()
            .with("PayloadType", "com.apple.mobiledevice.passwordpolicy")
            .with("PayloadUUID", "policy")
            .with("PayloadIdentifier", "example.policy")
            .with("PayloadVersion", 1)
            .with("minLength", 8);
        payloads.push(Node::from(Value::Dictionary(policy)));
    });
    let (_, answer) = diff(&one, &passcode, &[]);
    assert!(notice(&answer, "payload.added")["text"].as_str().unwrap().contains("passcode"));
}

#[test]
fn every_comparison_follows_its_schema_and_shows_no_secret() {
    let schema: Json =
        serde_json::from_slice(&read(&root().join("fixtures/schema/diff.schema.json"))).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let old = profile("contoso-mail");
    let scratch = Scratch::new("diff-schema");
    let other = edited(&scratch, "other", "contoso-mail", |_, payloads| {
        for node in payloads.iter_mut() {
            if let Value::Dictionary(d) = &mut node.value
                && d.contains("Password")
            {
                d.insert("Password", "hunter2-hunter2");
                d.insert("Nested", Dictionary::new().with("SharedSecret", b"hunter2-hunter2".to_vec()));
            }
        }
    });
    let mut all = files(&root().join("fixtures/profiles"), "mobileconfig");
    all.push(other);
    let mut compared = 0;
    for file in &all {
        for (a, b) in [(&old, file), (file, &old)] {
            for form in ["json", "human"] {
                let (code, out, err) = ran(&["diff", text(a), text(b), "--format", form]);
                for secret in SECRETS.iter().chain(&["hunter2", "aHVudGVy"]) {
                    assert!(!out.contains(secret) && !err.contains(secret), "{}: {secret}", file.display());
                }
                if code == 2 {
                    assert!(out.is_empty() && err.starts_with("handset: "), "{}: {err}", file.display());
                    continue;
                }
                if form == "json" {
                    compared += 1;
                    let answer: Json = serde_json::from_str(&out).unwrap();
                    let errors: Vec<String> = validator
                        .iter_errors(&answer)
                        .map(|e| format!("{}: {e}", e.instance_path()))
                        .collect();
                    assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
                    assert_eq!(answer["exit"], code);
                    assert_eq!(code, i32::from(!answer["notices"].as_array().unwrap().is_empty()));
                }
            }
        }
    }
    assert!(compared >= 50, "{compared}");
    let (_, answer) = diff(&old, &all[all.len() - 1], &[]);
    let masked = answer["changed_keys"].as_array().unwrap().iter().find(|c| c["key"] == "Password").unwrap();
    assert_eq!((&masked["old"], &masked["new"]), (&Json::from("[secret]"), &Json::from("[secret]")));
}

/// Restrictions and passcode rules are told one by one, as far as the phone heeds them.
#[test]
fn what_restrictions_take_away_is_said() {
    let scratch = Scratch::new("diff-restrictions");
    let with = |name: &str, keys: &[(&str, bool)]| {
        edited(&scratch, name, "contoso-mail", |_, payloads| {
            let start = Dictionary::new()
                .with("PayloadType", "com.apple.applicationaccess")
                .with("PayloadIdentifier", "example.contoso.mail.restrictions")
                .with("PayloadUUID", "4D41494C-0001-4000-8000-00000000AAAA")
                .with("PayloadVersion", 1);
            let payload = keys.iter().fold(start, |payload, (key, value)| payload.with(*key, *value));
            payloads.push(Value::Dictionary(payload).into());
        })
    };
    let old = with("old", &[("allowCamera", true)]);
    let new = with(
        "new",
        &[("allowCamera", false), ("forceEncryptedBackup", true), ("allowAccountModification", false)],
    );
    let told = |more: &[&str]| -> Vec<String> {
        let (_, answer) = diff(&old, &new, more);
        let notices = answer["notices"].as_array().expect("notices");
        notices
            .iter()
            .filter(|n| n["id"].as_str().is_some_and(|id| id.starts_with("restriction.")))
            .map(|n| format!("{} {}", n["id"].as_str().unwrap(), n["keys"][0].as_str().unwrap()))
            .collect()
    };
    // allowAccountModification needs supervision.
    assert_eq!(told(&[]), ["restriction.forbidden allowCamera", "restriction.demanded forceEncryptedBackup"]);
    assert_eq!(told(&["--supervised"]).len(), 3);
    let (_, back) = diff(&new, &old, &[]);
    assert!(
        ids(&back).contains("restriction.allowed") && ids(&back).contains("restriction.lifted"),
        "{back:#}"
    );
}
