//! What is odd about the settings of Outlook: keys that it does not have, values of another type, keys set twice,
//! variables that Intune does not fill in.

use std::collections::BTreeMap;

use profile::Severity::{Error, Warning};
use profile::graph::{Finding, Resource, excerpt};
use profile::lint::nearest;

use super::app::{AppSetting, AppValue, OUTLOOK_KEYS, truth};

pub(super) const REFERENCE: &str = "OfficeDocs-Exchange, app configuration of Outlook for iOS";
const TOKENS: &str = "IntuneDocs, app configuration policies for iOS, tokens";

/// What begins Outlook's own keys.
const OUTLOOK: &str = "com.microsoft.outlook.";

/// Outlook's keys about other things than S/MIME and the account, without what begins them.
///
/// Source: OfficeDocs-Exchange, app configuration of Outlook for iOS and Android, general and data protection settings.
const OTHERS: [&str; 25] = [
    "Auth.Biometric",
    "Auth.Biometric.UserChangeAllowed",
    "Calendar.NativeSyncAvailable.IntuneMAMOnly",
    "Calendar.NativeSyncEnabled",
    "Calendar.NativeSyncEnabled.UserChangeAllowed",
    "Calendar.Notifications.IntuneMAMOnly",
    "Contacts.LocalSyncEnabled",
    "Contacts.LocalSyncEnabled.UserChangeAllowed",
    "EmailProfile.AccountDomain",
    "EmailProfile.EmailAccountName",
    "EmailProfile.ServerAuthentication",
    "EmailProfile.ServerHostName",
    "Mail.BlockExternalImagesEnabled",
    "Mail.BlockExternalImagesEnabled.UserChangeAllowed",
    "Mail.DefaultSignatureEnabled",
    "Mail.ExternalRecipientsToolTipEnabled",
    "Mail.FocusedInbox",
    "Mail.OfficeFeedEnabled",
    "Mail.OrganizeByThreadEnabled",
    "Mail.OrganizeByThreadEnabled.UserChangeAllowed",
    "Mail.PlayMyEmailsEnabled",
    "Mail.SuggestedRepliesEnabled",
    "Mail.SuggestedRepliesEnabled.UserChangeAllowed",
    "Mail.TextPredictionsEnabled",
    "Mail.TextPredictionsEnabled.UserChangeAllowed",
];

/// Families of which the single keys are not listed here: fields of contacts, notifications.
const FAMILIES: [&str; 2] = ["ContactSync.", "Mail.Notifications."];

/// The variables that Intune fills in, in lower case.
///
/// Source: IntuneDocs, app configuration policies for iOS; the last five are those of its certificate profiles.
const VARIABLES: [&str; 16] = [
    "userprincipalname",
    "mail",
    "partialupn",
    "accountid",
    "deviceid",
    "userid",
    "username",
    "serialnumber",
    "serialnumberlast4digits",
    "udidlast4digits",
    "aaddeviceid",
    "onpremisessamaccountname",
    "emailaddress",
    "primarysmtpaddress",
    "devicename",
    "imei",
];

/// Says what is odd about settings; `member` is where they stand.
pub(super) fn check(resource: &Resource, member: &str, settings: &[AppSetting], findings: &mut Vec<Finding>) {
    for setting in settings {
        key(resource, member, setting, findings);
        if let AppValue::Text(text) = &setting.value {
            variables(resource, member, &setting.key, text, findings);
        }
    }
    let mut seen: BTreeMap<&str, &AppValue> = BTreeMap::new();
    for setting in settings {
        let Some(first) = seen.insert(&setting.key, &setting.value) else { continue };
        let (severity, message) = match *first == setting.value {
            true => (Warning, format!("{} is set twice", excerpt(&setting.key))),
            false => (
                Error,
                format!("{} is set twice, to different values; the last one counts", excerpt(&setting.key)),
            ),
        };
        let finding = resource.finding("app-setting-twice", severity, member, message, REFERENCE);
        findings.push(finding.help("remove one of them"));
    }
}

fn key(resource: &Resource, member: &str, setting: &AppSetting, findings: &mut Vec<Finding>) {
    let key = setting.key.as_str();
    if let Some(known) = OUTLOOK_KEYS.iter().find(|known| known.key == key) {
        let kind = if known.boolean { "a truth value" } else { "a text" };
        let (severity, found) = match &setting.value {
            AppValue::Boolean(_) if known.boolean => return,
            AppValue::Text(_) if !known.boolean => return,
            // What looks like a truth value is read as one here; whether Outlook does is not documented.
            AppValue::Text(text) if truth(text).is_some() => (Warning, format!("the text {}", excerpt(text))),
            AppValue::Text(text) => (Error, format!("the text {}", excerpt(text))),
            AppValue::Boolean(_) => (Error, "a truth value".to_owned()),
            AppValue::Integer(_) | AppValue::Real(_) => (Error, "a number".to_owned()),
        };
        let message = format!("{key} wants {kind}, and has {found}");
        let finding = resource.finding("outlook-value", severity, member, message, REFERENCE);
        let help = if known.boolean {
            "write true or false as a truth value, not as a text"
        } else {
            "write a text"
        };
        findings.push(finding.help(help));
        return;
    }
    let own = key.strip_prefix(OUTLOOK);
    if own.is_some_and(|own| OTHERS.contains(&own) || FAMILIES.iter().any(|family| own.starts_with(family))) {
        return;
    }
    let others: Vec<String> = OTHERS.iter().map(|other| format!("{OUTLOOK}{other}")).collect();
    let known = OUTLOOK_KEYS.iter().map(|known| known.key).chain(others.iter().map(String::as_str));
    let near = nearest(key, known);
    let (severity, message) = match near {
        Some(_) => (Error, format!("{} is no key of Outlook; keys are case sensitive", excerpt(key))),
        None if own.is_some() => (
            Warning,
            format!("{} is no key of Outlook that is documented; it may count for nothing", excerpt(key)),
        ),
        None => return,
    };
    let finding = resource.finding("outlook-unknown-key", severity, member, message, REFERENCE);
    findings.push(finding.help_some(near.map(|near| format!("did you mean {near}?"))));
}

/// Variables in a text that nothing fills in; Outlook would get them as they are written.
fn variables(resource: &Resource, member: &str, key: &str, text: &str, findings: &mut Vec<Finding>) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            let message = format!("the variable in {key} has no end: {}", excerpt(text));
            let finding = resource.finding("app-setting-variable", Error, member, message, TOKENS);
            findings.push(finding.help("write it as {{mail}}"));
            return;
        };
        rest = after;
        let plain = name.trim().to_lowercase();
        if VARIABLES.contains(&plain.as_str()) {
            continue;
        }
        let message = format!("{key}: Intune knows no variable {}", excerpt(&format!("{{{{{name}}}}}")));
        let near = nearest(&plain, VARIABLES).map(|near| format!("did you mean {{{{{near}}}}}?"));
        let finding = resource.finding("app-setting-variable", Error, member, message, TOKENS);
        findings.push(finding.help_some(near));
    }
}
