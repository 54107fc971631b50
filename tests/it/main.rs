//! Everything that crosses crates, in one binary.

mod architecture;
mod determinism;
mod device_store;
mod hostile;
mod interop;
mod lint;
mod matrix;
mod oracle;
mod program;
mod readme;
mod requirements;
mod semantics;
mod snapshot;
mod tools;
mod trial;
mod verify;
