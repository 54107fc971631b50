use super::{EncryptOptions, SmimeError};
use crate::cms::{self, DetachedSigner, SignatureOptions};
use crate::mime::{
    Base64Encoder, Entity, MimeError, TransferEncoding, canonicalise, contains_boundary, is_boundary,
};
use crate::{Certificate, Context, DigestAlgorithm, Identity, Timestamp};
use std::borrow::Cow;

/// How a message is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOptions {
    /// The digest algorithm.
    pub digest: DigestAlgorithm,
    /// When it is signed; no attribute is written if absent.
    pub signing_time: Option<Timestamp>,
    /// Whether the content is enclosed in the signature (`application/pkcs7-mime`) instead of standing beside it
    /// (`multipart/signed`), where readers without S/MIME can see it.
    pub opaque: bool,
    /// Whether the issuers' certificates are included, without a root.
    pub include_chain: bool,
    /// A certificate for answers, included and named in the signed attributes (RFC 8551, 2.5.3).
    pub encryption_certificate: Option<Certificate>,
    /// The boundary of the multipart; not used when `opaque`.
    pub boundary: String,
}

/// Signs a MIME entity, header and body, and gives the entity that takes its place: CRLF line ends, beginning with
/// `Content-Type`.
///
/// Line ends of the entity are made CRLF first; a body whose transfer encoding is `binary` keeps its octets. Nothing
/// else is changed, so an entity that is to survive mail transport must be 7-bit (RFC 8551, 3.1.3).
///
/// # Errors
///
/// [`MimeError::Boundary`] and [`MimeError::BoundaryInContent`] for a boundary that does not do, and the errors of
/// [`cms::sign_attached`].
pub fn sign(
    cx: &Context<'_>,
    entity: &[u8],
    signer: &Identity,
    options: &SignOptions,
) -> Result<Vec<u8>, SmimeError> {
    let entity = canonical_entity(entity)?;
    let signature = SignatureOptions {
        digest: options.digest,
        signing_time: options.signing_time,
        include_chain: options.include_chain,
        encryption_certificate: options.encryption_certificate.clone(),
        ..SignatureOptions::default()
    };
    if options.opaque {
        let cms = cms::sign_attached(cx, &entity, signer, &signature)?;
        return Ok(pkcs7_mime("signed-data", &cms));
    }
    let boundary = options.boundary.as_str();
    if !is_boundary(boundary) {
        return Err(MimeError::Boundary.into());
    }
    if contains_boundary(&entity, boundary) {
        return Err(MimeError::BoundaryInContent.into());
    }
    let mut signing = DetachedSigner::new(cx, signer, &signature)?;
    signing.update(&entity);
    let cms = signing.finish()?;
    let micalg = micalg(options.digest);
    // What encloses binary is binary (RFC 2045, 6.4).
    let binary = Entity::read(&entity)?.transfer_encoding() == TransferEncoding::Binary;
    let encoding = if binary { "Content-Transfer-Encoding: binary\r\n" } else { "" };
    let mut out = Vec::with_capacity(entity.len() + cms.len() * 3 / 2 + 1024);
    out.extend_from_slice(
        format!(
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg={micalg}; \
             boundary=\"{boundary}\"\r\n{encoding}\r\n--{boundary}\r\n"
        )
        .as_bytes(),
    );
    out.extend_from_slice(&entity);
    out.extend_from_slice(
        format!(
            "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
        )
        .as_bytes(),
    );
    base64(&cms, &mut out);
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok(out)
}

/// Encrypts a MIME entity, header and body, to the keys of certificates, and gives the entity that takes its place:
/// CRLF line ends, beginning with `Content-Type`. Line ends of the entity are treated as [`sign`] does.
///
/// # Errors
///
/// Those of [`cms::encrypt`].
pub fn encrypt(
    cx: &Context<'_>,
    entity: &[u8],
    recipients: &[Certificate],
    options: &EncryptOptions,
) -> Result<Vec<u8>, SmimeError> {
    let entity = canonical_entity(entity)?;
    Ok(pkcs7_mime("enveloped-data", &cms::encrypt(cx, &entity, recipients, options)?))
}

/// An entity with CRLF line ends in its header and, unless its octets are not lines, in its body.
fn canonical_entity(entity: &[u8]) -> Result<Cow<'_, [u8]>, MimeError> {
    let read = Entity::read(entity)?;
    if read.transfer_encoding() != TransferEncoding::Binary {
        return Ok(canonicalise(entity));
    }
    let header = entity.get(..entity.len() - read.body.len()).unwrap_or(entity);
    Ok(Cow::Owned([canonicalise(header).as_ref(), read.body].concat()))
}

fn pkcs7_mime(smime_type: &str, cms: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cms.len() * 3 / 2 + 512);
    out.extend_from_slice(
        format!(
            "Content-Type: application/pkcs7-mime; smime-type={smime_type};\r\n\tname=\"smime.p7m\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n"
        )
        .as_bytes(),
    );
    base64(cms, &mut out);
    out
}

fn base64(octets: &[u8], out: &mut Vec<u8>) {
    let mut encoder = Base64Encoder::new();
    encoder.update(octets, out);
    encoder.finish(out);
}

/// The name of a digest in `micalg` (RFC 8551, 3.5.3.2).
fn micalg(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "sha-1",
        DigestAlgorithm::Sha224 => "sha-224",
        DigestAlgorithm::Sha256 => "sha-256",
        DigestAlgorithm::Sha384 => "sha-384",
        DigestAlgorithm::Sha512 => "sha-512",
    }
}
