//! Every payload type that iOS knows installs and is listed, where what it asks of the phone is met: with a minimal payload
//! made from the schema's own data.

use conformance::root;
use device::{DeviceFacts, Input, Reply, Source, SupervisedPayloads, Variants};
use profile::Schema;
use profile::plist::{Dictionary, Value};
use profile::schema::{KeySchema, KeyType, Literal, PayloadSchema};
use simulator::{Owner, World, WorldOptions};
use smime::Timestamp;
use std::collections::BTreeMap;

const NOW: i64 = 1_793_606_400_000;

fn world(ios: &str, supervised: bool) -> World {
    let facts = DeviceFacts {
        ios: ios.parse().unwrap(),
        model: "iPhone15,2".to_owned(),
        supervised,
        variants: Variants::default(),
    };
    let email = "alice@contoso.example".to_owned();
    let owner = Owner { email: email.clone(), user_name: email, host: None, password: None };
    World::new(WorldOptions { facts, clock: Timestamp(NOW), seed: 7, owner }).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(root().join("fixtures/pki").join(name)).unwrap()
}

/// A value that the schema allows for a key.
fn value(key: &KeySchema) -> Value {
    if let Some(first) = key.rangelist.first() {
        return match first {
            Literal::Boolean(b) => Value::from(*b),
            Literal::Integer(n) => Value::from(*n),
            Literal::Real(n) => Value::Real(*n),
            Literal::String(text) => Value::from(text.as_str()),
        };
    }
    match key.kind {
        KeyType::String | KeyType::Any => Value::from("text"),
        KeyType::Boolean => Value::from(true),
        KeyType::Integer => Value::from(1),
        KeyType::Real => Value::Real(1.0),
        KeyType::Data => Value::from(vec![1u8]),
        KeyType::Date => Value::Date(profile::Timestamp(NOW)),
        KeyType::Array => Value::array(key.subkeys.first().map(value)),
        KeyType::Dictionary => Value::Dictionary(required(key.members())),
    }
}

fn required(keys: &[KeySchema]) -> Dictionary {
    keys.iter()
        .filter(|key| key.is_required() && !key.is_any())
        .fold(Dictionary::new(), |all, key| all.with(key.name.as_str(), value(key)))
}

/// The contents that a type needs to be more than well-formed: what is inside a certificate, and what must fit it.
fn contents(kind: &str) -> Vec<(&'static str, Value)> {
    match kind {
        "com.apple.security.root" | "com.apple.security.pkcs1" | "com.apple.security.pem" => {
            vec![("PayloadContent", Value::from(file("contoso-root.cert.pem")))]
        }
        "com.apple.security.pkcs12" => vec![
            ("PayloadContent", Value::from(file("alice-auth.pbes2.p12"))),
            ("Password", Value::from("p12-alice-auth")),
        ],
        "com.apple.security.scep" => {
            let subject = Value::array([Value::array([Value::array(["CN", "Alice"])])]);
            let settings = Dictionary::new().with("URL", "https://ca.example/scep").with("Subject", subject);
            vec![("PayloadContent", Value::Dictionary(settings))]
        }
        "com.apple.security.acme" => vec![
            ("DirectoryURL", Value::from("https://ca.example/acme")),
            ("KeySize", Value::from(256)),
            ("KeyType", Value::from("ECSECPrimeRandom")),
            ("Subject", Value::array([Value::array([Value::array(["CN", "Alice"])])])),
        ],
        "com.apple.eas.account" => {
            vec![("Host", Value::from("mail.example")), ("UserName", Value::from("alice"))]
        }
        "com.apple.mdm" => vec![
            ("Topic", Value::from("com.apple.mgmt.External.x")),
            ("ServerURL", Value::from("https://mdm.example")),
            ("IdentityCertificateUUID", Value::from("uuid-identity")),
            ("AccessRights", Value::from(8191)),
        ],
        _ => Vec::new(),
    }
}

fn frame(kind: &str, name: &str) -> Dictionary {
    Dictionary::new()
        .with("PayloadType", kind)
        .with("PayloadIdentifier", format!("example.{name}"))
        .with("PayloadUUID", format!("uuid-{name}"))
        .with("PayloadVersion", 1)
}

