//! The CMS engine over the stand-in provider: forms of encoding, bounds, damage.

use super::certificate_id::CertificateId;
use super::{
    ATTRIBUTES_MAX, CERTIFICATES_MAX, CmsError, ContentDigests, DIGESTS_MAX, DecryptError, Decryptor,
    EncryptOptions, RECIPIENTS_MAX, RecipientId, SIGNERS_MAX, STRUCTURES_MAX, SignatureError,
    SignatureOptions, SignerReport, Verifier, decrypt, encrypt, is_cms, oid, open_signed, sign_attached,
};
use crate::algorithm::{RSA_ENCRYPTION, digest_oid, signature_identifier};
use crate::fake::FakeCrypto;
use crate::tlv::{DEPTH_MAX, Element, Tag, write};
use crate::{
    BulkCipher, Certificate, Context, Curve, DigestAlgorithm, Identity, IssueRequest, KeyUsage,
    PublicKeyAlgorithm, SignatureScheme, Timestamp, TlvError, TrustStore, generate_identity,
};
use const_oid::ObjectIdentifier;
use proptest::prelude::*;
use std::sync::OnceLock;

mod algorithms;

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n";

pub(crate) struct World {
    crypto: FakeCrypto,
    pub trust: TrustStore,
    pub ca: Identity,
    pub rsa: Identity,
    pub ec: Identity,
    pub ed: Identity,
}

impl World {
    pub fn cx(&self) -> Context<'_> {
        Context { now: Timestamp(1_000), crypto: &self.crypto }
    }

    pub fn person(&self, mail: &str, serial: u64, usage: KeyUsage) -> Identity {
        let mut request = IssueRequest::mail("Person", &[mail], serial, VALIDITY);
        request.key_usage = Some(usage);
        generate_identity(&self.cx(), Some(&self.ca), RSA, &request).unwrap()
    }
}

const VALIDITY: (Timestamp, Timestamp) = (Timestamp(0), Timestamp(4_000_000_000_000));
const RSA: PublicKeyAlgorithm = PublicKeyAlgorithm::Rsa { bits: 2048 };

/// A certification authority and two people.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let crypto = FakeCrypto::new(7);
        let cx = Context { now: Timestamp(1_000), crypto: &crypto };
        let ca = generate_identity(&cx, None, RSA, &IssueRequest::authority("CA", 1, VALIDITY)).unwrap();
        let make = |name: &str, serial, algorithm| {
            let address = format!("{name}@handset.example");
            let request = IssueRequest::mail(name, &[&address], serial, VALIDITY);
            generate_identity(&cx, Some(&ca), algorithm, &request).unwrap()
        };
        let rsa = make("rsa", 2, RSA);
        let ec = make("ec", 3, PublicKeyAlgorithm::Ec(Curve::P256));
        let ed = make("ed", 4, PublicKeyAlgorithm::Ed25519);
        let trust = [ca.certificate.clone()].into_iter().collect();
        World { crypto, trust, ca, rsa, ec, ed }
    })
}

fn signed() -> Vec<u8> {
    sign_attached(&world().cx(), CONTENT, &world().rsa, &SignatureOptions::default()).unwrap()
}

fn enveloped() -> Vec<u8> {
    let recipients = [world().rsa.certificate.clone(), world().ec.certificate.clone()];
    encrypt(&world().cx(), CONTENT, &recipients, &EncryptOptions::default()).unwrap()
}

/// The message with indefinite lengths wherever a constructed element stands, and its strings of octets cut into
/// segments; certificates stay as they were signed.
fn to_ber(der: &[u8]) -> Vec<u8> {
    fn convert(element: &Element<'_>, out: &mut Vec<u8>, certificates: bool) {
        if element.tag == Tag::OCTET_STRING || element.tag == Tag::context_primitive(0) {
            out.extend([element.raw[0] | 0x20, 0x80]);
            for piece in element.body.chunks(7) {
                if piece.len() % 2 == 1 {
                    out.extend(write::tlv_parts(0x24, &[write::octet_string(piece)]));
                } else {
                    out.extend(write::octet_string(piece));
                }
            }
            out.extend([0, 0]);
            return;
        }
        if !element.tag.constructed || certificates {
            out.extend_from_slice(element.raw);
            return;
        }
        out.extend([element.raw[0], 0x80]);
        let mut reader = element.reader();
        while let Some(child) = reader.next().unwrap() {
            // Names take part in comparisons as they are.
            let certificate = child.raw.len() > 200 && Certificate::from_der(child.raw).is_ok();
            convert(&child, out, certificate);
        }
        out.extend([0, 0]);
    }
    let mut out = Vec::new();
    convert(&Element::only(der, 0).unwrap(), &mut out, false);
    out
}

