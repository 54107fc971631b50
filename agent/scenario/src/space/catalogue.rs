//! The spaces that are known.

use super::{Choice, Forbidden, Parameter, Space};

/// Every first release of a major version, and the last before a change of what counts (EAS-049, EAS-084).
const IOS: [&str; 9] = ["17.5", "11.0", "12.0", "12.5", "13.0", "14.0", "15.0", "16.0", "18.1"];

const SWITCHES: [&str; 7] = [
    "smimeSigningEnabled",
    "smimeSigningUserOverrideEnabled",
    "smimeSigningCertificateUserOverrideEnabled",
    "smimeEncryptByDefaultEnabled",
    "smimeEncryptByDefaultUserOverrideEnabled",
    "smimeEncryptionCertificateUserOverrideEnabled",
    "smimeEnablePerMessageSwitch",
];

impl Space {
    /// Every space, the smallest first.
    ///
    /// `sync-scope` is the five choices of the form, `service-switches` every set of services that Graph can hold but
    /// none at all (XTR-016), `smime` the seven switches with identities for both functions, each over the versions of
    /// iOS. `eas-policy` is the whole e-mail policy; derived credentials and per-app VPN are not in it, they need more
    /// than a policy.
    pub fn catalogue() -> Vec<Space> {
        vec![sync_scope(), service_switches(), smime(), eas_policy()]
    }
}

fn choice(label: impl Into<String>, value: impl Into<String>) -> Choice {
    Choice { label: label.into(), value: value.into() }
}

fn parameter(name: &'static str, values: &[&str]) -> Parameter {
    let label = |v: &str| if v == "null" { "not-configured".to_owned() } else { v.to_owned() };
    Parameter { name, values: values.iter().map(|v| choice(label(v), *v)).collect() }
}

fn scopes() -> Parameter {
    Parameter {
        name: "easServices",
        values: vec![
            choice("all-data", "[calendars, contacts, email, notes, reminders]"),
            choice("email-only", "[email]"),
            choice("calendar-only", "[calendars]"),
            choice("calendar-and-contacts-only", "[calendars, contacts]"),
            choice("contacts-only", "[contacts]"),
        ],
    }
}

fn sync_scope() -> Space {
    Space {
        name: "sync-scope",
        about: "the five sync scopes of the form, open and locked, over the versions of iOS",
        parameters: vec![
            scopes(),
            parameter("easServicesUserOverrideEnabled", &["true", "false"]),
            parameter("ios", &IOS),
        ],
        forbidden: Vec::new(),
    }
}

fn service_switches() -> Space {
    const SERVICES: [&str; 5] = ["calendars", "contacts", "email", "notes", "reminders"];
    // All of them is the default, so it comes first.
    let sets = (1_u32..32).rev().map(|bits| {
        let on: Vec<&str> =
            SERVICES.iter().enumerate().filter(|(n, _)| bits & (1 << n) != 0).map(|(_, s)| *s).collect();
        choice(on.join("-"), format!("[{}]", on.join(", ")))
    });
    Space {
        name: "service-switches",
        about: "every set of services that is not empty, open and locked, over the versions of iOS",
        parameters: vec![
            Parameter { name: "easServices", values: sets.collect() },
            parameter("easServicesUserOverrideEnabled", &["true", "false"]),
            parameter("ios", &IOS),
        ],
        forbidden: Vec::new(),
    }
}

fn smime() -> Space {
    let mut parameters = vec![
        parameter("requireSmime", &["true"]),
        parameter("signingCertificateType", &["certificate"]),
        parameter("encryptionCertificateType", &["certificate"]),
    ];
    parameters.extend(SWITCHES.iter().map(|name| parameter(name, &["false", "true"])));
    parameters.push(parameter("ios", &IOS));
    Space {
        name: "smime",
        about: "the seven S/MIME switches with identities to sign and to encrypt, over the versions of iOS",
        parameters,
        forbidden: Vec::new(),
    }
}

pub(crate) fn eas_policy() -> Space {
    let mut parameters = vec![
        parameter("usernameAADSource", &["userPrincipalName", "primarySmtpAddress", "samAccountName"]),
        parameter("userDomainNameSource", &["null", "fullDomainName", "netBiosDomainName"]),
        parameter("customDomainName", &["null", "FABRIKAM"]),
        parameter("emailAddressSource", &["userPrincipalName", "primarySmtpAddress"]),
        parameter("authenticationMethod", &["usernameAndPassword", "certificate"]),
        parameter("requireSsl", &["true", "false"]),
        parameter("useOAuth", &["false", "true"]),
        scopes(),
        parameter("easServicesUserOverrideEnabled", &["true", "false"]),
        parameter(
            "durationOfEmailToSync",
            &["userDefined", "oneDay", "threeDays", "oneWeek", "twoWeeks", "oneMonth", "unlimited"],
        ),
        parameter("blockMovingMessagesToOtherEmailAccounts", &["false", "true"]),
        parameter("blockSendingEmailFromThirdPartyApps", &["false", "true"]),
        parameter("blockSyncingRecentlyUsedEmailAddresses", &["false", "true"]),
        parameter("requireSmime", &["false", "true"]),
        parameter("signingCertificateType", &["null", "none", "certificate"]),
        parameter("encryptionCertificateType", &["null", "none", "certificate"]),
    ];
    parameters.extend(SWITCHES.iter().map(|name| parameter(name, &["false", "true"])));
    parameters.push(parameter("ios", &IOS));
    parameters.push(parameter("supervised", &["false", "true"]));

    let mut space = Space {
        name: "eas-policy",
        about: "the whole e-mail policy over the versions of iOS, supervised and not",
        parameters,
        forbidden: Vec::new(),
    };
    // Under S/MIME = Disable the form shows none of its settings (EAS-061).
    for name in SWITCHES {
        space.forbid(&[("requireSmime", "false"), (name, "true")]);
    }
    for name in ["signingCertificateType", "encryptionCertificateType"] {
        for set in ["none", "certificate"] {
            space.forbid(&[("requireSmime", "false"), (name, set)]);
        }
    }
    // A domain is asked for with a sAM account name alone, and one of the two is needed then (EAS-015, EAS-016).
    for source in ["userPrincipalName", "primarySmtpAddress"] {
        for domain in ["fullDomainName", "netBiosDomainName"] {
            space.forbid(&[("usernameAADSource", source), ("userDomainNameSource", domain)]);
        }
        space.forbid(&[("usernameAADSource", source), ("customDomainName", "FABRIKAM")]);
    }
    space.forbid(&[
        ("usernameAADSource", "samAccountName"),
        ("userDomainNameSource", "null"),
        ("customDomainName", "not-configured"),
    ]);
    space
}

impl Space {
    /// Says that values, by their labels or as they are written, do not go together.
    fn forbid(&mut self, values: &[(&str, &str)]) {
        let number = |(name, value): &(&str, &str)| {
            let at = self.parameters.iter().position(|p| p.name == *name)?;
            let values = &self.parameters.get(at)?.values;
            let value = values.iter().position(|v| v.label == *value || v.value == *value)?;
            Some((at, u16::try_from(value).ok()?))
        };
        let found: Forbidden = values.iter().filter_map(number).collect();
        // A misspelt name would silently forbid more; the tests compare the lengths.
        if found.len() == values.len() {
            self.forbidden.push(found);
        }
    }
}
