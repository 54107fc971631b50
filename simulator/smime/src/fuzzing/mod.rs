//! What the fuzz targets do with their input: read it in every way there is and hold the results against each other.
//!
//! A target panics when something is wrong and says nothing otherwise. The same functions run over the committed
//! corpora as tests. Inputs are files as they are found in the world; everything else (sizes of pieces) is derived
//! from their octets. The cryptography is [`Transparent`], so that octets behind ciphers, integrity codes and
//! signatures are reached by changing the input.

mod ber;
mod cms;
mod mime;
mod pkcs12;
mod provider;
mod seeds;
mod stream;
mod world;

pub use ber::ber;
pub use cms::cms;
pub use mime::mime;
pub use pkcs12::pkcs12;
pub use provider::Transparent;
pub use seeds::{Seed, seeds};
pub use stream::stream;

/// A function that is fed with inputs.
pub type Target = fn(&[u8]);

/// The targets by their names.
pub const TARGETS: [(&str, Target); 5] =
    [("ber", ber), ("cms", cms), ("mime", mime), ("pkcs12", pkcs12), ("stream", stream)];

/// Cuts an input into pieces whose sizes its octets determine.
fn pieces(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut state = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut rest = input;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Mostly a few octets, at times lines, seldom much.
        let most = [1, 3, 7, 40, 80, 700][(state >> 40) as usize % 6];
        let size = 1 + (state >> 20) as usize % most;
        let (piece, after) = rest.split_at_checked(size).unwrap_or((rest, &[]));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_whole() {
        let input: Vec<u8> = (0..=255).cycle().take(5000).collect();
        assert_eq!(pieces(&input).collect::<Vec<_>>().concat(), input);
        assert!(pieces(&input).count() > 10 && pieces(&input).all(|piece| !piece.is_empty()));
    }

    /// The corpora are those of `cargo fuzz`, minimised; cases that once failed are among them.
    #[test]
    #[allow(clippy::disallowed_methods)]
    fn every_committed_input_passes_its_target() {
        let fuzz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        for (name, target) in TARGETS {
            let mut files: Vec<_> = ["corpus", "cases"]
                .iter()
                .filter_map(|kind| std::fs::read_dir(fuzz.join(kind).join(name)).ok())
                .flatten()
                .map(|entry| entry.expect("a file of the corpus").path())
                .collect();
            files.sort();
            assert!(files.len() >= 50, "{name}: {} files", files.len());
            for file in files {
                target(&std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
            }
        }
    }

    #[test]
    fn every_seed_passes_its_target() {
        let seeds = seeds();
        for (name, target) in TARGETS {
            let of = seeds.iter().filter(|seed| seed.target == name);
            assert!(of.clone().count() >= 5, "{name}");
            of.for_each(|seed| target(&seed.octets));
        }
    }
}
