//! `handset why`.

use super::arguments::{
    CertificateQuestion, PhoneQuestion, PolicyQuestion, SignInQuestion, WhyArguments, WhyQuestion,
};
use super::certificates::{Holdings, Way, held, passwords};
use super::shown::{Answer, ShownCode, ShownSignIn};
use super::source::{Chosen, Member, Source, Subject, audience, chosen, source, subject, supplied};
use super::{facts, print};
use crate::exit::Failure;
use crate::lint::{Code, codes};
use crate::tools::credentials::{certificates, context};
use intent::answer::{
    Delivery, Keychain, LookupOrder, causes, choices, deliveries, keychains, lookup, lookup_statements,
    permission_statements, permissions, pkcs12_statements, prompts_without_end, sign_in_method,
    sign_in_statements,
};
use intent::{AppConfiguration, CertificateRole, EmailProfile, Supply, Tenant};
use profile::lint::Audience as LintAudience;
use profile::{OsVersion, Schema, Timestamp};
use std::path::Path;
use std::rc::Rc;

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
    answer.find(who.findings);
    match source(&question.file, &cx)? {
        Source::Tenant(mut tenant) => {
            let emails = match question.tenant.name.is_some() || tenant.emails.is_empty() {
                true => {
                    let chosen = chosen(*tenant, &question.file, &question.tenant)?;
                    *tenant = Tenant::clone(&chosen.tenant);
                    vec![chosen.email]
                }
                // Without a name all policies of the file are looked at.
                false => {
                    let emails = tenant.emails.clone();
                    supplied(&mut tenant, &question.tenant)?;
                    emails
                }
            };
            for email in &emails {
                let (links, said) = prompts_without_end(&tenant, email, who.directory.as_ref());
                answer.links.extend(links);
                answer.statements.extend(said);
            }
        }
        Source::Profile(profile) => {
            // A profile whose identity is not inside is what a phone gets that waits for the certificate.
            let findings = lint(&profile, OsVersion::new(17, 5, 0));
            answer.find(findings.into_iter().filter(|f| f.rule.contains("reference")));
        }
    }
    print(answer, question.format)
}

/// The findings of the linter about a profile, as findings about a document.
fn lint(profile: &profile::Profile, ios: OsVersion) -> Vec<profile::graph::Finding> {
    let cx = context(None);
    let audience = LintAudience { os: ios, supervised: false };
    let found = crate::findings::lint(&cx, Schema::builtin(), profile, audience);
    let one = |finding: profile::Finding| profile::graph::Finding {
        rule: finding.rule,
        severity: finding.severity,
        file: String::new(),
        path: "$".to_owned(),
        line: None,
        column: None,
        message: finding.message.to_string(),
        help: finding.help.map(|help| help.to_string()),
        reference: finding.reference,
    };
    found.into_iter().map(one).collect()
}

