use super::{EncryptOptions, SenderProfile, SmimeError};
use crate::cms::{self, DetachedSigner, EnvelopedWriter, SignatureOptions, Signer};
use crate::mime::{
    Base64Encoder, Canonicaliser, Entity, MimeError, TransferEncoding, canonical_length, canonicalise,
    contains_boundary, is_boundary,
};
use crate::{BulkCipher, Certificate, Context, DigestAlgorithm, Identity, Timestamp};
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
    /// The content ciphers to advertise; no attribute is written if there are none.
    pub capabilities: Vec<BulkCipher>,
    /// Whether RSA keys sign with PSS.
    pub pss: bool,
    /// Whether the signer's certificate is hashed into the signed attributes (signingCertificateV2).
    pub signing_certificate: bool,
    /// Whether the certificate for answers is named in Microsoft's older attribute too.
    pub microsoft_preference: bool,
    /// Whether the signer is named by its subject key identifier, if its certificate has one.
    pub identify_by_key: bool,
}

impl Default for SignOptions {
    /// SHA-256 beside the content, with the chain, advertising [`cms::CAPABILITIES`], without a time. The boundary is
    /// empty, which does for opaque signatures alone.
    fn default() -> Self {
        SignOptions::from_signature(SignatureOptions::default())
    }
}

impl SignOptions {
    /// Signs as a known sender does; the time, the certificate for answers and the boundary are left to fill in.
    pub fn for_profile(profile: SenderProfile) -> SignOptions {
        SignOptions::from_signature(profile.signature_options())
    }

    fn from_signature(options: SignatureOptions) -> SignOptions {
        SignOptions {
            digest: options.digest,
            signing_time: options.signing_time,
            opaque: false,
            include_chain: options.include_chain,
            encryption_certificate: options.encryption_certificate,
            boundary: String::new(),
            capabilities: options.capabilities,
            pss: options.pss,
            signing_certificate: options.signing_certificate,
            microsoft_preference: options.microsoft_preference,
            identify_by_key: options.identify_by_key,
        }
    }

    fn to_signature(&self) -> SignatureOptions {
        SignatureOptions {
            digest: self.digest,
            signing_time: self.signing_time,
            include_chain: self.include_chain,
            encryption_certificate: self.encryption_certificate.clone(),
            microsoft_preference: self.microsoft_preference,
            capabilities: self.capabilities.clone(),
            pss: self.pss,
            signing_certificate: self.signing_certificate,
            identify_by_key: self.identify_by_key,
        }
    }
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
    sign_by(cx, entity, &[signer], options)
}

/// Signs as [`sign`] does, for several signers at once, each in the same way.
///
/// # Errors
///
/// Those of [`sign`] and [`cms::sign_attached_by`].
pub fn sign_by(
    cx: &Context<'_>,
    entity: &[u8],
    signers: &[&Identity],
    options: &SignOptions,
) -> Result<Vec<u8>, SmimeError> {
    let entity = canonical_entity(entity)?;
    let signature = options.to_signature();
    let signers: Vec<Signer<'_>> =
        signers.iter().map(|identity| Signer { identity, options: &signature }).collect();
    if options.opaque {
        let cms = cms::sign_attached_by(cx, &entity, &signers)?;
        return Ok(pkcs7_mime("signed-data", "smime.p7m", &cms));
    }
    let boundary = options.boundary.as_str();
    if !is_boundary(boundary) {
        return Err(MimeError::Boundary.into());
    }
    if contains_boundary(&entity, boundary) {
        return Err(MimeError::BoundaryInContent.into());
    }
    let mut signing = DetachedSigner::with_signers(cx, &signers)?;
    signing.update(&entity);
    let micalg = micalg(&signing.digests());
    let cms = signing.finish()?;
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
    let kind = if options.is_authenticated() { "authEnveloped-data" } else { "enveloped-data" };
    let (lines, binary) = lines_and_binary(entity)?;
    let length = canonical_length(lines) + binary.len();
    let mut out = Vec::with_capacity((length + 1024 * (recipients.len() + 1)) / 57 * 78 + 512);
    pkcs7_header(kind, "smime.p7m", &mut out);
    // One piece passes all steps while it is near.
    let (mut text, mut cms) = (Vec::new(), Vec::new());
    let (mut canonicaliser, mut encoder) = (Canonicaliser::new(), Base64Encoder::new());
    let mut writer = EnvelopedWriter::new(cx, recipients, options, Some(length as u64), &mut cms)?;
    for piece in lines.chunks(PIECE) {
        text.clear();
        canonicaliser.update(piece, &mut text);
        writer.update(&text, &mut cms)?;
        encoder.update(&cms, &mut out);
        cms.clear();
    }
    for piece in binary.chunks(PIECE) {
        writer.update(piece, &mut cms)?;
        encoder.update(&cms, &mut out);
        cms.clear();
    }
    writer.finish(&mut cms)?;
    encoder.update(&cms, &mut out);
    encoder.finish(&mut out);
    Ok(out)
}

