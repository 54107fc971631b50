//! What is gathered on one walk through the cases: counts, and what is shown of each case, within bounds.

use super::super::sheet::{Sheet, Tongues};
use super::case::{brief, detailed};
use super::page::count;
use crate::run::Cases;
use std::collections::BTreeMap;
use std::io;
use verdict::{OutcomeCounts, RunCase, RunOutcome, RunStep};

/// The most cases that did not pass that are told with their steps.
pub(super) const DETAILED_MAX: usize = 500;

/// Where those told with their steps end, in octets of the page: the case that reaches it is the last.
pub(super) const DETAILED_OCTETS_MAX: usize = 12 << 20;

/// The most further cases that did not pass that are told in a line.
pub(super) const BRIEF_MAX: usize = 5_000;

/// The most cases that passed, or were not run, that are told in a line.
pub(super) const ROWS_MAX: usize = 25_000;

/// The most suites that have a group of their own; the rest share the last.
const SUITES_MAX: usize = 100;

/// The most requirements that are told apart.
const REQUIREMENTS_MAX: usize = 2_000;

/// The cases of a suite, or of all suites beyond the bound.
#[derive(Debug)]
pub(super) struct Group<'t> {
    /// The suite; nothing of the rest.
    pub suite: Option<String>,
    /// How its cases came out.
    pub counts: OutcomeCounts,
    /// Rows of those that passed.
    pub passed: Sheet<'t>,
    /// Rows of those that were not run.
    pub skipped: Sheet<'t>,
}

impl Group<'_> {
    /// What it is called.
    pub fn title(&self) -> &str {
        self.suite.as_deref().unwrap_or("…")
    }
}

/// How many cases are not shown as the others are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Told in a line instead of with their steps.
    pub brief: u64,
    /// Did not pass, and are counted only.
    pub otherwise: u64,
    /// Passed or were not run, and are counted only.
    pub rows: u64,
}

impl LeftOut {
    /// Says it, where there is something to say.
    pub fn say(&self, sheet: &mut Sheet<'_>) {
        let all = [
            ("left-out-steps", self.brief),
            ("left-out-otherwise", self.otherwise),
            ("left-out-rows", self.rows),
        ];
        for (key, number) in all.into_iter().filter(|(_, number)| *number > 0) {
            sheet.within("p", "notice", |sheet| sheet.tell(key, &[("n", count(number).into())]));
        }
    }
}

/// What was gathered.
#[derive(Debug)]
pub(super) struct Gathered<'t> {
    /// The suites in the order of their cases.
    pub groups: Vec<Group<'t>>,
    /// How many suites there are.
    suites: usize,
    /// Numbers by which the filter knows the requirements.
    pub numbers: BTreeMap<String, usize>,
    /// How the cases of each requirement came out, by the number of the requirement and of the group.
    pub cells: BTreeMap<(usize, usize), OutcomeCounts>,
    /// Cases that failed, were in error, were inconclusive, with their steps.
    pub details: [Sheet<'t>; 3],
    /// Further ones in a line.
    pub brief: Sheet<'t>,
    /// What is not shown.
    pub left_out: LeftOut,
    /// Checks of which something was otherwise.
    pub unmet: u64,
    /// Checks that could not be judged.
    pub open: u64,
    detailed: usize,
    told_briefly: usize,
    rows: usize,
}

impl<'t> Gathered<'t> {
    /// Walks through the cases.
    ///
    /// # Errors
    /// Of whoever keeps the cases.
    pub fn of(cases: &dyn Cases, tongues: &'t Tongues) -> io::Result<Self> {
        let mut gathered = Gathered {
            groups: Vec::new(),
            suites: 0,
            numbers: BTreeMap::new(),
            cells: BTreeMap::new(),
            details: [Sheet::new(tongues), Sheet::new(tongues), Sheet::new(tongues)],
            brief: Sheet::new(tongues),
            left_out: LeftOut::default(),
            unmet: 0,
            open: 0,
            detailed: 0,
            told_briefly: 0,
            rows: 0,
        };
        let mut last: Option<String> = None;
        cases.each(&mut |case| {
            gathered.take(&case, &mut last, tongues);
            Ok(())
        })?;
        Ok(gathered)
    }

