//! Whether this device takes a valid profile: what it is made for, supervision, management, what is there already.
//!
//! Codes: profiles-and-mdm.md B.3 and A.1. Where the list of codes names no cause for a case, the general 4023 "payload
//! not acceptable" is given.

use super::chain::{ErrorChain, ErrorDomain, ErrorLink, failed_payload, failed_profile, link};
use super::payload_type;
use super::read::top;
use super::validate::{Valid, missing, payload_name};
use super::{InstalledProfile, Source};
use crate::enrolment::MdmEnrolment;
use crate::{Defect, Device, SupervisedPayloads};
use profile::plist::Value;
use profile::schema::{PayloadSchema, UserEnrolment};
use profile::{Payload, Profile, Schema};
use smime::{Context, Timestamp};

/// Checks a valid profile against the device, which is not changed.
///
/// # Errors
/// The chain that the device reports.
pub(super) fn admit(
    device: &Device,
    cx: &Context<'_>,
    valid: &Valid,
    source: Source,
) -> Result<(), ErrorChain> {
    let Valid { profile, name, signer, .. } = valid;
    let whole = |cause| failed_profile(name, cause);
    use ErrorDomain::MCInstallationErrorDomain as Domain;
    if source == Source::Owner
        && device.restrictions().is_false("allowUIConfigurationProfileInstallation")
        && !device.facts.has(Defect::InstallRestrictionIgnored)
    {
        let text = "Profiles cannot be installed by hand on this device.";
        return Err(whole(link(Domain, 4020, text)));
    }
    target(device, profile).map_err(whole)?;
    removal_date(cx, profile).map_err(whole)?;
    let installed = profile.identifier().and_then(|id| device.profiles.iter().find(|p| p.identifier == id));
    if let Some(installed) = installed {
        replaceable(installed, signer, source).map_err(whole)?;
    }
    for payload in &profile.payloads {
        let Some(schema) = payload.payload_type().and_then(|kind| Schema::builtin().payload(kind)) else {
            continue;
        };
        // A type that this iOS does not have yet, or no longer has, is like an unknown one.
        if schema.introduced.is_some_and(|v| v > device.facts.ios)
            || schema.removed.is_some_and(|v| v <= device.facts.ios)
        {
            continue;
        }
        let failed = |cause| failed_payload(name, &payload_name(payload), cause);
        circumstances(device, profile, schema, source).map_err(failed)?;
        only_one(device, profile, payload, schema).map_err(failed)?;
        // MDM has nobody to ask: Apple's schema wants the user name there (com.apple.eas.account, rule 1).
        if payload.is(payload_type::EAS) && source == Source::Mdm {
            let name = payload.string("UserName").ok().flatten().unwrap_or_default();
            if name.is_empty() {
                return Err(failed(missing(ErrorDomain::MCPayloadErrorDomain, "UserName")));
            }
        }
    }
    Ok(())
}

/// `TargetDeviceType` (iOS 12.2): 0 any, 1 iPhone, iPad and iPod, 2 Watch, 3 HomePod, 4 Apple TV, 5 Mac, 6 Vision Pro.
/// A profile for another kind of device is refused with 4023. Numbers outside the list are for any.
fn target(device: &Device, profile: &Profile) -> Result<(), ErrorLink> {
    let wanted = top(profile, "TargetDeviceType").and_then(Value::as_integer);
    let model = device.facts.model.as_str();
    let kinds: [(&str, i128); 5] =
        [("Watch", 2), ("AudioAccessory", 3), ("AppleTV", 4), ("Mac", 5), ("RealityDevice", 6)];
    let own = kinds.iter().find(|(prefix, _)| model.starts_with(prefix)).map_or(1, |(_, kind)| *kind);
    match wanted {
        Some(kind @ 1..=6) if kind != own && device.facts.at_least(12, 2) => {
            let text = "The profile is not for this type of device.";
            Err(link(ErrorDomain::MCInstallationErrorDomain, 4023, text))
        }
        _ => Ok(()),
    }
}

/// When the device is to remove the profile by itself: the earlier of `RemovalDate` and `DurationUntilRemoval` (seconds
/// from the installation; TopLevel).
pub(super) fn removal_at(cx: &Context<'_>, profile: &Profile) -> Option<Timestamp> {
    let date = profile.removal_date().map(|d| Timestamp(d.0));
    let duration = profile.duration_until_removal_seconds().filter(|s| s.is_finite()).map(|seconds| {
        // The conversion saturates, so a duration beyond all calendars ends at the last one.
        let milliseconds = (seconds * 1_000.0) as i64;
        Timestamp(cx.now.0.saturating_add(milliseconds).min(profile::Timestamp::MAX.0))
    });
    date.into_iter().chain(duration).min()
}