fn read_signed(bytes: &[u8], piece: usize) -> Result<(Vec<u8>, Vec<SignerReport>), CmsError> {
    let world = world();
    let mut content = Vec::new();
    let mut verifier = Verifier::new(&world.cx());
    for piece in bytes.chunks(piece.max(1)) {
        verifier.update(piece, &mut content)?;
    }
    let signed = verifier.finish()?;
    let reports = signed.reports(&world.cx(), None, &[], &world.trust, crate::Purpose::EmailSigning);
    Ok((content, reports))
}

fn read_enveloped(
    bytes: &[u8],
    piece: usize,
    identity: &Identity,
) -> Result<(Vec<u8>, Result<usize, DecryptError>), CmsError> {
    let world = world();
    let cx = world.cx();
    let mut held = Vec::new();
    let mut decryptor = Decryptor::new(&cx, std::slice::from_ref(identity));
    for piece in bytes.chunks(piece.max(1)) {
        decryptor.update(piece, &mut held)?;
    }
    let report = decryptor.finish(&mut held)?;
    Ok((held, report.opened_by))
}

#[test]
fn hashing_and_copying_is_both() {
    let world = world();
    let crypto = world.cx().crypto;
    let algorithms = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha1];
    for length in [0, 1, 8191, 8192, 8193, 100_000] {
        let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let (mut one, mut other) =
            (ContentDigests::new(crypto, algorithms), ContentDigests::new(crypto, algorithms));
        let mut out = b"before".to_vec();
        one.update_copying(&content, &mut out);
        other.update(&content);
        assert_eq!(one.finish(), other.finish());
        assert!(out.strip_prefix(b"before") == Some(&content[..]), "{length}");
    }
}

#[test]
fn signed_data_reads_the_same_in_pieces_of_every_size() {
    for message in [signed(), to_ber(&signed())] {
        let whole = read_signed(&message, usize::MAX).unwrap();
        assert_eq!(whole.0, CONTENT);
        assert!(whole.1.iter().all(SignerReport::valid) && whole.1.len() == 1, "{:?}", whole.1);
        for piece in (1..64).chain([100, 1000]) {
            assert_eq!(read_signed(&message, piece).unwrap(), whole, "{piece}");
        }
    }
}

#[test]
fn enveloped_data_reads_the_same_in_pieces_of_every_size() {
    for message in [enveloped(), to_ber(&enveloped())] {
        for identity in [&world().rsa, &world().ec] {
            for piece in (1..64).chain([100, 1000, usize::MAX]) {
                let read = read_enveloped(&message, piece, identity).unwrap();
                assert_eq!(read, (CONTENT.to_vec(), Ok(0)), "{piece}");
            }
        }
    }
}

#[test]
fn attributes_that_are_not_der_verify_and_are_noted() {
    let (_, reports) = read_signed(&to_ber(&signed()), 50).unwrap();
    assert!(reports[0].reencoded && reports[0].valid());
    let (_, reports) = read_signed(&signed(), 50).unwrap();
    assert!(!reports[0].reencoded && reports[0].valid());
}

#[test]
fn what_is_made_is_der() {
    for message in [signed(), enveloped()] {
        assert!(is_cms(&message));
        let element = Element::only(&message, 0).unwrap();
        assert_eq!(element.to_der(0x30, false).unwrap(), message);
    }
}

#[test]
fn every_truncation_and_every_tail_is_refused_with_its_place() {
    for message in [signed(), to_ber(&signed()), enveloped(), to_ber(&enveloped())] {
        let read = |bytes: &[u8]| match super::content_type(&message) {
            Some(oid::SIGNED_DATA) => read_signed(bytes, 11).map(|_| ()),
            _ => read_enveloped(bytes, 11, &world().ec).map(|_| ()),
        };
        for len in 0..message.len() {
            let error = read(&message[..len]).unwrap_err();
            assert_eq!(error, CmsError::Encoding(TlvError::Truncated { offset: len as u64 }));
        }
        let longer = [message.as_slice(), b"\n"].concat();
        let offset = message.len() as u64;
        assert_eq!(read(&longer), Err(CmsError::Encoding(TlvError::Trailing { offset })));
    }
}

