//! RecipientInfo (RFC 5652, 6.2): for whom the content key is encrypted, and how.

use super::CmsError;
use super::certificate_id::{CertificateId, RecipientId};
use super::parser::RECIPIENTS_MAX;
use crate::tlv::{Element, Reader, Tag, TlvError};
use const_oid::ObjectIdentifier;
use std::sync::Arc;

/// One recipient and one encrypted content key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipient {
    /// KeyTransRecipientInfo.
    Transport {
        id: CertificateId,
        algorithm: ObjectIdentifier,
        /// The AlgorithmIdentifier as it was sent.
        identifier: Vec<u8>,
        encrypted_key: Vec<u8>,
    },
    /// One of the keys of a KeyAgreeRecipientInfo.
    Agreement { id: CertificateId, agreement: Arc<Agreement>, encrypted_key: Vec<u8> },
    /// A kind that no certificate belongs to.
    Other(RecipientId),
}

/// What the keys of a KeyAgreeRecipientInfo have in common (RFC 5753, 3.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agreement {
    /// The sender's ephemeral point; `None` when it is named by certificate, which is not done with ephemeral keys.
    pub originator_point: Option<Vec<u8>>,
    pub user_keying_material: Option<Vec<u8>>,
    pub scheme: ObjectIdentifier,
    /// The key wrap algorithm, and the DER of its AlgorithmIdentifier, parameters as they were sent: it enters the
    /// derivation.
    pub wrap: Option<(ObjectIdentifier, Vec<u8>)>,
}

impl Recipient {
    /// Whom the recipient is identified as.
    pub(super) fn describe(&self) -> RecipientId {
        match self {
            Recipient::Transport { id, .. } | Recipient::Agreement { id, .. } => id.describe(),
            Recipient::Other(kind) => kind.clone(),
        }
    }

    /// The certificate that is meant.
    pub(super) fn id(&self) -> Option<&CertificateId> {
        match self {
            Recipient::Transport { id, .. } | Recipient::Agreement { id, .. } => Some(id),
            Recipient::Other(_) => None,
        }
    }
}

/// Reads RecipientInfos. Keys of one agreement count as recipients of their own.
pub(super) fn read_recipients(set: &Element<'_>) -> Result<Vec<Recipient>, CmsError> {
    let mut recipients = Vec::with_capacity(1);
    let mut reader = set.reader();
    while let Some(choice) = reader.next()? {
        if choice.tag == Tag::SEQUENCE {
            recipients.push(read_transport(&choice)?);
        } else if choice.tag == Tag::context(1) {
            read_agreement(&choice, &mut recipients)?;
        } else {
            recipients.push(Recipient::Other(match choice.tag {
                tag if tag == Tag::context(2) => RecipientId::SharedKey,
                tag if tag == Tag::context(3) => RecipientId::Password,
                _ => RecipientId::Other,
            }));
        }
        if recipients.len() > RECIPIENTS_MAX {
            return Err(CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX });
        }
    }
    Ok(recipients)
}

fn read_transport(element: &Element<'_>) -> Result<Recipient, CmsError> {
    let mut reader = element.reader();
    reader.required("a version")?.small_integer()?;
    let id = CertificateId::read(&reader.required("a recipient identifier")?)?;
    let identifier = reader.required("an algorithm identifier")?;
    let (algorithm, _) = algorithm(&identifier)?;
    let encrypted_key = reader.required("an encrypted key")?.octet_string()?.into_owned();
    reader.end()?;
    Ok(Recipient::Transport { id, algorithm, identifier: identifier.raw.to_vec(), encrypted_key })
}

fn read_agreement(element: &Element<'_>, out: &mut Vec<Recipient>) -> Result<(), CmsError> {
    let mut reader = element.reader();
    reader.required("a version")?.small_integer()?;
    let originator = reader.expect(Tag::context(0), "an originator")?;
    let originator_point = read_originator(&originator)?;
    let user_keying_material = match reader.optional(|tag| tag == Tag::context(1))? {
        Some(explicit) => {
            let mut inner = explicit.reader();
            let octets = inner.required("keying material")?.octet_string()?.into_owned();
            inner.end()?;
            Some(octets)
        }
        None => None,
    };
    let identifier = reader.required("an algorithm identifier")?;
    let (scheme, mut parameters) = algorithm(&identifier)?;
    let wrap = match parameters.next()? {
        Some(wrap) if wrap.tag == Tag::SEQUENCE => Some((algorithm(&wrap)?.0, wrap.to_der(0x30, false)?)),
        _ => None,
    };
    // Shared: a thousand keys may stand in one agreement.
    let agreement = Arc::new(Agreement { originator_point, user_keying_material, scheme, wrap });
    let mut keys = reader.expect(Tag::SEQUENCE, "recipient encrypted keys")?.reader();
    reader.end()?;
    while let Some(key) = keys.next()? {
        let mut parts = key.open(Tag::SEQUENCE, "a recipient encrypted key")?;
        let identifier = parts.required("a recipient identifier")?;
        let id = if identifier.tag.is_context(0) {
            // RecipientKeyIdentifier, implicitly tagged: a key identifier, a date, another attribute
            CertificateId::KeyId(
                identifier.reader().required("a key identifier")?.octet_string()?.into_owned(),
            )
        } else {
            CertificateId::read_issuer_serial(&identifier)?
        };
        let encrypted_key = parts.required("an encrypted key")?.octet_string()?.into_owned();
        parts.end()?;
        out.push(Recipient::Agreement { id, agreement: Arc::clone(&agreement), encrypted_key });
        if out.len() > RECIPIENTS_MAX {
            return Err(CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX });
        }
    }
    Ok(())
}

fn read_originator(explicit: &Element<'_>) -> Result<Option<Vec<u8>>, TlvError> {
    let mut reader = explicit.reader();
    let choice = reader.required("an originator")?;
    reader.end()?;
    if choice.tag != Tag::context(1) {
        return Ok(None);
    }
    let mut key = choice.reader();
    algorithm(&key.required("an algorithm identifier")?)?;
    let point = key.required("a public key")?.bit_string()?;
    key.end()?;
    Ok(Some(point.to_vec()))
}

/// The algorithm of an AlgorithmIdentifier, and a reader of its parameters.
fn algorithm<'a>(identifier: &Element<'a>) -> Result<(ObjectIdentifier, Reader<'a>), TlvError> {
    let mut reader = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
    let algorithm = reader.required("an object identifier")?.oid()?;
    Ok((algorithm, reader))
}
