//! `handset agent check`: everything that a configuration names, looked at before an agent runs by it.
//!
//! What keeps an agent from starting is looked at by `run` too ([`blocking`]). The rest may still come or be mended while
//! an agent runs, and concerns one device or user: `run` starts, tells it, and looks again.

use super::arguments::CheckArguments;
use super::configuration::{Configuration, HistoryPlace};
use super::defect::Defect;
use super::error::{ServiceError, told};
use super::history::{self, HistoryError};
use super::intents::Intents;
use super::judgement::CheckIn;
use super::record::AGENT_SCHEMA_VERSION;
use super::watch::{Look, look, writable};
use crate::exit::{ExitCode, Failure};
use crate::print;
use crate::suggestion::{nearest, question};
use crate::tools::arguments::Form;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// What the command prints; the contract of fixtures/schema/agent-check.schema.json.
#[derive(Serialize)]
struct Checked<'a> {
    schema_version: u32,
    config: String,
    agent: Option<&'a str>,
    policies: Option<usize>,
    devices: Vec<Watched<'a>>,
    defects: &'a [Defect],
    /// Whether `handset agent run` starts.
    starts: bool,
    exit: u8,
}

/// A device that is there.
#[derive(Serialize)]
struct Watched<'a> {
    name: &'a str,
    source: &'static str,
}

pub(super) fn run(arguments: &CheckArguments) -> Result<u8, Failure> {
    let path = &arguments.configuration.config;
    let configuration = match Configuration::read(&arguments.configuration) {
        Ok(configuration) => configuration,
        Err(failure) if arguments.format == Form::Human => return Err(failure),
        Err(failure) => {
            let defects = match failure {
                Failure::Service(ServiceError::Defective { defects, .. }) => defects,
                Failure::Service(ServiceError::Configuration { line, reason, near, .. }) => {
                    let reason = format!("{reason}{}", question(near.as_deref()));
                    vec![Defect {
                        line: Some(line),
                        setting: "configuration".to_owned(),
                        reason,
                        blocks: true,
                    }]
                }
                other => return Err(other),
            };
            return answer(path, None, &defects);
        }
    };
    let (intents, mut defects) = named(&configuration);
    let look = look(&configuration);
    defects.extend(watched(&configuration, &look));
    if let Some(intents) = &intents {
        defects.extend(judged(&configuration, intents, &look));
    }
    if arguments.format == Form::Json {
        return answer(path, Some((&configuration, intents.as_ref(), &look)), &defects);
    }
    print::standard_output(&human(&configuration, intents.as_ref(), &look))?;
    if defects.is_empty() {
        return Ok(0);
    }
    crate::print::standard_error(format_args!("{}", told(path, &defects)));
    let (blocking, all) = (defects.iter().filter(|d| d.blocks).count(), defects.len());
    crate::print::standard_error(format_args!(
        "handset: {all} to mend; {}",
        match blocking {
            0 => "an agent starts all the same, tells them, and looks again".to_owned(),
            some => format!("for {some} of them no agent starts"),
        }
    ));
    Ok(ExitCode::CannotStart as u8)
}

fn answer(
    path: &Path,
    read: Option<(&Configuration, Option<&Intents>, &Look)>,
    defects: &[Defect],
) -> Result<u8, Failure> {
    let exit = if defects.is_empty() { 0 } else { ExitCode::CannotStart as u8 };
    let found = read.map(|(_, _, look)| look.found.as_slice()).unwrap_or_default();
    let checked = Checked {
        schema_version: AGENT_SCHEMA_VERSION,
        config: path.display().to_string(),
        agent: read.map(|(configuration, _, _)| configuration.name.as_str()),
        policies: read.and_then(|(_, intents, _)| Some(intents?.count)),
        devices: found.iter().map(|f| Watched { name: &f.device, source: f.source.name() }).collect(),
        defects,
        starts: read.is_some() && !defects.iter().any(|d| d.blocks),
        exit,
    };
    print::standard_output(&(serde_json::to_string_pretty(&checked)? + "\n"))?;
    Ok(exit)
}

/// Looks at all without which an agent has nothing to judge by, or nowhere to keep it.
///
/// # Errors
/// [`ServiceError::Defective`] with everything that is wrong.
pub(super) fn blocking(configuration: &Configuration) -> Result<Intents, ServiceError> {
    let (intents, mut defects) = named(configuration);
    // Where the disk is in the way it is told when it is used: that is the environment.
    defects.retain(|defect| defect.blocks && !["state", "history"].contains(&defect.setting.as_str()));
    match intents {
        Some(intents) if defects.is_empty() => Ok(intents),
        _ => Err(ServiceError::Defective { path: configuration.path.clone(), defects }),
    }
}

