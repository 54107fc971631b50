//! The README tells the truth: its output is what the program prints, its files exist.

use crate::program::try_profile;
use conformance::{profile, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

#[test]
fn the_printed_output_is_real() {
    let text = readme();
    let block = text.split("```text\n").nth(1).and_then(|t| t.split("```").next()).expect("an output block");
    let output = try_profile(&profile("contoso-mail"), &["--color", "never"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let real: Vec<&str> = printed.lines().collect();
    let mut at = real.iter().position(|l| l.starts_with("Contoso Mail on")).expect("a head line");
    let mut gap = false;
    for line in block.lines() {
        if line.trim() == "…" {
            gap = true;
            continue;
        }
        if gap {
            let skipped = real[at..].iter().position(|l| *l == line);
            at += skipped.unwrap_or_else(|| panic!("the program does not print {line:?} any more"));
            gap = false;
        }
        assert_eq!(real.get(at).copied(), Some(line), "README line differs");
        at += 1;
    }
    assert_eq!(at, real.len(), "the README shows the output to its end");
}

#[test]
fn every_linked_file_exists() {
    let text = readme();
    let mut links = 0;
    for part in text.split("](").skip(1) {
        let target = part.split(')').next().unwrap_or_default();
        if !target.contains("://") {
            assert!(root().join(target).exists(), "README links to {target}");
            links += 1;
        }
    }
    assert!(links >= 4);
}
