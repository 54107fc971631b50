//! Verifying messages in pieces.

use super::carrier::{Form, Receiver};
use super::expand::{EXPANDING, Expander, UNSETTLED};
use super::feed::Feed;
use super::layered::{Carried, Compressed, Layer};
use crate::cms::outline::OutlineReader;
use crate::cms::{self, ContentDigests, FinishedDigests, Signed, Verifier};
use crate::message::open::holding;
use crate::message::sender::SenderCheck;
use crate::message::{ProtectedHeaders, Senders, SignerReport, SmimeError};
use crate::mime::{Canonicaliser, HEADER_BLOCK_MAX};
use crate::{Certificate, Context, DigestAlgorithm, ObjectIdentifier, PathOptions, Purpose, TrustStore};

/// How signed content that stands beside its signature is read.
///
/// The signature, and with it the digest algorithm, comes behind the content, and whether the signer's line ends are
/// those that arrived shows only then. The first reading trusts `micalg` and makes line ends CRLF (RFC 8551, 3.1.1);
/// where that was wrong, [`Verification::again`] says how to read the message once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The digest algorithms to compute; those that `micalg` names if `None`.
    pub digests: Option<Vec<DigestAlgorithm>>,
    /// Whether line ends are made CRLF first.
    pub canonical: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Reading { digests: None, canonical: true }
    }
}

/// By what signers are judged.
#[derive(Clone, Copy, Debug)]
pub struct VerifyOptions<'a> {
    /// The anchors.
    pub trust: &'a TrustStore,
    /// Certificates that complete those of the message: intermediates, and signers that sent none.
    pub intermediates: &'a [Certificate],
    /// Revocation, policies and strictness.
    pub path: PathOptions<'a>,
    /// The sender, in place of the message's `From`.
    pub from: Option<&'a str>,
    /// Whether senders are compared with the signers' certificates: every address of `From`, and of a protected `From`
    /// inside, must be in the certificate, if that has addresses at all (RFC 8550, 3), and a `From` that cannot be read
    /// without doubt is nobody's.
    pub check_from: bool,
}

impl<'a> VerifyOptions<'a> {
    fn sender_check(&self) -> SenderCheck<'a> {
        SenderCheck { from: self.from, check: self.check_from }
    }
}

/// What the outermost layer of a message is, behind compressed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outermost {
    /// `multipart/signed`.
    MultipartSigned,
    /// SignedData around its content.
    SignedData,
    /// SignedData without content or signers: certificates alone (RFC 8551, 3.8).
    CertificatesOnly,
    /// SignedData whose content is elsewhere.
    DetachedSignature,
    /// EnvelopedData or AuthEnvelopedData.
    Encrypted,
    /// CompressedData with nothing in it that is signed or encrypted.
    Compressed,
    /// Well-formed CMS that neither signs nor encrypts as mail does.
    Other {
        /// What it is.
        content_type: ObjectIdentifier,
    },
    /// A message without S/MIME.
    Plain,
    /// Nothing that is known.
    Unknown,
}

impl Outermost {
    /// What a message is that has this in it, compressed.
    pub(super) fn compressed(self) -> Outermost {
        match self {
            Outermost::Plain | Outermost::Unknown => Outermost::Compressed,
            other => other,
        }
    }
}

/// What came of verifying a message.
#[derive(Clone, Debug)]
pub struct Verification {
    /// What the message was.
    pub outermost: Outermost,
    /// The signers. The message is verified when there are any and all are [valid](SignerReport::valid).
    pub signers: Vec<SignerReport>,
    /// The certificates that the message carries, each once.
    pub certificates: Vec<Certificate>,
    /// The addresses that the signers were compared with.
    pub senders: Vec<String>,
    /// The header fields that came inside the signature (RFC 9788).
    pub protected_headers: Option<ProtectedHeaders>,
    /// How the message has to be read once more, because this reading computed other digests than the signers.
    pub again: Option<Reading>,
    /// The signature, if its content is elsewhere.
    pub signature: Option<DetachedSignature>,
    /// The type of what is signed; mail has id-data. `None` if nothing is.
    pub content_type: Option<ObjectIdentifier>,
    /// Whether what is signed was compressed, and was appended expanded, as far as it could be.
    pub expanded: bool,
    /// Whether the `multipart/signed` ended without its closing delimiter.
    pub unclosed: bool,
}

