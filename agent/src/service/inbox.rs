//! Evidence that is posted to the agent: kept in a folder of evidence for each device.

use super::watch::MAX_DEVICES;
use crate::exit::Failure;
use crate::judge::{Folder, TakeError, read_folder};
use evidence::{Fact, Kind, LOG_FILE, LogError, Observation, RawName, ReadError};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use simulator::store::DeviceName;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;

/// How many posted documents a folder holds before older ones go.
pub const MAX_DOCUMENTS: usize = 256;

/// How many of each sort then stay.
pub const KEPT_DOCUMENTS: usize = 16;

/// Why evidence is not taken.
pub enum Refusal {
    /// It is none that can be read.
    Unreadable(ReadError),
    /// There is no room.
    Full(LogError),
    /// There are too many devices.
    Devices,
    /// The environment.
    Failure(Failure),
}

/// One document.
pub struct Document {
    /// What it is; nothing: told from its content.
    pub kind: Option<Kind>,
    /// When it was seen, in milliseconds since 1970, where it tells no time itself.
    pub at_ms: i64,
    /// Who saw it.
    pub source: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Takes a document in: when this returns it is on the disk.
///
/// # Errors
/// [`Refusal`]; nothing is then taken.
pub fn take(posted: &Path, device: &DeviceName, document: Document) -> Result<(), Refusal> {
    let path = posted.join(device.as_str());
    if !path.exists() && fs::read_dir(posted).is_ok_and(|entries| entries.count() >= MAX_DEVICES) {
        return Err(Refusal::Devices);
    }
    let kind = document.kind.or_else(|| evidence::detect(&document.bytes));
    let kind = kind.ok_or(Refusal::Unreadable(ReadError::Unrecognised))?;
    let mut folder = Folder::open(&path).map_err(Refusal::Failure)?;
    let source = document.source.as_deref().unwrap_or(kind.name());
    folder.take(document.at_ms, source, kind, document.bytes).map_err(|error| match error {
        TakeError::Read(error) => Refusal::Unreadable(error),
        TakeError::Log(error) => Refusal::Full(error),
    })?;
    folder.write().map_err(Refusal::Failure)?;
    if documents(&path).map_err(Refusal::Failure)? > MAX_DOCUMENTS {
        thin(&path).map_err(Refusal::Failure)?;
    }
    for folder in [path.join("raw"), path, posted.to_owned()] {
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| Refusal::Failure(Failure::Write { path: folder, source }))?;
    }
    Ok(())
}

fn documents(path: &Path) -> Result<usize, Failure> {
    let raw = path.join("raw");
    Ok(fs::read_dir(&raw).map_err(|source| Failure::Read { path: raw, source })?.count())
}

/// Makes a folder anew with the newest documents of each sort, and puts it in place of the old one at once.
fn thin(path: &Path) -> Result<(), Failure> {
    let log = read_folder(path)?;
    let mut sorts: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    let mut files: BTreeMap<u64, (&Observation, &RawName, Kind)> = BTreeMap::new();
    let mut seen: BTreeSet<&RawName> = BTreeSet::new();
    for observation in log.observations() {
        let Some(raw) = &observation.raw else { continue };
        if seen.insert(&raw.file) {
            files.insert(observation.id.0, (observation, &raw.file, raw.kind));
            sorts.entry(sort(&observation.fact)).or_default().insert(observation.id.0);
        }
    }
    let kept: BTreeSet<u64> =
        sorts.values().flat_map(|ids| ids.iter().rev().take(KEPT_DOCUMENTS).copied()).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.thin"));
    let failed = |source| Failure::Write { path: beside.clone(), source };
    match fs::remove_dir_all(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut folder = Folder::open(&beside)?;
    for (id, (observation, file, kind)) in files {
        if kept.contains(&id) {
            let bytes = crate::file::read(&path.join(file.as_str()))?;
            // It was read before, from these bytes.
            if folder.take(observation.at_ms, &observation.source, kind, bytes).is_err() {
                return Ok(());
            }
        }
    }
    folder.write()?;
    debug_assert!(beside.join(LOG_FILE).exists());
    renameat_with(CWD, &beside, CWD, path, RenameFlags::EXCHANGE).map_err(|error| failed(error.into()))?;
    fs::remove_dir_all(&beside).map_err(failed)
}

/// Facts of one sort come after one another.
fn sort(fact: &Fact) -> &'static str {
    match fact {
        Fact::Profiles { .. } => "profiles",
        Fact::Certificates { .. } => "certificates",
        Fact::KnownCertificates { .. } => "known-certificates",
        Fact::Security(_) => "security",
        Fact::ManagedApps { .. } => "managed-apps",
        Fact::InstalledApps { .. } => "installed-apps",
        Fact::Device(_) => "device",
        Fact::Message(_) => "message",
        Fact::PolicyState(_) => "policy-state",
        Fact::ListedAccounts { .. } => "accounts",
        Fact::Declarations { .. } => "declarations",
        Fact::CommandFailed { .. } => "failed",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str, at_ms: i64) -> Document {
        Document { kind: None, at_ms, source: None, bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn a_folder_is_thinned_beyond_its_bound_and_stays_sound() {
        let posted = std::env::temp_dir().join(format!("handset-inbox-{}", std::process::id()));
        let _ = fs::remove_dir_all(&posted);
        let device: DeviceName = "phone".parse().unwrap();
        let path = posted.join("phone");
        let security = "<plist version=\"1.0\"><dict><key>SecurityInfo</key><dict/></dict></plist>";
        let profiles = "<plist version=\"1.0\"><dict><key>ProfileList</key><array/></dict></plist>";
        assert!(take(&posted, &device, document(profiles, 1)).is_ok());
        for at in 0..MAX_DOCUMENTS as i64 - 1 {
            assert!(take(&posted, &device, document(security, at)).is_ok());
        }
        assert_eq!(documents(&path).unwrap(), MAX_DOCUMENTS);
        assert!(take(&posted, &device, document(security, 9_999)).is_ok());
        assert_eq!(documents(&path).unwrap(), KEPT_DOCUMENTS + 1, "the newest of each sort");
        let log = read_folder(&path).unwrap();
        assert_eq!(log.observations().first().map(|o| o.at_ms), Some(1), "the only one of its sort stays");
        assert_eq!(log.observations().last().map(|o| o.at_ms), Some(9_999));
        assert!(matches!(take(&posted, &device, document("?", 0)), Err(Refusal::Unreadable(_))));
        fs::remove_dir_all(&posted).unwrap();
    }
}
