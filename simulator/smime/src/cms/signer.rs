//! SignerInfo (RFC 5652, 5.3).

use super::certificate_id::CertificateId;
use super::parser::SIGNERS_MAX;
use super::{CmsError, countersignature};
use crate::algorithm::{RSA_ENCRYPTION, digest_by_oid, signature_scheme};
use crate::asn1::{self, Rules};
use crate::tlv::{Element, Tag};
use crate::{DigestAlgorithm, SignatureScheme, algorithm::EC_PUBLIC_KEY};
use const_oid::ObjectIdentifier;

/// One signature and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignerInfo {
    pub id: CertificateId,
    /// The digest algorithm, or the identifier that is not known.
    pub digest: Result<DigestAlgorithm, ObjectIdentifier>,
    /// The signed attributes as they were sent, `[0]` tag included, and where they stood.
    pub signed_attributes: Option<(Vec<u8>, u64)>,
    pub algorithm: SignatureAlgorithm,
    pub signature: Vec<u8>,
    /// Signatures over the signature.
    pub countersignatures: Vec<SignerInfo>,
}

/// What a signature AlgorithmIdentifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureAlgorithm {
    /// A whole scheme.
    Scheme(SignatureScheme),
    /// RSA PKCS#1 v1.5 with the signer's digest (RFC 3370, 3.2).
    RsaWithDigest,
    /// ECDSA with the signer's digest; some senders name the key instead of the scheme.
    EcdsaWithDigest,
    Unknown(ObjectIdentifier),
}

/// Reads SignerInfos.
pub(super) fn read_signers(set: &Element<'_>) -> Result<Vec<SignerInfo>, CmsError> {
    let mut signers = Vec::with_capacity(1);
    let mut reader = set.reader();
    while let Some(element) = reader.next()? {
        if signers.len() >= SIGNERS_MAX {
            return Err(CmsError::TooMany { what: "signers", limit: SIGNERS_MAX });
        }
        signers.push(read_signer(&element, true)?);
    }
    Ok(signers)
}

/// Reads one SignerInfo, with its countersignatures if they are wanted.
pub(super) fn read_signer(element: &Element<'_>, countersigned: bool) -> Result<SignerInfo, CmsError> {
    let mut reader = element.open(Tag::SEQUENCE, "a signer info")?;
    reader.required("a version")?.small_integer()?;
    let id = CertificateId::read(&reader.required("a signer identifier")?)?;
    let digest = read_algorithm(&reader.required("a digest algorithm")?)?;
    let signed_attributes = reader
        .optional(|tag| tag == Tag::context(0))?
        .map(|attributes| (attributes.raw.to_vec(), attributes.offset));
    let identifier = reader.required("a signature algorithm")?;
    let algorithm = read_signature_algorithm(&identifier)?;
    let signature = reader.required("a signature")?.octet_string()?.into_owned();
    let unsigned = reader.optional(|tag| tag == Tag::context(1))?.filter(|_| countersigned);
    reader.end()?;
    let countersignatures = match unsigned {
        Some(attributes) => countersignature::read(&attributes)?,
        None => Vec::new(),
    };
    Ok(SignerInfo {
        id,
        digest: digest_by_oid(&digest).ok_or(digest),
        signed_attributes,
        algorithm,
        signature,
        countersignatures,
    })
}

fn read_algorithm(identifier: &Element<'_>) -> Result<ObjectIdentifier, CmsError> {
    let mut reader = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
    Ok(reader.required("an object identifier")?.oid()?)
}

fn read_signature_algorithm(identifier: &Element<'_>) -> Result<SignatureAlgorithm, CmsError> {
    let algorithm = read_algorithm(identifier)?;
    if algorithm == RSA_ENCRYPTION {
        return Ok(SignatureAlgorithm::RsaWithDigest);
    }
    if algorithm == EC_PUBLIC_KEY {
        return Ok(SignatureAlgorithm::EcdsaWithDigest);
    }
    // Parameters that cannot be read are those of a scheme that is not known.
    let scheme = asn1::Reader::new(identifier.raw, Rules::Ber).any().and_then(|e| signature_scheme(&e));
    Ok(match scheme {
        Ok(Ok(scheme)) => SignatureAlgorithm::Scheme(scheme),
        Ok(Err(unknown)) => SignatureAlgorithm::Unknown(unknown),
        Err(_) => SignatureAlgorithm::Unknown(algorithm),
    })
}