/// Policies, directory, the agent's own folder, the history, and that what is watched is of the right kind.
fn named(configuration: &Configuration) -> (Option<Intents>, Vec<Defect>) {
    let mut defects = Vec::new();
    let mut wrong = |setting: &str, reason: String, blocks: bool| {
        let (line, setting) = (configuration.lines.of(setting), setting.to_owned());
        defects.push(Defect { line, setting, reason, blocks });
    };
    let (intents, read) = Intents::examined(configuration);
    for (setting, reason, blocks) in read {
        wrong(&setting, reason, blocks);
    }
    if let Err(reason) = room(&configuration.state) {
        wrong("state", reason, true);
    }
    if let HistoryPlace::Embedded(path) = &configuration.history {
        if path.exists() {
            match history::newest_in(path) {
                Ok(_) | Err(HistoryError::InUse(_)) => {}
                Err(error) => wrong("history", error.to_string(), true),
            }
        } else if let Some(folder) = path.parent().filter(|folder| *folder != configuration.state)
            && let Err(reason) = room(folder)
        {
            wrong("history", reason, true);
        }
    }
    for (setting, folder) in [("store", &configuration.store), ("evidence", &configuration.evidence)] {
        if let Some(folder) = folder
            && folder.exists()
            && !folder.is_dir()
        {
            wrong(setting, format!("{} is no folder", folder.display()), true);
        }
    }
    if let Some(intents) = &intents {
        for (device, user) in &configuration.users {
            if intents.knows(user) == Some(false) {
                let near = question(nearest(user, intents.users()));
                wrong(&format!("users.{device}"), format!("the directory has no user {user}{near}"), false);
            }
        }
    }
    (intents, defects)
}

/// Whether a folder is there to write to, or can be made: the first of its folders that is missing is made, and taken away
/// again.
fn room(folder: &Path) -> Result<(), String> {
    let told = |folder: &Path, reason| format!("{}: {reason}", folder.display());
    let (mut existing, mut missing) = (folder, None);
    while !existing.exists() {
        missing = Some(existing);
        existing = match existing.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
    }
    writable(existing).map_err(|reason| told(existing, reason))?;
    let Some(missing) = missing else { return Ok(()) };
    std::fs::create_dir(missing)
        .and_then(|()| std::fs::remove_dir(missing))
        .map_err(|error| told(missing, format!("it cannot be made: {error}")))
}

/// What cannot be watched now.
fn watched(configuration: &Configuration, look: &Look) -> Vec<Defect> {
    let is_folder = |path: &Path| path.exists() && !path.is_dir();
    let unwatched = look.unwatched.iter().filter(|one| one.device.is_some() || !is_folder(&one.path));
    let told = unwatched.filter(|one| one.setting != "state" || one.device.is_some());
    told.map(|one| Defect {
        line: configuration.lines.of(&one.setting),
        setting: one.setting.clone(),
        reason: one.to_string(),
        blocks: false,
    })
    .collect()
}

/// Judges every device that is there, as an agent would, and keeps nothing of it but what is in the way.
fn judged(configuration: &Configuration, intents: &Intents, look: &Look) -> Vec<Defect> {
    let mut defects = Vec::new();
    for found in &look.found {
        let judged = CheckIn::read(&found.place)
            .and_then(|checkin| checkin.judge(&found.device, found.source, intents, configuration));
        let Err(failure) = judged else { continue };
        let number = configuration.devices.get(&found.device);
        let setting = match (found.source, number) {
            (super::record::Source::Simulated, Some(number)) => format!("devices[{number}]"),
            (super::record::Source::Simulated, None) => "store".to_owned(),
            (super::record::Source::Evidence, _) => "evidence".to_owned(),
            (super::record::Source::Posted, _) => "state".to_owned(),
        };
        let reason = format!("{} cannot be judged: {failure}", found.device);
        defects.push(Defect { line: configuration.lines.of(&setting), setting, reason, blocks: false });
    }
    defects
}

fn human(configuration: &Configuration, intents: Option<&Intents>, look: &Look) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("agent", &configuration.name);
    if let Some(intents) = intents {
        line("policies", &intents.count.to_string());
    }
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
            line("history", &format!("PostgreSQL, database {name}; the server was not asked"));
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
    text
}
