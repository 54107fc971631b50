//! From a policy to the profile a management service would send for one user.
//!
//! The result is one Configuration with the trusted certificates, the identities, the VPN and the account,
//! in that order. Identifiers and UUIDs are made of the policy's id, or else its name (see [`crate::stable_uuid`]), so
//! that a changed policy replaces its profile and updates its account in place. The form of Intune's own
//! identifiers for e-mail is not public; these are the product's.
//!
//! What no payload key carries (which attribute of the user a name came from, for instance) is written into the
//! account's PayloadDescription as JSON, so that [`crate::import`] gives the policy back whole.

use profile::plist::{Dictionary, Value};
use profile::{OsVersion, Profile};

use crate::certificate::{
    CertificateError, DeliveredCertificates, IdentityContent, IdentityPayload, RootCertificate, Selection,
};
use crate::import;
use crate::intent::Intent;
use crate::key;
use crate::mapping::{MappedKey, is_structural, mapped_keys};
use crate::policy::EmailPolicy;
use crate::read::{ReadError, read};
use crate::service::Service;
use crate::user::{NameError, User};
use crate::uuid::stable_uuid;
use crate::vpn::PerAppVpn;

/// Holds a compiled profile and what is known of each key of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// The whole Configuration dictionary.
    pub configuration: Value,
    /// The mapped keys of the account payload, in the order of emission. Keys that Apple demands
    /// of every payload (type, version, identifier, UUID) come from no setting and are not listed.
    pub keys: Vec<MappedKey>,
    /// Every payload with all its keys, in the order of the profile.
    pub payloads: Vec<CompiledPayload>,
    /// What the policy asks for and the profile lacks; empty for whatever [`compile`] returns.
    pub problems: Vec<CompileError>,
}

/// Holds what is known of one payload of a compiled profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledPayload {
    /// PayloadType.
    pub payload_type: String,
    /// PayloadUUID.
    pub uuid: String,
    /// PayloadIdentifier.
    pub identifier: String,
    /// PayloadDisplayName.
    pub display_name: Option<String>,
    /// The id of the policy it comes from, if it has one.
    pub policy_id: Option<String>,
    /// Its keys, in the order of emission.
    pub keys: Vec<MappedKey>,
}

impl Compiled {
    /// Returns the profile as a value of syntax.
    #[must_use]
    pub fn profile(&self) -> Profile {
        match &self.configuration {
            Value::Dictionary(dictionary) => Profile::from_dictionary(dictionary.clone()),
            _ => Profile::default(),
        }
    }

    /// Returns what the profile asks for its account, problems and all.
    ///
    /// # Errors
    /// None that a compiled profile could have; the type is that of [`read`].
    pub fn intent(&self) -> Result<Intent, ReadError> {
        read(&self.profile())
    }
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
    /// The account is to use a per-app VPN that is not delivered with it (EAS-103).
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
    /// Lists what is wrong with an order, whoever the user is and then for this one.
    fn list(order: &Order<'_>, selection: &Selection<'_>) -> Vec<Self> {
        let policy = order.policy;
        let mut problems = Vec::new();
        for (setting, text) in [("accountName", &policy.account_name), ("hostName", &policy.host_name)] {
            if text.is_empty() {
                problems.push(Self::MissingSetting { setting });
            }
        }
        if policy.eas_services.is_empty() {
            problems.push(Self::NoService);
        }
        if let Some(profile_id) = &policy.per_app_vpn_profile_id
            && order.vpn.is_none()
        {
            problems.push(Self::PerAppVpn { profile_id: profile_id.clone() });
        }
        problems.extend(selection.problems.iter().cloned().map(Self::Certificate));
        let (user_name, email_address) = (order.user.user_name(policy), order.user.email_address(policy));
        let user_name = user_name.err();
        problems.extend(user_name.map(Self::Name));
        problems.extend(email_address.err().filter(|error| Some(*error) != user_name).map(Self::Name));
        problems
    }
}

/// Holds everything a profile is compiled from.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The policy.
    pub policy: &'a EmailPolicy,
    /// Whom the profile is for.
    pub user: &'a User,
    /// What the certificate profiles delivered.
    pub certificates: &'a DeliveredCertificates,
    /// The per-app VPN of the policy.
    pub vpn: Option<&'a PerAppVpn>,
    /// The version of the phone, where the sender knows it: before iOS 12 the older S/MIME keys
    /// are written beside the newer ones, before iOS 10 `SMIMEEnabled` too. Without a version only the
    /// newer keys are written.
    pub os: Option<OsVersion>,
}

/// Compiles a policy to the profile for one user, or nothing if anything is missing.
///
/// `os` has the meaning of [`Order::os`]. The same arguments give the same profile.
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
    let compiled = assemble(&Order { policy, user, certificates, vpn: None, os });
    match compiled.problems.first() {
        Some(problem) => Err(problem.clone()),
        None => Ok(compiled),
    }
}

