use super::sender::SenderCheck;
use super::{
    CompressedLayer, EncryptedLayer, Layer, Opened, ProtectedHeaders, SignedLayer, SignerReport, SmimeError,
};
use crate::cms::{self, CmsError, FinishedDigests, Signed, Verifier};
use crate::mime::{BYTE_ORDER_MARK, ContentType, Entity, TransferEncoding, canonicalise, signed_parts};
use crate::{Certificate, Context, Identity, PathOptions, Purpose, TlvError, TrustStore};
use std::borrow::Cow;

/// How many layers are taken off a message.
pub const LAYERS_MAX: usize = 8;

/// With what a message is opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenOptions<'a> {
    /// The identities to decrypt with, older ones included.
    pub identities: &'a [Identity],
    /// The anchors that signers are judged by.
    pub trust: &'a TrustStore,
    /// Certificates that complete those of the message: intermediates, and signers that sent none.
    pub intermediates: &'a [Certificate],
    /// Revocation, policies and strictness.
    pub path: PathOptions<'a>,
    /// The sender, in place of the message's `From`.
    pub from: Option<&'a str>,
    /// Whether senders are compared with the signers' certificates. Every address of `From`, and of a protected `From`
    /// inside, must then be in the certificate, if that has addresses at all (RFC 8550, 3), and a `From` that cannot be
    /// read without doubt is nobody's.
    pub check_from: bool,
}

/// Opens a whole message or a MIME entity, layer by layer, at most [`LAYERS_MAX`].
///
/// A signature that does not hold and a layer that does not open are no errors: they stand in the layers.
///
/// # Errors
///
/// [`SmimeError::Mime`] and [`SmimeError::Cms`] for structures that cannot be read, passing a bound, or not
/// supported; [`SmimeError::TooManyLayers`]. Compressed content may have [`cms::DECOMPRESSED_MAX`] octets.
pub fn open(cx: &Context<'_>, message: &[u8], options: &OpenOptions<'_>) -> Result<Opened, SmimeError> {
    let message = message.strip_prefix(BYTE_ORDER_MARK).unwrap_or(message);
    let (mut layers, content) = take_off(cx, message, options)?;
    let protected = layers.iter().any(Layer::protects);
    let protected_headers = match &content {
        Some(content) if protected => ProtectedHeaders::read(message, content)?,
        _ => None,
    };
    let check = SenderCheck { from: options.from, check: options.check_from };
    let senders = check.senders(message, protected_headers.as_ref())?;
    for layer in &mut layers {
        if let Layer::Signed(signed) = layer {
            signed.signers.iter_mut().for_each(|signer| signer.compare_sender(&senders));
        }
    }
    Ok(Opened { layers, content: content.map(Cow::into_owned), protected_headers })
}

/// The layers that were taken off and what is inside.
type TakenOff<'m> = (Vec<Layer>, Option<Cow<'m, [u8]>>);

/// Takes the layers off.
fn take_off<'m>(
    cx: &Context<'_>,
    message: &'m [u8],
    options: &OpenOptions<'_>,
) -> Result<TakenOff<'m>, SmimeError> {
    let mut layers = Vec::new();
    let mut content = Cow::Borrowed(message);
    loop {
        let wrapped = Wrapped::read(&content)?;
        if matches!(wrapped, Wrapped::No) {
            return Ok((layers, Some(content)));
        }
        if layers.len() >= LAYERS_MAX {
            return Err(SmimeError::TooManyLayers { limit: LAYERS_MAX });
        }
        let (layer, inner) = match wrapped {
            Wrapped::Detached { content, signature } => open_detached(cx, content, &signature, options)?,
            Wrapped::Opaque(cms) => open_opaque(cx, &cms, options)?,
            Wrapped::No => return Ok((layers, None)),
        };
        layers.push(layer);
        match inner {
            Some(inner) => content = Cow::Owned(inner),
            None => return Ok((layers, None)),
        }
    }
}

