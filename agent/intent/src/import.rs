//! From a profile back to the policy it could have been made of, and what no policy of Intune can say.

use profile::Severity::{Error, Info, Warning};
use profile::plist::{Dictionary, Span, Value};
use profile::{Payload, Profile, Severity, graph};
use serde_json::{Map, Value as Json};

use crate::certificate::CertificateRole;
use crate::compile::IDENTIFIER;
use crate::intent::Intent;
use crate::key;
use crate::mapping::{Certainty, MAPPING};
use crate::policy::{EasService, EmailPolicy, EmailSyncDuration, SyncScope};
use crate::read::{ReadError, read};
use crate::service::Service;
use crate::tenant;
use crate::user::User;
use crate::uuid::stable_uuid;
use crate::written::{BIND, EMAIL_TYPE, settings, written};

/// Holds what a profile says in Graph's words, and what is lost on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The policy.
    pub policy: EmailPolicy,
    /// Where each setting comes from; those of the untouched form are not in it.
    pub settings: Vec<ImportedSetting>,
    /// The certificate profiles that the profile's certificates could come from.
    pub certificates: Vec<ImportedCertificate>,
    /// What Intune cannot express, or expresses elsewhere.
    pub lost: Vec<Lost>,
}

/// Holds where one setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSetting {
    /// The setting, in Graph's words.
    pub setting: String,
    /// The payload key it was read from.
    pub key: String,
    /// How sure it is that this is what the key means.
    pub certainty: Certainty,
}

/// Holds one certificate of the profile as the object that could deliver it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCertificate {
    /// PayloadUUID of its payload.
    pub uuid: String,
    /// PayloadType of its payload.
    pub payload_type: String,
    /// PayloadDisplayName of its payload.
    pub name: String,
    /// The id of the object, if the profile tells.
    pub id: Option<String>,
    /// What the account uses it for.
    pub roles: Vec<CertificateRole>,
    /// The object in Graph's JSON; none for a file with a private key, which Graph does not hold.
    pub object: Option<Map<String, Json>>,
}

/// Holds one thing that does not come along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The stable id of the reason.
    pub rule: &'static str,
    /// How much is lost: an error changes what the phone does.
    pub severity: Severity,
    /// PayloadType of the payload, or `Configuration`.
    pub payload_type: String,
    /// The key; empty for a payload as a whole.
    pub key: String,
    /// Where it stands.
    pub span: Span,
    /// What is the case.
    pub message: String,
}

/// Reads a profile as an e-mail policy. With a user at hand, names are traced to the attributes they come from.
///
/// # Errors
/// [`ReadError`] when there is not exactly one account, or a key holds a wrong type.
pub fn import(profile: &Profile, user: Option<&User>) -> Result<Imported, ReadError> {
    let intent = read(profile)?;
    let Some(account) = profile.payloads.iter().find(|payload| payload.is(key::EAS_ACCOUNT)) else {
        return Err(ReadError::NoAccount);
    };
    let mut importer = Importer { profile, account, intent: &intent, user, lost: Vec::new() };
    let mut members = importer.members();
    let said = said(account);
    for (name, value) in &said {
        members.insert(name.clone(), value.clone());
    }
    let policy = policy_of(&members);
    importer.losses(&policy, said.is_empty());
    let certificates = importer.certificates(user);
    let lost = importer.lost;
    let mut settings = origins(&policy, account, &said);
    // Of what leads nowhere nobody knows what it was.
    for row in &mut settings {
        let dangles = |one: &Lost| one.rule == "import-dangling-reference" && one.key == row.key;
        if lost.iter().any(dangles) {
            row.certainty = Certainty::Inferred;
        }
    }
    Ok(Imported { policy, settings, certificates, lost })
}

impl Imported {
    /// Returns the policy as an object of Graph, certificate profiles that it links and the profile shows inside.
    #[must_use]
    pub fn object(&self) -> Map<String, Json> {
        let mut object = written(&self.policy);
        for certificate in &self.certificates {
            let Some(inner) = certificate.object.as_ref() else { continue };
            for role in &certificate.roles {
                object.remove(&format!("{}{BIND}", role.link()));
                object.insert(role.link().to_owned(), Json::Object(inner.clone()));
            }
        }
        object
    }

