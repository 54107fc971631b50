//! Who there is: users with their names, passwords and published certificates.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use wire::Secret;

/// A user of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The primary address, as written.
    pub address: String,
    /// The name for people.
    pub display_name: String,
    /// The password.
    pub password: Secret,
    /// Further addresses that reach the same mailbox.
    pub aliases: Vec<String>,
    /// The names by which the user signs in, such as `anna`, `anna@example.test` or `EXAMPLE\anna`.
    pub sign_in_names: Vec<String>,
    /// Published S/MIME certificates, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Client certificates that stand for the user, DER.
    pub client_certificates: Vec<Vec<u8>>,
    /// Whether the user may use ActiveSync.
    pub active_sync: bool,
}

impl User {
    /// Makes a user who signs in with the address.
    pub fn new(
        address: impl Into<String>,
        display_name: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        let address = address.into();
        Self {
            sign_in_names: vec![address.clone()],
            address,
            display_name: display_name.into(),
            password: Secret::new(password),
            aliases: Vec::new(),
            certificates: Vec::new(),
            client_certificates: Vec::new(),
            active_sync: true,
        }
    }

    /// Adds a sign-in name and returns the user.
    #[must_use]
    pub fn with_sign_in_name(mut self, name: impl Into<String>) -> Self {
        self.sign_in_names.push(name.into());
        self
    }

    /// Adds an alias and returns the user.
    #[must_use]
    pub fn with_alias(mut self, address: impl Into<String>) -> Self {
        self.aliases.push(address.into());
        self
    }

    /// Walks the addresses, the primary one first.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.address).chain(&self.aliases).map(String::as_str)
    }
}

/// Why the directory refused a change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The address is not `local@domain`.
    #[error("accept {address:?} as an address")]
    NoAddress {
        /// What was given.
        address: String,
    },
    /// An address or sign-in name stands for another user.
    #[error("take the name {name:?}, which stands for {owner}")]
    Taken {
        /// The name.
        name: String,
        /// The address of the other user.
        owner: String,
    },
    /// There is no such user.
    #[error("find the user {address:?}")]
    Unknown {
        /// What was asked for.
        address: String,
    },
}

/// All users. Names and addresses compare without case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    users: BTreeMap<String, User>,
    /// Every address, folded, with the key of its user.
    addresses: BTreeMap<String, String>,
    /// Every sign-in name, folded, with the key of its user.
    sign_in_names: BTreeMap<String, String>,
}

impl Directory {
    /// Makes an empty directory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user.
    ///
    /// # Errors
    /// An address without domain; an address or sign-in name that another user has. Nothing is added then.
    pub fn add(&mut self, user: User) -> Result<(), DirectoryError> {
        for address in user.addresses() {
            if domain(address).is_none() || address.contains(char::is_control) {
                return Err(DirectoryError::NoAddress { address: address.into() });
            }
            taken(&self.addresses, address)?;
        }
        for name in &user.sign_in_names {
            taken(&self.sign_in_names, name)?;
        }
        let key = fold(&user.address).into_owned();
        for address in user.addresses() {
            self.addresses.insert(fold(address).into_owned(), key.clone());
        }
        for name in &user.sign_in_names {
            self.sign_in_names.insert(fold(name).into_owned(), key.clone());
        }
        self.users.insert(key, user);
        Ok(())
    }

    /// Finds the user with an address, primary or alias.
    pub fn user(&self, address: &str) -> Option<&User> {
        self.users.get(self.addresses.get(&*fold(address))?)
    }

    /// Finds the user who signs in with a name.
    pub fn user_of_sign_in(&self, name: &str) -> Option<&User> {
        self.users.get(self.sign_in_names.get(&*fold(name))?)
    }

    /// Finds the user for whom a client certificate stands.
    pub fn user_of_client_certificate(&self, der: &[u8]) -> Option<&User> {
        self.users.values().find(|user| user.client_certificates.iter().any(|known| known == der))
    }