    /// How many suites there are.
    pub fn suites_count(&self) -> usize {
        self.suites
    }

    fn take(&mut self, case: &RunCase, last: &mut Option<String>, tongues: &'t Tongues) {
        if last.as_deref() != Some(&case.suite) {
            *last = Some(case.suite.clone());
            self.suites += 1;
            let full = self.groups.len() >= SUITES_MAX;
            let has_rest = self.groups.last().is_some_and(|group| group.suite.is_none());
            if !has_rest {
                self.groups.push(Group {
                    suite: (!full).then(|| case.suite.clone()),
                    counts: OutcomeCounts::default(),
                    passed: Sheet::new(tongues),
                    skipped: Sheet::new(tongues),
                });
            }
        }
        let group = self.groups.len().saturating_sub(1);
        let mut numbers = Vec::new();
        for requirement in &case.requirements {
            let next = self.numbers.len();
            let number = match self.numbers.get(requirement) {
                Some(number) => *number,
                None if next >= REQUIREMENTS_MAX => continue,
                None => *self.numbers.entry(requirement.clone()).or_insert(next),
            };
            numbers.push(number.to_string());
            self.cells.entry((number, group)).or_default().add(case.outcome);
        }
        for failure in &case.failures {
            // A step that could not be done is no check, nor is what is given.
            let is_step =
                |step: &&RunStep| Some(step.number) == failure.step && step.action == failure.subject;
            if failure.subject == "what is given" || case.steps.iter().any(|step| is_step(&step)) {
                continue;
            }
            match failure.outcome {
                RunOutcome::Fail => self.unmet += 1,
                _ => self.open += 1,
            }
        }
        let (named, group_name) = (numbers.join(" "), group.to_string());
        let known =
            [("data-o", case.outcome.as_str()), ("data-s", group_name.as_str()), ("data-r", named.as_str())];
        self.show(case, &known);
        if let Some(group) = self.groups.last_mut() {
            group.counts.add(case.outcome);
        }
    }

    fn show(&mut self, case: &RunCase, known: &[(&'static str, &str); 3]) {
        let place = match case.outcome {
            RunOutcome::Fail => 0,
            RunOutcome::Error => 1,
            RunOutcome::Inconclusive => 2,
            RunOutcome::Pass | RunOutcome::Skipped => return self.row(case, known),
        };
        let octets: usize = self.details.iter().map(Sheet::octets).sum();
        if let Some(sheet) = self.details.get_mut(place)
            && self.detailed < DETAILED_MAX
            && octets < DETAILED_OCTETS_MAX
        {
            self.detailed += 1;
            // The first of each outcome shows what there is to see.
            let is_open = sheet.octets() == 0;
            detailed(sheet, case, known, is_open);
        } else if self.told_briefly < BRIEF_MAX {
            self.told_briefly += 1;
            self.left_out.brief += 1;
            brief(&mut self.brief, case, known);
        } else {
            self.left_out.otherwise += 1;
        }
    }

    /// A case in a line. The group around it says which suite.
    fn row(&mut self, case: &RunCase, known: &[(&'static str, &str); 3]) {
        if self.rows >= ROWS_MAX {
            self.left_out.rows += 1;
            return;
        }
        self.rows += 1;
        let Some(group) = self.groups.last_mut() else { return };
        let [outcome, _, requirements] = *known;
        if case.outcome == RunOutcome::Pass {
            group.passed.with("li", &[outcome, requirements], |sheet| sheet.text(&case.id));
        } else {
            brief(&mut group.skipped, case, known);
        }
    }
}
