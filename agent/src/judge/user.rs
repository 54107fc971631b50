//! For whom a policy is compiled.

use super::JudgeError;
use super::arguments::is_address;
use crate::exit::Failure;
use crate::file;
use serde::Deserialize;
use std::path::Path;

/// A user, and whether that is known or a stand-in: names and addresses are not judged of a stand-in.
#[derive(Clone, Debug)]
pub struct User {
    /// The attributes.
    pub attributes: intent::User,
    /// Whether somebody said who it is.
    pub is_known: bool,
}

/// A user of a directory file.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(alias = "userPrincipalName")]
    upn: String,
    #[serde(default)]
    mail: Option<String>,
    #[serde(default, alias = "samAccountName", alias = "onPremisesSamAccountName")]
    sam: Option<String>,
    #[serde(default, alias = "fullDomainName", alias = "onPremisesDomainName")]
    domain: Option<String>,
    #[serde(default, alias = "netBiosDomainName")]
    netbios: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Directory {
    users: Vec<Entry>,
}

impl User {
    /// A user of whom only a name is known: it is the UPN and, where it is an address, the primary one too.
    pub fn known(name: &str) -> User {
        User { attributes: plain(name), is_known: true }
    }

    /// A stand-in where nobody said for whom the policy is.
    pub fn stand_in(name: Option<&str>) -> User {
        User { attributes: plain(name.unwrap_or("somebody@example.invalid")), is_known: false }
    }

    /// The user of that UPN or address in a directory file.
    pub(super) fn of_directory(path: &Path, name: &str) -> Result<User, Failure> {
        let bytes = file::read(path)?;
        let directory: Directory = serde_json::from_slice(&bytes).map_err(|e| {
            if e.is_data() {
                let place = format!("line {}, column {}", e.line(), e.column());
                let reason = "it is no directory: users[] of {upn, mail, sam, domain, netbios}".to_owned();
                JudgeError::Policy { path: path.to_owned(), place, reason }
            } else {
                JudgeError::Json { path: path.to_owned(), line: e.line(), column: e.column() }
            }
        })?;
        let is = |text: &Option<String>| text.as_ref().is_some_and(|t| t.eq_ignore_ascii_case(name));
        let entry = directory
            .users
            .into_iter()
            .find(|e| e.upn.eq_ignore_ascii_case(name) || is(&e.mail) || is(&e.sam))
            .ok_or_else(|| JudgeError::NoUser { path: path.to_owned(), user: name.to_owned() })?;
        let attributes = intent::User {
            upn: entry.upn,
            primary_smtp_address: entry.mail,
            sam_account_name: entry.sam,
            full_domain_name: entry.domain,
            netbios_domain_name: entry.netbios,
        };
        Ok(User { attributes, is_known: true })
    }
}

fn plain(name: &str) -> intent::User {
    intent::User {
        upn: name.to_owned(),
        primary_smtp_address: is_address(name).then(|| name.to_owned()),
        ..intent::User::default()
    }
}
