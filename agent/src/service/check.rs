//! `handset agent check`.

use super::arguments::ConfigurationArguments;
use super::configuration::{Configuration, HistoryPlace};
use super::intents::Intents;
use super::watch::look;
use crate::exit::Failure;
use crate::print;
use std::fmt::Write as _;

pub(super) fn run(arguments: &ConfigurationArguments) -> Result<u8, Failure> {
    let configuration = Configuration::read(arguments)?;
    let intents = Intents::read(&configuration)?;
    let look = look(&configuration);
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("agent", &configuration.name);
    line("policies", &intents.count.to_string());
    if let Some(directory) = &configuration.directory {
        line("directory", &directory.display().to_string());
    }
    for (what, folder) in [("store", &configuration.store), ("evidence", &configuration.evidence)] {
        if let Some(folder) = folder {
            line(what, &folder.display().to_string());
        }
    }
    line("devices", &format!("{} are there now", look.found.len()));
    match &configuration.history {
        HistoryPlace::Embedded(path) => line("history", &path.display().to_string()),
        HistoryPlace::Postgres(config) => {
            let name = config.get_dbname().unwrap_or("of the user's name");
            line("history", &format!("PostgreSQL, database {name}"));
        }
    }
    match configuration.listen {
        Some(address) => line("listen", &address.to_string()),
        None => line("listen", "nowhere: no metrics, no posted evidence"),
    }
    match &configuration.webhook {
        Some(webhook) => {
            let signed = if webhook.secret.is_some() { "signed" } else { "not signed" };
            line("webhook", &format!("http://{}, {signed}", webhook.authority));
        }
        None => line("webhook", "none"),
    }
    for (path, reason) in &look.problems {
        line("warning", &format!("{}: {reason}", path.display()));
    }
    print::standard_output(&text)?;
    Ok(0)
}
