//! What an Exchange ActiveSync payload sets on a given iOS version: every value with the key, or the default, that
//! decided it.
//!
//! Source of keys, defaults and versions: Apple's schema of com.apple.eas.account (profiles-and-mdm.md A.1); of the
//! reading of the S/MIME keys on iOS 11 and earlier: EAS-084 and intune.md 1.6.

use crate::DeviceFacts;
use profile::{Payload, WrongType};
use serde::{Deserialize, Serialize};

/// The five services of an Exchange account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Service {
    Mail,
    Contacts,
    Calendars,
    Reminders,
    Notes,
}

impl Service {
    /// All five, in the order in which Settings shows them.
    pub const ALL: [Service; 5] =
        [Service::Mail, Service::Contacts, Service::Calendars, Service::Reminders, Service::Notes];

    /// The payload key that switches the service.
    pub const fn enable_key(self) -> &'static str {
        match self {
            Service::Mail => "EnableMail",
            Service::Contacts => "EnableContacts",
            Service::Calendars => "EnableCalendars",
            Service::Reminders => "EnableReminders",
            Service::Notes => "EnableNotes",
        }
    }

    /// The payload key that leaves the switch to the user.
    pub const fn override_key(self) -> &'static str {
        match self {
            Service::Mail => "EnableMailUserOverridable",
            Service::Contacts => "EnableContactsUserOverridable",
            Service::Calendars => "EnableCalendarsUserOverridable",
            Service::Reminders => "EnableRemindersUserOverridable",
            Service::Notes => "EnableNotesUserOverridable",
        }
    }

    /// The name in action ids and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Service::Mail => "mail",
            Service::Contacts => "contacts",
            Service::Calendars => "calendars",
            Service::Reminders => "reminders",
            Service::Notes => "notes",
        }
    }
}

/// What decided a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The payload key of that name.
    Key(String),
    /// The documented default of an absent or not yet effective key.
    Default,
    /// The owner of the phone.
    User,
}

impl By {
    pub(crate) fn key(name: &'static str) -> Self {
        By::Key(name.to_owned())
    }

    /// The key's name, `default` or `user`.
    pub fn name(&self) -> &str {
        match self {
            By::Key(k) => k,
            By::Default => "default",
            By::User => "user",
        }
    }
}

/// A value and what decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// What decided it.
    pub by: By,
}

impl<T> Setting<T> {
    fn default_of(value: T) -> Self {
        Setting { value, by: By::Default }
    }
}

/// One value for each service, indexed by [`Service`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services<T>([T; 5]);

impl<T> Services<T> {
    pub(crate) fn make(mut f: impl FnMut(Service) -> T) -> Self {
        Services(Service::ALL.map(&mut f))
    }

    /// The value of a service.
    pub fn of(&self, service: Service) -> &T {
        &self.0[service as usize]
    }

    pub(crate) fn of_mut(&mut self, service: Service) -> &mut T {
        &mut self.0[service as usize]
    }
}

/// How the account signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    /// User name and password (EAS-024).
    Password,
    /// A client certificate: the `PayloadUUID` of the identity payload (EAS-023).
    Certificate(String),
    /// A client certificate inline in the payload (`Certificate`).
    InlineCertificate,
    /// Web sign-in and bearer tokens (EAS-030).
    OAuth,
}

