//! The policy and the user that the command line names.

use super::PolicyError;
use super::arguments::UserArguments;
use crate::exit::Failure;
use crate::file;
use crate::suggestion::nearest;
use intent::{Directory, DirectoryUser, EmailProfile, Tenant, User};
use profile::graph::{DOCUMENT_BYTES_MAX, Export, Finding, JsonError, parse_named};
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
    let names = || tenant.emails.iter().map(|email| email.resource.label().to_owned()).collect::<Vec<_>>();
    let Some(name) = name else {
        return match tenant.emails.as_slice() {
            [email] => Ok(email),
            _ => Err(PolicyError::SeveralEmails { file: file(), names: names() }),
        };
    };
    match tenant.emails_called(name).as_slice() {
        [email] => Ok(email),
        [] => {
            let names = names();
            let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            Err(PolicyError::NoSuchEmail { file: file(), name: name.to_owned(), near, names })
        }
        several => Err(PolicyError::SameName { file: file(), name: name.to_owned(), count: several.len() }),
    }
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
    let file = path.display().to_string();
    let bytes = file::read_up_to(path, DOCUMENT_BYTES_MAX as u64)?;
    let (directory, findings) =
        Directory::read(&file, &bytes).map_err(|error| PolicyError::Json { file: file.clone(), error })?;
    let Some(user) = directory.user(name).cloned() else {
        let known = directory.users.iter().map(|user| user.user.upn.as_str());
        let near = nearest(name, known).map(str::to_owned);
        return Err(PolicyError::NoSuchUser { file, user: name.to_owned(), near }.into());
    };
    Ok(Party { user: user.user.clone(), listed: Some((user, directory)), findings })
}
