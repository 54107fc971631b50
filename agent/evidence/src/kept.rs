//! The form in which a log is kept: lines of JSON, sealed at the end, each observation with a reference to the bytes
//! that it was read from. Files are somebody else's; this says what is in them.
//!
//! The first line says what follows, then comes one line for each observation, and the last line holds their number and
//! the SHA-256 of everything before it. The seal shows accidents and careless hands, it is no signature. What is said in
//! the log is read again from the raw bytes when evidence is checked ([`check_raw`]), so a fact that the bytes do not
//! tell is found even under a new seal.

use crate::source::{ReadError, Reading, read};
use crate::{Log, MAX_OBSERVATIONS, MAX_RAW_OCTETS, Observation, RawName};
use serde::{Deserialize, Serialize};
use smime::{Context, DigestAlgorithm};
use std::collections::BTreeMap;
use thiserror::Error;

/// The version of the form. It grows by addition only; anything else raises it.
pub const EVIDENCE_SCHEMA_VERSION: u32 = 1;

/// The name of the log in its folder.
pub const LOG_FILE: &str = "log.ndjson";

/// The largest log, in octets.
pub const MAX_LOG_OCTETS: u64 = 256 * 1024 * 1024;

/// The longest line of a log, in octets: a device that lists a thousand certificates stays far below.
pub const MAX_LINE_OCTETS: usize = 16 * 1024 * 1024;

/// The most raw files behind one log.
pub const MAX_RAW_FILES: usize = 100_000;

/// The most raw octets behind one log.
pub const MAX_TOTAL_RAW_OCTETS: u64 = 4 * 1024 * 1024 * 1024;

/// What the first line calls the form.
const FORMAT: &str = "handset-evidence";

/// The first line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptHeader {
    /// Always `handset-evidence`.
    pub format: String,
    /// [`EVIDENCE_SCHEMA_VERSION`].
    pub schema_version: u32,
}

/// The last line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    sealed: u64,
    sha256: String,
}

/// Why bytes are no log that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LogDefect {
    /// The log is larger than [`MAX_LOG_OCTETS`].
    #[error("it has {octets} octets, more than {MAX_LOG_OCTETS}")]
    TooLarge {
        /// How many it has.
        octets: u64,
    },
    /// The first line is none of this form.
    #[error("line 1: it does not begin as a log of evidence does")]
    NotALog,
    /// A later form.
    #[error("line 1: it has version {found}, and this program knows up to {EVIDENCE_SCHEMA_VERSION}")]
    Newer {
        /// The version that it says.
        found: u32,
    },
    /// A line is longer than [`MAX_LINE_OCTETS`].
    #[error("line {line}: it is longer than {MAX_LINE_OCTETS} octets")]
    LongLine {
        /// The line, from 1.
        line: u64,
    },
    /// A line is no observation that this program knows.
    #[error("line {line}, column {column}: it is no observation that this program knows")]
    Line {
        /// The line, from 1.
        line: u64,
        /// The column, from 1; 0 when only the whole is wrong.
        column: u64,
    },
    /// Observations are numbered from 1 on without a gap.
    #[error("line {line}: observation {found} stands where {expected} belongs")]
    Number {
        /// The line, from 1.
        line: u64,
        /// The number that belongs there.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// An observation names no bytes.
    #[error("line {line}: observation {id} names no raw bytes")]
    NoRaw {
        /// The line, from 1.
        line: u64,
        /// The observation.
        id: u64,
    },
    /// Two observations say different things of one raw file.
    #[error("line {line}: {file} is described otherwise than before")]
    RawDiffers {
        /// The line, from 1.
        line: u64,
        /// The file.
        file: RawName,
    },
    /// There are more than [`MAX_OBSERVATIONS`].
    #[error("line {line}: there are more than {MAX_OBSERVATIONS} observations")]
    TooMany {
        /// The line, from 1.
        line: u64,
    },
    /// There are more raw files than [`MAX_RAW_FILES`], or more octets in them than [`MAX_TOTAL_RAW_OCTETS`].
    #[error(
        "line {line}: there are more raw files than {MAX_RAW_FILES}, or more octets in them than {MAX_TOTAL_RAW_OCTETS}"
    )]
    TooMuchRaw {
        /// The line, from 1.
        line: u64,
    },
    /// The last line is no seal: the log was cut, or something was written behind it.
    #[error("line {line}: the log is not sealed; it was cut off, or something was added")]
    NoSeal {
        /// The last line.
        line: u64,
    },
    /// The seal does not fit what stands before it.
    #[error("line {line}: the seal does not fit; the log was changed after it was written")]
    Broken {
        /// The line of the seal.
        line: u64,
    },
}

