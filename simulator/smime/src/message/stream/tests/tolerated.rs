//! What readers cope with: byte order marks, compressed layers inside, content that is no mail, boundaries that are
//! missing.

use super::*;
use crate::ObjectIdentifier;
use crate::cms::tests::{envelope_to, signed_as};
use crate::message::{DecryptError, RecipientId};

const MARK: &str = "\u{feff}";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// CompressedData as its content type has it, without a ContentInfo.
fn compressed_data(entity: &[u8]) -> Vec<u8> {
    let cms = bare(&compress(entity));
    let mut reader = crate::tlv::Element::only(&cms, 0).unwrap().reader();
    reader.required("").unwrap();
    reader.required("").unwrap().reader().required("").unwrap().raw.to_vec()
}

#[test]
fn a_byte_order_mark_in_front_of_a_header_goes() {
    let marked = format!("{MARK}{MESSAGE}");
    for piece in PIECES {
        let signed = sign(marked.as_bytes(), beside(), true, piece).unwrap();
        assert!(signed.starts_with(OUTER.as_bytes()), "{}", String::from_utf8_lossy(&signed));
        assert!(verify(&signed, piece).unwrap().0.is_verified());
        let sealed =
            encrypt(marked.as_bytes(), BulkCipher::Aes256Cbc, Some(length(marked.as_bytes(), piece)), piece);
        assert!(sealed.starts_with(OUTER.as_bytes()));
        assert_eq!(decrypt(&sealed, piece).unwrap().1, ENTITY.as_bytes());
        // What is read has it too.
        let outside = [MARK.as_bytes(), &signed].concat();
        assert!(verify(&outside, piece).unwrap().0.is_verified());
    }
    let plain = message::split(MESSAGE.as_bytes()).unwrap();
    assert_eq!(message::split(marked.as_bytes()).unwrap(), plain);
    // Text keeps what it has, whole or in part.
    for text in ["\u{feff}no header", "\u{feff}", "\u{feff}two\n\nlines"] {
        for piece in PIECES {
            let signed = sign(
                text.as_bytes(),
                SignedForm::Around { length: Some(length(text.as_bytes(), piece)) },
                false,
                piece,
            );
            let content = verify(&signed.unwrap(), 9).unwrap().1;
            let body = text.replace('\n', "\r\n");
            assert_eq!(
                String::from_utf8(content).unwrap(),
                format!("Content-Type: text/plain\r\n\r\n{body}")
            );
        }
    }
    let partial = sign(b"\xef\xbb", beside(), false, 1).unwrap();
    assert!(verify(&partial, 9).unwrap().1.ends_with(b"\r\n\r\n\xef\xbb"));
}

#[test]
fn the_line_of_a_damaged_header_is_counted_from_the_envelope() {
    let error = |line| Err(SmimeError::from(MimeError::HeaderLine { line }));
    assert_eq!(sign(b"From x Mon\nA: b\nnonsense\n\nbody", beside(), false, 9), error(3));
    assert_eq!(sign(b"Note: this is\nall text\n", beside(), false, 9), error(2));
}

#[test]
fn text_in_front_of_fields_is_no_message_for_anybody() {
    let signed = sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap();
    for junk in [[b"junk line\n", &signed[..]].concat(), b"\xef\n*:".to_vec(), b"a b\nX: y\n\nbody".to_vec()]
    {
        for piece in PIECES {
            assert_eq!(verify(&junk, piece).unwrap().0.outermost, Outermost::Unknown);
            assert_eq!(decrypt(&junk, piece).unwrap().0.outermost, Outermost::Unknown);
        }
    }
    for front in ["\u{feff}", "\n\r\n", "From eve Mon\n"] {
        let front = [front.as_bytes(), &signed].concat();
        assert!(verify(&front, 9).unwrap().0.is_verified());
    }
}

