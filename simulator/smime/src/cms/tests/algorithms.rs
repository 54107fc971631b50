//! AuthEnvelopedData, key encryption, several signers, what names certificates, countersignatures.

use super::*;
use crate::cms::{
    AgreementWrap, AuthenticatedAttributes, COUNTERSIGNATURES_MAX, EnvelopedWriter, KeyAgreement,
    KeyEncryption, KeyTransport, SenderProfile, SignedWriter, Signer, agreement, certificates_only, cipher,
    ess, sign_attached_by,
};

fn gcm(attributes: bool) -> EncryptOptions {
    let time = AuthenticatedAttributes { signing_time: Some(Timestamp(5_000)) };
    EncryptOptions {
        cipher: BulkCipher::Aes256Gcm,
        authenticated_attributes: attributes.then_some(time),
        ..EncryptOptions::default()
    }
}

pub(super) fn authenticated(attributes: bool) -> Vec<u8> {
    let recipients = [world().rsa.certificate.clone(), world().ec.certificate.clone()];
    encrypt(&world().cx(), CONTENT, &recipients, &gcm(attributes)).unwrap()
}

#[test]
fn authenticated_content_opens_in_pieces_of_every_size() {
    for attributes in [false, true] {
        let der = authenticated(attributes);
        assert_eq!(Element::only(&der, 0).unwrap().to_der(0x30, false).unwrap(), der);
        for message in [der.clone(), to_ber(&der)] {
            for identity in [&world().rsa, &world().ec] {
                for piece in (1..64).chain([1000, usize::MAX]) {
                    let read = read_enveloped(&message, piece, identity).unwrap();
                    assert_eq!(read, (CONTENT.to_vec(), Ok(0)), "{piece}");
                }
            }
            let opened = decrypt(&world().cx(), &message, std::slice::from_ref(&world().ec)).unwrap();
            assert!(opened.authenticated && !opened.legacy);
            assert_eq!(opened.cipher, Some(BulkCipher::Aes256Gcm));
            assert_eq!(opened.authenticated_time, attributes.then_some(Timestamp(5_000)));
        }
    }
}

#[test]
fn nothing_is_released_before_the_tag() {
    let ec = std::slice::from_ref(&world().ec);
    for attributes in [false, true] {
        let message = authenticated(attributes);
        let mut refused = 0;
        // From the ciphertext on every octet counts: content, attributes and tag.
        for at in message.len() - CONTENT.len() - 16..message.len() {
            let mut changed = message.clone();
            changed[at] ^= 1;
            if let Ok(opened) = decrypt(&world().cx(), &changed, ec) {
                assert_eq!((opened.opened_by, opened.content), (Err(DecryptError::Failed), None), "{at}");
                assert_eq!(opened.authenticated_time, None);
                refused += 1;
            }
        }
        assert!(refused > 20, "{refused}");
    }
}

/// AuthEnvelopedData put together by hand: ciphertext under a known key, attributes as sent, tag cut to a length.
fn crafted(
    content_type: ObjectIdentifier,
    attributes: Option<(Vec<u8>, Vec<u8>)>,
    tag: usize,
    said: u32,
) -> Vec<u8> {
    let world = world();
    let (key, nonce) = ([5; 16], [6; 12]);
    let mut encryptor = world.cx().crypto.encryptor(BulkCipher::Aes128Gcm, &key, &nonce).unwrap();
    if let Some((_, signed)) = &attributes {
        encryptor.additional_data(signed).unwrap();
    }
    let mut ciphertext = Vec::new();
    encryptor.update(CONTENT, &mut ciphertext).unwrap();
    let mac = encryptor.finish(None).unwrap();
    let encrypted = world.cx().crypto.encrypt_pkcs1(world.rsa.certificate.spki_der(), &key).unwrap();
    let recipient = write::sequence(&[
        write::small_integer(0),
        CertificateId::of(&world.rsa.certificate).write(0x30),
        write::sequence(&[write::oid(RSA_ENCRYPTION), write::NULL.to_vec()]),
        write::octet_string(&encrypted),
    ]);
    let parameters = write::sequence(&[write::octet_string(&nonce), write::small_integer(said)]);
    let identifier = write::sequence(&[write::oid(oid::AES128_GCM), parameters]);
    let info = write::sequence(&[write::oid(content_type), identifier, write::tlv(0x80, &ciphertext)]);
    let body = write::sequence(&[
        write::small_integer(0),
        write::tlv_parts(0x31, &[recipient]),
        info,
        attributes.map(|(sent, _)| write::tlv(0xa1, &sent)).unwrap_or_default(),
        write::octet_string(&mac[..tag]),
        write::tlv(0xa2, &attribute(oid::SIGNING_TIME, write::NULL.to_vec())),
    ]);
    write::sequence(&[write::oid(oid::AUTH_ENVELOPED_DATA), write::tlv(0xa0, &body)])
}

