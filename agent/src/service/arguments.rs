//! The command line of `handset agent`.

use crate::tools::arguments::Form;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const AGENT: &str = "\
Examples:
  handset agent check --config agent.toml
  handset agent run --config agent.toml
  handset agent run --config agent.toml --store ~/.local/share/handset
  handset agent history --config agent.toml --device phone --format json

A configuration, of which `policies` alone is needed:
  policies = [\"policy.json\", \"policies/\"]   # Graph JSON or profiles; a folder: all in it
  directory = \"directory.json\"              # users, groups and devices, for assignments
  store = \"/var/lib/handset/phones\"         # simulated devices
  evidence = \"/var/lib/handset/seen\"        # a folder of evidence for each device
  state = \"/var/lib/handset/agent\"
  history = \"history.redb\"                  # or postgres://agent@db.contoso.example/handset
  history_password_file = \"database.password\"
  listen = \"127.0.0.1:9464\"                 # /metrics, /health, /history, POST /evidence/DEVICE
  interval = \"30s\"
  [webhook]
  url = \"http://127.0.0.1:8080/drift\"
  secret_file = \"webhook.secret\"
  [users]
  \"F2LHANDSET01\" = \"alice@contoso.example\"

Exit codes:
  0    stopped by SIGTERM; checked; shown
  2    the configuration, or something that it names, is not as it must be
  3    the environment: no history, no address to listen on, a disk that is full
  4    history: nothing is known of the device
  130  interrupted (SIGINT)
  143  a second SIGTERM, before what was in hand was finished";

/// Watches devices as a service: judges every check-in, keeps the history, tells of drift.
#[derive(Debug, Parser)]
#[command(before_help = AGENT, arg_required_else_help = true)]
pub struct AgentArguments {
    #[command(subcommand)]
    pub command: AgentCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Runs until SIGTERM or SIGINT; the judgement in hand is finished, and a second signal ends it at once (143, 130).
    #[command(before_help = "Examples:\n  handset agent run --config agent.toml")]
    Run(RunArguments),

    /// Reads the configuration and all that it names, and says what would be done, or all that is in the way.
    #[command(
        before_help = "Examples:\n  handset agent check --config agent.toml\n  handset agent check --config agent.toml --format json"
    )]
    Check(CheckArguments),

    /// Shows what the history keeps, also while an agent is running; the newest last.
    #[command(
        before_help = "Examples:\n  handset agent history --config agent.toml\n  handset agent history --config agent.toml --device phone --limit 1 --format json"
    )]
    History(HistoryArguments),
}

/// The configuration.
#[derive(Debug, Args)]
pub struct ConfigurationArguments {
    /// The configuration, TOML; paths in it are from its folder on.
    #[arg(long, env = "HANDSET_AGENT_CONFIG", value_name = "FILE")]
    pub config: PathBuf,

    /// The folder of the store of simulated devices, in place of `store` in the configuration.
    #[arg(long, env = "HANDSET_STORE", value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// `handset agent run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub configuration: ConfigurationArguments,

    /// The form of the log on standard error; JSON is the contract of fixtures/schema/agent-log.schema.json.
    #[arg(long, env = "HANDSET_LOG_FORMAT", default_value = "json")]
    pub log_format: LogFormat,
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One object a line.
    Json,
    /// For people.
    Human,
}

/// `handset agent check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub configuration: ConfigurationArguments,

    /// How to print the answer; JSON is the contract of fixtures/schema/agent-check.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}

/// `handset agent history`.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    #[command(flatten)]
    pub configuration: ConfigurationArguments,

    /// Only this device.
    #[arg(long, env = "HANDSET_DEVICE", value_name = "NAME")]
    pub device: Option<String>,

    /// The most judgements that are shown.
    #[arg(long, env = "HANDSET_LIMIT", value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,

    /// How to print the answer; JSON is the contract of fixtures/schema/agent-history.schema.json.
    #[arg(long, env = "HANDSET_FORMAT", default_value = "human")]
    pub format: Form,
}
