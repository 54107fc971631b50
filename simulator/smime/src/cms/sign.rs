//! Making SignedData (RFC 5652, 5; RFC 8551, 2.4.2 and 2.5).

use super::attribute::NewAttributes;
use super::certificate_id::CertificateId;
use super::parser::{CERTIFICATES_MAX, SIGNERS_MAX};
use super::stream::{Frame, SEGMENT};
use super::{CmsError, ess, oid};
use crate::algorithm::{RSA_ENCRYPTION, RSASSA_PSS, digest_oid, key_identifier, signature_identifier};
use crate::tlv::write;
use crate::{
    BulkCipher, Certificate, Context, CryptoError, CryptoProvider, DigestAlgorithm, Hasher, Identity,
    LoadedKey, PublicKeyAlgorithm, SignatureScheme, Timestamp,
};
use std::collections::BTreeMap;

/// The content ciphers that a signature advertises unless told otherwise, the preferred one first.
pub const CAPABILITIES: [BulkCipher; 3] =
    [BulkCipher::Aes256Cbc, BulkCipher::Aes128Cbc, BulkCipher::TripleDesCbc];

/// How a signature is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureOptions {
    /// The digest algorithm. Ed25519 signs with SHA-512 whatever stands here (RFC 8419, 3.1).
    pub digest: DigestAlgorithm,
    /// When it is signed; no attribute is written if absent.
    pub signing_time: Option<Timestamp>,
    /// Whether the issuers' certificates are included, without a root.
    pub include_chain: bool,
    /// A certificate for answers, included and named in the signed attributes (RFC 8551, 2.5.3).
    pub encryption_certificate: Option<Certificate>,
    /// Whether that certificate is named in Microsoft's older attribute too.
    pub microsoft_preference: bool,
    /// The content ciphers to advertise (RFC 8551, 2.5.2); no attribute is written if there are none.
    pub capabilities: Vec<BulkCipher>,
    /// Whether RSA keys sign with PSS, mask and salt after the digest (RFC 4056, 3; RFC 8017, 9.1), instead of
    /// PKCS#1 v1.5. A key that its certificate restricts to PSS does so always.
    pub pss: bool,
    /// Whether the signer's certificate is hashed into the signed attributes (signingCertificateV2, RFC 5035).
    pub signing_certificate: bool,
    /// Whether the signer is named by its subject key identifier, if its certificate has one.
    pub identify_by_key: bool,
}

impl Default for SignatureOptions {
    /// SHA-256, PKCS#1 v1.5 for RSA, with the chain, without a time, advertising [`CAPABILITIES`].
    fn default() -> Self {
        SignatureOptions {
            digest: DigestAlgorithm::Sha256,
            signing_time: None,
            include_chain: true,
            encryption_certificate: None,
            microsoft_preference: false,
            capabilities: CAPABILITIES.to_vec(),
            pss: false,
            signing_certificate: false,
            identify_by_key: false,
        }
    }
}

/// One of the signers of a message.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Who signs.
    pub identity: &'a Identity,
    /// How.
    pub options: &'a SignatureOptions,
}

/// Signs content and encloses it: DER SignedData of id-data, as signed configuration profiles are.
///
/// # Errors
///
/// [`CmsError::Crypto`] when the key cannot be used or is of a kind that is not signed with here, and for SHA-1, which
/// is only verified; [`CmsError::SignerKeySize`].
pub fn sign_attached(
    cx: &Context<'_>,
    content: &[u8],
    signer: &Identity,
    options: &SignatureOptions,
) -> Result<Vec<u8>, CmsError> {
    sign_attached_by(cx, content, &[Signer { identity: signer, options }])
}

