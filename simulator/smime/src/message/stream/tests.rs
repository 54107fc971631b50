//! Messages in pieces, compared with what the functions for whole messages do.

use super::*;
use crate::cms::tests::world;
use crate::cms::{self, SignatureOptions, Signer};
use crate::message::{
    self, AddressMatch, EncryptOptions, HeaderProtection, LAYERS_MAX, OpenOptions, SignOptions,
    SignatureError, SmimeError,
};
use crate::mime::{HEADER_BLOCK_MAX, MimeError};
use crate::tlv::write;
use crate::{BulkCipher, DigestAlgorithm, PathOptions, TlvError};

mod tolerated;

const PIECES: [usize; 5] = [1, 3, 64, 1000, usize::MAX];

const MESSAGE: &str = "From: Alice <rsa@handset.example>\nTo: bob@x.example\nSubject: x\n\
                       Content-Type: text/plain; charset=utf-8\n\nHello\n--b\n\n";
const OUTER: &str =
    "From: Alice <rsa@handset.example>\r\nTo: bob@x.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n";
const ENTITY: &str = "Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n--b\r\n\r\n";

fn signer_options() -> SignatureOptions {
    SignatureOptions::default()
}

fn in_pieces(
    input: &[u8],
    piece: usize,
    mut update: impl FnMut(&[u8], &mut Vec<u8>) -> Result<(), SmimeError>,
) -> Result<Vec<u8>, SmimeError> {
    let mut out = Vec::new();
    for piece in input.chunks(piece.min(input.len().max(1))) {
        update(piece, &mut out)?;
    }
    Ok(out)
}

fn sign(message: &[u8], form: SignedForm, protect: bool, piece: usize) -> Result<Vec<u8>, SmimeError> {
    let protect = protect.then_some(HeaderProtection::Clear);
    let cx = world().cx();
    let options = signer_options();
    let signers = vec![Signer { identity: &world().rsa, options: &options }];
    let mut signer = MessageSigner::new(&cx, signers, form, protect)?;
    let mut out = in_pieces(message, piece, |piece, out| signer.update(piece, out))?;
    signer.finish(&mut out)?;
    Ok(out)
}

fn beside() -> SignedForm {
    SignedForm::Beside { boundary: "b1".into() }
}

fn length(message: &[u8], piece: usize) -> u64 {
    let mut length = EntityLength::new(None);
    in_pieces(message, piece, |piece, _| length.update(piece)).unwrap();
    length.finish().unwrap()
}

fn encrypt(message: &[u8], cipher: BulkCipher, length: Option<u64>, piece: usize) -> Vec<u8> {
    let cx = world().cx();
    let options = EncryptOptions { cipher, ..EncryptOptions::default() };
    let recipients = [world().rsa.certificate.clone()];
    let mut encryptor = MessageEncryptor::new(&cx, &recipients, &options, length, None);
    let mut out = in_pieces(message, piece, |piece, out| encryptor.update(piece, out)).unwrap();
    encryptor.finish(&mut out).unwrap();
    out
}

fn options() -> VerifyOptions<'static> {
    let path = PathOptions::default();
    VerifyOptions { trust: &world().trust, intermediates: &[], path, from: None, check_from: true }
}

fn verify_as(message: &[u8], reading: Reading, piece: usize) -> Result<(Verification, Vec<u8>), SmimeError> {
    let mut verifier = MessageVerifier::new(&world().cx(), reading);
    let mut held = in_pieces(message, piece, |piece, held| verifier.update(piece, held))?;
    let verification = verifier.finish(&mut held, &options())?;
    Ok((verification, held))
}

fn verify(message: &[u8], piece: usize) -> Result<(Verification, Vec<u8>), SmimeError> {
    verify_as(message, Reading::default(), piece)
}

fn decrypt(message: &[u8], piece: usize) -> Result<(Decryption, Vec<u8>), SmimeError> {
    let identities = std::slice::from_ref(&world().rsa);
    let mut decryptor = MessageDecryptor::attempt(&world().cx(), identities, 0);
    let mut held = in_pieces(message, piece, |piece, held| decryptor.update(piece, held))?;
    let decryption = decryptor.finish(&mut held)?;
    Ok((decryption, held))
}

