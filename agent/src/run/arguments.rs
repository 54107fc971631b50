//! The command lines, examples first.

use crate::cli::{Colour, Format};
use crate::suggestion::{nearest, question};
use clap::{Args, Parser, ValueEnum};
use device::Defect;
use report::language::Language;
use scenario::Partition;
use std::path::PathBuf;

const RUN: &str = "\
Examples:
  handset run                                    tests/suites, or suites
  handset run tests/suites/smime.yaml --filter 'tag(smime) & !tag(slow)'
  handset run suites/ --report junit=out/junit.xml --report sarif=out/run.sarif
  handset run suites/ --shard env --report json=shard.json
  handset run suites/ --report html=out/run.html --lang fr
  handset run suites/ --case 'smime/signed'

Exit codes:
  0  every case that was run passed
  1  a case failed
  2  a scenario file, the command line or a file that is named is wrong; nothing was run
  3  a case could not be run: the target or a file was in the way
  4  nothing is selected, or nothing of it can be run yet
  5  nothing failed, and something could not be judged
  101  our bug
  130, 143  interrupted or terminated; the reports are written";

const SHARDS: &str = "\
Shards that --shard env finds (HANDSET_SHARD=m/n, m from 1, goes before all of them):
  Slurm array               SLURM_ARRAY_TASK_ID of _MIN to _MAX, _COUNT in all
  Kubernetes Indexed Job    JOB_COMPLETION_INDEX from 0 and HANDSET_SHARDS
  GNU parallel              PARALLEL_SEQ from 1 and HANDSET_SHARDS
  AWS Batch array           AWS_BATCH_JOB_ARRAY_INDEX from 0 of AWS_BATCH_JOB_ARRAY_SIZE
  Google Batch              BATCH_TASK_INDEX from 0 of BATCH_TASK_COUNT
  Google Cloud Run job      CLOUD_RUN_TASK_INDEX from 0 of CLOUD_RUN_TASK_COUNT
  GitLab                    CI_NODE_INDEX from 1 of CI_NODE_TOTAL
  GitHub matrix             STRATEGY_JOB_INDEX from 0 of STRATEGY_JOB_TOTAL, which the workflow sets
  CircleCI                  CIRCLE_NODE_INDEX from 0 of CIRCLE_NODE_TOTAL
  Buildkite                 BUILDKITE_PARALLEL_JOB from 0 of BUILDKITE_PARALLEL_JOB_COUNT
  Azure Pipelines           SYSTEM_JOBPOSITIONINPHASE from 1 of SYSTEM_TOTALJOBSINPHASE
  Bitbucket Pipelines       BITBUCKET_PARALLEL_STEP from 0 of BITBUCKET_PARALLEL_STEP_COUNT
  Semaphore                 SEMAPHORE_JOB_INDEX from 1 of SEMAPHORE_JOB_COUNT
Numbers that make no shard, and two schedulers that disagree, are errors (exit code 2). Each shard writes
its JSON report at once or not at all; handset merge puts them together. Job files to begin with are in
deploy/slurm and deploy/kubernetes.";

/// Runs scenarios on simulated phones, or holds them against evidence.
#[derive(Clone, Debug, Parser)]
#[command(before_help = RUN, after_long_help = SHARDS)]
pub struct RunArguments {
    /// Suites: files, folders or patterns; tests/suites or suites where nothing is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub selection: SelectionArguments,

    #[command(flatten)]
    pub execution: ExecutionArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

/// Which cases.
#[derive(Clone, Debug, Default, Args)]
pub struct SelectionArguments {
    /// Which cases: id, suite, scenario, tag, requirement, file, pending, with patterns, and &, |, !.
    #[arg(long, env = "HANDSET_FILTER", value_name = "FILTER")]
    pub filter: Option<String>,

    /// A case by its id, as `handset list` prints it.
    #[arg(long, value_name = "ID")]
    pub case: Vec<String>,

    /// A part of the cases: hash:m/n or count:m/n, m from 1.
    #[arg(long, env = "HANDSET_PARTITION", value_name = "PART", conflicts_with = "shard")]
    pub partition: Option<Partition>,

    /// The part that the scheduler's variables say: Slurm arrays, Kubernetes Indexed Jobs, GNU parallel, CI services; the help of
    /// handset run lists them.
    #[arg(long, value_name = "SOURCE")]
    pub shard: Option<ShardSource>,
}

/// Where the shard is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShardSource {
    /// In the environment.
    Env,
}

