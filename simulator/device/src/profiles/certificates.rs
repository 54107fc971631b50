//! Certificate payloads: what they bring into the keychain, and what is wrong with those that bring nothing.

use super::chain::{ErrorDomain, ErrorLink, link};
use super::payload_type;
use crate::keychain::Owner;
use crate::{Device, Secret};
use profile::Payload;
use profile::plist::Dictionary;
use smime::{Certificate, Context, Identity, Pkcs12Error, pkcs12};

/// Puts what a certificate payload brings into the keychain. `typed` is the password that the owner typed for a PKCS#12
/// that comes without one.
pub(super) fn certificate(
    device: &mut Device,
    cx: &Context<'_>,
    profile: &str,
    payload: &Payload,
    typed: Option<&Secret>,
) -> Result<(), ErrorLink> {
    let owner =
        Owner { profile: profile.to_owned(), payload_uuid: payload.uuid().unwrap_or_default().to_owned() };
    let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    if payload.is(payload_type::PKCS12) {
        let password = payload.string("Password").ok().flatten().or(typed.map(Secret::expose));
        let identity = open_identity(cx, bytes, password)?;
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
) -> Result<Identity, ErrorLink> {
    use ErrorDomain::MCCertificateErrorDomain as Domain;
    let opened = match pkcs12::open(cx, bytes, password) {
        Err(Pkcs12Error::WrongPassword) if password.is_none() => pkcs12::open(cx, bytes, Some("")),
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
pub(super) fn needs_password(cx: &Context<'_>, payload: &Payload, typed: Option<&Secret>) -> bool {
    if !payload.is(payload_type::PKCS12) || payload.node("Password").is_some() {
        return false;
    }
    let bytes = payload.data("PayloadContent").ok().flatten().unwrap_or_default();
    let wrong = link(ErrorDomain::MCCertificateErrorDomain, 9000, "");
    open_identity(cx, bytes, typed.map(Secret::expose)).is_err_and(|e| e.code == wrong.code)
}

/// An identity from a server. The settings are checked (22000, 22004); then the phone says what it says when the server
/// cannot be reached, since no enrolment server is within reach of the simulated phone yet.
pub(super) fn enrolment(payload: &Payload) -> Result<(), ErrorLink> {
    use ErrorDomain::MCSCEPErrorDomain as Domain;
    let unsupported = || link(Domain, 22004, "The configuration of the enrolment is not supported.");
    if payload.is(payload_type::SCEP) {
        let settings = payload.dict("PayloadContent").ok().flatten();
        let number =
            |key: &str| settings.and_then(|s: &Dictionary| s.value(key)).and_then(|v| v.as_integer());
        // A bit mask of 1 (sign) and 4 (encrypt); 0 asks for nothing.
        if number("Key Usage").is_some_and(|usage| usage & !5 != 0) {
            return Err(link(Domain, 22000, "The key usage is not valid."));
        }
        let kind = settings.and_then(|s| s.str("Key Type"));
        if kind.is_some_and(|k| k != "RSA")
            || number("Keysize").is_some_and(|n| ![1024, 2048, 4096].contains(&n))
        {
            return Err(unsupported());
        }
    } else {
        let number = |key| payload.integer(key).ok().flatten().unwrap_or_default();
        let flag = |key| payload.boolean(key).ok().flatten().unwrap_or_default();
        let size = number("KeySize");
        let bound = flag("HardwareBound");
        let fits = match payload.string("KeyType").ok().flatten() {
            Some("RSA") => size % 8 == 0 && (1024..=4096).contains(&size) && !bound,
            Some("ECSECPrimeRandom") if bound => [256, 384].contains(&size),
            Some("ECSECPrimeRandom") => [192, 256, 384, 521].contains(&size),
            _ => false,
        };
        let url = payload.string("DirectoryURL").ok().flatten().unwrap_or_default();
        if !fits || flag("Attest") && !bound || !url.starts_with("https://") {
            return Err(unsupported());
        }
    }
    Err(link(Domain, 22005, "The SCEP or ACME server could not be reached."))
}