/// Why raw bytes are not what the log says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RawDefect {
    /// They are more or fewer.
    #[error("it has {found} octets, the log says {expected}")]
    Size {
        /// As the log says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// They are others.
    #[error("its SHA-256 is not the one in the log; the bytes were changed")]
    Digest,
    /// They cannot be read as what the log says they are.
    #[error("it cannot be read: {0}")]
    Unreadable(ReadError),
    /// They do not tell what the log says.
    #[error("observation {id} says what these bytes do not tell")]
    Otherwise {
        /// The observation.
        id: u64,
    },
    /// They tell more than the log says.
    #[error("the bytes tell {told} facts, the log has {kept} of them")]
    Count {
        /// How many the bytes tell.
        told: usize,
        /// How many the log has.
        kept: usize,
    },
}

fn sha256(cx: &Context<'_>, bytes: &[u8]) -> String {
    let digest = cx.crypto.digest(DigestAlgorithm::Sha256, &[bytes]);
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The log as it is kept.
///
/// Every observation must have its raw reference; [`decode_log`] takes no other.
///
/// # Errors
/// None in practice; the serialiser's own.
pub fn encode_log(cx: &Context<'_>, log: &Log) -> Result<Vec<u8>, serde_json::Error> {
    let header = KeptHeader { format: FORMAT.to_owned(), schema_version: EVIDENCE_SCHEMA_VERSION };
    let mut out = serde_json::to_vec(&header)?;
    out.push(b'\n');
    for observation in log.observations() {
        serde_json::to_writer(&mut out, observation)?;
        out.push(b'\n');
    }
    let seal = Seal { sealed: log.observations().len() as u64, sha256: sha256(cx, &out) };
    serde_json::to_writer(&mut out, &seal)?;
    out.push(b'\n');
    Ok(out)
}

/// Reads a log back and checks its form, its numbers and its seal. The raw bytes are checked with [`check_raw`].
///
/// # Errors
/// [`LogDefect`], with the line.
pub fn decode_log(cx: &Context<'_>, bytes: &[u8]) -> Result<Log, LogDefect> {
    if bytes.len() as u64 > MAX_LOG_OCTETS {
        return Err(LogDefect::TooLarge { octets: bytes.len() as u64 });
    }
    let mut lines = Lines { rest: bytes, number: 0, read: 0 };
    let header: KeptHeader =
        lines.next()?.and_then(|l| serde_json::from_slice(l.bytes).ok()).ok_or(LogDefect::NotALog)?;
    if header.format != FORMAT {
        return Err(LogDefect::NotALog);
    }
    if header.schema_version > EVIDENCE_SCHEMA_VERSION {
        return Err(LogDefect::Newer { found: header.schema_version });
    }
    let mut log = Log::default();
    let mut raws: BTreeMap<RawName, (u64, String)> = BTreeMap::new();
    let mut octets: u64 = 0;
    while let Some(line) = lines.next()? {
        if lines.rest.is_empty() {
            let seal: Seal =
                serde_json::from_slice(line.bytes).map_err(|_| LogDefect::NoSeal { line: line.number })?;
            let before = bytes.get(..line.start).unwrap_or_default();
            let fits = seal.sealed == log.observations().len() as u64 && seal.sha256 == sha256(cx, before);
            return if fits { Ok(log) } else { Err(LogDefect::Broken { line: line.number }) };
        }
        let observation = observation(&line, &log)?;
        if let Some(raw) = &observation.raw {
            let described = (raw.octets, raw.sha256.clone());
            match raws.get(&raw.file) {
                Some(known) if *known == described => {}
                Some(_) => {
                    return Err(LogDefect::RawDiffers { line: line.number, file: raw.file.clone() });
                }
                None => {
                    octets = octets.saturating_add(raw.octets);
                    if raws.len() >= MAX_RAW_FILES
                        || octets > MAX_TOTAL_RAW_OCTETS
                        || raw.octets > MAX_RAW_OCTETS
                    {
                        return Err(LogDefect::TooMuchRaw { line: line.number });
                    }
                    raws.insert(raw.file.clone(), described);
                }
            }
        }
        let Observation { at_ms, source, raw, fact, .. } = observation;
        log.append_from(at_ms, &source, fact, raw).map_err(|_| LogDefect::TooMany { line: line.number })?;
    }
    Err(LogDefect::NoSeal { line: lines.number })
}

fn observation(line: &Line<'_>, log: &Log) -> Result<Observation, LogDefect> {
    let number = line.number;
    let observation: Observation = serde_json::from_slice(line.bytes)
        .map_err(|e| LogDefect::Line { line: number, column: e.column() as u64 })?;
    let expected = log.observations().len() as u64 + 1;
    let found = observation.id.0;
    if found != expected {
        return Err(LogDefect::Number { line: number, expected, found });
    }
    if observation.raw.is_none() {
        return Err(LogDefect::NoRaw { line: number, id: found });
    }
    Ok(observation)
}

struct Line<'a> {
    bytes: &'a [u8],
    number: u64,
    start: usize,
}

struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
    read: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Result<Option<Line<'a>>, LogDefect> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (start, number) = (self.read, self.number + 1);
        // A line that is too long is not looked through to its end.
        let window = self.rest.get(..=MAX_LINE_OCTETS).unwrap_or(self.rest);
        let end = window.iter().position(|b| *b == b'\n');
        let (bytes, rest) = match end {
            Some(end) => {
                let (line, rest) = self.rest.split_at(end);
                (line, rest.get(1..).unwrap_or_default())
            }
            None => (self.rest, &[][..]),
        };
        if bytes.len() > MAX_LINE_OCTETS {
            return Err(LogDefect::LongLine { line: number });
        }
        self.read += bytes.len() + usize::from(end.is_some());
        (self.rest, self.number) = (rest, number);
        Ok(Some(Line { bytes, number, start }))
    }
}

/// Checks that raw bytes are those of the log, and that they tell what the log says they do. `observations` are all
/// that name this file, in their order.
///
/// # Errors
/// [`RawDefect`].
pub fn check_raw(cx: &Context<'_>, observations: &[&Observation], bytes: &[u8]) -> Result<(), RawDefect> {
    let Some(raw) = observations.first().and_then(|o| o.raw.as_ref()) else { return Ok(()) };
    let found = bytes.len() as u64;
    if found != raw.octets {
        return Err(RawDefect::Size { expected: raw.octets, found });
    }
    if sha256(cx, bytes) != raw.sha256 {
        return Err(RawDefect::Digest);
    }
    let Reading { facts, .. } = read(cx, raw.kind, bytes).map_err(RawDefect::Unreadable)?;
    for (observation, told) in observations.iter().zip(&facts) {
        let when = told.at_ms.is_none_or(|at| at == observation.at_ms);
        if observation.fact != told.fact || !when {
            return Err(RawDefect::Otherwise { id: observation.id.0 });
        }
    }
    if facts.len() != observations.len() {
        return Err(RawDefect::Count { told: facts.len(), kept: observations.len() });
    }
    Ok(())
}

