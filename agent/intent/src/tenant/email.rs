//! An e-mail profile: the policy it is, and what is odd about it whoever gets it.

use std::collections::BTreeSet;

use profile::Severity::{Error, Info, Warning};
use profile::graph::{self, Finding, Link, Resource};

use super::assignment::Assignment;
use crate::certificate::CertificateRole;
use crate::policy::{
    DomainNameSource, EasAuthenticationMethod, EasService, EmailAddressSource, EmailCertificateType,
    EmailPolicy, EmailSyncDuration, PolicyLinks, SyncScope, UsernameSource,
};

/// Holds one e-mail profile of an administrator.
#[derive(Debug, Clone)]
pub struct EmailProfile {
    /// What it asks for; what could not be read counts as not set.
    pub policy: EmailPolicy,
    /// Whom it is assigned to; none where the document does not say.
    pub assignments: Option<Vec<Assignment>>,
    /// The object as it was written.
    pub resource: Resource,
    /// What is odd about it by itself.
    pub findings: Vec<Finding>,
}

impl EmailProfile {
    pub(super) fn read(resource: Resource) -> Self {
        let policy = policy(&resource);
        let mut findings = graph::check(&resource);
        let (assignments, odd) = Assignment::read(&resource);
        findings.extend(odd);
        findings.extend(Oddities { resource: &resource, policy: &policy, found: Vec::new() }.all());
        Self { policy, assignments, resource, findings }
    }
}

/// Reads the settings of an object; what is absent, `null` or no value of the setting is as in the untouched form.
pub(crate) fn policy(resource: &Resource) -> EmailPolicy {
    let form = EmailPolicy::default();
    let text = |name: &str| resource.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let flag = |name: &str, otherwise: bool| resource.boolean(name).unwrap_or(otherwise);
    let link = |name: &str| match resource.link(name)? {
        Link::Id(id) => Some(id),
        Link::Inline(object) => Some(object.id().map_or_else(|| object.path.clone(), str::to_owned)),
    };
    // The twin that the form hides counts where the other one is not there.
    let username_source = word(resource, "usernameAADSource", &UsernameSource::WORDS)
        .or_else(|| word(resource, "usernameSource", &UsernameSource::WORDS));
    EmailPolicy {
        id: resource.id().map(str::to_owned),
        display_name: text("displayName").unwrap_or_default(),
        description: text("description"),
        links: PolicyLinks {
            identity: link(CertificateRole::Authentication.link()),
            signing: link(CertificateRole::Signing.link()),
            encryption: link(CertificateRole::Encryption.link()),
            derived_credential: link("derivedCredentialSettings"),
        },
        account_name: text("accountName").unwrap_or_default(),
        host_name: text("hostName").unwrap_or_default(),
        username_source: username_source.unwrap_or(form.username_source),
        user_domain_name_source: word(resource, "userDomainNameSource", &DomainNameSource::WORDS),
        custom_domain_name: text("customDomainName"),
        email_address_source: word(resource, "emailAddressSource", &EmailAddressSource::WORDS)
            .unwrap_or(form.email_address_source),
        authentication_method: word(resource, "authenticationMethod", &EasAuthenticationMethod::WORDS)
            .unwrap_or(form.authentication_method),
        require_ssl: flag("requireSsl", form.require_ssl),
        use_oauth: flag("useOAuth", form.use_oauth),
        eas_services: services(resource).unwrap_or(form.eas_services),
        eas_services_user_override_enabled: flag(
            "easServicesUserOverrideEnabled",
            form.eas_services_user_override_enabled,
        ),
        duration_of_email_to_sync: word(resource, "durationOfEmailToSync", &EmailSyncDuration::WORDS)
            .unwrap_or(form.duration_of_email_to_sync),
        block_moving_messages_to_other_email_accounts: flag("blockMovingMessagesToOtherEmailAccounts", false),
        block_sending_email_from_third_party_apps: flag("blockSendingEmailFromThirdPartyApps", false),
        block_syncing_recently_used_email_addresses: flag("blockSyncingRecentlyUsedEmailAddresses", false),
        require_smime: flag("requireSmime", false),
        smime_signing_enabled: flag("smimeSigningEnabled", false),
        smime_signing_user_override_enabled: flag("smimeSigningUserOverrideEnabled", false),
        signing_certificate_type: word(resource, "signingCertificateType", &EmailCertificateType::WORDS),
        smime_signing_certificate_user_override_enabled: flag(
            "smimeSigningCertificateUserOverrideEnabled",
            false,
        ),
        smime_encrypt_by_default_enabled: flag("smimeEncryptByDefaultEnabled", false),
        smime_encrypt_by_default_user_override_enabled: flag(
            "smimeEncryptByDefaultUserOverrideEnabled",
            false,
        ),
        smime_enable_per_message_switch: flag("smimeEnablePerMessageSwitch", false),
        encryption_certificate_type: word(
            resource,
            "encryptionCertificateType",
            &EmailCertificateType::WORDS,
        ),
        smime_encryption_certificate_user_override_enabled: flag(
            "smimeEncryptionCertificateUserOverrideEnabled",
            false,
        ),
        per_app_vpn_profile_id: text("perAppVPNProfileId").filter(|id| !is_no_id(id)),
    }
}