fn open(question: &PhoneQuestion) -> Result<u8, Failure> {
    let cx = context(None);
    let asked = &question.policy;
    let who = audience(&asked.tenant)?;
    let subject = subject(&asked.file, &asked.tenant, &cx)?;
    let mut answer = Answer::new("why open", vec![name(&asked.file)]);
    let named = !who.members.is_empty();
    for member in who.members() {
        let meant = subject.meant(&member, who.directory.as_ref(), question.phone.ios, &asked.file)?;
        let Some(meant) = meant else { continue };
        let rows = permissions(&meant.intent, &facts(&question.phone, &meant.intent));
        let said = permission_statements(&meant.intent, &rows);
        match named {
            true => answer.say_of(&member.user.upn, said),
            false => answer.statements.extend(said),
        }
        // Permissions do not depend on whom a policy is for, so the matrix of the last one stands for all.
        answer.permissions = rows;
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
            Source::Profile(profile) => vec![Subject::Profile(profile)],
            Source::Tenant(tenant) if question.tenant.name.is_none() && !tenant.emails.is_empty() => {
                let mut tenant = *tenant;
                let emails = tenant.emails.clone();
                let supplies: Rc<[Supply]> = supplied(&mut tenant, &question.tenant)?.into();
                let tenant = Rc::new(tenant);
                let one = |email| {
                    let (tenant, supplies) = (Rc::clone(&tenant), Rc::clone(&supplies));
                    Subject::Policy(Box::new(Chosen { tenant, email, supplies }))
                };
                emails.into_iter().map(one).collect()
            }
            Source::Tenant(tenant) => {
                vec![Subject::Policy(Box::new(chosen(*tenant, file, &question.tenant)?))]
            }
        };
        for subject in &subjects {
            for member in who.members() {
                let meant = subject.meant(&member, who.directory.as_ref(), question.phone.ios, file)?;
                let Some(meant) = meant else { continue };
                let (intent, phone) = (&meant.intent, facts(&question.phone, &meant.intent));
                answer.sign_in.push(ShownSignIn {
                    file: name(file),
                    account: intent.email_address.clone().or_else(|| intent.name.clone()),
                    host: intent.host.clone(),
                    method: sign_in_method(intent, &phone),
                });
                answer.statements.extend(sign_in_statements(intent, &phone));
            }
        }
    }
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
            Source::Profile(profile) => {
                holdings.profile(&name(file), &profile, &words, &cx);
                answer.statements.extend(enrolled_for_encryption(&profile));
                address = address.or_else(|| intent::read(&profile).ok()?.email_address);
            }
            Source::Tenant(mut tenant) => {
                supplied(&mut tenant, &question.tenant)?;
                from_intune = certificates_from_intune(&tenant);
                kinds(&tenant, question.tenant.name.as_deref(), &mut answer);
                let who = audience(&question.tenant)?;
                let wanted = question.tenant.name.as_deref();
                let policy = tenant.emails.iter().find(|email| is_called(email, wanted));
                address = address.or_else(|| {
                    let member: Member = who.members().into_iter().next()?;
                    member.user.email_address(&policy?.policy).ok()
                });
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
            known.extend(certificates(file)?.first().map(|one| (*place, held(&name(file), one, way))));
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

/// Whether a policy is the one that was named; without a name each is.
fn is_called(email: &EmailProfile, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|name| email.resource.label() == name || email.policy.id.as_deref() == Some(name))
}

/// Says of each link whether what it leads to is of a kind that fits.
fn kinds(tenant: &Tenant, wanted: Option<&str>, answer: &mut Answer) {
    for email in &tenant.emails {
        if !is_called(email, wanted) {
            continue;
        }
        let links = &email.policy.links;
        for (role, id) in
            [(CertificateRole::Signing, &links.signing), (CertificateRole::Encryption, &links.encryption)]
        {
            let profile = id.as_deref().and_then(|id| tenant.certificate_profile(id));
            answer.statements.extend(profile.and_then(|profile| deliveries(role, profile)));
        }
    }
}

/// An encryption identity that each phone makes for itself.
fn enrolled_for_encryption(profile: &profile::Profile) -> Option<intent::answer::Statement> {
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
        Source::Tenant(mut tenant) => {
            supplied(&mut tenant, &question.tenant)?;
            answer.find(tenant.findings.clone());
            let mut links = Vec::new();
            for email in &tenant.emails {
                answer.find(email.findings.clone());
                // Links that a plain answer left out are what makes a policy incomplete.
                let (_, said) = prompts_without_end(&tenant, email, None);
                links.extend(said.into_iter().filter(|said| said.id == "prompts.link-lost"));
            }
            for certificate in &tenant.certificates {
                answer.find(certificate.findings.clone());
            }
            for app in &tenant.apps {
                answer.find(app.findings.clone());
            }
            answer.statements = links;
        }
        Source::Profile(profile) => {
            let written = [
                "unknown-key",
                "key-misplaced",
                "override-spelling",
                "reference-case",
                "unknown-payload-type",
            ];
            answer.find(
                lint(&profile, OsVersion::new(17, 5, 0)).into_iter().filter(|f| written.contains(&f.rule)),
            );
        }
    }
    print(answer, question.format)
}
