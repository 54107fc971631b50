//! The command line.

use crate::answers::arguments::{PredictArguments, WhyArguments};
use crate::devices::DeviceArguments;
use crate::hardware::model;
use crate::judge::{EvidenceArguments, VerifyArguments};
use crate::lint::{ExplainArguments, LintArguments, SchemaArguments};
use crate::policies::arguments::PolicyCommand;
use crate::reports::{ReportFile, report_file};
use crate::requirements::RequirementsArguments;
use crate::run::arguments::{
    ListArguments, MutantsArguments, ReplayArguments, RerunArguments, RunArguments, WatchArguments,
};
use crate::scenario::{MergeArguments, ScenarioArguments, SpaceArguments};
use crate::service::AgentArguments;
use crate::smime::arguments::SmimeArguments;
use crate::soak::arguments::SoakArguments;
use crate::tools::arguments::ToolCommand;
use crate::variant::{Variant, variant};
use clap::{Parser, Subcommand, ValueEnum};
use profile::{OsVersion, Timestamp};
use report::language::{Language, UnknownLanguage};
use std::path::PathBuf;

/// A simulated iPhone for mail profiles, and an agent that judges it.
#[derive(Debug, Parser)]
#[command(name = "handset", version, arg_required_else_help = true)]
pub struct Cli {
    /// The language of verdicts, titles and reports: en, fr or nl. What programs read is never translated.
    #[arg(long, env = "HANDSET_LANG", global = true, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    pub lang: Language,

    #[command(subcommand)]
    pub command: Command,
}

/// The command line of `handset smime` and nothing else.
#[derive(Debug, Parser)]
#[command(name = "handset", version)]
struct SmimeCli {
    /// Taken, as every command takes it, and not shown: there are no verdicts here, and all is English.
    #[arg(long, env = "HANDSET_LANG", global = true, hide = true, default_value = "en", value_name = "LANGUAGE", value_parser = language)]
    lang: Language,

    #[command(subcommand)]
    command: SmimeCommand,
}

#[derive(Debug, Subcommand)]
enum SmimeCommand {
    Smime(SmimeArguments),
}

impl Cli {
    /// Reads the command line of this program; prints help and usage errors itself, and ends with 0 and 2.
    ///
    /// To describe every command takes a good part of a millisecond, a fifth of what signing a short message takes, so
    /// that `smime`, which scripts call for each message, is told apart first.
    pub fn of_program() -> Cli {
        match std::env::args_os().nth(1) {
            Some(first) if first == "smime" => {
                let SmimeCli { lang, command: SmimeCommand::Smime(arguments) } = SmimeCli::parse();
                Cli { lang, command: Command::Smime(arguments) }
            }
            _ => Cli::parse(),
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    Try(TryArguments),
    Device(DeviceArguments),
    #[command(flatten)]
    Tool(ToolCommand),
    #[command(flatten)]
    Policy(PolicyCommand),
    Lint(LintArguments),
    Explain(ExplainArguments),
    Why(WhyArguments),
    Predict(PredictArguments),
    Schema(SchemaArguments),
    Verify(VerifyArguments),
    Evidence(EvidenceArguments),
    Requirements(RequirementsArguments),
    Smime(SmimeArguments),
    Run(RunArguments),
    List(ListArguments),
    Rerun(RerunArguments),
    Replay(ReplayArguments),
    Watch(WatchArguments),
    Mutants(MutantsArguments),
    Soak(SoakArguments),
    Scenario(ScenarioArguments),
    Space(SpaceArguments),
    Merge(MergeArguments),
    Agent(AgentArguments),
}

/// How to print the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; the contract is the schema of this command in fixtures/schema/.
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set; FORCE_COLOR forces it.
    Auto,
    Always,
    Never,
}

const EXAMPLES: &str = "\
Examples:
  handset try fixtures/profiles/contoso-mail.mobileconfig
  handset try mail.mobileconfig --ios 12.5 --format json
  handset try mail.mobileconfig --intent policy.json --directory directory.json
  handset try mail.mobileconfig --report html=mail.html --lang fr
  handset try mail.mobileconfig --clock 2027-01-15T09:00:00Z --out found/

Exit codes:
  0  installed, and every step behaved as the profile says
  1  the phone refused the profile, or a step went otherwise
  2  the file is no readable profile, or the command line is wrong
  3  the environment: a file cannot be written";

/// Installs a profile on a fresh simulated iPhone, tries every user action, sends and reads S/MIME mail.
#[derive(Debug, Parser)]
#[command(before_help = EXAMPLES)]
pub struct TryArguments {
    /// The profile: XML or binary property list, or either CMS-signed; `-` for standard input.
    pub profile: PathBuf,

