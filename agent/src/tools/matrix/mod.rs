//! `handset matrix`: one profile over the versions of iOS, really installed on a simulated phone of each.

mod table;

use super::ToolError;
use super::arguments::{Form, MatrixArguments};
use super::document::{Document, is_signed};
use super::output;
use crate::cli::{Colour, Format, TryArguments};
use crate::exit::Failure;
use crate::trial::{file_bytes, survey};
use profile::OsVersion;
use serde::Serialize;
use simulator::PROVIDER;
use smime::{Context, TrustStore, cms};
use verdict::{Install, InstallStatus, Trial, TrialAccount, TrialAction, TrialProfile, TrialPrompt};

/// The version of the JSON contract (fixtures/schema/matrix.schema.json). It grows by addition only.
const SCHEMA_VERSION: u32 = 1;

/// The most versions that are looked at.
const VERSIONS_MAX: usize = 32;

/// The answer. Members that `handset try` has too mean the same here.
#[derive(Debug, Serialize)]
struct Matrix {
    schema_version: u32,
    profile: TrialProfile,
    device: Phones,
    versions: Vec<Version>,
    exit: u8,
}

/// What the phones have in common.
#[derive(Debug, Serialize)]
struct Phones {
    model: String,
    supervised: bool,
    clock: String,
    seed: u64,
}

/// What a phone of one version makes of the profile.
#[derive(Debug, Serialize)]
struct Version {
    ios: String,
    install: Option<Install>,
    account: Option<TrialAccount>,
    prompts: Vec<TrialPrompt>,
    actions: Vec<TrialAction>,
}

impl Version {
    fn of(trial: Trial) -> Version {
        let Trial { device, install, account, prompts, actions, .. } = trial;
        Version { ios: device.ios, install, account, prompts, actions }
    }

    fn refused(&self) -> bool {
        self.install.as_ref().is_none_or(|i| i.status == InstallStatus::Refused)
    }
}

/// Runs the command.
///
/// # Errors
/// A file that is no readable profile, a wrong range, a simulated phone that cannot be made.
pub(super) fn run(arguments: &MatrixArguments) -> Result<u8, Failure> {
    let range = versions(arguments.from, arguments.to)?;
    let bytes = file_bytes(&arguments.profile)?;
    let mut profile = None;
    let mut versions = Vec::new();
    for ios in range {
        let Some(trial) = survey(&trial(arguments, ios), bytes.clone())? else {
            return Err(unreadable(arguments, bytes).into());
        };
        profile.get_or_insert_with(|| trial.profile.clone());
        versions.push(Version::of(trial));
    }
    let matrix = Matrix {
        schema_version: SCHEMA_VERSION,
        profile: profile.unwrap_or_default(),
        device: Phones {
            model: arguments.model.clone(),
            supervised: arguments.supervised,
            clock: arguments.clock.to_rfc3339(),
            seed: arguments.seed,
        },
        exit: u8::from(versions.iter().any(Version::refused)),
        versions,
    };
    let text = match arguments.format {
        Form::Json => serde_json::to_string_pretty(&matrix)? + "\n",
        Form::Human => table::page(&matrix),
    };
    output::print(text.as_bytes())?;
    Ok(matrix.exit)
}

/// The two ends, and the first release of each major version between them.
fn versions(from: OsVersion, to: OsVersion) -> Result<Vec<OsVersion>, ToolError> {
    let wrong = ToolError::Range { from, to, limit: VERSIONS_MAX };
    if from > to || usize::from(to.major - from.major) >= VERSIONS_MAX - 1 {
        return Err(wrong);
    }
    let between = (from.major + 1..=to.major).map(|major| OsVersion::new(major, 0, 0));
    let mut all: Vec<OsVersion> = std::iter::once(from).chain(between).chain([to]).collect();
    all.dedup();
    Ok(all)
}

fn trial(arguments: &MatrixArguments, ios: OsVersion) -> TryArguments {
    TryArguments {
        intent: Vec::new(),
        report: Vec::new(),
        directory: None,
        profile: arguments.profile.clone(),
        ios,
        model: arguments.model.clone(),
        supervised: arguments.supervised,
        user: arguments.user.clone(),
        clock: arguments.clock,
        seed: arguments.seed,
        variant: Vec::new(),
        out: None,
        reveal_test_keys: false,
        format: Format::Json,
        color: Colour::Never,
        timings: false,
    }
}

/// Why there is no profile in the bytes, with its place.
fn unreadable(arguments: &MatrixArguments, bytes: Vec<u8>) -> ToolError {
    let file = arguments.profile.display().to_string();
    let cx = Context { now: smime::Timestamp(arguments.clock.0), crypto: &PROVIDER };
    let inner = if is_signed(&bytes) {
        match cms::open_signed(&cx, &bytes, &TrustStore::new()) {
            Ok(signed) => signed.content,
            Err(error) => return ToolError::SignedData { file, error },
        }
    } else {
        bytes
    };
    match Document::of(file.clone(), inner) {
        Err(error) => error,
        // It reads by itself, so it is the wrapping that does not.
        Ok(document) => ToolError::NotAProfile { file, found: document.root.value.type_name() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_its_ends_and_the_first_releases_between() {
        let list = |from: &str, to: &str| {
            versions(from.parse().unwrap(), to.parse().unwrap())
                .map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(list("11", "13").unwrap(), ["11.0", "12.0", "13.0"]);
        assert_eq!(list("12.4", "14.1").unwrap(), ["12.4", "13.0", "14.0", "14.1"]);
        assert_eq!(list("17.5", "17.5").unwrap(), ["17.5"]);
        assert_eq!(list("17.1", "17.5").unwrap(), ["17.1", "17.5"]);
        assert_eq!(list("1", "31").unwrap().len(), 31);
        assert!(list("18", "11").is_err() && list("1", "32").is_err() && list("0", "65535").is_err());
    }
}
