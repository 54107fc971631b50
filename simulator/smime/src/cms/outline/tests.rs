use super::super::tests::world;
use super::super::{EncryptOptions, KeyTransport, SignatureOptions, encrypt, sign_attached};
use super::*;
use crate::tlv::write;
use crate::{BulkCipher, DigestAlgorithm, Timestamp, TlvError};

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n";

#[test]
fn every_field_of_signed_data_is_named() {
    let world = world();
    let options = SignatureOptions {
        signing_time: Some(Timestamp(1_767_225_600_000)),
        encryption_certificate: Some(world.ec.certificate.clone()),
        signing_certificate: true,
        ..SignatureOptions::default()
    };
    let message = sign_attached(&world.cx(), CONTENT, &world.rsa, &options).unwrap();
    let outline = outline(&message).unwrap();
    assert!(outline.encoding.is_der() && outline.size == message.len() as u64);
    let Body::Signed(signed) = outline.body else { panic!("{outline:?}") };
    assert_eq!((signed.version, signed.content_size), (1, Some(CONTENT.len() as u64)));
    assert_eq!(signed.digests.iter().map(oid_name).collect::<Vec<_>>(), [Some("SHA-256")]);
    assert!(signed.certificates.contains(&world.ec.certificate));
    let [signer] = signed.signers.as_slice() else { panic!("{:?}", signed.signers) };
    assert_eq!(signer.certificate.as_ref(), Some(&world.rsa.certificate));
    let attributes = signer.signed.as_ref().unwrap();
    assert_eq!(attributes.signing_time, Some(Timestamp(1_767_225_600_000)));
    assert_eq!(attributes.capabilities, super::super::CAPABILITIES);
    assert!(attributes.encryption_key.is_some() && attributes.signing_certificates[0].version_2);
    assert!(attributes.types.iter().all(|kind| oid_name(kind).is_some()));
}

