//! Protected headers, triple wraps, compressed and authenticated layers, forwarded messages.

use super::*;
use crate::cms::tests::World;
use crate::message::{
    Confidentiality, HeaderProtection, HeaderScheme, OuterField, ProtectedHeaders, certificates_only,
    forwarded, protect_headers, sign_by, split, triple_wrap,
};
use crate::tlv::write;

const MESSAGE: &str = "From: RSA <rsa@handset.example>\r\nTo: ec@handset.example\r\nBcc: hidden@handset.example\r\n\
                       Subject: The real\r\n subject\r\nKeywords: secret\r\nMIME-Version: 1.0\r\n\
                       Content-Type: text/plain; charset=utf-8\r\nContent-Language: en\r\n\r\nHello\r\n";

fn outer(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

fn protected(message: &[u8]) -> (Opened, ProtectedHeaders) {
    let opened = open_as_rsa(message);
    let headers = opened.protected_headers.clone().expect("protected headers");
    (opened, headers)
}

fn cipher(policy: Confidentiality) -> Vec<u8> {
    let outgoing = protect_headers(MESSAGE.as_bytes(), HeaderProtection::Cipher(policy)).unwrap();
    let signed = sign(&world().cx(), &outgoing.entity, &world().rsa, &options(false)).unwrap();
    outgoing.message(&encrypted(&signed))
}

#[test]
fn a_message_is_taken_apart_without_a_loss() {
    let apart = split(MESSAGE.as_bytes()).unwrap();
    let (outer, entity) = (outer(&apart.outer), outer(&apart.entity));
    assert!(outer.contains("Subject: The real\r\n subject\r\n") && outer.contains("Bcc: hidden"));
    assert!(outer.ends_with("\r\nMIME-Version: 1.0\r\n") && !outer.contains("Content-"));
    assert_eq!(entity, "Content-Type: text/plain; charset=utf-8\r\nContent-Language: en\r\n\r\nHello\r\n");
    let bare = split(b"Subject: x\nTo: y\n z\n\nbody\n").unwrap();
    assert_eq!(bare.outer, b"Subject: x\r\nTo: y\r\n z\r\nMIME-Version: 1.0\r\n");
    assert_eq!(bare.entity, b"Content-Type: text/plain\r\n\r\nbody\n");
}

#[test]
fn protected_headers_of_a_signed_message() {
    let outgoing = protect_headers(MESSAGE.as_bytes(), HeaderProtection::Clear).unwrap();
    assert!(outer(&outgoing.outer).contains("The real"));
    let entity = outer(&outgoing.entity);
    assert!(entity.starts_with("Content-Type: text/plain; charset=utf-8;\r\n\thp=\"clear\"\r\n"));
    assert!(!entity.contains("HP-Outer") && !entity.contains("Bcc"));
    for opaque in [false, true] {
        let signed = sign(&world().cx(), &outgoing.entity, &world().rsa, &options(opaque)).unwrap();
        let (opened, headers) = protected(&outgoing.message(&signed));
        assert!(opened.all_valid());
        assert_eq!(headers.scheme, HeaderScheme::Clear);
        let names: Vec<_> = headers.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["From", "To", "Subject", "Keywords"]);
        assert!(headers.fields.iter().all(|field| field.outer == OuterField::Same && !field.confidential));
        assert_eq!(headers.effective("subject"), Some("The real subject"));
        assert_eq!(headers.effective("bcc"), Some("hidden@handset.example"));
        assert_eq!(headers.unprotected, [("Bcc".to_owned(), "hidden@handset.example".to_owned())]);
        assert!(!headers.from_differs && headers.mismatches().next().is_none());
    }
}

#[test]
fn the_subject_is_withheld_from_who_cannot_decrypt() {
    let message = cipher(Confidentiality::Baseline);
    let text = outer(&message);
    assert!(text.contains("Subject: [...]\r\n") && !text.contains("real") && !text.contains("Keywords"));
    let (opened, headers) = protected(&message);
    assert!(opened.all_valid() && opened.layers.len() == 2);
    assert_eq!(headers.scheme, HeaderScheme::Cipher);
    let field = |name: &str| headers.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("Subject").outer, OuterField::Replaced("[...]".into()));
    assert_eq!(field("Keywords").outer, OuterField::Withheld);
    assert_eq!(field("To").outer, OuterField::Same);
    assert_eq!(["Subject", "Keywords", "To"].map(|name| field(name).confidential), [true, true, false]);
    assert_eq!(headers.effective("Subject"), Some("The real subject"));
    assert!(headers.mismatches().next().is_none());
    let open = cipher(Confidentiality::None);
    assert!(outer(&open).contains("The real\r\n subject"));
    assert!(protected(&open).1.fields.iter().all(|field| !field.confidential));
}

