//! Verifying SignedData (RFC 5652, 5.4 to 5.6).

use super::attribute::SignedAttributes;
use super::parser::{Head, Parser, SignedTail, Sink};
use super::signer::{SignatureAlgorithm, SignerInfo};
use super::{AddressMatch, CmsError, Countersignature, SignatureError, SignerReport, oid};
use crate::tlv::Element;
use crate::{
    Certificate, CertificateError, Context, CryptoError, CryptoProvider, Digest, DigestAlgorithm, Hasher,
    PathError, PathOptions, PublicKeyAlgorithm, Purpose, SignatureScheme, TrustStore, ValidPath, domain,
    validate_with,
};
use const_oid::ObjectIdentifier;
use std::borrow::Cow;

/// RSA keys shorter than this are weak (RFC 8551, 2.2).
const RSA_STRONG_BITS: u32 = 2048;
/// How many certificates that fit a signer identifier are tried.
const CANDIDATES_MAX: usize = 8;
/// With what the signed attributes begin as they are signed, a SET OF.
const ATTRIBUTES_TAG: u8 = 0x31;
/// Content that is not longer is looked at for signed attributes lifted from another message.
const LIFTED_MAX: usize = 8 * 1024;

/// SignedData with its content: what was signed, by whom, with which certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedContent {
    /// The content, whether its signatures hold or not.
    pub content: Vec<u8>,
    /// The type of the content; signed mail and signed profiles have id-data.
    pub content_type: ObjectIdentifier,
    /// The signers, in the order of the message. There may be none.
    pub signers: Vec<SignerReport>,
    /// The certificates that the message carries, each once.
    pub certificates: Vec<Certificate>,
}

/// Reads SignedData with attached content, such as a signed configuration profile, from DER or BER. Paths are
/// validated for any purpose; sender addresses are not looked at.
///
/// # Errors
///
/// Encodings, bounds, other content types, and [`CmsError::NoContent`] for a detached signature. A signature that
/// does not hold is no error: it stands in the signer's report.
pub fn open_signed(
    cx: &Context<'_>,
    der_or_ber: &[u8],
    trust: &TrustStore,
) -> Result<SignedContent, CmsError> {
    let mut content = Vec::new();
    let mut verifier = Verifier::new(cx);
    verifier.update(der_or_ber, &mut content)?;
    let signed = verifier.finish()?;
    if !signed.attached {
        return Err(CmsError::NoContent);
    }
    let content_type = signed.content_type;
    let signers = signed.reports(cx, None, &[], trust, Purpose::Any);
    Ok(SignedContent { content, content_type, signers, certificates: signed.certificates })
}

/// Reads SignedData from pieces of any size and gives its content as it arrives.
///
/// The content is *held* until [`Verifier::finish`] has succeeded and the reports are known.
pub struct Verifier<'a> {
    parser: Parser,
    hashing: Hashing<'a>,
}

impl<'a> Verifier<'a> {
    /// Starts a message.
    pub fn new(cx: &Context<'a>) -> Verifier<'a> {
        let hashing = Hashing {
            crypto: cx.crypto,
            digests: None,
            content_type: oid::DATA,
            declared: Vec::new(),
            out: Vec::new(),
        };
        Verifier { parser: Parser::new(), hashing }
    }

    /// Feeds octets and appends content.
    ///
    /// # Errors
    ///
    /// Encodings, bounds, another content type. The verifier must not be fed again after.
    pub fn update(&mut self, input: &[u8], held: &mut Vec<u8>) -> Result<(), CmsError> {
        std::mem::swap(&mut self.hashing.out, held);
        let result = self.parser.update(input, &mut self.hashing);
        std::mem::swap(&mut self.hashing.out, held);
        result
    }

    /// The type of the content, once that arrived, which is in front of the content; id-data before.
    pub(crate) fn content_type(&self) -> ObjectIdentifier {
        self.hashing.content_type
    }

    /// Ends the message.
    ///
    /// # Errors
    ///
    /// Truncation.
    pub fn finish(self) -> Result<Signed, CmsError> {
        let SignedTail { attached, certificates, signers } = self.parser.finish()?.signed;
        Ok(Signed {
            attached,
            content_type: self.hashing.content_type,
            certificates,
            digests: self.hashing.digests.map(ContentDigests::finish),
            declared: self.hashing.declared,
            signers,
        })
    }
}

/// SignedData that was read to its end.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Whether the content was inside.
    pub attached: bool,
    /// The type of the content.
    pub content_type: ObjectIdentifier,
    /// The certificates of the message.
    pub certificates: Vec<Certificate>,
    /// Those of the content inside; `None` when it is empty or not there.
    digests: Option<FinishedDigests>,
    declared: Vec<DigestAlgorithm>,
    signers: Vec<SignerInfo>,
}

