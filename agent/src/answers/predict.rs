//! `handset predict`.

use super::arguments::{ChangeQuestion, PhoneQuestion, PredictArguments, PredictQuestion, RenewalQuestion};
use super::certificates::{Holdings, Way, passwords, sealed};
use super::shown::{Answer, ShownUser};
use super::source::{Meant, Source, Subject, audience, source, subject};
use super::{facts, print};
use crate::exit::Failure;
use crate::tools::credentials::context;
use intent::answer::{
    History, Keychain, Pkcs12Facts, change, deliveries, expiries, no_certificates, not_encrypted,
    pkcs12_statements, removal, removal_of_certificates, sign_in_statements,
};
use intent::{CertificateRole, OwnAccount, Targeting, Tenant, targeting};
use profile::Timestamp;
use std::path::{Path, PathBuf};

/// Runs the command.
///
/// # Errors
/// A file that cannot be read.
pub fn run(arguments: &PredictArguments) -> Result<u8, Failure> {
    match &arguments.question {
        PredictQuestion::Change(question) => changed(question),
        PredictQuestion::Renewal(question) => renewed(question),
        PredictQuestion::Removal(question) => removed(question),
    }
}

fn named(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|file| file.display().to_string()).collect()
}

fn changed(question: &ChangeQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let who = audience(&question.tenant)?;
    let mut answer = Answer::new("predict change", named(&question.files));
    let subjects: Vec<(&Path, Subject)> = question
        .files
        .iter()
        .map(|file| Ok((file.as_path(), subject(file, &question.tenant, &cx)?)))
        .collect::<Result<_, Failure>>()?;
    // One file alone is new to everybody.
    let (old, new) = match subjects.as_slice() {
        [old, new] => (Some(old), Some(new)),
        [new] => (None, Some(new)),
        _ => (None, None),
    };
    let own: Vec<OwnAccount> = question
        .own_account
        .iter()
        .map(|(host, address)| OwnAccount { host: host.clone(), email_address: address.clone() })
        .collect();
    for (_, subject) in &subjects {
        answer.find(subject.findings(&who));
    }
    for member in who.members() {
        let meant = |side: Option<&(&Path, Subject)>| -> Result<Option<Meant>, Failure> {
            let Some((file, subject)) = side else { return Ok(None) };
            subject.meant(&member, who.directory.as_ref(), question.phone.ios, file)
        };
        let (was, is) = (meant(old)?, meant(new)?);
        let in_place = was.as_ref().zip(is.as_ref()).is_none_or(|(was, is)| was.key == is.key);
        let Some(phone) = is.as_ref().or(was.as_ref()).map(|side| facts(&question.phone, &side.intent))
        else {
            answer.users.push(ShownUser {
                upn: member.user.upn.clone(),
                change: "not-assigned",
                prompts: Vec::new(),
                mail_again: false,
            });
            continue;
        };
        let unsure = [&was, &is].into_iter().flatten().any(Meant::is_unsure);
        for side in [&was, &is].into_iter().flatten() {
            answer.find(side.findings.clone());
        }
        let (was, is) = (was.as_ref().map(|side| &side.intent), is.as_ref().map(|side| &side.intent));
        let found = change(was, is, in_place, &phone, &own);
        let word = match (was, is) {
            (None, Some(_)) => "new",
            (Some(_), None) => "removed",
            // What could not be read may be what differs.
            (Some(was), Some(is)) if was == is && in_place && unsure => "unknown",
            (Some(was), Some(is)) if was == is && in_place => "unchanged",
            _ => "changed",
        };
        answer.users.push(ShownUser {
            upn: member.user.upn.clone(),
            change: word,
            prompts: found.prompts,
            mail_again: found.mail_again,
        });
        let refused = |id: &str| ["account.duplicate", "change.refused"].contains(&id);
        let installs = !found.statements.iter().any(|said| refused(said.id));
        answer.say_of(&member.user.upn, found.statements);
        if let Some(is) = is.filter(|_| !["unchanged", "unknown"].contains(&word) && installs) {
            // How each account signs in afterwards; basic authentication is what survives unseen.
            let said = sign_in_statements(is, &phone).into_iter().map(|mut said| {
                said.subject = None;
                said
            });
            answer.say_of(&member.user.upn, said.collect());
        }
    }
    answer.find(who.findings);
    print(answer, question.format)
}