fn in_memory(message: &[u8]) -> message::Opened {
    let identities = std::slice::from_ref(&world().rsa);
    let options = OpenOptions {
        identities,
        trust: &world().trust,
        intermediates: &[],
        path: crate::PathOptions::default(),
        from: None,
        check_from: false,
    };
    message::open(&world().cx(), message, &options).unwrap()
}

/// A message of CompressedData.
fn compress(entity: &[u8]) -> Vec<u8> {
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(entity, 6);
    let algorithm = write::sequence(&[write::oid(cms::ZLIB)]);
    let content = write::sequence(&[write::oid(cms::DATA), write::tlv(0xa0, &write::octet_string(&zlib))]);
    let data = write::sequence(&[write::small_integer(0), algorithm, content]);
    let cms = write::sequence(&[write::oid(cms::COMPRESSED_DATA), write::tlv(0xa0, &data)]);
    let head = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    [&head[..], &cms].concat()
}

/// The CMS that is the body of a message.
fn bare(message: &[u8]) -> Vec<u8> {
    crate::mime::Entity::read(message).unwrap().decoded_body().unwrap().into_owned()
}

#[test]
fn signing_in_pieces_is_read_by_everyone() {
    let length = length(MESSAGE.as_bytes(), 5);
    assert_eq!(length, ENTITY.len() as u64);
    for form in [beside(), SignedForm::Around { length: None }, SignedForm::Around { length: Some(length) }] {
        for piece in PIECES {
            let signed = sign(MESSAGE.as_bytes(), form.clone(), false, piece).unwrap();
            assert!(signed.starts_with(OUTER.as_bytes()), "{}", String::from_utf8_lossy(&signed));
            let opened = in_memory(&signed);
            assert!(opened.all_valid(), "{opened:?}");
            assert_eq!(opened.content.as_deref(), Some(ENTITY.as_bytes()));
            let (verification, held) = verify(&signed, piece).unwrap();
            assert!(verification.is_verified() && verification.again.is_none(), "{verification:?}");
            assert_eq!(held, ENTITY.as_bytes());
            assert_eq!(verification.senders, ["rsa@handset.example"]);
        }
    }
}

#[test]
fn a_wrong_announcement_is_refused() {
    let form = SignedForm::Around { length: Some(ENTITY.len() as u64 + 1) };
    assert!(matches!(
        sign(MESSAGE.as_bytes(), form, false, 9),
        Err(SmimeError::Cms(cms::CmsError::ContentLength { .. }))
    ));
}

#[test]
fn encrypting_in_pieces_is_read_by_everyone() {
    for cipher in [BulkCipher::Aes256Cbc, BulkCipher::Aes256Gcm] {
        for length in [None, Some(ENTITY.len() as u64)] {
            for piece in PIECES {
                let encrypted = encrypt(MESSAGE.as_bytes(), cipher, length, piece);
                assert!(encrypted.starts_with(OUTER.as_bytes()));
                assert_eq!(in_memory(&encrypted).content.as_deref(), Some(ENTITY.as_bytes()));
                let (decryption, held) = decrypt(&encrypted, piece).unwrap();
                assert_eq!(decryption.layer.unwrap().opened_by, Ok(0));
                assert_eq!(held, ENTITY.as_bytes());
            }
        }
    }
}

