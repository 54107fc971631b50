//! Identities that phones have made by SCEP and ACME servers: what is asked, what is issued, what goes wrong, what is left.

use crate::program::{handset, try_json};
use conformance::{Scratch, root};
use device::{
    Device, DeviceFacts, ErrorDomain, Event, IdentityAnswer, IdentityRequest, Input, MAX_ENROLMENTS,
    MAX_ISSUED_CHAIN, MAX_PROFILE_ITERATIONS, Reply, Source, UserAction, Variants,
};
use profile::plist::{Dictionary, Value};
use simulator::{EnrolmentServer, Owner, PROVIDER, World, WorldOptions};
use smime::pkcs12::{WriteOptions, WriteProtection};
use smime::{Certificate, CertificationRequest, Context, Identity, KeyUsage, PrivateKey, Purpose, Timestamp};
use std::process::Command;

const NOW: i64 = 1_793_606_400_000;
const ALICE: &str = "alice@contoso.example";
const CHALLENGE: &str = "correct-challenge-of-the-server";

fn cx() -> Context<'static> {
    Context { now: Timestamp(NOW), crypto: &PROVIDER }
}

fn facts() -> DeviceFacts {
    DeviceFacts {
        ios: "17.5".parse().unwrap(),
        model: "iPhone15,2".to_owned(),
        supervised: false,
        variants: Variants::default(),
    }
}

fn phone() -> Device {
    Device::new(facts(), Vec::new(), 7)
}

fn world() -> World {
    let owner = Owner { email: ALICE.to_owned(), user_name: ALICE.to_owned(), host: None, password: None };
    World::new(WorldOptions { facts: facts(), clock: Timestamp(NOW), seed: 7, owner }).unwrap()
}

fn payload(kind: &str, name: &str) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", kind)
        .with("PayloadIdentifier", format!("example.{name}"))
        .with("PayloadUUID", format!("uuid-{name}"))
        .with("PayloadVersion", 1)
}

fn profile(payloads: Vec<Dictionary>) -> Dictionary {
    payload("Configuration", "profile").with("PayloadContent", payloads)
}

fn named(name: &str) -> Value {
    Value::array([Value::array([Value::array(["O", "Contoso"])]), Value::array([Value::array(["CN", name])])])
}

fn scep(usage: i64) -> Dictionary {
    let names = Dictionary::new().with("rfc822Name", ALICE).with("ntPrincipalName", "alice@corp.example");
    let settings = Dictionary::new()
        .with("URL", "https://ca.contoso.example/scep")
        .with("Subject", named("Alice Scep"))
        .with("SubjectAltName", names)
        .with("Challenge", CHALLENGE)
        .with("Keysize", 2048)
        .with("Key Usage", usage);
    payload("com.apple.security.scep", "scep").with("PayloadContent", settings)
}

fn acme(name: &str) -> Dictionary {
    payload("com.apple.security.acme", name)
        .with("DirectoryURL", "https://ca.contoso.example/acme")
        .with("ClientIdentifier", "one")
        .with("KeyType", "ECSECPrimeRandom")
        .with("KeySize", 256)
        .with("HardwareBound", true)
        .with("Subject", named(name))
        .with("SubjectAltName", Dictionary::new().with("rfc822Name", ALICE))
}

fn mail(signing: &str, encryption: &str) -> Dictionary {
    payload("com.apple.eas.account", "mail")
        .with("Host", "mail.contoso.example")
        .with("EmailAddress", ALICE)
        .with("UserName", ALICE)
        .with("SSL", true)
        .with("PayloadCertificateUUID", signing)
        .with("SMIMESigningEnabled", true)
        .with("SMIMESigningCertificateUUID", signing)
        .with("SMIMEEncryptByDefault", true)
        .with("SMIMEEnableEncryptionPerMessageSwitch", true)
        .with("SMIMEEncryptionCertificateUUID", encryption)
}

