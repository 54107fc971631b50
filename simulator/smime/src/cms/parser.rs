use super::cipher::ContentEncryption;
use super::recipient::{Recipient, read_recipients};
use super::signer::{SignerInfo, read_signers};
use super::{CmsError, oid};
use crate::algorithm::digest_by_oid;
use crate::tlv::{Element, Framer, Header, Step, Tag, TlvError, Visitor};
use crate::{Certificate, DigestAlgorithm};
use const_oid::ObjectIdentifier;

/// How large everything around the content may be together, in octets.
pub const STRUCTURES_MAX: usize = 1024 * 1024;
/// How many recipients a message may have.
pub const RECIPIENTS_MAX: usize = 1000;
/// How many signers a message may have.
pub const SIGNERS_MAX: usize = 64;
/// How many certificates a message may carry.
pub const CERTIFICATES_MAX: usize = 256;
/// How many digest algorithms a message may declare.
pub const DIGESTS_MAX: usize = 64;

/// What stands in front of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    Signed(SignedHead),
    Enveloped(EnvelopedHead),
    Compressed(CompressedHead),
}

impl Head {
    /// The content type of the message that has this head.
    pub(super) fn message_type(&self) -> ObjectIdentifier {
        match self {
            Head::Signed(_) => oid::SIGNED_DATA,
            Head::Enveloped(head) if head.authenticated => oid::AUTH_ENVELOPED_DATA,
            Head::Enveloped(_) => oid::ENVELOPED_DATA,
            Head::Compressed(_) => oid::COMPRESSED_DATA,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedHead {
    /// The digest algorithms that are known, each once.
    pub digests: Vec<DigestAlgorithm>,
    pub content_type: ObjectIdentifier,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnvelopedHead {
    pub recipients: Vec<Recipient>,
    pub content_type: ObjectIdentifier,
    pub encryption: ContentEncryption,
    /// Whether it is AuthEnvelopedData (RFC 5083).
    pub authenticated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CompressedHead {
    pub algorithm: ObjectIdentifier,
    pub content_type: ObjectIdentifier,
}

/// What stands behind the content.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Tail {
    pub signed: SignedTail,
    pub authenticated: AuthenticatedTail,
}

/// What stands behind the content of AuthEnvelopedData.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct AuthenticatedTail {
    /// The authenticated attributes as they were sent, `[1]` tag included, and where they stood.
    pub attributes: Option<(Vec<u8>, u64)>,
    /// The tag.
    pub mac: Vec<u8>,
}

/// What stands behind the content of SignedData.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct SignedTail {
    /// Whether there was content.
    pub attached: bool,
    /// The certificates that could be read; others are left out.
    pub certificates: Vec<Certificate>,
    pub signers: Vec<SignerInfo>,
}

/// Who takes what the parser finds.
pub(super) trait Sink {
    /// Everything in front of the content has been read.
    fn head(&mut self, head: Head) -> Result<(), CmsError>;
    /// Octets of the content have arrived: for SignedData what is signed, else the ciphertext or what is compressed.
    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError>;
    /// The same in segments, one behind the other, together no more than `most` octets.
    fn contents(&mut self, segments: &mut dyn Iterator<Item = &[u8]>, most: usize) -> Result<(), CmsError> {
        let _ = most;
        for octets in segments {
            self.content(octets)?;
        }
        Ok(())
    }
}

/// Reads SignedData, EnvelopedData (RFC 5652), AuthEnvelopedData (RFC 5083) and CompressedData (RFC 3274) from pieces of any size, BER or DER, keeping only what stands around
/// the content.
///
/// Bounds: [`STRUCTURES_MAX`], [`RECIPIENTS_MAX`], [`SIGNERS_MAX`], [`CERTIFICATES_MAX`], [`DIGESTS_MAX`], and those
/// of the framer.
#[derive(Debug)]
pub(super) struct Parser {
    framer: Framer,
    fields: Fields,
}

impl Parser {
    pub(super) fn new() -> Parser {
        Parser { framer: Framer::new(STRUCTURES_MAX), fields: Fields::new() }
    }

    /// Feeds octets. After an error the parser must not be fed again.
    pub(super) fn update(&mut self, input: &[u8], sink: &mut dyn Sink) -> Result<(), CmsError> {
        self.framer.update(input, &mut Walk { fields: &mut self.fields, sink })
    }

    /// Ends the input; gives what stood behind the content.
    pub(super) fn finish(self) -> Result<Tail, CmsError> {
        self.framer.finish()?;
        Ok(self.fields.tail)
    }
}

/// The place in the structure: which element comes next, or which is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    ContentInfo,
    ContentType,
    Explicit,
    // SignedData
    SignedData,
    SignedVersion,
    Digests,
    Encapsulated,
    SignedContentType,
    SignedExplicit,
    SignedContent,
    SignedContentEnd,
    EncapsulatedEnd,
    Certificates,
    Crls,
    Signers,
    // EnvelopedData
    EnvelopedData,
    EnvelopedVersion,
    Originator,
    Recipients,
    Encrypted,
    EncryptedContentType,
    Encryption,
    EncryptedContent,
    EncryptedEnd,
    UnprotectedAttributes,
    // AuthEnvelopedData, from where it is another
    AuthenticatedAttributes,
    Mac,
    UnauthenticatedAttributes,
    // CompressedData, up to where it is as SignedData
    CompressedData,
    CompressedVersion,
    Compression,
    // the ends
    DataEnd,
    ExplicitEnd,
    ContentInfoEnd,
    Done,
}

#[derive(Debug)]
struct Fields {
    at: At,
    /// The content type of the whole message.
    kind: ObjectIdentifier,
    digests: Vec<DigestAlgorithm>,
    content_type: ObjectIdentifier,
    recipients: Vec<Recipient>,
    encryption: Option<ContentEncryption>,
    compression: ObjectIdentifier,
    tail: Tail,
}

impl Fields {
    fn new() -> Fields {
        Fields {
            at: At::ContentInfo,
            kind: oid::DATA,
            digests: Vec::new(),
            content_type: oid::DATA,
            recipients: Vec::new(),
            encryption: None,
            compression: oid::ZLIB,
            tail: Tail::default(),
        }
    }

