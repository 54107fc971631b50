use super::super::attribute::SignedAttributes;
use super::super::certificate_id::{CertificateId, RecipientId};
use super::super::countersignature::COUNTERSIGNATURES_MAX;
use super::super::parser::{CERTIFICATES_MAX, DIGESTS_MAX, SIGNERS_MAX};
use super::super::{CmsError, oid};
use super::reader::Parts;
use super::{VERSION, algorithm, attributes, encapsulated};
use crate::algorithm::signature_scheme;
use crate::asn1::{self, Rules};
use crate::tlv::{Element, Tag};
use crate::{BulkCipher, Certificate, Crl, SignatureScheme, Timestamp};
use const_oid::ObjectIdentifier;

/// SignedData.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOutline {
    /// The version.
    pub version: u32,
    /// The digest algorithms that are declared in front.
    pub digests: Vec<ObjectIdentifier>,
    /// The type of the content.
    pub content_type: ObjectIdentifier,
    /// How many octets of content there are; `None` for a detached signature.
    pub content_size: Option<u64>,
    /// The certificates that can be read.
    pub certificates: Vec<Certificate>,
    /// How many others there are: attribute certificates, other formats, what is no readable certificate.
    pub other_certificates: usize,
    /// The revocation lists that can be read.
    pub crls: Vec<Crl>,
    /// How much other revocation information there is.
    pub other_crls: usize,
    /// The signers.
    pub signers: Vec<SignerOutline>,
}

/// A SignerInfo (RFC 5652, 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerOutline {
    /// The version: 1 with issuer and serial number, 3 with a key identifier.
    pub version: u32,
    /// Whose certificate it is.
    pub id: RecipientId,
    /// The digest algorithm.
    pub digest: ObjectIdentifier,
    /// The signature algorithm.
    pub algorithm: ObjectIdentifier,
    /// The scheme that the algorithm and its parameters name, if they name a whole one that is known.
    pub scheme: Option<SignatureScheme>,
    /// How many octets the signature has.
    pub signature_size: usize,
    /// The signed attributes, if there are any.
    pub signed: Option<AttributesOutline>,
    /// The types of the unsigned attributes.
    pub unsigned: Vec<ObjectIdentifier>,
    /// Signatures over the signature; those of them have none here.
    pub countersignatures: Vec<SignerOutline>,
    /// The certificate of the message that the identifier means.
    pub certificate: Option<Certificate>,
}

/// Signed, or authenticated, attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributesOutline {
    /// The types, in their order.
    pub types: Vec<ObjectIdentifier>,
    /// contentType.
    pub content_type: Option<ObjectIdentifier>,
    /// messageDigest.
    pub message_digest: Option<Vec<u8>>,
    /// signingTime.
    pub signing_time: Option<Timestamp>,
    /// The content ciphers of SMIMECapabilities that are known.
    pub capabilities: Vec<BulkCipher>,
    /// All algorithms of SMIMECapabilities.
    pub capability_oids: Vec<ObjectIdentifier>,
    /// encrypKeyPref, in either form.
    pub encryption_key: Option<RecipientId>,
    /// The first certificate that signingCertificate and signingCertificateV2 name.
    pub signing_certificates: Vec<CertificateHash>,
}

/// What names a certificate by its hash (RFC 2634, 5.4; RFC 5035, 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateHash {
    /// Whether it is signingCertificateV2.
    pub version_2: bool,
    /// The hash algorithm and the hash; `None` when they cannot be read or the algorithm is not known.
    pub hash: Option<(crate::DigestAlgorithm, Vec<u8>)>,
}

pub(super) fn read(parts: &mut Parts<'_>) -> Result<SignedOutline, CmsError> {
    let version = parts.front.required(VERSION)?.small_integer()?;
    let mut digests = Vec::new();
    let mut set = parts.front.expect(Tag::SET, "digest algorithms")?.reader();
    while let Some(identifier) = set.next()? {
        counted(digests.len(), DIGESTS_MAX, "digest algorithms")?;
        digests.push(algorithm(&identifier)?);
    }
    let content_type = encapsulated(parts)?;
    let content_size = parts.content;
    let parts = &mut parts.behind;
    let (mut certificates, mut other_certificates) = (Vec::new(), 0);
    if let Some(set) = parts.optional(|tag| tag == Tag::context(0))? {
        let mut set = set.reader();
        while let Some(choice) = set.next()? {
            counted(certificates.len() + other_certificates, CERTIFICATES_MAX, "certificates")?;
            match Certificate::from_der(choice.raw).ok().filter(|_| choice.tag == Tag::SEQUENCE) {
                Some(certificate) => certificates.push(certificate),
                None => other_certificates += 1,
            }
        }
    }
    let (mut crls, mut other_crls) = (Vec::new(), 0);
    if let Some(set) = parts.optional(|tag| tag == Tag::context(1))? {
        let mut set = set.reader();
        while let Some(choice) = set.next()? {
            counted(crls.len() + other_crls, CERTIFICATES_MAX, "revocation lists")?;
            match Crl::from_der(choice.raw).ok().filter(|_| choice.tag == Tag::SEQUENCE) {
                Some(crl) => crls.push(crl),
                None => other_crls += 1,
            }
        }
    }
    let mut signers = Vec::new();
    let mut set = parts.expect(Tag::SET, "signer infos")?.reader();
    while let Some(info) = set.next()? {
        counted(signers.len(), SIGNERS_MAX, "signers")?;
        signers.push(signer(&info, &certificates, true)?);
    }
    parts.end(None)?;
    Ok(SignedOutline {
        version,
        digests,
        content_type,
        content_size,
        certificates,
        other_certificates,
        crls,
        other_crls,
        signers,
    })
}