fn whole() -> Dictionary {
    profile(vec![mail("uuid-scep", "uuid-acme"), scep(1), acme("acme")])
}

fn bytes(profile: &Dictionary) -> Vec<u8> {
    profile::write_xml(&Value::Dictionary(profile.clone()))
}

fn install(device: &mut Device, profile: &Dictionary, source: Source) -> Reply {
    device.handle(&cx(), Input::InstallProfile { bytes: bytes(profile), source })
}

/// Installs on a phone alone and gives what it asks.
#[track_caller]
fn asked(device: &mut Device, profile: &Dictionary) -> IdentityRequest {
    let reply = install(device, profile, Source::Owner);
    let request = device.poll_identity_request().expect("a request");
    assert_eq!(reply, Reply::Enrolling(request.exchange));
    assert!(device.poll_identity_request().is_none(), "one after the other");
    request
}

fn state(device: &mut Device) -> Vec<u8> {
    while device.poll_event().is_some() {}
    serde_json::to_vec(device).unwrap()
}

#[track_caller]
fn codes(reply: &Reply) -> Vec<u32> {
    let Reply::Refused(chain) = reply else { panic!("{reply:?}") };
    assert_eq!(chain.cause().unwrap().domain, ErrorDomain::MCSCEPErrorDomain);
    chain.0.iter().map(|l| l.code).collect()
}

fn issued(certificate: &Certificate, chain: usize) -> IdentityAnswer {
    let der = certificate.der().to_vec();
    IdentityAnswer::Issued { certificate: der.clone(), chain: vec![der; chain] }
}

#[test]
fn what_is_issued_signs_in_signs_and_decrypts_and_goes_with_its_profile() {
    let mut world = world();
    let reply = world.install(&bytes(&whole()));
    assert_eq!(reply, Reply::Installed("example.profile".to_owned()));
    let identities = world.device().keychain().identities().to_vec();
    let of = |uuid: &str| identities.iter().find(|i| i.owner.payload_uuid == uuid).unwrap();
    let (scep, acme) = (of("uuid-scep"), of("uuid-acme"));
    assert_eq!(scep.owner.profile, "example.profile");
    let certificate = &scep.identity.certificate;
    assert_eq!(certificate.subject(), "CN=Alice Scep,O=Contoso");
    assert_eq!(certificate.email_addresses(), [ALICE]);
    assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE), "what the payload asks for");
    assert!(scep.identity.key.matches(&cx(), certificate));
    let both = acme.identity.certificate.key_usage().unwrap();
    assert!(both.digital_signature() && both.key_agreement());
    assert_eq!(
        (certificate.serial_hex().as_str(), acme.identity.certificate.serial_hex().as_str()),
        ("1000", "1001")
    );
    let trust = world.device().keychain().trust();
    for (identity, purpose) in [(scep, Purpose::EmailSigning), (acme, Purpose::EmailEncryption)] {
        let Identity { certificate, chain, .. } = &identity.identity;
        assert_eq!(
            smime::validate(&cx(), certificate, chain, &trust, purpose).unwrap().certificates.len(),
            3
        );
    }
    // The account signed in with it, so the server knows it, and is in force.
    let account = world.managed_account().unwrap();
    assert_eq!(world.device().account(account).unwrap().state(), device::AccountState::Active);
    assert!(world.device().prompts().is_empty());
    world.act(UserAction::RemoveProfile { identifier: "example.profile".to_owned() });
    assert!(world.device().keychain().identities().is_empty());
}

#[test]
fn a_trial_of_such_a_profile_is_as_the_profile_says() {
    let scratch = Scratch::new("enrolment-trial");
    let file = scratch.file("mail.mobileconfig");
    // One identity for both uses, so that every step of mail can be tried.
    std::fs::write(&file, bytes(&profile(vec![mail("uuid-scep", "uuid-scep"), scep(5)]))).unwrap();
    let (exit, result) = try_json(&file, &[]);
    assert_eq!(exit, 0, "{:#}", result["deviations"]);
    assert_eq!(result["install"]["status"], "installed");
    for step in result["mail"].as_array().unwrap() {
        assert_ne!(step["outcome"], "failed", "{step}");
    }
    assert!(!result.to_string().contains(CHALLENGE));
    // The key is another each time, and nothing of it is in the answer.
    assert_eq!(try_json(&file, &[]), (exit, result));
}