/// A signature put together by hand.
struct Crafted {
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    /// The attributes as they are sent, without their tag, and as they are signed.
    attributes: Option<(Vec<u8>, Vec<u8>)>,
    declared: Vec<DigestAlgorithm>,
    digest: ObjectIdentifier,
    algorithm: Vec<u8>,
    id: Vec<u8>,
}

fn attribute(kind: ObjectIdentifier, value: Vec<u8>) -> Vec<u8> {
    write::sequence(&[write::oid(kind), write::tlv(0x31, &value)])
}

impl Crafted {
    fn new() -> Crafted {
        let mut crafted = Crafted {
            content_type: oid::DATA,
            content: CONTENT.to_vec(),
            attributes: None,
            declared: vec![DigestAlgorithm::Sha256],
            digest: digest_oid(DigestAlgorithm::Sha256),
            algorithm: write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()]),
            id: CertificateId::of(&world().rsa.certificate).write(0x30),
        };
        crafted.sign_attributes(crafted.usual());
        crafted
    }

    fn usual(&self) -> Vec<Vec<u8>> {
        let digest = world().crypto_digest(&self.content);
        vec![
            attribute(oid::CONTENT_TYPE, write::oid(self.content_type)),
            attribute(oid::MESSAGE_DIGEST, write::octet_string(&digest)),
        ]
    }

    fn sign_attributes(&mut self, attributes: Vec<Vec<u8>>) {
        self.attributes = Some((attributes.concat(), write::tlv(0x31, &attributes.concat())));
    }

    fn write(&self) -> Vec<u8> {
        let world = world();
        let signed = self.attributes.as_ref().map_or(self.content.as_slice(), |(_, signed)| signed);
        let key = world.rsa.key.load(&world.cx()).unwrap();
        let scheme = SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256);
        let signature = key.sign(scheme, &world.crypto_digest(signed)).unwrap();
        let digests: Vec<_> =
            self.declared.iter().map(|digest| write::sequence(&[write::oid(digest_oid(*digest))])).collect();
        let attributes = self.attributes.as_ref().map(|(sent, _)| write::tlv(0xa0, sent)).unwrap_or_default();
        let signer = write::sequence(&[
            write::small_integer(1),
            self.id.clone(),
            write::sequence(&[write::oid(self.digest)]),
            attributes,
            self.algorithm.clone(),
            write::octet_string(&signature),
        ]);
        signed_data(self.content_type, &self.content, &digests, &[world.rsa.certificate.der()], &[signer])
    }

    fn report(&self) -> SignerReport {
        let (content, mut reports) = read_signed(&self.write(), 999).unwrap();
        assert_eq!((content, reports.len()), (self.content.clone(), 1));
        reports.remove(0)
    }
}

/// SignedData around content of any type, by the RSA identity.
pub(crate) fn signed_as(content_type: ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    let mut crafted = Crafted { content_type, content: content.to_vec(), ..Crafted::new() };
    crafted.sign_attributes(crafted.usual());
    crafted.write()
}

/// EnvelopedData for recipients of these kinds, by their tags, with nothing in them.
pub(crate) fn envelope_to(tags: &[u8]) -> Vec<u8> {
    let recipients: Vec<_> = tags.iter().map(|tag| write::tlv(*tag, &[])).collect();
    let algorithm = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
    let identifier = write::sequence(&[write::oid(algorithm), write::octet_string(&[0; 16])]);
    envelope(&recipients, &identifier, &[0; 64])
}

impl World {
    fn crypto_digest(&self, bytes: &[u8]) -> Vec<u8> {
        self.cx().crypto.digest(DigestAlgorithm::Sha256, &[bytes])
    }
}

fn signed_data<C: AsRef<[u8]>, S: AsRef<[u8]>>(
    content_type: ObjectIdentifier,
    content: &[u8],
    digests: &[Vec<u8>],
    certificates: &[C],
    signers: &[S],
) -> Vec<u8> {
    let encapsulated =
        write::sequence(&[write::oid(content_type), write::tlv(0xa0, &write::octet_string(content))]);
    let body = write::sequence(&[
        write::small_integer(1),
        write::tlv_parts(0x31, digests),
        encapsulated,
        write::tlv_parts(0xa0, certificates),
        write::tlv_parts(0x31, signers),
    ]);
    write::sequence(&[write::oid(oid::SIGNED_DATA), write::tlv(0xa0, &body)])
}