#[test]
fn every_carrier_is_recognised() {
    let opaque = sign(MESSAGE.as_bytes(), SignedForm::Around { length: None }, false, 9).unwrap();
    let encrypted = encrypt(MESSAGE.as_bytes(), BulkCipher::Aes128Cbc, None, 9);
    for (mail, label) in [(&opaque, "PKCS7"), (&encrypted, "CMS")] {
        let cms = bare(mail);
        let pem = crate::pem::block(label, &cms);
        let binary = [
            b"Content-Type: application/x-pkcs7-mime\nContent-Transfer-Encoding: binary\n\n",
            &cms[..],
            b"\r\n",
        ]
        .concat();
        let mut quoted = b"Content-Type: application/octet-stream; name=smime.p7m\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".to_vec();
        for octets in cms.chunks(20) {
            octets.iter().for_each(|octet| quoted.extend(format!("={octet:02X}").bytes()));
            quoted.extend(b"=\r\n");
        }
        for carried in
            [&cms, &pem.clone().into_bytes(), &pem.replace('\n', "\r\n").into_bytes(), &binary, &quoted]
        {
            for piece in PIECES {
                let held = if label == "CMS" {
                    let (decryption, held) = decrypt(carried, piece).unwrap();
                    assert_eq!(decryption.layer.unwrap().opened_by, Ok(0));
                    held
                } else {
                    let (verification, held) = verify(carried, piece).unwrap();
                    assert!(verification.is_verified());
                    held
                };
                assert_eq!(held, ENTITY.as_bytes());
            }
        }
        let trailing = [&cms[..], b"\n"].concat();
        let error = verify(&trailing, 7).map(|_| ()).err().or(decrypt(&trailing, 7).map(|_| ()).err());
        assert_eq!(error, Some(TlvError::Trailing { offset: cms.len() as u64 }.into()));
    }
}

#[test]
fn what_is_not_asked_for_is_named() {
    let detached = sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap();
    let opaque = sign(MESSAGE.as_bytes(), SignedForm::Around { length: None }, false, 9).unwrap();
    let encrypted = encrypt(MESSAGE.as_bytes(), BulkCipher::Aes128Gcm, None, 9);
    let outermost = |message: &[u8]| verify(message, 9).unwrap().0.outermost;
    assert_eq!(outermost(&encrypted), Outermost::Encrypted);
    assert_eq!(outermost(MESSAGE.as_bytes()), Outermost::Plain);
    assert_eq!(outermost(b"no message\n\nat all"), Outermost::Unknown);
    assert_eq!(outermost(b""), Outermost::Unknown);
    let certificates = message::certificates_only(&[world().rsa.certificate.clone()]).unwrap();
    let (verification, held) = verify(&certificates, 9).unwrap();
    assert_eq!((verification.outermost, held.len()), (Outermost::CertificatesOnly, 0));
    assert_eq!(verification.certificates, [world().rsa.certificate.clone()]);
    let outermost = |message: &[u8]| {
        let (decryption, held) = decrypt(message, 9).unwrap();
        assert!(decryption.layer.is_none() && held.is_empty());
        decryption.outermost
    };
    assert_eq!(outermost(&detached), Outermost::MultipartSigned);
    assert_eq!(outermost(&opaque), Outermost::SignedData);
    assert_eq!(outermost(MESSAGE.as_bytes()), Outermost::Plain);
    assert_eq!(outermost(b"\x00\x01"), Outermost::Unknown);
}

#[test]
fn a_message_in_the_place_of_a_signature_vouches_for_nothing() {
    let signed = String::from_utf8(sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap()).unwrap();
    let (before, _) = signed.split_once("Content-Type: application/pkcs7-signature").unwrap();
    let opaque = sign(MESSAGE.as_bytes(), SignedForm::Around { length: None }, false, 9).unwrap();
    for inside in [compress(&opaque), encrypt(MESSAGE.as_bytes(), BulkCipher::Aes128Cbc, None, 9), opaque] {
        let mut part = Vec::new();
        message::write::base64(&bare(&inside), &mut part);
        let forged = before.replace("Hello", "Evil")
            + "Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + &String::from_utf8(part).unwrap()
            + "--b1--\r\n";
        assert!(!verify(forged.as_bytes(), 9).is_ok_and(|(verification, _)| verification.is_verified()));
        assert!(
            decrypt(forged.as_bytes(), 9)
                .is_ok_and(|(decryption, held)| { decryption.layer.is_none() && held.is_empty() })
        );
    }
}