#[test]
fn nothing_is_on_the_phone_until_the_last_answer() {
    let mut phone = phone();
    let fresh = state(&mut phone);
    let request = asked(&mut phone, &whole());
    assert!(request.has_challenge && !format!("{request:?}").contains(CHALLENGE));
    assert_eq!(
        (request.url.as_str(), request.payload_uuid.as_str()),
        ("https://ca.contoso.example/scep", "uuid-scep")
    );
    let read = CertificationRequest::from_der(&request.certification_request).unwrap();
    assert_eq!(read.verify(&cx()), Ok(()));
    assert!(read.has_challenge());
    assert!(phone.profiles().is_empty() && phone.accounts().is_empty());
    assert!(phone.keychain().identities().is_empty());
    let view = serde_json::to_string(&phone.view()).unwrap();
    assert!(!view.contains(CHALLENGE));
    while let Some(event) = phone.poll_event() {
        assert!(!serde_json::to_string(&event).unwrap().contains(CHALLENGE));
        assert!(matches!(event, Event::IdentityRequested { .. }), "{event:?}");
    }
    // Answers that nobody waits for change nothing.
    let other = wire::ExchangeId(request.exchange.0 + 1);
    let stray = Input::Identity { exchange: other, answer: IdentityAnswer::Refused };
    assert_eq!(phone.handle(&cx(), stray), Reply::Done);
    // A snapshot keeps the installation; the restored phone asks anew, with another key.
    let text = serde_json::to_string(&phone).unwrap();
    let mut restored: Device = serde_json::from_str(&text).unwrap();
    assert!(restored.poll_identity_request().is_none());
    restored.handle_timeout(&cx());
    let again = restored.poll_identity_request().unwrap();
    assert_eq!(again.payload_uuid, request.payload_uuid);
    assert_ne!(again.certification_request, request.certification_request);
    // The same profile once more takes the place of the one that waits.
    let second = asked(&mut phone, &whole());
    let late = Input::Identity { exchange: request.exchange, answer: IdentityAnswer::Refused };
    assert_eq!(phone.handle(&cx(), late), Reply::Done);
    let refused = Input::Identity { exchange: second.exchange, answer: IdentityAnswer::Refused };
    assert_eq!(codes(&phone.handle(&cx(), refused)), [4001, 1009, 4001, 22013]);
    let mut once = self::phone();
    let request = asked(&mut once, &whole());
    once.handle(&cx(), Input::Identity { exchange: request.exchange, answer: IdentityAnswer::Unreachable });
    assert!(state(&mut once) == fresh, "a refusal leaves no trace");
}

#[test]
fn every_bad_answer_has_its_code_and_leaves_nothing() {
    let one = profile(vec![acme("acme")]);
    let foreign =
        Certificate::from_pem(&std::fs::read(root().join("fixtures/pki/alice-auth.cert.pem")).unwrap());
    let foreign = foreign.unwrap().remove(0);
    let no_certificate = IdentityAnswer::Issued { certificate: vec![0x30, 0], chain: Vec::new() };
    let no_chain = IdentityAnswer::Issued { certificate: foreign.der().to_vec(), chain: vec![vec![1]] };
    let huge = vec![0x30; smime::MAX_CERTIFICATE_SIZE + 1];
    for (answer, code) in [
        (IdentityAnswer::Unreachable, 22005),
        (IdentityAnswer::Refused, 22013),
        (no_certificate, 22007),
        (IdentityAnswer::Issued { certificate: huge, chain: Vec::new() }, 22007),
        (no_chain, 22002),
        (issued(&foreign, 0), 22008),
        (issued(&foreign, MAX_ISSUED_CHAIN), 22008),
        (issued(&foreign, MAX_ISSUED_CHAIN + 1), 22013),
    ] {
        for source in [Source::Owner, Source::Mdm] {
            let mut phone = phone();
            let fresh = state(&mut phone);
            let Reply::Enrolling(exchange) = install(&mut phone, &one, source) else { panic!() };
            let reply = phone.handle(&cx(), Input::Identity { exchange, answer: answer.clone() });
            let expected: &[u32] =
                if source == Source::Owner { &[4001, 1009, 4001] } else { &[4001, 4001, 1009, 4001] };
            assert_eq!(codes(&reply), [expected, &[code]].concat());
            assert!(state(&mut phone) == fresh, "{code}");
        }
    }
}

