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
    /// Octets of the content have arrived: for SignedData what is signed, for EnvelopedData the ciphertext.
    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError>;
}

/// Reads SignedData and EnvelopedData (RFC 5652) from pieces of any size, BER or DER, keeping only what stands around
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
    pub(super) fn finish(self) -> Result<SignedTail, CmsError> {
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
    // the ends
    DataEnd,
    ExplicitEnd,
    ContentInfoEnd,
    Done,
}

#[derive(Debug)]
struct Fields {
    at: At,
    digests: Vec<DigestAlgorithm>,
    content_type: ObjectIdentifier,
    recipients: Vec<Recipient>,
    encryption: Option<ContentEncryption>,
    tail: SignedTail,
}

impl Fields {
    fn new() -> Fields {
        Fields {
            at: At::ContentInfo,
            digests: Vec::new(),
            content_type: oid::DATA,
            recipients: Vec::new(),
            encryption: None,
            tail: SignedTail::default(),
        }
    }

    fn signed_head(&mut self) -> Head {
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
        Ok(Head::Enveloped(EnvelopedHead { recipients, content_type: self.content_type, encryption }))
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
        let (wanted, step, next) = match fields.at {
            At::ContentInfo => (tag == Tag::SEQUENCE, Step::Enter, At::ContentType),
            At::ContentType => (tag == Tag::OID, Step::Capture, At::ContentType),
            At::Explicit => {
                let body =
                    if fields.content_type == oid::SIGNED_DATA { At::SignedData } else { At::EnvelopedData };
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
                    fields.tail.attached = true;
                    let head = fields.signed_head();
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
                fields.content_type = element.oid()?;
                if !matches!(fields.content_type, oid::SIGNED_DATA | oid::ENVELOPED_DATA) {
                    return Err(CmsError::Unsupported { content_type: fields.content_type });
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
                fields.tail.certificates = read_certificates(&element)?;
                At::Crls
            }
            At::Crls => At::Signers,
            At::Signers => {
                fields.tail.signers = read_signers(&element)?;
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
                fields.encryption = Some(ContentEncryption::read(&element)?);
                At::EncryptedContent
            }
            At::UnprotectedAttributes => At::DataEnd,
            at => at,
        };
        Ok(())
    }

    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError> {
        self.sink.content(octets)
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
                let head = fields.signed_head();
                self.sink.head(head)?;
                At::Certificates
            }
            At::SignedContentEnd => At::EncapsulatedEnd,
            At::EncapsulatedEnd => At::Certificates,
            At::EncryptedContent => {
                let head = fields.enveloped_head(offset)?;
                self.sink.head(head)?;
                At::UnprotectedAttributes
            }
            At::EncryptedEnd => At::UnprotectedAttributes,
            At::UnprotectedAttributes | At::DataEnd => At::ExplicitEnd,
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
        At::SignedVersion | At::EnvelopedVersion => "a version",
        At::Digests => "digest algorithms",
        At::Encapsulated => "encapsulated content",
        At::SignedContent => "an octet string",
        At::Certificates | At::Crls | At::Signers => "signer infos",
        At::Originator | At::Recipients => "recipient infos",
        At::Encrypted => "encrypted content info",
        At::Encryption => "a content encryption algorithm",
        At::EncryptedContent => "encrypted content",
        At::UnprotectedAttributes => "unprotected attributes",
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
