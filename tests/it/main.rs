//! Everything that crosses crates, in one binary.

mod architecture;
mod determinism;
mod hostile;
mod interop;
mod lint;
mod matrix;
mod program;
mod trial;
