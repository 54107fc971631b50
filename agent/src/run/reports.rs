//! Writing reports: each from what was kept, case by case, beside its place and then at once into it.

use super::RunError;
use super::arguments::{OutputArguments, RunFormat};
use super::journal::Journal;
use super::plan::Plan;
use crate::exit::Failure;
use crate::replacement::{Place, Readers, Replacement};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use verdict::{RunCase, RunHead, RunSummary};

/// A run that is over.
pub struct Kept<'k> {
    /// The head.
    pub head: &'k RunHead,
    /// The counts.
    pub summary: &'k RunSummary,
    /// The exit code.
    pub exit: u8,
    /// The cases.
    pub journal: &'k Journal,
}

impl report::run::Cases for Kept<'_> {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        self.journal.each(visit)
    }
}

impl Kept<'_> {
    fn report(&self) -> report::run::Report<'_> {
        report::run::Report { head: self.head, summary: self.summary, exit: self.exit, cases: self }
    }
}

/// Looks at where reports will go, before anything is run: a long run whose report has no place is in vain.
///
/// # Errors
/// [`RunError::SamePath`] and [`RunError::OverSuite`]; [`Failure::Write`] for a path that no file can have.
pub fn prepare(plan: &Plan, output: &OutputArguments) -> Result<(), Failure> {
    let sources = plan.suites.sources().all().iter().map(|source| source.name.as_str());
    let inputs: BTreeSet<PathBuf> =
        sources.chain(plan.materials.paths()).filter_map(|name| fs::canonicalize(name).ok()).collect();
    let mut places = BTreeSet::new();
    for path in output.report.iter().map(|target| &target.path).filter(|path| *path != Path::new("-")) {
        let failed = |source| Failure::Write { path: path.clone(), source };
        let folder = folder_of(path)?;
        let Some(name) = path.file_name() else { return Err(failed(io::ErrorKind::IsADirectory.into())) };
        let place =
            fs::canonicalize(path).or_else(|_| Ok(fs::canonicalize(folder)?.join(name))).map_err(failed)?;
        match fs::metadata(&place) {
            Ok(there) if there.is_dir() => return Err(failed(io::ErrorKind::IsADirectory.into())),
            // Devices and pipes take several.
            Ok(there) if !there.is_file() => continue,
            _ => {}
        }
        if inputs.contains(&place) {
            return Err(RunError::OverSuite { path: path.clone() }.into());
        }
        if !places.insert(place) {
            return Err(RunError::SamePath { path: path.clone() }.into());
        }
    }
    Ok(())
}

/// The folder of a file, made where there is none.
fn folder_of(path: &Path) -> Result<PathBuf, Failure> {
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => return Ok(PathBuf::from(".")),
    };
    if folder.exists() && !folder.is_dir() {
        return Err(failed(io::ErrorKind::NotADirectory.into()));
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    Ok(folder)
}

/// Writes the kept report, every report that was asked for, and last the answer on standard output.
///
/// # Errors
/// [`Failure::Write`] and [`Failure::Print`]. Every report is tried; the first failure is told.
pub fn write(kept: &Kept<'_>, own: &Path, output: &OutputArguments) -> Result<(), Failure> {
    let mut first = file(kept, RunFormat::Json, own, output);
    for target in &output.report {
        let written = match target.path == Path::new("-") {
            true => standard_output(kept, target.format, output),
            false => file(kept, target.format, &target.path, output),
        };
        first = first.and(written);
    }
    first.and(standard_output(kept, output.format, output))
}

/// Standard output. Whoever reads it may stop early, as `head` does; what is written then goes nowhere.
struct Listener {
    out: io::StdoutLock<'static>,
    gone: bool,
}

impl Listener {
    fn heard<T>(&mut self, written: io::Result<T>, otherwise: T) -> io::Result<T> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(otherwise)
            }
            other => other,
        }
    }
}

impl Write for Listener {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Ok(octets.len());
        }
        let written = self.out.write(octets);
        self.heard(written, octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gone {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.heard(flushed, ())
    }
}

fn standard_output(kept: &Kept<'_>, format: RunFormat, output: &OutputArguments) -> Result<(), Failure> {
    let mut out = BufWriter::new(Listener { out: io::stdout().lock(), gone: false });
    let coloured = output.color.on_standard_output();
    rendered(kept, format, coloured, &mut out).and_then(|()| out.flush()).map_err(Failure::Print)
}

fn file(kept: &Kept<'_>, format: RunFormat, path: &Path, output: &OutputArguments) -> Result<(), Failure> {
    let coloured = output.color == crate::cli::Colour::Always;
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    folder_of(path)?;
    match Replacement::at(path, Readers::Same(path))? {
        Place::Device(device) => {
            let mut out = BufWriter::new(device);
            rendered(kept, format, coloured, &mut out).and_then(|()| out.flush()).map_err(failed)
        }
        Place::File(mut replacement) => {
            let mut out = BufWriter::new(replacement.file());
            rendered(kept, format, coloured, &mut out).and_then(|()| out.flush()).map_err(failed)?;
            drop(out);
            replacement.sync()?;
            replacement.commit()
        }
    }
}

fn rendered(kept: &Kept<'_>, format: RunFormat, coloured: bool, out: &mut dyn Write) -> io::Result<()> {
    let report = kept.report();
    let style = if coloured { report::Style::Coloured } else { report::Style::Plain };
    match format {
        RunFormat::Human => report::run::human(&report, style, out),
        RunFormat::Json => report::run::json(&report, out),
        RunFormat::Ndjson => report::run::ndjson(&report, out),
        RunFormat::Junit => report::run::junit(&report, out),
        RunFormat::Sarif => report::run::sarif(&report, out),
        RunFormat::Tap => report::run::tap(&report, out),
        RunFormat::Github => report::run::github(&report, out),
        RunFormat::Summary => report::run::summary(&report, out),
    }
}
