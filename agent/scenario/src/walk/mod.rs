//! Walks: what can happen to a phone, driven by arbitrary octets, with what the oracle expects after each transition.
//!
//! A [`Walk`] is a phone, a policy and a list of [`Transition`]s; any octets are one. [`WalkSpace::walked`] goes it with the
//! reference model (`reference.rs`), which knows the phone by `intent` alone, and gives a [`Case`](crate::Case) with an
//! expectation for everything that the oracle says. The case runs like any other, so what fails in it is a disagreement
//! between oracle and phone: [`minimised`] makes its walk small, [`written`] writes it as a scenario file.
//!
//! # Readings
//!
//! Where the oracle is silent nothing is expected: of a message that would have to be signed or encrypted and has no
//! identity to, of a signature that is read while S/MIME is off, of which identity the owner has picked, of what needs a
//! server while an update waits for its owner, and of how long a sign-in on the web holds. What no document describes does
//! not happen: that a lock is tapped that a message does not have, and that an iOS comes which signs in otherwise.

mod coverage;
mod minimise;
mod octets;
mod options;
mod reference;
mod systematic;
#[cfg(test)]
mod tests;
mod transition;
mod written;

pub use coverage::{Coverage, Share};
pub use minimise::{MAX_TRIES, minimised};
pub use options::{Options, WalkSpace};
pub use reference::{Supplies, Walked};
pub use transition::{Age, Letter, MAX_TRANSITIONS, Message, Pause, Response, Start, Transition, Walk};
pub use written::written;