/// Signs content for several signers and encloses it: DER SignedData of id-data.
///
/// # Errors
///
/// Those of [`sign_attached`]; [`CmsError::NoSigners`], and [`CmsError::TooMany`] past [`SIGNERS_MAX`].
pub fn sign_attached_by(
    cx: &Context<'_>,
    content: &[u8],
    signers: &[Signer<'_>],
) -> Result<Vec<u8>, CmsError> {
    let mut signing = Signing::new(cx, signers)?;
    signing.update(content);
    let mut out = Vec::with_capacity(content.len() + 8 * 1024);
    signing.finish()?.write(Some(content), &mut out);
    Ok(out)
}

/// Writes SignedData without content or signers that carries certificates (RFC 8551, 3.8), as `smime.p7c` does. Each
/// is written once.
///
/// # Errors
///
/// [`CmsError::TooMany`] past [`CERTIFICATES_MAX`].
pub fn certificates_only(certificates: &[Certificate]) -> Result<Vec<u8>, CmsError> {
    if certificates.len() > CERTIFICATES_MAX {
        return Err(CmsError::TooMany { what: "certificates", limit: CERTIFICATES_MAX });
    }
    let mut tail = certificate_set(certificates.iter());
    tail.extend_from_slice(&write::set_of(Vec::new()));
    let mut out = Vec::new();
    Done { digests: write::set_of(Vec::new()), version: 1, tail }.write(None, &mut out);
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
        Self::with_signers(cx, &[Signer { identity: signer, options }])
    }

    /// Starts the signatures of several signers.
    ///
    /// # Errors
    ///
    /// Those of [`sign_attached_by`].
    pub fn with_signers(cx: &Context<'a>, signers: &[Signer<'a>]) -> Result<DetachedSigner<'a>, CmsError> {
        Ok(DetachedSigner { signing: Signing::new(cx, signers)? })
    }

    /// Feeds content.
    pub fn update(&mut self, content: &[u8]) {
        self.signing.update(content);
    }

    /// The digest algorithms of the signers, each once, for `micalg`.
    pub fn digests(&self) -> Vec<DigestAlgorithm> {
        self.signing.hashers.keys().copied().collect()
    }

    /// Ends the content and gives the DER.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`].
    pub fn finish(self) -> Result<Vec<u8>, CmsError> {
        let done = self.signing.finish()?;
        let mut out = Vec::with_capacity(done.tail.len() + 128);
        done.write(None, &mut out);
        Ok(out)
    }
}

