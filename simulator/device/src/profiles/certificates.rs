//! Certificate payloads: what they bring into the keychain, and what is wrong with those that bring nothing.

use super::chain::{ErrorDomain, ErrorLink, link};
use super::payload_type;
use crate::keychain::Owner;
use crate::{Defect, Device, Secret};
use profile::Payload;
use smime::pkcs12::{self, IterationBudget};
use smime::{Certificate, Context, Identity, Pkcs12Error};

/// How many iterations of key derivation the PKCS#12 files of a profile may cost together, each time the profile is read:
/// as many as a single file. What goes beyond is refused with 9005.
pub const MAX_PROFILE_ITERATIONS: u64 = pkcs12::MAX_TOTAL_ITERATIONS;

/// Puts what a certificate payload brings into the keychain. `typed` is the password that the owner typed for a PKCS#12
/// that comes without one.
pub(super) fn certificate(
    device: &mut Device,
    cx: &Context<'_>,
    profile: &str,
    payload: &Payload,
    typed: Option<&Secret>,
    budget: &mut IterationBudget,
) -> Result<(), ErrorLink> {
    let owner =
        Owner { profile: profile.to_owned(), payload_uuid: payload.uuid().unwrap_or_default().to_owned() };
    let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    if payload.is(payload_type::PKCS12) {
        let password = payload.string("Password").ok().flatten().or(typed.map(Secret::expose));
        let identity = open_identity(cx, bytes, password, budget)?;
        let own = |i: &&crate::KeychainIdentity| i.owner.profile == profile;
        if device.facts.has(Defect::ThirdIdentityLost)
            && device.keychain.identities().iter().filter(own).count() >= 2
        {
            return Ok(());
        }
        device.keychain.add_identity(owner, identity);
        return Ok(());
    }
    device.keychain.add_certificate(owner, one_certificate(bytes)?);
    Ok(())
}

/// Reads the one certificate of a root, pkcs1 or pem payload. Apple documents DER for the first two and PEM for the
/// third; a device reads either form in each.
fn one_certificate(bytes: &[u8]) -> Result<Certificate, ErrorLink> {
    use ErrorDomain::MCCertificateErrorDomain as Domain;
    let malformed = || link(Domain, 9005, "The certificate is malformed.");
    if let Ok(certificate) = Certificate::from_der(bytes) {
        return Ok(certificate);
    }
    let mut all = Certificate::from_pem(bytes).map_err(|_| malformed())?;
    match all.len() {
        0 => Err(malformed()),
        1 => Ok(all.remove(0)),
        _ => Err(link(Domain, 9001, "The certificate payload contains too many certificates.")),
    }
}

/// Opens a PKCS#12 with exactly one identity. Without a password only a file that has none opens.
pub(super) fn open_identity(
    cx: &Context<'_>,
    bytes: &[u8],
    password: Option<&str>,
    budget: &mut IterationBudget,
) -> Result<Identity, ErrorLink> {
    use ErrorDomain::MCCertificateErrorDomain as Domain;
    let opened = match pkcs12::open_within(cx, bytes, password, budget) {
        Err(Pkcs12Error::WrongPassword) if password.is_none() => {
            pkcs12::open_within(cx, bytes, Some(""), budget)
        }
        other => other,
    };
    let mut file = opened.map_err(|error| match error {
        Pkcs12Error::WrongPassword => link(Domain, 9000, "The password for the certificate is incorrect."),
        Pkcs12Error::NoIdentity { .. } => link(Domain, 9006, "The certificate contains no identity."),
        other => link(Domain, 9005, format!("The certificate is malformed: {other}.")),
    })?;
    match file.identities.len() {
        1 => Ok(file.identities.remove(0)),
        0 => Err(link(Domain, 9006, "The certificate contains no identity.")),
        _ => Err(link(Domain, 9001, "The certificate payload contains too many certificates.")),
    }
}

/// Whether the owner has to be asked for the password of a PKCS#12: the payload has none, and neither no password nor
/// the one typed so far opens the file.
pub(super) fn needs_password(
    cx: &Context<'_>,
    payload: &Payload,
    typed: Option<&Secret>,
    budget: &mut IterationBudget,
) -> bool {
    if !payload.is(payload_type::PKCS12) || payload.node("Password").is_some() {
        return false;
    }
    let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    let wrong = link(ErrorDomain::MCCertificateErrorDomain, 9000, "");
    open_identity(cx, bytes, typed.map(Secret::expose), budget).is_err_and(|e| e.code == wrong.code)
}
