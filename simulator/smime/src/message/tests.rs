//! Messages over the stand-in provider: MIME forms, layers, senders.

use super::{
    AddressMatch, DecryptError, EncryptOptions, LAYERS_MAX, Layer, OpenOptions, Opened, SignOptions,
    SignatureError, SmimeError, encrypt, open, sign,
};
use crate::cms::tests::world;
use crate::cms::{self, CmsError};
use crate::mime::{Entity, MimeError};
use crate::{BulkCipher, DigestAlgorithm, Identity, Timestamp};
use proptest::prelude::*;

mod protection;

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n--not a boundary\r\n";

fn options(opaque: bool) -> SignOptions {
    SignOptions {
        digest: DigestAlgorithm::Sha256,
        signing_time: Some(Timestamp(1_000)),
        opaque,
        include_chain: true,
        encryption_certificate: None,
        boundary: "b1".into(),
        ..SignOptions::default()
    }
}

fn signed(opaque: bool) -> Vec<u8> {
    sign(&world().cx(), ENTITY, &world().rsa, &options(opaque)).unwrap()
}

fn encrypted(entity: &[u8]) -> Vec<u8> {
    encrypt(&world().cx(), entity, &[world().rsa.certificate.clone()], &EncryptOptions::default()).unwrap()
}

fn try_open(message: &[u8], identities: &[Identity]) -> Result<Opened, SmimeError> {
    let options = OpenOptions {
        identities,
        trust: &world().trust,
        intermediates: &[],
        path: crate::PathOptions::default(),
        from: None,
        check_from: true,
    };
    open(&world().cx(), message, &options)
}

fn open_as_rsa(message: &[u8]) -> Opened {
    try_open(message, std::slice::from_ref(&world().rsa)).unwrap()
}

#[test]
fn plain_messages_come_back_as_they_are() {
    for message in
        [ENTITY, b"", b"Subject: x\n\nbody", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"]
    {
        let opened = open_as_rsa(message);
        assert_eq!(opened.content.as_deref(), Some(message));
        assert!(opened.layers.is_empty());
        assert!(!opened.is_signed() && !opened.is_encrypted() && !opened.all_valid());
    }
}

#[test]
fn signed_messages_have_the_form_of_the_standard() {
    let detached = String::from_utf8(signed(false)).unwrap();
    let start = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\tmicalg=sha-256; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n";
    assert!(detached.starts_with(start), "{detached}");
    assert!(detached.contains("Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"));
    assert!(detached.ends_with("\r\n--b1--\r\n"));
    let opaque = String::from_utf8(signed(true)).unwrap();
    assert!(opaque.starts_with("Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n"));
    let encrypted = String::from_utf8(encrypted(ENTITY)).unwrap();
    assert!(encrypted.starts_with("Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n"));
    for message in [detached, opaque, encrypted] {
        assert!(message.split("\r\n").all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])));
        assert!(message.ends_with("\r\n"));
    }
}

#[test]
fn line_ends_are_made_canonical_before_anything_is_signed() {
    let unix = String::from_utf8(ENTITY.to_vec()).unwrap().replace("\r\n", "\n");
    for opaque in [false, true] {
        let message = sign(&world().cx(), unix.as_bytes(), &world().rsa, &options(opaque)).unwrap();
        assert_eq!(open_as_rsa(&message).content.as_deref(), Some(ENTITY));
    }
    assert_eq!(open_as_rsa(&encrypted(unix.as_bytes())).content.as_deref(), Some(ENTITY));
}

#[test]
fn binary_bodies_keep_their_octets() {
    let entity = b"Content-Type: image/x\nContent-Transfer-Encoding: binary\n\n\x00\n\x01\r\n";
    let expected = b"Content-Type: image/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\n\x01\r\n";
    for opaque in [false, true] {
        let message = sign(&world().cx(), entity, &world().rsa, &options(opaque)).unwrap();
        let opened = open_as_rsa(&message);
        assert!(opened.all_valid(), "{opened:?}");
        assert_eq!(opened.content.as_deref(), Some(&expected[..]));
    }
}

#[test]
fn boundaries_must_do() {
    let with = |boundary: &str| {
        let options = SignOptions { boundary: boundary.into(), ..options(false) };
        sign(&world().cx(), ENTITY, &world().rsa, &options).map(|_| ())
    };
    assert_eq!(with("b2"), Ok(()));
    assert_eq!(with(""), Err(MimeError::Boundary.into()));
    assert_eq!(with("a\"b"), Err(MimeError::Boundary.into()));
    assert_eq!(with("not a"), Err(MimeError::BoundaryInContent.into()));
}