    /// The head of what has encapsulated content.
    fn encapsulating_head(&mut self) -> Head {
        if self.kind == oid::COMPRESSED_DATA {
            return Head::Compressed(CompressedHead {
                algorithm: self.compression,
                content_type: self.content_type,
            });
        }
        Head::Signed(SignedHead {
            digests: std::mem::take(&mut self.digests),
            content_type: self.content_type,
        })
    }

    fn enveloped_head(&mut self, offset: u64) -> Result<Head, CmsError> {
        let encryption = self.encryption.take();
        let encryption =
            encryption.ok_or(TlvError::Unexpected { offset, expected: "an algorithm identifier" })?;
        let recipients = std::mem::take(&mut self.recipients);
        let authenticated = self.is_authenticated();
        Ok(Head::Enveloped(EnvelopedHead {
            recipients,
            content_type: self.content_type,
            encryption,
            authenticated,
        }))
    }

    fn is_authenticated(&self) -> bool {
        self.kind == oid::AUTH_ENVELOPED_DATA
    }

    /// What follows the encrypted content.
    fn after_encrypted(&self) -> At {
        if self.is_authenticated() { At::AuthenticatedAttributes } else { At::UnprotectedAttributes }
    }

    /// What follows the encapsulated content.
    fn after_encapsulated(&self) -> At {
        if self.kind == oid::COMPRESSED_DATA { At::DataEnd } else { At::Certificates }
    }
}

struct Walk<'a> {
    fields: &'a mut Fields,
    sink: &'a mut dyn Sink,
}

