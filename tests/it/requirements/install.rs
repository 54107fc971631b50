//! What the phone takes and refuses, and what it then asks.

use super::trial::{
    Kept, alice, certificate_policy, changed, compiled, payload, policy, smime_policy, tried, tried_policy,
};
use intent::{EmailPolicy, SyncScope};

#[test]
fn supervised_or_not_the_account_is_the_same() {
    let profile = compiled(&policy(), &alice());
    let plain = tried("plain", &profile, &[]).checked("plain");
    let supervised = tried("supervised", &profile, &["--supervised"]).checked("supervised");
    assert_eq!(plain.account(), supervised.account());
    assert_eq!((plain.code, supervised.code), (0, 0));
}

#[test]
fn a_password_account_waits_for_its_password() {
    let tried = tried_policy("password", &policy(), &[]);
    assert_eq!(tried.prompts(), ["password"]);
    assert_eq!(tried.result["prompts"][0]["in_force_before"], false);
    // A signing certificate is no part of signing in.
    let tried = tried_policy("password-smime", &smime_policy(), &[]);
    assert_eq!(tried.prompts(), ["password"]);
}

#[test]
fn a_certificate_account_asks_nothing_with_oauth_too() {
    for use_oauth in [false, true] {
        let tried = tried_policy("certificate", &EmailPolicy { use_oauth, ..certificate_policy() }, &[]);
        assert_eq!(tried.prompts(), [""; 0]);
        assert!(tried.account().is_object(), "in force at once");
    }
}

#[test]
fn oauth_asks_for_a_web_sign_in_from_ios_12() {
    let policy = EmailPolicy { use_oauth: true, ..policy() };
    let tried = tried_policy("oauth", &policy, &[]);
    assert_eq!(tried.prompts(), ["sign-in"]);
    assert_eq!(tried.result["prompts"][0]["in_force_before"], false);
    assert_eq!(tried_policy("oauth-11", &policy, &["--ios", "11.4"]).prompts(), ["password"]);
}

#[test]
fn switching_oauth_on_asks_an_account_that_worked() {
    let kept = Kept::new("oauth-on", &[]);
    assert_eq!(kept.install(&compiled(&policy(), &alice()), true).0, 0);
    let oauth = EmailPolicy { use_oauth: true, ..policy() };
    kept.install(&compiled(&oauth, &alice()), false);
    let prompts = kept.show()["prompts"].clone();
    assert_eq!(prompts[0]["kind"], "sign-in", "{prompts:#}");
}

#[test]
fn an_identity_that_is_not_there_refuses_the_profile() {
    let stray = "DDDDDDDD-0000-4000-8000-000000000001";
    let profile = changed(
        compiled(&policy(), &alice()),
        |account| account.with("PayloadCertificateUUID", stray),
        Vec::new(),
    );
    assert_eq!(tried("stray", &profile, &[]).cause().0, "MCEASErrorDomain");
    tried_policy("not-stray", &certificate_policy(), &[]);
}

#[test]
fn no_service_at_all_refuses_the_profile_from_ios_13() {
    let none = EmailPolicy { eas_services: SyncScope::ContactsOnly.services(), ..policy() };
    let profile =
        changed(compiled(&none, &alice()), |account| account.with("EnableContacts", false), Vec::new());
    let refused = tried("no-service", &profile, &[]);
    assert_eq!((refused.code, &refused.result["install"]["status"]), (1, &"refused".into()));
    tried("no-service-12", &profile, &["--ios", "12.5"]).checked("iOS 12");
}

#[test]
fn the_host_may_be_missing_with_oauth_alone() {
    let hostless = |use_oauth| {
        changed(
            compiled(&EmailPolicy { use_oauth, ..policy() }, &alice()),
            |mut account| {
                assert!(account.remove("Host"));
                account
            },
            Vec::new(),
        )
    };
    assert_eq!(tried("hostless", &hostless(false), &[]).cause(), ("MCEASErrorDomain", 21_003));
    tried("hostless-oauth", &hostless(true), &[]).checked("OAuth");
}

#[test]
fn an_account_that_the_user_made_refuses_the_same_one() {
    // The owner's own account, which every phone of the store has.
    let kept = Kept::new("duplicate", &[]);
    let own = kept.show()["accounts"][0]["in_force"].clone();
    let text = |member: &str| own[member].as_str().expect("a text").to_owned();
    let profile = changed(
        compiled(&policy(), &alice()),
        |account| account.with("Host", text("host")).with("EmailAddress", text("email")),
        Vec::new(),
    );
    let (code, said) = kept.install(&profile, true);
    assert!(code == 1 && said.contains("MCEASErrorDomain 21005"), "{code} {said}");
    assert_eq!(kept.install(&compiled(&policy(), &alice()), true).0, 0);
}

#[test]
fn a_removal_password_keeps_the_profile_on_a_supervised_phone() {
    let profile = changed(
        compiled(&policy(), &alice()),
        |account| account,
        vec![payload("com.apple.profileRemovalPassword", 2).with("RemovalPassword", "opensesame")],
    );
    let tried = tried("removal", &profile, &["--supervised"]).checked("supervised");
    assert!(tried.is("profile.remove", "denied"));
}
