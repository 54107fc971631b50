//! Writing reports: each from what was kept, case by case, beside its place and then at once into it.

use super::RunError;
use super::arguments::{OutputArguments, ReportTarget, RunFormat};
use super::journal::Journal;
use super::plan::Plan;
use crate::cli::Colour;
use crate::exit::Failure;
use crate::replacement::{Place, Readers, Replacement};
use crate::requirements::{self, Requirement};
use report::language::Language;
use report::page::{Durations, KnownRequirement, RunPage, run_page};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use verdict::{Run, RunCase, RunHead, RunSummary};

/// A run that is over.
pub struct Kept<'k> {
    /// The head.
    pub head: &'k RunHead,
    /// The counts.
    pub summary: &'k RunSummary,
    /// The exit code.
    pub exit: u8,
    /// The cases.
    pub cases: &'k dyn report::run::Cases,
    /// How long cases really took, where a page is to tell it.
    pub durations: Option<&'k Durations>,
}

impl report::run::Cases for Journal {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        Journal::each(self, visit)
    }
}

impl Kept<'_> {
    fn report(&self) -> report::run::Report<'_> {
        report::run::Report { head: self.head, summary: self.summary, exit: self.exit, cases: self.cases }
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
    let first = file(kept, RunFormat::Json, own, output.color, output.lang);
    let all = all(kept, &output.report, output.color, output.lang);
    first.and(all).and(standard_output(kept, output.format, output.color, output.lang))
}

/// Writes every report that was asked for.
///
/// # Errors
/// As [`write`].
pub fn all(kept: &Kept<'_>, targets: &[ReportTarget], colour: Colour, lang: Language) -> Result<(), Failure> {
    let mut first = Ok(());
    for target in targets {
        let written = match target.path == Path::new("-") {
            true => standard_output(kept, target.format, colour, lang),
            false => file(kept, target.format, &target.path, colour, lang),
        };
        first = first.and(written);
    }
    first
}

/// Writes reports of a run that is at hand whole.
///
/// # Errors
/// As [`write`].
pub fn reports(run: &Run, targets: &[ReportTarget], lang: Language) -> Result<(), Failure> {
    let cases = Whole(&run.cases);
    let kept =
        Kept { head: &run.head, summary: &run.summary, exit: run.exit, cases: &cases, durations: None };
    all(&kept, targets, Colour::Auto, lang)
}

/// Cases that are all at hand.
struct Whole<'c>(&'c [RunCase]);

impl report::run::Cases for Whole<'_> {
    fn each(&self, visit: &mut dyn FnMut(RunCase) -> io::Result<()>) -> io::Result<()> {
        self.0.each(visit)
    }
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

fn standard_output(
    kept: &Kept<'_>,
    format: RunFormat,
    colour: Colour,
    lang: Language,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(Listener { out: io::stdout().lock(), gone: false });
    let coloured = colour.on_standard_output();
    rendered(kept, format, coloured, lang, &mut out).and_then(|()| out.flush()).map_err(Failure::Print)
}

fn file(
    kept: &Kept<'_>,
    format: RunFormat,
    path: &Path,
    colour: Colour,
    lang: Language,
) -> Result<(), Failure> {
    let coloured = colour == Colour::Always;
    let failed = |source| Failure::Write { path: path.to_path_buf(), source };
    folder_of(path)?;
    match Replacement::at(path, Readers::Same(path))? {
        Place::Device(device) => {
            let mut out = BufWriter::new(device);
            rendered(kept, format, coloured, lang, &mut out).and_then(|()| out.flush()).map_err(failed)
        }
        Place::File(mut replacement) => {
            let mut out = BufWriter::new(replacement.file());
            rendered(kept, format, coloured, lang, &mut out).and_then(|()| out.flush()).map_err(failed)?;
            drop(out);
            replacement.sync()?;
            replacement.commit()
        }
    }
}

fn rendered(
    kept: &Kept<'_>,
    format: RunFormat,
    coloured: bool,
    lang: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
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
        RunFormat::Html => {
            let known: Vec<KnownRequirement<'_>> = requirements::all().iter().map(known).collect();
            let page = RunPage { report, known: &known, durations: kept.durations, first: lang };
            out.write_all(run_page(&page)?.as_bytes())
        }
    }
}

/// A row of the catalogue, with the reason why it cannot be judged, where it cannot.
fn known(row: &'static Requirement) -> KnownRequirement<'static> {
    KnownRequirement {
        id: &row.id,
        setting: &row.setting,
        statement: &row.statement,
        reason: intent::requirement::row(&row.id).and_then(|row| row.reason),
    }
}