#[test]
fn a_second_reading_finds_what_micalg_and_line_ends_hid() {
    let signed = String::from_utf8(sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap()).unwrap();
    // No name that is known: everything is computed at once.
    for (from, to) in [("micalg=sha-256; ", ""), ("sha-256", "md5"), ("sha-256", "\"SHA256,x\"")] {
        let (verification, _) = verify(signed.replace(from, to).as_bytes(), 11).unwrap();
        assert!(verification.is_verified() && verification.again.is_none(), "{to}");
    }
    // A wrong name.
    let lying = signed.replace("micalg=sha-256", "micalg=SHA1");
    let (verification, _) = verify(lying.as_bytes(), 11).unwrap();
    assert!(!verification.is_verified());
    let again = verification.again.unwrap();
    assert_eq!(again, Reading { digests: Some(vec![DigestAlgorithm::Sha256]), canonical: true });
    assert!(verify_as(lying.as_bytes(), again, 11).unwrap().0.is_verified());
    // Stored with line feeds: they were CRLF when it was signed.
    let (verification, held) = verify(signed.replace("\r\n", "\n").as_bytes(), 11).unwrap();
    assert!(verification.is_verified() && held == ENTITY.as_bytes());
    // Signed with line feeds.
    let unix = "Content-Type: text/x\n\nHello\n";
    let options = SignOptions { boundary: "b1".into(), ..SignOptions::default() };
    let other = message::sign(&world().cx(), ENTITY.as_bytes(), &world().rsa, &options).unwrap();
    let other = String::from_utf8(other).unwrap();
    let signature = SignatureOptions::default();
    let mut signer = cms::DetachedSigner::new(&world().cx(), &world().rsa, &signature).unwrap();
    signer.update(unix.as_bytes());
    let mut part = Vec::new();
    message::write::base64(&signer.finish().unwrap(), &mut part);
    let head = other.split("\r\n\r\n").next().unwrap();
    let exact = format!(
        "{head}\r\n\r\n--b1\r\n{unix}\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b1--\r\n",
        String::from_utf8(part).unwrap()
    );
    let (verification, _) = verify(exact.as_bytes(), 11).unwrap();
    assert_eq!(verification.holding(), 0);
    let (verification, held) = verify_as(exact.as_bytes(), verification.again.unwrap(), 11).unwrap();
    assert!(verification.is_verified() && verification.again.is_none());
    assert_eq!(held, unix.as_bytes());
}

#[test]
fn what_was_changed_is_never_verified_and_nothing_panics() {
    let signed = sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap();
    let from = signed.windows(6).position(|window| window == b"Hello\r").unwrap();
    let mut changed = signed.clone();
    changed[from] ^= 1;
    let (verification, _) = verify(&changed, 9).unwrap();
    assert_eq!(verification.signers[0].signature, Err(SignatureError::Content));
    for end in (0..signed.len()).step_by(3) {
        if let Ok((verification, _)) = verify(&signed[..end], 64) {
            // Only the closing delimiter may be missing.
            assert!(!verification.is_verified() || end + 12 > signed.len(), "{end}");
        }
    }
    let encrypted = encrypt(MESSAGE.as_bytes(), BulkCipher::Aes256Gcm, None, 9);
    for end in (0..encrypted.len()).step_by(3) {
        if let Ok((decryption, _)) = decrypt(&encrypted[..end], 64) {
            let opened = decryption.layer.is_some_and(|layer| layer.opened_by.is_ok());
            assert!(!opened || end + 4 > encrypted.len(), "{end}");
        }
    }
}

#[test]
fn senders_are_compared() {
    let mallory = MESSAGE.replace("rsa@handset", "mallory@x");
    let signed = sign(mallory.as_bytes(), beside(), false, 9).unwrap();
    let (verification, _) = verify(&signed, 9).unwrap();
    assert!(matches!(verification.signers[0].address, AddressMatch::Mismatch { .. }));
    assert!(!verification.is_verified() && verification.holding() == 1);
    // What is protected inside counts as well.
    let signed = String::from_utf8(sign(MESSAGE.as_bytes(), beside(), true, 9).unwrap()).unwrap();
    assert!(verify(signed.as_bytes(), 9).unwrap().0.is_verified());
    let outside = signed.replacen("rsa@handset", "mallory@x", 1);
    let (verification, _) = verify(outside.as_bytes(), 9).unwrap();
    assert_eq!(verification.senders, ["mallory@x.example", "rsa@handset.example"]);
    assert!(verification.protected_headers.unwrap().from_differs);
}

