//! Making SignedData (RFC 5652, 5; RFC 8551, 2.4.2 and 2.5).

use super::attribute::NewAttributes;
use super::certificate_id::append_issuer_serial;
use super::parser::{CERTIFICATES_MAX, SIGNERS_MAX};
use super::stream::{Frame, SEGMENT};
use super::{CmsError, ess, oid};
use crate::algorithm::{RSA_ENCRYPTION, digest_oid, signature_identifier, signature_oid};
use crate::tlv::write;
use crate::{
    BulkCipher, Certificate, Context, CryptoError, CryptoProvider, Digest, DigestAlgorithm, Hasher, Identity,
    LoadedKey, ObjectIdentifier, PublicKeyAlgorithm, SignatureScheme, Timestamp,
};
use std::sync::Arc;

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
    Ok(signing.finish()?.write(Some(content)))
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
    let none = || write::set_of(Vec::new());
    Ok(Done { version: 1, digests: none(), certificates: each_once(certificates), infos: none() }.write(None))
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
        self.signing.hashers.iter().map(|(algorithm, _)| *algorithm).collect()
    }

    /// Ends the content and gives the DER.
    ///
    /// # Errors
    ///
    /// [`CmsError::Crypto`].
    pub fn finish(self) -> Result<Vec<u8>, CmsError> {
        Ok(self.signing.finish()?.write(None))
    }
}

/// Writes SignedData around content in one pass, from pieces of any size.
///
/// It is DER when the length of the content is announced and all signatures have one length, as those of RSA and
/// Ed25519 keys do; else BER with indefinite lengths, but for the content itself if its length is announced.
pub struct SignedWriter<'a> {
    signing: Signing<'a>,
    frame: Frame,
    /// Whether what encloses the content has a length.
    definite: bool,
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
        let tail = match content_length {
            Some(length) => signing.tail_len()?.map(|tail| (length, tail)),
            None => None,
        };
        match tail {
            Some((length, tail)) => {
                head_der(signing.version(), &signing.digests(), Some(length), tail, out);
            }
            None => signing.head_ber(out),
        }
        let frame = match content_length {
            Some(length) => Frame::definite(0x04, length, out),
            None => Frame::indefinite(0x24, out),
        };
        Ok(SignedWriter { signing, frame, definite: tail.is_some(), announced: content_length })
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
        let written = self.frame.finish(out);
        if let Some(announced) = self.announced.filter(|announced| *announced != written) {
            return Err(CmsError::ContentLength { announced, written });
        }
        let done = self.signing.finish()?;
        if !self.definite {
            // [0] content, EncapsulatedContentInfo
            write::end(out, 2);
        }
        done.append_tail(out);
        if !self.definite {
            // SignedData, [0], ContentInfo
            write::end(out, 3);
        }
        Ok(())
    }
}

/// Signatures in progress.
struct Signing<'a> {
    signers: Vec<OneSigner<'a>>,
    /// One hash for each digest algorithm, whoever uses it, in the order of the algorithms.
    hashers: Vec<(DigestAlgorithm, Box<dyn Hasher>)>,
    crypto: &'a dyn CryptoProvider,
}

/// One signature in progress.
struct OneSigner<'a> {
    identity: &'a Identity,
    options: &'a SignatureOptions,
    digest: DigestAlgorithm,
    scheme: SignatureScheme,
    key: Arc<dyn LoadedKey>,
    /// The value of signingCertificateV2.
    signing_certificate: Option<Vec<u8>>,
}

/// What a signature came to.
struct Done<'a> {
    version: u32,
    /// The digest algorithms that stand in front of the content.
    digests: Vec<u8>,
    /// The encoded certificates, as [`each_once`] gives them.
    certificates: Vec<&'a [u8]>,
    /// The SET OF signer infos.
    infos: Vec<u8>,
}

/// The room that is made for what one signer writes, beside its issuer's name and its signature.
const INFO_ROOM: usize = 320;

