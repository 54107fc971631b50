//! Every rule: one profile that triggers it, and one that just does not.

mod cases;
mod mutated;
mod setup;

use super::*;
use crate::plist::{Dictionary, Value};
use crate::{OsVersion, Severity};
use cases::{Edit, cases};
use setup::*;
use std::collections::BTreeSet;

fn fired(edit: Edit) -> BTreeSet<&'static str> {
    let mut setup = sound();
    edit(&mut setup);
    setup.lint().iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_sound_profile_has_nothing_but_its_passwords() {
    assert_eq!(fired(|s| s), BTreeSet::from(["pkcs12-password-in-profile"]));
    assert_eq!(fired(|s| s.add(imap())), BTreeSet::from(["pkcs12-password-in-profile"]));
    assert_eq!(fired(|s| s.scep(scep_settings())), BTreeSet::from(["pkcs12-password-in-profile"]));
    assert_eq!(
        fired(|s| s.acme("ECSECPrimeRandom", 256, true)),
        BTreeSet::from(["pkcs12-password-in-profile"])
    );
}

#[test]
fn each_rule_is_triggered_and_just_not_triggered() {
    for (number, (id, bad, good)) in cases().into_iter().enumerate() {
        let (bad, good) = (fired(bad), fired(good));
        assert!(bad.contains(id), "case {number}: {id} does not fire, but {bad:?}");
        assert!(!good.contains(id), "case {number}: {id} fires where it should not");
    }
}

#[test]
fn every_rule_has_a_case_and_a_documentation() {
    let mut tested: BTreeSet<&str> = cases().iter().map(|(id, ..)| *id).collect();
    tested.extend(reader_cases().iter().map(|(id, ..)| *id));
    // Applied by whoever unwraps the signature.
    tested.extend(["signature-unreadable", "signature-broken", "signature-weak"]);
    let ids: Vec<&str> = rules().iter().map(|rule| rule.description().id).collect();
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), tested);
    assert_eq!(ids.len(), tested.len(), "ids are unique");
    assert!(ids.len() >= 100, "{}", ids.len());
    for rule in rules() {
        let d = rule.description();
        assert!(d.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", d.id);
        for text in [d.title, d.checks, d.why, d.example, d.reference] {
            assert!(!text.trim().is_empty(), "{}", d.id);
        }
        assert!(d.checks.ends_with('.') && d.why.ends_with('.') && !d.title.ends_with('.'), "{}", d.id);
        assert!(super::rule(d.id).is_some());
    }
    assert!(super::rule("no-such-rule").is_none());
}

/// The reader's rules: a document that triggers each, and one that does not.
fn reader_cases() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("plist-unreadable", "<plist><dict><key>a</key></dict></plist>", "<plist><dict/></plist>"),
        (
            "xml-duplicate-key",
            "<plist><dict><key>a</key><true/><key>a</key><false/></dict></plist>",
            "<plist><dict><key>a</key><true/><key>A</key><false/></dict></plist>",
        ),
        ("xml-no-plist-element", "<dict/>", "<plist><dict/></plist>"),
        (
            "xml-foreign-doctype",
            "<!DOCTYPE plist SYSTEM \"x\"><plist><dict/></plist>",
            "<!DOCTYPE plist SYSTEM \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\"><plist><dict/></plist>",
        ),
        (
            "xml-leading-space",
            "\n<?xml version=\"1.0\"?><plist><dict/></plist>",
            "<?xml version=\"1.0\"?><plist><dict/></plist>",
        ),
        ("profile-not-a-dictionary", "<plist><array/></plist>", "<plist><dict/></plist>"),
        (
            "payload-not-a-dictionary",
            "<plist><dict><key>PayloadContent</key><array><true/></array></dict></plist>",
            "<plist><dict><key>PayloadContent</key><array><dict/></array></dict></plist>",
        ),
        ("encrypted-content-not-an-array", "<plist><dict/></plist>", "<plist><array/></plist>"),
    ]
}

#[test]
fn the_readers_rules_are_triggered_and_just_not_triggered() {
    for (id, bad, good) in reader_cases() {
        let ids = |text: &str| -> Vec<&str> {
            let findings = if id == "encrypted-content-not-an-array" {
                Profile::default().with_decrypted_content(text.as_bytes()).1
            } else {
                crate::parse(text.as_bytes()).1
            };
            for finding in &findings {
                let described = super::rule(finding.rule).expect("listed").description();
                assert_eq!(finding.reference, described.reference);
            }
            findings.iter().map(|finding| finding.rule).collect()
        };
        assert!(ids(bad).contains(&id), "{id} does not fire");
        assert!(!ids(good).contains(&id), "{id} fires where it should not");
    }
}