impl Signed {
    /// Starts hashing the content of a detached signature with the algorithms that the message declares.
    pub fn detached(&self, cx: &Context<'_>) -> ContentDigests {
        ContentDigests::new(cx.crypto, self.declared.iter().copied())
    }

    /// How many signers there are.
    pub fn signer_count(&self) -> usize {
        self.signers.len()
    }

    /// Judges every signer. `detached` are the digests of content that was not inside; `known` are certificates that
    /// complete those of the message.
    pub fn reports(
        &self,
        cx: &Context<'_>,
        detached: Option<&FinishedDigests>,
        known: &[Certificate],
        trust: &TrustStore,
        purpose: Purpose,
    ) -> Vec<SignerReport> {
        self.reports_with(cx, detached, known, trust, purpose, &PathOptions::default())
    }

    /// Judges every signer as [`Signed::reports`] does, paths as the options say. When they are strict, a signature
    /// over a SHA-1 digest does not hold either.
    pub fn reports_with(
        &self,
        cx: &Context<'_>,
        detached: Option<&FinishedDigests>,
        known: &[Certificate],
        trust: &TrustStore,
        purpose: Purpose,
        options: &PathOptions<'_>,
    ) -> Vec<SignerReport> {
        let none;
        let digests = match detached.or(self.digests.as_ref()) {
            Some(digests) => digests,
            None => {
                none = self.detached(cx).finish();
                &none
            }
        };
        let mut certificates = Cow::Borrowed(self.certificates.as_slice());
        for known in known.iter().filter(|known| !self.certificates.contains(known)) {
            certificates.to_mut().push(known.clone());
        }
        let measure = Measure { certificates: &certificates, trust, purpose, options };
        self.signers.iter().map(|signer| self.report(cx, signer, digests, measure)).collect()
    }

    /// The digest algorithms that the message declares, as far as they are known, each once.
    pub fn declared_digests(&self) -> &[DigestAlgorithm] {
        &self.declared
    }

    /// Whether a signer uses a digest that was declared and that `digests` have not.
    pub(crate) fn lacks(&self, digests: &FinishedDigests) -> bool {
        self.signers
            .iter()
            .filter_map(|signer| signer.digest.ok())
            .any(|digest| self.declared.contains(&digest) && digests.of(digest).is_none())
    }

