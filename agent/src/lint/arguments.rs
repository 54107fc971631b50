//! The command lines of `lint`, `explain` and `schema`.

use crate::cli::{Colour, clock};
use crate::reports::{ReportFile, report_file};
use crate::suggestion::{nearest, question};
use clap::{Parser, ValueEnum};
use profile::lint::Audience;
use profile::{OsVersion, Severity, Timestamp};
use std::path::PathBuf;

const LINT_EXAMPLES: &str = "\
Examples:
  handset lint mail.mobileconfig
  handset lint profiles/ 'more/**/*.mobileconfig' --ios 15.8
  handset lint - --format json < mail.mobileconfig
  handset lint profiles/ --format sarif --fail-on warning > lint.sarif
  handset lint mail.mobileconfig --supervised --ignore removal-disallowed,key-deprecated
  handset lint profiles/ --report html=lint.html --lang nl
  handset lint --rules

Exit codes:
  0  nothing found at or above --fail-on
  1  something found at or above --fail-on
  2  a file is no property list at all or cannot be read, or the command line is wrong
  3  the environment: the answer cannot be printed
  4  no file was selected";

/// Says what is wrong, dangerous or pointless in profiles, and where.
#[derive(Debug, Parser)]
#[command(before_help = LINT_EXAMPLES)]
pub struct LintArguments {
    /// Profiles: files, folders (every .mobileconfig in them), globs, or `-` for standard input. XML or binary property
    /// lists, either signed or not; a payload without a profile around it is linted as a payload.
    #[arg(required_unless_present = "rules", value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The iOS version the profiles are meant for.
    #[arg(long, env = "HANDSET_IOS", default_value = "17.5", value_name = "VERSION")]
    pub ios: OsVersion,

    /// The devices the profiles are meant for are supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,

    /// Applies these rules only; may be given often, or with commas.
    #[arg(long, env = "HANDSET_SELECT", value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    pub select: Vec<&'static str>,

    /// Leaves these rules out; may be given often, or with commas.
    #[arg(long, env = "HANDSET_IGNORE", value_name = "RULE", value_delimiter = ',', value_parser = rule)]
    pub ignore: Vec<&'static str>,

    /// The time certificates and dates are judged at. The default is the virtual time of every command, not today, so
    /// that the answer is the same tomorrow.
    #[arg(long, env = "HANDSET_CLOCK", default_value = "2026-11-02T08:00:00Z", value_name = "TIME", value_parser = clock)]
    pub clock: Timestamp,

    /// Another schema than the built-in one.
    #[arg(long, env = "HANDSET_SCHEMA", value_name = "FILE")]
    pub schema: Option<PathBuf>,

    /// Also writes a report: html=FILE, one page for a browser, or json=FILE; may be given often.
    #[arg(long, env = "HANDSET_REPORT", value_name = "FORMAT=PATH", value_parser = report_file)]
    pub report: Vec<ReportFile>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: LintFormat,

    /// The least severity that makes the command fail.
    #[arg(long, env = "HANDSET_FAIL_ON", default_value = "error", value_name = "SEVERITY")]
    pub fail_on: FailOn,

    /// Lists the rules instead.
    #[arg(long, conflicts_with = "files")]
    pub rules: bool,

    /// Shows to people only what makes the command fail, and no summary.
    #[arg(short, long)]
    pub quiet: bool,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,
}

/// The id of a rule.
fn rule(text: &str) -> Result<&'static str, String> {
    let ids = || profile::lint::rules().iter().map(|rule| rule.description().id);
    ids().find(|id| *id == text.trim()).ok_or_else(|| {
        let near = question(nearest(text, ids()));
        format!("no rule is called so{near} (`handset lint --rules` lists them)")
    })
}

impl LintArguments {
    /// Whether findings of a rule are wanted. That a file cannot be read is always told.
    pub fn wants(&self, rule: &str) -> bool {
        rule == UNREADABLE
            || (self.select.is_empty() || self.select.contains(&rule)) && !self.ignore.contains(&rule)
    }

    /// The devices the profiles are meant for.
    pub fn audience(&self) -> Audience {
        Audience { os: self.ios, supervised: self.supervised }
    }
}

/// The rule about what is no property list at all.
pub const UNREADABLE: &str = "plist-unreadable";

/// The forms of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// For people, with the source lines.
    Human,
    /// For programs: the contract of fixtures/schema/lint.schema.json.
    Json,
    /// SARIF 2.1.0, for code hosts and editors.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// What makes the command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Every finding.
    Info,
    /// No finding; bytes that are no property list still do.
    Never,
}

impl FailOn {
    /// Whether a finding of that severity makes the command fail.
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => true,
            FailOn::Never => false,
        }
    }
}

/// The forms of a plain answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlainFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  handset explain smime-signing-locked-out
  handset explain SMIMEEncryptByDefault
  handset explain com.apple.eas.account.Host
  handset explain com.apple.vpn.managed.IKEv2.AuthName
  handset explain 21005
  handset explain MCEASErrorDomain 21005
  handset explain 0x87D1791D
  handset explain -2016315107
  handset explain EAS-052
  handset explain supervised-payloads

Exit codes:
  0  explained
  2  nothing of that name is known";

/// Explains a lint rule, a payload type or key, an error code of Apple or Intune, a requirement, or a reading of
/// disputed sources.
#[derive(Debug, Parser)]
#[command(before_help = EXPLAIN_EXAMPLES)]
pub struct ExplainArguments {
    /// The id of a rule, a key (alone, or after the keys above it, or after its payload type and those), an error code
    /// (alone, or after its domain), the id of a requirement, or the name of a dispute that `--variant` decides.
    #[arg(required = true, num_args = 1..=2, allow_negative_numbers = true, value_name = "RULE|KEY|CODE|REQUIREMENT")]
    pub subject: Vec<String>,

    /// Another schema than the built-in one.
    #[arg(long, env = "HANDSET_SCHEMA", value_name = "FILE")]
    pub schema: Option<PathBuf>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: PlainFormat,
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  handset schema
  handset schema --format json
  handset schema --schema ios-26.json";

/// Shows which version of Apple's profile schema is known, and what is in it.
#[derive(Debug, Parser)]
#[command(before_help = SCHEMA_EXAMPLES)]
pub struct SchemaArguments {
    /// Another schema than the built-in one.
    #[arg(long, env = "HANDSET_SCHEMA", value_name = "FILE")]
    pub schema: Option<PathBuf>,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: PlainFormat,
}
