//! Which certificate a signer means: the ESS attributes signingCertificate and signingCertificateV2 (RFC 2634, 5.4;
//! RFC 5035, 3).

use crate::algorithm::{digest_by_oid, digest_oid};
use crate::tlv::{Element, Tag, TlvError, write};
use crate::{Certificate, CryptoProvider, DigestAlgorithm};

/// What one of the attributes says of the signer's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SigningCertificate {
    /// The certificate has this hash.
    Hash { digest: DigestAlgorithm, hash: Vec<u8> },
    /// The hash function is not known, or the attribute cannot be read.
    Unreadable,
}

impl SigningCertificate {
    /// Whether the certificate is the one that is meant.
    pub(super) fn matches(&self, crypto: &dyn CryptoProvider, certificate: &Certificate) -> bool {
        match self {
            SigningCertificate::Hash { digest, hash } => {
                crypto.digest(*digest, &[certificate.der()]) == *hash
            }
            SigningCertificate::Unreadable => false,
        }
    }
}

/// Reads the first certificate of the attribute's value, which is the signer's (RFC 5035, 5.4.1.1).
pub(super) fn read(value: &Element<'_>, version_2: bool) -> SigningCertificate {
    first(value, version_2).ok().flatten().unwrap_or(SigningCertificate::Unreadable)
}

fn first(value: &Element<'_>, version_2: bool) -> Result<Option<SigningCertificate>, TlvError> {
    let mut reader = value.open(Tag::SEQUENCE, "a signing certificate")?;
    let mut certificates = reader.expect(Tag::SEQUENCE, "certificate identifiers")?.reader();
    let mut id = certificates.expect(Tag::SEQUENCE, "a certificate identifier")?.reader();
    let algorithm = match version_2 {
        true => id.optional(|tag| tag == Tag::SEQUENCE)?,
        false => None,
    };
    let digest = match algorithm {
        Some(algorithm) => {
            let mut parts = algorithm.reader();
            digest_by_oid(&parts.required("an object identifier")?.oid()?)
        }
        None if version_2 => Some(DigestAlgorithm::Sha256),
        None => Some(DigestAlgorithm::Sha1),
    };
    let hash = id.required("a certificate's hash")?.octet_string()?.into_owned();
    Ok(digest.map(|digest| SigningCertificate::Hash { digest, hash }))
}

/// The value of signingCertificateV2 for one certificate, with its issuer and serial number.
pub(super) fn write_v2(
    crypto: &dyn CryptoProvider,
    digest: DigestAlgorithm,
    certificate: &Certificate,
) -> Vec<u8> {
    let mut id = Vec::new();
    // SHA-256 is the default, which DER leaves out.
    if digest != DigestAlgorithm::Sha256 {
        id.push(write::sequence(&[write::oid(digest_oid(digest))]));
    }
    id.push(write::octet_string(&crypto.digest(digest, &[certificate.der()])));
    let issuer = write::sequence(&[write::tlv(0xa4, certificate.issuer_der())]);
    id.push(write::sequence(&[issuer, write::tlv(0x02, certificate.serial())]));
    write::sequence(&[write::sequence(&[write::sequence(&id)])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cms::tests::world;

    #[test]
    fn what_is_written_is_read_and_names_one_certificate() {
        let world = world();
        let crypto = world.cx().crypto;
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha512] {
            let value = write_v2(crypto, digest, &world.rsa.certificate);
            let read = read(&Element::only(&value, 0).unwrap(), true);
            assert!(matches!(&read, SigningCertificate::Hash { digest: found, .. } if *found == digest));
            assert!(read.matches(crypto, &world.rsa.certificate));
            assert!(!read.matches(crypto, &world.ec.certificate));
        }
    }

    #[test]
    fn what_cannot_be_read_matches_nothing() {
        let world = world();
        let empty = write::sequence(&[write::sequence::<&[u8]>(&[])]);
        let read = read(&Element::only(&empty, 0).unwrap(), true);
        assert_eq!(read, SigningCertificate::Unreadable);
        assert!(!read.matches(world.cx().crypto, &world.rsa.certificate));
    }
}
