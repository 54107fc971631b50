//! What carries CMS: mail, PEM text, or nothing. The carrier is recognised and taken off on the fly.

use super::parts::{Found, Parts};
use super::pem_text::PemText;
use super::preamble::{Opening, Preamble};
use super::transfer::TransferDecoder;
use crate::message::SmimeError;
use crate::message::open::{EXTENSIONS, has_extension};
use crate::mime::{ContentType, Entity, HEADER_BLOCK_MAX, Headers, MimeError};

const SIGNATURES: [&str; 2] = ["application/pkcs7-signature", "application/x-pkcs7-signature"];

/// What a message came as.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Mail or a MIME entity with the signature beside the content, and what its `micalg` says.
    MultipartSigned {
        /// The parameter as it was written.
        micalg: Option<String>,
    },
    /// Mail or a MIME entity that is one CMS message.
    Mail,
    /// Mail or a MIME entity that may be a CMS message by its file name, as old mailers sent them.
    Attachment,
    /// CMS alone, DER or BER.
    Bare,
    /// CMS in PEM.
    Pem,
    /// CMS in base64, without a header or PEM around it.
    Base64,
    /// Mail or a MIME entity without S/MIME.
    Plain,
    /// Nothing that is known: no header, no PEM, no CMS.
    Unknown,
}

/// Who takes what is carried.
pub(super) trait Receiver {
    /// The form is known. `lenient` says that line ends may stand behind a CMS message.
    fn begin(&mut self, form: &Form, lenient: bool) -> Result<(), SmimeError>;
    /// Octets of the CMS message.
    fn cms(&mut self, octets: &[u8]) -> Result<(), SmimeError>;
    /// Octets that a signature stands beside, exactly.
    fn signed(&mut self, octets: &[u8]) -> Result<(), SmimeError>;
}

/// Takes a message out of what carries it.
pub(super) struct Carrier {
    state: State,
    /// The header of the mail with the empty line, when it is complete.
    header: Vec<u8>,
    form: Option<Form>,
    decoded: Vec<u8>,
    /// Where in the input the text stands that is decoded, or the body of the multipart.
    text_at: u64,
    /// Whether the multipart ended without its closing delimiter.
    unclosed: bool,
}

enum State {
    Start(Preamble),
    Header(HeaderBlock),
    /// A body that is CMS.
    Encoded(TransferDecoder),
    Multipart(Box<Multipart>),
    Pem(Box<PemText>),
    Bare,
    /// Octets that nobody wants.
    Ignored,
}

/// A header that is arriving.
#[derive(Clone, Debug, Default)]
pub struct HeaderBlock {
    /// What arrived, and behind the header what came with it.
    pub octets: Vec<u8>,
    /// Where the line begins that is not complete.
    line: usize,
}

impl HeaderBlock {
    /// A header that is there as a whole.
    pub(super) fn whole(octets: Vec<u8>) -> HeaderBlock {
        HeaderBlock { octets, line: 0 }
    }

    /// Takes octets; gives how long the header is with its empty line, once that arrived.
    ///
    /// # Errors
    /// [`MimeError::HeaderTooLong`].
    pub fn update(&mut self, input: &[u8]) -> Result<Option<usize>, MimeError> {
        let from = self.octets.len();
        self.octets.extend_from_slice(input);
        for at in memchr::memchr_iter(b'\n', input) {
            let end = from + at + 1;
            let line = self.octets.get(self.line..end).unwrap_or_default();
            if end > HEADER_BLOCK_MAX {
                return Err(MimeError::HeaderTooLong { limit: HEADER_BLOCK_MAX });
            }
            if matches!(line, b"\n" | b"\r\n") {
                return Ok(Some(end));
            }
            self.line = end;
        }
        match self.octets.len() > HEADER_BLOCK_MAX {
            true => Err(MimeError::HeaderTooLong { limit: HEADER_BLOCK_MAX }),
            false => Ok(None),
        }
    }

    /// The first line, once it is complete.
    pub(super) fn first_line(&self) -> Option<&[u8]> {
        memchr::memchr(b'\n', &self.octets).and_then(|at| self.octets.get(..=at))
    }
}

struct Multipart {
    parts: Parts,
    inside: Inside,
}

/// Where in a `multipart/signed` the reader is.
struct Inside {
    /// How many parts began.
    count: usize,
    /// Whether there must be a protocol in the second part for it to be S/MIME.
    protocol: bool,
    signature: SignaturePart,
    /// Where in the input the part begins, or the body of the signature once its header is complete.
    part_at: u64,
}