/// Writes SignedData around content in one pass, from pieces of any size.
///
/// It is DER when the length of the content is announced and all signatures have one length, as those of RSA and
/// Ed25519 keys do; else BER with indefinite lengths.
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
        Self::with_signers(cx, &[Signer { identity: signer, options }], content_length, out)
    }

    /// Starts a message of several signers and appends what stands in front of the content.
    ///
    /// # Errors
    ///
    /// Those of [`sign_attached_by`].
    pub fn with_signers(
        cx: &Context<'a>,
        signers: &[Signer<'a>],
        content_length: Option<u64>,
        out: &mut Vec<u8>,
    ) -> Result<SignedWriter<'a>, CmsError> {
        let signing = Signing::new(cx, signers)?;
        let frame = match content_length.zip(signing.tail_len()) {
            Some((length, tail)) => {
                head_der(signing.version(), &signing.digests(), Some(length), tail, out);
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
            self.signing.update(piece);
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

/// Signatures in progress.
struct Signing<'a> {
    signers: Vec<OneSigner<'a>>,
    /// One hash for each digest algorithm, whoever uses it.
    hashers: BTreeMap<DigestAlgorithm, Box<dyn Hasher>>,
    crypto: &'a dyn CryptoProvider,
}

/// One signature in progress.
struct OneSigner<'a> {
    identity: &'a Identity,
    options: &'a SignatureOptions,
    digest: DigestAlgorithm,
    scheme: SignatureScheme,
    key: Box<dyn LoadedKey>,
    /// The value of signingCertificateV2.
    signing_certificate: Option<Vec<u8>>,
}

/// What a signature came to.
struct Done {
    /// The digest algorithms that stand in front of the content.
    digests: Vec<u8>,
    version: u32,
    tail: Vec<u8>,
}

impl<'a> Signing<'a> {
    fn new(cx: &Context<'a>, signers: &[Signer<'a>]) -> Result<Signing<'a>, CmsError> {
        if signers.is_empty() {
            return Err(CmsError::NoSigners);
        }
        if signers.len() > SIGNERS_MAX {
            return Err(CmsError::TooMany { what: "signers", limit: SIGNERS_MAX });
        }
        let signers =
            signers.iter().map(|signer| OneSigner::new(cx, *signer)).collect::<Result<Vec<_>, _>>()?;
        let hashers = signers.iter().map(|signer| (signer.digest, cx.crypto.hasher(signer.digest))).collect();
        Ok(Signing { signers, hashers, crypto: cx.crypto })
    }

    fn update(&mut self, content: &[u8]) {
        for hasher in self.hashers.values_mut() {
            hasher.update(content);
        }
    }

    /// The version of SignedData: 3 with a signer named by its key (RFC 5652, 5.1).
    fn version(&self) -> u32 {
        if self.signers.iter().any(|signer| signer.key_id().is_some()) { 3 } else { 1 }
    }

    /// The length of the tail if it is always the same.
    fn tail_len(&self) -> Option<u64> {
        let mut infos = Vec::new();
        for signer in &self.signers {
            let attributes = signer.attributes(&vec![0; digest_len(signer.digest)]);
            infos.push(signer.info(&attributes, &vec![0; signer.signature_len()?]));
        }
        Some(self.tail(infos).len() as u64)
    }

    fn finish(mut self) -> Result<Done, CmsError> {
        let hashers = std::mem::take(&mut self.hashers);
        let content: BTreeMap<_, _> =
            hashers.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect();
        let mut infos = Vec::new();
        for signer in &self.signers {
            let attributes =
                signer.attributes(content.get(&signer.digest).map(Vec::as_slice).unwrap_or_default());
            let signature = match signer.scheme {
                // signs the attributes themselves
                SignatureScheme::Ed25519 => signer.key.sign(signer.scheme, &attributes)?,
                scheme => signer.key.sign(scheme, &self.crypto.digest(signer.digest, &[&attributes]))?,
            };
            infos.push(signer.info(&attributes, &signature));
        }
        Ok(Done { digests: self.digests(), version: self.version(), tail: self.tail(infos) })
    }

    fn digests(&self) -> Vec<u8> {
        let mut digests: Vec<_> =
            self.signers.iter().map(|signer| digest_identifier(signer.digest)).collect();
        digests.sort();
        digests.dedup();
        write::set_of(digests)
    }

    /// What stands behind the content: certificates and signer infos.
    fn tail(&self, infos: Vec<Vec<u8>>) -> Vec<u8> {
        let mut tail = certificate_set(self.signers.iter().flat_map(OneSigner::certificates));
        tail.extend_from_slice(&write::set_of(infos));
        tail
    }

    fn head_ber(&self, out: &mut Vec<u8>) {
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::oid(oid::SIGNED_DATA));
        write::indefinite(out, 0xa0);
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::small_integer(self.version()));
        out.extend_from_slice(&self.digests());
        write::indefinite(out, 0x30);
        out.extend_from_slice(&write::oid(oid::DATA));
        write::indefinite(out, 0xa0);
    }
}

