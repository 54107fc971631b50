//! Executing a case: the port that whatever is judged implements, and the engine that drives it and compares.
//!
//! The engine knows no device. A [`Target`] does steps and tells what can be seen; what must hold is compared here, so
//! that a simulated phone, kept evidence and a real phone are judged alike. What a target cannot do or see it says with a
//! [`Refusal`], and nothing that was refused ever counts as passed.

mod check;
mod engine;
mod target;
#[cfg(test)]
mod tests;

pub use check::prompt_word;
pub use engine::{Watcher, execute, skipped};
pub use target::{Done, MessageSeen, ReadingSeen, Refusal, Target};