/// How they are run.
#[derive(Clone, Debug, Default, Args)]
pub struct ExecutionArguments {
    /// Cases at the same time; as many as there are processors by default.
    #[arg(long, short, env = "HANDSET_JOBS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,

    /// How often a case that could not be judged is tried again. A failure is never tried again.
    #[arg(long, env = "HANDSET_RETRIES", value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub retries: Option<u32>,

    /// Ends the run with the first failure.
    #[arg(long, env = "HANDSET_FAIL_FAST")]
    pub fail_fast: bool,

    /// Decides everything random but real cryptography, whatever suites and scenarios say.
    #[arg(long, env = "HANDSET_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// A secret that suites declare.
    #[arg(long, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// Holds the cases against a folder of evidence (`handset evidence`) in place of simulated phones.
    #[arg(long, env = "HANDSET_EVIDENCE", value_name = "DIR")]
    pub evidence: Option<PathBuf>,

    /// The simulated phones make a mistake: its id, as `handset mutants` lists them.
    #[arg(long, env = "HANDSET_DEVICE_DEFECT", value_name = "ID", value_parser = defect, conflicts_with = "evidence")]
    pub device_defect: Option<Defect>,

    /// Where the run is kept while it goes on and afterwards, for rerun and replay [default: .handset/run, with --shard
    /// .handset/shard-M-of-N, or the first of -2, -3, … that no other run uses].
    #[arg(long, env = "HANDSET_RUN_FOLDER", value_name = "DIR")]
    pub run_folder: Option<PathBuf>,
}

/// What is written.
#[derive(Clone, Debug, Args)]
pub struct OutputArguments {
    /// Also writes a report: json, ndjson, junit, sarif, tap, github, summary or html, and where.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report_target)]
    pub report: Vec<ReportTarget>,

    /// The page also tells how long cases really took; two pages of the same cases then differ.
    #[arg(long, env = "HANDSET_DURATIONS")]
    pub durations: bool,

    /// How to print the answer; JSON is the contract of fixtures/schema/run.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: RunFormat,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,

    /// No progress on standard error.
    #[arg(long, short, env = "HANDSET_QUIET")]
    pub quiet: bool,

    /// The language that a page opens in: that of the program.
    #[arg(skip)]
    pub lang: Language,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RunFormat {
    /// For people.
    Human,
    /// The contract.
    Json,
    /// One case a line, and the rest last.
    Ndjson,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// The Test Anything Protocol, version 14.
    Tap,
    /// Workflow commands of GitHub, which become annotations.
    Github,
    /// Markdown, for the step summary of GitHub.
    Summary,
    /// One page for a browser.
    Html,
}

/// A report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTarget {
    /// The form.
    pub format: RunFormat,
    /// The file; `-` is standard output.
    pub path: PathBuf,
}

pub(crate) fn report_target(text: &str) -> Result<ReportTarget, String> {
    let known = || {
        let names: Vec<String> = RunFormat::value_variants()
            .iter()
            .filter_map(|f| f.to_possible_value().map(|v| v.get_name().to_owned()))
            .collect();
        format!("write FORMAT=PATH; formats are {}", names.join(", "))
    };
    let (format, path) = text.split_once('=').ok_or_else(known)?;
    let format = RunFormat::from_str(format, false).map_err(|_| known())?;
    if path.is_empty() {
        return Err(known());
    }
    Ok(ReportTarget { format, path: PathBuf::from(path) })
}

/// A defect by its id.
fn defect(text: &str) -> Result<Defect, String> {
    text.parse().map_err(|error: device::UnknownDefect| {
        let near = nearest(text, Defect::ALL.iter().map(|defect| defect.id()));
        format!("{error}{}", question(near))
    })
}

const LIST: &str = "\
Examples:
  handset list
  handset list tests/suites --filter 'requirement(EAS-05*)'
  handset list suites/ --partition hash:1/8 --format json

Exit codes:
  0  listed
  2  a scenario file or the command line is wrong
  4  nothing is selected";

/// Lists the cases that `handset run` would run.
#[derive(Clone, Debug, Parser)]
#[command(before_help = LIST)]
pub struct ListArguments {
    /// Suites: files, folders or patterns; tests/suites or suites where nothing is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub selection: SelectionArguments,

    /// How to print the answer; JSON is the contract of fixtures/schema/list.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,
}