#[test]
fn the_order_of_attributes_counts_as_it_was_sent() {
    let mut crafted = Crafted::new();
    assert!(crafted.report().valid());
    // Signed and sent in an order that is not DER: as sent it verifies.
    let mut reversed = crafted.usual();
    reversed.reverse();
    crafted.sign_attributes(reversed.clone());
    let report = crafted.report();
    assert!(report.valid() && !report.reencoded);
    // Signed in DER, sent in another order: only DER verifies, and that is noted.
    crafted.attributes = Some((reversed.concat(), write::set_of(reversed)));
    let report = crafted.report();
    assert!(report.valid() && report.reencoded);
}

#[test]
fn attributes_must_be_complete_and_true() {
    let mut crafted = Crafted::new();
    let usual = crafted.usual();
    let refused = |crafted: &mut Crafted, attributes: Vec<Vec<u8>>, error| {
        crafted.sign_attributes(attributes);
        assert_eq!(crafted.report().signature, Err(error));
    };
    let missing = |attribute| SignatureError::Attribute { attribute };
    refused(&mut crafted, vec![usual[0].clone()], missing("messageDigest"));
    refused(&mut crafted, vec![usual[1].clone()], missing("contentType"));
    refused(&mut crafted, [&usual[..], &usual[..1]].concat(), missing("contentType"));
    let other = attribute(oid::CONTENT_TYPE, write::oid(oid::SIGNED_DATA));
    refused(&mut crafted, vec![other, usual[1].clone()], SignatureError::ContentType);
    let other = attribute(oid::MESSAGE_DIGEST, write::octet_string(&[0; 32]));
    refused(&mut crafted, vec![usual[0].clone(), other], SignatureError::Content);
    // What is signed is not what is sent.
    crafted.attributes = Some((usual.concat(), write::tlv(0x31, &usual[0])));
    assert_eq!(crafted.report().signature, Err(SignatureError::Signature));
}

#[test]
fn attributes_may_be_missing_from_data_alone() {
    let mut crafted = Crafted::new();
    crafted.attributes = None;
    assert!(crafted.report().valid());
    crafted.content_type = oid::ENVELOPED_DATA;
    assert_eq!(crafted.report().signature, Err(SignatureError::NoAttributes));
    crafted.sign_attributes(crafted.usual());
    assert!(crafted.report().valid());
}

#[test]
fn attributes_lifted_from_another_message_are_not_content() {
    let mut crafted = Crafted::new();
    let stolen = write::tlv(0x31, &crafted.usual().concat());
    crafted.content = stolen;
    crafted.attributes = None;
    assert_eq!(crafted.report().signature, Err(SignatureError::Lifted));
}

#[test]
fn algorithms_must_be_known_declared_and_fit() {
    let mut crafted = Crafted::new();
    let md5 = ObjectIdentifier::new_unwrap("1.2.840.113549.2.5");
    crafted.digest = md5;
    assert_eq!(crafted.report().signature, Err(SignatureError::UnsupportedDigest { algorithm: md5 }));
    let mut crafted = Crafted::new();
    crafted.declared = vec![DigestAlgorithm::Sha512];
    let digest = DigestAlgorithm::Sha256;
    assert_eq!(crafted.report().signature, Err(SignatureError::UndeclaredDigest { digest }));
    let mut crafted = Crafted::new();
    let dsa = ObjectIdentifier::new_unwrap("1.2.840.10040.4.3");
    crafted.algorithm = write::sequence(&[write::oid(dsa)]);
    assert_eq!(crafted.report().signature, Err(SignatureError::UnsupportedSignature { algorithm: dsa }));
    for scheme in [
        SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha512),
        SignatureScheme::Ecdsa(DigestAlgorithm::Sha256),
        SignatureScheme::Ed25519,
    ] {
        crafted.algorithm = signature_identifier(scheme);
        assert_eq!(crafted.report().signature, Err(SignatureError::Mismatch), "{scheme:?}");
    }
    crafted.algorithm = signature_identifier(SignatureScheme::RsaPkcs1(DigestAlgorithm::Sha256));
    assert!(crafted.report().valid());
}

#[test]
fn a_key_identifier_may_be_primitive_or_constructed() {
    let mut crafted = Crafted::new();
    let id = world().rsa.certificate.subject_key_id().unwrap().to_vec();
    crafted.id = write::tlv(0x80, &id);
    assert!(crafted.report().valid());
    crafted.id = write::tlv(0xa0, &write::octet_string(&id));
    assert!(crafted.report().valid());
    crafted.id = write::tlv(0x80, &id[1..]);
    let report = crafted.report();
    assert_eq!(report.signature, Err(SignatureError::NoCertificate));
    assert!(report.path.is_err() && report.certificate.is_none());
}

