//! From a policy to the profile a management service would send for one user.
//!
//! The result is one Configuration with the trusted certificates, the identities and the account,
//! in that order. Identifiers and UUIDs are made of names (see [`crate::stable_uuid`]), so that a
//! changed policy replaces its profile and updates its account in place. The form of Intune's own
//! identifiers for e-mail is not public; these are the product's.

use profile::OsVersion;
use profile::plist::{Dictionary, Value};

use crate::certificate::{CertificateError, DeliveredCertificates, Pkcs12Blob, RootCertificate, Selection};
use crate::key;
use crate::mapping::{MAPPING, MappedKey};
use crate::policy::EmailPolicy;
use crate::service::Service;
use crate::user::{NameError, User};
use crate::uuid::stable_uuid;

/// Holds a compiled profile and what is known of each key of its account.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The whole Configuration dictionary.
    pub configuration: Value,
    /// The mapped keys of the account payload, in the order of emission. Keys that Apple demands
    /// of every payload (type, version, identifier, UUID) come from no setting and are not listed.
    pub keys: Vec<MappedKey>,
}

/// Reports why no profile can be made of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A text that the form requires is empty.
    #[error("the policy has no {setting}")]
    MissingSetting {
        /// The setting, in Graph's words.
        setting: &'static str,
    },
    /// No service is left on; Apple demands at least one (XTR-016).
    #[error("the policy leaves no service on")]
    NoService,
    /// The account is to use a per-app VPN, which is another policy that is not compiled here.
    #[error("the policy refers to the VPN profile {profile_id:?}, which is not delivered with it")]
    PerAppVpn {
        /// The id of the VPN profile.
        profile_id: String,
    },
    /// The user's attributes do not give the names the policy asks for.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The delivered certificates do not serve the policy.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl CompileError {
    /// Reports what is wrong with a policy whoever the user is.
    pub(crate) fn check(policy: &EmailPolicy) -> Result<(), Self> {
        if policy.account_name.is_empty() {
            return Err(Self::MissingSetting { setting: "accountName" });
        }
        if policy.host_name.is_empty() {
            return Err(Self::MissingSetting { setting: "hostName" });
        }
        if policy.eas_services.is_empty() {
            return Err(Self::NoService);
        }
        match &policy.per_app_vpn_profile_id {
            Some(profile_id) => Err(Self::PerAppVpn { profile_id: profile_id.clone() }),
            None => Ok(()),
        }
    }
}

/// Compiles a policy to the profile for one user.
///
/// `os` is the version of the phone, where the sender knows it: before iOS 12 the older S/MIME keys
/// are written beside the newer ones, before iOS 10 `SMIMEEnabled` too. Without a version only the
/// newer keys are written. The same arguments give the same profile.
///
/// # Errors
/// [`CompileError`] when a required text is empty, no service is on, a VPN profile is referred to,
/// the user lacks an attribute, or a certificate was not delivered.
pub fn compile(
    policy: &EmailPolicy,
    user: &User,
    certificates: &DeliveredCertificates,
    os: Option<OsVersion>,
) -> Result<Compiled, CompileError> {
    CompileError::check(policy)?;
    let selection = certificates.select(policy)?;
    let name = if policy.display_name.is_empty() { &policy.account_name } else { &policy.display_name };
    let uuid = stable_uuid(&["configuration", name]);
    let identifier = format!("handset.email.{uuid}");
    let mut payloads = Vec::new();
    for root in certificates.distinct_roots() {
        payloads.push(root_payload(root, &identifier));
    }
    for identity in &selection.identities {
        payloads.push(identity_payload(identity, &identifier));
    }
    let mut account = AccountPayload::new(name, &identifier);
    account.fill(policy, user, &selection)?;
    if policy.require_smime {
        account.fill_smime(policy, &selection, os);
    }
    payloads.push(account.dictionary);
    let configuration = frame("Configuration", &identifier, &uuid)
        .with(key::PAYLOAD_DISPLAY_NAME, name)
        .with(key::PAYLOAD_CONTENT, payloads);
    Ok(Compiled { configuration: configuration.into(), keys: account.keys })
}

/// Starts a payload with what Apple demands of every one.
fn frame(kind: &str, identifier: &str, uuid: &str) -> Dictionary {
    Dictionary::new()
        .with(key::PAYLOAD_TYPE, kind)
        .with(key::PAYLOAD_VERSION, 1)
        .with(key::PAYLOAD_IDENTIFIER, identifier)
        .with(key::PAYLOAD_UUID, uuid)
}

