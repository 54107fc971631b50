//! The embedded store: a folder with one file for each device.
//!
//! `DIR/lock` is locked by whoever changes something; the system releases it when the holder ends, however it ends.
//! `DIR/devices/NAME.device` is a [`super::record`]. A change is written to `DIR/devices/.NAME.device.PROCESS.new`, brought to the disk,
//! and renamed over the old file: rename replaces at once (POSIX.1-2017, rename), so a reader or a crash finds the old
//! file or the new one. Then the folder is brought to the disk, so that the change outlives a power cut. What a killed
//! writer left behind is swept by the next one. Files have mode 0600, folders 0700.

use super::secret_file::{UNFINISHED, sync_folder, write_secret_file};
use super::{DeviceName, MAX_RECORD_SIZE, RecordError, Store, StoreError, decode, encode};
use crate::World;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How the files of devices end.
const SUFFIX: &str = ".device";

/// How often a busy lock is tried again.
const RETRY: Duration = Duration::from_millis(10);

/// The embedded store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedStore {
    folder: PathBuf,
    devices: PathBuf,
}

/// The lock of an [`EmbeddedStore`]; dropping it lets the next one in.
#[derive(Debug)]
pub struct StoreLock {
    /// The system's lock goes when the file is closed.
    _file: File,
}

impl EmbeddedStore {
    /// Names the folder of a store; it is made by the first change.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        EmbeddedStore { devices: folder.join("devices"), folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a device: every change replaces it by another one.
    pub fn path(&self, name: &DeviceName) -> PathBuf {
        self.devices.join(format!("{name}{SUFFIX}"))
    }

    fn no_device(&self, name: &DeviceName) -> StoreError {
        StoreError::NoDevice { name: name.clone(), store: self.folder.clone() }
    }

    /// Makes the folders that are missing, and closes the inner one to others.
    fn make(&self) -> Result<(), StoreError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            move |source| StoreError::Folder { path, source }
        };
        if self.devices.is_dir() {
            return Ok(());
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(&self.devices).map_err(failed(&self.devices))?;
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&self.devices, closed).map_err(failed(&self.devices))?;
        sync_folder(&self.folder).map_err(failed(&self.folder))?;
        // The folder above may be one that cannot be opened for reading.
        if let Some(above) = self.folder.parent().filter(|p| !p.as_os_str().is_empty()) {
            let _ = sync_folder(above);
        }
        Ok(())
    }

    /// Removes what writers left that were stopped in the middle.
    fn sweep(&self) -> Result<(), StoreError> {
        for path in self.entries()? {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if name.starts_with('.') && name.ends_with(UNFINISHED) && !path.is_dir() {
                fs::remove_file(&path).map_err(|source| StoreError::Write { path, source })?;
            }
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<PathBuf>, StoreError> {
        let failed = |source| StoreError::Read { path: self.devices.clone(), source };
        let entries = match fs::read_dir(&self.devices) {
            // A store that nobody has written to yet.
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        entries.map(|e| e.map(|e| e.path()).map_err(failed)).collect()
    }

    fn read(&self, name: &DeviceName) -> Result<Vec<u8>, StoreError> {
        let path = self.path(name);
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::NotFound => self.no_device(name),
            _ => StoreError::Read { path: path.clone(), source },
        };
        let mut record = Vec::new();
        let file = File::open(&path).map_err(failed)?;
        file.take(MAX_RECORD_SIZE + 1).read_to_end(&mut record).map_err(failed)?;
        if record.len() as u64 > MAX_RECORD_SIZE {
            return Err(StoreError::Record { path, error: RecordError::TooLarge { limit: MAX_RECORD_SIZE } });
        }
        Ok(record)
    }
}

impl Store for EmbeddedStore {
    type Lock = StoreLock;

    fn names(&self) -> Result<Vec<DeviceName>, StoreError> {
        let mut names: Vec<DeviceName> = self
            .entries()?
            .iter()
            .filter_map(|path| path.file_name()?.to_str()?.strip_suffix(SUFFIX)?.parse().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    fn load(&self, name: &DeviceName) -> Result<World, StoreError> {
        let record = self.read(name)?;
        decode(&record).map_err(|error| StoreError::Record { path: self.path(name), error })
    }

    fn lock(&self, wait: Duration) -> Result<StoreLock, StoreError> {
        self.make()?;
        let path = self.folder.join("lock");
        let failed = |source| StoreError::Lock { path: path.clone(), source };
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(source)) if source.kind() != ErrorKind::Interrupted => {
                    return Err(failed(source));
                }
                Err(_) if started.elapsed() >= wait => {
                    return Err(StoreError::Busy { store: self.folder.clone(), waited: wait });
                }
                Err(_) => std::thread::sleep(RETRY.min(wait)),
            }
        }
        self.sweep()?;
        Ok(StoreLock { _file: file })
    }

    fn put(&self, _: &StoreLock, name: &DeviceName, world: &World) -> Result<(), StoreError> {
        let path = self.path(name);
        let record = encode(world).map_err(|error| StoreError::Record { path: path.clone(), error })?;
        write_secret_file(&path, &record).map_err(|source| StoreError::Write { path, source })
    }

    fn delete(&self, _: &StoreLock, name: &DeviceName) -> Result<(), StoreError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Err(self.no_device(name)),
            other => other.map_err(|source| StoreError::Write { path, source })?,
        }
        let failed = |source| StoreError::Write { path: self.devices.clone(), source };
        sync_folder(&self.devices).map_err(failed)
    }
}

impl EmbeddedStore {
    /// A device as it is kept, unread: [`decode`] reads it.
    ///
    /// # Errors
    /// There is none of that name, or it is too large or cannot be read.
    pub fn record(&self, name: &DeviceName) -> Result<Vec<u8>, StoreError> {
        self.read(name)
    }

    /// A snapshot of a device, which [`decode`] reads: everything, private keys and passwords included.
    ///
    /// # Errors
    /// As [`Store::load`].
    pub fn snapshot(&self, name: &DeviceName) -> Result<Vec<u8>, StoreError> {
        let record = self.read(name)?;
        match decode(&record) {
            Ok(_) => Ok(record),
            Err(error) => Err(StoreError::Record { path: self.path(name), error }),
        }
    }
}

#[cfg(test)]
mod tests;
