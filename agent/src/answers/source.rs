//! What a file is: policies of Graph, or a profile; and whom it is for.

use super::arguments::TenantArguments;
use crate::exit::Failure;
use crate::file;
use crate::findings::unwrap;
use crate::policies::{PolicyError, Secrets, pick, supplies};
use crate::suggestion::nearest;
use intent::{
    Addressee, Directory, DirectoryUser, EmailProfile, Intent, Supplied, Supply, Targeting, Tenant, User,
};
use profile::graph::{DOCUMENT_BYTES_MAX, Finding, parse_named};
use profile::{OsVersion, Profile};
use smime::Context;
use std::path::Path;
use std::rc::Rc;

/// A file that was read.
pub(super) enum Source {
    /// Policies.
    Tenant(Box<Tenant>),
    /// A profile, taken out of its signature.
    Profile(Box<Profile>),
}

/// A policy with what stands around it.
pub(super) struct Chosen {
    pub tenant: Rc<Tenant>,
    pub email: EmailProfile,
    pub supplies: Rc<[Supply]>,
}

/// A policy that was chosen, or a profile.
pub(super) enum Subject {
    Policy(Box<Chosen>),
    Profile(Box<Profile>),
}

/// One user, and the directory's entry.
#[derive(Clone)]
pub(super) struct Member {
    pub user: User,
    pub listed: Option<DirectoryUser>,
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
    let inner = unwrap(cx, &bytes).inner;
    let (profile, _) = profile::parse(&inner);
    match profile.is_readable() {
        true => Ok(Source::Profile(Box::new(profile))),
        false => Err(PolicyError::Unreadable { file: name }.into()),
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
    Ok(Chosen { tenant: Rc::new(tenant), email, supplies: supplies.into() })
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
            Member { user, listed: None }
        });
        return Ok(Audience { directory: None, members: members.collect(), findings: Vec::new() });
    };
    let file = path.display().to_string();
    let bytes = file::read_up_to(path, DOCUMENT_BYTES_MAX as u64)?;
    let (mut directory, findings) =
        Directory::read(&file, &bytes).map_err(|error| PolicyError::Json { file: file.clone(), error })?;
    if !arguments.user.is_empty() {
        let mut wanted = Vec::new();
        for name in &arguments.user {
            let Some(user) = directory.user(name) else {
                let known = directory.users.iter().map(|user| user.user.upn.as_str());
                let near = nearest(name, known).map(str::to_owned);
                return Err(PolicyError::NoSuchUser { file, user: name.clone(), near }.into());
            };
            wanted.push(user.clone());
        }
        directory = Directory::of(wanted, directory.groups.clone(), directory.devices.clone());
    }
    let listed = |user: &DirectoryUser| Member { user: user.user.clone(), listed: Some(user.clone()) };
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
        let address = "alice@contoso.example".to_owned();
        let user = User { upn: address.clone(), primary_smtp_address: Some(address), ..User::default() };
        Self { user, listed: None }
    }
}

/// What a subject means for one user.
pub(super) struct Meant {
    pub intent: Intent,
    /// What identifies the profile: an update replaces what has the same.
    pub key: String,
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
            Subject::Profile(profile) => {
                let intent = intent::read(profile).map_err(unread)?;
                let key = profile.identifier().unwrap_or_default().to_owned();
                Ok(Some(Meant { intent, key }))
            }
            Subject::Policy(chosen) => {
                let to = Addressee {
                    user: &member.user,
                    device: None,
                    challenge: None,
                    listed: member.listed.as_ref().zip(directory),
                };
                let resolved = chosen.tenant.resolve(&chosen.email, &to, &chosen.supplies);
                if matches!(resolved.targeting, Targeting::NotAssigned | Targeting::Excluded { .. }) {
                    return Ok(None);
                }
                let intent = intent::read(&resolved.compile(Some(os)).profile()).map_err(unread)?;
                Ok(Some(Meant { intent, key: chosen.email.policy.key().to_owned() }))
            }
        }
    }
}
