//! What Graph beta knows of the types an e-mail profile consists of and links to, as tables.
//!
//! Sources: microsoft-graph-docs (beta, 08/2024) and msgraph-beta-sdk-go (08/2026) for the profile types; the
//! assignment targets and `targetedManagedAppConfiguration` after Graph's reference of the same names. A list of values
//! is in the order of Graph's numbers, lowest first.

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// Bytes as base64.
    Binary,
    /// One of a list of words.
    Word(&'static Words),
    /// Words of a list, joined by commas.
    Flags(&'static Words),
    /// A list of texts.
    Texts,
    /// An object of that type.
    Object(&'static str),
    /// A list of objects of that type.
    Objects(&'static str),
    /// Something that is not looked into.
    Any,
}

/// A list of words, by Graph's name for it.
#[derive(Debug)]
pub struct Words {
    /// The enumeration.
    pub name: &'static str,
    /// Its members, lowest number first.
    pub members: &'static [&'static str],
}

/// A type with the members that it adds to its base.
#[derive(Debug)]
pub struct GraphType {
    /// The name, without `#microsoft.graph.`.
    pub name: &'static str,
    /// What it inherits from.
    pub base: Option<&'static str>,
    /// The members it adds.
    pub members: &'static [(&'static str, Kind)],
}

/// Finds a type by its name.
#[must_use]
pub fn graph_type(name: &str) -> Option<&'static GraphType> {
    TYPES.iter().find(|known| known.name == name)
}