/// What a MIME entity wraps.
enum Wrapped<'a> {
    /// Nothing of S/MIME.
    No,
    /// `multipart/signed`: the octets that are signed, and the decoded signature.
    Detached { content: &'a [u8], signature: Cow<'a, [u8]> },
    /// A whole CMS message.
    Opaque(Cow<'a, [u8]>),
}

impl<'a> Wrapped<'a> {
    /// Recognises S/MIME by the rules of RFC 8551, 3.9, with the older `x-` types.
    fn read(bytes: &'a [u8]) -> Result<Wrapped<'a>, SmimeError> {
        let entity = Entity::read(bytes)?;
        let kind = entity.content_type();
        match kind.essence.as_str() {
            "multipart/signed" => Self::multipart(&entity, &kind),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                Ok(Wrapped::Opaque(without_line_end(&entity)?))
            }
            "application/octet-stream" if EXTENSIONS.iter().any(|name| has_extension(&entity, name)) => {
                let body = without_line_end(&entity)?;
                Ok(if cms::is_cms(&body) { Wrapped::Opaque(body) } else { Wrapped::No })
            }
            _ => Ok(Wrapped::No),
        }
    }

    fn multipart(entity: &Entity<'a>, kind: &ContentType) -> Result<Wrapped<'a>, SmimeError> {
        const SIGNATURES: [&str; 2] = ["application/pkcs7-signature", "application/x-pkcs7-signature"];
        let protocol = kind.parameter("protocol").map(str::to_ascii_lowercase);
        if protocol.as_ref().is_some_and(|protocol| !SIGNATURES.contains(&protocol.as_str())) {
            return Ok(Wrapped::No);
        }
        let parts = signed_parts(entity.body, kind.parameter("boundary").unwrap_or_default())?;
        let signature = Entity::read(parts.signature)?;
        // Without a protocol the second part says what the signature is.
        let kind = signature.content_type().essence;
        let named = kind == "application/octet-stream" && has_extension(&signature, ".p7s");
        if protocol.is_none() && !SIGNATURES.contains(&kind.as_str()) && !named {
            return Ok(Wrapped::No);
        }
        Ok(Wrapped::Detached { content: parts.content, signature: without_line_end(&signature)? })
    }
}

/// The file names of CMS messages (RFC 8551, 3.2.1).
pub(super) const EXTENSIONS: [&str; 3] = [".p7m", ".p7c", ".p7z"];

pub(super) fn has_extension(entity: &Entity<'_>, extension: &str) -> bool {
    entity.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(extension))
}

/// The decoded body. When it was not encoded, line ends that transport put behind it are cut off.
fn without_line_end<'a>(entity: &Entity<'a>) -> Result<Cow<'a, [u8]>, SmimeError> {
    let body = entity.decoded_body()?;
    if entity.transfer_encoding() == TransferEncoding::Base64 {
        return Ok(body);
    }
    let only_line_ends = |rest: &[u8]| rest.iter().all(|octet| b"\r\n".contains(octet));
    let end = end_of_cms(&body).filter(|end| body.get(*end..).is_some_and(only_line_ends));
    let end = end.unwrap_or(body.len());
    Ok(match body {
        Cow::Borrowed(octets) => Cow::Borrowed(octets.get(..end).unwrap_or(octets)),
        Cow::Owned(mut octets) => {
            octets.truncate(end);
            Cow::Owned(octets)
        }
    })
}

/// Where the outermost element ends, if only trailing octets are wrong with it.
fn end_of_cms(octets: &[u8]) -> Option<usize> {
    match crate::tlv::Element::only(octets, 0) {
        Err(TlvError::Trailing { offset }) => usize::try_from(offset).ok(),
        _ => None,
    }
}