const RERUN: &str = "\
Examples:
  handset rerun --failed                         what failed, or was not reached, in .handset/run
  handset rerun --failed out/run --report junit=out/junit.xml
  handset rerun --failed run.json tests/suites

Exit codes: as handset run";

/// Runs cases of an earlier run again: a run that was killed is brought to its end, failures are tried once more.
#[derive(Clone, Debug, Parser)]
#[command(before_help = RERUN)]
pub struct RerunArguments {
    /// The run: the folder in which it is kept, or its JSON report [default: .handset/run].
    #[arg(value_name = "RUN")]
    pub run: Option<PathBuf>,

    /// The suites, where they are not those of the run.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Only cases that did not pass, or were not reached; what passed is taken over.
    #[arg(long)]
    pub failed: bool,

    #[command(flatten)]
    pub execution: ExecutionArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

const REPLAY: &str = "\
Examples:
  handset replay .handset/run 'smime/compose[default=true,switch=true]'
  handset replay run.json smime/signed --format json

Exit codes: as handset run";

/// Runs one case of an earlier run step by step, with the phone's view after each step.
#[derive(Clone, Debug, Parser)]
#[command(before_help = REPLAY)]
pub struct ReplayArguments {
    /// The run: the folder in which it is kept, or its JSON report.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,

    /// The case, by its id.
    #[arg(value_name = "CASE")]
    pub case: String,

    /// The suites, where they are not those of the run.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// A secret that suites declare.
    #[arg(long, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// How to print the answer; JSON is the contract of fixtures/schema/replay.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,
}

const WATCH: &str = "\
Examples:
  handset watch tests/suites/smime.yaml
  handset watch suites/ --filter 'tag(smime)'

Ends with Ctrl-C, and the exit code of the last run.";

/// Runs scenarios, and again whenever one of their files changes.
#[derive(Clone, Debug, Parser)]
#[command(before_help = WATCH)]
pub struct WatchArguments {
    #[command(flatten)]
    pub run: WatchedRun,

    /// How often the files are looked at, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(20..=60_000))]
    pub interval: u64,

    /// Ends after so many runs.
    #[arg(long, value_name = "N")]
    pub runs: Option<u32>,
}

/// The run that is repeated.
#[derive(Clone, Debug, Args)]
pub struct WatchedRun {
    /// Suites: files, folders or patterns; tests/suites or suites where nothing is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub selection: SelectionArguments,

    #[command(flatten)]
    pub execution: ExecutionArguments,

    #[command(flatten)]
    pub output: OutputArguments,
}

const MUTANTS: &str = "\
Examples:
  handset mutants
  handset mutants tests/suites --format json > matrix.json
  handset mutants suites/smime.yaml --filter 'tag(smime)' --first
  handset mutants --defect default-sign-on --defect silent-clear-text

Exit codes:
  0  every defect is caught
  1  a defect is not caught, or a case does not pass on the sound phone
  2  a scenario file, the command line or a file that is named is wrong; nothing was run
  4  nothing is selected, or nothing of it can be run yet";

/// Runs scenarios on phones with seeded defects: which case notices which defect, and which defect none. Cases tagged
/// option-space, which repeat on thousands of policies what others say of one, are left out unless --filter or --case
/// chooses them.
#[derive(Clone, Debug, Parser)]
#[command(before_help = MUTANTS)]
pub struct MutantsArguments {
    /// Suites: files, folders or patterns; tests/suites or suites where nothing is named.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub selection: SelectionArguments,

    /// Only these defects, by their ids.
    #[arg(long, value_name = "ID", value_parser = defect)]
    pub defect: Vec<Defect>,

    /// Goes on to the next defect after the first case that notices one: quick, and the matrix is not whole.
    #[arg(long)]
    pub first: bool,

    /// Defects at the same time; as many as there are processors by default.
    #[arg(long, short, env = "HANDSET_JOBS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,

    /// Decides everything random but real cryptography, whatever suites and scenarios say.
    #[arg(long, env = "HANDSET_SEED", value_name = "N")]
    pub seed: Option<u64>,

    /// A secret that suites declare.
    #[arg(long, value_name = "NAME=@FILE")]
    pub secret: Vec<String>,

    /// How to print the answer; JSON is the contract of fixtures/schema/mutants.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Format,

    /// When to colour.
    #[arg(long, env = "HANDSET_COLOR", default_value = "auto")]
    pub color: Colour,
}
