//! The fixed test keys of the embedded world. They protect nothing: anyone can read them in fixtures/pki/world.

use smime::{PrivateKey, PrivateKeyError};

/// A key of the embedded world.
pub struct WorldKey {
    /// Whose it is.
    pub holder: &'static str,
    pem: &'static str,
}

impl WorldKey {
    /// The key.
    ///
    /// # Errors
    /// The committed file is broken.
    pub fn key(&self) -> Result<PrivateKey, PrivateKeyError> {
        PrivateKey::from_pem(self.pem.as_bytes())
    }

    /// The key as it is committed.
    pub fn pem(&self) -> &'static str {
        self.pem
    }
}

/// The public authority that phones and peers of the embedded world trust.
pub(crate) static AUTHORITY: WorldKey =
    WorldKey { holder: "public-ca", pem: include_str!("../../fixtures/pki/world/public-ca.key.pem") };

pub(crate) static BOB: WorldKey =
    WorldKey { holder: "bob", pem: include_str!("../../fixtures/pki/world/bob-signing-encryption.key.pem") };

pub(crate) static CAROL: WorldKey =
    WorldKey { holder: "carol", pem: include_str!("../../fixtures/pki/world/carol-rsa.key.pem") };

pub(crate) static ALICE: WorldKey =
    WorldKey { holder: "alice", pem: include_str!("../../fixtures/pki/world/alice-spare.key.pem") };

/// The authority behind SCEP and ACME servers of the embedded world.
pub(crate) static ENROLMENT: WorldKey =
    WorldKey { holder: "enrolment-ca", pem: include_str!("../../fixtures/pki/world/enrolment-ca.key.pem") };

/// Every key of the embedded peers.
pub fn world_keys() -> [&'static WorldKey; 5] {
    [&AUTHORITY, &BOB, &CAROL, &ALICE, &ENROLMENT]
}