#[test]
fn every_spelling_of_the_types_is_taken() {
    let detached = String::from_utf8(signed(false)).unwrap();
    for (from, to) in [
        ("application/pkcs7-signature", "application/x-pkcs7-signature"),
        ("micalg=sha-256", "micalg=md5"),
        ("\tmicalg=sha-256; ", "\t"),
        ("protocol=\"application/pkcs7-signature\";", ""),
        ("Content-Type: multipart/signed", "content-type: MULTIPART/Signed"),
        ("\r\n", "\n"),
        ("--b1\r\n", "--b1 \t\r\n"),
        ("\r\n--b1--", "\r\n\r\n--b1--"),
    ] {
        let message = detached.replace(from, to);
        let opened = open_as_rsa(message.as_bytes());
        assert!(opened.all_valid(), "{from} -> {to}: {opened:?}");
    }
    let opaque = String::from_utf8(signed(true)).unwrap();
    for (from, to) in [
        ("application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime"),
        ("application/pkcs7-mime; smime-type=signed-data", "application/octet-stream"),
        ("smime-type=signed-data", "smime-type=enveloped-data"),
        ("\r\n", "\n"),
    ] {
        let message = opaque.replace(from, to);
        let opened = open_as_rsa(message.as_bytes());
        assert!(opened.all_valid() && opened.content.as_deref() == Some(ENTITY), "{from} -> {to}");
    }
}

#[test]
fn cms_may_come_in_binary() {
    let cms = cms::sign_attached(&world().cx(), ENTITY, &world().rsa, &Default::default()).unwrap();
    for encoding in ["binary", "7bit", "8BIT"] {
        for end in ["", "\r\n", "\n\n"] {
            let head = format!(
                "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
            );
            let opened = open_as_rsa(&[head.as_bytes(), &cms, end.as_bytes()].concat());
            assert!(opened.all_valid());
        }
    }
    let message = [b"Content-Type: application/pkcs7-mime\r\n\r\n", &cms[..], b"garbage"].concat();
    assert!(matches!(try_open(&message, &[]), Err(SmimeError::Cms(CmsError::Encoding(_)))));
}

#[test]
fn other_kinds_of_signed_and_attached_things_are_left_alone() {
    for message in [
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\r\n\r\n--b\r\n",
        "Content-Type: application/octet-stream; name=a.p7m\r\n\r\nnot cms",
        "Content-Type: application/octet-stream\r\n\r\nx",
    ] {
        let opened = open_as_rsa(message.as_bytes());
        assert!(opened.layers.is_empty() && opened.content.as_deref() == Some(message.as_bytes()));
    }
}

#[test]
fn encrypted_parts_inside_other_parts_are_not_opened() {
    let inner = encrypted(b"Content-Type: text/plain\r\n\r\nsecret\r\n");
    let around = [
        &b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\n<img src=\"http://e/\r\n--m\r\n"[..],
        &inner,
        b"\r\n--m--\r\n",
    ]
    .concat();
    let opened = open_as_rsa(&around);
    assert!(opened.layers.is_empty());
    assert_eq!(opened.content, Some(around));
}

#[test]
fn layers_are_told_outermost_first() {
    let both = encrypted(&signed(false));
    let opened = open_as_rsa(&both);
    assert!(opened.all_valid() && opened.is_signed() && opened.is_encrypted());
    assert_eq!(opened.content.as_deref(), Some(ENTITY));
    let [Layer::Encrypted(outer), Layer::Signed(inner)] = opened.layers.as_slice() else {
        panic!("{opened:?}")
    };
    assert_eq!(
        (outer.cipher, outer.legacy, outer.opened_by.clone()),
        (Some(BulkCipher::Aes256Cbc), false, Ok(0))
    );
    assert!(inner.detached && inner.certificates == [world().rsa.certificate.clone()]);
    assert!(!format!("{opened:?}").contains("Hello"));
}

#[test]
fn layers_stop_at_the_bound() {
    let nested = |count: usize| (0..count).fold(ENTITY.to_vec(), |entity, _| encrypted(&entity));
    let opened = open_as_rsa(&nested(LAYERS_MAX));
    assert_eq!((opened.layers.len(), opened.content.as_deref()), (LAYERS_MAX, Some(ENTITY)));
    let error = try_open(&nested(LAYERS_MAX + 1), std::slice::from_ref(&world().rsa));
    assert_eq!(error, Err(SmimeError::TooManyLayers { limit: LAYERS_MAX }));
}

#[test]
fn a_layer_that_fails_releases_nothing() {
    let outer = sign(&world().cx(), &encrypted(&signed(false)), &world().rsa, &options(true)).unwrap();
    let opened = try_open(&outer, std::slice::from_ref(&world().ec)).unwrap();
    assert_eq!((opened.layers.len(), opened.content.as_deref()), (2, None));
    assert!(opened.is_encrypted() && !opened.all_valid());
    let Layer::Encrypted(layer) = &opened.layers[1] else { panic!("{opened:?}") };
    assert_eq!(layer.opened_by, Err(DecryptError::NoIdentity));
}

#[test]
fn changed_content_is_released_with_its_report() {
    let changed = String::from_utf8(signed(false)).unwrap().replace("Hello", "Hallo");
    let opened = open_as_rsa(changed.as_bytes());
    assert!(opened.content.is_some() && !opened.all_valid());
    assert_eq!(opened.signers().next().unwrap().signature, Err(SignatureError::Content));
}

