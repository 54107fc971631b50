//! Runs that are over, or were stopped: `handset rerun` and `handset replay`.

use super::arguments::{ExecutionArguments, ReplayArguments, RerunArguments};
use super::commands::{carry_out, state, target};
use super::engine::Signals;
use super::journal::{Journal, RunState, usual_folder};
use super::plan::{Choice, Plan, plan};
use super::replay::play;
use super::reports;
use super::{RunError, TargetKind};
use crate::cli::Colour;
use crate::exit::Failure;
use crate::tools::output::note;
use scenario::Partition;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use verdict::{Run, RunCase, RunOutcome, RunSelection, RunSummary};

/// The largest report that is read, in octets.
const MAX_REPORT: u64 = 1 << 30;

/// A run of the past.
struct Past {
    state: RunState,
    from: From,
}

enum From {
    Folder(PathBuf),
    Report(Vec<RunCase>),
}

impl Past {
    fn read(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() || !path.exists() {
            return Ok(Past { state: RunState::read(path)?, from: From::Folder(path.to_path_buf()) });
        }
        let no_run = |reason: String| RunError::NoRun { path: path.to_path_buf(), reason };
        let failed = |source| Failure::Read { path: path.to_path_buf(), source };
        let mut text = String::new();
        File::open(path).map_err(failed)?.take(MAX_REPORT).read_to_string(&mut text).map_err(failed)?;
        let run: Run = serde_json::from_str(&text).map_err(|error| no_run(error.to_string()))?;
        if run.head.schema_version != scenario::RUN_SCHEMA_VERSION {
            return Err(no_run(format!("it has schema_version {}", run.head.schema_version)).into());
        }
        // A report does not say how its suites were named; its cases say in which files they are.
        let files: BTreeSet<PathBuf> = run.cases.iter().map(|c| PathBuf::from(&c.place.file)).collect();
        let mut state = RunState::new(run.head, files.into_iter().collect());
        state.seed = Some(state.head.seed).filter(|seed| *seed != 1);
        Ok(Past { state, from: From::Report(run.cases) })
    }

    fn partition(&self) -> Option<Partition> {
        self.state.head.partition.as_deref().and_then(|p| p.parse().ok())
    }

    /// How it was run, where the command line says nothing else.
    fn execution(&self, own: &ExecutionArguments) -> ExecutionArguments {
        let mut execution = own.clone();
        execution.seed = own.seed.or(self.state.seed);
        execution.retries = own.retries.or(self.state.retries);
        execution.fail_fast |= self.state.fail_fast;
        execution.evidence = own.evidence.clone().or(self.state.evidence.clone());
        execution.device_defect = own.device_defect.or(TargetKind::defect_of(&self.state.head.target));
        let name = |text: &String| text.split('=').next().unwrap_or_default().to_owned();
        let given: BTreeSet<String> = own.secret.iter().map(name).collect();
        execution.secret.extend(self.state.secrets.iter().filter(|s| !given.contains(&name(s))).cloned());
        execution
    }

    fn each(&self, mut visit: impl FnMut(RunCase)) -> Result<(), Failure> {
        match &self.from {
            From::Report(cases) => cases.iter().cloned().for_each(visit),
            From::Folder(folder) => {
                let journal = Journal::resume(folder)?;
                let walked = journal.each(&mut |case| {
                    visit(case);
                    Ok(())
                });
                walked.map_err(|source| Failure::Read { path: folder.clone(), source })?;
            }
        }
        Ok(())
    }
}

/// Whether a case need not be run again.
fn is_settled(case: &RunCase) -> bool {
    case.outcome == RunOutcome::Pass || (case.outcome == RunOutcome::Skipped && case.pending.is_some())
}

