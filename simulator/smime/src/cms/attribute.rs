//! Signed attributes (RFC 5652, 11; RFC 8551, 2.5).

use super::certificate_id::{CertificateId, append_issuer_serial};
use super::ess::{self, SigningCertificate};
use super::{CmsError, SignatureError, cipher, oid};
use crate::algorithm::find;
use crate::tlv::{Element, Tag, TlvError, append_time, read_time, write};
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
        // One bit for each kind that is known.
        let mut seen = 0u8;
        let mut wrong = None;
        let mut count = 0;
        let mut reader = set.reader();
        while let Some(element) = reader.next()? {
            count += 1;
            if count > ATTRIBUTES_MAX {
                return Err(CmsError::TooMany { what: "signed attributes", limit: ATTRIBUTES_MAX });
            }
            let mut parts = element.open(Tag::SEQUENCE, "an attribute")?;
            let kind = parts.required("an attribute type")?;
            kind.expect(Tag::OID, "an object identifier")?;
            let known = Kind::of(kind.body);
            if known.is_none() {
                kind.oid()?;
            }
            let values = parts.expect(Tag::SET, "attribute values")?;
            parts.end()?;
            let Some(kind) = known else { continue };
            let mut values = values.reader();
            let value = values.next()?;
            match value {
                Some(value) if values.is_empty() && seen & kind.bit() == 0 => {
                    attributes.take(kind, &value)?
                }
                _ => wrong = Some(SignatureError::Attribute { attribute: kind.name() }),
            }
            seen |= kind.bit();
        }
        Ok(wrong.map_or(Ok(attributes), Err))
    }

    fn take(&mut self, kind: Kind, value: &Element<'_>) -> Result<(), TlvError> {
        match kind {
            Kind::ContentType => self.content_type = Some(value.oid()?),
            Kind::MessageDigest => self.message_digest = Some(value.octet_string()?.into_owned()),
            // What only informs is left out when it cannot be read.
            Kind::SigningTime => self.signing_time = read_time(value).ok(),
            Kind::Capabilities => self.capabilities = read_capabilities(value).unwrap_or_default(),
            Kind::MicrosoftEncryptionKey if self.encryption_key.is_none() => {
                self.encryption_key = CertificateId::read_issuer_serial(value).ok();
            }
            Kind::MicrosoftEncryptionKey => {}
            Kind::SigningCertificate => self.signing_certificates.push(ess::read(value, false)),
            Kind::SigningCertificateV2 => self.signing_certificates.push(ess::read(value, true)),
            Kind::EncryptionKey => self.encryption_key = read_preference(value).ok().flatten(),
        }
        Ok(())
    }
}

/// An attribute that is known.
#[derive(Clone, Copy)]
enum Kind {
    ContentType,
    MessageDigest,
    SigningTime,
    Capabilities,
    EncryptionKey,
    MicrosoftEncryptionKey,
    SigningCertificate,
    SigningCertificateV2,
}

impl Kind {
    /// The kind that the octets of an attribute type name.
    fn of(octets: &[u8]) -> Option<Kind> {
        const KINDS: [(ObjectIdentifier, Kind); 8] = [
            (oid::CONTENT_TYPE, Kind::ContentType),
            (oid::MESSAGE_DIGEST, Kind::MessageDigest),
            (oid::SIGNING_TIME, Kind::SigningTime),
            (oid::SMIME_CAPABILITIES, Kind::Capabilities),
            (oid::ENCRYPTION_KEY_PREFERENCE, Kind::EncryptionKey),
            (oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE, Kind::MicrosoftEncryptionKey),
            (oid::SIGNING_CERTIFICATE, Kind::SigningCertificate),
            (oid::SIGNING_CERTIFICATE_V2, Kind::SigningCertificateV2),
        ];
        find(&KINDS, octets)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }

    fn name(self) -> &'static str {
        match self {
            Kind::ContentType => "contentType",
            Kind::MessageDigest => "messageDigest",
            Kind::SigningTime => "signingTime",
            Kind::Capabilities => "SMIMECapabilities",
            Kind::EncryptionKey | Kind::MicrosoftEncryptionKey => "encrypKeyPref",
            Kind::SigningCertificate => "signingCertificate",
            Kind::SigningCertificateV2 => "signingCertificateV2",
        }
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
    pub signing_certificate: Option<&'a [u8]>,
}

impl NewAttributes<'_> {
    /// Appends the DER of the SET OF, which is what is signed.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        // Short ones first, as the order of a SET OF has it, so that mostly nothing has to move.
        write::append_set_of(out, 0x31, |set| {
            let mut attribute =
                |kind, value: &dyn Fn(&mut Vec<u8>)| set.member(|out| append_attribute(out, kind, value));
            if let Some(kind) = self.content_type {
                attribute(oid::CONTENT_TYPE, &|out| write::append_oid(out, kind));
            }
            if let Some(time) = self.signing_time {
                attribute(oid::SIGNING_TIME, &|out| append_time(out, time));
            }
            if let Some(digest) = self.message_digest {
                attribute(oid::MESSAGE_DIGEST, &|out| write::append(out, 0x04, digest));
            }
            if !self.capabilities.is_empty() {
                attribute(oid::SMIME_CAPABILITIES, &|out| {
                    write::nest(out, 0x30, |out| {
                        self.capabilities.iter().for_each(|cipher| cipher::write_capability(*cipher, out));
                    });
                });
            }
            if let Some(certificate) = self.encryption_certificate {
                attribute(oid::ENCRYPTION_KEY_PREFERENCE, &|out| {
                    append_issuer_serial(out, 0xa0, certificate)
                });
                if self.microsoft_preference {
                    attribute(oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE, &|out| {
                        append_issuer_serial(out, 0x30, certificate);
                    });
                }
            }
            if let Some(value) = self.signing_certificate {
                attribute(oid::SIGNING_CERTIFICATE_V2, &|out| out.extend_from_slice(value));
            }
        });
    }
}

/// Appends an attribute of one value, which is what `value` appends.
fn append_attribute(out: &mut Vec<u8>, kind: ObjectIdentifier, value: &dyn Fn(&mut Vec<u8>)) {
    write::nest(out, 0x30, |out| {
        write::append_oid(out, kind);
        write::nest(out, 0x31, value);
    });
}

#[cfg(test)]
pub(super) fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    append_attribute(&mut out, kind, &|out| out.extend_from_slice(value));
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
        let mut set = Vec::new();
        new.write(&mut set);
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
