//! Keeping worlds: named devices that outlive the program.
//!
//! [`Store`] is what a store can do; [`EmbeddedStore`] keeps one file for each device. Files, and not a database: a
//! device is one value of a few hundred kilobytes that is always read and written whole, so replacing a file is the
//! whole transaction, another program can copy it, and waiting for a lock is the system's business.

mod embedded;
mod error;
mod name;
mod record;
mod secret_file;

pub use embedded::{EmbeddedStore, StoreLock};
pub use error::StoreError;
pub use name::{DeviceName, MAX_NAME_LENGTH, NameError};
pub use record::{MAX_RECORD_SIZE, RECORD_VERSION, RecordError, decode, encode};
pub use secret_file::write_secret_file;

use crate::World;
use std::time::Duration;

/// A place where devices are kept under names.
///
/// Reading needs no lock and sees a device as it was before or after a change, never between. Changing needs the lock,
/// which one holder at a time has; load under the lock what is to be changed.
pub trait Store {
    /// What proves that nobody else changes anything; dropping it lets the next one in.
    type Lock;

    /// The names of all devices, sorted.
    ///
    /// # Errors
    /// The store cannot be read.
    fn names(&self) -> Result<Vec<DeviceName>, StoreError>;

    /// A device and its world.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be read.
    fn load(&self, name: &DeviceName) -> Result<World, StoreError>;

    /// Waits until nobody else changes anything, but not longer than `wait`.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after that time; the store cannot be made or opened.
    fn lock(&self, wait: Duration) -> Result<Self::Lock, StoreError>;

    /// Keeps a device under a name, in place of the one that was there. When this returns it is on the disk; when it
    /// fails or never returns, the one that was there still is, or the new one, whole.
    ///
    /// # Errors
    /// The device cannot be written.
    fn put(&self, lock: &Self::Lock, name: &DeviceName, world: &World) -> Result<(), StoreError>;

    /// Takes a device out of the store.
    ///
    /// # Errors
    /// There is none of that name, or it cannot be removed.
    fn delete(&self, lock: &Self::Lock, name: &DeviceName) -> Result<(), StoreError>;
}