#[test]
fn untrusted_signers_are_not_valid() {
    let read = open_signed(&world().cx(), &signed(), &TrustStore::new()).unwrap();
    assert_eq!(read.signers[0].signature, Ok(()));
    assert!(read.signers[0].path.is_err() && !read.signers[0].valid());
}

#[test]
fn the_certificate_for_answers_is_the_preferred_one() {
    let world = world();
    let signing = world.person("p@handset.example", 50, KeyUsage::DIGITAL_SIGNATURE);
    let reading = world.person("p@handset.example", 51, KeyUsage::KEY_ENCIPHERMENT);
    let answer = |signer: &Identity, options: &SignatureOptions| {
        let signed = sign_attached(&world.cx(), CONTENT, signer, options).unwrap();
        let mut read = open_signed(&world.cx(), &signed, &world.trust).unwrap();
        read.signers.remove(0).encryption_certificate
    };
    let with = SignatureOptions {
        encryption_certificate: Some(reading.certificate.clone()),
        ..SignatureOptions::default()
    };
    let without = SignatureOptions::default();
    assert_eq!(answer(&signing, &with), Some(reading.certificate.clone()));
    assert_eq!(answer(&world.rsa, &with), Some(reading.certificate.clone()));
    assert_eq!(answer(&world.rsa, &without), Some(world.rsa.certificate.clone()));
    assert_eq!(answer(&signing, &without), None);
}

#[test]
fn chains_are_included_without_their_root() {
    let world = world();
    let mut signer = world.rsa.clone();
    signer.chain = vec![world.ec.certificate.clone(), world.ca.certificate.clone()];
    let included = |include_chain| {
        let options = SignatureOptions { include_chain, ..SignatureOptions::default() };
        let signed = sign_attached(&world.cx(), CONTENT, &signer, &options).unwrap();
        open_signed(&world.cx(), &signed, &world.trust).unwrap().certificates
    };
    assert_eq!(included(false), [signer.certificate.clone()]);
    let chain = included(true);
    assert_eq!(chain.len(), 2);
    assert!(!chain.contains(&world.ca.certificate));
}

fn signer_count(count: usize) -> Result<usize, CmsError> {
    let world = world();
    let signer = write::sequence(&[
        write::small_integer(1),
        CertificateId::of(&world.rsa.certificate).write(0x30),
        write::sequence(&[write::oid(digest_oid(DigestAlgorithm::Sha256))]),
        write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()]),
        write::octet_string(&[0; 4]),
    ]);
    let message = signed_data::<&[u8], _>(oid::DATA, b"", &[], &[], &vec![signer; count]);
    read_signed(&message, 4096).map(|(_, reports)| reports.len())
}

#[test]
fn signers_stop_at_the_bound() {
    assert_eq!(signer_count(SIGNERS_MAX), Ok(SIGNERS_MAX));
    assert_eq!(signer_count(SIGNERS_MAX + 1), Err(CmsError::TooMany { what: "signers", limit: SIGNERS_MAX }));
}

#[test]
fn certificates_and_digests_stop_at_the_bound() {
    let certificate = world().rsa.certificate.der();
    let with = |certificates: usize, digests: usize| {
        let digest = write::sequence(&[write::oid(digest_oid(DigestAlgorithm::Sha256))]);
        let certificates = vec![certificate; certificates];
        let message = signed_data::<_, &[u8]>(oid::DATA, b"", &vec![digest; digests], &certificates, &[]);
        read_signed(&message, 4096).map(|_| ())
    };
    assert_eq!(with(CERTIFICATES_MAX, DIGESTS_MAX), Ok(()));
    assert_eq!(
        with(CERTIFICATES_MAX + 1, 1),
        Err(CmsError::TooMany { what: "certificates", limit: CERTIFICATES_MAX })
    );
    assert_eq!(
        with(1, DIGESTS_MAX + 1),
        Err(CmsError::TooMany { what: "digest algorithms", limit: DIGESTS_MAX })
    );
}

#[test]
fn attributes_of_a_signer_stop_at_the_bound() {
    let with = |count: usize| {
        let mut crafted = Crafted::new();
        let mut attributes = crafted.usual();
        let other = attribute(ObjectIdentifier::new_unwrap("1.2.3.4"), write::NULL.to_vec());
        attributes.resize(count, other);
        crafted.sign_attributes(attributes);
        crafted.report().valid()
    };
    assert!(with(ATTRIBUTES_MAX));
    assert!(!with(ATTRIBUTES_MAX + 1));
}