fn open_crafted(message: &[u8]) -> Result<usize, DecryptError> {
    let read = decrypt(&world().cx(), message, std::slice::from_ref(&world().rsa)).unwrap();
    assert_eq!(read.content.is_some(), read.opened_by.is_ok());
    read.opened_by
}

#[test]
fn tags_have_the_length_that_is_said_and_not_less_than_twelve() {
    let unsupported = Err(DecryptError::UnsupportedCipher { algorithm: oid::AES128_GCM });
    for (tag, said, expected) in [
        (16, 16, Ok(0)),
        (12, 12, Ok(0)),
        (12, 16, Err(DecryptError::Failed)),
        (16, 12, Err(DecryptError::Failed)),
        (11, 11, unsupported.clone()),
        (16, 17, unsupported),
    ] {
        assert_eq!(open_crafted(&crafted(oid::DATA, None, tag, said)), expected, "{tag} {said}");
    }
}

#[test]
fn authenticated_attributes_are_der_and_name_the_content() {
    let named = |kind| attribute(oid::CONTENT_TYPE, write::oid(kind));
    let time = attribute(oid::SIGNING_TIME, crate::tlv::write_time(Timestamp(0)));
    let both = |a: &Vec<u8>, b: &Vec<u8>| Some((a.clone(), write::tlv(0x31, b)));
    let data = named(oid::DATA);
    let sorted = [data.clone(), time.clone()].concat();
    let reversed = [time.clone(), data.clone()].concat();
    assert_eq!(open_crafted(&crafted(oid::DATA, both(&sorted, &sorted), 16, 16)), Ok(0));
    // Sent in another order than DER has, authenticated as DER.
    assert_eq!(open_crafted(&crafted(oid::DATA, both(&reversed, &sorted), 16, 16)), Ok(0));
    for (kind, attributes) in [
        (oid::DATA, both(&reversed, &reversed)),
        (oid::DATA, both(&data, &sorted)),
        (oid::SIGNED_DATA, both(&data, &data)),
        (oid::SIGNED_DATA, None),
    ] {
        assert_eq!(open_crafted(&crafted(kind, attributes, 16, 16)), Err(DecryptError::Failed));
    }
    let other = named(oid::SIGNED_DATA);
    assert_eq!(open_crafted(&crafted(oid::SIGNED_DATA, both(&other, &other), 16, 16)), Ok(0));
}

#[test]
fn streams_of_authenticated_content_are_der_or_ber() {
    let world = world();
    let recipients = [world.ec.certificate.clone()];
    let long = vec![3; 150_000];
    for length in [None, Some(long.len() as u64)] {
        let mut out = Vec::new();
        let mut writer =
            EnvelopedWriter::new(&world.cx(), &recipients, &gcm(true), length, &mut out).unwrap();
        for piece in long.chunks(9_999) {
            writer.update(piece, &mut out).unwrap();
        }
        writer.finish(&mut out).unwrap();
        assert_eq!(out[1] == 0x80, length.is_none());
        assert!(read_enveloped(&out, 7_777, &world.ec).unwrap() == (long.clone(), Ok(0)));
    }
    let options = EncryptOptions { cipher: BulkCipher::Aes256Cbc, ..gcm(true) };
    assert!(matches!(encrypt(&world.cx(), b"", &recipients, &options), Err(CmsError::Crypto(_))));
}

