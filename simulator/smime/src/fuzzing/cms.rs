//! Messages of every kind, whole and in pieces.

use super::pieces;
use super::world::world;
use crate::Purpose;
use crate::cms::outline::{Body, Outline, OutlineReader};
use crate::cms::{self, CmsError, Decompressor, Decryptor, SignerReport, Verifier};

/// How large compressed content may become.
const EXPANDED_MAX: u64 = 256 * 1024;

/// Reads the input as SignedData, EnvelopedData, AuthEnvelopedData and CompressedData.
///
/// # Panics
///
/// When the size of pieces matters, or a message that was read is written in another way than it is read.
pub fn cms(input: &[u8]) {
    let _ = cms::content_type(input);
    let outline = cms::outline::outline(input);
    let mut reader = OutlineReader::new();
    let fed = pieces(input).try_for_each(|piece| reader.update(piece, &mut Vec::new()));
    let in_pieces = fed.and_then(|()| reader.finish());
    assert_eq!(outline.as_ref().ok(), in_pieces.as_ref().ok(), "pieces matter");
    signed(input, outline.as_ref().ok());
    encrypted(input);
    compressed(input);
    written(input);
}

/// What is known of SignedData.
type Known = Result<(Vec<u8>, bool, Vec<SignerReport>), CmsError>;

fn verify<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Known {
    let world = world();
    let cx = world.cx();
    let mut content = Vec::new();
    let mut verifier = Verifier::new(&cx);
    for piece in pieces {
        verifier.update(piece, &mut content)?;
    }
    let signed = verifier.finish()?;
    let mut detached = signed.detached(&cx);
    detached.update(b"Content-Type: text/plain\r\n\r\nHello\r\n");
    let detached = (!signed.attached).then(|| detached.finish());
    let reports = signed.reports(&cx, detached.as_ref(), &[], &world.trust, Purpose::EmailSigning);
    assert_eq!(reports.len(), signed.signer_count());
    Ok((content, signed.attached, reports))
}

fn signed(input: &[u8], outline: Option<&Outline>) {
    let whole = verify(std::iter::once(input));
    assert_eq!(whole, verify(pieces(input)), "pieces matter");
    if let (Ok((content, attached, reports)), Some(Body::Signed(outline))) =
        (&whole, outline.map(|o| &o.body))
    {
        assert_eq!(outline.content_size, attached.then_some(content.len() as u64));
        assert_eq!(outline.signers.len(), reports.len());
    }
    let opened = cms::open_signed(&world().cx(), input, &world().trust);
    match whole {
        Ok((content, true, reports)) => {
            let opened = opened.expect("what can be verified can be opened");
            assert_eq!(opened.content, content);
            let holds =
                |reports: &[SignerReport]| reports.iter().map(|r| r.signature.clone()).collect::<Vec<_>>();
            assert_eq!(holds(&opened.signers), holds(&reports));
        }
        Ok((_, false, _)) => assert_eq!(opened, Err(CmsError::NoContent)),
        Err(error) => assert_eq!(opened, Err(error)),
    }
}

fn encrypted(input: &[u8]) {
    let (cx, people) = (world().cx(), &world().people);
    let whole = cms::decrypt(&cx, input, people);
    let attempt = |attempt, pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut held = Vec::new();
        let mut decryptor = Decryptor::attempt(&cx, people, attempt);
        for piece in pieces {
            decryptor.update(piece, &mut held)?;
        }
        let report = decryptor.finish(&mut held)?;
        Ok::<_, CmsError>(report.opened_by.is_ok().then_some(held).ok_or(report))
    };
    for number in 0..3 {
        let once = attempt(number, &mut std::iter::once(input));
        assert_eq!(once, attempt(number, &mut pieces(input)), "pieces matter");
        match (once, &whole) {
            (Ok(Ok(held)), Ok(decrypted)) if number == 0 => assert_eq!(decrypted.content, Some(held)),
            (Err(error), whole) => assert_eq!(whole, &Err(error)),
            _ => {}
        }
    }
}

fn compressed(input: &[u8]) {
    let whole = cms::decompress(input, EXPANDED_MAX);
    let in_pieces = || {
        let mut content = Vec::new();
        let mut decompressor = Decompressor::new(EXPANDED_MAX);
        for piece in pieces(input) {
            decompressor.update(piece, &mut content)?;
        }
        Ok(cms::Decompressed { content, ..decompressor.finish()? })
    };
    assert_eq!(whole, in_pieces(), "pieces matter");
    if let Ok(decompressed) = whole {
        assert!(decompressed.content.len() as u64 <= EXPANDED_MAX);
    }
}

/// The input as content: what is written is read back.
fn written(input: &[u8]) {
    let world = world();
    let (cx, signer) = (world.cx(), &world.people[input.len() % world.people.len()]);
    let options = cms::EncryptOptions::default();
    let mut message = Vec::new();
    let recipients = [signer.certificate.clone()];
    let mut writer =
        cms::EnvelopedWriter::new(&cx, &recipients, &options, None, &mut message).expect("a writer");
    for piece in pieces(input) {
        writer.update(piece, &mut message).expect("content is taken");
    }
    writer.finish(&mut message).expect("a message");
    let read = cms::decrypt(&cx, &message, &world.people).expect("what is written is read");
    assert_eq!(read.content.as_deref(), Some(input));
}
