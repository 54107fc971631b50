//! Files of keys and certificates.

use super::world::world;
use crate::pkcs12::{IterationBudget, Pkcs12, Pkcs12Error, WriteOptions, open_counted, outline, write};

/// How many iterations a file may ask for: few, so that inputs are read fast.
const ITERATIONS: u64 = 8192;

/// Reads the input as a PKCS#12 file with no, an empty, an ASCII and another password; what was read is written and
/// read again.
///
/// # Panics
///
/// When keys or certificates change on the way.
pub fn pkcs12(input: &[u8]) {
    let open = |octets: &[u8], password| {
        open_counted(&world().cx(), octets, password, &mut IterationBudget::new(ITERATIONS))
    };
    let none = open(input, None);
    assert_eq!(none, open(input, Some("")), "no password and an empty one are the same");
    for password in [Some("password"), Some("pässwörd")] {
        let _ = open(input, password);
    }
    let outline = outline(input);
    let Ok(file) = none else { return };
    assert_eq!(outline.map(|seen| seen.protections[0]), Ok(file.algorithms[0]), "seen from outside");
    assert_eq!(file.identities.len(), file.friendly_names.len());
    assert_eq!(file.certificates.len(), file.certificate_names.len());
    assert_eq!(file.lone_keys.len(), file.keys_without_certificate);
    let options =
        WriteOptions { iterations: 1, certificates: file.certificates.clone(), ..WriteOptions::default() };
    match write(&world().cx(), &file.identities, Some("password"), &options) {
        Ok(written) => {
            let again = open(&written, Some("password")).expect("what is written is read");
            assert_eq!(people(&again), people(&file));
            assert_eq!(certificates(&again), certificates(&file));
        }
        Err(
            Pkcs12Error::TooManyBags { .. }
            | Pkcs12Error::TooLarge { .. }
            | Pkcs12Error::TooManyIterations { .. },
        ) => {}
        Err(error) => panic!("cannot be written: {error}"),
    }
}

/// Keys with their certificates, chains aside: they depend on what else is in the file.
fn people(file: &Pkcs12) -> Vec<(&[u8], &[u8])> {
    file.identities.iter().map(|identity| (identity.certificate.der(), identity.key.pkcs8())).collect()
}

/// All certificates, each once.
fn certificates(file: &Pkcs12) -> Vec<&[u8]> {
    let own = file.identities.iter().map(|identity| &identity.certificate);
    let mut all: Vec<&[u8]> = own.chain(&file.certificates).map(|certificate| certificate.der()).collect();
    all.sort();
    all.dedup();
    all
}
