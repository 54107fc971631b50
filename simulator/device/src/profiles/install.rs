//! Installing: checks, questions to the owner, then everything or nothing. Certificates come first, then
//! identities that servers have to make, then what refers to them, management last (profiles-and-mdm.md, com.apple.mdm: "certificates install before the MDM payload"; B.1).

use super::admission::{admit, removal_at};
use super::applicability::{acts, ignored_keys};
use super::certificates::MAX_PROFILE_ITERATIONS;
use super::chain::{ErrorChain, ErrorDomain, ErrorLink, failed_payload, failed_profile, link};
use super::enrolling::{EnrollingInstall, enrol};
use super::exchange::{Named, named};
use super::store::StoredProfile;
use super::validate::{Valid, payload_name, validate};
use super::{
    InstalledPayload, InstalledProfile, ProfileFile, Source, certificates, exchange, payload_type, update,
};
use crate::enrolment::{MdmEnrolment, MdmFault};
use crate::keychain::Owner;
use crate::managed_mail::ManagedMailSettings;
use crate::{AccountOrigin, Defect, Device, Event, PromptId, Secret};
use profile::Payload;
use serde::{Deserialize, Serialize};
use smime::pkcs12::IterationBudget;
use smime::{Context, Identity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A profile that is to be installed, and what the owner has answered so far.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "bytes")]
    pub(crate) file: ProfileFile,
    pub(crate) source: Source,
    /// The owner has agreed to the consent text.
    pub(crate) agreed: bool,
    /// What the owner typed for certificates without a password, by `PayloadUUID`.
    pub(crate) passwords: BTreeMap<String, Secret>,
    /// The identities that enrolment servers have made so far, by `PayloadUUID`.
    pub(crate) identities: BTreeMap<String, Identity>,
}

impl Request {
    pub(crate) fn new(file: ProfileFile, source: Source) -> Self {
        Request { file, source, agreed: false, passwords: BTreeMap::new(), identities: BTreeMap::new() }
    }
}

/// What became of an installation that was not refused.
pub(crate) enum Outcome {
    /// The profile of that identifier is installed.
    Installed(String),
    /// The owner is asked first.
    Asked(PromptId),
    /// An enrolment server is asked first.
    Enrolling(Box<EnrollingInstall>),
}

/// Installs a profile on `device`, which the caller throws away on an error.
///
/// # Errors
/// The chain that the device reports.
pub(crate) fn install(
    device: &mut Device,
    cx: &Context<'_>,
    request: Request,
) -> Result<Outcome, ErrorChain> {
    let source = request.source;
    attempt(device, cx, request).map_err(|chain| match source {
        Source::Owner => chain,
        Source::Mdm => chain.told_to_mdm(),
    })
}

fn attempt(device: &mut Device, cx: &Context<'_>, request: Request) -> Result<Outcome, ErrorChain> {
    let valid = validate(cx, &request.file, &device.facts, &device.keychain)?;
    admit(device, cx, &valid, request.source)?;
    if request.source == Source::Owner
        && let Some(kind) = super::pending::question(device, cx, &valid, &request)
    {
        return super::pending::hold(device, &valid, kind, request).map(Outcome::Asked);
    }
    apply(device, cx, &valid, &request)
}

fn apply(
    device: &mut Device,
    cx: &Context<'_>,
    valid: &Valid,
    request: &Request,
) -> Result<Outcome, ErrorChain> {
    let Valid { profile, name, .. } = valid;
    let identifier = profile.identifier().unwrap_or_default().to_owned();
    super::pending::forget(device, &identifier);
    let enrolled = device.mdm_enrolment().filter(|e| e.profile == identifier);
    let replaced = update::replace(device, &identifier, profile);
    let facts = device.facts.clone();
    let acting = |p: &&Payload| p.payload_type().is_some_and(|kind| acts(kind, &facts));
    let failed = |p: &Payload, cause| failed_payload(name, &payload_name(p), cause);

    let of = |kinds: &'static [&str]| {
        move |p: &&Payload| p.payload_type().is_some_and(|kind| kinds.contains(&kind))
    };
    let mut budget = IterationBudget::new(MAX_PROFILE_ITERATIONS);
    let issued = |p: &Payload| p.uuid().and_then(|uuid| request.identities.get(uuid));
    let enrolments = || profile.payloads.iter().filter(acting).filter(of(&payload_type::ENROLMENT));
    let next = enrolments().find(|p| issued(p).is_none());
    // Before the first server is asked and after the last has answered; not every time between.
    if next.is_none() || request.identities.is_empty() {
        for payload in profile.payloads.iter().filter(acting).filter(of(&payload_type::CERTIFICATES)) {
            let typed = payload.uuid().and_then(|uuid| request.passwords.get(uuid));
            certificates::certificate(device, cx, &identifier, payload, typed, &mut budget)
                .map_err(|cause| failed(payload, cause))?;
        }
    }
    if let Some(payload) = next {
        return enrol(device, cx, valid, payload, request).map(Outcome::Enrolling);
    }
    for payload in enrolments() {
        let uuid = payload.uuid().unwrap_or_default().to_owned();
        if let Some(identity) = issued(payload)
            && !facts.has(Defect::EnrolledIdentityForgotten)
        {
            let owner = Owner { profile: identifier.clone(), payload_uuid: uuid };
            device.keychain.add_identity(owner, identity.clone());
        }
    }
    for payload in profile.payloads.iter().filter(acting) {
        match payload.payload_type().unwrap_or_default() {
            payload_type::EAS if facts.supervised && facts.has(Defect::NoAccountWhenSupervised) => Ok(()),
            payload_type::EAS => {
                exchange::account(device, cx, &identifier, payload, &replaced.exchange, &mut budget)
            }
            payload_type::MAIL => mail_account(device, &identifier, payload, &replaced, request.source),
            payload_type::LDAP => directory(payload),
            payload_type::MDM => enrolment(device, &identifier, payload, enrolled.as_ref()),
            _ => Ok(()),
        }
        .map_err(|cause| failed(payload, cause))?;
    }
    if enrolled.is_some() && profile.payloads_of(payload_type::MDM).next().is_none() {
        let text = "The replacement of the enrolment profile has no MDM payload.";
        let cause = link(ErrorDomain::MCInstallationErrorDomain, 4015, text);
        return Err(failed_profile(name, cause));
    }
    record(device, cx, valid, &identifier, request.source, replaced.position);
    super::sweep(device);
    device.events.push_back(Event::ProfileInstalled { identifier: identifier.clone() });
    Ok(Outcome::Installed(identifier))
}