impl Visitor for Walk<'_> {
    type Error = CmsError;

    fn header(&mut self, header: &Header, offset: u64) -> Result<Step, CmsError> {
        let tag = header.tag;
        let fields = &mut *self.fields;
        let unexpected = |expected| Err(TlvError::Unexpected { offset, expected }.into());
        // Optional elements that are not there are passed over.
        if fields.at == At::Originator && !tag.is_context(0) {
            fields.at = At::Recipients;
        }
        if fields.at == At::Certificates && !tag.is_context(0) {
            fields.at = At::Crls;
        }
        if fields.at == At::Crls && !tag.is_context(1) {
            fields.at = At::Signers;
        }
        if fields.at == At::AuthenticatedAttributes && !tag.is_context(1) {
            fields.at = At::Mac;
        }
        let (wanted, step, next) = match fields.at {
            At::ContentInfo => (tag == Tag::SEQUENCE, Step::Enter, At::ContentType),
            At::ContentType => (tag == Tag::OID, Step::Capture, At::ContentType),
            At::Explicit => {
                let body = match fields.kind {
                    oid::SIGNED_DATA => At::SignedData,
                    oid::COMPRESSED_DATA => At::CompressedData,
                    _ => At::EnvelopedData,
                };
                (tag == Tag::context(0), Step::Enter, body)
            }
            At::SignedData => (tag == Tag::SEQUENCE, Step::Enter, At::SignedVersion),
            At::SignedVersion => (tag == Tag::INTEGER, Step::Capture, At::SignedVersion),
            At::Digests => (tag == Tag::SET, Step::Capture, At::Digests),
            At::Encapsulated => (tag == Tag::SEQUENCE, Step::Enter, At::SignedContentType),
            At::SignedContentType => (tag == Tag::OID, Step::Capture, At::SignedContentType),
            At::SignedExplicit => (tag == Tag::context(0), Step::Enter, At::SignedContent),
            At::SignedContent => {
                if tag.is_octet_string() {
                    fields.tail.signed.attached = true;
                    let head = fields.encapsulating_head();
                    self.sink.head(head)?;
                }
                (tag.is_octet_string(), Step::Content, At::SignedContent)
            }
            At::Certificates => (tag == Tag::context(0), Step::Capture, At::Certificates),
            At::Crls => (tag == Tag::context(1), Step::Capture, At::Crls),
            At::Signers => (tag == Tag::SET, Step::Capture, At::Signers),
            At::EnvelopedData => (tag == Tag::SEQUENCE, Step::Enter, At::EnvelopedVersion),
            At::EnvelopedVersion => (tag == Tag::INTEGER, Step::Capture, At::EnvelopedVersion),
            At::Originator => (tag == Tag::context(0), Step::Capture, At::Originator),
            At::Recipients => (tag == Tag::SET, Step::Capture, At::Recipients),
            At::Encrypted => (tag == Tag::SEQUENCE, Step::Enter, At::EncryptedContentType),
            At::EncryptedContentType => (tag == Tag::OID, Step::Capture, At::EncryptedContentType),
            At::Encryption => (tag == Tag::SEQUENCE, Step::Capture, At::Encryption),
            At::EncryptedContent => {
                if tag.is_context(0) {
                    let head = fields.enveloped_head(offset)?;
                    self.sink.head(head)?;
                }
                (tag.is_context(0), Step::Content, At::EncryptedContent)
            }
            At::UnprotectedAttributes => (tag == Tag::context(1), Step::Capture, At::UnprotectedAttributes),
            At::AuthenticatedAttributes => {
                (tag == Tag::context(1), Step::Capture, At::AuthenticatedAttributes)
            }
            At::Mac => (tag.is_octet_string(), Step::Capture, At::Mac),
            At::UnauthenticatedAttributes => {
                (tag == Tag::context(2), Step::Capture, At::UnauthenticatedAttributes)
            }
            At::CompressedData => (tag == Tag::SEQUENCE, Step::Enter, At::CompressedVersion),
            At::CompressedVersion => (tag == Tag::INTEGER, Step::Capture, At::CompressedVersion),
            At::Compression => (tag == Tag::SEQUENCE, Step::Capture, At::Compression),
            _ => return unexpected("the end of the structure"),
        };
        if !wanted {
            return unexpected(expected(self.fields.at));
        }
        self.fields.at = next;
        Ok(step)
    }

    fn captured(&mut self, raw: &[u8], offset: u64) -> Result<(), CmsError> {
        let element = Element::only(raw, offset)?;
        let fields = &mut *self.fields;
        fields.at = match fields.at {
            At::ContentType => {
                fields.kind = element.oid()?;
                if !matches!(
                    fields.kind,
                    oid::SIGNED_DATA | oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA | oid::COMPRESSED_DATA
                ) {
                    return Err(CmsError::Unsupported { content_type: fields.kind });
                }
                At::Explicit
            }
            At::SignedVersion => At::Digests,
            At::Digests => {
                fields.digests = read_digests(&element)?;
                At::Encapsulated
            }
            At::SignedContentType => {
                fields.content_type = element.oid()?;
                At::SignedExplicit
            }
            At::Certificates => {
                fields.tail.signed.certificates = read_certificates(&element)?;
                At::Crls
            }
            At::Crls => At::Signers,
            At::Signers => {
                fields.tail.signed.signers = read_signers(&element)?;
                At::DataEnd
            }
            At::EnvelopedVersion => At::Originator,
            At::Originator => At::Recipients,
            At::Recipients => {
                fields.recipients = read_recipients(&element)?;
                At::Encrypted
            }
            At::EncryptedContentType => {
                fields.content_type = element.oid()?;
                At::Encryption
            }
            At::Encryption => {
                fields.encryption = Some(ContentEncryption::read(&element, fields.is_authenticated())?);
                At::EncryptedContent
            }
            At::UnprotectedAttributes | At::UnauthenticatedAttributes => At::DataEnd,
            At::AuthenticatedAttributes => {
                fields.tail.authenticated.attributes = Some((raw.to_vec(), offset));
                At::Mac
            }
            At::Mac => {
                fields.tail.authenticated.mac = element.octet_string()?.into_owned();
                At::UnauthenticatedAttributes
            }
            At::CompressedVersion => At::Compression,
            At::Compression => {
                let mut parts = element.reader();
                fields.compression = parts.required("an object identifier")?.oid()?;
                At::Encapsulated
            }
            at => at,
        };
        Ok(())
    }

    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError> {
        self.sink.content(octets)
    }

    fn contents(&mut self, segments: &mut dyn Iterator<Item = &[u8]>, most: usize) -> Result<(), CmsError> {
        self.sink.contents(segments, most)
    }

    fn content_end(&mut self) -> Result<(), CmsError> {
        self.fields.at = match self.fields.at {
            At::SignedContent => At::SignedContentEnd,
            _ => At::EncryptedEnd,
        };
        Ok(())
    }

    fn leave(&mut self, offset: u64) -> Result<(), CmsError> {
        let fields = &mut *self.fields;
        fields.at = match fields.at {
            At::SignedExplicit => {
                let head = fields.encapsulating_head();
                self.sink.head(head)?;
                fields.after_encapsulated()
            }
            At::SignedContentEnd => At::EncapsulatedEnd,
            At::EncapsulatedEnd => fields.after_encapsulated(),
            At::EncryptedContent => {
                let head = fields.enveloped_head(offset)?;
                self.sink.head(head)?;
                fields.after_encrypted()
            }
            At::EncryptedEnd => fields.after_encrypted(),
            At::UnprotectedAttributes | At::UnauthenticatedAttributes | At::DataEnd => At::ExplicitEnd,
            At::ExplicitEnd => At::ContentInfoEnd,
            At::ContentInfoEnd => At::Done,
            at => return Err(TlvError::Unexpected { offset, expected: expected(at) }.into()),
        };
        Ok(())
    }
}

