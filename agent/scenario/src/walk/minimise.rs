//! Making a walk small that shows something.

use super::options::{Options, WalkSpace};
use super::transition::{Start, Transition, Walk};

/// How many walks are tried at most.
pub const MAX_TRIES: usize = 800;

/// The smallest walk found that still shows it: without transitions that do not matter (delta debugging: Zeller,
/// Hildebrandt, Simplifying and isolating failure-inducing input), with settings as in the untouched form, on the usual
/// phone.
///
/// `shows` must hold for the walk itself; each walk for which it holds is taken. At most [`MAX_TRIES`] are tried.
pub fn minimised(walk: &Walk, space: &WalkSpace, shows: impl FnMut(&Walk) -> bool) -> Walk {
    let mut search = Search { shows, tries: 0, best: walk.clone() };
    loop {
        let before = search.best.clone();
        search.fewer_transitions();
        search.later_start();
        search.plainer_start(space);
        search.plainer_transitions(space);
        if search.best == before || search.tries >= MAX_TRIES {
            return search.best;
        }
    }
}

struct Search<F> {
    shows: F,
    tries: usize,
    best: Walk,
}

impl<F: FnMut(&Walk) -> bool> Search<F> {
    fn take(&mut self, walk: Walk) -> bool {
        if walk == self.best || self.tries >= MAX_TRIES {
            return false;
        }
        self.tries += 1;
        let holds = (self.shows)(&walk);
        if holds {
            self.best = walk;
        }
        holds
    }

    /// Parts of the list are left out, large ones first.
    fn fewer_transitions(&mut self) {
        let mut size = self.best.transitions.len();
        while size > 0 {
            let mut at = 0;
            while at < self.best.transitions.len() {
                let all = self.best.transitions.iter().enumerate();
                let left = all.filter(|(n, _)| *n < at || *n >= at + size).map(|(_, t)| t.clone()).collect();
                if !self.take(Walk { transitions: left, start: self.best.start.clone() }) {
                    at += size;
                }
            }
            size /= 2;
        }
    }

    /// A policy that is installed later is there from the beginning, and nothing happens before it.
    fn later_start(&mut self) {
        for (at, transition) in self.best.transitions.clone().iter().enumerate().rev() {
            let Transition::Install(options) = transition else { continue };
            let start = Start { options: options.clone(), ..self.best.start.clone() };
            let rest: Vec<Transition> = self.best.transitions.iter().skip(at + 1).cloned().collect();
            let mut with_before = self.best.transitions.clone();
            with_before.remove(at);
            let whole = Walk { start: start.clone(), transitions: with_before };
            if self.take(Walk { start, transitions: rest }) || self.take(whole) {
                return;
            }
        }
    }

    fn plainer_start(&mut self, space: &WalkSpace) {
        let with = |walk: &Walk, change: &dyn Fn(&mut Start)| {
            let mut walk = walk.clone();
            change(&mut walk.start);
            walk
        };
        self.take(with(&self.best, &|start| start.ios = 0));
        self.take(with(&self.best, &|start| start.is_supervised = false));
        self.take(with(&self.best, &|start| start.needs_per_message_switch = false));
        self.plainer_options(space, &|walk| Some(&mut walk.start.options));
    }

    fn plainer_transitions(&mut self, space: &WalkSpace) {
        for at in 0..self.best.transitions.len() {
            match self.best.transitions.get(at).cloned() {
                Some(Transition::Install(_)) => {
                    self.replace(at, Transition::Redeploy);
                    self.plainer_options(space, &|walk| match walk.transitions.get_mut(at) {
                        Some(Transition::Install(options)) => Some(options),
                        _ => None,
                    });
                }
                Some(Transition::Change { .. }) => self.replace(at, Transition::Redeploy),
                Some(Transition::Send(_)) => {
                    let plain = super::Letter { to_bob: true, ..super::Letter::default() };
                    self.replace(at, Transition::Send(plain));
                }
                Some(Transition::Receive(_)) => {
                    self.replace(at, Transition::Receive(super::Message::default()));
                }
                _ => {}
            }
        }
    }

    fn replace(&mut self, at: usize, by: Transition) {
        let mut walk = self.best.clone();
        if let Some(own) = walk.transitions.get_mut(at) {
            *own = by;
        }
        self.take(walk);
    }

    /// The untouched form at once, else setting after setting.
    fn plainer_options(&mut self, space: &WalkSpace, of: &dyn Fn(&mut Walk) -> Option<&mut Options>) {
        let mut walk = self.best.clone();
        if let Some(options) = of(&mut walk) {
            *options = space.untouched();
        }
        if self.take(walk) {
            return;
        }
        for setting in 0..space.setting_count() {
            let mut walk = self.best.clone();
            if let Some(options) = of(&mut walk) {
                *options = space.changed(options, setting, 0);
            }
            self.take(walk);
        }
    }
}