    /// Returns the policy and the trusted certificates beside it, as a list of Graph.
    #[must_use]
    pub fn list(&self) -> Map<String, Json> {
        let roots = self.certificates.iter().filter(|c| c.roles.is_empty()).filter_map(|c| c.object.clone());
        let all: Vec<Json> = std::iter::once(self.object()).chain(roots).map(Json::Object).collect();
        Map::from_iter([("value".to_owned(), Json::Array(all))])
    }
}

/// What a policy says and the keys of its profile do not, as the text that goes into the account's description.
pub(crate) fn unsaid(policy: &EmailPolicy, profile: &Profile) -> Option<String> {
    let intent = read(profile).ok()?;
    let account = profile.payloads.iter().find(|payload| payload.is(key::EAS_ACCOUNT))?;
    let importer = Importer { profile, account, intent: &intent, user: None, lost: Vec::new() };
    let found = importer.members();
    let mut rest = settings(policy);
    rest.retain(|name, value| found.get(name).unwrap_or(&Json::Null) != value);
    (!rest.is_empty()).then(|| format!("{SAID}{}", Json::Object(rest)))
}

/// What stands before the settings in a description.
const SAID: &str = "Settings of the policy that no payload key carries: ";

/// The settings that the description of an account names.
fn said(account: &Payload) -> Map<String, Json> {
    let text = account.description().and_then(|text| text.strip_prefix(SAID));
    match text.and_then(|text| serde_json::from_str(text).ok()) {
        Some(Json::Object(members)) => {
            let known = settings(&EmailPolicy::default());
            members.into_iter().filter(|(name, _)| known.contains_key(name)).collect()
        }
        _ => Map::new(),
    }
}

/// The policy that members of Graph stand for, by the way that every policy is read.
fn policy_of(members: &Map<String, Json>) -> EmailPolicy {
    let mut whole = members.clone();
    whole.insert("@odata.type".to_owned(), EMAIL_TYPE.into());
    let export = graph::parse(Json::Object(whole).to_string().as_bytes());
    let resource = export.ok().and_then(|export| export.resources.into_iter().next());
    resource.map(|resource| tenant::policy(&resource)).unwrap_or_default()
}

fn origins(policy: &EmailPolicy, account: &Payload, said: &Map<String, Json>) -> Vec<ImportedSetting> {
    let form = settings(&EmailPolicy::default());
    let own = settings(policy);
    let changed = own.iter().filter(|(name, value)| form.get(*name) != Some(value));
    let rows = changed.map(|(name, _)| {
        let setting = name.trim_end_matches(BIND).to_owned();
        let from = |key: &str, certainty| ImportedSetting {
            setting: setting.clone(),
            key: key.to_owned(),
            certainty,
        };
        if said.contains_key(name) {
            return from(key::PAYLOAD_DESCRIPTION, Certainty::Certain);
        }
        match setting.as_str() {
            "displayName" => return from("Configuration.PayloadDisplayName", Certainty::Inferred),
            "description" => return from("Configuration.PayloadDescription", Certainty::Inferred),
            "id" | "identityCertificate" | "smimeSigningCertificate" | "smimeEncryptionCertificate" => {
                return from(key::PAYLOAD_IDENTIFIER, Certainty::Inferred);
            }
            // Which attribute gave a name is a guess of the name itself.
            "customDomainName" | "usernameAADSource" => return from(key::USER_NAME, Certainty::Inferred),
            "emailAddressSource" => return from(key::EMAIL_ADDRESS, Certainty::Inferred),
            // There is no key for the gate; that there is any S/MIME key at all tells it.
            "requireSmime" => {
                let entries = &account.dictionary().entries;
                let first = entries.iter().find(|entry| entry.key.starts_with("SMIME"));
                return from(first.map_or("", |entry| &*entry.key), Certainty::Inferred);
            }
            _ => {}
        }
        let mapped = || MAPPING.iter().filter(|row| row.setting == setting);
        let there = mapped().find(|row| account.dictionary().contains(row.key)).or_else(|| mapped().next());
        there.map_or_else(|| from("", Certainty::Inferred), |row| from(row.key, row.certainty))
    });
    rows.collect()
}

struct Importer<'a> {
    profile: &'a Profile,
    account: &'a Payload,
    intent: &'a Intent,
    user: Option<&'a User>,
    lost: Vec<Lost>,
}

