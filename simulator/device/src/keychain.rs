//! Certificates and identities that were delivered, and who owns them.

use serde::{Deserialize, Serialize};
use smime::{Certificate, Identity, TrustStore};

/// A keychain item's name, stable for the life of the item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityHandle(pub String);

/// Which payload brought an item; items go when their profile goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// `PayloadIdentifier` of the profile.
    pub profile: String,
    /// `PayloadUUID` of the certificate payload.
    pub payload_uuid: String,
}

/// An identity: certificate, private key, and the issuers that came with it.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeychainIdentity {
    /// The item's name.
    pub handle: IdentityHandle,
    /// Who brought it.
    pub owner: Owner,
    /// Certificate and key. The key is secret: it is in snapshots, and nowhere else.
    pub identity: Identity,
}

/// A certificate without key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeychainCertificate {
    /// Who brought it.
    pub owner: Owner,
    /// The certificate.
    pub certificate: Certificate,
}

/// The device's keychain.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Keychain {
    /// What the system trusts from the factory.
    system_roots: Vec<Certificate>,
    certificates: Vec<KeychainCertificate>,
    identities: Vec<KeychainIdentity>,
}

impl Keychain {
    pub(crate) fn new(system_roots: Vec<Certificate>) -> Self {
        Keychain { system_roots, ..Keychain::default() }
    }

    /// The identities, in the order in which they were delivered.
    pub fn identities(&self) -> &[KeychainIdentity] {
        &self.identities
    }

    /// The certificates without key, in the order in which they were delivered.
    pub fn certificates(&self) -> &[KeychainCertificate] {
        &self.certificates
    }

    /// The identity of that name.
    pub fn identity(&self, handle: &IdentityHandle) -> Option<&KeychainIdentity> {
        self.identities.iter().find(|i| i.handle == *handle)
    }

    /// What the system trusts from the factory.
    pub(crate) fn factory_trust(&self) -> TrustStore {
        let mut trust = TrustStore::new();
        for root in &self.system_roots {
            trust.add(root.clone());
        }
        trust
    }

    /// What is trusted for mail: the system's roots and the self-issued CA certificates that profiles brought.
    /// (For TLS a root that was installed by hand needs its own switch; profiles-and-mdm.md, Certificates.)
    pub fn trust(&self) -> TrustStore {
        let mut trust = self.factory_trust();
        for item in self.certificates.iter().filter(|c| c.certificate.is_self_issued()) {
            trust.add(item.certificate.clone());
        }
        trust
    }

    /// Every certificate that can help to build a path.
    pub fn intermediates(&self) -> Vec<Certificate> {
        let delivered = self.certificates.iter().map(|c| c.certificate.clone());
        delivered.chain(self.identities.iter().flat_map(|i| i.identity.chain.iter().cloned())).collect()
    }

    /// The issuers of an identity that are on the device, nearest first and without the root: those that came with it,
    /// and those that other payloads brought. Mail carries them, so that a recipient who has the root alone can verify
    /// (smime.md D: the certificate chain without the root).
    pub fn chain_of(&self, identity: &Identity) -> Vec<Certificate> {
        const LONGEST: usize = 10;
        let known: Vec<Certificate> = identity.chain.iter().cloned().chain(self.intermediates()).collect();
        let mut chain: Vec<Certificate> = Vec::new();
        while chain.len() < LONGEST {
            let last = chain.last().unwrap_or(&identity.certificate);
            let issuer = known
                .iter()
                .find(|c| c.subject_der() == last.issuer_der() && !c.is_self_issued() && !chain.contains(c));
            match issuer.cloned() {
                Some(issuer) if !last.is_self_issued() => chain.push(issuer),
                _ => break,
            }
        }
        chain
    }

    pub(crate) fn add_certificate(&mut self, owner: Owner, certificate: Certificate) {
        self.certificates.push(KeychainCertificate { owner, certificate });
    }

    pub(crate) fn add_identity(&mut self, owner: Owner, identity: Identity) -> IdentityHandle {
        let handle = IdentityHandle(owner.payload_uuid.clone());
        self.identities.push(KeychainIdentity { handle: handle.clone(), owner, identity });
        handle
    }

    /// Who brought the identities.
    pub(crate) fn identity_owners(&self) -> Vec<Owner> {
        self.identities.iter().map(|i| i.owner.clone()).collect()
    }

    /// Who brought the certificates without key.
    pub(crate) fn certificate_owners(&self) -> Vec<Owner> {
        self.certificates.iter().map(|c| c.owner.clone()).collect()
    }

    /// Keeps the items of those owners.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Owner) -> bool) {
        self.certificates.retain(|c| keep(&c.owner));
        self.identities.retain(|i| keep(&i.owner));
    }
}