#[test]
fn what_was_changed_on_the_way_is_told() {
    let text = outer(&cipher(Confidentiality::Baseline));
    let change = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text);
        protected(changed.as_bytes())
    };
    let (opened, headers) = change("To: ec@handset.example", "To: someone@handset.example");
    let changed: Vec<_> = headers.mismatches().map(|field| (field.name.as_str(), &field.outer)).collect();
    assert_eq!(changed, [("To", &OuterField::Changed("someone@handset.example".into()))]);
    assert!(opened.all_valid(), "the layers are as they were");
    let (_, headers) = change("To: ec@handset.example\r\n", "");
    assert_eq!(headers.mismatches().next().unwrap().outer, OuterField::Missing);
    let (_, headers) = change("Subject: [...]", "Subject: Urgent");
    assert_eq!(headers.mismatches().next().unwrap().outer, OuterField::Changed("Urgent".into()));
    assert_eq!(headers.effective("subject"), Some("The real subject"));
    // Another sender outside is no match for the certificate, whatever stands inside.
    let (opened, headers) = change("From: RSA <rsa@handset.example>", "From: ceo@handset.example");
    assert!(headers.from_differs && !opened.all_valid());
    let (opened, headers) = change("From: RSA <rsa@handset.example>", "From: Boss <RSA@handset.example>");
    assert!(!headers.from_differs && opened.all_valid());
}

#[test]
fn a_protected_sender_must_be_the_signer_too() {
    let forged = MESSAGE.replace("rsa@handset.example", "ceo@handset.example");
    let outgoing = protect_headers(forged.as_bytes(), HeaderProtection::Clear).unwrap();
    let signed = sign(&world().cx(), &outgoing.entity, &world().rsa, &options(false)).unwrap();
    let message = [b"From: rsa@handset.example\r\n", &signed[..]].concat();
    let (opened, headers) = protected(&message);
    assert!(headers.from_differs);
    let address = &opened.signers().next().unwrap().address;
    assert!(matches!(address, AddressMatch::Mismatch { from, .. } if from == "ceo@handset.example"));
}

#[test]
fn headers_are_protected_by_layers_only_and_once() {
    let outgoing = protect_headers(MESSAGE.as_bytes(), HeaderProtection::Clear).unwrap();
    assert_eq!(open_as_rsa(&outgoing.message(&outgoing.entity)).protected_headers, None);
    let again = outgoing.message(&outgoing.entity);
    assert_eq!(protect_headers(&again, HeaderProtection::Clear), Err(SmimeError::Protected));
    let plain = [b"From: rsa@handset.example\r\n", &signed(false)[..]].concat();
    assert_eq!(open_as_rsa(&plain).protected_headers, None);
}

#[test]
fn a_wrapped_message_is_told_from_a_forwarded_one() {
    let wrap = |kind: &str, from: &str| {
        let inner = MESSAGE.replace("rsa@handset.example", from);
        let entity = format!("Content-Type: message/rfc822{kind}\r\n\r\n{inner}");
        let signed = sign(&world().cx(), entity.as_bytes(), &world().rsa, &options(false)).unwrap();
        open_as_rsa(&[b"From: rsa@handset.example\r\nSubject: ...\r\n", &signed[..]].concat())
    };
    let own = "rsa@handset.example";
    for (kind, from, wrapped) in [
        ("", own, true),
        ("; forwarded=no", own, true),
        ("; forwarded=no", "ec@handset.example", true),
        ("; forwarded=yes", own, false),
        ("", "ec@handset.example", false),
    ] {
        let opened = wrap(kind, from);
        let scheme = opened.protected_headers.as_ref().map(|headers| headers.scheme);
        assert_eq!(scheme, wrapped.then_some(HeaderScheme::Wrapped), "{kind} {from}");
        assert_eq!(opened.all_valid(), from == own || !wrapped);
        if let Some(headers) = opened.protected_headers {
            assert_eq!(headers.effective("subject"), Some("The real subject"));
        }
    }
}

#[test]
fn a_triple_wrap_has_three_layers() {
    let (cx, detached, opaque) = (world().cx(), options(false), options(true));
    let World { rsa, ec, .. } = world();
    let recipients = [rsa.certificate.clone()];
    let gcm = EncryptOptions { cipher: BulkCipher::Aes128Gcm, ..EncryptOptions::default() };
    for how in [EncryptOptions::default(), gcm] {
        let message = triple_wrap(&cx, ENTITY, (ec, &opaque), &recipients, &how, (rsa, &detached)).unwrap();
        let opened = open_as_rsa(&message);
        assert!(opened.all_valid());
        assert_eq!(opened.content.as_deref(), Some(ENTITY));
        let [Layer::Signed(outer), Layer::Encrypted(layer), Layer::Signed(inner)] = opened.layers.as_slice()
        else {
            panic!("{opened:?}")
        };
        assert!(outer.detached && !inner.detached);
        assert_eq!((layer.cipher, layer.authenticated), (Some(how.cipher), how.is_authenticated()));
        let text = outer_of(&message);
        let kind = if how.is_authenticated() { "authEnveloped-data" } else { "enveloped-data" };
        assert!(text.contains(&format!("smime-type={kind};")));
    }
}

