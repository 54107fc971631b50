//! Why a store did not do what it was asked.

use super::{DeviceName, RecordError};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;

/// Why a store did not do what it was asked. Each says where.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no device of that name.
    #[error("there is no device “{name}” in {}", store.display())]
    NoDevice {
        /// The name.
        name: DeviceName,
        /// The store.
        store: PathBuf,
    },
    /// Somebody else went on changing the store.
    #[error(
        "another command is changing the store {}; waited {} s for it",
        store.display(),
        waited.as_secs_f32()
    )]
    Busy {
        /// The store.
        store: PathBuf,
        /// How long.
        waited: Duration,
    },
    /// A folder of the store cannot be made.
    #[error("cannot make the folder {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The lock cannot be opened or taken.
    #[error("cannot lock the store with {}: {source}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or folder of the store cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the store cannot be written or removed.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the store holds no device that can be read.
    #[error("cannot use {}: {error}", path.display())]
    Record {
        /// Which.
        path: PathBuf,
        /// Why.
        error: RecordError,
    },
}
