//! The history in a file, by redb.
//!
//! A database, and not files that are replaced: a history grows by small records, is asked by device, and forgets from
//! its old end, all of which a B-tree does without reading the rest. The file is opened for one writer, beside which any
//! number of programs read and follow (redb's `SingleWriter`, two-phase commits); each commit is brought to the disk, and
//! what a killed writer left half done is not there for the next one.

use super::{Appended, HISTORY_VERSION, HistoryError, decode, folder_of};
use crate::service::record::Record;
use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, TableDefinition, TableError,
};
use std::fs::OpenOptions;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Records, JSON, by number.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");
/// Numbers by device.
const BY_DEVICE: TableDefinition<'_, (&str, u64), ()> = TableDefinition::new("by_device");
/// The newest number of each device.
const NEWEST: TableDefinition<'_, &str, u64> = TableDefinition::new("newest");
/// The numbers for which a webhook waits.
const WAITING: TableDefinition<'_, u64, ()> = TableDefinition::new("waiting");
/// The version, and the last number that was given.
const NUMBERS: TableDefinition<'_, &str, u64> = TableDefinition::new("numbers");

/// How many records are forgotten in one commit.
const PRUNED_AT_ONCE: usize = 10_000;

/// A history in a file.
pub struct Embedded {
    path: PathBuf,
    database: Database,
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}

fn opened<T>(path: &Path, result: Result<T, DatabaseError>) -> Result<T, HistoryError> {
    result.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => HistoryError::InUse(path.to_owned()),
        other => HistoryError::Embedded { path: path.to_owned(), source: Box::new(other.into()) },
    })
}

impl Embedded {
    /// Opens the file, or makes it.
    pub fn open(path: &Path) -> Result<Embedded, HistoryError> {
        folder_of(path)?;
        // It tells of people, so that it is its owner's alone.
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        made.map_err(|source| HistoryError::Folder { path: path.to_owned(), source })?;
        let database = opened(path, builder().create(path))?;
        let embedded = Embedded { path: path.to_owned(), database };
        let found = embedded.doing(|database| {
            let transaction = database.begin_write()?;
            let found = {
                let mut numbers = transaction.open_table(NUMBERS)?;
                let found = numbers.get("version")?.map(|version| version.value());
                if found.is_none() {
                    numbers.insert("version", u64::from(HISTORY_VERSION))?;
                }
                transaction.open_table(RECORDS)?;
                transaction.open_table(BY_DEVICE)?;
                transaction.open_table(NEWEST)?;
                transaction.open_table(WAITING)?;
                found
            };
            transaction.commit()?;
            Ok(found)
        })?;
        check(found)?;
        // The name of a new file, too, is to outlive a power cut.
        if let Some(folder) = path.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(embedded)
    }

    fn doing<T>(&self, work: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, HistoryError> {
        work(&self.database)
            .map_err(|source| HistoryError::Embedded { path: self.path.clone(), source: Box::new(source) })
    }

    pub fn append(&self, mut record: Record, queue: Option<u32>) -> Result<Appended, HistoryError> {
        let mut unwritable = None;
        let dropped = self.doing(|database| {
            let transaction = database.begin_write()?;
            let mut dropped = 0;
            {
                let mut numbers = transaction.open_table(NUMBERS)?;
                let sequence = numbers.get("last")?.map_or(0, |last| last.value()) + 1;
                record.sequence = sequence;
                let text = match serde_json::to_vec(&record) {
                    Ok(text) => text,
                    Err(error) => {
                        unwritable = Some(error);
                        return Ok(0);
                    }
                };
                numbers.insert("last", sequence)?;
                transaction.open_table(RECORDS)?.insert(sequence, text.as_slice())?;
                transaction.open_table(BY_DEVICE)?.insert((record.device.as_str(), sequence), ())?;
                transaction.open_table(NEWEST)?.insert(record.device.as_str(), sequence)?;
                if let Some(queue) = queue {
                    let mut waiting = transaction.open_table(WAITING)?;
                    waiting.insert(sequence, ())?;
                    while waiting.len()? > u64::from(queue) {
                        waiting.pop_first()?;
                        dropped += 1;
                    }
                }
            }
            transaction.commit()?;
            Ok(dropped)
        })?;
        match unwritable {
            Some(error) => Err(error.into()),
            None => Ok(Appended { record, dropped }),
        }
    }

    fn reading<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, HistoryError> {
        self.doing(|database| work(&database.begin_read()?))
    }

    pub fn devices(&self, after: &str, limit: u32) -> Result<Vec<Record>, HistoryError> {
        let found = self.reading(|transaction| {
            let (newest, records) = (transaction.open_table(NEWEST)?, transaction.open_table(RECORDS)?);
            let mut found = Vec::new();
            let from = (Bound::Excluded(after), Bound::<&str>::Unbounded);
            for entry in newest.range::<&str>(from)?.take(limit as usize) {
                let sequence = entry?.1.value();
                if let Some(text) = records.get(sequence)? {
                    found.push((sequence, text.value().to_vec()));
                }
            }
            Ok(found)
        })?;
        found.into_iter().map(|(sequence, text)| decode(sequence, &text)).collect()
    }

    pub fn newest(&self, device: Option<&str>, limit: u32) -> Result<Vec<Record>, HistoryError> {
        decoded(self.reading(|transaction| newest(transaction, device, limit))?)
    }

    pub fn delivery(&self) -> Result<Option<Record>, HistoryError> {
        let found = self.reading(|transaction| {
            let (waiting, records) = (transaction.open_table(WAITING)?, transaction.open_table(RECORDS)?);
            let Some((sequence, _)) = waiting.first()? else { return Ok(None) };
            let sequence = sequence.value();
            Ok(records.get(sequence)?.map(|text| (sequence, text.value().to_vec())))
        })?;
        found.map(|(sequence, text)| decode(sequence, &text)).transpose()
    }

    pub fn settle(&self, sequence: u64) -> Result<(), HistoryError> {
        self.doing(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(WAITING)?.remove(sequence)?;
            Ok(transaction.commit()?)
        })
    }