fn transport(certificate: &Certificate) -> Vec<u8> {
    write::sequence(&[
        write::small_integer(0),
        CertificateId::of(certificate).write(0x30),
        write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()]),
        write::octet_string(&[7; 256]),
    ])
}

fn envelope<R: AsRef<[u8]>>(recipients: &[R], algorithm: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let content = write::sequence(&[&write::oid(oid::DATA), algorithm, &write::tlv(0x80, ciphertext)]);
    let body = write::sequence(&[write::small_integer(0), write::tlv_parts(0x31, recipients), content]);
    write::sequence(&[write::oid(oid::ENVELOPED_DATA), write::tlv(0xa0, &body)])
}

fn aes(iv: &[u8]) -> Vec<u8> {
    write::sequence(&[write::oid(oid::AES128_CBC), write::octet_string(iv)])
}

#[test]
fn recipients_stop_at_the_bound() {
    let with = |count: usize| {
        let other = transport(&world().ca.certificate);
        let message = envelope(&vec![other; count], &aes(&[0; 16]), &[0; 16]);
        decrypt(&world().cx(), &message, std::slice::from_ref(&world().rsa))
            .map(|decrypted| (decrypted.recipients.len(), decrypted.opened_by))
    };
    assert_eq!(with(RECIPIENTS_MAX), Ok((RECIPIENTS_MAX, Err(DecryptError::NoIdentity))));
    let many = CmsError::TooMany { what: "recipients", limit: RECIPIENTS_MAX };
    assert_eq!(with(RECIPIENTS_MAX + 1), Err(many.clone()));
    let certificates = vec![world().rsa.certificate.clone(); RECIPIENTS_MAX + 1];
    let encrypted = encrypt(&world().cx(), b"", &certificates, &EncryptOptions::default());
    assert_eq!(encrypted, Err(many));
    assert_eq!(encrypt(&world().cx(), b"", &[], &EncryptOptions::default()), Err(CmsError::NoRecipients));
}

#[test]
fn keys_of_one_agreement_count_as_recipients() {
    let with = |count: usize| {
        let id = CertificateId::of(&world().ec.certificate).write(0x30);
        let key = write::sequence(&[id, write::octet_string(&[0; 40])]);
        let point = [write::sequence(&[write::oid(RSA_ENCRYPTION)]), write::tlv(0x03, &[0, 4, 1])].concat();
        let agreement = write::tlv_parts(
            0xa1,
            &[
                write::small_integer(3),
                write::tlv(0xa0, &write::tlv(0xa1, &point)),
                write::sequence(&[write::oid(oid::STD_DH_SHA256_KDF)]),
                write::sequence(&vec![key; count]),
            ],
        );
        let message = envelope(&[agreement], &aes(&[0; 16]), &[0; 16]);
        decrypt(&world().cx(), &message, &[]).map(|decrypted| decrypted.recipients.len())
    };
    assert_eq!(with(RECIPIENTS_MAX), Ok(RECIPIENTS_MAX));
    assert!(matches!(with(RECIPIENTS_MAX + 1), Err(CmsError::TooMany { .. })));
}

#[test]
fn structures_stop_at_the_bound_all_together() {
    // Two strings in the place of digest algorithms and certificates, filled up to the bound and one octet past it.
    let with = |size: usize| {
        let filler = write::tlv(0xa3, &vec![0; size]);
        let message = signed_data::<_, &[u8]>(oid::DATA, &vec![0; 4096], &[], &[filler], &[]);
        read_signed(&message, 65_536).map(|_| ())
    };
    // Content type, version, an empty set, the inner content type, the set's header, the filler's, and signers.
    let around = 11 + 3 + 2 + 11 + 5 + 5 + 2;
    assert_eq!(with(STRUCTURES_MAX - around), Ok(()));
    let error = with(STRUCTURES_MAX - around + 1).unwrap_err();
    assert!(
        matches!(error, CmsError::Encoding(TlvError::TooLarge { limit: STRUCTURES_MAX, .. })),
        "{error:?}"
    );
}

