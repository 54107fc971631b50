//! The guide in docs/guide tells the truth: every command in it is run, and prints what stands there.
//!
//! Each page has a folder of its own, in which `fixtures`, `deploy` and `tests/suites` are those of the checkout, and where
//! its blocks leave what they write, one for the next. `HANDSET_BLESS=1` writes what was printed into the pages.
//! `page.rs` says what blocks there are, `shell.rs` how outputs are compared, `pipeline.rs` how CI files are run.

mod page;
mod pipeline;
mod shell;

use crate::program::handset;
use conformance::{Scratch, files, root};
use page::{Block, Kind, Page};
use shell::{agrees, blessed, exchanges, run, shell as command_shell};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder() -> PathBuf {
    root().join("docs/guide/src")
}

fn pages() -> Vec<Page> {
    let pages: Vec<Page> = files(&folder(), "md").iter().map(|path| Page::read(path)).collect();
    assert!(pages.len() >= 6, "{} pages", pages.len());
    pages
}

fn page(name: &str) -> Page {
    Page::read(&folder().join(name))
}

/// The program, and what every machine has.
fn path() -> String {
    let program = handset();
    format!("{}:/usr/local/bin:/usr/bin:/bin", program.parent().expect("a folder").display())
}

/// A folder as a page finds it.
fn checkout(scratch: &Scratch, name: &str) -> PathBuf {
    let folder = scratch.file(name);
    fs::create_dir_all(folder.join("tests")).expect("a folder");
    for part in ["fixtures", "deploy", "tests/suites"] {
        symlink(root().join(part), folder.join(part)).expect("a link");
    }
    folder
}

fn write(folder: &Path, file: &str, block: &Block) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, block.lines.join("\n") + "\n").expect("a file");
}

/// The folder with the files of a page as they are before that block, and nothing that a command wrote.
fn with_files(scratch: &Scratch, name: &str, page: &Page, before: usize) -> PathBuf {
    let folder = checkout(scratch, name);
    for block in &page.blocks[..before] {
        if let Kind::File(file) = &block.kind {
            write(&folder, file, block);
        }
    }
    folder
}

fn file_of<'p>(page: &'p Page, name: &str) -> &'p Block {
    let is_it = |block: &&Block| block.kind == Kind::File(name.to_owned());
    page.blocks.iter().rfind(is_it).unwrap_or_else(|| panic!("{}: no file {name}", page.path.display()))
}

/// What the blocks of a page print, beside what stands there.
fn tell(page: &Page) -> Vec<(usize, Vec<String>)> {
    let name = page.path.file_stem().expect("a name").to_string_lossy().into_owned();
    let scratch = Scratch::new(&format!("guide-{name}"));
    let folder = checkout(&scratch, "checkout");
    let mut wrong = Vec::new();
    for (index, block) in page.blocks.iter().enumerate() {
        let place = || format!("{}:{}", page.path.display(), block.first + 1);
        let (agreed, told) = match &block.kind {
            Kind::File(file) => {
                write(&folder, file, block);
                continue;
            }
            Kind::Pipeline(file) => {
                let folder = with_files(&scratch, &format!("pipeline-{index}"), page, index);
                let text =
                    fs::read_to_string(folder.join(file)).unwrap_or_else(|e| panic!("{}: {e}", place()));
                let carried = pipeline::carry_out(file, &text, &folder, &path(), &[]);
                assert!(!carried.failed, "{}: {:#?}", place(), carried.transcript);
                (agrees(&block.lines, &carried.transcript), blessed(&block.lines, &carried.transcript))
            }
            Kind::Console | Kind::ConsoleAtRoot => {
                let mut shown = exchanges(&block.lines);
                let commands: Vec<String> = shown.iter().map(|e| e.command.clone()).collect();
                let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
                let shell = match block.kind {
                    Kind::ConsoleAtRoot if !is_debug() => continue,
                    Kind::ConsoleAtRoot => {
                        let mut shell = Command::new("sh");
                        shell.current_dir(root()).stdin(Stdio::null());
                        shell
                    }
                    _ => command_shell(&folder, &path(), &[]),
                };
                let results = run(shell, &commands);
                let mut agreed = true;
                for (at, (lines, code)) in results.iter().enumerate() {
                    let is_looked_at = commands.get(at + 1).is_some_and(|next| *next == "echo $?");
                    let command = commands[at];
                    if *code != 0 && !is_looked_at {
                        // Said beside the output, so that a page is told whole.
                        eprintln!("{}: exit {code} that nobody looks at: {command}", place());
                        agreed = false;
                    }
                    agreed &= agrees(&shown[at].output, lines);
                    shown[at].output = blessed(&shown[at].output, lines);
                }
                (agreed, shell::lines(&shown))
            }
        };
        if !agreed {
            wrong.push((index, told));
        }
    }
    wrong
}

