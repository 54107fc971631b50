//! Going walks until the time is over, several phones at once.

use super::walker::{Gone, Reason, Walker, scenario_file, step_count};
use super::{materials, supplies};
use crate::exit::Failure;
use crate::run::{Materials, Signals};
use crate::tools::output::{Readers, replace};
use device::Defect;
use scenario::stable_hash;
use scenario::walk::{Coverage, Supplies, Walk, WalkSpace};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use verdict::RunOutcome;

/// The most findings of a hunt; beyond, walks that differ are counted.
pub(super) const MAX_FINDINGS: usize = 16;

/// The fewest and the most octets of a random walk.
const OCTETS: (u64, u64) = (32, 256);

/// How a hunt is carried out.
#[derive(Clone, Debug)]
pub struct Terms {
    /// For how long; nothing for the systematic walks alone.
    pub time: Option<Duration>,
    /// Decides what happens.
    pub seed: u64,
    /// Phones at the same time.
    pub jobs: usize,
    /// The mistake that they make.
    pub defect: Option<Defect>,
    /// Where scenario files go.
    pub folder: PathBuf,
}

/// What is otherwise on the phone than the oracle says.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The name of the scenario file, made of the reason.
    pub id: String,
    /// What was compared.
    pub subject: String,
    /// What the oracle says.
    pub expected: String,
    /// What the phone showed.
    pub observed: String,
    /// A failure, or something that is no judgement of the phone.
    pub outcome: RunOutcome,
    /// The requirements that say so.
    pub requirements: BTreeSet<String>,
    /// The document that says so.
    pub why: Option<String>,
    /// How many steps the walk had, but for answers.
    pub steps_found: usize,
    /// How many are left.
    pub steps: usize,
    /// The octets of the smallest walk, in hexadecimal, for a corpus.
    pub octets: String,
    /// The scenario file.
    pub scenario: PathBuf,
}

/// What came of a hunt.
pub struct Caught {
    /// How long it took.
    pub took: Duration,
    /// How many walks were gone.
    pub walks: u64,
    /// How many transitions happened in them, first installations among them.
    pub transitions: u64,
    /// How many expectations were compared.
    pub checks: u64,
    /// How many walks differed.
    pub differed: u64,
    /// What was seen.
    pub coverage: Coverage,
    /// What was found, by id.
    pub findings: Vec<Finding>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

struct Hunt<'h> {
    terms: &'h Terms,
    space: WalkSpace,
    supplies: Supplies,
    materials: Materials,
    systematic: Vec<Walk>,
    signals: &'h Signals,
    deadline: Option<Instant>,
    next: AtomicUsize,
    walks: AtomicU64,
    transitions: AtomicU64,
    checks: AtomicU64,
    differed: AtomicU64,
    /// A file could not be written.
    stop: AtomicBool,
    coverage: Mutex<Coverage>,
    findings: Mutex<BTreeMap<Reason, Option<Finding>>>,
    failure: Mutex<Option<Failure>>,
}

/// Goes walks.
///
/// # Errors
/// [`Failure`] when a scenario file cannot be written.
pub fn hunt(terms: &Terms, signals: &Signals) -> Result<Caught, Failure> {
    let space = WalkSpace::default();
    let (systematic, coverage) = (space.systematic(), Mutex::new(Coverage::new(&space)));
    let started = Instant::now();
    let hunt = Hunt {
        terms,
        systematic,
        coverage,
        space,
        supplies: supplies(),
        materials: materials(),
        signals,
        deadline: terms.time.and_then(|time| started.checked_add(time)),
        next: AtomicUsize::new(0),
        walks: AtomicU64::new(0),
        transitions: AtomicU64::new(0),
        checks: AtomicU64::new(0),
        differed: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        findings: Mutex::new(BTreeMap::new()),
        failure: Mutex::new(None),
    };
    thread::scope(|scope| {
        for _ in 0..terms.jobs.max(1) {
            scope.spawn(|| hunt.work());
        }
    });
    if let Some(failure) = hunt.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failure);
    }
    let mut findings: Vec<Finding> =
        hunt.findings.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect();
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Caught {
        took: started.elapsed(),
        walks: hunt.walks.into_inner(),
        transitions: hunt.transitions.into_inner(),
        checks: hunt.checks.into_inner(),
        differed: hunt.differed.into_inner(),
        coverage: hunt.coverage.into_inner().unwrap_or_else(PoisonError::into_inner),
        findings,
        signal: signals.heard(),
    })
}

