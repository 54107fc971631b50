//! `handset merge`.

use super::{MergeArguments, ScenarioError};
use crate::exit::Failure;
use crate::tools::output::{Readers, write};
use report::language::Language;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    let output = arguments.output.clone().unwrap_or_else(|| PathBuf::from("-"));
    write(Some(&output), merged.as_bytes(), Readers::Same(&output))?;
    if !arguments.report.is_empty() {
        // What was merged is a report of the contract that the headers were checked by.
        let run: verdict::Run = serde_json::from_str(&merged)?;
        crate::run::reports(&run, &arguments.report, lang)?;
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
