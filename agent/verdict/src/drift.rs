//! Drift: what the device has, what intent says, and since when.

use crate::comparison::{Comparison, Outcome};
use evidence::{ObservationId, Timestamp};
use serde::Serialize;

/// One thing that is otherwise than meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The policy.
    pub policy: String,
    /// What is otherwise, such as `services.mail.on`.
    pub subject: String,
    /// The setting behind it, as Graph calls it, where one decides it.
    pub setting: Option<String>,
    /// What intent says.
    pub expected: String,
    /// What the device has.
    pub observed: String,
    /// Since when it has been so, as far as the evidence reaches back, RFC 3339.
    pub since: Option<String>,
    /// `change` where that is when it changed; `first-seen` where it is when somebody first saw it so.
    pub since_is: Option<&'static str>,
    /// The first observation in which it was so.
    pub first_observation: Option<ObservationId>,
    /// The owner of the device has changed it by hand, which the policy let them.
    pub by_user: bool,
    /// The requirements behind it.
    pub requirements: Vec<String>,
}

/// What of the comparisons is drift: every state that was seen otherwise than meant, whether or not it fails.
pub fn drift(policy: &str, comparisons: &[Comparison]) -> Vec<Drift> {
    let otherwise = comparisons.iter().filter(|c| {
        let differs = c.observed.as_ref().is_some_and(|observed| *observed != c.expected);
        differs && (c.outcome == Outcome::Fail || c.by_user)
    });
    otherwise
        .map(|c| Drift {
            policy: policy.to_owned(),
            subject: c.subject.clone(),
            setting: crate::remedy::setting(c).map(|s| s.graph.to_owned()),
            expected: c.expected.clone(),
            observed: c.observed.clone().unwrap_or_default(),
            since: c.since.map(|(at_ms, _)| Timestamp(at_ms).to_rfc3339()),
            since_is: c.since.map(|_| if c.since_is_change { "change" } else { "first-seen" }),
            first_observation: c.since.map(|(_, id)| id).or(c.observations.first().copied()),
            by_user: c.by_user,
            requirements: c.requirements.clone(),
        })
        .collect()
}
