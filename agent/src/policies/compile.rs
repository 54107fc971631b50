//! `handset compile`.

use super::arguments::CompileArguments;
use super::checked::{linted, not_carried};
use super::human;
use super::links::{Secrets, supplies};
use super::parties::{party, pick, tenant};
use super::shown::{self, CompileAnswer, SCHEMA_VERSION, ShownPolicy, Summary};
use crate::exit::Failure;
use crate::print;
use crate::tools::arguments::Form;
use crate::tools::credentials::context;
use crate::tools::output::{self, Readers};
use intent::{Addressee, IdentityContent, Resolved, Supplied, Supply};
use profile::graph::{Finding, Resource, excerpt};
use profile::{OsVersion, Severity};

/// The version of iOS whose rules a profile is held against where none is named.
const DEFAULT_IOS: OsVersion = OsVersion::new(17, 5, 0);

/// Runs the command.
pub(super) fn run(arguments: &CompileArguments) -> Result<u8, Failure> {
    let secrets = Secrets::read(&arguments.secret, &arguments.link)?;
    let mut tenant = tenant(&arguments.policy)?;
    let supplies = supplies(&arguments.link, &secrets)?;
    let file = arguments.policy.display().to_string();
    // The policy is chosen before objects of links come in, among which there may be others.
    let chosen = pick(&tenant, &file, arguments.name.as_deref())?.clone();
    for supply in &supplies {
        if let Supplied::Objects(export) = &supply.content {
            tenant.add(export.clone());
        }
    }
    let party = party(&arguments.user, &arguments.directory)?;
    let device =
        party.listed.as_ref().and_then(|(user, directory)| match directory.devices_of(user).as_slice() {
            [device] => Some(&device.attributes),
            _ => None,
        });
    let to = Addressee {
        user: &party.user,
        device,
        challenge: secrets.challenge(),
        listed: party.listed.as_ref().map(|(user, directory)| (user, directory)),
    };
    let resolved = tenant.resolve(&chosen, &to, &supplies);
    let mut findings = tenant.findings.clone();
    findings.extend(party.findings);
    findings.extend(resolved.findings.iter().cloned());
    findings.extend(closed(&chosen.resource, &supplies));
    let compiled = resolved.compile(arguments.ios);
    let ios = arguments.ios.unwrap_or(DEFAULT_IOS);
    let checked = linted(&context(None), &chosen, &resolved, &compiled, ios, (Severity::Error, &findings));
    findings.extend(checked);
    findings.extend(not_carried(&chosen));
    let mut seen = std::collections::BTreeSet::new();
    findings.retain(|f| seen.insert((f.rule, f.file.clone(), f.path.clone(), f.message.clone())));
    let bytes = profile::write_xml(&compiled.configuration);
    let summary = Summary::of(findings.iter().map(|finding| finding.severity));
    let exit = u8::from(summary.errors > 0);
    let path = arguments.output.as_deref().filter(|path| !output::is_standard(path));
    if let Some(path) = path {
        let readers = if secret(&resolved) { Readers::OwnerAlone } else { Readers::Same(path) };
        output::write(Some(path), &bytes, readers)?;
    }
    let answer = CompileAnswer {
        schema_version: SCHEMA_VERSION,
        policy: ShownPolicy {
            file,
            path: chosen.resource.path.clone(),
            id: resolved.policy.id.clone(),
            name: chosen.resource.label().to_owned(),
        },
        user: shown::user(&resolved.user, party.listed.is_some()),
        assignment: shown::assignment(&resolved.targeting),
        profile: shown::profile(&compiled.profile()),
        payloads: shown::payloads(&compiled),
        findings: findings.into_iter().map(Into::into).collect(),
        summary,
        output: path.map(|path| path.display().to_string()),
        written: path.is_some(),
        mobileconfig: match (path, arguments.format) {
            (None, Form::Json) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            _ => None,
        },
        exit,
    };
    match (arguments.format, path) {
        (Form::Json, _) => print::standard_output(&(serde_json::to_string_pretty(&answer)? + "\n"))?,
        (Form::Human, Some(_)) => print::standard_output(&human::compiled(&answer))?,
        (Form::Human, None) => {
            output::print(&bytes)?;
            output::note(human::compiled(&answer).trim_end());
        }
    }
    Ok(exit)
}

/// Whether the profile holds what only its user may read.
fn secret(resolved: &Resolved) -> bool {
    let certificates = &resolved.certificates;
    let all = [&certificates.authentication, &certificates.signing, &certificates.encryption];
    let identities = all.into_iter().flatten().chain(&certificates.others);
    identities.into_iter().any(|identity| match &identity.content {
        IdentityContent::Pkcs12(_) => true,
        IdentityContent::Scep(request) => request.challenge.is_some(),
    })
}

/// Files that want a password and were given none: the phone will ask for it.
fn closed(policy: &Resource, supplies: &[Supply]) -> Vec<Finding> {
    let asks = |supply: &&Supply| matches!(&supply.content, Supplied::Pkcs12 { password: None, .. });
    let finding = |supply: &Supply| {
        let message = format!("the phone will ask for the password of {}", excerpt(&supply.file));
        policy
            .finding("policy-link-password", Severity::Info, "", message, "com.apple.security.pkcs12")
            .help(format!("give it with --secret {}=@FILE", supply.id))
    };
    supplies.iter().filter(asks).map(finding).collect()
}
