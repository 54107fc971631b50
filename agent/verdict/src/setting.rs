//! The settings of an e-mail policy: as Graph, the portal and Apple call them, and what a policy says of each.

use intent::{Intent, Service};

/// One setting of an e-mail policy.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The property of `iosEasEmailProfileConfiguration`.
    pub graph: &'static str,
    /// The label of the form, in English.
    pub label: &'static str,
    /// The key of `com.apple.eas.account`.
    pub key: &'static str,
    /// The requirements behind it.
    pub requirements: &'static [&'static str],
    /// The subjects that it decides, or how they begin.
    pub subjects: &'static [&'static str],
    /// What an intent says of it; nothing where it leaves it open.
    pub(crate) said: fn(&Intent) -> Option<String>,
}

fn yes(flag: Option<bool>) -> Option<String> {
    flag.map(|flag| flag.to_string())
}

fn services(intent: &Intent) -> Option<String> {
    let mut on = Vec::new();
    for (service, said) in intent.services.iter() {
        if said.enable? {
            on.push(service.to_string());
        }
    }
    Some(on.join(", "))
}

fn overrides(intent: &Intent) -> Option<String> {
    let all: Option<Vec<bool>> = intent.services.iter().map(|(_, said)| said.overridable).collect();
    let all = all?;
    match (all.iter().any(|o| *o), all.iter().all(|o| *o)) {
        (_, true) => Some("true".to_owned()),
        (false, _) => Some("false".to_owned()),
        _ => {
            let free = intent.services.iter().filter(|(_, s)| s.overridable == Some(true));
            Some(free.map(|(service, _): (Service, _)| service.to_string()).collect::<Vec<_>>().join(", "))
        }
    }
}

