//! Everything that crosses crates, in one binary.

mod answers;
mod architecture;
mod determinism;
mod device_store;
mod enrolment;
mod foreign;
mod hostile;
mod interop;
mod lint;
mod lint_files;
mod matrix;
mod oracle;
mod payload_types;
mod policy;
mod program;
mod readme;
mod requirements;
mod run;
mod scenario;
mod semantics;
mod smime;
mod smime_inspect;
mod snapshot;
mod tools;
mod trial;
mod verify;
