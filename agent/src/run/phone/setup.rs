//! How cases begin, done once for all that begin alike: what is given, then installations and answers.
//!
//! A world is a value and what happens in it follows from what went before, so a case that begins like another finds the
//! world as the other left it, with what its steps came to. Only steps that set a phone up are kept; from the first other
//! step on, a case goes its own way.

use crate::run::given::Prepared;
use scenario::{Done, Given, StepAction};
use simulator::World;
use std::sync::Arc;

/// The most beginnings that are kept; beyond, all of them go.
pub(super) const MAX_BEGINNINGS: usize = 256;

/// The beginnings that are known.
#[derive(Default)]
pub(super) struct Setups {
    beginnings: Vec<Beginning>,
    /// Cases that begin alike come one after another, so the last is looked at first.
    last: usize,
}

/// A world as it is after some steps.
pub(super) struct Beginning {
    origin: Origin,
    pub world: World,
    pub installed: Vec<Arc<Prepared>>,
    /// What the last step came to.
    pub done: Done,
    /// The beginnings that go on from here.
    next: Vec<usize>,
}

/// What a beginning comes of.
enum Origin {
    Given { given: Arc<Given>, seed: u64 },
    Step(StepAction),
}

/// Which beginning a case is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At(usize);

impl Setups {
    pub fn get(&self, at: At) -> Option<&Beginning> {
        self.beginnings.get(at.0)
    }

    /// The world of what is given.
    pub fn given(&mut self, given: &Given, seed: u64) -> Option<(At, Arc<Given>)> {
        let fits = |beginning: &Beginning| match &beginning.origin {
            Origin::Given { given: known, seed: of } => {
                (*of == seed && **known == *given).then(|| known.clone())
            }
            Origin::Step(_) => None,
        };
        if let Some(known) = self.beginnings.get(self.last).and_then(fits) {
            return Some((At(self.last), known));
        }
        let (at, known) = self.beginnings.iter().enumerate().find_map(|(at, b)| Some((at, fits(b)?)))?;
        self.last = at;
        Some((At(at), known))
    }

    /// Keeps the world of what is given.
    pub fn put_given(&mut self, given: Arc<Given>, seed: u64, world: World) -> At {
        if self.beginnings.len() >= MAX_BEGINNINGS {
            self.beginnings.clear();
        }
        let origin = Origin::Given { given, seed };
        let at = self.put(origin, world, Vec::new(), Done::default());
        self.last = at.0;
        at
    }

    /// Where a step leads.
    pub fn after(&self, at: At, action: &StepAction) -> Option<At> {
        let next = &self.beginnings.get(at.0)?.next;
        let leads = |to: &&usize| {
            self.beginnings.get(**to).is_some_and(|b| matches!(&b.origin, Origin::Step(own) if own == action))
        };
        next.iter().find(leads).copied().map(At)
    }

    /// Keeps where a step led; nothing where there is no room.
    pub fn put_after(
        &mut self,
        at: At,
        action: &StepAction,
        world: World,
        installed: Vec<Arc<Prepared>>,
        done: Done,
    ) -> Option<At> {
        if self.beginnings.len() >= MAX_BEGINNINGS {
            return None;
        }
        let to = self.put(Origin::Step(action.clone()), world, installed, done);
        self.beginnings.get_mut(at.0)?.next.push(to.0);
        Some(to)
    }

    fn put(&mut self, origin: Origin, world: World, installed: Vec<Arc<Prepared>>, done: Done) -> At {
        self.beginnings.push(Beginning { origin, world, installed, done, next: Vec::new() });
        At(self.beginnings.len() - 1)
    }
}

/// Whether a step sets a phone up.
pub(super) fn sets_up(action: &StepAction) -> bool {
    matches!(action, StepAction::Install(_) | StepAction::Answer(_) | StepAction::AnswerAll)
}

#[cfg(test)]
mod tests {
    use crate::run::{Materials, SimulatedTarget};
    use scenario::{Files, Knowledge, ReadFailure, execute, expand};

    struct Text;

    impl Files for Text {
        fn read(&self, _: &str) -> Result<String, ReadFailure> {
            let text = "suite: s\ngiven: {policy: {displayName: P, accountName: P, hostName: mail.contoso.example}}\n\
                procedures:\n  in: [{install: given, expect: {asked: [password]}}, {answer: password}]\n\
                scenarios:\n  - {name: a, steps: [{use: in}, {act: service.mail.off}], expect: {state: {account.services.mail.on: false}}}\n  \
                - {name: b, steps: [{use: in}], expect: {state: {account.services.mail.on: true}}}\n  \
                - {name: c, steps: [{install: given}, {answer: {password: wrong}, expect: {asked: [password]}}, {answer: password}], expect: {prompts: []}}\n  \
                - {name: d, given: {seed: 2}, steps: [{use: in}, {wait: 1d}, {install: given}], expect: {prompts: [password]}}\n";
            Ok(text.to_owned())
        }
    }

    /// What a case comes to does not depend on whether others ran before it.
    #[test]
    fn sharing_shows_nowhere() {
        let cases = expand(["s.yaml"], &Text, Knowledge::default()).expect("sound");
        let materials = Materials::default();
        let mut shared = SimulatedTarget::new(&materials, None);
        let order: Vec<usize> = (0..cases.len()).chain((0..cases.len()).rev()).collect();
        for at in order {
            let alone = execute(&cases[at], &mut SimulatedTarget::new(&materials, None).apart(), &mut ());
            let run = execute(&cases[at], &mut shared, &mut ());
            assert_eq!(run, alone);
            assert_eq!(run.outcome, verdict::RunOutcome::Pass, "{:?}", run.failures);
        }
    }
}
