//! `handset why`.

use super::arguments::{
    CertificateQuestion, PhoneQuestion, PolicyQuestion, SignInQuestion, WhyArguments, WhyQuestion,
};
use super::certificates::{Holdings, Way, held, leaves, passwords};
use super::shown::{Answer, ShownCode, ShownSignIn};
use super::source::{Audience, Chosen, Member, Source, Subject, audience, policies, source, subject};
use super::{facts, print};
use crate::exit::Failure;
use crate::lint::{Code, codes};
use crate::policies::{OF_TIME, PolicyError, pick};
use crate::tools::credentials::context;
use intent::answer::{
    Delivery, Keychain, LookupOrder, SignInMethod, causes, choices, deliveries, keychains, lookup,
    lookup_statements, permission_statements, permissions, pkcs12_statements, prompts_without_end,
    reaches_nobody, sign_in_method, sign_in_statements, sign_in_unknown,
};
use intent::{AppConfiguration, CertificateRole, EmailProfile, Tenant};
use profile::graph::Finding;
use profile::{Severity, Timestamp};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, a number of which nothing is known.
pub fn run(arguments: &WhyArguments) -> Result<u8, Failure> {
    match &arguments.question {
        Some(WhyQuestion::Prompts(question)) => prompts(question),
        Some(WhyQuestion::Open(question)) => open(question),
        Some(WhyQuestion::SignIn(question)) => sign_in(question),
        Some(WhyQuestion::Certificate(question)) => certificate(question),
        Some(WhyQuestion::Policy(question)) => policy(question),
        None => code(arguments),
    }
}

fn code(arguments: &WhyArguments) -> Result<u8, Failure> {
    let subject = arguments.code.join(" ");
    let found = codes(subject.trim());
    if found.is_empty() {
        let questions = ["prompts", "open", "sign-in", "certificate", "policy"];
        let near = crate::suggestion::nearest(subject.trim(), questions).map(|q| format!("handset why {q}"));
        return Err(Failure::Unknown { subject, near });
    }
    let mut answer = Answer::new("why", vec![subject]);
    answer.codes = found.into_iter().map(shown).collect();
    print(answer, arguments.format)
}

