//! An e-mail policy in Graph's JSON, as Graph itself would answer it.

use serde_json::{Map, Value};

use crate::policy::{
    DomainNameSource, EasAuthenticationMethod, EasService, EmailAddressSource, EmailCertificateType,
    EmailPolicy, EmailSyncDuration, UsernameSource,
};

/// The type of an e-mail policy, as objects name it.
pub(crate) const EMAIL_TYPE: &str = "#microsoft.graph.iosEasEmailProfileConfiguration";

/// What begins the address of a linked object.
const OBJECTS: &str = "https://graph.microsoft.com/beta/deviceManagement/deviceConfigurations";

/// Returns the policy as Graph writes it: every property, `null` for what is not set, flags lowest bit first and
/// joined by commas, links as addresses.
#[must_use]
pub fn written(policy: &EmailPolicy) -> Map<String, Value> {
    let mut members = settings(policy);
    members.retain(|name, value| !name.ends_with(BIND) || !value.is_null());
    members.insert("@odata.type".to_owned(), EMAIL_TYPE.into());
    members
}

/// What ends the name of a link.
pub(crate) const BIND: &str = "@odata.bind";

/// All settings by their names; links that are not there are `null`.
pub(crate) fn settings(policy: &EmailPolicy) -> Map<String, Value> {
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let some = |value: &Option<String>| value.as_deref().map_or(Value::Null, text);
    let bind =
        |id: &Option<String>| id.as_ref().map_or(Value::Null, |id| format!("{OBJECTS}('{id}')").into());
    let services: Vec<&str> = EasService::WORDS
        .iter()
        .filter(|(_, service)| policy.eas_services.contains(service))
        .map(|(name, _)| *name)
        .collect();
    let services = if services.is_empty() { "none".to_owned() } else { services.join(",") };
    let links = &policy.links;
    let pairs: [(&str, Value); 34] = [
        ("id", some(&policy.id)),
        ("displayName", text(&policy.display_name)),
        ("description", some(&policy.description)),
        ("accountName", text(&policy.account_name)),
        ("hostName", text(&policy.host_name)),
        ("usernameAADSource", word(&UsernameSource::WORDS, Some(policy.username_source))),
        // The portal's form has no such field and sends this (XTR-002).
        ("usernameSource", "userPrincipalName".into()),
        ("userDomainNameSource", word(&DomainNameSource::WORDS, policy.user_domain_name_source)),
        ("customDomainName", some(&policy.custom_domain_name)),
        ("emailAddressSource", word(&EmailAddressSource::WORDS, Some(policy.email_address_source))),
        ("authenticationMethod", word(&EasAuthenticationMethod::WORDS, Some(policy.authentication_method))),
        ("requireSsl", policy.require_ssl.into()),
        ("useOAuth", policy.use_oauth.into()),
        ("easServices", services.into()),
        ("easServicesUserOverrideEnabled", policy.eas_services_user_override_enabled.into()),
        ("durationOfEmailToSync", word(&EmailSyncDuration::WORDS, Some(policy.duration_of_email_to_sync))),
        (
            "blockMovingMessagesToOtherEmailAccounts",
            policy.block_moving_messages_to_other_email_accounts.into(),
        ),
        ("blockSendingEmailFromThirdPartyApps", policy.block_sending_email_from_third_party_apps.into()),
        ("blockSyncingRecentlyUsedEmailAddresses", policy.block_syncing_recently_used_email_addresses.into()),
        ("requireSmime", policy.require_smime.into()),
        ("smimeSigningEnabled", policy.smime_signing_enabled.into()),
        ("smimeSigningUserOverrideEnabled", policy.smime_signing_user_override_enabled.into()),
        ("signingCertificateType", word(&EmailCertificateType::WORDS, policy.signing_certificate_type)),
        (
            "smimeSigningCertificateUserOverrideEnabled",
            policy.smime_signing_certificate_user_override_enabled.into(),
        ),
        ("smimeEncryptByDefaultEnabled", policy.smime_encrypt_by_default_enabled.into()),
        (
            "smimeEncryptByDefaultUserOverrideEnabled",
            policy.smime_encrypt_by_default_user_override_enabled.into(),
        ),
        ("smimeEnablePerMessageSwitch", policy.smime_enable_per_message_switch.into()),
        ("encryptionCertificateType", word(&EmailCertificateType::WORDS, policy.encryption_certificate_type)),
        (
            "smimeEncryptionCertificateUserOverrideEnabled",
            policy.smime_encryption_certificate_user_override_enabled.into(),
        ),
        ("perAppVPNProfileId", some(&policy.per_app_vpn_profile_id)),
        ("identityCertificate@odata.bind", bind(&links.identity)),
        ("smimeSigningCertificate@odata.bind", bind(&links.signing)),
        ("smimeEncryptionCertificate@odata.bind", bind(&links.encryption)),
        ("derivedCredentialSettings@odata.bind", bind(&links.derived_credential)),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn word<T: PartialEq + Copy>(words: &[(&str, T)], value: Option<T>) -> Value {
    let found = words.iter().find(|(_, meaning)| Some(*meaning) == value);
    found.map_or(Value::Null, |(name, _)| (*name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_one_that_graph_knows() {
        let known = profile::graph::graph_type("iosEasEmailProfileConfiguration").expect("known");
        for name in written(&EmailPolicy::default()).keys().filter(|name| !name.starts_with('@')) {
            assert!(known.member(name).is_some(), "{name}");
        }
        let text = Value::Object(written(&EmailPolicy::default())).to_string();
        let export = profile::graph::parse(text.as_bytes()).expect("JSON");
        assert_eq!(profile::graph::check(&export.resources[0]), []);
    }

    #[test]
    fn flags_are_written_lowest_bit_first() {
        let of = |policy: &EmailPolicy| written(policy)["easServices"].clone();
        assert_eq!(of(&EmailPolicy::default()), "calendars,contacts,email,notes,reminders");
        let none = EmailPolicy { eas_services: std::collections::BTreeSet::new(), ..EmailPolicy::default() };
        assert_eq!(of(&none), "none");
    }
}