    fn report<'m>(
        &'m self,
        cx: &Context<'_>,
        signer: &SignerInfo,
        digests: &FinishedDigests,
        measure: Measure<'m>,
    ) -> SignerReport {
        let subject = Subject::Content { digests, declared: &self.declared, content_type: self.content_type };
        let certificates = measure.certificates;
        let Judged { certificate, claims, checked, weak, path } = judge(cx, signer, &subject, measure);
        let holds = checked.is_ok();
        let preferred =
            claims.encryption_key.as_ref().and_then(|id| certificates.iter().find(|c| id.matches(c)));
        let encryption_certificate = certificate
            .filter(|_| holds)
            .and_then(|leaf| preferred.or_else(|| encryption_certificate(leaf, &self.certificates)))
            .cloned();
        let countersignatures = signer
            .countersignatures
            .iter()
            .map(|counter| {
                let subject = Subject::Signature(&signer.signature);
                let judged = judge(cx, counter, &subject, Measure { purpose: Purpose::Any, ..measure });
                Countersignature {
                    certificate: judged.certificate.cloned(),
                    digest: counter.digest.ok(),
                    scheme: scheme(counter),
                    signing_time: judged.claims.signing_time,
                    weak: judged.weak,
                    signature: judged.checked.map(|_| ()),
                    path: judged.path,
                }
            })
            .collect();
        SignerReport {
            certificate: certificate.cloned(),
            digest: signer.digest.ok(),
            scheme: scheme(signer),
            signing_time: claims.signing_time,
            weak,
            encryption_certificate,
            capabilities: if holds { claims.capabilities } else { Vec::new() },
            certificate_signed: holds && !claims.signing_certificates.is_empty(),
            countersignatures,
            reencoded: checked == Ok(true),
            signature: checked.map(|_| ()),
            path,
            address: AddressMatch::NotChecked,
            address_case_differs: false,
        }
    }
}

/// What a signature is over.
enum Subject<'a> {
    /// The content of the message.
    Content { digests: &'a FinishedDigests, declared: &'a [DigestAlgorithm], content_type: ObjectIdentifier },
    /// Another signature (RFC 5652, 11.4).
    Signature(&'a [u8]),
}

impl Subject<'_> {
    fn digest(
        &self,
        crypto: &dyn CryptoProvider,
        digest: DigestAlgorithm,
    ) -> Result<Cow<'_, [u8]>, SignatureError> {
        match self {
            Subject::Content { digests, declared, .. } => {
                let computed = digests.of(digest).filter(|_| declared.contains(&digest));
                computed.map(Cow::Borrowed).ok_or(SignatureError::UndeclaredDigest { digest })
            }
            Subject::Signature(signature) => Ok(Cow::Owned(crypto.digest(digest, &[signature]))),
        }
    }
}

/// By what signers are judged.
#[derive(Clone, Copy)]
struct Measure<'a> {
    /// Those of the message and those that complete them.
    certificates: &'a [Certificate],
    trust: &'a TrustStore,
    purpose: Purpose,
    options: &'a PathOptions<'a>,
}

/// What came of a signature.
struct Judged<'c> {
    certificate: Option<&'c Certificate>,
    claims: SignedAttributes,
    /// `Ok(true)` when the attributes had to be put into DER first.
    checked: Result<bool, SignatureError>,
    weak: bool,
    path: Result<ValidPath, PathError>,
}

fn judge<'c>(
    cx: &Context<'_>,
    signer: &SignerInfo,
    subject: &Subject<'_>,
    measure: Measure<'c>,
) -> Judged<'c> {
    let Measure { certificates, trust, purpose, options } = measure;
    let attributes = read_attributes(signer);
    let fits = certificates.iter().filter(|certificate| signer.id.matches(certificate));
    // The one that holds, else the first.
    let (mut certificate, mut checked) = (None, Err(SignatureError::NoCertificate));
    for fitting in fits.take(CANDIDATES_MAX) {
        let result = check(cx.crypto, signer, &attributes, fitting, subject);
        if certificate.is_none() || result.is_ok() {
            (certificate, checked) = (Some(fitting), result);
        }
        if checked.is_ok() {
            break;
        }
    }
    let path = match certificate {
        Some(leaf) => validate_with(cx, leaf, certificates, trust, purpose, options),
        None => Err(PathError::NoTrustedRoot { issuer: signer.id.describe().to_string() }),
    };
    let short_key = certificate.is_some_and(|certificate| {
        matches!(certificate.public_key_algorithm(), Ok(PublicKeyAlgorithm::Rsa { bits }) if bits < RSA_STRONG_BITS)
    });
    let sha1 = signer.digest == Ok(DigestAlgorithm::Sha1);
    let checked = match checked {
        Ok(_) if sha1 && options.strict => Err(SignatureError::Sha1),
        checked => checked,
    };
    Judged {
        certificate,
        claims: attributes.and_then(Result::ok).unwrap_or_default(),
        checked,
        weak: short_key || sha1,
        path,
    }
}