#[test]
fn text_without_header_is_all_body_and_no_line_is_lost() {
    let signed = |text: &str| {
        let signed = sign(text.as_bytes(), SignedForm::Around { length: None }, false, 3)?;
        Ok::<_, SmimeError>(String::from_utf8(verify(&signed, 9)?.1).unwrap())
    };
    let typed = "Content-Type: text/plain\r\n\r\n";
    assert_eq!(signed("Hello\n\nworld").unwrap(), format!("{typed}Hello\r\n\r\nworld"));
    assert_eq!(signed("Hello").unwrap(), format!("{typed}Hello"));
    assert_eq!(signed("").unwrap(), typed);
    assert_eq!(signed("\nbody").unwrap(), format!("{typed}body"));
    assert_eq!(signed("From x Mon\nSubject: y\n\nbody").unwrap(), format!("{typed}body"));
    assert_eq!(signed("Subject: y").unwrap(), typed);
    assert_eq!(signed("A: b\nnonsense\n\nbody"), Err(MimeError::HeaderLine { line: 2 }.into()));
    let long = "x".repeat(HEADER_BLOCK_MAX + 10);
    assert_eq!(signed(&long).unwrap(), format!("{typed}{long}"));
    let header = |len: usize| format!("A: {}\n\nbody", "x".repeat(len - 5));
    assert!(sign(header(HEADER_BLOCK_MAX).as_bytes(), beside(), false, 1 << 16).is_ok());
    let error = MimeError::HeaderTooLong { limit: HEADER_BLOCK_MAX };
    assert_eq!(signed(&header(HEADER_BLOCK_MAX + 1)), Err(error.into()));
    for text in
        ["Hello\n\nworld", "", "A: b", "Content-Transfer-Encoding: binary\n\n\n\n", "a\r", "A: b\n\n\r\n\r"]
    {
        let form = SignedForm::Around { length: Some(length(text.as_bytes(), 1)) };
        assert!(sign(text.as_bytes(), form, false, 2).is_ok(), "{text:?}");
    }
}

#[test]
fn compressed_layers_are_taken_off_down_to_the_bound() {
    let nested = |mut entity: Vec<u8>, depth: usize| {
        for _ in 0..depth {
            entity = compress(&entity);
        }
        entity
    };
    let signed = sign(MESSAGE.as_bytes(), beside(), false, 9).unwrap();
    let encrypted = encrypt(MESSAGE.as_bytes(), BulkCipher::Aes256Cbc, None, 9);
    let (verification, held) = verify(&nested(signed.clone(), LAYERS_MAX), 50).unwrap();
    assert!(verification.is_verified() && held == ENTITY.as_bytes());
    let (decryption, held) = decrypt(&nested(encrypted.clone(), LAYERS_MAX), 50).unwrap();
    assert!(decryption.layer.unwrap().opened_by.is_ok() && held == ENTITY.as_bytes());
    let error = Some(SmimeError::TooManyLayers { limit: LAYERS_MAX });
    assert_eq!(verify(&nested(signed, LAYERS_MAX + 1), 50).map(|_| ()).err(), error);
    assert_eq!(decrypt(&nested(encrypted, LAYERS_MAX + 1), 50).map(|_| ()).err(), error);
}

#[test]
fn lines_of_carriers_stop_at_their_bounds() {
    let quoted = |len: usize| {
        let head = "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: quoted-printable\n\n";
        verify(format!("{head}{}", "x".repeat(len)).as_bytes(), 1 << 14).map(|_| ())
    };
    assert!(matches!(quoted(ENCODED_LINE_MAX), Err(SmimeError::Cms(_))));
    let limit = ENCODED_LINE_MAX;
    assert_eq!(quoted(limit + 1), Err(MimeError::LineTooLong { limit }.into()));
    let opaque = sign(MESSAGE.as_bytes(), SignedForm::Around { length: None }, false, 9).unwrap();
    let pem = crate::pem::block("PKCS7", &bare(&opaque));
    let padded = |len: usize| {
        let first = "-----BEGIN PKCS7-----";
        verify(pem.replace(first, &format!("{first}{}", " ".repeat(len - 1 - first.len()))).as_bytes(), 9)
            .map(|_| ())
    };
    assert_eq!(padded(PEM_LABEL_MAX), Ok(()));
    assert_eq!(padded(PEM_LABEL_MAX + 1), Err(MimeError::Pem.into()));
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(verify(other.as_bytes(), 9).map(|_| ()), Err(MimeError::Pem.into()));
    let cut = &pem[..pem.len() - 20];
    let error = MimeError::PemEnd { offset: cut.rfind('\n').unwrap() as u64 + 1 };
    assert_eq!(verify(cut.as_bytes(), 9).map(|_| ()), Err(error.into()));
}