impl Hunt<'_> {
    fn work(&self) {
        let Hunt { space, supplies, materials, terms, .. } = self;
        let mut walker = Walker::new(space, supplies, materials, terms.defect, terms.seed);
        while let Some(walk) = self.next() {
            let gone = walker.go(&walk);
            self.count(&gone);
            if let Some(reason) = gone.reason() {
                self.differed.fetch_add(1, Ordering::Relaxed);
                self.found(&mut walker, &walk, &gone, reason);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
            || self.signals.heard().is_some()
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The walk that comes next: the systematic ones, then random ones.
    fn next(&self) -> Option<Walk> {
        if self.is_over() {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(walk) = self.systematic.get(number) {
            return Some(walk.clone());
        }
        self.terms.time?;
        Some(Walk::read(&noise(self.terms.seed, number as u64), &self.space))
    }

    fn count(&self, gone: &Gone) {
        self.walks.fetch_add(1, Ordering::Relaxed);
        self.transitions.fetch_add(gone.walked.transitions as u64, Ordering::Relaxed);
        self.checks.fetch_add(u64::from(gone.run.checks), Ordering::Relaxed);
        self.coverage.lock().unwrap_or_else(PoisonError::into_inner).add(&gone.walked);
    }

    fn found(&self, walker: &mut Walker<'_>, walk: &Walk, gone: &Gone, reason: Reason) {
        {
            let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
            if findings.contains_key(&reason) || findings.len() >= MAX_FINDINGS {
                return;
            }
            findings.insert(reason.clone(), None);
        }
        match self.written(walker, walk, gone, &reason) {
            Ok(finding) => {
                let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
                findings.insert(reason, Some(finding));
            }
            Err(failure) => {
                self.stop.store(true, Ordering::Relaxed);
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            }
        }
    }

    fn written(
        &self,
        walker: &mut Walker<'_>,
        walk: &Walk,
        gone: &Gone,
        reason: &Reason,
    ) -> Result<Finding, Failure> {
        // A signal leaves the walk as small as it is then.
        let small = walker.minimised(walk, reason, || self.signals.heard().is_some());
        let key = format!("{}\n{}\n{}", reason.subject, reason.expected, reason.observed);
        let id = format!("found-{:016x}", stable_hash(&key));
        let case = walker.case(&small, reason, &id);
        let folder: &Path = &self.terms.folder;
        super::supplies::write(folder)?;
        let scenario = folder.join(format!("{id}.yaml"));
        replace(&scenario, scenario_file(&case, reason).as_bytes(), Readers::Same(&scenario))?;
        Ok(Finding {
            id,
            subject: reason.subject.clone(),
            expected: reason.expected.clone(),
            observed: reason.observed.clone(),
            outcome: reason.outcome,
            requirements: gone.failure().map(|f| f.requirements.clone()).unwrap_or_default(),
            why: gone.failure().and_then(|f| f.why.clone()),
            steps_found: step_count(&gone.walked.case),
            steps: step_count(&case),
            octets: small.octets().iter().map(|octet| format!("{octet:02x}")).collect(),
            scenario,
        })
    }
}

/// The octets of a random walk.
fn noise(seed: u64, number: u64) -> Vec<u8> {
    let mut state = seed.rotate_left(32) ^ number;
    let mut next = || {
        // splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators)
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let (least, most) = OCTETS;
    let length = least + next() % (most - least);
    (0..length).map(|_| next().to_le_bytes()[0]).collect()
}
