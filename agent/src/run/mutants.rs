//! `handset mutants`: whether the suites notice phones with a defect.
//!
//! Every case is run on the sound phone first; one that does not pass there says nothing about defects. Then every case
//! is run once for each defect. A defect is caught by the cases that fail; a case that cannot be run, or that runs into a
//! bug of ours, catches nothing. Of the first cases that catch a defect the judge's verdicts are looked at as well:
//! requirements that fail there and do not on the sound phone are what `handset verify` would report of such a phone.

use super::arguments::MutantsArguments;
use super::judging::Verdicts;
use super::plan::{Choice, Plan, plan};
use super::{RunError, SimulatedTarget};
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use device::Defect;
use scenario::{Case, JudgedOutcome, execute, skipped};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use verdict::{RunCase, RunOutcome};

/// The version of the JSON contract. It grows by addition only; anything else raises it.
pub const MUTANTS_SCHEMA_VERSION: u32 = 1;

/// The tag of cases that say of thousands of policies what other cases say of one. They cost minutes for each defect, and
/// so run on defective phones only when they are chosen.
const REPEATS: &str = "option-space";

/// In how many of the cases that catch a defect the judge is asked as well, as long as it reports nothing.
const JUDGED_CASES: usize = 4;

/// How many of the cases that catch a defect people are told by name.
const NAMED_CASES: usize = 3;

/// The kill matrix.
#[derive(Debug, Serialize)]
struct Matrix {
    schema_version: u32,
    suite_digest: String,
    seed: u64,
    sound: Sound,
    mutants: Vec<Mutant>,
    summary: Summary,
    exit: u8,
}

/// What became of the cases on the sound phone.
#[derive(Debug, Serialize)]
struct Sound {
    cases: usize,
    not_passed: Vec<String>,
}

/// A defect and who notices it.
#[derive(Debug, Serialize)]
struct Mutant {
    id: &'static str,
    what: &'static str,
    topic: &'static str,
    requirements: &'static [&'static str],
    killed_by: Vec<String>,
    /// Cases that could not be run on such a phone. They catch nothing.
    errors: Vec<String>,
    /// What the judge reports of such a phone.
    judged: BTreeSet<String>,
}

#[derive(Debug, Serialize)]
struct Summary {
    mutants: usize,
    caught: usize,
    missed: usize,
    judged: usize,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]: bad or missing files, nothing selected.
pub fn mutants(arguments: &MutantsArguments) -> Result<u8, Failure> {
    let choice = Choice::of(&arguments.selection)?;
    let target = super::TargetKind::SOUND.name();
    let plan = plan(&arguments.paths, choice, arguments.seed, &arguments.secret, &target, arguments.color)?;
    let is_chosen = arguments.selection.filter.is_some() || !arguments.selection.case.is_empty();
    let cases: Vec<Case> = plan
        .cases
        .iter()
        .filter_map(|planned| plan.suites.case(planned.key).ok())
        .filter(|case| case.pending.is_none() && (is_chosen || !case.tags.contains(REPEATS)))
        .collect();
    if cases.is_empty() {
        return Err(RunError::NothingSelected { cases: plan.cases.len() }.into());
    }
    let defects: Vec<Defect> = match arguments.defect.is_empty() {
        true => Defect::ALL.to_vec(),
        false => Defect::ALL.iter().copied().filter(|d| arguments.defect.contains(d)).collect(),
    };
    let laboratory = Laboratory { plan: &plan, cases: &cases, seed: arguments.seed, first: arguments.first };
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = arguments.jobs.and_then(|n| usize::try_from(n).ok()).unwrap_or(processors);
    let not_passed: Vec<usize> = each(jobs, cases.len(), || laboratory.bench(), |bench, at| bench.passes(at))
        .into_iter()
        .enumerate()
        .filter_map(|(at, passes)| (!passes).then_some(at))
        .collect();
    let sound: Vec<usize> = (0..cases.len()).filter(|at| !not_passed.contains(at)).collect();
    let mutants = each(
        jobs,
        defects.len(),
        || laboratory.bench(),
        |bench, at| defects.get(at).map(|defect| bench.examine(*defect, &sound)),
    );
    let mutants: Vec<Mutant> = mutants.into_iter().flatten().collect();
    let caught = mutants.iter().filter(|m| !m.killed_by.is_empty()).count();
    let missed = mutants.len() - caught;
    let exit = u8::from(missed > 0 || !not_passed.is_empty());
    let id = |at: &usize| cases.get(*at).map(|case| case.id.as_str().to_owned());
    let matrix = Matrix {
        schema_version: MUTANTS_SCHEMA_VERSION,
        suite_digest: plan.head.suite_digest.clone(),
        seed: plan.head.seed,
        sound: Sound { cases: cases.len(), not_passed: not_passed.iter().filter_map(id).collect() },
        summary: Summary {
            mutants: mutants.len(),
            caught,
            missed,
            judged: mutants.iter().filter(|m| !m.judged.is_empty()).count(),
        },
        mutants,
        exit,
    };
    let text = match arguments.format {
        Format::Json => report::json(&matrix)?,
        Format::Human => matrix.human(),
    };
    print::standard_output(&text)?;
    Ok(exit)
}

