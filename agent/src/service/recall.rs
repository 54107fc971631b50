//! `handset agent history`.

use super::ServiceError;
use super::arguments::HistoryArguments;
use super::configuration::Configuration;
use super::history;
use super::record::{AGENT_SCHEMA_VERSION, Record};
use super::watch::look;
use crate::exit::Failure;
use crate::print;
use crate::suggestion::{nearest, question};
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
    let is_empty = records.is_empty();
    let text = match arguments.format {
        Form::Json => {
            let recalled = Recalled { schema_version: AGENT_SCHEMA_VERSION, records };
            serde_json::to_string_pretty(&recalled)? + "\n"
        }
        Form::Human => human(&records),
    };
    print::standard_output(&text)?;
    match device {
        Some(device) if is_empty => {
            let reason = unknown(&configuration, device);
            Err(ServiceError::NoDevice { device: device.to_owned(), reason }.into())
        }
        _ => Ok(0),
    }
}

/// Why nothing is kept of a device, as far as it can be seen.
fn unknown(configuration: &Configuration, device: &str) -> String {
    let look = look(configuration);
    if let Some(one) = look.unwatched.iter().find(|one| one.device.as_deref() == Some(device)) {
        return one.to_string();
    }
    if look.found.iter().any(|found| found.device == device) {
        return "it is watched, and was not judged yet".to_owned();
    }
    let near = question(nearest(device, look.found.iter().map(|found| found.device.as_str())));
    format!("no device of that name is watched{near}")
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