#[test]
fn advice_names_what_was_meant() {
    let help = |edit: Edit, id: &str| {
        let mut setup = sound();
        edit(&mut setup);
        let finding = setup.lint().into_iter().find(|finding| finding.rule == id).expect("fires");
        (finding.severity, finding.help.unwrap())
    };
    let said = |edit: Edit, id: &str| help(edit, id).1;
    assert_eq!(said(|s| s.set(EAS, "EmailAdress", "a@b"), "unknown-key"), "did you mean EmailAddress?");
    assert_eq!(
        said(|s| s.set(EAS, "EnableMailUserOverrideable", false), "override-spelling"),
        "write EnableMailUserOverridable"
    );
    assert_eq!(
        said(|s| s.set(EAS, "PayloadType", "com.apple.eas.acount"), "unknown-payload-type"),
        "did you mean com.apple.eas.account?"
    );
    assert_eq!(said(|s| s.set(EAS, "SSL", "NO"), "string-boolean"), "write <false/>");
    assert!(said(|s| s.now("2028-01-01T00:00:00Z"), "certificate-expired").contains("--clock"));
    assert!(said(|s| s.now("2020-01-01T00:00:00Z"), "certificate-not-yet-valid").contains("--clock"));
    // The weight follows what users can still do about it.
    let unset: Edit = |s| s.unset(EAS, "SMIMESigningCertificateUUID");
    assert_eq!(help(unset, "smime-signing-without-identity").0, Severity::Error);
    let choice: Edit = |s| {
        s.unset(EAS, "SMIMESigningCertificateUUID").set(
            EAS,
            "SMIMESigningCertificateUUIDUserOverrideable",
            true,
        )
    };
    assert_eq!(help(choice, "smime-signing-without-identity").0, Severity::Warning);
    assert_eq!(help(|s| s.set(EAS, "VPNUUID", SIGNING), "vpn-reference").0, Severity::Error);
    let old: Edit = |s| s.unset(EAS, "SMIMEEncryptByDefault");
    assert_eq!(help(old, "smime-encryption-locked-out").0, Severity::Error);
    let old: Edit = |s| s.unset(EAS, "SMIMEEncryptByDefault").set(EAS, "SMIMEEncryptionEnabled", true);
    assert_eq!(help(old, "smime-encryption-locked-out").0, Severity::Warning);
    // What is written is meant: a policy of Intune writes every switch, and may leave all of them off.
    let locked = |signing: Option<bool>, leave: Option<bool>| -> Edit {
        match (signing, leave) {
            (Some(_), Some(_)) => {
                |s| s.set(EAS, "SMIMESigningEnabled", false).set(EAS, "SMIMESigningUserOverrideable", false)
            }
            (Some(_), None) => |s| s.set(EAS, "SMIMESigningEnabled", false),
            (None, Some(_)) => {
                |s| s.unset(EAS, "SMIMESigningEnabled").set(EAS, "SMIMESigningUserOverrideable", false)
            }
            (None, None) => |s| s.unset(EAS, "SMIMESigningEnabled"),
        }
    };
    let weight = |edit: Edit| help(edit, "smime-signing-locked-out").0;
    assert_eq!(weight(locked(Some(false), Some(false))), Severity::Warning);
    for (signing, leave) in [(Some(false), None), (None, Some(false)), (None, None)] {
        assert_eq!(weight(locked(signing, leave)), Severity::Error, "{signing:?} {leave:?}");
    }
    let unset: Edit = |s| {
        s.unset(EAS, "SMIMESigningCertificateUUID").set(
            EAS,
            "SMIMESigningCertificateUUIDUserOverrideable",
            false,
        )
    };
    assert_eq!(help(unset, "smime-signing-without-identity").0, Severity::Warning);
    let all: Edit = |s| {
        s.set(EAS, "SMIMEEncryptByDefault", false)
            .set(EAS, "SMIMEEncryptByDefaultUserOverrideable", false)
            .set(EAS, "SMIMEEnableEncryptionPerMessageSwitch", false)
    };
    assert_eq!(help(all, "smime-encryption-locked-out").0, Severity::Warning);
    let ios12 = |s: &mut Setup, on: bool| {
        s.unset(EAS, "SMIMEEncryptByDefault").set(EAS, "EnableMail", on).os = OsVersion::new(12, 4, 0)
    };
    for (on, severity) in [(true, Severity::Info), (false, Severity::Warning)] {
        let mut setup = sound();
        ios12(&mut setup, on);
        let finding = setup.lint().into_iter().find(|finding| finding.rule == "key-not-yet-effective");
        assert_eq!(finding.map(|finding| finding.severity), Some(severity));
    }
}

