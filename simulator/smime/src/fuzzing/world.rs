//! Who reads: always the same people with the same keys.

use super::Transparent;
use crate::{
    Context, Curve, Identity, IssueRequest, PublicKeyAlgorithm, Timestamp, TrustStore, generate_identity,
};
use std::sync::OnceLock;

/// An authority and two people that it certified.
pub(super) struct World {
    crypto: Transparent,
    pub trust: TrustStore,
    /// The keys that messages are read with: RSA, then P-256.
    pub people: Vec<Identity>,
}

const VALIDITY: (Timestamp, Timestamp) = (Timestamp(0), Timestamp(4_000_000_000_000));

impl World {
    pub(super) fn cx(&self) -> Context<'_> {
        Context { now: Timestamp(1_767_225_600_000), crypto: &self.crypto }
    }
}

pub(super) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let crypto = Transparent::new(7);
        let cx = Context { now: Timestamp(0), crypto: &crypto };
        let rsa = PublicKeyAlgorithm::Rsa { bits: 2048 };
        let ca = generate_identity(&cx, None, rsa, &IssueRequest::authority("CA", 1, VALIDITY));
        let ca = ca.expect("an authority");
        let person = |name: &str, serial, key| {
            let request = IssueRequest::mail(name, &[&format!("{name}@handset.example")], serial, VALIDITY);
            generate_identity(&cx, Some(&ca), key, &request).expect("a person")
        };
        let people = vec![person("rsa", 2, rsa), person("ec", 3, PublicKeyAlgorithm::Ec(Curve::P256))];
        World { trust: [ca.certificate].into_iter().collect(), people, crypto }
    })
}
