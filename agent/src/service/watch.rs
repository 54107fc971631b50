//! Looking for devices that have checked in. Nothing is read here but names, sizes and times.

use super::configuration::Configuration;
use super::judgement::{Place, folder_name};
use super::metrics::Trouble;
use super::record::Source;
use crate::judge::without_log;
use evidence::LOG_FILE;
use rustix::fs::{Access, access};
use simulator::store::{DeviceName, EmbeddedStore, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The most devices that one agent watches.
pub const MAX_DEVICES: usize = 100_000;

/// By what a file is told from the one that was there before: every change replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    inode: u64,
    octets: u64,
    modified_s: i64,
    modified_ns: i64,
}

impl Revision {
    fn of(metadata: &Metadata) -> Revision {
        Revision {
            inode: metadata.ino(),
            octets: metadata.size(),
            modified_s: metadata.mtime(),
            modified_ns: metadata.mtime_nsec(),
        }
    }

    /// The revision of a file.
    pub fn read(path: &Path) -> Option<Revision> {
        Some(Revision::of(&std::fs::metadata(path).ok()?))
    }
}

/// A device that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub device: String,
    /// Where it is watched.
    pub source: Source,
    /// Where its evidence is.
    pub place: Place,
    /// How it is now.
    pub revision: Revision,
}

/// What cannot be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwatched {
    /// What it is about.
    pub about: Trouble,
    /// The setting that names it.
    pub setting: String,
    /// The device; nothing where it is the whole folder.
    pub device: Option<String>,
    /// Where.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Unwatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// What a look brought.
#[derive(Default)]
pub struct Look {
    /// The devices, by name.
    pub found: Vec<Found>,
    /// What cannot be watched, and why.
    pub unwatched: Vec<Unwatched>,
}

impl Look {
    /// The names of the devices that are there, also of those that cannot be watched; nothing when a whole folder could
    /// not be looked at, so that who is there is not known.
    pub fn present(&self) -> Option<BTreeSet<String>> {
        let mut present: BTreeSet<String> = self.found.iter().map(|found| found.device.clone()).collect();
        for one in self.unwatched.iter().filter(|one| one.about == Trouble::Evidence) {
            // What is not there is not present, whatever names it.
            if one.reason == NOT_YET || one.setting.starts_with("devices[") {
                continue;
            }
            present.insert(one.device.clone()?);
        }
        Some(present)
    }
}

/// A look that is under way.
#[derive(Default)]
struct Looking {
    found: BTreeMap<String, Found>,
    unwatched: Vec<Unwatched>,
}

impl Looking {
    fn refuse(&mut self, setting: &str, device: Option<&str>, path: &Path, reason: String) {
        let (setting, device) = (setting.to_owned(), device.map(str::to_owned));
        let about = Trouble::Evidence;
        self.unwatched.push(Unwatched { about, setting, device, path: path.to_owned(), reason });
    }

    fn take(&mut self, setting: &str, one: Found, path: &Path) {
        if let Some(other) = self.found.get(&one.device) {
            let reason = format!("the name is taken by a device that is {}", other.source.name());
            self.refuse(setting, Some(&one.device), path, reason);
        } else if self.found.len() >= MAX_DEVICES {
            let reason = format!("there are more than {MAX_DEVICES} devices");
            self.refuse(setting, Some(&one.device), path, reason);
        } else {
            self.found.insert(one.device.clone(), one);
        }
    }

    fn store(&mut self, folder: &Path, configuration: &Configuration) {
        if !folder.exists() {
            return self.refuse("store", None, folder, NOT_YET.to_owned());
        }
        let store = EmbeddedStore::new(folder);
        let names = match store.names() {
            Ok(names) => names,
            Err(error) => return self.refuse("store", None, folder, error.to_string()),
        };
        for name in names.into_iter().filter(|name| configuration.is_wanted(name.as_str())) {
            let path = store.path(&name);
            // A device that went in this moment is not there any more.
            let Some(revision) = Revision::read(&path) else { continue };
            let device = name.as_str().to_owned();
            let place = Place::Kept(folder.to_owned(), name);
            self.take("store", Found { device, source: Source::Simulated, place, revision }, &path);
        }
        for (name, number) in &configuration.devices {
            if self.found.get(name).is_none_or(|found| found.source != Source::Simulated) {
                let reason = format!("there is no device {name} in the store yet");
                self.refuse(&format!("devices[{number}]"), Some(name), folder, reason);
            }
        }
    }

    fn folders(&mut self, folder: &Path, source: Source) {
        let setting = if source == Source::Posted { "state" } else { "evidence" };
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // That of posted evidence comes with the first of it.
                if source != Source::Posted {
                    self.refuse(setting, None, folder, NOT_YET.to_owned());
                }
                return;
            }
            Err(error) => return self.refuse(setting, None, folder, error.to_string()),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths.into_iter().filter(|path| path.is_dir()) {
            let called = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // What is being written has a name that begins with a dot.
            if called.starts_with('.') {
                continue;
            }
            let Some(name) = folder_name(&path) else {
                let reason = "the folder is not called as a device can be".to_owned();
                self.refuse(setting, Some(&called), &path, reason);
                continue;
            };
            match std::fs::metadata(path.join(LOG_FILE)) {
                Ok(metadata) => {
                    let (device, place) = (name.as_str().to_owned(), Place::Folder(path.clone()));
                    let revision = Revision::of(&metadata);
                    self.take(setting, Found { device, source, place, revision }, &path);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let reason = without_log(&path).to_string();
                    let reason = reason.strip_prefix(&format!("{}: ", path.display())).unwrap_or(&reason);
                    self.refuse(setting, Some(name.as_str()), &path, reason.to_owned());
                }
                Err(error) => self.refuse(setting, Some(name.as_str()), &path, error.to_string()),
            }
        }
    }
}

/// What is said of a folder that may still come.
const NOT_YET: &str = "the folder is not there; it is watched as soon as it is";

/// Looks at everything that is watched, and whether the agent can still write to its own folder.
pub fn look(configuration: &Configuration) -> Look {
    let mut looking = Looking::default();
    if let Some(folder) = &configuration.store {
        looking.store(folder, configuration);
    }
    if let Some(folder) = &configuration.evidence {
        looking.folders(folder, Source::Evidence);
    }
    looking.folders(&posted(configuration), Source::Posted);
    let mut look = Look { found: looking.found.into_values().collect(), unwatched: looking.unwatched };
    let state = &configuration.state;
    if state.exists()
        && let Err(reason) = writable(state)
    {
        let (about, setting) = (Trouble::State, "state".to_owned());
        look.unwatched.push(Unwatched { about, setting, device: None, path: state.clone(), reason });
    }
    look
}

/// Whether files can be made in a folder.
///
/// # Errors
/// Why not.
pub fn writable(folder: &Path) -> Result<(), String> {
    if !folder.is_dir() {
        return Err("it is no folder".to_owned());
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| format!("it cannot be written to: {error}"))
}

/// Where evidence is that was posted.
pub fn posted(configuration: &Configuration) -> PathBuf {
    configuration.state.join("evidence")
}

/// Whether a device of that name is watched in a place where somebody else writes.
pub fn is_taken(configuration: &Configuration, name: &DeviceName) -> bool {
    let wanted = configuration.is_wanted(name.as_str());
    let kept = |folder: &PathBuf| wanted && EmbeddedStore::new(folder).path(name).exists();
    let written = |folder: &PathBuf| folder.join(name.as_str()).join(LOG_FILE).exists();
    configuration.store.as_ref().is_some_and(kept) || configuration.evidence.as_ref().is_some_and(written)
}