enum SignaturePart {
    Header(HeaderBlock),
    Body(TransferDecoder),
    /// It is no signature of S/MIME.
    Other,
}

impl Carrier {
    pub(super) fn new() -> Carrier {
        Carrier {
            state: State::Start(Preamble::default()),
            header: Vec::new(),
            form: None,
            decoded: Vec::new(),
            text_at: 0,
            unclosed: false,
        }
    }

    /// What carries the message, once that is known.
    pub(super) fn form(&self) -> Option<&Form> {
        self.form.as_ref()
    }

    /// The header of the mail with the empty line; empty for what is no mail and before it is complete.
    pub(super) fn header(&self) -> &[u8] {
        &self.header
    }

    /// Whether it was a `multipart/signed` without its closing delimiter, which is accepted: what is signed and the
    /// signature are there (RFC 2046, 5.1.2).
    pub(super) fn is_unclosed(&self) -> bool {
        self.unclosed
    }

    pub(super) fn update(&mut self, input: &[u8], receiver: &mut dyn Receiver) -> Result<(), SmimeError> {
        match &mut self.state {
            State::Start(preamble) => match preamble.update(input) {
                Some((opening, first)) => {
                    self.text_at = preamble.skipped();
                    self.begin(opening, &first, receiver)
                }
                None => Ok(()),
            },
            State::Header(block) => {
                let Some(end) = block.update(input)? else { return Ok(()) };
                let mut octets = std::mem::take(&mut block.octets);
                let body = octets.split_off(end);
                self.text_at += end as u64;
                self.read_header(octets, receiver)?;
                self.update(&body, receiver)
            }
            State::Encoded(decoder) => {
                self.decoded.clear();
                decoder.update(input, &mut self.decoded).map_err(|error| error.behind(self.text_at))?;
                receiver.cms(&self.decoded)
            }
            State::Multipart(multipart) => {
                let (inside, parts) = multipart.split();
                let (decoded, at) = (&mut self.decoded, self.text_at);
                parts.update(input, |found| inside.part(found, at, decoded, receiver))
            }
            State::Pem(pem) => {
                self.decoded.clear();
                pem.update(input, &mut self.decoded).map_err(|error| error.behind(self.text_at))?;
                receiver.cms(&self.decoded)
            }
            State::Bare => receiver.cms(input),
            State::Ignored => Ok(()),
        }
    }

