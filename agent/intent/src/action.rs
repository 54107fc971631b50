//! What a user can try on the phone, under stable ids.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::service::Service;

/// Names one thing a user can try; the strings are a contract and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionId {
    /// `service.SERVICE.on` and `.off`: moves the switch of one service of the account.
    Service(Service, Position),
    /// `smime.signing.on` and `.off`: moves the signing switch in Settings.
    SmimeSigning(Position),
    /// `smime.signing-identity.pick`: picks another identity to sign with.
    SmimeSigningIdentityPick,
    /// `smime.encrypt-by-default.on` and `.off`: moves the encryption switch in Settings.
    SmimeEncryptByDefault(Position),
    /// `smime.encryption-identity.pick`: picks another identity to encrypt with.
    SmimeEncryptionIdentityPick,
    /// `smime.message-encryption.flip`: taps the lock of one message being written.
    SmimeMessageEncryptionFlip,
    /// `mail-window.set`: changes how many days of mail are kept.
    MailWindowSet,
    /// `message.move`: moves a message to another account.
    MessageMove,
    /// `message.forward-from-other-account`: forwards a message from another account.
    MessageForwardFromOtherAccount,
    /// `message.send-from-app`: sends from another app with this account.
    MessageSendFromApp,
    /// `profile.remove`: removes the profile in Settings.
    ProfileRemove,
}

/// Says where an action brings a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// The switch is to be on.
    On,
    /// The switch is to be off.
    Off,
}

impl Position {
    /// Returns the last word of the id.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl ActionId {
    /// Every action, in the order of the contract.
    pub const ALL: [Self; 22] = [
        Self::Service(Service::Mail, Position::On),
        Self::Service(Service::Mail, Position::Off),
        Self::Service(Service::Contacts, Position::On),
        Self::Service(Service::Contacts, Position::Off),
        Self::Service(Service::Calendars, Position::On),
        Self::Service(Service::Calendars, Position::Off),
        Self::Service(Service::Reminders, Position::On),
        Self::Service(Service::Reminders, Position::Off),
        Self::Service(Service::Notes, Position::On),
        Self::Service(Service::Notes, Position::Off),
        Self::SmimeSigning(Position::On),
        Self::SmimeSigning(Position::Off),
        Self::SmimeSigningIdentityPick,
        Self::SmimeEncryptByDefault(Position::On),
        Self::SmimeEncryptByDefault(Position::Off),
        Self::SmimeEncryptionIdentityPick,
        Self::SmimeMessageEncryptionFlip,
        Self::MailWindowSet,
        Self::MessageMove,
        Self::MessageForwardFromOtherAccount,
        Self::MessageSendFromApp,
        Self::ProfileRemove,
    ];
}

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(service, position) => {
                write!(f, "service.{service}.{}", position.as_str())
            }
            Self::SmimeSigning(position) => write!(f, "smime.signing.{}", position.as_str()),
            Self::SmimeSigningIdentityPick => f.write_str("smime.signing-identity.pick"),
            Self::SmimeEncryptByDefault(position) => {
                write!(f, "smime.encrypt-by-default.{}", position.as_str())
            }
            Self::SmimeEncryptionIdentityPick => f.write_str("smime.encryption-identity.pick"),
            Self::SmimeMessageEncryptionFlip => f.write_str("smime.message-encryption.flip"),
            Self::MailWindowSet => f.write_str("mail-window.set"),
            Self::MessageMove => f.write_str("message.move"),
            Self::MessageForwardFromOtherAccount => f.write_str("message.forward-from-other-account"),
            Self::MessageSendFromApp => f.write_str("message.send-from-app"),
            Self::ProfileRemove => f.write_str("profile.remove"),
        }
    }
}

/// Reports a string that is the id of no action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no action has this id")]
#[non_exhaustive]
pub struct UnknownAction;

impl FromStr for ActionId {
    type Err = UnknownAction;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|action| action.to_string() == id).ok_or(UnknownAction)
    }
}

impl Serialize for ActionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ActionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 22] = [
        "service.mail.on",
        "service.mail.off",
        "service.contacts.on",
        "service.contacts.off",
        "service.calendars.on",
        "service.calendars.off",
        "service.reminders.on",
        "service.reminders.off",
        "service.notes.on",
        "service.notes.off",
        "smime.signing.on",
        "smime.signing.off",
        "smime.signing-identity.pick",
        "smime.encrypt-by-default.on",
        "smime.encrypt-by-default.off",
        "smime.encryption-identity.pick",
        "smime.message-encryption.flip",
        "mail-window.set",
        "message.move",
        "message.forward-from-other-account",
        "message.send-from-app",
        "profile.remove",
    ];

    #[test]
    fn ids_are_those_of_the_contract_in_its_order() {
        assert_eq!(ActionId::ALL.map(|action| action.to_string()), IDS);
    }

    #[test]
    fn ids_are_read_back() {
        for (id, action) in IDS.into_iter().zip(ActionId::ALL) {
            assert_eq!(id.parse(), Ok(action));
        }
        assert_eq!("service.mail".parse::<ActionId>(), Err(UnknownAction));
        assert_eq!("Service.mail.on".parse::<ActionId>(), Err(UnknownAction));
        assert_eq!("".parse::<ActionId>(), Err(UnknownAction));
    }
}
