//! The program behind `handset`: its command line, and the ports through which it looks at devices.
//!
//! It is a library so that the conformance tests can drive the same ports; no rule about what is allowed lives here.

pub mod answers;
pub mod cli;
pub mod devices;
pub mod exit;
pub mod file;
pub mod findings;
pub mod hardware;
mod interruption;
pub mod judge;
pub mod lint;
pub mod policies;
pub mod port;
pub mod print;
mod replacement;
pub mod reports;
pub mod requirements;
pub mod run;
pub mod scenario;
pub mod service;
pub mod smime;
pub mod soak;
pub mod suggestion;
pub mod tools;
pub mod trial;
pub mod variant;