/// Checks a signature with a certificate's key. `Ok(true)` when the attributes had to be put into DER first.
fn check(
    crypto: &dyn CryptoProvider,
    signer: &SignerInfo,
    attributes: &Option<Result<SignedAttributes, SignatureError>>,
    certificate: &Certificate,
    subject: &Subject<'_>,
) -> Result<bool, SignatureError> {
    let digest = signer.digest.map_err(|algorithm| SignatureError::UnsupportedDigest { algorithm })?;
    if let SignatureAlgorithm::Unknown(algorithm) = signer.algorithm {
        return Err(SignatureError::UnsupportedSignature { algorithm });
    }
    if let Err(CertificateError::UnknownPublicKey { oid }) = certificate.public_key_algorithm() {
        return Err(SignatureError::UnsupportedKey { algorithm: oid });
    }
    let scheme = scheme(signer).ok_or(SignatureError::Mismatch)?;
    if !fits(scheme, digest, signer, certificate) {
        return Err(SignatureError::Mismatch);
    }
    let subject_digest = subject.digest(crypto, digest)?;
    let spki = certificate.spki_der();
    let verify = |digest: &[u8]| match crypto.verify(spki, scheme, digest, &signer.signature) {
        Ok(()) => Ok(()),
        Err(CryptoError::BadSignature) => Err(SignatureError::Signature),
        Err(other) => Err(SignatureError::Crypto(other)),
    };

    let (Some((raw, offset)), Some(attributes)) = (&signer.signed_attributes, attributes) else {
        // RFC 5652, 5.3: attributes are mandatory for every content but data.
        let mandatory =
            matches!(subject, Subject::Content { content_type, .. } if *content_type != oid::DATA);
        if mandatory || scheme == SignatureScheme::Ed25519 {
            return Err(SignatureError::NoAttributes);
        }
        verify(&subject_digest)?;
        let lifted = matches!(subject, Subject::Content { digests, .. } if digests.lifted);
        return if lifted { Err(SignatureError::Lifted) } else { Ok(false) };
    };
    let attributes = attributes.as_ref().map_err(Clone::clone)?;
    let missing = |attribute| SignatureError::Attribute { attribute };
    match subject {
        Subject::Content { content_type, .. } => {
            if attributes.content_type.ok_or(missing("contentType"))? != *content_type {
                return Err(SignatureError::ContentType);
            }
        }
        // A signature has no content type.
        Subject::Signature(_) if attributes.content_type.is_some() => {
            return Err(SignatureError::ContentType);
        }
        Subject::Signature(_) => {}
    }
    if attributes.message_digest.as_deref().ok_or(missing("messageDigest"))? != subject_digest.as_ref() {
        return Err(SignatureError::Content);
    }
    // The attributes are signed as the SET OF that they are, though sent with an implicit tag.
    let rest = raw.get(1..).unwrap_or_default();
    let over = |parts: &[&[u8]]| match scheme {
        SignatureScheme::Ed25519 => verify(&parts.concat()),
        _ => verify(&crypto.digest(digest, parts)),
    };
    let mut reencoded = false;
    if let Err(error) = over(&[&[ATTRIBUTES_TAG], rest]) {
        match Element::only(raw, *offset).and_then(|element| element.to_der(ATTRIBUTES_TAG, true)) {
            Ok(der) if der.get(1..) != Some(rest) => over(&[&der])?,
            _ => return Err(error),
        }
        reencoded = true;
    }
    // Every attribute that names the signer's certificate must name this one (RFC 5035, 5.4).
    match attributes.signing_certificates.iter().all(|named| named.matches(crypto, certificate)) {
        true => Ok(reencoded),
        false => Err(SignatureError::SigningCertificate),
    }
}