#[test]
fn a_server_that_says_no_or_nothing_refuses_the_profile_and_an_update_stays_as_it_was() {
    for (server, code) in [(EnrolmentServer::Refused, 22013), (EnrolmentServer::Unreachable, 22005)] {
        let mut world = world();
        let before = serde_json::to_string(world.device()).unwrap();
        world.set_enrolment_server(server);
        assert_eq!(codes(&world.install(&bytes(&whole()))), [4001, 1009, 4001, code]);
        assert!(serde_json::to_string(world.device()).unwrap() == before, "as before");
        world.set_enrolment_server(EnrolmentServer::Answers);
        assert!(matches!(world.install(&bytes(&whole())), Reply::Installed(_)));
        let serial =
            |world: &World| world.device().keychain().identities()[0].identity.certificate.serial_hex();
        let installed = serde_json::to_string(world.device()).unwrap();
        world.set_enrolment_server(server);
        assert!(matches!(world.install(&bytes(&whole())), Reply::Refused(_)));
        assert!(serde_json::to_string(world.device()).unwrap() == installed, "the old one stays");
        let old = serial(&world);
        world.set_enrolment_server(EnrolmentServer::Answers);
        assert!(matches!(world.install(&bytes(&whole())), Reply::Installed(_)));
        assert_ne!(serial(&world), old, "an update has a new certificate made");
        assert_eq!(world.device().keychain().identities().len(), 2);
    }
    // What is no host is not found, whatever the server says.
    let mut lost = world();
    let settings = Dictionary::new().with("URL", "https://no host/scep").with("Subject", named("x"));
    let lost_scep = payload("com.apple.security.scep", "scep").with("PayloadContent", settings);
    assert_eq!(codes(&lost.install(&bytes(&profile(vec![lost_scep])))).last(), Some(&22005));
}

#[test]
fn the_same_seed_gives_the_same_names_numbers_and_events() {
    let run = || {
        let mut world = world();
        world.install(&bytes(&whole()));
        let view = serde_json::to_string(&world.device().view()).unwrap();
        let events = serde_json::to_string(&world.take_events()).unwrap();
        assert!(!view.contains(CHALLENGE) && !events.contains(CHALLENGE));
        (view, events)
    };
    assert_eq!(run(), run());
}

#[test]
fn a_profile_asks_for_no_more_identities_than_the_bound() {
    let many = |n: usize| profile((0..n).map(|i| acme(&format!("a{i}"))).collect());
    let mut world = world();
    assert!(matches!(world.install(&bytes(&many(MAX_ENROLMENTS))), Reply::Installed(_)));
    assert_eq!(world.device().keychain().identities().len(), MAX_ENROLMENTS);
    let mut world = self::world();
    assert_eq!(codes(&world.install(&bytes(&many(MAX_ENROLMENTS + 1)))).last(), Some(&22004));
    assert!(world.device().keychain().identities().is_empty());
}

