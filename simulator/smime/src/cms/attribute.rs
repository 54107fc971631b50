//! Signed attributes (RFC 5652, 11; RFC 8551, 2.5).

use super::certificate_id::CertificateId;
use super::ess::{self, SigningCertificate};
use super::{CmsError, SignatureError, cipher, oid};
use crate::tlv::{Element, Tag, TlvError, read_time, write, write_time};
use crate::{BulkCipher, Certificate, Timestamp};
use const_oid::ObjectIdentifier;

/// How many signed attributes a signer may have.
pub const ATTRIBUTES_MAX: usize = 128;

/// What the signed attributes say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct SignedAttributes {
    /// The content type; the error when the attribute is not there exactly once.
    pub content_type: Option<ObjectIdentifier>,
    pub message_digest: Option<Vec<u8>>,
    pub signing_time: Option<Timestamp>,
    pub capabilities: Vec<BulkCipher>,
    pub encryption_key: Option<CertificateId>,
    /// The certificates that signingCertificate and signingCertificateV2 name, the signer's first in each.
    pub signing_certificates: Vec<SigningCertificate>,
}

impl SignedAttributes {
    /// Reads the attributes of a signer; the tag has been checked.
    ///
    /// # Errors
    ///
    /// The encoding's. A known attribute that is there twice or has not one value is [`SignatureError::Attribute`],
    /// inside.
    pub(super) fn read(set: &Element<'_>) -> Result<Result<SignedAttributes, SignatureError>, CmsError> {
        let mut attributes = SignedAttributes::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        let mut wrong = None;
        let mut count = 0;
        let mut reader = set.reader();
        while let Some(element) = reader.next()? {
            count += 1;
            if count > ATTRIBUTES_MAX {
                return Err(CmsError::TooMany { what: "signed attributes", limit: ATTRIBUTES_MAX });
            }
            let mut parts = element.open(Tag::SEQUENCE, "an attribute")?;
            let kind = parts.required("an attribute type")?.oid()?;
            let values = parts.expect(Tag::SET, "attribute values")?;
            parts.end()?;
            let name = match kind {
                oid::CONTENT_TYPE => "contentType",
                oid::MESSAGE_DIGEST => "messageDigest",
                oid::SIGNING_TIME => "signingTime",
                oid::SMIME_CAPABILITIES => "SMIMECapabilities",
                oid::ENCRYPTION_KEY_PREFERENCE | oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE => "encrypKeyPref",
                oid::SIGNING_CERTIFICATE => "signingCertificate",
                oid::SIGNING_CERTIFICATE_V2 => "signingCertificateV2",
                _ => continue,
            };
            let mut values = values.reader();
            let value = values.next()?;
            match value {
                Some(value) if values.is_empty() && !seen.contains(&kind) => attributes.take(kind, &value)?,
                _ => wrong = Some(SignatureError::Attribute { attribute: name }),
            }
            seen.push(kind);
        }
        Ok(wrong.map_or(Ok(attributes), Err))
    }

    fn take(&mut self, kind: ObjectIdentifier, value: &Element<'_>) -> Result<(), TlvError> {
        match kind {
            oid::CONTENT_TYPE => self.content_type = Some(value.oid()?),
            oid::MESSAGE_DIGEST => self.message_digest = Some(value.octet_string()?.into_owned()),
            // What only informs is left out when it cannot be read.
            oid::SIGNING_TIME => self.signing_time = read_time(value).ok(),
            oid::SMIME_CAPABILITIES => self.capabilities = read_capabilities(value).unwrap_or_default(),
            oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE if self.encryption_key.is_none() => {
                self.encryption_key = CertificateId::read_issuer_serial(value).ok();
            }
            oid::SIGNING_CERTIFICATE => self.signing_certificates.push(ess::read(value, false)),
            oid::SIGNING_CERTIFICATE_V2 => self.signing_certificates.push(ess::read(value, true)),
            oid::ENCRYPTION_KEY_PREFERENCE => self.encryption_key = read_preference(value).ok().flatten(),
            _ => {}
        }
        Ok(())
    }
}

/// SMIMEEncryptionKeyPreference (RFC 8551, 2.5.3), implicitly tagged.
fn read_preference(value: &Element<'_>) -> Result<Option<CertificateId>, TlvError> {
    if value.tag == Tag::context(0) {
        return CertificateId::read_issuer_serial(value).map(Some);
    }
    if value.tag == Tag::context(1) {
        let id = value.reader().required("a key identifier")?.octet_string()?;
        return Ok(Some(CertificateId::KeyId(id.into_owned())));
    }
    if value.tag.is_context(2) {
        return Ok(Some(CertificateId::KeyId(value.octets()?.into_owned())));
    }
    Ok(None)
}

/// SMIMECapabilities (RFC 8551, 2.5.2): the content ciphers that are known, in order of preference.
fn read_capabilities(value: &Element<'_>) -> Result<Vec<BulkCipher>, TlvError> {
    let mut ciphers = Vec::new();
    let mut reader = value.open(Tag::SEQUENCE, "capabilities")?;
    while let Some(capability) = reader.next()? {
        ciphers.extend(cipher::read_capability(&capability)?.filter(|cipher| !ciphers.contains(cipher)));
    }
    Ok(ciphers)
}

/// The content ciphers that SMIMECapabilities name which stand by themselves, as in certificates (RFC 4262, 2); none if
/// they cannot be read.
pub(crate) fn capabilities(der: &[u8]) -> Vec<BulkCipher> {
    Element::only(der, 0).and_then(|value| read_capabilities(&value)).unwrap_or_default()
}

