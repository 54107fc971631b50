//! Making SignedData (RFC 5652, 5; RFC 8551, 2.4.2 and 2.5).

use super::attribute::NewAttributes;
use super::certificate_id::CertificateId;
use super::stream::{Frame, SEGMENT};
use super::{CmsError, oid};
use crate::algorithm::{RSA_ENCRYPTION, digest_oid, signature_identifier};
use crate::tlv::write;
use crate::{
    BulkCipher, Certificate, Context, CryptoError, DigestAlgorithm, Hasher, Identity, LoadedKey,
    PublicKeyAlgorithm, SignatureScheme, Timestamp,
};

/// The content ciphers that a signature advertises unless told otherwise, the preferred one first.
pub const CAPABILITIES: [BulkCipher; 3] =
    [BulkCipher::Aes256Cbc, BulkCipher::Aes128Cbc, BulkCipher::TripleDesCbc];

/// How a signature is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureOptions {
    /// The digest algorithm.
    pub digest: DigestAlgorithm,
    /// When it is signed; no attribute is written if absent.
    pub signing_time: Option<Timestamp>,
    /// Whether the issuers' certificates are included, without a root.
    pub include_chain: bool,
    /// A certificate for answers, included and named in the signed attributes (RFC 8551, 2.5.3).
    pub encryption_certificate: Option<Certificate>,
    /// The content ciphers to advertise (RFC 8551, 2.5.2); no attribute is written if there are none.
    pub capabilities: Vec<BulkCipher>,
}

impl Default for SignatureOptions {
    /// SHA-256, with the chain, without a time, advertising [`CAPABILITIES`].
    fn default() -> Self {
        SignatureOptions {
            digest: DigestAlgorithm::Sha256,
            signing_time: None,
            include_chain: true,
            encryption_certificate: None,
            capabilities: CAPABILITIES.to_vec(),
        }
    }
}

/// Signs content and encloses it: DER SignedData of id-data, as signed configuration profiles are.
///
/// # Errors
///
/// [`CmsError::Crypto`] when the key cannot be used or is of a kind that is not signed with here.
pub fn sign_attached(
    cx: &Context<'_>,
    content: &[u8],
    signer: &Identity,
    options: &SignatureOptions,
) -> Result<Vec<u8>, CmsError> {
    let mut signing = Signing::new(cx, signer, options)?;
    signing.hasher.update(content);
    let mut out = Vec::with_capacity(content.len() + 8 * 1024);
    signing.finish()?.write(Some(content), &mut out);
    Ok(out)
}

/// Signs content that travels beside the signature: DER SignedData without content. Feed the content in pieces of any
/// size.
pub struct DetachedSigner<'a> {
    signing: Signing<'a>,
}

impl<'a> DetachedSigner<'a> {
    /// Starts a signature.
    ///
    /// # Errors
    ///
    /// Those of [`sign_attached`].
    pub fn new(
        cx: &Context<'a>,
        signer: &'a Identity,
        options: &'a SignatureOptions,
    ) -> Result<DetachedSigner<'a>, CmsError> {
        Ok(DetachedSigner { signing: Signing::new(cx, signer, options)? })
    }

    /// Feeds content.
    pub fn update(&mut self, content: &[u8]) {
        self.signing.hasher.update(content);
    }

    /// Ends the content and gives the DER.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`].
    pub fn finish(self) -> Result<Vec<u8>, CmsError> {
        let mut out = Vec::new();
        self.signing.finish()?.write(None, &mut out);
        Ok(out)
    }
}

/// Writes SignedData around content in one pass, from pieces of any size.
///
/// It is DER when the length of the content is announced and the key is RSA, whose signatures have one length; else
/// BER with indefinite lengths.
pub struct SignedWriter<'a> {
    signing: Signing<'a>,
    frame: Frame,
    announced: Option<u64>,
}

