//! A page of the guide: what is prose, and what its blocks are for.

use std::fs;
use std::path::{Path, PathBuf};

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ```` ```console ````: commands after `$ `, with what they print, run in the folder of the page.
    Console,
    /// ```` ```console at=root ````: run in the checkout itself.
    ConsoleAtRoot,
    /// ```` ```console job=FILE ````: what the jobs of a CI file that the page has written run and print.
    Pipeline(String),
    /// ```` ```LANGUAGE file=PATH ````: a file, written into the folder of the page.
    File(String),
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// What it is.
    pub kind: Kind,
    /// The index of its first line in the page.
    pub first: usize,
    /// Its lines.
    pub lines: Vec<String>,
}

/// A page.
pub struct Page {
    /// Where it is.
    pub path: PathBuf,
    /// All its lines.
    pub lines: Vec<String>,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
    /// The lines that are in no block, with their numbers from 1.
    pub prose: Vec<(usize, String)>,
}

impl Page {
    /// Reads a page. What is neither prose nor a block that is tested fails.
    pub fn read(path: &Path) -> Page {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut page = Page {
            path: path.to_path_buf(),
            lines: text.lines().map(str::to_owned).collect(),
            blocks: Vec::new(),
            prose: Vec::new(),
        };
        let mut open: Option<Block> = None;
        for (at, line) in page.lines.iter().enumerate() {
            let place = || format!("{}:{}", path.display(), at + 1);
            match &mut open {
                Some(block) if line == "```" => {
                    page.blocks.push(block.clone());
                    open = None;
                }
                Some(block) => block.lines.push(line.clone()),
                None => {
                    if let Some(info) = line.strip_prefix("```") {
                        let kind =
                            kind(info).unwrap_or_else(|| panic!("{}: {info:?} is not tested", place()));
                        open = Some(Block { kind, first: at + 1, lines: Vec::new() });
                        continue;
                    }
                    let is_code = line.starts_with("    ") || line.starts_with('\t');
                    assert!(!is_code, "{}: indented code is not tested", place());
                    assert!(!line.contains("```") && !line.contains("~~~"), "{}: a fence", place());
                    page.prose.push((at + 1, line.clone()));
                }
            }
        }
        assert!(open.is_none(), "{}: a block is not closed", path.display());
        page
    }

    /// What stands between back quotes in the prose, with the numbers of the lines.
    pub fn spans(&self) -> Vec<(usize, &str)> {
        let mut spans = Vec::new();
        for (number, line) in &self.prose {
            let parts: Vec<&str> = line.split('`').collect();
            assert!(parts.len() % 2 == 1, "{}:{number}: a back quote alone", self.path.display());
            spans.extend(parts.iter().skip(1).step_by(2).map(|part| (*number, *part)));
        }
        spans
    }

    /// Writes the page with other lines in some of its blocks.
    pub fn rewrite(&self, blocks: &[(usize, Vec<String>)]) {
        let mut lines = self.lines.clone();
        for (index, new) in blocks.iter().rev() {
            let block = &self.blocks[*index];
            lines.splice(block.first..block.first + block.lines.len(), new.iter().cloned());
        }
        fs::write(&self.path, lines.join("\n") + "\n").expect("the page can be written");
    }
}

fn kind(info: &str) -> Option<Kind> {
    match info.split_once(' ') {
        None => (info == "console").then_some(Kind::Console),
        Some(("console", "at=root")) => Some(Kind::ConsoleAtRoot),
        Some(("console", rest)) => rest.strip_prefix("job=").map(|file| Kind::Pipeline(file.to_owned())),
        Some((_, rest)) => rest.strip_prefix("file=").map(|file| Kind::File(file.to_owned())),
    }
}
