//! Certification requests (PKCS#10, RFC 2986): what a device sends to an authority with SCEP (RFC 8894) and ACME
//! (RFC 8555), and what the authority reads.

use crate::algorithm::{
    inner, public_key, scheme_digest, signature_identifier, signature_scheme, verify_message,
};
use crate::asn1::{
    Asn1Error, BOOLEAN, Element, IA5_STRING, OCTET_STRING, PRINTABLE_STRING, Reader, SEQUENCE, SET,
    UTF8_STRING, context, context_primitive, integer, oid, sequence, set_of, tlv,
};
use crate::certificate::{MAX_EXTENSIONS, key_usage};
use crate::issue::{ExtraExtension, usual_scheme};
use crate::{
    Context, CryptoError, KeyUsage, ObjectIdentifier, PrivateKey, PublicKeyAlgorithm, SignatureScheme, name,
};
use std::ops::Range;
use thiserror::Error;

/// The largest request that is read, in octets.
pub const MAX_CERTIFICATION_REQUEST_SIZE: usize = 64 * 1024;
/// The most attributes that a request may have.
pub const MAX_REQUEST_ATTRIBUTES: usize = 16;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// `challengePassword` (RFC 2985, 5.4.1).
const CHALLENGE_PASSWORD: ObjectIdentifier = id("1.2.840.113549.1.9.7");
/// `extensionRequest` (RFC 2985, 5.4.2).
const EXTENSION_REQUEST: ObjectIdentifier = id("1.2.840.113549.1.9.14");
/// The user principal name in an `otherName`, as directories of Microsoft sign in with.
const PRINCIPAL_NAME: ObjectIdentifier = id("1.3.6.1.4.1.311.20.2.3");
const KEY_USAGE: ObjectIdentifier = id("2.5.29.15");
const ALTERNATIVE_NAME: ObjectIdentifier = id("2.5.29.17");
const EXTENDED_KEY_USAGE: ObjectIdentifier = id("2.5.29.37");
const COUNTRY: ObjectIdentifier = id("2.5.4.6");
const DOMAIN_COMPONENT: ObjectIdentifier = id("0.9.2342.19200300.100.1.25");
const EMAIL_ADDRESS: ObjectIdentifier = name::EMAIL_ADDRESS;

/// What is asked to be certified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedCertificate {
    /// The subject: relative distinguished names, each of one or more attributes.
    pub subject: Vec<Vec<(ObjectIdentifier, String)>>,
    /// `rfc822Name`s.
    pub emails: Vec<String>,
    /// `dNSName`s.
    pub hosts: Vec<String>,
    /// `uniformResourceIdentifier`s.
    pub uris: Vec<String>,
    /// User principal names, as `otherName`.
    pub principal_names: Vec<String>,
    /// The `keyUsage`; nothing leaves it to the authority.
    pub key_usage: Option<KeyUsage>,
    /// The `extKeyUsage`; empty leaves it to the authority.
    pub extended_key_usage: Vec<ObjectIdentifier>,
}