#[test]
fn a_multipart_without_its_last_boundary_is_noted() {
    let signed = sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap();
    let cut = &signed[..signed.len() - "--b1--\r\n".len()];
    for piece in PIECES {
        let (whole, _) = verify(&signed, piece).unwrap();
        let (found, held) = verify(cut, piece).unwrap();
        assert!(whole.is_verified() && !whole.unclosed && found.is_verified() && found.unclosed);
        assert_eq!(held, ENTITY.as_bytes());
    }
}

#[test]
fn compressed_layers_inside_are_taken_off() {
    let compressed = compress(&compress(ENTITY.as_bytes()));
    let around = sign(&compressed, SignedForm::Around { length: None }, false, 100).unwrap();
    for piece in PIECES {
        let mut verifications = vec![verify(&around, piece).unwrap()];
        for content in [bare(&compress(ENTITY.as_bytes())), compressed_data(ENTITY.as_bytes())] {
            verifications.push(verify(&signed_as(cms::COMPRESSED_DATA, &content), piece).unwrap());
        }
        verifications.push(verify(&signed_as(cms::DATA, &bare(&compressed)), piece).unwrap());
        for (found, held) in verifications {
            assert!(found.is_verified() && found.expanded, "{found:?}");
            assert_eq!(held, ENTITY.as_bytes());
        }
        let sealed = encrypt(&compressed, BulkCipher::Aes256Cbc, None, piece);
        let (found, held) = decrypt(&sealed, piece).unwrap();
        assert!(found.layer.unwrap().opened_by.is_ok() && found.expanded);
        assert_eq!(held, ENTITY.as_bytes());
    }
    // Beside its signature in base64, which survives what is done to lines.
    let mut text = Vec::new();
    message::write::base64(&bare(&compressed), &mut text);
    let head = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\n";
    let signed = sign(&[&head[..], &text].concat(), beside(), false, 100).unwrap();
    for piece in PIECES {
        let (found, held) = verify(&signed, piece).unwrap();
        assert!(found.is_verified() && found.expanded);
        assert_eq!(held, ENTITY.as_bytes());
    }
    // What only looks like it stays as it is.
    for text in
        ["Content-Type: application/pkcs7-mime\r\n\r\nnothing", "Content-Type: text/p7z\r\n\r\nx", "x", ""]
    {
        let (found, held) = verify(&signed_as(cms::DATA, text.as_bytes()), 7).unwrap();
        assert!(found.is_verified() && !found.expanded && held == text.as_bytes(), "{text}");
    }
}

