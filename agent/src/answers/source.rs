//! What a file is: policies of Graph, or a profile; whom it is for; and what is odd about all of it.

use super::arguments::TenantArguments;
use crate::exit::Failure;
use crate::file;
use crate::findings::{beginning, unwrap};
use crate::policies::{OF_TIME, PolicyError, Secrets, directory, linted, listed, pick, supplies};
use intent::{
    Addressee, DeviceAttributes, Directory, DirectoryUser, EasAuthenticationMethod, EmailProfile, Intent,
    ReadError, Resolved, Supplied, Supply, Targeting, Tenant, User,
};
use profile::graph::{DOCUMENT_BYTES_MAX, Finding, parse_named};
use profile::lint::Audience as LintAudience;
use profile::{LineIndex, OsVersion, Profile, Schema, Severity};
use smime::Context;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

/// A file that was read.
pub(super) enum Source {
    /// Policies.
    Tenant(Box<Tenant>),
    /// A profile, taken out of its signature.
    Profile(Box<ReadProfile>),
}

/// A profile, and what the linter finds about it.
pub(super) struct ReadProfile {
    pub profile: Profile,
    pub found: Vec<Finding>,
}

impl ReadProfile {
    /// What is wrong about it whatever is asked.
    pub fn errors(&self) -> impl Iterator<Item = Finding> {
        self.found.iter().filter(|f| f.severity == Severity::Error && !OF_TIME.contains(&f.rule)).cloned()
    }
}

/// A policy with what stands around it.
pub(super) struct Chosen {
    pub tenant: Rc<Tenant>,
    pub email: EmailProfile,
    pub supplies: Rc<[Supply]>,
    /// Whether the compiled profile was linted; once is enough.
    linted: Cell<bool>,
}

/// A policy that was chosen, or a profile.
pub(super) enum Subject {
    Policy(Box<Chosen>),
    Profile(Box<ReadProfile>),
}

/// One user, and the directory's entry.
#[derive(Clone)]
pub(super) struct Member {
    pub user: User,
    pub listed: Option<DirectoryUser>,
    /// Attributes of the phone, where nobody is named and anybody is meant.
    device: Option<Box<DeviceAttributes>>,
}

/// Whom the question is about.
pub(super) struct Audience {
    pub directory: Option<Directory>,
    pub members: Vec<Member>,
    pub findings: Vec<Finding>,
}

/// Reads a file as what it is.
pub(super) fn source(path: &Path, cx: &Context<'_>) -> Result<Source, Failure> {
    let name = path.display().to_string();
    let bytes = file::read_up_to(path, DOCUMENT_BYTES_MAX as u64)?;
    let first =
        bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace() && ![0xEF, 0xBB, 0xBF].contains(byte));
    let marked = matches!(first, Some(0xFE | 0xFF));
    if matches!(first, Some(b'{' | b'[')) || first.is_none() || marked {
        match parse_named(&name, &bytes) {
            Ok(export) => return Ok(Source::Tenant(Box::new(Tenant::read([export])))),
            Err(_) if marked => {}
            Err(error) => return Err(PolicyError::Json { file: name, error }.into()),
        }
    }
    let unwrapped = unwrap(cx, &bytes);
    let (profile, findings) = profile::parse(&unwrapped.inner);
    if !profile.is_readable() {
        let found = [unwrapped.findings, findings].concat();
        return Err(PolicyError::unreadable(&name, &unwrapped.inner, &found).into());
    }
    if profile.is_encrypted() && profile.payloads.is_empty() {
        return Err(PolicyError::NotImported { file: name, error: ReadError::Encrypted }.into());
    }
    let index = LineIndex::new(&unwrapped.inner);
    let audience = LintAudience { os: OsVersion::new(17, 5, 0), supervised: false };
    let linted = crate::findings::lint(cx, Schema::builtin(), &profile, audience);
    // The signature's place is in other bytes.
    let outside = unwrapped.findings.into_iter().map(|finding| profile::Finding { span: None, ..finding });
    let found = outside.chain(findings).chain(linted);
    let found = found.map(|finding| of_profile(&name, &index, finding)).collect();
    Ok(Source::Profile(Box::new(ReadProfile { profile, found })))
}

/// A finding about a profile, as one about a document.
fn of_profile(file: &str, index: &LineIndex<'_>, finding: profile::Finding) -> Finding {
    let (line, column) = beginning(index, finding.span);
    Finding {
        rule: finding.rule,
        severity: finding.severity,
        file: file.to_owned(),
        path: "$".to_owned(),
        line: line.map(|line| line as usize),
        column: column.map(|column| column as usize),
        message: finding.message,
        help: finding.help,
        reference: finding.reference,
    }
}

/// Reads a file and chooses its policy.
pub(super) fn subject(
    path: &Path,
    arguments: &TenantArguments,
    cx: &Context<'_>,
) -> Result<Subject, Failure> {
    source(path, cx)?.subject(path, arguments)
}