    /// Ends the input.
    pub(super) fn finish(&mut self, receiver: &mut dyn Receiver) -> Result<(), SmimeError> {
        if let State::Start(preamble) = &mut self.state {
            let (opening, first) = preamble.finish();
            self.text_at = preamble.skipped();
            self.begin(opening, &first, receiver)?;
        }
        if let State::Header(block) = &mut self.state {
            let octets = std::mem::take(&mut block.octets);
            self.read_header(octets, receiver)?;
        }
        self.decoded.clear();
        match &mut self.state {
            State::Encoded(decoder) => {
                decoder.finish(&mut self.decoded).map_err(|error| error.behind(self.text_at))?;
                receiver.cms(&self.decoded)
            }
            State::Multipart(multipart) => {
                let (inside, parts) = multipart.split();
                let (decoded, at) = (&mut self.decoded, self.text_at);
                parts.finish(|found| inside.part(found, at, decoded, receiver))?;
                self.unclosed = !parts.is_closed();
                if let SignaturePart::Header(block) = &mut inside.signature
                    && inside.count == 2
                {
                    let octets = std::mem::take(&mut block.octets);
                    inside.signature = signature_header(&octets, inside.protocol, receiver)?;
                }
                if inside.count != 2 {
                    return Err(MimeError::PartCount { found: inside.count }.into());
                }
                match &mut inside.signature {
                    SignaturePart::Body(decoder) => {
                        self.decoded.clear();
                        let ended = decoder.finish(&mut self.decoded);
                        ended.map_err(|error| error.behind(inside.part_at))?;
                        receiver.cms(&self.decoded)?;
                    }
                    _ => self.form = Some(Form::Plain),
                }
                Ok(())
            }
            State::Pem(pem) => {
                pem.finish(&mut self.decoded).map_err(|error| error.behind(self.text_at))?;
                receiver.cms(&self.decoded)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        opening: Opening,
        first: &[u8],
        receiver: &mut dyn Receiver,
    ) -> Result<(), SmimeError> {
        let (state, form) = match opening {
            Opening::Headed => {
                self.state = State::Header(HeaderBlock::default());
                return self.update(first, receiver);
            }
            Opening::Pem => (State::Pem(Box::default()), Form::Pem),
            Opening::Base64 => (State::Encoded(TransferDecoder::base64()), Form::Base64),
            Opening::Bare => (State::Bare, Form::Bare),
            Opening::Unknown => (State::Ignored, Form::Unknown),
        };
        self.state = state;
        self.found(form, false, receiver)?;
        self.update(first, receiver)
    }

    fn found(&mut self, form: Form, lenient: bool, receiver: &mut dyn Receiver) -> Result<(), SmimeError> {
        receiver.begin(&form, lenient)?;
        self.form = Some(form);
        Ok(())
    }

    fn read_header(&mut self, header: Vec<u8>, receiver: &mut dyn Receiver) -> Result<(), SmimeError> {
        let (headers, _) = Headers::read(&header)?;
        let entity = Entity { headers, body: &[] };
        let kind = entity.content_type();
        let mut form = Form::Plain;
        let mut state = State::Ignored;
        match kind.essence.as_str() {
            _ if entity.headers.fields().is_empty() => form = Form::Unknown,
            "multipart/signed" => {
                let protocol = kind.parameter("protocol").map(str::to_ascii_lowercase);
                if protocol.as_ref().is_none_or(|protocol| SIGNATURES.contains(&protocol.as_str())) {
                    form = Form::MultipartSigned { micalg: kind.parameter("micalg").map(str::to_owned) };
                    let parts = Parts::new(kind.parameter("boundary").unwrap_or_default())?;
                    let inside = Inside {
                        count: 0,
                        protocol: protocol.is_some(),
                        signature: SignaturePart::Header(HeaderBlock::default()),
                        part_at: 0,
                    };
                    state = State::Multipart(Box::new(Multipart { parts, inside }));
                }
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => form = Form::Mail,
            essence if SIGNATURES.contains(&essence) => form = Form::Mail,
            "application/octet-stream" if EXTENSIONS.iter().any(|name| has_extension(&entity, name)) => {
                form = Form::Attachment;
            }
            _ => {}
        }
        let mut lenient = false;
        if matches!(form, Form::Mail | Form::Attachment) {
            let decoder = TransferDecoder::new(entity.transfer_encoding())?;
            lenient = decoder.keeps_line_ends();
            state = State::Encoded(decoder);
        }
        self.state = state;
        self.found(form, lenient, receiver)?;
        self.header = header;
        Ok(())
    }
}

impl Multipart {
    fn split(&mut self) -> (&mut Inside, &mut Parts) {
        (&mut self.inside, &mut self.parts)
    }
}

impl Inside {
    /// Takes what was found; the body of the multipart stands at `body_at` in the input.
    fn part(
        &mut self,
        found: Found<'_>,
        body_at: u64,
        decoded: &mut Vec<u8>,
        receiver: &mut dyn Receiver,
    ) -> Result<(), SmimeError> {
        let octets = match found {
            Found::Part { at } => {
                self.count += 1;
                self.part_at = body_at + at;
                // Exactly two (RFC 1847, 2.1).
                return match self.count > 2 {
                    true => Err(MimeError::PartCount { found: self.count }.into()),
                    false => Ok(()),
                };
            }
            Found::Octets(octets) => octets,
        };
        if self.count < 2 {
            return receiver.signed(octets);
        }
        decoded.clear();
        let result = match &mut self.signature {
            SignaturePart::Header(block) => {
                let Some(end) = block.update(octets)? else { return Ok(()) };
                let mut octets = std::mem::take(&mut block.octets);
                let body = octets.split_off(end);
                self.part_at += end as u64;
                self.signature = signature_header(&octets, self.protocol, receiver)?;
                match &mut self.signature {
                    SignaturePart::Body(decoder) => decoder.update(&body, decoded),
                    _ => Ok(()),
                }
            }
            SignaturePart::Body(decoder) => decoder.update(octets, decoded),
            SignaturePart::Other => return Ok(()),
        };
        result.map_err(|error| error.behind(self.part_at))?;
        receiver.cms(decoded)
    }
}

/// The header of the second part is complete.
fn signature_header(
    header: &[u8],
    protocol: bool,
    receiver: &mut dyn Receiver,
) -> Result<SignaturePart, SmimeError> {
    let entity = Entity::read(header)?;
    let ContentType { essence, .. } = entity.content_type();
    let named = essence == "application/octet-stream" && has_extension(&entity, ".p7s");
    if !protocol && !SIGNATURES.contains(&essence.as_str()) && !named {
        return Ok(SignaturePart::Other);
    }
    let decoder = TransferDecoder::new(entity.transfer_encoding())?;
    receiver.begin(&Form::Mail, decoder.keeps_line_ends())?;
    Ok(SignaturePart::Body(decoder))
}
