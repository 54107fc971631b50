//! `handset watch`: a run, and again whenever one of its files changes.

use super::arguments::{RunArguments, WatchArguments};
use super::commands::run_once;
use super::engine::Signals;
use super::plan::suite_paths;
use crate::exit::Failure;
use crate::scenario::{loaded, suite_files};
use crate::tools::output::note;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// What a file looked like.
type Looks = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs the command.
///
/// # Errors
/// [`Failure`] of listening for signals; what is wrong with a run is told, and the files are watched on.
pub fn watch(arguments: &WatchArguments) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    let watched = &arguments.run;
    let run = RunArguments {
        paths: watched.paths.clone(),
        selection: watched.selection.clone(),
        execution: watched.execution.clone(),
        output: watched.output.clone(),
    };
    let mut runs = 0;
    loop {
        // Looked at before the run: what changes during it is seen after it.
        let before = looks(&run);
        let exit = run_once(&run, &signals).unwrap_or_else(|failure| {
            note(&format!("handset: {failure}"));
            failure.exit_code()
        });
        runs += 1;
        if signals.heard().is_some() || arguments.runs.is_some_and(|most| runs >= most) {
            return Ok(exit);
        }
        note("watching; Ctrl-C ends it");
        while looks(&run) == before {
            sleep(Duration::from_millis(arguments.interval));
            if signals.heard().is_some() {
                return Ok(exit);
            }
        }
    }
}

/// The files of a run and what they look like.
fn looks(run: &RunArguments) -> Looks {
    let mut files: Vec<PathBuf> = Vec::new();
    if let Ok(paths) = suite_paths(&run.paths) {
        files.extend(suite_files(&paths).unwrap_or_default());
        if let Ok(suites) = loaded(&paths) {
            files.extend(suites.sources().all().iter().map(|s| PathBuf::from(&s.name)));
            let named = suites.cases().flatten().flat_map(|case| {
                case.files().into_iter().map(|f| PathBuf::from(&f.path)).collect::<Vec<_>>()
            });
            files.extend(named);
        }
    }
    let look = |path: &PathBuf| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.into_iter().map(|path| (path.clone(), look(&path))).collect()
}
