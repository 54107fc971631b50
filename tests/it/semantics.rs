//! What a phone makes of profiles: admission, questions, removal, management, restrictions; of their accounts in
//! `semantics/accounts.rs`.

mod accounts;

use crate::program::try_json;
use conformance::{Scratch, profile as fixture, root};
use device::{
    Answer, Device, DeviceFacts, ErrorDomain, Input, PromptId, PromptKind, Reply, RestrictionRule,
    RestrictionValue, Secret, Source, UserAction, Variants, Verdict,
};
use profile::plist::{Dictionary, Value};
use simulator::PROVIDER;
use smime::cms::{EncryptOptions, SignatureOptions, sign_attached};
use smime::{BulkCipher, Certificate, Context, Identity, PrivateKey, Timestamp};

const NOW: i64 = 1_793_606_400_000;
const DAY: i64 = 86_400_000;

fn at(now: i64) -> Context<'static> {
    Context { now: Timestamp(now), crypto: &PROVIDER }
}

fn facts(ios: &str, supervised: bool) -> DeviceFacts {
    DeviceFacts {
        ios: ios.parse().unwrap(),
        model: "iPhone15,2".to_owned(),
        supervised,
        variants: Variants::default(),
    }
}

fn phone(ios: &str, supervised: bool) -> Device {
    Device::new(facts(ios, supervised), Vec::new(), 7)
}

fn payload(kind: &str, name: &str) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", kind)
        .with("PayloadIdentifier", format!("example.{name}"))
        .with("PayloadUUID", format!("uuid-{name}"))
        .with("PayloadVersion", 1)
}

fn profile(name: &str, payloads: Vec<Dictionary>) -> Dictionary {
    payload("Configuration", name).with("PayloadContent", payloads)
}

fn file(stem: &str) -> Vec<u8> {
    std::fs::read(root().join("fixtures/pki").join(stem)).expect("a fixture")
}

fn identity(stem: &str) -> Identity {
    Identity {
        certificate: Certificate::from_pem(&file(&format!("{stem}.cert.pem"))).unwrap().remove(0),
        key: PrivateKey::from_pem(&file(&format!("{stem}.key.pem"))).unwrap(),
        chain: Vec::new(),
    }
}

fn pkcs12(stem: &str, with_password: bool) -> Dictionary {
    payload("com.apple.security.pkcs12", stem)
        .with("PayloadContent", file(&format!("{stem}.pbes2.p12")))
        .with_some("Password", with_password.then(|| format!("p12-{stem}")))
}

fn bytes(profile: &Dictionary) -> Vec<u8> {
    profile::write_xml(&Value::Dictionary(profile.clone()))
}

fn put(device: &mut Device, profile: &Dictionary, source: Source) -> Reply {
    device.handle(&at(NOW), Input::InstallProfile { bytes: bytes(profile), source })
}

fn by_hand(device: &mut Device, profile: &Dictionary) -> Reply {
    put(device, profile, Source::Owner)
}

#[track_caller]
fn installed(reply: Reply) {
    assert!(matches!(reply, Reply::Installed(_)), "{reply:?}");
}

