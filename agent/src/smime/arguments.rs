//! The command lines of `handset smime`, examples first.

use clap::{Parser, Subcommand};

pub use super::inspect::InspectArguments;

const SMIME: &str = "\
Examples:
  handset smime inspect message.eml
  handset smime inspect smime.p7m --format json";

/// Works with S/MIME messages and what they are made of.
#[derive(Debug, Parser)]
#[command(before_help = SMIME)]
pub struct SmimeArguments {
    #[command(subcommand)]
    pub command: SmimeCommand,
}

/// What to do with a message.
#[derive(Debug, Subcommand)]
pub enum SmimeCommand {
    Inspect(InspectArguments),
}