#[test]
fn every_way_to_encrypt_a_key_opens_and_is_reported() {
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let world = world();
    let both = [world.rsa.certificate.clone(), world.ec.certificate.clone()];
    for digest in [Sha1, Sha224, Sha256, Sha384, Sha512] {
        for mgf in [Sha1, Sha256, Sha512] {
            for wrap_bits in [128, 192, 256] {
                let options = EncryptOptions {
                    transport: KeyTransport::Oaep { digest, mgf },
                    agreement: KeyAgreement { digest, wrap_bits },
                    identify_by_key: wrap_bits == 192,
                    ..EncryptOptions::default()
                };
                let message = encrypt(&world.cx(), CONTENT, &both, &options).unwrap();
                for (identity, expected) in [
                    (&world.rsa, KeyEncryption::Transport(KeyTransport::Oaep { digest, mgf })),
                    (&world.ec, KeyEncryption::Agreement { digest, wrap: AgreementWrap::Aes(wrap_bits) }),
                ] {
                    let read = decrypt(&world.cx(), &message, std::slice::from_ref(identity)).unwrap();
                    assert_eq!(read.content.as_deref(), Some(CONTENT));
                    assert_eq!(read.key_encryption, Some(expected));
                    let by_key = read.recipients.iter().all(|id| matches!(id, RecipientId::KeyId(_)));
                    assert_eq!(by_key, options.identify_by_key);
                }
            }
        }
    }
    let options = EncryptOptions {
        agreement: KeyAgreement { digest: Sha256, wrap_bits: 64 },
        ..EncryptOptions::default()
    };
    assert!(encrypt(&world.cx(), CONTENT, &both, &options).is_err());
    let ed = [world.ed.certificate.clone()];
    let refused = encrypt(&world.cx(), CONTENT, &ed, &EncryptOptions::default());
    assert_eq!(refused, Err(CmsError::RecipientKey { index: 0 }));
}

/// What Apple's library writes: ECDH with SHA-1, eight octets of keying material, the content key in CBC with padding
/// under the agreed key; NULL in place of the vector in the derivation.
fn as_apple_writes(wrap: BulkCipher, with_vector: bool) -> Vec<u8> {
    let world = world();
    let crypto = world.cx().crypto;
    let content_key = [8; 16];
    let (iv, material) = (vec![4; cipher::block_len(wrap)], [1, 2, 3, 4, 5, 6, 7, 8]);
    let algorithm = cipher::algorithm(wrap).unwrap_or(oid::TRIPLE_DES_CBC);
    let sent = write::sequence(&[write::oid(algorithm), write::octet_string(&iv)]);
    let null = write::sequence(&[write::oid(algorithm), write::NULL.to_vec()]);
    let derived = if with_vector { &sent } else { &null };
    let agreed = crypto.agree_ephemeral(Curve::P256, world.ec.certificate.public_key()).unwrap();
    let bits = (cipher::key_len(wrap) * 8) as u16;
    let kek = agreement::key_encryption_key(
        crypto,
        DigestAlgorithm::Sha1,
        &agreed.shared,
        derived,
        Some(&material),
        bits,
    );
    let mut encryptor = crypto.encryptor(wrap, &kek, &iv).unwrap();
    let mut wrapped = Vec::new();
    encryptor.update(&content_key, &mut wrapped).unwrap();
    encryptor.update(cipher::padding(16, iv.len()), &mut wrapped).unwrap();
    encryptor.finish(None).unwrap();
    let originator = write::tlv_parts(
        0xa1,
        &[
            write::sequence(&[write::oid(crate::algorithm::EC_PUBLIC_KEY), write::NULL.to_vec()]),
            write::tlv_parts(0x03, &[&[0][..], &agreed.public_point]),
        ],
    );
    let id = CertificateId::of(&world.ec.certificate).write(0x30);
    let recipient = write::tlv_parts(
        0xa1,
        &[
            write::small_integer(3),
            write::tlv(0xa0, &originator),
            write::tlv(0xa1, &write::octet_string(&material)),
            write::sequence(&[write::oid(oid::STD_DH_SHA1_KDF), sent]),
            write::sequence(&[write::sequence(&[id, write::octet_string(&wrapped)])]),
        ],
    );
    let mut content = crypto.encryptor(BulkCipher::Aes128Cbc, &content_key, &[2; 16]).unwrap();
    let mut ciphertext = Vec::new();
    content.update(CONTENT, &mut ciphertext).unwrap();
    content.update(cipher::padding(CONTENT.len() as u64, 16), &mut ciphertext).unwrap();
    content.finish(None).unwrap();
    envelope(&[recipient], &aes(&[2; 16]), &ciphertext)
}

