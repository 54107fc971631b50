//! Measuring: what is measured, with which keys and contents, and the primitives that no program can go below.
//!
//! Criterion's benches are in `benches/benches`, the comparison with OpenSSL in `src/bin/versus`, that of primitives with
//! aws-lc in `src/bin/primitives.rs`, the instruction counts in `src/bin/instructions.rs`.
#![warn(missing_docs)]

pub mod cases;
mod clock;
mod content;
pub mod contest;
mod floor;
mod machine;
mod world;

pub use clock::{processor_time, thread_us};
pub use content::{HUGE, LARGE, MIDDLE, SMALL, size_name, text};
pub use floor::{Floor, Primitive};
pub use machine::machine;
pub use world::World;
