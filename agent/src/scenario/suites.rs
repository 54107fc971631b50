//! Suites on the disk.

use super::ScenarioError;
use crate::exit::Failure;
use crate::lint::select;
use crate::requirements;
use scenario::yaml::{MAX_FILE_OCTETS, Span};
use scenario::{Diagnostic, Files, Knowledge, Problem, ReadFailure, Suites, load};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The view of a phone, for the paths of `state`.
const VIEW: &str = include_str!("../../../fixtures/schema/device-show.schema.json");

/// Files on the disk, from the folder in which the program runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> Result<String, ReadFailure> {
        let system = |error: std::io::Error| ReadFailure::System { reason: error.to_string() };
        let limit = MAX_FILE_OCTETS as u64;
        let mut octets = Vec::new();
        let file = File::open(path).map_err(system)?;
        file.take(limit + 1).read_to_end(&mut octets).map_err(system)?;
        if octets.len() as u64 > limit {
            return Err(ReadFailure::TooLarge);
        }
        String::from_utf8(octets).map_err(|_| ReadFailure::Encoding)
    }
}

/// What scenarios are checked against: the catalogue of requirements, the linter's rules, the view of a phone.
pub fn knowledge() -> Knowledge {
    Knowledge {
        requirements: requirements::ids().collect(),
        rules: profile::lint::rules().iter().map(|rule| rule.description().id.to_owned()).collect(),
        // The file is part of the program; the tests read it.
        view: serde_json::from_str(VIEW).ok(),
    }
}

/// The scenario files that the arguments mean, as paths with `/`.
///
/// # Errors
/// [`ScenarioError::NoSuites`] when there is none, [`Failure::Pattern`] for a pattern that is none.
pub fn suite_files(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    select::files_of(arguments, &["yaml", "yml"]).map_err(|failure| match failure {
        Failure::NothingSelected(path) => ScenarioError::NoSuites(path).into(),
        other => other,
    })
}

/// Reads the suites that the arguments mean.
///
/// # Errors
/// As [`suite_files`]; what is wrong in a file is in the result.
pub fn loaded(arguments: &[PathBuf]) -> Result<Suites, Failure> {
    let files = suite_files(arguments)?;
    let names: Vec<String> = files.iter().map(|path| name(path)).collect();
    Ok(load(names.iter().map(String::as_str), &Disk, knowledge()))
}

fn name(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

/// The files that cases name and that are not there, each once.
pub fn missing_files(suites: &Suites) -> Vec<Diagnostic> {
    let mut known: BTreeMap<String, bool> = BTreeMap::new();
    let mut missing = Vec::new();
    for case in suites.cases().flatten() {
        for file in case.files() {
            let exists = *known.entry(file.path.clone()).or_insert_with(|| Path::new(&file.path).is_file());
            if !exists {
                let sources = suites.sources().all();
                let source = sources.iter().position(|s| s.name == file.place.file).unwrap_or_default();
                let text = sources.get(source).map(|s| s.text.as_str()).unwrap_or_default();
                let start = offset(text, file.place.line, file.place.column);
                let span = Span {
                    source: u32::try_from(source).unwrap_or_default(),
                    start,
                    end: start,
                    line: file.place.line,
                    column: file.place.column,
                };
                let problem = Problem::NoFile { path: file.path.clone() }.at(span);
                missing.push(problem.hint("paths start from the folder of the file that names them"));
            }
        }
    }
    missing.sort_by_key(|d| d.span);
    missing.dedup();
    missing
}

fn offset(text: &str, line: u32, column: u32) -> usize {
    let mut start = 0;
    for _ in 1..line {
        start += text.get(start..).and_then(|rest| rest.find('\n')).map_or(0, |at| at + 1);
    }
    let rest = text.get(start..).unwrap_or_default();
    let before = usize::try_from(column.saturating_sub(1)).unwrap_or_default();
    start + rest.char_indices().nth(before).map_or(rest.len(), |(at, _)| at)
}
