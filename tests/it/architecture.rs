//! The invariants of ARCHITECTURE.md: the arrows between the packages, what pure crates may not contain, file sizes.

use conformance::{files, root, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Which workspace package may depend on which (normal dependencies).
const ARROWS: [(&str, &[&str]); 15] = [
    ("profile", &[]),
    ("wire", &[]),
    ("smime", &[]),
    ("crypto", &["smime"]),
    ("device", &["profile", "wire", "smime"]),
    ("peers", &["wire", "smime"]),
    ("simulator", &["device", "peers", "profile", "wire", "smime", "crypto"]),
    ("intent", &["profile"]),
    // Property lists and messages are evidence; what they mean is not known there.
    ("evidence", &["profile", "smime"]),
    ("verdict", &["intent", "evidence"]),
    ("scenario", &["verdict", "intent", "evidence", "profile"]),
    ("report", &["verdict", "evidence"]),
    (
        "handset",
        &[
            "simulator",
            "device",
            "profile",
            "wire",
            "smime",
            "intent",
            "evidence",
            "verdict",
            "scenario",
            "report",
        ],
    ),
    ("conformance", &["*"]),
    ("perf", &["*"]),
];

const PURE: [&str; 10] =
    ["profile", "wire", "smime", "device", "peers", "intent", "evidence", "verdict", "scenario", "report"];

/// What must not be in a pure crate's tree: clocks, sockets, ambient randomness, C cryptography.
const IMPURE: [&str; 16] = [
    "tokio",
    "mio",
    "socket2",
    "hyper",
    "reqwest",
    "rustls",
    "ring",
    "aws-lc-rs",
    "aws-lc-sys",
    "openssl-sys",
    "native-tls",
    "getrandom",
    "gethostname",
    "fastrand",
    "chrono",
    "libc",
];

fn cargo(args: &[&str]) -> String {
    let output = run(Command::new(env!("CARGO")).args(args).arg("--offline").current_dir(root()));
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_packages_exist_and_their_arrows_point_as_drawn() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    let drawn: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    assert_eq!(names, drawn.keys().copied().collect(), "the fifteen packages");
    for package in packages {
        let name = package["name"].as_str().expect("name");
        let allowed = drawn[name];
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let to = dependency["name"].as_str().expect("name");
            if dependency["kind"].as_str().is_none() && names.contains(to) && allowed != ["*"] {
                assert!(allowed.contains(&to), "{name} must not depend on {to}");
            }
        }
    }
}

#[test]
fn pure_crates_contain_no_clock_socket_or_ambient_randomness() {
    for name in PURE {
        let tree = cargo(&["tree", "-p", name, "-e", "normal", "--prefix", "none", "--locked"]);
        for line in tree.lines() {
            let dependency = line.split(' ').next().unwrap_or_default();
            assert!(!IMPURE.contains(&dependency), "{name} contains {dependency}");
        }
    }
}

#[test]
fn intent_and_device_share_syntax_only() {
    let ours = |name: &str| -> BTreeSet<String> {
        cargo(&["tree", "-p", name, "-e", "normal", "--prefix", "none", "--locked"])
            .lines()
            .filter_map(|l| l.split(' ').next())
            .filter(|n| ARROWS.iter().any(|(a, _)| a == n) && *n != name)
            .map(str::to_owned)
            .collect()
    };
    let (intent, device) = (ours("intent"), ours("device"));
    let both: Vec<_> = intent.intersection(&device).collect();
    assert_eq!(both, ["profile"]);
    assert!(!intent.contains("device") && !device.contains("intent"));
}

#[test]
fn pure_crates_ban_impure_calls() {
    let mut texts = BTreeSet::new();
    for name in PURE {
        let roof = if ["intent", "evidence", "verdict", "scenario", "report"].contains(&name) {
            "agent"
        } else {
            "simulator"
        };
        let path = root().join(roof).join(name).join("clippy.toml");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for banned in ["SystemTime::now", "Instant::now", "env::var", "HashMap", "fs::read", "TcpStream"] {
            assert!(text.contains(banned), "{} does not ban {banned}", path.display());
        }
        texts.insert(text);
    }
    assert_eq!(texts.len(), 1, "the ten clippy.toml are the same");
}

#[test]
fn pure_crates_name_no_hash_order_and_no_clock() {
    // Clippy enforces it where it runs; this holds where only the tests run.
    for name in PURE {
        let tree = ["simulator", "agent"].map(|roof| root().join(roof).join(name).join("src"));
        for file in tree.iter().flat_map(|folder| files(folder, "rs")) {
            // Test modules may look at files; what ships may not.
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name == "tests.rs" || file.components().any(|c| c.as_os_str() == "tests") {
                continue;
            }
            let text = std::fs::read_to_string(&file).expect("source");
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for banned in
                ["HashMap", "HashSet", "SystemTime", "Instant::now", "std::env", "std::net", "std::fs"]
            {
                assert!(!text.contains(banned), "{} names {banned}", file.display());
            }
        }
    }
}

#[test]
fn files_stay_small() {
    for file in files(&root(), "rs") {
        let text = std::fs::read_to_string(&file).expect("source");
        let lines = text.lines().count();
        assert!(lines <= 1_200, "{} has {lines} lines", file.display());
        if lines > 800 {
            let doc: String = text.lines().take_while(|l| l.starts_with("//!")).collect();
            assert!(doc.contains("800"), "{} has {lines} lines and no reason in its doc", file.display());
        }
    }
}

#[test]
fn fixtures_hold_data_only() {
    for extension in ["rs", "sh", "py", "js"] {
        assert_eq!(files(&root().join("fixtures"), extension), Vec::<std::path::PathBuf>::new());
    }
}
