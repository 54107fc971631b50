//! Issuing certificates, for the simulated certification authorities (RFC 5280, section 4).

use crate::algorithm::{public_key, scheme_digest, signature_identifier};
use crate::asn1::{
    BIT_STRING, BOOLEAN, GENERALIZED_TIME, IA5_STRING, OCTET_STRING, UTC_TIME, UTF8_STRING, context,
    context_primitive, integer, oid, sequence, set_of, tlv,
};
use crate::{
    Certificate, CertificateError, Context, CryptoError, Curve, DigestAlgorithm, Identity, KeyUsage,
    LoadedKey, ObjectIdentifier, PrivateKey, PublicKeyAlgorithm, SignatureScheme, Timestamp,
};
use thiserror::Error;

/// The longest serial number (RFC 5280, 4.1.2.2).
pub const MAX_SERIAL_OCTETS: usize = 20;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// What a new certificate is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRequest {
    /// The common name; left out of the subject when empty.
    pub common_name: String,
    /// The DER Name of the subject, in place of what the other members say of it; as it stands in a certification
    /// request.
    pub subject_der: Option<Vec<u8>>,
    /// The organisation, if any.
    pub organization: Option<String>,
    /// The mailboxes for `subjectAltName`.
    pub emails: Vec<String>,
    /// Whether the first mailbox also stands in the subject, as old certificates have it.
    pub email_in_subject: bool,
    /// The serial number's magnitude, big-endian, 1 to [`MAX_SERIAL_OCTETS`] octets.
    pub serial: Vec<u8>,
    /// The first instant of validity; encoded to the second.
    pub not_before: Timestamp,
    /// The last instant of validity; encoded to the second.
    pub not_after: Timestamp,
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many CAs may follow; for a CA only.
    pub path_len: Option<u8>,
    /// The `keyUsage`, if any; critical.
    pub key_usage: Option<KeyUsage>,
    /// The `extKeyUsage`; left out when empty.
    pub extended_key_usage: Vec<ObjectIdentifier>,
    /// How to sign; `None` for the usual scheme of the issuer's key.
    pub scheme: Option<SignatureScheme>,
    /// Extensions that are not listed above.
    pub extensions: Vec<ExtraExtension>,
}

/// An extension given as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraExtension {
    /// Its identifier.
    pub oid: ObjectIdentifier,
    /// Whether it is critical.
    pub critical: bool,
    /// The DER value inside the OCTET STRING.
    pub value: Vec<u8>,
}

/// Why no certificate was issued.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The issuer's key cannot be used.
    #[error("the issuer's key failed: {0}")]
    Key(#[from] CryptoError),
    /// The subject's public key is not a DER `SubjectPublicKeyInfo`.
    #[error("the subject's public key cannot be read")]
    BadPublicKey,
    /// The serial number is empty, zero or too long.
    #[error("a serial number of {octets} octets cannot be issued")]
    BadSerial {
        /// Its length.
        octets: usize,
    },
    /// A time is before 1950 or after 9999.
    #[error("the time cannot be encoded")]
    BadTime {
        /// The time.
        at: Timestamp,
    },
    /// What was made cannot be read back.
    #[error("the issued certificate is not readable: {0}")]
    Unreadable(#[from] CertificateError),
}

impl IssueRequest {
    /// A request for an S/MIME leaf: signing and key transport or agreement, `emailProtection`.
    pub fn mail(common_name: &str, emails: &[&str], serial: u64, validity: (Timestamp, Timestamp)) -> Self {
        IssueRequest {
            common_name: common_name.to_owned(),
            subject_der: None,
            organization: None,
            emails: emails.iter().map(|e| (*e).to_owned()).collect(),
            email_in_subject: false,
            serial: serial.to_be_bytes().to_vec(),
            not_before: validity.0,
            not_after: validity.1,
            ca: false,
            path_len: None,
            key_usage: Some(
                KeyUsage::DIGITAL_SIGNATURE | KeyUsage::KEY_ENCIPHERMENT | KeyUsage::KEY_AGREEMENT,
            ),
            extended_key_usage: vec![crate::EMAIL_PROTECTION],
            scheme: None,
            extensions: Vec::new(),
        }
    }

    /// A request for a CA.
    pub fn authority(common_name: &str, serial: u64, validity: (Timestamp, Timestamp)) -> Self {
        IssueRequest {
            ca: true,
            key_usage: Some(KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN),
            extended_key_usage: Vec::new(),
            ..Self::mail(common_name, &[], serial, validity)
        }
    }
}

/// Issues a certificate for a public key.
///
/// # Errors
/// [`IssueError`] when the request cannot be encoded or the issuer cannot sign.
pub fn issue(
    cx: &Context<'_>,
    issuer: &Identity,
    subject_spki: &[u8],
    request: &IssueRequest,
) -> Result<Certificate, IssueError> {
    let key = issuer.key.load(cx)?;
    let key_id = issuer.certificate.subject_key_id();
    sign(cx, &*key, Some(issuer.certificate.subject_der()), key_id, subject_spki, request)
}

/// Issues a certificate for a key with that key.
///
/// # Errors
/// [`IssueError`] when the request cannot be encoded or the key cannot sign.
pub fn issue_self_signed(
    cx: &Context<'_>,
    key: &PrivateKey,
    request: &IssueRequest,
) -> Result<Certificate, IssueError> {
    let key = key.load(cx)?;
    sign(cx, &*key, None, None, &key.public_key(), request)
}

/// Makes a key pair and a certificate for it, self-signed without an issuer; the chain holds the issuer and its
/// chain, without a self-issued end.
///
/// # Errors
/// [`IssueError`] when the key cannot be made, the request not be encoded or the issuer not sign.
pub fn generate_identity(
    cx: &Context<'_>,
    issuer: Option<&Identity>,
    algorithm: PublicKeyAlgorithm,
    request: &IssueRequest,
) -> Result<Identity, IssueError> {
    let pkcs8 = cx.crypto.generate_key(algorithm)?;
    let key = PrivateKey::from_pkcs8(pkcs8.to_vec()).map_err(|_| CryptoError::BadKey)?;
    let Some(issuer) = issuer else {
        let certificate = issue_self_signed(cx, &key, request)?;
        return Ok(Identity { certificate, key, chain: Vec::new() });
    };
    let certificate = issue(cx, issuer, &key.load(cx)?.public_key(), request)?;
    let chain = std::iter::once(&issuer.certificate).chain(&issuer.chain);
    let chain = chain.filter(|c| !c.is_self_issued()).cloned().collect();
    Ok(Identity { certificate, key, chain })
}

/// The scheme that is usual for a key.
pub(crate) fn usual_scheme(algorithm: PublicKeyAlgorithm) -> SignatureScheme {
    match algorithm {
        PublicKeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256),
        PublicKeyAlgorithm::Ec(Curve::P256) => SignatureScheme::Ecdsa(DigestAlgorithm::Sha256),
        PublicKeyAlgorithm::Ec(Curve::P384) => SignatureScheme::Ecdsa(DigestAlgorithm::Sha384),
        PublicKeyAlgorithm::Ec(Curve::P521) => SignatureScheme::Ecdsa(DigestAlgorithm::Sha512),
        PublicKeyAlgorithm::Ed25519 => SignatureScheme::Ed25519,
    }
}

