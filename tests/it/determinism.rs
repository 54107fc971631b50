//! The same seed gives the same answer, whatever the process around it looks like.

use crate::program::handset;
use conformance::{Scratch, profile, root};
use std::process::Command;

#[test]
fn two_processes_print_the_same_bytes() {
    let scratch = Scratch::new("determinism");
    for name in ["contoso-mail", "smime-p256", "smime-encrypt-user-choice", "oauth", "broken/wrong-type"] {
        let run = |zone: &str, language: &str, threads: &str| {
            let home = scratch.file(threads);
            std::fs::create_dir_all(&home).unwrap();
            let out = home.join("out");
            let output = Command::new(handset())
                .args(["try", "--seed", "7", "--format", "json", "--out"])
                .arg(&out)
                .arg(profile(name))
                .env("TZ", zone)
                .env("LANG", language)
                .env("LC_ALL", language)
                .env("HOME", &home)
                .env("RAYON_NUM_THREADS", threads)
                .env("TOKIO_WORKER_THREADS", threads)
                .current_dir(root())
                .output()
                .expect("the program starts");
            let events = std::fs::read(out.join("events.ndjson")).unwrap_or_default();
            let device = std::fs::read(out.join("device.json")).unwrap_or_default();
            (output.stdout, events, device)
        };
        let first = run("UTC", "C", "1");
        let second = run("Pacific/Chatham", "fr_FR.UTF-8", "8");
        assert!(!first.0.is_empty() && !first.1.is_empty() | name.starts_with("broken"), "{name}");
        assert!(first.0 == second.0, "{name}: the answers differ");
        assert!(first.1 == second.1, "{name}: the events differ");
        assert!(first.2 == second.2, "{name}: the devices differ");
    }
}

#[test]
fn another_seed_gives_another_phone() {
    let device = |seed: &str| {
        let scratch = Scratch::new(&format!("seed-{seed}"));
        let out = scratch.file("out");
        let status = Command::new(handset())
            .args(["try", "--seed", seed, "--format", "json", "--out"])
            .arg(&out)
            .arg(profile("all-data-open"))
            .output()
            .expect("the program starts");
        assert!(status.status.success());
        std::fs::read_to_string(out.join("device.json")).unwrap()
    };
    assert_ne!(device("1"), device("2"));
}
