//! What keeps `handset device` from doing its work.

use crate::exit::ExitCode;
use crate::suggestion::question;
use profile::OsVersion;
use simulator::store::{DeviceName, NameError, RecordError, StoreError};
use std::path::PathBuf;
use thiserror::Error;

/// What keeps `handset device` from doing its work. No variant holds a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The store failed.
    #[error("{0}")]
    Store(StoreError),
    /// Nothing says where the store is.
    #[error("no folder for the store: give --store DIR, or set HANDSET_STORE or HOME")]
    NoStore,
    /// The name is none.
    #[error("{name:?} cannot be a device: {error}")]
    Name { name: String, error: NameError },
    /// There is no such phone.
    #[error("there is no device “{name}” in {}{}", store.display(), question(near.as_deref()))]
    NoDevice { name: DeviceName, store: PathBuf, near: Option<String> },
    /// There is one already.
    #[error("there already is a device “{name}” in {}; delete it first, or choose another name", store.display())]
    Exists { name: DeviceName, store: PathBuf },
    /// There is no such profile on the phone.
    #[error("there is no profile “{identifier}” on {name}{}", question(near.as_deref()))]
    NoProfile { identifier: String, name: DeviceName, near: Option<String> },
    /// There is no such action.
    #[error("there is no action “{id}”{}", question(near.as_deref()))]
    NoAction { id: String, near: Option<String> },
    /// There is no such setting.
    #[error("there is no setting “{key}”; settings are {known}, written KEY=VALUE{}", question(near.as_deref()))]
    NoSetting { key: String, near: Option<String>, known: String },
    /// The setting has no such value.
    #[error("{key} cannot be {value:?}: {expected}")]
    Setting { key: &'static str, value: String, expected: &'static str },
    /// A secret is not given as a file. What was written may be the secret itself, so it is not shown.
    #[error("a secret is read from a file: write --secret password=@FILE")]
    SecretForm,
    /// There is no such secret.
    #[error("there is no secret “{name}”; known are password, certificate-password and removal-passcode{}", question(near.as_deref()))]
    NoSecret { name: String, near: Option<String> },
    /// The file of a secret cannot be read.
    #[error("failed to read the secret “{name}” from {}: {source}", path.display())]
    ReadSecret { name: String, path: PathBuf, source: std::io::Error },
    /// The file of a secret holds none.
    #[error("the secret “{name}” in {} {reason}", path.display())]
    BadSecret { name: String, path: PathBuf, reason: &'static str },
    /// There is no such answer.
    #[error("{text:?} is no answer; write email-address=ADDRESS, user-name=NAME or missing-recipient-certificates=cancel{}", question(near.as_deref()))]
    NoAnswer { text: String, near: Option<String> },
    /// There is no such prompt on the phone.
    #[error("no prompt {id} waits on {name}")]
    NoPrompt { id: u64, name: DeviceName },
    /// The file is no property list.
    #[error("failed to read {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    /// The file is no snapshot.
    #[error("failed to restore from {}: {error}", path.display())]
    Snapshot { path: PathBuf, error: RecordError },
    /// The snapshot cannot be written.
    #[error("failed to write {}: {source}", path.display())]
    WriteSnapshot { path: PathBuf, source: std::io::Error },
    /// A snapshot cannot be printed.
    #[error("a snapshot holds private keys and passwords, so it is written into a file: -o FILE")]
    SnapshotToOutput,
    /// The time cannot be understood.
    #[error("{text:?} is no time: write +30d, +12h, +1d12h30m, or a time like 2026-11-02T08:00:00Z")]
    Moment { text: String },
    /// The time has passed.
    #[error("the virtual clock of {name} is at {now} and only goes forward, not to {to}")]
    Past { name: DeviceName, now: String, to: String },
    /// The system would get older.
    #[error("{name} runs iOS {now}, and iOS {wanted} is older; a phone is only upgraded")]
    Older { name: DeviceName, now: OsVersion, wanted: OsVersion },
    /// Nobody of that name can have a mailbox.
    #[error("--user {user:?} cannot be the owner: the directory does not {error}")]
    User { user: String, error: simulator::DirectoryError },
}

impl DeviceError {
    /// The exit code of the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            DeviceError::Store(_) | DeviceError::WriteSnapshot { .. } => ExitCode::CannotJudge,
            _ => ExitCode::CannotStart,
        }
    }
}
