//! What is known of a signer after a message was read.

use super::{Countersignature, SignatureError};
use crate::message::Senders;
use crate::{BulkCipher, Certificate, DigestAlgorithm, PathError, SignatureScheme, Timestamp, ValidPath};

/// Whether the sender is the signer (RFC 8550, 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressMatch {
    /// Every sender address stands in the certificate, compared without case.
    Match,
    /// A sender address does not stand in the certificate.
    Mismatch {
        /// The first sender address that does not.
        from: String,
        /// The addresses of the certificate.
        certificate: Vec<String>,
    },
    /// A sender is there and cannot be read without doubt, so that nobody can tell whom a reader of the message sees.
    Unreadable {
        /// The sender as it stands there.
        from: String,
        /// The addresses of the certificate.
        certificate: Vec<String>,
    },
    /// There was nothing to compare: no sender, no certificate, or no address in it.
    NotChecked,
}

/// One signature of a message: who made it, how, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerReport {
    /// The signer's certificate, from the message or from those given.
    pub certificate: Option<Certificate>,
    /// The digest algorithm, if it is known.
    pub digest: Option<DigestAlgorithm>,
    /// How the signature was made, as far as its algorithm is known.
    pub scheme: Option<SignatureScheme>,
    /// When the signer says it signed.
    pub signing_time: Option<Timestamp>,
    /// Whether the signature is too weak to rely on: SHA-1, or an RSA key of less than 2048 bits. A weak signature
    /// can still be valid.
    pub weak: bool,
    /// The certificate to encrypt to when answering: the one that the signed preference names, else an included one
    /// that allows it. Only when the signature holds.
    pub encryption_certificate: Option<Certificate>,
    /// The content ciphers that the signer says it can read, the preferred one first. Only when the signature holds.
    pub capabilities: Vec<BulkCipher>,
    /// Whether the content is what the signer signed.
    pub signature: Result<(), SignatureError>,
    /// Whether the certificate is trusted at the time of the context.
    pub path: Result<ValidPath, PathError>,
    /// Whether the sender is the signer.
    pub address: AddressMatch,
    /// Whether a sender address equals the certificate's only when the case of the local part is ignored.
    pub address_case_differs: bool,
    /// Whether the signed attributes name the certificate by its hash, and it is that one (signingCertificate,
    /// RFC 2634 and 5035). A signature that names another one does not hold.
    pub certificate_signed: bool,
    /// Signatures over this signature. They take no part in whether it is valid.
    pub countersignatures: Vec<Countersignature>,
    /// Whether the signed attributes had to be put into DER to match, because they were sent in another form.
    pub reencoded: bool,
}

impl SignerReport {
    /// Whether the signature holds, its certificate is trusted and no sender is another or cannot be read.
    pub fn valid(&self) -> bool {
        self.signature.is_ok()
            && self.path.is_ok()
            && matches!(self.address, AddressMatch::Match | AddressMatch::NotChecked)
    }

    /// Compares sender addresses with the certificate's and notes the result.
    pub(crate) fn compare_sender(&mut self, senders: &Senders) {
        let certified = self.certificate.as_ref().map(Certificate::email_addresses).unwrap_or_default();
        if *senders == Senders::default() || certified.is_empty() {
            return;
        }
        self.address = AddressMatch::Match;
        for sender in &senders.addresses {
            if certified.iter().any(|address| same_address(address, sender, false)) {
                continue;
            }
            if certified.iter().any(|address| same_address(address, sender, true)) {
                self.address_case_differs = true;
                continue;
            }
            self.address = AddressMatch::Mismatch { from: sender.clone(), certificate: certified };
            return;
        }
        if let Some(from) = &senders.unreadable {
            self.address = AddressMatch::Unreadable { from: from.clone(), certificate: certified };
        }
    }
}

/// Compares two addresses; domains always without case.
fn same_address(a: &str, b: &str, ignore_case: bool) -> bool {
    let parts = |address: &str| {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let local = if ignore_case { local.to_lowercase() } else { local.to_owned() };
        (local, domain.to_lowercase())
    };
    parts(a) == parts(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_without_case_and_the_local_part_is_noted() {
        assert!(same_address("a@X.example", "a@x.EXAMPLE", false));
        assert!(!same_address("A@x.example", "a@x.example", false));
        assert!(same_address("A@x.example", "a@x.example", true));
        assert!(!same_address("a@x.example", "a@y.example", true));
        assert!(!same_address("a@x.example", "b@x.example", true));
    }
}
