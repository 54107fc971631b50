//! What waits for an answer on the phone. A setting that is not in force yet, or a certificate that is not there, because
//! the owner has not answered is no fault of policies or certificates: the prompt is named, and that it has to be answered.

use crate::comparison::{Bench, Outcome};
use crate::seen::Seen;
use evidence::{Fact, ObservationId};
use std::collections::BTreeMap;

/// What each prompt that holds a change back makes of it. These are sentences of the catalogue.
const SENTENCES: [(&str, &str); 6] = [
    (
        "password",
        "the phone waits for the password of the account; until it is typed, what was there before is in force",
    ),
    (
        "sign-in",
        "the phone waits for its owner to sign in to the account; until then what was there before is in force",
    ),
    (
        "email-address",
        "the phone waits for the e-mail address of the account; until it is typed, what was there before is in force",
    ),
    (
        "user-name",
        "the phone waits for the user name of the account; until it is typed, what was there before is in force",
    ),
    (
        "certificate-password",
        "the phone waits for the password of a certificate in the profile; until it is typed, nothing of that profile is installed",
    ),
    (
        "consent",
        "the phone waits for its owner to agree to the profile; until then nothing of that profile is installed",
    ),
];

/// The prompts that hold back a whole profile, so that no installation is seen before them.
const WHOLE: [&str; 2] = ["certificate-password", "consent"];

impl Seen<'_> {
    /// The newest prompt that nobody has answered and that holds a change back: its name and kind.
    fn unanswered(&self) -> Option<(ObservationId, &str)> {
        let installed_ms = self.installed.map(|(_, at_ms)| at_ms);
        // One prompt is told by every look since: the newest look knows whether it was answered.
        let mut newest = BTreeMap::new();
        for observation in &self.ordered {
            if let Fact::Prompt(prompt) = &observation.fact {
                let kind = prompt.kind.as_str();
                if WHOLE.contains(&kind) || installed_ms.is_some_and(|at| at <= observation.at_ms) {
                    newest
                        .insert((observation.at_ms, kind, &prompt.names), (observation.id, prompt.answered));
                }
            }
        }
        let mut waiting = newest.iter().rev().filter(|(_, (_, answered))| !answered);
        waiting.find_map(|((_, kind, _), (id, _))| sentence(kind).map(|_| (*id, *kind)))
    }
}

fn sentence(kind: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(known, _)| *known == kind).map(|(_, sentence)| *sentence)
}

impl Bench<'_> {
    /// Says of what fails while a prompt waits that it does so for the prompt.
    pub fn waiting(&mut self) {
        let Some((id, kind)) = self.seen.unanswered() else { return };
        let (id, reason) = (id, sentence(kind).unwrap_or_default());
        for comparison in &mut self.comparisons {
            let subject = comparison.subject.as_str();
            let other = ["refusal", "installs", "prompts", "in_force_before_sign_in", "outlook", "report"];
            let is_other = other.contains(&subject)
                || ["report.", "wire.", "after_removal."].iter().any(|start| subject.starts_with(start));
            // What has run out has run out, whoever answers.
            let aged =
                subject.starts_with("identities.") && comparison.observed.as_deref() != Some("missing");
            if comparison.outcome == Outcome::Fail && !comparison.by_user && !is_other && !aged {
                comparison.waits_for_prompt = true;
                comparison.reason = Some(reason.to_owned());
                comparison.observations.push(id);
            }
        }
    }
}