fn outer_of(message: &[u8]) -> String {
    String::from_utf8_lossy(message).into_owned()
}

#[test]
fn several_signers_name_their_digests() {
    let message = sign_by(&world().cx(), ENTITY, &[&world().rsa, &world().ed], &options(false)).unwrap();
    assert!(outer_of(&message).contains("micalg=\"sha-256,sha-512\""));
    let opened = open_as_rsa(&message);
    assert!(opened.all_valid() && opened.signers().count() == 2);
}

#[test]
fn certificates_travel_alone() {
    let certificates = [world().rsa.certificate.clone(), world().ca.certificate.clone()];
    let message = certificates_only(&certificates).unwrap();
    let text = outer_of(&message);
    assert!(text.contains("smime-type=certs-only;") && text.contains("filename=\"smime.p7c\""));
    for text in [text.clone(), text.replace("pkcs7-mime; smime-type=certs-only", "octet-stream")] {
        let opened = open_as_rsa(text.as_bytes());
        let [Layer::Signed(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
        assert!(layer.signers.is_empty() && layer.certificates.len() == 2 && opened.content.is_none());
    }
}

#[test]
fn cms_may_come_in_quoted_printable() {
    let cms = cms::sign_attached(&world().cx(), ENTITY, &world().rsa, &Default::default()).unwrap();
    let mut body = String::new();
    for line in cms.chunks(20) {
        line.iter().for_each(|octet| body.push_str(&format!("={octet:02X}")));
        body.push_str("=\r\n");
    }
    for end in ["", "\r\n"] {
        let message = format!(
            "Content-Type: application/x-pkcs7-mime\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n{body}{end}"
        );
        assert!(open_as_rsa(message.as_bytes()).all_valid());
    }
}

fn compressed(entity: &[u8]) -> Vec<u8> {
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(entity, 6);
    let content = write::tlv(0xa0, &write::octet_string(&zlib));
    let id = |text: &str| write::oid(const_oid::ObjectIdentifier::new_unwrap(text));
    let data = write::sequence(&[
        write::small_integer(0),
        write::sequence(&[id("1.2.840.113549.1.9.16.3.8")]),
        write::sequence(&[id("1.2.840.113549.1.7.1"), content]),
    ]);
    let cms = write::sequence(&[id("1.2.840.113549.1.9.16.1.9"), write::tlv(0xa0, &data)]);
    let head = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\
                 Content-Transfer-Encoding: binary\r\n\r\n";
    [&head[..], &cms].concat()
}

#[test]
fn compressed_layers_open_and_protect_nothing() {
    let opened = open_as_rsa(&compressed(ENTITY));
    assert_eq!(opened.content.as_deref(), Some(ENTITY));
    let [Layer::Compressed(layer)] = opened.layers.as_slice() else { panic!("{opened:?}") };
    assert_eq!(layer.size, ENTITY.len() as u64);
    assert!(!opened.all_valid() && !opened.is_signed() && !opened.is_encrypted());
    // Signed, then compressed, then signed again (RFC 8551, 3.6).
    let both = sign(&world().cx(), &compressed(&signed(false)), &world().rsa, &options(true)).unwrap();
    let opened = open_as_rsa(&both);
    assert!(opened.all_valid() && opened.layers.len() == 3, "{opened:?}");
    // Headers inside a compressed message alone are not protected.
    let outgoing = protect_headers(MESSAGE.as_bytes(), HeaderProtection::Clear).unwrap();
    assert_eq!(open_as_rsa(&compressed(&outgoing.entity)).protected_headers, None);
}

#[test]
fn a_forwarded_signed_message_keeps_its_octets() {
    // The white space at the ends and the missing last line end are part of what is signed.
    let odd = b"Content-Type: text/plain\r\n\r\n trailing \t\r\n\r\n--x\r\nno end";
    let inner = sign(&world().cx(), odd, &world().rsa, &options(false)).unwrap();
    let message = [b"From: rsa@handset.example\r\n", &inner[..]].concat();
    let mut entity =
        b"Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n\r\ntext\r\n--out\r\n".to_vec();
    entity.extend_from_slice(b"Content-Type: message/rfc822\r\n\r\n");
    entity.extend_from_slice(&message);
    entity.extend_from_slice(b"\r\n--out--\r\n");
    let how = SignOptions { boundary: "b2".into(), ..options(false) };
    let forward = sign(&world().cx(), &entity, &world().ec, &how).unwrap();
    let opened = open_as_rsa(&forward);
    assert!(opened.all_valid());
    assert_eq!(opened.layers.len(), 1, "what is forwarded is not a layer of the message");
    let content = opened.content.unwrap();
    assert_eq!(content, entity);
    let found = forwarded(&content).unwrap();
    assert_eq!(found, [message.as_slice()]);
    let inner = open_as_rsa(&found[0]);
    assert!(inner.all_valid());
    assert_eq!(inner.content.as_deref(), Some(&odd[..]));
}
