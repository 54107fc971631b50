//! The five services of an Exchange account, in the words of the phone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names one of the five things an Exchange account synchronises.
///
/// Source: Intune, e-mail settings for iOS, *Exchange data to sync* (EAS-043).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The mailboxes.
    Mail,
    /// The address books.
    Contacts,
    /// The calendars.
    Calendars,
    /// The task lists.
    Reminders,
    /// The notes.
    Notes,
}

impl Service {
    /// The five services, in the order in which an account lists them.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Contacts, Self::Calendars, Self::Reminders, Self::Notes];

    /// Returns the service as written in the ids of actions.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Contacts => "contacts",
            Self::Calendars => "calendars",
            Self::Reminders => "reminders",
            Self::Notes => "notes",
        }
    }

    /// Returns the payload key that turns the service on or off (iOS 13; absent means on).
    ///
    /// Source: Apple device-management, `com.apple.eas.account`.
    #[must_use]
    pub const fn enable_key(self) -> &'static str {
        match self {
            Self::Mail => "EnableMail",
            Self::Contacts => "EnableContacts",
            Self::Calendars => "EnableCalendars",
            Self::Reminders => "EnableReminders",
            Self::Notes => "EnableNotes",
        }
    }

    /// Returns the payload key that leaves the switch to the user (iOS 13; absent means it does).
    ///
    /// These keys end in `Overridable`; those of S/MIME end in `Overrideable`.
    /// Source: Apple device-management, `com.apple.eas.account`.
    #[must_use]
    pub const fn overridable_key(self) -> &'static str {
        match self {
            Self::Mail => "EnableMailUserOverridable",
            Self::Contacts => "EnableContactsUserOverridable",
            Self::Calendars => "EnableCalendarsUserOverridable",
            Self::Reminders => "EnableRemindersUserOverridable",
            Self::Notes => "EnableNotesUserOverridable",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Holds one value for each of the five services.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services<T> {
    /// The value for mail.
    pub mail: T,
    /// The value for contacts.
    pub contacts: T,
    /// The value for calendars.
    pub calendars: T,
    /// The value for reminders.
    pub reminders: T,
    /// The value for notes.
    pub notes: T,
}

impl<T> Services<T> {
    /// Builds the five values from a function of the service.
    pub fn from_fn(mut value: impl FnMut(Service) -> T) -> Self {
        Self {
            mail: value(Service::Mail),
            contacts: value(Service::Contacts),
            calendars: value(Service::Calendars),
            reminders: value(Service::Reminders),
            notes: value(Service::Notes),
        }
    }

    /// Builds the five values from a function that can fail; the first failure is returned.
    ///
    /// # Errors
    /// Whatever `value` returns.
    pub fn try_from_fn<E>(mut value: impl FnMut(Service) -> Result<T, E>) -> Result<Self, E> {
        Ok(Self {
            mail: value(Service::Mail)?,
            contacts: value(Service::Contacts)?,
            calendars: value(Service::Calendars)?,
            reminders: value(Service::Reminders)?,
            notes: value(Service::Notes)?,
        })
    }

    /// Returns the value of one service.
    pub const fn of(&self, service: Service) -> &T {
        match service {
            Service::Mail => &self.mail,
            Service::Contacts => &self.contacts,
            Service::Calendars => &self.calendars,
            Service::Reminders => &self.reminders,
            Service::Notes => &self.notes,
        }
    }

    /// Walks the five values in the order of [`Service::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Service, &T)> {
        Service::ALL.into_iter().map(|service| (service, self.of(service)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_the_spelling_of_the_service_keys() {
        for service in Service::ALL {
            assert_eq!(service.overridable_key(), format!("{}UserOverridable", service.enable_key()));
            assert!(!service.overridable_key().contains("Overrideable"));
        }
    }

    #[test]
    fn values_are_found_under_their_own_service() {
        let names = Services::from_fn(Service::as_str);
        for (service, name) in names.iter() {
            assert_eq!(*name, service.to_string());
        }
        assert_eq!(
            Services::try_from_fn(|service| if service == Service::Notes { Err(service) } else { Ok(()) }),
            Err(Service::Notes)
        );
    }
}
