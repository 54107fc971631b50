//! Whether the account is there at all, what its profile has left behind, and how often it came.

use crate::comparison::{Bench, Comparison, Outcome, Reasons};
use crate::seen::{IN_FORCE, tells_account};
use evidence::{Fact, ObservationId};
use intent::{Expectations, INSTALL_WINDOW_HOURS, Leftover, Presence};

const HOUR_MS: i64 = 3_600_000;

/// What an assignment comes to that nobody can tell: whether the account has to be there is left open (EAS-003).
pub fn open_assignment(reason: &str) -> Comparison {
    let reasons = Reasons { requirements: &["EAS-003"], citation: ASSIGNED };
    let mut comparison = reasons.comparison("assignment", word(Presence::OnThePhone).to_owned());
    comparison.reason = Some(reason.to_owned());
    comparison
}

/// Where it is written that a profile has no effect before it is assigned.
const ASSIGNED: &str =
    "Intune e-mail settings for iOS: Next steps, the profile does nothing until it is assigned";

impl Bench<'_> {
    /// Compares whether the phone has the account with whether the policy is assigned (EAS-003).
    pub fn presence(&mut self, expectations: &Expectations) {
        let Some(expected) = &expectations.presence else { return };
        let mut comparison =
            Reasons::from(expected).comparison("assignment", word(expected.value).to_owned());
        match self.is_there(expectations) {
            None => comparison.reason = Some("nothing in the evidence tells of this account".to_owned()),
            Some((id, at_ms, there)) => {
                let seen = if there { Presence::OnThePhone } else { Presence::NotOnThePhone };
                comparison.outcome = if seen == expected.value { Outcome::Pass } else { Outcome::Fail };
                comparison.observed = Some(word(seen).to_owned());
                comparison.observations.push(id);
                comparison.since = Some((at_ms, id));
            }
        }
        self.comparisons.push(comparison);
    }

    /// Whether the newest look shows the account of this user on this server; nothing where no look tells.
    fn is_there(&self, expectations: &Expectations) -> Option<(ObservationId, i64, bool)> {
        self.seen.ordered.iter().rev().find_map(|observation| {
            let there = match &observation.fact {
                fact @ Fact::Account(_) => tells_account(expectations, fact),
                fact @ Fact::ListedAccounts { partial, .. } => {
                    let there = tells_account(expectations, fact);
                    if *partial && !there {
                        return None;
                    }
                    there
                }
                Fact::NoAccount { state } if state == "none" => false,
                Fact::Profiles { profiles } => {
                    let listed = profiles.iter().all(|profile| profile.payloads.is_some());
                    if !listed || profiles.iter().any(crate::seen::has_account) {
                        return None;
                    }
                    false
                }
                _ => return None,
            };
            Some((observation.id, observation.at_ms, there))
        })
    }

    /// Compares what is left once the profile was seen to go (XTR-008, SMO-015).
    pub fn leftovers(&mut self, expectations: &Expectations) {
        let Some((removed, removed_ms)) = self.seen.removed else { return };
        for expected in &expectations.leftovers {
            let (subject, found) = match &expected.value {
                Leftover::Account => ("after_removal.account".to_owned(), self.account_left(removed_ms)),
                Leftover::Identity(uuid) => {
                    let name = format!("after_removal.identities.{uuid}");
                    (name, self.identity_left(uuid, removed_ms))
                }
            };
            let mut comparison = Reasons::from(expected).comparison(&subject, "gone".to_owned());
            match found {
                None => {
                    comparison.reason = Some("nobody has looked since the profile was removed".to_owned())
                }
                Some((id, left)) => {
                    comparison.outcome = if left { Outcome::Fail } else { Outcome::Pass };
                    comparison.observed = Some(if left { "still there" } else { "gone" }.to_owned());
                    comparison.observations = vec![removed, id];
                }
            }
            self.comparisons.push(comparison);
        }
    }

    fn account_left(&self, removed_ms: i64) -> Option<(ObservationId, bool)> {
        let newest = self.seen.newest("account").filter(|sight| sight.at_ms >= removed_ms)?;
        Some((newest.id, newest.value == IN_FORCE))
    }

    /// Whether an identity of the profile is still listed. Where the payload that brought a certificate is not told, as
    /// management does not, only a list without any identity tells.
    fn identity_left(&self, uuid: &str, removed_ms: i64) -> Option<(ObservationId, bool)> {
        let newest = self.seen.ordered.iter().rev().find_map(|observation| match &observation.fact {
            Fact::Certificates { certificates } if observation.at_ms >= removed_ms => {
                Some((observation.id, certificates))
            }
            _ => None,
        });
        let (id, certificates) = newest?;
        let mut identities = certificates.iter().filter(|certificate| certificate.identity).peekable();
        if identities.peek().is_none() {
            return Some((id, false));
        }
        let told = self.terms.exact_identities && identities.clone().all(|c| c.payload_uuid.is_some());
        told.then(|| (id, identities.any(|c| c.payload_uuid.as_deref() == Some(uuid))))
    }

    /// Compares how often the profile came within the window with how often it may (XTR-006).
    pub fn installs(&mut self, expectations: &Expectations) {
        let expected = &expectations.installs;
        let text = format!("at most {} times in {INSTALL_WINDOW_HOURS} hours", expected.value);
        let mut comparison = Reasons::from(expected).comparison("installs", text);
        let (most, observations) = self.most_installs(i64::from(INSTALL_WINDOW_HOURS) * HOUR_MS);
        if most == 0 {
            comparison.reason = Some(match self.seen.removed {
                Some(_) => "the profile has been removed since".to_owned(),
                None => "the evidence does not tell when the profile was installed".to_owned(),
            });
        } else {
            let times = if most == 1 { "once".to_owned() } else { format!("{most} times") };
            let loops = most > expected.value;
            comparison.outcome = if loops { Outcome::Fail } else { Outcome::Pass };
            comparison.observed = Some(format!("{times} in {INSTALL_WINDOW_HOURS} hours"));
            comparison.observations = observations;
        }
        self.comparisons.push(comparison);
    }

    /// The most installations of any window, with what tells of them. One pass with two ends.
    fn most_installs(&self, window_ms: i64) -> (usize, Vec<ObservationId>) {
        let installs = &self.seen.installs;
        let (mut first, mut best) = (0, 0..0);
        for (last, (_, at_ms)) in installs.iter().enumerate() {
            while installs.get(first).is_some_and(|(_, begin)| at_ms.saturating_sub(*begin) >= window_ms) {
                first += 1;
            }
            if last + 1 - first > best.len() {
                best = first..last + 1;
            }
        }
        let most = best.len();
        let ids = installs.get(best).unwrap_or_default().iter().map(|(id, _)| *id).collect();
        (most, ids)
    }
}

fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::OnThePhone => "on the phone",
        Presence::NotOnThePhone => "not on the phone",
    }
}
