//! Where the conformance tests find things, and how they run the program and its peers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_path_buf()
}

/// A committed profile, by its name without extension.
pub fn profile(name: &str) -> PathBuf {
    root().join("fixtures/profiles").join(format!("{name}.mobileconfig"))
}

/// The folder of foreign facts and corpora beside the checkout; tests that compare with it are skipped, by name, where
/// it is absent.
pub fn shared(what: &str, test: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(what);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: ../shared/{what} is absent");
    None
}

/// Whether a foreign program can be used. A missing one skips the test, loudly; with `HANDSET_REQUIRE_PEERS=1` it fails.
pub fn peer(program: &str, test: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    });
    if !found {
        let required = std::env::var("HANDSET_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "{test}: {program} is missing and HANDSET_REQUIRE_PEERS=1");
        eprintln!("SKIPPED {test}: {program} is missing");
    }
    found
}

/// A folder that is removed when it goes out of scope.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty folder for the test of that name.
    pub fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("handset-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch folder can be made");
        Scratch(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command and gives what it printed; the test fails when it does not start.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"))
}

/// Every file under a folder with that extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                let name = entry.file_name();
                if name != "target" && name != ".git" {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
