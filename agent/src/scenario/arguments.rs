//! The command lines, examples first.

use crate::cli::{Colour, Format};
use crate::run::arguments::{ReportTarget, report_target};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const SCENARIO: &str = "\
Examples:
  handset scenario new first                     writes first.yaml, with comments
  handset scenario check first.yaml tests/suites/
  handset scenario fmt --check tests/suites/
  handset scenario schema > scenario.schema.json

Exit codes:
  0  done, nothing is wrong
  1  fmt --check: a file would change
  2  a file is wrong, with line and column, or cannot be read
  3  the environment: a file cannot be written
  4  there is no scenario file in the folders";

/// Writes, checks and formats scenario files.
#[derive(Debug, Parser)]
#[command(before_help = SCENARIO, arg_required_else_help = true)]
pub struct ScenarioArguments {
    #[command(subcommand)]
    pub command: ScenarioCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum ScenarioCommand {
    /// Reads suites, makes every case of them, and says what is wrong and where.
    #[command(
        before_help = "Examples:\n  handset scenario check tests/suites/\n  handset scenario check 'suites/*.yaml'"
    )]
    Check {
        /// Files, folders or patterns; in folders every .yaml and .yml.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// When to colour.
        #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
        color: Colour,
    },

    /// Brings the keys of scenario files into their canonical order; comments stay with what they are about.
    #[command(
        before_help = "Examples:\n  handset scenario fmt suite.yaml\n  handset scenario fmt --check tests/suites/\n  handset scenario fmt - < suite.yaml"
    )]
    Fmt {
        /// Files, folders or patterns, rewritten in place; `-` reads standard input and writes standard output.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Changes nothing; prints the files that would change and ends with 1 if there are any.
        #[arg(long)]
        check: bool,
    },

    /// Prints the JSON Schema of scenario files, for editors.
    #[command(before_help = "Examples:\n  handset scenario schema > scenario.schema.json")]
    Schema,

    /// Writes a commented suite to begin with.
    #[command(
        before_help = "Examples:\n  handset scenario new first\n  handset scenario new first -o suites/first.yaml"
    )]
    New {
        /// The name of the suite: letters, digits, dots, dashes and underscores.
        name: String,
        /// Where to write [default: NAME.yaml]; `-` is standard output.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Replaces a file that is there.
        #[arg(long)]
        force: bool,
    },
}

const SPACE: &str = "\
Examples:
  handset space size
  handset space size --format json
  handset space size eas-policy";

/// Shows the spaces of options that suites run over.
#[derive(Debug, Parser)]
#[command(before_help = SPACE, arg_required_else_help = true)]
pub struct SpaceArguments {
    #[command(subcommand)]
    pub command: SpaceCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum SpaceCommand {
    /// Counts the combinations of each space, and the rows that cover all pairs, triples and quadruples of options.
    #[command(before_help = SPACE)]
    Size {
        /// The spaces; all of them where none is named.
        #[arg(value_name = "SPACE")]
        names: Vec<String>,
        /// How to print the answer; JSON is the contract of fixtures/schema/space-size.schema.json.
        #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
        format: Format,
    },
}

const MERGE: &str = "\
Examples:
  handset merge shard-*.json -o run.json
  handset merge 1.json 2.json 3.json > run.json
  handset merge shard-*.json -o run.json --report html=run.html --report junit=junit.xml

The result is byte for byte the report that the run would have written without --partition. Gaps, overlaps, and shards \
of different versions, seeds, suites or selections are refused.

Exit codes:
  0  merged
  2  the reports cannot be merged, and why; nothing is written
  3  the environment: a file cannot be written";

/// Merges the JSON reports of the shards of one run.
#[derive(Debug, Parser)]
#[command(before_help = MERGE)]
pub struct MergeArguments {
    /// The reports, one of each shard.
    #[arg(required = true, value_name = "SHARD.json")]
    pub reports: Vec<PathBuf>,

    /// Where to write, at once or not at all; standard output if absent or `-`.
    #[arg(short, long, value_name = "OUT.json")]
    pub output: Option<PathBuf>,

    /// Also writes a report of the whole run, as `handset run` does: json, ndjson, junit, sarif, tap, github, summary or
    /// html, and where.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report_target)]
    pub report: Vec<ReportTarget>,
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn help_begins_with_examples() {
        for path in [&["scenario"][..], &["scenario", "check"], &["scenario", "fmt"], &["space"], &["merge"]]
        {
            let mut cli = Cli::command();
            let mut command = &mut cli;
            for name in path {
                command = command.find_subcommand_mut(name).unwrap_or_else(|| panic!("no {name}"));
            }
            let help = command.render_help().to_string();
            assert!(help.starts_with("Examples:"), "{path:?}: {help}");
        }
    }
}
