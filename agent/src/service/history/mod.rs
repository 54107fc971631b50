//! What came of judgements, kept: in a file, or on a server that several agents share.
//!
//! What is appended is on the disk when [`History::append`] returns, together with the note that a webhook is to be sent
//! for it. So whatever is told afterwards is kept, and whatever has to be told is not forgotten.

mod embedded;
mod postgres;

use super::configuration::HistoryPlace;
use super::record::Record;
use embedded::Embedded;
use postgres::Postgres;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// The version of the form of both histories.
pub const HISTORY_VERSION: u32 = 1;

/// Why the history did not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The file, or its folder, cannot be made.
    #[error("failed to make {}: {source}", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    /// Nothing was ever kept.
    #[error("there is no history in {}", .0.display())]
    None(PathBuf),
    /// Another agent writes to the file.
    #[error("another agent keeps its history in {}; several share one on a server (postgres://)", .0.display())]
    InUse(PathBuf),
    /// The file cannot be read or written.
    #[error("failed to use the history {}: {source}", path.display())]
    Embedded { path: PathBuf, source: Box<redb::Error> },
    /// The server does not answer, or not as it should.
    #[error("failed to use the history on the server: {}", postgres::told(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// The server takes too long.
    #[error("the server of the history gave no answer within {} s", .0.as_secs())]
    Slow(Duration),
    /// The connection was lost while the device was being judged.
    #[error("the connection to the history was lost while {0} was being judged; it is judged again")]
    ClaimLost(String),
    /// A later form.
    #[error(
        "the history has version {found}, and this handset knows up to {HISTORY_VERSION}; use a newer handset"
    )]
    Newer { found: u32 },
    /// A record cannot be read.
    #[error("record {sequence} of the history cannot be read")]
    Record { sequence: u64 },
    /// A record cannot be written.
    #[error("a record cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// The thread that reads and writes is gone.
    #[error("the history was closed")]
    Closed,
}

/// A history.
#[derive(Clone)]
pub enum History {
    /// A file.
    Embedded(Arc<Embedded>),
    /// A server.
    Postgres(Arc<Postgres>),
}

/// The right to judge a device now, and to append what came of it.
#[derive(Clone, Debug)]
pub struct Claim {
    device: String,
    /// The session that has the right.
    session: u64,
}

/// What came of appending.
#[derive(Debug)]
pub struct Appended {
    /// The record, with its number.
    pub record: Record,
    /// How many webhooks had to make room.
    pub dropped: u64,
}

/// Runs what waits for the disk where it holds nobody up.
async fn blocking<T: Send + 'static>(
    embedded: &Arc<Embedded>,
    work: impl FnOnce(&Embedded) -> Result<T, HistoryError> + Send + 'static,
) -> Result<T, HistoryError> {
    let embedded = embedded.clone();
    let done = tokio::task::spawn_blocking(move || work(&embedded)).await;
    done.unwrap_or(Err(HistoryError::Closed))
}

impl History {
    /// Opens a history to write to; it is made where there is none, and brought to the form of this program.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn open(place: &HistoryPlace) -> Result<History, HistoryError> {
        match place {
            HistoryPlace::Embedded(path) => Ok(History::Embedded(Arc::new(Embedded::open(path)?))),
            HistoryPlace::Postgres(config) => {
                Ok(History::Postgres(Arc::new(Postgres::open(config.as_ref().clone()).await?)))
            }
        }
    }

    /// Claims a device; nothing while another agent judges it.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn claim(&self, device: &str) -> Result<Option<Claim>, HistoryError> {
        match self {
            // One agent has the file, and judges a device once at a time.
            History::Embedded(_) => Ok(Some(Claim { device: device.to_owned(), session: 0 })),
            History::Postgres(server) => server.claim(device).await,
        }
    }

    /// Gives a claim back.
    pub async fn release(&self, claim: &Claim) {
        if let History::Postgres(server) = self {
            server.release(claim).await;
        }
    }

    /// Keeps a judgement: when this returns it is on the disk. `queue` is how many webhooks may wait, where one is to be
    /// sent for it.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing is then kept, or it is not known.
    pub async fn append(
        &self,
        claim: &Claim,
        record: Record,
        queue: Option<u32>,
    ) -> Result<Appended, HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, move |file| file.append(record, queue)).await,
            History::Postgres(server) => server.append(claim, record, queue).await,
        }
    }

    /// The newest judgement of a device.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn latest(&self, device: &str) -> Result<Option<Record>, HistoryError> {
        Ok(self.newest(Some(device.to_owned()), 1).await?.pop())
    }

    /// The newest judgement of each device whose name comes after `after`, by name, at most `limit`.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn devices(&self, after: String, limit: u32) -> Result<Vec<Record>, HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, move |file| file.devices(&after, limit)).await,
            History::Postgres(server) => server.devices(&after, limit).await,
        }
    }

    /// The newest judgements, oldest first.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn newest(&self, device: Option<String>, limit: u32) -> Result<Vec<Record>, HistoryError> {
        match self {
            History::Embedded(file) => {
                blocking(file, move |file| file.newest(device.as_deref(), limit)).await
            }
            History::Postgres(server) => server.newest(device.as_deref(), limit).await,
        }
    }

    /// The oldest judgement for which a webhook waits, and that nobody is sending; for `lease` it is ours.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn take_delivery(&self, lease: Duration) -> Result<Option<Record>, HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, |file| file.delivery()).await,
            History::Postgres(server) => server.take_delivery(lease).await,
        }
    }

    /// Says how much longer a webhook is ours.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn lease(&self, sequence: u64, lease: Duration) -> Result<(), HistoryError> {
        match self {
            History::Embedded(_) => Ok(()),
            History::Postgres(server) => server.lease(sequence, lease).await,
        }
    }

    /// Takes a webhook off the queue: it was sent, or given up.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn settle(&self, sequence: u64) -> Result<(), HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, move |file| file.settle(sequence)).await,
            History::Postgres(server) => server.settle(sequence).await,
        }
    }

    /// How many webhooks wait.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn waiting(&self) -> Result<u64, HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, |file| file.waiting()).await,
            History::Postgres(server) => server.waiting().await,
        }
    }

    /// Forgets judgements from before that time (RFC 3339), but the newest of each device; gives how many.
    ///
    /// # Errors
    /// [`HistoryError`].
    pub async fn prune(&self, before: String) -> Result<u64, HistoryError> {
        match self {
            History::Embedded(file) => blocking(file, move |file| file.prune(&before)).await,
            History::Postgres(server) => server.prune(&before).await,
        }
    }
}

/// Reads the newest judgements without an agent, also beside a running one.
///
/// # Errors
/// [`HistoryError`].
pub async fn read(
    place: &HistoryPlace,
    device: Option<&str>,
    limit: u32,
) -> Result<Vec<Record>, HistoryError> {
    match place {
        HistoryPlace::Embedded(path) => embedded::read(path, device, limit),
        HistoryPlace::Postgres(config) => {
            Postgres::open(config.as_ref().clone()).await?.newest(device, limit).await
        }
    }
}

/// Whether a file is a history of ours, read by the newest judgement in it.
///
/// # Errors
/// [`HistoryError`].
pub fn newest_in(path: &Path) -> Result<(), HistoryError> {
    embedded::read(path, None, 1).map(drop)
}

fn decode(sequence: u64, text: &[u8]) -> Result<Record, HistoryError> {
    serde_json::from_slice(text).map_err(|_| HistoryError::Record { sequence })
}

fn folder_of(path: &Path) -> Result<(), HistoryError> {
    let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|source| HistoryError::Folder { path: folder.to_owned(), source })
}