#[test]
fn keys_that_apple_encrypts_open() {
    for wrap in
        [BulkCipher::TripleDesCbc, BulkCipher::Aes128Cbc, BulkCipher::Aes192Cbc, BulkCipher::Aes256Cbc]
    {
        let ec = std::slice::from_ref(&world().ec);
        let read = decrypt(&world().cx(), &as_apple_writes(wrap, false), ec).unwrap();
        assert_eq!(read.content.as_deref(), Some(CONTENT), "{wrap:?}");
        let digest = DigestAlgorithm::Sha1;
        let expected = KeyEncryption::Agreement { digest, wrap: AgreementWrap::Cbc(wrap) };
        assert_eq!(read.key_encryption, Some(expected));
        let other = decrypt(&world().cx(), &as_apple_writes(wrap, true), ec).unwrap();
        assert_eq!(other.opened_by, Err(DecryptError::Failed));
    }
}

#[test]
fn several_signers_sign_each_in_their_way() {
    let world = world();
    let pss = SignatureOptions {
        digest: DigestAlgorithm::Sha384,
        pss: true,
        identify_by_key: true,
        ..SignatureOptions::default()
    };
    let usual = SignatureOptions { signing_certificate: true, ..SignatureOptions::default() };
    let all = [
        Signer { identity: &world.rsa, options: &pss },
        Signer { identity: &world.ec, options: &usual },
        Signer { identity: &world.ed, options: &usual },
    ];
    let message = sign_attached_by(&world.cx(), CONTENT, &all).unwrap();
    assert_eq!(Element::only(&message, 0).unwrap().to_der(0x30, false).unwrap(), message);
    for message in [message.clone(), to_ber(&message)] {
        let (content, reports) = read_signed(&message, 100).unwrap();
        assert_eq!((content.as_slice(), reports.len()), (CONTENT, 3));
        assert!(reports.iter().all(SignerReport::valid), "{reports:?}");
        let by = |scheme| reports.iter().find(|report| report.scheme == Some(scheme)).unwrap();
        let sha384 = DigestAlgorithm::Sha384;
        let rsa = by(SignatureScheme::RsaPss { digest: sha384, mgf: sha384, salt_len: 48 });
        assert!(rsa.certificate.as_ref() == Some(&world.rsa.certificate) && !rsa.certificate_signed);
        let ec = by(SignatureScheme::Ecdsa(DigestAlgorithm::Sha256));
        assert!(ec.certificate.as_ref() == Some(&world.ec.certificate) && ec.certificate_signed);
        let ed = by(SignatureScheme::Ed25519);
        assert_eq!((ed.digest, ed.certificate_signed), (Some(DigestAlgorithm::Sha512), true));
    }
    assert_eq!(sign_attached_by(&world.cx(), CONTENT, &[]), Err(CmsError::NoSigners));
    let old = SignatureOptions { digest: DigestAlgorithm::Sha1, ..SignatureOptions::default() };
    assert!(matches!(sign_attached(&world.cx(), CONTENT, &world.rsa, &old), Err(CmsError::Crypto(_))));
    let many = |count| vec![Signer { identity: &world.rsa, options: &usual }; count];
    let at = sign_attached_by(&world.cx(), CONTENT, &many(SIGNERS_MAX)).unwrap();
    assert_eq!(read_signed(&at, 1000).unwrap().1.len(), SIGNERS_MAX);
    let over = sign_attached_by(&world.cx(), CONTENT, &many(SIGNERS_MAX + 1));
    assert_eq!(over, Err(CmsError::TooMany { what: "signers", limit: SIGNERS_MAX }));
}

#[test]
fn several_signers_stream_as_der_when_all_lengths_are_known() {
    let world = world();
    let options = SignatureOptions::default();
    let signer = |identity| Signer { identity, options: &options };
    for (signers, fixed) in [
        (vec![signer(&world.rsa), signer(&world.ed)], true),
        (vec![signer(&world.rsa), signer(&world.ec)], false),
    ] {
        let mut out = Vec::new();
        let length = Some(CONTENT.len() as u64);
        let mut writer = SignedWriter::with_signers(&world.cx(), &signers, length, &mut out).unwrap();
        CONTENT.chunks(5).for_each(|piece| writer.update(piece, &mut out));
        writer.finish(&mut out).unwrap();
        assert_eq!(out[1] != 0x80, fixed);
        let (content, reports) = read_signed(&out, 33).unwrap();
        assert!(content == CONTENT && reports.len() == 2 && reports.iter().all(SignerReport::valid));
    }
}

