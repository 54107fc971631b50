//! What `/health` answers: what is wrong now, and nothing that has passed.
//!
//! Every part tells here when something goes wrong and when it goes right again. Whether the history answers is asked for
//! each answer. Its JSON is a contract (fixtures/schema/agent-health.schema.json).

use super::metrics::Trouble;
use super::record::AGENT_SCHEMA_VERSION;
use super::watch::Unwatched;
use profile::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most troubles that one answer lists; how many more there are is a number.
pub const MAX_LISTED: usize = 100;

/// What is wrong now.
#[derive(Default)]
pub struct Health(Mutex<State>);

#[derive(Default)]
struct State {
    looked_at_ms: Option<i64>,
    policies: Option<String>,
    unwatched: Vec<Unwatched>,
    /// Devices whose newest check-in was not judged, and why.
    unjudged: BTreeMap<String, String>,
    /// What the history said when it was last asked.
    asked: Option<String>,
    /// What it said when something was last kept in it.
    kept: Option<String>,
    queue: Option<String>,
    /// Why the newest message that was settled was not delivered.
    undelivered: Option<String>,
}

/// Something that is wrong now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// `evidence`, `history`, `policies`, `state` or `webhook`.
    pub about: &'static str,
    /// The device, where it is about one.
    pub device: Option<String>,
    /// What is wrong.
    pub reason: String,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer<'a> {
    /// [`AGENT_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// `ok` or `trouble`.
    pub status: &'static str,
    /// The agent.
    pub agent: &'a str,
    /// Its version.
    pub version: &'static str,
    /// When the devices were last looked at, RFC 3339.
    pub looked_at: Option<String>,
    /// What is wrong, at most [`MAX_LISTED`].
    pub troubles: Vec<Concern>,
    /// How many more there are.
    pub more: usize,
}

impl Health {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Policies and directory were read, or why not.
    pub fn policies(&self, wrong: Option<String>) {
        self.state().policies = wrong;
    }

    /// A look has ended, and this cannot be watched.
    pub fn looked(&self, at_ms: i64, unwatched: Vec<Unwatched>) {
        let mut state = self.state();
        state.looked_at_ms = Some(at_ms);
        state.unwatched = unwatched;
    }

    /// The devices whose newest check-in was not judged.
    pub fn unjudged(&self) -> BTreeSet<String> {
        self.state().unjudged.keys().cloned().collect()
    }

    /// What checked in was judged, or why not.
    pub fn judged(&self, device: &str, wrong: Option<String>) {
        let mut state = self.state();
        match wrong {
            Some(reason) => state.unjudged.insert(device.to_owned(), reason),
            None => state.unjudged.remove(device),
        };
    }

    /// The history answered, or why not.
    pub fn asked(&self, wrong: Option<String>) {
        self.state().asked = wrong;
    }

    /// The history kept something, or why not.
    pub fn kept(&self, wrong: Option<String>) {
        self.state().kept = wrong;
    }

    /// How many messages wait, and for how many there is room.
    pub fn waiting(&self, count: u64, room: u32) {
        let full = count >= u64::from(room);
        self.state().queue = full.then(|| format!("{count} messages wait, and for the next the oldest goes"));
    }

    /// A message was delivered, or why it was given up.
    pub fn delivered(&self, wrong: Option<String>) {
        self.state().undelivered = wrong;
    }

    /// How many things are wrong, by what they are about.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for concern in concerns(&self.state()) {
            *counts.entry(concern.about).or_default() += 1;
        }
        counts
    }

    /// The answer.
    pub fn answer<'a>(&self, agent: &'a str) -> Answer<'a> {
        let state = self.state();
        let troubles: Vec<Concern> = concerns(&state).take(MAX_LISTED).collect();
        let more = concerns(&state).count() - troubles.len();
        Answer {
            schema_version: AGENT_SCHEMA_VERSION,
            status: if troubles.is_empty() { "ok" } else { "trouble" },
            agent,
            version: env!("CARGO_PKG_VERSION"),
            looked_at: state.looked_at_ms.map(|at| Timestamp(at).to_rfc3339()),
            troubles,
            more,
        }
    }
}

fn concerns(state: &State) -> impl Iterator<Item = Concern> + '_ {
    let general = [
        (Trouble::Policies, &state.policies),
        (Trouble::History, &state.asked),
        (Trouble::History, &state.kept),
        (Trouble::Webhook, &state.queue),
        (Trouble::Webhook, &state.undelivered),
    ];
    let general = general.into_iter().filter_map(|(about, reason)| {
        Some(Concern { about: about.name(), device: None, reason: reason.clone()? })
    });
    let unwatched = state.unwatched.iter().map(|one| Concern {
        about: one.about.name(),
        device: one.device.clone(),
        reason: one.to_string(),
    });
    let unjudged = state.unjudged.iter().map(|(device, reason)| Concern {
        about: Trouble::Evidence.name(),
        device: Some(device.clone()),
        reason: reason.clone(),
    });
    general.chain(unwatched).chain(unjudged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(reason: &str) -> Option<String> {
        Some(reason.to_owned())
    }

    #[test]
    fn what_has_passed_is_not_told() {
        let health = Health::default();
        assert_eq!(health.answer("a").status, "ok");
        health.policies(wrong("p"));
        health.asked(wrong("h"));
        health.kept(wrong("k"));
        health.delivered(wrong("d"));
        health.waiting(3, 3);
        health.judged("phone", wrong("e"));
        let answer = health.answer("a");
        assert_eq!((answer.status, answer.troubles.len(), answer.more), ("trouble", 6, 0));
        assert_eq!(health.counts().get("history"), Some(&2));
        health.policies(None);
        health.asked(None);
        assert_eq!(health.counts().get("history"), Some(&1), "an answer is no room on the disk");
        health.kept(None);
        health.delivered(None);
        health.waiting(2, 3);
        assert_eq!(health.unjudged().len(), 1);
        health.judged("phone", None);
        health.looked(0, Vec::new());
        let answer = health.answer("a");
        assert_eq!((answer.status, answer.troubles.len()), ("ok", 0));
        assert!(answer.looked_at.is_some_and(|at| at.starts_with("1970-01-01")));
    }

    #[test]
    fn an_answer_is_bounded() {
        let health = Health::default();
        for number in 0..MAX_LISTED {
            health.judged(&format!("d{number}"), wrong("e"));
        }
        assert_eq!((health.answer("a").troubles.len(), health.answer("a").more), (MAX_LISTED, 0));
        health.judged("one more", wrong("e"));
        assert_eq!((health.answer("a").troubles.len(), health.answer("a").more), (MAX_LISTED, 1));
    }
}
