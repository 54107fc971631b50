//! What was linted and what was found, as the contract has it.

use serde::Serialize;

/// The version of the contract; members are added, never changed or removed, while it stays.
pub const LINT_SCHEMA_VERSION: u32 = 1;

/// What `handset lint` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintReport {
    /// [`LINT_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The iOS the files were judged for.
    pub ios: String,
    /// The devices they were judged for are supervised.
    pub supervised: bool,
    /// The time that certificates and dates were judged at, RFC 3339.
    pub clock: String,
    /// The files, in the order of the command line.
    pub files: Vec<LintFile>,
    /// How many findings there are.
    pub summary: LintSummary,
    /// The exit code.
    pub exit: u8,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintFile {
    /// The file as it was named.
    pub file: String,
    /// xml, binary or unreadable.
    pub format: String,
    /// There is a signature around it; places then refer to what is inside.
    pub signed: bool,
    /// The findings, those without a place first, then in the order of the document.
    pub findings: Vec<LintFinding>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// The id of the rule.
    pub rule: String,
    /// error, warning or info.
    pub severity: String,
    /// What is the case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line it begins on, from 1; none without a place and in binary property lists.
    pub line: Option<u32>,
    /// The column it begins at, from 1, in characters.
    pub column: Option<u32>,
    /// The line it ends on.
    pub end_line: Option<u32>,
    /// The column after its last character.
    pub end_column: Option<u32>,
    /// Where it begins, in octets.
    pub offset: Option<usize>,
    /// How many octets it has.
    pub length: Option<usize>,
    /// The requirements the rule serves.
    pub requirements: Vec<String>,
    /// What the rule rests on.
    pub reference: String,
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LintSummary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
}

/// A rule, as it documents itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintRule {
    /// The id.
    pub id: String,
    /// error, warning or info.
    pub severity: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// The requirements it serves.
    pub requirements: Vec<String>,
    /// What it rests on.
    pub reference: String,
    /// What it checks.
    pub checks: String,
    /// Why it matters.
    pub why: String,
    /// An example that it reports.
    pub example: String,
}

/// How a console is told where a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// By line and column.
    Lines,
    /// By octets, in binary property lists.
    Octets,
    /// Not at all: places in what is signed are not places in the file.
    Nowhere,
}

impl LintFile {
    /// How to tell where a finding of this file is.
    pub fn place(&self, finding: &LintFinding) -> PlaceKind {
        match (self.signed, finding.line, finding.offset) {
            (false, Some(_), _) => PlaceKind::Lines,
            (false, None, Some(_)) => PlaceKind::Octets,
            _ => PlaceKind::Nowhere,
        }
    }
}

impl LintSummary {
    /// Counts the findings of files.
    pub fn of(files: &[LintFile]) -> LintSummary {
        let count = |severity: &str| {
            files.iter().flat_map(|file| &file.findings).filter(|f| f.severity == severity).count()
        };
        LintSummary { errors: count("error"), warnings: count("warning"), infos: count("info") }
    }
}
