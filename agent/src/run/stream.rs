//! The one stream of events, and who reads it.

use super::journal::Journal;
use crate::exit::Failure;
use report::page::Durations;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use verdict::{OutcomeCounts, RunCase, RunOutcome, RunSummary};

/// Something that happened in a run.
pub enum RunEvent<'e> {
    /// So many cases are to be run; others came out before.
    Started {
        /// How many are to be run.
        cases: usize,
        /// What came out before.
        known: u64,
    },
    /// A case came out.
    Finished {
        /// The case.
        case: &'e RunCase,
        /// How long it really took, all attempts together.
        took: Duration,
        /// How often it was tried.
        attempts: u32,
    },
    /// The run is over.
    Ended {
        /// What came out.
        summary: &'e RunSummary,
    },
}

/// Somebody who reads the stream.
pub trait RunReader {
    /// Takes an event.
    ///
    /// # Errors
    /// [`Failure`] that ends the run.
    fn read(&mut self, event: &RunEvent<'_>) -> Result<(), Failure>;
}

/// The journal keeps what came out.
impl RunReader for Journal {
    fn read(&mut self, event: &RunEvent<'_>) -> Result<(), Failure> {
        match event {
            RunEvent::Finished { case, .. } => self.put(case),
            _ => Ok(()),
        }
    }
}

/// Progress for people, on standard error, where nobody may be listening.
pub struct Progress {
    quiet: bool,
    terminal: bool,
    counts: OutcomeCounts,
    cases: usize,
    done: usize,
    drawn: Option<Instant>,
}

/// How often the line is drawn anew.
const REDRAWN: Duration = Duration::from_millis(100);

/// The most cases that are told one by one while the run goes on.
const TOLD_MAX: u64 = 200;

impl Progress {
    /// Progress on standard error, or none.
    pub fn new(quiet: bool) -> Self {
        Progress {
            quiet,
            terminal: io::stderr().is_terminal(),
            counts: OutcomeCounts::default(),
            cases: 0,
            done: 0,
            drawn: None,
        }
    }

    fn line(&self) -> String {
        let counts = &self.counts;
        let mut parts = vec![format!("{} of {}", self.done, self.cases)];
        for outcome in RunOutcome::ALL {
            if counts.of(outcome) > 0 {
                parts.push(format!("{} {}", counts.of(outcome), outcome.as_str()));
            }
        }
        parts.join(", ")
    }

    fn wipe(&self) -> &'static str {
        if self.terminal { "\r\x1b[K" } else { "" }
    }
}

impl RunReader for Progress {
    fn read(&mut self, event: &RunEvent<'_>) -> Result<(), Failure> {
        if self.quiet {
            return Ok(());
        }
        let mut out = io::stderr().lock();
        let wipe = self.wipe();
        let _ = match event {
            RunEvent::Started { cases, known } => {
                self.cases = *cases;
                match known {
                    0 => Ok(()),
                    known => writeln!(out, "{known} cases are taken over, {cases} are run"),
                }
            }
            RunEvent::Finished { case, .. } => {
                self.done += 1;
                self.counts.add(case.outcome);
                let bad = self.counts.fail + self.counts.error + self.counts.inconclusive;
                let is_bad = !matches!(case.outcome, RunOutcome::Pass | RunOutcome::Skipped);
                let told = match is_bad {
                    true if bad <= TOLD_MAX => {
                        writeln!(out, "{wipe}{:12} {}", case.outcome.as_str(), case.id)
                    }
                    true if bad == TOLD_MAX + 1 => writeln!(out, "{wipe}… more are in the reports"),
                    _ => Ok(()),
                };
                let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAWN);
                if self.terminal && due {
                    self.drawn = Some(Instant::now());
                    told.and_then(|()| write!(out, "{wipe}{}", self.line())).and_then(|()| out.flush())
                } else {
                    told
                }
            }
            RunEvent::Ended { .. } => write!(out, "{wipe}"),
        };
        Ok(())
    }
}

/// How long everything really took, beside the report.
pub struct Timings {
    path: PathBuf,
    out: BufWriter<File>,
    started: Instant,
    first: bool,
    durations: Durations,
}

impl Timings {
    /// Begins the file.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub fn begin(path: PathBuf) -> Result<Self, Failure> {
        let failed = |source| Failure::Write { path: path.clone(), source };
        let mut out = BufWriter::new(File::create(&path).map_err(failed)?);
        out.write_all(b"{\n  \"schema_version\": 1,\n  \"cases\": [").map_err(failed)?;
        Ok(Timings { path, out, started: Instant::now(), first: true, durations: Durations::default() })
    }

    /// What a page tells of it.
    pub fn durations(&self) -> &Durations {
        &self.durations
    }
}

impl RunReader for Timings {
    fn read(&mut self, event: &RunEvent<'_>) -> Result<(), Failure> {
        let written = match event {
            RunEvent::Started { .. } => Ok(()),
            RunEvent::Finished { case, took, attempts } => {
                let comma = if std::mem::take(&mut self.first) { "" } else { "," };
                let ms = took.as_secs_f64() * 1_000.0;
                self.durations.add(&case.id, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
                // An id holds nothing that JSON would have to escape but what serde_json escapes.
                let id = serde_json::to_string(&case.id)?;
                write!(self.out, "{comma}\n    {{\"id\": {id}, \"ms\": {ms:.3}, \"attempts\": {attempts}}}")
            }
            RunEvent::Ended { summary } => {
                let seconds = self.started.elapsed().as_secs_f64();
                let rate = if seconds > 0.0 { summary.cases as f64 / seconds } else { 0.0 };
                let end =
                    format!("\n  ],\n  \"seconds\": {seconds:.3},\n  \"cases_per_second\": {rate:.1}\n}}\n");
                self.out.write_all(end.as_bytes()).and_then(|()| self.out.flush())
            }
        };
        written.map_err(|source| Failure::Write { path: self.path.clone(), source })
    }
}