/// The length of most ECDSA signatures, at most.
const ECDSA_USUAL: usize = 72;

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
        let mut hashers: Vec<(DigestAlgorithm, Box<dyn Hasher>)> = Vec::with_capacity(1);
        for OneSigner { digest, .. } in &signers {
            if let Err(place) = hashers.binary_search_by_key(digest, |(algorithm, _)| *algorithm) {
                hashers.insert(place, (*digest, cx.crypto.hasher(*digest)));
            }
        }
        Ok(Signing { signers, hashers, crypto: cx.crypto })
    }

    fn update(&mut self, content: &[u8]) {
        for (_, hasher) in &mut self.hashers {
            hasher.update(content);
        }
    }

    /// The version of SignedData: 3 with a signer named by its key (RFC 5652, 5.1).
    fn version(&self) -> u32 {
        if self.signers.iter().any(|signer| signer.key_id().is_some()) { 3 } else { 1 }
    }

    /// The length of the tail if it is always the same.
    fn tail_len(&self) -> Result<Option<u64>, CmsError> {
        if self.signers.iter().any(|signer| signer.signature_len().is_none()) {
            return Ok(None);
        }
        let infos = self.infos(|signer, out| {
            let digest = [0; DIGEST_MAX];
            let digest = digest.get(..signer.digest.output_len()).unwrap_or_default();
            signer.append_info(digest, |_| Ok(vec![0; signer.signature_len().unwrap_or_default()]), out)
        })?;
        Ok(Some(tail_len(&self.certificates(), &infos)))
    }

    fn finish(mut self) -> Result<Done<'a>, CmsError> {
        let digests = self.digests();
        let content: Vec<(DigestAlgorithm, Digest)> = std::mem::take(&mut self.hashers)
            .into_iter()
            .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
            .collect();
        let infos = self.infos(|signer, out| {
            let content = content.iter().find(|(algorithm, _)| *algorithm == signer.digest);
            let digest = content.map(|(_, digest)| digest.as_slice()).unwrap_or_default();
            signer.append_info(digest, |attributes| signer.sign(self.crypto, attributes), out)
        })?;
        Ok(Done { version: self.version(), digests, certificates: self.certificates(), infos })
    }

    /// The SET OF digest algorithms.
    fn digests(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 * (self.hashers.len() + 1));
        write::append_set_of(&mut out, 0x31, |set| {
            for (digest, _) in &self.hashers {
                set.member(|out| append_digest_identifier(out, *digest));
            }
        });
        out
    }

    /// The SET OF signer infos, each of which `append` appends.
    fn infos(
        &self,
        append: impl Fn(&OneSigner<'_>, &mut Vec<u8>) -> Result<(), CmsError>,
    ) -> Result<Vec<u8>, CmsError> {
        let room = |signer: &OneSigner<'_>| {
            let signature = signer.signature_len().unwrap_or(ECDSA_USUAL);
            INFO_ROOM + signer.identity.certificate.issuer_der().len() + signature
        };
        let mut out = Vec::with_capacity(self.signers.iter().map(room).sum());
        write::append_set_of(&mut out, 0x31, |set| {
            self.signers.iter().try_for_each(|signer| set.member(|out| append(signer, out)))
        })?;
        Ok(out)
    }

    /// The encoded certificates to include, each once.
    fn certificates(&self) -> Vec<&'a [u8]> {
        each_once(self.signers.iter().flat_map(OneSigner::certificates))
    }

    fn head_ber(&self, out: &mut Vec<u8>) {
        write::indefinite(out, 0x30);
        write::append_oid(out, oid::SIGNED_DATA);
        write::indefinite(out, 0xa0);
        write::indefinite(out, 0x30);
        write::append_small_integer(out, self.version());
        out.extend_from_slice(&self.digests());
        write::indefinite(out, 0x30);
        write::append_oid(out, oid::DATA);
        write::indefinite(out, 0xa0);
    }
}