/// What the payload says, read for one iOS version. User changes are not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// The account's name in Settings: the payload's display name, else the host, else `Exchange`.
    pub name: Setting<String>,
    /// `Host`; absent when autodiscovery finds it.
    pub host: Option<Setting<String>>,
    /// `EmailAddress`.
    pub email: Option<Setting<String>>,
    /// `UserName`.
    pub user_name: Option<Setting<String>>,
    /// `SSL`.
    pub ssl: Setting<bool>,
    /// How the account signs in.
    pub sign_in: Setting<SignIn>,
    /// Whether the host is ignored and found by autodiscovery: OAuth without a sign-in URL (XTR-018).
    pub autodiscover: bool,
    /// `OAuthSignInURL`.
    pub oauth_sign_in_url: Option<Setting<String>>,
    /// `OAuthTokenRequestURL`.
    pub oauth_token_url: Option<Setting<String>>,
    /// `Enable…`.
    pub enabled: Services<Setting<bool>>,
    /// The negation of `Enable…UserOverridable`: true when the user may not change the switch.
    pub locked: Services<Setting<bool>>,
    /// `MailNumberOfPastDaysToSync` in days; 0 is everything.
    pub mail_window_days: Setting<u32>,
    /// The negation of `PreventMove`.
    pub move_allowed: Setting<bool>,
    /// The negation of `PreventAppSheet`.
    pub third_party_send: Setting<bool>,
    /// The negation of `disableMailRecentsSyncing`.
    pub recents: Setting<bool>,
    /// Whether S/MIME is on at all: some S/MIME key is true, or an identity is named (EAS-060, EAS-061).
    pub smime: bool,
    /// `SMIMESigningEnabled`.
    pub signing: Setting<bool>,
    /// Whether the user may not change signing.
    pub signing_locked: Setting<bool>,
    /// `SMIMESigningCertificateUUID`.
    pub signing_identity: Option<Setting<String>>,
    /// Whether the user may not pick another signing identity.
    pub signing_identity_locked: Setting<bool>,
    /// `SMIMEEncryptByDefault`, on iOS 11 and earlier `SMIMEEncryptionEnabled`.
    pub encrypt_by_default: Setting<bool>,
    /// Whether the user may not change the default.
    pub encrypt_by_default_locked: Setting<bool>,
    /// `SMIMEEncryptionCertificateUUID`.
    pub encryption_identity: Option<Setting<String>>,
    /// Whether the user may not pick another encryption identity.
    pub encryption_identity_locked: Setting<bool>,
    /// `SMIMEEnableEncryptionPerMessageSwitch`, on iOS 11 and earlier `SMIMEEnablePerMessageSwitch`.
    pub per_message_switch: Setting<bool>,
}

/// The S/MIME keys whose truth switches S/MIME on.
const SMIME_SWITCHES: [&str; 10] = [
    "SMIMEEnabled",
    "SMIMESigningEnabled",
    "SMIMESigningUserOverrideable",
    "SMIMESigningCertificateUUIDUserOverrideable",
    "SMIMEEncryptionEnabled",
    "SMIMEEncryptByDefault",
    "SMIMEEncryptByDefaultUserOverrideable",
    "SMIMEEncryptionCertificateUUIDUserOverrideable",
    "SMIMEEnablePerMessageSwitch",
    "SMIMEEnableEncryptionPerMessageSwitch",
];