/// Reads the signed attributes if there are any; what cannot be read counts as missing.
fn read_attributes(signer: &SignerInfo) -> Option<Result<SignedAttributes, SignatureError>> {
    let (raw, offset) = signer.signed_attributes.as_ref()?;
    let read =
        Element::only(raw, *offset).map_err(CmsError::from).and_then(|set| SignedAttributes::read(&set));
    Some(read.unwrap_or(Err(SignatureError::Attribute { attribute: "contentType" })))
}

/// The scheme that the signature algorithm and the digest make together.
fn scheme(signer: &SignerInfo) -> Option<SignatureScheme> {
    match signer.algorithm {
        SignatureAlgorithm::Scheme(scheme) => Some(scheme),
        SignatureAlgorithm::RsaWithDigest => signer.digest.ok().map(SignatureScheme::RsaPkcs1),
        SignatureAlgorithm::EcdsaWithDigest => signer.digest.ok().map(SignatureScheme::Ecdsa),
        SignatureAlgorithm::Unknown(_) => None,
    }
}

/// Whether scheme, digest and key belong together. Ed25519 goes with SHA-512 (RFC 8419, 3).
fn fits(
    scheme: SignatureScheme,
    digest: DigestAlgorithm,
    signer: &SignerInfo,
    certificate: &Certificate,
) -> bool {
    let Ok(key) = certificate.public_key_algorithm() else { return false };
    // A key that is for PSS alone signs nothing else (RFC 4055, 1.2).
    if matches!(scheme, SignatureScheme::RsaPkcs1(_)) && certificate.is_pss_only() {
        return false;
    }
    match (scheme, key) {
        (SignatureScheme::RsaPkcs1(hash), PublicKeyAlgorithm::Rsa { .. })
        | (SignatureScheme::RsaPss { digest: hash, .. }, PublicKeyAlgorithm::Rsa { .. })
        | (SignatureScheme::Ecdsa(hash), PublicKeyAlgorithm::Ec(_)) => hash == digest,
        (SignatureScheme::Ed25519, PublicKeyAlgorithm::Ed25519) => {
            signer.signed_attributes.is_some() && digest == DigestAlgorithm::Sha512
        }
        _ => false,
    }
}

/// The certificate to encrypt to when the signer states no preference: its own if that allows it, else another one
/// in the message with an address in common.
fn encryption_certificate<'a>(leaf: &'a Certificate, included: &'a [Certificate]) -> Option<&'a Certificate> {
    let allows = |certificate: &Certificate| {
        certificate.key_usage().is_none_or(|usage| match certificate.public_key_algorithm() {
            Ok(PublicKeyAlgorithm::Rsa { .. }) => usage.key_encipherment(),
            Ok(PublicKeyAlgorithm::Ec(_)) => usage.key_agreement(),
            _ => false,
        })
    };
    if allows(leaf) {
        return Some(leaf);
    }
    let mut others = included.iter().filter(|certificate| !certificate.is_ca() && allows(certificate));
    others.find(|certificate| {
        let addresses = leaf.email_addresses();
        let shares = |address: &String| addresses.iter().any(|own| domain::same_address(own, address));
        certificate.email_addresses().iter().any(shares)
    })
}

/// How many octets are hashed before they are copied: about what a processor's store queue takes.
const COPIED: usize = 8 * 1024;

/// Hashes content with several algorithms at once, in pieces of any size.
pub struct ContentDigests {
    /// Each algorithm once, in their order.
    hashers: Vec<(DigestAlgorithm, Box<dyn Hasher>)>,
    /// The beginning of content that may be signed attributes.
    prefix: Vec<u8>,
    length: u64,
}

