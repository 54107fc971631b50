//! `handset verify`.

use super::arguments::VerifyArguments;
use super::user::Listed;
use super::{JudgeError, Policy, PolicyKind, User, collect, folder, policies, policies_for};
use crate::cli::Format;
use crate::exit::Failure;
use crate::reports::ReportFormat;
use crate::{devices, print};
use evidence::{Fact, Log, ObservedDevice};
use intent::{DeviceFacts, EncryptDefaultToggle, Variants};
use profile::{OsVersion, Severity};
use report::language::{Catalogue, Language};
use report::page::verification_page;
use smime::{Context, Timestamp};
use std::collections::BTreeMap;
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

/// The evidence of one device, and how it is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// What was seen.
    pub log: &'a Log,
    /// Where it comes from, for people.
    pub evidence: &'a str,
    /// What the device is called where the evidence tells no name.
    pub device: Option<&'a str>,
    /// The iOS version to judge by, in place of the one in the evidence.
    pub ios: Option<OsVersion>,
    /// What the owner changed by hand, where the policy lets them, does not fail.
    pub allow_user_changes: bool,
}

impl Circumstances<'_> {
    /// The iOS version that is judged by, and where it comes from: `option`, `evidence` or `default`.
    pub fn version(&self) -> (OsVersion, &'static str) {
        let told = device(self.log).ios.as_deref().and_then(|v| v.parse().ok());
        match (self.ios, told) {
            (Some(ios), _) => (ios, "option"),
            (None, Some(ios)) => (ios, "evidence"),
            (None, None) => (DEFAULT_IOS, "default"),
        }
    }
}

