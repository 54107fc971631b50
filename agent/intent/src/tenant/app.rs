//! Settings of an app, above all Outlook's, as Graph carries them: a list of typed settings, or a property list.

use profile::Severity::{Error, Warning};
use profile::graph::{self, Finding, Resource, ResourceKind, excerpt};
use profile::plist::{self, Value};

use super::assignment::Assignment;
use super::outlook::{self, REFERENCE};
use crate::expectation::{ExpectedOutlook, OutlookChannel, OutlookValue, expected_outlook};
use crate::scep::{DeviceAttributes, expand};
use crate::user::User;

/// The most settings read of one configuration.
pub const APP_SETTINGS_MAX: usize = 1_000;

/// Holds the configuration of an app.
#[derive(Debug, Clone)]
pub struct AppConfiguration {
    /// Its id; where it has none, the path at which it stands.
    pub id: String,
    /// Whether it reaches managed devices (`iosMobileAppConfiguration`) or the managed app alone.
    pub for_devices: bool,
    /// The settings, in their order.
    pub settings: Vec<AppSetting>,
    /// Whom it is assigned to; none where the document does not say.
    pub assignments: Option<Vec<Assignment>>,
    /// The object as it was written.
    pub resource: Resource,
    /// What is odd about it.
    pub findings: Vec<Finding>,
}

/// Holds one setting of an app.
#[derive(Debug, Clone, PartialEq)]
pub struct AppSetting {
    /// The key; upper and lower case count.
    pub key: String,
    /// The value.
    pub value: AppValue,
}

/// Holds the value of an app's setting.
#[derive(Debug, Clone, PartialEq)]
pub enum AppValue {
    /// A text; it may hold variables such as `{{mail}}`.
    Text(String),
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
}

/// Holds what is documented of one of Outlook's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutlookKey {
    /// The key.
    pub key: &'static str,
    /// Whether its value is a truth value; else it is a text.
    pub boolean: bool,
    /// The value where the key is absent, for truth values that have one.
    pub default: Option<bool>,
}

const fn boolean(key: &'static str, default: bool) -> OutlookKey {
    OutlookKey { key, boolean: true, default: Some(default) }
}

const fn text(key: &'static str) -> OutlookKey {
    OutlookKey { key, boolean: false, default: None }
}

/// Outlook's keys for S/MIME and for the account.
///
/// Source: OfficeDocs-Exchange, app configuration of Outlook for iOS (07/2021); `CertsFromIntune` is not in it and was
/// seen in exports only.
pub const OUTLOOK_KEYS: [OutlookKey; 14] = [
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled", false),
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled.UserChangeAllowed", true),
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled.EncryptAllMail", false),
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled.EncryptAllMail.UserChangeAllowed", true),
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled.SignAllMail", false),
    boolean("com.microsoft.outlook.Mail.SMIMEEnabled.SignAllMail.UserChangeAllowed", true),
    text("com.microsoft.outlook.Mail.SMIMEEnabled.LDAPHostName"),
    OutlookKey {
        key: "com.microsoft.outlook.Mail.SMIMEEnabled.CertsFromIntune",
        boolean: true,
        default: None,
    },
    boolean("com.microsoft.outlook.Mail.OrganizeByThreadEnabled", true),
    text("IntuneMAMUPN"),
    text("IntuneMAMAllowedAccountsOnly"),
    text("com.microsoft.outlook.EmailProfile.EmailAddress"),
    text("com.microsoft.outlook.EmailProfile.EmailUPN"),
    text("com.microsoft.outlook.EmailProfile.AccountType"),
];

impl AppConfiguration {
    pub(super) fn read(resource: Resource) -> Self {
        let mut findings = graph::check(&resource);
        let (assignments, odd) = Assignment::read(&resource);
        findings.extend(odd);
        let mut settings = match resource.kind {
            ResourceKind::ManagedAppConfiguration => managed(&resource, &mut findings),
            _ => listed(&resource, &mut findings),
        };
        if settings.len() > APP_SETTINGS_MAX {
            settings.truncate(APP_SETTINGS_MAX);
            let message = format!("only the first {APP_SETTINGS_MAX} settings are read");
            findings.push(resource.finding("app-too-many-settings", Error, "", message, REFERENCE));
        }
        let member = match resource.kind {
            ResourceKind::ManagedAppConfiguration => "customSettings",
            _ if resource.binary("encodedSettingXml").is_some() => "encodedSettingXml",
            _ => "settings",
        };
        outlook::check(&resource, member, &settings, &mut findings);
        Self {
            id: resource.id().map_or_else(|| resource.path.clone(), str::to_owned),
            for_devices: resource.kind == ResourceKind::DeviceAppConfiguration,
            settings,
            assignments,
            resource,
            findings,
        }
    }

