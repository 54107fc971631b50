//! Looking for devices that have checked in. Nothing is read here but names, sizes and times.

use super::configuration::Configuration;
use super::judgement::{Place, folder_name};
use super::record::Source;
use evidence::LOG_FILE;
use simulator::store::{DeviceName, EmbeddedStore, Store};
use std::collections::BTreeMap;
use std::fs::Metadata;
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

/// What a look brought.
#[derive(Default)]
pub struct Look {
    /// The devices, by name.
    pub found: Vec<Found>,
    /// What cannot be watched, and why.
    pub problems: Vec<(PathBuf, String)>,
}

/// Looks at everything that is watched.
pub fn look(configuration: &Configuration) -> Look {
    let mut look = Look::default();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut take = |look: &mut Look, one: Found, path: &Path| {
        if let Some(other) = found.get(&one.device) {
            let reason = format!("the name is taken by a device that is {}", other.source.name());
            look.problems.push((path.to_owned(), reason));
        } else if found.len() >= MAX_DEVICES {
            look.problems.push((path.to_owned(), format!("there are more than {MAX_DEVICES} devices")));
        } else {
            found.insert(one.device.clone(), one);
        }
    };
    if let Some(folder) = &configuration.store {
        let store = EmbeddedStore::new(folder);
        match store.names() {
            Ok(names) => {
                let wanted = &configuration.devices;
                for name in names.into_iter().filter(|n| wanted.is_empty() || wanted.contains(n.as_str())) {
                    let path = store.path(&name);
                    // A device that went in this moment is not there any more.
                    let Some(revision) = Revision::read(&path) else { continue };
                    let device = name.as_str().to_owned();
                    let place = Place::Kept(folder.clone(), name);
                    take(&mut look, Found { device, source: Source::Simulated, place, revision }, &path);
                }
            }
            Err(error) => look.problems.push((folder.clone(), error.to_string())),
        }
    }
    let posted = posted(configuration);
    let folders = [(configuration.evidence.as_ref(), Source::Evidence), (Some(&posted), Source::Posted)];
    for (folder, source) in folders.into_iter().filter_map(|(folder, source)| Some((folder?, source))) {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            // It comes with the first evidence.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                look.problems.push((folder.clone(), error.to_string()));
                continue;
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            // What is being written has a name that begins with a dot, and what has no log is no evidence yet.
            let Some(name) = folder_name(&path) else { continue };
            let Some(revision) = Revision::read(&path.join(LOG_FILE)) else { continue };
            let device = name.as_str().to_owned();
            let place = Place::Folder(path.clone());
            take(&mut look, Found { device, source, place, revision }, &path);
        }
    }
    look.found = found.into_values().collect();
    look
}

/// Where evidence is that was posted.
pub fn posted(configuration: &Configuration) -> PathBuf {
    configuration.state.join("evidence")
}

/// Whether a device of that name is watched in a place where somebody else writes.
pub fn is_taken(configuration: &Configuration, name: &DeviceName) -> bool {
    let wanted = configuration.devices.is_empty() || configuration.devices.contains(name.as_str());
    let kept = |folder: &PathBuf| wanted && EmbeddedStore::new(folder).path(name).exists();
    let written = |folder: &PathBuf| folder.join(name.as_str()).join(LOG_FILE).exists();
    configuration.store.as_ref().is_some_and(kept) || configuration.evidence.as_ref().is_some_and(written)
}