impl GraphType {
    /// Walks the type and what it inherits from, itself first.
    pub fn lineage(&'static self) -> impl Iterator<Item = &'static GraphType> {
        std::iter::successors(Some(self), |known| known.base.and_then(graph_type))
    }

    /// What a member holds, inherited ones included.
    #[must_use]
    pub fn member(&'static self, name: &str) -> Option<Kind> {
        self.lineage()
            .flat_map(|known| known.members)
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }

    /// All names of members, inherited ones included.
    pub fn member_names(&'static self) -> impl Iterator<Item = &'static str> {
        self.lineage().flat_map(|known| known.members).map(|(name, _)| *name)
    }

    /// Whether the type is, or inherits from, another.
    #[must_use]
    pub fn is_a(&'static self, name: &str) -> bool {
        self.lineage().any(|known| known.name == name)
    }
}

const DOMAIN_NAME_SOURCE: Words =
    Words { name: "domainNameSource", members: &["fullDomainName", "netBiosDomainName"] };
const USERNAME_SOURCE: Words =
    Words { name: "usernameSource", members: &["userPrincipalName", "primarySmtpAddress", "samAccountName"] };
const USER_EMAIL_SOURCE: Words =
    Words { name: "userEmailSource", members: &["userPrincipalName", "primarySmtpAddress"] };
const EAS_AUTHENTICATION_METHOD: Words = Words {
    name: "easAuthenticationMethod",
    members: &["usernameAndPassword", "certificate", "derivedCredential"],
};
const EMAIL_SYNC_DURATION: Words = Words {
    name: "emailSyncDuration",
    members: &["userDefined", "oneDay", "threeDays", "oneWeek", "twoWeeks", "oneMonth", "unlimited"],
};
const EAS_SERVICES: Words =
    Words { name: "easServices", members: &["none", "calendars", "contacts", "email", "notes", "reminders"] };
const EMAIL_CERTIFICATE_TYPE: Words =
    Words { name: "emailCertificateType", members: &["none", "certificate", "derivedCredential"] };
const CERTIFICATE_VALIDITY_PERIOD_SCALE: Words =
    Words { name: "certificateValidityPeriodScale", members: &["days", "months", "years"] };
const SUBJECT_ALTERNATIVE_NAME_TYPE: Words = Words {
    name: "subjectAlternativeNameType",
    members: &[
        "none",
        "emailAddress",
        "userPrincipalName",
        "customAzureADAttribute",
        "domainNameService",
        "universalResourceIdentifier",
    ],
};
const APPLE_SUBJECT_NAME_FORMAT: Words = Words {
    name: "appleSubjectNameFormat",
    members: &[
        "commonName",
        "commonNameAsEmail",
        "custom",
        "commonNameIncludingEmail",
        "commonNameAsIMEI",
        "commonNameAsSerialNumber",
    ],
};
const CERTIFICATE_STORE: Words = Words { name: "certificateStore", members: &["user", "machine"] };
const KEY_SIZE: Words = Words { name: "keySize", members: &["size1024", "size2048", "size4096"] };
const KEY_USAGES: Words = Words { name: "keyUsages", members: &["keyEncipherment", "digitalSignature"] };
const INTENDED_PURPOSE: Words = Words {
    name: "intendedPurpose",
    members: &["unassigned", "smimeEncryption", "smimeSigning", "vpn", "wifi"],
};
const DEVICE_MANAGEMENT_DERIVED_CREDENTIAL_ISSUER: Words = Words {
    name: "deviceManagementDerivedCredentialIssuer",
    members: &["intercede", "entrustDatacard", "purebred", "xTec"],
};
const DEVICE_MANAGEMENT_DERIVED_CREDENTIAL_NOTIFICATION_TYPE: Words = Words {
    name: "deviceManagementDerivedCredentialNotificationType",
    members: &["none", "companyPortal", "email"],
};
const VPN_AUTHENTICATION_METHOD: Words = Words {
    name: "vpnAuthenticationMethod",
    members: &["certificate", "usernameAndPassword", "sharedSecret", "derivedCredential", "azureAD"],
};
const APPLE_VPN_CONNECTION_TYPE: Words = Words {
    name: "appleVpnConnectionType",
    members: &[
        "ciscoAnyConnect",
        "pulseSecure",
        "f5EdgeClient",
        "dellSonicWallMobileConnect",
        "checkPointCapsuleVpn",
        "customVpn",
        "ciscoIPSec",
        "citrix",
        "ciscoAnyConnectV2",
        "paloAltoGlobalProtect",
        "zscalerPrivateAccess",
        "f5Access2018",
        "citrixSso",
        "paloAltoGlobalProtectV2",
        "ikEv2",
        "alwaysOn",
        "microsoftTunnel",
        "netMotionMobility",
        "microsoftProtect",
    ],
};
const VPN_PROVIDER_TYPE: Words =
    Words { name: "vpnProviderType", members: &["notConfigured", "appProxy", "packetTunnel"] };
const MDM_APP_CONFIG_KEY_TYPE: Words = Words {
    name: "mdmAppConfigKeyType",
    members: &["stringType", "integerType", "realType", "booleanType", "tokenType"],
};

/// Every type that is looked into.
pub const TYPES: &[GraphType] = &[
    GraphType {
        name: "deviceConfiguration",
        base: Some("entity"),
        members: &[
            ("assignments", Kind::Objects("deviceConfigurationAssignment")),
            ("createdDateTime", Kind::Text),
            ("description", Kind::Text),
            ("deviceManagementApplicabilityRuleDeviceMode", Kind::Any),
            ("deviceManagementApplicabilityRuleOsEdition", Kind::Any),
            ("deviceManagementApplicabilityRuleOsVersion", Kind::Any),
            ("deviceSettingStateSummaries", Kind::Any),
            ("deviceStatusOverview", Kind::Any),
            ("deviceStatuses", Kind::Any),
            ("displayName", Kind::Text),
            ("groupAssignments", Kind::Any),
            ("lastModifiedDateTime", Kind::Text),
            ("roleScopeTagIds", Kind::Texts),
            ("supportsScopeTags", Kind::Boolean),
            ("userStatusOverview", Kind::Any),
            ("userStatuses", Kind::Any),
            ("version", Kind::Integer),
        ],
    },
    GraphType {
        name: "easEmailProfileConfigurationBase",
        base: Some("deviceConfiguration"),
        members: &[
            ("customDomainName", Kind::Text),
            ("userDomainNameSource", Kind::Word(&DOMAIN_NAME_SOURCE)),
            ("usernameAADSource", Kind::Word(&USERNAME_SOURCE)),
            ("usernameSource", Kind::Word(&USER_EMAIL_SOURCE)),
        ],
    },
    GraphType {
        name: "iosEasEmailProfileConfiguration",
        base: Some("easEmailProfileConfigurationBase"),
        members: &[
            ("accountName", Kind::Text),
            ("authenticationMethod", Kind::Word(&EAS_AUTHENTICATION_METHOD)),
            ("blockMovingMessagesToOtherEmailAccounts", Kind::Boolean),
            ("blockSendingEmailFromThirdPartyApps", Kind::Boolean),
            ("blockSyncingRecentlyUsedEmailAddresses", Kind::Boolean),
            ("derivedCredentialSettings", Kind::Object("deviceManagementDerivedCredentialSettings")),
            ("durationOfEmailToSync", Kind::Word(&EMAIL_SYNC_DURATION)),
            ("easServices", Kind::Flags(&EAS_SERVICES)),
            ("easServicesUserOverrideEnabled", Kind::Boolean),
            ("emailAddressSource", Kind::Word(&USER_EMAIL_SOURCE)),
            ("encryptionCertificateType", Kind::Word(&EMAIL_CERTIFICATE_TYPE)),
            ("hostName", Kind::Text),
            ("identityCertificate", Kind::Object("iosCertificateProfileBase")),
            ("perAppVPNProfileId", Kind::Text),
            ("requireSmime", Kind::Boolean),
            ("requireSsl", Kind::Boolean),
            ("signingCertificateType", Kind::Word(&EMAIL_CERTIFICATE_TYPE)),
            ("smimeEnablePerMessageSwitch", Kind::Boolean),
            ("smimeEncryptByDefaultEnabled", Kind::Boolean),
            ("smimeEncryptByDefaultUserOverrideEnabled", Kind::Boolean),
            ("smimeEncryptionCertificate", Kind::Object("iosCertificateProfile")),
            ("smimeEncryptionCertificateUserOverrideEnabled", Kind::Boolean),
            ("smimeSigningCertificate", Kind::Object("iosCertificateProfile")),
            ("smimeSigningCertificateUserOverrideEnabled", Kind::Boolean),
            ("smimeSigningEnabled", Kind::Boolean),
            ("smimeSigningUserOverrideEnabled", Kind::Boolean),
            ("useOAuth", Kind::Boolean),
        ],
    },
    GraphType { name: "iosCertificateProfile", base: Some("deviceConfiguration"), members: &[] },
    GraphType {
        name: "iosCertificateProfileBase",
        base: Some("iosCertificateProfile"),
        members: &[
            ("certificateValidityPeriodScale", Kind::Word(&CERTIFICATE_VALIDITY_PERIOD_SCALE)),
            ("certificateValidityPeriodValue", Kind::Integer),
            ("renewalThresholdPercentage", Kind::Integer),
            ("subjectAlternativeNameType", Kind::Flags(&SUBJECT_ALTERNATIVE_NAME_TYPE)),
            ("subjectNameFormat", Kind::Word(&APPLE_SUBJECT_NAME_FORMAT)),
        ],
    },
    GraphType {
        name: "iosTrustedRootCertificate",
        base: Some("deviceConfiguration"),
        members: &[("certFileName", Kind::Text), ("trustedRootCertificate", Kind::Binary)],
    },
    GraphType {
        name: "iosScepCertificateProfile",
        base: Some("iosCertificateProfileBase"),
        members: &[
            ("certificateStore", Kind::Word(&CERTIFICATE_STORE)),
            ("customSubjectAlternativeNames", Kind::Objects("customSubjectAlternativeName")),
            ("extendedKeyUsages", Kind::Objects("extendedKeyUsage")),
            ("keySize", Kind::Word(&KEY_SIZE)),
            ("keyUsage", Kind::Flags(&KEY_USAGES)),
            ("managedDeviceCertificateStates", Kind::Any),
            ("rootCertificate", Kind::Object("iosTrustedRootCertificate")),
            ("scepServerUrls", Kind::Texts),
            ("subjectAlternativeNameFormatString", Kind::Text),
            ("subjectNameFormatString", Kind::Text),
        ],
    },
    GraphType {
        name: "iosPkcsCertificateProfile",
        base: Some("iosCertificateProfileBase"),
        members: &[
            ("certificateStore", Kind::Word(&CERTIFICATE_STORE)),
            ("certificateTemplateName", Kind::Text),
            ("certificationAuthority", Kind::Text),
            ("certificationAuthorityName", Kind::Text),
            ("customSubjectAlternativeNames", Kind::Objects("customSubjectAlternativeName")),
            ("managedDeviceCertificateStates", Kind::Any),
            ("subjectAlternativeNameFormatString", Kind::Text),
            ("subjectNameFormatString", Kind::Text),
        ],
    },
    GraphType {
        name: "iosImportedPFXCertificateProfile",
        base: Some("iosCertificateProfile"),
        members: &[
            ("intendedPurpose", Kind::Word(&INTENDED_PURPOSE)),
            ("managedDeviceCertificateStates", Kind::Any),
        ],
    },
    GraphType {
        name: "iosDerivedCredentialAuthenticationConfiguration",
        base: Some("deviceConfiguration"),
        members: &[("derivedCredentialSettings", Kind::Object("deviceManagementDerivedCredentialSettings"))],
    },
    GraphType {
        name: "deviceManagementDerivedCredentialSettings",
        base: Some("entity"),
        members: &[
            ("displayName", Kind::Text),
            ("helpUrl", Kind::Text),
            ("issuer", Kind::Word(&DEVICE_MANAGEMENT_DERIVED_CREDENTIAL_ISSUER)),
            ("notificationType", Kind::Flags(&DEVICE_MANAGEMENT_DERIVED_CREDENTIAL_NOTIFICATION_TYPE)),
            ("renewalThresholdPercentage", Kind::Integer),
        ],
    },
    GraphType {
        name: "appleVpnConfiguration",
        base: Some("deviceConfiguration"),
        members: &[
            ("associatedDomains", Kind::Texts),
            ("authenticationMethod", Kind::Word(&VPN_AUTHENTICATION_METHOD)),
            ("connectionName", Kind::Text),
            ("connectionType", Kind::Word(&APPLE_VPN_CONNECTION_TYPE)),
            ("customData", Kind::Any),
            ("customKeyValueData", Kind::Any),
            ("disableOnDemandUserOverride", Kind::Boolean),
            ("disconnectOnIdle", Kind::Boolean),
            ("disconnectOnIdleTimerInSeconds", Kind::Integer),
            ("enablePerApp", Kind::Boolean),
            ("enableSplitTunneling", Kind::Boolean),
            ("excludedDomains", Kind::Texts),
            ("identifier", Kind::Text),
            ("loginGroupOrDomain", Kind::Text),
            ("onDemandRules", Kind::Any),
            ("optInToDeviceIdSharing", Kind::Boolean),
            ("providerType", Kind::Word(&VPN_PROVIDER_TYPE)),
            ("proxyServer", Kind::Any),
            ("realm", Kind::Text),
            ("role", Kind::Text),
            ("safariDomains", Kind::Texts),
            ("server", Kind::Object("vpnServer")),
        ],
    },
    GraphType {
        name: "iosVpnConfiguration",
        base: Some("appleVpnConfiguration"),
        members: &[
            ("cloudName", Kind::Text),
            ("derivedCredentialSettings", Kind::Object("deviceManagementDerivedCredentialSettings")),
            ("excludeList", Kind::Texts),
            ("identityCertificate", Kind::Object("iosCertificateProfileBase")),
            ("microsoftTunnelSiteId", Kind::Text),
            ("strictEnforcement", Kind::Boolean),
            ("targetedMobileApps", Kind::Objects("appListItem")),
            ("userDomain", Kind::Text),
        ],
    },
    GraphType {
        name: "vpnServer",
        base: None,
        members: &[("address", Kind::Text), ("description", Kind::Text), ("isDefaultServer", Kind::Boolean)],
    },
    GraphType {
        name: "appListItem",
        base: None,
        members: &[
            ("appId", Kind::Text),
            ("appStoreUrl", Kind::Text),
            ("name", Kind::Text),
            ("publisher", Kind::Text),
        ],
    },
    GraphType {
        name: "managedDeviceMobileAppConfiguration",
        base: Some("entity"),
        members: &[
            ("assignments", Kind::Objects("deviceConfigurationAssignment")),
            ("createdDateTime", Kind::Text),
            ("description", Kind::Text),
            ("deviceStatusSummary", Kind::Any),
            ("deviceStatuses", Kind::Any),
            ("displayName", Kind::Text),
            ("lastModifiedDateTime", Kind::Text),
            ("roleScopeTagIds", Kind::Texts),
            ("targetedMobileApps", Kind::Texts),
            ("userStatusSummary", Kind::Any),
            ("userStatuses", Kind::Any),
            ("version", Kind::Integer),
        ],
    },
    GraphType {
        name: "iosMobileAppConfiguration",
        base: Some("managedDeviceMobileAppConfiguration"),
        members: &[
            ("encodedSettingXml", Kind::Binary),
            ("settings", Kind::Objects("appConfigurationSettingItem")),
        ],
    },
    GraphType {
        name: "appConfigurationSettingItem",
        base: None,
        members: &[
            ("appConfigKey", Kind::Text),
            ("appConfigKeyType", Kind::Word(&MDM_APP_CONFIG_KEY_TYPE)),
            ("appConfigKeyValue", Kind::Text),
        ],
    },
    GraphType {
        name: "extendedKeyUsage",
        base: None,
        members: &[("name", Kind::Text), ("objectIdentifier", Kind::Text)],
    },
    GraphType {
        name: "customSubjectAlternativeName",
        base: None,
        members: &[("name", Kind::Text), ("sanType", Kind::Flags(&SUBJECT_ALTERNATIVE_NAME_TYPE))],
    },
    GraphType {
        name: "deviceConfigurationAssignment",
        base: Some("entity"),
        members: &[
            ("intent", Kind::Any),
            ("source", Kind::Any),
            ("sourceId", Kind::Text),
            ("target", Kind::Object("deviceAndAppManagementAssignmentTarget")),
        ],
    },
    GraphType { name: "entity", base: None, members: &[("id", Kind::Text)] },
    GraphType {
        name: "deviceAndAppManagementAssignmentTarget",
        base: None,
        members: &[
            ("deviceAndAppManagementAssignmentFilterId", Kind::Text),
            ("deviceAndAppManagementAssignmentFilterType", Kind::Text),
        ],
    },
    GraphType {
        name: "groupAssignmentTarget",
        base: Some("deviceAndAppManagementAssignmentTarget"),
        members: &[("groupId", Kind::Text)],
    },
    GraphType { name: "exclusionGroupAssignmentTarget", base: Some("groupAssignmentTarget"), members: &[] },
    GraphType {
        name: "allLicensedUsersAssignmentTarget",
        base: Some("deviceAndAppManagementAssignmentTarget"),
        members: &[],
    },
    GraphType {
        name: "allDevicesAssignmentTarget",
        base: Some("deviceAndAppManagementAssignmentTarget"),
        members: &[],
    },
    GraphType { name: "keyValuePair", base: None, members: &[("name", Kind::Text), ("value", Kind::Text)] },
    GraphType {
        name: "targetedManagedAppConfiguration",
        base: Some("entity"),
        members: &[
            ("appGroupType", Kind::Text),
            ("apps", Kind::Any),
            ("assignments", Kind::Objects("deviceConfigurationAssignment")),
            ("createdDateTime", Kind::Text),
            ("customSettings", Kind::Objects("keyValuePair")),
            ("deployedAppCount", Kind::Integer),
            ("deploymentSummary", Kind::Any),
            ("description", Kind::Text),
            ("displayName", Kind::Text),
            ("isAssigned", Kind::Boolean),
            ("lastModifiedDateTime", Kind::Text),
            ("roleScopeTagIds", Kind::Texts),
            ("settings", Kind::Any),
            ("targetedAppManagementLevels", Kind::Text),
            ("version", Kind::Text),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_named_is_there_and_no_base_leads_round() {
        for known in TYPES {
            assert!(known.lineage().count() < 8, "{}", known.name);
            assert!(known.base.is_none_or(|base| graph_type(base).is_some()), "{}", known.name);
            for (name, kind) in known.members {
                if let Kind::Object(other) | Kind::Objects(other) = kind {
                    assert!(graph_type(other).is_some(), "{}.{name}: {other}", known.name);
                }
            }
        }
    }

    #[test]
    fn members_are_inherited() {
        let email = graph_type("iosEasEmailProfileConfiguration").unwrap();
        assert!(
            matches!(email.member("usernameAADSource"), Some(Kind::Word(words)) if words.members.len() == 3)
        );
        assert!(
            matches!(email.member("usernameSource"), Some(Kind::Word(words)) if words.members.len() == 2)
        );
        assert!(matches!(email.member("easServices"), Some(Kind::Flags(_))));
        assert!(email.member("id").is_some() && email.member("mail").is_none());
        assert!(email.is_a("deviceConfiguration"));
    }
}