impl Order<'_> {
    /// Picks the certificates, and says what is wrong.
    pub(crate) fn plan(&self) -> (Selection<'_>, Vec<CompileError>) {
        let selection = self.certificates.select(self.policy);
        let problems = CompileError::list(self, &selection);
        (selection, problems)
    }
}

/// Compiles as much of a policy as there is: a key whose value is not to be had is left out, and
/// [`Compiled::problems`] says why. The same order gives the same profile.
#[must_use]
pub fn assemble(order: &Order<'_>) -> Compiled {
    let policy = order.policy;
    let (selection, problems) = order.plan();
    let uuid = stable_uuid(&["configuration", policy.key()]);
    let identifier = format!("{IDENTIFIER}.{}", part(policy.id.as_deref(), &uuid));
    let mut payloads = Vec::new();
    let mut add = |dictionary: Dictionary, policy_id: Option<&String>| {
        payloads.push((dictionary, policy_id.cloned()));
    };
    for root in &selection.roots {
        add(root_payload(root, policy, &identifier), root.policy_id.as_ref());
    }
    for identity in &selection.identities {
        add(identity_payload(identity, policy, &identifier), identity.policy_id.as_ref());
    }
    if let Some(vpn) = order.vpn {
        let uuid = stable_uuid(&["vpn", policy.key(), &vpn.id]);
        let frame = frame(key::VPN, &format!("{identifier}.vpn.{}", part(Some(&vpn.id), &uuid)), &uuid);
        let identity = vpn.identity.as_ref().map(|key| stable_uuid(&["identity", policy.key(), key]));
        add(vpn.fill(frame.with(key::PAYLOAD_DISPLAY_NAME, &vpn.name), identity), Some(&vpn.id));
    }
    let account = account(order, &selection, &identifier);
    add(account, policy.id.as_ref());
    let configuration = frame("Configuration", &identifier, &uuid)
        .with(key::PAYLOAD_DISPLAY_NAME, policy.shown_name())
        .with_some(key::PAYLOAD_DESCRIPTION, policy.description.as_ref().filter(|text| !text.is_empty()));
    let whole = |payloads: &[(Dictionary, Option<String>)]| {
        let content: Vec<Dictionary> = payloads.iter().map(|(payload, _)| payload.clone()).collect();
        configuration.clone().with(key::PAYLOAD_CONTENT, content)
    };
    // What the keys do not say is what a reader of the keys alone does not find.
    if let Some(unsaid) = import::unsaid(policy, &Profile::from_dictionary(whole(&payloads)))
        && let Some((account, _)) = payloads.last_mut()
    {
        account.insert(key::PAYLOAD_DESCRIPTION, unsaid);
    }
    let described: Vec<CompiledPayload> =
        payloads.iter().map(|(payload, policy_id)| describe(payload, policy_id.clone())).collect();
    let keys = described.last().map(|account| account.keys.clone()).unwrap_or_default();
    Compiled {
        configuration: whole(&payloads).into(),
        keys: keys.into_iter().filter(|row| !is_structural(row.key)).collect(),
        payloads: described,
        problems,
    }
}

/// What the identifiers of compiled profiles begin with.
pub(crate) const IDENTIFIER: &str = "handset.email";

/// The last part of an identifier: the id where it can stand there, else the UUID.
fn part<'a>(id: Option<&'a str>, uuid: &'a str) -> &'a str {
    let fits = |id: &&str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    id.filter(fits).unwrap_or(uuid)
}

fn describe(payload: &Dictionary, policy_id: Option<String>) -> CompiledPayload {
    let text = |key| payload.str(key).unwrap_or_default().to_owned();
    let payload_type = text(key::PAYLOAD_TYPE);
    CompiledPayload {
        keys: mapped_keys(&payload_type, payload),
        payload_type,
        uuid: text(key::PAYLOAD_UUID),
        identifier: text(key::PAYLOAD_IDENTIFIER),
        display_name: payload.str(key::PAYLOAD_DISPLAY_NAME).map(str::to_owned),
        policy_id,
    }
}

/// Starts a payload with what Apple demands of every one.
fn frame(kind: &str, identifier: &str, uuid: &str) -> Dictionary {
    Dictionary::new()
        .with(key::PAYLOAD_TYPE, kind)
        .with(key::PAYLOAD_VERSION, 1)
        .with(key::PAYLOAD_IDENTIFIER, identifier)
        .with(key::PAYLOAD_UUID, uuid)
}

fn root_payload(root: &RootCertificate, policy: &EmailPolicy, profile: &str) -> Dictionary {
    let uuid = root.payload_uuid(policy);
    let identifier = format!("{profile}.root.{}", part(root.policy_id.as_deref(), &uuid));
    let file_name = root.file_name.clone().unwrap_or_else(|| format!("{}.cer", root.name));
    frame(key::ROOT, &identifier, &uuid)
        .with(key::PAYLOAD_DISPLAY_NAME, &root.name)
        .with(key::PAYLOAD_CERTIFICATE_FILE_NAME, file_name)
        .with(key::PAYLOAD_CONTENT, root.der.clone())
}

