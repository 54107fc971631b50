//! The built-in schema against the facts it was made from, and profiles against the schema.

use super::*;
use crate::plist::{Dictionary, Value};
use crate::{OsVersion, Profile};
use std::collections::BTreeSet;

/// The facts, from `shared/facts/apple` beside one of the folders the crate lies in; none if absent.
#[allow(clippy::disallowed_methods, clippy::disallowed_macros)] // A test may read its reference.
fn facts() -> Option<Vec<u8>> {
    let crate_folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = crate_folder
        .ancestors()
        .find_map(|folder| std::fs::read(folder.join("shared/facts/apple/profile-schema.json")).ok());
    if found.is_none() {
        eprintln!(
            "SKIPPED: shared/facts/apple/profile-schema.json is absent, the schema was not compared with it"
        );
    }
    found
}

#[test]
fn the_builtin_schema_is_whole() {
    let schema = Schema::builtin();
    assert_eq!(schema.counts(), Counts { payload_types: 48, keys: 1034 });
    assert_eq!(schema.source.release, "Release_iOS-18-1_macOS-15-1");
    assert_eq!(schema.source.ios(), Some(OsVersion::new(18, 1, 0)));
    let named = |release: &str| Source { release: release.to_owned(), ..schema.source.clone() }.ios();
    assert_eq!(named("Release_iOS-26_macOS-26"), Some(OsVersion::new(26, 0, 0)));
    assert_eq!(named("Release_iOS-17-5-1"), Some(OsVersion::new(17, 5, 1)));
    assert_eq!(named("seed"), None);
    let eas = schema.payload("com.apple.eas.account").unwrap();
    assert_eq!(eas.keys.len(), 43);
    let days = eas.key("MailNumberOfPastDaysToSync").unwrap();
    assert_eq!(days.rangelist, [0, 1, 3, 7, 14, 31].map(Literal::Integer));
    assert_eq!(days.default, Some(Literal::Integer(7)));
    assert_eq!(eas.key("VPNUUID").unwrap().introduced, Some(OsVersion::new(14, 0, 0)));
    assert!(schema.key("com.apple.vpn.managed.applayer", "IKEv2").is_some());
    assert!(schema.key("com.apple.eas.account", "PayloadUUID").is_some());
    assert!(schema.key("com.apple.eas.account", "ServerURL").is_none());
    assert!(schema.payload("com.example").is_none());
}

#[test]
fn the_builtin_schema_says_what_the_facts_say() {
    let Some(facts) = facts() else { return };
    // Read as a schema they are equal; that both are read whole is checked against the JSON itself.
    assert_eq!(&Schema::from_json(&facts).unwrap(), Schema::builtin());
    let json: serde_json::Value = serde_json::from_slice(&facts).unwrap();
    let tables = [&json["toplevel"], &json["common"]].into_iter().chain(json["payloads"].as_array().unwrap());
    let schema = Schema::builtin();
    let read = [schema.toplevel(), schema.common()].into_iter().chain(schema.payloads());
    let mut compared = 0;
    for (fact, payload) in tables.zip(read) {
        assert_eq!(fact["payloadtype"], payload.payloadtype.as_str());
        assert_eq!(fact["multiple"], payload.multiple);
        assert_eq!(fact["supervised"], payload.supervised);
        assert_eq!(fact["manual"], payload.manual);
        assert_eq!(fact["keys"].as_array().unwrap().len(), payload.keys.len());
        for (fact, key) in fact["keys"].as_array().unwrap().iter().zip(&payload.keys) {
            compared += same(fact, key);
        }
    }
    assert_eq!(compared, schema.counts().keys);
}

