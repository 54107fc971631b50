//! The authority behind an enrolment server: what a SCEP or ACME server does once it has a certification request in hand.
//! The messages around it are not its business.

use crate::CertificateAuthority;
use serde::{Deserialize, Serialize};
use smime::{
    CLIENT_AUTH, CertificationRequest, CertificationRequestError, Context, EMAIL_PROTECTION, IssueError,
    IssueRequest, KeyUsage, ObjectIdentifier, PublicKeyAlgorithm, Timestamp,
};
use thiserror::Error;

/// How long a certificate holds, in days: as long as that of the reference SCEP server (profiles-and-mdm.md D.3).
pub const VALIDITY_DAYS: i64 = 365;
/// How long before its issue a certificate begins to hold, in minutes, for clocks that are behind.
pub const BACKDATED_MINUTES: i64 = 60;

const ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// An empty DER Name.
const NOBODY: &[u8] = &[0x30, 0];

/// Why no certificate was issued.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EnrolmentRefusal {
    /// The request cannot be read, or is not signed with its own key.
    #[error("{0}")]
    Request(#[from] CertificationRequestError),
    /// The request has neither a subject nor a `subjectAltName`.
    #[error("the request names nobody")]
    Nameless,
    /// The request asks for a use that is not an end entity's.
    #[error("the key usage is not one of an end entity")]
    Usage,
    /// The certificate cannot be made.
    #[error("{0}")]
    Issue(#[from] IssueError),
}

/// What was issued, in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Its issuers, nearest first, without the root.
    pub chain: Vec<Vec<u8>>,
}

/// An authority that certifies who asks. Serial numbers count up, and the time is an argument, so the same requests in the
/// same order give the same names, numbers and dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentAuthority {
    authority: CertificateAuthority,
}

impl EnrolmentAuthority {
    /// Takes the authority that issues.
    pub fn new(authority: CertificateAuthority) -> Self {
        EnrolmentAuthority { authority }
    }