fn minimal(schema: &PayloadSchema) -> Dictionary {
    let mut payload = frame(&schema.payloadtype, "only");
    let own = required(&schema.keys);
    for entry in own.effective() {
        payload.insert(entry.key.to_string(), entry.node.value.clone());
    }
    for (key, value) in contents(&schema.payloadtype) {
        payload.insert(key, value);
    }
    payload
}

fn profile(schema: &PayloadSchema) -> Vec<u8> {
    let mut payloads = vec![minimal(schema)];
    if schema.payloadtype == "com.apple.mdm" {
        let mut identity = frame("com.apple.security.pkcs12", "identity");
        for (key, value) in contents("com.apple.security.pkcs12") {
            identity.insert(key, value);
        }
        payloads.push(identity);
    }
    let profile = frame("Configuration", "profile").with("PayloadContent", payloads);
    profile::write_xml(&Value::Dictionary(profile))
}

/// One schema for each type: variants of a type are told apart by their keys, not by how they install.
fn types() -> BTreeMap<&'static str, &'static PayloadSchema> {
    Schema::builtin().payloads().iter().map(|s| (s.payloadtype.as_str(), s)).collect()
}

fn source(schema: &PayloadSchema) -> Source {
    if schema.manual { Source::Owner } else { Source::Mdm }
}

#[test]
fn each_of_the_48_types_installs_and_is_listed_where_its_requirements_are_met() {
    let fresh = world("18.1", true);
    let types = types();
    assert_eq!(types.len(), 48);
    for (kind, schema) in types {
        for source in [source(schema), Source::Mdm] {
            // Management has nobody to ask, and sends no enrolment of its own.
            if source == Source::Mdm && kind == "com.apple.mdm" {
                continue;
            }
            let mut world = fresh.clone();
            let reply = world.input(Input::InstallProfile { bytes: profile(schema), source });
            assert!(matches!(reply, Reply::Installed(_)), "{kind} {source:?}: {reply:?}");
            let listed: Vec<&str> = world
                .device()
                .profiles()
                .iter()
                .flat_map(|p| &p.payloads)
                .map(|p| p.payload_type.as_str())
                .collect();
            assert_eq!(listed[0], kind);
            // The list survives a snapshot, and goes with the profile.
            let text = serde_json::to_string(&world).unwrap();
            let restored: World = serde_json::from_str(&text).unwrap();
            assert_eq!(restored.device().profiles(), world.device().profiles());
        }
    }
}

#[test]
fn a_type_whose_requirements_are_not_met_is_refused_or_without_effect() {
    let (plain, old) = (world("18.1", false), world("11.0", true));
    let mut counted = [0, 0, 0];
    for (kind, schema) in types() {
        let install = |at: &World, source: Source| {
            at.clone().input(Input::InstallProfile { bytes: profile(schema), source })
        };
        if schema.supervised {
            counted[0] += 1;
            let Reply::Refused(chain) = install(&plain, source(schema)) else {
                panic!("{kind}: not refused")
            };
            assert_eq!(chain.cause().unwrap().code, 4025, "{kind}");
            let mut lenient = plain.clone();
            let mut facts = lenient.device().facts().clone();
            facts.variants.supervised_payloads = SupervisedPayloads::Ignored;
            lenient.set_facts(facts);
            assert!(matches!(install(&lenient, source(schema)), Reply::Installed(_)), "{kind}");
        }
        if !schema.manual {
            counted[1] += 1;
            let Reply::Refused(chain) = install(&world("18.1", true), Source::Owner) else {
                panic!("{kind}: not refused")
            };
            assert_eq!(chain.cause().unwrap().code, 4022, "{kind}");
        }
        if schema.introduced.is_some_and(|v| v > old.device().facts().ios) {
            counted[2] += 1;
            let mut world = old.clone();
            let reply = world.input(Input::InstallProfile { bytes: profile(schema), source: Source::Mdm });
            assert!(matches!(reply, Reply::Installed(_)), "{kind}: {reply:?}");
            assert!(!world.device().profiles()[0].payloads[0].acts, "{kind} is unknown to iOS 11");
        }
    }
    assert!(counted.iter().all(|n| *n > 1), "{counted:?}");
}
