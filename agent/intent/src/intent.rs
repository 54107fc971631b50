//! What the profile asks of the phone: the settings as meant, key by key.
//!
//! An [`Intent`] is version-free: it records which keys are there and what they say. Which of
//! them a given iOS obeys is decided by [`crate::expectations`].

use std::collections::{BTreeMap, BTreeSet};

use profile::OsVersion;
use serde::{Deserialize, Serialize};

use crate::certificate::{DeliveredCertificates, IdentityContent};
use crate::compile::{CompileError, Order};
use crate::policy::EmailPolicy;
use crate::service::Services;
use crate::user::User;

/// Holds what one profile asks for one Exchange account; `None` is an absent key.
///
/// Source: Apple device-management, `com.apple.eas.account`; each field names its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Intent {
    /// `PayloadDisplayName` of the account payload, the account's name (EAS-011, inferred).
    pub name: Option<String>,
    /// `Host` (EAS-010).
    pub host: Option<String>,
    /// `UserName` (EAS-012).
    pub user_name: Option<String>,
    /// `EmailAddress` (EAS-019).
    pub email_address: Option<String>,
    /// Whether `Password` is there; its value is not kept.
    pub password: bool,
    /// `SSL` (EAS-027).
    pub ssl: Option<bool>,
    /// `OAuth` (EAS-030).
    pub oauth: Option<bool>,
    /// `OAuthSignInURL`, which ends autodiscovery (XTR-018).
    pub oauth_sign_in_url: Option<String>,
    /// `PayloadCertificateUUID`, the payload of the identity that signs in (EAS-023).
    pub identity: Option<String>,
    /// Whether `Certificate`, an identity inside the account payload, is there.
    pub inline_identity: bool,
    /// The ten `Enable…` keys (EAS-043, EAS-050).
    pub services: Services<ServiceIntent>,
    /// `MailNumberOfPastDaysToSync`, in days; 0 is everything (EAS-090).
    pub mail_window_days: Option<u32>,
    /// `PreventMove` (EAS-092).
    pub prevent_move: Option<bool>,
    /// `PreventAppSheet` (EAS-094).
    pub prevent_app_sheet: Option<bool>,
    /// `disableMailRecentsSyncing` (EAS-095).
    pub disable_recents: Option<bool>,
    /// The S/MIME keys.
    pub smime: SmimeIntent,
    /// `VPNUUID`, the per-app VPN that carries the account (EAS-101).
    pub vpn: Option<String>,
    /// `PayloadRemovalDisallowed` of the whole profile.
    pub removal_disallowed: Option<bool>,
    /// Whether the profile has a `com.apple.profileRemovalPassword`; the password is not kept.
    pub removal_password: bool,
    /// Truth values of the profile's restrictions (`com.apple.applicationaccess`) that Apple's schema
    /// knows, the stricter one where several payloads speak.
    pub restrictions: BTreeMap<String, bool>,
    /// UUIDs of the payloads of this profile that deliver an identity (PKCS#12, SCEP, ACME).
    pub identities: BTreeSet<String>,
    /// Those among them for which the phone enrols itself (SCEP, ACME), so that each phone has its own.
    pub enrolled: BTreeSet<String>,
}

/// Holds what the profile says of one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceIntent {
    /// `EnableSERVICE`.
    pub enable: Option<bool>,
    /// `EnableSERVICEUserOverridable`.
    pub overridable: Option<bool>,
}

/// Holds what the profile says of S/MIME.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmimeIntent {
    /// `SMIMEEnabled`, without effect from iOS 10.
    pub enabled: Option<bool>,
    /// `SMIMEEncryptionEnabled`, replaced in iOS 12.
    pub encryption_enabled: Option<bool>,
    /// `SMIMEEnablePerMessageSwitch`, replaced in iOS 12.
    pub old_per_message_switch: Option<bool>,
    /// `SMIMESigningEnabled` (EAS-064).
    pub signing_enabled: Option<bool>,
    /// `SMIMESigningUserOverrideable` (EAS-065).
    pub signing_overrideable: Option<bool>,
    /// `SMIMESigningCertificateUUID` (EAS-069).
    pub signing_identity: Option<String>,
    /// `SMIMESigningCertificateUUIDUserOverrideable` (EAS-070).
    pub signing_identity_overrideable: Option<bool>,
    /// `SMIMEEncryptByDefault` (EAS-071).
    pub encrypt_by_default: Option<bool>,
    /// `SMIMEEncryptByDefaultUserOverrideable` (EAS-072).
    pub encrypt_by_default_overrideable: Option<bool>,
    /// `SMIMEEnableEncryptionPerMessageSwitch` (EAS-073).
    pub per_message_switch: Option<bool>,
    /// `SMIMEEncryptionCertificateUUID` (EAS-081).
    pub encryption_identity: Option<String>,
    /// `SMIMEEncryptionCertificateUUIDUserOverrideable` (EAS-083).
    pub encryption_identity_overrideable: Option<bool>,
}