impl RequestedCertificate {
    /// Signs the request with the key that is to be certified. `challenge` becomes the `challengePassword`, in the
    /// clear: the octets are then a secret.
    ///
    /// # Errors
    /// The key cannot be read or cannot sign.
    pub fn sign(
        &self,
        cx: &Context<'_>,
        key: &PrivateKey,
        challenge: Option<&str>,
    ) -> Result<Vec<u8>, CryptoError> {
        let key = key.load(cx)?;
        let mut attributes = Vec::new();
        let mut attribute = |kind: &ObjectIdentifier, value: &[u8]| {
            attributes.push(sequence(&[&oid(kind), &tlv(SET, &[value])]))
        };
        if let Some(challenge) = challenge {
            attribute(&CHALLENGE_PASSWORD, &tlv(UTF8_STRING, &[challenge.as_bytes()]));
        }
        let extensions = self.extensions();
        if !extensions.is_empty() {
            attribute(&EXTENSION_REQUEST, &sequence(&slices(&extensions)));
        }
        attributes.sort();
        let rdn = |rdn: &Vec<(ObjectIdentifier, String)>| {
            let pair = |(kind, value): &(_, String)| sequence(&[&oid(kind), &text(kind, value)]);
            set_of(rdn.iter().map(pair).collect())
        };
        let info = sequence(&[
            &integer(&[0]),
            &sequence(&slices(&self.subject.iter().map(rdn).collect::<Vec<_>>())),
            &key.public_key(),
            &tlv(context(0), &slices(&attributes)),
        ]);
        let scheme = usual_scheme(key.algorithm());
        let digest = match scheme_digest(scheme) {
            Some(digest) => cx.crypto.digest(digest, &[&info]),
            None => info.clone(),
        };
        let signature = key.sign(scheme, &digest)?;
        let signature = tlv(crate::asn1::BIT_STRING, &[&[0], &signature]);
        Ok(sequence(&[&info, &signature_identifier(scheme), &signature]))
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut add = |extension: &ObjectIdentifier, critical: bool, value: &[u8]| {
            let critical = if critical { tlv(BOOLEAN, &[&[0xFF]]) } else { Vec::new() };
            out.push(sequence(&[&oid(extension), &critical, &tlv(OCTET_STRING, &[value])]));
        };
        if let Some(usage) = self.key_usage {
            add(&KEY_USAGE, true, &usage.to_der());
        }
        if !self.extended_key_usage.is_empty() {
            let purposes: Vec<_> = self.extended_key_usage.iter().map(oid).collect();
            add(&EXTENDED_KEY_USAGE, false, &sequence(&slices(&purposes)));
        }
        let plain = |n: u8| move |text: &String| tlv(context_primitive(n), &[text.as_bytes()]);
        let principal = |text: &String| {
            let value = tlv(UTF8_STRING, &[text.as_bytes()]);
            tlv(context(0), &[&oid(&PRINCIPAL_NAME), &tlv(context(0), &[&value])])
        };
        let names: Vec<Vec<u8>> = (self.emails.iter().map(|mailbox| crate::issue::general_name(mailbox)))
            .chain(self.hosts.iter().map(plain(2)))
            .chain(self.uris.iter().map(plain(6)))
            .chain(self.principal_names.iter().map(principal))
            .collect();
        if !names.is_empty() {
            // RFC 5280, 4.2.1.6: critical when the subject is empty
            add(&ALTERNATIVE_NAME, self.subject.is_empty(), &sequence(&slices(&names)));
        }
        out
    }
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// An attribute value in the string type that its kind has (RFC 5280, appendix A).
fn text(kind: &ObjectIdentifier, value: &str) -> Vec<u8> {
    let tag = if *kind == COUNTRY && value.bytes().all(|b| b.is_ascii_alphanumeric()) {
        PRINTABLE_STRING
    } else if [EMAIL_ADDRESS, DOMAIN_COMPONENT].contains(kind) && value.is_ascii() {
        IA5_STRING
    } else {
        UTF8_STRING
    };
    tlv(tag, &[value.as_bytes()])
}

/// Why a certification request cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificationRequestError {
    /// The request is larger than [`MAX_CERTIFICATION_REQUEST_SIZE`].
    #[error("the request has {size} octets, more than {limit}")]
    TooLarge {
        /// Its size in octets.
        size: usize,
        /// The largest size that is read.
        limit: usize,
    },
    /// It has more attributes or asks for more extensions than are read.
    #[error("the request has more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that are read.
        limit: usize,
    },
    /// A part is not encoded as RFC 2986 says; it is named as that document names it.
    #[error("the request's {what} cannot be read")]
    Malformed {
        /// The name of the part.
        what: &'static str,
    },
    /// The signature is of a kind that is not known.
    #[error("the signature algorithm {oid} is not supported")]
    Unsupported {
        /// The algorithm's identifier.
        oid: ObjectIdentifier,
    },
    /// The key in the request did not make its signature.
    #[error("the request is not signed with its own key")]
    NotItsKey,
}

use CertificationRequestError as Error;

trait Part<T> {
    fn part(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Part<T> for Result<T, Asn1Error> {
    fn part(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|_| Error::Malformed { what })
    }
}

/// A certification request that was read. The challenge in it is not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificationRequest {
    info: Vec<u8>,
    subject: Range<usize>,
    spki: Range<usize>,
    algorithm: PublicKeyAlgorithm,
    scheme: SignatureScheme,
    signature: Vec<u8>,
    extensions: Vec<ExtraExtension>,
    has_challenge: bool,
}

/// Shows what is asked for and not the octets, in which a challenge may be.
impl std::fmt::Debug for CertificationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CertificationRequest")
            .field("subject", &self.subject())
            .field("algorithm", &self.algorithm)
            .field("has_challenge", &self.has_challenge)
            .finish_non_exhaustive()
    }
}