fn shown(code: Code) -> ShownCode {
    let apple = code.domain.as_deref().zip(code.apple_code);
    ShownCode {
        // The two's complement of 32 bits is what consoles print.
        unsigned: code.intune as u32,
        offset: code.apple_code.map_or(-2_016_336_112, |apple| code.intune - i64::from(apple)),
        causes: causes(apple, code.intune),
        code,
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn prompts(question: &PolicyQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let who = audience(&question.tenant)?;
    let mut answer = Answer::new("why prompts", vec![name(&question.file)]);
    match source(&question.file, &cx)? {
        Source::Tenant(tenant) => {
            if tenant.emails.is_empty() {
                pick(&tenant, &name(&question.file), None)?;
            }
            let (tenant, policies) = policies(*tenant, &question.file, &question.tenant)?;
            for policy in &policies {
                let (links, said) = prompts_without_end(&tenant, &policy.email, who.directory.as_ref());
                answer.links.extend(links);
                answer.statements.extend(said);
                answer.find(told_otherwise(policy.findings(&who, Severity::Error)));
                answer.find(unknown_groups(policy, &who));
            }
        }
        Source::Profile(read) => {
            let error = |error| PolicyError::NotImported { file: name(&question.file), error };
            intent::read(&read.profile).map_err(error)?;
            // A profile whose identity is not inside is what a phone gets that waits for the certificate.
            answer.find(read.found.iter().filter(|f| f.rule.contains("reference")).cloned());
            answer.find(read.errors());
        }
    }
    answer.find(who.findings);
    print(answer, question.format)
}

fn unknown_groups(policy: &Chosen, who: &Audience) -> Vec<Finding> {
    let directory = who.directory.as_ref();
    directory.map(|directory| policy.tenant.unknown_groups(&policy.email, directory)).unwrap_or_default()
}

/// Findings without those that a statement about links tells as well.
fn told_otherwise(findings: Vec<Finding>) -> impl Iterator<Item = Finding> {
    const TOLD: [&str; 6] = [
        "policy-link-missing",
        "policy-link-not-found",
        "policy-certificate-not-targeted",
        "policy-not-assigned",
        "policy-assignment-mixed",
        "policy-assignment-by-device",
    ];
    findings.into_iter().filter(|finding| !TOLD.contains(&finding.rule))
}

fn open(question: &PhoneQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let asked = &question.policy;
    let who = audience(&asked.tenant)?;
    let subject = subject(&asked.file, &asked.tenant, &cx)?;
    let mut answer = Answer::new("why open", vec![name(&asked.file)]);
    let named = !who.members.is_empty();
    answer.find(subject.findings(&who));
    let mut reached = false;
    for member in who.members() {
        let meant = subject.meant(&member, who.directory.as_ref(), question.phone.ios, &asked.file)?;
        let Some(meant) = meant else { continue };
        reached = true;
        let rows = permissions(&meant.intent, &facts(&question.phone, &meant.intent));
        let said = permission_statements(&meant.intent, &rows);
        match named {
            true => answer.say_of(&member.user.upn, said),
            false => answer.statements.extend(said),
        }
        // Permissions do not depend on whom a policy is for, so the matrix of the last one stands for all.
        answer.permissions = rows;
        answer.find(meant.findings);
    }
    if !reached {
        answer.statements.push(reaches_nobody(&name(&asked.file)));
    }
    answer.find(who.findings);
    print(answer, asked.format)
}

fn sign_in(question: &SignInQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let mut answer = Answer::new("why sign-in", question.files.iter().map(|file| name(file)).collect());
    let who = audience(&question.tenant)?;
    for file in &question.files {
        let subjects = match source(file, &cx)? {
            Source::Profile(read) => vec![Subject::Profile(read)],
            Source::Tenant(tenant) => {
                if tenant.emails.is_empty() {
                    pick(&tenant, &name(file), None)?;
                }
                let (_, policies) = policies(*tenant, file, &question.tenant)?;
                policies.into_iter().map(|policy| Subject::Policy(Box::new(policy))).collect()
            }
        };
        for subject in &subjects {
            answer.find(subject.findings(&who));
            let before = answer.sign_in.len();
            for member in who.members() {
                let meant = subject.meant(&member, who.directory.as_ref(), question.phone.ios, file)?;
                let Some(meant) = meant else { continue };
                let (intent, phone) = (&meant.intent, facts(&question.phone, &meant.intent));
                let method = match sign_in_method(intent, &phone) {
                    SignInMethod::Basic if !meant.says_sign_in => SignInMethod::Unknown,
                    method => method,
                };
                answer.sign_in.push(ShownSignIn {
                    file: name(file),
                    account: intent.email_address.clone().or_else(|| intent.name.clone()),
                    host: intent.host.clone(),
                    method,
                });
                answer.statements.extend(match method {
                    SignInMethod::Unknown => sign_in_unknown(intent),
                    _ => sign_in_statements(intent, &phone),
                });
                answer.find(meant.findings);
            }
            if answer.sign_in.len() == before {
                answer.statements.push(reaches_nobody(&name(file)));
            }
        }
    }
    answer.find(who.findings);
    print(answer, question.format)
}

fn certificate(question: &CertificateQuestion) -> Result<u8, Failure> {
    let cx = context(question.at);
    let at = Timestamp(cx.now.0);
    let words = passwords(&question.passphrase_file)?;
    let mut of: Vec<String> = question.file.iter().map(|file| name(file)).collect();
    of.extend(question.identity.iter().chain(&question.in_outlook).map(|file| name(file)));
    let mut answer = Answer::new("why certificate", of);
    let mut holdings = Holdings::default();
    let mut address = question.address.clone();
    let mut from_intune = None;
    if let Some(file) = &question.file {
        match source(file, &cx)? {
            Source::Profile(read) => {
                holdings.profile(&name(file), &read.profile, &words, &cx);
                answer.statements.extend(enrolled_for_encryption(&read.profile));
                address = address.or_else(|| intent::read(&read.profile).ok()?.email_address);
                answer.find(read.errors());
            }
            Source::Tenant(tenant) => {
                from_intune = certificates_from_intune(&tenant);
                let (tenant, policies) = policies(*tenant, file, &question.tenant)?;
                let who = audience(&question.tenant)?;
                for policy in &policies {
                    kinds(&tenant, &policy.email, &mut answer);
                    answer.find(policy.findings(&who, Severity::Error));
                    // What --link hands in is on the phone as the profile brings it.
                    if let Some(profile) = policy.supplied_profile(&who) {
                        holdings.profile(&name(file), &profile, &words, &cx);
                    }
                }
                for app in &tenant.apps {
                    answer.find(app.findings.clone());
                }
                answer.find(outlooks_differ(&tenant));
                address = address.or_else(|| {
                    let member: Member = who.members().into_iter().next()?;
                    member.user.email_address(&policies.first()?.email.policy).ok()
                });
                answer.find(who.findings);
            }
        }
    }
    for (files, keychain) in
        [(&question.identity, Keychain::System), (&question.in_outlook, Keychain::Publisher)]
    {
        for file in files {
            holdings.add(file, Way { keychain, delivery: Delivery::Imported }, &words, &cx)?;
        }
    }
    for facts in &holdings.files {
        answer.statements.extend(pkcs12_statements(facts));
    }
    let mut seen = holdings.held.clone();
    answer.statements.extend(keychains(&seen, from_intune, question.portal_opened));
    if from_intune == Some(true) && question.portal_opened {
        // Company Portal copies what was delivered.
        let copies = holdings.held.iter().filter(|one| one.keychain == Keychain::System).cloned();
        seen.extend(copies.map(|mut one| {
            one.keychain = Keychain::Publisher;
            one
        }));
    }
    if let Some(address) = &address {
        let with_outlook = from_intune.is_some() || !question.in_outlook.is_empty();
        let (found, said) = choices(address, &seen, with_outlook, at);
        if !seen.is_empty() {
            answer.choices = found;
        }
        answer.statements.extend(said);
    }
    answer.certificates(&holdings.held, at, None);
    if let Some(recipient) = &question.recipient {
        let way = Way { keychain: Keychain::System, delivery: Delivery::File };
        let mut known = Vec::new();
        for (place, file) in &question.source {
            known.extend(leaves(file)?.iter().map(|one| (*place, held(&name(file), one, way))));
        }
        answer.lookups = LookupOrder::ALL.map(|order| lookup(order, recipient, &known, at)).into();
        answer.statements.extend(lookup_statements(recipient, &answer.lookups, &known));
    }
    print(answer, question.format)
}

/// Outlook's setting, where the tenant has a configuration of it that turns S/MIME on or says it; absent it is off.
fn certificates_from_intune(tenant: &Tenant) -> Option<bool> {
    let said = |app: &AppConfiguration, key: &str| app.value(key).and_then(|_| app.boolean(key));
    let one = |app: &AppConfiguration| {
        let smime = said(app, "com.microsoft.outlook.Mail.SMIMEEnabled") == Some(true);
        said(app, "com.microsoft.outlook.Mail.SMIMEEnabled.CertsFromIntune").or(smime.then_some(false))
    };
    let all: Vec<bool> = tenant.apps.iter().filter_map(one).collect();
    (!all.is_empty()).then(|| all.contains(&true))
}

/// Configurations of Outlook that contradict each other; which of them reaches a user is not looked at.
fn outlooks_differ(tenant: &Tenant) -> Option<Finding> {
    let key = "com.microsoft.outlook.Mail.SMIMEEnabled.CertsFromIntune";
    let said = |app: &AppConfiguration| app.value(key).and_then(|_| app.boolean(key));
    let on = tenant.apps.iter().find(|app| said(app) == Some(true))?;
    let off = tenant.apps.iter().find(|app| said(app) == Some(false))?;
    let message = format!(
        "{} and {} contradict each other in {key}; here it counts as on",
        on.resource.label(),
        off.resource.label()
    );
    Some(off.resource.finding("outlook-configurations-differ", Severity::Warning, "", message, "OUT-031"))
}

/// Says of each link whether what it leads to is of a kind that fits.
fn kinds(tenant: &Tenant, email: &EmailProfile, answer: &mut Answer) {
    let links = &email.policy.links;
    for (role, id) in
        [(CertificateRole::Signing, &links.signing), (CertificateRole::Encryption, &links.encryption)]
    {
        let profile = id.as_deref().and_then(|id| tenant.certificate_profile(id));
        answer.statements.extend(profile.and_then(|profile| deliveries(role, profile)));
    }
}

/// An encryption identity that each phone makes for itself.
pub(super) fn enrolled_for_encryption(profile: &profile::Profile) -> Option<intent::answer::Statement> {
    let pin = intent::read(profile).ok()?.smime.encryption_identity?;
    let payload = profile.payloads.iter().find(|payload| payload.uuid() == Some(pin.as_str()))?;
    let scep = ["com.apple.security.scep", "com.apple.security.acme"].iter().any(|kind| payload.is(kind));
    let label = payload.display_name().or(payload.identifier()).unwrap_or("the identity");
    scep.then(|| intent::answer::one_per_phone("SCEP", label))
}

fn policy(question: &PolicyQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let mut answer = Answer::new("why policy", vec![name(&question.file)]);
    match source(&question.file, &cx)? {
        Source::Tenant(tenant) => {
            let who = audience(&question.tenant)?;
            let (tenant, policies) = policies(*tenant, &question.file, &question.tenant)?;
            answer.find(tenant.findings.clone());
            let mut links = Vec::new();
            for policy in &policies {
                // Links that a plain answer left out are what makes a policy incomplete.
                let (_, said) = prompts_without_end(&tenant, &policy.email, None);
                links.extend(said.into_iter().filter(|said| said.id == "prompts.link-lost"));
                let found = policy.findings(&who, Severity::Warning).into_iter();
                answer.find(found.filter(|finding| finding.rule != "policy-link-missing"));
                answer.find(unknown_groups(policy, &who));
            }
            // With one policy named, what it does not link is not spoken of.
            if question.tenant.name.is_none() {
                for certificate in &tenant.certificates {
                    answer.find(certificate.findings.clone());
                }
                for app in &tenant.apps {
                    answer.find(app.findings.clone());
                }
                for vpn in &tenant.vpns {
                    answer.find(profile::graph::check(vpn));
                }
            }
            answer.find(who.findings);
            answer.statements = links;
        }
        Source::Profile(read) => {
            let written =
                read.found.iter().filter(|f| f.severity >= Severity::Warning && !OF_TIME.contains(&f.rule));
            answer.find(written.cloned());
        }
    }
    print(answer, question.format)
}
