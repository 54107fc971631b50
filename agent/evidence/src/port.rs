//! What a device under judgement must let us do, whether it is simulated, managed or on a cable.

use crate::{Action, ObservedAccount, Prompted};

/// A device that can be looked at and acted on. Actions are tried on a copy, or undone, so that the device stays as
/// it was.
pub trait DevicePort {
    /// What went wrong with the device itself, not with what it does.
    type Error;

    /// The managed Exchange account as its owner sees it; nothing where there is none in force.
    ///
    /// # Errors
    /// The device cannot be looked at.
    fn account(&mut self) -> Result<Option<ObservedAccount>, Self::Error>;

    /// The prompts that were raised so far.
    ///
    /// # Errors
    /// The device cannot be looked at.
    fn prompts(&mut self) -> Result<Vec<Prompted>, Self::Error>;

    /// Tries an action, by its id.
    ///
    /// # Errors
    /// The device does not know the action, or cannot be acted on.
    fn try_action(&mut self, id: &str) -> Result<Action, Self::Error>;
}
