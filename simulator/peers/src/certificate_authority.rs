//! A certification authority of the world outside: it certifies keys for correspondents and servers.

use serde::{Deserialize, Serialize};
use smime::{
    Certificate, Context, Identity, IssueError, IssueRequest, PublicKeyAlgorithm, Timestamp,
    generate_identity, issue,
};

/// An issuing identity that counts its serial numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateAuthority {
    issuing: Identity,
    anchor: Certificate,
    next_serial: u64,
}

impl CertificateAuthority {
    /// Takes an issuing identity whose path ends in `anchor`; serial numbers count from `first_serial`, which
    /// must be above those it issued before.
    pub fn new(issuing: Identity, anchor: Certificate, first_serial: u64) -> Self {
        Self { issuing, anchor, next_serial: first_serial.max(1) }
    }

    /// Makes a root and, certified by it, the issuing authority, both with fresh keys.
    ///
    /// # Errors
    /// Keys of the kind cannot be made, or the times cannot be encoded.
    pub fn generate(
        cx: &Context<'_>,
        name: &str,
        algorithm: PublicKeyAlgorithm,
        validity: (Timestamp, Timestamp),
    ) -> Result<Self, IssueError> {
        let request = IssueRequest::authority(&format!("{name} Root"), 1, validity);
        let root = generate_identity(cx, None, algorithm, &request)?;
        let request = IssueRequest {
            path_len: Some(0),
            ..IssueRequest::authority(&format!("{name} Issuing"), 2, validity)
        };
        let issuing = generate_identity(cx, Some(&root), algorithm, &request)?;
        Ok(Self::new(issuing, root.certificate, 3))
    }

    /// The certificate that others must trust.
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// The certificate that stands in the issuer field of what is issued.
    pub fn certificate(&self) -> &Certificate {
        &self.issuing.certificate
    }

    /// The certificates that a holder sends along: the issuing one and those above it, without the anchor.
    pub fn chain(&self) -> Vec<Certificate> {
        let chain = std::iter::once(&self.issuing.certificate).chain(&self.issuing.chain);
        chain.filter(|certificate| **certificate != self.anchor).cloned().collect()
    }

    /// Certifies a DER `SubjectPublicKeyInfo`; the serial number of the request is replaced by the next one.
    ///
    /// # Errors
    /// As [`issue`].
    pub fn certify(
        &mut self,
        cx: &Context<'_>,
        spki: &[u8],
        request: IssueRequest,
    ) -> Result<Certificate, IssueError> {
        let request = self.numbered(request);
        issue(cx, &self.issuing, spki, &request)
    }

    /// Makes a key and certifies it.
    ///
    /// # Errors
    /// As [`generate_identity`].
    pub fn issue_identity(
        &mut self,
        cx: &Context<'_>,
        algorithm: PublicKeyAlgorithm,
        request: IssueRequest,
    ) -> Result<Identity, IssueError> {
        let request = self.numbered(request);
        let identity = generate_identity(cx, Some(&self.issuing), algorithm, &request)?;
        Ok(Identity { chain: self.chain(), ..identity })
    }

    /// Makes the S/MIME identity of a person.
    ///
    /// # Errors
    /// As [`generate_identity`].
    pub fn issue_mail_identity(
        &mut self,
        cx: &Context<'_>,
        name: &str,
        addresses: &[&str],
        algorithm: PublicKeyAlgorithm,
        validity: (Timestamp, Timestamp),
    ) -> Result<Identity, IssueError> {
        self.issue_identity(cx, algorithm, IssueRequest::mail(name, addresses, 1, validity))
    }

    fn numbered(&mut self, request: IssueRequest) -> IssueRequest {
        let serial = self.next_serial.to_be_bytes().to_vec();
        self.next_serial += 1;
        IssueRequest { serial, ..request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smime::{Curve, Purpose, TrustStore, validate};

    #[test]
    fn what_is_issued_has_a_path_to_the_anchor_and_a_serial_number_of_its_own() {
        let now = Timestamp(1_770_000_000_000);
        let cx = Context { now, crypto: &crypto::AwsLc };
        let year = (Timestamp(now.0 - 1_000), Timestamp(now.0 + 31_536_000_000));
        let curve = PublicKeyAlgorithm::Ec(Curve::P256);
        let mut authority = CertificateAuthority::generate(&cx, "Public", curve, year).unwrap();
        let one = authority.issue_mail_identity(&cx, "Anna", &["anna@example.test"], curve, year).unwrap();
        let two = authority.issue_mail_identity(&cx, "Anna", &["anna@example.test"], curve, year).unwrap();
        assert_ne!(one.certificate.serial(), two.certificate.serial());
        assert_eq!(one.certificate.email_addresses(), ["anna@example.test"]);
        assert_eq!(one.chain, authority.chain());
        let mut trust = TrustStore::new();
        let check = |trust: &TrustStore| {
            validate(&cx, &one.certificate, &one.chain, trust, Purpose::EmailSigning)
                .map(|path| path.certificates.len())
        };
        assert!(check(&trust).is_err());
        trust.add(authority.anchor().clone());
        assert_eq!(check(&trust), Ok(3));
    }
}