impl<'a> OneSigner<'a> {
    fn new(cx: &Context<'a>, signer: Signer<'a>) -> Result<OneSigner<'a>, CmsError> {
        let Signer { identity, options } = signer;
        let key = identity.key.load(cx)?;
        let restricted = key_identifier(identity.certificate.spki_der()) == Some(RSASSA_PSS);
        if options.digest == DigestAlgorithm::Sha1 {
            return Err(CryptoError::Unsupported("signing with SHA-1").into());
        }
        let mut digest = options.digest;
        let scheme = match key.algorithm() {
            PublicKeyAlgorithm::Rsa { .. } if options.pss || restricted => SignatureScheme::RsaPss {
                digest,
                mgf: digest,
                salt_len: u32::try_from(digest_len(digest)).unwrap_or_default(),
            },
            PublicKeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(digest),
            PublicKeyAlgorithm::Ec(_) => SignatureScheme::Ecdsa(digest),
            PublicKeyAlgorithm::Ed25519 => {
                digest = DigestAlgorithm::Sha512;
                SignatureScheme::Ed25519
            }
        };
        if let PublicKeyAlgorithm::Rsa { bits } = key.algorithm() {
            let hash = u32::try_from(digest_len(digest)).unwrap_or_default();
            let needed = match scheme {
                // RFC 8017, 9.1.1: hash, salt and two octets in one bit less than the modulus
                SignatureScheme::RsaPss { .. } => 8 * (2 * hash + 1) + 2,
                // RFC 8017, 9.2: the hash, 19 octets that name it, and eleven
                _ => 8 * (hash + 29) + 1,
            };
            if bits < needed {
                return Err(CmsError::SignerKeySize { bits, needed });
            }
        }
        let signing_certificate =
            options.signing_certificate.then(|| ess::write_v2(cx.crypto, digest, &identity.certificate));
        Ok(OneSigner { identity, options, digest, scheme, key, signing_certificate })
    }

    /// The length of the signature if it is always the same.
    fn signature_len(&self) -> Option<usize> {
        match self.key.algorithm() {
            PublicKeyAlgorithm::Rsa { bits } => usize::try_from(bits.div_ceil(8)).ok(),
            PublicKeyAlgorithm::Ed25519 => Some(64),
            PublicKeyAlgorithm::Ec(_) => None,
        }
    }

    fn key_id(&self) -> Option<&[u8]> {
        self.identity.certificate.subject_key_id().filter(|_| self.options.identify_by_key)
    }

    /// The signed attributes as the SET OF that is signed.
    fn attributes(&self, message_digest: &[u8]) -> Vec<u8> {
        NewAttributes {
            content_type: Some(oid::DATA),
            message_digest: Some(message_digest),
            signing_time: self.options.signing_time,
            capabilities: &self.options.capabilities,
            encryption_certificate: self.options.encryption_certificate.as_ref(),
            microsoft_preference: self.options.microsoft_preference,
            signing_certificate: self.signing_certificate.clone(),
        }
        .write()
    }

    fn info(&self, attributes: &[u8], signature: &[u8]) -> Vec<u8> {
        let algorithm = match self.scheme {
            // The identifier that every reader knows (RFC 3370, 3.2).
            SignatureScheme::RsaPkcs1(_) => {
                write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()])
            }
            scheme => signature_identifier(scheme),
        };
        let (version, id) = match self.key_id() {
            Some(id) => (3, write::tlv(0x80, id)),
            None => (1, CertificateId::of(&self.identity.certificate).write(0x30)),
        };
        // The attributes change their tag from SET OF to an implicit [0].
        let implicit = [&[0xa0], attributes.get(1..).unwrap_or_default()].concat();
        write::sequence(&[
            write::small_integer(version),
            id,
            digest_identifier(self.digest),
            implicit,
            algorithm,
            write::octet_string(signature),
        ])
    }

    /// The certificates to include: the signer's, its issuers' without roots, the one for answers.
    fn certificates(&self) -> Vec<&Certificate> {
        let mut included = vec![&self.identity.certificate];
        if self.options.include_chain {
            included.extend(self.identity.chain.iter().filter(|certificate| !certificate.is_self_issued()));
        }
        included.extend(&self.options.encryption_certificate);
        included
    }
}

fn digest_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    // No parameters: RFC 5754, 2.
    write::sequence(&[write::oid(digest_oid(digest))])
}

/// The `[0]` of certificates, each once.
fn certificate_set<'a>(certificates: impl Iterator<Item = &'a Certificate>) -> Vec<u8> {
    let mut encoded: Vec<&[u8]> = certificates.map(Certificate::der).collect();
    encoded.sort();
    encoded.dedup();
    write::tlv_parts(0xa0, &encoded)
}

impl Done {
    fn write(&self, content: Option<&[u8]>, out: &mut Vec<u8>) {
        let length = content.map(|content| content.len() as u64);
        head_der(self.version, &self.digests, length, self.tail.len() as u64, out);
        if let Some(content) = content {
            write::header(out, 0x04, content.len() as u64);
            out.extend_from_slice(content);
        }
        out.extend_from_slice(&self.tail);
    }
}

/// Appends everything of DER SignedData that stands in front of the content's OCTET STRING.
fn head_der(version: u32, digests: &[u8], content_length: Option<u64>, tail_length: u64, out: &mut Vec<u8>) {
    let signed_data = write::oid(oid::SIGNED_DATA);
    let data = write::oid(oid::DATA);
    let version = write::small_integer(version);
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
