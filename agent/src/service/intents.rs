//! What the administrator meant, as the service holds it: the policies' files and the directory, read together.

use super::configuration::Configuration;
use super::error::ServiceError;
use super::sha256;
use crate::exit::Failure;
use crate::file;
use crate::judge::{CX, Policy, User, policies_for_in, policies_in};
use crate::policies::PolicyError;
use intent::{Device, DeviceAttributes, Directory, DirectoryUser, OsVersion};
use profile::Severity;
use profile::graph::{DOCUMENT_BYTES_MAX, Finding};
use std::path::PathBuf;

/// The most files of policies.
pub const MAX_POLICY_FILES: usize = 10_000;

/// The version by which policies are read when they are only checked.
const CHECKED_FOR: OsVersion = OsVersion::new(17, 5, 0);

/// What the administrator meant.
pub struct Intents {
    /// The SHA-256 of all files, with their names.
    pub sha256: String,
    files: Vec<(PathBuf, Vec<u8>)>,
    directory: Option<Directory>,
    /// How many policies there are.
    pub count: usize,
}

/// The files as they were read together.
struct Files {
    sha256: String,
    policies: Vec<(PathBuf, Vec<u8>)>,
    directory: Option<(String, Vec<u8>)>,
}

/// What is in the way of a setting: its name, why, and whether nothing can be judged for it.
type Obstacle = (String, String, bool);

impl Files {
    /// Reads what can be read, and says with which setting the rest is.
    fn gathered(configuration: &Configuration) -> (Files, Vec<(String, Failure)>) {
        let (mut policies, mut failures) = (Vec::new(), Vec::new());
        for (number, named) in configuration.policies.iter().enumerate() {
            let read = members(named).and_then(|paths| {
                for path in paths {
                    if policies.len() == MAX_POLICY_FILES {
                        let limit = MAX_POLICY_FILES;
                        return Err(ServiceError::TooManyPolicies { path, limit }.into());
                    }
                    let bytes = file::read(&path)?;
                    policies.push((path, bytes));
                }
                Ok(())
            });
            failures.extend(read.err().map(|failure| (format!("policies[{number}]"), failure)));
        }
        let mut directory = None;
        if let Some(path) = &configuration.directory {
            match file::read_up_to(path, DOCUMENT_BYTES_MAX as u64) {
                Ok(bytes) => directory = Some((path.display().to_string(), bytes)),
                Err(failure) => failures.push(("directory".to_owned(), failure)),
            }
        }
        // What else a verdict depends on.
        let terms = (&configuration.users, configuration.allow_user_changes, configuration.ios);
        let terms = format!("{terms:?}");
        let named = policies.iter().map(|(path, bytes)| (path.display().to_string(), bytes.as_slice()));
        let heads: Vec<(String, &[u8])> = named
            .chain(directory.iter().map(|(_, bytes)| ("directory".to_owned(), bytes.as_slice())))
            .chain([("terms".to_owned(), terms.as_bytes())])
            .map(|(name, bytes)| (format!("{name}\0{}\0", bytes.len()), bytes))
            .collect();
        let parts: Vec<&[u8]> = heads.iter().flat_map(|(head, bytes)| [head.as_bytes(), *bytes]).collect();
        (Files { sha256: sha256(&parts), policies, directory }, failures)
    }

    fn read(configuration: &Configuration) -> Result<Files, Failure> {
        let (files, failures) = Files::gathered(configuration);
        failures.into_iter().next().map_or(Ok(files), |(_, failure)| Err(failure))
    }
}

impl Intents {
    /// Reads everything, and checks that it can be judged by.
    ///
    /// # Errors
    /// [`Failure`] with the file and the place.
    pub fn read(configuration: &Configuration) -> Result<Intents, Failure> {
        let mut read = Files::read(configuration)?;
        let directory = match read.directory.take() {
            Some((name, bytes)) => Some(directory(name, &bytes)?.0),
            None => None,
        };
        let mut intents = Intents { sha256: read.sha256, files: read.policies, directory, count: 0 };
        intents.count = intents.policies(&User::stand_in(None), CHECKED_FOR)?.len();
        Ok(intents)
    }

    /// Reads everything, and goes on where something is in the way, to say all of it.
    pub fn examined(configuration: &Configuration) -> (Option<Intents>, Vec<Obstacle>) {
        let (mut read, failures) = Files::gathered(configuration);
        let obstacle = |(setting, failure): (String, Failure)| (setting, failure.to_string(), true);
        let mut obstacles: Vec<Obstacle> = failures.into_iter().map(obstacle).collect();
        let mut known = None;
        if let Some((name, bytes)) = read.directory.take() {
            match directory(name, &bytes) {
                Ok((directory, findings)) => {
                    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
                    obstacles.extend(errors.map(|one| ("directory".to_owned(), described(one), false)));
                    known = Some(directory);
                }
                Err(failure) => obstacles.push(("directory".to_owned(), failure.to_string(), true)),
            }
        }
        let mut intents = Intents { sha256: read.sha256, files: read.policies, directory: known, count: 0 };
        for (path, bytes) in &intents.files {
            match policies_in(&CX, path, bytes, &User::stand_in(None), CHECKED_FOR) {
                Ok(policies) => intents.count += policies.len(),
                Err(failure) => {
                    let named = |named: &PathBuf| named == path || path.parent() == Some(named.as_path());
                    let number = configuration.policies.iter().position(named).unwrap_or_default();
                    obstacles.push((format!("policies[{number}]"), failure.to_string(), true));
                }
            }
        }
        let is_whole = obstacles.iter().all(|(_, _, blocks)| !blocks);
        (is_whole.then_some(intents), obstacles)
    }

