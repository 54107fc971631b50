//! Making EnvelopedData and AuthEnvelopedData (RFC 5652, 6; RFC 5083; RFC 5753, 3.1).

use super::attribute::NewAttributes;
use super::certificate_id::append_issuer_serial;
use super::parser::RECIPIENTS_MAX;
use super::stream::{Frame, SEGMENT};
use super::{CmsError, agreement, cipher, oid};
use crate::algorithm::{EC_PUBLIC_KEY, MGF1, RSA_ENCRYPTION, RSAES_OAEP, digest_oid};
use crate::tlv::write;
use crate::{
    BulkCipher, BulkEncryptor, Certificate, Context, CryptoError, Curve, DigestAlgorithm, KeyWrap,
    OaepParameters, PublicKeyAlgorithm, Timestamp,
};
use zeroize::Zeroizing;

/// How a content key is encrypted to an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5 (RFC 3370, 4.2.1), which every reader knows.
    #[default]
    Pkcs1,
    /// RSAES-OAEP (RFC 4055, 4; RFC 8017, 7.1) without a label.
    Oaep {
        /// The hash of the encoding.
        digest: DigestAlgorithm,
        /// The hash of the mask generation function.
        mgf: DigestAlgorithm,
    },
}

/// How a content key is encrypted to an elliptic curve key: ephemeral-static ECDH (RFC 5753, 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyAgreement {
    /// The hash of the key derivation.
    pub digest: DigestAlgorithm,
    /// The bits of the AES key that wraps: 128, 192 or 256.
    pub wrap_bits: u16,
}

impl Default for KeyAgreement {
    /// SHA-256 and AES-256.
    fn default() -> Self {
        KeyAgreement { digest: DigestAlgorithm::Sha256, wrap_bits: 256 }
    }
}

/// Attributes that the tag covers beside the content (RFC 5083, 2.1); contentType is always among them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AuthenticatedAttributes {
    /// signingTime; no attribute is written if absent.
    pub signing_time: Option<Timestamp>,
}

/// How content is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptOptions {
    /// The content cipher: AES-GCM, which makes AuthEnvelopedData; or AES-CBC, which makes EnvelopedData.
    /// What is older is only read.
    pub cipher: BulkCipher,
    /// How the content key is encrypted to RSA keys.
    pub transport: KeyTransport,
    /// How the content key is encrypted to elliptic curve keys.
    pub agreement: KeyAgreement,
    /// Whether recipients are named by their subject key identifiers; those whose certificates have none are named
    /// by issuer and serial number all the same.
    pub identify_by_key: bool,
    /// Attributes that are authenticated too; only with AES-GCM.
    pub authenticated_attributes: Option<AuthenticatedAttributes>,
}

impl Default for EncryptOptions {
    /// AES-256-CBC, PKCS#1 v1.5, the default agreement, recipients by issuer and serial number.
    fn default() -> Self {
        EncryptOptions {
            cipher: BulkCipher::Aes256Cbc,
            transport: KeyTransport::default(),
            agreement: KeyAgreement::default(),
            identify_by_key: false,
            authenticated_attributes: None,
        }
    }
}

impl EncryptOptions {
    /// Whether the message will be AuthEnvelopedData.
    pub fn is_authenticated(&self) -> bool {
        cipher::is_authenticated(self.cipher)
    }
}

/// The room that is made for what is written for one recipient.
const INFO_ROOM: usize = 512;
/// The longest key and the longest initialisation vector of a content cipher, in octets.
const KEY_MAX: usize = 32;
const IV_MAX: usize = 16;

/// Encrypts content to the keys of certificates: DER EnvelopedData of id-data, or AuthEnvelopedData if the cipher is
/// AES-GCM. Whether the certificates may be used for it is the caller's to know.
///
/// # Errors
///
/// [`CmsError::NoRecipients`], [`CmsError::TooMany`], [`CmsError::RecipientKey`], and [`CmsError::Crypto`] for
/// ciphers that are not encrypted with, key lengths that there are not, and authenticated attributes without AES-GCM.
pub fn encrypt(
    cx: &Context<'_>,
    content: &[u8],
    recipients: &[Certificate],
    options: &EncryptOptions,
) -> Result<Vec<u8>, CmsError> {
    let mut out = Vec::with_capacity(content.len() + INFO_ROOM * (recipients.len() + 2));
    let mut writer = EnvelopedWriter::new(cx, recipients, options, Some(content.len() as u64), &mut out)?;
    writer.update(content, &mut out)?;
    writer.finish(&mut out)?;
    Ok(out)
}