#[test]
fn the_files_of_a_profile_cost_no_more_iterations_together_than_the_bound() {
    let identity = Identity {
        certificate: Certificate::from_pem(
            &std::fs::read(root().join("fixtures/pki/alice-auth.cert.pem")).unwrap(),
        )
        .unwrap()
        .remove(0),
        key: PrivateKey::from_pem(&std::fs::read(root().join("fixtures/pki/alice-auth.key.pem")).unwrap())
            .unwrap(),
        chain: Vec::new(),
    };
    // Three derivations in each file: integrity, key, certificates.
    let file = |name: &str, iterations: u32| {
        let options =
            WriteOptions { iterations, protection: WriteProtection::Modern, ..WriteOptions::default() };
        let identity = std::slice::from_ref(&identity);
        let file = smime::pkcs12::write(&cx(), identity, Some("word"), &options).unwrap();
        payload("com.apple.security.pkcs12", name).with("PayloadContent", file).with("Password", "word")
    };
    let half = u32::try_from(MAX_PROFILE_ITERATIONS / 6).unwrap();
    let full = vec![file("a", half), file("b", half)];
    assert!(matches!(install(&mut phone(), &profile(full.clone()), Source::Owner), Reply::Installed(_)));
    let over = profile([full, vec![file("c", 1)]].concat());
    let Reply::Refused(chain) = install(&mut phone(), &over, Source::Owner) else { panic!() };
    let cause = chain.cause().unwrap();
    assert_eq!((cause.domain, cause.code), (ErrorDomain::MCCertificateErrorDomain, 9005));
    assert!(cause.text.contains(&MAX_PROFILE_ITERATIONS.to_string()), "{}", cause.text);
    let scratch = Scratch::new("iterations");
    let path = scratch.file("over.mobileconfig");
    std::fs::write(&path, bytes(&over)).unwrap();
    let (exit, result) = try_json(&path, &[]);
    assert_eq!(exit, 1);
    let findings = result["findings"].as_array().unwrap();
    let said = |f: &serde_json::Value| {
        f["rule"] == "certificate-cannot-open" && f["message"].as_str().unwrap().contains("iterations")
    };
    assert_eq!(findings.iter().filter(|f| said(f)).count(), 1, "{findings:?}");
}