fn record(
    device: &mut Device,
    cx: &Context<'_>,
    valid: &Valid,
    identifier: &str,
    source: Source,
    position: Option<usize>,
) {
    let profile = &valid.profile;
    let payloads: Vec<InstalledPayload> =
        profile.payloads.iter().map(|p| described(device, p, source)).collect();
    for payload in payloads.iter().filter(|p| !p.acts) {
        device.events.push_back(Event::PayloadStored { payload_type: payload.payload_type.clone() });
    }
    let removal_at = removal_at(cx, profile);
    let stored = StoredProfile {
        identifier: identifier.to_owned(),
        removal_at,
        payloads: Arc::clone(&valid.payloads),
    };
    let installed = InstalledProfile {
        identifier: identifier.to_owned(),
        uuid: profile.uuid().unwrap_or_default().to_owned(),
        display_name: profile.display_name().map(str::to_owned),
        organization: profile.organization().map(str::to_owned),
        removal_disallowed: profile.removal_disallowed().unwrap_or(false),
        has_removal_passcode: super::remove::removal_password(&stored, &device.facts).is_some(),
        is_encrypted: valid.encrypted,
        removal_date: removal_at.map(|at| profile::Timestamp(at.0).to_rfc3339()),
        source,
        signer: valid.signer.clone(),
        payloads,
    };
    // An update stands where the old profile stood.
    let position = position.unwrap_or(device.profiles.len()).min(device.profiles.len());
    device.profiles.insert(position, installed);
    device.stored.insert(position.min(device.stored.len()), stored);
}

/// A payload as `ProfileList` tells it, with the keys that have no effect on this device.
pub(super) fn described(device: &Device, payload: &Payload, source: Source) -> InstalledPayload {
    let kind = payload.payload_type().unwrap_or_default();
    InstalledPayload {
        acts: acts(kind, &device.facts),
        payload_type: kind.to_owned(),
        uuid: payload.uuid().unwrap_or_default().to_owned(),
        identifier: payload.identifier().unwrap_or_default().to_owned(),
        display_name: payload.display_name().map(str::to_owned),
        ignored: ignored_keys(payload, &device.facts, source),
    }
}

/// A com.apple.mail.managed account. It holds at once; what it leaves open is asked afterwards.
fn mail_account(
    device: &mut Device,
    profile: &str,
    payload: &Payload,
    replaced: &update::Replaced,
    source: Source,
) -> Result<(), ErrorLink> {
    let wrong_type = |e: profile::WrongType| {
        let text = format!("The field “{}” has the wrong data type.", e.key);
        link(ErrorDomain::MCPayloadErrorDomain, 2003, text)
    };
    let Some(settings) = ManagedMailSettings::read(payload, &device.facts).map_err(wrong_type)? else {
        return Ok(());
    };
    exchange::smime_identities(device, profile, &settings.smime)?;
    let origin = AccountOrigin::Profile {
        identifier: profile.to_owned(),
        payload_uuid: payload.uuid().unwrap_or_default().to_owned(),
        payload_identifier: payload.identifier().unwrap_or_default().to_owned(),
    };
    let previous = replaced.mail.iter().find(|a| a.origin == origin);
    device.open_mail_account(origin, settings, previous, source);
    Ok(())
}

/// A com.apple.ldap.account needs a host (19001).
fn directory(payload: &Payload) -> Result<(), ErrorLink> {
    match payload.string("LDAPAccountHostName").ok().flatten() {
        Some(host) if !host.is_empty() => Ok(()),
        _ => Err(link(ErrorDomain::MCLDAPErrorDomain, 19001, "No LDAP host name is set.")),
    }
}

fn enrolment(
    device: &Device,
    profile: &str,
    payload: &Payload,
    before: Option<&MdmEnrolment>,
) -> Result<(), ErrorLink> {
    use ErrorDomain::MCMDMErrorDomain as Domain;
    let fault = |fault: MdmFault| link(Domain, fault.code(), fault.to_string());
    let enrolment = MdmEnrolment::read(payload);
    enrolment.check().map_err(fault)?;
    if let Some(before) = before {
        enrolment.check_update(before).map_err(fault)?;
    }
    let uuid = &enrolment.identity;
    match named(device, profile, uuid) {
        Named::Identity => Ok(()),
        Named::Nothing => Err(link(Domain, 12005, format!("The certificate “{uuid}” was not found."))),
        Named::Other => Err(link(Domain, 12016, format!("The certificate “{uuid}” is no identity."))),
    }
}
