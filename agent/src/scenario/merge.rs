//! `handset merge`.

use super::{MergeArguments, ScenarioError};
use crate::exit::Failure;
use crate::run;
use crate::tools::output::{Readers, write};
use report::language::Language;
use scenario::MergeError;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use verdict::Run;

/// The largest report of a shard that is read, in octets.
const MAX_REPORT: u64 = 1 << 30;

/// Runs the command.
///
/// # Errors
/// [`ScenarioError::Merge`] when the reports cannot be merged; nothing is written then.
pub fn merge(arguments: &MergeArguments, lang: Language) -> Result<u8, Failure> {
    let mut reports: Vec<(String, String)> = Vec::with_capacity(arguments.reports.len());
    for path in &arguments.reports {
        reports.push((path.display().to_string(), read(path)?));
    }
    let named = reports.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let merged = scenario::merge(named).map_err(ScenarioError::from)?;
    // What is not the contract in full, though it can be merged, has no other form.
    let no_report = |error: serde_json::Error| {
        let report = "what was merged".to_owned();
        ScenarioError::from(MergeError::NoReport { report, reason: error.to_string() })
    };
    let whole: Option<Run> = match arguments.report.is_empty() {
        true => None,
        false => Some(serde_json::from_str(&merged).map_err(no_report)?),
    };
    let output = arguments.output.clone().unwrap_or_else(|| PathBuf::from("-"));
    write(Some(&output), merged.as_bytes(), Readers::Same(&output))?;
    if let Some(whole) = whole {
        run::reports(&whole, &arguments.report, lang)?;
    }
    Ok(0)
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |source| Failure::Read { path: path.to_path_buf(), source };
    let mut octets = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_REPORT + 1).read_to_end(&mut octets).map_err(failed)?;
    if octets.len() as u64 > MAX_REPORT {
        return Err(Failure::TooLarge { path: path.to_path_buf(), limit: MAX_REPORT });
    }
    String::from_utf8(octets).map_err(|_| ScenarioError::Encoding(path.to_path_buf()).into())
}