    /// The authority that issues.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    /// Checks a certification request (DER, RFC 2986) and certifies what it asks: its subject, `subjectAltName`, key usage
    /// and extended key usage. Other extensions are left out, as authorities do. Where no use is asked for, the certificate
    /// signs and decrypts; where no purpose is, it is for mail and for signing in.
    ///
    /// # Errors
    /// [`EnrolmentRefusal`].
    pub fn enrol(&mut self, cx: &Context<'_>, request: &[u8]) -> Result<Issued, EnrolmentRefusal> {
        let request = CertificationRequest::from_der(request)?;
        request.verify(cx)?;
        let encrypting = match request.public_key_algorithm() {
            PublicKeyAlgorithm::Rsa { .. } => KeyUsage::KEY_ENCIPHERMENT,
            _ => KeyUsage::KEY_AGREEMENT,
        };
        let names = request.extension(&ALTERNATIVE_NAME);
        let nobody = request.subject_der() == NOBODY;
        if nobody && names.is_none() {
            return Err(EnrolmentRefusal::Nameless);
        }
        let usage = request.key_usage().unwrap_or(KeyUsage::DIGITAL_SIGNATURE | encrypting);
        if usage.intersects(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN) {
            return Err(EnrolmentRefusal::Usage);
        }
        // RFC 5280, 4.2.1.6: critical when the subject is empty
        let names = names.map(|n| smime::ExtraExtension { critical: nobody, ..n.clone() });
        let purposes = request.extension(&EXTENDED_KEY_USAGE).cloned();
        let standard = if purposes.is_some() { Vec::new() } else { vec![EMAIL_PROTECTION, CLIENT_AUTH] };
        let validity = (
            Timestamp(cx.now.0 - BACKDATED_MINUTES * 60_000),
            Timestamp(cx.now.0 + VALIDITY_DAYS * 86_400_000),
        );
        let issue = IssueRequest {
            subject_der: Some(request.subject_der().to_vec()),
            key_usage: Some(usage),
            extended_key_usage: standard,
            extensions: names.into_iter().chain(purposes).collect(),
            ..IssueRequest::mail("", &[], 1, validity)
        };
        let certificate = self.authority.certify(cx, request.spki_der(), issue)?;
        let chain = self.authority.chain().iter().map(|c| c.der().to_vec()).collect();
        Ok(Issued { certificate: certificate.der().to_vec(), chain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smime::{
        Certificate, CryptoProvider, Curve, PrivateKey, Purpose, RequestedCertificate, TrustStore, validate,
    };

    const NOW: Timestamp = Timestamp(1_770_000_000_000);

    fn cx() -> Context<'static> {
        Context { now: NOW, crypto: &crypto::AwsLc }
    }

    fn server() -> EnrolmentAuthority {
        let validity = (Timestamp(0), Timestamp(NOW.0 * 2));
        let curve = PublicKeyAlgorithm::Ec(Curve::P256);
        EnrolmentAuthority::new(CertificateAuthority::generate(&cx(), "Enrolment", curve, validity).unwrap())
    }

    fn key(algorithm: PublicKeyAlgorithm) -> PrivateKey {
        PrivateKey::from_pkcs8(crypto::AwsLc.generate_key(algorithm).unwrap().to_vec()).unwrap()
    }

    fn ann() -> RequestedCertificate {
        let common_name = ObjectIdentifier::new_unwrap("2.5.4.3");
        RequestedCertificate {
            subject: vec![vec![(common_name, "Ann".to_owned())]],
            emails: vec!["ann@example.com".to_owned()],
            ..RequestedCertificate::default()
        }
    }

    fn asked(wish: &RequestedCertificate, algorithm: PublicKeyAlgorithm) -> Vec<u8> {
        wish.sign(&cx(), &key(algorithm), Some("word")).unwrap()
    }

    #[test]
    fn what_is_asked_for_is_certified_with_a_path_to_the_anchor() {
        let mut server = server();
        for (algorithm, encrypting) in [
            (PublicKeyAlgorithm::Rsa { bits: 2048 }, KeyUsage::KEY_ENCIPHERMENT),
            (PublicKeyAlgorithm::Ec(Curve::P384), KeyUsage::KEY_AGREEMENT),
        ] {
            let issued = server.enrol(&cx(), &asked(&ann(), algorithm)).unwrap();
            let certificate = Certificate::from_der(&issued.certificate).unwrap();
            assert_eq!(certificate.subject(), "CN=Ann");
            assert_eq!(certificate.email_addresses(), ["ann@example.com"]);
            assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE | encrypting));
            let chain: Vec<_> = issued.chain.iter().map(|c| Certificate::from_der(c).unwrap()).collect();
            let mut trust = TrustStore::new();
            trust.add(server.authority().anchor().clone());
            for purpose in [Purpose::EmailSigning, Purpose::EmailEncryption] {
                validate(&cx(), &certificate, &chain, &trust, purpose).unwrap();
            }
        }
        let signs = RequestedCertificate { key_usage: Some(KeyUsage::DIGITAL_SIGNATURE), ..ann() };
        let issued = server.enrol(&cx(), &asked(&signs, PublicKeyAlgorithm::Ec(Curve::P256))).unwrap();
        let certificate = Certificate::from_der(&issued.certificate).unwrap();
        assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE));
        assert_eq!(certificate.serial(), [5], "the third that this authority issues");
    }

    #[test]
    fn who_has_no_name_or_wants_to_be_an_authority_is_refused() {
        let curve = PublicKeyAlgorithm::Ec(Curve::P256);
        let refused = |wish: RequestedCertificate| server().enrol(&cx(), &asked(&wish, curve)).unwrap_err();
        assert_eq!(refused(RequestedCertificate::default()), EnrolmentRefusal::Nameless);
        let wish = RequestedCertificate { key_usage: Some(KeyUsage::KEY_CERT_SIGN), ..ann() };
        assert_eq!(refused(wish), EnrolmentRefusal::Usage);
        let mut request = asked(&ann(), curve);
        let at = request.windows(3).position(|w| w == b"Ann").unwrap();
        request[at] = b'B';
        let forged = server().enrol(&cx(), &request).unwrap_err();
        assert_eq!(forged, EnrolmentRefusal::Request(CertificationRequestError::NotItsKey));
    }

    #[test]
    fn keys_and_requests_are_bounded() {
        // What a SCEP payload asks for that says nothing.
        let shortest = PublicKeyAlgorithm::Rsa { bits: 1024 };
        assert!(server().enrol(&cx(), &asked(&ann(), shortest)).is_ok());
        let large = vec![0x30; smime::MAX_CERTIFICATION_REQUEST_SIZE + 1];
        let refused = server().enrol(&cx(), &large).unwrap_err();
        assert!(matches!(refused, EnrolmentRefusal::Request(CertificationRequestError::TooLarge { .. })));
    }
}