impl<'a> OneSigner<'a> {
    fn new(cx: &Context<'a>, signer: Signer<'a>) -> Result<OneSigner<'a>, CmsError> {
        let Signer { identity, options } = signer;
        let key = identity.key.load(cx)?;
        let restricted = identity.certificate.is_pss_only();
        if options.digest == DigestAlgorithm::Sha1 {
            return Err(CryptoError::Unsupported("signing with SHA-1").into());
        }
        let mut digest = options.digest;
        let scheme = match key.algorithm() {
            PublicKeyAlgorithm::Rsa { .. } if options.pss || restricted => SignatureScheme::RsaPss {
                digest,
                mgf: digest,
                salt_len: u32::try_from(digest.output_len()).unwrap_or_default(),
            },
            PublicKeyAlgorithm::Rsa { .. } => SignatureScheme::RsaPkcs1(digest),
            PublicKeyAlgorithm::Ec(_) => SignatureScheme::Ecdsa(digest),
            PublicKeyAlgorithm::Ed25519 => {
                digest = DigestAlgorithm::Sha512;
                SignatureScheme::Ed25519
            }
        };
        if let PublicKeyAlgorithm::Rsa { bits } = key.algorithm() {
            let hash = u32::try_from(digest.output_len()).unwrap_or_default();
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

    /// Appends the signed attributes as the SET OF that is signed.
    fn append_attributes(&self, message_digest: &[u8], out: &mut Vec<u8>) {
        NewAttributes {
            content_type: Some(oid::DATA),
            message_digest: Some(message_digest),
            signing_time: self.options.signing_time,
            capabilities: &self.options.capabilities,
            encryption_certificate: self.options.encryption_certificate.as_ref(),
            microsoft_preference: self.options.microsoft_preference,
            signing_certificate: self.signing_certificate.as_deref(),
        }
        .write(out);
    }

    /// Signs the attributes.
    fn sign(&self, crypto: &dyn CryptoProvider, attributes: &[u8]) -> Result<Vec<u8>, CmsError> {
        Ok(match self.scheme {
            // signs the attributes themselves
            SignatureScheme::Ed25519 => self.key.sign(self.scheme, attributes)?,
            scheme => self.key.sign(scheme, &crypto.digest(self.digest, &[attributes]))?,
        })
    }

    /// Appends the signer info; `sign` makes the signature over the attributes.
    fn append_info(
        &self,
        message_digest: &[u8],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, CmsError>,
        out: &mut Vec<u8>,
    ) -> Result<(), CmsError> {
        write::nest(out, 0x30, |out| {
            match self.key_id() {
                Some(id) => {
                    write::append_small_integer(out, 3);
                    write::append(out, 0x80, id);
                }
                None => {
                    write::append_small_integer(out, 1);
                    append_issuer_serial(out, 0x30, &self.identity.certificate);
                }
            }
            append_digest_identifier(out, self.digest);
            let start = out.len();
            self.append_attributes(message_digest, out);
            let signature = sign(out.get(start..).unwrap_or_default())?;
            // They are sent with an implicit [0] in place of the tag of SET OF.
            if let Some(tag) = out.get_mut(start) {
                *tag = 0xa0;
            }
            match self.scheme {
                // The identifier that every reader knows (RFC 3370, 3.2).
                SignatureScheme::RsaPkcs1(_) => write::append_algorithm(out, RSA_ENCRYPTION, &write::NULL),
                SignatureScheme::RsaPss { .. } => out.extend_from_slice(&signature_identifier(self.scheme)),
                // No parameters: RFC 5758, 3.2 and RFC 8410, 3.
                scheme => write::append_algorithm(out, signature_oid(scheme), &[]),
            }
            write::append(out, 0x04, &signature);
            Ok(())
        })
    }

    /// The certificates to include: the signer's, its issuers' without roots, the one for answers.
    fn certificates(&self) -> impl Iterator<Item = &'a Certificate> + use<'a> {
        let chain = if self.options.include_chain { self.identity.chain.as_slice() } else { &[] };
        let issuers = chain.iter().filter(|certificate| !certificate.is_self_issued());
        [&self.identity.certificate].into_iter().chain(issuers).chain(&self.options.encryption_certificate)
    }
}

fn append_digest_identifier(out: &mut Vec<u8>, digest: DigestAlgorithm) {
    // No parameters: RFC 5754, 2.
    write::append_algorithm(out, digest_oid(digest), &[]);
}

/// The encoded certificates, each once, in the order of a SET OF.
fn each_once<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Vec<&'a [u8]> {
    let mut encoded: Vec<&[u8]> = certificates.into_iter().map(Certificate::der).collect();
    encoded.sort();
    encoded.dedup();
    encoded
}

fn certificates_len(certificates: &[&[u8]]) -> u64 {
    certificates.iter().map(|certificate| certificate.len() as u64).sum()
}

/// The length of what stands behind the content: certificates and signer infos.
fn tail_len(certificates: &[&[u8]], infos: &[u8]) -> u64 {
    write::size(certificates_len(certificates)) + infos.len() as u64
}

impl Done<'_> {
    fn write(&self, content: Option<&[u8]>) -> Vec<u8> {
        let length = content.map(|content| content.len() as u64);
        let tail = tail_len(&self.certificates, &self.infos);
        let mut out = Vec::with_capacity(content.map_or(0, <[u8]>::len) + tail as usize + 128);
        head_der(self.version, &self.digests, length, tail, &mut out);
        if let Some(content) = content {
            write::append(&mut out, 0x04, content);
        }
        self.append_tail(&mut out);
        out
    }

    fn append_tail(&self, out: &mut Vec<u8>) {
        write::header(out, 0xa0, certificates_len(&self.certificates));
        self.certificates.iter().for_each(|certificate| out.extend_from_slice(certificate));
        out.extend_from_slice(&self.infos);
    }
}

/// Appends everything of DER SignedData that stands in front of the content's OCTET STRING.
fn head_der(version: u32, digests: &[u8], content_length: Option<u64>, tail_length: u64, out: &mut Vec<u8>) {
    let oid_size = |oid: ObjectIdentifier| write::size(oid.as_bytes().len() as u64);
    let explicit = content_length.map(write::size);
    let encapsulated = oid_size(oid::DATA) + explicit.map_or(0, write::size);
    let body = VERSION_SIZE + digests.len() as u64 + write::size(encapsulated) + tail_length;
    write::header(out, 0x30, oid_size(oid::SIGNED_DATA) + write::size(write::size(body)));
    write::append_oid(out, oid::SIGNED_DATA);
    write::header(out, 0xa0, write::size(body));
    write::header(out, 0x30, body);
    write::append_small_integer(out, version);
    out.extend_from_slice(digests);
    write::header(out, 0x30, encapsulated);
    write::append_oid(out, oid::DATA);
    if let Some(explicit) = explicit {
        write::header(out, 0xa0, explicit);
    }
}

/// The octets of a version, which is less than 128.
const VERSION_SIZE: u64 = 3;

/// The length of the longest digest, in octets.
const DIGEST_MAX: usize = 64;
