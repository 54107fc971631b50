//! Making EnvelopedData (RFC 5652, 6; RFC 5753, 3.1).

use super::certificate_id::CertificateId;
use super::parser::RECIPIENTS_MAX;
use super::stream::{Frame, SEGMENT};
use super::{CmsError, agreement, cipher, oid};
use crate::algorithm::{EC_PUBLIC_KEY, RSA_ENCRYPTION};
use crate::tlv::write;
use crate::{
    BulkCipher, BulkEncryptor, Certificate, Context, Curve, DigestAlgorithm, KeyWrap, PublicKeyAlgorithm,
};
use zeroize::Zeroizing;

/// How content is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptOptions {
    /// The content cipher: AES-CBC, or triple DES for readers that know nothing else.
    pub cipher: BulkCipher,
}

impl Default for EncryptOptions {
    /// AES-256-CBC.
    fn default() -> Self {
        EncryptOptions { cipher: BulkCipher::Aes256Cbc }
    }
}

/// Encrypts content to the keys of certificates: DER EnvelopedData of id-data. RSA keys get PKCS#1 v1.5 key
/// transport, elliptic curve keys ephemeral-static ECDH with SHA-256 and AES-256 key wrap. Whether the certificates
/// may be used for it is the caller's to know.
///
/// # Errors
///
/// [`CmsError::NoRecipients`], [`CmsError::TooMany`], [`CmsError::RecipientKey`], and [`CmsError::Crypto`] for
/// ciphers that EnvelopedData does not carry.
pub fn encrypt(
    cx: &Context<'_>,
    content: &[u8],
    recipients: &[Certificate],
    options: &EncryptOptions,
) -> Result<Vec<u8>, CmsError> {
    let mut out = Vec::with_capacity(content.len() + 512 * (recipients.len() + 2));
    let mut writer = EnvelopedWriter::new(cx, recipients, options, Some(content.len() as u64), &mut out)?;
    writer.update(content, &mut out)?;
    writer.finish(&mut out)?;
    Ok(out)
}

/// Writes EnvelopedData in one pass, from pieces of any size: DER when the length of the content is announced, else
/// BER with indefinite lengths.
pub struct EnvelopedWriter {
    cipher: Box<dyn BulkEncryptor>,
    block: usize,
    frame: Frame,
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
        // Refuses what EnvelopedData does not carry before any key is made.
        cipher::algorithm(options.cipher)?;
        let block = cipher::block_len(options.cipher);
        let mut key = Zeroizing::new(vec![0; cipher::key_len(options.cipher)]);
        cx.crypto.random(&mut key);
        let mut iv = vec![0; block];
        cx.crypto.random(&mut iv);
        let infos = recipients
            .iter()
            .enumerate()
            .map(|(index, certificate)| recipient_info(cx, index, certificate, &key))
            .collect::<Result<Vec<_>, _>>()?;
        // Version 0 is for key transport by issuer and serial number alone (RFC 5652, 6.1).
        let agreed = recipients.iter().any(|certificate| {
            !matches!(certificate.public_key_algorithm(), Ok(PublicKeyAlgorithm::Rsa { .. }))
        });
        let version = write::small_integer(if agreed { 2 } else { 0 });
        let front = [version, write::set_of(infos)].concat();
        let encryption = [write::oid(oid::DATA), cipher::identifier(options.cipher, &iv)?].concat();
        let frame = head(&front, &encryption, content_length, block, out);
        Ok(EnvelopedWriter {
            cipher: cx.crypto.encryptor(options.cipher, &key, &iv)?,
            block,
            frame,
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
        self.cipher.update(&cipher::padding(written, self.block), &mut self.ciphertext)?;
        self.frame.update(&self.ciphertext, out);
        let ended = self.cipher.finish(None)?;
        self.frame.update(&ended, out);
        let definite = self.frame.is_definite();
        self.frame.finish(out);
        if !definite {
            // EncryptedContentInfo, EnvelopedData, [0], ContentInfo
            out.extend_from_slice(&write::END_OF_CONTENTS.repeat(4));
        }
        Ok(())
    }
}

/// Appends what stands in front of the ciphertext and starts its string.
fn head(front: &[u8], encryption: &[u8], length: Option<u64>, block: usize, out: &mut Vec<u8>) -> Frame {
    let enveloped_data = write::oid(oid::ENVELOPED_DATA);
    let Some(length) = length else {
        write::indefinite(out, 0x30);
        out.extend_from_slice(&enveloped_data);
        write::indefinite(out, 0xa0);
        write::indefinite(out, 0x30);
        out.extend_from_slice(front);
        write::indefinite(out, 0x30);
        out.extend_from_slice(encryption);
        return Frame::indefinite(0xa0, out);
    };
    let ciphertext = (length / block as u64 + 1) * block as u64;
    let content_info = encryption.len() as u64 + write::size(ciphertext);
    let body = front.len() as u64 + write::size(content_info);
    write::header(out, 0x30, enveloped_data.len() as u64 + write::size(write::size(body)));
    out.extend_from_slice(&enveloped_data);
    write::header(out, 0xa0, write::size(body));
    write::header(out, 0x30, body);
    out.extend_from_slice(front);
    write::header(out, 0x30, content_info);
    out.extend_from_slice(encryption);
    Frame::definite(0x80, ciphertext, out)
}

fn recipient_info(
    cx: &Context<'_>,
    index: usize,
    certificate: &Certificate,
    key: &[u8],
) -> Result<Vec<u8>, CmsError> {
    let id = CertificateId::of(certificate).write(0x30);
    match certificate.public_key_algorithm() {
        Ok(PublicKeyAlgorithm::Rsa { .. }) => {
            let encrypted = cx.crypto.encrypt_pkcs1(certificate.spki_der(), key)?;
            Ok(write::sequence(&[
                write::small_integer(0),
                id,
                write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()]),
                write::octet_string(&encrypted),
            ]))
        }
        Ok(PublicKeyAlgorithm::Ec(curve)) => agreement_info(cx, curve, certificate.public_key(), &id, key),
        _ => Err(CmsError::RecipientKey { index }),
    }
}

/// KeyAgreeRecipientInfo with a fresh ephemeral key, as a `[1]` of the choice.
fn agreement_info(
    cx: &Context<'_>,
    curve: Curve,
    point: &[u8],
    id: &[u8],
    key: &[u8],
) -> Result<Vec<u8>, CmsError> {
    let wrap = write::sequence(&[write::oid(oid::AES256_WRAP)]);
    let agreed = cx.crypto.agree_ephemeral(curve, point)?;
    let kek =
        agreement::key_encryption_key(cx.crypto, DigestAlgorithm::Sha256, &agreed.shared, &wrap, None, 256);
    let wrapped = cx.crypto.wrap(KeyWrap::Aes(256), &kek, key)?;
    // The curve is the recipient's, so that the parameters can be absent (RFC 5753, 3.1.1).
    let originator = [
        write::sequence(&[write::oid(EC_PUBLIC_KEY)]),
        write::tlv_parts(0x03, &[&[0][..], &agreed.public_point]),
    ]
    .concat();
    let keys = write::sequence(&[write::sequence(&[id, &write::octet_string(&wrapped)])]);
    Ok(write::tlv_parts(
        0xa1,
        &[
            write::small_integer(3),
            write::tlv(0xa0, &write::tlv(0xa1, &originator)),
            write::sequence(&[write::oid(oid::STD_DH_SHA256_KDF), wrap]),
            keys,
        ],
    ))
}