/// Whether an id is the one that stands for none.
fn is_no_id(id: &str) -> bool {
    id.bytes().all(|b| b == b'0' || b == b'-')
}

fn word<T: Copy>(resource: &Resource, name: &str, words: &[(&str, T)]) -> Option<T> {
    let text = resource.text(name)?;
    words.iter().find(|(known, _)| *known == text).map(|(_, meaning)| *meaning)
}

/// The services a policy names; none where it names no service that there is, which counts as not set: with no
/// service at all no phone would take the profile (XTR-016), and that was hardly meant.
fn services(resource: &Resource) -> Option<BTreeSet<EasService>> {
    let words = resource.flags("easServices")?;
    let known =
        |word: &&str| EasService::WORDS.iter().find(|(name, _)| name == word).map(|(_, service)| *service);
    let services: BTreeSet<EasService> = words.iter().filter_map(known).collect();
    (!services.is_empty() || words == ["none"]).then_some(services)
}

/// Whether XML has no way to write a character.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

struct Oddities<'a> {
    resource: &'a Resource,
    policy: &'a EmailPolicy,
    found: Vec<Finding>,
}

impl Oddities<'_> {
    fn add(
        &mut self,
        rule: &'static str,
        severity: profile::Severity,
        member: &str,
        message: &str,
        help: &str,
        reference: &'static str,
    ) {
        let finding = self.resource.finding(rule, severity, member, message, reference);
        self.found.push(finding.help(help));
    }

    fn all(mut self) -> Vec<Finding> {
        self.texts();
        self.user_name();
        self.services();
        self.sign_in();
        self.smime();
        self.found
    }

    fn texts(&mut self) {
        let texts = [
            ("hostName", &self.policy.host_name, "EAS-010"),
            ("accountName", &self.policy.account_name, "EAS-011"),
        ];
        let missing: Vec<_> =
            texts.iter().filter(|(_, text, _)| text.is_empty()).map(|(n, _, r)| (*n, *r)).collect();
        for (name, reference) in missing {
            let message = format!("the policy has no {name}, which the form requires; the key is left out");
            self.add("policy-setting-missing", Error, name, &message, "fill it in", reference);
        }
        let host = &self.policy.host_name;
        let odd = |c: char| c.is_whitespace() || matches!(c, '/' | '@' | '\\' | '?' | '#');
        if !host.is_empty()
            && let Some(defect) = super::host::defect(host)
        {
            let message = format!(
                "{} is no host name: {defect}; the phone finds no server by it",
                graph::excerpt(host)
            );
            let bare = host.rsplit_once("://").map_or(host.as_str(), |(_, rest)| rest);
            let bare = bare.split(odd).next().unwrap_or_default().trim_matches('.');
            let help = match bare {
                bare if bare.is_empty() || bare == host || super::host::defect(bare).is_some() => {
                    "write the bare name, such as mail.contoso.example".to_owned()
                }
                bare => format!("did you mean {}?", graph::excerpt(bare)),
            };
            self.add("policy-host-form", Error, "hostName", &message, &help, "EAS-010");
        }
        for member in self.resource.members() {
            let Some(text) = member.node.value.as_str().filter(|text| text.contains(is_forbidden)) else {
                continue;
            };
            // What is not written into a profile may hold anything.
            if ![
                "accountName",
                "hostName",
                "displayName",
                "description",
                "customDomainName",
                "perAppVPNProfileId",
            ]
            .contains(&member.name.as_str())
            {
                continue;
            }
            let message = format!(
                "{} holds characters that a profile cannot: {}; they are replaced by U+FFFD",
                member.name,
                text.chars()
                    .filter(|c| is_forbidden(*c))
                    .take(4)
                    .map(|c| format!("U+{:04X}", u32::from(c)))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            self.add(
                "policy-text-characters",
                Error,
                &member.name,
                &message,
                "take them out",
                "XML 1.0, section 2.2",
            );
        }
    }

    fn user_name(&mut self) {
        let policy = self.policy;
        let domain = policy.user_domain_name_source.is_some() || policy.custom_domain_name.is_some();
        match policy.username_source {
            UsernameSource::SamAccountName if !domain => self.add(
                "policy-domain-missing",
                Error,
                "usernameAADSource",
                "a sAM account name needs a domain, and the policy names none; UserName is left out",
                "set userDomainNameSource or customDomainName",
                "EAS-015",
            ),
            UsernameSource::SamAccountName => {}
            _ if domain => {
                let name = if policy.custom_domain_name.is_some() {
                    "customDomainName"
                } else {
                    "userDomainNameSource"
                };
                let message = format!("{name} counts only with a sAM account name as user name");
                self.add("policy-domain-ignored", Info, name, &message, "take it out", "EAS-016");
            }
            _ => {}
        }
        let aad = self.resource.text("usernameAADSource");
        let legacy = self.resource.text("usernameSource");
        if let (Some(aad), Some(legacy)) = (aad, legacy)
            && aad != legacy
            && legacy != "userPrincipalName"
        {
            self.add(
                "policy-username-sources-differ",
                Info,
                "usernameSource",
                "usernameSource and usernameAADSource differ; the latter counts",
                "say the same in both",
                "EAS-012",
            );
        }
    }

    fn services(&mut self) {
        let policy = self.policy;
        if policy.eas_services.is_empty() {
            self.add(
                "policy-no-service",
                Error,
                "easServices",
                "the policy leaves no service on, and a phone refuses such a profile",
                "leave at least one of calendars, contacts, email, notes, reminders on",
                "XTR-016",
            );
            return;
        }
        let partial = policy.eas_services != SyncScope::AllData.services();
        if partial && policy.eas_services_user_override_enabled {
            self.add(
                "policy-scope-open",
                Warning,
                "easServicesUserOverrideEnabled",
                "the policy leaves services off, and the user may switch them on again",
                "set easServicesUserOverrideEnabled to false",
                "EAS-053",
            );
        }
        if SyncScope::of(&policy.eas_services).is_none() {
            self.add(
                "policy-scope-not-in-portal",
                Info,
                "easServices",
                "the portal offers no such choice of services; Graph takes it",
                "the portal has all, email, calendar, calendar and contacts, contacts",
                "EAS-043",
            );
        }
        let mail = policy.eas_services.contains(&EasService::Email);
        let set = policy.require_smime
            || policy.duration_of_email_to_sync != EmailSyncDuration::UserDefined
            || policy.block_moving_messages_to_other_email_accounts
            || policy.block_sending_email_from_third_party_apps
            || policy.block_syncing_recently_used_email_addresses;
        if !mail && !policy.eas_services_user_override_enabled && set {
            self.add(
                "policy-dead-mail-settings",
                Warning,
                "easServices",
                "there are settings about mail, and mail is off for good",
                "take them out, or leave email on",
                "XTR-001",
            );
        }
    }

    fn sign_in(&mut self) {
        let policy = self.policy;
        if self.resource.set("authenticationMethod").is_none() {
            self.add(
                "policy-sign-in-open",
                Warning,
                "authenticationMethod",
                "the policy does not say how the account signs in, and the form requires a choice; user name and password are taken",
                "set authenticationMethod to certificate, derivedCredential or usernameAndPassword",
                "EAS-022",
            );
        }
        if policy.use_oauth && policy.authentication_method == EasAuthenticationMethod::DerivedCredential {
            self.add(
                "policy-oauth-derived-credential",
                Warning,
                "authenticationMethod",
                "with OAuth the sign-in is by certificate or by user name and password",
                "set authenticationMethod to certificate or usernameAndPassword",
                "EAS-032",
            );
        }
        if policy.use_oauth {
            self.add(
                "policy-oauth-host-ignored",
                Info,
                "hostName",
                "with OAuth and without a sign-in address, which Intune cannot set, phones ignore the host name",
                "see to it that autodiscovery finds the server",
                "XTR-018",
            );
        }
        if !policy.require_ssl {
            self.add(
                "policy-ssl-off",
                Warning,
                "requireSsl",
                "mail and password travel unprotected",
                "set requireSsl to true",
                "EAS-027",
            );
        }
    }

    fn smime(&mut self) {
        let policy = self.policy;
        let switches = [
            policy.smime_signing_enabled,
            policy.smime_signing_user_override_enabled,
            policy.smime_signing_certificate_user_override_enabled,
            policy.smime_encrypt_by_default_enabled,
            policy.smime_encrypt_by_default_user_override_enabled,
            policy.smime_enable_per_message_switch,
            policy.smime_encryption_certificate_user_override_enabled,
        ];
        let types = [policy.signing_certificate_type, policy.encryption_certificate_type];
        if !policy.require_smime && (switches.contains(&true) || types.iter().any(Option::is_some)) {
            self.add(
                "policy-smime-off",
                Info,
                "requireSmime",
                "S/MIME is off, so its settings count for nothing",
                "set requireSmime to true, or take them out",
                "EAS-061",
            );
        }
        if !policy.require_smime {
            return;
        }
        let named = |kind| {
            matches!(kind, Some(EmailCertificateType::Certificate | EmailCertificateType::DerivedCredential))
        };
        if named(types[0]) && !policy.smime_signing_enabled && !policy.smime_signing_user_override_enabled {
            self.add(
                "policy-signing-locked-out",
                Warning,
                "smimeSigningEnabled",
                "there is a signing certificate, and nobody can sign: signing is off and the user cannot turn it on",
                "set smimeSigningEnabled or smimeSigningUserOverrideEnabled to true",
                "EAS-063",
            );
        }
        let encrypts = policy.smime_encrypt_by_default_enabled
            || policy.smime_encrypt_by_default_user_override_enabled
            || policy.smime_enable_per_message_switch;
        if named(types[1]) && !encrypts {
            self.add(
                "policy-encryption-locked-out",
                Warning,
                "smimeEncryptByDefaultEnabled",
                "there is an encryption certificate, and nobody can encrypt with it: it serves to read mail alone",
                "set smimeEncryptByDefaultEnabled or smimeEnablePerMessageSwitch to true",
                "EAS-076",
            );
        }
        if types[0].is_none()
            && policy.smime_signing_enabled
            && !policy.smime_signing_certificate_user_override_enabled
        {
            self.add(
                "policy-signing-without-certificate",
                Warning,
                "smimeSigningEnabled",
                "signing is on, there is no signing certificate, and the user may choose none",
                "set signingCertificateType, or let the user choose a certificate",
                "EAS-064",
            );
        }
        let choice = policy.smime_encryption_certificate_user_override_enabled;
        if types[1].is_none() && policy.smime_encrypt_by_default_enabled && !choice {
            self.add(
                "policy-encryption-without-certificate",
                Warning,
                "smimeEncryptByDefaultEnabled",
                "mail is encrypted by default, there is no encryption certificate, and the user may choose none",
                "set encryptionCertificateType, or let the user choose a certificate",
                "EAS-071",
            );
        }
        let roles = [
            (types[0], policy.smime_signing_certificate_user_override_enabled, "signingCertificateType"),
            (
                types[1],
                policy.smime_encryption_certificate_user_override_enabled,
                "encryptionCertificateType",
            ),
        ];
        for (kind, overridable, member) in roles {
            if kind == Some(EmailCertificateType::None) && !overridable {
                self.add(
                    "policy-certificate-nobody-chooses",
                    Warning,
                    member,
                    "no certificate is forced and the user may choose none",
                    "let the user change the certificate, or choose one",
                    "EAS-067",
                );
            }
        }
    }
}
