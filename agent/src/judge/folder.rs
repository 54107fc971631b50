//! A folder of evidence: `log.ndjson`, and `raw/` with the bytes behind it.
//!
//! A new folder is filled beside its place and then renamed into it. What is added to one that is there comes first as
//! raw files that nothing names yet; then the log is replaced at once. Whoever reads sees what was there before, or all.

use super::JudgeError;
use crate::exit::Failure;
use evidence::{
    Kind, LOG_FILE, Log, LogError, MAX_LOG_OCTETS, MAX_RAW_OCTETS, Observation, RawName, check_raw,
    decode_log, encode_log,
};
use simulator::PROVIDER;
use smime::{Context, Timestamp};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The context for reading evidence: its time plays no part.
pub(crate) const CX: Context<'static> = Context { now: Timestamp(0), crypto: &PROVIDER };

/// A folder of evidence that is being added to.
pub(crate) struct Folder {
    path: PathBuf,
    exists: bool,
    pub log: Log,
    new: Vec<(RawName, Vec<u8>)>,
}

impl Folder {
    /// Opens a folder to add to, or prepares a new one. What is there is checked whole.
    pub fn open(path: &Path) -> Result<Folder, Failure> {
        let exists = path.join(LOG_FILE).is_file();
        if exists {
            return Ok(Folder { path: path.to_owned(), exists, log: read(path)?, new: Vec::new() });
        }
        let empty = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => true,
            Err(source) => return Err(Failure::Write { path: path.to_owned(), source }),
        };
        if !empty {
            return Err(JudgeError::OtherFolder(path.to_owned()).into());
        }
        Ok(Folder { path: path.to_owned(), exists, log: Log::default(), new: Vec::new() })
    }

    /// Reads bytes and takes in what they tell; gives how many facts.
    pub fn take(&mut self, at_ms: i64, source: &str, kind: Kind, bytes: Vec<u8>) -> Result<usize, TakeError> {
        let reading = evidence::read(&CX, kind, &bytes).map_err(TakeError::Read)?;
        let count = reading.facts.len();
        let file = self.log.append_reading(&CX, at_ms, source, reading, &bytes).map_err(TakeError::Log)?;
        self.new.extend(file.map(|file| (file, bytes)));
        Ok(count)
    }

    /// Writes what was added.
    pub fn write(self) -> Result<(), Failure> {
        let log = encode_log(&CX, &self.log)?;
        if self.exists {
            self.fill(&self.path)?;
            let beside = beside(&self.path.join(LOG_FILE));
            put(&beside, &log)?;
            return rename(&beside, &self.path.join(LOG_FILE));
        }
        // A trailing slash would make the name of the folder beside it one inside it.
        let target: PathBuf = self.path.components().collect();
        if let Some(parent) = target.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(parent)
                .map_err(|source| Failure::Write { path: parent.to_owned(), source })?;
        }
        let beside = beside(&target);
        let filled = self.fill(&beside).and_then(|()| put(&beside.join(LOG_FILE), &log));
        let written = filled.and_then(|()| rename(&beside, &target));
        if written.is_err() {
            let _ = fs::remove_dir_all(&beside);
        }
        written
    }

    fn fill(&self, folder: &Path) -> Result<(), Failure> {
        let raw = folder.join("raw");
        fs::create_dir_all(&raw).map_err(|source| Failure::Write { path: raw.clone(), source })?;
        for (name, bytes) in &self.new {
            put(&folder.join(name.as_str()), bytes)?;
        }
        Ok(())
    }
}

/// Why bytes were not taken in.
pub(crate) enum TakeError {
    Read(evidence::ReadError),
    Log(LogError),
}

fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| Failure::Write { path: path.to_owned(), source })
}

fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::rename(from, to).map_err(|source| Failure::Write { path: to.to_owned(), source })
}

/// Reads a folder and checks all of it: the log, its seal, the raw bytes, and what they tell.
pub(crate) fn read(path: &Path) -> Result<Log, Failure> {
    let log_path = path.join(LOG_FILE);
    let bytes = match bounded(&log_path, MAX_LOG_OCTETS) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            // A folder that is not there is told as such.
            return Err(match fs::metadata(path) {
                Ok(_) => without_log(path).into(),
                Err(source) => Failure::Read { path: path.to_owned(), source },
            });
        }
        Err(source) => return Err(Failure::Read { path: log_path, source }),
    };
    let log = decode_log(&CX, &bytes).map_err(|defect| JudgeError::Log { path: log_path, defect })?;
    let mut by_file: BTreeMap<&RawName, Vec<&Observation>> = BTreeMap::new();
    for observation in log.observations() {
        if let Some(raw) = &observation.raw {
            by_file.entry(&raw.file).or_default().push(observation);
        }
    }
    for (file, observations) in by_file {
        let raw_path = path.join(file.as_str());
        let id = observations.first().map_or(0, |o| o.id.0);
        let bytes = bounded(&raw_path, MAX_RAW_OCTETS).map_err(|source| JudgeError::NoRaw {
            path: raw_path.clone(),
            id,
            source,
        })?;
        check_raw(&CX, &observations, &bytes).map_err(|defect| JudgeError::Raw { path: raw_path, defect })?;
    }
    Ok(log)
}

/// What is the matter with a folder that has no log.
pub(crate) fn without_log(path: &Path) -> JudgeError {
    let raw = fs::read_dir(path.join("raw")).map_or(0, |entries| entries.flatten().count());
    match raw {
        0 => JudgeError::NotEvidence(path.to_owned()),
        raw => JudgeError::NoLog { path: path.to_owned(), raw },
    }
}

/// The bytes of a file, and one more than the limit where there are more.
fn bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