    /// Returns the value of a key; of duplicates the last.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&AppValue> {
        self.settings.iter().rev().find(|setting| setting.key == key).map(|setting| &setting.value)
    }

    /// Returns the truth value of a key: as it is set, else Outlook's default. Texts of truth values count.
    #[must_use]
    pub fn boolean(&self, key: &str) -> Option<bool> {
        match self.value(key) {
            Some(AppValue::Boolean(value)) => Some(*value),
            Some(AppValue::Text(text)) => truth(text),
            Some(AppValue::Integer(number)) => Some(*number != 0),
            Some(AppValue::Real(_)) => None,
            None => OUTLOOK_KEYS.iter().find(|known| known.key == key).and_then(|known| known.default),
        }
    }

    /// Returns the text of a key with the user's and the phone's attributes in the place of variables.
    ///
    /// # Errors
    /// The first variable that is not known or has no value.
    pub fn text(
        &self,
        key: &str,
        user: &User,
        device: Option<&DeviceAttributes>,
    ) -> Result<Option<String>, String> {
        match self.value(key) {
            Some(AppValue::Text(text)) => expand(text, user, device).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns what Outlook must look like under these settings, for one user.
    #[must_use]
    pub fn expected_outlook(&self, user: &User) -> ExpectedOutlook {
        let value = |value: &AppValue| match value {
            AppValue::Text(text) => OutlookValue::Text(text.clone()),
            AppValue::Boolean(value) => OutlookValue::Boolean(*value),
            AppValue::Integer(number) => OutlookValue::Integer(*number),
            // None of Outlook's keys has such a value, so how it is written does not count.
            AppValue::Real(number) => OutlookValue::Text(number.to_string()),
        };
        // Of duplicates the last counts.
        let settings =
            self.settings.iter().map(|setting| (setting.key.clone(), value(&setting.value))).collect();
        let channel =
            if self.for_devices { OutlookChannel::ManagedDevices } else { OutlookChannel::ManagedApps };
        expected_outlook(&settings, channel, user)
    }

    /// Says whether any of the settings is one of Outlook's.
    #[must_use]
    pub fn is_outlook(&self) -> bool {
        self.settings.iter().any(|setting| setting.key.starts_with("com.microsoft.outlook."))
    }
}

pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// `settings[]`, or the property list of `encodedSettingXml`; Graph uses one of the two.
fn listed(resource: &Resource, findings: &mut Vec<Finding>) -> Vec<AppSetting> {
    let mut settings = Vec::new();
    for item in resource.objects("settings") {
        let Some(key) = item.text("appConfigKey").filter(|key| !key.is_empty()) else {
            findings.push(item.finding(
                "app-setting-key",
                Error,
                "appConfigKey",
                "the setting has no key",
                REFERENCE,
            ));
            continue;
        };
        let written = item.text("appConfigKeyValue").unwrap_or_default();
        let kind = item.text("appConfigKeyType").unwrap_or("stringType");
        let value = match kind {
            "booleanType" => truth(written).map(AppValue::Boolean),
            "integerType" => written.trim().parse().ok().map(AppValue::Integer),
            "realType" => written.trim().parse().ok().filter(|n: &f64| n.is_finite()).map(AppValue::Real),
            _ => Some(AppValue::Text(written.to_owned())),
        };
        match value {
            Some(value) => settings.push(AppSetting { key: key.to_owned(), value }),
            None => {
                let message = format!("{} is no value of {kind}", excerpt(written));
                findings.push(item.finding(
                    "app-setting-value",
                    Error,
                    "appConfigKeyValue",
                    message,
                    "Microsoft Graph beta",
                ));
            }
        }
    }
    let Some(bytes) = resource.binary("encodedSettingXml") else { return settings };
    let member = "encodedSettingXml";
    if !settings.is_empty() {
        let message = "there are settings and encodedSettingXml; Graph uses one of the two";
        findings.push(resource.finding("app-settings-twice", Warning, member, message, REFERENCE));
    }
    let text = String::from_utf8_lossy(&bytes);
    // The portal keeps the bare dictionary.
    let whole = if text.trim_start_matches('\u{FEFF}').trim_start().starts_with("<dict") {
        format!("<plist version=\"1.0\">{}</plist>", text.trim_start_matches('\u{FEFF}')).into_bytes()
    } else {
        bytes.clone()
    };
    let dictionary = match plist::read(&whole).map(|node| node.value) {
        Ok(Value::Dictionary(dictionary)) => dictionary,
        Ok(other) => {
            let message = format!("the property list inside is {}, not dict", other.type_name());
            findings.push(resource.finding("app-settings-plist", Error, member, message, REFERENCE));
            return settings;
        }
        Err(error) => {
            let message = format!("there is no property list inside: {error}");
            findings.push(resource.finding("app-settings-plist", Error, member, message, REFERENCE));
            return settings;
        }
    };
    // Of duplicates the last counts; that there are some is told.
    for entry in &dictionary.entries {
        let value = match &entry.node.value {
            Value::String(text) => Some(AppValue::Text(text.to_string())),
            Value::Boolean(value) => Some(AppValue::Boolean(*value)),
            Value::Integer(number) => Some(AppValue::Integer(*number)),
            Value::Real(number) => Some(AppValue::Real(*number)),
            _ => None,
        };
        match value {
            Some(value) => settings.push(AppSetting { key: entry.key.to_string(), value }),
            None => {
                let message =
                    format!("{} is {}, which is not read", excerpt(&entry.key), entry.node.value.type_name());
                findings.push(resource.finding("app-setting-value", Warning, member, message, REFERENCE));
            }
        }
    }
    settings
}

fn managed(resource: &Resource, findings: &mut Vec<Finding>) -> Vec<AppSetting> {
    let pairs = resource.objects("customSettings");
    let nameless = pairs.iter().filter(|pair| pair.text("name").is_none_or(str::is_empty));
    findings.extend(
        nameless
            .map(|pair| pair.finding("app-setting-key", Error, "name", "the setting has no key", REFERENCE)),
    );
    let setting = |pair: &Resource| {
        let value = pair.text("value").unwrap_or_default();
        let value = match value {
            "true" => AppValue::Boolean(true),
            "false" => AppValue::Boolean(false),
            text => AppValue::Text(text.to_owned()),
        };
        let key = pair.text("name").filter(|name| !name.is_empty())?;
        Some(AppSetting { key: key.to_owned(), value })
    };
    pairs.iter().filter_map(setting).collect()
}
