//! Signing and encrypting messages in pieces.

use super::outgoing::{OutgoingEntity, OutgoingPiece};
use crate::cms::{DetachedSigner, EnvelopedWriter, SignedWriter, Signer};
use crate::message::write::{base64, micalg, pkcs7_header};
use crate::message::{EncryptOptions, HeaderProtection, SmimeError};
use crate::mime::{Base64Encoder, Canonicaliser, MimeError, is_boundary};
use crate::{Certificate, Context};

/// How a signed message is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedForm {
    /// `multipart/signed`: the signature stands beside the content.
    Beside {
        /// The boundary. It must not occur in the content, which a [random](random_boundary) one does not.
        boundary: String,
    },
    /// `application/pkcs7-mime`: the signature is around the content.
    Around {
        /// How long the entity is, as [`EntityLength`](super::EntityLength) says; BER is written when it is not known.
        length: Option<u64>,
    },
}

/// A boundary that no content has but by malice towards oneself: 160 random bits.
pub fn random_boundary(cx: &Context<'_>) -> String {
    let mut random = [0; 20];
    cx.crypto.random(&mut random);
    let hex: String = random.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("handset-{hex}")
}

/// How much content passes all steps at a time.
const PIECE: usize = 64 * 1024;

/// Makes line ends CRLF unless the octets are no lines.
#[derive(Default)]
struct Text {
    canonicaliser: Option<Canonicaliser>,
    octets: Vec<u8>,
}

impl Text {
    fn lines(binary: bool) -> Text {
        Text { canonicaliser: (!binary).then(Canonicaliser::new), octets: Vec::new() }
    }

    fn canonical<'t>(&'t mut self, piece: &'t [u8]) -> &'t [u8] {
        let Some(canonicaliser) = &mut self.canonicaliser else { return piece };
        self.octets.clear();
        canonicaliser.update(piece, &mut self.octets);
        &self.octets
    }
}

/// Signs a message that arrives in pieces of any size.
///
/// Header fields that describe the content go inside with the body, byte for byte but for line ends, which become CRLF;
/// the others stay outside. A body whose transfer encoding is `binary` keeps its octets.
pub struct MessageSigner<'a> {
    cx: Context<'a>,
    signers: Vec<Signer<'a>>,
    form: SignedForm,
    entity: OutgoingEntity,
    text: Text,
    engine: SignEngine<'a>,
}

enum SignEngine<'a> {
    /// The header is not complete.
    None,
    Beside(Box<DetachedSigner<'a>>),
    Around(Box<SignedWriter<'a>>, Base64Encoder, Vec<u8>),
}

impl<'a> MessageSigner<'a> {
    /// Starts a message; `protection` copies its header inside (RFC 9788): [`HeaderProtection::Cipher`] for a message
    /// that is to be encrypted afterwards, whose signature is what protects the fields then.
    ///
    /// # Errors
    ///
    /// [`MimeError::Boundary`].
    pub fn new(
        cx: &Context<'a>,
        signers: Vec<Signer<'a>>,
        form: SignedForm,
        protection: Option<HeaderProtection>,
    ) -> Result<MessageSigner<'a>, SmimeError> {
        if matches!(&form, SignedForm::Beside { boundary } if !is_boundary(boundary)) {
            return Err(MimeError::Boundary.into());
        }
        Ok(MessageSigner {
            cx: *cx,
            signers,
            form,
            entity: OutgoingEntity::new(protection),
            text: Text::default(),
            engine: SignEngine::None,
        })
    }

    /// Feeds octets and appends what is ready.
    ///
    /// # Errors
    ///
    /// Headers that cannot be read or kept, [`SmimeError::Protected`], and the errors of [`SignedWriter`].
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        match self.entity.update(input)? {
            Some(piece) => self.write(piece, out),
            None => Ok(()),
        }
    }

    /// Ends the message and appends the rest.
    ///
    /// # Errors
    ///
    /// Those of [`MessageSigner::update`]; [`CmsError::ContentLength`](crate::CmsError::ContentLength) when another
    /// length was announced.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        if let Some(piece) = self.entity.finish()? {
            self.write(piece, out)?;
        }
        match (self.engine, &self.form) {
            (SignEngine::Beside(signer), SignedForm::Beside { boundary }) => {
                let cms = signer.finish()?;
                out.extend_from_slice(
                    format!(
                        "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
                         Content-Transfer-Encoding: base64\r\n\
                         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
                    )
                    .as_bytes(),
                );
                base64(&cms, out);
                out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            }
            (SignEngine::Around(writer, mut encoder, mut cms), _) => {
                writer.finish(&mut cms)?;
                encoder.update(&cms, out);
                encoder.finish(out);
            }
            _ => {}
        }
        Ok(())
    }

    fn write(&mut self, piece: OutgoingPiece<'_>, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        if let Some(head) = &piece.head {
            out.extend_from_slice(&head.outer);
            self.text = Text::lines(head.binary);
            self.begin(head.binary, out)?;
            self.feed(&head.entity, out);
        }
        let mut text = std::mem::take(&mut self.text);
        for piece in piece.body.chunks(PIECE) {
            self.feed(text.canonical(piece), out);
        }
        self.text = text;
        Ok(())
    }

    fn begin(&mut self, binary: bool, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        match &self.form {
            SignedForm::Beside { boundary } => {
                let signer = DetachedSigner::with_signers(&self.cx, &self.signers)?;
                let micalg = micalg(&signer.digests());
                // What encloses binary is binary (RFC 2045, 6.4).
                let encoding = if binary { "Content-Transfer-Encoding: binary\r\n" } else { "" };
                out.extend_from_slice(
                    format!(
                        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\t\
                         micalg={micalg}; boundary=\"{boundary}\"\r\n{encoding}\r\n--{boundary}\r\n"
                    )
                    .as_bytes(),
                );
                self.engine = SignEngine::Beside(Box::new(signer));
            }
            SignedForm::Around { length } => {
                pkcs7_header("signed-data", "smime.p7m", out);
                let mut cms = Vec::new();
                let writer = SignedWriter::with_signers(&self.cx, &self.signers, *length, &mut cms)?;
                self.engine = SignEngine::Around(Box::new(writer), Base64Encoder::new(), cms);
            }
        }
        Ok(())
    }

    fn feed(&mut self, content: &[u8], out: &mut Vec<u8>) {
        match &mut self.engine {
            SignEngine::None => {}
            SignEngine::Beside(signer) => {
                signer.update(content);
                out.extend_from_slice(content);
            }
            SignEngine::Around(writer, encoder, cms) => {
                writer.update(content, cms);
                encoder.update(cms, out);
                cms.clear();
            }
        }
    }
}

