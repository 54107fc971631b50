//! Messages that arrive in pieces, in every form that files have.

use super::pieces;
use super::world::world;
use crate::PathOptions;
use crate::message::SmimeError;
use crate::message::stream::{
    Decryption, MessageDecryptor, MessageVerifier, Reading, Verification, VerifyOptions,
};

/// Verifies and decrypts the input as a message, bare CMS or PEM, as it arrives.
///
/// # Panics
///
/// When the size of pieces matters.
pub fn stream(input: &[u8]) {
    let whole = verify(std::iter::once(input), Reading::default());
    let again = compare(&whole, &verify(pieces(input), Reading::default()));
    if let Some(reading) = again {
        let whole = verify(std::iter::once(input), reading.clone());
        compare(&whole, &verify(pieces(input), reading));
    }
    for attempt in 0..2 {
        let whole = decrypt(std::iter::once(input), attempt);
        let in_pieces = decrypt(pieces(input), attempt);
        match (&whole, &in_pieces) {
            (Ok((report, held)), Ok((other, others))) => {
                assert_eq!(report, other, "pieces matter");
                let opened = report.layer.as_ref().is_some_and(|layer| layer.opened_by.is_ok());
                assert!(!opened || held == others, "pieces matter");
            }
            (Err(_), Err(_)) => {}
            _ => panic!("pieces matter: {whole:?} {in_pieces:?}"),
        }
    }
}

type Verified = Result<(Verification, Vec<u8>), SmimeError>;

/// Holds two readings against each other; gives how the message wants to be read once more.
fn compare(whole: &Verified, in_pieces: &Verified) -> Option<Reading> {
    match (whole, in_pieces) {
        (Ok((report, held)), Ok((other, others))) => {
            assert_eq!(report.outermost, other.outermost, "pieces matter");
            assert_eq!(report.signers, other.signers, "pieces matter");
            assert_eq!(report.certificates, other.certificates, "pieces matter");
            assert_eq!(report.senders, other.senders, "pieces matter");
            assert_eq!(report.protected_headers, other.protected_headers, "pieces matter");
            assert_eq!(report.again, other.again, "pieces matter");
            assert_eq!(report.signature.is_some(), other.signature.is_some(), "pieces matter");
            assert_eq!(report.content_type, other.content_type, "pieces matter");
            assert_eq!(report.expanded, other.expanded, "pieces matter");
            // How far something broken expands is nobody's interest, nor what is held of what turns out not to be signed.
            let shown = report.is_verified() || report.signature.is_some() && !report.expanded;
            assert!(!shown || held == others, "pieces matter");
            report.again.clone()
        }
        (Err(_), Err(_)) => None,
        _ => panic!("pieces matter: {whole:?} {in_pieces:?}"),
    }
}

fn verify<'a>(pieces: impl Iterator<Item = &'a [u8]>, reading: Reading) -> Verified {
    let world = world();
    let cx = world.cx();
    let options = VerifyOptions {
        trust: &world.trust,
        intermediates: &[],
        path: PathOptions::default(),
        from: None,
        check_from: true,
    };
    let mut held = Vec::new();
    let mut verifier = MessageVerifier::new(&cx, reading);
    for piece in pieces {
        verifier.update(piece, &mut held)?;
    }
    let report = verifier.finish(&mut held, &options)?;
    Ok((report, held))
}

fn decrypt<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
    attempt: usize,
) -> Result<(Decryption, Vec<u8>), SmimeError> {
    let world = world();
    let cx = world.cx();
    let mut held = Vec::new();
    let mut decryptor = MessageDecryptor::attempt(&cx, &world.people, attempt);
    for piece in pieces {
        decryptor.update(piece, &mut held)?;
    }
    let report = decryptor.finish(&mut held)?;
    Ok((report, held))
}
