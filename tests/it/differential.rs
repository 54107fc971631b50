//! The oracle against the phone, transition by transition: `intent` knows what must hold after everything that can happen,
//! `device` does it, and neither has seen the other.
//!
//! `tests/corpus/differential/*.walk` are octets that [`Walk::read`] reads: together they have every pair of options and
//! every kind of transition. `defects.json` says which of them finds which seeded defect first. `HANDSET_BLESS=1` with the
//! ignored test writes both anew.

use conformance::{files, root};
use device::Defect;
use handset::soak::{Gone, Walker, materials, supplies};
use scenario::walk::{Coverage, Walk, WalkSpace};
use std::collections::BTreeMap;
use std::path::PathBuf;
use verdict::RunOutcome;

/// How many of the seeded defects the walks must find.
const FOUND_AT_LEAST: usize = 90;

fn folder() -> PathBuf {
    root().join("tests/corpus/differential")
}

/// The walks of the corpus, by name.
fn corpus(space: &WalkSpace) -> BTreeMap<String, Walk> {
    let all = files(&folder(), "walk").into_iter().map(|path| {
        let octets = std::fs::read(&path).expect("a walk");
        (path.file_stem().expect("a name").to_string_lossy().into_owned(), Walk::read(&octets, space))
    });
    all.collect()
}

fn told(name: &str, gone: &Gone) -> String {
    let failures: Vec<String> = gone
        .run
        .failures
        .iter()
        .take(5)
        .map(|f| {
            format!(
                "  step {:?}: {}: expected {}, seen {} ({:?}: {:?})",
                f.step, f.subject, f.expected, f.observed, f.requirements, f.why
            )
        })
        .collect();
    format!("{name}: {:?} {:?}\n{}", gone.run.outcome, gone.run.reason, failures.join("\n"))
}

/// Whether a phone with a defect is found: by a failure, not by a bug of ours.
fn finds(gone: &Gone) -> bool {
    gone.run.outcome == RunOutcome::Fail
}

#[test]
fn the_phone_does_what_the_oracle_says_in_every_walk_of_the_corpus() {
    let space = WalkSpace::default();
    let (supplies, materials) = (supplies(), materials());
    let mut walker = Walker::new(&space, &supplies, &materials, None, 1);
    let mut coverage = Coverage::new(&space);
    let mut wrong = Vec::new();
    let (mut transitions, mut checks) = (0, 0);
    for (name, walk) in corpus(&space) {
        let gone = walker.go(&walk);
        coverage.add(&gone.walked);
        transitions += gone.walked.transitions;
        checks += gone.run.checks;
        if gone.run.outcome != RunOutcome::Pass {
            wrong.push(told(&name, &gone));
        }
    }
    assert!(wrong.is_empty(), "{} walks differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(transitions > 300 && checks > 10_000, "{transitions} transitions, {checks} comparisons");
    for share in [coverage.values(), coverage.pairs(), coverage.transitions()] {
        assert_eq!(share.seen, share.of, "not seen: {:?}", share.unseen);
    }
}

/// What a file of the corpus says is what is read from it again, so that a change of the space shows.
#[test]
fn the_corpus_is_minimal_and_read_as_it_was_written() {
    let space = WalkSpace::default();
    for path in files(&folder(), "walk") {
        let octets = std::fs::read(&path).expect("a walk");
        assert_eq!(Walk::read(&octets, &space).octets(), octets, "{}", path.display());
    }
}

fn kept() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder().join("defects.json")).expect("the list");
    serde_json::from_str(&text).expect("walks by defect")
}

#[test]
fn seeded_defects_are_found() {
    let space = WalkSpace::default();
    let (supplies, materials) = (supplies(), materials());
    let walks = corpus(&space);
    let mut walker = Walker::new(&space, &supplies, &materials, None, 1);
    let kept = kept();
    assert!(kept.len() >= FOUND_AT_LEAST, "{} defects are found", kept.len());
    let missed: Vec<String> = kept
        .iter()
        .filter_map(|(id, walk)| {
            let defect: Defect = id.parse().expect("a defect");
            walker.set_defect(Some(defect));
            let gone = walker.go(&walks[walk]);
            (!finds(&gone)).then(|| told(id, &gone))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Writes the corpus, and which of its walks finds which defect first.
#[test]
#[ignore = "goes every walk on every defective phone: minutes of one core"]
fn the_corpus_is_written_anew() {
    let space = WalkSpace::default();
    let (supplies, materials) = (supplies(), materials());
    if std::env::var_os("HANDSET_BLESS").is_some() {
        std::fs::create_dir_all(folder()).expect("a folder");
        for path in files(&folder(), "walk") {
            let is_systematic = path.file_stem().is_some_and(|s| s.to_string_lossy().starts_with("pairs-"));
            if is_systematic {
                std::fs::remove_file(path).expect("a file");
            }
        }
        // Only what brings something new.
        let mut coverage = Coverage::new(&space);
        let mut walker = Walker::new(&space, &supplies, &materials, None, 1);
        for (number, walk) in space.systematic().into_iter().enumerate() {
            let before = coverage.size();
            coverage.add(&walker.go(&walk).walked);
            if coverage.size() > before {
                let path = folder().join(format!("pairs-{:02}.walk", number + 1));
                std::fs::write(path, walk.octets()).expect("written");
            }
        }
    }
    let walks = corpus(&space);
    let mut found = BTreeMap::new();
    let mut walker = Walker::new(&space, &supplies, &materials, None, 1);
    for defect in Defect::ALL {
        walker.set_defect(Some(*defect));
        let first = walks.iter().find(|(_, walk)| finds(&walker.go(walk)));
        found.extend(first.map(|(name, _)| (defect.id().to_owned(), name.clone())));
    }
    if std::env::var_os("HANDSET_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&found).expect("JSON");
        std::fs::write(folder().join("defects.json"), text + "\n").expect("written");
    }
    assert_eq!(found, kept(), "HANDSET_BLESS=1 writes tests/corpus/differential anew");
}
