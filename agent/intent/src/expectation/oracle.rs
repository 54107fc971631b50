//! The whole of what is expected of one phone.

use serde::Serialize;

use super::DeviceFacts;
use super::account::{ExpectedAccount, account};
use super::actions::{ExpectedAction, actions};
use super::expected::Expected;
use super::install::{ExpectedPrompt, InForce, Install, in_force, install, prompts};
use super::stated::Stated;
use crate::action::ActionId;
use crate::intent::Intent;

/// Holds everything expected of one phone that is given one profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expectations {
    /// Whether the phone takes the profile; the rest holds where it does.
    pub install: Expected<Install>,
    /// What the phone asks after the installation.
    pub prompts: Vec<ExpectedPrompt>,
    /// From when the account and the actions below hold.
    pub in_force: Expected<InForce>,
    /// The account.
    pub account: ExpectedAccount,
    /// Every action, in the order of [`ActionId::ALL`].
    pub actions: Vec<ExpectedAction>,
    /// What must be so although no device of ours shows it yet: judged inconclusive, never pass.
    pub stated: Vec<Stated>,
}

impl Expectations {
    /// Returns what is expected of one action.
    #[must_use]
    pub fn action(&self, id: ActionId) -> Option<&ExpectedAction> {
        self.actions.iter().find(|action| action.id == id)
    }
}

/// Computes what a phone must show for an intent.
///
/// The result depends on the arguments alone and describes the account as installed.
#[must_use]
pub fn expectations(intent: &Intent, facts: &DeviceFacts) -> Expectations {
    let account = account(intent, facts);
    let actions = actions(intent, facts, &account);
    Expectations {
        install: install(intent, facts),
        prompts: prompts(intent, facts),
        in_force: in_force(intent, facts),
        account,
        actions,
        stated: Vec::new(),
    }
}