impl Verification {
    /// Whether there are signers and all of them are valid.
    pub fn is_verified(&self) -> bool {
        !self.signers.is_empty() && self.signers.iter().all(SignerReport::valid)
    }

    /// How many signatures are over the content as it was read.
    pub fn holding(&self) -> usize {
        holding(&self.signers)
    }
}

/// A signature whose content has to be fetched from elsewhere.
#[derive(Clone, Debug)]
pub struct DetachedSignature(Signed);

impl DetachedSignature {
    /// Starts hashing the content.
    pub fn digests(&self, cx: &Context<'_>) -> ContentDigests {
        self.0.detached(cx)
    }

    /// Judges the signers by the content that was hashed. Senders are those of the options alone.
    pub fn judge(
        &self,
        cx: &Context<'_>,
        digests: &FinishedDigests,
        options: &VerifyOptions<'_>,
    ) -> Vec<SignerReport> {
        // Without a header there is nothing that could not be read.
        let senders = options.sender_check().senders(&[], None).unwrap_or_default();
        reports(cx, &self.0, Some(digests), &senders, options)
    }
}

fn reports(
    cx: &Context<'_>,
    signed: &Signed,
    digests: Option<&FinishedDigests>,
    senders: &Senders,
    options: &VerifyOptions<'_>,
) -> Vec<SignerReport> {
    let VerifyOptions { trust, intermediates, path, .. } = options;
    let mut reports = signed.reports_with(cx, digests, intermediates, trust, Purpose::EmailSigning, path);
    reports.iter_mut().for_each(|signer| signer.compare_sender(senders));
    reports
}

/// Takes the signature off a message that arrives in pieces of any size.
pub struct MessageVerifier<'a>(Carried<Content<'a>>);

impl<'a> MessageVerifier<'a> {
    /// Starts a message. The [default](Reading::default) reading comes first.
    pub fn new(cx: &Context<'a>, reading: Reading) -> MessageVerifier<'a> {
        MessageVerifier(Carried::new(Content::at_depth(cx, reading, 0)))
    }

    /// The header of the mail with the empty line; empty for what is no mail, and before it arrived. It is there before
    /// any content is.
    pub fn header(&self) -> &[u8] {
        self.0.carrier.header()
    }

    /// How many octets to feed next at most, so that not much more than a MiB of content comes of them: what is compressed
    /// becomes up to 1032 times as long. More is right too, and costs memory; nested compressed layers may give all that
    /// [`DECOMPRESSED_MAX`](cms::DECOMPRESSED_MAX) allows.
    pub fn piece_max(&self) -> usize {
        self.0.layer.piece_max()
    }

    /// Feeds octets and appends content, to be held.
    ///
    /// # Errors
    ///
    /// Structures that cannot be read, passing a bound, or not supported. The verifier must not be fed again after.
    pub fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        self.0.update(input, held)
    }

    /// Ends the message and appends the last of its content, which is what was signed if the report is
    /// [verified](Verification::is_verified).
    ///
    /// # Errors
    ///
    /// Those of [`MessageVerifier::update`], and truncation; of a message that is verified, compressed layers inside that
    /// cannot be expanded.
    pub fn finish(self, held: &mut Vec<u8>, options: &VerifyOptions<'_>) -> Result<Verification, SmimeError> {
        self.finish_inside(held, options, None)
    }

