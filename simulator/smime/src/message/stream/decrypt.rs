//! Decrypting messages in pieces.

use super::carrier::{Carrier, Form, Receiver};
use super::feed::Feed;
use super::verify::Outermost;
use crate::cms::{self, CmsError, Decompressor, Decryptor};
use crate::message::{EncryptedLayer, LAYERS_MAX, SmimeError};
use crate::{Context, Identity};

/// What came of decrypting a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decryption {
    /// What the message was. Of SignedData it is not told whether the content is inside.
    pub outermost: Outermost,
    /// The layer, if the message was encrypted. What was held may be released if it opened.
    pub layer: Option<EncryptedLayer>,
}

/// Takes the encryption off a message that arrives in pieces of any size.
///
/// What it appends is *held* until [`MessageDecryptor::finish`] says that the layer opened (EFAIL, CVE-2017-17688).
pub struct MessageDecryptor<'a> {
    carrier: Carrier,
    content: Content<'a>,
}

impl<'a> MessageDecryptor<'a> {
    /// Starts a message; `attempt` encrypted keys that belong to an identity are passed over. At most
    /// [`ATTEMPTS_MAX`](cms::ATTEMPTS_MAX) should be tried.
    pub fn attempt(cx: &Context<'a>, identities: &'a [Identity], attempt: usize) -> MessageDecryptor<'a> {
        Self::at_depth(cx, identities, attempt, 0)
    }

    fn at_depth(
        cx: &Context<'a>,
        identities: &'a [Identity],
        attempt: usize,
        depth: usize,
    ) -> MessageDecryptor<'a> {
        let content = Content {
            cx: *cx,
            identities,
            attempt,
            depth,
            feed: Feed::default(),
            beside: false,
            engine: Engine::None,
            held: Vec::new(),
        };
        MessageDecryptor { carrier: Carrier::new(), content }
    }

    /// The header of the mail with the empty line; empty for what is no mail, and before it arrived. It is there before
    /// any content is.
    pub fn header(&self) -> &[u8] {
        self.carrier.header()
    }

    /// Feeds octets and appends plaintext, to be held.
    ///
    /// # Errors
    ///
    /// Structures that cannot be read, passing a bound, or not supported. The decryptor must not be fed again after.
    pub fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), SmimeError> {
        std::mem::swap(&mut self.content.held, held);
        let result = self.carrier.update(input, &mut self.content);
        std::mem::swap(&mut self.content.held, held);
        result
    }

    /// Ends the message and appends the last of the plaintext.
    ///
    /// # Errors
    ///
    /// Those of [`MessageDecryptor::update`], and truncation. That the message does not open is no error: see
    /// [`EncryptedLayer::opened_by`].
    pub fn finish(mut self, held: &mut Vec<u8>) -> Result<Decryption, SmimeError> {
        std::mem::swap(&mut self.content.held, held);
        let result = self.carrier.finish(&mut self.content).and_then(|()| self.content.end());
        std::mem::swap(&mut self.content.held, held);
        result?;
        let outermost = match (self.content.engine, self.carrier.form()) {
            (Engine::Encrypted(decryptor), _) => {
                let decrypted = decryptor.finish(held)?;
                if decrypted.content_type != cms::DATA {
                    return Err(CmsError::Unsupported { content_type: decrypted.content_type }.into());
                }
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
                });
            }
            (Engine::Compressed(decompressor, inner), _) => {
                decompressor.finish()?;
                return inner.finish(held);
            }
            (Engine::Signed, _) => Outermost::SignedData,
            (Engine::None, None | Some(Form::Unknown)) => Outermost::Unknown,
            (Engine::None, Some(Form::MultipartSigned { .. })) => Outermost::MultipartSigned,
            (Engine::None, _) => Outermost::Plain,
        };
        Ok(Decryption { outermost, layer: None })
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
    /// The caller's buffer, while octets are fed.
    held: Vec<u8>,
}

enum Engine<'a> {
    None,
    Encrypted(Box<Decryptor<'a>>),
    Compressed(Box<Decompressor>, Box<MessageDecryptor<'a>>),
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
        if self.beside {
            return Ok(());
        }
        if !self.feed.waits() {
            return self.pass(octets);
        }
        match self.feed.begin(octets, false) {
            Some(first) => self.choose(&first),
            None => Ok(()),
        }
    }

    fn signed(&mut self, _: &[u8]) -> Result<(), SmimeError> {
        Ok(())
    }
}

impl Content<'_> {
    fn choose(&mut self, first: &[u8]) -> Result<(), SmimeError> {
        self.engine = match cms::content_type(first) {
            Some(cms::COMPRESSED_DATA) => {
                let depth = self.depth + 1;
                if depth > LAYERS_MAX {
                    return Err(SmimeError::TooManyLayers { limit: LAYERS_MAX });
                }
                let inner = MessageDecryptor::at_depth(&self.cx, self.identities, self.attempt, depth);
                Engine::Compressed(Box::new(Decompressor::new(cms::DECOMPRESSED_MAX)), Box::new(inner))
            }
            Some(cms::SIGNED_DATA) => Engine::Signed,
            // What is something else, its reader will say.
            _ => Engine::Encrypted(Box::new(Decryptor::attempt(&self.cx, self.identities, self.attempt))),
        };
        self.pass(first)
    }

    fn pass(&mut self, octets: &[u8]) -> Result<(), SmimeError> {
        let Content { feed, engine, held, .. } = self;
        match engine {
            Engine::None | Engine::Signed => Ok(()),
            Engine::Encrypted(decryptor) => Ok(feed.feed(octets, |octets| decryptor.update(octets, held))?),
            Engine::Compressed(decompressor, inner) => {
                let mut content = Vec::new();
                let result = feed.feed(octets, |octets| decompressor.update(octets, &mut content));
                inner.update(&content, held)?;
                Ok(result?)
            }
        }
    }

    fn end(&mut self) -> Result<(), SmimeError> {
        match self.feed.begin(&[], true) {
            Some(first) if !first.is_empty() => self.choose(&first),
            _ => Ok(()),
        }
    }
}
