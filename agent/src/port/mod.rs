//! The simulated phone as a device under judgement.

mod account;
mod actions;
mod look;

pub use account::described;
pub use actions::perform;
pub use look::{certificates, facts, look};

use evidence::{Action, DevicePort, ObservedAccount, Prompted};
use intent::{ActionId, UnknownAction};
use simulator::World;

/// The phone of an embedded world. Actions are tried on copies of the world.
pub struct SimulatedPhone<'a> {
    world: &'a World,
    prompts: &'a [Prompted],
}

impl<'a> SimulatedPhone<'a> {
    /// Looks at the phone of a world; `prompts` are those that it raised so far.
    pub fn new(world: &'a World, prompts: &'a [Prompted]) -> Self {
        SimulatedPhone { world, prompts }
    }
}

impl DevicePort for SimulatedPhone<'_> {
    type Error = UnknownAction;

    fn account(&mut self) -> Result<Option<ObservedAccount>, UnknownAction> {
        let effective = self.world.managed_account().and_then(|a| self.world.device().effective(a));
        Ok(effective.as_ref().map(account::observed))
    }

    fn prompts(&mut self) -> Result<Vec<Prompted>, UnknownAction> {
        Ok(self.prompts.to_vec())
    }

    fn try_action(&mut self, id: &str) -> Result<Action, UnknownAction> {
        Ok(actions::attempt(self.world.clone(), id.parse::<ActionId>()?))
    }
}