#[test]
fn the_signing_certificate_must_be_the_one_that_is_named() {
    let world = world();
    let crypto = world.cx().crypto;
    let named = |certificate: &Certificate| ess::write_v2(crypto, DigestAlgorithm::Sha384, certificate);
    let old = |hash: &[u8]| {
        let id = write::sequence(&[write::octet_string(hash)]);
        write::sequence(&[write::sequence(&[id])])
    };
    let sha1 = |certificate: &Certificate| crypto.digest(DigestAlgorithm::Sha1, &[certificate.der()]);
    let (own, other) = (&world.rsa.certificate, &world.ec.certificate);
    let wrong = Err(SignatureError::SigningCertificate);
    for (kind, value, expected) in [
        (oid::SIGNING_CERTIFICATE_V2, named(own), Ok(())),
        (oid::SIGNING_CERTIFICATE_V2, named(other), wrong.clone()),
        (oid::SIGNING_CERTIFICATE_V2, write::NULL.to_vec(), wrong.clone()),
        (oid::SIGNING_CERTIFICATE, old(&sha1(own)), Ok(())),
        (oid::SIGNING_CERTIFICATE, old(&sha1(other)), wrong),
    ] {
        let mut crafted = Crafted::new();
        let mut attributes = crafted.usual();
        attributes.push(super::attribute(kind, value));
        crafted.sign_attributes(attributes);
        let report = crafted.report();
        assert_eq!(report.signature, expected);
        assert_eq!(report.certificate_signed, expected.is_ok());
    }
}

/// A countersignature by `ec` over a signature's octets.
fn countersignature(over: &[u8], with_type: bool, attributes: bool) -> Vec<u8> {
    let world = world();
    let mut signed = vec![attribute(oid::MESSAGE_DIGEST, write::octet_string(&world.crypto_digest(over)))];
    if with_type {
        signed.push(attribute(oid::CONTENT_TYPE, write::oid(oid::DATA)));
    }
    let set = write::set_of(signed);
    let scheme = SignatureScheme::Ecdsa(DigestAlgorithm::Sha256);
    let key = world.ec.key.load(&world.cx()).unwrap();
    let signature = key.sign(scheme, &world.crypto_digest(if attributes { &set } else { over })).unwrap();
    let implicit = [&[0xa0], &set[1..]].concat();
    write::sequence(&[
        write::small_integer(1),
        CertificateId::of(&world.ec.certificate).write(0x30),
        write::sequence(&[write::oid(digest_oid(DigestAlgorithm::Sha256))]),
        if attributes { implicit } else { Vec::new() },
        signature_identifier(scheme),
        write::octet_string(&signature),
    ])
}

