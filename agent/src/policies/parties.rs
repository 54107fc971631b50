//! The policy and the user that the command line names.

use super::PolicyError;
use super::arguments::UserArguments;
use crate::exit::Failure;
use crate::file;
use crate::suggestion::nearest;
use intent::{Directory, DirectoryUser, EmailProfile, Tenant, User};
use profile::graph::{DOCUMENT_BYTES_MAX, Export, Finding, JsonError, parse_named};
use std::collections::BTreeMap;
use std::path::Path;

/// Whom a profile is for, and the directory that knows the user.
#[derive(Debug)]
pub struct Party {
    /// The user's attributes.
    pub user: User,
    /// The user in the directory.
    pub listed: Option<(DirectoryUser, Directory)>,
    /// What is odd about the directory.
    pub findings: Vec<Finding>,
}

/// Reads a document of Graph.
///
/// # Errors
/// An unreadable file, and [`PolicyError::Json`].
pub fn export(path: &Path) -> Result<Export, Failure> {
    let name = path.display().to_string();
    let bytes = file::read_up_to(path, DOCUMENT_BYTES_MAX as u64)?;
    Ok(export_of(&name, &bytes).map_err(|error| PolicyError::Json { file: name, error })?)
}

/// Takes bytes for a document of Graph.
pub(crate) fn export_of(name: &str, bytes: &[u8]) -> Result<Export, JsonError> {
    parse_named(name, bytes)
}

/// Reads the objects of a document of Graph.
///
/// # Errors
/// As `export`.
pub fn tenant(path: &Path) -> Result<Tenant, Failure> {
    Ok(Tenant::read([export(path)?]))
}

/// Picks an e-mail policy: the one of that name or id, else the only one there is.
///
/// # Errors
/// [`PolicyError`] when there is none, or none can be told from others.
pub fn pick<'a>(tenant: &'a Tenant, file: &str, name: Option<&str>) -> Result<&'a EmailProfile, PolicyError> {
    let file = || file.to_owned();
    if tenant.emails.is_empty() {
        let mut others: Vec<String> = tenant.others.keys().cloned().collect();
        others.extend(tenant.certificates.iter().map(|profile| profile.resource.type_name.clone()));
        others.sort();
        others.dedup();
        return Err(PolicyError::NoEmail { file: file(), others });
    }
    let names = || named(&tenant.emails);
    let Some(name) = name else {
        return match tenant.emails.as_slice() {
            [email] => Ok(email),
            _ => Err(PolicyError::SeveralEmails { file: file(), names: names() }),
        };
    };
    match tenant.emails_called(name).as_slice() {
        [email] => Ok(email),
        [] => {
            let known = tenant.emails.iter().map(|email| email.resource.label());
            let near = nearest(name, known).map(str::to_owned);
            Err(PolicyError::NoSuchEmail { file: file(), name: name.to_owned(), near, names: names() })
        }
        several => {
            let ids =
                several.iter().map(|email| email.policy.id.clone().unwrap_or(email.resource.path.clone()));
            Err(PolicyError::SameName { file: file(), name: name.to_owned(), ids: ids.collect() })
        }
    }
}

/// What policies are chosen by: their names, with the id where others have the same.
fn named(emails: &[EmailProfile]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for email in emails {
        *counts.entry(email.resource.label()).or_default() += 1;
    }
    let one = |email: &EmailProfile| {
        let label = email.resource.label();
        match &email.policy.id {
            Some(id) if counts.get(label).is_some_and(|count| *count > 1) => format!("{label} ({id})"),
            _ => label.to_owned(),
        }
    };
    emails.iter().map(one).collect()
}

/// Reads a directory, and says what is odd about it.
///
/// # Errors
/// An unreadable file, and [`PolicyError::Json`].
pub fn directory(path: &Path) -> Result<(Directory, Vec<Finding>), Failure> {
    let file = path.display().to_string();
    let bytes = file::read_up_to(path, DOCUMENT_BYTES_MAX as u64)?;
    Ok(Directory::read(&file, &bytes).map_err(|error| PolicyError::Json { file, error })?)
}

/// Finds a user in a directory.
///
/// # Errors
/// [`PolicyError::NoSuchUser`]; where something of the file could not be read, that too.
pub fn listed<'a>(
    directory: &'a Directory,
    findings: &[Finding],
    path: &Path,
    name: &str,
) -> Result<&'a DirectoryUser, PolicyError> {
    directory.user(name).ok_or_else(|| {
        let known = directory.users.iter().map(|user| user.user.upn.as_str());
        let near = nearest(name, known).map(str::to_owned);
        // Whom a wrong shape left out may be the one who is looked for.
        let odd = findings.iter().rev().max_by_key(|finding| finding.severity);
        PolicyError::NoSuchUser {
            file: path.display().to_string(),
            user: name.to_owned(),
            near,
            odd: odd.cloned().map(Box::new),
        }
    })
}

/// Finds a user: in the directory if there is one, else the address is all that is known.
///
/// # Errors
/// A directory that cannot be read or does not know the user.
pub fn party(name: &str, arguments: &UserArguments) -> Result<Party, Failure> {
    let Some(path) = &arguments.directory else {
        let address = name.contains('@').then(|| name.to_owned());
        let user = User { upn: name.to_owned(), primary_smtp_address: address, ..User::default() };
        return Ok(Party { user, listed: None, findings: Vec::new() });
    };
    let (directory, findings) = self::directory(path)?;
    let user = listed(&directory, &findings, path, name)?.clone();
    Ok(Party { user: user.user.clone(), listed: Some((user, directory)), findings })
}