#[test]
fn every_field_of_enveloped_data_is_named() {
    let world = world();
    let recipients = [world.rsa.certificate.clone(), world.ec.certificate.clone()];
    let oaep = KeyTransport::Oaep { digest: DigestAlgorithm::Sha384, mgf: DigestAlgorithm::Sha1 };
    let options =
        EncryptOptions { cipher: BulkCipher::Aes256Gcm, transport: oaep, ..EncryptOptions::default() };
    let message = encrypt(&world.cx(), CONTENT, &recipients, &options).unwrap();
    let Body::Enveloped(enveloped) = outline(&message).unwrap().body else { panic!() };
    assert!(enveloped.authenticated);
    assert_eq!((enveloped.cipher, enveloped.iv_size), (Some(BulkCipher::Aes256Gcm), Some(12)));
    assert_eq!((enveloped.ciphertext_size, enveloped.tag_size), (Some(CONTENT.len() as u64), Some(16)));
    let mut kinds = (0, 0);
    for recipient in enveloped.recipients {
        match recipient {
            RecipientOutline::Transport(transport) => {
                kinds.0 += 1;
                let oaep = transport.oaep.unwrap();
                assert_eq!((oaep.digest, oaep.mgf), (DigestAlgorithm::Sha384, DigestAlgorithm::Sha1));
            }
            RecipientOutline::Agreement(agreement) => {
                kinds.1 += 1;
                assert_eq!(agreement.derivation, Some(DigestAlgorithm::Sha256));
                assert_eq!(agreement.wrap_bits, Some(256));
                let Originator::Ephemeral { point_size, .. } = agreement.originator else { panic!() };
                assert_eq!(point_size, 65);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kinds, (1, 1));
}

#[test]
fn pieces_do_not_matter_and_content_passes() {
    let world = world();
    let recipients = [world.rsa.certificate.clone()];
    let mut messages = vec![
        sign_attached(&world.cx(), CONTENT, &world.rsa, &SignatureOptions::default()).unwrap(),
        encrypt(&world.cx(), CONTENT, &recipients, &EncryptOptions::default()).unwrap(),
        write::sequence(&[write::oid(super::super::DATA), vec![0xa0, 3, 4, 1, 7]]),
    ];
    let (mut ber, options) = (Vec::new(), SignatureOptions::default());
    let mut writer =
        super::super::SignedWriter::new(&world.cx(), &world.ec, &options, None, &mut ber).unwrap();
    writer.update(CONTENT, &mut ber);
    writer.finish(&mut ber).unwrap();
    messages.push(ber);
    for message in messages {
        let whole = outline(&message).unwrap();
        for piece in [1, 2, 7, 100] {
            let (mut reader, mut content) = (OutlineReader::new(), Vec::new());
            message.chunks(piece).for_each(|piece| reader.update(piece, &mut content).unwrap());
            assert_eq!(reader.finish().as_ref(), Ok(&whole));
            assert_eq!(content, if matches!(whole.body, Body::Signed(_)) { CONTENT } else { b"" });
        }
    }
}

#[test]
fn what_stands_around_the_content_is_bounded() {
    let message = |size: usize| {
        let filler = write::tlv(0xa0, &write::tlv(0x30, &vec![0; size]));
        let data = write::tlv(
            0x30,
            &[
                write::small_integer(1),
                write::tlv(0x31, &[]),
                write::sequence(&[write::oid(super::super::DATA)]),
                filler,
                write::tlv(0x31, &[]),
            ]
            .concat(),
        );
        write::sequence(&[write::oid(super::super::SIGNED_DATA), write::tlv(0xa0, &data)])
    };
    let around = message(OUTLINE_MAX / 2).len() - OUTLINE_MAX / 2;
    // What holds other elements is not kept itself.
    let kept = around - 4 * 5 - 3 - 11;
    let failed = |size| matches!(outline(&message(size)), Err(CmsError::Encoding(TlvError::TooLarge { .. })));
    let exact = (OUTLINE_MAX - kept - 64..OUTLINE_MAX - kept + 64).find(|size| failed(*size)).unwrap();
    assert!(!failed(exact - 1) && failed(exact));
    assert!(OUTLINE_MAX.abs_diff(exact) < 64, "{exact}");
}

#[test]
fn damage_is_told_with_its_place() {
    let world = world();
    let message = sign_attached(&world.cx(), CONTENT, &world.rsa, &SignatureOptions::default()).unwrap();
    for len in 0..message.len() {
        assert!(matches!(outline(&message[..len]), Err(CmsError::Encoding(_))), "{len}");
    }
    let longer = [&message[..], &[0]].concat();
    let offset = message.len() as u64;
    assert_eq!(outline(&longer), Err(TlvError::Trailing { offset }.into()));
    let mut other = message.clone();
    other[0] = 0x31;
    let expected = "a content info";
    assert_eq!(outline(&other), Err(TlvError::Unexpected { offset: 0, expected }.into()));
}

#[test]
fn the_encoding_is_seen() {
    let of = |bytes: &[u8]| {
        let mut encoding = Encoding::default();
        encoding.look_at(&Element::only(bytes, 0).unwrap()).unwrap();
        encoding
    };
    assert!(of(&[0x30, 3, 4, 1, 0]).is_der());
    assert!(of(&[0x30, 0x80, 4, 1, 0, 0, 0]).indefinite);
    assert!(of(&[0x30, 0x81, 3, 4, 1, 0]).long_lengths);
    assert!(of(&[0x30, 5, 0x24, 3, 4, 1, 0]).constructed_strings);
    assert!(of(&[0x31, 6, 2, 1, 2, 2, 1, 1]).unsorted_sets);
    assert!(of(&[0x31, 6, 2, 1, 1, 2, 1, 2]).is_der());
}

#[test]
fn names_are_identifiers_and_each_stands_for_one() {
    let mut seen = Vec::new();
    for (text, name) in super::names::NAMES {
        let oid = ObjectIdentifier::new(text).unwrap_or_else(|_| panic!("{text}"));
        assert_eq!(oid_name(&oid), Some(*name));
        assert!(!seen.contains(name), "{name}");
        seen.push(*name);
    }
}