fn sign(
    cx: &Context<'_>,
    key: &dyn LoadedKey,
    issuer_name: Option<&[u8]>,
    issuer_key_id: Option<&[u8]>,
    spki: &[u8],
    request: &IssueRequest,
) -> Result<Certificate, IssueError> {
    let serial = integer(&request.serial);
    if request.serial.len() > MAX_SERIAL_OCTETS || request.serial.iter().all(|b| *b == 0) {
        return Err(IssueError::BadSerial { octets: request.serial.len() });
    }
    let scheme = request.scheme.unwrap_or_else(|| usual_scheme(key.algorithm()));
    let identifier = signature_identifier(scheme);
    let subject = subject(request);
    let validity = sequence(&[&time(request.not_before)?, &time(request.not_after)?]);
    let key_bits = public_key(spki).map_err(|_| IssueError::BadPublicKey)?.key;
    // RFC 5280, 4.2.1.2, method 1
    let key_id = cx.crypto.digest(DigestAlgorithm::Sha1, &[key_bits]);
    let issuer_key_id = if issuer_name.is_some() { issuer_key_id } else { Some(key_id.as_slice()) };
    let extensions = extensions(request, &key_id, issuer_key_id);
    let tbs = sequence(&[
        &tlv(context(0), &[&integer(&[2])]),
        &serial,
        &identifier,
        issuer_name.unwrap_or(&subject),
        &validity,
        &subject,
        spki,
        &tlv(context(3), &[&extensions]),
    ]);
    let digest = match scheme_digest(scheme) {
        Some(digest) => cx.crypto.digest(digest, &[&tbs]),
        None => tbs.clone(),
    };
    let signature = key.sign(scheme, &digest)?;
    let der = sequence(&[&tbs, &identifier, &tlv(BIT_STRING, &[&[0], &signature])]);
    Ok(Certificate::from_der(&der)?)
}