/// The message with unsigned attributes at its only signer, made from the signature.
fn with_unsigned(make: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<u8> {
    let world = world();
    let message = signed();
    let mut found = None;
    let parser_signers = {
        // The last SET of the message holds the signer.
        let body = Element::only(&message, 0).unwrap();
        let mut reader = body.reader();
        reader.next().unwrap();
        let data = reader.next().unwrap().unwrap().reader().next().unwrap().unwrap();
        let mut reader = data.reader();
        while let Some(element) = reader.next().unwrap() {
            found = Some(element.body.to_vec());
        }
        found.unwrap()
    };
    let signer = Element::only(&parser_signers, 0).unwrap();
    let mut parts = Vec::new();
    let mut reader = signer.reader();
    while let Some(part) = reader.next().unwrap() {
        parts.push(part.raw.to_vec());
    }
    let signature = Element::only(parts.last().unwrap(), 0).unwrap().body.to_vec();
    parts.push(write::tlv_parts(0xa1, &make(&signature)));
    let digests = [write::sequence(&[write::oid(digest_oid(DigestAlgorithm::Sha256))])];
    let certificates = [world.rsa.certificate.der(), world.ec.certificate.der()];
    signed_data(oid::DATA, CONTENT, &digests, &certificates, &[write::sequence(&parts)])
}

#[test]
fn countersignatures_are_judged_and_reported() {
    let attribute = |value: Vec<u8>| vec![attribute(oid::COUNTERSIGNATURE, value)];
    for (message, expected) in [
        (with_unsigned(|s| attribute(countersignature(s, false, true))), Ok(())),
        (with_unsigned(|s| attribute(countersignature(s, false, false))), Ok(())),
        (with_unsigned(|_| attribute(countersignature(b"other", false, true))), Err(SignatureError::Content)),
        (
            with_unsigned(|_| attribute(countersignature(b"other", false, false))),
            Err(SignatureError::Signature),
        ),
        (with_unsigned(|s| attribute(countersignature(s, true, true))), Err(SignatureError::ContentType)),
    ] {
        let (_, reports) = read_signed(&message, 77).unwrap();
        assert!(reports[0].valid(), "{:?}", reports[0]);
        let [counter] = reports[0].countersignatures.as_slice() else { panic!("{reports:?}") };
        assert_eq!(counter.signature, expected);
        assert_eq!(counter.certificate.as_ref(), Some(&world().ec.certificate));
        assert_eq!(counter.scheme, Some(SignatureScheme::Ecdsa(DigestAlgorithm::Sha256)));
        assert!(counter.path.is_ok() && !counter.weak);
    }
}

#[test]
fn countersignatures_stop_at_the_bound_and_unreadable_ones_are_left_out() {
    let many = |count: usize| {
        with_unsigned(|s| {
            vec![attribute(oid::COUNTERSIGNATURE, countersignature(s, false, true).repeat(count))]
        })
    };
    let (_, reports) = read_signed(&many(COUNTERSIGNATURES_MAX), 1000).unwrap();
    assert_eq!(reports[0].countersignatures.len(), COUNTERSIGNATURES_MAX);
    let what = "countersignatures";
    let over = read_signed(&many(COUNTERSIGNATURES_MAX + 1), 1000).map(|_| ());
    assert_eq!(over, Err(CmsError::TooMany { what, limit: COUNTERSIGNATURES_MAX }));
    let odd = with_unsigned(|_| {
        vec![
            write::NULL.to_vec(),
            attribute(oid::COUNTERSIGNATURE, write::NULL.to_vec()),
            attribute(oid::SIGNING_TIME, vec![0x30, 9]),
        ]
    });
    let (_, reports) = read_signed(&odd, 1000).unwrap();
    assert!(reports[0].valid() && reports[0].countersignatures.is_empty());
}

#[test]
fn certificates_alone_are_written_once_and_bounded() {
    let (rsa, ec) = (&world().rsa.certificate, &world().ec.certificate);
    let message = certificates_only(&[rsa.clone(), ec.clone(), rsa.clone()]).unwrap();
    let mut verifier = Verifier::new(&world().cx());
    verifier.update(&message, &mut Vec::new()).unwrap();
    let read = verifier.finish().unwrap();
    assert!(!read.attached && read.signer_count() == 0 && read.certificates.len() == 2);
    assert!(certificates_only(&vec![rsa.clone(); CERTIFICATES_MAX]).is_ok());
    let over = certificates_only(&vec![rsa.clone(); CERTIFICATES_MAX + 1]);
    assert!(matches!(over, Err(CmsError::TooMany { limit: CERTIFICATES_MAX, .. })));
}

#[test]
fn profiles_decide_the_attributes() {
    let world = world();
    for profile in [SenderProfile::Ios, SenderProfile::Outlook, SenderProfile::Strict] {
        let options = SignatureOptions {
            encryption_certificate: Some(world.rsa.certificate.clone()),
            ..profile.signature_options()
        };
        let message = sign_attached(&world.cx(), CONTENT, &world.ec, &options).unwrap();
        let (_, reports) = read_signed(&message, 500).unwrap();
        assert!(reports[0].valid());
        assert_eq!(reports[0].capabilities, profile.capabilities());
        assert_eq!(reports[0].encryption_certificate.as_ref(), Some(&world.rsa.certificate));
        assert_eq!(reports[0].certificate_signed, profile == SenderProfile::Strict);
        let microsoft = write::oid(oid::MICROSOFT_ENCRYPTION_KEY_PREFERENCE);
        let named = message.windows(microsoft.len()).any(|window| window == microsoft);
        assert_eq!(named, profile != SenderProfile::Strict);
    }
}
