//! A colleague with a mail program that speaks S/MIME.

mod compose;
mod read;
#[cfg(test)]
mod tests;

pub use compose::{AttachedFile, ComposeError, Draft, Signing};
pub use read::{Reading, SignatureProblem, SignatureReading};

use crate::directory::fold;
use serde::{Deserialize, Serialize};
use smime::{Certificate, Identity, TrustStore};
use std::collections::BTreeMap;

/// A colleague: identities, whom they trust, and whose certificates they know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondent {
    /// The address that mail is sent from.
    pub address: String,
    /// The name beside it.
    pub display_name: String,
    /// The identity that signs; also decrypts.
    pub identity: Option<Identity>,
    /// Further identities that decrypt, older ones for instance.
    pub older_identities: Vec<Identity>,
    /// The anchors that signers are judged by.
    pub trust: TrustStore,
    /// Certificates that complete those of messages.
    pub intermediates: Vec<Certificate>,
    certificates: BTreeMap<String, Certificate>,
    seed: u64,
    composed: u64,
}

impl Correspondent {
    /// Makes a colleague without identity who trusts nobody. Message ids and boundaries follow from the seed
    /// and the number of messages composed.
    pub fn new(address: impl Into<String>, display_name: impl Into<String>, seed: u64) -> Self {
        Self {
            address: address.into(),
            display_name: display_name.into(),
            identity: None,
            older_identities: Vec::new(),
            trust: TrustStore::new(),
            intermediates: Vec::new(),
            certificates: BTreeMap::new(),
            seed,
            composed: 0,
        }
    }

    /// Gives the colleague an identity; the one before stays for decrypting.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.older_identities.extend(self.identity.replace(identity));
        self
    }

    /// Lets the colleague trust an anchor.
    #[must_use]
    pub fn with_anchor(mut self, anchor: Certificate) -> Self {
        self.trust.add(anchor);
        self
    }

    /// Remembers the certificate by which mail to an address is encrypted.
    pub fn remember(&mut self, address: &str, certificate: Certificate) {
        self.certificates.insert(fold(address).into_owned(), certificate);
    }

    /// Remembers the certificates for answers that a reading brought: of valid signatures only, for the sender.
    pub fn remember_senders(&mut self, reading: &Reading) {
        if !reading.opened.all_valid() {
            return;
        }
        for signer in reading.opened.signers() {
            for address in &reading.from {
                if let Some(certificate) = &signer.encryption_certificate {
                    self.remember(address, certificate.clone());
                }
            }
        }
    }

    /// Finds the certificate by which mail to an address is encrypted.
    pub fn certificate_of(&self, address: &str) -> Option<&Certificate> {
        self.certificates.get(&*fold(address))
    }
}
