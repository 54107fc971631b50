//! `handset verify`.

use super::arguments::VerifyArguments;
use super::{Policy, PolicyKind, User, collect, folder, policies};
use crate::cli::Format;
use crate::exit::Failure;
use crate::reports::ReportFormat;
use crate::{devices, print};
use evidence::{Fact, Log, ObservedDevice};
use intent::{DeviceFacts, EncryptDefaultToggle, Variants};
use profile::OsVersion;
use report::language::{Catalogue, Language};
use report::page::verification_page;
use smime::{Context, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};
use verdict::{
    Summary, VERIFY_SCHEMA_VERSION, Verification, VerifiedDevice, VerifiedPolicy, conflicts, drift,
    reported_conflicts, verdicts,
};

/// The iOS version that is judged by where neither the command line nor the evidence tells one.
const DEFAULT_IOS: OsVersion = OsVersion::new(17, 5, 0);

/// What is judged.
struct Subject {
    log: Log,
    /// Where it comes from, for people.
    named: String,
    /// Who owns a simulated device.
    owner: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]; what is otherwise than meant is no failure but exit code 1.
pub fn verify(arguments: &VerifyArguments, language: Language) -> Result<u8, Failure> {
    let subject = subject(arguments)?;
    let device = device(&subject.log);
    let told = device.ios.as_deref().and_then(|v| v.parse().ok());
    let ios = arguments.ios.or(told).unwrap_or(DEFAULT_IOS);
    let ios_from = match (arguments.ios, told) {
        (Some(_), _) => "option",
        (None, Some(_)) => "evidence",
        (None, None) => "default",
    };
    let user = user(arguments, &subject)?;
    let cx = Context { now: Timestamp(now_ms()), crypto: &simulator::PROVIDER };
    let mut all: Vec<Policy> = Vec::new();
    for path in &arguments.intent {
        all.extend(policies(&cx, path, &user, ios)?);
    }
    tell_apart(&mut all);
    let toggle = device.encrypt_default_toggle.as_deref().and_then(|t| t.parse().ok());
    let held = identities(&subject.log).or(device.identities);
    let judged: Vec<_> = all
        .iter()
        .map(|policy| {
            let facts = DeviceFacts {
                ios,
                supervised: device.supervised.unwrap_or(false),
                identities: held.unwrap_or(policy.intent.identities.len()),
                variants: Variants { encrypt_default_toggle: toggle.unwrap_or(EncryptDefaultToggle::Free) },
            };
            policy.judge(&facts, &subject.log, arguments.allow_user_changes)
        })
        .collect();
    let verdicts = verdicts(&judged.iter().map(|j| j.as_judged()).collect::<Vec<_>>());
    let mut contradictions = conflicts(all.iter().map(|p| (p.name.as_str(), &p.intent)));
    let names: Vec<&str> = all.iter().map(|p| p.name.as_str()).collect();
    contradictions.extend(reported_conflicts(&subject.log, &names));
    let summary = Summary::of(&verdicts);
    let verification = Verification {
        schema_version: VERIFY_SCHEMA_VERSION,
        policies: all.iter().map(described).collect(),
        device: VerifiedDevice {
            name: device.name.clone().or(arguments.device.clone()),
            ios: ios.to_string(),
            ios_from: ios_from.to_owned(),
            supervised: device.supervised.unwrap_or(false),
            evidence: subject.named,
            observations: subject.log.observations().len(),
        },
        exit: summary.exit_code(&contradictions),
        summary,
        verdicts,
        drift: judged.iter().flat_map(|j| drift(j.as_judged().policy, &j.comparisons)).collect(),
        conflicts: contradictions,
    };
    for file in &arguments.report {
        file.write(&match file.format {
            ReportFormat::Html => verification_page(&verification, subject.log.observations(), language),
            ReportFormat::Json => report::json(&verification)?,
        })?;
    }
    let text = match arguments.format {
        Format::Json => report::json(&verification)?,
        Format::Human => {
            let coloured = arguments.color.on_standard_output();
            let style = if coloured { report::Style::Coloured } else { report::Style::Plain };
            report::verification(&verification, style, &Catalogue::of(language))
        }
    };
    print::standard_output(&text)?;
    Ok(verification.exit)
}

