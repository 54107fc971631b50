//! The checks of what a profile says by itself, in the order in which a device makes them: signature, syntax,
//! encryption, top level, payload frames, types, required keys, uniqueness, values. The order of equal-ranked checks is
//! not documented; it is ours. Unknown keys and payload types, UUIDs of any form and numbers outside a list pass.

use super::applicability::acts;
use super::chain::{ErrorChain, ErrorDomain, ErrorLink, invalid_payload, invalid_profile, link};
use super::read::{self, Read, read};
use super::{ProfileFile, payload_type};
use crate::managed_mail::MailProtocol;
use crate::settings::Service;
use crate::{Defect, DeviceFacts, Keychain, MailSettings};
use profile::plist::{Node, Value};
use profile::{MissingKey, Payload, Profile, Schema};
use smime::{Certificate, Context};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A profile that passed the checks.
pub(crate) struct Valid {
    pub(crate) profile: Arc<Profile>,
    /// Its payloads, to be kept.
    pub(crate) payloads: Arc<Vec<Payload>>,
    pub(crate) name: String,
    pub(crate) signer: Vec<Certificate>,
    pub(crate) encrypted: bool,
}

/// What a profile says by itself, whichever phone it is for.
pub(super) struct Checked {
    profile: Arc<Profile>,
    payloads: Arc<Vec<Payload>>,
    name: String,
    encrypted: bool,
    /// Top level, frames and types.
    form: Result<(), ErrorChain>,
    /// The required keys that it does not have; of which of them the phone takes notice depends on the phone.
    missing: Vec<MissingKey>,
    unique: Result<(), ErrorChain>,
}

impl Checked {
    pub(super) fn of(profile: Profile, encrypted: bool) -> Self {
        let name = read::name(&profile);
        let form = form(&profile, &name, encrypted);
        let missing = match &form {
            Ok(()) => profile::missing_keys(&profile, Schema::builtin()),
            Err(_) => Vec::new(),
        };
        let unique = unique(&profile, &name);
        let payloads = Arc::new(profile.payloads.clone());
        Checked { profile: Arc::new(profile), payloads, name, encrypted, form, missing, unique }
    }
}

fn form(profile: &Profile, name: &str, encrypted: bool) -> Result<(), ErrorChain> {
    top_level(profile, name, encrypted)?;
    for payload in &profile.payloads {
        frame(name, payload)?;
    }
    types(profile, name)
}

/// The most payloads a profile may have.
pub(crate) const MAX_PAYLOADS: usize = 1_000;

pub(super) fn missing(domain: ErrorDomain, key: &str) -> ErrorLink {
    let code = if domain == ErrorDomain::MCProfileErrorDomain { 1002 } else { 2002 };
    link(domain, code, format!("The required field “{key}” is missing."))
}

fn wrong_type(domain: ErrorDomain, key: &str) -> ErrorLink {
    let code = if domain == ErrorDomain::MCProfileErrorDomain { 1003 } else { 2003 };
    link(domain, code, format!("The field “{key}” has the wrong data type."))
}

fn unsupported_value(key: &str) -> ErrorLink {
    link(ErrorDomain::MCPayloadErrorDomain, 2004, format!("The field “{key}” contains an invalid value."))
}

/// Reads a profile and checks what it says by itself.
pub(crate) fn validate(
    cx: &Context<'_>,
    file: &ProfileFile,
    facts: &DeviceFacts,
    keychain: &Keychain,
) -> Result<Valid, ErrorChain> {
    let (checked, signer) = match file.plain() {
        Some(checked) => (Arc::clone(checked), Vec::new()),
        None => {
            let Read { profile, signer, encrypted } = read(cx, file.bytes(), keychain, facts)?;
            (Arc::new(Checked::of(profile, encrypted)), signer)
        }
    };
    let Checked { profile, payloads, name, encrypted, form, missing, unique } = &*checked;
    form.clone()?;
    required(profile, missing, name, facts)?;
    unique.clone()?;
    for payload in &profile.payloads {
        values(name, payload, facts)?;
    }
    Ok(Valid {
        profile: Arc::clone(profile),
        payloads: Arc::clone(payloads),
        name: name.clone(),
        signer,
        encrypted: *encrypted,
    })
}

fn top_level(profile: &Profile, name: &str, encrypted: bool) -> Result<(), ErrorChain> {
    use ErrorDomain::MCProfileErrorDomain as Domain;
    let Some(Value::Dictionary(top)) = profile.root.as_ref().map(|n| &n.value) else {
        return Err(invalid_profile(name, None));
    };
    let refuse = |cause| Err(invalid_profile(name, Some(cause)));
    for key in ["PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadContent"] {
        if encrypted && key == "PayloadContent" {
            continue;
        }
        match (top.get(key).map(|n| &n.value), key) {
            (None, _) => return refuse(missing(Domain, key)),
            (Some(Value::Array(_)), "PayloadContent") => {}
            (Some(Value::Integer(_) | Value::Unsigned(_)), "PayloadVersion") => {}
            (Some(Value::String(_)), k) if k != "PayloadContent" && k != "PayloadVersion" => {}
            (Some(_), _) => return refuse(wrong_type(Domain, key)),
        }
    }
    if profile.payload_type() != Some("Configuration") {
        return refuse(link(Domain, 1010, "The field “PayloadType” contains an invalid value."));
    }
    if profile.version() != Some(1) {
        return refuse(link(Domain, 1001, "The profile’s version is not supported."));
    }
    if profile.payloads.len() > MAX_PAYLOADS {
        return refuse(wrong_type(Domain, "PayloadContent"));
    }
    if let Some(Value::Array(items)) = top.get("PayloadContent").map(|n| &n.value).filter(|_| !encrypted) {
        if items.is_empty() {
            return refuse(link(Domain, 1005, "The profile is empty."));
        }
        if items.len() > MAX_PAYLOADS {
            let text = format!("The profile has {} payloads, more than {MAX_PAYLOADS}.", items.len());
            return refuse(link(Domain, 1010, text));
        }
        if items.iter().any(|n: &Node| !is_dictionary(n)) {
            return refuse(wrong_type(Domain, "PayloadContent"));
        }
    }
    Ok(())
}

