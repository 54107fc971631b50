//! Mail: header fields, parts, transfer encodings, and whole messages.

use super::pieces;
use super::world::world;
use crate::message::{self, Confidentiality, HeaderProtection, OpenOptions, SignOptions};
use crate::mime::{
    AddressList, Base64Decoder, Base64Encoder, Canonicaliser, Entity, MimeError, TransferEncoding, Wrap,
    canonical_length, canonicalise, contains_boundary, decode_quoted_printable, is_boundary, mailboxes,
    parts, signed_parts,
};

/// Larger inputs are read, but not signed and encrypted.
const WRITTEN_MAX: usize = 4096;
/// How many fields of an entity are looked at one by one.
const FIELDS: usize = 32;
const BOUNDARY: &str = "=_handset-boundary";

/// Reads the input as a message and its parts, opens it, and signs and encrypts it as content.
///
/// # Panics
///
/// When the size of pieces matters, or content is not what was put in.
pub fn mime(input: &[u8]) {
    line_ends(input);
    base64(input);
    assert!(decode_quoted_printable(input).len() <= input.len());
    let text = String::from_utf8_lossy(input);
    let _ = mailboxes(&text);
    let boundary: String = text.chars().take(80).collect();
    if is_boundary(&boundary) {
        let _ = (parts(input, &boundary), contains_boundary(input, &boundary));
    }
    entity(input, 0);
    let options = OpenOptions {
        identities: &world().people,
        trust: &world().trust,
        intermediates: &[],
        path: crate::PathOptions::default(),
        from: None,
        check_from: true,
    };
    if let Ok(opened) = message::open(&world().cx(), input, &options) {
        let _ = (opened.all_valid(), opened.is_encrypted(), opened.is_signed());
        if let Some(protected) = &opened.protected_headers {
            let _ = (protected.effective("subject"), protected.mismatches().count());
        }
        if let Some(content) = &opened.content {
            // A byte order mark in front of a header is no part of the message.
            let without_mark = input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input);
            assert!(!opened.layers.is_empty() || content == input || content == without_mark);
            let _ = message::forwarded(content);
        }
    }
    written(input, &options);
}

fn entity(octets: &[u8], depth: usize) {
    let Ok(entity) = Entity::read(octets) else { return };
    assert!(octets.ends_with(entity.body));
    let kind = entity.content_type();
    let _ = (entity.file_name(), entity.decoded_body(), kind.parameter("name"));
    for field in entity.headers.fields().iter().take(FIELDS) {
        let _ = mailboxes(&field.text());
        let list = AddressList::read(field.value);
        assert!(!list.readable || list.addresses.iter().any(|address| address.contains('@')));
        assert!(entity.headers.first(field.name).is_some());
    }
    let boundary = kind.parameter("boundary").unwrap_or_default();
    if let Ok(both) = signed_parts(entity.body, boundary) {
        let two = [both.content, both.signature];
        assert_eq!(parts(entity.body, boundary).as_deref(), Ok(&two[..]));
    }
    if depth < 3 {
        for part in parts(entity.body, boundary).unwrap_or_default().into_iter().take(20) {
            self::entity(part, depth + 1);
        }
    }
}

fn line_ends(input: &[u8]) {
    let canonical = canonicalise(input);
    assert_eq!(canonical.len(), canonical_length(input));
    assert_eq!(canonicalise(&canonical), canonical);
    let mut out = Vec::new();
    let mut canonicaliser = Canonicaliser::new();
    pieces(input).for_each(|piece| canonicaliser.update(piece, &mut out));
    assert_eq!(out, canonical.as_ref(), "pieces matter");
}

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, MimeError> {
    let mut out = Vec::new();
    let mut decoder = Base64Decoder::new();
    for piece in pieces {
        decoder.update(piece, &mut out)?;
    }
    decoder.finish(&mut out)?;
    Ok(out)
}

fn base64(input: &[u8]) {
    let whole = decode(std::iter::once(input));
    // Few octets at a time go the way without vectors.
    assert_eq!(whole, decode(pieces(input)), "pieces matter");
    assert_eq!(whole, decode(input.chunks(5)), "pieces matter");
    for wrap in [Wrap::Mime, Wrap::Pem] {
        let mut text = Vec::new();
        let mut encoder = Base64Encoder::wrapped(wrap);
        pieces(input).for_each(|piece| encoder.update(piece, &mut text));
        encoder.finish(&mut text);
        let mut once = Vec::new();
        let mut encoder = Base64Encoder::wrapped(wrap);
        encoder.update(input, &mut once);
        encoder.finish(&mut once);
        assert_eq!(text, once, "pieces matter");
        assert_eq!(decode(std::iter::once(&text[..])).as_deref(), Ok(input));
        assert_eq!(decode(pieces(&text)).as_deref(), Ok(input));
    }
}

fn written(input: &[u8], options: &OpenOptions<'_>) {
    let fields = Entity::read(input).map_or(0, |entity| entity.headers.fields().len());
    if input.len() > WRITTEN_MAX || fields > FIELDS {
        return;
    }
    let (cx, people) = (world().cx(), &world().people);
    let protections = [
        None,
        Some(HeaderProtection::Clear),
        Some(HeaderProtection::Cipher(Confidentiality::None)),
        Some(HeaderProtection::Cipher(Confidentiality::Baseline)),
    ];
    // One of them; the input says which.
    let number = input.iter().fold(0u8, |sum, octet| sum.wrapping_mul(31).wrapping_add(*octet)) as usize % 4;
    let outgoing = match protections[number] {
        None => message::split(input),
        Some(protection) => message::protect_headers(input, protection),
    };
    let Ok(outgoing) = outgoing else { return };
    let Ok(inside) = Entity::read(&outgoing.entity) else { panic!("split into what is no entity") };
    // The body is as it was, but for line ends, unless it is not lines.
    if inside.transfer_encoding() == TransferEncoding::Binary {
        return;
    }
    let expected = canonicalise(&outgoing.entity).into_owned();
    let signer = &people[number % 2];
    let sign = SignOptions { opaque: number >= 2, boundary: BOUNDARY.into(), ..SignOptions::default() };
    let signed = message::sign(&cx, &outgoing.entity, signer, &sign);
    let encrypted = message::encrypt(
        &cx,
        &outgoing.entity,
        std::slice::from_ref(&signer.certificate),
        &Default::default(),
    );
    for written in [signed, encrypted].into_iter().flatten() {
        let Ok(opened) = message::open(&cx, &outgoing.message(&written), options) else { continue };
        let [_] = opened.layers.as_slice() else { continue };
        assert_eq!(opened.content.as_deref(), Some(&expected[..]));
        assert!(opened.signers().all(|signer| signer.signature.is_ok()));
    }
}