impl Source {
    /// Chooses the policy, where the file holds policies.
    pub fn subject(self, path: &Path, arguments: &TenantArguments) -> Result<Subject, Failure> {
        match self {
            Source::Profile(profile) => Ok(Subject::Profile(profile)),
            Source::Tenant(tenant) => Ok(Subject::Policy(Box::new(chosen(*tenant, path, arguments)?))),
        }
    }
}

/// Chooses the policy that the command line names, and adds what its links lead to.
pub(super) fn chosen(
    mut tenant: Tenant,
    path: &Path,
    arguments: &TenantArguments,
) -> Result<Chosen, Failure> {
    let email = pick(&tenant, &path.display().to_string(), arguments.name.as_deref())?.clone();
    let supplies = supplied(&mut tenant, arguments)?;
    Ok(Chosen::new(&Rc::new(tenant), email, &supplies.into()))
}

/// The policies that are spoken of: the one that is named, else all of the file, each with what its links lead to.
///
/// # Errors
/// [`PolicyError`] when none is called so, or when there is nothing in the file that has to do with mail.
pub(super) fn policies(
    mut tenant: Tenant,
    path: &Path,
    arguments: &TenantArguments,
) -> Result<(Rc<Tenant>, Vec<Chosen>), Failure> {
    let beside = !tenant.certificates.is_empty() || !tenant.apps.is_empty() || !tenant.vpns.is_empty();
    let emails = match arguments.name.is_some() || (tenant.emails.is_empty() && !beside) {
        true => vec![pick(&tenant, &path.display().to_string(), arguments.name.as_deref())?.clone()],
        false => tenant.emails.clone(),
    };
    let supplies = supplied(&mut tenant, arguments)?.into();
    let tenant = Rc::new(tenant);
    let all = emails.into_iter().map(|email| Chosen::new(&tenant, email, &supplies)).collect();
    Ok((tenant, all))
}

impl Chosen {
    pub fn new(tenant: &Rc<Tenant>, email: EmailProfile, supplies: &Rc<[Supply]>) -> Self {
        Self { tenant: Rc::clone(tenant), email, supplies: Rc::clone(supplies), linted: Cell::new(false) }
    }

    fn resolve(&self, member: &Member, directory: Option<&Directory>) -> Resolved {
        let listed = member.listed.as_ref().zip(directory);
        let device = listed.and_then(|(user, directory)| match directory.devices_of(user).as_slice() {
            [device] => Some(&device.attributes),
            _ => None,
        });
        let to = Addressee {
            user: &member.user,
            device: device.or(member.device.as_deref()),
            challenge: None,
            listed,
        };
        self.tenant.resolve(&self.email, &to, &self.supplies)
    }

    /// What is odd about the policy, what it links, and the profile that is compiled of it for users.
    pub fn findings(&self, who: &Audience, least: Severity) -> Vec<Finding> {
        let mut found = self.tenant.findings.clone();
        let mut reached = false;
        for member in who.members() {
            let resolved = self.resolve(&member, who.directory.as_ref());
            if !reaches(&resolved) {
                continue;
            }
            reached = true;
            found.extend(self.of(&resolved, OsVersion::new(17, 5, 0), least));
        }
        if !reached {
            // Nobody gets it; what is wrong with it is wrong all the same.
            let resolved = self.resolve(&Member::somebody(), None);
            found.extend(self.of(&resolved, OsVersion::new(17, 5, 0), least));
        }
        let mut seen = BTreeSet::new();
        found.retain(|f| seen.insert((f.rule, f.file.clone(), f.path.clone(), f.message.clone())));
        found
    }

    /// The profile of the first user who gets it, where the command line hands identities in.
    pub fn supplied_profile(&self, who: &Audience) -> Option<Profile> {
        let identities = self.supplies.iter().any(|s| matches!(s.content, Supplied::Pkcs12 { .. }));
        let mut members = who.members().into_iter().filter(|_| identities);
        let resolved =
            members.find_map(|member| Some(self.resolve(&member, who.directory.as_ref())).filter(reaches))?;
        Some(resolved.compile(None).profile())
    }

    fn of(&self, resolved: &Resolved, ios: OsVersion, least: Severity) -> Vec<Finding> {
        let mut found = resolved.findings.clone();
        if !self.linted.replace(true) {
            let cx = crate::tools::credentials::context(None);
            let compiled = resolved.compile(Some(ios));
            found.extend(linted(&cx, &self.email, resolved, &compiled, ios, (least, &resolved.findings)));
        }
        for finding in &mut found {
            // Graph never holds certificates that a connector gets; nothing of the policy is lost by that.
            if finding.rule == "policy-certificate-not-delivered" {
                finding.severity = Severity::Info;
            }
        }
        found
    }
}

fn reaches(resolved: &Resolved) -> bool {
    !matches!(resolved.targeting, Targeting::NotAssigned | Targeting::Excluded { .. })
}

/// What the command line hands in for links; objects among it come into the tenant.
pub(super) fn supplied(tenant: &mut Tenant, arguments: &TenantArguments) -> Result<Vec<Supply>, Failure> {
    let secrets = Secrets::read(&arguments.secret, &arguments.link)?;
    let supplies = supplies(&arguments.link, &secrets)?;
    for supply in &supplies {
        if let Supplied::Objects(export) = &supply.content {
            tenant.add(export.clone());
        }
    }
    Ok(supplies)
}