fn subject(request: &IssueRequest) -> Vec<u8> {
    if let Some(name) = &request.subject_der {
        return name.clone();
    }
    let rdn = |kind: ObjectIdentifier, tag: u8, value: &str| {
        set_of(vec![sequence(&[&oid(&kind), &tlv(tag, &[value.as_bytes()])])])
    };
    let mut rdns = Vec::new();
    if let Some(organization) = &request.organization {
        rdns.push(rdn(id("2.5.4.10"), UTF8_STRING, organization));
    }
    if !request.common_name.is_empty() {
        rdns.push(rdn(crate::name::COMMON_NAME, UTF8_STRING, &request.common_name));
    }
    if let Some(email) = request.emails.first().filter(|_| request.email_in_subject) {
        rdns.push(rdn(crate::name::EMAIL_ADDRESS, IA5_STRING, email));
    }
    sequence(&rdns.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn extensions(request: &IssueRequest, key_id: &[u8], issuer_key_id: Option<&[u8]>) -> Vec<u8> {
    let mut out: Vec<Vec<u8>> = Vec::new();
    let mut add = |extension: ObjectIdentifier, critical: bool, value: &[u8]| {
        let critical = if critical { tlv(BOOLEAN, &[&[0xFF]]) } else { Vec::new() };
        out.push(sequence(&[&oid(&extension), &critical, &tlv(OCTET_STRING, &[value])]));
    };
    if request.ca {
        let path_len = request.path_len.map(|n| integer(&[n])).unwrap_or_default();
        add(id("2.5.29.19"), true, &sequence(&[&tlv(BOOLEAN, &[&[0xFF]]), &path_len]));
    }
    if let Some(usage) = request.key_usage {
        add(id("2.5.29.15"), true, &usage.to_der());
    }
    if !request.extended_key_usage.is_empty() {
        let purposes: Vec<_> = request.extended_key_usage.iter().map(oid).collect();
        add(id("2.5.29.37"), false, &sequence(&purposes.iter().map(Vec::as_slice).collect::<Vec<_>>()));
    }
    if !request.emails.is_empty() {
        let names: Vec<_> = request.emails.iter().map(|e| general_name(e)).collect();
        let names = sequence(&names.iter().map(Vec::as_slice).collect::<Vec<_>>());
        // RFC 5280, 4.2.1.6: critical when the subject is empty
        add(id("2.5.29.17"), request.common_name.is_empty() && request.organization.is_none(), &names);
    }
    add(id("2.5.29.14"), false, &tlv(OCTET_STRING, &[key_id]));
    if let Some(issuer) = issuer_key_id {
        add(id("2.5.29.35"), false, &sequence(&[&tlv(context_primitive(0), &[issuer])]));
    }
    for extra in &request.extensions {
        add(extra.oid, extra.critical, &extra.value);
    }
    sequence(&out.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// A mailbox as `rfc822Name`, or as `SmtpUTF8Mailbox` when its local part needs it (RFC 9598).
pub(crate) fn general_name(mailbox: &str) -> Vec<u8> {
    if mailbox.is_ascii() {
        return tlv(context_primitive(1), &[mailbox.as_bytes()]);
    }
    let value = tlv(UTF8_STRING, &[mailbox.as_bytes()]);
    tlv(context(0), &[&oid(&id("1.3.6.1.5.5.7.8.9")), &tlv(context(0), &[&value])])
}

/// UTCTime until 2049, then GeneralizedTime (RFC 5280, 4.1.2.5).
fn time(at: Timestamp) -> Result<Vec<u8>, IssueError> {
    let seconds = at.0.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    let rest = format!("{month:02}{day:02}{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60);
    match year {
        1950..=2049 => Ok(tlv(UTC_TIME, &[format!("{:02}{rest}", year % 100).as_bytes()])),
        2050..=9999 => Ok(tlv(GENERALIZED_TIME, &[format!("{year:04}{rest}").as_bytes()])),
        _ => Err(IssueError::BadTime { at }),
    }
}

/// The date of a day counted from 1970-01-01, by search in the inverse function; only years that certificates
/// can hold matter.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    use crate::asn1::days_from_civil;
    let mut year = (1970 + days.div_euclid(366)).clamp(0, 20_000);
    while year < 20_000 && days_from_civil(year + 1, 1, 1) <= days {
        year += 1;
    }
    while year > 0 && days_from_civil(year, 1, 1) > days {
        year -= 1;
    }
    let month = (1..=12).rev().find(|m| days_from_civil(year, *m, 1) <= days).unwrap_or(1);
    (year, month, days.saturating_sub(days_from_civil(year, month, 1)) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::days_from_civil;

    #[test]
    fn dates_round_trip() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        for days in (-7000..20_000).step_by(13).chain([2_932_896]) {
            let (y, m, d) = civil_from_days(days);
            assert_eq!(days_from_civil(y, m, d), days);
        }
        assert_eq!(civil_from_days(2_932_896), (9999, 12, 31));
    }

    #[test]
    fn times_change_type_in_2050() {
        let day = 86_400_000;
        let first = days_from_civil(2050, 1, 1) * day;
        assert_eq!(time(Timestamp(first - 1)).unwrap()[2..], *b"491231235959Z");
        assert_eq!(time(Timestamp(first)).unwrap()[2..], *b"20500101000000Z");
        assert!(time(Timestamp(days_from_civil(10_000, 1, 1) * day)).is_err());
        assert!(time(Timestamp(days_from_civil(1949, 12, 31) * day)).is_err());
        assert!(time(Timestamp(i64::MAX)).is_err());
        assert!(time(Timestamp(i64::MIN)).is_err());
    }
}