fn is_dictionary(node: &Node) -> bool {
    matches!(node.value, Value::Dictionary(_))
}

/// How the payload is called in error texts.
pub(crate) fn payload_name(payload: &Payload) -> String {
    payload.display_name().or(payload.payload_type()).unwrap_or("Payload").to_owned()
}

fn frame(name: &str, payload: &Payload) -> Result<(), ErrorChain> {
    use ErrorDomain::MCPayloadErrorDomain as Domain;
    let label = payload_name(payload);
    for key in ["PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion"] {
        match (payload.dictionary().get(key).map(|n| &n.value), key) {
            (None, _) => return Err(invalid_payload(name, &label, missing(Domain, key))),
            (Some(Value::Integer(1)), "PayloadVersion") => {}
            (Some(Value::Integer(_) | Value::Unsigned(_)), "PayloadVersion") => {
                let cause = link(Domain, 2001, "The payload’s version is not supported.");
                return Err(invalid_payload(name, &label, cause));
            }
            (Some(Value::String(_)), k) if k != "PayloadVersion" => {}
            (Some(_), _) => return Err(invalid_payload(name, &label, wrong_type(Domain, key))),
        }
    }
    Ok(())
}

fn types(profile: &Profile, name: &str) -> Result<(), ErrorChain> {
    let errors = profile::type_errors(profile, Schema::builtin());
    let Some(error) = errors.first() else { return Ok(()) };
    let payload = error.payload_index.and_then(|i| profile.payloads.iter().find(|p| p.index == i));
    Err(match payload {
        Some(p) => {
            invalid_payload(name, &payload_name(p), wrong_type(ErrorDomain::MCPayloadErrorDomain, &error.key))
        }
        None => invalid_profile(name, Some(wrong_type(ErrorDomain::MCProfileErrorDomain, &error.key))),
    })
}

/// Required keys of the payloads that act, at their first level, and the settings below SCEP's `PayloadContent`. What is
/// stored only is not held to the schema: phones install much that is incomplete. LDAP and Exchange accounts without a
/// host have errors of their own (19001, 21003).
fn required(
    profile: &Profile,
    missing_keys: &[MissingKey],
    name: &str,
    facts: &DeviceFacts,
) -> Result<(), ErrorChain> {
    let schema = Schema::builtin();
    for missing_key in missing_keys {
        let payload = missing_key.payload_index.and_then(|i| profile.payloads.iter().find(|p| p.index == i));
        let Some(payload) = payload else { continue };
        let kind = payload.payload_type().unwrap_or_default();
        let shallow = missing_key.path == missing_key.key
            || kind == payload_type::SCEP
                && missing_key.path == format!("PayloadContent.{}", missing_key.key);
        // Per-app VPN builds on the VPN type; without a tunnel only its own keys matter here.
        let own = schema.payload(kind).and_then(|p| p.key(&missing_key.key));
        let known_here =
            kind == payload_type::SCEP || own.is_some_and(|k| k.introduced.is_none_or(|v| v <= facts.ios));
        if shallow && known_here && acts(kind, facts) && kind != payload_type::LDAP {
            let cause = missing(ErrorDomain::MCPayloadErrorDomain, &missing_key.key);
            return Err(invalid_payload(name, &payload_name(payload), cause));
        }
    }
    Ok(())
}

fn unique(profile: &Profile, name: &str) -> Result<(), ErrorChain> {
    let mut uuids = BTreeSet::new();
    let mut identifiers = BTreeSet::new();
    for payload in &profile.payloads {
        let (code, text) = if !uuids.insert(payload.uuid()) {
            (1007, "The profile contains payloads with duplicate UUIDs.")
        } else if !identifiers.insert(payload.identifier()) {
            (1008, "The profile contains payloads with duplicate identifiers.")
        } else {
            continue;
        };
        return Err(invalid_profile(name, Some(link(ErrorDomain::MCProfileErrorDomain, code, text))));
    }
    Ok(())
}

fn values(name: &str, payload: &Payload, facts: &DeviceFacts) -> Result<(), ErrorChain> {
    let label = payload_name(payload);
    let invalid = |cause| invalid_payload(name, &label, cause);
    let wrong = |e: profile::WrongType| invalid(wrong_type(ErrorDomain::MCPayloadErrorDomain, &e.key));
    match payload.payload_type() {
        Some(payload_type::EAS) => {
            let settings = MailSettings::read(payload, facts).map_err(wrong)?;
            // Apple's schema: at least one service must be on (XTR-016). Which code a device gives is not public; an
            // unsupported field value is the closest of the documented ones.
            if Service::ALL.iter().all(|s| !settings.enabled.of(*s).value)
                && !facts.has(Defect::AllServicesOffAccepted)
            {
                return Err(invalid(unsupported_value("EnableMail")));
            }
        }
        Some(payload_type::MAIL) => {
            // Without a protocol that the phone knows there is no account to make.
            let kind = payload.string("EmailAccountType").map_err(wrong)?;
            if kind.is_none_or(|k| MailProtocol::of_key(k).is_none()) {
                return Err(invalid(unsupported_value("EmailAccountType")));
            }
        }
        _ => {}
    }
    Ok(())
}
