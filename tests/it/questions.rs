//! Asking the program at the time at which the committed certificates are valid.

use crate::program::handset;
use conformance::{root, run};
use std::path::Path;
use std::process::Command;

/// That time.
pub const AT: &str = "2026-11-02T08:00:00Z";
pub const ALICE: &str = "alice@contoso.example";

pub fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// A policy of the fixtures.
pub fn graph(name: &str) -> String {
    text(&root().join("fixtures/graph").join(format!("{name}.json")))
}

/// A certificate or key of the fixtures.
pub fn pki(name: &str) -> String {
    text(&root().join("fixtures/pki").join(name))
}

/// Runs the program; gives its exit code and what it said, which is never a panic.
pub fn ran(arguments: &[&str]) -> (i32, String, String) {
    let output = run(Command::new(handset()).args(arguments).env("HANDSET_CLOCK", AT).current_dir(root()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    (output.status.code().unwrap_or_else(|| panic!("{arguments:?}: killed: {err}")), out, err)
}