/// Every setting that can be compared between policies, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        graph: "hostName",
        label: "Email server",
        key: "Host",
        requirements: &["EAS-010"],
        subjects: &["host"],
        said: |i| i.host.clone(),
    },
    Setting {
        graph: "accountName",
        label: "Account name",
        key: "PayloadDisplayName",
        requirements: &["EAS-011"],
        subjects: &["name"],
        said: |i| i.name.clone(),
    },
    Setting {
        graph: "usernameAADSource",
        label: "Username attribute from AAD",
        key: "UserName",
        requirements: &["EAS-012"],
        subjects: &["user"],
        said: |i| i.user_name.clone(),
    },
    Setting {
        graph: "emailAddressSource",
        label: "Email address attribute from AAD",
        key: "EmailAddress",
        requirements: &["EAS-019"],
        subjects: &["email"],
        said: |i| i.email_address.as_ref().map(|a| a.to_lowercase()),
    },
    Setting {
        graph: "authenticationMethod",
        label: "Authentication method",
        key: "PayloadCertificateUUID",
        requirements: &["EAS-022"],
        subjects: &["prompts", "in_force_before_sign_in", "account"],
        said: |i| {
            let certificate = i.identity.is_some() || i.inline_identity;
            Some(if certificate { "certificate" } else { "usernameAndPassword" }.to_owned())
        },
    },
    Setting {
        graph: "requireSsl",
        label: "SSL",
        key: "SSL",
        requirements: &["EAS-027"],
        subjects: &["ssl"],
        said: |i| yes(i.ssl),
    },
    Setting {
        graph: "useOAuth",
        label: "OAuth",
        key: "OAuth",
        requirements: &["EAS-030"],
        subjects: &["oauth"],
        said: |i| yes(i.oauth),
    },
    Setting {
        graph: "easServices",
        label: "Exchange data to sync",
        key: "EnableMail, EnableContacts, EnableCalendars, EnableReminders, EnableNotes",
        requirements: &["EAS-043"],
        subjects: &[
            "services.mail.on",
            "services.contacts.on",
            "services.calendars.on",
            "services.reminders.on",
            "services.notes.on",
        ],
        said: services,
    },
    Setting {
        graph: "easServicesUserOverrideEnabled",
        label: "Allow users to change sync settings",
        key: "EnableMailUserOverridable and its four siblings",
        requirements: &["EAS-051", "EAS-052"],
        subjects: &["services.", "service."],
        said: overrides,
    },
    Setting {
        graph: "durationOfEmailToSync",
        label: "Amount of email to synchronize",
        key: "MailNumberOfPastDaysToSync",
        requirements: &["EAS-090"],
        subjects: &["mail_window_days", "mail-window."],
        said: |i| i.mail_window_days.map(|days| days.to_string()),
    },
    Setting {
        graph: "blockMovingMessagesToOtherEmailAccounts",
        label: "Allow messages to be moved to other email accounts",
        key: "PreventMove",
        requirements: &["EAS-091", "EAS-092"],
        subjects: &["move", "message.move", "message.forward-from-other-account"],
        said: |i| yes(i.prevent_move),
    },
    Setting {
        graph: "blockSendingEmailFromThirdPartyApps",
        label: "Allow email to be sent from third-party applications",
        key: "PreventAppSheet",
        requirements: &["EAS-093", "EAS-094"],
        subjects: &["third_party_send", "message.send-from-app"],
        said: |i| yes(i.prevent_app_sheet),
    },
    Setting {
        graph: "blockSyncingRecentlyUsedEmailAddresses",
        label: "Synchronize recently used email addresses",
        key: "disableMailRecentsSyncing",
        requirements: &["EAS-095"],
        subjects: &["recents"],
        said: |i| yes(i.disable_recents),
    },
    Setting {
        graph: "smimeSigningEnabled",
        label: "S/MIME signing enabled",
        key: "SMIMESigningEnabled",
        requirements: &["EAS-063", "EAS-064"],
        subjects: &["smime.signing.on", "wire.signed"],
        said: |i| yes(i.smime.signing_enabled),
    },
    Setting {
        graph: "smimeSigningUserOverrideEnabled",
        label: "S/MIME signing enabled: Allow user to change setting",
        key: "SMIMESigningUserOverrideable",
        requirements: &["EAS-065"],
        subjects: &["smime.signing.locked", "smime.signing.off"],
        said: |i| yes(i.smime.signing_overrideable),
    },
    Setting {
        graph: "smimeSigningCertificateUserOverrideEnabled",
        label: "Signing certificate type: Allow user to change setting",
        key: "SMIMESigningCertificateUUIDUserOverrideable",
        requirements: &["EAS-070"],
        subjects: &["smime.signing-identity.pick"],
        said: |i| yes(i.smime.signing_identity_overrideable),
    },
    Setting {
        graph: "signingCertificateType",
        label: "Signing certificate type",
        key: "SMIMESigningCertificateUUID",
        requirements: &["EAS-069"],
        subjects: &["smime.signing_identity"],
        said: |i| Some(if i.smime.signing_identity.is_some() { "certificate" } else { "none" }.to_owned()),
    },
    Setting {
        graph: "smimeEncryptByDefaultEnabled",
        label: "Encrypt by default",
        key: "SMIMEEncryptByDefault",
        requirements: &["EAS-071"],
        subjects: &["smime.encrypt_by_default.on", "smime.compose_starts", "wire.encrypted"],
        said: |i| yes(i.smime.encrypt_by_default),
    },
    Setting {
        graph: "smimeEncryptByDefaultUserOverrideEnabled",
        label: "Encrypt by default: Allow user to change setting",
        key: "SMIMEEncryptByDefaultUserOverrideable",
        requirements: &["EAS-072"],
        subjects: &["smime.encrypt_by_default.locked", "smime.encrypt-by-default."],
        said: |i| yes(i.smime.encrypt_by_default_overrideable),
    },
    Setting {
        graph: "smimeEnablePerMessageSwitch",
        label: "Force per-message encryption",
        key: "SMIMEEnableEncryptionPerMessageSwitch",
        requirements: &["EAS-073", "EAS-076"],
        subjects: &["smime.per_message_switch", "smime.message-encryption.flip"],
        said: |i| yes(i.smime.per_message_switch),
    },
    Setting {
        graph: "smimeEncryptionCertificateUserOverrideEnabled",
        label: "Encryption certificate type: Allow user to change setting",
        key: "SMIMEEncryptionCertificateUUIDUserOverrideable",
        requirements: &["EAS-083"],
        subjects: &["smime.encryption-identity.pick"],
        said: |i| yes(i.smime.encryption_identity_overrideable),
    },
    Setting {
        graph: "encryptionCertificateType",
        label: "Encryption certificate type",
        key: "SMIMEEncryptionCertificateUUID",
        requirements: &["EAS-081"],
        subjects: &["smime.encryption_identity"],
        said: |i| Some(if i.smime.encryption_identity.is_some() { "certificate" } else { "none" }.to_owned()),
    },
    Setting {
        graph: "requireSmime",
        label: "S/MIME",
        key: "SMIMEEnabled",
        requirements: &["EAS-060", "EAS-061"],
        subjects: &["smime", "smime."],
        said: |i| Some(i.smime.is_wanted().to_string()),
    },
    Setting {
        graph: "perAppVPNProfileId",
        label: "VPN profile",
        key: "VPNUUID",
        requirements: &["EAS-101"],
        subjects: &["vpn."],
        said: |i| i.vpn.clone(),
    },
];

/// The setting that decides a subject: the one that names it, else the one whose beginning fits best.
pub fn setting_of(subject: &str) -> Option<&'static Setting> {
    let fit = |s: &&'static Setting| {
        s.subjects
            .iter()
            .filter(|p| subject == **p || (p.ends_with('.') && subject.starts_with(**p)))
            .map(|p| p.len())
            .max()
    };
    let best = SETTINGS.iter().filter_map(|s| Some((fit(&s)?, s)));
    best.max_by_key(|(length, _)| *length).map(|(_, setting)| setting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_have_the_setting_that_decides_them() {
        for (subject, graph) in [
            ("services.mail.on", "easServices"),
            ("services.mail.locked", "easServicesUserOverrideEnabled"),
            ("service.notes.off", "easServicesUserOverrideEnabled"),
            ("smime.signing.locked", "smimeSigningUserOverrideEnabled"),
            ("smime", "requireSmime"),
            ("smime.compose_starts", "smimeEncryptByDefaultEnabled"),
            ("message.move", "blockMovingMessagesToOtherEmailAccounts"),
        ] {
            assert_eq!(setting_of(subject).map(|s| s.graph), Some(graph), "{subject}");
        }
        assert!(setting_of("profile.remove").is_none());
    }
}