impl Log {
    /// Appends to the log everything that bytes tell, and gives the name under which the bytes are to be kept; nothing
    /// when they tell nothing.
    ///
    /// `at_ms` is the time of the facts that tell none themselves, in milliseconds since 1970.
    ///
    /// # Errors
    /// [`crate::LogError::Full`]; the log is then as before.
    pub fn append_reading(
        &mut self,
        cx: &Context<'_>,
        at_ms: i64,
        source: &str,
        reading: Reading,
        bytes: &[u8],
    ) -> Result<Option<RawName>, crate::LogError> {
        let before = self.observations().len();
        if reading.facts.is_empty() {
            return Ok(None);
        }
        if before + reading.facts.len() > MAX_OBSERVATIONS {
            return Err(crate::LogError::Full);
        }
        let file = RawName::new(crate::ObservationId(before as u64 + 1), reading.kind);
        let raw = crate::RawReference {
            file: file.clone(),
            kind: reading.kind,
            octets: bytes.len() as u64,
            sha256: sha256(cx, bytes),
        };
        for told in reading.facts {
            self.append_from(told.at_ms.unwrap_or(at_ms), source, told.fact, Some(raw.clone()))?;
        }
        Ok(Some(file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, ObservationId};

    const CX: Context<'static> = Context { now: smime::Timestamp(0), crypto: &crypto::AwsLc };

    const REPORT: &[u8] = br#"{"displayName":"Mail","state":"compliant","settingStates":[]}"#;

    fn log() -> Log {
        let mut log = Log::default();
        let reading = read(&CX, Kind::Intune, REPORT).unwrap();
        let file = log.append_reading(&CX, 7, "intune", reading, REPORT).unwrap();
        assert_eq!(file.unwrap().as_str(), "raw/1.json");
        log
    }

    #[test]
    fn what_is_written_is_read_back() {
        let log = log();
        let bytes = encode_log(&CX, &log).unwrap();
        assert_eq!(decode_log(&CX, &bytes), Ok(log.clone()));
        let observations: Vec<&Observation> = log.observations().iter().collect();
        assert_eq!(check_raw(&CX, &observations, REPORT), Ok(()));
    }

    #[test]
    fn every_change_is_found() {
        let bytes = encode_log(&CX, &log()).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let changed = text.replace("compliant", "conflict!");
        assert_eq!(decode_log(&CX, changed.as_bytes()), Err(LogDefect::Broken { line: 3 }));
        let cut = text.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(decode_log(&CX, cut.as_bytes()), Err(LogDefect::NoSeal { line: 2 }));
        let added = format!("{text}{{}}\n");
        assert!(matches!(decode_log(&CX, added.as_bytes()), Err(LogDefect::Line { line: 3, .. })));
        assert_eq!(decode_log(&CX, b""), Err(LogDefect::NotALog));
        assert_eq!(decode_log(&CX, b"{}\n"), Err(LogDefect::NotALog));
        let newer = text.replacen("\"schema_version\":1", "\"schema_version\":2", 1);
        assert_eq!(decode_log(&CX, newer.as_bytes()), Err(LogDefect::Newer { found: 2 }));
        let skipped = text.replacen("\"id\":1", "\"id\":2", 1);
        assert_eq!(
            decode_log(&CX, skipped.as_bytes()),
            Err(LogDefect::Number { line: 2, expected: 1, found: 2 })
        );
    }

    #[test]
    fn a_fact_that_the_bytes_do_not_tell_is_found_under_a_new_seal() {
        let mut forged = Log::default();
        let reading = read(&CX, Kind::Intune, REPORT).unwrap();
        let mut told = reading.facts.clone();
        if let Some(crate::TimedFact { fact: crate::Fact::PolicyState(state), .. }) = told.first_mut() {
            state.state = "error".to_owned();
        }
        let reading = Reading { kind: reading.kind, facts: told };
        forged.append_reading(&CX, 7, "intune", reading, REPORT).unwrap();
        let read = decode_log(&CX, &encode_log(&CX, &forged).unwrap()).unwrap();
        let observations: Vec<&Observation> = read.observations().iter().collect();
        assert_eq!(check_raw(&CX, &observations, REPORT), Err(RawDefect::Otherwise { id: 1 }));
        assert_eq!(check_raw(&CX, &observations, b"{}"), Err(RawDefect::Size { expected: 61, found: 2 }));
        let flipped = [&REPORT[..60], b" "].concat();
        assert_eq!(check_raw(&CX, &observations, &flipped), Err(RawDefect::Digest));
    }

    #[test]
    fn bounds_hold() {
        let mut line = vec![b' '; MAX_LINE_OCTETS + 1];
        assert_eq!(decode_log(&CX, &line), Err(LogDefect::LongLine { line: 1 }));
        line.pop();
        assert_eq!(decode_log(&CX, &line), Err(LogDefect::NotALog));
        let reference = |octets| crate::RawReference {
            file: RawName::new(ObservationId(1), Kind::Mdm),
            kind: Kind::Mdm,
            octets,
            sha256: String::new(),
        };
        let kept = |octets| {
            let mut log = Log::default();
            let fact = crate::Fact::Installed { identifier: "a".to_owned() };
            log.append_from(0, "t", fact, Some(reference(octets))).unwrap();
            decode_log(&CX, &encode_log(&CX, &log).unwrap())
        };
        assert!(kept(MAX_RAW_OCTETS).is_ok());
        assert_eq!(kept(MAX_RAW_OCTETS + 1), Err(LogDefect::TooMuchRaw { line: 2 }));
        let mut many = Log::default();
        for number in 1..=MAX_RAW_FILES as u64 + 1 {
            let raw =
                crate::RawReference { file: RawName::new(ObservationId(number), Kind::Mdm), ..reference(0) };
            let fact = crate::Fact::Installed { identifier: String::new() };
            many.append_from(0, "t", fact, Some(raw)).unwrap();
        }
        let bytes = encode_log(&CX, &many).unwrap();
        let line = MAX_RAW_FILES as u64 + 2;
        assert_eq!(decode_log(&CX, &bytes), Err(LogDefect::TooMuchRaw { line }));
        let most = (MAX_TOTAL_RAW_OCTETS / MAX_RAW_OCTETS) as usize;
        let total = |files: usize| {
            let mut log = Log::default();
            for number in 1..=files as u64 {
                let file = RawName::new(ObservationId(number), Kind::Mdm);
                let raw = crate::RawReference { file, ..reference(MAX_RAW_OCTETS) };
                let fact = crate::Fact::Installed { identifier: String::new() };
                log.append_from(0, "t", fact, Some(raw)).unwrap();
            }
            decode_log(&CX, &encode_log(&CX, &log).unwrap())
        };
        assert!(total(most).is_ok());
        assert_eq!(total(most + 1), Err(LogDefect::TooMuchRaw { line: most as u64 + 2 }));
        let octets = MAX_LOG_OCTETS as usize;
        let whole = vec![0; octets + 1];
        assert_eq!(decode_log(&CX, &whole), Err(LogDefect::TooLarge { octets: octets as u64 + 1 }));
        assert_eq!(decode_log(&CX, &whole[1..]), Err(LogDefect::LongLine { line: 1 }));
        let mut log = Log::default();
        let fact = crate::Fact::Installed { identifier: String::new() };
        log.append(0, "t", fact).unwrap();
        let unreferenced = decode_log(&CX, &encode_log(&CX, &log).unwrap());
        assert_eq!(unreferenced, Err(LogDefect::NoRaw { line: 2, id: 1 }));
    }
}
