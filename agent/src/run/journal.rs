//! A run on the disk: what it is made of, and what came out so far.
//!
//! `run.json` is written at once before the first case; `results.ndjson` takes one line a case, whole, as soon as it is
//! known; `report.json` and `timings.json` are written at the end. Whenever the program is stopped, what is there says
//! which cases were done and which were not; a line that was not written to its end does not count.

use super::RunError;
use crate::exit::Failure;
use crate::tools::output::{Readers, note, write};
use rustix::fs::{FlockOperation, flock};
use scenario::Partition;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use verdict::{RunCase, RunHead};

/// The mark of a kept run.
const FORMAT: &str = "handset-run";
/// The version of its form.
const VERSION: u32 = 1;

const STATE: &str = "run.json";
const RESULTS: &str = "results.ndjson";
const LOCK: &str = "lock";
/// The report, as `--report json=` writes it.
pub const REPORT: &str = "report.json";
/// How long everything really took.
pub const TIMINGS: &str = "timings.json";

/// Where runs are kept when nobody says.
const KEPT: &str = ".handset";

/// How many runs can be kept side by side in a usual folder.
const MAX_SIDE_BY_SIDE: u32 = 64;

/// The longest line of the results, in octets.
const MAX_LINE: u64 = 256 << 20;

/// What a run is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunState {
    format: String,
    version: u32,
    /// The head of its report.
    pub head: RunHead,
    /// The suites as they were named.
    pub paths: Vec<PathBuf>,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--retries`.
    pub retries: Option<u32>,
    /// `--fail-fast`.
    pub fail_fast: bool,
    /// `--secret`, with the names of the files.
    pub secrets: Vec<String>,
    /// `--evidence`.
    pub evidence: Option<PathBuf>,
}

impl RunState {
    /// Puts a state together.
    pub fn new(head: RunHead, paths: Vec<PathBuf>) -> Self {
        RunState {
            format: FORMAT.to_owned(),
            version: VERSION,
            head,
            paths,
            seed: None,
            retries: None,
            fail_fast: false,
            secrets: Vec::new(),
            evidence: None,
        }
    }

    /// Reads the state of a kept run.
    ///
    /// # Errors
    /// [`RunError::NoRun`].
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(STATE);
        let no_run = |reason: String| RunError::NoRun { path: path.clone(), reason };
        let octets = fs::read(&path).map_err(|error| no_run(error.to_string()))?;
        let state: RunState = serde_json::from_slice(&octets).map_err(|error| no_run(error.to_string()))?;
        if state.format != FORMAT || state.version != VERSION {
            return Err(no_run("it was kept by another version".to_owned()));
        }
        Ok(state)
    }
}

/// A kept run that is written to. Nobody else writes to it meanwhile.
pub struct Journal {
    folder: PathBuf,
    results: File,
    end: u64,
    /// Where the line of each case begins; of two the last counts.
    lines: BTreeMap<Box<str>, u64>,
    _lock: File,
}

impl Journal {
    /// Begins a run in a folder, or in the usual place (see [`usual_folder`]) where none is named. What was kept there goes.
    ///
    /// # Errors
    /// [`RunError::Keep`] when the folder cannot be written, or holds something else, or another run uses it.
    pub fn begin(folder: Option<&Path>, usual: &Path, state: &RunState) -> Result<Self, Failure> {
        let (folder, lock) = match folder {
            Some(folder) => (folder.to_path_buf(), locked(folder)?),
            None => free(usual).or_else(|error| {
                // Where nothing can be kept in the usual place, the run is kept for as long as the system keeps it.
                let folder = std::env::temp_dir().join(format!("handset-run-{}", std::process::id()));
                let lock = locked(&folder).map_err(|_| error)?;
                note(&format!("handset: the run is kept in {}", folder.display()));
                Ok::<_, RunError>((folder, lock))
            })?,
        };
        let keep = |source| RunError::Keep { path: folder.clone(), source };
        for name in [REPORT, TIMINGS] {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(keep(error).into()),
                _ => {}
            }
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        let results = options.open(folder.join(RESULTS)).map_err(keep)?;
        let path = folder.join(STATE);
        let text = serde_json::to_string_pretty(state)? + "\n";
        write(Some(&path), text.as_bytes(), Readers::Same(&path))?;
        Ok(Journal { folder, results, end: 0, lines: BTreeMap::new(), _lock: lock })
    }

    /// Goes on with a kept run.
    ///
    /// # Errors
    /// As [`Journal::begin`].
    pub fn resume(folder: &Path) -> Result<Self, Failure> {
        let lock = locked(folder)?;
        let keep = |source| RunError::Keep { path: folder.to_path_buf(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let results = options.open(folder.join(RESULTS)).map_err(keep)?;
        let (lines, end) = indexed(&results).map_err(keep)?;
        // What was not written to its end is overwritten.
        results.set_len(end).map_err(keep)?;
        Ok(Journal { folder: folder.to_path_buf(), results, end, lines, _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes a case in.
    ///
    /// # Errors
    /// [`RunError::Keep`].
    pub fn put(&mut self, case: &RunCase) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(case)?;
        line.push(b'\n');
        let keep = |source| RunError::Keep { path: self.folder.join(RESULTS), source };
        self.results.seek(SeekFrom::Start(self.end)).map_err(keep)?;
        self.results.write_all(&line).map_err(keep)?;
        self.lines.insert(case.id.as_str().into(), self.end);
        self.end += line.len() as u64;
        Ok(())
    }

    /// These have not come out, whatever was kept of them.
    pub fn forget(&mut self, ids: &BTreeSet<String>) {
        self.lines.retain(|id, _| !ids.contains(&**id));
    }

    /// Whether a case has come out.
    pub fn knows(&self, id: &str) -> bool {
        self.lines.contains_key(id)
    }

    /// The cases that came out, sorted by id, one after another.
    ///
    /// # Errors
    /// What `visit` gives, and what keeps the results from being read.
    pub fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        let mut reader = BufReader::new(&self.results);
        let mut at = u64::MAX;
        let mut line = Vec::new();
        for offset in self.lines.values() {
            if at != *offset {
                reader.seek(SeekFrom::Start(*offset))?;
            }
            line.clear();
            let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)?;
            at = offset + read as u64;
            visit(serde_json::from_slice(&line)?)?;
        }
        Ok(())
    }
}

/// Where the lines are, and where the last whole one ends.
fn indexed(results: &File) -> io::Result<(BTreeMap<Box<str>, u64>, u64)> {
    #[derive(Deserialize)]
    struct Named {
        id: Box<str>,
    }
    let mut reader = BufReader::new(results);
    reader.seek(SeekFrom::Start(0))?;
    let (mut lines, mut end, mut line) = (BTreeMap::new(), 0, Vec::new());
    loop {
        line.clear();
        let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line)?;
        let named: Result<Named, _> = serde_json::from_slice(&line);
        let (true, Ok(named)) = (line.ends_with(b"\n"), named) else { return Ok((lines, end)) };
        lines.insert(named.id, end);
        end += read as u64;
    }
}

/// Makes the folder and takes its lock.
fn locked(folder: &Path) -> Result<File, RunError> {
    let keep = |source| RunError::Keep { path: folder.to_path_buf(), source };
    fs::create_dir_all(folder).map_err(keep)?;
    let is_other = !folder.join(STATE).is_file()
        && !folder.join(LOCK).is_file()
        && fs::read_dir(folder).map_err(keep)?.next().is_some();
    if is_other {
        return Err(keep(io::Error::other("the folder holds something that is no run")));
    }
    let mut options = OpenOptions::new();
    let lock = options.write(true).create(true).truncate(false).open(folder.join(LOCK)).map_err(keep)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(lock),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(keep(io::Error::other("another run uses the folder"))),
        Err(error) => Err(keep(error.into())),
    }
}

/// The usual folder, or the first beside it, `-2` and so on, that no other run uses.
fn free(usual: &Path) -> Result<(PathBuf, File), RunError> {
    let mut last = None;
    for number in 1..=MAX_SIDE_BY_SIDE {
        let folder = match number {
            1 => usual.to_path_buf(),
            _ => PathBuf::from(format!("{}-{number}", usual.display())),
        };
        match locked(&folder) {
            Ok(lock) => return Ok((folder, lock)),
            Err(error) => last = Some(error),
        }
        // Where one folder cannot be made, no other can.
        if !folder.join(LOCK).is_file() {
            break;
        }
    }
    let source = io::Error::other("no folder can be made there");
    Err(last.unwrap_or(RunError::Keep { path: usual.to_path_buf(), source }))
}

/// Where a run is kept when nobody says. Each shard that a scheduler gives has a place of its own: another that begins
/// later in the same folder leaves it what it needs to be brought to its end.
pub fn usual_folder(shard: Option<Partition>) -> PathBuf {
    match shard {
        Some(Partition { index, count, .. }) => PathBuf::from(format!("{KEPT}/shard-{index}-of-{count}")),
        None => PathBuf::from(format!("{KEPT}/run")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use verdict::{RunOutcome, RunPlace, RunSelected, RunSelection};

    fn case(id: &str) -> RunCase {
        RunCase {
            id: id.to_owned(),
            outcome: RunOutcome::Pass,
            requirements: Default::default(),
            tags: Default::default(),
            suite: String::new(),
            scenario: String::new(),
            about: None,
            place: RunPlace::default(),
            pending: None,
            reason: None,
            checks: 1,
            steps: Vec::new(),
            failures: Vec::new(),
        }
    }

    fn state() -> RunState {
        let head = RunHead {
            schema_version: 1,
            handset: String::new(),
            seed: 1,
            suite_digest: String::new(),
            selection: RunSelection::default(),
            selected: RunSelected { cases: 3, digest: String::new() },
            partition: None,
            target: String::new(),
        };
        RunState::new(head, Vec::new())
    }

    fn ids(journal: &Journal) -> Vec<String> {
        let mut ids = Vec::new();
        journal
            .each(&mut |case| {
                ids.push(case.id);
                Ok(())
            })
            .unwrap();
        ids
    }

    #[test]
    fn a_torn_line_does_not_count_and_the_last_of_two_does() {
        let folder = std::env::temp_dir().join(format!("handset-journal-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let mut journal = Journal::begin(Some(&folder), Path::new(""), &state()).unwrap();
        for id in ["b", "a"] {
            journal.put(&case(id)).unwrap();
        }
        assert!(Journal::resume(&folder).is_err(), "another run uses it");
        drop(journal);
        let mut results = OpenOptions::new().append(true).open(folder.join(RESULTS)).unwrap();
        results.write_all(b"{\"id\": \"c\", \"outc").unwrap();
        let mut journal = Journal::resume(&folder).unwrap();
        assert_eq!(ids(&journal), ["a", "b"]);
        assert!(journal.knows("a") && !journal.knows("c"));
        journal.put(&RunCase { checks: 7, ..case("a") }).unwrap();
        let mut checks = Vec::new();
        journal
            .each(&mut |case| {
                checks.push(case.checks);
                Ok(())
            })
            .unwrap();
        assert_eq!(checks, [7, 1]);
        drop(journal);
        assert_eq!(RunState::read(&folder).unwrap(), state());
        assert_eq!(ids(&Journal::resume(&folder).unwrap()), ["a", "b"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
