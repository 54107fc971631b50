use super::super::certificate_id::{CertificateId, RecipientId};
use super::super::cipher::ContentEncryption;
use super::super::decrypt::oaep_parameters;
use super::super::key_wrap::Wrapping;
use super::super::parser::RECIPIENTS_MAX;
use super::super::{CmsError, agreement};
use super::reader::Parts;
use super::signed::{AttributesOutline, attributes_outline};
use super::{VERSION, algorithm, attributes};
use crate::algorithm::RSAES_OAEP;
use crate::tlv::{Element, Tag};
use crate::{BulkCipher, DigestAlgorithm};
use const_oid::ObjectIdentifier;

/// EnvelopedData or AuthEnvelopedData.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopedOutline {
    /// Whether it is AuthEnvelopedData.
    pub authenticated: bool,
    /// The version.
    pub version: u32,
    /// How many certificates and revocation lists of the sender there are.
    pub originator_infos: usize,
    /// The recipients, in the order of the message.
    pub recipients: Vec<RecipientOutline>,
    /// The type of the content.
    pub content_type: ObjectIdentifier,
    /// The algorithm of the content encryption.
    pub algorithm: ObjectIdentifier,
    /// The cipher that it names, if it is known and its parameters are those of the cipher.
    pub cipher: Option<BulkCipher>,
    /// The length of the initialisation vector or nonce, in octets.
    pub iv_size: Option<usize>,
    /// How many octets of ciphertext there are; `None` when they are not inside.
    pub ciphertext_size: Option<u64>,
    /// The authenticated attributes (RFC 5083, 2.1).
    pub authenticated_attributes: Option<AttributesOutline>,
    /// The length of the tag, in octets.
    pub tag_size: Option<usize>,
    /// The types of attributes that nothing protects.
    pub unprotected: Vec<ObjectIdentifier>,
}

/// A RecipientInfo (RFC 5652, 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecipientOutline {
    /// KeyTransRecipientInfo.
    Transport(TransportOutline),
    /// KeyAgreeRecipientInfo.
    Agreement(AgreementOutline),
    /// KEKRecipientInfo: a key that both sides have already.
    SharedKey,
    /// PasswordRecipientInfo.
    Password,
    /// OtherRecipientInfo, with its type if it can be read.
    Other(Option<ObjectIdentifier>),
}

/// A content key encrypted to a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportOutline {
    /// The version: 0 with issuer and serial number, 2 with a key identifier.
    pub version: u32,
    /// Whose certificate it is.
    pub id: RecipientId,
    /// The algorithm.
    pub algorithm: ObjectIdentifier,
    /// The parameters of RSA-OAEP, if it is that and they can be read.
    pub oaep: Option<OaepOutline>,
    /// How many octets the encrypted key has.
    pub key_size: usize,
}

/// The parameters of RSA-OAEP (RFC 4055, 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OaepOutline {
    /// The hash.
    pub digest: DigestAlgorithm,
    /// The hash of the mask generation.
    pub mgf: DigestAlgorithm,
    /// The length of the label, in octets.
    pub label_size: usize,
}

/// Content keys encrypted under agreed keys (RFC 5753).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementOutline {
    /// The version.
    pub version: u32,
    /// Whose public key the sender used.
    pub originator: Originator,
    /// The length of the user keying material, in octets, if there is any.
    pub ukm_size: Option<usize>,
    /// The scheme.
    pub scheme: ObjectIdentifier,
    /// The hash of its key derivation, if the scheme is known.
    pub derivation: Option<DigestAlgorithm>,
    /// The key wrap.
    pub wrap: Option<ObjectIdentifier>,
    /// The bits of its key, if the key wrap is known.
    pub wrap_bits: Option<u16>,
    /// Whose certificates the keys are for.
    pub recipients: Vec<RecipientId>,
}

/// The sender of a key agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Originator {
    /// A key made for this message: its algorithm, its curve if it is named, the octets of the public point.
    Ephemeral {
        /// The algorithm of the key.
        algorithm: ObjectIdentifier,
        /// The curve.
        curve: Option<ObjectIdentifier>,
        /// The length of the point, in octets.
        point_size: usize,
    },
    /// A key with a certificate.
    Certificate(RecipientId),
}

pub(super) fn read(parts: &mut Parts<'_>, authenticated: bool) -> Result<EnvelopedOutline, CmsError> {
    let version = parts.front.required(VERSION)?.small_integer()?;
    let mut originator_infos = 0;
    if let Some(originator) = parts.front.optional(|tag| tag == Tag::context(0))? {
        let mut sets = originator.reader();
        while let Some(set) = sets.next()? {
            let mut infos = set.reader();
            while infos.next()?.is_some() {
                originator_infos += 1;
            }
        }
    }
    let mut recipients = Vec::new();
    let mut set = parts.front.expect(Tag::SET, "recipient infos")?.reader();
    let mut count = 0;
    while let Some(info) = set.next()? {
        let recipient = recipient(&info)?;
        count += match &recipient {
            RecipientOutline::Agreement(agreement) => agreement.recipients.len().max(1),
            _ => 1,
        };
        if count > RECIPIENTS_MAX {
            return Err(CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX });
        }
        recipients.push(recipient);
    }
    parts.holds("encrypted content info")?;
    let info = &mut parts.inner;
    let content_type = info.expect(Tag::OID, "a content type")?.oid()?;
    let identifier = info.expect(Tag::SEQUENCE, "a content encryption algorithm")?;
    let encryption = ContentEncryption::read(&identifier, authenticated)?;
    let ciphertext_size = parts.content;
    let parts = &mut parts.behind;
    let (mut authenticated_attributes, mut tag_size) = (None, None);
    if authenticated {
        if let Some(set) = parts.optional(|tag| tag == Tag::context(1))? {
            authenticated_attributes = Some(attributes_outline(&set)?);
        }
        tag_size = Some(parts.required("an authentication tag")?.octet_string()?.len());
    }
    let last = if authenticated { 2 } else { 1 };
    let unprotected = match parts.optional(|tag| tag == Tag::context(last))? {
        Some(set) => attributes(&set)?.into_iter().map(|(kind, _)| kind).collect(),
        None => Vec::new(),
    };
    parts.end(None)?;
    let (cipher, iv_size) = match &encryption.cipher {
        Some((cipher, iv)) => (Some(*cipher), Some(iv.len())),
        None => (None, bare_iv(&identifier)),
    };
    Ok(EnvelopedOutline {
        authenticated,
        version,
        originator_infos,
        recipients,
        content_type,
        algorithm: encryption.algorithm,
        cipher,
        iv_size,
        ciphertext_size,
        authenticated_attributes,
        tag_size,
        unprotected,
    })
}