fn counted(count: usize, limit: usize, what: &'static str) -> Result<(), CmsError> {
    if count >= limit { Err(CmsError::TooMany { what, limit }) } else { Ok(()) }
}

fn signer(
    info: &Element<'_>,
    certificates: &[Certificate],
    countersigned: bool,
) -> Result<SignerOutline, CmsError> {
    let mut parts = info.open(Tag::SEQUENCE, "a signer info")?;
    let version = parts.required(VERSION)?.small_integer()?;
    let id = CertificateId::read(&parts.required("a signer identifier")?)?;
    let digest = algorithm(&parts.required("a digest algorithm")?)?;
    let signed = match parts.optional(|tag| tag == Tag::context(0))? {
        Some(set) => Some(self::attributes_outline(&set)?),
        None => None,
    };
    let identifier = parts.required("a signature algorithm")?;
    let signature_algorithm = algorithm(&identifier)?;
    let scheme =
        asn1::Reader::new(identifier.raw, Rules::Ber).any().and_then(|element| signature_scheme(&element));
    let signature_size = parts.required("a signature")?.octet_string()?.len();
    let (mut unsigned, mut countersignatures) = (Vec::new(), Vec::new());
    if let Some(set) = parts.optional(|tag| tag == Tag::context(1))? {
        for (kind, values) in attributes(&set)? {
            unsigned.push(kind);
            let mut values = values.reader();
            while let Some(value) = values.next()?.filter(|_| kind == oid::COUNTERSIGNATURE && countersigned)
            {
                counted(countersignatures.len(), COUNTERSIGNATURES_MAX, "countersignatures")?;
                countersignatures.push(signer(&value, certificates, false)?);
            }
        }
    }
    parts.end()?;
    Ok(SignerOutline {
        version,
        certificate: certificates.iter().find(|certificate| id.matches(certificate)).cloned(),
        id: id.describe(),
        digest,
        algorithm: signature_algorithm,
        scheme: scheme.ok().and_then(Result::ok),
        signature_size,
        signed,
        unsigned,
        countersignatures,
    })
}

/// Reads a set of attributes, whatever its tag.
pub(super) fn attributes_outline(set: &Element<'_>) -> Result<AttributesOutline, CmsError> {
    use super::super::ess::SigningCertificate;
    let all = attributes(set)?;
    // An attribute that is there twice is told by the types; the values are then not read.
    let known = SignedAttributes::read(set)?.unwrap_or_default();
    let mut capability_oids = Vec::new();
    for (_, values) in all.iter().filter(|(kind, _)| *kind == oid::SMIME_CAPABILITIES) {
        let mut values = values.reader();
        while let Some(list) = values.next()? {
            let mut list = list.reader();
            while let Ok(Some(capability)) = list.next() {
                capability_oids.extend(algorithm(&capability).ok());
            }
        }
    }
    let ess = all.iter().filter_map(|(kind, _)| match *kind {
        oid::SIGNING_CERTIFICATE => Some(false),
        oid::SIGNING_CERTIFICATE_V2 => Some(true),
        _ => None,
    });
    let signing_certificates = ess
        .zip(&known.signing_certificates)
        .map(|(version_2, named)| CertificateHash {
            version_2,
            hash: match named {
                SigningCertificate::Hash { digest, hash } => Some((*digest, hash.clone())),
                SigningCertificate::Unreadable => None,
            },
        })
        .collect();
    Ok(AttributesOutline {
        types: all.iter().map(|(kind, _)| *kind).collect(),
        content_type: known.content_type,
        message_digest: known.message_digest,
        signing_time: known.signing_time,
        capabilities: known.capabilities,
        capability_oids,
        encryption_key: known.encryption_key.as_ref().map(CertificateId::describe),
        signing_certificates,
    })
}
