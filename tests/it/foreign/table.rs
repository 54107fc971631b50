//! What came of the cells of a peer, and the table of all of them that people read.

use super::Exceptions;
use conformance::root;
use std::collections::BTreeMap;
use std::fs;

/// What came of the cells of a peer.
pub(super) struct Table {
    peer: &'static str,
    exceptions: Exceptions,
    /// The cells by what they are about, those that agree under no reason.
    cells: BTreeMap<(String, Option<&'static str>), Vec<String>>,
    problems: Vec<String>,
}

impl Table {
    pub(super) fn new(peer: &'static str, exceptions: Exceptions) -> Table {
        Table { peer, exceptions, cells: BTreeMap::new(), problems: Vec::new() }
    }

    /// Notes a cell: `Ok` when both sides agree.
    pub(super) fn note(&mut self, cell: &str, result: Result<(), String>) {
        let exception =
            self.exceptions.iter().find(|(words, _)| words.iter().all(|word| cell.contains(word)));
        let why = match (result, exception) {
            (Ok(()), None) => None,
            (Err(_), Some((_, why))) => Some(*why),
            (Ok(()), Some((_, why))) => {
                return self.problems.push(format!("{cell}: works now, though {why}"));
            }
            (Err(error), None) => return self.problems.push(format!("{cell}: {error}")),
        };
        let cell = cell.trim_end_matches(".done");
        let mut words = cell.splitn(3, '-');
        let (way, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let about = format!("{} {kind}", if way == "read" { "reads our" } else { "writes" });
        let rest = words.next().unwrap_or("zlib").to_owned();
        self.cells.entry((about, why)).or_default().push(rest);
    }

    /// At least `good` cells must have worked, and the table must have all of them.
    pub(super) fn finish(self, good: usize) {
        let Table { peer, problems, cells, .. } = &self;
        assert!(problems.is_empty(), "{peer}: {} problems\n{}", problems.len(), problems.join("\n"));
        let agreeing: usize =
            cells.iter().filter(|((_, why), _)| why.is_none()).map(|(_, cells)| cells.len()).sum();
        assert!(agreeing >= good, "{peer}: {agreeing} cells agree");
        let path = root().join("docs/interop.md");
        let text = fs::read_to_string(&path).expect("docs/interop.md");
        let (begin, end) = (format!("<!-- {peer} -->\n"), format!("<!-- end of {peer} -->\n"));
        let (head, rest) = text.split_once(&begin).expect("the section of the peer");
        let (found, tail) = rest.split_once(&end).expect("its end");
        let made = self.section();
        if std::env::var_os("HANDSET_BLESS").is_some() {
            fs::write(&path, format!("{head}{begin}{made}{end}{tail}")).expect("docs/interop.md");
        } else {
            assert_eq!(found, made, "docs/interop.md has other cells; HANDSET_BLESS=1 writes those that ran");
        }
    }

    fn section(&self) -> String {
        let mut out = format!("\n| {} | cells | |\n|---|---|---|\n", self.peer);
        for ((about, why), cells) in &self.cells {
            let mut cells = cells.clone();
            cells.sort();
            out.push_str(&format!("| {about} | {} | {} |\n", cells.join(", "), why.unwrap_or("agree")));
        }
        out.push('\n');
        out
    }
}

/// The functions that docs/interop.md names for OpenSSL and gpgsm are there.
#[test]
fn the_tests_that_the_table_names_exist() {
    let text = fs::read_to_string(root().join("docs/interop.md")).expect("docs/interop.md");
    let mut sources = String::new();
    for folder in ["simulator/crypto/tests", "tests/it"] {
        for file in conformance::files(&root().join(folder), "rs") {
            sources.push_str(&fs::read_to_string(file).expect("a source"));
        }
    }
    let mut named = 0;
    for word in
        text.split('`').skip(1).step_by(2).filter(|word| word.contains('_') && !word.contains(['.', '=']))
    {
        assert!(sources.contains(&format!("fn {word}()")), "docs/interop.md names {word}, which is no test");
        named += 1;
    }
    assert!(named >= 20, "{named}");
}
