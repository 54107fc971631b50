//! Decrypting messages in pieces.

use super::carrier::{Form, Receiver};
use super::expand::{EXPANDING, Expander, UNSETTLED};
use super::feed::Feed;
use super::layered::{Carried, Compressed, Layer};
use super::verify::Outermost;
use crate::cms::outline::OutlineReader;
use crate::cms::{self, Decryptor};
use crate::message::{EncryptedLayer, SmimeError};
use crate::{Context, Identity, ObjectIdentifier};

/// What came of decrypting a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decryption {
    /// What the message was. Of SignedData it is not told whether the content is inside.
    pub outermost: Outermost,
    /// The layer, if the message was encrypted. What was held may be released if it opened.
    pub layer: Option<EncryptedLayer>,
    /// The type of what is encrypted; mail has id-data. `None` if nothing is.
    pub content_type: Option<ObjectIdentifier>,
    /// Whether what is encrypted was compressed, and was appended expanded.
    pub expanded: bool,
}

/// Takes the encryption off a message that arrives in pieces of any size.
///
/// What it appends is *held* until [`MessageDecryptor::finish`] says that the layer opened (EFAIL, CVE-2017-17688).
pub struct MessageDecryptor<'a>(Carried<Content<'a>>);

impl<'a> MessageDecryptor<'a> {
    /// Starts a message; `attempt` encrypted keys that belong to an identity are passed over. At most
    /// [`ATTEMPTS_MAX`](cms::ATTEMPTS_MAX) should be tried.
    pub fn attempt(cx: &Context<'a>, identities: &'a [Identity], attempt: usize) -> MessageDecryptor<'a> {
        MessageDecryptor(Carried::new(Content::at_depth(cx, identities, attempt, 0)))
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

    /// Feeds octets and appends plaintext, to be held.
    ///
    /// # Errors
    ///
    /// Structures that cannot be read, passing a bound, or not supported. The decryptor must not be fed again after.
    pub fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        self.0.update(input, held)
    }

    /// Ends the message and appends the last of the plaintext.
    ///
    /// # Errors
    ///
    /// Those of [`MessageDecryptor::update`], and truncation; of a message that opens, compressed layers inside that
    /// cannot be expanded. That the message does not open is no error: see
    /// [`EncryptedLayer::opened_by`].
    pub fn finish(mut self, held: &mut Vec<u8>) -> Result<Decryption, SmimeError> {
        self.0.end(held)?;
        let Carried { carrier, layer } = self.0;
        let outermost = match (layer.engine, carrier.form()) {
            (Engine::Encrypted(decryptor), _) => {
                let before = held.len();
                let decrypted = decryptor.finish(held)?;
                let mut expander =
                    layer.expander.unwrap_or_else(|| Expander::new(decrypted.content_type, layer.depth));
                expander.pass(before, held);
                let expanded = expander.finish(held);
                // Whether content expands is told of nothing that does not open.
                let expanded = if decrypted.opened_by.is_ok() { expanded? } else { false };
                return Ok(Decryption {
                    outermost: Outermost::Encrypted,
                    layer: Some(EncryptedLayer {
                        cipher: decrypted.cipher,
                        legacy: decrypted.legacy,
                        authenticated: decrypted.authenticated,
                        authenticated_time: decrypted.authenticated_time,
                        key_encryption: decrypted.key_encryption,
                        recipients: decrypted.recipients,
                        opened_by: decrypted.opened_by,
                    }),
                    content_type: Some(decrypted.content_type),
                    expanded,
                });
            }
            (Engine::Compressed(compressed), _) => {
                let mut found = compressed.finish(|inner| MessageDecryptor(inner).finish(held))?;
                found.outermost = found.outermost.compressed();
                return Ok(found);
            }
            (Engine::Other(outline), _) => Outermost::Other { content_type: outline.finish()?.content_type },
            (Engine::Signed, _) => Outermost::SignedData,
            (Engine::None, None | Some(Form::Unknown)) => Outermost::Unknown,
            (Engine::None, Some(Form::MultipartSigned { .. })) => Outermost::MultipartSigned,
            (Engine::None, _) => Outermost::Plain,
        };
        Ok(Decryption { outermost, layer: None, content_type: None, expanded: false })
    }
}

/// Takes what the carrier brings.
struct Content<'a> {
    cx: Context<'a>,
    identities: &'a [Identity],
    attempt: usize,
    /// How many compressed layers are around.
    depth: usize,
    feed: Feed,
    /// Whether what comes is a signature, whatever it is.
    beside: bool,
    engine: Engine<'a>,
    /// What takes compressed layers off the content, once there is some.
    expander: Option<Expander>,
    /// The caller's buffer, while octets are fed.
    held: Vec<u8>,
}

enum Engine<'a> {
    None,
    Encrypted(Box<Decryptor<'a>>),
    Compressed(Compressed<Content<'a>>),
    /// CMS of another kind, of which nothing but its form is looked at.
    Other(Box<OutlineReader>),
    /// It is not looked into.
    Signed,
}

impl Receiver for Content<'_> {
    fn begin(&mut self, form: &Form, lenient: bool) -> Result<(), SmimeError> {
        self.beside |= matches!(form, Form::MultipartSigned { .. });
        if !self.beside {
            self.feed = Feed::new(lenient);
        }
        Ok(())
    }

    fn cms(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        if self.beside { Ok(()) } else { self.take(octets) }
    }

    fn signed(&mut self, _: &[u8]) -> Result<(), SmimeError> {
        Ok(())
    }
}

impl<'a> Content<'a> {
    fn at_depth(cx: &Context<'a>, identities: &'a [Identity], attempt: usize, depth: usize) -> Content<'a> {
        Content {
            cx: *cx,
            identities,
            attempt,
            depth,
            feed: Feed::default(),
            beside: false,
            engine: Engine::None,
            expander: None,
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
            (Engine::Encrypted(_), Some(expander)) => expander.piece_max(),
            (Engine::None, _) if self.beside => usize::MAX,
            (Engine::None | Engine::Encrypted(_), _) => UNSETTLED,
            (Engine::Other(_) | Engine::Signed, _) => usize::MAX,
        }
    }

    fn choose(&mut self, first: &[u8]) -> Result<(), SmimeError> {
        self.engine = match cms::content_type(first) {
            Some(cms::COMPRESSED_DATA) => Engine::Compressed(Compressed::new(self.depth, |depth| {
                Content::at_depth(&self.cx, self.identities, self.attempt, depth)
            })?),
            Some(cms::SIGNED_DATA) => Engine::Signed,
            Some(kind) if kind != cms::ENVELOPED_DATA && kind != cms::AUTH_ENVELOPED_DATA => {
                Engine::Other(Box::default())
            }
            // What is something else, its reader will say.
            _ => Engine::Encrypted(Box::new(Decryptor::attempt(&self.cx, self.identities, self.attempt))),
        };
        self.pass(first)
    }

    fn pass(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        let Content { feed, engine, held, expander, depth, .. } = self;
        match engine {
            Engine::None | Engine::Signed => Ok(()),
            Engine::Encrypted(decryptor) => {
                let before = held.len();
                let result = feed.feed(octets, |octets| decryptor.update(octets, held));
                if let Some(kind) = decryptor.content_type().filter(|_| held.len() > before) {
                    expander.get_or_insert_with(|| Expander::new(kind, *depth)).pass(before, held);
                }
                Ok(result?)
            }
            Engine::Other(outline) => {
                Ok(feed.feed(octets, |octets| outline.update(octets, &mut Vec::new()))?)
            }
            Engine::Compressed(compressed) => compressed.update(feed, octets, held),
        }
    }
}
