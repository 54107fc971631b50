//! The phone against the oracle over the whole option space: `device` computes what a phone does, `intent` what it
//! should do, and neither has seen the other.

use conformance::root;
use evidence::{DevicePort, Fact, Log};
use handset::port::{SimulatedPhone, certificates as certificates_of};
use intent::{
    ActionId, DeliveredCertificates, DeviceFacts, EmailPolicy, Expectations, Intent, OsVersion, Pkcs12Blob,
    RootCertificate, User, Variants, compile, expectations, read,
};
use scenario::{PolicyCase as Case, smime_space, sync_space};
use simulator::{Owner, World, WorldOptions};
use smime::{Certificate, Timestamp};
use std::collections::BTreeMap;
use verdict::{Outcome, Terms, compare};

const ADDRESS: &str = "alice@contoso.example";

fn policy() -> EmailPolicy {
    EmailPolicy {
        display_name: "Contoso mail".to_owned(),
        account_name: "Contoso".to_owned(),
        host_name: "mail.contoso.example".to_owned(),
        ..EmailPolicy::default()
    }
}

fn user() -> User {
    User {
        upn: ADDRESS.to_owned(),
        primary_smtp_address: Some(ADDRESS.to_owned()),
        sam_account_name: None,
        full_domain_name: None,
        netbios_domain_name: None,
    }
}

fn certificates() -> DeliveredCertificates {
    let file = |name: &str| std::fs::read(root().join("fixtures/pki").join(name)).expect("a fixture");
    let blob = |name: &str| Pkcs12Blob {
        name: name.to_owned(),
        bytes: file(&format!("{name}.pbes2.p12")),
        password: format!("p12-{name}"),
    };
    let root = Certificate::from_pem(&file("contoso-root.cert.pem")).expect("PEM").remove(0);
    DeliveredCertificates {
        roots: vec![RootCertificate::named("Contoso Root CA", root.der().to_vec())],
        authentication: None,
        signing: Some(blob("alice-signing").into()),
        encryption: Some(blob("alice-encryption").into()),
        others: Vec::new(),
    }
}

/// A fresh phone of each iOS version, made once: the world around it costs several RSA operations.
struct Phones(BTreeMap<OsVersion, World>);

impl Phones {
    fn fresh(&mut self, ios: OsVersion) -> World {
        self.0
            .entry(ios)
            .or_insert_with(|| {
                World::new(WorldOptions {
                    facts: device::DeviceFacts {
                        ios,
                        model: "iPhone15,2".to_owned(),
                        supervised: false,
                        variants: device::Variants::default(),
                    },
                    clock: Timestamp(1_793_606_400_000),
                    seed: 7,
                    owner: Owner {
                        email: ADDRESS.to_owned(),
                        user_name: ADDRESS.to_owned(),
                        host: None,
                        password: None,
                    },
                })
                .expect("a world")
            })
            .clone()
    }
}

/// Installs the profile, answers what is asked, looks at everything, tries everything.
fn observe(mut world: World, profile: &[u8]) -> (World, Log) {
    let mut log = Log::default();
    let mut put = |at: i64, fact| log.append(at, "simulated-device", fact).expect("room");
    let identifier = match world.install(profile) {
        device::Reply::Installed(identifier) => identifier,
        other => panic!("not installed: {other:?}"),
    };
    put(world.now().0, Fact::Installed { identifier });
    while let Some(prompt) = world.device().prompts().first().cloned() {
        assert!(matches!(prompt.kind, device::PromptKind::Password { .. }), "{prompt:?}");
        let in_force_before = prompt.kind.account().is_some_and(|a| world.device().effective(a).is_some());
        put(
            world.now().0,
            Fact::Prompt(evidence::Prompted {
                kind: "password".to_owned(),
                in_force_before,
                answered: true,
                names: Vec::new(),
            }),
        );
        let password = world.password();
        world.answer(prompt.id, password);
    }
    let at = world.now().0;
    let mut phone = SimulatedPhone::new(&world, &[]);
    let account = phone.account().expect("the phone can be looked at").expect("an account in force");
    put(at, Fact::Account(Box::new(account)));
    put(at, Fact::Certificates { certificates: certificates_of(world.device()) });
    for id in ActionId::ALL {
        let action = phone.try_action(&id.to_string()).expect("a known action");
        put(at, Fact::Action(action));
    }
    (world, log)
}

