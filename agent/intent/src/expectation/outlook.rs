//! What Outlook for iOS must look like under an app configuration policy.
//!
//! Source: Exchange, configuration of Outlook for iOS and Android with Intune, and S/MIME in
//! Outlook for iOS and Android. Keys are compared letter by letter, case included; the keys that
//! carry the certificate profiles and the choice of notification are not public and therefore
//! expected nowhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::ExpectedToggle;
use super::expected::{BY_DEFAULT, Basis, Expected};
use super::stated::{Stated, Statements};
use crate::user::User;

/// Holds one value of an app configuration policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OutlookValue {
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text, variables such as `{{mail}}` among it.
    Text(String),
}

/// Says how the policy reaches the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutlookChannel {
    /// By the management of the device (OUT-021).
    ManagedDevices,
    /// By the management of the app alone, enrolled or not.
    ManagedApps,
}

/// Holds the app as it must look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedOutlook {
    /// How the policy reaches the app.
    pub channel: OutlookChannel,
    /// S/MIME in the app (OUT-022).
    pub smime: ExpectedToggle,
    /// Whether every message is encrypted; without effect while S/MIME is off.
    pub encrypt_all: ExpectedToggle,
    /// Whether every message is signed; without effect while S/MIME is off.
    pub sign_all: ExpectedToggle,
    /// The directory that is asked for certificates of recipients.
    pub ldap_host: Expected<Option<String>>,
    /// Whether certificates come from Intune through Company Portal (OUT-023).
    pub certificates_from_intune: Expected<bool>,
    /// Whether messages are organised by thread; S/MIME switches it off for the whole app (XTR-014).
    pub threads: Expected<bool>,
    /// Address of the account that is set up; unsettled when the policy or the user names none.
    pub email_address: Option<Expected<String>>,
    /// Name the account signs in with; unsettled likewise.
    pub user_name: Option<Expected<String>>,
    /// Keys that do nothing, sorted.
    pub ignored: Vec<IgnoredKey>,
}

/// Holds a key of the policy that Outlook does not obey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IgnoredKey {
    /// The key as it is written.
    pub key: String,
    /// Why it does nothing.
    pub reason: IgnoredReason,
    /// The key that was probably meant.
    pub near: Option<&'static str>,
}

/// Says why a key does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IgnoredReason {
    /// No key of Outlook is written so; case counts.
    Unknown,
    /// The value is of another type than the key's.
    WrongType,
    /// The key belongs to managed devices and the policy is one of managed apps.
    WrongChannel,
}

const SMIME: &str = "com.microsoft.outlook.Mail.SMIMEEnabled";
const SMIME_CHANGE: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.UserChangeAllowed";
const ENCRYPT: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.EncryptAllMail";
const ENCRYPT_CHANGE: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.EncryptAllMail.UserChangeAllowed";
const SIGN: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.SignAllMail";
const SIGN_CHANGE: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.SignAllMail.UserChangeAllowed";
const LDAP: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.LDAPHostName";
const FROM_INTUNE: &str = "com.microsoft.outlook.Mail.SMIMEEnabled.CertsFromIntune";
const THREADS: &str = "com.microsoft.outlook.Mail.OrganizeByThreadEnabled";
const ADDRESS: &str = "com.microsoft.outlook.EmailProfile.EmailAddress";
const UPN: &str = "com.microsoft.outlook.EmailProfile.EmailUPN";
const ACCOUNT_TYPE: &str = "com.microsoft.outlook.EmailProfile.AccountType";
const MAM_UPN: &str = "IntuneMAMUPN";
const MAM_ALLOWED: &str = "IntuneMAMAllowedAccountsOnly";

/// The keys of Outlook that are public: name, whether the value is a truth value, whether managed
/// apps have it too.
const KEYS: [(&str, bool, bool); 14] = [
    (SMIME, true, true),
    (SMIME_CHANGE, true, true),
    (ENCRYPT, true, true),
    (ENCRYPT_CHANGE, true, true),
    (SIGN, true, true),
    (SIGN_CHANGE, true, true),
    (LDAP, false, true),
    (FROM_INTUNE, true, false),
    (THREADS, true, true),
    (ADDRESS, false, false),
    (UPN, false, false),
    (ACCOUNT_TYPE, false, false),
    (MAM_UPN, false, false),
    (MAM_ALLOWED, false, false),
];

const CONFIGURATION: &str = "Exchange: Outlook for iOS and Android configuration with Intune";
const ENABLE: Basis = Basis::new(&["OUT-022"], "Intune: S/MIME in Outlook for iOS, Enable S/MIME");
const PLAIN: Basis = Basis::new(&[], CONFIGURATION);
const DEPLOY: Basis =
    Basis::new(&["OUT-023"], "Intune: S/MIME in Outlook for iOS, Deploy S/MIME certificates from Intune");
const NO_THREADS: Basis = Basis::new(&["XTR-014"], "Exchange: S/MIME in Outlook for iOS and Android");