    fn finish_inside(
        mut self,
        held: &mut Vec<u8>,
        options: &VerifyOptions<'_>,
        around: Option<&[u8]>,
    ) -> Result<Verification, SmimeError> {
        self.0.end(held)?;
        let Carried { carrier, layer } = self.0;
        let form = carrier.form();
        let header = around.unwrap_or(carrier.header());
        let cx = layer.cx;
        let none = |outermost| Verification {
            outermost,
            signers: Vec::new(),
            certificates: Vec::new(),
            senders: Vec::new(),
            protected_headers: None,
            again: None,
            signature: None,
            content_type: None,
            expanded: false,
            unclosed: false,
        };
        let unclosed = carrier.is_unclosed();
        let mut layer = layer;
        let signed = match layer.engine {
            Engine::Signed(verifier) => verifier.finish()?,
            Engine::Compressed(compressed) => {
                let end = |inner| MessageVerifier(inner).finish_inside(held, options, Some(header));
                let mut found = compressed.finish(end)?;
                found.outermost = found.outermost.compressed();
                return Ok(found);
            }
            Engine::Other(outline) => {
                return Ok(none(Outermost::Other { content_type: outline.finish()?.content_type }));
            }
            Engine::Encrypted => return Ok(none(Outermost::Encrypted)),
            Engine::None if matches!(form, Some(Form::Unknown) | None) => {
                return Ok(none(Outermost::Unknown));
            }
            Engine::None => return Ok(none(Outermost::Plain)),
        };
        let beside = layer.beside.filter(|_| form != Some(&Form::Plain));
        let (outermost, digests) = match beside {
            Some(beside) => (Outermost::MultipartSigned, Some(beside.finish())),
            None if signed.attached => (Outermost::SignedData, None),
            None if signed.signer_count() == 0 => (Outermost::CertificatesOnly, None),
            None => (Outermost::DetachedSignature, None),
        };
        let content_type = (signed.signer_count() > 0).then_some(signed.content_type);
        let certificates = signed.certificates.clone();
        let found = Verification { certificates, content_type, unclosed, ..none(outermost) };
        if outermost == Outermost::DetachedSignature {
            return Ok(Verification { signature: Some(DetachedSignature(signed)), ..found });
        }
        let expanded = match layer.expander.take() {
            Some(expander) => {
                let before = held.len();
                let result = expander.finish(held);
                layer.beginning.take(held.get(before..).unwrap_or_default());
                result
            }
            None => Ok(false),
        };
        let is_entity = signed.content_type == cms::DATA || expanded == Ok(true);
        let protected_headers = layer.beginning.protected(header).filter(|_| is_entity);
        let senders = options.sender_check().senders(header, protected_headers.as_ref())?;
        let computed = digests.as_ref().map(|(digests, _)| digests);
        let signers = reports(&cx, &signed, computed, &senders, options);
        let Reading { digests: wanted, canonical } = layer.reading;
        let again = digests.as_ref().and_then(|(digests, changed)| {
            if wanted.is_none() && signed.lacks(digests) {
                let declared = signed.declared_digests().to_vec();
                return Some(Reading { digests: Some(declared), canonical });
            }
            // The octets were signed with the line ends that they have.
            let exactly = canonical && *changed && !signers.is_empty() && holding(&signers) == 0;
            exactly.then(|| Reading { digests: Some(signed.declared_digests().to_vec()), canonical: false })
        });
        let mut found =
            Verification { signers, senders: senders.addresses, protected_headers, again, ..found };
        // Of what nobody signed it does not matter.
        found.expanded = if found.is_verified() { expanded? } else { expanded.unwrap_or(true) };
        Ok(found)
    }
}

/// Takes what the carrier brings.
struct Content<'a> {
    cx: Context<'a>,
    reading: Reading,
    /// How many compressed layers are around.
    depth: usize,
    feed: Feed,
    engine: Engine<'a>,
    /// The content beside the signature.
    beside: Option<Beside>,
    /// What takes compressed layers off the content, once there is some.
    expander: Option<Expander>,
    beginning: Beginning,
    /// The caller's buffer, while octets are fed.
    held: Vec<u8>,
}

