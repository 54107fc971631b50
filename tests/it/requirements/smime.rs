//! The S/MIME switches of the account and of a message.

use super::trial::{Kept, alice, changed, compiled, payload, policy, smime_policy, tried, tried_policy};
use conformance::root;
use intent::{EmailCertificateType, EmailPolicy};

#[test]
fn smime_that_is_disabled_shows_no_control() {
    let tried = tried_policy("smime-off", &policy(), &[]);
    assert_eq!(tried.account()["smime"]["enabled"], false);
    let actions = tried.result["actions"].as_array().unwrap();
    let smime: Vec<_> = actions.iter().filter(|a| a["id"].as_str().unwrap().starts_with("smime.")).collect();
    assert!(!smime.is_empty() && smime.iter().all(|a| a["verdict"] == "absent"));
    let tried = tried_policy("smime-on", &smime_policy(), &[]);
    assert_eq!(tried.account()["smime"]["enabled"], true);
}

#[test]
fn signing_is_on_and_free_as_the_policy_says() {
    for on in [false, true] {
        for free in [false, true] {
            let policy = EmailPolicy {
                smime_signing_enabled: on,
                smime_signing_user_override_enabled: free,
                smime_encrypt_by_default_enabled: true,
                ..smime_policy()
            };
            let tried = tried_policy("signing", &policy, &[]);
            let signing = &tried.account()["smime"]["signing"];
            assert_eq!((&signing["on"], &signing["locked"]), (&on.into(), &(!free).into()));
            let answer = if free { "allowed" } else { "denied" };
            assert!(tried.is("smime.signing.on", answer) && tried.is("smime.signing.off", answer));
        }
    }
}

#[test]
fn identities_are_the_named_ones_or_none() {
    let named = tried_policy("named", &smime_policy(), &[]);
    let smime = &named.account()["smime"];
    assert_eq!(
        (&smime["signing_identity"], &smime["encryption_identity"]),
        (&"Alice Signing".into(), &"Alice Encryption".into())
    );
    for none in [None, Some(EmailCertificateType::None)] {
        let policy = EmailPolicy {
            signing_certificate_type: none,
            encryption_certificate_type: none,
            ..smime_policy()
        };
        let tried = tried_policy("unnamed", &policy, &[]);
        let smime = &tried.account()["smime"];
        assert!(smime["signing_identity"].is_null() && smime["encryption_identity"].is_null(), "{none:?}");
    }
}

#[test]
fn another_identity_is_picked_where_the_policy_lets() {
    for (free, answer) in [(true, "allowed"), (false, "denied")] {
        for (by_default, per_message) in [(true, false), (false, true)] {
            let policy = EmailPolicy {
                smime_signing_certificate_user_override_enabled: free,
                smime_encryption_certificate_user_override_enabled: free,
                smime_encrypt_by_default_enabled: by_default,
                smime_enable_per_message_switch: per_message,
                ..smime_policy()
            };
            let tried = tried_policy("pick", &policy, &[]);
            assert!(tried.is("smime.signing-identity.pick", answer), "{free}");
            assert!(tried.is("smime.encryption-identity.pick", answer), "{free} {by_default} {per_message}");
        }
    }
}

/// Encrypt by default, per-message switch; how a message starts, whether it has a lock.
#[test]
fn a_message_starts_and_can_be_switched_as_the_two_settings_say() {
    for (by_default, per_message, starts, lock) in [
        (false, false, "clear", "absent"),
        (false, true, "clear", "allowed"),
        (true, false, "encrypted", "absent"),
        (true, true, "encrypted", "allowed"),
    ] {
        let policy = EmailPolicy {
            smime_encrypt_by_default_enabled: by_default,
            smime_enable_per_message_switch: per_message,
            ..smime_policy()
        };
        let tried = tried_policy("compose", &policy, &[]);
        let smime = &tried.account()["smime"];
        assert_eq!(smime["compose_starts"], starts, "{by_default} {per_message}");
        assert_eq!(smime["per_message_switch"], per_message);
        assert!(tried.is("smime.message-encryption.flip", lock), "{by_default} {per_message}");
    }
}

#[test]
fn the_switch_for_encryption_by_default_follows_its_override() {
    for (free, answer) in [(true, "allowed"), (false, "denied")] {
        let policy = EmailPolicy {
            smime_encrypt_by_default_user_override_enabled: free,
            smime_enable_per_message_switch: true,
            ..smime_policy()
        };
        let tried = tried_policy("default-override", &policy, &[]);
        assert!(
            tried.is("smime.encrypt-by-default.on", answer)
                && tried.is("smime.encrypt-by-default.off", answer)
        );
    }
}

#[test]
fn before_ios_12_nobody_changes_smime_on_the_phone() {
    let policy = EmailPolicy {
        smime_signing_user_override_enabled: true,
        smime_signing_certificate_user_override_enabled: true,
        smime_encrypt_by_default_user_override_enabled: true,
        smime_encryption_certificate_user_override_enabled: true,
        smime_encrypt_by_default_enabled: true,
        ..smime_policy()
    };
    let actions =
        ["smime.signing-identity.pick", "smime.encrypt-by-default.off", "smime.encryption-identity.pick"];
    let old = tried_policy("smime-11", &policy, &["--ios", "11.4"]);
    let new = tried_policy("smime-12", &policy, &["--ios", "12.0"]);
    for action in actions {
        assert!(old.is(action, "absent") && new.is(action, "allowed"), "{action}");
    }
}

#[test]
fn every_identity_of_the_profile_is_on_the_phone() {
    let old = std::fs::read(root().join("fixtures/pki/alice-encryption-p256.pbes2.p12")).expect("a fixture");
    let history = payload("com.apple.security.pkcs12", 3)
        .with("PayloadContent", old)
        .with("Password", "p12-alice-encryption-p256");
    let profile = changed(compiled(&smime_policy(), &alice()), |account| account, vec![history]);
    let (syntax, _) = profile::parse(&profile::write_xml(&profile.clone().into()));
    let intent = intent::read(&syntax).expect("an account");
    let facts = intent::DeviceFacts {
        ios: intent::OsVersion::new(17, 5, 0),
        supervised: false,
        identities: 3,
        variants: intent::Variants::default(),
    };
    let mut wanted: Vec<String> =
        intent::expectations(&intent, &facts).identities.into_iter().map(|identity| identity.value).collect();
    wanted.sort();
    assert_eq!(wanted.len(), 3);

    let kept = Kept::new("history", &[]);
    let (code, said) = kept.install(&profile, true);
    assert_eq!(code, 0, "{said}");
    let shown = kept.show();
    let mut held: Vec<String> = shown["keychain"]["identities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|identity| identity["payload_uuid"].as_str().unwrap().to_owned())
        .collect();
    held.sort();
    assert_eq!(held, wanted);
    tried("history", &profile, &[]).checked("history");
}