/// What stands at a place, for errors.
fn expected(at: At) -> &'static str {
    match at {
        At::ContentInfo => "a content info",
        At::ContentType | At::SignedContentType | At::EncryptedContentType => "a content type",
        At::Explicit | At::SignedExplicit => "explicitly tagged content",
        At::SignedData => "signed data",
        At::EnvelopedData => "enveloped data",
        At::SignedVersion | At::EnvelopedVersion | At::CompressedVersion => "a version",
        At::Digests => "digest algorithms",
        At::Encapsulated => "encapsulated content",
        At::SignedContent => "an octet string",
        At::Certificates | At::Crls | At::Signers => "signer infos",
        At::Originator | At::Recipients => "recipient infos",
        At::Encrypted => "encrypted content info",
        At::Encryption => "a content encryption algorithm",
        At::EncryptedContent => "encrypted content",
        At::UnprotectedAttributes => "unprotected attributes",
        At::AuthenticatedAttributes | At::Mac => "an authentication tag",
        At::UnauthenticatedAttributes => "unauthenticated attributes",
        At::CompressedData => "compressed data",
        At::Compression => "a compression algorithm",
        _ => "the end of the structure",
    }
}

fn read_digests(set: &Element<'_>) -> Result<Vec<DigestAlgorithm>, CmsError> {
    let mut digests = Vec::new();
    let mut reader = set.reader();
    let mut count = 0;
    while let Some(identifier) = reader.next()? {
        count += 1;
        if count > DIGESTS_MAX {
            return Err(CmsError::TooMany { what: "digest algorithms", limit: DIGESTS_MAX });
        }
        let mut parts = identifier.open(Tag::SEQUENCE, "an algorithm identifier")?;
        let algorithm = parts.required("an object identifier")?.oid()?;
        if let Some(digest) = digest_by_oid(&algorithm).filter(|digest| !digests.contains(digest)) {
            digests.push(digest);
        }
    }
    Ok(digests)
}

fn read_certificates(set: &Element<'_>) -> Result<Vec<Certificate>, CmsError> {
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut reader = set.reader();
    let mut count = 0;
    while let Some(choice) = reader.next()? {
        count += 1;
        if count > CERTIFICATES_MAX {
            return Err(CmsError::TooMany { what: "certificates", limit: CERTIFICATES_MAX });
        }
        // Attribute certificates and other formats have context tags (RFC 5652, 10.2.2).
        if choice.tag == Tag::SEQUENCE
            && let Ok(certificate) = Certificate::from_der(choice.raw)
            && !certificates.contains(&certificate)
        {
            certificates.push(certificate);
        }
    }
    Ok(certificates)
}