impl Importer<'_> {
    /// What the keys say, by Graph's names.
    fn members(&self) -> Map<String, Json> {
        let (intent, smime) = (self.intent, &self.intent.smime);
        let text = |text: &Option<String>| text.as_deref().map_or(Json::Null, Json::from);
        let services: Vec<&str> = EasService::WORDS
            .iter()
            .filter(|(_, service)| {
                intent
                    .services
                    .iter()
                    .any(|(s, i)| EasService::from(s) == *service && i.enable.unwrap_or(true))
            })
            .map(|(name, _)| *name)
            .collect();
        let services = if services.is_empty() { "none".to_owned() } else { services.join(",") };
        let window = EmailSyncDuration::WORDS
            .iter()
            .find(|(_, duration)| duration.window_days() == intent.mail_window_days)
            .map_or("userDefined", |(word, _)| *word);
        let identity =
            |uuid: &Option<String>| if uuid.is_some() { Json::from("certificate") } else { Json::Null };
        let certificate = intent.identity.is_some() || intent.inline_identity;
        let method = if certificate { "certificate" } else { "usernameAndPassword" };
        let (name_source, domain, address_source) = self.sources();
        let on = |value: Option<bool>| Json::from(value.unwrap_or(false));
        let link = |uuid: &Option<String>| self.link(uuid.as_deref());
        // What the form always sends comes along as it sends it.
        let mut members = settings(&EmailPolicy::default());
        let own: [(&str, Json); 31] = [
            ("id", self.id().map_or(Json::Null, Json::from)),
            ("displayName", self.profile.display_name().map_or(Json::Null, Json::from)),
            ("description", self.top(key::PAYLOAD_DESCRIPTION).map_or(Json::Null, Json::from)),
            ("accountName", text(&intent.name)),
            ("hostName", text(&intent.host)),
            ("usernameAADSource", name_source.into()),
            ("customDomainName", domain.map_or(Json::Null, Json::from)),
            ("emailAddressSource", address_source.into()),
            ("authenticationMethod", method.into()),
            ("requireSsl", intent.ssl.unwrap_or(true).into()),
            ("useOAuth", on(intent.oauth)),
            ("easServices", services.into()),
            (
                "easServicesUserOverrideEnabled",
                intent.services.iter().all(|(_, service)| service.overridable.unwrap_or(true)).into(),
            ),
            ("durationOfEmailToSync", window.into()),
            ("blockMovingMessagesToOtherEmailAccounts", on(intent.prevent_move)),
            ("blockSendingEmailFromThirdPartyApps", on(intent.prevent_app_sheet)),
            ("blockSyncingRecentlyUsedEmailAddresses", on(intent.disable_recents)),
            ("requireSmime", self.smime_is_there().into()),
            ("smimeSigningEnabled", on(smime.signing_enabled)),
            ("smimeSigningUserOverrideEnabled", on(smime.signing_overrideable)),
            ("signingCertificateType", identity(&smime.signing_identity)),
            ("smimeSigningCertificateUserOverrideEnabled", on(smime.signing_identity_overrideable)),
            ("smimeEncryptByDefaultEnabled", on(smime.encrypt_by_default.or(smime.encryption_enabled))),
            ("smimeEncryptByDefaultUserOverrideEnabled", on(smime.encrypt_by_default_overrideable)),
            ("smimeEnablePerMessageSwitch", on(smime.per_message_switch.or(smime.old_per_message_switch))),
            ("encryptionCertificateType", identity(&smime.encryption_identity)),
            ("smimeEncryptionCertificateUserOverrideEnabled", on(smime.encryption_identity_overrideable)),
            (
                "perAppVPNProfileId",
                self.account.dictionary().str(key::VPN_UUID).map_or(Json::Null, Json::from),
            ),
            ("identityCertificate@odata.bind", link(&intent.identity)),
            ("smimeSigningCertificate@odata.bind", link(&smime.signing_identity)),
            ("smimeEncryptionCertificate@odata.bind", link(&smime.encryption_identity)),
        ];
        members.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
        members
    }

    fn smime_is_there(&self) -> bool {
        self.account.dictionary().entries.iter().any(|entry| entry.key.starts_with("SMIME"))
    }

    fn top(&self, key: &str) -> Option<&str> {
        match self.profile.key(key).map(|node| &node.value) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The id of the policy, where the identifier was made of one.
    fn id(&self) -> Option<&str> {
        let id = self.profile.identifier()?.strip_prefix(IDENTIFIER)?.strip_prefix('.')?;
        (Some(id) != self.profile.uuid() && !id.is_empty()).then_some(id)
    }

    /// The link to a certificate profile, where the identifier of its payload was made of the id.
    fn link(&self, uuid: Option<&str>) -> Json {
        let payload = uuid.and_then(|uuid| self.profile.payloads.iter().find(|p| p.uuid() == Some(uuid)));
        let id = payload.and_then(|payload| self.id_of(payload));
        let policy = |id: &str| EmailPolicy {
            links: crate::PolicyLinks { identity: Some(id.to_owned()), ..crate::PolicyLinks::default() },
            ..EmailPolicy::default()
        };
        id.map_or(Json::Null, |id| {
            settings(&policy(id)).remove("identityCertificate@odata.bind").unwrap_or_default()
        })
    }

    fn id_of<'p>(&self, payload: &'p Payload) -> Option<&'p str> {
        let own = self.profile.identifier().filter(|own| own.starts_with(IDENTIFIER))?;
        let rest = payload.identifier()?.strip_prefix(own)?;
        let (_, id) = rest.strip_prefix('.')?.split_once('.')?;
        (Some(id) != payload.uuid()).then_some(id)
    }

    /// Which attributes of the user the names come from: usernameAADSource, customDomainName, emailAddressSource.
    ///
    /// Without the user, one and the same text for both is taken for the principal name, different ones for principal
    /// name and primary SMTP address, and a text with a backslash for a sAM account name behind a literal domain.
    fn sources(&self) -> (&'static str, Option<&str>, &'static str) {
        let (name, address) = (self.intent.user_name.as_deref(), self.intent.email_address.as_deref());
        let (principal, smtp) = match self.user {
            Some(user) => (Some(user.upn.as_str()), user.primary_smtp_address.as_deref()),
            None => (None, None),
        };
        let address_source = match address {
            Some(_) if address == principal => "userPrincipalName",
            Some(_) if address == smtp => "primarySmtpAddress",
            Some(_) if name.is_some_and(|name| !name.contains('\\')) && name != address => {
                "primarySmtpAddress"
            }
            _ => "userPrincipalName",
        };
        if let Some((domain, _)) = name.and_then(|name| name.split_once('\\')) {
            return ("samAccountName", Some(domain), address_source);
        }
        let name_source = if name.is_some() && name != principal && name == smtp {
            "primarySmtpAddress"
        } else {
            "userPrincipalName"
        };
        (name_source, None, address_source)
    }

    fn lose(&mut self, rule: &'static str, severity: Severity, key: &str, message: impl Into<String>) {
        self.lost.push(Lost {
            rule,
            severity,
            payload_type: key::EAS_ACCOUNT.to_owned(),
            key: key.to_owned(),
            span: self.account.span_of(key),
            message: message.into(),
        });
    }

    fn losses(&mut self, policy: &EmailPolicy, foreign: bool) {
        self.account_keys();
        let services = &self.intent.services;
        let locks = services.iter().filter(|(_, s)| !s.overridable.unwrap_or(true)).count();
        if locks != 0 && locks != Service::ALL.len() {
            let key = services
                .iter()
                .find(|(_, s)| s.overridable == Some(false))
                .map_or("", |(s, _)| s.overridable_key());
            let message =
                "some services are locked and others are not; Intune locks all or none, here none is locked";
            let message = if policy.eas_services_user_override_enabled {
                message
            } else {
                "some services are locked and others are not; Intune locks all or none, here all are locked"
            };
            self.lose("import-mixed-locks", Error, key, message);
        }
        if SyncScope::of(&policy.eas_services).is_none() {
            let message = "the portal offers no such choice of services; Graph takes it";
            self.lose("import-scope-not-in-portal", Warning, Service::Mail.enable_key(), message);
        }
        let days = self.intent.mail_window_days;
        if days.is_some() && policy.duration_of_email_to_sync.window_days() != days {
            let message = format!("Intune has no window of {} days", days.unwrap_or_default());
            self.lose("import-mail-window", Error, key::MAIL_NUMBER_OF_PAST_DAYS_TO_SYNC, message);
        }
        for (name, key) in [
            (self.intent.user_name.is_some(), key::USER_NAME),
            (self.intent.email_address.is_some(), key::EMAIL_ADDRESS),
        ] {
            if !name && foreign {
                let message = format!("the profile leaves {key} to the user; Intune always writes it");
                self.lose("import-name-left-open", Error, key, message);
            }
        }
        if let Some(user) = self.user {
            let names = [
                (user.user_name(policy).ok(), self.intent.user_name.clone(), key::USER_NAME),
                (user.email_address(policy).ok(), self.intent.email_address.clone(), key::EMAIL_ADDRESS),
            ];
            for (made, written, key) in names {
                if written.is_some() && made != written {
                    let message =
                        format!("{key} is none of the user's attributes; Intune writes no literal names");
                    self.lose("import-literal-name", Error, key, message);
                }
            }
        }
        self.references();
        self.whole_profile();
        self.payloads();
        // What no profile tells, whoever made it.
        self.lost.push(Lost {
            rule: "import-not-in-profiles",
            severity: Info,
            payload_type: "Configuration".to_owned(),
            key: String::new(),
            span: self.profile.key(key::PAYLOAD_IDENTIFIER).map_or(self.account.span, |node| node.span),
            message:
                "no profile tells assignments, version, dates, roleScopeTagIds, supportsScopeTags, nor which \
                      settings were null: these come back as in an untouched form"
                    .to_owned(),
        });
    }

    /// References of the account to payloads that are not there, or are no identities.
    fn references(&mut self) {
        let smime = &self.intent.smime;
        let named = [
            (key::PAYLOAD_CERTIFICATE_UUID, self.intent.identity.clone()),
            (key::SMIME_SIGNING_CERTIFICATE_UUID, smime.signing_identity.clone()),
            (key::SMIME_ENCRYPTION_CERTIFICATE_UUID, smime.encryption_identity.clone()),
        ];
        for (key, uuid) in named {
            let Some(uuid) = uuid.filter(|uuid| !self.intent.identities.contains(uuid)) else { continue };
            let near = |other: Option<&str>| other.is_some_and(|other| other.eq_ignore_ascii_case(&uuid));
            let message = match self.profile.payloads.iter().find(|payload| near(payload.uuid())) {
                Some(payload) if payload.uuid() == Some(uuid.as_str()) => format!(
                    "{key} names a payload that is no identity ({}); no certificate profile can be told from it",
                    payload.payload_type().unwrap_or_default()
                ),
                Some(_) => {
                    format!("{key} writes the UUID of its payload in other letters; phones may not find it")
                }
                None => format!(
                    "{key} names {}, which is not in the profile; no certificate profile can be told from it",
                    graph::excerpt(&uuid)
                ),
            };
            self.lose("import-dangling-reference", Error, key, message);
        }
        let vpns = self.profile.payloads.iter().filter(|payload| payload.is(key::VPN));
        let there: Vec<&str> = vpns.filter_map(|payload| payload.dictionary().str(key::VPN_UUID)).collect();
        if let Some(vpn) = self.intent.vpn.clone().filter(|vpn| !there.contains(&vpn.as_str())) {
            let message =
                format!("{} names {}, which is not in the profile", key::VPN_UUID, graph::excerpt(&vpn));
            self.lose("import-dangling-reference", Warning, key::VPN_UUID, message);
        }
    }

    fn account_keys(&mut self) {
        let smime = &self.intent.smime;
        let old = [
            (key::SMIME_ENABLED, false),
            (key::SMIME_ENCRYPTION_ENABLED, smime.encrypt_by_default.is_none()),
            (key::SMIME_ENABLE_PER_MESSAGE_SWITCH, smime.per_message_switch.is_none()),
        ];
        for entry in self.account.dictionary().effective() {
            let name = &*entry.key;
            if let Some((_, alone)) = old.iter().find(|(key, _)| *key == name) {
                if *alone {
                    let message = format!(
                        "{name} is the key of older phones; the policy writes the one that replaced it"
                    );
                    self.lose("import-older-key", Info, name, message);
                }
                continue;
            }
            let known = MAPPING.iter().any(|row| row.key == name);
            if known || name.starts_with("Payload") {
                continue;
            }
            let (severity, message) = match name {
                key::PASSWORD => (Error, "a policy carries no password: the user is asked".to_owned()),
                key::CERTIFICATE | "CertificateName" | "CertificatePassword" => {
                    (Error, format!("a policy carries no identity in {name}: link a certificate profile"))
                }
                key::OAUTH_SIGN_IN_URL
                | "OAuthTokenRequestURL"
                | "OverridePreviousPassword"
                | "allowMailDrop"
                | "CommunicationServiceRules"
                | "HeaderMagic" => (Error, format!("Intune has no setting for {name}")),
                _ => (
                    Warning,
                    format!("{} is no key of an Exchange account that Intune writes", graph::excerpt(name)),
                ),
            };
            self.lose("import-key", severity, name, message);
        }
    }

    fn whole_profile(&mut self) {
        let Some(root) = self.profile.dictionary() else { return };
        for entry in root.effective() {
            let (severity, message) = match &*entry.key {
                "PayloadRemovalDisallowed" if entry.node.value == Value::Boolean(false) => continue,
                "PayloadRemovalDisallowed" => (Info, "who may remove a profile is decided by the management"),
                "ConsentText" => (Error, "a policy asks for no consent"),
                "RemovalDate" | "DurationUntilRemoval" => (Error, "a policy has no date of removal"),
                "HasRemovalPasscode" => (Error, "a policy has no passcode for its removal"),
                "PayloadExpirationDate" => (Warning, "a policy does not expire"),
                "EncryptedPayloadContent" | "IsEncrypted" => (Info, "the management encrypts by itself"),
                _ => continue,
            };
            self.lost.push(Lost {
                rule: "import-profile-key",
                severity,
                payload_type: "Configuration".to_owned(),
                key: entry.key.to_string(),
                span: entry.node.span,
                message: message.to_owned(),
            });
        }
    }

    fn payloads(&mut self) {
        for payload in &self.profile.payloads {
            let kind = payload.payload_type().unwrap_or_default();
            let name = graph::excerpt(payload.display_name().unwrap_or(kind));
            let (rule, severity, message) = match kind {
                key::EAS_ACCOUNT => continue,
                key::ROOT | "com.apple.security.pkcs1" | "com.apple.security.pem" => {
                    ("import-own-policy", Info, format!("{name} is a trusted certificate profile of its own"))
                }
                key::SCEP => {
                    ("import-own-policy", Info, format!("{name} is a SCEP certificate profile of its own"))
                }
                key::PKCS12 => (
                    "import-own-policy",
                    Info,
                    format!("{name} comes by a PKCS or imported PFX profile; Graph does not hold the file"),
                ),
                key::VPN => ("import-own-policy", Info, format!("{name} is a VPN profile of its own")),
                _ => (
                    "import-payload",
                    Error,
                    format!(
                        "{name} ({kind}) is no part of an e-mail policy; it takes a policy of another kind"
                    ),
                ),
            };
            self.lost.push(Lost {
                rule,
                severity,
                payload_type: kind.to_owned(),
                key: String::new(),
                span: payload.span,
                message,
            });
        }
    }

    fn certificates(&self, user: Option<&User>) -> Vec<ImportedCertificate> {
        let of = |payload: &Payload| {
            let kind = payload.payload_type()?;
            let known =
                [key::ROOT, key::PKCS12, key::SCEP, "com.apple.security.pkcs1", "com.apple.security.pem"];
            if !known.contains(&kind) {
                return None;
            }
            let name = payload.display_name().unwrap_or("Certificate").to_owned();
            let id = self.id_of(payload).map(str::to_owned);
            let base = |graph: &str| {
                let mut object = Map::new();
                object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{graph}").into());
                let made = || stable_uuid(&["imported", payload.uuid().unwrap_or_default()]).to_lowercase();
                object.insert("id".to_owned(), id.clone().unwrap_or_else(made).into());
                object.insert("displayName".to_owned(), name.clone().into());
                object
            };
            let object = match kind {
                key::PKCS12 => None,
                key::SCEP => payload.dict(key::PAYLOAD_CONTENT).ok().flatten().map(|scep| {
                    let mut object = base("iosScepCertificateProfile");
                    object.extend(scep_members(scep, user));
                    object
                }),
                _ => payload.data(key::PAYLOAD_CONTENT).ok().flatten().map(|bytes| {
                    use base64::Engine;
                    let mut object = base("iosTrustedRootCertificate");
                    let file = payload.dictionary().str(key::PAYLOAD_CERTIFICATE_FILE_NAME);
                    object.insert("certFileName".to_owned(), file.map_or(Json::Null, Json::from));
                    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
                    object.insert("trustedRootCertificate".to_owned(), text.into());
                    object
                }),
            };
            let uuid = payload.uuid().unwrap_or_default().to_owned();
            let uses = [
                (CertificateRole::Authentication, &self.intent.identity),
                (CertificateRole::Signing, &self.intent.smime.signing_identity),
                (CertificateRole::Encryption, &self.intent.smime.encryption_identity),
            ];
            let roles =
                uses.into_iter().filter(|(_, named)| named.as_ref() == Some(&uuid)).map(|(role, _)| role);
            let roles = roles.collect();
            Some(ImportedCertificate { uuid, payload_type: kind.to_owned(), name, id, roles, object })
        };
        self.profile.payloads.iter().filter_map(of).collect()
    }
}