    /// Walks the users by address.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Finds the users whom a text may mean: one by an exact address, else all whose display name or local
    /// part has a word that starts with it.
    pub fn search(&self, text: &str) -> Vec<&User> {
        if let Some(user) = self.user(text) {
            return vec![user];
        }
        let wanted = fold(text.trim());
        if wanted.is_empty() || wanted.contains('@') {
            return Vec::new();
        }
        let starts = |words: &str| {
            let words = fold(words);
            words.starts_with(&*wanted)
                || words.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&*wanted))
        };
        self.users
            .values()
            .filter(|user| starts(&user.display_name) || user.address.split('@').next().is_some_and(starts))
            .collect()
    }

    /// Says whether a user has an address of the domain.
    pub fn serves(&self, wanted: &str) -> bool {
        self.addresses.keys().filter_map(|address| domain(address)).any(|d| d.eq_ignore_ascii_case(wanted))
    }

    /// Publishes a user's S/MIME certificate; a second time it changes nothing.
    ///
    /// # Errors
    /// There is no such user.
    pub fn publish(&mut self, address: &str, der: Vec<u8>) -> Result<(), DirectoryError> {
        let user = self.user_mut(address)?;
        if !user.certificates.contains(&der) {
            user.certificates.push(der);
        }
        Ok(())
    }

    /// Withdraws a published certificate and says whether it was there.
    ///
    /// # Errors
    /// There is no such user.
    pub fn withdraw(&mut self, address: &str, der: &[u8]) -> Result<bool, DirectoryError> {
        let certificates = &mut self.user_mut(address)?.certificates;
        let before = certificates.len();
        certificates.retain(|known| known != der);
        Ok(certificates.len() != before)
    }

    /// Lets a client certificate stand for a user.
    ///
    /// # Errors
    /// There is no such user, or the certificate stands for another.
    pub fn map_client_certificate(&mut self, address: &str, der: Vec<u8>) -> Result<(), DirectoryError> {
        let key = self.key(address)?;
        match self.user_of_client_certificate(&der).map(|user| user.address.clone()) {
            Some(owner) if fold(&owner) == key => Ok(()),
            Some(owner) => Err(DirectoryError::Taken { name: "client certificate".into(), owner }),
            None => {
                self.user_mut(address)?.client_certificates.push(der);
                Ok(())
            }
        }
    }

    /// Lets a user sign in with one more name; whoever had the name loses it.
    ///
    /// # Errors
    /// There is no such user.
    pub fn give_sign_in_name(&mut self, address: &str, name: &str) -> Result<(), DirectoryError> {
        let key = self.key(address)?;
        if let Some(before) = self.sign_in_names.insert(fold(name).into_owned(), key.clone())
            && before != key
            && let Some(user) = self.users.get_mut(&before)
        {
            user.sign_in_names.retain(|n| fold(n) != fold(name));
        }
        let user = self.user_mut(address)?;
        if !user.sign_in_names.iter().any(|n| fold(n) == fold(name)) {
            user.sign_in_names.push(name.to_owned());
        }
        Ok(())
    }

    /// Changes a user's password.
    ///
    /// # Errors
    /// There is no such user.
    pub fn set_password(&mut self, address: &str, password: impl Into<String>) -> Result<(), DirectoryError> {
        self.user_mut(address)?.password = Secret::new(password);
        Ok(())
    }

    /// Allows or forbids ActiveSync to a user.
    ///
    /// # Errors
    /// There is no such user.
    pub fn set_active_sync(&mut self, address: &str, allowed: bool) -> Result<(), DirectoryError> {
        self.user_mut(address)?.active_sync = allowed;
        Ok(())
    }

    fn key(&self, address: &str) -> Result<String, DirectoryError> {
        let unknown = || DirectoryError::Unknown { address: address.into() };
        self.addresses.get(&*fold(address)).cloned().ok_or_else(unknown)
    }

    fn user_mut(&mut self, address: &str) -> Result<&mut User, DirectoryError> {
        let key = self.key(address)?;
        self.users.get_mut(&key).ok_or(DirectoryError::Unknown { address: address.into() })
    }
}

/// The domain of an address.
pub(crate) fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty()).map(|(_, d)| d)
}

/// What stands for a name when names are compared without case.
pub(crate) fn fold(name: &str) -> Cow<'_, str> {
    let is_folded = name.bytes().all(|octet| octet.is_ascii() && !octet.is_ascii_uppercase());
    if is_folded { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) }
}