/// Compares one key field by field; how many entries were compared.
fn same(fact: &serde_json::Value, key: &KeySchema) -> usize {
    let text = |name: &str| fact[name].as_str().map(str::to_owned);
    let version = |name: &str| fact[name].as_str().map(|v| v.parse::<OsVersion>().unwrap());
    assert_eq!(fact["key"], key.name.as_str());
    let word = match fact["type"].as_str().unwrap() {
        "dictionary" => "dict",
        other => other,
    };
    assert_eq!(word, key.kind.name());
    assert_eq!(text("presence").as_deref() == Some("required"), key.is_required());
    assert_eq!(fact.get("presence").is_some(), key.presence.is_some());
    let literal =
        |json: &serde_json::Value, literal: &Literal| serde_json::to_value(literal).unwrap() == *json;
    match (&fact["default"], &key.default) {
        (serde_json::Value::Null, None) => {}
        (json, Some(default)) => assert!(literal(json, default), "{}", key.name),
        _ => panic!("default of {}", key.name),
    }
    let list = fact["rangelist"].as_array().cloned().unwrap_or_default();
    assert_eq!(list.len(), key.rangelist.len());
    assert!(list.iter().zip(&key.rangelist).all(|(json, l)| literal(json, l)), "{}", key.name);
    assert_eq!(fact["range"]["min"].as_f64(), key.range.and_then(|r| r.min));
    assert_eq!(fact["range"]["max"].as_f64(), key.range.and_then(|r| r.max));
    assert_eq!(text("format"), key.format);
    assert_eq!(version("introduced"), key.introduced);
    assert_eq!(version("deprecated"), key.deprecated);
    assert_eq!(version("removed"), key.removed);
    assert_eq!(fact["supervised"].as_bool(), key.supervised);
    assert_eq!(text("ue"), key.ue.map(|ue| format!("{ue:?}").to_lowercase()));
    assert_eq!(fact["manual"].as_bool(), key.manual);
    assert_eq!(text("ref"), key.reference);
    assert_eq!(text("subtype"), key.subtype);
    assert_eq!(text("subkeytype"), key.subkeytype);
    let subkeys = fact["subkeys"].as_array().cloned().unwrap_or_default();
    assert_eq!(subkeys.len(), key.subkeys.len());
    1 + subkeys.iter().zip(&key.subkeys).map(|(fact, key)| same(fact, key)).sum::<usize>()
}

#[test]
fn the_licence_of_the_facts_stays_with_them() {
    let line = "Copyright © 2022 Apple Inc.";
    assert!(include_str!("../../data/ios-18.1.json").contains(line));
    let notice = include_str!("../../NOTICE");
    assert!(notice.contains(line) && notice.contains("Permission is hereby granted"));
    assert!(notice.contains(&Schema::builtin().source.commit));
}

#[test]
fn what_is_no_schema_is_refused() {
    assert_eq!(Schema::from_json(b"{}"), Err(SchemaError::Form { line: 1, column: 2 }));
    let long = vec![b' '; super::table::SCHEMA_BYTES_MAX + 1];
    assert!(matches!(Schema::from_json(&long), Err(SchemaError::TooLong { .. })));
    assert!(matches!(Schema::from_json(&long[1..]), Err(SchemaError::Form { .. })));
}

fn profile_of(payload: Dictionary) -> Profile {
    Profile::from_dictionary(Dictionary::new().with("PayloadContent", vec![payload]))
}

fn wrong(payload: Dictionary) -> BTreeSet<(String, &'static str, &'static str)> {
    let errors = type_errors(&profile_of(payload), Schema::builtin());
    errors.into_iter().map(|e| (e.path, e.expected, e.found)).collect()
}

fn typed(payload_type: &str) -> Dictionary {
    Dictionary::new().with("PayloadType", payload_type)
}