/// The settings of a SCEP payload by Graph's names. The user's own attributes become the variables that give them.
fn scep_members(scep: &Dictionary, user: Option<&User>) -> Map<String, Json> {
    let template = |value: &str| {
        let user = user?;
        let known = [
            (Some(&user.upn), "{{UserPrincipalName}}"),
            (user.primary_smtp_address.as_ref(), "{{EmailAddress}}"),
            (user.sam_account_name.as_ref(), "{{OnPremisesSamAccountName}}"),
        ];
        let found = known.into_iter().find(|(own, _)| own.is_some_and(|own| own == value));
        found.map(|(_, variable)| variable.to_owned())
    };
    let written = |value: &str| template(value).unwrap_or_else(|| value.to_owned());
    let escaped = |value: &str| written(value).replace('\\', "\\\\").replace(',', "\\,").replace('"', "\\\"");
    let mut parts = Vec::new();
    for rdn in scep.value("Subject").and_then(Value::as_array).unwrap_or_default() {
        for pair in rdn.value.as_array().unwrap_or_default() {
            if let Some([attribute, value]) = pair.value.as_array()
                && let (Some(attribute), Some(value)) = (attribute.value.as_str(), value.value.as_str())
            {
                let attribute = if attribute == "1.2.840.113549.1.9.1" { "E" } else { attribute };
                parts.push(format!("{attribute}={}", escaped(value)));
            }
        }
    }
    let mut names = Vec::new();
    if let Some(Value::Dictionary(inner)) = scep.value("SubjectAltName") {
        for (key, kind) in [
            ("rfc822Name", "emailAddress"),
            ("ntPrincipalName", "userPrincipalName"),
            ("dNSName", "domainNameService"),
            ("uniformResourceIdentifier", "universalResourceIdentifier"),
        ] {
            let values: Vec<&str> = match inner.value(key) {
                Some(Value::String(text)) => vec![text],
                Some(Value::Array(items)) => items.iter().filter_map(|item| item.value.as_str()).collect(),
                _ => Vec::new(),
            };
            names.extend(values.into_iter().map(|value| {
                Json::from_iter([("sanType", Json::from(kind)), ("name", Json::from(written(value)))])
            }));
        }
    }
    let integer = |key| scep.value(key).and_then(Value::as_integer);
    let usage: Vec<&str> = [(4, "keyEncipherment"), (1, "digitalSignature")]
        .into_iter()
        .filter(|(bit, _)| integer("Key Usage").is_some_and(|usage| usage & bit != 0))
        .map(|(_, word)| word)
        .collect();
    let mut members = Map::new();
    let mut set = |name: &str, value: Json| members.insert(name.to_owned(), value);
    set("scepServerUrls", scep.str("URL").map(|url| Json::from(vec![url])).unwrap_or(Json::Null));
    set("subjectNameFormat", "custom".into());
    set("subjectNameFormatString", if parts.is_empty() { Json::Null } else { parts.join(",").into() });
    set("customSubjectAlternativeNames", Json::Array(names));
    set("keySize", integer("Keysize").map_or(Json::Null, |bits| format!("size{bits}").into()));
    set("keyUsage", if usage.is_empty() { Json::Null } else { usage.join(",").into() });
    members
}
