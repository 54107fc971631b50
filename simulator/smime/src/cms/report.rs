//! What is known of a signer after a message was read.

use super::{Countersignature, SignatureError};
use crate::message::Senders;
use crate::{
    BulkCipher, Certificate, DigestAlgorithm, PathError, SignatureScheme, Timestamp, ValidPath, domain,
};

/// Whether the sender is the signer (RFC 8550, 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressMatch {
    /// Every sender address stands in the certificate, compared without case and with domains as A-labels.
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
        let known: Vec<_> = certified.iter().map(|address| domain::parts(address)).collect();
        for sender in &senders.addresses {
            let (local, domain) = domain::parts(sender);
            if known.iter().any(|(own, at)| *own == local && *at == domain) {
                continue;
            }
            let folded = local.to_lowercase();
            if known.iter().any(|(own, at)| *at == domain && own.to_lowercase() == folded) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeCrypto;
    use crate::{Context, Curve, IssueRequest, PublicKeyAlgorithm, generate_identity};

    /// How the sender `from` compares with a certificate for `address`: whether it matches, and only without case.
    fn compared(address: &str, from: &str) -> (bool, bool) {
        let crypto = FakeCrypto::new(11);
        let cx = Context { now: Timestamp(1_750_000_000_000), crypto: &crypto };
        let validity = (Timestamp(0), Timestamp(1_800_000_000_000));
        let request = IssueRequest::mail("Ann", &[address], 1, validity);
        let identity = generate_identity(&cx, None, PublicKeyAlgorithm::Ec(Curve::P256), &request).unwrap();
        let mut report = SignerReport {
            certificate: Some(identity.certificate),
            digest: None,
            scheme: None,
            signing_time: None,
            weak: false,
            encryption_certificate: None,
            capabilities: Vec::new(),
            signature: Ok(()),
            path: Err(PathError::NoTrustedRoot { issuer: String::new() }),
            address: AddressMatch::NotChecked,
            address_case_differs: false,
            certificate_signed: false,
            countersignatures: Vec::new(),
            reencoded: false,
        };
        report.compare_sender(&Senders { addresses: vec![from.to_owned()], unreadable: None });
        (report.address == AddressMatch::Match, report.address_case_differs)
    }

    #[test]
    fn addresses_are_compared_without_case_and_the_local_part_is_noted() {
        for (address, from, wanted) in [
            ("a@X.example", "a@x.EXAMPLE", (true, false)),
            ("A@x.example", "a@x.example", (true, true)),
            ("a@x.example", "a@y.example", (false, false)),
            ("a@x.example", "b@x.example", (false, false)),
            ("info@xn--r8jz45g.jp", "info@例え.jp", (true, false)),
            ("用户@例え.jp", "用户@xn--r8jz45g.jp", (true, false)),
            ("用户@例え.jp", "用户@XN--R8JZ45G.JP", (true, false)),
            ("INFO@xn--r8jz45g.jp", "info@例え.jp", (true, true)),
            ("info@xn--r8jz45g.jp", "info@例.jp", (false, false)),
            ("用户@ｅxample.jp", "用户@ｅxample.jp", (true, false)),
            ("a@example.jp", "a@ｅxample.jp", (false, false)),
        ] {
            assert_eq!(compared(address, from), wanted, "{address} {from}");
        }
    }
}
