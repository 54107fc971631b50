//! Messages: the steps that the oracle expects to end well are those that do.

use super::trial::{Tried, alice, compiled, policy, smime_policy, tried};
use intent::{DeviceFacts, EmailPolicy, MailStep, OsVersion, SyncScope, Variants, expectations, read};

fn steps(tried: &Tried, outcome: &str) -> Vec<String> {
    let mail = tried.result["mail"].as_array().expect("mail");
    let those = mail.iter().filter(|step| step["outcome"] == outcome);
    those.map(|step| step["step"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn the_steps_with_messages_that_are_expected_are_those_that_succeed() {
    let mut seen = std::collections::BTreeSet::new();
    let sync = EmailPolicy { eas_services: SyncScope::ContactsOnly.services(), ..smime_policy() };
    let mut policies = vec![policy(), sync];
    for flags in 0..32_u8 {
        let flag = |bit: u8| flags & (1 << bit) != 0;
        policies.push(EmailPolicy {
            smime_signing_enabled: flag(0),
            smime_signing_user_override_enabled: flag(1),
            smime_encrypt_by_default_enabled: flag(2),
            smime_encrypt_by_default_user_override_enabled: flag(3),
            smime_enable_per_message_switch: flag(4),
            ..smime_policy()
        });
    }
    for policy in policies {
        for (version, major) in [("17.5", 17), ("11.4", 11)] {
            let profile = compiled(&policy, &alice());
            let (syntax, _) = profile::parse(&profile::write_xml(&profile.clone().into()));
            let facts = DeviceFacts {
                ios: OsVersion::new(major, 4, 0),
                supervised: false,
                identities: 2,
                variants: Variants::default(),
            };
            let expected = expectations(&read(&syntax).expect("an account"), &facts).mail;
            let names: Vec<String> = expected.iter().map(|step| step.value.as_str().to_owned()).collect();
            let tried = tried("mail", &profile, &["--ios", version]).checked("mail");
            assert_eq!(steps(&tried, "ok"), names, "iOS {version}: {policy:#?}");
            assert_eq!(steps(&tried, "failed"), [""; 0], "iOS {version}: {policy:#?}");
            seen.extend(expected.iter().map(|step| step.value));
        }
    }
    assert_eq!(seen.len(), MailStep::ALL.len());
}