/// How much of an entity is written at a time.
const PIECE: usize = 64 * 1024;

/// Signs, encrypts and signs again (RFC 2634, 1.1), each layer with who makes it and how.
///
/// # Errors
///
/// Those of [`sign`] and [`encrypt`].
pub fn triple_wrap(
    cx: &Context<'_>,
    entity: &[u8],
    inner: (&Identity, &SignOptions),
    recipients: &[Certificate],
    encryption: &EncryptOptions,
    outer: (&Identity, &SignOptions),
) -> Result<Vec<u8>, SmimeError> {
    let signed = sign(cx, entity, inner.0, inner.1)?;
    let encrypted = encrypt(cx, &signed, recipients, encryption)?;
    sign(cx, &encrypted, outer.0, outer.1)
}

/// Writes an entity that carries certificates and nothing else (RFC 8551, 3.8).
///
/// # Errors
///
/// Those of [`cms::certificates_only`].
pub fn certificates_only(certificates: &[Certificate]) -> Result<Vec<u8>, SmimeError> {
    Ok(pkcs7_mime("certs-only", "smime.p7c", &cms::certificates_only(certificates)?))
}

/// An entity with CRLF line ends in its header and, unless its octets are not lines, in its body.
fn canonical_entity(entity: &[u8]) -> Result<Cow<'_, [u8]>, MimeError> {
    let (lines, binary) = lines_and_binary(entity)?;
    Ok(match binary {
        [] => canonicalise(lines),
        _ => Cow::Owned([canonicalise(lines).as_ref(), binary].concat()),
    })
}

/// The lines of an entity, and its body if that is not lines.
fn lines_and_binary(entity: &[u8]) -> Result<(&[u8], &[u8]), MimeError> {
    let read = Entity::read(entity)?;
    if read.transfer_encoding() != TransferEncoding::Binary {
        return Ok((entity, &[]));
    }
    Ok(entity.split_at_checked(entity.len() - read.body.len()).unwrap_or((entity, &[])))
}

pub(super) fn pkcs7_header(smime_type: &str, name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(
        format!(
            "Content-Type: application/pkcs7-mime; smime-type={smime_type};\r\n\tname=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n"
        )
        .as_bytes(),
    );
}

fn pkcs7_mime(smime_type: &str, name: &str, cms: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(cms.len() * 3 / 2 + 512);
    pkcs7_header(smime_type, name, &mut out);
    base64(cms, &mut out);
    out
}

pub(super) fn base64(octets: &[u8], out: &mut Vec<u8>) {
    let mut encoder = Base64Encoder::new();
    encoder.update(octets, out);
    encoder.finish(out);
}

/// The names of digests in `micalg` (RFC 8551, 3.5.3.2).
pub(super) fn micalg(digests: &[DigestAlgorithm]) -> String {
    let names: Vec<&str> = digests.iter().map(|digest| micalg_name(*digest)).collect();
    match names.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("\"{}\"", several.join(",")),
    }
}

fn micalg_name(digest: DigestAlgorithm) -> &'static str {
    match digest {
        DigestAlgorithm::Sha1 => "sha-1",
        DigestAlgorithm::Sha224 => "sha-224",
        DigestAlgorithm::Sha256 => "sha-256",
        DigestAlgorithm::Sha384 => "sha-384",
        DigestAlgorithm::Sha512 => "sha-512",
    }
}