enum Engine<'a> {
    None,
    Signed(Box<Verifier<'a>>),
    Compressed(Compressed<Content<'a>>),
    /// CMS of another kind, of which nothing but its form is looked at.
    Other(Box<OutlineReader>),
    /// It is not looked into.
    Encrypted,
}

/// Content that stands beside its signature.
struct Beside {
    digests: ContentDigests,
    canonicaliser: Option<Canonicaliser>,
    text: Vec<u8>,
    /// Whether a line end was changed.
    changed: bool,
}

impl Beside {
    fn finish(self) -> (FinishedDigests, bool) {
        (self.digests.finish(), self.changed)
    }
}

impl Receiver for Content<'_> {
    fn begin(&mut self, form: &Form, lenient: bool) -> Result<(), SmimeError> {
        if let Form::MultipartSigned { micalg } = form {
            let algorithms = match &self.reading.digests {
                Some(digests) => digests.clone(),
                None => named_digests(micalg.as_deref().unwrap_or_default()),
            };
            self.beside = Some(Beside {
                digests: ContentDigests::new(self.cx.crypto, algorithms),
                canonicaliser: self.reading.canonical.then(Canonicaliser::new),
                text: Vec::new(),
                changed: false,
            });
        } else {
            self.feed = Feed::new(lenient);
        }
        Ok(())
    }

    fn cms(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        self.take(octets)
    }

    fn signed(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        let Content { beside: Some(beside), expander, depth, beginning, held, .. } = self else {
            return Ok(());
        };
        let expander = expander.get_or_insert_with(|| Expander::new(cms::DATA, *depth));
        // What was hashed is still near when it is copied.
        for piece in octets.chunks(PIECE) {
            let piece = match &mut beside.canonicaliser {
                None => piece,
                Some(canonicaliser) => {
                    beside.text.clear();
                    canonicaliser.update(piece, &mut beside.text);
                    beside.changed |= beside.text.len() != piece.len();
                    beside.text.as_slice()
                }
            };
            beside.digests.update(piece);
            let before = held.len();
            expander.update(piece, held);
            beginning.take(held.get(before..).unwrap_or_default());
        }
        Ok(())
    }
}

/// How much content passes all steps at a time.
const PIECE: usize = 64 * 1024;

impl<'a> Content<'a> {
    fn at_depth(cx: &Context<'a>, reading: Reading, depth: usize) -> Content<'a> {
        Content {
            cx: *cx,
            reading,
            depth,
            feed: Feed::default(),
            engine: Engine::None,
            beside: None,
            expander: None,
            beginning: Beginning::default(),
            held: Vec::new(),
        }
    }
}

impl Layer for Content<'_> {
    fn held(&mut self) -> &mut Vec<u8> {
        &mut self.held
    }

    fn feed(&mut self) -> &mut Feed {
        &mut self.feed
    }

    fn piece_max(&self) -> usize {
        match (&self.engine, &self.expander) {
            (Engine::Compressed(_), _) => EXPANDING,
            (Engine::Signed(_) | Engine::None, Some(expander)) => expander.piece_max(),
            (Engine::Signed(_) | Engine::None, None) => UNSETTLED,
            (Engine::Other(_) | Engine::Encrypted, _) => usize::MAX,
        }
    }

    /// A signature of no octets beside content is one that cannot be read.
    fn wants_nothing(&self) -> bool {
        self.beside.is_some()
    }

    fn choose(&mut self, first: &[u8]) -> Result<(), SmimeError> {
        // What stands beside content is its signature or nothing: taken for a message of its own it would vouch for that
        // content.
        let kind = cms::content_type(first).filter(|_| self.beside.is_none());
        self.engine = match kind {
            Some(cms::COMPRESSED_DATA) => Engine::Compressed(Compressed::new(self.depth, |depth| {
                Content::at_depth(&self.cx, self.reading.clone(), depth)
            })?),
            Some(cms::ENVELOPED_DATA | cms::AUTH_ENVELOPED_DATA) => Engine::Encrypted,
            Some(kind) if kind != cms::SIGNED_DATA => Engine::Other(Box::default()),
            // What is something else, its reader will say.
            _ => Engine::Signed(Box::new(Verifier::new(&self.cx))),
        };
        self.pass(first)
    }

