//! Where the test vectors of the PyPI package `cryptography-vectors` are: PKITS among them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the package: `HANDSET_VECTORS`, or what python3 says. Without it the test says so and passes,
/// unless `HANDSET_REQUIRE_PEERS` is 1.
pub fn folder(test: &str) -> Option<PathBuf> {
    let found = std::env::var_os("HANDSET_VECTORS").map(PathBuf::from).or_else(|| {
        let script = "import cryptography_vectors as v, os; print(os.path.dirname(v.__file__))";
        let out = Command::new("python3").args(["-c", script]).output().ok()?;
        let path = String::from_utf8(out.stdout).ok()?;
        out.status.success().then(|| PathBuf::from(path.trim_end()))
    });
    let found = found.filter(|f| f.join("x509/PKITS_data").is_dir());
    if found.is_none() {
        let required = std::env::var("HANDSET_REQUIRE_PEERS").as_deref() == Ok("1");
        assert!(!required, "{test}: the Python package cryptography-vectors is missing");
        eprintln!(
            "SKIPPED: {test}: the Python package cryptography-vectors is missing (set HANDSET_VECTORS)"
        );
    }
    found
}

/// The files of a folder with this extension: stem and contents, in the order of the names.
pub fn files(folder: &Path, extension: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == extension)).collect();
    paths.sort();
    let stem = |p: &Path| p.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|p| (stem(p), std::fs::read(p).unwrap())).collect()
}
