//! Going a walk on a simulated phone, and what is wrong then.

use crate::run::{Materials, SimulatedTarget};
use device::Defect;
use scenario::walk::{Supplies, Walk, WalkSpace, Walked, minimised, written};
use scenario::{Case, Check, StepAction, execute, skipped};
use std::panic::{AssertUnwindSafe, catch_unwind};
use verdict::{RunCase, RunFailure, RunOutcome};

/// Goes walks on simulated phones, one after another.
pub struct Walker<'w> {
    space: &'w WalkSpace,
    supplies: &'w Supplies,
    materials: &'w Materials,
    defect: Option<Defect>,
    seed: u64,
    target: SimulatedTarget<'w>,
}

/// A walk that was gone on a phone.
#[derive(Clone, Debug)]
pub struct Gone {
    /// What was expected.
    pub walked: Walked,
    /// What came of it.
    pub run: RunCase,
}

/// What is wrong: the same reason is the same finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// What was compared.
    pub subject: String,
    /// What the oracle says.
    pub expected: String,
    /// What the phone showed, in a word: without lists and explanations, which differ from walk to walk.
    pub observed: String,
    /// A failure, or an error that is no judgement of the phone.
    pub outcome: RunOutcome,
}

/// What was observed, without what differs from walk to walk.
fn word(observed: &str) -> String {
    let end = observed.find(['[', '{', ':', '(']).unwrap_or(observed.len());
    let word = observed.get(..end).unwrap_or_default().trim();
    if word.is_empty() { "others".to_owned() } else { word.to_owned() }
}

impl Gone {
    /// The first thing that is wrong.
    pub fn failure(&self) -> Option<&RunFailure> {
        self.run.failures.first()
    }

    /// Why it does not pass.
    pub fn reason(&self) -> Option<Reason> {
        if let Some(failure) = self.failure() {
            return Some(Reason {
                subject: failure.subject.clone(),
                expected: failure.expected.clone(),
                observed: word(&failure.observed),
                outcome: failure.outcome,
            });
        }
        (self.run.outcome != RunOutcome::Pass).then(|| Reason {
            subject: "walk".to_owned(),
            expected: "that it can be gone".to_owned(),
            observed: self.run.reason.clone().unwrap_or_default(),
            outcome: self.run.outcome,
        })
    }
}

impl<'w> Walker<'w> {
    /// Makes one; `seed` decides everything random but real cryptography.
    pub fn new(
        space: &'w WalkSpace,
        supplies: &'w Supplies,
        materials: &'w Materials,
        defect: Option<Defect>,
        seed: u64,
    ) -> Self {
        let mut target = SimulatedTarget::new(materials, None);
        target.set_defect(defect);
        Walker { space, supplies, materials, defect, seed, target }
    }

    /// Lets the phones of the next walks make a mistake, or none.
    pub fn set_defect(&mut self, defect: Option<Defect>) {
        self.defect = defect;
        self.target.set_defect(defect);
    }

    /// Goes a walk. One in which the program runs into a bug of its own is an error.
    pub fn go(&mut self, walk: &Walk) -> Gone {
        let walked = self.space.walked(walk, self.supplies, self.seed);
        let run = self.run(&walked.case);
        Gone { walked, run }
    }

    fn run(&mut self, case: &Case) -> RunCase {
        let target = &mut self.target;
        catch_unwind(AssertUnwindSafe(|| execute(case, target, &mut ()))).unwrap_or_else(|_| {
            // What it left behind is not to be trusted.
            self.target = SimulatedTarget::new(self.materials, None);
            self.target.set_defect(self.defect);
            let reason = "the program ran into a bug of its own".to_owned();
            RunCase { outcome: RunOutcome::Error, reason: Some(reason), ..skipped(case, "") }
        })
    }

    /// The smallest walk found that is wrong for the same reason; nothing is tried any more once it has to be enough.
    ///
    /// Only what could be wrong for this reason is compared, so that nothing else hides it and each walk is quickly gone.
    pub fn minimised(&mut self, walk: &Walk, reason: &Reason, is_enough: impl Fn() -> bool) -> Walk {
        let space = self.space;
        minimised(walk, space, |walk| {
            if is_enough() {
                return false;
            }
            let walked = self.space.walked(walk, self.supplies, self.seed);
            let run = self.run(&narrowed(&walked.case, reason));
            Gone { walked, run }.reason().as_ref() == Some(reason)
        })
    }

    /// A case that fails for this reason, and expects nothing else where that is enough.
    pub fn case(&mut self, walk: &Walk, reason: &Reason, name: &str) -> Case {
        let walked = self.space.walked(walk, self.supplies, self.seed);
        let mut whole = narrowed(&walked.case, reason);
        whole.suite = name.to_owned();
        let mut gone = Gone { run: self.run(&whole), walked };
        let Some(failure) = gone.failure().cloned() else { return whole };
        let mut bare = whole.clone();
        for (number, step) in (1_u32..).zip(&mut bare.steps) {
            if failure.step != Some(number) {
                step.expect.clear();
            }
        }
        // All expectations of a step have its place, so each is tried alone.
        let at = failure.step.and_then(|n| usize::try_from(n).ok()).map_or(0, |n| n.saturating_sub(1));
        let all = bare.steps.get(at).map(|step| step.expect.clone()).unwrap_or_default();
        for expectation in all {
            if let Some(step) = bare.steps.get_mut(at) {
                step.expect = vec![expectation];
            }
            gone.run = self.run(&bare);
            if gone.reason().as_ref() == Some(reason) {
                let only = bare.steps.get(at).and_then(|step| step.expect.first());
                bare.requirements = only.map(|e| e.requirements.clone()).unwrap_or_default();
                return bare;
            }
        }
        whole
    }
}

/// The case with those expectations alone that could fail for this reason.
fn narrowed(case: &Case, reason: &Reason) -> Case {
    let subject = reason.subject.as_str();
    let concerns = |check: &Check| match check {
        Check::State { path, .. } => path.to_string() == subject,
        Check::Action(action) => action.id.to_string() == subject,
        Check::Verdict(_) => subject == "verdict",
        Check::Install(_) => subject == "install",
        Check::ErrorChain(_) => subject == "error-chain",
        Check::Prompts(_) => subject == "prompts",
        Check::Asked(_) => subject == "asked",
        Check::Sent(_) => subject == "sent",
        Check::Wire(_) => subject.starts_with("wire"),
        Check::Reading(_) => subject.starts_with("reading"),
        _ => true,
    };
    let mut case = case.clone();
    for step in &mut case.steps {
        step.expect.retain(|expectation| concerns(&expectation.check));
    }
    case
}

/// The file of a case that was found.
pub(super) fn scenario_file(case: &Case, reason: &Reason) -> String {
    let about = format!(
        "{}: expected {}, seen {}.",
        reason.subject,
        reason.expected,
        reason.observed.trim_end_matches('.')
    );
    written(case, None, &about)
}

/// How many steps a case has beside installations and answers.
pub(super) fn step_count(case: &Case) -> usize {
    case.steps.iter().filter(|s| !matches!(s.action, StepAction::Answer(_))).count()
}
