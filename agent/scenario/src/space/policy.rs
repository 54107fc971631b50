//! Enumerations of the option space, each case with a stable name.

use intent::{EmailCertificateType, EmailPolicy, OsVersion, SyncScope};

/// A policy on an iOS version.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyCase {
    /// The case's name, such as `sync/contacts-only/locked/ios-17.5`.
    pub id: String,
    /// The policy.
    pub policy: EmailPolicy,
    /// The iOS version.
    pub ios: OsVersion,
}

/// How many S/MIME switches a policy has (intune.md 1.6: "all seven S/MIME booleans").
pub const SMIME_SWITCHES: u32 = 7;

fn scope_name(scope: SyncScope) -> &'static str {
    match scope {
        SyncScope::AllData => "all-data",
        SyncScope::EmailOnly => "email-only",
        SyncScope::CalendarOnly => "calendar-only",
        SyncScope::CalendarAndContactsOnly => "calendar-and-contacts-only",
        SyncScope::ContactsOnly => "contacts-only",
    }
}

/// Every sync scope, with and without user change, on each iOS version (EAS-043 to EAS-054).
pub fn sync_space(base: &EmailPolicy, ios: &[OsVersion]) -> Vec<PolicyCase> {
    let mut cases = Vec::new();
    for scope in SyncScope::ALL {
        for user_change in [true, false] {
            for version in ios {
                let change = if user_change { "open" } else { "locked" };
                cases.push(PolicyCase {
                    id: format!("sync/{}/{change}/ios-{version}", scope_name(scope)),
                    policy: EmailPolicy {
                        eas_services: scope.services(),
                        eas_services_user_override_enabled: user_change,
                        ..base.clone()
                    },
                    ios: *version,
                });
            }
        }
    }
    cases
}

/// Every combination of the seven S/MIME switches on each iOS version, with identities for both functions
/// (EAS-060 to EAS-084).
pub fn smime_space(base: &EmailPolicy, ios: &[OsVersion]) -> Vec<PolicyCase> {
    let mut cases = Vec::new();
    for bits in 0..1_u32 << SMIME_SWITCHES {
        for version in ios {
            let bit = |n: u32| bits & (1 << n) != 0;
            cases.push(PolicyCase {
                id: format!("smime/{bits:07b}/ios-{version}"),
                policy: EmailPolicy {
                    require_smime: true,
                    signing_certificate_type: Some(EmailCertificateType::Certificate),
                    encryption_certificate_type: Some(EmailCertificateType::Certificate),
                    smime_signing_enabled: bit(0),
                    smime_signing_user_override_enabled: bit(1),
                    smime_signing_certificate_user_override_enabled: bit(2),
                    smime_encrypt_by_default_enabled: bit(3),
                    smime_encrypt_by_default_user_override_enabled: bit(4),
                    smime_encryption_certificate_user_override_enabled: bit(5),
                    smime_enable_per_message_switch: bit(6),
                    ..base.clone()
                },
                ios: *version,
            });
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_spaces_are_whole_and_their_names_differ() {
        let ios: Vec<OsVersion> = ["12.5", "13.0", "17.5"].iter().map(|v| v.parse().unwrap()).collect();
        let base = EmailPolicy::default();
        let sync = sync_space(&base, &ios);
        let smime = smime_space(&base, &ios);
        assert_eq!((sync.len(), smime.len()), (30, 384));
        let names: BTreeSet<&str> = sync.iter().chain(&smime).map(|c| c.id.as_str()).collect();
        assert_eq!(names.len(), 414);
    }
}