/// Whom the question is about: the users named, else all of the directory, else nobody in particular.
pub(super) fn audience(arguments: &TenantArguments) -> Result<Audience, Failure> {
    let Some(path) = &arguments.directory else {
        let members = arguments.user.iter().map(|name| {
            let address = name.contains('@').then(|| name.clone());
            let user = User { upn: name.clone(), primary_smtp_address: address, ..User::default() };
            Member { user, listed: None, device: None }
        });
        return Ok(Audience { directory: None, members: members.collect(), findings: Vec::new() });
    };
    let (mut directory, findings) = directory(path)?;
    if !arguments.user.is_empty() {
        let mut wanted = Vec::new();
        for name in &arguments.user {
            wanted.push(listed(&directory, &findings, path, name)?.clone());
        }
        directory = Directory::of(wanted, directory.groups.clone(), directory.devices.clone());
    }
    let listed =
        |user: &DirectoryUser| Member { user: user.user.clone(), listed: Some(user.clone()), device: None };
    let members = directory.users.iter().map(listed).collect();
    Ok(Audience { directory: Some(directory), members, findings })
}

impl Audience {
    /// The members, or somebody where nobody is named.
    pub fn members(&self) -> Vec<Member> {
        match self.members.as_slice() {
            [] if self.directory.is_none() => vec![Member::somebody()],
            members => members.to_vec(),
        }
    }
}

impl Member {
    /// A user where none is named: as in `handset try`.
    pub fn somebody() -> Self {
        // Nobody in particular lacks nothing: what a policy asks of a user is no fault of it.
        let some = |text: &str| Some(text.to_owned());
        let address = "alice@contoso.example".to_owned();
        let user = User {
            upn: address.clone(),
            primary_smtp_address: Some(address),
            sam_account_name: some("alice"),
            full_domain_name: some("contoso.example"),
            netbios_domain_name: some("CONTOSO"),
        };
        let device = DeviceAttributes {
            directory_id: some("00000000-0000-4000-8000-000000000001"),
            intune_id: some("00000000-0000-4000-8000-000000000002"),
            serial_number: some("F2LHANDSET00"),
            imei: some("350000000000000"),
            name: some("iPhone"),
        };
        Self { user, listed: None, device: Some(Box::new(device)) }
    }
}

/// What a subject means for one user.
pub(super) struct Meant {
    pub intent: Intent,
    /// What identifies the profile: an update replaces what has the same.
    pub key: String,
    /// What is odd about the policy for this user, or about the profile.
    pub findings: Vec<Finding>,
    /// Whether the policy says how the account signs in; a profile always does.
    pub says_sign_in: bool,
}

impl Meant {
    /// Whether something could not be read as it was written, so that it may mean something else.
    pub fn is_unsure(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

impl Subject {
    /// What a user's phone is asked; nothing where the user does not get the policy.
    ///
    /// # Errors
    /// [`PolicyError::NotImported`] when there is not one account to speak of.
    pub fn meant(
        &self,
        member: &Member,
        directory: Option<&Directory>,
        os: OsVersion,
        file: &Path,
    ) -> Result<Option<Meant>, Failure> {
        let unread = |error| PolicyError::NotImported { file: file.display().to_string(), error };
        match self {
            Subject::Profile(read) => {
                let intent = intent::read(&read.profile).map_err(unread)?;
                let key = read.profile.identifier().unwrap_or_default().to_owned();
                Ok(Some(Meant { intent, key, findings: read.errors().collect(), says_sign_in: true }))
            }
            Subject::Policy(chosen) => {
                let resolved = chosen.resolve(member, directory);
                if !reaches(&resolved) {
                    return Ok(None);
                }
                let mut findings = chosen.tenant.findings.clone();
                findings.extend(chosen.of(&resolved, os, Severity::Error));
                // Identities that nobody handed in are meant all the same.
                let intent =
                    intent::read(&resolved.supposed().compile(Some(os)).profile()).map_err(unread)?;
                let resource = &chosen.email.resource;
                let method = resource.text("authenticationMethod");
                let says_sign_in =
                    method.is_some_and(|m| EasAuthenticationMethod::WORDS.iter().any(|(word, _)| *word == m));
                Ok(Some(Meant { intent, key: chosen.email.policy.key().to_owned(), findings, says_sign_in }))
            }
        }
    }

    /// What is odd, also where nobody gets the policy: groups that the directory does not know, above all.
    pub fn findings(&self, who: &Audience) -> Vec<Finding> {
        match self {
            Subject::Profile(read) => read.errors().collect(),
            Subject::Policy(chosen) => {
                let mut found = chosen.tenant.findings.clone();
                found.extend(
                    who.directory
                        .iter()
                        .flat_map(|directory| chosen.tenant.unknown_groups(&chosen.email, directory)),
                );
                found
            }
        }
    }
}