/// The key, its default, and from which iOS on it acts.
struct Switch(&'static str, bool, (u16, u16));

impl MailSettings {
    /// Reads the payload as this device's iOS does.
    ///
    /// # Errors
    /// A known key of the wrong type, which the installation refuses with 2003.
    pub fn read(payload: &Payload, facts: &DeviceFacts) -> Result<Self, WrongType> {
        let text = |key: &'static str| -> Result<Option<Setting<String>>, WrongType> {
            let found = payload.string(key)?.filter(|s| !s.is_empty());
            Ok(found.map(|s| Setting { value: s.to_owned(), by: By::key(key) }))
        };
        let switch = |s: Switch| -> Result<Setting<bool>, WrongType> {
            let Switch(key, default, (major, minor)) = s;
            Ok(match payload.boolean(key)? {
                Some(value) if facts.at_least(major, minor) => Setting { value, by: By::key(key) },
                _ => Setting::default_of(default),
            })
        };
        let negated = |s: Switch| switch(s).map(|s| Setting { value: !s.value, by: s.by });

        let host = text("Host")?;
        let oauth = switch(Switch("OAuth", false, (12, 0)))?;
        // Apple's schema: the two URLs came with iOS 13 and are ignored without OAuth.
        let sign_in_url = text("OAuthSignInURL")?.filter(|_| oauth.value && facts.at_least(13, 0));
        let certificate = text("PayloadCertificateUUID")?;
        let inline = payload.data("Certificate")?.is_some() && facts.at_least(7, 0);
        let sign_in = match certificate {
            // OAuth with an identity signs in with the identity (EAS-031).
            Some(uuid) => Setting { value: SignIn::Certificate(uuid.value), by: uuid.by },
            None if inline => Setting { value: SignIn::InlineCertificate, by: By::key("Certificate") },
            None if oauth.value => Setting { value: SignIn::OAuth, by: oauth.by.clone() },
            None => Setting::default_of(SignIn::Password),
        };
        let name = match (payload.display_name(), &host) {
            (Some(n), _) if !n.is_empty() => {
                Setting { value: n.to_owned(), by: By::key("PayloadDisplayName") }
            }
            (_, Some(h)) => h.clone(),
            _ => Setting::default_of("Exchange".to_owned()),
        };

        let mut enabled = Services::make(|_| Setting::default_of(true));
        let mut locked = Services::make(|_| Setting::default_of(false));
        for service in Service::ALL {
            *enabled.of_mut(service) = switch(Switch(service.enable_key(), true, (13, 0)))?;
            *locked.of_mut(service) = negated(Switch(service.override_key(), true, (13, 0)))?;
        }

        let mail_window_days = match payload.integer("MailNumberOfPastDaysToSync")? {
            Some(days) => Setting {
                value: u32::try_from(days).unwrap_or(7),
                by: By::key("MailNumberOfPastDaysToSync"),
            },
            None => Setting::default_of(7),
        };

        let signing_identity = text("SMIMESigningCertificateUUID")?;
        let encryption_identity = text("SMIMEEncryptionCertificateUUID")?;
        let mut smime = signing_identity.is_some() || encryption_identity.is_some();
        for key in SMIME_SWITCHES {
            smime |= payload.boolean(key)? == Some(true);
        }
        let from_12 = |key| negated(Switch(key, false, (12, 0)));
        let (encrypt_by_default, per_message_switch) = if facts.at_least(12, 0) {
            (
                switch(Switch("SMIMEEncryptByDefault", false, (12, 0)))?,
                switch(Switch("SMIMEEnableEncryptionPerMessageSwitch", false, (12, 0)))?,
            )
        } else {
            (
                switch(Switch("SMIMEEncryptionEnabled", false, (10, 3)))?,
                switch(Switch("SMIMEEnablePerMessageSwitch", false, (8, 0)))?,
            )
        };

        Ok(MailSettings {
            name,
            host,
            email: text("EmailAddress")?,
            user_name: text("UserName")?,
            ssl: switch(Switch("SSL", false, (0, 0)))?,
            sign_in,
            autodiscover: oauth.value && sign_in_url.is_none(),
            oauth_sign_in_url: sign_in_url,
            oauth_token_url: text("OAuthTokenRequestURL")?.filter(|_| facts.at_least(13, 0)),
            enabled,
            locked,
            mail_window_days,
            move_allowed: negated(Switch("PreventMove", false, (5, 0)))?,
            third_party_send: negated(Switch("PreventAppSheet", false, (5, 0)))?,
            recents: negated(Switch("disableMailRecentsSyncing", false, (0, 0)))?,
            smime,
            // Introduced with iOS 10.3 (Apple's schema); the documents name no older behaviour, so before it the
            // key is read all the same.
            signing: switch(Switch("SMIMESigningEnabled", false, (5, 0)))?,
            signing_locked: from_12("SMIMESigningUserOverrideable")?,
            signing_identity,
            signing_identity_locked: from_12("SMIMESigningCertificateUUIDUserOverrideable")?,
            encrypt_by_default,
            encrypt_by_default_locked: from_12("SMIMEEncryptByDefaultUserOverrideable")?,
            encryption_identity,
            encryption_identity_locked: from_12("SMIMEEncryptionCertificateUUIDUserOverrideable")?,
            per_message_switch,
        })
    }

    /// The settings of an account that its owner made by hand: everything on, nothing locked, no S/MIME.
    pub(crate) fn personal(name: &str, host: &str, email: &str, user_name: &str) -> Self {
        let own = |s: &str| Setting { value: s.to_owned(), by: By::User };
        let free = || Setting::default_of(false);
        MailSettings {
            name: own(name),
            host: Some(own(host)),
            email: Some(own(email)),
            user_name: Some(own(user_name)),
            ssl: Setting { value: true, by: By::User },
            sign_in: Setting { value: SignIn::Password, by: By::User },
            autodiscover: false,
            oauth_sign_in_url: None,
            oauth_token_url: None,
            enabled: Services::make(|_| Setting::default_of(true)),
            locked: Services::make(|_| free()),
            mail_window_days: Setting::default_of(7),
            move_allowed: Setting::default_of(true),
            third_party_send: Setting::default_of(true),
            recents: Setting::default_of(true),
            smime: false,
            signing: free(),
            signing_locked: free(),
            signing_identity: None,
            signing_identity_locked: free(),
            encrypt_by_default: free(),
            encrypt_by_default_locked: free(),
            encryption_identity: None,
            encryption_identity_locked: free(),
            per_message_switch: free(),
        }
    }
}