/// Encrypts a message that arrives in pieces of any size. What goes inside and what stays outside is as
/// [`MessageSigner`] has it.
pub struct MessageEncryptor<'a> {
    cx: Context<'a>,
    recipients: &'a [Certificate],
    options: &'a EncryptOptions,
    length: Option<u64>,
    entity: OutgoingEntity,
    text: Text,
    engine: Option<(EnvelopedWriter, Base64Encoder)>,
    cms: Vec<u8>,
}

impl<'a> MessageEncryptor<'a> {
    /// Starts a message; `length` is that of the entity, as [`EntityLength`](super::EntityLength) says, and BER is
    /// written when it is not known; `protection` copies the header inside and says what is withheld outside (RFC 9788).
    pub fn new(
        cx: &Context<'a>,
        recipients: &'a [Certificate],
        options: &'a EncryptOptions,
        length: Option<u64>,
        protection: Option<HeaderProtection>,
    ) -> MessageEncryptor<'a> {
        MessageEncryptor {
            cx: *cx,
            recipients,
            options,
            length,
            entity: OutgoingEntity::new(protection),
            text: Text::default(),
            engine: None,
            cms: Vec::new(),
        }
    }

    /// Whether what is encrypted is signed, known as soon as its header is complete. Header fields are then protected
    /// around the signature, while RFC 9788 has them in the payload inside all layers: [`MessageSigner::new`] puts them there.
    pub fn holds_signature(&self) -> bool {
        self.entity.is_signed()
    }

    /// Feeds octets and appends what is ready.
    ///
    /// # Errors
    ///
    /// Headers that cannot be read or kept, [`SmimeError::Protected`], and the errors of [`EnvelopedWriter`].
    pub fn update(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), SmimeError> {
        match self.entity.update(input)? {
            Some(piece) => self.write(piece, out),
            None => Ok(()),
        }
    }

    /// Ends the message and appends the rest.
    ///
    /// # Errors
    ///
    /// Those of [`MessageEncryptor::update`]; [`CmsError::ContentLength`](crate::CmsError::ContentLength) when another
    /// length was announced.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        if let Some(piece) = self.entity.finish()? {
            self.write(piece, out)?;
        }
        if let Some((writer, mut encoder)) = self.engine {
            writer.finish(&mut self.cms)?;
            encoder.update(&self.cms, out);
            encoder.finish(out);
        }
        Ok(())
    }

    fn write(&mut self, piece: OutgoingPiece<'_>, out: &mut Vec<u8>) -> Result<(), SmimeError> {
        let MessageEncryptor { cx, recipients, options, length, text, engine, cms, .. } = self;
        if let Some(head) = &piece.head {
            out.extend_from_slice(&head.outer);
            *text = Text::lines(head.binary);
            let kind = if options.is_authenticated() { "authEnveloped-data" } else { "enveloped-data" };
            pkcs7_header(kind, "smime.p7m", out);
            let mut writer = EnvelopedWriter::new(cx, recipients, options, *length, cms)?;
            writer.update(&head.entity, cms)?;
            *engine = Some((writer, Base64Encoder::new()));
        }
        let Some((writer, encoder)) = engine else { return Ok(()) };
        for piece in piece.body.chunks(PIECE) {
            writer.update(text.canonical(piece), cms)?;
            encoder.update(cms, out);
            cms.clear();
        }
        Ok(())
    }
}
