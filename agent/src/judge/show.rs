//! `handset evidence show` and `validate`.

use super::JudgeError;
use super::arguments::FolderArguments;
use super::folder;
use crate::cli::Format;
use crate::exit::Failure;
use crate::print;
use evidence::{Fact, LOG_FILE, Log, Observation};
use profile::Timestamp;
use report::visible;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The version of the JSON of both commands. It grows by addition only; anything else raises it.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn show(arguments: &FolderArguments) -> Result<u8, Failure> {
    let log = folder::read(&arguments.folder)?;
    let text = match arguments.format {
        Format::Json => {
            let observations: Vec<Value> =
                log.observations().iter().map(with_time).collect::<Result<_, _>>()?;
            report::json(&json!({
                "schema_version": SCHEMA_VERSION,
                "folder": arguments.folder.display().to_string(),
                "observations": observations,
            }))?
        }
        Format::Human => human(&log),
    };
    print::standard_output(&text)?;
    Ok(0)
}

/// An observation, with its time as people write it.
fn with_time(observation: &Observation) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(observation)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("at".to_owned(), Timestamp(observation.at_ms).to_rfc3339().into());
    }
    Ok(value)
}

/// What is wrong is the answer here, so it makes the exit code 1 and no message of failure. What cannot be read at all is
/// still a failure.
pub(super) fn validate(arguments: &FolderArguments) -> Result<u8, Failure> {
    let defect = match folder::read(&arguments.folder) {
        Ok(log) => return valid(arguments, &log),
        Err(Failure::Judge(
            error @ (JudgeError::NoLog { .. }
            | JudgeError::Log { .. }
            | JudgeError::Raw { .. }
            | JudgeError::NoRaw { .. }),
        )) => error,
        Err(other) => return Err(other),
    };
    let missing;
    let (path, reason) = match &defect {
        JudgeError::NoLog { path, raw } => {
            missing = path.join(LOG_FILE);
            (&missing, format!("it is missing beside {raw} files in raw/"))
        }
        JudgeError::Log { path, defect } => (path, defect.to_string()),
        JudgeError::Raw { path, defect } => (path, defect.to_string()),
        JudgeError::NoRaw { path, source, .. } => (path, source.to_string()),
        _ => (&arguments.folder, String::new()),
    };
    let text = match arguments.format {
        Format::Json => report::json(&json!({
            "schema_version": SCHEMA_VERSION,
            "folder": arguments.folder.display().to_string(),
            "valid": false,
            "observations": null,
            "raw_files": null,
            "place": path.display().to_string(),
            "reason": reason,
        }))?,
        Format::Human => format!("not sound: {}\n", visible(&defect.to_string())),
    };
    print::standard_output(&text)?;
    Ok(1)
}

fn valid(arguments: &FolderArguments, log: &Log) -> Result<u8, Failure> {
    let count = log.observations().len();
    let files: BTreeSet<_> =
        log.observations().iter().filter_map(|o| o.raw.as_ref()).map(|r| &r.file).collect();
    let text = match arguments.format {
        Format::Json => report::json(&json!({
            "schema_version": SCHEMA_VERSION,
            "folder": arguments.folder.display().to_string(),
            "valid": true,
            "observations": count,
            "raw_files": files.len(),
            "place": null,
            "reason": null,
        }))?,
        Format::Human => format!("sound: {count} observations, read from {} files\n", files.len()),
    };
    print::standard_output(&text)?;
    Ok(0)
}

fn human(log: &Log) -> String {
    let mut out = String::new();
    for observation in log.observations() {
        let Observation { id, at_ms, source, raw, fact } = observation;
        let file = raw.as_ref().map_or("-", |r| r.file.as_str());
        let _ = writeln!(
            out,
            "{:>6}  {}  {:<18} {:<14} {}",
            id.0,
            Timestamp(*at_ms).to_rfc3339(),
            visible(source),
            file,
            visible(&told(fact)),
        );
    }
    let _ = writeln!(out, "{} observations", log.observations().len());
    out
}

/// A fact in one line.
fn told(fact: &Fact) -> String {
    let chain = |chain: &[(String, u32)]| {
        let links: Vec<String> = chain.iter().map(|(domain, code)| format!("{domain} {code}")).collect();
        links.join(" > ")
    };
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    match fact {
        Fact::Installed { identifier } => format!("installed {identifier}"),
        Fact::Removed { identifier } => format!("removed {identifier}"),
        Fact::Refused { error_chain } => format!("refused: {}", chain(error_chain)),
        Fact::CommandFailed { status, error_chain } => format!("{status}: {}", chain(error_chain)),
        Fact::Account(account) => {
            format!("account “{}” {}", account.name, account.email.as_deref().unwrap_or_default())
        }
        Fact::NoAccount { state } => format!("no account in force: {state}"),
        Fact::Prompt(prompt) => {
            format!("prompt {}{}", prompt.kind, if prompt.answered { "" } else { ", not answered" })
        }
        Fact::Action(action) => format!("{} {:?}", action.id, action.outcome).to_lowercase(),
        Fact::Mail(mail) => format!("message {} {:?}", mail.step, mail.outcome).to_lowercase(),
        Fact::Device(device) => format!(
            "device {} {} iOS {}",
            device.name.as_deref().unwrap_or_default(),
            device.model.as_deref().unwrap_or("of unknown model"),
            device.ios.as_deref().unwrap_or("unknown")
        ),
        Fact::Profiles { profiles } => count(profiles.len(), "profile"),
        Fact::Certificates { certificates } => count(certificates.len(), "certificate"),
        Fact::KnownCertificates { certificates } => count(certificates.len(), "known certificate"),
        Fact::Security(security) => {
            format!("passcode compliant: {}", option(security.passcode_compliant_with_profiles))
        }
        Fact::ManagedApps { apps } => count(apps.len(), "managed app"),
        Fact::InstalledApps { apps } => count(apps.len(), "installed app"),
        Fact::ListedAccounts { accounts, removed, .. } => {
            let gone = if removed.is_empty() { String::new() } else { format!(", {} gone", removed.len()) };
            count(accounts.len(), "Exchange account") + &gone
        }
        Fact::ServiceSwitched { service, on } => {
            format!("{service:?} switched {}", if *on { "on" } else { "off" }).to_lowercase()
        }
        Fact::Declarations { declarations } => count(declarations.len(), "declaration"),
        Fact::Message(message) => format!(
            "message from {}{}{}",
            message.from.join(", "),
            if message.signed { ", signed" } else { "" },
            if message.encrypted { ", encrypted" } else { "" }
        ),
        Fact::PolicyState(state) => {
            format!("Intune: {} {}", state.policy.as_deref().unwrap_or("a policy"), state.state)
        }
        _ => "something that this program does not show".to_owned(),
    }
}

fn option(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not told",
    }
}
