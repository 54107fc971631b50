//! The e-mail policy as an administrator fills it in, in the words of Microsoft Graph.
//!
//! The type is `iosEasEmailProfileConfiguration` of Graph beta with what it inherits from
//! `easEmailProfileConfigurationBase`. The three *Allow…* labels of the form are stored inverted,
//! as `block…` (XTR-003). `usernameSource`, the hidden twin of `usernameAADSource`, is not kept:
//! where both are present the second one counts.
//!
//! Serialised, a policy carries Graph's property names, for the records of a run. Graph's own answers, with `null` for
//! what is not set and flags joined by commas, are read by [`crate::Tenant`] and written by [`crate::written`].

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::service::Service;

/// Holds what one e-mail policy asks for; [`Default`] is the untouched form (XTR-002).
///
/// The form has no default for the authentication method (EAS-022); the value used here is the
/// first member of the enumeration. Host, account name and display name are empty until set, and
/// no policy compiles without the first two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EmailPolicy {
    /// Graph's id of the policy; it identifies the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the policy itself; without an id it identifies the profile, so it stays while settings change.
    pub display_name: String,
    /// What the administrator noted of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The certificate profiles it refers to.
    #[serde(skip)]
    pub links: PolicyLinks,
    /// Name of the account as the user sees it (EAS-011).
    pub account_name: String,
    /// Host name of the Exchange server (EAS-010).
    pub host_name: String,
    /// Attribute of the user that becomes the user name (EAS-012).
    #[serde(rename = "usernameAADSource")]
    pub username_source: UsernameSource,
    /// Form of the domain before a sAM account name (EAS-017); ignored for other sources (EAS-016).
    pub user_domain_name_source: Option<DomainNameSource>,
    /// Literal domain before a sAM account name (EAS-018); it goes before the attribute.
    pub custom_domain_name: Option<String>,
    /// Attribute of the user that becomes the address (EAS-019).
    pub email_address_source: EmailAddressSource,
    /// How the account signs in (EAS-022).
    pub authentication_method: EasAuthenticationMethod,
    /// Whether the connection uses TLS (EAS-027).
    pub require_ssl: bool,
    /// Whether the account signs in on the web (EAS-030).
    #[serde(rename = "useOAuth")]
    pub use_oauth: bool,
    /// The services that start switched on (EAS-043).
    pub eas_services: BTreeSet<EasService>,
    /// Whether the user may move all five switches, or none (EAS-051, EAS-052).
    pub eas_services_user_override_enabled: bool,
    /// How much mail is kept (EAS-090).
    pub duration_of_email_to_sync: EmailSyncDuration,
    /// Whether moving messages to other accounts is refused (EAS-092).
    pub block_moving_messages_to_other_email_accounts: bool,
    /// Whether sending from other apps is refused (EAS-094).
    pub block_sending_email_from_third_party_apps: bool,
    /// Whether recent addresses stay off the server (EAS-095).
    pub block_syncing_recently_used_email_addresses: bool,
    /// The gate of all S/MIME settings (EAS-060, EAS-061).
    pub require_smime: bool,
    /// Whether outgoing mail is signed (EAS-064).
    pub smime_signing_enabled: bool,
    /// Whether the user may change signing (EAS-065).
    pub smime_signing_user_override_enabled: bool,
    /// Where the signing identity comes from; `None` is *Not configured* (EAS-066).
    pub signing_certificate_type: Option<EmailCertificateType>,
    /// Whether the user may pick another signing identity (EAS-070).
    pub smime_signing_certificate_user_override_enabled: bool,
    /// Whether messages start encrypted (EAS-071).
    pub smime_encrypt_by_default_enabled: bool,
    /// Whether the user may change that start (EAS-072).
    pub smime_encrypt_by_default_user_override_enabled: bool,
    /// Whether a message being written has the lock (EAS-073, EAS-076).
    pub smime_enable_per_message_switch: bool,
    /// Where the encryption identity comes from; `None` is *Not configured* (EAS-078).
    pub encryption_certificate_type: Option<EmailCertificateType>,
    /// Whether the user may pick another encryption identity (EAS-083).
    pub smime_encryption_certificate_user_override_enabled: bool,
    /// The per-app VPN profile the account uses; `None` is *None* (EAS-100).
    #[serde(rename = "perAppVPNProfileId")]
    pub per_app_vpn_profile_id: Option<String>,
}

