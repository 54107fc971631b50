//! Algorithm identifiers of keys and signatures (RFC 4055, 5480, 5758, 8410, 8017) and what they name here.

use crate::asn1::{
    Asn1Error, DER_NULL, Element, NULL, OID, Reader, SEQUENCE, algorithm, context, integer, sequence, tlv,
};
use crate::path::EMAIL_PROTECTION;
use crate::{CryptoError, CryptoProvider, Curve, DigestAlgorithm, PublicKeyAlgorithm, SignatureScheme, cms};
use const_oid::ObjectIdentifier;

const fn id(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = id("1.2.840.113549.1.1.1");
pub(crate) const RSAES_OAEP: ObjectIdentifier = id("1.2.840.113549.1.1.7");
pub(crate) const MGF1: ObjectIdentifier = id("1.2.840.113549.1.1.8");
pub(crate) const RSASSA_PSS: ObjectIdentifier = id("1.2.840.113549.1.1.10");
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = id("1.2.840.10045.2.1");
pub(crate) const ED25519: ObjectIdentifier = id("1.3.101.112");

const CURVES: &[(ObjectIdentifier, Curve)] = &[
    (id("1.2.840.10045.3.1.7"), Curve::P256),
    (id("1.3.132.0.34"), Curve::P384),
    (id("1.3.132.0.35"), Curve::P521),
];

const DIGESTS: &[(ObjectIdentifier, DigestAlgorithm)] = &[
    (id("1.3.14.3.2.26"), DigestAlgorithm::Sha1),
    (id("2.16.840.1.101.3.4.2.4"), DigestAlgorithm::Sha224),
    (id("2.16.840.1.101.3.4.2.1"), DigestAlgorithm::Sha256),
    (id("2.16.840.1.101.3.4.2.2"), DigestAlgorithm::Sha384),
    (id("2.16.840.1.101.3.4.2.3"), DigestAlgorithm::Sha512),
];

const SIGNATURES: &[(ObjectIdentifier, SignatureScheme)] = &[
    (id("1.2.840.113549.1.1.5"), SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha1)),
    (id("1.2.840.113549.1.1.14"), SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha224)),
    (id("1.2.840.113549.1.1.11"), SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256)),
    (id("1.2.840.113549.1.1.12"), SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha384)),
    (id("1.2.840.113549.1.1.13"), SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha512)),
    (id("1.2.840.10045.4.1"), SignatureScheme::Ecdsa(DigestAlgorithm::Sha1)),
    (id("1.2.840.10045.4.3.1"), SignatureScheme::Ecdsa(DigestAlgorithm::Sha224)),
    (id("1.2.840.10045.4.3.2"), SignatureScheme::Ecdsa(DigestAlgorithm::Sha256)),
    (id("1.2.840.10045.4.3.3"), SignatureScheme::Ecdsa(DigestAlgorithm::Sha384)),
    (id("1.2.840.10045.4.3.4"), SignatureScheme::Ecdsa(DigestAlgorithm::Sha512)),
    (ED25519, SignatureScheme::Ed25519),
];

/// Identifiers that nearly every message or certificate has.
const USUAL: [ObjectIdentifier; 8] = [
    cms::DATA,
    cms::SIGNED_DATA,
    cms::ENVELOPED_DATA,
    id("2.16.840.1.101.3.4.2.1"),
    RSA_ENCRYPTION,
    id("1.2.840.113549.1.1.11"),
    EC_PUBLIC_KEY,
    EMAIL_PROTECTION,
];

/// The identifier that the contents of an OBJECT IDENTIFIER are, if they are one. What is usual is known by its octets;
/// the others are gone through arc by arc.
pub(crate) fn object_identifier(octets: &[u8]) -> Option<ObjectIdentifier> {
    match USUAL.iter().find(|known| has_octets(known, octets)) {
        Some(known) => Some(*known),
        None => ObjectIdentifier::from_bytes(octets).ok(),
    }
}

/// Whether these are an identifier's octets. They differ in the last one mostly.
#[inline]
fn has_octets(oid: &ObjectIdentifier, octets: &[u8]) -> bool {
    let own = oid.as_bytes();
    own.last() == octets.last() && own == octets
}

/// What a table says of an identifier, which is given by its octets.
pub(crate) fn find<T: Copy>(table: &[(ObjectIdentifier, T)], octets: &[u8]) -> Option<T> {
    table.iter().find(|(known, _)| has_octets(known, octets)).map(|(_, named)| *named)
}

/// The digest that an identifier names.
pub(crate) fn digest_by_oid(oid: &ObjectIdentifier) -> Option<DigestAlgorithm> {
    find(DIGESTS, oid.as_bytes())
}