impl SmimeIntent {
    /// Says whether the profile wants S/MIME at all: some key is true or some identity is named.
    ///
    /// Every S/MIME key of the payload counts, whichever iOS is to read it (EAS-060, EAS-061).
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        let flags = [
            self.enabled,
            self.encryption_enabled,
            self.old_per_message_switch,
            self.signing_enabled,
            self.signing_overrideable,
            self.signing_identity_overrideable,
            self.encrypt_by_default,
            self.encrypt_by_default_overrideable,
            self.per_message_switch,
            self.encryption_identity_overrideable,
        ];
        flags.contains(&Some(true)) || self.signing_identity.is_some() || self.encryption_identity.is_some()
    }
}

impl Intent {
    /// Returns what a policy means for one user, without making a profile of it.
    ///
    /// The result equals what [`crate::read`] finds in the profile that [`crate::compile`] makes
    /// of the same arguments; `os` has the meaning it has there.
    ///
    /// # Errors
    /// The errors of [`crate::compile`].
    pub fn of_policy(
        policy: &EmailPolicy,
        user: &User,
        certificates: &DeliveredCertificates,
        os: Option<OsVersion>,
    ) -> Result<Self, CompileError> {
        let order = Order { policy, user, certificates, vpn: None, os };
        let (selection, problems) = order.plan();
        if let Some(problem) = problems.first() {
            return Err(problem.clone());
        }
        let override_enabled = policy.eas_services_user_override_enabled;
        let mut intent = Self {
            name: Some(policy.account_name.clone()),
            host: Some(policy.host_name.clone()),
            user_name: Some(user.user_name(policy)?),
            email_address: Some(user.email_address(policy)?),
            ssl: Some(policy.require_ssl),
            oauth: Some(policy.use_oauth),
            identity: selection.authentication.map(|identity| identity.payload_uuid(policy)),
            services: Services::from_fn(|service| ServiceIntent {
                enable: Some(policy.eas_services.contains(&service.into())),
                overridable: Some(override_enabled),
            }),
            mail_window_days: policy.duration_of_email_to_sync.window_days(),
            prevent_move: Some(policy.block_moving_messages_to_other_email_accounts),
            prevent_app_sheet: Some(policy.block_sending_email_from_third_party_apps),
            disable_recents: Some(policy.block_syncing_recently_used_email_addresses),
            identities: selection.identities.iter().map(|identity| identity.payload_uuid(policy)).collect(),
            enrolled: selection
                .identities
                .iter()
                .filter(|identity| matches!(identity.content, IdentityContent::Scep(_)))
                .map(|identity| identity.payload_uuid(policy))
                .collect(),
            ..Self::default()
        };
        if policy.require_smime {
            let before = |major| os.is_some_and(|os| os < OsVersion::new(major, 0, 0));
            intent.smime = SmimeIntent {
                enabled: before(10).then_some(true),
                encryption_enabled: before(12).then_some(policy.smime_encrypt_by_default_enabled),
                old_per_message_switch: before(12).then_some(policy.smime_enable_per_message_switch),
                signing_enabled: Some(policy.smime_signing_enabled),
                signing_overrideable: Some(policy.smime_signing_user_override_enabled),
                signing_identity: selection.signing.map(|identity| identity.payload_uuid(policy)),
                signing_identity_overrideable: Some(policy.smime_signing_certificate_user_override_enabled),
                encrypt_by_default: Some(policy.smime_encrypt_by_default_enabled),
                encrypt_by_default_overrideable: Some(policy.smime_encrypt_by_default_user_override_enabled),
                per_message_switch: Some(policy.smime_enable_per_message_switch),
                encryption_identity: selection.encryption.map(|identity| identity.payload_uuid(policy)),
                encryption_identity_overrideable: Some(
                    policy.smime_encryption_certificate_user_override_enabled,
                ),
            };
        }
        Ok(intent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smime_is_wanted_by_a_true_key_or_a_named_identity_alone() {
        assert!(!SmimeIntent::default().is_wanted());
        let all_false = SmimeIntent {
            signing_enabled: Some(false),
            encrypt_by_default: Some(false),
            per_message_switch: Some(false),
            signing_overrideable: Some(false),
            ..SmimeIntent::default()
        };
        assert!(!all_false.is_wanted());
        let overrideable = SmimeIntent { signing_overrideable: Some(true), ..SmimeIntent::default() };
        assert!(overrideable.is_wanted());
        let named = SmimeIntent { encryption_identity: Some("A".into()), ..SmimeIntent::default() };
        assert!(named.is_wanted());
    }
}
