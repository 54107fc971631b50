//! Opening EnvelopedData and AuthEnvelopedData (RFC 5652, 6; RFC 5083; RFC 5753; RFC 3218).

use super::attribute::SignedAttributes;
use super::cipher::{self, Unpadder};
use super::encrypt::KeyTransport;
use super::key_wrap::{AgreementWrap, Wrapping};
use super::parser::{AuthenticatedTail, EnvelopedHead, Head, Parser, Sink};
use super::recipient::{Agreement, Recipient};
use super::{CmsError, DecryptError, RecipientId, agreement};
use crate::algorithm::{RSA_ENCRYPTION, RSAES_OAEP};
use crate::tlv::Element;
use crate::{
    BulkCipher, BulkEncryptor, Context, CryptoError, DigestAlgorithm, Identity, LoadedKey, OaepParameters,
    PublicKeyAlgorithm, Timestamp,
};
use const_oid::ObjectIdentifier;
use zeroize::{Zeroize, Zeroizing};

/// How many encrypted keys that belong to the identities are tried.
pub const ATTEMPTS_MAX: usize = 8;

/// How the content key was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyEncryption {
    /// To an RSA key.
    Transport(KeyTransport),
    /// With a key that was agreed on by ECDH (RFC 5753).
    Agreement {
        /// The hash of the key derivation.
        digest: DigestAlgorithm,
        /// How the content key is wrapped.
        wrap: AgreementWrap,
    },
}

/// EnvelopedData or AuthEnvelopedData that was opened, or could not be.
#[derive(Clone, PartialEq, Eq)]
pub struct Decrypted {
    /// The type of the content; mail has id-data.
    pub content_type: ObjectIdentifier,
    /// Whether the content is authenticated by a tag (AuthEnvelopedData).
    pub authenticated: bool,
    /// The signingTime among the authenticated attributes, if the message was opened and has one.
    pub authenticated_time: Option<Timestamp>,
    /// How the key that was tried is encrypted, if it is known.
    pub key_encryption: Option<KeyEncryption>,
    /// The content cipher, if it is known.
    pub cipher: Option<BulkCipher>,
    /// Whether the cipher is too old to trust.
    pub legacy: bool,
    /// Whom the message is encrypted to.
    pub recipients: Vec<RecipientId>,
    /// Which of the identities opened it, or why none did.
    pub opened_by: Result<usize, DecryptError>,
    /// The content, if it was opened.
    pub content: Option<Vec<u8>>,
}

impl std::fmt::Debug for Decrypted {
    /// Leaves the content out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decrypted")
            .field("cipher", &self.cipher)
            .field("recipients", &self.recipients)
            .field("opened_by", &self.opened_by)
            .finish_non_exhaustive()
    }
}

/// Decrypts EnvelopedData or AuthEnvelopedData, DER or BER, with the first of the identities that a recipient belongs to and whose key opens
/// it. At most [`ATTEMPTS_MAX`] keys are tried. The content is given only if its padding, or its tag, is right.
///
/// # Errors
///
/// Encodings, bounds, other content types. That the message does not open is no error: see
/// [`Decrypted::opened_by`].
pub fn decrypt(cx: &Context<'_>, der_or_ber: &[u8], identities: &[Identity]) -> Result<Decrypted, CmsError> {
    let mut failed: Option<Decrypted> = None;
    for attempt in 0..ATTEMPTS_MAX {
        let mut held = Vec::with_capacity(der_or_ber.len());
        let mut decryptor = Decryptor::attempt(cx, identities, attempt);
        decryptor.update(der_or_ber, &mut held)?;
        let mut decrypted = decryptor.finish(&mut held)?;
        let end = match &decrypted.opened_by {
            Ok(_) => {
                decrypted.content = Some(held);
                return Ok(decrypted);
            }
            Err(DecryptError::NoIdentity) => true,
            Err(_) => false,
        };
        held.zeroize();
        // After the last candidate what remains is why the others failed; a failed opening says the least.
        match &failed {
            None => failed = Some(decrypted),
            Some(_) if end => {}
            Some(before) if before.opened_by == Err(DecryptError::Failed) => {}
            Some(_) => failed = Some(decrypted),
        }
        if end {
            break;
        }
    }
    failed.ok_or(CmsError::NoRecipients)
}

/// Decrypts EnvelopedData or AuthEnvelopedData from pieces of any size.
///
/// What [`Decryptor::update`] appends is *held*: it must not be shown, stored or acted upon until
/// [`Decryptor::finish`] gave a report that says the message was opened (EFAIL, CVE-2017-17688).
pub struct Decryptor<'a> {
    parser: Parser,
    opening: Opening<'a>,
}