/// Writes EnvelopedData or AuthEnvelopedData in one pass, from pieces of any size: DER when the length of the content
/// is announced, else BER with indefinite lengths.
pub struct EnvelopedWriter {
    cipher: Box<dyn BulkEncryptor>,
    /// The block that is padded to; `None` when a tag is made instead.
    block: Option<usize>,
    frame: Frame,
    /// The authenticated attributes as they are sent.
    attributes: Vec<u8>,
    announced: Option<u64>,
    fed: u64,
    ciphertext: Vec<u8>,
}

impl EnvelopedWriter {
    /// Starts a message and appends what stands in front of the content.
    ///
    /// # Errors
    ///
    /// Those of [`encrypt`].
    pub fn new(
        cx: &Context<'_>,
        recipients: &[Certificate],
        options: &EncryptOptions,
        content_length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Result<EnvelopedWriter, CmsError> {
        if recipients.is_empty() {
            return Err(CmsError::NoRecipients);
        }
        if recipients.len() > RECIPIENTS_MAX {
            return Err(CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX });
        }
        // Refuses what is not encrypted with before any key is made.
        cipher::algorithm(options.cipher)?;
        let authenticated = options.is_authenticated();
        if options.authenticated_attributes.is_some() && !authenticated {
            return Err(CryptoError::Unsupported("authenticated attributes without AES-GCM").into());
        }
        // Key and vector are drawn at once.
        let key_len = cipher::key_len(options.cipher);
        let iv_len = if authenticated { cipher::NONCE } else { cipher::block_len(options.cipher) };
        let mut random = Zeroizing::new([0; KEY_MAX + IV_MAX]);
        let drawn = random.get_mut(..key_len + iv_len).unwrap_or_default();
        cx.crypto.random(drawn);
        let (key, iv) = drawn.split_at(key_len);
        // Version 0 is for key transport by issuer and serial number alone (RFC 5652, 6.1), and the only one of
        // AuthEnvelopedData (RFC 5083, 2.1).
        let plain = recipients.iter().all(|certificate| {
            let rsa = matches!(certificate.public_key_algorithm(), Ok(PublicKeyAlgorithm::Rsa { .. }));
            rsa && !(options.identify_by_key && certificate.subject_key_id().is_some())
        });
        let mut front = Vec::with_capacity(INFO_ROOM * (recipients.len() + 1));
        write::append_small_integer(&mut front, if plain || authenticated { 0 } else { 2 });
        write::append_set_of(&mut front, 0x31, |set| {
            let mut each = recipients.iter().enumerate();
            each.try_for_each(|(index, to)| {
                set.member(|out| recipient_info(cx, index, to, key, options, out))
            })
        })?;
        let mut encryption = Vec::with_capacity(64);
        write::append_oid(&mut encryption, oid::DATA);
        cipher::append_identifier(&mut encryption, options.cipher, iv)?;
        let mut cipher = cx.crypto.encryptor(options.cipher, key, iv)?;
        let mut attributes = Vec::new();
        if let Some(written) = &options.authenticated_attributes {
            // Authenticated as a SET OF and sent with an implicit tag (RFC 5083, 2.2).
            NewAttributes {
                content_type: Some(oid::DATA),
                signing_time: written.signing_time,
                ..NewAttributes::default()
            }
            .write(&mut attributes);
            cipher.additional_data(&attributes)?;
            if let Some(tag) = attributes.first_mut() {
                *tag = 0xa1;
            }
        }
        let layout = Layout {
            content_type: if authenticated { oid::AUTH_ENVELOPED_DATA } else { oid::ENVELOPED_DATA },
            front,
            encryption,
            behind: match authenticated {
                true => attributes.len() as u64 + write::size(cipher::TAG as u64),
                false => 0,
            },
        };
        let block = (!authenticated).then_some(cipher::block_len(options.cipher));
        let ciphertext = content_length.map(|length| match block {
            Some(block) => (length / block as u64 + 1) * block as u64,
            None => length,
        });
        let frame = layout.write(ciphertext, out);
        Ok(EnvelopedWriter {
            cipher,
            block,
            frame,
            attributes,
            announced: content_length,
            fed: 0,
            ciphertext: Vec::new(),
        })
    }