fn renewed(question: &RenewalQuestion) -> Result<u8, Failure> {
    let cx = context(question.at);
    let at = Timestamp(cx.now.0);
    let words = passwords(&question.passphrase_file)?;
    let way = Way { keychain: Keychain::System, delivery: question.delivery.into() };
    let (first, second) = (question.files.first(), question.files.get(1));
    let read = |files: Vec<&PathBuf>| -> Result<Holdings, Failure> {
        let mut holdings = Holdings::default();
        for file in files {
            holdings.add(file, way, &words, &cx)?;
        }
        Ok(holdings)
    };
    let before = read(first.into_iter().chain(&question.old).collect())?;
    let after = read(second.into_iter().chain(&question.new).collect())?;
    let mut of = named(&question.files);
    of.extend(named(&question.old).into_iter().chain(named(&question.new)).chain(named(&question.mail)));
    let mut answer = Answer::new("predict renewal", of);
    let mut messages = Vec::new();
    let mut plain = Vec::new();
    for file in &question.mail {
        match sealed(file, &cx)? {
            Some(message) => messages.push(message),
            None => plain.push(file.display().to_string()),
        }
    }
    answer.statements.extend(not_encrypted(&plain));
    for holdings in [&before, &after] {
        // How a profile protects what it brings changes nothing for old mail, as long as it opens.
        let told = |facts: &&Pkcs12Facts| facts.closed.is_some() || !holdings.embedded.contains(&facts.file);
        for facts in holdings.files.iter().filter(told) {
            let said = pkcs12_statements(facts);
            answer.statements.extend(
                said.into_iter().filter(|said| !answer.statements.contains(said)).collect::<Vec<_>>(),
            );
        }
        answer.statements.extend(holdings.enrolled.iter().cloned());
        answer.find(holdings.findings.clone());
        for tenant in &holdings.tenants {
            encryption_kinds(tenant, &mut answer);
        }
    }
    let renews = second.is_some() || !question.new.is_empty();
    let sides = [
        (&before, first.into_iter().chain(&question.old).collect::<Vec<_>>()),
        (&after, second.into_iter().chain(&question.new).collect()),
    ];
    for (holdings, files) in sides {
        let closed = holdings.files.iter().any(|facts| facts.closed.is_some());
        if !files.is_empty() && holdings.held.is_empty() && !closed {
            let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
            answer.statements.push(no_certificates(&files));
        }
    }
    if renews {
        let history = History {
            before: &before.held,
            after: &after.held,
            imported: question.imported.into(),
            decrypts: question.decrypts_with.into(),
        };
        let (fates, said) = intent::answer::renewal(&history, &messages);
        answer.messages = fates;
        answer.statements.extend(said);
        answer.certificates(&before.held, at, Some("before"));
        answer.certificates(&after.held, at, Some("after"));
        // What is replaced may expire; what replaces it must not.
        answer.statements.extend(expiries(&after.held, at));
    } else {
        let history = History {
            before: &before.held,
            after: &before.held,
            imported: question.imported.into(),
            decrypts: question.decrypts_with.into(),
        };
        let (fates, said) = intent::answer::renewal(&history, &messages);
        answer.messages = fates;
        answer.statements.extend(said);
        answer.certificates(&before.held, at, None);
        answer.statements.extend(expiries(&before.held, at));
    }
    print(answer, question.format)
}

/// Says of each encryption link whether renewals keep old mail readable.
fn encryption_kinds(tenant: &Tenant, answer: &mut Answer) {
    for email in &tenant.emails {
        let id = email.policy.links.encryption.as_deref();
        let profile = id.and_then(|id| tenant.certificate_profile(id));
        let said = profile.and_then(|profile| deliveries(CertificateRole::Encryption, profile));
        answer.statements.extend(said.filter(|said| !answer.statements.contains(said)));
    }
}

fn removed(question: &PhoneQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let asked = &question.policy;
    let who = audience(&asked.tenant)?;
    let mut answer = Answer::new("predict removal", named(std::slice::from_ref(&asked.file)));
    let read = source(&asked.file, &cx)?;
    if let Source::Tenant(tenant) = &read {
        // A name may be that of a certificate profile.
        let wanted = asked.tenant.name.as_deref();
        let is =
            |label: &str, id: &str| wanted.is_some_and(|name| name == label || name.eq_ignore_ascii_case(id));
        if let Some(profile) = tenant.certificates.iter().find(|profile| is(profile.label(), &profile.id)) {
            let id = profile.id.to_lowercase();
            let links = |email: &&intent::EmailProfile| {
                let links = &email.policy.links;
                [&links.identity, &links.signing, &links.encryption, &links.derived_credential]
                    .into_iter()
                    .flatten()
                    .any(|link| link.to_lowercase() == id)
            };
            let emails: Vec<&str> =
                tenant.emails.iter().filter(links).map(|email| email.resource.label()).collect();
            let mut users = Vec::new();
            if let Some(directory) = &who.directory {
                users = directory
                    .users
                    .iter()
                    .filter(|user| {
                        let found = targeting(profile.assignments.as_deref(), user, directory);
                        matches!(found, Targeting::Assigned(_) | Targeting::Unknown)
                    })
                    .map(|user| user.user.upn.clone())
                    .collect();
            }
            let said = removal_of_certificates(profile, &emails);
            answer.statements = said.into_iter().map(|said| said.users(users.clone())).collect();
            answer.find(tenant.findings.clone());
            answer.find(profile.findings.clone());
            answer.find(who.findings);
            return print(answer, asked.format);
        }
    }
    let subject = read.subject(&asked.file, &asked.tenant)?;
    answer.find(subject.findings(&who));
    for member in who.members() {
        let meant = subject.meant(&member, who.directory.as_ref(), question.phone.ios, &asked.file)?;
        let Some(meant) = meant else {
            answer.users.push(ShownUser {
                upn: member.user.upn.clone(),
                change: "not-assigned",
                prompts: Vec::new(),
                mail_again: false,
            });
            continue;
        };
        let said = removal(&meant.intent, &facts(&question.phone, &meant.intent));
        answer.users.push(ShownUser {
            upn: member.user.upn.clone(),
            change: "removed",
            prompts: Vec::new(),
            mail_again: false,
        });
        answer.say_of(&member.user.upn, said);
        answer.find(meant.findings);
    }
    answer.find(who.findings);
    print(answer, asked.format)
}
