use super::CmsError;
use crate::tlv::{Element, Tag, TlvError, write};
use crate::{Certificate, name};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose certificate is meant (RFC 5652, 5.3 and 6.2): by issuer and serial number or by subject key identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateId {
    IssuerSerial {
        /// The DER of the issuer's name.
        issuer: Vec<u8>,
        /// The octets of the serial number, without superfluous ones.
        serial: Vec<u8>,
    },
    KeyId(Vec<u8>),
}

/// Whom a message is encrypted to, for people and logs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RecipientId {
    /// By the certificate's issuer and serial number.
    IssuerSerial {
        /// The issuer's name as RFC 4514 text.
        issuer: String,
        /// The serial number in lower-case hexadecimal.
        serial: String,
    },
    /// By the certificate's subject key identifier, in lower-case hexadecimal.
    KeyId(String),
    /// Whoever has a password (RFC 5652, 6.2.4).
    Password,
    /// Whoever has a key that both sides had before (RFC 5652, 6.2.3).
    SharedKey,
    /// A recipient of a kind that is not known.
    Other,
}

impl fmt::Display for RecipientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecipientId::IssuerSerial { issuer, serial } => write!(f, "{issuer} serial {serial}"),
            RecipientId::KeyId(id) => write!(f, "key {id}"),
            RecipientId::Password => write!(f, "a password"),
            RecipientId::SharedKey => write!(f, "a key that both sides have"),
            RecipientId::Other => write!(f, "not by certificate"),
        }
    }
}

impl CertificateId {
    /// Reads a SignerIdentifier or RecipientIdentifier. The key identifier may be a constructed string, as Apple
    /// sends it in signed configuration profiles.
    pub(crate) fn read(element: &Element<'_>) -> Result<CertificateId, CmsError> {
        if element.tag.is_context(0) {
            return Ok(CertificateId::KeyId(element.octets()?.into_owned()));
        }
        Ok(Self::read_issuer_serial(element)?)
    }

    /// Reads an IssuerAndSerialNumber; the tag may be an implicit one.
    pub(crate) fn read_issuer_serial(element: &Element<'_>) -> Result<CertificateId, TlvError> {
        if !element.tag.constructed {
            return Err(element.unexpected("an issuer and a serial number"));
        }
        let mut reader = element.reader();
        let issuer = reader.expect(Tag::SEQUENCE, "an issuer's name")?;
        // A name is DER where it is signed; a sender may have framed its copy otherwise.
        let name = match name::count(issuer.raw) {
            Ok(_) => issuer.raw.to_vec(),
            Err(_) => issuer.to_der(0x30, false)?,
        };
        let serial = reader.expect(Tag::INTEGER, "a serial number")?.integer()?;
        reader.end()?;
        Ok(CertificateId::IssuerSerial { issuer: name, serial: serial.to_vec() })
    }

    /// Whether the certificate is the one that is meant. Names are compared as RFC 5280 (7.1) says.
    pub(crate) fn matches(&self, certificate: &Certificate) -> bool {
        match self {
            CertificateId::IssuerSerial { issuer, serial } => {
                minimal(certificate.serial()) == serial.as_slice()
                    && (issuer.as_slice() == certificate.issuer_der()
                        || name::same(issuer, certificate.issuer_der()))
            }
            CertificateId::KeyId(id) => certificate.subject_key_id() == Some(id.as_slice()),
        }
    }

    /// The identifier as text.
    pub(crate) fn describe(&self) -> RecipientId {
        match self {
            CertificateId::IssuerSerial { issuer, serial } => RecipientId::IssuerSerial {
                issuer: name::to_text(issuer),
                serial: name::hex(match serial.as_slice() {
                    [0, rest @ ..] if !rest.is_empty() => rest,
                    all => all,
                }),
            },
            CertificateId::KeyId(id) => RecipientId::KeyId(name::hex(id)),
        }
    }
}

/// Appends a certificate's IssuerAndSerialNumber with the given tag.
pub(super) fn append_issuer_serial(out: &mut Vec<u8>, tag: u8, certificate: &Certificate) {
    let (issuer, serial) = (certificate.issuer_der(), minimal(certificate.serial()));
    write::header(out, tag, issuer.len() as u64 + write::size(serial.len() as u64));
    out.extend_from_slice(issuer);
    write::append(out, 0x02, serial);
}

/// An integer's octets without superfluous leading zeros.
fn minimal(mut octets: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = octets
        && rest.first().is_some_and(|second| second & 0x80 == 0)
    {
        octets = rest;
    }
    octets
}

#[cfg(test)]
impl CertificateId {
    /// How a certificate is identified by issuer and serial number.
    pub(crate) fn of(certificate: &Certificate) -> CertificateId {
        CertificateId::IssuerSerial {
            issuer: certificate.issuer_der().to_vec(),
            serial: minimal(certificate.serial()).to_vec(),
        }
    }

    /// Writes an IssuerAndSerialNumber with the given tag, or a `[0]` key identifier.
    pub(crate) fn write(&self, tag: u8) -> Vec<u8> {
        match self {
            CertificateId::IssuerSerial { issuer, serial } => {
                write::tlv_parts(tag, &[issuer.as_slice(), &write::tlv(0x02, serial)])
            }
            CertificateId::KeyId(id) => write::tlv(0x80, id),
        }
    }
}