/// Returns what Outlook must look like under the settings of one policy, for one user.
#[must_use]
pub fn expected_outlook(
    settings: &BTreeMap<String, OutlookValue>,
    channel: OutlookChannel,
    user: &User,
) -> ExpectedOutlook {
    let policy = Policy { settings, channel };
    let smime = policy.toggle(ENABLE, SMIME, SMIME_CHANGE);
    let threads = PLAIN.keyed(policy.boolean(THREADS), THREADS, true);
    ExpectedOutlook {
        channel,
        threads: if smime.on.value { NO_THREADS.expect(false, smime.on.by) } else { threads },
        encrypt_all: policy.toggle(PLAIN, ENCRYPT, ENCRYPT_CHANGE),
        sign_all: policy.toggle(PLAIN, SIGN, SIGN_CHANGE),
        ldap_host: match policy.text(LDAP) {
            Some(host) => PLAIN.expect(Some(host.to_owned()), LDAP),
            None => PLAIN.expect(None, BY_DEFAULT),
        },
        certificates_from_intune: DEPLOY.keyed(policy.boolean(FROM_INTUNE), FROM_INTUNE, false),
        email_address: policy.resolved(ADDRESS, user),
        user_name: policy.resolved(UPN, user),
        ignored: policy.ignored(),
        smime,
    }
}

impl ExpectedOutlook {
    /// Returns every row that the policy makes a demand on Outlook of.
    ///
    /// No device of ours has Outlook yet, so nothing of this can be judged.
    #[must_use]
    pub fn stated(&self) -> Vec<Stated> {
        let mut statements = Statements::default();
        statements.add("outlook", &["OUT-001", "OUT-007", "OUT-012", "OUT-021", "OUT-022", "OUT-036"]);
        if self.smime.on.value {
            statements
                .add("outlook.messages", &["OUT-002", "OUT-003", "OUT-004", "OUT-005", "OUT-006", "OUT-033"]);
            statements.add("outlook.certificates", &["OUT-009", "OUT-013", "OUT-015", "OUT-016"]);
            statements.add("outlook.checks", &["XTR-012", "XTR-013", "XTR-014", "XTR-015"]);
        }
        statements.add("outlook.delivery", &["OUT-023"]);
        if self.certificates_from_intune.value {
            statements
                .add("outlook.imported", &["OUT-010", "OUT-011", "OUT-014", "OUT-017", "OUT-025", "OUT-027"]);
            statements.add("outlook.enrolled", &["OUT-018", "OUT-024", "OUT-029"]);
            statements.add("outlook.derived", &["OUT-019", "OUT-026", "OUT-028"]);
            statements.add(
                "outlook.retrieval",
                &["OUT-020", "OUT-030", "OUT-031", "OUT-032", "OUT-034", "OUT-035"],
            );
        }
        statements.into_inner()
    }
}

struct Policy<'a> {
    settings: &'a BTreeMap<String, OutlookValue>,
    channel: OutlookChannel,
}

