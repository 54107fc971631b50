//! `handset agent history`.

use super::ServiceError;
use super::arguments::HistoryArguments;
use super::configuration::Configuration;
use super::history;
use super::record::{AGENT_SCHEMA_VERSION, Record};
use crate::exit::Failure;
use crate::print;
use crate::tools::arguments::Form;
use serde::Serialize;
use std::fmt::Write as _;

/// What the command prints; the contract of fixtures/schema/agent-history.schema.json.
#[derive(Serialize)]
pub(super) struct Recalled {
    pub schema_version: u32,
    pub records: Vec<Record>,
}

pub(super) fn run(arguments: &HistoryArguments) -> Result<u8, Failure> {
    let configuration = Configuration::read(&arguments.configuration)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(ServiceError::Start)?;
    let device = arguments.device.as_deref();
    let read = history::read(&configuration.history, device, arguments.limit);
    let records = runtime.block_on(read).map_err(ServiceError::History)?;
    let text = match arguments.format {
        Form::Json => {
            let recalled = Recalled { schema_version: AGENT_SCHEMA_VERSION, records };
            serde_json::to_string_pretty(&recalled)? + "\n"
        }
        Form::Human => human(&records),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn human(records: &[Record]) -> String {
    let mut text = String::new();
    for record in records {
        let _ = writeln!(
            text,
            "{:>6}  {}  {:<20} {:<12} {} failed, {} drift  {}",
            record.sequence,
            record.judged_at,
            record.device,
            record.outcome(),
            record.summary.fail,
            record.drift.len(),
            record.agent.escape_debug(),
        );
        for (sign, names) in [("+", &record.appeared), ("-", &record.resolved)] {
            for name in names {
                let _ = writeln!(text, "        {sign} {}", name.escape_debug());
            }
        }
    }
    let _ = writeln!(text, "{} judgements", records.len());
    text
}