/// A removal date in the past is refused: 4006 for `RemovalDate`, 4026 for a duration that has run out before it began
/// (both codes are documented with that meaning; which is whose is our reading).
fn removal_date(cx: &Context<'_>, profile: &Profile) -> Result<(), ErrorLink> {
    let text = "The profile’s removal date is in the past.";
    let past = |code| link(ErrorDomain::MCInstallationErrorDomain, code, text);
    if profile.removal_date().is_some_and(|d| d.0 <= cx.now.0) {
        return Err(past(4006));
    }
    match removal_at(cx, profile) {
        Some(at) if at <= cx.now => Err(past(4026)),
        _ => Ok(()),
    }
}

/// Whether an installed profile may be replaced. A signed one only by a profile with the same signer (4008); one that
/// MDM installed only by MDM, which signs as it likes (4012, our reading: replacing would be removing, which the user
/// may not).
fn replaceable(
    installed: &InstalledProfile,
    signer: &[smime::Certificate],
    source: Source,
) -> Result<(), ErrorLink> {
    use ErrorDomain::MCInstallationErrorDomain as Domain;
    match (installed.source, source) {
        (Source::Mdm, Source::Mdm) => Ok(()),
        (Source::Mdm, Source::Owner) => {
            Err(link(Domain, 4012, "The installed profile is managed and cannot be updated by hand."))
        }
        (Source::Owner, _) => match installed.signer.first() {
            Some(leaf) if signer.first() != Some(leaf) => {
                let text = "The certificates of the installed profile and of its update do not match.";
                Err(link(Domain, 4008, text))
            }
            _ => Ok(()),
        },
    }
}

/// Supervision, management, user enrolment.
fn circumstances(
    device: &Device,
    profile: &Profile,
    schema: &PayloadSchema,
    source: Source,
) -> Result<(), ErrorLink> {
    use ErrorDomain::MCInstallationErrorDomain as Domain;
    let kind = &schema.payloadtype;
    if schema.supervised
        && !device.facts.supervised
        && device.facts.variants.supervised_payloads == SupervisedPayloads::Refused
        && !device.facts.has(Defect::SupervisedPayloadAccepted)
    {
        return Err(link(Domain, 4025, format!("“{kind}” can only be installed on a supervised device.")));
    }
    if !schema.manual && source == Source::Owner {
        return Err(link(Domain, 4022, format!("“{kind}” must be installed using MDM.")));
    }
    // User enrolment limits what management may bring, and the enrolment profile itself; what the owner installs by
    // hand is the owner's.
    let enrols = profile.payloads_of(payload_type::MDM).any(|p| MdmEnrolment::read(p).user_enrolment);
    let managed = source == Source::Mdm && device.mdm_enrolment().is_some_and(|e| e.user_enrolment);
    if schema.ue == UserEnrolment::Forbidden && (enrols || managed) {
        return Err(link(Domain, 4023, format!("“{kind}” is not acceptable with user enrolment.")));
    }
    Ok(())
}

/// At most one payload on the device of a type with `multiple: false`. The codes 4017 to 4019, 4028 and 4029 are for
/// several in one profile, those of the payload's own domain for one that is on the device already.
fn only_one(
    device: &Device,
    profile: &Profile,
    payload: &Payload,
    schema: &PayloadSchema,
) -> Result<(), ErrorLink> {
    use ErrorDomain::*;
    let kind = schema.payloadtype.as_str();
    if schema.multiple {
        return Ok(());
    }
    // Two kinds of cellular settings exclude each other: one code for both (4018).
    let same = |other: &str| {
        other == kind
            || ["com.apple.apn.managed", "com.apple.cellular"].contains(&kind)
                && ["com.apple.apn.managed", "com.apple.cellular"].contains(&other)
    };
    let inside =
        profile.payloads.iter().any(|p| p.index != payload.index && p.payload_type().is_some_and(same));
    let elsewhere = device
        .profiles
        .iter()
        .filter(|p| Some(p.identifier.as_str()) != profile.identifier())
        .any(|p| p.payloads.iter().any(|p| same(&p.payload_type)));
    if !inside && !elsewhere {
        return Ok(());
    }
    let (domain, code) = match (kind, inside) {
        (payload_type::MDM, _) => (MCMDMErrorDomain, 12001),
        ("com.apple.proxy.http.global", _) => (MCInstallationErrorDomain, 4017),
        ("com.apple.cellular", false) => (MCCellularErrorDomain, 36000),
        ("com.apple.apn.managed" | "com.apple.cellular", _) => (MCInstallationErrorDomain, 4018),
        ("com.apple.app.lock", _) => (MCInstallationErrorDomain, 4019),
        ("com.apple.homescreenlayout", true) => (MCInstallationErrorDomain, 4028),
        ("com.apple.homescreenlayout", false) => (MCHomeScreenLayoutErrorDomain, 43000),
        ("com.apple.notificationsettings", true) => (MCInstallationErrorDomain, 4029),
        ("com.apple.notificationsettings", false) => (MCNotificationSettingsErrorDomain, 44000),
        ("com.apple.shareddeviceconfiguration", _) => (MCSharedDeviceConfigurationErrorDomain, 46000),
        _ => (MCInstallationErrorDomain, 4023),
    };
    Err(link(domain, code, format!("Only one payload “{kind}” can be installed on a device.")))
}