impl Policy<'_> {
    fn toggle(&self, basis: Basis, key: &'static str, change: &'static str) -> ExpectedToggle {
        ExpectedToggle {
            on: basis.keyed(self.boolean(key), key, false),
            locked: PLAIN.keyed(self.boolean(change), change, true).map(|free| !free),
        }
    }

    /// Returns the value of a key that is in force.
    fn value(&self, key: &str) -> Option<&OutlookValue> {
        let value = self.settings.get(key)?;
        self.fault(key, value).is_none().then_some(value)
    }

    fn boolean(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            OutlookValue::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            OutlookValue::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Puts the user's attribute in place of a variable; letters of a variable's name may have any case.
    fn resolved(&self, key: &'static str, user: &User) -> Option<Expected<String>> {
        let text = self.text(key)?;
        let value = match text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
            None => text.to_owned(),
            Some(name) if name.eq_ignore_ascii_case("mail") => user.primary_smtp_address.clone()?,
            Some(name) if name.eq_ignore_ascii_case("userprincipalname") => user.upn.clone(),
            Some(name) if name.eq_ignore_ascii_case("onpremisessamaccountname") => {
                user.sam_account_name.clone()?
            }
            Some(_) => return None,
        };
        Some(PLAIN.expect(value, key))
    }

    fn fault(&self, key: &str, value: &OutlookValue) -> Option<IgnoredReason> {
        let Some((_, boolean, in_apps)) = KEYS.into_iter().find(|(known, ..)| *known == key) else {
            return Some(IgnoredReason::Unknown);
        };
        let fits = match value {
            OutlookValue::Boolean(_) => boolean,
            OutlookValue::Integer(_) => false,
            OutlookValue::Text(_) => !boolean,
        };
        if !fits {
            Some(IgnoredReason::WrongType)
        } else if !in_apps && self.channel == OutlookChannel::ManagedApps {
            Some(IgnoredReason::WrongChannel)
        } else {
            None
        }
    }

    fn ignored(&self) -> Vec<IgnoredKey> {
        let faulty = self.settings.iter().filter_map(|(key, value)| Some((key, self.fault(key, value)?)));
        faulty
            .map(|(key, reason)| IgnoredKey {
                near: match reason {
                    IgnoredReason::Unknown => KEYS
                        .into_iter()
                        .map(|(known, ..)| known)
                        .find(|known| known.eq_ignore_ascii_case(key)),
                    _ => None,
                },
                key: key.clone(),
                reason,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OutlookValue::{Boolean, Integer, Text};

    fn user() -> User {
        User {
            upn: "alice@corp.example".into(),
            primary_smtp_address: Some("alice@contoso.example".into()),
            ..User::default()
        }
    }

    fn outlook(settings: &[(&str, OutlookValue)], channel: OutlookChannel) -> ExpectedOutlook {
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        expected_outlook(&settings, channel, &user())
    }

    #[test]
    fn an_empty_policy_leaves_the_defaults_of_the_app() {
        let app = outlook(&[], OutlookChannel::ManagedDevices);
        assert!(!app.smime.on.value && !app.smime.locked.value);
        assert!(!app.encrypt_all.on.value && !app.sign_all.on.value && !app.sign_all.locked.value);
        assert!(app.threads.value && !app.certificates_from_intune.value);
        assert_eq!((app.ldap_host.value, app.email_address, app.user_name), (None, None, None));
        assert_eq!(app.smime.on.by, BY_DEFAULT);
    }

    #[test]
    fn smime_ends_threads_and_its_switch_can_be_locked() {
        let app = outlook(
            &[(SMIME, Boolean(true)), (SMIME_CHANGE, Boolean(false)), (THREADS, Boolean(true))],
            OutlookChannel::ManagedDevices,
        );
        assert!(app.smime.on.value && app.smime.locked.value);
        assert_eq!((app.threads.value, app.threads.by), (false, SMIME));
        assert_eq!(app.threads.requirements, ["XTR-014"]);
        assert_eq!(app.ignored, []);
    }

    #[test]
    fn keys_are_compared_letter_by_letter() {
        let app = outlook(
            &[("com.microsoft.outlook.mail.smimeenabled", Boolean(true)), ("Nonsense", Integer(1))],
            OutlookChannel::ManagedDevices,
        );
        assert!(!app.smime.on.value);
        let ignored: Vec<_> = app.ignored.iter().map(|i| (i.key.as_str(), i.reason, i.near)).collect();
        assert_eq!(
            ignored,
            [
                ("Nonsense", IgnoredReason::Unknown, None),
                ("com.microsoft.outlook.mail.smimeenabled", IgnoredReason::Unknown, Some(SMIME)),
            ]
        );
    }

    #[test]
    fn a_value_of_another_type_or_channel_does_nothing() {
        let settings = [
            (SMIME, Text("true".into())),
            (LDAP, Boolean(true)),
            (FROM_INTUNE, Boolean(true)),
            (ADDRESS, Text("{{Mail}}".into())),
        ];
        let app = outlook(&settings, OutlookChannel::ManagedApps);
        assert!(!app.smime.on.value && !app.certificates_from_intune.value && app.email_address.is_none());
        let reasons: Vec<_> = app.ignored.iter().map(|i| i.reason).collect();
        use IgnoredReason::{WrongChannel, WrongType};
        // Sorted by key: address, S/MIME, certificates, directory.
        assert_eq!(reasons, [WrongChannel, WrongType, WrongChannel, WrongType]);
        let app = outlook(&settings, OutlookChannel::ManagedDevices);
        assert!(app.certificates_from_intune.value);
        assert_eq!(app.email_address.map(|e| e.value).as_deref(), Some("alice@contoso.example"));
    }

    #[test]
    fn variables_are_the_users_attributes() {
        let name = |text: &str| {
            let app = outlook(&[(UPN, Text(text.into()))], OutlookChannel::ManagedDevices);
            app.user_name.map(|name| name.value)
        };
        assert_eq!(name("{{userprincipalname}}").as_deref(), Some("alice@corp.example"));
        assert_eq!(name("{{UserPrincipalName}}").as_deref(), Some("alice@corp.example"));
        assert_eq!(name("{{onPremisesSamAccountName}}"), None);
        assert_eq!(name("{{nobody}}"), None);
        assert_eq!(name("bob@contoso.example").as_deref(), Some("bob@contoso.example"));
    }

    #[test]
    fn what_is_stated_of_outlook_grows_with_the_policy() {
        let ids = |settings: &[(&str, OutlookValue)]| {
            let stated = outlook(settings, OutlookChannel::ManagedDevices).stated();
            stated.iter().map(|s| s.requirements[0]).collect::<Vec<_>>()
        };
        assert!(!ids(&[]).contains(&"OUT-002"));
        assert!(ids(&[(SMIME, Boolean(true))]).contains(&"OUT-002"));
        assert!(!ids(&[(SMIME, Boolean(true))]).contains(&"OUT-031"));
        assert!(ids(&[(FROM_INTUNE, Boolean(true))]).contains(&"OUT-031"));
    }
}