    /// Feeds content and appends what is ready.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`].
    pub fn update(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), CmsError> {
        self.fed += content.len() as u64;
        self.encrypt(content, out)
    }

    fn encrypt(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), CmsError> {
        if self.frame.is_definite() {
            let before = out.len();
            self.cipher.update(content, out)?;
            self.frame.appended(out.len() - before);
            return Ok(());
        }
        for piece in content.chunks(SEGMENT) {
            self.cipher.update(piece, &mut self.ciphertext)?;
            self.frame.update(&self.ciphertext, out);
            self.ciphertext.clear();
        }
        Ok(())
    }

    /// Ends the content and appends the rest.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`]; [`CmsError::ContentLength`] when another length was announced.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), CmsError> {
        let written = self.fed;
        if let Some(announced) = self.announced.filter(|announced| *announced != written) {
            return Err(CmsError::ContentLength { announced, written });
        }
        if let Some(block) = self.block {
            self.encrypt(cipher::padding(written, block), out)?;
        }
        // CBC leaves nothing, GCM its tag.
        let tag = self.cipher.finish(None)?;
        let definite = self.frame.is_definite();
        self.frame.finish(out);
        if !definite {
            // EncryptedContentInfo
            write::end(out, 1);
        }
        if self.block.is_none() {
            out.extend_from_slice(&self.attributes);
            write::append(out, 0x04, &tag);
        }
        if !definite {
            // EnvelopedData, [0], ContentInfo
            write::end(out, 3);
        }
        Ok(())
    }
}

/// What stands around the ciphertext.
struct Layout {
    content_type: const_oid::ObjectIdentifier,
    /// Version and recipients.
    front: Vec<u8>,
    /// The type of the content and its cipher.
    encryption: Vec<u8>,
    /// How many octets stand behind EncryptedContentInfo.
    behind: u64,
}

impl Layout {
    /// Appends what stands in front of the ciphertext and starts its string.
    fn write(&self, ciphertext: Option<u64>, out: &mut Vec<u8>) -> Frame {
        let Some(ciphertext) = ciphertext else {
            write::indefinite(out, 0x30);
            write::append_oid(out, self.content_type);
            write::indefinite(out, 0xa0);
            write::indefinite(out, 0x30);
            out.extend_from_slice(&self.front);
            write::indefinite(out, 0x30);
            out.extend_from_slice(&self.encryption);
            return Frame::indefinite(0xa0, out);
        };
        let content_type = write::size(self.content_type.as_bytes().len() as u64);
        let content_info = self.encryption.len() as u64 + write::size(ciphertext);
        let body = self.front.len() as u64 + write::size(content_info) + self.behind;
        write::header(out, 0x30, content_type + write::size(write::size(body)));
        write::append_oid(out, self.content_type);
        write::header(out, 0xa0, write::size(body));
        write::header(out, 0x30, body);
        out.extend_from_slice(&self.front);
        write::header(out, 0x30, content_info);
        out.extend_from_slice(&self.encryption);
        Frame::definite(0x80, ciphertext, out)
    }
}

/// Appends the RecipientInfo of a certificate, with the content key encrypted to it.
fn recipient_info(
    cx: &Context<'_>,
    index: usize,
    certificate: &Certificate,
    key: &[u8],
    options: &EncryptOptions,
    out: &mut Vec<u8>,
) -> Result<(), CmsError> {
    match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Rsa { .. }) if certificate.is_pss_only() => {
            Err(CmsError::RecipientKey { index })
        }
        Ok(PublicKeyAlgorithm::Rsa { bits }) => {
            let needed = rsa_bits(options.transport, key);
            if bits.div_ceil(8) * 8 < needed {
                return Err(CmsError::RecipientKeySize { index, bits, needed });
            }
            let spki = certificate.spki_der();
            let encrypted = match options.transport {
                KeyTransport::Pkcs1 => cx.crypto.encrypt_pkcs1(spki, key)?,
                KeyTransport::Oaep { digest, mgf } => {
                    let parameters = OaepParameters { digest, mgf, label: Vec::new() };
                    cx.crypto.encrypt_oaep(spki, &parameters, key)?
                }
            };
            write::nest(out, 0x30, |out| {
                match key_id(certificate, options) {
                    Some(id) => {
                        write::append_small_integer(out, 2);
                        write::append(out, 0x80, id);
                    }
                    None => {
                        write::append_small_integer(out, 0);
                        append_issuer_serial(out, 0x30, certificate);
                    }
                }
                match options.transport {
                    KeyTransport::Pkcs1 => write::append_algorithm(out, RSA_ENCRYPTION, &write::NULL),
                    KeyTransport::Oaep { digest, mgf } => append_oaep_identifier(out, digest, mgf),
                }
                write::append(out, 0x04, &encrypted);
            });
            Ok(())
        }
        Ok(PublicKeyAlgorithm::Ec(curve)) => agreement_info(cx, curve, certificate, key, options, out),
        _ => Err(CmsError::RecipientKey { index }),
    }
}