/// Runs the command.
///
/// # Errors
/// [`Failure`]; what is otherwise than meant is no failure but exit code 1.
pub fn verify(arguments: &VerifyArguments, language: Language) -> Result<u8, Failure> {
    let subject = subject(arguments)?;
    let circumstances = Circumstances {
        log: &subject.log,
        evidence: &subject.named,
        device: arguments.device.as_deref(),
        ios: arguments.ios,
        allow_user_changes: arguments.allow_user_changes,
    };
    let (user, listed) = user(arguments, &subject)?;
    let cx = Context { now: Timestamp(now_ms()), crypto: &simulator::PROVIDER };
    let mut all: Vec<Policy> = Vec::new();
    let seen = device(&subject.log).name;
    let name = seen.as_deref().or(arguments.device.as_deref());
    let (ios, _) = circumstances.version();
    for path in &arguments.intent {
        all.extend(match &listed {
            Some(listed) => policies_for(&cx, path, &user, ios, listed, name)?,
            None => policies(&cx, path, &user, ios)?,
        });
    }
    tell_findings(&all);
    let verification = verification(&circumstances, all);
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

/// Holds policies against the evidence of a device.
pub fn verification(circumstances: &Circumstances<'_>, mut all: Vec<Policy>) -> Verification {
    let log = circumstances.log;
    let device = device(log);
    let (ios, ios_from) = circumstances.version();
    let reported_as: Vec<String> =
        all.iter().filter(|policy| policy.not_applicable().is_none()).map(|p| p.name.clone()).collect();
    tell_apart(&mut all);
    let toggle = device.encrypt_default_toggle.as_deref().and_then(|t| t.parse().ok());
    let held = identities(log).or(device.identities);
    let judged: Vec<_> = all
        .iter()
        .map(|policy| {
            let facts = DeviceFacts {
                ios,
                supervised: device.supervised.unwrap_or(false),
                identities: held.unwrap_or(policy.intent.as_ref().map_or(0, |i| i.identities.len())),
                variants: Variants { encrypt_default_toggle: toggle.unwrap_or(EncryptDefaultToggle::Free) },
            };
            policy.judge(&facts, log, circumstances.allow_user_changes)
        })
        .collect();
    let verdicts = verdicts(&judged.iter().map(|j| j.as_judged()).collect::<Vec<_>>());
    // What is not for this user or device contradicts nothing.
    let applicable = || all.iter().filter(|p| p.not_applicable().is_none());
    let of_phone = applicable().filter_map(|p| Some((p.name.as_str(), p.intent.as_ref()?)));
    let mut contradictions = conflicts(of_phone);
    // Intune knows them by their own names.
    let names: Vec<&str> = reported_as.iter().map(String::as_str).collect();
    if !names.is_empty() {
        let users: Vec<String> = all.iter().flat_map(|p| p.users().iter().cloned()).collect();
        contradictions.extend(reported_conflicts(log, &names, &users));
    }
    let summary = Summary::of(&verdicts);
    Verification {
        schema_version: VERIFY_SCHEMA_VERSION,
        policies: all.iter().map(described).collect(),
        device: VerifiedDevice {
            name: device.name.clone().or(circumstances.device.map(str::to_owned)),
            ios: ios.to_string(),
            ios_from: ios_from.to_owned(),
            supervised: device.supervised.unwrap_or(false),
            evidence: circumstances.evidence.to_owned(),
            observations: log.observations().len(),
        },
        exit: summary.exit_code(&contradictions),
        summary,
        verdicts,
        drift: judged.iter().flat_map(|j| drift(j.as_judged().policy, &j.comparisons)).collect(),
        conflicts: contradictions,
    }
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
/// evidence tells, whose names are not judged. With a directory, also what it says of the user.
fn user(arguments: &VerifyArguments, subject: &Subject) -> Result<(User, Option<Listed>), Failure> {
    let named = arguments.user.clone().or_else(|| subject.owner.clone());
    let Some(directory) = &arguments.directory else {
        let stand_in = || User::stand_in(seen_user(&subject.log).as_deref());
        return Ok((named.as_deref().map_or_else(stand_in, User::known), None));
    };
    let named = named.or_else(|| seen_user(&subject.log)).ok_or(JudgeError::NoUser)?;
    User::of_directory(directory, &named)
}

/// Tells what is odd about the policies: who judges by them should know. It does not decide the exit code.
fn tell_findings(policies: &[Policy]) {
    for policy in policies {
        for finding in policy.findings.iter().filter(|f| f.severity != Severity::Info) {
            let place = match (finding.line, finding.column) {
                (Some(line), Some(column)) => format!("{}:{line}:{column}", policy.file),
                _ => policy.file.clone(),
            };
            let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            let text = format!("handset: {place}: {}: {}{help}", finding.rule, finding.message);
            crate::print::standard_error(format_args!("{}", report::visible(&text)));
        }
    }
}

/// Whom the evidence names, as far as it does.
pub fn seen_user(log: &Log) -> Option<String> {
    log.observations().iter().rev().find_map(|o| match &o.fact {
        Fact::Account(account) => account.email.clone(),
        Fact::ListedAccounts { accounts, .. } => accounts.first().and_then(|a| a.user.clone()),
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

/// Gives policies of the same name their files too, so that verdicts, drift and conflicts name both; those of one file are
/// numbered.
fn tell_apart(policies: &mut [Policy]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for policy in policies.iter() {
        *counts.entry(policy.name.clone()).or_default() += 1;
    }
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for policy in policies {
        if counts.get(&policy.name).is_some_and(|count| *count > 1) {
            policy.name = format!("{} ({})", policy.name, policy.file);
        }
        let number = taken.entry(policy.name.clone()).or_default();
        *number += 1;
        if *number > 1 {
            policy.name = format!("{} #{number}", policy.name);
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
        assignment: policy.targeted.as_ref().map(|targeted| targeted.state.to_owned()),
        assignment_reason: policy.targeted.as_ref().and_then(|targeted| targeted.reason.clone()),
        outlook: policy.outlook.clone(),
    }
}

/// The time for looking at signatures around profiles, whose validity plays no part.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(0)
}