#[test]
fn compressed_layers_inside_stop_at_their_bounds_and_tell_of_nothing_unchecked() {
    let nested = |depth: usize| (0..depth).fold(ENTITY.as_bytes().to_vec(), |inner, _| compress(&inner));
    let around = |entity: &[u8]| sign(entity, SignedForm::Around { length: None }, false, 1000).unwrap();
    assert!(verify(&around(&nested(LAYERS_MAX)), 50).unwrap().0.expanded);
    let error = Some(SmimeError::TooManyLayers { limit: LAYERS_MAX });
    assert_eq!(verify(&around(&nested(LAYERS_MAX + 1)), 50).map(|_| ()).err(), error);
    let mut broken = bare(&compress(ENTITY.as_bytes()));
    let at = broken.len() - 10;
    broken[at] ^= 1;
    let entity =
        [&b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n"[..], &broken]
            .concat();
    let wrong = Some(SmimeError::Cms(cms::CmsError::Compression));
    for piece in PIECES {
        assert_eq!(verify(&around(&entity), piece).map(|_| ()).err(), wrong);
    }
    // Nobody learns it from a message that does not open.
    let sealed = encrypt(&entity, BulkCipher::Aes256Gcm, Some(length(&entity, 1000)), 1000);
    assert_eq!(decrypt(&sealed, 9).map(|_| ()).err(), wrong);
    let mut cms = bare(&sealed);
    *cms.last_mut().unwrap() ^= 1;
    let changed = crate::pem::block("CMS", &cms);
    let (found, _) = decrypt(changed.as_bytes(), 9).unwrap();
    assert_eq!(found.layer.unwrap().opened_by, Err(DecryptError::Failed));
}

#[test]
fn content_of_any_type_is_verified_and_its_type_told() {
    let signed = signed_as(oid(TST_INFO), b"\x30\x03\x02\x01\x01");
    let (found, held) = verify(&signed, 9).unwrap();
    assert!(found.is_verified() && found.content_type == Some(oid(TST_INFO)) && !found.expanded);
    assert_eq!(held, b"\x30\x03\x02\x01\x01");
    let data = signed_as(cms::DATA, b"x");
    assert_eq!(verify(&data, 9).unwrap().0.content_type, Some(cms::DATA));
}

#[test]
fn other_messages_are_named_and_nothing_compressed_is_signed() {
    for kind in ["1.2.840.113549.1.7.1", "1.2.840.113549.1.7.5", "1.2.840.113549.1.7.6", TST_INFO] {
        let content =
            write::octet_string(b"some content that is long enough to be told from any text that there is");
        let cms = write::sequence(&[write::oid(oid(kind)), write::tlv(0xa0, &content)]);
        let mail =
            [&b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n"[..], &cms]
                .concat();
        for message in [&cms, &mail] {
            for piece in PIECES {
                let other = Outermost::Other { content_type: oid(kind) };
                let (found, held) = verify(message, piece).unwrap();
                assert_eq!((found.outermost, held.len()), (other, 0));
                let (found, held) = decrypt(message, piece).unwrap();
                assert_eq!((found.outermost, held.len()), (other, 0));
                assert!(verify(&message[..message.len() - 1], piece).is_err());
                assert!(decrypt(&message[..message.len() - 1], piece).is_err());
            }
        }
    }
    for inside in [MESSAGE, "no header"] {
        let compressed = compress(inside.as_bytes());
        assert_eq!(verify(&compressed, 9).unwrap().0.outermost, Outermost::Compressed);
        assert_eq!(decrypt(&compressed, 9).unwrap().0.outermost, Outermost::Compressed);
    }
}

#[test]
fn recipients_without_certificate_are_told_apart() {
    let sealed = envelope_to(&[0xa3, 0xa2, 0xa4]);
    let (found, _) = decrypt(&sealed, 9).unwrap();
    let layer = found.layer.unwrap();
    assert_eq!(layer.recipients, [RecipientId::Password, RecipientId::SharedKey, RecipientId::Other]);
    assert_eq!(layer.opened_by, Err(DecryptError::NoIdentity));
}

#[test]
fn a_protected_sender_of_a_signed_message_wins() {
    let outer = "From: mallory@x\r\nFrom: second@x\r\nTo: b@x\r\n\r\n";
    let inner = "Content-Type: text/plain; hp=\"clear\"\r\nFrom: a@x\r\nSubject: s\r\n\r\nbody";
    let merged = |merge: HeaderMerge| {
        let (mut merge, mut out) = (merge, Vec::new());
        merge.update(inner.as_bytes(), &mut out);
        let differs = merge.finish(&mut out);
        (differs, String::from_utf8(out).unwrap())
    };
    let (differs, signed) = merged(HeaderMerge::new(outer.as_bytes()).signed());
    assert!(
        differs
            && signed.contains("From: a@x\r\n")
            && !signed.contains("mallory")
            && !signed.contains("second")
    );
    let (differs, unsigned) = merged(HeaderMerge::new(outer.as_bytes()));
    assert!(differs && unsigned.contains("From: mallory@x\r\n") && !unsigned.contains("From: a@x"));
    let (differs, _) = merged(HeaderMerge::new(b"From: A <a@x>\r\n\r\n"));
    assert!(!differs);
}
