//! The checks before anything is installed, in the order in which a device makes them: signature, syntax, top level,
//! payload frames, types, uniqueness, values. The order of equal-ranked checks is not documented; it is ours.

use super::chain::{ErrorChain, ErrorDomain, ErrorLink, invalid_payload, invalid_profile, link};
use crate::settings::Service;
use crate::{DeviceFacts, MailSettings};
use profile::plist::{Node, Value};
use profile::{Payload, Profile, Schema};
use smime::{Certificate, Context, TrustStore, cms};
use std::collections::BTreeSet;

/// A profile that passed the checks.
pub(crate) struct Valid {
    pub(crate) profile: Profile,
    pub(crate) name: String,
    pub(crate) signer: Vec<Certificate>,
}

/// The name under which payload types of Exchange accounts go.
pub(crate) const EAS: &str = "com.apple.eas.account";

/// The most payloads a profile may have.
pub(crate) const MAX_PAYLOADS: usize = 1_000;

fn missing(domain: ErrorDomain, key: &str) -> ErrorLink {
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

/// Unwraps a signed profile and checks it.
pub(crate) fn validate(
    cx: &Context<'_>,
    bytes: &[u8],
    facts: &DeviceFacts,
    trust: &TrustStore,
) -> Result<Valid, ErrorChain> {
    let (inner, signer) = unwrap(cx, bytes, trust)?;
    let (profile, _) = profile::parse(&inner);
    let name = profile.display_name().or(profile.identifier()).unwrap_or("Profile").to_owned();
    top_level(&profile, &name)?;
    for payload in &profile.payloads {
        frame(&name, payload)?;
    }
    types(&profile, &name)?;
    unique(&profile, &name)?;
    for payload in &profile.payloads {
        values(&name, payload, facts)?;
    }
    removal_date(cx, &profile, &name)?;
    Ok(Valid { profile, name, signer })
}

/// Takes the content out of a CMS-signed profile. A signature that does not verify is refused; a signer that nobody
/// vouches for is not: the phone shows such a profile as "Not Verified" and installs it.
fn unwrap(
    cx: &Context<'_>,
    bytes: &[u8],
    trust: &TrustStore,
) -> Result<(Vec<u8>, Vec<Certificate>), ErrorChain> {
    if !cms::is_cms(bytes) {
        return Ok((bytes.to_vec(), Vec::new()));
    }
    let bad = || {
        let cause = link(ErrorDomain::MCProfileErrorDomain, 1004, "The profile’s signature is not valid.");
        invalid_profile("Profile", Some(cause))
    };
    let signed = cms::open_signed(cx, bytes, trust).map_err(|_| bad())?;
    if signed.signers.is_empty() || signed.signers.iter().any(|s| s.signature.is_err()) {
        return Err(bad());
    }
    let leaf = signed.signers.first().and_then(|s| s.certificate.clone());
    let mut signer: Vec<Certificate> = leaf.into_iter().collect();
    for certificate in signed.certificates {
        if !signer.contains(&certificate) {
            signer.push(certificate);
        }
    }
    Ok((signed.content, signer))
}

fn top_level(profile: &Profile, name: &str) -> Result<(), ErrorChain> {
    use ErrorDomain::MCProfileErrorDomain as Domain;
    let Some(Value::Dictionary(top)) = profile.root.as_ref().map(|n| &n.value) else {
        return Err(invalid_profile(name, None));
    };
    let refuse = |cause| Err(invalid_profile(name, Some(cause)));
    for key in ["PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadVersion", "PayloadContent"] {
        let encrypted = key == "PayloadContent" && top.get("EncryptedPayloadContent").is_some();
        match (top.get(key).map(|n| &n.value), key) {
            (None, _) if encrypted => {
                let text = "The encrypted profile cannot be decrypted on this device.";
                return refuse(link(Domain, 1006, text));
            }
            (None, _) => return refuse(missing(Domain, key)),
            (Some(Value::Array(_)), "PayloadContent") | (Some(Value::Integer(_)), "PayloadVersion") => {}
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
    if let Some(Value::Array(items)) = top.get("PayloadContent").map(|n| &n.value) {
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
            (Some(Value::Integer(_)), "PayloadVersion") => {
                let cause = link(Domain, 2001, "The payload’s version is not supported.");
                return Err(invalid_payload(name, &label, cause));
            }
            (Some(Value::String(_)), k) if k != "PayloadVersion" => {}
            (Some(_), _) => return Err(invalid_payload(name, &label, wrong_type(Domain, key))),
        }
    }
    if matches!(
        payload.payload_type(),
        Some(
            "com.apple.security.pkcs12"
                | "com.apple.security.root"
                | "com.apple.security.pkcs1"
                | "com.apple.security.pem"
        )
    ) && payload.dictionary().get("PayloadContent").is_none()
    {
        return Err(invalid_payload(name, &label, missing(Domain, "PayloadContent")));
    }
    Ok(())
}

fn types(profile: &Profile, name: &str) -> Result<(), ErrorChain> {
    let errors = profile::type_errors(profile, Schema::builtin());
    let Some(error) = errors.first() else { return Ok(()) };
    let payload = error.payload_index.and_then(|i| profile.payloads.get(i));
    Err(match payload {
        Some(p) => {
            invalid_payload(name, &payload_name(p), wrong_type(ErrorDomain::MCPayloadErrorDomain, &error.key))
        }
        None => invalid_profile(name, Some(wrong_type(ErrorDomain::MCProfileErrorDomain, &error.key))),
    })
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
    if payload.payload_type() != Some(EAS) {
        return Ok(());
    }
    let label = payload_name(payload);
    let settings = MailSettings::read(payload, facts)
        .map_err(|e| invalid_payload(name, &label, wrong_type(ErrorDomain::MCPayloadErrorDomain, &e.key)))?;
    // Apple's schema: at least one service must be on (XTR-016). Which code a device gives is not public; an
    // unsupported field value is the closest of the documented ones.
    if Service::ALL.iter().all(|s| !settings.enabled.of(*s).value) {
        return Err(invalid_payload(name, &label, unsupported_value("EnableMail")));
    }
    Ok(())
}

fn removal_date(cx: &Context<'_>, profile: &Profile, name: &str) -> Result<(), ErrorChain> {
    let Some(Value::Dictionary(top)) = profile.root.as_ref().map(|n| &n.value) else { return Ok(()) };
    match top.get("RemovalDate").map(|n| &n.value) {
        Some(Value::Date(date)) if date.0 <= cx.now.0 => {
            let text = "The profile’s removal date is in the past.";
            Err(super::chain::failed_profile(name, link(ErrorDomain::MCInstallationErrorDomain, 4006, text)))
        }
        _ => Ok(()),
    }
}