/// The length of a parameter that is nothing but an octet string, as most ciphers have it.
fn bare_iv(identifier: &Element<'_>) -> Option<usize> {
    let mut parts = identifier.reader();
    parts.next().ok()??;
    Some(parts.next().ok()??.octet_string().ok()?.len())
}

fn recipient(info: &Element<'_>) -> Result<RecipientOutline, CmsError> {
    if info.tag == Tag::SEQUENCE {
        return transport(info).map(RecipientOutline::Transport);
    }
    if info.tag == Tag::context(1) {
        return agreed(info).map(RecipientOutline::Agreement);
    }
    Ok(match [2, 3, 4].into_iter().find(|number| info.tag == Tag::context(*number)) {
        Some(2) => RecipientOutline::SharedKey,
        Some(3) => RecipientOutline::Password,
        Some(_) => RecipientOutline::Other(info.reader().required("a recipient type")?.oid().ok()),
        None => return Err(info.unexpected("a recipient info").into()),
    })
}

fn transport(info: &Element<'_>) -> Result<TransportOutline, CmsError> {
    let mut parts = info.reader();
    let version = parts.required(VERSION)?.small_integer()?;
    let id = CertificateId::read(&parts.required("a recipient identifier")?)?.describe();
    let identifier = parts.required("an algorithm identifier")?;
    let algorithm = algorithm(&identifier)?;
    let key_size = parts.required("an encrypted key")?.octet_string()?.len();
    parts.end()?;
    let oaep = (algorithm == RSAES_OAEP).then(|| oaep_parameters(identifier.raw)).flatten();
    let oaep = oaep.map(|p| OaepOutline { digest: p.digest, mgf: p.mgf, label_size: p.label.len() });
    Ok(TransportOutline { version, id, algorithm, oaep, key_size })
}

fn agreed(info: &Element<'_>) -> Result<AgreementOutline, CmsError> {
    let mut parts = info.reader();
    let version = parts.required(VERSION)?.small_integer()?;
    let mut explicit = parts.expect(Tag::context(0), "an originator")?.reader();
    let originator = originator(&explicit.required("an originator")?)?;
    explicit.end()?;
    let ukm_size = match parts.optional(|tag| tag == Tag::context(1))? {
        Some(explicit) => Some(explicit.reader().required("keying material")?.octet_string()?.len()),
        None => None,
    };
    let identifier = parts.required("an algorithm identifier")?;
    let mut named = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
    let scheme = named.expect(Tag::OID, "an object identifier")?.oid()?;
    let wrapping = named.next()?.filter(|wrap| wrap.tag == Tag::SEQUENCE);
    let wrap = wrapping.as_ref().map(algorithm).transpose()?;
    let bits = wrap.zip(wrapping).and_then(|(wrap, identifier)| Wrapping::read(wrap, identifier.raw));
    let mut keys = parts.expect(Tag::SEQUENCE, "recipient encrypted keys")?.reader();
    parts.end()?;
    let mut recipients = Vec::new();
    while let Some(key) = keys.next()? {
        if recipients.len() >= RECIPIENTS_MAX {
            return Err(CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX });
        }
        let mut key = key.open(Tag::SEQUENCE, "a recipient encrypted key")?;
        let id = key.required("a recipient identifier")?;
        let id = match id.tag.is_context(0) {
            true => {
                let octets = id.reader().required("a key identifier")?.octet_string()?.into_owned();
                CertificateId::KeyId(octets)
            }
            false => CertificateId::read_issuer_serial(&id)?,
        };
        key.required("an encrypted key")?.octet_string()?;
        key.end()?;
        recipients.push(id.describe());
    }
    Ok(AgreementOutline {
        version,
        originator,
        ukm_size,
        scheme,
        derivation: agreement::derivation_digest(scheme),
        wrap,
        wrap_bits: bits.map(|wrapping| wrapping.key_bits()),
        recipients,
    })
}

fn originator(choice: &Element<'_>) -> Result<Originator, CmsError> {
    if choice.tag != Tag::context(1) {
        return Ok(Originator::Certificate(CertificateId::read(choice)?.describe()));
    }
    let mut key = choice.reader();
    let mut identifier = key.expect(Tag::SEQUENCE, "an algorithm identifier")?.reader();
    let algorithm = identifier.expect(Tag::OID, "an object identifier")?.oid()?;
    let curve = identifier.next()?.and_then(|parameters| parameters.oid().ok());
    let point_size = key.required("a public key")?.bit_string()?.len();
    key.end()?;
    Ok(Originator::Ephemeral { algorithm, curve, point_size })
}
