//! For whom a policy is compiled.

use super::arguments::is_address;
use crate::exit::Failure;
use crate::policies::arguments::UserArguments;
use crate::policies::party;
use intent::{Directory, DirectoryUser};
use std::path::Path;

/// A user, and whether that is known or a stand-in: names and addresses are not judged of a stand-in.
#[derive(Clone, Debug)]
pub struct User {
    /// The attributes.
    pub attributes: intent::User,
    /// Whether somebody said who it is.
    pub is_known: bool,
}

impl User {
    /// A user of whom only a name is known: it is the UPN and, where it is an address, the primary one too.
    pub fn known(name: &str) -> User {
        User { attributes: plain(name), is_known: true }
    }

    /// A stand-in where nobody said for whom the policy is.
    pub fn stand_in(name: Option<&str>) -> User {
        // Attributes that a policy may ask for are there, so that all but the names can be judged.
        let attributes = intent::User {
            sam_account_name: Some("somebody".to_owned()),
            full_domain_name: Some("example.invalid".to_owned()),
            netbios_domain_name: Some("EXAMPLE".to_owned()),
            ..plain(name.unwrap_or("somebody@example.invalid"))
        };
        User { attributes, is_known: false }
    }

    /// The names by which reports know the user.
    pub fn names(&self) -> Vec<String> {
        let attributes = &self.attributes;
        std::iter::once(&attributes.upn).chain(&attributes.primary_smtp_address).cloned().collect()
    }

    /// The user of that name in a directory file, and what stands there.
    pub(crate) fn of_directory(path: &Path, name: &str) -> Result<(User, Option<Listed>), Failure> {
        let arguments = UserArguments { directory: Some(path.to_owned()) };
        let party = party(name, &arguments)?;
        Ok((User { attributes: party.user, is_known: true }, party.listed))
    }
}

/// A user as a directory knows it, and the directory.
pub(crate) type Listed = (DirectoryUser, Directory);

fn plain(name: &str) -> intent::User {
    intent::User {
        upn: name.to_owned(),
        primary_smtp_address: is_address(name).then(|| name.to_owned()),
        ..intent::User::default()
    }
}