/// The identifier of a digest.
pub(crate) fn digest_oid(digest: DigestAlgorithm) -> ObjectIdentifier {
    DIGESTS.iter().find(|(_, d)| *d == digest).map_or(DIGESTS[0].0, |(id, _)| *id)
}

/// The identifier of a named curve.
#[cfg(any(test, feature = "fake"))]
pub(crate) fn curve_oid(curve: Curve) -> ObjectIdentifier {
    CURVES.iter().find(|(_, c)| *c == curve).map_or(CURVES[0].0, |(id, _)| *id)
}

/// Reads an AlgorithmIdentifier: its OID and what follows it, if anything.
pub(crate) fn identifier<'a>(
    element: &Element<'a>,
) -> Result<(ObjectIdentifier, Option<Element<'a>>), Asn1Error> {
    let mut r = element.expect(SEQUENCE)?.reader();
    let oid = r.expect(OID)?.oid()?;
    let parameters = r.next()?;
    r.end()?;
    Ok((oid, parameters))
}

/// What a signature AlgorithmIdentifier names; `Err` holds the identifier that is not known.
pub(crate) fn signature_scheme(
    element: &Element<'_>,
) -> Result<Result<SignatureScheme, ObjectIdentifier>, Asn1Error> {
    let (oid, parameters) = identifier(element)?;
    if oid == RSASSA_PSS {
        return Ok(pss(parameters)?.ok_or(oid));
    }
    Ok(find(SIGNATURES, oid.as_bytes()).ok_or(oid))
}

/// RSASSA-PSS-params (RFC 8017, A.2.3); `None` for a hash or mask that is not known.
fn pss(parameters: Option<Element<'_>>) -> Result<Option<SignatureScheme>, Asn1Error> {
    let (mut digest, mut mgf) = (Some(DigestAlgorithm::Sha1), Some(DigestAlgorithm::Sha1));
    let mut salt_len = 20;
    let mut trailer = 1;
    if let Some(p) = parameters {
        let mut r = p.expect(SEQUENCE)?.reader();
        if let Some(e) = r.optional(context(0))? {
            digest = digest_by_oid(&identifier(&inner(&e)?)?.0);
        }
        if let Some(e) = r.optional(context(1))? {
            let (oid, hash) = identifier(&inner(&e)?)?;
            mgf = match hash {
                Some(hash) if oid == MGF1 => digest_by_oid(&identifier(&hash)?.0),
                _ => None,
            };
        }
        if let Some(e) = r.optional(context(2))? {
            salt_len = inner(&e)?.uint()?;
        }
        if let Some(e) = r.optional(context(3))? {
            trailer = inner(&e)?.uint()?;
        }
        r.end()?;
    }
    let salt_len = u32::try_from(salt_len).map_err(|_| Asn1Error::Value)?;
    Ok(match (digest, mgf, trailer) {
        (Some(digest), Some(mgf), 1) => Some(SignatureScheme::RsaPss { digest, mgf, salt_len }),
        _ => None,
    })
}

/// The single element inside an explicit tag.
pub(crate) fn inner<'a>(element: &Element<'a>) -> Result<Element<'a>, Asn1Error> {
    let mut r = element.reader();
    let e = r.any()?;
    r.end()?;
    Ok(e)
}

/// The identifier of a signature.
pub(crate) fn signature_oid(scheme: SignatureScheme) -> ObjectIdentifier {
    match scheme {
        SignatureScheme::RsaPss { .. } => RSASSA_PSS,
        other => SIGNATURES.iter().find(|(_, s)| *s == other).map_or(ED25519, |(id, _)| *id),
    }
}

/// Writes the AlgorithmIdentifier of a signature.
pub(crate) fn signature_identifier(scheme: SignatureScheme) -> Vec<u8> {
    match scheme {
        SignatureScheme::RsaPss { digest, mgf, salt_len } => {
            let hash = algorithm(&digest_oid(digest), DER_NULL);
            let mask = algorithm(&MGF1, &algorithm(&digest_oid(mgf), DER_NULL));
            let salt = integer(&salt_len.to_be_bytes());
            let parameters = sequence(&[
                &tlv(context(0), &[&hash]),
                &tlv(context(1), &[&mask]),
                &tlv(context(2), &[&salt]),
            ]);
            algorithm(&RSASSA_PSS, &parameters)
        }
        other => {
            // RFC 4055, 5: NULL for PKCS#1; RFC 5758, 3.2 and RFC 8410, 3: absent for the others
            let parameters = if matches!(other, SignatureScheme::RsaPkcs1(_)) { DER_NULL } else { &[] };
            algorithm(&signature_oid(other), parameters)
        }
    }
}