impl CertificationRequest {
    /// Reads a DER request. Its signature is looked at by [`CertificationRequest::verify`].
    ///
    /// # Errors
    /// [`CertificationRequestError`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        if der.len() > MAX_CERTIFICATION_REQUEST_SIZE {
            return Err(Error::TooLarge { size: der.len(), limit: MAX_CERTIFICATION_REQUEST_SIZE });
        }
        let mut outer = Reader::der(der);
        let mut r = outer.expect(SEQUENCE).part("CertificationRequest")?.reader();
        outer.end().part("CertificationRequest")?;
        let info = r.expect(SEQUENCE).part("certificationRequestInfo")?;
        let scheme = r.any().and_then(|e| signature_scheme(&e)).part("signatureAlgorithm")?;
        let signature = r.any().and_then(|e| e.whole_bits()).part("signature")?.to_vec();
        r.end().part("CertificationRequest")?;

        let mut r = info.reader();
        if r.any().and_then(|e| e.uint()).part("version")? != 0 {
            return Err(Error::Malformed { what: "version" });
        }
        let subject = r.expect(SEQUENCE).part("subject")?;
        name::attributes(subject.raw).part("subject")?;
        let spki = r.expect(SEQUENCE).part("subjectPKInfo")?;
        let algorithm = public_key(spki.raw).part("subjectPKInfo")?.algorithm;
        let mut request = CertificationRequest {
            info: info.raw.to_vec(),
            subject: within(info.raw, subject.raw),
            spki: within(info.raw, spki.raw),
            algorithm: algorithm.map_err(|oid| Error::Unsupported { oid })?,
            scheme: scheme.map_err(|oid| Error::Unsupported { oid })?,
            signature,
            extensions: Vec::new(),
            has_challenge: false,
        };
        // RFC 2986, 4.1 wants the tag even when there are no attributes; some programs leave it out.
        if let Some(attributes) = r.optional(context(0)).part("attributes")? {
            request.attributes(&attributes)?;
        }
        r.end().part("certificationRequestInfo")?;
        Ok(request)
    }

    fn attributes(&mut self, attributes: &Element<'_>) -> Result<(), Error> {
        let mut r = attributes.reader();
        let mut seen = Vec::new();
        while let Some(attribute) = r.next().part("attributes")? {
            if seen.len() == MAX_REQUEST_ATTRIBUTES {
                return Err(Error::TooMany { what: "attributes", limit: MAX_REQUEST_ATTRIBUTES });
            }
            let mut a = attribute.expect(SEQUENCE).part("attributes")?.reader();
            let kind = a.any().and_then(|e| e.oid()).part("attributes")?;
            let values = a.expect(SET).part("attributes")?;
            a.end().part("attributes")?;
            if seen.contains(&kind) {
                return Err(Error::Malformed { what: "attributes" });
            }
            seen.push(kind);
            if kind == CHALLENGE_PASSWORD {
                inner(&values).part("challengePassword")?;
                self.has_challenge = true;
            } else if kind == EXTENSION_REQUEST {
                let list = inner(&values).and_then(|e| e.expect(SEQUENCE)).part("extensionRequest")?;
                self.requested(&list)?;
            }
        }
        Ok(())
    }

    fn requested(&mut self, list: &Element<'_>) -> Result<(), Error> {
        let part = "extensionRequest";
        let mut r = list.reader();
        while let Some(extension) = r.next().part(part)? {
            if self.extensions.len() == MAX_EXTENSIONS {
                return Err(Error::TooMany { what: "extensions", limit: MAX_EXTENSIONS });
            }
            let mut e = extension.expect(SEQUENCE).part(part)?.reader();
            let oid = e.any().and_then(|e| e.oid()).part(part)?;
            let critical = e.optional(BOOLEAN).part(part)?.is_some_and(|b| b.content != [0]);
            let value = e.expect(OCTET_STRING).part(part)?.content.to_vec();
            e.end().part(part)?;
            if self.extension(&oid).is_some() {
                return Err(Error::Malformed { what: part });
            }
            if oid == KEY_USAGE {
                key_usage(&value).part("keyUsage")?;
            }
            self.extensions.push(ExtraExtension { oid, critical, value });
        }
        Ok(())
    }

    /// Verifies that the key in the request made its signature: proof that whoever asks has the private half.
    ///
    /// # Errors
    /// [`CertificationRequestError::NotItsKey`], also when the provider does not know the kind of signature.
    pub fn verify(&self, cx: &Context<'_>) -> Result<(), Error> {
        verify_message(cx.crypto, self.spki_der(), self.scheme, &self.info, &self.signature)
            .map_err(|_| Error::NotItsKey)
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.info.get(range.clone()).unwrap_or_default()
    }

    /// The DER Name of the subject.
    pub fn subject_der(&self) -> &[u8] {
        self.part(&self.subject)
    }

    /// The subject as text (RFC 4514).
    pub fn subject(&self) -> String {
        name::to_text(self.subject_der())
    }

    /// The DER `SubjectPublicKeyInfo`.
    pub fn spki_der(&self) -> &[u8] {
        self.part(&self.spki)
    }

    /// What kind of key is to be certified.
    pub fn public_key_algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    /// The extensions that are asked for, in the request's order.
    pub fn extensions(&self) -> &[ExtraExtension] {
        &self.extensions
    }

    /// The extension of that identifier.
    pub fn extension(&self, oid: &ObjectIdentifier) -> Option<&ExtraExtension> {
        self.extensions.iter().find(|e| e.oid == *oid)
    }

    /// The `keyUsage` that is asked for.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extension(&KEY_USAGE).and_then(|e| key_usage(&e.value).ok())
    }

    /// Whether the request carries a `challengePassword`.
    pub fn has_challenge(&self) -> bool {
        self.has_challenge
    }
}

/// Where a part lies in the whole.
fn within(whole: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

#[cfg(test)]
mod tests;
