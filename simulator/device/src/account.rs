//! A mail account on the device: what its profile set, what its owner changed, and how far its sign-in is.

use crate::eas::Session;
use crate::mail::MailStore;
use crate::{IdentityHandle, MailSettings, Secret, Service, Services};
use serde::{Deserialize, Serialize};
use wire::Shared;

/// An account's number on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u32);

/// Who made the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountOrigin {
    /// A profile.
    Profile {
        /// `PayloadIdentifier` of the profile.
        identifier: String,
        /// `PayloadUUID` of the account payload.
        payload_uuid: String,
        /// `PayloadIdentifier` of the account payload.
        payload_identifier: String,
    },
    /// The owner of the phone, by hand.
    Owner,
}

/// How far the account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// An answer of the owner is awaited; the new settings are not in force (EAS-042).
    WaitingForOwner,
    /// The server is being asked whether it accepts the sign-in.
    SigningIn,
    /// The settings are in force and the account synchronises.
    Active,
    /// The server refused the sign-in; the owner is asked again.
    Refused,
    /// The server could not be reached or did not speak the protocol.
    Unreachable,
}

/// What the device presents to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// Nothing yet.
    None,
    /// A typed or delivered password.
    Password(Secret),
    /// A bearer token.
    Bearer(Secret),
    /// A client certificate of the keychain.
    Certificate(IdentityHandle),
}

/// What the owner changed in Settings; gone when the payload is updated (XTR-017).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnerChanges {
    pub(crate) services: Services<Option<bool>>,
    pub(crate) mail_window_days: Option<u32>,
    pub(crate) signing: Option<bool>,
    pub(crate) signing_identity: Option<IdentityHandle>,
    pub(crate) encrypt_by_default: Option<bool>,
    pub(crate) encryption_identity: Option<IdentityHandle>,
}

impl Default for OwnerChanges {
    fn default() -> Self {
        OwnerChanges {
            services: Services::make(|_| None),
            mail_window_days: None,
            signing: None,
            signing_identity: None,
            encrypt_by_default: None,
            encryption_identity: None,
        }
    }
}

impl OwnerChanges {
    /// Drops the choice of identities that are no longer there.
    pub(crate) fn forget_identities(&mut self, there: impl Fn(&IdentityHandle) -> bool) {
        for choice in [&mut self.signing_identity, &mut self.encryption_identity] {
            if choice.as_ref().is_some_and(|handle| !there(handle)) {
                *choice = None;
            }
        }
    }
}

/// A mail account.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    pub(crate) id: AccountId,
    pub(crate) origin: AccountOrigin,
    /// What holds now; nothing before the first sign-in.
    pub(crate) in_force: Option<Shared<MailSettings>>,
    /// What will hold after the next sign-in.
    pub(crate) waiting: Option<Shared<MailSettings>>,
    pub(crate) changes: OwnerChanges,
    /// Address and user name, as the profile has them or as the owner typed them.
    pub(crate) email: Option<String>,
    pub(crate) user_name: Option<String>,
    /// Where the server is; found by autodiscovery where the profile does not say.
    pub(crate) host: Option<String>,
    pub(crate) credential: Credential,
    /// Whether the owner typed the password, rather than the payload bringing it.
    pub(crate) typed_password: bool,
    pub(crate) state: AccountState,
    pub(crate) session: Shared<Session>,
    pub(crate) mail: Shared<MailStore>,
    /// How many items the device holds of each other service.
    pub(crate) items: Shared<Services<Vec<String>>>,
}

impl Account {
    /// The account's number.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// Who made it.
    pub fn origin(&self) -> &AccountOrigin {
        &self.origin
    }

    /// How far it is.
    pub fn state(&self) -> AccountState {
        self.state
    }

    /// Its address, once known.
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// Its user name, once known.
    pub fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// The settings that hold, or that will hold after the sign-in.
    pub(crate) fn newest_settings(&self) -> Option<&MailSettings> {
        self.waiting.as_deref().or(self.in_force.as_deref())
    }

    /// Whether the settings in force, or what the owner picked over them, name that identity.
    pub(crate) fn names_identity(&self, handle: &IdentityHandle) -> bool {
        let settings = self.in_force.iter().flat_map(|s| s.smime.identities()).map(|(_, uuid)| uuid);
        let picked = [&self.changes.signing_identity, &self.changes.encryption_identity];
        self.in_force.is_some()
            && (settings.into_iter().any(|uuid| uuid == handle.0)
                || picked.into_iter().flatten().any(|h| h == handle))
    }

    /// Whether a service is switched on and in force.
    pub(crate) fn service_on(&self, service: Service) -> bool {
        let Some(settings) = &self.in_force else { return false };
        self.changes.services.of(service).unwrap_or(settings.enabled.of(service).value)
    }

    /// The number of items of a service that the device holds.
    pub fn item_count(&self, service: Service) -> usize {
        match service {
            Service::Mail => self.mail.len(),
            other => self.items.of(other).len(),
        }
    }

    /// The messages on the device, newest first.
    pub fn messages(&self) -> impl Iterator<Item = &crate::Message> {
        self.mail.newest_first()
    }
}