    pub fn waiting(&self) -> Result<u64, HistoryError> {
        self.reading(|transaction| Ok(transaction.open_table(WAITING)?.len()?))
    }

    /// Times in RFC 3339 of one zone sort as their texts do, but for fractions of the same second.
    pub fn prune(&self, before: &str) -> Result<u64, HistoryError> {
        let mut forgotten = 0;
        let mut from = 0;
        loop {
            let (count, next) = self.prune_from(before, from)?;
            forgotten += count;
            match next {
                Some(next) => from = next,
                None => return Ok(forgotten),
            }
        }
    }

    /// Forgets some, and says where to go on.
    fn prune_from(&self, before: &str, from: u64) -> Result<(u64, Option<u64>), HistoryError> {
        self.doing(|database| {
            let transaction = database.begin_write()?;
            let mut old: Vec<(u64, String)> = Vec::new();
            let mut next = None;
            {
                let mut records = transaction.open_table(RECORDS)?;
                let (newest, mut waiting) =
                    (transaction.open_table(NEWEST)?, transaction.open_table(WAITING)?);
                for (looked_at, entry) in records.range(from..)?.enumerate() {
                    let (sequence, text) = entry?;
                    let sequence = sequence.value();
                    if looked_at == PRUNED_AT_ONCE {
                        next = Some(sequence);
                        break;
                    }
                    let Ok(record) = serde_json::from_slice::<Record>(text.value()) else { continue };
                    if record.judged_at.as_str() >= before {
                        break;
                    }
                    let last = newest.get(record.device.as_str())?.map(|last| last.value());
                    if last != Some(sequence) {
                        old.push((sequence, record.device));
                    }
                }
                let mut by_device = transaction.open_table(BY_DEVICE)?;
                for (sequence, device) in &old {
                    records.remove(*sequence)?;
                    by_device.remove((device.as_str(), *sequence))?;
                    waiting.remove(*sequence)?;
                }
            }
            transaction.commit()?;
            Ok((old.len() as u64, next))
        })
    }
}

/// Records as they are kept, newest first.
type Kept = Vec<(u64, Vec<u8>)>;

fn newest(transaction: &ReadTransaction, device: Option<&str>, limit: u32) -> Result<Kept, redb::Error> {
    let records = transaction.open_table(RECORDS)?;
    let mut found = Vec::new();
    match device {
        None => {
            for entry in records.range::<u64>(..)?.rev().take(limit as usize) {
                let (sequence, text) = entry?;
                found.push((sequence.value(), text.value().to_vec()));
            }
        }
        Some(device) => {
            let by_device = transaction.open_table(BY_DEVICE)?;
            for entry in by_device.range((device, 0)..=(device, u64::MAX))?.rev().take(limit as usize) {
                let (_, sequence) = entry?.0.value();
                if let Some(text) = records.get(sequence)? {
                    found.push((sequence, text.value().to_vec()));
                }
            }
        }
    }
    Ok(found)
}

fn decoded(kept: Kept) -> Result<Vec<Record>, HistoryError> {
    kept.into_iter().rev().map(|(sequence, text)| decode(sequence, &text)).collect()
}

fn check(found: Option<u64>) -> Result<(), HistoryError> {
    match found.and_then(|found| u32::try_from(found).ok()) {
        Some(found) if found > HISTORY_VERSION => Err(HistoryError::Newer { found }),
        _ => Ok(()),
    }
}

/// Reads beside whoever writes. A file that a killed agent left, with no new one at it, is mended first.
pub fn read(path: &Path, device: Option<&str>, limit: u32) -> Result<Vec<Record>, HistoryError> {
    if !path.exists() {
        return Err(HistoryError::None(path.to_owned()));
    }
    let database = match builder().open_read_only(path) {
        Err(DatabaseError::RepairAborted) => {
            return Embedded::open(path)?.newest(device, limit);
        }
        other => opened(path, other)?,
    };
    let read = || -> Result<(Option<u64>, Kept), redb::Error> {
        let transaction = database.begin_read()?;
        let version = match transaction.open_table(NUMBERS) {
            // An agent is about to make it.
            Err(TableError::TableDoesNotExist(_)) => return Ok((None, Vec::new())),
            other => other?.get("version")?.map(|version| version.value()),
        };
        Ok((version, newest(&transaction, device, limit)?))
    };
    let (version, kept) = read()
        .map_err(|source| HistoryError::Embedded { path: path.to_owned(), source: Box::new(source) })?;
    check(version)?;
    decoded(kept)
}

#[cfg(test)]
mod tests;