/// Does something for each number below `count`, several at a time, each thread with a bench of its own.
fn each<B, T: Send>(
    jobs: usize,
    count: usize,
    bench: impl Fn() -> B + Sync,
    work: impl Fn(&mut B, usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, T>> = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, count.max(1)) {
            scope.spawn(|| {
                let mut bench = bench();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let result = work(&mut bench, at);
                    done.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(at, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_values().collect()
}

/// What every bench works with.
struct Laboratory<'p> {
    plan: &'p Plan,
    cases: &'p [Case],
    seed: Option<u64>,
    /// Whether the first case that catches a defect is enough.
    first: bool,
}

impl<'p> Laboratory<'p> {
    fn bench(&self) -> Bench<'_, 'p> {
        Bench { laboratory: self, target: self.target(), verdicts: BTreeMap::new() }
    }

    fn target(&self) -> SimulatedTarget<'p> {
        SimulatedTarget::new(&self.plan.materials, self.seed)
    }
}

/// A phone to try things on, and what the judge says of the sound one, by case.
struct Bench<'l, 'p> {
    laboratory: &'l Laboratory<'p>,
    target: SimulatedTarget<'p>,
    verdicts: BTreeMap<usize, Verdicts>,
}

impl Bench<'_, '_> {
    /// Runs a case on a phone with a defect, or on the sound one.
    fn run(&mut self, at: usize, defect: Option<Defect>) -> Option<RunCase> {
        let case = self.laboratory.cases.get(at)?;
        self.target.set_defect(defect);
        let target = &mut self.target;
        let run = catch_unwind(AssertUnwindSafe(|| execute(case, target, &mut ())));
        Some(run.unwrap_or_else(|_| {
            // What it left behind is not to be trusted.
            self.target = self.laboratory.target();
            RunCase { outcome: RunOutcome::Error, ..skipped(case, "the program ran into a bug of its own") }
        }))
    }

    fn passes(&mut self, at: usize) -> bool {
        self.run(at, None).is_some_and(|run| run.outcome == RunOutcome::Pass)
    }

    fn examine(&mut self, defect: Defect, sound: &[usize]) -> Mutant {
        let mut mutant = Mutant {
            id: defect.id(),
            what: defect.what(),
            topic: defect.topic(),
            requirements: defect.requirements(),
            killed_by: Vec::new(),
            errors: Vec::new(),
            judged: BTreeSet::new(),
        };
        for at in self.likely_first(defect, sound) {
            let Some(run) = self.run(at, Some(defect)) else { continue };
            match run.outcome {
                RunOutcome::Fail => {
                    mutant.killed_by.push(run.id.clone());
                    let reported = run.failures.iter().filter(|f| f.outcome == RunOutcome::Fail);
                    let reported = reported.filter_map(|f| f.subject.strip_prefix("judged "));
                    mutant.judged.extend(reported.map(str::to_owned));
                    if mutant.judged.is_empty() && mutant.killed_by.len() <= JUDGED_CASES {
                        let seen = self.target.verdicts().unwrap_or_default();
                        mutant.judged.extend(self.new_failures(at, &seen));
                    }
                    if self.laboratory.first {
                        break;
                    }
                }
                RunOutcome::Error => mutant.errors.push(run.id),
                _ => {}
            }
        }
        mutant.killed_by.sort();
        mutant.errors.sort();
        mutant
    }

    /// The cases that are about what the defect breaks before the others.
    fn likely_first(&self, defect: Defect, sound: &[usize]) -> Vec<usize> {
        let mut order = sound.to_vec();
        order.sort_by_key(|at| {
            let Some(case) = self.laboratory.cases.get(*at) else { return (true, true) };
            let broken = defect.requirements().iter().any(|id| case.requirements.contains(*id));
            (!broken, case.suite != defect.topic())
        });
        order
    }

    /// Requirements that fail here and do not on the sound phone.
    fn new_failures(&mut self, at: usize, seen: &Verdicts) -> Vec<String> {
        let fails = |(outcome, _): &(JudgedOutcome, String)| *outcome == JudgedOutcome::Fail;
        if !seen.values().any(fails) {
            return Vec::new();
        }
        if !self.verdicts.contains_key(&at) {
            self.run(at, None);
            let verdicts = self.target.verdicts().unwrap_or_default();
            self.verdicts.insert(at, verdicts);
        }
        let before = self.verdicts.get(&at);
        let known = |id: &String| before.and_then(|v| v.get(id)).is_some_and(fails);
        seen.iter().filter(|(id, verdict)| fails(verdict) && !known(id)).map(|(id, _)| id.clone()).collect()
    }
}

impl Matrix {
    fn human(&self) -> String {
        let mut out = String::new();
        let width = self.mutants.iter().map(|m| m.id.len()).max().unwrap_or_default();
        for mutant in &self.mutants {
            let word = if mutant.killed_by.is_empty() { "MISSED" } else { "caught" };
            let named: Vec<&str> = mutant.killed_by.iter().take(NAMED_CASES).map(String::as_str).collect();
            let more = mutant.killed_by.len().saturating_sub(NAMED_CASES);
            let by = match (named.is_empty(), more) {
                (true, _) => mutant.what.to_owned(),
                (false, 0) => named.join(", "),
                (false, more) => format!("{} and {more} more", named.join(", ")),
            };
            out.push_str(&format!("{word}  {:<width$}  {by}\n", mutant.id));
        }
        for id in &self.sound.not_passed {
            out.push_str(&format!("{id} does not pass on the sound phone, and catches nothing\n"));
        }
        let Summary { mutants, caught, missed, judged } = &self.summary;
        out.push_str(&format!(
            "{}: {caught} caught, {missed} missed; the judge reports {judged} of them; {}\n",
            print::counted(*mutants, "defect"),
            print::counted(self.sound.cases, "case")
        ));
        out
    }
}