impl<'a> Decryptor<'a> {
    /// Starts a message; the first encrypted key that belongs to an identity is used.
    pub fn new(cx: &Context<'a>, identities: &'a [Identity]) -> Decryptor<'a> {
        Self::attempt(cx, identities, 0)
    }

    /// Starts a message; `attempt` encrypted keys that belong to an identity are passed over.
    pub fn attempt(cx: &Context<'a>, identities: &'a [Identity], attempt: usize) -> Decryptor<'a> {
        let opening = Opening {
            cx: *cx,
            identities,
            attempt,
            head: None,
            state: Err(DecryptError::NoIdentity),
            key_encryption: None,
            held: Vec::new(),
        };
        Decryptor { parser: Parser::new(), opening }
    }

    /// Feeds octets and appends plaintext, to be held.
    ///
    /// # Errors
    ///
    /// Encodings, bounds, another content type. The decryptor must not be fed again after.
    pub fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), CmsError> {
        let start = held.len();
        std::mem::swap(&mut self.opening.held, held);
        let result = self.parser.update(input, &mut self.opening);
        std::mem::swap(&mut self.opening.held, held);
        if let Ok((_, Content::Padded(unpadder))) = &mut self.opening.state {
            unpadder.hold_back(held, start);
        }
        result
    }

    /// The type of the content, once that arrived, which is in front of the content.
    pub(crate) fn content_type(&self) -> Option<ObjectIdentifier> {
        self.opening.head.as_ref().map(|head| head.content_type)
    }

    /// Ends the message and appends the last of the plaintext. The report has no content; if it says that the message
    /// was opened, what was held may be released, else it must be destroyed.
    ///
    /// # Errors
    ///
    /// Truncation.
    pub fn finish(self, held: &mut Vec<u8>) -> Result<Decrypted, CmsError> {
        let tail = self.parser.finish()?.authenticated;
        let Opening { head, state, key_encryption, .. } = self.opening;
        let mut authenticated_time = None;
        let opened_by = state.and_then(|(identity, cipher)| {
            match cipher {
                Content::Padded(unpadder) => unpadder.finish(held).map_err(|_| DecryptError::Failed)?,
                Content::Tagged(cipher) => {
                    let head = head.as_ref().ok_or(DecryptError::Failed)?;
                    authenticated_time = authenticate(cipher, head, &tail).ok_or(DecryptError::Failed)?;
                }
            }
            Ok(identity)
        });
        let Some(head) = head else { return Err(CmsError::NoRecipients) };
        let cipher = head.encryption.cipher.as_ref().map(|(cipher, _)| *cipher);
        Ok(Decrypted {
            content_type: head.content_type,
            authenticated: head.authenticated,
            authenticated_time,
            key_encryption,
            cipher,
            legacy: cipher.is_some_and(cipher::is_legacy),
            recipients: head.recipients.iter().map(Recipient::describe).collect(),
            opened_by,
            content: None,
        })
    }
}

/// A content cipher in progress.
enum Content {
    Padded(Unpadder),
    Tagged(Box<dyn BulkEncryptor>),
}

/// Checks the tag of AuthEnvelopedData and then its attributes; gives the time among them. The attributes are
/// authenticated as the DER of a SET OF, though sent with an implicit tag (RFC 5083, 2.2); content that is not plain
/// data must have them and be named by them (2.1).
fn authenticate(
    mut cipher: Box<dyn BulkEncryptor>,
    head: &EnvelopedHead,
    tail: &AuthenticatedTail,
) -> Option<Option<Timestamp>> {
    let mut attributes = SignedAttributes::default();
    if let Some((raw, offset)) = &tail.attributes {
        let set = Element::only(raw, *offset).ok()?;
        attributes = SignedAttributes::read(&set).ok()?.ok()?;
        cipher.late_additional_data(&set.to_der(0x31, true).ok()?).ok()?;
    }
    if tail.mac.len() != head.encryption.tag_len {
        return None;
    }
    cipher.finish(Some(&tail.mac)).ok()?;
    match attributes.content_type {
        Some(named) if named == head.content_type => {}
        None if head.content_type == super::DATA => {}
        _ => return None,
    }
    Some(attributes.signing_time)
}