/// How large an RSA key must be at least for a content key to be encrypted to it, in bits: the padding takes 11 octets
/// (RFC 8017, 7.2.1), or two digests and two octets (7.1.1).
fn rsa_bits(transport: KeyTransport, key: &[u8]) -> u32 {
    let around = match transport {
        KeyTransport::Pkcs1 => 11,
        KeyTransport::Oaep { digest, .. } => 2 * digest.output_len() + 2,
    };
    u32::try_from((key.len() + around) * 8).unwrap_or(u32::MAX)
}

/// By what key identifier a recipient is named, if by one.
fn key_id<'c>(certificate: &'c Certificate, options: &EncryptOptions) -> Option<&'c [u8]> {
    certificate.subject_key_id().filter(|_| options.identify_by_key)
}

/// Appends the AlgorithmIdentifier of RSAES-OAEP (RFC 4055, 4.1): what is the default is left out.
fn append_oaep_identifier(out: &mut Vec<u8>, digest: DigestAlgorithm, mgf: DigestAlgorithm) {
    let hash = |out: &mut Vec<u8>, digest| write::append_algorithm(out, digest_oid(digest), &write::NULL);
    write::nest(out, 0x30, |out| {
        write::append_oid(out, RSAES_OAEP);
        write::nest(out, 0x30, |out| {
            if digest != DigestAlgorithm::Sha1 {
                write::nest(out, 0xa0, |out| hash(out, digest));
            }
            if mgf != DigestAlgorithm::Sha1 {
                write::nest(out, 0xa1, |out| {
                    write::nest(out, 0x30, |out| {
                        write::append_oid(out, MGF1);
                        hash(out, mgf);
                    });
                });
            }
        });
    });
}

/// Appends KeyAgreeRecipientInfo with a fresh ephemeral key, as a `[1]` of the choice.
fn agreement_info(
    cx: &Context<'_>,
    curve: Curve,
    certificate: &Certificate,
    key: &[u8],
    options: &EncryptOptions,
    out: &mut Vec<u8>,
) -> Result<(), CmsError> {
    let KeyAgreement { digest, wrap_bits } = options.agreement;
    let algorithm = match wrap_bits {
        128 => oid::AES128_WRAP,
        192 => oid::AES192_WRAP,
        256 => oid::AES256_WRAP,
        _ => return Err(CryptoError::Unsupported("AES with this key length").into()),
    };
    let mut wrap = Vec::with_capacity(16);
    write::append_algorithm(&mut wrap, algorithm, &[]);
    let agreed = cx.crypto.agree_ephemeral(curve, certificate.public_key())?;
    let kek = agreement::key_encryption_key(cx.crypto, digest, &agreed.shared, &wrap, None, wrap_bits);
    let wrapped = cx.crypto.wrap(KeyWrap::Aes(wrap_bits), &kek, key)?;
    write::nest(out, 0xa1, |out| {
        write::append_small_integer(out, 3);
        write::nest(out, 0xa0, |out| {
            write::nest(out, 0xa1, |out| {
                // The curve is the recipient's, so that the parameters can be absent (RFC 5753, 3.1.1).
                write::append_algorithm(out, EC_PUBLIC_KEY, &[]);
                write::nest(out, 0x03, |out| {
                    out.push(0);
                    out.extend_from_slice(&agreed.public_point);
                });
            });
        });
        write::append_algorithm(out, agreement::scheme(digest), &wrap);
        // RecipientEncryptedKeys with one
        write::nest(out, 0x30, |out| {
            write::nest(out, 0x30, |out| {
                match key_id(certificate, options) {
                    // RecipientKeyIdentifier, implicitly tagged
                    Some(id) => write::nest(out, 0xa0, |out| write::append(out, 0x04, id)),
                    None => append_issuer_serial(out, 0x30, certificate),
                }
                write::append(out, 0x04, &wrapped);
            });
        });
    });
    Ok(())
}
