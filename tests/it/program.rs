//! Running the program itself.

use conformance::root;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program, built once for all tests.
pub fn handset() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM
        .get_or_init(|| {
            // The test binary lies in target/PROFILE/deps; the program one folder up. `cargo test` builds it with
            // the workspace, but a run of this package alone may not have, so it is asked for here.
            let deps = std::env::current_exe().expect("the test knows where it is");
            let folder = deps.parent().and_then(Path::parent).expect("target/PROFILE").to_path_buf();
            let status = Command::new(env!("CARGO"))
                .args(["build", "--package", "handset", "--locked", "--quiet"])
                .args(if folder.ends_with("release") { &["--release"][..] } else { &[] })
                .current_dir(root())
                .status()
                .expect("cargo runs");
            assert!(status.success(), "the program does not build");
            folder.join("handset")
        })
        .clone()
}

/// Runs `handset try` and gives what it printed.
pub fn try_profile(profile: &Path, arguments: &[&str]) -> Output {
    Command::new(handset())
        .arg("try")
        .arg(profile)
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("the program starts")
}

/// Runs `handset try --format json` and gives the exit code and the value.
pub fn try_json(profile: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = try_profile(profile, &[&["--format", "json"], arguments].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|e| panic!("{}: no JSON ({e}): {text}\n{errors}", profile.display()));
    (output.status.code().unwrap_or_else(|| panic!("{}: killed: {errors}", profile.display())), value)
}

/// The verdict on an action.
pub fn verdict<'a>(result: &'a Value, id: &str) -> &'a str {
    let actions = result["actions"].as_array().expect("actions");
    let action = actions.iter().find(|a| a["id"] == id).unwrap_or_else(|| panic!("no action {id}"));
    action["verdict"].as_str().expect("verdict")
}

/// The outcome of a message step.
pub fn outcome<'a>(result: &'a Value, step: &str) -> &'a str {
    let mail = result["mail"].as_array().expect("mail");
    let found = mail.iter().find(|m| m["step"] == step).unwrap_or_else(|| panic!("no step {step}"));
    found["outcome"].as_str().expect("outcome")
}