impl Default for EmailPolicy {
    fn default() -> Self {
        Self {
            id: None,
            display_name: String::new(),
            description: None,
            links: PolicyLinks::default(),
            account_name: String::new(),
            host_name: String::new(),
            username_source: UsernameSource::UserPrincipalName,
            user_domain_name_source: None,
            custom_domain_name: None,
            email_address_source: EmailAddressSource::UserPrincipalName,
            authentication_method: EasAuthenticationMethod::UsernameAndPassword,
            require_ssl: true,
            use_oauth: false,
            eas_services: SyncScope::AllData.services(),
            eas_services_user_override_enabled: true,
            duration_of_email_to_sync: EmailSyncDuration::UserDefined,
            block_moving_messages_to_other_email_accounts: false,
            block_sending_email_from_third_party_apps: false,
            block_syncing_recently_used_email_addresses: false,
            require_smime: false,
            smime_signing_enabled: false,
            smime_signing_user_override_enabled: false,
            signing_certificate_type: None,
            smime_signing_certificate_user_override_enabled: false,
            smime_encrypt_by_default_enabled: false,
            smime_encrypt_by_default_user_override_enabled: false,
            smime_enable_per_message_switch: false,
            encryption_certificate_type: None,
            smime_encryption_certificate_user_override_enabled: false,
            per_app_vpn_profile_id: None,
        }
    }
}

impl EmailPolicy {
    /// Returns what identifies the policy: its id, else its name, else the name of its account.
    #[must_use]
    pub fn key(&self) -> &str {
        match &self.id {
            Some(id) => id,
            None if self.display_name.is_empty() => &self.account_name,
            None => &self.display_name,
        }
    }

    /// Returns the name the profile is shown under: that of the policy, else that of its account.
    #[must_use]
    pub fn shown_name(&self) -> &str {
        if self.display_name.is_empty() { &self.account_name } else { &self.display_name }
    }
}

/// Holds the ids of the objects an e-mail policy refers to, as far as it says them.
///
/// A plain GET leaves these out, so `None` beside a setting that needs one means that the export lost it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyLinks {
    /// `identityCertificate` (EAS-023).
    pub identity: Option<String>,
    /// `smimeSigningCertificate` (EAS-069).
    pub signing: Option<String>,
    /// `smimeEncryptionCertificate` (EAS-081).
    pub encryption: Option<String>,
    /// `derivedCredentialSettings` (EAS-025).
    pub derived_credential: Option<String>,
}

/// Names one member of the Graph flags `easServices`, lowest bit first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EasService {
    /// Bit 1.
    Calendars,
    /// Bit 2.
    Contacts,
    /// Bit 4; the phone calls it mail.
    Email,
    /// Bit 8.
    Notes,
    /// Bit 16.
    Reminders,
}

impl From<Service> for EasService {
    fn from(service: Service) -> Self {
        match service {
            Service::Mail => Self::Email,
            Service::Contacts => Self::Contacts,
            Service::Calendars => Self::Calendars,
            Service::Reminders => Self::Reminders,
            Service::Notes => Self::Notes,
        }
    }
}

/// Names one of the five choices the portal offers for *Exchange data to sync*.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncScope {
    /// All five services (EAS-044), the default.
    #[default]
    AllData,
    /// Mail and nothing else (EAS-045).
    EmailOnly,
    /// Calendars and nothing else (EAS-046).
    CalendarOnly,
    /// Calendars and contacts and nothing else (EAS-047).
    CalendarAndContactsOnly,
    /// Contacts and nothing else (EAS-048).
    ContactsOnly,
}

impl SyncScope {
    /// The five choices, in the order of the form.
    pub const ALL: [Self; 5] = [
        Self::AllData,
        Self::EmailOnly,
        Self::CalendarOnly,
        Self::CalendarAndContactsOnly,
        Self::ContactsOnly,
    ];