/// Whether the program under test is what `cargo build` makes in its usual place.
fn is_debug() -> bool {
    handset() == root().join("target/debug/handset")
}

#[test]
fn every_command_prints_what_the_guide_says() {
    let bless = std::env::var("HANDSET_BLESS").is_ok_and(|v| v == "1");
    let mut differences = Vec::new();
    for page in pages() {
        let wrong = tell(&page);
        if bless {
            page.rewrite(&wrong);
            assert!(Page::read(&page.path).blocks.len() == page.blocks.len(), "an output closed its block");
            continue;
        }
        for (index, told) in wrong {
            let block = &page.blocks[index];
            differences.push(format!(
                "{}:{}\n--- the guide\n{}\n+++ what is printed\n{}",
                page.path.display(),
                block.first + 1,
                block.lines.join("\n"),
                told.join("\n")
            ));
        }
    }
    assert!(differences.is_empty(), "HANDSET_BLESS=1 mends this:\n{}", differences.join("\n\n"));
}

/// All commands that the tests run, as words.
fn commands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let words = |command: &str| command.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for page in pages() {
        for block in &page.blocks {
            match &block.kind {
                Kind::File(_) => {}
                Kind::Pipeline(_) => {
                    let shown = block
                        .lines
                        .iter()
                        .filter_map(|line| line.strip_prefix("$ ").or(line.strip_prefix("> ")));
                    found.push(shown.flat_map(words).collect());
                }
                _ => found.extend(exchanges(&block.lines).iter().map(|e| words(&e.command))),
            }
        }
    }
    found
}

#[test]
fn commands_in_the_prose_are_run_somewhere() {
    let run = commands();
    for page in pages() {
        for (number, span) in page.spans() {
            let is_command = ["handset ", "cargo ", "$ "].iter().any(|start| span.starts_with(start));
            if !is_command {
                continue;
            }
            // Its words stand in a command that is run, in their order.
            let is_run = run.iter().any(|command| {
                let mut rest = command.iter();
                span.trim_start_matches("$ ").split_whitespace().all(|word| rest.any(|w| w == word))
            });
            assert!(is_run, "{}:{number}: `{span}` is run nowhere", page.path.display());
        }
    }
}

#[test]
fn the_guide_has_every_command_of_suites() {
    let run = commands();
    for command in [
        "scenario check",
        "scenario fmt",
        "scenario schema",
        "scenario new",
        "space size",
        "soak",
        "list",
        "run",
        "rerun",
        "replay",
        "watch",
        "merge",
        "mutants",
        "explain",
        "verify",
        "evidence import",
    ] {
        let wanted: Vec<&str> = ["handset"].into_iter().chain(command.split(' ')).collect();
        let is_there = run.iter().any(|words| words.windows(wanted.len()).any(|w| w == wanted));
        assert!(is_there, "the guide never runs handset {command}");
    }
}

