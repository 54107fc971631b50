//! A kept world as bytes: one line that says what follows, then JSON. Snapshots are the same bytes.
//!
//! The first line is a JSON object {format, version, octets, sha256}; the numbers are those of everything after the
//! line's end. Private keys and passwords are in it, so it belongs into files of mode 0600.

use crate::{PROVIDER, World};
use serde::{Deserialize, Serialize};
use smime::{CryptoProvider, DigestAlgorithm};
use thiserror::Error;

/// The version of the form that is written; the only one that is read.
pub const RECORD_VERSION: u32 = 1;

/// The largest record that is read, in octets.
pub const MAX_RECORD_SIZE: u64 = 512 * 1024 * 1024;

/// The longest first line, in octets.
const MAX_HEADER: usize = 4_096;

/// What the first line calls the form.
const FORMAT: &str = "handset-device";

/// Why bytes are no record. What stands in them is never shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes do not begin with the line of a record.
    #[error("it is not a device that handset wrote")]
    NotARecord,
    /// A later form.
    #[error(
        "it has format version {found}, and this handset knows up to {RECORD_VERSION}; use a newer handset"
    )]
    Newer {
        /// The version that it says.
        found: u32,
    },
    /// Something is missing at the end, or something follows.
    #[error("it is damaged: {found} octets of state, not the {expected} that were written")]
    Length {
        /// As the first line says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// The content is not what was written.
    #[error("it is damaged: the checksum does not match")]
    Checksum,
    /// The content is as written, and yet no state that this program knows.
    #[error("its state is not one that this handset knows (line {line}, column {column} of the state)")]
    State {
        /// Line of the state.
        line: usize,
        /// Column of the state.
        column: usize,
    },
    /// The record is larger than [`MAX_RECORD_SIZE`].
    #[error("it is larger than {limit} octets")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The state cannot be put into JSON.
    #[error("the state cannot be written")]
    Unwritable,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    octets: u64,
    sha256: String,
}

/// What every version of the first line has.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u32,
}

#[derive(Serialize)]
struct StateRef<'a> {
    world: &'a World,
}

#[derive(Deserialize)]
struct State {
    world: World,
}

fn checksum(state: &[u8]) -> String {
    let digest = PROVIDER.digest(DigestAlgorithm::Sha256, &[state]);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Writes a record.
///
/// # Errors
/// [`RecordError::Unwritable`], [`RecordError::TooLarge`].
pub fn encode(world: &World) -> Result<Vec<u8>, RecordError> {
    let state = serde_json::to_vec(&StateRef { world }).map_err(|_| RecordError::Unwritable)?;
    if state.len() as u64 + MAX_HEADER as u64 > MAX_RECORD_SIZE {
        return Err(RecordError::TooLarge { limit: MAX_RECORD_SIZE });
    }
    let header = Header {
        format: FORMAT.to_owned(),
        version: RECORD_VERSION,
        octets: state.len() as u64,
        sha256: checksum(&state),
    };
    let mut record = serde_json::to_vec(&header).map_err(|_| RecordError::Unwritable)?;
    record.push(b'\n');
    record.extend_from_slice(&state);
    Ok(record)
}

/// Reads a record.
///
/// # Errors
/// [`RecordError`].
pub fn decode(record: &[u8]) -> Result<World, RecordError> {
    if record.len() as u64 > MAX_RECORD_SIZE {
        return Err(RecordError::TooLarge { limit: MAX_RECORD_SIZE });
    }
    let end = record.iter().take(MAX_HEADER).position(|b| *b == b'\n').ok_or(RecordError::NotARecord)?;
    let (line, state) = (record.get(..end).unwrap_or_default(), record.get(end + 1..).unwrap_or_default());
    let kind: Kind = serde_json::from_slice(line).map_err(|_| RecordError::NotARecord)?;
    if kind.format != FORMAT {
        return Err(RecordError::NotARecord);
    }
    if kind.version > RECORD_VERSION {
        return Err(RecordError::Newer { found: kind.version });
    }
    let header: Header = serde_json::from_slice(line).map_err(|_| RecordError::NotARecord)?;
    if header.octets != state.len() as u64 {
        return Err(RecordError::Length { expected: header.octets, found: state.len() as u64 });
    }
    if header.sha256 != checksum(state) {
        return Err(RecordError::Checksum);
    }
    // serde_json's own words may quote a value, which may be a password.
    let parsed: Result<State, _> = serde_json::from_slice(state);
    parsed.map(|s| s.world).map_err(|e| RecordError::State { line: e.line(), column: e.column() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Owner, WorldOptions};
    use device::{DeviceFacts, Variants};
    use smime::Timestamp;

    fn world() -> World {
        World::new(WorldOptions {
            facts: DeviceFacts {
                ios: "17.5".parse().unwrap(),
                model: "iPhone15,2".to_owned(),
                supervised: false,
                variants: Variants::default(),
            },
            clock: Timestamp(1_800_000_000_000),
            seed: 7,
            owner: Owner {
                email: "alice@contoso.example".to_owned(),
                user_name: "alice@contoso.example".to_owned(),
                host: None,
                password: Some(device::Secret::new("hunter2")),
            },
        })
        .unwrap()
    }

    fn with_header(record: &[u8], change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
        let end = record.iter().position(|b| *b == b'\n').unwrap();
        let mut header: serde_json::Value = serde_json::from_slice(&record[..end]).unwrap();
        change(&mut header);
        let mut out = serde_json::to_vec(&header).unwrap();
        out.extend_from_slice(&record[end..]);
        out
    }

    #[test]
    fn a_world_comes_back_as_it_was() {
        let record = encode(&world()).unwrap();
        let back = decode(&record).unwrap();
        assert_eq!(encode(&back).unwrap(), record);
        assert_eq!(back.seed(), 7);
        assert_eq!(back.peers()[0].key_pem, world().peers()[0].key_pem);
    }

    #[test]
    fn damage_is_named_and_nothing_is_quoted() {
        let record = encode(&world()).unwrap();
        assert_eq!(decode(b"").err(), Some(RecordError::NotARecord));
        assert_eq!(decode(b"{}\n").err(), Some(RecordError::NotARecord));
        assert_eq!(decode(&[b'x'; 2 * MAX_HEADER]).err(), Some(RecordError::NotARecord));
        let cut = decode(&record[..record.len() - 1]).err();
        assert!(matches!(cut, Some(RecordError::Length { .. })), "{cut:?}");
        let mut flipped = record.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert_eq!(decode(&flipped).err(), Some(RecordError::Checksum));
        let newer = with_header(&record, |h| {
            h["version"] = (RECORD_VERSION + 1).into();
            h["octets"] = "said in another way".into();
        });
        assert_eq!(decode(&newer).err(), Some(RecordError::Newer { found: RECORD_VERSION + 1 }));
        let state = br#"{"world":"hunter2"}"#;
        let mut other = with_header(&record, |h| {
            h["octets"] = state.len().into();
            h["sha256"] = checksum(state).into();
        });
        other.truncate(other.iter().position(|b| *b == b'\n').unwrap() + 1);
        other.extend_from_slice(state);
        let error = decode(&other).err().unwrap();
        assert!(matches!(error, RecordError::State { .. }), "{error:?}");
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn every_cut_and_every_kind_of_flip_is_an_error() {
        let record = encode(&world()).unwrap();
        for at in (0..record.len()).step_by(record.len() / 97 + 1) {
            assert!(decode(&record[..at]).is_err(), "cut at {at}");
            let mut flipped = record.clone();
            flipped[at] ^= 0x20;
            assert!(decode(&flipped).is_err(), "flipped at {at}");
        }
    }
}