    /// Returns the services the choice stands for.
    #[must_use]
    pub fn services(self) -> BTreeSet<EasService> {
        use EasService::{Calendars, Contacts, Email, Notes, Reminders};
        match self {
            Self::AllData => BTreeSet::from([Calendars, Contacts, Email, Notes, Reminders]),
            Self::EmailOnly => BTreeSet::from([Email]),
            Self::CalendarOnly => BTreeSet::from([Calendars]),
            Self::CalendarAndContactsOnly => BTreeSet::from([Calendars, Contacts]),
            Self::ContactsOnly => BTreeSet::from([Contacts]),
        }
    }

    /// Returns the choice that stands for exactly these services, if the portal has one.
    #[must_use]
    pub fn of(services: &BTreeSet<EasService>) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.services() == *services)
    }
}

/// Says which attribute of the user becomes the user name (`usernameAADSource`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsernameSource {
    /// The user principal name as stored, with or without a domain (EAS-013).
    #[default]
    UserPrincipalName,
    /// The primary SMTP address (EAS-014).
    PrimarySmtpAddress,
    /// Domain, backslash, sAM account name (EAS-015).
    SamAccountName,
}

/// Says which attribute of the user becomes the address (`emailAddressSource`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmailAddressSource {
    /// The user principal name as stored (EAS-020).
    #[default]
    UserPrincipalName,
    /// The primary SMTP address (EAS-021).
    PrimarySmtpAddress,
}

/// Says which form of the domain goes before a sAM account name (`userDomainNameSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DomainNameSource {
    /// Such as `contoso.com`.
    FullDomainName,
    /// Such as `contoso`.
    NetBiosDomainName,
}

/// Says how the account signs in (`authenticationMethod`, EAS-022).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EasAuthenticationMethod {
    /// The user types a password (EAS-024), or signs in on the web (EAS-032).
    #[default]
    UsernameAndPassword,
    /// A client certificate of a SCEP or PKCS profile (EAS-023).
    Certificate,
    /// A certificate derived from the user's smart card (EAS-025).
    DerivedCredential,
}

/// Says how much mail is kept (`durationOfEmailToSync`, EAS-090).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmailSyncDuration {
    /// *Not configured*: the device keeps its own default.
    #[default]
    UserDefined,
    /// One day.
    OneDay,
    /// Three days.
    ThreeDays,
    /// Seven days.
    OneWeek,
    /// Fourteen days.
    TwoWeeks,
    /// Thirty-one days.
    OneMonth,
    /// Everything there is.
    Unlimited,
}

impl UsernameSource {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("userPrincipalName", Self::UserPrincipalName),
        ("primarySmtpAddress", Self::PrimarySmtpAddress),
        ("samAccountName", Self::SamAccountName),
    ];
}

impl EmailAddressSource {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 2] =
        [("userPrincipalName", Self::UserPrincipalName), ("primarySmtpAddress", Self::PrimarySmtpAddress)];
}

impl DomainNameSource {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 2] =
        [("fullDomainName", Self::FullDomainName), ("netBiosDomainName", Self::NetBiosDomainName)];
}

impl EasAuthenticationMethod {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("usernameAndPassword", Self::UsernameAndPassword),
        ("certificate", Self::Certificate),
        ("derivedCredential", Self::DerivedCredential),
    ];
}

impl EmailCertificateType {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("none", Self::None),
        ("certificate", Self::Certificate),
        ("derivedCredential", Self::DerivedCredential),
    ];
}

impl EasService {
    /// Graph's words with their meaning, lowest bit first.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("calendars", Self::Calendars),
        ("contacts", Self::Contacts),
        ("email", Self::Email),
        ("notes", Self::Notes),
        ("reminders", Self::Reminders),
    ];
}

