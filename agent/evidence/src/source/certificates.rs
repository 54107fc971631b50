//! Certificates, by what is public of them.

use super::{MAX_ITEMS, ReadError, TimedFact};
use crate::{Fact, ObservedCertificate};
use smime::Certificate;

impl ObservedCertificate {
    /// A certificate in the words of the log.
    pub fn of(certificate: &Certificate, identity: bool) -> ObservedCertificate {
        let usage = certificate.key_usage();
        ObservedCertificate {
            payload_uuid: None,
            subject: certificate.subject(),
            issuer: certificate.issuer(),
            serial: certificate.serial_hex(),
            key_id: certificate.subject_key_id().map(hex),
            not_before_ms: certificate.not_before().0,
            not_after_ms: certificate.not_after().0,
            emails: certificate.email_addresses(),
            signs: usage.map(|u| u.digital_signature()),
            encrypts: usage.map(|u| u.key_encipherment() || u.key_agreement()),
            identity,
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Reads PEM or DER. Private keys beside the certificates are passed over.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<TimedFact>, ReadError> {
    let failed = |error| ReadError::Certificate { path: "the file".to_owned(), error };
    let certificates = if bytes.first() == Some(&0x30) {
        vec![Certificate::from_der(bytes).map_err(failed)?]
    } else {
        Certificate::from_pem(bytes).map_err(failed)?
    };
    if certificates.len() > MAX_ITEMS {
        return Err(ReadError::TooMany { path: "the file".to_owned(), count: certificates.len() });
    }
    let certificates = certificates.iter().map(|c| ObservedCertificate::of(c, false)).collect();
    Ok(vec![Fact::KnownCertificates { certificates }.into()])
}