#[test]
fn nesting_stops_at_the_bound() {
    // ContentInfo, [0], SignedData, EncapsulatedContentInfo, [0]: the string's own frames come on top.
    let with = |depth: usize| {
        let string = (5..depth - 1).fold(write::octet_string(b"x"), |inner, _| write::tlv(0x24, &inner));
        let explicit = write::tlv(0xa0, &string);
        let body = write::sequence(&[
            write::small_integer(1),
            write::set_of(Vec::new()),
            write::sequence(&[write::oid(oid::DATA), explicit]),
            write::set_of(Vec::new()),
        ]);
        let message = write::sequence(&[write::oid(oid::SIGNED_DATA), write::tlv(0xa0, &body)]);
        read_signed(&message, 5).map(|(content, _)| content)
    };
    assert_eq!(with(DEPTH_MAX + 1), Ok(b"x".to_vec()));
    assert!(matches!(with(DEPTH_MAX + 2), Err(CmsError::Encoding(TlvError::Depth { .. }))));
}

#[test]
fn lengths_that_lie_cost_nothing() {
    let mut message = signed();
    // The outermost length, three octets long, claims most of four gigabytes.
    let lie = [&[0x30, 0x84, 0xf0, 0, 0, 0][..], &message.split_off(4)].concat();
    assert!(matches!(read_signed(&lie, 4096), Err(CmsError::Encoding(TlvError::Truncated { .. }))));
    let huge =
        [&[0x30, 0x80][..], &write::oid(oid::SIGNED_DATA), &[0xa0, 0x80, 0x30, 0x80, 2, 0x84, 0x7f]].concat();
    let huge = [&huge[..], &[0xff, 0xff, 0xff, 0]].concat();
    assert!(matches!(read_signed(&huge, 4096), Err(CmsError::Encoding(TlvError::TooLarge { .. }))));
}

#[test]
fn what_is_not_read_here_is_named() {
    for kind in ["1.2.840.113549.1.7.5", "1.2.840.113549.1.9.16.1.2", "1.2.840.113549.1.7.1"] {
        let content_type = ObjectIdentifier::new_unwrap(kind);
        let message =
            write::sequence(&[write::oid(content_type), write::tlv(0xa0, &write::sequence::<&[u8]>(&[]))]);
        assert!(is_cms(&message));
        let error = Err(CmsError::Unsupported { content_type });
        assert_eq!(read_signed(&message, 9).map(|_| ()), error);
        assert_eq!(decrypt(&world().cx(), &message, &[]).map(|_| ()), error);
    }
    assert!(matches!(decrypt(&world().cx(), &signed(), &[]), Err(CmsError::Unsupported { .. })));
    assert!(matches!(read_signed(&enveloped(), 9), Err(CmsError::Unsupported { .. })));
}

#[test]
fn unknown_ciphers_are_named_and_authenticated_ones_are_not_taken() {
    let rsa = std::slice::from_ref(&world().rsa);
    for (algorithm, parameters) in [
        ("2.16.840.1.101.3.4.1.6", write::sequence(&[write::octet_string(&[0; 12])])),
        ("1.2.840.113549.3.4", write::NULL.to_vec()),
        ("2.16.840.1.101.3.4.1.2", write::octet_string(&[0; 15])),
    ] {
        let algorithm = ObjectIdentifier::new_unwrap(algorithm);
        let identifier = write::sequence(&[write::oid(algorithm), parameters]);
        let message = envelope(&[transport(&rsa[0].certificate)], &identifier, &[0; 16]);
        let decrypted = decrypt(&world().cx(), &message, rsa).unwrap();
        assert_eq!(decrypted.opened_by, Err(DecryptError::UnsupportedCipher { algorithm }));
        assert_eq!(decrypted.content, None);
    }
    for cipher in [BulkCipher::DesCbc, BulkCipher::Rc2Cbc { effective_bits: 40 }] {
        let recipients = [rsa[0].certificate.clone()];
        let options = EncryptOptions { cipher, ..EncryptOptions::default() };
        assert!(encrypt(&world().cx(), b"", &recipients, &options).is_err());
    }
}

#[test]
fn a_wrong_key_a_wrong_padding_and_a_wrong_length_are_one_error() {
    let rsa = std::slice::from_ref(&world().rsa);
    // An encrypted key that decrypts to nothing: the random key that takes its place shows only in the padding.
    let nonsense = envelope(&[transport(&rsa[0].certificate)], &aes(&[0; 16]), &[9; 32]);
    let short = envelope(&[transport(&rsa[0].certificate)], &aes(&[0; 16]), &[9; 31]);
    let empty = envelope(&[transport(&rsa[0].certificate)], &aes(&[0; 16]), &[]);
    let mut damaged = enveloped();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    for message in [nonsense, short, empty, damaged] {
        let decrypted = decrypt(&world().cx(), &message, rsa).unwrap();
        assert_eq!(decrypted.opened_by, Err(DecryptError::Failed));
        assert_eq!(decrypted.content, None);
    }
}