    /// The same, if anything is otherwise than it was; only then is it understood, and not only read.
    ///
    /// # Errors
    /// As `read`.
    pub fn renewed(&self, configuration: &Configuration) -> Result<Option<Intents>, Failure> {
        if Files::read(configuration)?.sha256 == self.sha256 {
            return Ok(None);
        }
        Intents::read(configuration).map(Some)
    }

    /// Every policy, for one user.
    fn policies(&self, user: &User, ios: OsVersion) -> Result<Vec<Policy>, Failure> {
        let mut all = Vec::new();
        for (path, bytes) in &self.files {
            all.extend(policies_in(&CX, path, bytes, user, ios)?);
        }
        Ok(all)
    }

    /// Whose a device is, as the directory has it.
    pub fn owner_of(&self, device: &str) -> Option<&str> {
        self.listed(device)?.user.as_deref()
    }

    fn listed(&self, device: &str) -> Option<&Device> {
        self.directory.as_ref()?.devices.iter().find(|listed| is_called(listed, device))
    }

    /// Whether the directory has a user of that name; nothing without a directory.
    pub fn knows(&self, name: &str) -> Option<bool> {
        self.directory.as_ref().map(|directory| directory.user(name).is_some())
    }

    /// The users of the directory.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.directory.iter().flat_map(|directory| &directory.users).map(|user| user.user.upn.as_str())
    }

    /// The user of that name: as the directory has it, else by the name alone.
    pub fn user(&self, name: &str) -> User {
        match self.directory.as_ref().and_then(|directory| directory.user(name)) {
            Some(listed) => User { attributes: listed.user.clone(), is_known: true },
            None => User::known(name),
        }
    }

    /// The policies, each with whether it is for a device and its user. Without a directory, or where a document does not
    /// say whom a policy is assigned to, it is for everybody; a user whom the directory does not list is in no group but
    /// those that name the user, and a device that it does not list is that user's.
    ///
    /// # Errors
    /// [`Failure`] when a policy that is for them cannot be compiled for the user.
    pub fn for_device(&self, device: &str, user: &User, ios: OsVersion) -> Result<Vec<Policy>, Failure> {
        let Some(directory) = &self.directory else { return self.policies(user, ios) };
        let listed = directory
            .user(&user.attributes.upn)
            .cloned()
            .unwrap_or_else(|| DirectoryUser { user: user.attributes.clone(), ..DirectoryUser::default() });
        let alone;
        let (directory, label) = match self.listed(device) {
            Some(known) => (directory, known.label().to_owned()),
            None => {
                let attributes =
                    DeviceAttributes { name: Some(device.to_owned()), ..DeviceAttributes::default() };
                let known = Device { attributes, user: Some(listed.user.upn.clone()), ..Device::default() };
                alone = Directory::of(Vec::new(), directory.groups.clone(), vec![known]);
                (&alone, device.to_owned())
            }
        };
        let mut all = Vec::new();
        for (path, bytes) in &self.files {
            let file = (path.as_path(), bytes.as_slice());
            all.extend(policies_for_in(&CX, file, user, ios, (&listed, directory), Some(&label))?);
        }
        Ok(all)
    }
}

/// Reads a directory. One in which nothing could be read is none.
fn directory(file: String, bytes: &[u8]) -> Result<(Directory, Vec<Finding>), Failure> {
    let (directory, findings) =
        Directory::read(&file, bytes).map_err(|error| PolicyError::Json { file, error })?;
    let is_empty = directory.users.is_empty() && directory.groups.is_empty() && directory.devices.is_empty();
    match findings.iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) if is_empty => Err(ServiceError::Directory(described(finding)).into()),
        _ => Ok((directory, findings)),
    }
}

/// A finding with its place.
fn described(finding: &Finding) -> String {
    let place = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", finding.file),
        _ => format!("{}: {}", finding.file, finding.path),
    };
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{place}: {}{help}", finding.message)
}

fn is_called(listed: &Device, name: &str) -> bool {
    let known = &listed.attributes;
    let names = [&known.name, &known.intune_id, &known.directory_id, &known.serial_number, &known.imei];
    names.into_iter().flatten().any(|known| known.eq_ignore_ascii_case(name))
}

/// A file, or the policies in a folder, sorted.
fn members(path: &PathBuf) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.clone()]);
    }
    let failed = |source| Failure::Read { path: path.clone(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?.path();
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_policy = entry.extension().is_some_and(|e| e == "json" || e == "mobileconfig");
        if is_policy && !hidden {
            found.push(entry);
        }
        if found.len() > MAX_POLICY_FILES {
            return Err(ServiceError::TooManyPolicies { path: path.clone(), limit: MAX_POLICY_FILES }.into());
        }
    }
    if found.is_empty() {
        return Err(ServiceError::NoPolicies(path.clone()).into());
    }
    found.sort();
    Ok(found)
}