fn identity_payload(identity: &IdentityPayload, policy: &EmailPolicy, profile: &str) -> Dictionary {
    let uuid = identity.payload_uuid(policy);
    let kind = match identity.content {
        IdentityContent::Pkcs12(_) => key::PKCS12,
        IdentityContent::Scep(_) => key::SCEP,
    };
    let identifier = format!("{profile}.identity.{}", part(identity.policy_id.as_deref(), &uuid));
    let payload = frame(kind, &identifier, &uuid).with(key::PAYLOAD_DISPLAY_NAME, &identity.name);
    match &identity.content {
        IdentityContent::Pkcs12(file) => payload
            .with(key::PAYLOAD_CERTIFICATE_FILE_NAME, format!("{}.p12", identity.name))
            .with(key::PAYLOAD_CONTENT, file.bytes.clone())
            .with_some(key::PASSWORD, file.password.clone()),
        IdentityContent::Scep(request) => payload.with(key::PAYLOAD_CONTENT, request.dictionary()),
    }
}

fn account(order: &Order<'_>, selection: &Selection<'_>, profile: &str) -> Dictionary {
    let (policy, user) = (order.policy, order.user);
    let uuid = stable_uuid(&["account", policy.key()]);
    let identity =
        |identity: Option<&IdentityPayload>| identity.map(|identity| identity.payload_uuid(policy));
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let mut account = frame(key::EAS_ACCOUNT, &format!("{profile}.account.{uuid}"), &uuid)
        .with_some(key::PAYLOAD_DISPLAY_NAME, some(&policy.account_name))
        .with_some(key::HOST, some(&policy.host_name))
        .with_some(key::USER_NAME, user.user_name(policy).ok())
        .with_some(key::EMAIL_ADDRESS, user.email_address(policy).ok())
        .with_some(key::PAYLOAD_CERTIFICATE_UUID, identity(selection.authentication))
        .with(key::SSL, policy.require_ssl)
        .with(key::OAUTH, policy.use_oauth);
    for service in Service::ALL {
        account.insert(service.enable_key(), policy.eas_services.contains(&service.into()));
    }
    for service in Service::ALL {
        account.insert(service.overridable_key(), policy.eas_services_user_override_enabled);
    }
    let account = account
        .with_some(key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC, policy.duration_of_email_to_sync.window_days())
        .with(key::PREVENT_MOVE, policy.block_moving_messages_to_other_email_accounts)
        .with(key::PREVENT_APP_SHEET, policy.block_sending_email_from_third_party_apps)
        .with(key::DISABLE_MAIL_RECENTS_SYNCING, policy.block_syncing_recently_used_email_addresses)
        .with_some(key::VPN_UUID, policy.per_app_vpn_profile_id.as_ref().and(order.vpn).map(|vpn| &vpn.id));
    if !policy.require_smime {
        return account;
    }
    let before = |major| order.os.is_some_and(|os| os < OsVersion::new(major, 0, 0));
    let (encrypts, per_message) =
        (policy.smime_encrypt_by_default_enabled, policy.smime_enable_per_message_switch);
    account
        .with_some(key::SMIME_ENABLED, before(10).then_some(true))
        .with_some(key::SMIME_ENCRYPTION_ENABLED, before(12).then_some(encrypts))
        .with_some(key::SMIME_ENABLE_PER_MESSAGE_SWITCH, before(12).then_some(per_message))
        .with(key::SMIME_SIGNING_ENABLED, policy.smime_signing_enabled)
        .with(key::SMIME_SIGNING_USER_OVERRIDEABLE, policy.smime_signing_user_override_enabled)
        .with_some(key::SMIME_SIGNING_CERTIFICATE_UUID, identity(selection.signing))
        .with(
            key::SMIME_SIGNING_CERTIFICATE_UUID_USER_OVERRIDEABLE,
            policy.smime_signing_certificate_user_override_enabled,
        )
        .with(key::SMIME_ENCRYPT_BY_DEFAULT, encrypts)
        .with(
            key::SMIME_ENCRYPT_BY_DEFAULT_USER_OVERRIDEABLE,
            policy.smime_encrypt_by_default_user_override_enabled,
        )
        .with(key::SMIME_ENABLE_ENCRYPTION_PER_MESSAGE_SWITCH, per_message)
        .with_some(key::SMIME_ENCRYPTION_CERTIFICATE_UUID, identity(selection.encryption))
        .with(
            key::SMIME_ENCRYPTION_CERTIFICATE_UUID_USER_OVERRIDEABLE,
            policy.smime_encryption_certificate_user_override_enabled,
        )
}