/// Takes what the parser finds.
struct Opening<'a> {
    cx: Context<'a>,
    identities: &'a [Identity],
    attempt: usize,
    head: Option<EnvelopedHead>,
    state: Result<(usize, Content), DecryptError>,
    key_encryption: Option<KeyEncryption>,
    /// The caller's buffer, while octets are fed.
    held: Vec<u8>,
}

impl Sink for Opening<'_> {
    fn head(&mut self, head: Head) -> Result<(), CmsError> {
        let Head::Enveloped(head) = head else {
            return Err(CmsError::Unsupported { content_type: head.message_type() });
        };
        self.state = self.start(&head);
        self.head = Some(head);
        Ok(())
    }

    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError> {
        self.decrypt(|cipher, held| match cipher {
            Content::Padded(unpadder) => unpadder.update(octets, held),
            Content::Tagged(cipher) => cipher.update(octets, held),
        });
        Ok(())
    }

    fn contents(&mut self, segments: &mut dyn Iterator<Item = &[u8]>, most: usize) -> Result<(), CmsError> {
        self.decrypt(|cipher, held| match cipher {
            Content::Padded(unpadder) => unpadder.update_all(segments, most, held),
            Content::Tagged(cipher) => cipher.update_all(segments, most, held),
        });
        Ok(())
    }
}

impl<'a> Opening<'a> {
    /// Goes on if nothing has failed; that something did is told at the end.
    fn decrypt(&mut self, go_on: impl FnOnce(&mut Content, &mut Vec<u8>) -> Result<(), CryptoError>) {
        if let Ok((_, cipher)) = &mut self.state
            && go_on(cipher, &mut self.held).is_err()
        {
            self.state = Err(DecryptError::Failed);
        }
    }

    fn start(&mut self, head: &EnvelopedHead) -> Result<(usize, Content), DecryptError> {
        let (recipient, index, identity) = self.candidate(head).ok_or(DecryptError::NoIdentity)?;
        self.key_encryption = key_encryption(recipient);
        let unsupported = DecryptError::UnsupportedCipher { algorithm: head.encryption.algorithm };
        let (cipher, iv) = head.encryption.cipher.as_ref().ok_or(unsupported.clone())?;
        let length = cipher::key_len(*cipher);
        let key = identity.key.load(&self.cx).map_err(DecryptError::Key)?;
        let content_key = match recipient {
            Recipient::Transport { algorithm, identifier, encrypted_key, .. } => {
                self.transported(key.as_ref(), *algorithm, identifier, encrypted_key, length)?
            }
            Recipient::Agreement { agreement, encrypted_key, .. } => {
                self.agreed(key.as_ref(), agreement, encrypted_key)?
            }
            Recipient::Other(_) => return Err(DecryptError::NoIdentity),
        };
        if content_key.len() != length {
            return Err(DecryptError::Failed);
        }
        let decryptor = self.cx.crypto.decryptor(*cipher, &content_key, iv).map_err(|error| match error {
            CryptoError::Unsupported(_) => unsupported,
            _ => DecryptError::Failed,
        })?;
        Ok(match head.authenticated {
            true => (index, Content::Tagged(decryptor)),
            false => (index, Content::Padded(Unpadder::new(decryptor, cipher::block_len(*cipher)))),
        })
    }

