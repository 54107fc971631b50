//! The command lines of `handset verify` and `handset evidence`.

use crate::cli::{Colour, Format, address, ios};
use crate::reports::{ReportFile, report_file};
use clap::{ArgGroup, Args, Parser, Subcommand};
use profile::{OsVersion, Timestamp};
use std::path::PathBuf;

const VERIFY_EXAMPLES: &str = "\
Examples:
  handset verify --intent policy.json --device phone --user alice@contoso.example
  handset verify --intent mail.mobileconfig --evidence seen/
  handset verify --intent one.json two.json --evidence seen/ --format json
  handset verify --intent policy.json --evidence seen/ --report html=verdicts.html
  handset verify --intent tenant.json --device phone --directory directory.json

Exit codes:
  0  every requirement that the policies make and this evidence can tell of is met
  1  something is otherwise than meant, or policies contradict each other
  2  a policy, the evidence or the command line cannot be read; evidence that was changed is not judged
  3  the environment: the store cannot be read
  5  nothing is otherwise, but something that a device could show is not in the evidence

Requirements that no device can show yet (pending) or ever (not-observable) are listed with their reason and do not
decide the exit code; `handset requirements` lists them.";

/// Holds policies against the evidence of a device: a verdict for each requirement, drift, conflicts, remedies.
#[derive(Debug, Parser)]
#[command(before_help = VERIFY_EXAMPLES, group = ArgGroup::new("seen").required(true).args(["evidence", "device"]))]
pub struct VerifyArguments {
    /// What the administrator meant: policies as Graph JSON, or profiles. Several are judged together, and what they
    /// disagree on is a conflict.
    #[arg(long, env = "HANDSET_INTENT", value_name = "POLICY", required = true, num_args = 1..)]
    pub intent: Vec<PathBuf>,

    /// The folder of evidence, as `handset evidence` writes it.
    #[arg(long, env = "HANDSET_EVIDENCE", value_name = "DIR")]
    pub evidence: Option<PathBuf>,

    /// A simulated device of the store; it is looked at now, and nothing on it changes.
    #[arg(long, env = "HANDSET_DEVICE", value_name = "NAME")]
    pub device: Option<String>,

    /// The folder of the store [default: $XDG_DATA_HOME/handset or ~/.local/share/handset].
    #[arg(long, env = "HANDSET_STORE", value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// For whom a policy is compiled: the UPN, which without a directory is the primary address too. Without it the
    /// owner of the device; where the evidence tells none, names and addresses are not judged.
    #[arg(long, env = "HANDSET_USER", value_name = "USER")]
    pub user: Option<String>,

    /// A JSON file of users, groups and devices (fixtures/schema/directory.schema.json), in which the user is looked up.
    /// With it the assignments of the policies count: what is not assigned to the user or the device does not apply, and
    /// nothing of it may be there.
    #[arg(long, env = "HANDSET_DIRECTORY", value_name = "FILE")]
    pub directory: Option<PathBuf>,

    /// The iOS version to judge by, in place of the one in the evidence.
    #[arg(long, env = "HANDSET_IOS", value_name = "VERSION", value_parser = ios)]
    pub ios: Option<OsVersion>,

    /// What the owner changed by hand, where the policy lets them, does not fail; it is still told as drift.
    #[arg(long, env = "HANDSET_ALLOW_USER_CHANGES")]
    pub allow_user_changes: bool,

    /// Also writes a report: html=FILE, one page for a browser, or json=FILE; may be given often.
    #[arg(long, env = "HANDSET_REPORT", value_name = "FORMAT=PATH", value_parser = report_file)]
    pub report: Vec<ReportFile>,

    /// How to print the answer; JSON is the contract of fixtures/schema/verify.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,
}

const EVIDENCE_EXAMPLES: &str = "\
Examples:
  handset evidence collect --device phone -o seen/
  handset evidence import ProfileList.plist status.json message.eml -o seen/
  handset evidence import intune report.json -o seen/ --at 2026-11-02T08:00:00Z
  handset evidence show seen/
  handset evidence validate seen/

Exit codes:
  0  done; the evidence is sound
  1  validate: the evidence is not what was written, or tells what its bytes do not
  2  the command line, or a file that cannot be read
  3  the environment: a file cannot be written, the store cannot be read";

/// Keeps what was seen on devices, with the bytes that it was read from.
#[derive(Debug, Parser)]
#[command(before_help = EVIDENCE_EXAMPLES, arg_required_else_help = true)]
pub struct EvidenceArguments {
    #[command(subcommand)]
    pub command: EvidenceCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Looks at a simulated device, tries every action and message on copies of it, and writes down what was seen.
    #[command(before_help = "Examples:\n  handset evidence collect --device phone -o seen/")]
    Collect(CollectArguments),

    /// Takes evidence of other sources in: MDM answers, declarative status, captured mail, reports of Intune.
    #[command(
        before_help = "Examples:\n  handset evidence import ProfileList.plist -o seen/\n  handset evidence import mail sent.eml -o seen/\n  handset evidence import certificates bob.pem -o seen/"
    )]
    Import(ImportArguments),

    /// Shows what is in a folder of evidence.
    #[command(
        before_help = "Examples:\n  handset evidence show seen/\n  handset evidence show seen/ --format json"
    )]
    Show(FolderArguments),

    /// Checks that a folder of evidence is as it was written: log, seal, raw bytes, and that the bytes tell what the log
    /// says.
    #[command(before_help = "Examples:\n  handset evidence validate seen/")]
    Validate(FolderArguments),
}

/// `handset evidence collect`.
#[derive(Debug, Args)]
pub struct CollectArguments {
    /// The simulated device.
    #[arg(long, env = "HANDSET_DEVICE", value_name = "NAME")]
    pub device: String,

    /// The folder of the store [default: $XDG_DATA_HOME/handset or ~/.local/share/handset].
    #[arg(long, env = "HANDSET_STORE", value_name = "DIR")]
    pub store: Option<PathBuf>,

    /// The folder of evidence; what is there already is added to.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// `handset evidence import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// The files. Before them may stand what they are: mdm, ddm, mail, intune, certificates or device; without it that is
    /// told from their content.
    #[arg(value_name = "[KIND] FILE", required = true)]
    pub files: Vec<String>,

    /// The folder of evidence; what is there already is added to.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,

    /// When it was seen, where the source tells no time [default: when the file was last written].
    #[arg(long, env = "HANDSET_AT", value_name = "TIME", value_parser = at)]
    pub at: Option<Timestamp>,

    /// The name of whoever saw it.
    #[arg(long, env = "HANDSET_SOURCE", value_name = "NAME")]
    pub source: Option<String>,
}

/// A folder.
#[derive(Debug, Args)]
pub struct FolderArguments {
    /// The folder of evidence.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// How to print the answer.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,
}

fn at(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2026-11-02T08:00:00Z"))
}

/// Whether a user is named as an address; a UPN may be none.
pub(super) fn is_address(user: &str) -> bool {
    address(user).is_ok()
}