impl<'a> SignedWriter<'a> {
    /// Starts a message and appends what stands in front of the content.
    ///
    /// # Errors
    ///
    /// Those of [`sign_attached`].
    pub fn new(
        cx: &Context<'a>,
        signer: &'a Identity,
        options: &'a SignatureOptions,
        content_length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Result<SignedWriter<'a>, CmsError> {
        let signing = Signing::new(cx, signer, options)?;
        let definite = content_length.zip(signing.signature_len());
        let frame = match definite {
            Some((length, signature_len)) => {
                let attributes = signing.attributes(&vec![0; digest_len(options.digest)]);
                let tail = signing.tail(&attributes, &vec![0; signature_len]);
                signing.head_der(length, tail.len() as u64, out);
                Frame::definite(0x04, length, out)
            }
            None => {
                signing.head_ber(out);
                Frame::indefinite(0x24, out)
            }
        };
        Ok(SignedWriter { signing, frame, announced: content_length })
    }

    /// Feeds content and appends what is ready.
    pub fn update(&mut self, content: &[u8], out: &mut Vec<u8>) {
        for piece in content.chunks(SEGMENT) {
            self.signing.hasher.update(piece);
            self.frame.update(piece, out);
        }
    }

    /// Ends the content and appends the rest.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`]; [`CmsError::ContentLength`] when another length was announced.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), CmsError> {
        let definite = self.frame.is_definite();
        let written = self.frame.finish(out);
        if let Some(announced) = self.announced.filter(|announced| *announced != written) {
            return Err(CmsError::ContentLength { announced, written });
        }
        let done = self.signing.finish()?;
        if !definite {
            // [0] content, EncapsulatedContentInfo
            out.extend_from_slice(&write::END_OF_CONTENTS.repeat(2));
        }
        out.extend_from_slice(&done.tail);
        if !definite {
            // SignedData, [0], ContentInfo
            out.extend_from_slice(&write::END_OF_CONTENTS.repeat(3));
        }
        Ok(())
    }
}

/// A signature in the making.
struct Signing<'a> {
    key: Box<dyn LoadedKey>,
    signer: &'a Identity,
    options: &'a SignatureOptions,
    scheme: SignatureScheme,
    hasher: Box<dyn Hasher>,
    crypto: &'a dyn crate::CryptoProvider,
}

/// A finished signature.
struct Done {
    digests: Vec<u8>,
    /// Certificates and signer infos.
    tail: Vec<u8>,
}

