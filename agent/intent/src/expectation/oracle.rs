//! The whole of what is expected of one phone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::DeviceFacts;
use super::account::{ExpectedAccount, account};
use super::actions::{ExpectedAction, actions};
use super::circumstances::Circumstances;
use super::expected::Expected;
use super::identities::identities;
use super::install::{ExpectedPrompt, InForce, Install, Refusal, in_force, install, prompts, refusal};
use super::mail::{MailStep, mail};
use super::presence::{Leftover, Presence, installs, leftovers, presence};
use super::restriction::restrictions;
use super::stated::{Stated, stated};
use crate::action::ActionId;
use crate::intent::Intent;

/// Holds everything expected of one phone that is given one profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expectations {
    /// Whether the phone takes the profile; the rest holds where it does.
    pub install: Expected<Install>,
    /// The error behind a refusal, where Apple lists one for the cause.
    pub refusal: Option<Expected<Refusal>>,
    /// What the phone asks after the installation.
    pub prompts: Vec<ExpectedPrompt>,
    /// From when the account and the actions below hold.
    pub in_force: Expected<InForce>,
    /// The account.
    pub account: ExpectedAccount,
    /// Every action, in the order of [`ActionId::ALL`].
    pub actions: Vec<ExpectedAction>,
    /// The restrictions of the profile that apply to this phone, by their keys.
    pub restrictions: BTreeMap<&'static str, Expected<bool>>,
    /// UUIDs of the payloads whose identities the phone must hold.
    pub identities: Vec<Expected<String>>,
    /// The steps with messages that must end well, in the order of [`MailStep::ALL`].
    pub mail: Vec<Expected<MailStep>>,
    /// Whether the account is to be there at all, where the assignments are known; if it is not, nothing else here holds.
    pub presence: Option<Expected<Presence>>,
    /// What must be gone once the profile is removed.
    pub leftovers: Vec<Expected<Leftover>>,
    /// The most installations of the profile within [`super::INSTALL_WINDOW_HOURS`]; more are a loop.
    pub installs: Expected<usize>,
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

/// Computes what a fresh phone must show for an intent.
///
/// The result depends on the arguments alone and describes the account as installed.
#[must_use]
pub fn expectations(intent: &Intent, facts: &DeviceFacts) -> Expectations {
    expectations_under(intent, facts, &Circumstances::default())
}

/// Computes what a phone must show for an intent when it is not fresh.
///
/// An update resets what the user changed (XTR-017), so the account is described as a fresh
/// installation has it, with the reasons of an update.
#[must_use]
pub fn expectations_under(
    intent: &Intent,
    facts: &DeviceFacts,
    circumstances: &Circumstances,
) -> Expectations {
    let account = account(intent, facts, circumstances.updates);
    let actions = actions(intent, facts, &account);
    let install = install(intent, facts, circumstances);
    Expectations {
        refusal: refusal(&install),
        install,
        prompts: prompts(intent, facts),
        in_force: in_force(intent, facts),
        restrictions: restrictions(intent, facts, circumstances.managed),
        identities: identities(intent),
        mail: mail(intent, facts, &account),
        presence: presence(circumstances),
        leftovers: leftovers(intent),
        installs: installs(),
        stated: stated(intent, facts),
        account,
        actions,
    }
}