/// What a SubjectPublicKeyInfo holds.
pub(crate) struct PublicKey<'a> {
    /// What kind of key it is; `Err` holds an identifier that is not known.
    pub(crate) algorithm: Result<PublicKeyAlgorithm, ObjectIdentifier>,
    /// Whether it is for PSS alone (RFC 4055, 1.2).
    pub(crate) pss_only: bool,
    /// The key's bits.
    pub(crate) key: &'a [u8],
}

/// Reads a SubjectPublicKeyInfo.
pub(crate) fn public_key(spki: &[u8]) -> Result<PublicKey<'_>, Asn1Error> {
    let mut outer = Reader::der(spki);
    let mut r = outer.expect(SEQUENCE)?.reader();
    outer.end()?;
    let (oid, parameters) = identifier(&r.any()?)?;
    let key = r.any()?.whole_bits()?;
    r.end()?;
    Ok(PublicKey { algorithm: key_algorithm(oid, parameters, key)?, pss_only: oid == RSASSA_PSS, key })
}

fn key_algorithm(
    oid: ObjectIdentifier,
    parameters: Option<Element<'_>>,
    key: &[u8],
) -> Result<Result<PublicKeyAlgorithm, ObjectIdentifier>, Asn1Error> {
    if oid == RSA_ENCRYPTION || oid == RSASSA_PSS || oid == RSAES_OAEP {
        let mut outer = Reader::der(key);
        let mut r = outer.expect(SEQUENCE)?.reader();
        let modulus = r.expect(crate::asn1::INTEGER)?.content;
        let start = modulus.iter().position(|b| *b != 0).ok_or(Asn1Error::Value)?;
        let digits = modulus.get(start..).unwrap_or_default();
        let bits = digits.len() * 8 - digits.first().map_or(0, |b| b.leading_zeros() as usize);
        return Ok(Ok(PublicKeyAlgorithm::Rsa { bits: u32::try_from(bits).map_err(|_| Asn1Error::Value)? }));
    }
    if oid == EC_PUBLIC_KEY {
        return Ok(match parameters {
            Some(p) if p.tag == OID => {
                let curve = p.oid()?;
                find(CURVES, curve.as_bytes()).map(PublicKeyAlgorithm::Ec).ok_or(curve)
            }
            _ => Err(oid), // explicit curve parameters are refused (RFC 5480, 2.1.1)
        });
    }
    if oid == ED25519 && parameters.is_none_or(|p| p.tag == NULL) {
        return Ok(Ok(PublicKeyAlgorithm::Ed25519));
    }
    Ok(Err(oid))
}

/// Verifies a signature over a message, hashing it as the scheme asks.
pub(crate) fn verify_message(
    crypto: &dyn CryptoProvider,
    spki: &[u8],
    scheme: SignatureScheme,
    message: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    if signature.is_empty() {
        return Err(CryptoError::BadSignature);
    }
    match scheme_digest(scheme) {
        Some(digest) => crypto.verify(spki, scheme, &crypto.digest(digest, &[message]), signature),
        None => crypto.verify(spki, scheme, message, signature),
    }
}

/// The digest that a scheme signs, `None` if it signs the message.
pub(crate) fn scheme_digest(scheme: SignatureScheme) -> Option<DigestAlgorithm> {
    match scheme {
        SignatureScheme::RsaPkcs1(d) | SignatureScheme::Ecdsa(d) => Some(d),
        SignatureScheme::RsaPss { digest, .. } => Some(digest),
        SignatureScheme::Ed25519 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_identifiers_round_trip() {
        let pss = SignatureScheme::RsaPss {
            digest: DigestAlgorithm::Sha384,
            mgf: DigestAlgorithm::Sha1,
            salt_len: 48,
        };
        for scheme in SIGNATURES.iter().map(|(_, s)| *s).chain([pss]) {
            let der = signature_identifier(scheme);
            let read = signature_scheme(&Reader::der(&der).any().unwrap()).unwrap();
            assert_eq!(read, Ok(scheme));
        }
    }

    #[test]
    fn pss_without_parameters_is_sha1_with_20_octets_of_salt() {
        let der = algorithm(&RSASSA_PSS, &sequence(&[]));
        let read = signature_scheme(&Reader::der(&der).any().unwrap()).unwrap();
        let sha1 = DigestAlgorithm::Sha1;
        assert_eq!(read, Ok(SignatureScheme::RsaPss { digest: sha1, mgf: sha1, salt_len: 20 }));
    }

    #[test]
    fn unknown_algorithms_are_named() {
        let md5_with_rsa = id("1.2.840.113549.1.1.4");
        let der = algorithm(&md5_with_rsa, DER_NULL);
        assert_eq!(signature_scheme(&Reader::der(&der).any().unwrap()).unwrap(), Err(md5_with_rsa));
    }
}