fn root_payload(root: &RootCertificate, profile: &str) -> Dictionary {
    let uuid = root.payload_uuid();
    frame(key::ROOT, &format!("{profile}.root.{uuid}"), &uuid)
        .with(key::PAYLOAD_DISPLAY_NAME, &root.name)
        .with(key::PAYLOAD_CERTIFICATE_FILE_NAME, format!("{}.cer", root.name))
        .with(key::PAYLOAD_CONTENT, root.der.clone())
}

fn identity_payload(identity: &Pkcs12Blob, profile: &str) -> Dictionary {
    let uuid = identity.payload_uuid();
    frame(key::PKCS12, &format!("{profile}.identity.{uuid}"), &uuid)
        .with(key::PAYLOAD_DISPLAY_NAME, &identity.name)
        .with(key::PAYLOAD_CERTIFICATE_FILE_NAME, format!("{}.p12", identity.name))
        .with(key::PAYLOAD_CONTENT, identity.bytes.clone())
        .with(key::PASSWORD, &identity.password)
}

/// Collects the account payload and the rows of the mapping that it uses.
struct AccountPayload {
    dictionary: Dictionary,
    keys: Vec<MappedKey>,
}

impl AccountPayload {
    fn new(name: &str, profile: &str) -> Self {
        let uuid = stable_uuid(&["account", name]);
        Self {
            dictionary: frame(key::EAS_ACCOUNT, &format!("{profile}.account.{uuid}"), &uuid),
            keys: Vec::new(),
        }
    }

    fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.dictionary.insert(key, value);
        self.keys.extend(MAPPING.iter().find(|row| row.key == key));
    }

    fn set_some(&mut self, key: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    fn fill(
        &mut self,
        policy: &EmailPolicy,
        user: &User,
        selection: &Selection<'_>,
    ) -> Result<(), NameError> {
        self.set(key::PAYLOAD_DISPLAY_NAME, &policy.account_name);
        self.set(key::HOST, &policy.host_name);
        self.set(key::USER_NAME, user.user_name(policy)?);
        self.set(key::EMAIL_ADDRESS, user.email_address(policy)?);
        self.set_some(key::PAYLOAD_CERTIFICATE_UUID, selection.authentication.map(Pkcs12Blob::payload_uuid));
        self.set(key::SSL, policy.require_ssl);
        self.set(key::OAUTH, policy.use_oauth);
        for service in Service::ALL {
            self.set(service.enable_key(), policy.eas_services.contains(&service.into()));
        }
        for service in Service::ALL {
            self.set(service.overridable_key(), policy.eas_services_user_override_enabled);
        }
        self.set_some(key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC, policy.duration_of_email_to_sync.window_days());
        self.set(key::PREVENT_MOVE, policy.block_moving_messages_to_other_email_accounts);
        self.set(key::PREVENT_APP_SHEET, policy.block_sending_email_from_third_party_apps);
        self.set(key::DISABLE_MAIL_RECENTS_SYNCING, policy.block_syncing_recently_used_email_addresses);
        Ok(())
    }

    fn fill_smime(&mut self, policy: &EmailPolicy, selection: &Selection<'_>, os: Option<OsVersion>) {
        let encrypts = policy.smime_encrypt_by_default_enabled;
        let per_message = policy.smime_enable_per_message_switch;
        if let Some(os) = os {
            if os < OsVersion::new(10, 0, 0) {
                self.set(key::SMIME_ENABLED, true);
            }
            if os < OsVersion::new(12, 0, 0) {
                self.set(key::SMIME_ENCRYPTION_ENABLED, encrypts);
                self.set(key::SMIME_ENABLE_PER_MESSAGE_SWITCH, per_message);
            }
        }
        self.set(key::SMIME_SIGNING_ENABLED, policy.smime_signing_enabled);
        self.set(key::SMIME_SIGNING_USER_OVERRIDEABLE, policy.smime_signing_user_override_enabled);
        self.set_some(key::SMIME_SIGNING_CERTIFICATE_UUID, selection.signing.map(Pkcs12Blob::payload_uuid));
        self.set(
            key::SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE,
            policy.smime_signing_certificate_user_override_enabled,
        );
        self.set(key::SMIME_ENCRYPT_BY_DEFAULT, encrypts);
        self.set(
            key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE,
            policy.smime_encrypt_by_default_user_override_enabled,
        );
        self.set(key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, per_message);
        self.set_some(
            key::SMIME_ENCRYPTION_CERTIFICATE_UUID,
            selection.encryption.map(Pkcs12Blob::payload_uuid),
        );
        self.set(
            key::SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE,
            policy.smime_encryption_certificate_user_override_enabled,
        );
    }
}
