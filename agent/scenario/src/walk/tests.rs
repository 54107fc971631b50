use super::*;
use crate::case::{Certificates, FileName, Pkcs12File, Sensitive};
use crate::{Case, Files, Knowledge, Place, ReadFailure, expand};
use intent::{DeliveredCertificates, Pkcs12Blob};
use std::collections::BTreeSet;

struct Text(String);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, ReadFailure> {
        Ok(self.0.clone())
    }
}

fn identity(name: &str) -> Pkcs12File {
    let place = Place { file: "walk".to_owned(), line: 1, column: 1 };
    Pkcs12File {
        file: FileName { path: format!("{name}.p12"), place },
        password: Sensitive::Spelt("word".to_owned()),
    }
}

/// The reference model opens nothing, so any octets are a PKCS#12 file to it.
fn supplies() -> Supplies {
    let blob = |name: &str| Pkcs12Blob {
        name: name.to_owned(),
        bytes: name.as_bytes().to_vec(),
        password: "word".to_owned(),
    };
    Supplies {
        certificates: Certificates {
            roots: Vec::new(),
            authentication: Some(identity("auth")),
            signing: Some(identity("signing")),
            encryption: Some(identity("encryption")),
            others: Vec::new(),
        },
        delivered: DeliveredCertificates {
            roots: Vec::new(),
            authentication: Some(blob("auth").into()),
            signing: Some(blob("signing").into()),
            encryption: Some(blob("encryption").into()),
            others: Vec::new(),
        },
        signing: "Signing".to_owned(),
        encryption: "Encryption".to_owned(),
    }
}

/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
fn noise(seed: u64, octets: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()[0]
    };
    (0..octets).map(|_| next()).collect()
}

/// A case without its places and ids.
fn bare(case: &Case) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.remove("place");
                members.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::json!({"given": case.given, "steps": case.steps, "expect": case.expect});
    strip(&mut value);
    value
}

#[test]
fn every_string_of_octets_is_a_walk_and_every_walk_is_octets() {
    let space = WalkSpace::default();
    for seed in 0..300 {
        let walk = Walk::read(&noise(seed, 10 + seed as usize), &space);
        assert_eq!(Walk::read(&walk.octets(), &space), walk);
    }
    let empty = Walk::read(&[], &space);
    assert_eq!((empty.transitions.len(), &empty.start.options), (0, &space.untouched()));
}

#[test]
fn a_walk_has_at_most_so_many_transitions() {
    let space = WalkSpace::default();
    let with = |count: usize| {
        let mut walk = Walk::read(&[], &space);
        walk.transitions = vec![Transition::Refresh; count];
        Walk::read(&walk.octets(), &space).transitions.len()
    };
    assert_eq!((with(MAX_TRANSITIONS), with(MAX_TRANSITIONS + 1)), (MAX_TRANSITIONS, MAX_TRANSITIONS));
}

#[test]
fn options_are_those_of_the_space() {
    let space = WalkSpace::default();
    let row = vec![u16::MAX; 40];
    assert_eq!(space.options(&row), space.untouched());
    for seed in 0..500 {
        let walk = Walk::read(&noise(seed, 26), &space);
        let row = space.row(&walk.start.options, "17.5".parse().unwrap(), false);
        let stands = |part: &(usize, u16)| row.get(part.0) == Some(&part.1);
        assert!(!space.space().forbidden.iter().any(|f| f.iter().all(stands)), "{row:?}");
    }
    let policy = space.policy(&space.untouched());
    assert_eq!(policy, crate::language::default_policy());
}

/// What is written does what the walk does, and expects what it expects.
#[test]
fn a_walk_is_read_back_from_what_is_written() {
    let space = WalkSpace::default();
    let supplies = supplies();
    let mut labels = BTreeSet::new();
    for seed in 0..120 {
        let walk = Walk::read(&noise(seed, 90), &space);
        let walked = space.walked(&walk, &supplies, seed);
        labels.extend(walked.labels.iter().cloned());
        let text = written(&walked.case, None, "A walk: seed \"1\".");
        let cases = expand(["walk.yaml"], &Text(text.clone()), Knowledge::default());
        let cases = cases.unwrap_or_else(|e| panic!("{:?}\n{text}", e.problems));
        assert_eq!(bare(&cases[0]), bare(&walked.case), "{text}");
    }
    let unseen: Vec<_> = Transition::all_labels().difference(&labels).cloned().collect();
    assert!(unseen.len() <= 3, "{unseen:?}");
}

#[test]
fn systematic_walks_have_every_pair_and_every_transition() {
    let space = WalkSpace::default();
    let supplies = supplies();
    let mut coverage = Coverage::new(&space);
    for walk in space.systematic() {
        assert!(walk.transitions.len() <= MAX_TRANSITIONS, "{}", walk.transitions.len());
        coverage.add(&space.walked(&walk, &supplies, 1));
    }
    for share in [coverage.values(), coverage.pairs(), coverage.transitions()] {
        assert_eq!((share.seen, &share.unseen), (share.of, &Vec::new()));
    }
    assert!(coverage.pairs().of > 2_000 && coverage.values().of == 69);
}

#[test]
fn minimising_leaves_what_matters() {
    let space = WalkSpace::default();
    let walk = Walk::read(&noise(5, 400), &space);
    let matters = Transition::Wait(Pause::Day);
    let mut long = walk.clone();
    long.transitions.insert(7, matters.clone());
    long.start.is_supervised = true;
    let small = minimised(&long, &space, |w| w.start.is_supervised && w.transitions.contains(&matters));
    assert_eq!(small.transitions, [matters]);
    assert_eq!((small.start.ios, small.start.options == space.untouched()), (0, true));
    assert!(small.start.is_supervised && !small.start.needs_per_message_switch);
}