    fn pass(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        let Content { feed, engine, held, beginning, beside, expander, depth, .. } = self;
        match engine {
            Engine::None | Engine::Encrypted => Ok(()),
            Engine::Signed(verifier) => {
                // Content inside a signature that has its content beside it is nobody's.
                let mut dropped = Vec::new();
                let out = if beside.is_some() { &mut dropped } else { held };
                let before = out.len();
                let result = feed.feed(octets, |octets| verifier.update(octets, out));
                if beside.is_none() {
                    if out.len() > before {
                        let kind = verifier.content_type();
                        let expander = expander.get_or_insert_with(|| Expander::new(kind, *depth));
                        expander.pass(before, out);
                    }
                    beginning.take(out.get(before..).unwrap_or_default());
                }
                Ok(result?)
            }
            Engine::Compressed(compressed) => compressed.update(feed, octets, held),
            Engine::Other(outline) => {
                Ok(feed.feed(octets, |octets| outline.update(octets, &mut Vec::new()))?)
            }
        }
    }
}

/// The digests that `micalg` names, in any spelling; all there are when it names none that is known.
fn named_digests(micalg: &str) -> Vec<DigestAlgorithm> {
    let mut named: Vec<DigestAlgorithm> = micalg
        .split(',')
        .filter_map(|name| {
            let plain: String =
                name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
            Some(match plain.strip_prefix("rsa").unwrap_or(&plain) {
                "sha1" | "sha" => DigestAlgorithm::Sha1,
                "sha224" => DigestAlgorithm::Sha224,
                "sha256" => DigestAlgorithm::Sha256,
                "sha384" => DigestAlgorithm::Sha384,
                "sha512" => DigestAlgorithm::Sha512,
                _ => return None,
            })
        })
        .collect();
    named.sort();
    named.dedup();
    if named.is_empty() {
        named = vec![
            DigestAlgorithm::Sha1,
            DigestAlgorithm::Sha224,
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
        ];
    }
    named
}

/// The beginning of content, as far as header fields may stand there.
#[derive(Default)]
struct Beginning {
    octets: Vec<u8>,
    /// Whether nothing more is of interest.
    complete: bool,
}

/// Two headers may stand one behind the other: that of the entity and that of a message that it is.
const BEGINNING_MAX: usize = 2 * HEADER_BLOCK_MAX;

impl Beginning {
    fn take(&mut self, content: &[u8]) {
        if self.complete || content.is_empty() {
            return;
        }
        let room = BEGINNING_MAX.saturating_sub(self.octets.len());
        let from = self.octets.len().saturating_sub(4);
        self.octets.extend_from_slice(content.get(..room).unwrap_or(content));
        self.complete = self.octets.len() >= BEGINNING_MAX || empty_lines(&self.octets, from) >= 2;
    }

    fn protected(&self, header: &[u8]) -> Option<ProtectedHeaders> {
        if header.is_empty() {
            return None;
        }
        // Content need not be a MIME entity; then it protects no fields.
        ProtectedHeaders::read(header, &self.octets).ok().flatten()
    }
}

/// How many empty lines there are, if one ends behind `from`.
fn empty_lines(octets: &[u8], from: usize) -> usize {
    let ends = |octets: &[u8]| {
        let crlf = memchr::memmem::find_iter(octets, b"\n\r\n").count();
        crlf + memchr::memmem::find_iter(octets, b"\n\n").count() + usize::from(octets.starts_with(b"\r\n"))
    };
    match ends(octets.get(from..).unwrap_or_default()) {
        0 => 0,
        _ => ends(octets),
    }
}