    /// The iOS version of the phone.
    #[arg(long, env = "HANDSET_IOS", default_value = "17.5", value_name = "VERSION", value_parser = ios)]
    pub ios: OsVersion,

    /// The model of the phone, as in ProductName.
    #[arg(long, env = "HANDSET_MODEL", default_value = "iPhone15,2", value_parser = model)]
    pub model: String,

    /// The phone is supervised.
    #[arg(long, env = "HANDSET_SUPERVISED")]
    pub supervised: bool,

    /// Who the user is, where the profile leaves address or user name open; by default what the profile says of the
    /// other one, else alice@contoso.example.
    #[arg(long, env = "HANDSET_USER", value_name = "ADDRESS", value_parser = address)]
    pub user: Option<String>,

    /// The virtual time at which the phone starts.
    #[arg(long, env = "HANDSET_CLOCK", default_value = "2026-11-02T08:00:00Z", value_name = "TIME", value_parser = clock)]
    pub clock: Timestamp,

    /// A policy that is judged by as well: Graph JSON, or a profile. What is otherwise makes the exit code 1.
    #[arg(long, env = "HANDSET_INTENT", value_name = "POLICY")]
    pub intent: Vec<PathBuf>,

    /// Users, groups and devices (fixtures/schema/directory.schema.json), in which the user of --intent is looked up: by
    /// --user, else by the address in the profile.
    #[arg(long, env = "HANDSET_DIRECTORY", value_name = "FILE")]
    pub directory: Option<PathBuf>,

    /// Decides everything random but real cryptography.
    #[arg(long, env = "HANDSET_SEED", default_value_t = 1, value_name = "N")]
    pub seed: u64,

    /// A reading of disputed sources: encrypt-default-toggle=free|needs-per-message-switch,
    /// supervised-payloads=refused|ignored, mail-signing-default=off|on; `handset explain` says what they mean.
    #[arg(long, env = "HANDSET_VARIANT", value_name = "NAME=READING", value_parser = variant)]
    pub variant: Vec<Variant>,

    /// Writes messages, certificates, the device's state and events into this folder.
    #[arg(long, env = "HANDSET_OUT", value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Also writes the private keys of the embedded peers (never the phone's) into the output folder.
    #[arg(long, env = "HANDSET_REVEAL_TEST_KEYS", requires = "out")]
    pub reveal_test_keys: bool,

    /// Also writes a report: html=FILE, one page for a browser, or json=FILE; may be given often.
    #[arg(long, env = "HANDSET_REPORT", value_name = "FORMAT=PATH", value_parser = report_file)]
    pub report: Vec<ReportFile>,

    /// How to print the answer; json is the contract of fixtures/schema/trial.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,

    /// Prints how long each phase took, on standard error.
    #[arg(long, env = "HANDSET_TIMINGS")]
    pub timings: bool,
}

/// The earliest and the latest clock: the world's certificates, ten years either way, can still be written.
const CLOCKS: [&str; 2] = ["1970-01-01T00:00:00Z", "9980-01-01T00:00:00Z"];

/// A language by its code. As with `LANG`, one that is empty is none.
fn language(code: &str) -> Result<Language, UnknownLanguage> {
    if code.is_empty() { Ok(Language::default()) } else { code.parse() }
}

pub(crate) fn clock(text: &str) -> Result<Timestamp, String> {
    let time =
        Timestamp::parse_rfc3339(text).map_err(|e| format!("{e}; write it like 2026-11-02T08:00:00Z"))?;
    let [first, last] = CLOCKS;
    let limit = |text: &str| Timestamp::parse_rfc3339(text).map_or(time, |limit| limit);
    if time < limit(first) || time > limit(last) {
        return Err(format!("certificates of the embedded world can be made from {first} to {last}"));
    }
    Ok(time)
}

pub(crate) fn address(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(text.to_owned()),
        _ => Err("an e-mail address is needed, such as alice@contoso.example".to_owned()),
    }
}

pub(crate) use crate::hardware::ios;

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn revealing_keys_needs_a_folder() {
        assert!(Cli::try_parse_from(["handset", "try", "p", "--reveal-test-keys"]).is_err());
        assert!(Cli::try_parse_from(["handset", "try", "p", "--reveal-test-keys", "--out", "d"]).is_ok());
    }
}
