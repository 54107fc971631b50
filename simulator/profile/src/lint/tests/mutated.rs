//! Profiles with anything in place of anything: rules report, and never panic.

use super::setup::*;
use crate::lint::*;
use crate::plist::{Dictionary, Node, Value};
use crate::{OsVersion, Timestamp, write_binary, write_xml};
use proptest::prelude::*;

/// Profiles with something for every family of rules, and what is no whole profile.
fn documents() -> Vec<Value> {
    let mut setup = sound();
    setup.add(imap()).add(mdm()).add(vpn(NOWHERE)).add(airplay("AA:BB:CC:DD:EE:FF"));
    setup.set(EAS, "VPNUUID", NOWHERE).set(EAS, "OAuth", true).set(EAS, "Certificate", vec![1_u8]);
    setup
        .top("ConsentText", Dictionary::new().with("fr", "Oui ?"))
        .top("RemovalDate", time("2027-01-01T00:00:00Z"));
    let mut scep = sound();
    scep.scep(scep_settings());
    let mut acme = sound();
    acme.acme("ECSECPrimeRandom", 256, true);
    let whole =
        |setup: &Setup| Value::from(setup.root.clone().with("PayloadContent", setup.payloads.clone()));
    let mut all = vec![whole(&setup), whole(&scep), whole(&acme)];
    all.extend(setup.payloads.iter().chain(&scep.payloads).cloned().map(Value::from));
    all.push(Value::from(setup.payloads.clone()));
    all
}

fn nodes(node: &mut Node, look: &mut dyn FnMut(&mut Node)) {
    look(node);
    match &mut node.value {
        Value::Dictionary(dictionary) => {
            dictionary.entries.iter_mut().for_each(|entry| nodes(&mut entry.node, look))
        }
        Value::Array(items) => items.iter_mut().for_each(|item| nodes(item, look)),
        _ => {}
    }
}

fn count(value: &Value) -> usize {
    let mut all = 0;
    nodes(&mut Node::from(value.clone()), &mut |_| all += 1);
    all
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-10_i64..10_000).prop_map(Value::from),
        (-1e300..1e300).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "true",
            "NO",
            "\\\\",
            "@",
            "a@",
            "https://x",
            "-----BEGIN",
            ",",
            "{{x}}",
            "%"
        ])
        .prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
        Just(Value::from(time("2026-11-02T08:00:00Z"))),
        Just(Value::from(Dictionary::new())),
        Just(Value::from(Vec::<Value>::new())),
        Just(Value::array([Value::array([Value::array(["CN"])])])),
        Just(Value::from(
            Dictionary::new().with("rfc822Name", 1).with("PayloadType", "com.apple.eas.account")
        )),
    ]
}

/// What becomes of one place: another value, or another key (that of the neighbour, a misspelt one, none).
#[derive(Clone, Debug)]
enum Change {
    Value(Value),
    Rename(String),
    Remove,
    Double,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => anything().prop_map(Change::Value),
        1 => "[A-Za-z0-9]{0,30}".prop_map(Change::Rename),
        1 => prop_oneof![Just("PayloadUUID"), Just("SSL"), Just("SMIMEAllowUserChange"), Just("EnableMailUserOverrideable")]
            .prop_map(|key| Change::Rename(key.to_owned())),
        1 => Just(Change::Remove),
        1 => Just(Change::Double),
    ]
}

fn apply(root: &mut Node, place: usize, change: &Change) {
    let mut at = 0;
    nodes(root, &mut |node| {
        at += 1;
        if at - 1 != place {
            return;
        }
        match (change, &mut node.value) {
            (Change::Value(value), _) => node.value = value.clone(),
            (Change::Rename(key), Value::Dictionary(dictionary)) => {
                if let Some(entry) = dictionary.entries.get_mut(place % 7) {
                    entry.key = key.as_str().into();
                }
            }
            (Change::Remove, Value::Dictionary(dictionary)) => {
                dictionary.entries.pop();
            }
            (Change::Remove, Value::Array(items)) => {
                *items = items.iter().take(items.len().saturating_sub(1)).cloned().collect();
            }
            (Change::Double, Value::Dictionary(dictionary)) => {
                dictionary.entries.extend(dictionary.entries.last().cloned());
            }
            (Change::Double, Value::Array(items)) => {
                *items = items.iter().chain(items.last()).cloned().collect();
            }
            _ => {}
        }
    });
}

proptest! {
    #[test]
    fn anything_in_place_of_anything_is_linted(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..6),
        os in (6_u16..30, 0_u16..6),
        binary in any::<bool>(),
    ) {
        let all = documents();
        let mut root = Node::from(which.get(&all).clone());
        for (place, change) in &changes {
            let places = count(&root.value);
            apply(&mut root, place.index(places), change);
        }
        let bytes = if binary { write_binary(&root.value) } else { write_xml(&root.value) };
        let (profile, _) = crate::parse(&bytes);
        let facts = sound().certificates;
        let found = super::super::lint(&profile, OsVersion::new(os.0, os.1, 0), &facts, time("2026-11-02T08:00:00Z"));
        for finding in &found {
            prop_assert!(finding.span.is_none_or(|span| span.start() <= span.end() && span.end() <= bytes.len()));
            prop_assert!(finding.message.chars().count() <= MESSAGE_CHARACTERS_MAX + 1);
            prop_assert!(super::super::rule(finding.rule).is_some());
        }
    }

    #[test]
    fn changed_octets_are_linted(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        binary in any::<bool>(),
    ) {
        let all = documents();
        let value = which.get(&all);
        let mut bytes = if binary { write_binary(value) } else { write_xml(value) };
        for (place, octet) in &changes {
            let at = place.index(bytes.len());
            bytes[at] = *octet;
        }
        let (profile, _) = crate::parse(&bytes);
        super::super::lint(&profile, OsVersion::new(17, 5, 0), &sound().certificates, Timestamp(0));
    }
}
