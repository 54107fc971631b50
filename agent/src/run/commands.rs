//! `handset run`, and what it shares with `rerun` and `watch`.

use super::arguments::{ExecutionArguments, OutputArguments, RunArguments};
use super::engine::{self, Ending, Signals, Terms};
use super::journal::{Journal, REPORT, RunState, TIMINGS, usual_folder};
use super::plan::{Choice, Plan, plan};
use super::stream::{Progress, RunReader, Timings};
use super::{Evidence, TargetKind, reports};
use crate::exit::Failure;
use crate::tools::output::note;
use scenario::EXIT_ORDER;
use std::path::PathBuf;
use verdict::{RunOutcome, RunSummary};

/// Runs the command.
///
/// # Errors
/// [`Failure`]: what keeps the run from beginning or from being kept; what cases come to is the exit code.
pub fn run(arguments: &RunArguments) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    run_once(arguments, &signals)
}

/// Plans and carries out a run.
pub(super) fn run_once(arguments: &RunArguments, signals: &Signals) -> Result<u8, Failure> {
    let RunArguments { paths, selection, execution, output } = arguments;
    let choice = Choice::of(selection)?;
    let partition = choice.partition;
    let target = target(execution)?;
    let plan = plan(paths, choice, execution.seed, &execution.secret, &target.name(), output.color)?;
    reports::prepare(&plan, output)?;
    let state = state(&plan, paths.clone(), execution);
    let shard = selection.shard.and(partition);
    let journal = Journal::begin(execution.run_folder.as_deref(), &usual_folder(shard), &state)?;
    carry_out(&plan, &target, execution, output, journal, RunSummary::default(), signals)
}

/// What the cases are run on.
pub(super) fn target(execution: &ExecutionArguments) -> Result<TargetKind, Failure> {
    Ok(match &execution.evidence {
        Some(folder) => TargetKind::Evidence(Box::new(Evidence::read(folder)?)),
        None => TargetKind::Simulated { defect: execution.device_defect },
    })
}

/// What is kept of a run before it begins.
pub(super) fn state(plan: &Plan, paths: Vec<PathBuf>, execution: &ExecutionArguments) -> RunState {
    let mut state = RunState::new(plan.head.clone(), paths);
    state.seed = execution.seed;
    state.retries = execution.retries;
    state.fail_fast = execution.fail_fast;
    state.secrets = execution.secret.clone();
    state.evidence = execution.evidence.clone();
    state
}

/// Runs what is not known yet, and writes every report.
pub(super) fn carry_out(
    plan: &Plan,
    target: &TargetKind,
    execution: &ExecutionArguments,
    output: &OutputArguments,
    mut journal: Journal,
    known: RunSummary,
    signals: &Signals,
) -> Result<u8, Failure> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = execution.jobs.or(plan.jobs).and_then(|n| usize::try_from(n).ok()).unwrap_or(processors);
    let terms =
        Terms { jobs, retries: execution.retries, fail_fast: execution.fail_fast, seed: execution.seed };
    let mut progress = Progress::new(output.quiet);
    let mut timings = Timings::begin(journal.folder().join(TIMINGS))?;
    let done: std::collections::BTreeSet<Box<str>> = match known.cases {
        0 => std::collections::BTreeSet::new(),
        _ => plan.cases.iter().filter(|c| journal.knows(&c.id)).map(|c| c.id.clone()).collect(),
    };
    let mut readers: [&mut dyn RunReader; 3] = [&mut journal, &mut progress, &mut timings];
    let is_known = |id: &str| done.contains(id);
    let ending = engine::run(plan, target, terms, &is_known, known, signals, &mut readers)?;
    let exit = exit_code(&ending);
    let durations = output.durations.then(|| timings.durations());
    let kept = reports::Kept { head: &plan.head, summary: &ending.summary, exit, cases: &journal, durations };
    reports::write(&kept, &journal.folder().join(REPORT), output)?;
    if ending.signal.is_some() && !output.quiet {
        let folder = journal.folder().display();
        note(&format!("interrupted; “handset rerun --failed {folder}” goes on with it"));
    }
    Ok(exit)
}

/// The exit code of a run.
fn exit_code(ending: &Ending) -> u8 {
    let signal = match ending.signal {
        Some(signal_hook::consts::SIGTERM) => Some(143),
        Some(_) => Some(130),
        None => None,
    };
    let summary = &ending.summary;
    let bug = ending.panicked.then_some(101);
    let codes: Vec<u8> = signal.into_iter().chain(bug).chain(summary.exits()).collect();
    // Nothing was run: what is selected waits for something.
    let none = 4;
    debug_assert!(RunOutcome::ALL.iter().filter_map(|o| o.exit()).all(|c| EXIT_ORDER.contains(&c)));
    EXIT_ORDER.into_iter().find(|code| codes.contains(code)).unwrap_or(none)
}