/// What goes into the signed, or the authenticated, attributes.
#[derive(Default)]
pub(super) struct NewAttributes<'a> {
    pub content_type: Option<ObjectIdentifier>,
    pub message_digest: Option<&'a [u8]>,
    pub signing_time: Option<Timestamp>,
    pub capabilities: &'a [BulkCipher],
    pub encryption_certificate: Option<&'a Certificate>,
    /// Whether the preference is written in Microsoft's form too.
    pub microsoft_preference: bool,
    /// The value of signingCertificateV2.
    pub signing_certificate: Option<Vec<u8>>,
}

impl NewAttributes<'_> {
    /// The DER of the SET OF, which is what is signed.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut attributes = Vec::with_capacity(8);
        attributes.extend(self.content_type.map(|kind| attribute(oid::CONTENT_TYPE, &write::oid(kind))));
        attributes.extend(
            self.message_digest.map(|digest| attribute(oid::MESSAGE_DIGEST, &write::octet_string(digest))),
        );
        attributes.extend(self.signing_time.map(|time| attribute(oid::SIGNING_TIME, &write_time(time))));
        if !self.capabilities.is_empty() {
            let mut capabilities = Vec::with_capacity(16 * self.capabilities.len());
            for capability in self.capabilities {
                cipher::write_capability(*capability, &mut capabilities);
            }
            attributes.push(attribute(oid::SMIME_CAPABILITIES, &write::tlv(0x30, &capabilities)));
        }
        if let Some(certificate) = self.encryption_certificate {
            let preference = CertificateId::of(certificate).write(0xa0);
            attributes.push(attribute(oid::ENCRYPTION_KEY_PREFERENCE, &preference));
            if self.microsoft_preference {
                let preference = CertificateId::of(certificate).write(0x30);
                attributes.push(attribute(oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE, &preference));
            }
        }
        attributes.extend(
            self.signing_certificate.iter().map(|value| attribute(oid::SIGNING_CERTIFICATE_V2, value)),
        );
        write::set_of(attributes)
    }
}

pub(super) fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let (kind, length) = (kind.as_bytes(), value.len() as u64);
    let size = write::size(kind.len() as u64) + write::size(length);
    let mut out = Vec::with_capacity(write::size(size) as usize);
    write::header(&mut out, 0x30, size);
    write::header(&mut out, 0x06, kind.len() as u64);
    out.extend_from_slice(kind);
    write::header(&mut out, 0x31, length);
    out.extend_from_slice(value);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPABILITIES: [BulkCipher; 5] = [
        BulkCipher::Aes256Gcm,
        BulkCipher::Aes256Cbc,
        BulkCipher::TripleDesCbc,
        BulkCipher::Rc2Cbc { effective_bits: 128 },
        BulkCipher::DesCbc,
    ];

    fn read(attributes: Vec<Vec<u8>>) -> Result<Result<SignedAttributes, SignatureError>, CmsError> {
        let set = write::tlv_parts(0xa0, &attributes);
        SignedAttributes::read(&Element::only(&set, 0).unwrap())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let new = NewAttributes {
            content_type: Some(oid::DATA),
            message_digest: Some(&[1, 2]),
            signing_time: Some(Timestamp(1_709_208_000_000)),
            capabilities: &CAPABILITIES,
            ..NewAttributes::default()
        };
        let set = new.write();
        let read = SignedAttributes::read(&Element::only(&set, 0).unwrap()).unwrap().unwrap();
        assert_eq!(read.content_type, Some(oid::DATA));
        assert_eq!(read.message_digest.as_deref(), Some(&[1, 2][..]));
        assert_eq!(read.signing_time, Some(Timestamp(1_709_208_000_000)));
        assert_eq!(read.capabilities, CAPABILITIES);
    }

    #[test]
    fn an_attribute_twice_or_with_two_values_is_refused() {
        let digest = || attribute(oid::MESSAGE_DIGEST, &write::octet_string(&[1]));
        let wrong = Ok(Err(SignatureError::Attribute { attribute: "messageDigest" }));
        assert_eq!(read(vec![digest(), digest()]), wrong);
        let values = [write::octet_string(&[1]), write::octet_string(&[2])].concat();
        assert_eq!(read(vec![attribute(oid::MESSAGE_DIGEST, &values)]), wrong);
        assert_eq!(read(vec![attribute(oid::MESSAGE_DIGEST, &[])]), wrong);
    }

    #[test]
    fn attributes_stop_at_the_bound() {
        let some = |count: u32| {
            (0..count)
                .map(|n| attribute(ObjectIdentifier::new_unwrap("1.2.3"), &write::small_integer(n)))
                .collect()
        };
        assert!(read(some(ATTRIBUTES_MAX as u32)).unwrap().is_ok());
        assert!(matches!(read(some(ATTRIBUTES_MAX as u32 + 1)), Err(CmsError::TooMany { .. })));
    }

    #[test]
    fn every_form_of_the_key_preference_is_read() {
        let id = CertificateId::IssuerSerial { issuer: write::sequence::<&[u8]>(&[]), serial: vec![7] };
        for (kind, value, expected) in [
            (oid::ENCRYPTION_KEY_PREFERENCE, id.write(0xa0), Some(id.clone())),
            (oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE, id.write(0x30), Some(id.clone())),
            (
                oid::ENCRYPTION_KEY_PREFERENCE,
                write::tlv(0xa1, &write::octet_string(&[5])),
                Some(CertificateId::KeyId(vec![5])),
            ),
            (oid::ENCRYPTION_KEY_PREFERENCE, write::tlv(0x82, &[5]), Some(CertificateId::KeyId(vec![5]))),
            (oid::ENCRYPTION_KEY_PREFERENCE, write::tlv(0x83, &[5]), None),
        ] {
            assert_eq!(read(vec![attribute(kind, &value)]).unwrap().unwrap().encryption_key, expected);
        }
    }
}