#[test]
fn senders_are_compared_with_the_signer() {
    let message = |from: &str| [from.as_bytes(), &signed(false)].concat();
    let address = |message: &[u8]| open_as_rsa(message).signers().next().unwrap().address.clone();
    assert_eq!(address(&message("")), AddressMatch::NotChecked);
    assert_eq!(address(&message("From: =?utf-8?q?R=C3=BC?= <rsa@HANDSET.example>\r\n")), AddressMatch::Match);
    let mismatch = AddressMatch::Mismatch {
        from: "eve@handset.example".into(),
        certificate: vec!["rsa@handset.example".into()],
    };
    assert_eq!(address(&message("From: \"rsa@handset.example\" <eve@handset.example>\r\n")), mismatch);
    let two = "From: rsa@handset.example\r\nFrom: eve@handset.example\r\n";
    assert_eq!(address(&message(two)), mismatch);
    // The envelope's sender counts, not one inside.
    let inside = encrypted(&message("From: rsa@handset.example\r\n"));
    assert_eq!(address(&[b"From: eve@handset.example\r\n", &inside[..]].concat()), mismatch);

    let with = |from: Option<&str>, check_from| {
        let options = OpenOptions {
            identities: &[],
            trust: &world().trust,
            intermediates: &[],
            path: crate::PathOptions::default(),
            from,
            check_from,
        };
        let message = message("From: eve@handset.example\r\n");
        open(&world().cx(), &message, &options).unwrap().signers().next().unwrap().address.clone()
    };
    assert_eq!(with(Some("rsa@handset.example"), true), AddressMatch::Match);
    assert_eq!(with(None, false), AddressMatch::NotChecked);
    assert_eq!(with(None, true), mismatch);
}

#[test]
fn the_same_seed_gives_the_same_message() {
    let make = || {
        let crypto = crate::fake::FakeCrypto::new(3);
        let cx = crate::Context { now: Timestamp(1_000), crypto: &crypto };
        let signed = sign(&cx, ENTITY, &world().rsa, &options(false)).unwrap();
        encrypt(&cx, &signed, &[world().ec.certificate.clone()], &EncryptOptions::default()).unwrap()
    };
    assert_eq!(make(), make());
}

#[test]
fn messages_that_cannot_be_read_say_why() {
    let open = |message: &str| try_open(message.as_bytes(), &[]).unwrap_err();
    assert_eq!(
        open("Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"\r\n\r\nx"),
        MimeError::Boundary.into()
    );
    assert_eq!(
        open("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nTW!u"),
        MimeError::Base64 { offset: 2 }.into()
    );
    assert_eq!(
        open("Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nx"),
        MimeError::TransferEncoding { encoding: "x-uuencode".into() }.into()
    );
}

#[test]
fn certificates_alone_are_a_layer_without_content() {
    use crate::tlv::write;
    let certificate = world().rsa.certificate.der();
    let body = write::sequence(&[
        write::small_integer(1),
        write::set_of(Vec::new()),
        write::sequence(&[write::oid(cms::DATA)]),
        write::tlv(0xa0, certificate),
        write::set_of(Vec::new()),
    ]);
    let signed_data = const_oid::ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
    let cms = write::sequence(&[write::oid(signed_data), write::tlv(0xa0, &body)]);
    let message = [b"Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n\r\n", &cms[..]].concat();
    let opened = open_as_rsa(&message);
    assert_eq!(opened.content, None);
    let [Layer::Signed(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
    assert!(layer.signers.is_empty() && layer.certificates == [world().rsa.certificate.clone()]);
    assert!(!opened.is_signed() && !opened.all_valid());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mutated_messages_never_panic(
        which in 0usize..3,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..5),
        lines in proptest::collection::vec(any::<proptest::sample::Index>(), 0..3),
    ) {
        let mut bytes = match which {
            0 => signed(false),
            1 => signed(true),
            _ => encrypted(&signed(false)),
        };
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        for line in lines {
            let mut parts: Vec<&[u8]> = bytes.split_inclusive(|octet| *octet == b'\n').collect();
            if !parts.is_empty() {
                parts.remove(line.index(parts.len()));
            }
            bytes = parts.concat();
        }
        let opened = try_open(&bytes, std::slice::from_ref(&world().rsa));
        if let Ok(opened) = &opened && opened.content.is_none() {
            prop_assert!(!opened.all_valid());
        }
        let _ = Entity::read(&bytes).map(|entity| (entity.content_type(), entity.file_name()));
    }

    #[test]
    fn entities_of_any_octets_come_back(body in proptest::collection::vec(any::<u8>(), 0..200), opaque: bool) {
        let entity = [b"Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n", &body[..]].concat();
        prop_assume!(!crate::mime::contains_boundary(&entity, "b1"));
        let message = sign(&world().cx(), &entity, &world().rsa, &options(opaque)).unwrap();
        let opened = open_as_rsa(&encrypted(&message));
        prop_assert!(opened.all_valid());
        prop_assert_eq!(opened.content, Some(entity));
    }
}
