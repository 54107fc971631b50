//! One judgement: what checked in, held against what was meant.

use super::configuration::Configuration;
use super::intents::Intents;
use super::record::{AGENT_SCHEMA_VERSION, Record, Source, wrong};
use super::{now_ms, sha256};
use crate::exit::Failure;
use crate::judge::{Circumstances, User, read_folder, seen_user, simulated_log, verification};
use evidence::{LOG_FILE, Log, MAX_LOG_OCTETS, Timestamp};
use simulator::store::{DeviceName, EmbeddedStore, StoreError, decode};
use std::path::{Path, PathBuf};
use verdict::Outcome;

/// Where the evidence of a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A device of the store.
    Kept(PathBuf, DeviceName),
    /// A folder of evidence.
    Folder(PathBuf),
}

/// A device as it checked in.
pub struct CheckIn {
    /// The SHA-256 of it.
    pub sha256: String,
    content: Content,
}

enum Content {
    /// A kept device.
    Record(PathBuf, Vec<u8>),
    Folder(PathBuf),
}

impl CheckIn {
    /// Reads what is there now.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn read(place: &Place) -> Result<CheckIn, Failure> {
        match place {
            Place::Kept(folder, name) => {
                let store = EmbeddedStore::new(folder);
                let record = store.record(name).map_err(crate::devices::DeviceError::Store)?;
                let path = folder.join(name.as_str());
                Ok(CheckIn { sha256: sha256(&[&record]), content: Content::Record(path, record) })
            }
            Place::Folder(folder) => {
                // The log's seal and references cover the rest of the folder.
                let log = crate::file::read_up_to(&folder.join(LOG_FILE), MAX_LOG_OCTETS)?;
                Ok(CheckIn { sha256: sha256(&[&log]), content: Content::Folder(folder.clone()) })
            }
        }
    }

    /// Judges it. The record has no number yet, and was not compared with the one before.
    ///
    /// # Errors
    /// [`Failure`] when the evidence is not sound, or a policy cannot be compiled for the user.
    pub fn judge(
        &self,
        device: &str,
        source: Source,
        intents: &Intents,
        configuration: &Configuration,
    ) -> Result<Record, Failure> {
        let (log, owner) = self.log(device)?;
        let named = configuration.users.get(&device.to_lowercase()).map(String::as_str);
        let user = match named.or_else(|| intents.owner_of(device)).or(owner.as_deref()) {
            Some(name) => intents.user(name),
            None => User::stand_in(seen_user(&log).as_deref()),
        };
        let evidence = format!("{} device {device}", source.name());
        let circumstances = Circumstances {
            log: &log,
            evidence: &evidence,
            device: Some(device),
            ios: configuration.ios,
            allow_user_changes: configuration.allow_user_changes,
        };
        let policies = intents.for_device(device, &user, circumstances.version().0)?;
        let names = |applicable: bool| -> Vec<String> {
            let some = policies.iter().filter(|policy| policy.not_applicable().is_none() == applicable);
            some.map(|policy| policy.name.clone()).collect()
        };
        let (assigned, not_assigned) = (names(true), names(false));
        let found = verification(&circumstances, policies);
        let failed = found.verdicts.iter().filter(|v| v.outcome == Outcome::Fail);
        let outcomes = found.verdicts.iter().filter_map(|v| Some((v.requirement.clone()?, v.outcome)));
        let values = |value: serde_json::Value| value.as_array().cloned().unwrap_or_default();
        Ok(Record {
            schema_version: AGENT_SCHEMA_VERSION,
            sequence: 0,
            agent: configuration.name.clone(),
            device: device.to_owned(),
            source,
            judged_at: Timestamp(now_ms()).to_rfc3339(),
            checkin: self.sha256.clone(),
            intent: intents.sha256.clone(),
            seen_at: log.observations().iter().map(|o| o.at_ms).max().map(|at| Timestamp(at).to_rfc3339()),
            user: user.is_known.then(|| user.attributes.upn.clone()),
            ios: found.device.ios.clone(),
            observations: log.observations().len(),
            exit: if assigned.is_empty() { crate::exit::ExitCode::NothingSelected as u8 } else { found.exit },
            policies: assigned,
            not_assigned,
            summary: found.summary.into(),
            verdicts: outcomes
                .map(|(id, outcome)| Ok((id, word(outcome)?)))
                .collect::<Result<_, Failure>>()?,
            failed: failed.map(serde_json::to_value).collect::<Result<_, _>>()?,
            wrong: wrong(&found),
            drift: values(serde_json::to_value(&found.drift)?),
            conflicts: values(serde_json::to_value(&found.conflicts)?),
            appeared: Default::default(),
            resolved: Default::default(),
        })
    }

    fn log(&self, device: &str) -> Result<(Log, Option<String>), Failure> {
        match &self.content {
            Content::Record(path, record) => {
                let world = decode(record).map_err(|error| {
                    crate::devices::DeviceError::Store(StoreError::Record { path: path.clone(), error })
                })?;
                Ok((simulated_log(&world, device)?, Some(world.owner().email.clone())))
            }
            Content::Folder(folder) => Ok((read_folder(folder)?, None)),
        }
    }
}

fn word(outcome: Outcome) -> Result<String, Failure> {
    Ok(serde_json::to_value(outcome)?.as_str().unwrap_or_default().to_owned())
}

/// The name of a device as a folder of evidence has it.
pub fn folder_name(path: &Path) -> Option<DeviceName> {
    path.file_name()?.to_str()?.parse().ok()
}
