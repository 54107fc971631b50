//! What follows from the owner's own changes: with mail switched off there is no message to move, and that is no second
//! fault beside the switch.

use crate::comparison::{Comparison, Outcome, action_word};
use intent::Expectations;

/// Takes back failures of actions and messages that follow from what the owner changed by hand. `changed` is what is
/// expected of the account as the owner has set it.
pub fn excuse_owner(comparisons: &mut [Comparison], changed: &Expectations) {
    for comparison in comparisons.iter_mut().filter(|c| c.outcome == Outcome::Fail) {
        let follows = if comparison.is_action {
            let actions = changed.actions.iter();
            let mut same = actions.filter(|action| action.id.to_string() == comparison.subject);
            same.any(|action| comparison.observed.as_deref() == Some(action_word(action).as_str()))
        } else {
            let step = comparison.subject.strip_prefix("mail.");
            step.is_some_and(|step| changed.mail.iter().all(|expected| expected.value.as_str() != step))
        };
        if follows {
            comparison.outcome = Outcome::NotApplicable;
            comparison.reason = Some("it follows from what the owner has changed by hand".to_owned());
        }
    }
}