impl EmailSyncDuration {
    /// Graph's words with their meaning, in Graph's order.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("userDefined", Self::UserDefined),
        ("oneDay", Self::OneDay),
        ("threeDays", Self::ThreeDays),
        ("oneWeek", Self::OneWeek),
        ("twoWeeks", Self::TwoWeeks),
        ("oneMonth", Self::OneMonth),
        ("unlimited", Self::Unlimited),
    ];

    /// The seven choices, in the order of the enumeration.
    pub const ALL: [Self; 7] = [
        Self::UserDefined,
        Self::OneDay,
        Self::ThreeDays,
        Self::OneWeek,
        Self::TwoWeeks,
        Self::OneMonth,
        Self::Unlimited,
    ];

    /// Returns the window in days as Apple counts it: 0 is everything, `None` leaves the key out.
    #[must_use]
    pub const fn window_days(self) -> Option<u32> {
        match self {
            Self::UserDefined => None,
            Self::OneDay => Some(1),
            Self::ThreeDays => Some(3),
            Self::OneWeek => Some(7),
            Self::TwoWeeks => Some(14),
            Self::OneMonth => Some(31),
            Self::Unlimited => Some(0),
        }
    }
}

/// Says where an S/MIME identity comes from; *Not configured* is the absence of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmailCertificateType {
    /// The administrator forces none, so that the user may pick (EAS-067, EAS-079).
    None,
    /// A SCEP, PKCS or imported PFX profile (EAS-069, EAS-081, XTR-004).
    Certificate,
    /// The derived credential (EAS-068, EAS-080).
    DerivedCredential,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untouched_form_is_the_documented_one() {
        let form = EmailPolicy::default();
        assert!(form.require_ssl && !form.use_oauth);
        assert_eq!(SyncScope::of(&form.eas_services), Some(SyncScope::AllData));
        assert!(form.eas_services_user_override_enabled);
        assert!(!form.require_smime);
        assert_eq!(form.duration_of_email_to_sync, EmailSyncDuration::UserDefined);
        assert_eq!(form.signing_certificate_type, None);
        assert_eq!(form.encryption_certificate_type, None);
        assert_eq!(form.per_app_vpn_profile_id, None);
    }

    #[test]
    fn records_carry_the_property_names_of_graph() {
        let record = serde_json::to_value(EmailPolicy::default()).expect("serialises");
        let names: Vec<&str> = record.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "accountName",
                "authenticationMethod",
                "blockMovingMessagesToOtherEmailAccounts",
                "blockSendingEmailFromThirdPartyApps",
                "blockSyncingRecentlyUsedEmailAddresses",
                "customDomainName",
                "displayName",
                "durationOfEmailToSync",
                "easServices",
                "easServicesUserOverrideEnabled",
                "emailAddressSource",
                "encryptionCertificateType",
                "hostName",
                "perAppVPNProfileId",
                "requireSmime",
                "requireSsl",
                "signingCertificateType",
                "smimeEnablePerMessageSwitch",
                "smimeEncryptByDefaultEnabled",
                "smimeEncryptByDefaultUserOverrideEnabled",
                "smimeEncryptionCertificateUserOverrideEnabled",
                "smimeSigningCertificateUserOverrideEnabled",
                "smimeSigningEnabled",
                "smimeSigningUserOverrideEnabled",
                "useOAuth",
                "userDomainNameSource",
                "usernameAADSource",
            ]
        );
        assert_eq!(serde_json::from_value::<EmailPolicy>(record).ok(), Some(EmailPolicy::default()));
        let word = |value| serde_json::to_value(value).ok();
        assert_eq!(word(DomainNameSource::NetBiosDomainName), Some("netBiosDomainName".into()));
        assert_eq!(serde_json::to_value(EasService::Email).ok(), Some("email".into()));
    }

    #[test]
    fn scopes_are_told_apart_by_their_services() {
        for scope in SyncScope::ALL {
            assert_eq!(SyncScope::of(&scope.services()), Some(scope));
        }
        assert_eq!(SyncScope::of(&BTreeSet::from([EasService::Notes])), None);
        assert_eq!(SyncScope::of(&BTreeSet::new()), None);
    }

    #[test]
    fn durations_are_the_windows_apple_allows() {
        assert_eq!(
            EmailSyncDuration::ALL.map(EmailSyncDuration::window_days),
            [None, Some(1), Some(3), Some(7), Some(14), Some(31), Some(0)]
        );
    }
}
