//! Everything that crosses crates, in one binary.

mod architecture;
mod determinism;
mod hostile;
mod interop;
mod matrix;
mod program;
mod tools;
mod trial;
