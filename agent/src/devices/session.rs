//! The store that a command works on.

use super::{DeviceArguments, DeviceError};
use crate::exit::Failure;
use crate::suggestion::nearest;
use simulator::World;
use simulator::store::{DeviceName, EmbeddedStore, Store, StoreError, StoreLock};
use std::path::PathBuf;
use std::time::Duration;

/// After this time a command says that it waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// A store, and how long to wait for it.
pub(super) struct Session {
    pub store: EmbeddedStore,
    wait: Duration,
}

/// Where the store is when nobody says: the data directory of the user (XDG Base Directory Specification 0.8; a relative
/// path in the variable is to be ignored).
fn default_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map(|data| data.join("handset"))
}

impl Session {
    pub fn new(arguments: &DeviceArguments) -> Result<Self, DeviceError> {
        Self::in_store(arguments.store.clone(), Duration::from_secs(u64::from(arguments.store_wait)))
    }

    /// The store of that folder, or the default one.
    pub fn in_store(folder: Option<PathBuf>, wait: Duration) -> Result<Self, DeviceError> {
        let named = folder.filter(|p| !p.as_os_str().is_empty());
        let folder = named.or_else(default_folder).ok_or(DeviceError::NoStore)?;
        Ok(Session { store: EmbeddedStore::new(folder), wait })
    }

    /// A device name as it was written.
    pub fn name(&self, text: &str) -> Result<DeviceName, DeviceError> {
        text.parse().map_err(|error| DeviceError::Name { name: text.to_owned(), error })
    }

    /// Adds to an unknown name which one may be meant.
    fn explained(&self, error: StoreError) -> DeviceError {
        let StoreError::NoDevice { name, store } = error else { return DeviceError::Store(error) };
        let names = self.store.names().unwrap_or_default();
        let near = nearest(name.as_str(), names.iter().map(DeviceName::as_str)).map(str::to_owned);
        DeviceError::NoDevice { name, store, near }
    }

    pub fn names(&self) -> Result<Vec<DeviceName>, DeviceError> {
        self.store.names().map_err(DeviceError::Store)
    }

    pub fn load(&self, name: &DeviceName) -> Result<World, DeviceError> {
        self.store.load(name).map_err(|e| self.explained(e))
    }

    pub fn snapshot(&self, name: &DeviceName) -> Result<Vec<u8>, DeviceError> {
        self.store.snapshot(name).map_err(|e| self.explained(e))
    }

    /// The lock; says so when it takes a while.
    pub fn lock(&self) -> Result<StoreLock, DeviceError> {
        let patience = PATIENCE.min(self.wait);
        match self.store.lock(patience) {
            Err(StoreError::Busy { store, .. }) if patience < self.wait => {
                crate::print::standard_error(format_args!(
                    "handset: waiting for another command that changes {}",
                    store.display()
                ));
                let locked = self.store.lock(self.wait - patience);
                locked.map_err(|error| match error {
                    StoreError::Busy { store, .. } => StoreError::Busy { store, waited: self.wait },
                    other => other,
                })
            }
            other => other,
        }
        .map_err(DeviceError::Store)
    }

    pub fn put(&self, lock: &StoreLock, name: &DeviceName, world: &World) -> Result<(), DeviceError> {
        self.store.put(lock, name, world).map_err(DeviceError::Store)
    }

    /// One transaction: what `change` makes of the phone is kept when it gives `Kept`, and nothing when it gives `Left`
    /// or fails.
    pub fn change<T>(
        &self,
        name: &DeviceName,
        change: impl FnOnce(&mut World) -> Result<Changed<T>, Failure>,
    ) -> Result<T, Failure> {
        // Looked up first, so that a wrong name makes no store.
        if !self.names()?.contains(name) {
            self.load(name)?;
        }
        let lock = self.lock()?;
        let mut world = self.load(name)?;
        match change(&mut world)? {
            Changed::Kept(value) => {
                self.put(&lock, name, &world)?;
                Ok(value)
            }
            Changed::Left(value) => Ok(value),
        }
    }

    pub fn delete(&self, name: &DeviceName) -> Result<(), DeviceError> {
        if !self.names()?.contains(name) {
            self.load(name)?;
        }
        let lock = self.lock()?;
        self.store.delete(&lock, name).map_err(|e| self.explained(e))
    }
}

/// Whether a change is to be kept.
pub(super) enum Changed<T> {
    Kept(T),
    Left(T),
}
