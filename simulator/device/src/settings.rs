//! What an Exchange ActiveSync payload sets on a given iOS version: every value with the key, or the default, that
//! decided it.
//!
//! Source of keys, defaults and versions: Apple's schema of com.apple.eas.account (profiles-and-mdm.md A.1).

use crate::{Defect, DeviceFacts, SmimeSettings};
use profile::{Payload, WrongType};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wire::Shared;

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
    Key(Cow<'static, str>),
    /// The documented default of an absent or not yet effective key.
    Default,
    /// The owner of the phone.
    User,
}

impl By {
    pub(crate) fn key(name: &'static str) -> Self {
        By::Key(Cow::Borrowed(name))
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
    pub(crate) fn default_of(value: T) -> Self {
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
    /// The S/MIME keys.
    pub smime: Shared<SmimeSettings>,
    /// `VPNUUID` of the per-app VPN that carries the account (iOS 14).
    pub vpn: Option<Setting<String>>,
    /// `OverridePreviousPassword` (iOS 14): an update's `Password` replaces the one that the owner typed.
    pub override_previous_password: bool,
}

/// The key, its default, and from which iOS on it acts.
pub(crate) struct Switch(pub(crate) &'static str, pub(crate) bool, pub(crate) (u16, u16));

impl Switch {
    /// The switch as the payload has it on this iOS.
    pub(crate) fn read(self, payload: &Payload, facts: &DeviceFacts) -> Result<Setting<bool>, WrongType> {
        let Switch(key, default, (major, minor)) = self;
        Ok(match payload.boolean(key)? {
            Some(value) if facts.at_least(major, minor) => Setting { value, by: By::key(key) },
            _ => Setting::default_of(default),
        })
    }

    /// The opposite of the switch.
    pub(crate) fn negated(self, payload: &Payload, facts: &DeviceFacts) -> Result<Setting<bool>, WrongType> {
        self.read(payload, facts).map(|s| Setting { value: !s.value, by: s.by })
    }
}

/// A text that says something: an empty one counts as absent.
pub(crate) fn text(payload: &Payload, key: &'static str) -> Result<Option<Setting<String>>, WrongType> {
    let found = payload.string(key)?.filter(|s| !s.is_empty());
    Ok(found.map(|s| Setting { value: s.to_owned(), by: By::key(key) }))
}

/// Names and addresses as a phone with a defect takes them.
fn misread_names(
    defect: Defect,
    host: &mut Option<Setting<String>>,
    email: &mut Option<Setting<String>>,
    user_name: &mut Option<Setting<String>>,
) {
    match (defect, email, user_name) {
        (Defect::HostFromAddress, Some(email), _) => {
            if let (Some(host), Some((_, domain))) = (host, email.value.split_once('@')) {
                host.value = domain.to_owned();
            }
        }
        (Defect::UserNameFromAddress, Some(email), Some(name)) => name.value.clone_from(&email.value),
        (Defect::AddressFromUserName, Some(email), Some(name)) => email.value.clone_from(&name.value),
        (Defect::UserNameWithoutDomain, _, Some(name)) => {
            if let Some((_, bare)) = name.value.rsplit_once('\\') {
                name.value = bare.to_owned();
            }
        }
        _ => {}
    }
}

/// The scope as a phone with a defect takes it.
fn misread_scope(
    defect: Defect,
    enabled: &mut Services<Setting<bool>>,
    locked: &mut Services<Setting<bool>>,
) {
    let unsaid = |setting: &Setting<bool>| setting.by == By::Default;
    match defect {
        Defect::DefaultNotesOff if unsaid(enabled.of(Service::Notes)) => {
            enabled.of_mut(Service::Notes).value = false;
        }
        Defect::DefaultContactsLocked if unsaid(locked.of(Service::Contacts)) => {
            locked.of_mut(Service::Contacts).value = true;
        }
        Defect::MailSwitchIgnored => *enabled.of_mut(Service::Mail) = Setting::default_of(true),
        Defect::CalendarsFollowContacts => {
            *enabled.of_mut(Service::Calendars) = enabled.of(Service::Contacts).clone();
        }
        Defect::RemindersFollowCalendars => {
            *enabled.of_mut(Service::Reminders) = enabled.of(Service::Calendars).clone();
        }
        Defect::NotesLockIgnored => *locked.of_mut(Service::Notes) = Setting::default_of(false),
        Defect::OpenMailLocked => locked.of_mut(Service::Mail).value = true,
        _ => {}
    }
}

impl MailSettings {
    /// Reads the payload as this device's iOS does.
    ///
    /// # Errors
    /// A known key of the wrong type, which the installation refuses with 2003.
    pub fn read(payload: &Payload, facts: &DeviceFacts) -> Result<Self, WrongType> {
        let text = |key: &'static str| text(payload, key);
        let switch = |s: Switch| s.read(payload, facts);
        let negated = |s: Switch| s.negated(payload, facts);

        let mut host = text("Host")?;
        let mut email = text("EmailAddress")?;
        let mut user_name = text("UserName")?;
        if let Some(defect) = facts.variants.defect {
            misread_names(defect, &mut host, &mut email, &mut user_name);
        }
        let oauth_from = if facts.has(Defect::OAuthBeforeIos12) { (0, 0) } else { (12, 0) };
        let mut oauth = switch(Switch("OAuth", false, oauth_from))?;
        if facts.has(Defect::OAuthIgnored) {
            oauth = Setting::default_of(false);
        }
        // Apple's schema: the two URLs came with iOS 13 and are ignored without OAuth.
        let sign_in_url = text("OAuthSignInURL")?.filter(|_| oauth.value && facts.at_least(13, 0));
        let certificate = text("PayloadCertificateUUID")?;
        let inline = payload.data("Certificate")?.is_some() && facts.at_least(7, 0);
        let sign_in = match certificate {
            // OAuth with an identity signs in with the identity (EAS-031).
            Some(uuid)
                if !(facts.has(Defect::CertificateAsksForPassword)
                    || oauth.value && facts.has(Defect::OAuthAsksDespiteCertificate)) =>
            {
                Setting { value: SignIn::Certificate(uuid.value), by: uuid.by }
            }
            _ if inline => Setting { value: SignIn::InlineCertificate, by: By::key("Certificate") },
            _ if oauth.value => Setting { value: SignIn::OAuth, by: oauth.by.clone() },
            _ => Setting::default_of(SignIn::Password),
        };
        let name = match (payload.display_name(), &host) {
            (Some(n), _) if !n.is_empty() && !facts.has(Defect::AccountNameFromHost) => {
                Setting { value: n.to_owned(), by: By::key("PayloadDisplayName") }
            }
            (_, Some(h)) => h.clone(),
            _ => Setting::default_of("Exchange".to_owned()),
        };

        let mut enabled = Services::make(|_| Setting::default_of(true));
        let mut locked = Services::make(|_| Setting::default_of(false));
        let from = match facts.variants.defect {
            Some(Defect::ScopeBeforeIos13) => (12, 0),
            Some(Defect::ScopeFromIos14) => (14, 0),
            _ => (13, 0),
        };
        for service in Service::ALL {
            *enabled.of_mut(service) = switch(Switch(service.enable_key(), true, from))?;
            *locked.of_mut(service) = negated(Switch(service.override_key(), true, from))?;
        }
        if let Some(defect) = facts.variants.defect {
            misread_scope(defect, &mut enabled, &mut locked);
        }

        let mail_window_days = match payload.integer("MailNumberOfPastDaysToSync")? {
            Some(days) => {
                Setting { value: u32::try_from(days).unwrap_or(7), by: By::key("MailNumberOfPastDaysToSync") }
            }
            None => Setting::default_of(if facts.has(Defect::DefaultWindowUnlimited) { 0 } else { 7 }),
        };
        let mail_window_days = match (facts.variants.defect, mail_window_days.value) {
            (Some(Defect::WindowIgnored), _) => Setting::default_of(7),
            (Some(Defect::UnlimitedWindowIsAMonth), 0) => Setting { value: 31, ..mail_window_days },
            _ => mail_window_days,
        };
        let mut move_allowed = negated(Switch("PreventMove", false, (5, 0)))?;
        let mut third_party_send = negated(Switch("PreventAppSheet", false, (5, 0)))?;
        let mut recents = negated(Switch("disableMailRecentsSyncing", false, (0, 0)))?;
        match facts.variants.defect {
            Some(Defect::MoveAlwaysRefused) => move_allowed.value = false,
            Some(Defect::AppSheetAlwaysRefused) => third_party_send.value = false,
            Some(Defect::AppSheetLockIgnored) => third_party_send.value = true,
            Some(Defect::RecentsAlwaysSynchronised) => recents.value = true,
            _ => {}
        }

        Ok(MailSettings {
            name,
            host,
            email,
            user_name,
            ssl: switch(Switch("SSL", false, (0, 0)))?,
            sign_in,
            autodiscover: oauth.value && sign_in_url.is_none(),
            oauth_sign_in_url: sign_in_url,
            oauth_token_url: text("OAuthTokenRequestURL")?.filter(|_| facts.at_least(13, 0)),
            enabled,
            locked,
            mail_window_days,
            move_allowed,
            third_party_send,
            recents,
            smime: Shared::new(SmimeSettings::read(payload, facts, false)?),
            vpn: text("VPNUUID")?.filter(|_| facts.at_least(14, 0)),
            override_previous_password: switch(Switch("OverridePreviousPassword", false, (14, 0)))?.value,
        })
    }

    /// The settings of an account that its owner made by hand: everything on, nothing locked, no S/MIME.
    pub(crate) fn personal(name: &str, host: &str, email: &str, user_name: &str) -> Self {
        let own = |s: &str| Setting { value: s.to_owned(), by: By::User };
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
            locked: Services::make(|_| Setting::default_of(false)),
            mail_window_days: Setting::default_of(7),
            move_allowed: Setting::default_of(true),
            third_party_send: Setting::default_of(true),
            recents: Setting::default_of(true),
            smime: Shared::new(SmimeSettings::none()),
            vpn: None,
            override_previous_password: false,
        }
    }
}