#[test]
fn wrong_types_are_found_at_any_depth() {
    let eas = typed("com.apple.eas.account").with("SSL", "true").with("Host", "h").with("Unknown", 1);
    assert_eq!(wrong(eas), BTreeSet::from([("SSL".to_owned(), "boolean", "string")]));
    let rdn = |name: Value| Value::array([Value::array([Value::array([Value::from("CN"), name])])]);
    let scep = |subject: Value, san: Value| {
        typed("com.apple.security.scep").with(
            "PayloadContent",
            Dictionary::new()
                .with("URL", "https://ca")
                .with("Keysize", 2048)
                .with("Subject", subject)
                .with("SubjectAltName", Dictionary::new().with("rfc822Name", san)),
        )
    };
    let good = rdn(Value::from("anna"));
    assert_eq!(wrong(scep(good.clone(), Value::from("a@b"))), BTreeSet::new());
    assert_eq!(wrong(scep(good.clone(), Value::array(["a@b", "c@d"]))), BTreeSet::new());
    assert_eq!(
        wrong(scep(rdn(Value::from(7)), Value::array([1]))),
        BTreeSet::from([
            ("PayloadContent.Subject[0][0][1]".to_owned(), "string", "integer"),
            ("PayloadContent.SubjectAltName.rfc822Name".to_owned(), "string", "array"),
        ])
    );
    let page =
        |icon: Value| typed("com.apple.homescreenlayout").with("Pages", Value::array([Value::array([icon])]));
    let icon = |kind: Value| Dictionary::new().with("Type", kind);
    let folder = |kind: Value| {
        Value::from(
            icon("Folder".into()).with("Pages", Value::array([Value::array([Value::from(icon(kind))])])),
        )
    };
    assert_eq!(wrong(page(folder("Application".into()))), BTreeSet::new());
    assert_eq!(
        wrong(page(folder(1.into()))),
        BTreeSet::from([("Pages[0][0].Pages[0][0].Type".to_owned(), "string", "integer")])
    );
    assert_eq!(wrong(typed("com.example").with("SSL", "true")), BTreeSet::new());
    assert_eq!(wrong(typed("com.example").with("PayloadVersion", "1")).len(), 1);
}

#[test]
fn wrong_types_of_the_profile_itself() {
    let root = Dictionary::new()
        .with("PayloadVersion", "1")
        .with("DurationUntilRemoval", 60)
        .with("ConsentText", Dictionary::new().with("nl", 1).with("en", "ok"))
        .with("PayloadContent", Value::array([true]));
    let errors = type_errors(&Profile::from_dictionary(root), Schema::builtin());
    let found: Vec<_> =
        errors.iter().map(|e| (e.path.as_str(), e.expected, e.found, e.payload_index)).collect();
    assert_eq!(
        found,
        [
            ("PayloadVersion", "integer", "string", None),
            ("ConsentText.nl", "string", "integer", None),
            ("PayloadContent[0]", "dict", "boolean", None),
        ]
    );
}

#[test]
fn missing_keys_are_found_where_their_dictionary_is() {
    let missing = |profile: &Profile| -> Vec<String> {
        missing_keys(profile, Schema::builtin()).into_iter().map(|m| m.path).collect()
    };
    let payload = typed("com.apple.security.scep")
        .with("PayloadIdentifier", "a")
        .with("PayloadUUID", "b")
        .with("PayloadContent", Dictionary::new().with("Name", "x"));
    let root = Dictionary::new()
        .with("PayloadIdentifier", "a")
        .with("PayloadUUID", "b")
        .with("PayloadType", "Configuration")
        .with("PayloadVersion", 1);
    let profile = Profile::from_dictionary(root.clone().with("PayloadContent", vec![payload]));
    assert_eq!(missing(&profile), ["PayloadVersion", "PayloadContent.URL"]);
    assert_eq!(missing(&Profile::from_dictionary(root.clone())), ["PayloadContent"]);
    let encrypted = root.with("IsEncrypted", true).with("EncryptedPayloadContent", vec![1_u8]);
    assert_eq!(missing(&Profile::from_dictionary(encrypted)), [""; 0]);
    let consent = Profile::from_dictionary(Dictionary::new().with("ConsentText", Dictionary::new()));
    assert!(!missing(&consent).iter().any(|path| path.contains("ConsentText")));
}