fn subject(arguments: &VerifyArguments) -> Result<Subject, Failure> {
    if let Some(name) = &arguments.device {
        let (name, world) = devices::kept(arguments.store.clone(), name)?;
        return Ok(Subject {
            log: collect::log(&world, name.as_str())?,
            named: format!("simulated device {name}"),
            owner: Some(world.owner().email.clone()),
        });
    }
    // One of the two is there: the command line demands it.
    let path = arguments.evidence.clone().unwrap_or_default();
    Ok(Subject { log: folder::read(&path)?, named: path.display().to_string(), owner: None })
}

/// For whom the policies are: as the command line says, else the owner of the device; else a stand-in with what the
/// evidence tells, whose names are not judged.
fn user(arguments: &VerifyArguments, subject: &Subject) -> Result<User, Failure> {
    match (&arguments.user, &arguments.directory) {
        (Some(user), Some(directory)) => User::of_directory(directory, user),
        (Some(user), None) => Ok(User::known(user)),
        (None, _) => Ok(match &subject.owner {
            Some(owner) => User::known(owner),
            None => User::stand_in(seen_user(&subject.log).as_deref()),
        }),
    }
}

fn seen_user(log: &Log) -> Option<String> {
    log.observations().iter().rev().find_map(|o| match &o.fact {
        Fact::Account(account) => account.email.clone(),
        Fact::ListedAccounts { accounts } => accounts.first().and_then(|a| a.user.clone()),
        Fact::PolicyState(state) => state.user.clone(),
        _ => None,
    })
}

/// The newest that is told of the device, member by member.
fn device(log: &Log) -> ObservedDevice {
    let mut known = ObservedDevice::default();
    let mut ordered: Vec<_> = log.observations().iter().collect();
    ordered.sort_by_key(|o| (o.at_ms, o.id));
    for observation in ordered {
        if let Fact::Device(told) = &observation.fact {
            let told = told.clone();
            known = ObservedDevice {
                name: told.name.or(known.name),
                ios: told.ios.or(known.ios),
                model: told.model.or(known.model),
                supervised: told.supervised.or(known.supervised),
                identities: told.identities.or(known.identities),
                encrypt_default_toggle: told.encrypt_default_toggle.or(known.encrypt_default_toggle),
            };
        }
    }
    known
}

/// How many identities the newest list has.
fn identities(log: &Log) -> Option<usize> {
    log.observations().iter().rev().find_map(|o| match &o.fact {
        Fact::Certificates { certificates } => Some(certificates.iter().filter(|c| c.identity).count()),
        _ => None,
    })
}

/// Gives policies of the same name their files too, so that a conflict names both.
fn tell_apart(policies: &mut [Policy]) {
    let names: Vec<String> = policies.iter().map(|p| p.name.clone()).collect();
    let mut counts = std::collections::BTreeMap::new();
    for name in &names {
        *counts.entry(name.as_str()).or_insert(0_usize) += 1;
    }
    for policy in policies {
        if counts.get(policy.name.as_str()).is_some_and(|count| *count > 1) {
            policy.name = format!("{} ({})", policy.name, policy.file);
        }
    }
}

fn described(policy: &Policy) -> VerifiedPolicy {
    VerifiedPolicy {
        name: policy.name.clone(),
        file: policy.file.clone(),
        kind: match policy.kind {
            PolicyKind::Graph => "graph",
            PolicyKind::Profile => "profile",
        }
        .to_owned(),
        user: policy.user.clone(),
    }
}

/// The time for looking at signatures around profiles, whose validity plays no part.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}