/// Runs `handset rerun`.
///
/// # Errors
/// [`Failure`].
pub fn rerun(arguments: &RerunArguments) -> Result<u8, Failure> {
    let signals = Signals::listen()?;
    let run = arguments.run.clone().unwrap_or_else(|| usual_folder(None));
    let paths = arguments.paths.clone();
    let past = Past::read(&run)?;
    let execution = past.execution(&arguments.execution);
    let target = target(&execution)?;
    let paths = if paths.is_empty() { past.state.paths.clone() } else { paths };
    let planned = |choice: Choice| -> Result<Plan, Failure> {
        let colour = arguments.output.color;
        plan(&paths, choice, execution.seed, &execution.secret, &target.name(), colour)
    };
    let plan = planned(Choice::again(past.state.head.selection.clone(), past.partition())?)?;
    reports::prepare(&plan, &arguments.output)?;
    let here = match &past.from {
        From::Folder(folder) => Some(folder.clone()),
        From::Report(_) => None,
    };
    let folder = execution.run_folder.clone().or(here.clone());
    let output = &arguments.output;
    let fresh = |plan: &Plan| {
        Journal::begin(folder.as_deref(), &usual_folder(None), &state(plan, paths.clone(), &execution))
    };
    if !arguments.failed {
        let journal = fresh(&plan)?;
        return carry_out(&plan, &target, &execution, output, journal, RunSummary::default(), &signals);
    }
    let (mut settled, mut open) = (RunSummary::default(), BTreeSet::new());
    past.each(|case| {
        if is_settled(&case) {
            settled.add(&case);
        } else {
            open.insert(case.id);
        }
    })?;
    if plan.head == past.state.head {
        // The same cases of the same files: what passed is taken over, the rest is run.
        let journal = if folder == here && here.is_some() {
            let mut journal = Journal::resume(folder.as_deref().unwrap_or(Path::new("")))?;
            journal.forget(&open);
            journal
        } else {
            let mut journal = fresh(&plan)?;
            let mut kept = Ok(());
            past.each(|case| {
                if is_settled(&case) && kept.is_ok() {
                    kept = journal.put(&case);
                }
            })?;
            kept?;
            journal
        };
        return carry_out(&plan, &target, &execution, output, journal, settled, &signals);
    }
    // Something has changed: what passed then says nothing now, and is not in the report.
    note("handset: the suites are not those of the run any more; only what did not pass is run");
    let mut known = BTreeSet::new();
    past.each(|case| {
        if is_settled(&case) {
            known.insert(case.id);
        }
    })?;
    let left = plan.cases.iter().filter(|c| !known.contains(&*c.id)).map(|c| c.id.to_string());
    let cases: BTreeSet<String> = left.collect();
    if cases.is_empty() {
        return Err(RunError::NothingSelected { cases: plan.cases.len() }.into());
    }
    let plan = planned(Choice::again(RunSelection { filter: None, cases }, None)?)?;
    let journal = fresh(&plan)?;
    carry_out(&plan, &target, &execution, output, journal, RunSummary::default(), &signals)
}

/// Runs `handset replay`.
///
/// # Errors
/// [`Failure`].
pub fn replay(arguments: &ReplayArguments) -> Result<u8, Failure> {
    let past = Past::read(&arguments.run)?;
    let own = ExecutionArguments { secret: arguments.secret.clone(), ..ExecutionArguments::default() };
    let execution = past.execution(&own);
    let target: TargetKind = target(&execution)?;
    let paths = if arguments.paths.is_empty() { past.state.paths.clone() } else { arguments.paths.clone() };
    let selection = RunSelection { filter: None, cases: BTreeSet::from([arguments.case.clone()]) };
    let choice = Choice::again(selection, None)?;
    let colour: Colour = arguments.color;
    let plan = plan(&paths, choice, execution.seed, &execution.secret, &target.name(), colour)?;
    let changed = plan.head.suite_digest != past.state.head.suite_digest;
    // A single case names fewer files than a run, so only the suites of a run of this case can be told apart.
    if changed && plan.head.selected == past.state.head.selected {
        note("handset: the suites are not those of the run any more");
    }
    play(&plan, &target, execution.seed, arguments)
}