impl ContentDigests {
    /// Starts hashing with these algorithms.
    pub fn new(
        crypto: &dyn CryptoProvider,
        algorithms: impl IntoIterator<Item = DigestAlgorithm>,
    ) -> ContentDigests {
        let mut hashers: Vec<(DigestAlgorithm, Box<dyn Hasher>)> = Vec::with_capacity(1);
        for algorithm in algorithms {
            if let Err(place) = hashers.binary_search_by_key(&algorithm, |(known, _)| *known) {
                hashers.insert(place, (algorithm, crypto.hasher(algorithm)));
            }
        }
        ContentDigests { hashers, prefix: Vec::new(), length: 0 }
    }

    /// Feeds octets.
    pub fn update(&mut self, octets: &[u8]) {
        for (_, hasher) in &mut self.hashers {
            hasher.update(octets);
        }
        let begins = self.length == 0 && octets.first() == Some(&ATTRIBUTES_TAG);
        if begins || !self.prefix.is_empty() {
            let room = (LIFTED_MAX + 1).saturating_sub(self.prefix.len()).min(octets.len());
            self.prefix.extend_from_slice(octets.get(..room).unwrap_or_default());
        }
        self.length += octets.len() as u64;
    }

    /// Feeds octets and appends them to `out`, a little of both at a time: what is written is on its way to memory while
    /// the next is hashed, so that the copy takes half as long as behind everything.
    pub fn update_copying(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        out.reserve(octets.len());
        for piece in octets.chunks(COPIED) {
            self.update(piece);
            out.extend_from_slice(piece);
        }
    }

    /// Ends the content.
    pub fn finish(self) -> FinishedDigests {
        let lifted = self.length <= LIFTED_MAX as u64 && is_signed_attributes(&self.prefix);
        let digests =
            self.hashers.into_iter().map(|(algorithm, hasher)| (algorithm, hasher.finish())).collect();
        FinishedDigests { digests, lifted }
    }
}

/// The digests of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedDigests {
    /// In the order of the algorithms.
    digests: Vec<(DigestAlgorithm, Digest)>,
    /// Whether the content is the encoding of signed attributes.
    lifted: bool,
}

impl FinishedDigests {
    fn of(&self, algorithm: DigestAlgorithm) -> Option<&[u8]> {
        let found = self.digests.iter().find(|(computed, _)| *computed == algorithm);
        found.map(|(_, digest)| digest.as_slice())
    }
}

fn is_signed_attributes(content: &[u8]) -> bool {
    content.first() == Some(&ATTRIBUTES_TAG)
        && Element::only(content, 0)
            .map_err(CmsError::from)
            .and_then(|set| SignedAttributes::read(&set))
            .is_ok_and(|attributes| {
                attributes.is_ok_and(|read| read.content_type.is_some() && read.message_digest.is_some())
            })
}

/// Takes what the parser finds: hashes the content and passes it on.
struct Hashing<'a> {
    crypto: &'a dyn CryptoProvider,
    /// `None` while there is no content.
    digests: Option<ContentDigests>,
    declared: Vec<DigestAlgorithm>,
    content_type: ObjectIdentifier,
    /// The caller's buffer, while octets are fed.
    out: Vec<u8>,
}

impl Sink for Hashing<'_> {
    fn head(&mut self, head: Head) -> Result<(), CmsError> {
        let Head::Signed(head) = head else {
            return Err(CmsError::Unsupported { content_type: head.message_type() });
        };
        self.content_type = head.content_type;
        self.declared = head.digests;
        Ok(())
    }

    fn content(&mut self, octets: &[u8]) -> Result<(), CmsError> {
        let declared = || ContentDigests::new(self.crypto, self.declared.iter().copied());
        self.digests.get_or_insert_with(declared).update_copying(octets, &mut self.out);
        Ok(())
    }
}