impl<'a> Signing<'a> {
    fn new(
        cx: &Context<'a>,
        signer: &'a Identity,
        options: &'a SignatureOptions,
    ) -> Result<Signing<'a>, CmsError> {
        let key = signer.key.load(cx)?;
        let scheme = match key.algorithm() {
            PublicKeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(options.digest),
            PublicKeyAlgorithm::Ec(_) => SignatureScheme::Ecdsa(options.digest),
            PublicKeyAlgorithm::Ed25519 => {
                return Err(CryptoError::Unsupported("signing with Ed25519").into());
            }
        };
        Ok(Signing {
            key,
            signer,
            options,
            scheme,
            hasher: cx.crypto.hasher(options.digest),
            crypto: cx.crypto,
        })
    }

    /// The length of the signature if it is always the same.
    fn signature_len(&self) -> Option<usize> {
        match self.key.algorithm() {
            PublicKeyAlgorithm::Rsa { bits } => usize::try_from(bits.div_ceil(8)).ok(),
            _ => None,
        }
    }

    fn finish(mut self) -> Result<Done, CmsError> {
        let hasher = std::mem::replace(&mut self.hasher, self.crypto.hasher(self.options.digest));
        let attributes = self.attributes(&hasher.finish());
        let digest = self.crypto.digest(self.options.digest, &[&attributes]);
        let signature = self.key.sign(self.scheme, &digest)?;
        Ok(Done { digests: self.digests(), tail: self.tail(&attributes, &signature) })
    }

    /// The signed attributes as the SET OF that is signed.
    fn attributes(&self, message_digest: &[u8]) -> Vec<u8> {
        NewAttributes {
            content_type: oid::DATA,
            message_digest,
            signing_time: self.options.signing_time,
            capabilities: &self.options.capabilities,
            encryption_certificate: self.options.encryption_certificate.as_ref(),
        }
        .write()
    }

    fn digest_identifier(&self) -> Vec<u8> {
        // No parameters: RFC 5754, 2.
        write::sequence(&[write::oid(digest_oid(self.options.digest))])
    }

    fn digests(&self) -> Vec<u8> {
        write::set_of(vec![self.digest_identifier()])
    }

    /// What stands behind the content: certificates and signer infos.
    fn tail(&self, attributes: &[u8], signature: &[u8]) -> Vec<u8> {
        let mut tail = self.certificates();
        let algorithm = match self.scheme {
            // The identifier that every reader knows (RFC 3370, 3.2).
            SignatureScheme::RsaPkcs1(_) => {
                write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()])
            }
            scheme => signature_identifier(scheme),
        };
        // The attributes change their tag from SET OF to an implicit [0].
        let implicit = [&[0xa0], attributes.get(1..).unwrap_or_default()].concat();
        let signer = write::sequence(&[
            write::small_integer(1),
            CertificateId::of(&self.signer.certificate).write(0x30),
            self.digest_identifier(),
            implicit,
            algorithm,
            write::octet_string(signature),
        ]);
        tail.extend_from_slice(&write::set_of(vec![signer]));
        tail
    }

    /// The certificates: the signer's, its issuers' without roots, the one for answers.
    fn certificates(&self) -> Vec<u8> {
        let mut included = vec![&self.signer.certificate];
        if self.options.include_chain {
            included.extend(self.signer.chain.iter().filter(|certificate| !certificate.is_self_issued()));
        }
        included.extend(&self.options.encryption_certificate);
        let mut encoded: Vec<Vec<u8>> =
            included.iter().map(|certificate| certificate.der().to_vec()).collect();
        encoded.sort();
        encoded.dedup();
        write::tlv_parts(0xa0, &encoded)
    }

    fn head_der(&self, content_length: u64, tail_length: u64, out: &mut Vec<u8>) {
        head_der(&self.digests(), Some(content_length), tail_length, out);
    }

    fn head_ber(&self, out: &mut Vec<u8>) {
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::oid(oid::SIGNED_DATA));
        write::indefinite(out, 0xa0);
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::small_integer(1));
        out.extend_from_slice(&self.digests());
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::oid(oid::DATA));
        write::indefinite(out, 0xa0);
    }
}

impl Done {
    fn write(&self, content: Option<&[u8]>, out: &mut Vec<u8>) {
        head_der(&self.digests, content.map(|content| content.len() as u64), self.tail.len() as u64, out);
        if let Some(content) = content {
            write::header(out, 0x04, content.len() as u64);
            out.extend_from_slice(content);
        }
        out.extend_from_slice(&self.tail);
    }
}

/// Appends everything of DER SignedData that stands in front of the content's OCTET STRING.
fn head_der(digests: &[u8], content_length: Option<u64>, tail_length: u64, out: &mut Vec<u8>) {
    let signed_data = write::oid(oid::SIGNED_DATA);
    let data = write::oid(oid::DATA);
    let version = write::small_integer(1);
    let explicit = content_length.map(write::size);
    let encapsulated = data.len() as u64 + explicit.map_or(0, write::size);
    let body = version.len() as u64 + digests.len() as u64 + write::size(encapsulated) + tail_length;
    write::header(out, 0x30, signed_data.len() as u64 + write::size(write::size(body)));
    out.extend_from_slice(&signed_data);
    write::header(out, 0xa0, write::size(body));
    write::header(out, 0x30, body);
    out.extend_from_slice(&version);
    out.extend_from_slice(digests);
    write::header(out, 0x30, encapsulated);
    out.extend_from_slice(&data);
    if let Some(explicit) = explicit {
        write::header(out, 0xa0, explicit);
    }
}

fn digest_len(digest: DigestAlgorithm) -> usize {
    match digest {
        DigestAlgorithm::Sha1 => 20,
        DigestAlgorithm::Sha224 => 28,
        DigestAlgorithm::Sha256 => 32,
        DigestAlgorithm::Sha384 => 48,
        DigestAlgorithm::Sha512 => 64,
    }
}