/// Domain and code of the cause; the device must serialise to the same bytes as before.
#[track_caller]
fn refused(device: &mut Device, profile: &Dictionary, source: Source) -> (ErrorDomain, u32) {
    while device.poll_event().is_some() {}
    let before = serde_json::to_vec(&device).unwrap();
    match put(device, profile, source) {
        Reply::Refused(chain) => {
            while device.poll_event().is_some() {}
            assert!(serde_json::to_vec(&device).unwrap() == before, "a refusal leaves no trace");
            let cause = chain.cause().unwrap();
            (cause.domain, cause.code)
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn answer(device: &mut Device, prompt: PromptId, answer: Answer) -> Reply {
    device.handle(&at(NOW), Input::User(UserAction::Answer { prompt, answer }))
}

fn password(text: &str) -> Answer {
    Answer::Password(Secret::new(text))
}

#[track_caller]
fn asked(reply: Reply) -> PromptId {
    match reply {
        Reply::Asked(prompt) | Reply::Action(Verdict::Asked { prompt, .. }) => prompt,
        other => panic!("nobody was asked: {other:?}"),
    }
}

fn remove(device: &mut Device, identifier: &str) -> Reply {
    device.handle(&at(NOW), Input::User(UserAction::RemoveProfile { identifier: identifier.to_owned() }))
}

use ErrorDomain::*;

#[test]
fn every_payload_type_of_the_schema_is_listed_and_says_whether_it_acts() {
    let mut device = phone("18.1", true);
    let acting = ["com.apple.applicationaccess", "com.apple.mobiledevice.passwordpolicy"];
    for schema in profile::Schema::builtin().payloads() {
        let kind = schema.payloadtype.as_str();
        // These need content of their own and have tests of their own.
        if [
            "com.apple.security",
            "com.apple.mdm",
            "com.apple.eas",
            "com.apple.mail.managed",
            "com.apple.ldap",
        ]
        .iter()
        .any(|p| kind.starts_with(p))
            && !kind.contains("revocation")
            && !kind.contains("transparency")
        {
            continue;
        }
        let name = schema.file.replace('/', ".");
        let reply = put(
            &mut device,
            &profile(&name, vec![payload(kind, "only").with("VPNUUID", "vpn")]),
            Source::Mdm,
        );
        if kind == "com.apple.cellular" {
            // apn.managed is there already.
            assert!(matches!(reply, Reply::Refused(_)));
            continue;
        }
        installed(reply);
        let listed = &device.profiles().last().unwrap().payloads[0];
        assert_eq!(listed.payload_type, kind);
        let acts = acting.contains(&kind) || kind.ends_with("applayer") || kind.ends_with("RemovalPassword");
        assert_eq!(listed.acts, acts, "{kind}");
    }
    installed(by_hand(&mut device, &profile("unknown", vec![payload("com.example.nobody", "x")])));
    assert!(device.profiles().len() > 30);
}

#[test]
fn an_encrypted_profile_opens_with_any_identity_and_no_other() {
    let recipient = identity("alice-encryption");
    let content = profile::write_xml(&Value::from(vec![
        payload("com.apple.applicationaccess", "limits").with("allowCamera", false),
    ]));
    for cipher in [BulkCipher::Aes256Cbc, BulkCipher::Aes128Cbc] {
        let options = EncryptOptions { cipher, ..EncryptOptions::default() };
        let sealed =
            smime::cms::encrypt(&at(NOW), &content, std::slice::from_ref(&recipient.certificate), &options)
                .unwrap();
        let encrypted = payload("Configuration", "sealed")
            .with("IsEncrypted", true)
            .with("EncryptedPayloadContent", sealed.clone());

        let mut device = phone("17.5", false);
        assert_eq!(refused(&mut device, &encrypted, Source::Owner), (MCProfileErrorDomain, 1006));
        installed(by_hand(&mut device, &profile("other", vec![pkcs12("alice-signing", true)])));
        assert_eq!(refused(&mut device, &encrypted, Source::Owner), (MCProfileErrorDomain, 1006));
        installed(by_hand(&mut device, &profile("keys", vec![pkcs12("alice-encryption", true)])));

        // The signature is outside, the encryption inside.
        let signed = sign_attached(
            &at(NOW),
            &bytes(&encrypted),
            &identity("profile-signing"),
            &SignatureOptions::default(),
        )
        .unwrap();
        installed(device.handle(&at(NOW), Input::InstallProfile { bytes: signed, source: Source::Owner }));
        let listed = device.profiles().last().unwrap();
        assert!(listed.is_encrypted && listed.signer.len() == 1 && listed.payloads.len() == 1);
        assert!(device.restrictions().is_false("allowCamera"));

        let mut broken = sealed;
        let last = broken.len() - 1;
        broken[last] ^= 1;
        let encrypted = encrypted.with("EncryptedPayloadContent", broken);
        assert_eq!(refused(&mut device, &encrypted, Source::Owner), (MCProfileErrorDomain, 1006));
    }
}

#[test]
fn what_is_not_for_this_device_is_refused() {
    let limits = || vec![payload("com.apple.applicationaccess", "limits")];
    let mut device = phone("17.5", false);
    for (kind, fits) in [(0, true), (1, true), (2, false), (4, false), (6, false), (9, true)] {
        let target = profile("target", limits()).with("TargetDeviceType", kind);
        if fits {
            installed(by_hand(&mut device, &target));
        } else {
            assert_eq!(refused(&mut device, &target, Source::Owner), (MCInstallationErrorDomain, 4023));
        }
    }
    // The key came with 12.2.
    installed(by_hand(&mut phone("12.1", false), &profile("target", limits()).with("TargetDeviceType", 4)));

    let lock = profile("lock", vec![payload("com.apple.app.lock", "lock")]);
    assert_eq!(refused(&mut device, &lock, Source::Owner), (MCInstallationErrorDomain, 4025));
    installed(by_hand(&mut phone("17.5", true), &lock));
    let mut lenient = facts("17.5", false);
    lenient.variants.supervised_payloads = device::SupervisedPayloads::Ignored;
    installed(by_hand(&mut Device::new(lenient, Vec::new(), 7), &lock));

    let sso = profile("sso", vec![payload("com.apple.extensiblesso", "sso")]);
    assert_eq!(refused(&mut device, &sso, Source::Owner), (MCInstallationErrorDomain, 4022));
    installed(put(&mut device, &sso, Source::Mdm));
}

#[test]
fn one_of_a_kind_stays_one() {
    let mut device = phone("17.5", true);
    let layout = |name: &str| payload("com.apple.homescreenlayout", name);
    let two = profile("two", vec![layout("a"), layout("b")]);
    assert_eq!(refused(&mut device, &two, Source::Owner), (MCInstallationErrorDomain, 4028));
    installed(by_hand(&mut device, &profile("one", vec![layout("a")])));
    installed(by_hand(&mut device, &profile("one", vec![layout("b")])));
    let second = profile("second", vec![layout("c")]);
    assert_eq!(refused(&mut device, &second, Source::Owner), (MCHomeScreenLayoutErrorDomain, 43000));
    for (kind, code) in [
        ("com.apple.proxy.http.global", 4017),
        ("com.apple.apn.managed", 4018),
        ("com.apple.app.lock", 4019),
        ("com.apple.notificationsettings", 4029),
        ("com.apple.profileRemovalPassword", 4023),
    ] {
        let two = profile(kind, vec![payload(kind, "a"), payload(kind, "b")]);
        assert_eq!(refused(&mut device, &two, Source::Owner), (MCInstallationErrorDomain, code), "{kind}");
    }
}

#[test]
fn chains_have_four_levels_and_mdm_is_told_more() {
    let mut device = phone("17.5", false);
    let wrong = profile("wrong", vec![payload("com.apple.applicationaccess", "x").with("allowCamera", "no")]);
    let codes = |reply: Reply| match reply {
        Reply::Refused(chain) => chain.0.iter().map(|l| l.code).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(codes(put(&mut device, &wrong, Source::Owner)), [4000, 1000, 2000, 2003]);
    assert_eq!(codes(put(&mut device, &wrong, Source::Mdm)), [4001, 1000, 2000, 2003]);
    let root =
        profile("root", vec![payload("com.apple.security.root", "x").with("PayloadContent", vec![1u8])]);
    assert_eq!(codes(put(&mut device, &root, Source::Owner)), [4001, 1009, 4001, 9005]);
    assert_eq!(codes(put(&mut device, &root, Source::Mdm)), [4001, 4001, 1009, 4001, 9005]);
    let mail = profile("mail", vec![payload("com.apple.mail.managed", "x")]);
    assert_eq!(codes(put(&mut device, &mail, Source::Owner)), [4000, 1000, 2000, 2002]);
    // What is stored only may be incomplete; unknown keys and odd UUIDs never matter.
    let clip = payload("com.apple.webClip.managed", "clip").with("Nonsense", "YES");
    installed(by_hand(&mut device, &profile("clip", vec![clip.with("PayloadUUID", "it's not a UUID'")])));
    for (settings, code) in [
        (Dictionary::new().with("URL", "http://ca.example").with("Key Usage", 2), 22000),
        (Dictionary::new().with("URL", "http://ca.example").with("Keysize", 512), 22004),
        (Dictionary::new().with("URL", "http://ca.example").with("Key Type", "EC"), 22004),
    ] {
        let scep = payload("com.apple.security.scep", "scep").with("PayloadContent", settings);
        let cause = refused(&mut device, &profile("scep", vec![scep]), Source::Owner);
        assert_eq!(cause, (MCSCEPErrorDomain, code));
    }
    let ldap = profile("ldap", vec![payload("com.apple.ldap.account", "ldap")]);
    assert_eq!(refused(&mut device, &ldap, Source::Owner), (MCLDAPErrorDomain, 19001));
}

#[test]
fn consent_is_asked_by_hand_only_and_in_the_owners_language() {
    let texts = Dictionary::new().with("default", "Agree?").with("nl", "Akkoord?").with("fr", "D’accord ?");
    let wanted =
        profile("consent", vec![payload("com.apple.applicationaccess", "limits")]).with("ConsentText", texts);
    let mut device = phone("17.5", false);
    device.handle(&at(NOW), Input::SetLanguage("nl-BE".to_owned()));
    let prompt = asked(by_hand(&mut device, &wanted));
    assert!(device.profiles().is_empty(), "not before the owner agrees");
    let PromptKind::Consent { profile, text } = &device.prompts()[0].kind else { panic!() };
    assert_eq!((profile.as_str(), text.as_str()), ("example.consent", "Akkoord?"));
    // The installation waits in the snapshot too.
    let text = serde_json::to_string(&device).unwrap();
    let mut restored: Device = serde_json::from_str(&text).unwrap();
    assert_eq!(restored.view().pending.len(), 1);
    match answer(&mut restored, prompt, Answer::Cancel) {
        Reply::Refused(chain) => assert_eq!(chain.cause().unwrap().code, 4004),
        other => panic!("{other:?}"),
    }
    assert!(restored.profiles().is_empty() && restored.prompts().is_empty());
    // An unfitting answer leaves the question open.
    answer(&mut device, prompt, Answer::Text("yes".to_owned()));
    assert_eq!(device.prompts().len(), 1);
    installed(answer(&mut device, prompt, Answer::Agree));
    assert!(device.prompts().is_empty() && device.profiles().len() == 1);
    // A second copy takes the place of one that waits.
    asked(by_hand(&mut restored, &wanted));
    asked(by_hand(&mut restored, &wanted));
    assert_eq!((restored.prompts().len(), restored.view().pending.len()), (1, 1));
    installed(put(&mut phone("17.5", false), &wanted, Source::Mdm));
}

#[test]
fn no_more_profiles_wait_than_the_bound() {
    let mut device = phone("17.5", false);
    let waiting = |n: usize| {
        profile(&format!("n{n}"), vec![payload("com.apple.applicationaccess", "limits")])
            .with("ConsentText", Dictionary::new().with("en", "Agree?"))
    };
    for n in 0..16 {
        asked(by_hand(&mut device, &waiting(n)));
    }
    assert_eq!(refused(&mut device, &waiting(16), Source::Owner), (MCInstallationErrorDomain, 4003));
}

#[test]
fn the_password_of_a_certificate_is_asked_until_it_is_right() {
    let mut device = phone("17.5", false);
    let locked = profile("p12", vec![pkcs12("alice-signing", false)]);
    let first = asked(by_hand(&mut device, &locked));
    let again = asked(answer(&mut device, first, password("wrong")));
    assert_eq!(device.prompts().len(), 1);
    let text = serde_json::to_string(&device.view()).unwrap();
    assert!(!text.contains("wrong"), "what was typed is not shown");
    let mut other = device.clone();
    assert!(matches!(answer(&mut other, again, Answer::Cancel), Reply::Refused(_)));
    installed(answer(&mut device, again, password("p12-alice-signing")));
    assert_eq!(device.keychain().identities().len(), 1);
    assert_eq!(refused(&mut phone("17.5", false), &locked, Source::Mdm), (MCCertificateErrorDomain, 9000));
}

#[test]
fn a_signed_profile_is_replaced_by_the_same_signer_only() {
    let wanted = profile("signed", vec![payload("com.apple.applicationaccess", "limits")]);
    let signed = |stem: &str| {
        let options = SignatureOptions::default();
        let bytes = sign_attached(&at(NOW), &bytes(&wanted), &identity(stem), &options).unwrap();
        Input::InstallProfile { bytes, source: Source::Owner }
    };
    let mut device = phone("17.5", false);
    installed(by_hand(&mut device, &wanted));
    installed(device.handle(&at(NOW), signed("profile-signing")));
    installed(device.handle(&at(NOW), signed("profile-signing")));
    match device.handle(&at(NOW), signed("alice-signing")) {
        Reply::Refused(chain) => assert_eq!(chain.cause().unwrap().code, 4008),
        other => panic!("{other:?}"),
    }
    assert_eq!(refused(&mut device, &wanted, Source::Owner), (MCInstallationErrorDomain, 4008));
    assert_eq!(device.profiles().len(), 1);
}

#[test]
fn time_removes_profiles_and_the_earlier_date_wins() {
    let limits = || vec![payload("com.apple.applicationaccess", "limits").with("allowCamera", false)];
    let date = |ms: i64| Value::Date(profile::Timestamp(ms));
    let mut device = phone("17.5", false);
    let past = profile("past", limits()).with("RemovalDate", date(NOW - 1_000));
    assert_eq!(refused(&mut device, &past, Source::Owner), (MCInstallationErrorDomain, 4006));
    let spent = profile("spent", limits()).with("DurationUntilRemoval", -1);
    assert_eq!(refused(&mut device, &spent, Source::Owner), (MCInstallationErrorDomain, 4026));
    let both = profile("both", limits())
        .with("RemovalDate", date(NOW + 10 * DAY))
        .with("DurationUntilRemoval", 3_600.5);
    installed(by_hand(&mut device, &both));
    assert_eq!(device.poll_timeout(), Some(Timestamp(NOW + 3_600_500)));
    device.handle_timeout(&at(NOW + 3_600_499));
    assert!(device.restrictions().is_false("allowCamera"));
    device.handle_timeout(&at(NOW + 3_600_500));
    assert!(device.profiles().is_empty() && device.restrictions().0.is_empty());
    assert_eq!(device.poll_timeout(), None);
    let endless = profile("endless", limits()).with("DurationUntilRemoval", 1e300);
    installed(by_hand(&mut device, &endless));
    assert!(device.poll_timeout().is_some());
}

#[test]
fn removal_asks_for_its_passcode_where_there_is_one() {
    let guarded = profile(
        "guarded",
        vec![payload("com.apple.profileRemovalPassword", "word").with("RemovalPassword", "open sesame")],
    );
    let mut device = phone("17.5", true);
    installed(by_hand(&mut device, &guarded));
    assert!(device.profiles()[0].has_removal_passcode);
    assert!(!serde_json::to_string(&device.view()).unwrap().contains("sesame"));
    let prompt = asked(remove(&mut device, "example.guarded"));
    assert_eq!(asked(remove(&mut device, "example.guarded")), prompt, "asked once");
    let wrong = answer(&mut device, prompt, password("open barley"));
    assert!(matches!(wrong, Reply::Action(Verdict::Denied { .. })));
    assert_eq!((device.profiles().len(), device.prompts().len()), (1, 1));
    answer(&mut device, prompt, Answer::Cancel);
    assert_eq!((device.profiles().len(), device.prompts().len()), (1, 0));
    let prompt = asked(remove(&mut device, "example.guarded"));
    answer(&mut device, prompt, password("open sesame"));
    assert_eq!((device.profiles().len(), device.prompts().len()), (0, 0));
}

fn enrolment(rights: i64) -> Vec<Dictionary> {
    let mdm = payload("com.apple.mdm", "mdm")
        .with("IdentityCertificateUUID", "uuid-alice-auth")
        .with("Topic", "com.apple.mgmt.External.example")
        .with("ServerURL", "https://mdm.contoso.example/mdm")
        .with("AccessRights", rights);
    vec![mdm, pkcs12("alice-auth", true)]
}

#[test]
fn management_is_checked_and_takes_its_profiles_along() {
    let mut device = phone("17.5", true);
    for (rights, code) in [(0, 12000), (2, 12000), (128, 12000), (8192, 12000)] {
        let wanted = profile("mdm", enrolment(rights));
        assert_eq!(refused(&mut device, &wanted, Source::Owner), (MCMDMErrorDomain, code), "{rights}");
    }
    for (key, value, code) in [
        ("Topic", "com.example.push", 12022),
        ("ServerURL", "http://mdm.contoso.example", 12011),
        ("IdentityCertificateUUID", "nobody", 12005),
    ] {
        let mut payloads = enrolment(3);
        payloads[0].insert(key, value);
        let cause = refused(&mut device, &profile("mdm", payloads), Source::Owner);
        assert_eq!(cause, (MCMDMErrorDomain, code), "{key}");
    }
    installed(by_hand(&mut device, &profile("mdm", enrolment(3))));
    let second = profile("second", enrolment(3));
    assert_eq!(refused(&mut device, &second, Source::Owner), (MCMDMErrorDomain, 12001));
    let more = profile("mdm", enrolment(7));
    assert_eq!(refused(&mut device, &more, Source::Owner), (MCMDMErrorDomain, 12012));
    let none = profile("mdm", vec![payload("com.apple.applicationaccess", "x")]);
    assert_eq!(refused(&mut device, &none, Source::Owner), (MCInstallationErrorDomain, 4015));
    installed(by_hand(&mut device, &profile("mdm", enrolment(1))));

    let managed = profile("managed", vec![payload("com.apple.applicationaccess", "m")]);
    let own = profile("own", vec![payload("com.apple.applicationaccess", "o")]);
    installed(put(&mut device, &managed, Source::Mdm));
    installed(by_hand(&mut device, &own));
    assert_eq!(refused(&mut device, &managed, Source::Owner), (MCInstallationErrorDomain, 4012));
    let Reply::Action(Verdict::Denied { .. }) = remove(&mut device, "example.managed") else { panic!() };
    let managed_removal = |id: &str| Input::RemoveManagedProfile { identifier: id.to_owned() };
    for (id, code) in [("example.own", 12013), ("example.nobody", 12075)] {
        match device.handle(&at(NOW), managed_removal(id)) {
            Reply::Refused(chain) => assert_eq!(chain.cause().unwrap().code, code),
            other => panic!("{other:?}"),
        }
    }
    remove(&mut device, "example.mdm");
    let left: Vec<&str> = device.profiles().iter().map(|p| p.identifier.as_str()).collect();
    assert_eq!(left, ["example.own"]);
    assert!(device.keychain().identities().is_empty() && device.mdm_enrolment().is_none());
}

#[test]
fn user_enrolment_limits_what_management_brings() {
    let mut device = phone("17.5", false);
    let mut payloads = enrolment(0);
    payloads[0].insert("EnrollmentMode", "BYOD");
    installed(by_hand(&mut device, &profile("mdm", payloads)));
    let vpn = profile("vpn", vec![payload("com.apple.vpn.managed", "vpn")]);
    assert_eq!(refused(&mut device, &vpn, Source::Mdm), (MCInstallationErrorDomain, 4023));
    installed(by_hand(&mut device, &vpn));
    let app = profile("app", vec![payload("com.apple.vpn.managed.applayer", "app").with("VPNUUID", "v")]);
    installed(put(&mut device, &app, Source::Mdm));
}

#[test]
fn the_most_restrictive_wins_and_the_losers_are_named() {
    let mut device = phone("17.5", true);
    let list = |items: &[&str]| Value::array(items.iter().copied());
    let limits = |name: &str, camera: bool, delay: i64, allowed: &[&str], blocked: &[&str]| {
        let limits = payload("com.apple.applicationaccess", name)
            .with("allowCamera", camera)
            .with("forceEncryptedBackup", !camera)
            .with("enforcedSoftwareUpdateDelay", delay)
            .with("ratingApps", delay * 10)
            .with("allowListedAppBundleIDs", list(allowed))
            .with("blockedAppBundleIDs", list(blocked));
        let code = payload("com.apple.mobiledevice.passwordpolicy", &format!("{name}-code"))
            .with("minLength", delay)
            .with("maxInactivity", if camera { 0 } else { 5 })
            .with("forcePIN", !camera);
        profile(name, vec![limits, code])
    };
    installed(by_hand(&mut device, &limits("a", true, 8, &["x", "y"], &["p"])));
    installed(by_hand(&mut device, &limits("b", false, 4, &["y", "z"], &["q"])));
    let merged = device.restrictions();
    let camera = merged.key("allowCamera").unwrap();
    assert_eq!((&camera.value, camera.rule), (&RestrictionValue::Boolean(false), RestrictionRule::FalseWins));
    assert_eq!(camera.winner.as_ref().unwrap().profile, "example.b");
    assert_eq!(camera.winner.as_ref().unwrap().payload_uuid, "uuid-b");
    assert_eq!(camera.losers[0].profile, "example.a");
    assert!(merged.is_true("forceEncryptedBackup") && merged.is_true("forcePIN"));
    assert_eq!(merged.integer("enforcedSoftwareUpdateDelay"), Some(8));
    assert_eq!(merged.integer("ratingApps"), Some(40));
    assert_eq!(merged.integer("maxInactivity"), Some(5), "0 is no limit");
    let value = |key: &str| merged.key(key).unwrap().value.clone();
    assert_eq!(value("allowListedAppBundleIDs"), RestrictionValue::List(vec!["y".to_owned()]));
    assert_eq!(value("blockedAppBundleIDs"), RestrictionValue::List(vec!["p".to_owned(), "q".to_owned()]));
    assert!(merged.key("blockedAppBundleIDs").unwrap().winner.is_none(), "no payload has the union");
    let policy = device.passcode_policy();
    assert_eq!((policy.required, policy.min_length, policy.max_inactivity_minutes), (true, 8, Some(5)));
    remove(&mut device, "example.b");
    assert!(!device.restrictions().is_false("allowCamera"));
}

#[test]
fn keys_that_do_not_apply_are_noted_and_do_nothing() {
    let mut device = phone("14.0", false);
    let limits = payload("com.apple.applicationaccess", "limits")
        .with("allowAccountModification", false)
        .with("allowMailPrivacyProtection", false)
        .with("allowUnmanagedToReadManagedContacts", true)
        .with("allowCamera", false);
    installed(by_hand(&mut device, &profile("limits", vec![limits])));
    let merged = device.restrictions();
    assert_eq!(merged.0.iter().map(|r| r.key.as_str()).collect::<Vec<_>>(), ["allowCamera"]);
    let view = serde_json::to_value(device.view()).unwrap();
    let ignored = view["profiles"][0]["payloads"][0]["ignored"].as_array().unwrap().clone();
    let ignored: Vec<_> =
        ignored.iter().map(|i| (i["key"].as_str().unwrap(), i["reason"].as_str().unwrap())).collect();
    assert_eq!(
        ignored,
        [
            ("allowAccountModification", "not-supervised"),
            ("allowMailPrivacyProtection", "not-yet-on-this-ios"),
            ("allowUnmanagedToReadManagedContacts", "only-by-mdm"),
        ]
    );
}

/// A committed profile as a dictionary.
fn committed(name: &str) -> Dictionary {
    let (read, _) = profile::parse(&std::fs::read(fixture(name)).unwrap());
    read.dictionary().unwrap().clone()
}

#[test]
fn the_owner_of_a_trial_agrees_and_cancels() {
    let scratch = Scratch::new("semantics-consent");
    let write = |name: &str, profile: &Dictionary| {
        let path = scratch.file(name);
        std::fs::write(&path, bytes(profile)).unwrap();
        path
    };
    let texts = Dictionary::new().with("default", "May we?").with("nl", "Mag dit?");
    let agreed = committed("all-data-open").with("ConsentText", texts);
    let (_, result) = try_json(&write("consent.mobileconfig", &agreed), &[]);
    assert_eq!(result["install"]["status"], "installed", "{result:#}");
    let prompts: Vec<&str> =
        result["prompts"].as_array().unwrap().iter().filter_map(|p| p["kind"].as_str()).collect();
    assert_eq!(prompts.first(), Some(&"consent"), "{prompts:?}");
    assert_eq!(result["prompts"][0]["text"], "May we?");
    assert!(prompts.contains(&"password") && result["account"].is_object());

    let locked = profile("locked", vec![pkcs12("alice-signing", false)]);
    let (ended, result) = try_json(&write("locked.mobileconfig", &locked), &[]);
    assert_eq!((ended, result["install"]["status"].as_str()), (1, Some("refused")), "{result:#}");
    assert_eq!(result["install"]["error_chain"].as_array().unwrap().last().unwrap()["code"], 4004);
    assert_eq!(result["prompts"][0]["kind"], "certificate-password");
}

#[test]
fn what_phones_install_in_the_wild_is_installed() {
    let vpn = payload("com.apple.vpn.managed.applayer", "vpn")
        .with("VPNUUID", "v")
        .with("VPN", Dictionary::new().with("OnDemandMatchAppEnabled", "True"))
        .with("PayloadOrganization", "");
    let exchange = payload("com.apple.eas.account", "eas")
        .with("PayloadUUID", "38a7b6a1-0000-4000-8000-00000000000a'")
        .with("Host", "mail.contoso.example")
        .with("EmailAddress", "alice@contoso.example")
        .with("UserName", "alice")
        .with("MailNumberOfPastDaysToSync", 365)
        .with("SMIMEEncryptByDefaultUserOverridable", "YES");
    let wild = profile("wild", vec![vpn, exchange])
        .with("PayloadOrganization", "")
        .with("PayloadScope", "System")
        .with("DurationUntilRemovalDate", "never");
    let mut device = phone("17.5", false);
    installed(by_hand(&mut device, &wild));
    assert_eq!(device.accounts().len(), 1);
    // A known key of the wrong type is refused all the same, also at depth.
    let wrong = payload("com.apple.eas.account", "eas").with("SMIMESigningEnabled", "YES");
    let cause = refused(&mut device, &profile("wrong", vec![wrong]), Source::Owner);
    assert_eq!(cause, (MCPayloadErrorDomain, 2003));
}

#[test]
fn changed_profiles_never_panic_the_device_whatever_waits() {
    let texts = Dictionary::new().with("en", "Agree?").with("nl", "Akkoord?");
    let mut payloads = enrolment(3);
    payloads.push(pkcs12("alice-signing", false));
    payloads.push(payload("com.apple.mail.managed", "mail").with("EmailAccountType", "EmailTypePOP"));
    payloads.push(payload("com.apple.applicationaccess", "x").with("ratingApps", 7));
    let whole = bytes(
        &profile("whole", payloads)
            .with("ConsentText", texts)
            .with("DurationUntilRemoval", 60)
            .with("TargetDeviceType", 1),
    );
    let step = (whole.len() / 150).max(1);
    for place in (0..whole.len()).step_by(step) {
        let mut changed = whole.clone();
        changed[place] ^= 0x11;
        let mut device = phone("17.5", true);
        let mut reply =
            device.handle(&at(NOW), Input::InstallProfile { bytes: changed, source: Source::Owner });
        for _ in 0..3 {
            let Reply::Asked(prompt) = reply else { break };
            let agree = matches!(device.prompts()[0].kind, PromptKind::Consent { .. });
            let said = if agree { Answer::Agree } else { password("p12-alice-signing") };
            reply = answer(&mut device, prompt, said);
        }
        device.handle(&at(NOW), Input::UpgradeOs("18.1".parse().unwrap()));
        device.handle_timeout(&at(NOW + DAY));
        serde_json::to_vec(&device.view()).unwrap();
    }
}