fn check(cases: Vec<Case>) {
    let mut phones = Phones(BTreeMap::new());
    let (user, certificates) = (user(), certificates());
    let mut wrong = Vec::new();
    for case in &cases {
        let compiled = compile(&case.policy, &user, &certificates, Some(case.ios))
            .unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let bytes = profile::write_xml(&compiled.configuration);
        let (syntax, _) = profile::parse(&bytes);
        let intent = read(&syntax).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let meant = Intent::of_policy(&case.policy, &user, &certificates, Some(case.ios))
            .unwrap_or_else(|e| panic!("{}: {e}", case.id));
        assert_eq!(intent, meant, "{}: what was compiled is what was meant", case.id);
        let (world, log) = observe(phones.fresh(case.ios), &bytes);
        let facts = DeviceFacts {
            ios: case.ios,
            supervised: false,
            identities: world.device().keychain().identities().len(),
            variants: Variants::default(),
        };
        let expected: Expectations = expectations(&intent, &facts);
        for verdict in compare(&expected, &log, &Terms::default()) {
            // No messages are sent here.
            if verdict.outcome != Outcome::Pass && !verdict.subject.starts_with("mail.") {
                wrong.push(format!(
                    "{}: {}: expected {}, seen {:?} ({:?}, {:?})",
                    case.id,
                    verdict.subject,
                    verdict.expected,
                    verdict.observed,
                    verdict.outcome,
                    verdict.requirements
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn versions(texts: &[&str]) -> Vec<OsVersion> {
    texts.iter().map(|t| t.parse().expect("a version")).collect()
}

#[test]
fn every_sync_scope_is_as_the_oracle_says() {
    check(sync_space(&policy(), &versions(&["12.5", "13.0", "17.5"])));
}

#[test]
fn every_smime_combination_is_as_the_oracle_says() {
    check(smime_space(&policy(), &versions(&["11.0", "12.0", "17.5"])));
}

#[test]
fn no_evidence_is_never_a_pass() {
    let case = &sync_space(&policy(), &versions(&["17.5"]))[0];
    let intent = Intent::of_policy(&case.policy, &user(), &certificates(), Some(case.ios)).unwrap();
    let facts =
        DeviceFacts { ios: case.ios, supervised: false, identities: 2, variants: Variants::default() };
    let expected = expectations(&intent, &facts);
    let verdicts = compare(&expected, &Log::default(), &Terms::default());
    assert!(verdicts.len() > 30, "{} verdicts", verdicts.len());
    for verdict in &verdicts {
        assert_eq!(verdict.outcome, Outcome::Inconclusive, "{}", verdict.subject);
        assert!(verdict.observations.is_empty() && verdict.observed.is_none());
    }

    let compiled = compile(&case.policy, &user(), &certificates(), Some(case.ios)).unwrap();
    let bytes = profile::write_xml(&compiled.configuration);
    let (_, log) = observe(Phones(BTreeMap::new()).fresh(case.ios), &bytes);
    let known: Vec<_> = log.observations().iter().map(|o| o.id).collect();
    for verdict in compare(&expected, &log, &Terms::default()).iter().filter(|v| v.outcome == Outcome::Pass) {
        assert!(!verdict.observations.is_empty(), "{} cites nothing", verdict.subject);
        assert!(verdict.observations.iter().all(|o| known.contains(o)), "{}", verdict.subject);
    }
}

/// The comparison can fail: a phone of another version is judged.
#[test]
fn a_phone_that_does_otherwise_is_caught() {
    let case = &sync_space(&policy(), &versions(&["17.5"]))[9];
    assert!(case.id.contains("contacts-only/locked"), "{}", case.id);
    let compiled = compile(&case.policy, &user(), &certificates(), Some(case.ios)).unwrap();
    let bytes = profile::write_xml(&compiled.configuration);
    let intent = read(&profile::parse(&bytes).0).unwrap();
    let old: OsVersion = "12.5".parse().unwrap();
    let (world, log) = observe(Phones(BTreeMap::new()).fresh(old), &bytes);
    let facts = DeviceFacts {
        ios: case.ios,
        supervised: false,
        identities: world.device().keychain().identities().len(),
        variants: Variants::default(),
    };
    let failed: Vec<String> = compare(&expectations(&intent, &facts), &log, &Terms::default())
        .into_iter()
        .filter(|v| v.outcome == Outcome::Fail)
        .map(|v| v.subject)
        .collect();
    for subject in ["services.mail.on", "services.mail.locked", "service.mail.on", "service.contacts.off"] {
        assert!(failed.iter().any(|f| f == subject), "{subject} is not caught: {failed:?}");
    }
}