#[test]
fn broken_base64_is_told_with_the_octet_of_the_message() {
    let headed = "Subject: x\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG\r\n*AAA\r\n";
    let part = "Content-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n\nMIAG\n*A\n";
    let signed = format!(
        "\n\nContent-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b\n\nfront\n--b\n\ntext\n--b \n{part}--b--\n"
    );
    let text = format!("{}\n*AAA\n", "MIAGCSqGSIb3DQEHAqCA".repeat(3));
    let pem = format!("text\n-----BEGIN CMS-----\n{text}-----END CMS-----\n");
    for message in [headed, &signed, &format!("\r\n\n{text}"), &pem, &format!("\n{pem}")] {
        let offset = message.find('*').unwrap() as u64;
        for piece in PIECES {
            let error = Err(MimeError::Base64 { offset }.into());
            assert_eq!(verify(message.as_bytes(), piece).map(|_| ()), error, "{piece} {message}");
            if !message.contains("multipart") {
                assert_eq!(decrypt(message.as_bytes(), piece).map(|_| ()), error, "{piece} {message}");
            }
        }
    }
    let compressed = compress(headed.as_bytes());
    let error = MimeError::Base64 { offset: headed.find('*').unwrap() as u64 };
    assert_eq!(verify(&compressed, 7).map(|_| ()), Err(SmimeError::Compressed { error }));
}

#[test]
fn headers_are_merged() {
    let merged = |outer: &str, inner: &str| {
        let mut results = PIECES
            .map(|piece| {
                let mut merge = HeaderMerge::new(outer.as_bytes());
                let mut out = in_pieces(inner.as_bytes(), piece, |piece, out| {
                    merge.update(piece, out);
                    Ok(())
                })
                .unwrap();
                let _ = merge.finish(&mut out);
                String::from_utf8(out).unwrap()
            })
            .to_vec();
        results.dedup();
        assert_eq!(results.len(), 1);
        results.remove(0)
    };
    let outer = "From: a@x\nSubject: [...]\nContent-Type: application/pkcs7-mime\nMIME-Version: 1.0\n\n";
    assert_eq!(
        merged(outer, "Content-Type: text/x\r\n\r\nbody\n"),
        "From: a@x\r\nSubject: [...]\r\nMIME-Version: 1.0\r\nContent-Type: text/x\r\n\r\nbody\n"
    );
    assert_eq!(
        merged(
            outer,
            "Content-Type: text/x; hp=\"cipher\"\r\nSubject: real\r\nFrom: a@x\r\nHP-Outer: Subject: [...]\r\n\r\nbody"
        ),
        "MIME-Version: 1.0\r\nContent-Type: text/x; hp=\"cipher\"\r\nSubject: real\r\nFrom: a@x\r\n\r\nbody"
    );
    // Another sender inside does not take the place of the one outside.
    assert!(
        merged(outer, "Content-Type: text/x; hp=clear\r\nFrom: b@x\r\n\r\n").starts_with("From: a@x\r\n")
    );
    // Not protected: the fields outside stay.
    assert_eq!(
        merged(outer, "Subject: other\r\nX: y\r\n\r\nbody"),
        "From: a@x\r\nSubject: [...]\r\nMIME-Version: 1.0\r\nX: y\r\n\r\nbody"
    );
    for text in ["no header\nhere", "none"] {
        assert_eq!(
            merged(outer, text),
            format!("From: a@x\r\nSubject: [...]\r\nMIME-Version: 1.0\r\n\r\n{text}")
        );
    }
    assert_eq!(merged("", "A: b\n\nc"), "A: b\n\nc");
}