#[test]
fn payloads_without_a_profile_are_linted_as_payloads() {
    let ids = |body: &str| -> Vec<&str> {
        let (profile, read) = crate::parse(format!("<plist>{body}</plist>").as_bytes());
        let found = super::lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0));
        read.iter().chain(&found).map(|finding| finding.rule).collect()
    };
    let fields = "<key>PayloadType</key><string>com.apple.eas.account</string>\
        <key>Host</key><string>mail.example.com</string><key>SSL</key><string>true</string>";
    let bare = ids(&format!("<dict>{fields}</dict>"));
    for id in ["bare-payload", "string-boolean", "missing-key", "email-missing"] {
        assert!(bare.contains(&id), "{id}: {bare:?}");
    }
    assert!(!bare.contains(&"profile-type") && !bare.contains(&"empty-payload-content"), "{bare:?}");
    let many = ids(&format!("<array><dict>{fields}</dict><dict>{fields}</dict></array>"));
    assert_eq!(many.iter().filter(|id| **id == "string-boolean").count(), 2, "{many:?}");
    assert!(many.contains(&"profile-not-a-dictionary") && !many.contains(&"eas-duplicate-account"));
    assert_eq!(ids("<array><true/></array>"), ["profile-not-a-dictionary"]);
    assert_eq!(ids("<integer>1</integer>"), ["profile-not-a-dictionary"]);
    let (profile, _) =
        crate::parse(b"<plist><dict><key>Host</key><true/><key>OAuth</key><true/></dict></plist>");
    let found = super::lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0));
    let told =
        found.iter().find(|finding| finding.rule == "bare-payload").map(|finding| finding.message.clone());
    assert!(told.is_some_and(|message| message.contains("com.apple.eas.account")));
}

#[test]
fn a_password_in_a_host_is_not_told() {
    let mut setup = sound();
    setup.set(EAS, "Host", "https://anna:hunter2@mail.example.com").set(EAS, "OAuth", true);
    // The setup itself looks for the word in every finding.
    assert!(setup.lint().iter().any(|finding| finding.rule == "eas-host-form"));
}

#[test]
fn misplaced_keys_are_told_where_they_belong() {
    let help = |edit: Edit| {
        let mut setup = sound();
        edit(&mut setup);
        let found = setup.lint().into_iter().find(|finding| finding.rule == "key-misplaced").expect("fires");
        found.help.unwrap()
    };
    assert_eq!(
        help(|s| s.add(vpn(NOWHERE).with("VPN", Dictionary::new().with("OnDemandMatchAppEnabled", "True")))),
        "move it to the payload com.apple.vpn.managed.applayer itself and write <true/>"
    );
    assert_eq!(help(|s| s.set(EAS, "PayloadRemovalDisallowed", true)), "move it to the profile itself");
    assert_eq!(help(|s| s.top("Host", "x")), "move it to the payload com.apple.eas.account");
    assert_eq!(
        help(|s| s.scep(scep_settings()).set(SIGNER, "Keysize", 2048)),
        "move it to PayloadContent of the payload"
    );
}

#[test]
fn findings_are_bounded_and_in_order() {
    let mut root = Dictionary::new().with("PayloadType", "Configuration");
    for n in 0..2 * rule::FOUND_MAX {
        root.entries.push(crate::plist::Entry {
            key: format!("Unknown{n}").into(),
            key_span: crate::plist::Span::new(n, n + 1),
            node: Value::from(true).into(),
        });
    }
    let profile = Profile::from_dictionary(root);
    let findings = super::lint(&profile, OsVersion::new(17, 0, 0), &[], Timestamp(0));
    let unknown: Vec<_> = findings.iter().filter(|f| f.rule == "unknown-key").collect();
    assert_eq!(unknown.len(), rule::FOUND_MAX + 1);
    assert!(unknown.iter().any(|finding| finding.message.starts_with("there is more")));
    assert!(findings.is_sorted_by_key(|finding| finding.span));
    let long = Dictionary::new().with("PayloadType", "Configuration").with("x".repeat(1000), true);
    let findings = super::lint(&Profile::from_dictionary(long), OsVersion::new(17, 0, 0), &[], Timestamp(0));
    let longest = findings.iter().map(|finding| finding.message.chars().count()).max();
    assert_eq!(longest, Some(rule::MESSAGE_CHARACTERS_MAX + 1), "with the mark that something is left out");
    assert!(super::lint(&Profile::default(), OsVersion::new(17, 0, 0), &[], Timestamp(0)).is_empty());
}