fn open_detached(
    cx: &Context<'_>,
    content: &[u8],
    signature: &[u8],
    options: &OpenOptions<'_>,
) -> Result<(Layer, Option<Vec<u8>>), SmimeError> {
    let (signed, _) = read_signed(cx, signature)?;
    let exact = detached_reports(cx, &signed, content, options);
    let (signers, inner) = match canonicalise(content) {
        // The octets were signed with CRLF and came by a way that has other line ends.
        Cow::Owned(canonical) if exact.iter().any(|signer| signer.signature.is_err()) => {
            let again = detached_reports(cx, &signed, &canonical, options);
            if holding(&again) > holding(&exact) { (again, canonical) } else { (exact, content.to_vec()) }
        }
        _ => (exact, content.to_vec()),
    };
    Ok((
        Layer::Signed(SignedLayer { detached: true, signers, certificates: signed.certificates }),
        Some(inner),
    ))
}

fn detached_reports(
    cx: &Context<'_>,
    signed: &Signed,
    content: &[u8],
    options: &OpenOptions<'_>,
) -> Vec<SignerReport> {
    let mut digests = signed.detached(cx);
    digests.update(content);
    let digests = digests.finish();
    reports(cx, signed, Some(&digests), options)
}

fn reports(
    cx: &Context<'_>,
    signed: &Signed,
    digests: Option<&FinishedDigests>,
    options: &OpenOptions<'_>,
) -> Vec<SignerReport> {
    let OpenOptions { trust, intermediates, path, .. } = options;
    signed.reports_with(cx, digests, intermediates, trust, Purpose::EmailSigning, path)
}

pub(super) fn holding(reports: &[SignerReport]) -> usize {
    reports.iter().filter(|report| report.signature.is_ok()).count()
}

fn open_opaque(
    cx: &Context<'_>,
    octets: &[u8],
    options: &OpenOptions<'_>,
) -> Result<(Layer, Option<Vec<u8>>), SmimeError> {
    let kind = cms::content_type(octets);
    if kind == Some(cms::COMPRESSED_DATA) {
        let cms::Decompressed { content_type, compressed_size, content } =
            cms::decompress(octets, cms::DECOMPRESSED_MAX)?;
        if content_type != cms::DATA {
            return Err(CmsError::Unsupported { content_type }.into());
        }
        let layer = CompressedLayer { compressed_size, size: content.len() as u64 };
        return Ok((Layer::Compressed(layer), Some(content)));
    }
    if kind == Some(cms::ENVELOPED_DATA) || kind == Some(cms::AUTH_ENVELOPED_DATA) {
        let decrypted = cms::decrypt(cx, octets, options.identities)?;
        if decrypted.content_type != cms::DATA {
            return Err(CmsError::Unsupported { content_type: decrypted.content_type }.into());
        }
        let layer = EncryptedLayer {
            cipher: decrypted.cipher,
            legacy: decrypted.legacy,
            authenticated: decrypted.authenticated,
            authenticated_time: decrypted.authenticated_time,
            key_encryption: decrypted.key_encryption,
            recipients: decrypted.recipients,
            opened_by: decrypted.opened_by,
        };
        return Ok((Layer::Encrypted(layer), decrypted.content));
    }
    let (signed, content) = read_signed(cx, octets)?;
    if signed.attached && signed.content_type != cms::DATA {
        return Err(CmsError::Unsupported { content_type: signed.content_type }.into());
    }
    if !signed.attached && signed.signer_count() > 0 {
        return Err(CmsError::NoContent.into());
    }
    let signers = reports(cx, &signed, None, options);
    let inner = signed.attached.then_some(content);
    Ok((Layer::Signed(SignedLayer { detached: false, signers, certificates: signed.certificates }), inner))
}

fn read_signed(cx: &Context<'_>, octets: &[u8]) -> Result<(Signed, Vec<u8>), CmsError> {
    let mut content = Vec::new();
    let mut verifier = Verifier::new(cx);
    verifier.update(octets, &mut content)?;
    Ok((verifier.finish()?, content))
}
