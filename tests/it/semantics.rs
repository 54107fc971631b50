//! What a phone makes of profiles: admission, questions, updates, removal, restrictions, another iOS.

use crate::program::try_json;
use conformance::{Scratch, profile as fixture, root};
use device::{
    AccountState, Answer, Device, DeviceFacts, ErrorDomain, Input, PromptId, PromptKind, Reply,
    RestrictionRule, RestrictionValue, Secret, Service, Source, UserAction, Variants, Verdict,
};
use profile::plist::{Dictionary, Value};
use simulator::{Owner, PROVIDER, World, WorldOptions};
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
        // osxserver left iOS with 12.
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
    for cipher in [BulkCipher::Aes256Cbc, BulkCipher::TripleDesCbc] {
        let options = EncryptOptions { cipher };
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
        (Dictionary::new().with("URL", "http://ca.example").with("Key Usage", 5), 22005),
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

/// A committed profile as a dictionary, and the index of its account.
fn committed(name: &str) -> Dictionary {
    let (read, _) = profile::parse(&std::fs::read(fixture(name)).unwrap());
    read.dictionary().unwrap().clone()
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
