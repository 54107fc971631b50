//! Frames and elements, and the structures that stand on them alone.

use super::pieces;
use crate::asn1::{self, Rules};
use crate::tlv::{self, Element, Framer, Header, Step, Tag, TlvError, Visitor};
use crate::{Certificate, Crl, OcspResponse, PrivateKey};

/// How much the framer may collect.
const CAPTURE_MAX: usize = 16 * 1024;

/// Reads the input as BER and DER with both readers and the framer, and as certificate, revocation list, OCSP response
/// and private key, in DER and PEM.
///
/// # Panics
///
/// When the readers disagree, or the size of pieces matters.
pub fn ber(input: &[u8]) {
    for steps in 0..3 {
        let whole = diary(std::iter::once(input), steps);
        assert_eq!(whole, diary(pieces(input), steps), "pieces matter");
    }
    let element = Element::only(input, 0);
    if let Ok(element) = &element {
        walk(element, &mut 4096);
        rewritten(element);
    }
    readers_agree(input, element.as_ref().ok());
    structures(input);
}

/// What the framer told, as one text; the contents apart, because their pieces are no part of it.
fn diary<'a>(pieces: impl Iterator<Item = &'a [u8]>, steps: u8) -> (Diary, Result<(), TlvError>) {
    let mut diary = Diary { steps, ..Diary::default() };
    let mut framer = Framer::new(CAPTURE_MAX);
    for piece in pieces {
        if let Err(error) = framer.update(piece, &mut diary) {
            return (diary, Err(error));
        }
    }
    (diary, framer.finish())
}

#[derive(Debug, Default, PartialEq)]
struct Diary {
    /// Which elements are entered, captured and streamed.
    steps: u8,
    events: Vec<(&'static str, u64)>,
    captured: Vec<Vec<u8>>,
    content: Vec<u8>,
}

impl Visitor for Diary {
    type Error = TlvError;

    fn header(&mut self, header: &Header, offset: u64) -> Result<Step, TlvError> {
        self.events.push(("header", offset));
        Ok(match self.steps {
            _ if header.tag.is_octet_string() => Step::Content,
            0 if header.tag.constructed => Step::Enter,
            1 if header.tag == Tag::SEQUENCE => Step::Enter,
            2 if header.tag.is_context(0) => Step::Content,
            2 if header.tag == Tag::SEQUENCE && offset < 8 => Step::Enter,
            _ => Step::Capture,
        })
    }
    fn captured(&mut self, raw: &[u8], offset: u64) -> Result<(), TlvError> {
        self.events.push(("captured", offset));
        // What is handed over is one whole element, unless a definite length hides what is inside.
        assert!(Element::only(raw, offset).is_ok(), "captured what is no element: {raw:02x?}");
        self.captured.push(raw.to_vec());
        Ok(())
    }
    fn content(&mut self, octets: &[u8]) -> Result<(), TlvError> {
        self.content.extend_from_slice(octets);
        Ok(())
    }
    fn content_end(&mut self) -> Result<(), TlvError> {
        self.events.push(("content", self.content.len() as u64));
        Ok(())
    }
    fn leave(&mut self, offset: u64) -> Result<(), TlvError> {
        self.events.push(("leave", offset));
        Ok(())
    }
}

/// Reads an element as everything that it could be, and what is inside; at most `left` elements.
fn walk(element: &Element<'_>, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let end = element.offset + element.raw.len() as u64;
    let _ = (element.oid(), element.bit_string(), tlv::read_time(element));
    if let Ok(number) = element.small_integer() {
        let digits = element.integer().expect("a small integer is an integer");
        let value = digits.iter().fold(0u64, |sum, octet| sum << 8 | u64::from(*octet));
        assert_eq!(value, u64::from(number));
    }
    if let Ok(octets) = element.octets() {
        assert!(octets.len() <= element.body.len());
    }
    if !element.tag.constructed {
        return;
    }
    let mut reader = element.reader();
    while let Ok(Some(inner)) = reader.next() {
        assert!(inner.offset > element.offset && inner.offset + inner.raw.len() as u64 <= end);
        walk(&inner, left);
    }
}

/// DER of DER is the same.
fn rewritten(element: &Element<'_>) {
    for sort in [false, true] {
        let Ok(der) = element.to_der(0x31, sort) else { continue };
        let again = Element::only(&der, 0).and_then(|element| element.to_der(0x31, sort));
        if let Ok(again) = again {
            assert_eq!(again, der, "sort={sort}");
        }
    }
}

/// The small reader of certificates and the reader of messages see the same, where both see anything.
fn readers_agree(input: &[u8], element: Option<&Element<'_>>) {
    for rules in [Rules::Der, Rules::Ber] {
        let mut reader = asn1::Reader::new(input, rules);
        let Ok(first) = reader.any() else { continue };
        let _ = (first.time(), first.bits(), first.whole_bits(), asn1::signature(first));
        let _ = (first.oid().map(|oid| oid.to_string()), asn1::dotted(first.content));
        let uint = first.uint().ok();
        let octets = first.octets().ok();
        let Some(element) = element.filter(|_| reader.end().is_ok()) else { continue };
        assert_eq!((first.content, first.raw), (element.body, element.raw));
        if let (Some(uint), Ok(small)) = (uint, element.small_integer()) {
            assert_eq!(uint, u64::from(small));
        }
        if let (Some(octets), Ok(others)) = (octets, element.octets()) {
            assert_eq!(octets, others.as_ref());
        }
    }
}

fn structures(input: &[u8]) {
    for certificate in
        Certificate::from_der(input).into_iter().chain(Certificate::from_pem(input).into_iter().flatten())
    {
        look_at(&certificate);
    }
    for crl in Crl::from_der(input).into_iter().chain(Crl::from_pem(input).into_iter().flatten()) {
        let _ = (crl.issuer(), crl.this_update(), crl.next_update(), crl.len(), crl.is_delta());
        for person in &super::world::world().people {
            let _ = crl.find(&person.certificate);
        }
        assert_eq!(Crl::from_der(crl.der()).as_ref(), Ok(&crl));
    }
    if let Ok(response) = OcspResponse::from_der(input) {
        let _ = response.produced_at();
        response.certificates().iter().for_each(look_at);
    }
    let _ = PrivateKey::from_pkcs8(input.to_vec());
    let _ = PrivateKey::from_pem(input);
}

fn look_at(certificate: &Certificate) {
    let _ =
        (certificate.subject(), certificate.issuer(), certificate.display_name(), certificate.serial_hex());
    let _ = (certificate.email_addresses(), certificate.key_usage(), certificate.extended_key_usage());
    let _ = (certificate.crl_uris(), certificate.freshest_crl_uris(), certificate.ocsp_uris());
    let _ = (certificate.ca_issuers_uris(), certificate.certificate_policies(), certificate.path_len());
    let _ =
        (certificate.public_key_algorithm(), certificate.signature_scheme(), certificate.is_self_issued());
    assert_eq!(Certificate::from_der(certificate.der()).as_ref(), Ok(certificate));
    let pem = Certificate::from_pem(certificate.to_pem().as_bytes());
    assert_eq!(pem.as_deref(), Ok(&[certificate.clone()][..]));
    let world = super::world::world();
    let chain = [world.people[0].certificate.clone()];
    let _ = crate::validate(&world.cx(), certificate, &chain, &world.trust, crate::Purpose::EmailSigning);
}