    /// The encrypted key to try, and the identity that it belongs to.
    fn candidate<'h>(&self, head: &'h EnvelopedHead) -> Option<(&'h Recipient, usize, &'a Identity)> {
        head.recipients
            .iter()
            .filter_map(|recipient| Some((recipient, recipient.id()?)))
            .flat_map(|(recipient, id)| {
                let identities = self.identities.iter().enumerate();
                identities
                    .filter(move |(_, identity)| id.matches(&identity.certificate))
                    .map(move |(index, identity)| (recipient, index, identity))
            })
            .nth(self.attempt)
    }

    /// Key transport. With PKCS#1 v1.5 a key of the right length comes out whatever went in: a random one if the
    /// padding was wrong, so that the failure shows only where a damaged content would (RFC 3218, 2.3.2).
    fn transported(
        &self,
        key: &dyn LoadedKey,
        algorithm: ObjectIdentifier,
        identifier: &[u8],
        encrypted: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let unsupported = DecryptError::UnsupportedKeyEncryption { algorithm };
        if !matches!(key.algorithm(), PublicKeyAlgorithm::Rsa { .. }) {
            return Err(unsupported);
        }
        if algorithm == RSA_ENCRYPTION {
            let mut random = Zeroizing::new(vec![0; length]);
            self.cx.crypto.random(&mut random);
            let content_key = key.decrypt_pkcs1(encrypted, length);
            return Ok(content_key.ok().filter(|key| key.len() == length).unwrap_or(random));
        }
        if algorithm == RSAES_OAEP {
            let parameters = oaep_parameters(identifier).ok_or(unsupported)?;
            return key.decrypt_oaep(&parameters, encrypted).map_err(|_| DecryptError::Failed);
        }
        Err(unsupported)
    }

    fn agreed(
        &self,
        key: &dyn LoadedKey,
        agreement: &Agreement,
        encrypted: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let unsupported = |algorithm| DecryptError::UnsupportedKeyEncryption { algorithm };
        let scheme = agreement.scheme;
        let digest = agreement::derivation_digest(scheme).ok_or(unsupported(scheme))?;
        let (wrap, identifier) = agreement.wrap.as_ref().ok_or(unsupported(scheme))?;
        let wrapping = Wrapping::read(*wrap, identifier).ok_or(unsupported(*wrap))?;
        let point = agreement.originator_point.as_ref().ok_or(unsupported(scheme))?;
        if !matches!(key.algorithm(), PublicKeyAlgorithm::Ec(_)) {
            return Err(unsupported(scheme));
        }
        let shared = key.agree(point).map_err(|_| DecryptError::Failed)?;
        let kek = agreement::key_encryption_key(
            self.cx.crypto,
            digest,
            &shared,
            &wrapping.derivation_identifier(identifier),
            agreement.user_keying_material.as_deref(),
            wrapping.key_bits(),
        );
        wrapping.unwrap(self.cx.crypto, &kek, encrypted).map_err(|_| DecryptError::Failed)
    }
}

/// How a recipient's key is encrypted.
fn key_encryption(recipient: &Recipient) -> Option<KeyEncryption> {
    match recipient {
        Recipient::Transport { algorithm, .. } if *algorithm == RSA_ENCRYPTION => {
            Some(KeyEncryption::Transport(KeyTransport::Pkcs1))
        }
        Recipient::Transport { algorithm, identifier, .. } if *algorithm == RSAES_OAEP => {
            let OaepParameters { digest, mgf, .. } = oaep_parameters(identifier)?;
            Some(KeyEncryption::Transport(KeyTransport::Oaep { digest, mgf }))
        }
        Recipient::Agreement { agreement, .. } => {
            let (wrap, identifier) = agreement.wrap.as_ref()?;
            Some(KeyEncryption::Agreement {
                digest: agreement::derivation_digest(agreement.scheme)?,
                wrap: Wrapping::read(*wrap, identifier)?.wrap,
            })
        }
        _ => None,
    }
}

/// RSAES-OAEP-params (RFC 4055, 4.1); `None` for what is not known.
pub(super) fn oaep_parameters(identifier: &[u8]) -> Option<OaepParameters> {
    use crate::algorithm::{MGF1, digest_by_oid};
    use crate::tlv::Tag;
    const P_SPECIFIED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.9");

    fn digest(identifier: &Element<'_>) -> Option<DigestAlgorithm> {
        let mut reader = identifier.open(Tag::SEQUENCE, "a digest algorithm").ok()?;
        digest_by_oid(&reader.required("an object identifier").ok()?.oid().ok()?)
    }
    let mut parts = Element::only(identifier, 0).ok()?.reader();
    parts.next().ok()??;
    let mut out =
        OaepParameters { digest: DigestAlgorithm::Sha1, mgf: DigestAlgorithm::Sha1, label: Vec::new() };
    let Some(parameters) = parts.next().ok()? else { return Some(out) };
    let mut reader = parameters.open(Tag::SEQUENCE, "parameters").ok()?;
    while let Some(field) = reader.next().ok()? {
        let inner = field.reader().required("a parameter").ok()?;
        if field.tag == Tag::context(0) {
            out.digest = digest(&inner)?;
        } else if field.tag == Tag::context(1) {
            let mut mask = inner.open(Tag::SEQUENCE, "a mask generation").ok()?;
            let mgf1 = mask.required("an object identifier").ok()?.oid().ok()? == MGF1;
            out.mgf = digest(&mask.required("a digest algorithm").ok()?).filter(|_| mgf1)?;
        } else if field.tag == Tag::context(2) {
            let mut source = inner.open(Tag::SEQUENCE, "a label source").ok()?;
            let specified = source.required("an object identifier").ok()?.oid().ok()? == P_SPECIFIED;
            let label = source.required("a label").ok()?.octet_string().ok()?.into_owned();
            out.label = Some(label).filter(|_| specified)?;
        } else {
            return None;
        }
    }
    Some(out)
}