/// The program on a store of its own.
fn kept(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(handset());
    command.arg("device").args(arguments).env("HANDSET_STORE", scratch.file("store")).current_dir(root());
    let output = command.stdin(std::process::Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_kept_phone_can_be_told_what_enrolment_servers_say() {
    let scratch = Scratch::new("kept-enrolment");
    let file = scratch.file("mail.mobileconfig");
    std::fs::write(&file, bytes(&whole())).unwrap();
    let file = file.to_str().unwrap();
    let run = |arguments: &[&str]| kept(&scratch, arguments);
    assert_eq!(run(&["create", "phone"]).0, 0);
    for (server, code) in [("unreachable", "22005"), ("refused", "22013")] {
        assert_eq!(run(&["set", "phone", &format!("enrolment={server}")]).0, 0);
        let (exit, out, _) = run(&["install", "phone", file]);
        assert_eq!(exit, 1);
        assert!(out.contains(code), "{out}");
        let shown = run(&["show", "phone", "--format", "json"]).1;
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["enrolment"], server);
        assert_eq!(shown["profiles"].as_array().unwrap().len(), 0);
    }
    let (exit, _, err) = run(&["set", "phone", "enrolment=maybe"]);
    assert_eq!(exit, 2);
    assert!(err.contains("answers, refused or unreachable"), "{err}");
    assert_eq!(run(&["set", "phone", "enrolment=answers"]).0, 0);
    let (exit, out, err) = run(&["install", "phone", file]);
    assert_eq!(exit, 0, "{out}{err}");
    let shown = run(&["show", "phone", "--format", "json"]).1;
    assert!(!shown.contains(CHALLENGE) && shown.contains("CN=Alice Scep,O=Contoso"), "{shown}");
    let snapshot = scratch.file("phone.handset");
    assert_eq!(run(&["snapshot", "phone", "-o", snapshot.to_str().unwrap()]).0, 0);
    assert_eq!(run(&["restore", "other", snapshot.to_str().unwrap()]).0, 0);
    let restored = run(&["show", "other", "--format", "json"]).1;
    assert_eq!(restored.replace("\"other\"", "\"phone\""), shown);
}

#[test]
fn what_a_refusal_does_not_say_is_on_standard_error() {
    let scratch = Scratch::new("why-refused");
    let run = |arguments: &[&str]| kept(&scratch, arguments);
    run(&["create", "phone"]);
    let p12 = std::fs::read(root().join("fixtures/pki/alice-auth.pbes2.p12")).unwrap();
    let account = payload("com.apple.eas.account", "mail")
        .with("Host", "mail.contoso.example")
        .with("Certificate", p12)
        .with("CertificatePassword", "not the word");
    let wrong = scratch.file("wrong.mobileconfig");
    std::fs::write(&wrong, bytes(&profile(vec![account]))).unwrap();
    let (exit, out, err) = run(&["install", "phone", wrong.to_str().unwrap()]);
    assert!(exit == 1 && out.contains("21006"), "{out}");
    assert!(err.contains("certificate-cannot-open") && err.contains("the password does not fit"), "{err}");
    assert!(!err.contains("not the word"));
    let result = try_json(&wrong, &[]).1;
    let finding =
        result["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "certificate-cannot-open");
    let line = finding.expect("a finding")["line"].as_u64().unwrap();
    let text = std::fs::read_to_string(&wrong).unwrap();
    let at = text.lines().position(|l| l.contains("CertificatePassword")).unwrap() as u64;
    assert!((at + 1..=at + 2).contains(&line), "line {line}, the key is at {}", at + 1);

    let recipient = std::fs::read(root().join("fixtures/pki/alice-encryption.cert.pem")).unwrap();
    let recipient = Certificate::from_pem(&recipient).unwrap().remove(0);
    let content = profile::write_xml(&Value::from(vec![payload("com.apple.applicationaccess", "limits")]));
    let sealed = smime::cms::encrypt(&cx(), &content, &[recipient], &smime::cms::EncryptOptions::default());
    let locked = payload("Configuration", "locked")
        .with("IsEncrypted", true)
        .with("EncryptedPayloadContent", sealed.unwrap());
    let path = scratch.file("locked.mobileconfig");
    std::fs::write(&path, bytes(&locked)).unwrap();
    let (exit, out, err) = run(&["install", "phone", path.to_str().unwrap()]);
    assert!(exit == 1 && out.contains("1006"), "{out}");
    assert!(err.contains("encrypted-cannot-open") && err.contains("none of the 0 identities"), "{err}");
    let result = try_json(&path, &[]).1;
    let rules: Vec<_> = result["findings"].as_array().unwrap().iter().map(|f| f["rule"].clone()).collect();
    assert!(rules.iter().any(|rule| rule == "encrypted-cannot-open"), "{rules:?}");
}

#[test]
fn what_never_was_an_iphone_is_refused_and_every_reading_has_a_flag() {
    let scratch = Scratch::new("create-facts");
    let run = |arguments: &[&str]| kept(&scratch, arguments);
    for wrong in [["--ios", "99"], ["--ios", "19.0"], ["--ios", "18.9"], ["--model", "Foo"]] {
        let (exit, _, err) = run(&["create", "phone", wrong[0], wrong[1]]);
        assert_eq!(exit, 2, "{wrong:?}");
        assert!(err.contains("there is no such") || err.contains("there was no such"), "{err}");
    }
    let readings = ["supervised-payloads=ignored", "mail-signing-default=on"];
    let (exit, out, err) = run(&[
        "create",
        "phone",
        "--ios",
        "17.7.2",
        "--model",
        "iPad13,19",
        "--variant",
        readings[0],
        "--variant",
        readings[1],
        "--format",
        "json",
    ]);
    assert_eq!(exit, 0, "{err}");
    let shown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(shown["device"]["variants"]["supervised-payloads"], "ignored");
    assert_eq!(shown["device"]["variants"]["mail-signing-default"], "on");
    assert_eq!(shown["device"]["variants"]["encrypt-default-toggle"], "free");
    assert_eq!(run(&["set", "phone", "model=Foo"]).0, 2);
    assert_eq!(run(&["set", "phone", "mail-signing-default=off", "model=iPhone17,1"]).0, 0);
    // Two profiles restrict the same thing: the winner and the loser are shown.
    for (name, count) in [("strict", 3), ("lax", 9)] {
        let rules = payload("com.apple.mobiledevice.passwordpolicy", name).with("maxFailedAttempts", count);
        let whole = payload("Configuration", &format!("profile-{name}")).with("PayloadContent", vec![rules]);
        let path = scratch.file(&format!("{name}.mobileconfig"));
        std::fs::write(&path, bytes(&whole)).unwrap();
        assert_eq!(run(&["install", "phone", path.to_str().unwrap()]).0, 0);
    }
    let shown = run(&["show", "phone"]).1;
    assert!(shown.contains("3 by example.profile-strict"), "{shown}");
    assert!(shown.contains("9 by example.profile-lax does not count"), "{shown}");
    let explained = Command::new(handset()).args(["explain", "mail-signing-default"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(explained.contains("mail-signing-default=on"), "{explained}");
}

#[test]
fn a_mail_account_asks_for_what_is_open_one_after_the_other() {
    let scratch = Scratch::new("mail-prompts");
    let run = |arguments: &[&str]| kept(&scratch, arguments);
    let account = payload("com.apple.mail.managed", "imap")
        .with("EmailAccountType", "EmailTypeIMAP")
        .with("EmailAccountDescription", "Old mail")
        .with("IncomingMailServerAuthentication", "EmailAuthPassword")
        .with("IncomingMailServerHostName", "imap.contoso.example")
        .with("OutgoingMailServerAuthentication", "EmailAuthNone")
        .with("OutgoingMailServerHostName", "smtp.contoso.example");
    let file = scratch.file("imap.mobileconfig");
    std::fs::write(&file, bytes(&profile(vec![account]))).unwrap();
    let file = file.to_str().unwrap();
    let secret = scratch.file("secret");
    std::fs::write(&secret, "hunter-two\n").unwrap();
    run(&["create", "phone"]);
    let prompts = || {
        let shown: serde_json::Value =
            serde_json::from_str(&run(&["show", "phone", "--format", "json"]).1).unwrap();
        let prompts = shown["prompts"].as_array().unwrap().clone();
        prompts.iter().map(|p| p["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(run(&["install", "phone", file]).0, 0);
    assert_eq!(prompts(), ["mail-address"]);
    assert_eq!(run(&["set", "phone", "--answer", "email-address=alice@contoso.example"]).0, 0);
    assert_eq!(prompts(), ["incoming-user-name"]);
    assert_eq!(run(&["set", "phone", "--answer", "user-name=alice"]).0, 0);
    assert_eq!(prompts(), ["incoming-password"]);
    // An update asks only for what is still open.
    assert_eq!(run(&["install", "phone", file]).0, 0);
    assert_eq!(prompts(), ["incoming-password"]);
    let password = format!("password=@{}", secret.display());
    assert_eq!(run(&["set", "phone", "--secret", &password]).0, 0);
    assert!(prompts().is_empty());
    assert!(!run(&["show", "phone", "--format", "json"]).1.contains("hunter-two"));
    let mut managed = phone();
    let bytes = std::fs::read(file).unwrap();
    managed.handle(&cx(), Input::InstallProfile { bytes, source: Source::Mdm });
    assert!(managed.prompts().is_empty() && managed.mail_accounts().len() == 1, "management asks nobody");
}