#[test]
fn the_guide_shows_every_kind_of_step_and_expectation() {
    let mut keys: Vec<String> = Vec::new();
    for page in pages() {
        for block in page.blocks.iter().filter(|b| matches!(b.kind, Kind::File(_))) {
            for line in &block.lines {
                let word = |text: &str| text.trim_matches(|c: char| " -{[\"".contains(c)).to_owned();
                keys.extend(line.split([':', ',']).map(word));
            }
        }
    }
    for set in scenario::key_sets() {
        // What a policy, a user or a certificate may hold is said elsewhere; the language itself is shown whole.
        if !["suite", "fragment", "scenario", "step", "expectation", "network", "matrix"].contains(&set.of) {
            continue;
        }
        for key in set.keys {
            assert!(keys.iter().any(|k| k == key), "no file of the guide has “{key}” ({})", set.of);
        }
    }
}

const PIPELINES: [&str; 3] = [".github/workflows/mail.yml", ".gitlab-ci.yml", "Jenkinsfile"];

#[test]
fn a_pipeline_fails_with_a_case_and_keeps_its_reports() {
    let page = page("ci.md");
    for file in PIPELINES {
        let scratch = Scratch::new(&format!("guide-failing-{}", file.replace('/', "-")));
        let folder = with_files(&scratch, "checkout", &page, page.blocks.len());
        let text = file_of(&page, file).lines.join("\n");
        let defect = ("HANDSET_DEVICE_DEFECT".to_owned(), "move-lock-ignored".to_owned());
        let carried = pipeline::carry_out(file, &text, &folder, &path(), &[defect]);
        assert!(carried.failed, "{file}: {:#?}", carried.transcript);
        let report =
            fs::read_to_string(folder.join("out/run.json")).unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(report.contains("\n  \"exit\": 1"), "{file}: {report}");
    }
}

#[test]
fn workflow_files_fit_their_schemas() {
    let page = page("ci.md");
    for (file, schema) in
        [(PIPELINES[0], "github-workflow.schema.json"), (PIPELINES[1], "gitlab-ci.schema.json")]
    {
        let schema = fs::read(root().join("fixtures/schema/foreign").join(schema)).expect("a schema");
        let validator =
            jsonschema::validator_for(&serde_json::from_slice(&schema).expect("JSON")).expect("a schema");
        let text = file_of(&page, file).lines.join("\n");
        let value = pipeline::yaml(&text);
        let wrong: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{file}: {wrong:#?}");
        let spoilt = text.replace("script:", "scripts:").replace("runs-on:", "run-on:");
        assert!(!validator.is_valid(&pipeline::yaml(&spoilt)), "{file}: the schema takes anything");
    }
}

#[test]
fn every_word_of_the_glossary_has_a_source() {
    let page = page("glossary.md");
    let rows = page.prose.iter().filter(|(_, line)| line.starts_with('|') && !line.starts_with("|---"));
    let mut words = 0;
    for (number, line) in rows {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert!(
            cells.len() == 3 && cells.iter().all(|cell| !cell.is_empty()),
            "glossary.md:{number}: {line}"
        );
        words += 1;
    }
    assert!(words > 40, "{words} words");
}

#[test]
fn pages_and_links_are_there() {
    let summary = fs::read_to_string(folder().join("SUMMARY.md")).expect("SUMMARY.md");
    for page in pages() {
        let name = page.path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name} is not in SUMMARY.md"
        );
        for (number, line) in &page.prose {
            for part in line.split("](").skip(1) {
                let target = part.split(')').next().unwrap_or_default();
                let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
                if target.contains("://") {
                    continue;
                }
                let path = if file.is_empty() { page.path.clone() } else { folder().join(file) };
                assert!(path.exists(), "{}:{number}: {target}", page.path.display());
                let heading = |line: &str| -> String {
                    let is_kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
                    line.trim_start_matches('#')
                        .trim()
                        .to_lowercase()
                        .chars()
                        .filter(is_kept)
                        .collect::<String>()
                        .replace(' ', "-")
                };
                let is_there = fragment.is_empty()
                    || fs::read_to_string(&path)
                        .expect("a page")
                        .lines()
                        .any(|l| l.starts_with('#') && heading(l) == fragment);
                assert!(is_there, "{}:{number}: {target}", page.path.display());
            }
        }
    }
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.contains("(docs/guide/src/SUMMARY.md)"), "README.md names the guide");
}