#[test]
fn a_later_key_opens_what_an_earlier_one_does_not() {
    let world = world();
    // The first recipient info is for the same certificate but carries nonsense.
    let good = enveloped();
    let element = Element::only(&good, 0).unwrap();
    let mut parts = element.reader();
    parts.next().unwrap();
    let body = parts.next().unwrap().unwrap().reader().next().unwrap().unwrap();
    let mut fields = body.reader();
    let version = fields.next().unwrap().unwrap().raw;
    let recipients = fields.next().unwrap().unwrap().body;
    let content = fields.next().unwrap().unwrap().raw;
    let with = |nonsense: usize| {
        let nonsense = transport(&world.rsa.certificate).repeat(nonsense);
        let recipients = write::tlv_parts(0x31, &[&nonsense[..], recipients]);
        let body = write::sequence(&[version, &recipients, content]);
        let message = write::sequence(&[write::oid(oid::ENVELOPED_DATA), write::tlv(0xa0, &body)]);
        decrypt(&world.cx(), &message, std::slice::from_ref(&world.rsa)).unwrap()
    };
    let opened = with(super::ATTEMPTS_MAX - 1);
    assert_eq!((opened.opened_by, opened.content.as_deref()), (Ok(0), Some(CONTENT)));
    let failed = with(super::ATTEMPTS_MAX);
    assert_eq!((failed.opened_by, failed.content), (Err(DecryptError::Failed), None));
    // Older identities are tried as well, and the one that opened it is named.
    let identities = [world.person("old@handset.example", 60, KeyUsage::KEY_ENCIPHERMENT), world.ec.clone()];
    let opened = decrypt(&world.cx(), &good, &identities).unwrap();
    assert_eq!((opened.opened_by, opened.content.as_deref()), (Ok(1), Some(CONTENT)));
}

#[test]
fn recipients_are_described() {
    let opened = decrypt(&world().cx(), &enveloped(), &[]).unwrap();
    assert_eq!(opened.opened_by, Err(DecryptError::NoIdentity));
    let mut expected = vec![
        CertificateId::of(&world().rsa.certificate).describe(),
        CertificateId::of(&world().ec.certificate).describe(),
    ];
    let mut found = opened.recipients.clone();
    found.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!(found, expected);
    assert!(matches!(&found[0], RecipientId::IssuerSerial { issuer, .. } if issuer == "CN=CA"));
    let decrypted = decrypt(&world().cx(), &enveloped(), std::slice::from_ref(&world().rsa)).unwrap();
    assert!(!format!("{decrypted:?}").contains("content"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_messages_never_panic_and_pieces_do_not_matter(
        which in 0usize..6,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
        piece in 1usize..70,
    ) {
        let mut bytes = match which {
            0 => signed(),
            1 => to_ber(&signed()),
            2 => enveloped(),
            3 => to_ber(&enveloped()),
            4 => algorithms::authenticated(true),
            _ => to_ber(&algorithms::authenticated(false)),
        };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        prop_assert_eq!(read_signed(&bytes, piece), read_signed(&bytes, usize::MAX));
        let ec = &world().ec;
        prop_assert_eq!(read_enveloped(&bytes, piece, ec), read_enveloped(&bytes, usize::MAX, ec));
        let _ = open_signed(&world().cx(), &bytes, &world().trust);
        let _ = decrypt(&world().cx(), &bytes, &[world().rsa.clone(), world().ec.clone()]);
    }

    #[test]
    fn any_octets_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = is_cms(&bytes);
        let _ = open_signed(&world().cx(), &bytes, &world().trust);
        let _ = decrypt(&world().cx(), &bytes, std::slice::from_ref(&world().rsa));
    }

    #[test]
    fn content_of_any_length_comes_back(content in proptest::collection::vec(any::<u8>(), 0..100)) {
        let world = world();
        let signed = sign_attached(&world.cx(), &content, &world.ec, &SignatureOptions::default()).unwrap();
        let read = open_signed(&world.cx(), &signed, &world.trust).unwrap();
        prop_assert!(read.signers[0].valid());
        prop_assert_eq!(&read.content, &content);
        let recipients = [world.rsa.certificate.clone()];
        let encrypted = encrypt(&world.cx(), &content, &recipients, &EncryptOptions::default()).unwrap();
        let read = decrypt(&world.cx(), &encrypted, std::slice::from_ref(&world.rsa)).unwrap();
        prop_assert_eq!(read.content, Some(content));
    }
}
