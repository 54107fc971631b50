//! The command line of `requirements`.

use crate::lint::PlainFormat;
use clap::Parser;
use intent::requirement::Status;

const EXAMPLES: &str = "\
Examples:
  handset requirements
  handset requirements EAS-051 EAS-052
  handset requirements --status pending
  handset requirements --format json > requirements.json

Exit codes:
  0  listed
  2  no requirement has such an id, or the command line is wrong
  3  the environment: the answer cannot be printed";

/// Lists every requirement: what it says, whether a phone can show that it holds, what is expected, and the tests.
#[derive(Debug, Parser)]
#[command(before_help = EXAMPLES)]
pub struct RequirementsArguments {
    /// Only these, in detail; letters may have any case.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,

    /// Only those of this status: expected, pending (the simulated phone cannot do it yet) or not-observable.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<Status>,

    /// How to print the answer; JSON is the contract of fixtures/schema/requirements.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: PlainFormat,
}
