//! Which payload of the new profile stands for which of the old one.

use profile::{Payload, Profile};
use std::collections::{BTreeMap, VecDeque};

/// A payload of either profile, or of both. At least one is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub old: Option<&'a Payload>,
    pub new: Option<&'a Payload>,
}

impl Pair<'_> {
    /// Whether a phone updates the payload in place: PayloadIdentifier and PayloadUUID are the same (Apple,
    /// CommonPayloadKeys). Else it removes the one and installs the other.
    pub fn in_place(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => old.uuid() == new.uuid() && old.identifier() == new.identifier(),
            _ => false,
        }
    }

    /// The type of the payload.
    pub fn payload_type(&self) -> &str {
        self.new.or(self.old).and_then(Payload::payload_type).unwrap_or_default()
    }
}

/// What two payloads must have in common to pair: the type, and what the rule adds.
type Likeness<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// Pairs the payloads: by identifier and UUID, then by either, then what is left of a type in its order. Payloads of
/// different types never pair.
pub(super) fn pairs<'a>(old: &'a Profile, new: &'a Profile) -> Vec<Pair<'a>> {
    let mut partner: Vec<Option<usize>> = vec![None; old.payloads.len()];
    let mut taken = vec![false; new.payloads.len()];
    let rules: [fn(&Payload) -> Option<Likeness<'_>>; 4] = [
        |p| Some((p.payload_type(), Some(p.identifier()?), Some(p.uuid()?))),
        |p| Some((p.payload_type(), Some(p.identifier()?), None)),
        |p| Some((p.payload_type(), None, Some(p.uuid()?))),
        |p| Some((p.payload_type(), None, None)),
    ];
    for rule in rules {
        let mut free: BTreeMap<Likeness<'_>, VecDeque<usize>> = BTreeMap::new();
        for (at, payload) in new.payloads.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            if let Some(likeness) = rule(payload) {
                free.entry(likeness).or_default().push_back(at);
            }
        }
        for (payload, partner) in old.payloads.iter().zip(&mut partner).filter(|(_, p)| p.is_none()) {
            *partner = rule(payload).and_then(|likeness| free.get_mut(&likeness)?.pop_front());
            if let Some(at) = *partner {
                taken[at] = true;
            }
        }
    }
    let mut pairs: Vec<Pair<'_>> = old
        .payloads
        .iter()
        .zip(&partner)
        .map(|(payload, partner)| Pair { old: Some(payload), new: partner.and_then(|i| new.payloads.get(i)) })
        .collect();
    let added = new.payloads.iter().zip(&taken).filter(|(_, taken)| !**taken);
    pairs.extend(added.map(|(payload, _)| Pair { old: None, new: Some(payload) }));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::plist::{Dictionary, Value};

    fn profile(payloads: &[(&str, &str, &str)]) -> Profile {
        let items: Vec<Dictionary> = payloads
            .iter()
            .map(|(kind, id, uuid)| {
                Dictionary::new()
                    .with("PayloadType", *kind)
                    .with("PayloadIdentifier", *id)
                    .with("PayloadUUID", *uuid)
            })
            .collect();
        Profile::from_dictionary(Dictionary::new().with("PayloadContent", Value::from(items)))
    }

    #[test]
    fn the_closest_match_wins_and_types_never_mix() {
        let old = profile(&[("a", "x", "1"), ("a", "y", "2"), ("b", "z", "3"), ("c", "w", "4")]);
        let new = profile(&[("a", "y", "1"), ("a", "x", "1"), ("b", "q", "9"), ("d", "w", "4")]);
        let pairs = pairs(&old, &new);
        let shown: Vec<_> =
            pairs.iter().map(|p| (p.old.map(|p| p.index), p.new.map(|p| p.index), p.in_place())).collect();
        assert_eq!(
            shown,
            [
                (Some(0), Some(1), true),
                (Some(1), Some(0), false),
                (Some(2), Some(2), false),
                (Some(3), None, false),
                (None, Some(3), false)
            ]
        );
    }
}
