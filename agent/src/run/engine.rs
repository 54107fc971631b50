//! Running the cases of a plan, several at a time, as one stream of events.

use super::plan::Plan;
use super::stream::{RunEvent, RunReader};
use super::{RunError, TargetKind};
use crate::exit::Failure;
use scenario::{Target, execute, skipped};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use verdict::{RunCase, RunOutcome, RunSummary};

/// How many cases may have come out and not been read yet.
const QUEUE: usize = 256;

/// How a run is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Cases at the same time.
    pub jobs: usize,
    /// `--retries`; where it is not said, that of each suite.
    pub retries: Option<u32>,
    /// `--fail-fast`.
    pub fail_fast: bool,
    /// `--seed`.
    pub seed: Option<u64>,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// What came out.
    pub summary: RunSummary,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Whether a case ran into a bug of ours.
    pub panicked: bool,
}

struct Finished {
    case: RunCase,
    took: Duration,
    attempts: u32,
    panicked: bool,
}

/// Hears signals: the first ends the run in order, the second at once.
pub struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// [`RunError::Signals`].
    pub fn listen() -> Result<Self, RunError> {
        let heard = Arc::new(AtomicUsize::new(0));
        for (signal, code) in [(SIGINT, 130), (SIGTERM, 143)] {
            let again = Arc::new(AtomicBool::new(false));
            // In this order: the second signal finds what the first one set.
            flag::register_conditional_shutdown(signal, code, again.clone()).map_err(RunError::Signals)?;
            flag::register(signal, again).map_err(RunError::Signals)?;
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, heard.clone(), number).map_err(RunError::Signals)?;
        }
        Ok(Signals(heard))
    }

    /// The signal that was heard.
    pub fn heard(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }
}

/// Runs the cases of a plan for which nothing is known yet. `summary` holds what came out before.
///
/// # Errors
/// [`Failure`] of a reader or the target.
pub fn run(
    plan: &Plan,
    target: &TargetKind,
    terms: Terms,
    is_known: &dyn Fn(&str) -> bool,
    summary: RunSummary,
    signals: &Signals,
    readers: &mut [&mut dyn RunReader],
) -> Result<Ending, Failure> {
    let open: Vec<usize> = (0..plan.cases.len())
        .filter(|at| plan.cases.get(*at).is_some_and(|planned| !is_known(&planned.id)))
        .collect();
    let mut ending = Ending { summary, ..Ending::default() };
    tell(readers, &RunEvent::Started { cases: open.len(), known: ending.summary.cases })?;
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let first_failure = AtomicBool::new(false);
    let (sender, receiver) = sync_channel::<Finished>(QUEUE);
    let told = thread::scope(|scope| {
        for _ in 0..terms.jobs.clamp(1, open.len().max(1)) {
            let worker = Worker {
                plan,
                target,
                terms,
                open: &open,
                next: &next,
                stop: &stop,
                first_failure: &first_failure,
                signals,
                sender: sender.clone(),
            };
            scope.spawn(move || worker.work());
        }
        drop(sender);
        let mut told = Ok(());
        for finished in receiver {
            ending.summary.add(&finished.case);
            ending.panicked |= finished.panicked;
            let event =
                RunEvent::Finished { case: &finished.case, took: finished.took, attempts: finished.attempts };
            if told.is_ok() {
                told = tell(readers, &event);
                if told.is_err() {
                    // Nobody takes what comes out, so nothing more has to.
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
        told
    });
    told?;
    let all = plan.cases.len() as u64;
    ending.summary.missing = all.saturating_sub(ending.summary.cases);
    ending.signal = signals.heard().filter(|_| ending.summary.missing > 0);
    tell(readers, &RunEvent::Ended { summary: &ending.summary })?;
    Ok(ending)
}

fn tell(readers: &mut [&mut dyn RunReader], event: &RunEvent<'_>) -> Result<(), Failure> {
    readers.iter_mut().try_for_each(|reader| reader.read(event))
}

struct Worker<'r> {
    plan: &'r Plan,
    target: &'r TargetKind,
    terms: Terms,
    open: &'r [usize],
    next: &'r AtomicUsize,
    stop: &'r AtomicBool,
    first_failure: &'r AtomicBool,
    signals: &'r Signals,
    sender: SyncSender<Finished>,
}

impl Worker<'_> {
    fn work(self) {
        let mut target = self.made();
        loop {
            if self.stop.load(Ordering::Relaxed) || self.signals.heard().is_some() {
                return;
            }
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let planned = self.open.get(at).and_then(|at| self.plan.cases.get(*at));
            let Some(planned) = planned else { return };
            // It was made once already, when the run was planned.
            let Ok(case) = self.plan.suites.case(planned.key) else { return };
            let started = Instant::now();
            let mut finished =
                Finished { case: skipped(&case, ""), took: Duration::ZERO, attempts: 1, panicked: false };
            if self.first_failure.load(Ordering::Relaxed) {
                let reason = "the run ends with the first failure";
                let pending = case.pending.is_some();
                finished.case.reason = (!pending).then(|| reason.to_owned());
            } else {
                let retries = self.terms.retries.or(case.options.retries).unwrap_or(0);
                loop {
                    let run = catch_unwind(AssertUnwindSafe(|| execute(&case, &mut *target, &mut ())));
                    finished.case = run.unwrap_or_else(|_| {
                        // What it left behind is not to be trusted.
                        target = self.made();
                        finished.panicked = true;
                        let reason = "the program ran into a bug of its own";
                        RunCase { outcome: RunOutcome::Error, ..skipped(&case, reason) }
                    });
                    let unjudged =
                        matches!(finished.case.outcome, RunOutcome::Error | RunOutcome::Inconclusive);
                    if !unjudged || finished.attempts > retries || self.signals.heard().is_some() {
                        break;
                    }
                    finished.attempts += 1;
                }
                let is_last = self.terms.fail_fast || case.options.fail_fast == Some(true);
                if is_last && finished.case.outcome == RunOutcome::Fail {
                    self.first_failure.store(true, Ordering::Relaxed);
                }
            }
            finished.took = started.elapsed();
            if self.sender.send(finished).is_err() {
                return;
            }
        }
    }

    fn made(&self) -> Box<dyn Target + '_> {
        self.target.made(&self.plan.materials, self.terms.seed)
    }
}