fn taken(names: &BTreeMap<String, String>, name: &str) -> Result<(), DirectoryError> {
    match names.get(&*fold(name)) {
        Some(owner) => Err(DirectoryError::Taken { name: name.into(), owner: owner.clone() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut directory = Directory::new();
        let anna = User::new("Anna@example.test", "Anna Berg", "pw")
            .with_sign_in_name("EXAMPLE\\anna")
            .with_sign_in_name("anna")
            .with_alias("a.berg@example.org");
        directory.add(anna).unwrap();
        directory.add(User::new("bob@example.test", "Bob Berg", "pw")).unwrap();
        directory
    }

    #[test]
    fn every_name_leads_to_the_same_user() {
        let directory = directory();
        for name in ["anna", "ANNA@EXAMPLE.TEST", "example\\Anna"] {
            assert_eq!(
                directory.user_of_sign_in(name).map(|u| u.address.as_str()),
                Some("Anna@example.test")
            );
        }
        assert!(directory.user("A.Berg@example.org").is_some());
        assert!(directory.user_of_sign_in("a.berg@example.org").is_none(), "an alias is no sign-in name");
        assert!(directory.serves("EXAMPLE.org") && !directory.serves("example.com"));
    }

    #[test]
    fn names_are_given_once() {
        let mut directory = directory();
        let before = directory.clone();
        for user in [
            User::new("ANNA@example.test", "x", "x"),
            User::new("c@example.test", "x", "x").with_sign_in_name("Anna"),
            User::new("c@example.test", "x", "x").with_alias("bob@example.test"),
        ] {
            assert!(matches!(directory.add(user), Err(DirectoryError::Taken { .. })));
        }
        assert!(matches!(directory.add(User::new("c", "x", "x")), Err(DirectoryError::NoAddress { .. })));
        assert_eq!(directory, before);
    }

    #[test]
    fn a_text_finds_one_address_or_all_words() {
        let directory = directory();
        let found = |text| directory.search(text).iter().map(|u| u.display_name.clone()).collect::<Vec<_>>();
        assert_eq!(found("bob@example.test"), ["Bob Berg"]);
        assert_eq!(found("berg"), ["Anna Berg", "Bob Berg"]);
        assert_eq!(found("an"), ["Anna Berg"]);
        assert_eq!(found("an@"), [""; 0]);
        assert_eq!(found(" "), [""; 0]);
    }

    #[test]
    fn certificates_are_published_and_mapped_once() {
        let mut directory = directory();
        directory.publish("anna@example.test", vec![1]).unwrap();
        directory.publish("anna@example.test", vec![1]).unwrap();
        assert_eq!(directory.user("anna@example.test").unwrap().certificates, [[1]]);
        assert_eq!(directory.withdraw("anna@example.test", &[1]), Ok(true));
        assert_eq!(directory.withdraw("anna@example.test", &[1]), Ok(false));
        directory.map_client_certificate("anna@example.test", vec![2]).unwrap();
        assert!(matches!(
            directory.map_client_certificate("bob@example.test", vec![2]),
            Err(DirectoryError::Taken { .. })
        ));
        assert_eq!(
            directory.user_of_client_certificate(&[2]).map(|u| u.address.as_str()),
            Some("Anna@example.test")
        );
        assert!(matches!(directory.publish("x@y", vec![1]), Err(DirectoryError::Unknown { .. })));
    }

    #[test]
    fn a_sign_in_name_moves_to_whoever_is_given_it() {
        let mut directory = directory();
        directory.give_sign_in_name("bob@example.test", "ANNA").unwrap();
        directory.give_sign_in_name("bob@example.test", "anna").unwrap();
        assert_eq!(directory.user_of_sign_in("anna").map(|u| u.display_name.as_str()), Some("Bob Berg"));
        assert_eq!(directory.user("bob@example.test").unwrap().sign_in_names, ["bob@example.test", "ANNA"]);
        assert!(!directory.user("anna@example.test").unwrap().sign_in_names.contains(&"anna".to_owned()));
        assert!(matches!(directory.give_sign_in_name("x@y", "anna"), Err(DirectoryError::Unknown { .. })));
    }

    #[test]
    fn debug_shows_no_password() {
        let user = User::new("a@b", "A", "hunter2");
        assert!(!format!("{user:?}").contains("hunter2"));
    }
}
